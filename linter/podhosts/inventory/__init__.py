"""Inventory: every name of every hostAliases list, the address it is given, and the workload it belongs to."""

from podhosts.inventory.index import AddressIndex, index
from podhosts.inventory.reading import AliasList, InventoryName, Reading, read, read_charts, read_overlays

__all__ = ["AddressIndex", "AliasList", "InventoryName", "Reading", "index", "read", "read_charts", "read_overlays"]
