"""Helm: the templates of a chart read without rendering them, and the values that they print as hostAliases."""

from podhosts.helm.alone import may_repeat, misprints, prints_names
from podhosts.helm.charts import Charts, FileFacts
from podhosts.helm.following import FollowedPod, followed_pods, fragment_pods

__all__ = [
    "Charts",
    "FileFacts",
    "FollowedPod",
    "followed_pods",
    "fragment_pods",
    "may_repeat",
    "misprints",
    "prints_names",
]
