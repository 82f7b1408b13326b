"""`semver` and `semverCompare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.builtins.table import STRING, Family
from podhosts.helm.builtins.values import boolean
from podhosts.helm.model import FunctionError, GoObject, Number, Unsupported, derived, derived_origin
from podhosts.helm.objects import method
from podhosts.helm.semver import SemverError, Version, compare, parse_constraint, parse_version, satisfies

if TYPE_CHECKING:
    from podhosts.helm.model import Bool, GoValue
    from podhosts.helm.traced import Traced

FAMILY = Family()
_KIND = "*semver.Version"


@FAMILY.add("semverCompare", STRING, STRING)
def _semver_compare(constraint: Traced, version: Traced) -> Bool:
    try:
        wanted = parse_constraint(constraint.text)
        return boolean(satisfies(wanted, parse_version(version.text)), constraint, version)
    except SemverError as error:
        raise FunctionError(str(error)) from None


@FAMILY.add("semver", STRING)
def _semver(text: Traced) -> GoObject:
    try:
        return _object(parse_version(text.text), text)
    except SemverError as error:
        raise FunctionError(str(error)) from None


def _object(version: Version, text: Traced) -> GoObject:
    """A version with its methods, which are called like fields."""

    def number(value: int) -> Number:
        return Number("uint64", value, derived_origin([text]))

    def compared(other: GoValue) -> Number:
        if not isinstance(other, GoObject) or other.kind != _KIND or other.printed is None:
            raise Unsupported("a version compared with something else")
        return Number("int", compare(version, parse_version(other.printed.text)), derived_origin([text]))

    shown = text.derive(str(version))
    original, prerelease, metadata = text, derived(version.prerelease, text), derived(version.metadata, text)
    return GoObject(
        _KIND,
        {},
        {
            "Major": method("Major", lambda: number(version.major)),
            "Minor": method("Minor", lambda: number(version.minor)),
            "Patch": method("Patch", lambda: number(version.patch)),
            "Prerelease": method("Prerelease", lambda: prerelease),
            "Metadata": method("Metadata", lambda: metadata),
            "Original": method("Original", lambda: original),
            "String": method("String", lambda: shown),
            "Compare": method("Compare", compared, _KIND),
        },
        printed=shown,
        origin=derived_origin([text]),
    )
