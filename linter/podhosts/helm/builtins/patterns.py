"""patterns."""

from podhosts.helm.builtins.table import Family

FAMILY = Family()
