"""Models of `kubectl patch` and client-side `kubectl apply`: the proof of what messages say about them.

The functions take and give plain data (dicts, lists, strings, ...) and leave their arguments alone. They work on any
mapping above the list: the pod spec, or a whole object. Of all lists only `hostAliases` is merged as Kubernetes merges
it; others are replaced. The package needs nothing of this: it holds the constants that are proved here.
"""

from tests.apply_models.apply import Applied, stored, three_way_apply
from tests.apply_models.strategic import strategic_merge

__all__ = ["Applied", "stored", "strategic_merge", "three_way_apply"]
