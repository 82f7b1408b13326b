"""Functions whose result nobody knows before the chart is installed: random text, keys, the time."""

from __future__ import annotations

from podhosts.helm.builtins.table import ANY, INT, STRING, Family
from podhosts.helm.traced import EMPTY, Traced

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
for _name, _parameters in (
    ("buildCustomCert", (STRING, STRING)),
    ("genCA", (STRING, INT)),
    ("genCAWithKey", (STRING, INT, STRING)),
    ("genSelfSignedCert", (STRING, "[]interface {}", "[]interface {}", INT)),
    ("genSelfSignedCertWithKey", (STRING, "[]interface {}", "[]interface {}", INT, STRING)),
    ("genSignedCert", (STRING, "[]interface {}", "[]interface {}", INT, ANY)),
    ("genSignedCertWithKey", (STRING, "[]interface {}", "[]interface {}", INT, ANY, STRING)),
):
    FAMILY.add_missing(_name, *_parameters)
for _name, _parameters in (
    ("urlParse", (STRING,)),
    ("urlJoin", ("map[string]interface {}",)),
):
    FAMILY.add_missing(_name, *_parameters)


@FAMILY.add("getHostByName", STRING)
def _get_host_by_name(_: Traced) -> Traced:
    return EMPTY
