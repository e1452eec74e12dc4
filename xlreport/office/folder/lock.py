"""One run at a time in a folder: a lock of the operating system, gone with the process that holds it."""

import sys
import threading
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(file: BufferedRandom) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: BufferedRandom) -> None:
        # Not flock: processes forked meanwhile would hold that lock beyond our own end.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class InUseError(Exception):
    """Another run, in this process or in another one, holds the lock."""


_HELD: set[Path] = set()
"""The locks of this process: the system grants it one it already has, and takes that away when the second ends."""
_CHANGING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that is held until it is released or the process ends."""

    file: BufferedRandom
    path: Path

    @classmethod
    def take(cls, path: Path) -> "Lock":
        """Take the lock of a file, which is made if need be.

        Raises:
            InUseError: another run holds it.
            OSError: it cannot be had at all.
        """
        known = path.resolve()
        with _CHANGING:
            if known in _HELD:  # not even opened: closing any file of it would give the lock away
                raise InUseError
            file = path.open("a+b")
            try:
                _take(file)
            except (BlockingIOError, PermissionError) as error:
                file.close()
                raise InUseError from error
            except BaseException:
                file.close()
                raise
            _HELD.add(known)
        return cls(file, known)

    def release(self) -> None:
        """Give it back."""
        with _CHANGING:
            self.file.close()
            _HELD.discard(self.path)
