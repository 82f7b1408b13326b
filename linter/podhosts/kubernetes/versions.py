"""The differences between API server versions: one small table.

Source: `reference/kubernetes.md` 1.1, 2.1, 4.1; measured on 1.29, 1.32, 1.35, 1.36 and 1.37 (`vectors/apiserver`).
"""

from __future__ import annotations

from podhosts.patterns import regex
from podhosts.records import record

OLDEST_MINOR = 29
NEWEST_MINOR = 37

_VERSION = regex(r"v?1\.([0-9]{1,3})(?:\.[0-9]+)?(?:[-+.][0-9A-Za-z.+-]*)?")


class VersionError(ValueError):
    """A Kubernetes version that cannot be read or is not covered."""


@record(frozen=True, slots=True)
class KubernetesVersion:
    """The rules of one minor version of Kubernetes 1."""

    minor: int = NEWEST_MINOR

    def __str__(self) -> str:
        return f"1.{self.minor}"

    @property
    def strict_addresses(self) -> bool:
        """Leading zeros and IPv4-mapped IPv6 are refused (gate StrictIPCIDRValidation on)."""
        return self.minor >= 36

    @property
    def validates_stateful_sets(self) -> bool:
        """The template of a StatefulSet is validated on create."""
        return self.minor >= 34

    @property
    def ip_has_default(self) -> bool:
        """A missing `ip` counts as the list key `""` in server-side apply; before, the apply is refused for it."""
        return self.minor >= 31

    @property
    def writes_hosts_file_early(self) -> bool:
        """A static pod with hostNetwork gets a hosts file before the node has an address (kubernetes #126460)."""
        return self.minor >= 32

    @property
    def validates_hostname_override(self) -> bool:
        """The gate of `hostnameOverride` is on; while it is off the value is dropped before it is looked at."""
        return self.minor >= 35

    @property
    def knows_hostname_override(self) -> bool:
        """`hostnameOverride` is a field of the pod spec."""
        return self.minor >= 34


def parse_version(text: str) -> tuple[KubernetesVersion, bool]:
    """Read `1.32`, `v1.32.4` or `1.32.4-gke.1`; the flag says that the version is newer than the newest known.

    Raises VersionError for anything else, and for versions older than the oldest known.
    """
    match = _VERSION.fullmatch(text.strip())
    if not match:
        raise VersionError(f"`{text}` is not a Kubernetes version; write it like 1.32")
    minor = int(match.group(1))
    if minor < OLDEST_MINOR:
        raise VersionError(f"Kubernetes 1.{minor} is too old: podhosts knows 1.{OLDEST_MINOR} to 1.{NEWEST_MINOR}")
    return KubernetesVersion(min(minor, NEWEST_MINOR)), minor > NEWEST_MINOR
