"""The evaluator of a chart's templates: what `helm template` prints, and where each character comes from."""

from podhosts.helm.evaluate.engine import (
    NotEvaluated,
    NotKnown,
    Outcome,
    ParsedTemplates,
    Refused,
    RenderedFile,
    TemplatePlace,
    evaluate,
)

__all__ = [
    "NotEvaluated",
    "NotKnown",
    "Outcome",
    "ParsedTemplates",
    "Refused",
    "RenderedFile",
    "TemplatePlace",
    "evaluate",
]
