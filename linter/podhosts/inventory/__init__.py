"""Inventory: every name of every hostAliases list, the address it is given, and the workload it belongs to."""

from podhosts.inventory.reading import AliasList, ListedName, Reading, read
from podhosts.inventory.store import Filter, Row, SharedList, Store, Totals

__all__ = ["AliasList", "Filter", "ListedName", "Reading", "Row", "SharedList", "Store", "Totals", "read"]
