"""Path names that mean `/etc/hosts`."""

from __future__ import annotations

#: Links of the kernel to the root of the process that follows them.
_OWN_ROOTS = ("/proc/self/root", "/proc/thread-self/root")


def is_etc_hosts(path: str) -> bool:
    """True if the kernel opens `/etc/hosts` for this absolute path.

    Repeated slashes, `.` and `..` are resolved as text, which is what the kernel does as long as no symbolic link is
    on the way. `/etc/hosts/`, `/etc/hosts/.` and `/etc/hosts/../hosts` cannot be opened: the file is no directory.
    """
    if not path.startswith("/"):
        return False
    for root in _OWN_ROOTS:
        path = path[len(root) :] if path.startswith(f"{root}/") else path
    components: list[str] = []
    pieces = path.split("/")
    for piece in pieces:
        if piece == "..":
            if components == ["etc", "hosts"]:
                return False
            del components[-1:]
        elif piece not in ("", "."):
            components.append(piece)
    return components == ["etc", "hosts"] and pieces[-1] == "hosts"
