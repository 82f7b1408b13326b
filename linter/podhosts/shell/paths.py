"""Which path names mean `/etc/hosts`."""

from __future__ import annotations


def is_etc_hosts(path: str) -> bool:
    """True if the kernel opens `/etc/hosts` for this absolute path.

    Repeated slashes, `.` and `..` are resolved as text, which is what the kernel does as long as no symbolic link is
    on the way. `/etc/hosts/` and `/etc/hosts/.` are not it: opening them fails, since no directory is there.
    """
    if not path.startswith("/"):
        return False
    components: list[str] = []
    pieces = path.split("/")
    for piece in pieces:
        if piece == "..":
            del components[-1:]
        elif piece not in ("", "."):
            components.append(piece)
    return components == ["etc", "hosts"] and pieces[-1] == "hosts"
