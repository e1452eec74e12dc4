"""A folder the office keeps: only files it wrote itself are ever replaced or removed, and none a person changed.

``issue``, ``collect`` and ``watch`` write into such folders, again and again. A folder that is not empty and
bears no mark is refused; so is one that was made for something else, or in which another run is at work.
"""

import errno
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from xlreport.errors import RequestError, reason_of
from xlreport.files.whole import clear_parts, is_part, write_file
from xlreport.messages import say
from xlreport.office.folder.lock import InUseError, Lock
from xlreport.office.folder.mark import MARK, Holding, Mark, NoMarkError, digest_of

LOCK = ".xlreport-lock"
_OF_THE_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
"""What file managers leave in any folder they show."""
_HOPELESS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""Troubles that the next file will have as well."""


@dataclass(frozen=True, slots=True)
class Written:
    """The file holds the new content now; ``name`` is another one where it was written beside a changed file."""

    name: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """There was nothing to write: the content is there, or a person went on working in that very content."""

    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    """The file is gone."""

    name: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The file was left as it is; why, in words."""

    name: str
    reason: str


class OwnFolder:
    """A folder of ours, held by this process until it is closed.

    >>> with OwnFolder.open(Path("results"), "collect a-form 2024") as folder:  # doctest: +SKIP
    ...     outcome = folder.write("return/001_甲局_2024_退回.xlsx", data)
    """

    def __init__(self, path: Path, mark: Mark, lock: Lock) -> None:
        self.path = path
        self._mark = mark
        self._lock = lock

    @classmethod
    def open(cls, path: Path, purpose: str) -> Self:
        """Take the folder, which is made if need be; what a killed run left half-written is removed.

        Args:
            path: The folder.
            purpose: What it is for, in the words of the command (``issue a-form 2024``); it keeps no other files.

        Raises:
            RequestError: it is somebody else's, made for something else, in use by another run, or not writable.
        """
        try:
            _refuse_others(path)
            path.mkdir(parents=True, exist_ok=True)
            lock = _lock(path)
        except OSError as error:
            raise RequestError(_trouble(path, error)) from error
        try:
            return cls(path, _marked(path, purpose), lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Give the folder back.

        Raises:
            RequestError: its mark cannot be written (it still knows its files).
        """
        try:
            self._mark.tidy()
        except OSError as error:
            raise RequestError(_trouble(self.path, error)) from error
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._lock.release()  # the first trouble is the one to tell of

    @property
    def names(self) -> tuple[str, ...]:
        """The files it wrote and did not remove, sorted."""
        return tuple(sorted(self._mark.holdings))

    def holds(self, name: str) -> bool:
        """Whether there is a file of that name, whoever wrote it."""
        try:
            return self._at(name).exists()
        except OSError:  # a name longer than this system takes
            return False

    def is_as_written(self, name: str) -> bool:
        """Whether there is a file of that name that we wrote, and nobody has changed since."""
        ours = self._mark.of(name)
        return ours.is_settled and ours.after != "" and self._found(name) == ours.after

    def is_changed(self, name: str) -> bool:
        """Whether something of that name is none of ours: another content, a folder, a file we may not read."""
        found, ours = self._found(name), self._mark.of(name)
        return found not in ("", ours.before, ours.after)

    def _found(self, name: str) -> str | None:
        """The digest of a file's content, empty where there is none; ``None`` for what cannot be read."""
        try:
            return _digest_at(self._at(name))
        except OSError:
            return None

    def write(
        self, name: str, data: bytes, *, beside: bool = False, is_due: bool = False
    ) -> Written | Unchanged | Blocked:
        """Write a file whole, unless its content is there already.

        A file that a person changed is left alone. If what we would write is what we wrote last, there is
        nothing new to say (``Unchanged``); else it is ``Blocked`` or, with ``beside``, the new content goes into
        a file of its own (``a_2.xlsx``), which is ours like any other.

        Args:
            name: Its name within the folder, parts of a path divided by ``/``.
            data: Its whole content.
            beside: Write the new content next to a file that a person changed.
            is_due: Do so although it is what we wrote last: what a person made of it is something else.

        Raises:
            RequestError: the disk is full or gone, so that no other file can be written either.
        """
        try:
            return self._write(name, data, beside=beside, is_due=is_due)
        except OSError as error:
            return self._blocked(name, error)

    def _write(self, name: str, data: bytes, *, beside: bool, is_due: bool) -> Written | Unchanged | Blocked:
        path, wanted, ours = self._at(name), digest_of(data), self._mark.of(name)
        found = _digest_at(path)
        if found == wanted:
            self._settle(name, wanted)
            return Unchanged(name)
        if found in ("", ours.before, ours.after):
            self._mark.state(name, Holding(found, wanted))
            write_file(path, data)
            self._settle(name, wanted)
            return Written(name)
        if ours == Holding(wanted, wanted) and not is_due:
            return Unchanged(name)
        return (
            self._write(_next_name(name), data, beside=True, is_due=is_due)
            if beside
            else Blocked(name, self._changed(name))
        )

    def _settle(self, name: str, digest: str) -> None:
        holding = Holding(digest, digest)
        if self._mark.of(name) != holding:
            self._mark.state(name, holding)

    def remove_others(self, keep: Iterable[str]) -> tuple[Removed | Blocked, ...]:
        """Remove the files it wrote that are no longer wanted; those that people changed stay, and that is said.

        Raises:
            RequestError: the disk is gone.
        """
        kept = set(keep)
        alike = {name.casefold(): name for name in kept}
        others = [name for name in self.names if name not in kept]
        done = [self._remove(name) for name in others if not self._is_same(name, alike.get(name.casefold()))]
        return tuple(one for one in done if one is not None)

    def _is_same(self, name: str, other: str | None) -> bool:
        """Whether two names that differ in case are one file, as on many systems."""
        try:
            return other is not None and self._at(name).samefile(self._at(other))
        except OSError:  # there is only one, or none
            return False

    def _remove(self, name: str) -> Removed | Blocked | None:
        path, ours = self._at(name), self._mark.of(name)
        try:
            found = _digest_at(path)
            if found and found not in (ours.before, ours.after):
                return Blocked(name, self._changed(name))
            path.unlink(missing_ok=True)
            self._mark.state(name, Holding("", ""))
        except OSError as error:
            return self._blocked(name, error)
        return Removed(name) if found else None

    def _at(self, name: str) -> Path:
        if not _is_inside(name):
            raise ValueError(name)
        return self.path / name

    def _changed(self, name: str) -> str:
        return say("folder.changed", path=self.path / name)

    def _blocked(self, name: str, error: OSError) -> Blocked:
        path = self.path / name
        reason = self._changed(name) if isinstance(error, IsADirectoryError) else _trouble(path, error)
        if error.errno in _HOPELESS:
            raise RequestError(reason) from error
        return Blocked(name, reason)


def is_ours(path: Path, purpose: str) -> bool:
    """Whether a folder bears our mark and is kept for that: the first word of what it is for."""
    try:
        return Mark.read(path / MARK).purpose.split(" ")[0] == purpose
    except (OSError, NoMarkError):
        return False


def _refuse_others(path: Path) -> None:
    """Refuse a folder that holds anything but what we or file managers leave in one of ours."""
    if path.exists() and not path.is_dir():
        raise RequestError(say("folder.a_file", path=path))
    if path.exists() and not (path / MARK).exists() and any(map(_is_others, path.iterdir())):
        raise RequestError(say("folder.not_ours", path=path))


def _is_others(path: Path) -> bool:
    return path.name != LOCK and path.name.casefold() not in _OF_THE_SYSTEM and not is_part(path)


def _lock(path: Path) -> Lock:
    try:
        return Lock.take(path / LOCK)
    except InUseError as error:
        raise RequestError(say("folder.busy", path=path)) from error


def _marked(path: Path, purpose: str) -> Mark:
    """The mark of a folder that is locked: read, or made in an empty one."""
    file = path / MARK
    try:
        mark = Mark.read(file) if file.exists() else Mark(file, purpose)
        _refuse_mark(mark, path, purpose)
        clear_parts({path, *((path / name).parent for name in mark.holdings)})
        mark.tidy()
    except NoMarkError as error:
        raise RequestError(say("folder.damaged", path=file)) from error
    except OSError as error:
        raise RequestError(_trouble(path, error)) from error
    return mark


def _refuse_mark(mark: Mark, path: Path, purpose: str) -> None:
    if mark.purpose != purpose:
        raise RequestError(say("folder.other_purpose", path=path, found=mark.purpose, expected=purpose))
    if not all(map(_is_inside, mark.holdings)):
        raise RequestError(say("folder.damaged", path=mark.path))


def _trouble(path: Path, error: OSError) -> str:
    in_use = isinstance(error, PermissionError) and path.is_file()
    return say("output.in_use" if in_use else "output.failed", path=path, reason=reason_of(error))


def _is_inside(name: str) -> bool:
    """Whether a name stays in the folder and is none of the folder's own; marks may have been tampered with."""
    path = PurePosixPath(name)
    plain = not any(unicodedata.category(character) == "Cc" or character in "\\:" for character in name)
    ordinary = path.name and not path.name.startswith(".xlreport-")
    return bool(plain and ordinary and name == str(path) and not path.is_absolute() and ".." not in path.parts)


def _digest_at(path: Path) -> str:
    """The digest of a file's content; empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _next_name(name: str) -> str:
    """``a.xlsx``, ``a_2.xlsx``, ``a_3.xlsx`` and so on."""
    path = PurePosixPath(name)
    stem, mark, number = path.stem.rpartition("_")
    counted = mark and number.isascii() and number.isdigit() and len(number) < 3  # noqa: PLR2004 - longer: a year
    return str(path.with_stem(f"{stem}_{int(number) + 1}" if counted else f"{path.stem}_2"))
