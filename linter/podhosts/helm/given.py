"""Values for a chart that something outside of it gives: a delivery, as GitOps programs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.helm.model import GoMap
    from podhosts.placed import Placed


class GivenValues(NamedTuple):
    """Values on top of a chart's own, joined as the program that gives them does.

    `documents` are what they are written in, by the names that the places of the values have (`ValuePlace.file`);
    `paths` are the files of these, that of the delivery first. A release name or namespace that is None is not known.
    `own` are values that stand for those of the chart's `values.yaml`; None where that counts.
    """

    values: GoMap
    documents: Mapping[str, Placed]
    paths: tuple[str, ...]
    release_name: str | None = None
    namespace: str | None = None
    own: GoMap | None = None
