"""Which templates of a chart can print hostAliases: a search, followed through what templates include.

It may say yes too often; only the time of an evaluation is lost then.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.helm.model import GoList, GoMap
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from podhosts.helm.loading import ChartTemplate
    from podhosts.helm.model import GoValue

_WORD = regex(r"hosta|aliases", re.IGNORECASE)
_DEFINITION = regex(r'\{\{-?\s*(?:define|block)\s+(?:"([^"\n]*)"|`([^`]*)`)')
#: What is included by a name in quotes, and by one that is put together.
_INCLUSION = regex(r'\b(?:include|template)\s+(?:"([^"\n]*)"|`([^`]*)`)')
_COMPUTED = regex(r"\{\{[^{}]*\b(?:include|template)\s+[^\"`\s]")
_TEXT = regex(r"\btpl\b")
#: A sum over what a file prints says nothing of it.
_CHECKSUM = regex(r"\{\{[^{}]*\binclude\b[^{}]*\bsha\d+sum\b[^{}]*\}\}")
_COMMENT = regex(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
#: Stand for named templates whose names are put together, and for the texts in values.
_COMPUTED_NAME, _TEXTS_NAME = "", "{{ tpl }}"
#: A text for `tpl` that can bring a list.
_TEMPLATE_TEXT = regex(r"hosta|\{\{[^}]*\binclude\b", re.IGNORECASE)
#: What a values file that can fill a list holds: the word itself, or an address.
_FILLING = regex(r"hosta|aliases|\d+\.\d+\.\d+\.\d+|[0-9a-f]:[0-9a-f]*:", re.IGNORECASE)
#: All values passed on, but for those that only become the dot of an include.
_ALL_VALUES = regex(r"(?:toYaml|toJson|range|merge|mergeOverwrite|deepCopy|tpl)[\s\w$(,:=]*\.Values(?![\w.])")


def can_fill_lists(values: str) -> bool:
    """Whether the text of a values file may bring entries of hostAliases."""
    return _FILLING.search(values) is not None


def mentions_lists(text: str) -> bool:
    """Whether a text may hold entries of hostAliases, by a word of their key."""
    return _WORD.search(text) is not None


def relevant_templates(templates: Iterable[ChartTemplate], values: GoMap) -> set[str]:
    """The names of the templates to evaluate, as Helm calls them; `values` are those of the outermost chart."""
    maps = _maps_with_lists({*_keys_around_lists(values)})
    texts: list[tuple[str, str]] = [(_TEXTS_NAME, "\n".join(_template_texts(values)))]
    files: set[str] = set()
    for template in templates:
        texts += _named_texts(template)
        files.add(template.name)
    relevant: set[str] = set()
    users: dict[str, set[str]] = {}
    for name, text in texts:
        text = _COMMENT.sub("", _CHECKSUM.sub("", text))
        if _WORD.search(text) or (maps and (maps.search(text) or _ALL_VALUES.search(text))):
            relevant.add(name)
        for one, other in _INCLUSION.findall(text):
            users.setdefault(one or other, set()).add(name)
        if _COMPUTED.search(text):
            users.setdefault(_COMPUTED_NAME, set()).add(name)
        if _TEXT.search(text):
            users.setdefault(_TEXTS_NAME, set()).add(name)
    if relevant - files:
        # One of the named templates.
        relevant.add(_COMPUTED_NAME)
    return _with_users(relevant, users) & files


def _with_users(names: set[str], users: dict[str, set[str]]) -> set[str]:
    """The names, and those of all templates that include one of them."""
    found = set(names)
    waiting = [*names]
    while waiting:
        for user in users.get(waiting.pop(), set()) - found:
            found.add(user)
            waiting.append(user)
    return found


def _named_texts(template: ChartTemplate) -> Iterator[tuple[str, str]]:
    """The text of a file and of each named template in it: up to the next one, which is at least all of it."""
    name, at = template.name, 0
    for found in _DEFINITION.finditer(template.text):
        yield name, template.text[at : found.start()]
        if template.name.rpartition("/")[2].startswith("_"):
            name = found[1] or found[2]
        else:
            # In a file that prints, what follows a named template may be the file's own text.
            yield found[1] or found[2], template.text[found.start() :]
        at = found.start()
    yield name, template.text[at:]


def _maps_with_lists(keys: Collection[str]) -> re.Pattern[str] | None:
    """A pattern for templates that take the value of one of these keys as a whole; None without keys."""
    if not keys:
        return None
    names = "|".join(map(re.escape, keys))
    looked_up = rf"\b(?:index|get|dig|pluck|pick)\b[^{{}}|]*[\"`](?:{names})[\"`](?!\s*[\"`])"
    return re.compile(rf"\.(?:{names})(?![\w.-])|{looked_up}")


def _template_texts(values: GoMap) -> Iterator[str]:
    """The strings in the values that are templates which print a list, or what others print."""
    waiting: list[GoValue] = [values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, GoMap):
            waiting += value.entries.values()
        elif isinstance(value, GoList):
            waiting += value.items
        elif isinstance(value, Traced) and _TEMPLATE_TEXT.search(value.text):
            yield value.text


def _keys_around_lists(values: GoMap) -> Collection[str]:
    """The keys on the way to a key of the values that is like `hostAliases`."""
    found: set[str] = set()

    def look(value: GoValue, above: tuple[str, ...]) -> None:
        if isinstance(value, GoMap):
            for name, inner in value.entries.items():
                path = (*above, name)
                if _WORD.search(name):
                    found.update(path)
                look(inner, path)
        elif isinstance(value, GoList):
            for item in value.items:
                look(item, above)

    look(values, ())
    return found
