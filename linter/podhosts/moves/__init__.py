"""Moving a work-around to `hostAliases`: what a script writes, or what a volume holds, becomes entries of the pod.

Each move is one fix of a whole pod: its entries are added in one place, and what they stood in goes. A move that would
have to guess is None. What the data shall be afterwards is written down beside the edits, and compared with the text
that they give (`Draft`).
"""

from podhosts.moves.aliases import extend
from podhosts.moves.mounts import move_config_map, move_node_file
from podhosts.moves.statements import ScriptWrite, movable_writes, move_writes

__all__ = [
    "ScriptWrite",
    "extend",
    "movable_writes",
    "move_config_map",
    "move_node_file",
    "move_writes",
]
