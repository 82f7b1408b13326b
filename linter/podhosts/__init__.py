"""podhosts: what a pod's /etc/hosts will really say, before the manifest ships."""

__version__ = "0.1.0"
