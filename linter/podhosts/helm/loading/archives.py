"""Charts that lie in `charts/` as an archive, read in memory. Nothing is written to disk.

The checks are Helm's own (`pkg/chart/loader/archive`), with a limit on the number of files besides, which Helm lacks.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import tarfile
import zlib

from podhosts.patterns import regex

#: Helm's limits: the bytes of all files together, and of one.
MOST_BYTES = 100 * 1024 * 1024
MOST_FILE_BYTES = 5 * 1024 * 1024
MOST_FILES = 10_000
_DRIVE = regex(r"[a-zA-Z]:/")
_BOM = b"\xef\xbb\xbf"


class ArchiveError(ValueError):
    """An archive that Helm refuses, or that is too large; the message is Helm's where it has one."""


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a packed chart by their path in it, without the folder that a package begins with.

    Raises ArchiveError.
    """
    files: dict[str, bytes] = {}
    try:
        # All at once and bounded: headers, too, may claim any length.
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            content = packed.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ArchiveError(f"decompressed chart is larger than the maximum size {MOST_BYTES}")
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for entry in archive:
                if entry.isreg():
                    files[_path(entry.name)] = _content(archive, entry)
                if len(files) > MOST_FILES:
                    raise ArchiveError(f"the archive holds more than {MOST_FILES} files")
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ArchiveError(f"no chart archive: {error}") from None
    if not files:
        raise ArchiveError("no files in chart archive")
    return files


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    if entry.size > MOST_FILE_BYTES:
        raise ArchiveError(
            f'decompressed chart file "{entry.name}" is larger than the maximum file size {MOST_FILE_BYTES}'
        )
    opened = archive.extractfile(entry)
    return opened.read().removeprefix(_BOM) if opened else b""


def _path(name: str) -> str:
    """The path in the chart of an entry of its archive. Raises ArchiveError for one that leads out of it."""
    delimiter = "\\" if "\\" in name else "/"
    first, *rest = name.split(delimiter)
    path = "/".join(rest)
    if path.startswith("/"):
        raise ArchiveError("chart illegally contains absolute paths")
    path = posixpath.normpath(path) if path else "."
    if path == ".":
        raise ArchiveError(f'chart illegally contains content outside the base directory: "{name}"')
    if path.startswith(".."):
        raise ArchiveError("chart illegally references parent directory")
    if _DRIVE.match(path):
        raise ArchiveError("chart contains illegally named files")
    if first == "Chart.yaml":
        raise ArchiveError("chart yaml not in base directory")
    return path
