"""Run: the one loop over the inputs of a command, and what is done with each: lint it, repair it, read it."""

from podhosts.run.loop import Run
from podhosts.run.settings import InputSettings

__all__ = ["InputSettings", "Run"]
