"""A file written whole or not at all: to a temporary name beside it, onto the disk, then renamed."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LONGEST_PATH = 200
"""Beyond this many characters Windows programs may not open a file."""
_PREFIX, _SUFFIX = ".xlreport-", ".part"
_MODE = 0o644  # a temporary file is private; the finished one is an ordinary document


def write_file(path: Path, data: bytes) -> None:
    """Write a file; whatever happens meanwhile, under its name there is the old content or the new one.

    Raises:
        OSError: it cannot be written; nothing is left behind, and what was there before is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # a rename may reach the disk before the bytes do
        Path(part).chmod(_MODE)
        Path(part).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise


def is_long(path: Path) -> bool:
    """Whether a path is longer than every program takes."""
    return len(str(path.resolve())) > LONGEST_PATH


def is_part(path: Path) -> bool:
    """Whether a file is the temporary one of a writing that was killed (or goes on)."""
    return path.name.startswith(_PREFIX) and path.name.endswith(_SUFFIX)


def clear_parts(folders: Iterable[Path]) -> None:
    """Remove what killed writings left behind; only while nobody else writes there."""
    for folder in folders:
        for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            with suppress(OSError):  # it hurts nobody where it stays
                path.unlink()
