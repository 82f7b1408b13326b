"""The words that rules react to, and a search for them in bytes.

This module is all that a run on unrelated files loads beside Python itself: it imports nothing. It may say yes too
often, never no: a file in which it finds nothing holds nothing that any rule could report. One thing is left out, as
nobody writes it: a script that takes both words of `/etc/hosts` to pieces (`/e''tc/h''osts`).
"""

from __future__ import annotations

WINDOW = 1 << 20
#: How far the search looks around a hit; windows of a large file overlap by it.
OVERLAP = 4096

#: Searched in lower case. The last ones are suppressions: one that silences nothing is reported too.
_WORDS = (
    b"etc/hosts", b"drivers\\etc", b"drivers\\\\etc", b"corefile", b"coredns-custom", b"fallthrough",
    b"podhosts/ignore", b"podhosts\\/ignore", b"podhosts: ignore",
)  # fmt: skip
#: What keys of a pod spec or of an entry begin with.
_BEGINNINGS = (b"hostname", b"subdomain")
#: What keys hold, searched in lower case and without `_`, `-` and blanks, as keys are compared.
_PARTS_OF_KEYS = (b"hosta", b"aliases", b"extrahosts", b"addhosts")
#: Every key within two edits of hostaliases keeps one of its thirds; `hosta` is above, these are looked at closely.
_OTHER_THIRDS = (b"lia", b"ses")
#: If `hosta` is spoilt by one edit it keeps one of these parts, if by both the rest is as it should be.
_PARTS = (b"ho", b"sta")
_REST = b"liases"
_TARGET = b"hostaliases"
_EDITS = 2
#: How many bytes a key may go on behind a part of it, and how far its colon may be.
_LONGEST_END = 8
_COLON_REACH = 40
_BEFORE_COLONS = b"\"'\\ \t\r\n"
#: How far before a word `spec` may stand in a path; what joins the two; and letters that may stand before a key: those
#: of escapes, and `set` in `setHostnameAsFQDN`.
_REACH_BACK = 20
_PATH_BYTES = (b"/", b".", b"[")
_LETTERS = tuple(bytes((code,)) for code in b"abcdefghijklmnopqrstuvwxyz0123456789")
_LETTERS_BEFORE = (b"set", b"\\n", b"\\t", b"\\r")

#: How far from `hosts` its block may begin; and what may follow it, `\` beginning an escaped break.
_HOSTS_ARGUMENTS = 300
_HOSTS = b"hosts"
#: What stands in a path that a shell puts together.
_PIECES = (b"$", b"'", b'"', b"\\", b"}")
_AFTER_HOSTS = (b" ", b"\t", b"\n", b"\r", b"\\")
_AFTER_KEYS = b" \t\r\n\"':"

#: What is left out before keys are compared; without these bytes a character of UTF-8 is one byte, as an edit counts.
_KEY_SEPARATORS = b"_- \t" + bytes(range(0x80, 0xC0))
_ESCAPED_BLANKS = (
    b"\\ ", b"\\t", b"\\\t", b"\\x20", b"\\x09", b"\\u0020", b"\\u0009", b"\\u00000020", b"\\u00000009",
)  # fmt: skip
_BLANKS = b" \t\r\n"
_DEFINITION = b"kind: customresourcedefinition"
#: What stands before the brace of a key in `managedFields`, like `k:{"ip":"10.244.0.7"}`: every pod's status has one.
_MANAGED_KEYS = (b'"k:', b"'k:", b" k:")
#: A kustomization that takes files into ConfigMaps: there may be scripts among these.
_GENERATOR = b"configmapgenerator"
_DASHES = b"- \t"
_DASH = 0x2D
_QUOTES = b"\"'\\"
_WORD_BYTES = b"abcdefghijklmnopqrstuvwxyz0123456789_-./"


def mentions(data: bytes) -> bool:
    """Whether a file's bytes hold anything that a rule could react to, however it is escaped or spelt."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    if b"\0" in data[:4]:
        # UTF-16 and UTF-32 without a mark, which kubectl does not read: each letter has zeros beside it.
        return mentions(data.translate(None, b"\0"))
    low = data.lower()
    return (
        _has_alias_key(low.translate(None, _KEY_SEPARATORS))
        or (_has_escapes(low) and (_has_escaped_word(low) or _has_key_with_escaped_blanks(low)))
        or (_has_word(low) and not _holds_definitions(low))
    )


def text_mentions(text: str) -> bool:
    """`mentions` for a text, or a part of one, that was read from a file."""
    return mentions(text.encode("utf-8", "surrogatepass"))


def text_names_hosts(text: str) -> bool:
    """`mentions` without what only may hold a word: aliases in the place of keys, escapes, and pieces of paths."""
    low = text.encode("utf-8", "surrogatepass").lower()
    return _has_alias_key(low.translate(None, _KEY_SEPARATORS)) or _has_plain_word(low)


def file_mentions(path: str) -> bool:
    """`mentions` for a file, read in windows. Raises OSError where it cannot be read."""
    with open(path, "rb") as file:
        tail = b""
        while chunk := file.read(WINDOW):
            if mentions(tail + chunk):
                return True
            tail = chunk[-OVERLAP:]
    return False


def _holds_definitions(low: bytes) -> bool:
    """Whether every document is a CustomResourceDefinition: what is declared there is no pod's, whatever its name."""
    definitions = low.count(b"\n" + _DEFINITION) + low.startswith(_DEFINITION)
    if not definitions:
        return False
    separators = low.count(b"\n---") + low.startswith(b"---")
    before = low[: low.find(b"---")].split(b"\n") if separators else []
    if all(not line or line.startswith(b"#") for line in before[:-1]):
        separators -= 1
    return definitions > separators


def _has_plain_word(low: bytes) -> bool:
    for word in _WORDS:
        if word in low:
            return True
    return _has_hostname(low) or _has_etc(low) or _has_hosts_plugin(low) or _has_outdented_ip(low)


def _has_word(low: bytes) -> bool:
    return (
        _has_plain_word(low)
        or _has_hosts_below_pieces(low)
        or _has_aliased_key(low)
        or (_GENERATOR in low and b"files" in low)
    )


def _has_escapes(low: bytes) -> bool:
    """Whether anything but a quote is escaped: JSON in a string is full of those."""
    return low.count(b"\\") > low.count(b'\\"')


def _has_hostname(low: bytes) -> bool:
    """The keys `hostname`, `subdomain` and longer ones, or a path that leads to one in a `spec`."""
    for word in _BEGINNINGS:
        at = low.find(word)
        while at >= 0:
            before, end = low[max(0, at - _REACH_BACK) : at], at + len(word)
            if before[-1:] in _PATH_BYTES:
                if b"spec" in before:
                    return True
            elif (before[-1:] not in _LETTERS or before.endswith(_LETTERS_BEFORE)) and _ends_as_key(low, end):
                return True
            at = low.find(word, end)
    return False


def _has_etc(low: bytes) -> bool:
    """The folder `/etc` as a whole value, or a spelling of `/etc/hosts` with doubled slashes or `.` steps."""
    at = low.find(b"/etc")
    while at >= 0:
        end = at + 4
        while low[end : end + 1] and low[end] in b"/.\\":
            end += 1
        following = low[end : end + 1]
        if low.startswith(b"hosts", end) or not following or following not in _WORD_BYTES:
            return True
        if following == b"h" and low[end - 1 : end] == b"/" and _breaks_off(low, end):
            return True
        at = low.find(b"/etc", at + 4)
    return False


def _breaks_off(low: bytes, at: int) -> bool:
    """Whether a word is a beginning of `hosts` that a script may go on with elsewhere: `/etc/ho"sts"`, `p=/etc/ho`."""
    end = at
    while end < at + 5 and low[end : end + 1] == _HOSTS[end - at : end - at + 1]:
        end += 1
    following = low[end : end + 1]
    return not following or following not in _WORD_BYTES


def _has_hosts_below_pieces(low: bytes) -> bool:
    """A script's path that ends in `/hosts` and begins with a variable or quoted pieces: `$d/hosts`, `/e''tc/hosts`."""
    at = low.find(b"/hosts")
    while at >= 0:
        end = at + 6
        if low[end : end + 1] not in _LETTERS:
            before = low[max(0, at - _COLON_REACH) : at].split()
            word = before[-1].lstrip(b"\"'=>(") if before else b""
            if any(low_byte in word for low_byte in _PIECES):
                return True
        at = low.find(b"/hosts", end)
    return False


def _has_aliased_key(low: bytes) -> bool:
    """A key written as an alias, `*name:`, whatever its anchor holds."""
    at = low.find(b"*") if b"&" in low else -1
    while at >= 0:
        end = at + 1
        while low[end : end + 1] and low[end] not in b" \t\r\n,[]{}:":
            end += 1
        if end > at + 1 and low[end : end + _COLON_REACH].lstrip(b" \t").startswith(b":"):
            return True
        at = low.find(b"*", end)
    return False


def _has_hosts_plugin(low: bytes) -> bool:
    """CoreDNS' `hosts` with a block (`hosts FILE ZONE {`), or as `name: hosts` in the values of its Helm chart."""
    at = low.find(b"hosts")
    while at >= 0:
        end = at + 5
        brace = low.find(b"{", end, end + _HOSTS_ARGUMENTS) if low[end : end + 1] in _AFTER_HOSTS else -1
        if brace >= 0 and low.find(b":", end, brace) < 0:
            return True
        if low[max(0, at - 20) : at].rstrip(_AFTER_KEYS).endswith(b"name"):
            return True
        at = low.find(b"hosts", end)
    return False


def _has_alias_key(joined: bytes) -> bool:
    """`hostAliases` anywhere, or a key that is nearly that, or another tool's word for it."""
    if _TARGET in joined:
        return True
    for part in _PARTS_OF_KEYS:
        at = joined.find(part)
        while at >= 0:
            if _ends_as_key(joined, at + len(part)):
                return True
            at = joined.find(part, at + 1)
    for third in _OTHER_THIRDS:
        at = joined.find(third)
        while at >= 0:
            start = max(0, at - 10)
            before = joined[start:at]
            may_be = _PARTS[0] in before or _PARTS[1] in before or joined.startswith(_REST, at)
            if may_be and _ends_as_key(joined, at + 3) and _may_be_near_target(joined[start : at + 12]):
                return True
            at = joined.find(third, at + 1)
    return False


def _ends_as_key(joined: bytes, at: int) -> bool:
    """Whether a word goes on for a few letters only, and then a colon follows, perhaps behind a comment.

    In `{...}` a key may stand without one; behind `?` its colon may be anywhere, and behind `&name` in another place.
    """
    colon = joined.find(b":", at, at + _COLON_REACH)
    if colon < 0 and _is_far_colon(joined, at):
        return True
    end = joined[at : colon if colon >= 0 else at + _COLON_REACH].rstrip(_BEFORE_COLONS)
    if colon >= 0 and len(end) <= _LONGEST_END:
        return True
    tail = end[: _LONGEST_END + 3]
    before = joined[max(0, at - _COLON_REACH) : at]
    if b"#" in tail or b"?" in before or b"&" in before:
        return True
    return (b"," in tail or b"}" in tail) and joined.rfind(b"{", 0, at) >= 0


def _is_far_colon(joined: bytes, at: int) -> bool:
    """Whether nothing but blanks stands between a word and a colon that is far away, or the end of the bytes."""
    if len(joined) - at < _COLON_REACH:
        return False
    tail = joined[at : at + _LONGEST_END]
    while tail and tail[0] not in _BEFORE_COLONS:
        tail = tail[1:]
        at += 1
    while joined[at : at + 1] and joined[at] in _BEFORE_COLONS:
        at += 1
    return joined[at : at + 1] in (b":", b"")


def _has_key_with_escaped_blanks(low: bytes) -> bool:
    if not any(blank in low for blank in _ESCAPED_BLANKS):
        return False
    for blank in _ESCAPED_BLANKS:
        low = low.replace(blank, b"")
    return _has_alias_key(low.translate(None, _KEY_SEPARATORS))


#: What has been looked at closely: `containerStatuses` stands in every pod of a List.
_judged: dict[bytes, bool] = {}
_MOST_JUDGED = 10_000


def _may_be_near_target(window: bytes) -> bool:
    known = _judged.get(window)
    if known is None:
        if len(_judged) >= _MOST_JUDGED:
            _judged.clear()
        known = _judged[window] = _is_near_target(window)
    return known


def _is_near_target(window: bytes) -> bool:
    """Whether some part of the window is within two edits of the target."""
    row = list(range(len(_TARGET) + 1))
    for byte in window:
        previous, row[0] = 0, 0
        for j, other in enumerate(_TARGET, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (byte != other))
        if row[-1] <= _EDITS:
            return True
    return False


def _has_outdented_ip(low: bytes) -> bool:
    """A key `ip` that is not the first of a list item: one of an entry that lost its indentation."""
    at = low.find(b"ip")
    while at >= 0:
        if _is_outdented(low, at):
            return True
        at = low.find(b"ip", at + 2)
    return False


def _is_outdented(low: bytes, at: int) -> bool:
    end = at + 2
    while low[end : end + 1] and low[end] in _QUOTES:
        end += 1
    while low[end : end + 1] and low[end] in _BLANKS:
        end += 1
    before = at - 1
    while before >= 0 and low[before] in _QUOTES:
        before -= 1
    if low[end : end + 1] != b":" and not _is_explicit_key(low, before, at + 2):
        return False
    if before >= 0 and low[before] not in b" \t\r\n{,":
        return False
    before = _last_filled(low, before)
    if before >= 0 and low[before] == b"{"[0]:
        if low[before - 3 : before] in _MANAGED_KEYS:
            return False
        before = _last_filled(low, before - 1)
        if before >= 0 and low[before] in b"[,":
            return False
    return not _is_dash_of_item(low, before)


def _is_explicit_key(low: bytes, before: int, end: int) -> bool:
    """Whether a word that ends at `end` may stand behind a `?`, or its comment, wherever its colon is."""
    if low[end : end + 1] in _LETTERS:
        return False
    above = low[max(0, before - _COLON_REACH) : before + 1]
    return b"? " in above or b"?\n" in above or b"?\r" in above or b"?\t" in above


def _is_dash_of_item(low: bytes, at: int) -> bool:
    """Whether a byte is a dash on a line that holds nothing else up to it, unlike the end of a comment or text."""
    if at < 0 or low[at] != _DASH:
        return False
    while at >= 0 and low[at] in _DASHES:
        at -= 1
    return at < 0 or low[at] in b"\r\n"


def _last_filled(low: bytes, at: int) -> int:
    while at >= 0 and low[at] in _BLANKS:
        at -= 1
    return at


def _has_escaped_word(low: bytes) -> bool:
    """A letter, digit or path character written as an escape, or a word cut in two by an escaped line break."""
    for escape, digits in ((b"\\x", 2), (b"\\u", 4), (b"\\u", 8)):
        at = low.find(escape)
        while at >= 0:
            if _is_word_code(low[at + 2 : at + 2 + digits]):
                return True
            at = low.find(escape, at + 2)
    for line_break in (b"\\\n", b"\\\r"):
        at = low.find(line_break)
        while at >= 0:
            if at and low[at - 1] in _WORD_BYTES:
                return True
            at = low.find(line_break, at + 2)
    return b"\\/etc" in low or b"etc\\/" in low


def _is_word_code(digits: bytes) -> bool:
    try:
        code = int(digits, 16)
    except ValueError:
        return False
    return code < 128 and bytes((code,)).lower() in _WORD_BYTES
