"""The host name that a text is meant to be, and the advice about one that is none."""

from __future__ import annotations

from itertools import pairwise

from podhosts.document.scalars import ScalarError, resolve
from podhosts.hosts.addresses import parse_sloppy
from podhosts.hosts.names import (
    MAX_LABEL_BYTES,
    MAX_OVERRIDE_BYTES,
    MAX_SUBDOMAIN_BYTES,
    is_numeric_for_resolvers,
    label_refusals,
    subdomain_refusals,
)
from podhosts.patterns import regex

_BETWEEN = regex(r"[\s,;]+")
_SCHEME = regex(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PORT = regex(r":[0-9]{1,5}\Z")
#: What word processors and web pages put around a word: quotation marks of all kinds, and characters without a width.
QUOTES = "\"'`‘’‚‛“”„‟«»"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
#: Words that people write where a value is to be filled in; those that are whole, and those with others beside them.
_UNFILLED = frozenset(("todo", "null", "nil", "none", "undefined"))
_UNFILLED_PARTS = frozenset(("your", "changeme", "replaceme", "fixme", "tbd", "placeholder", "xxx", "xxxx"))
_WORD = regex(r"[a-z0-9]+")
_NO_UNDERSCORES = "use a name without underscores, here and in the clients"


def looks_unfilled(text: str) -> bool:
    """Whether a text that is no valid value looks like one that a person or a program forgot to fill in."""
    # Hexadecimal digits in capitals are an address.
    if (text.isupper() and "." not in text and not _is_hexadecimal(text)) or text.lower() in _UNFILLED:
        return True
    words = _WORD.findall(text.lower())
    return not _UNFILLED_PARTS.isdisjoint(words) or any(pair in {"change me", "replace me"} for pair in _pairs(words))


def separate(text: str) -> list[str]:
    """The words of a text that blanks, commas or semicolons separate."""
    return [word for word in _BETWEEN.split(text) if word]


def meant_name(text: str) -> str | None:
    """The valid name in a text, in lower case and without scheme, port, path and dot at the end; None without one.

    A number or an address is none: resolvers never look it up.
    """
    name = _bare(text)[0].lower()
    return None if not name or subdomain_refusals(name) or is_numeric_for_resolvers(name) else name


def meant_list(text: str) -> str | None:
    """A flow sequence of the names in a text, to be written as it is; None where a word of it is no name."""
    names = [meant_name(word) for word in separate(text)]
    return f"[{', '.join(as_written(name) for name in names if name)}]" if names and all(names) else None


def as_written(text: str) -> str:
    """A word in YAML, in quotes where it would be something else without them (a number, a boolean, a key)."""
    if text.startswith(":") or text.endswith(":"):
        return f'"{text}"'
    try:
        is_plain = resolve(text, "", None) == text
    except ScalarError:
        is_plain = False
    return text if is_plain else f'"{text}"'


def name_advice(text: str, style: str = "") -> str:
    """The advice about a text that is no valid name; `style` is that of its scalar.

    What is quoted after "write" is the item that the API server accepts.
    """
    if not text:
        return "write a name, or remove the item"
    words = separate(text)
    if looks_unfilled(text):
        return "fill it in: it looks like a placeholder"
    if len(words) > 1:
        return _several(words)
    if any(map(parse_sloppy, (text.partition("/")[0], text.strip("[]"), _bare(text)[0]))):
        return "write a name: `hostnames` cannot hold addresses"
    meant = meant_name(text)
    if meant is not None and style[:1] in {"|", ">"} and text.endswith("\n"):
        return f"`{style[:1]}` adds a line break: write `{as_written(meant)}` on the line of the dash"
    if meant is not None:
        return f"{_removed(text)}: write `{as_written(meant)}`"
    return _reason(_bare(text)[0])


def label_advice(text: str, field: str) -> str:
    """The advice about a `hostname` or `subdomain` of a pod that is not a DNS label.

    What is quoted after "write" is accepted.
    """
    lower = text.lower()
    if not label_refusals(lower):
        return f"upper case is not allowed: write `{as_written(lower)}`"
    if parse_sloppy(text):
        return f"write a name: `{field}` cannot hold an address"
    head, dot, rest = lower.rstrip(".").partition(".")
    if "." in text and "_" not in text and not label_refusals(head):
        if field == "hostname" and dot and not label_refusals(rest):
            return f"write `{as_written(head)}`, and put the domain part in `subdomain`: `{as_written(rest)}`"
        return f"dots are not allowed: write `{as_written(head)}`"
    if "_" in text:
        return _NO_UNDERSCORES
    if len(text.encode("utf-8", "replace")) > MAX_LABEL_BYTES:
        return f"shorten it to at most {MAX_LABEL_BYTES} bytes"
    if "." not in text and (ascii_form := _punycode(text)):
        return f"only ASCII letters are allowed: write `{ascii_form}`"
    return "use letters, digits and `-`, with a letter or digit at both ends"


def override_advice(text: str) -> str:
    """The advice about a `hostnameOverride` that is not accepted."""
    meant = meant_name(text)
    if meant is not None and meant != text and len(meant) <= MAX_OVERRIDE_BYTES:
        return f"{_removed(text)}: write `{as_written(meant)}`"
    if "_" in text:
        return _NO_UNDERSCORES
    if len(text.encode("utf-8", "replace")) > MAX_OVERRIDE_BYTES:
        return f"shorten it to at most {MAX_OVERRIDE_BYTES} bytes"
    return "use letters, digits, `-` and `.`; no part may begin or end with `-`"


def _several(words: list[str]) -> str:
    names = [meant_name(word) for word in words]
    if all(names):
        written = ", ".join(f"`{as_written(name)}`" for name in names if name)
        return f"write {len(names)} items: {written}"
    if any(map(parse_sloppy, words)):
        return "put the address in `ip`, and write each name as an item of its own"
    return "write each name as an item of its own"


def _removed(text: str) -> str:
    bare, removed = _bare(text)
    if bare != bare.lower():
        removed.append("upper case")
    *most, last = removed
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"{listed} {'are' if most else 'is'} not allowed"


def _bare(text: str) -> tuple[str, list[str]]:
    """A text without what may stand around a name, and what that was."""
    removed = []
    visible = text.strip(INVISIBLE)
    if visible != text:
        removed.append("an invisible character")
    inner = visible.strip(QUOTES)
    if inner != visible:
        removed.append("a quotation mark")
    bare = _BETWEEN.sub("", inner)
    if bare != inner:
        removed.append("a comma" if "," in text else "a semicolon" if ";" in text else "a blank")
    if scheme := _SCHEME.match(bare):
        bare = bare[scheme.end() :]
        removed.append(f"`{scheme[0]}`")
    bare, slash, _ = bare.partition("/")
    if slash:
        removed.append("a path")
    if port := _PORT.search(bare):
        bare = bare[: port.start()]
        removed.append("a port")
    if bare.endswith("."):
        bare = bare.rstrip(".")
        removed.append("a dot at the end")
    return bare, removed


def _reason(name: str) -> str:
    if "*" in name:
        return "list each name, or use a CoreDNS record: there are no wildcards"
    if name.startswith("."):
        return "list each name, or use a CoreDNS record for the whole domain"
    if name and not subdomain_refusals(name):
        return "write the host's name: resolvers never look up a number"
    if "_" in name:
        return _NO_UNDERSCORES
    if len(name.encode("utf-8", "replace")) > MAX_SUBDOMAIN_BYTES:
        return f"shorten it to at most {MAX_SUBDOMAIN_BYTES} bytes"
    if ascii_form := _punycode(name):
        return f"only ASCII letters are allowed: write `{ascii_form}`"
    if ".." in name:
        return "remove the empty part between two dots"
    return "use letters, digits, `-` and `.`; no part may begin or end with `-`"


def _punycode(name: str) -> str | None:
    """A name as DNS has it (`xn--...`), where it is not ASCII and has such a form."""
    if name.isascii():
        return None
    try:
        form = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return None if subdomain_refusals(form) else form


def _is_hexadecimal(text: str) -> bool:
    return ":" in text and frozenset("0123456789ABCDEF:.%/[]").issuperset(text)


def _pairs(words: list[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(words)]
