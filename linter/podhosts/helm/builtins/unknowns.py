"""Functions whose result nobody knows before the chart is installed: random text, keys, the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.builtins.table import INT, STRING, Family
from podhosts.helm.model import GoObject
from podhosts.helm.traced import EMPTY, Traced

if TYPE_CHECKING:
    from podhosts.helm.model import Evaluation, GoValue

FAMILY = Family()

for _name in ("randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes"):
    FAMILY.add_unknown(_name, INT)
FAMILY.add_unknown("uuidv4")
FAMILY.add_unknown("bcrypt", STRING)
FAMILY.add_unknown("htpasswd", STRING, STRING)
FAMILY.add_unknown("genPrivateKey", STRING)
FAMILY.add_unknown("encryptAES", STRING, STRING)
FAMILY.add_missing("decryptAES", STRING, STRING)
FAMILY.add_missing("derivePassword", "uint32", STRING, STRING, STRING, STRING)
FAMILY.add_missing("randInt", INT, INT)
_CERTIFICATE = "sprig.certificate"
_LISTS = ("[]interface {}", "[]interface {}")


def _add_certificate(name: str, *parameters: str) -> None:
    """A function that makes a certificate with its key."""

    def make(evaluation: Evaluation, *_: GoValue) -> GoObject:
        identity = evaluation.fresh(name)
        fields: dict[str, GoValue] = {part: Traced.unknown(f"{identity}.{part}") for part in ("Cert", "Key")}
        return GoObject(_CERTIFICATE, fields)

    FAMILY.add_asking(name, *parameters)(make)


_add_certificate("buildCustomCert", STRING, STRING)
_add_certificate("genCA", STRING, INT)
_add_certificate("genCAWithKey", STRING, INT, STRING)
_add_certificate("genSelfSignedCert", STRING, *_LISTS, INT)
_add_certificate("genSelfSignedCertWithKey", STRING, *_LISTS, INT, STRING)
_add_certificate("genSignedCert", STRING, *_LISTS, INT, _CERTIFICATE)
_add_certificate("genSignedCertWithKey", STRING, *_LISTS, INT, _CERTIFICATE, STRING)
for _name, _parameters in (
    ("urlParse", (STRING,)),
    ("urlJoin", ("map[string]interface {}",)),
):
    FAMILY.add_missing(_name, *_parameters)


@FAMILY.add("getHostByName", STRING)
def _get_host_by_name(_: Traced) -> Traced:
    return EMPTY
