"""Go's text/template: from text to the templates that it defines."""

from podhosts.helm.language.parser import MOST_NESTED, ParseError, parse
from podhosts.helm.language.tree import Definition, TemplateSource

__all__ = ["MOST_NESTED", "Definition", "ParseError", "TemplateSource", "parse"]
