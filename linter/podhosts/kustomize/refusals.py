"""What Kustomize refuses to build, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.kustomize.located import place_of
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from podhosts.placed import Place


class Refusal(NamedTuple):
    """What Kustomize refuses, where, and what else belongs to it."""

    place: Place
    message: str
    related: tuple[tuple[Place, str], ...] = ()


class BuildRefusedError(Exception):
    """The build of a kustomization ends here; `refusal` is None where that has been told elsewhere."""

    def __init__(self, refusal: Refusal | None) -> None:
        super().__init__()
        self.refusal = refusal


def refused(at: object, message: str, related: tuple[tuple[Place, str], ...] = ()) -> BuildRefusedError:
    """The error for a value that is to blame, with further places and what they are."""
    place = place_of(at)
    return BuildRefusedError(Refusal(place, message, related) if place is not None else None)
