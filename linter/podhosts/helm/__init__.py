"""Helm: the templates of a chart read without rendering them, and the values that they print as hostAliases.

Only what every run needs is exported here; the readers are imported where there is a template.
"""

from podhosts.helm.charts import Charts
from podhosts.helm.facts import NOTHING, FileFacts
from podhosts.helm.options import DEFAULT_HELM, HelmOptions

__all__ = ["DEFAULT_HELM", "NOTHING", "Charts", "FileFacts", "HelmOptions"]
