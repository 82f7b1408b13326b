"""As whom a container runs, and what that lets it do, where the pod spec says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, string
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kubernetes.pods import Container

#: The value of a field that a template, or what a patch is laid over, may still set.
_UNKNOWN = object()


class Rights(NamedTuple):
    """The certain facts about the user of a container; False and None also stand for "not said".

    `not_root`: it runs as another user, `uid` if that is given. `gains_nothing`: the field for which `sudo` and the
    like cannot make it root; empty where they may. `is_privileged`, `has_read_only_root`: as in its securityContext.
    """

    not_root: bool
    uid: int | None
    gains_nothing: str
    is_privileged: bool
    has_read_only_root: bool


def rights(container: Container) -> Rights:
    """The rights of a container by its securityContext and its pod's; where both say something its own counts."""
    uid = _effective(container, "runAsUser")
    uid = uid if isinstance(uid, int) and not isinstance(uid, bool) else None
    # Both 0 and "not root" is refused by the kubelet.
    not_root = uid > 0 if uid is not None else _effective(container, "runAsNonRoot") is True
    own = mapping(container.node.get("securityContext"))
    return Rights(
        not_root,
        uid,
        _blocked(own),
        _own(own, "privileged") is True,
        _own(own, "readOnlyRootFilesystem") is True,
    )


def _blocked(own: Mapping | None) -> str:
    if _own(own, "allowPrivilegeEscalation") is False and _own(own, "privileged") is not True:
        return "allowPrivilegeEscalation: false"
    capabilities = mapping(own.get("capabilities")) if own else None
    dropped, added = (sequence(capabilities.get(name)) if capabilities else None for name in ("drop", "add"))
    drops_all = dropped is not None and any((string(item) or "").upper() == "ALL" for item in dropped.items)
    return "capabilities.drop: [ALL]" if drops_all and (added is None or not added.items) else ""


def _own(context: Mapping | None, name: str) -> object:
    return _value(context.get(name)) if context else None


def _effective(container: Container, name: str) -> object:
    """The value of a field of both securityContexts; None where neither has it, `_UNKNOWN` where it may be set."""
    pod = container.pod
    for holder in (container.node, pod.spec):
        context = holder.get("securityContext")
        if isinstance(context, Mapping):
            if pod.is_partial(context):
                return _UNKNOWN
            if (value := _value(context.get(name))) is not None:
                return value
        elif _value(context) is not None or pod.is_partial(holder):
            return _UNKNOWN
    return None


def _value(node: Node | None) -> object:
    return node.value if isinstance(node, Scalar) else None if node is None else _UNKNOWN
