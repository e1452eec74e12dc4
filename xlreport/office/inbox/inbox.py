"""What lies in an inbox: files in folders and in .zip files, each with its size, its time and what tells its content.

Nobody knows who made the names and archives: an archive's names are words for people and never paths of a disk, its
sizes are limited before anything is inflated. What cannot be looked into is said, and the others go on.
"""

import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from xlreport.errors import RequestError, reason_of
from xlreport.messages import say
from xlreport.office.china_time import CHINA, in_words
from xlreport.office.folder.mark import MARK
from xlreport.reading.package import MAX_FILE_BYTES, MAX_RATIO, RATIO_FREE_BYTES

"""The time every office here goes by: times are told in it on any machine, and archives hold it without a word."""
MAX_ARCHIVE_BYTES = 500_000_000
"""Bytes of a .zip file; a thousand filled forms have about 60 millions."""
MAX_ENTRIES = 10_000
"""Entries of a .zip file, with those of all archives in it."""
MAX_INFLATED_BYTES = 2_000_000_000
"""Bytes of all these entries once inflated; they are never all in memory."""
DEEPEST = 2
"""An archive may hold archives, these no more."""
_ZIP = ".zip"
_ZIP_ENTRY = b"PK\x01\x02"
_CONTENT_TYPES = "[Content_Types].xml"
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_OF_THE_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_CHUNK = 1024 * 1024


class ChangedError(Exception):
    """A file is no longer what it was when the inbox was looked into."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A file that may be a filled form: what people call it, and what tells its content from others.

    ``name`` is its place in the inbox, archives included (``交来/甲.zip/乙.xlsx``), ``modified`` its time in words
    (``2025-01-12 08:30:00``, China's), ``loading`` yields its bytes.
    """

    name: str
    size: int
    modified: str
    digest: str
    loading: Callable[[], bytes] = field(compare=False, repr=False)

    def load(self) -> bytes:
        """The bytes.

        Raises:
            ChangedError: they are others by now, or gone.
        """
        try:
            data = self.loading()
        except (OSError, _ArchiveError) as error:
            raise ChangedError from error
        if hashlib.sha256(data).hexdigest() != self.digest:
            raise ChangedError
        return data


class Passed(Enum):
    """Why something in an inbox is not read."""

    LOCK_FILE = "lock_file"
    """What a spreadsheet program leaves beside a document that is open."""
    OF_THE_SYSTEM = "of_the_system"
    OUR_FOLDER = "our_folder"
    """A folder that bears our mark: what we wrote is nothing that came in."""
    OUR_MARK = "our_mark"
    NO_FILE = "no_file"
    """A link to a folder, a pipe, a device."""
    UNREADABLE = "unreadable"
    """A file or folder that the system does not let us read."""
    TOO_LARGE = "too_large"
    BAD_ARCHIVE = "bad_archive"
    TOO_DEEP = "too_deep"
    LOCKED_ARCHIVE = "locked_archive"
    """An archive with a password."""
    CHANGED = "changed"
    """It was written to while the inbox was being read."""

    @property
    def is_trouble(self) -> bool:
        """Whether something that was handed in may be missed for it."""
        return self in _TROUBLES


_TROUBLES = frozenset(
    {
        Passed.NO_FILE,
        Passed.UNREADABLE,
        Passed.TOO_LARGE,
        Passed.BAD_ARCHIVE,
        Passed.TOO_DEEP,
        Passed.LOCKED_ARCHIVE,
        Passed.CHANGED,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PassedOver:
    """Something that was not read, and why; ``detail`` is what the system says."""

    name: str
    why: Passed
    detail: str = ""

    @property
    def words(self) -> str:
        """The reason, for people."""
        return say(f"inbox.{self.why.value}", detail=self.detail)


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """What lies in an inbox, both parts sorted by name; as long as it is entered, its files can be loaded."""

    candidates: tuple[Candidate, ...]
    passed_over: tuple[PassedOver, ...]
    closing: Callable[[], None] = field(compare=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.closing()


def look_into(inbox: Path, *, only: Callable[[Path], bool] = lambda _: True) -> Inbox:
    """List the files of an inbox, its folders and archives.

    Args:
        inbox: The folder.
        only: Which files of the disk are looked at at all; ``watch`` leaves out those that still grow.

    Raises:
        RequestError: the inbox itself cannot be listed, as on a share that is gone: that is no empty inbox.
    """
    looking = _Looking(only)
    looking.folder(inbox, "")
    if looking.trouble is not None:
        raise RequestError(say("collect.unreadable_inbox", path=inbox, reason=looking.trouble))
    return Inbox(
        candidates=tuple(sorted(looking.candidates, key=lambda one: _order(one.name))),
        passed_over=tuple(sorted(looking.passed_over, key=lambda one: (*_order(one.name), one.why.value))),
        closing=looking.shelf.close,
    )


def refuse_unreadable(inbox: Path) -> None:
    """Refuse an inbox that cannot be listed, before anything is written for it.

    Raises:
        RequestError: it cannot.
    """
    try:
        with os.scandir(inbox):
            pass
    except OSError as error:
        raise RequestError(say("collect.unreadable_inbox", path=inbox, reason=reason_of(error))) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The files of an inbox as they lie on the disk, archives unopened, without those that are passed over.

    ``gaps`` are the folders and files the system would not tell of; the inbox itself where it cannot be listed.
    """

    files: tuple[Path, ...]
    gaps: tuple[Path, ...] = ()


def list_files(inbox: Path) -> Listing:
    """What lies in an inbox, by name alone."""
    looking = _Looking(lambda _: True)
    files = tuple(path for path, _ in looking.files(inbox, ""))
    gaps = [inbox / one.name for one in looking.passed_over if one.why is Passed.UNREADABLE]
    return Listing(files=files, gaps=(*gaps, *([inbox] if looking.trouble is not None else [])))


def _order(name: str) -> tuple[str, str]:
    return name.casefold(), name


def spoken(name: str) -> str:
    """A name as it can be printed and written: halves of characters, as odd file systems have, replaced."""
    return name.encode("utf-8", "replace").decode()


class _Looking:
    """A walk through an inbox."""

    def __init__(self, only: Callable[[Path], bool]) -> None:
        self.only = only
        self.shelf = _Shelf()
        self.candidates: list[Candidate] = []
        self.passed_over: list[PassedOver] = []
        self.trouble: str | None = None
        """Why the inbox itself cannot be listed."""

    def passed(self, name: str, why: Passed, detail: object = "") -> None:
        self.passed_over.append(PassedOver(name=name, why=why, detail=str(detail)))

    # ── on the disk ──

    def folder(self, folder: Path, name: str) -> None:
        for path, called in self.files(folder, name):
            if self.only(path):
                self.file(path, called)

    def files(self, folder: Path, name: str) -> Iterator[tuple[Path, str]]:
        """Every file below a folder that may count, with what to call it; folders lie in each other without end."""
        waiting = [(folder, name)]
        while waiting:
            for path, called in self.entries(*waiting.pop()):
                mode = self.mode(path, called)
                if stat.S_ISDIR(mode):
                    waiting.append((path, called))
                elif mode:
                    yield path, called

    def entries(self, folder: Path, name: str) -> list[tuple[Path, str]]:
        try:
            with os.scandir(folder) as found:
                paths = [Path(entry) for entry in found]
        except OSError as error:
            reason = reason_of(error)
            if name:
                self.passed(name, Passed.UNREADABLE, reason)
            else:
                self.trouble = reason
            return []
        return [(path, f"{name}/{spoken(path.name)}" if name else spoken(path.name)) for path in paths]

    def mode(self, path: Path, name: str) -> int:
        """What the system says of a folder or file that is to be looked into; 0 for what is passed over."""
        try:
            mode = path.stat().st_mode
            is_folder = stat.S_ISDIR(mode) and not path.is_symlink()
            is_ours = is_folder and (path / MARK).exists()
        except OSError as error:
            self.passed(name, Passed.UNREADABLE, reason_of(error))
            return 0
        why = Passed.OUR_FOLDER if is_ours else None if is_folder else _why_not_read(path.name)
        if why is None and not is_folder and not stat.S_ISREG(mode):
            why = Passed.NO_FILE
        if why is not None:
            self.passed(name, why)
        return 0 if why is not None else mode

    def file(self, path: Path, name: str) -> None:
        try:
            status = path.stat()
            modified = in_words(datetime.fromtimestamp(status.st_mtime, UTC).astimezone(CHINA))
            if status.st_size > (MAX_ARCHIVE_BYTES if _is_archive(name) else MAX_FILE_BYTES):
                self.passed(name, Passed.TOO_LARGE)
            elif _is_archive(name):
                with path.open("rb") as file:
                    self.archive(_Place(_OnDisk(path), name, _Room(), 1), file, modified)
            else:
                self.add(name, modified, path.read_bytes(), path.read_bytes)
        except (OSError, OverflowError, ValueError) as error:
            self.passed(name, Passed.UNREADABLE, reason_of(error))

    def add(self, name: str, modified: str, data: bytes, loading: Callable[[], bytes]) -> None:
        digest = hashlib.sha256(data).hexdigest()
        self.candidates.append(Candidate(name=name, size=len(data), modified=modified, digest=digest, loading=loading))

    # ── in an archive ──

    def archive(self, at: "_Place", file: BinaryIO, modified: str) -> None:
        try:
            with _opened(file, at.room) as archive:
                if _CONTENT_TYPES in archive.NameToInfo:  # a workbook whose ending somebody changed
                    self.add(at.name, modified, _whole(file), lambda: at.source.read(self.shelf))
                else:
                    at.room.take(archive)
                    self.members(at, archive)
        except _ArchiveError as error:
            self.passed(at.name, error.why)

    def members(self, at: "_Place", archive: zipfile.ZipFile) -> None:
        for info in archive.infolist():
            if info.is_dir():
                continue
            own = _spoken_member(info)
            name = f"{at.name}/{own}"
            why = _why_member_not_read(info, own, at.depth)
            if why is not None:
                self.passed(name, why)
                continue
            try:
                self.member(_Place(_InArchive(at.source, info), name, at.room, at.depth + 1), archive, info)
            except _ArchiveError as error:
                self.passed(name, error.why)

    def member(self, at: "_Place", archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        data, modified = _inflated(archive, info), _time_of_member(info)
        if _is_archive(at.name):
            self.archive(at, io.BytesIO(data), modified)
        else:
            self.add(at.name, modified, data, lambda: at.source.read(self.shelf))


def _is_archive(name: str) -> bool:
    return name.casefold().endswith(_ZIP)


def _why_not_read(leaf: str) -> Passed | None:
    """Why a file of that name is nothing that was handed in."""
    if leaf.startswith(("~$", ".~")):
        return Passed.LOCK_FILE
    if leaf.startswith(".xlreport-"):
        return Passed.OUR_MARK
    if leaf.casefold() in _OF_THE_SYSTEM or leaf.startswith("._"):
        return Passed.OF_THE_SYSTEM
    return None


# ── archives ──────────────────────────────────────────────────────────────────────────────────────


class _ArchiveError(Exception):
    """An archive or an entry of one that is not read."""

    def __init__(self, why: Passed) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class _Room:
    """What may still come out of one file of the disk, however many archives lie in it."""

    entries: int = field(default_factory=lambda: MAX_ENTRIES)
    inflated: int = field(default_factory=lambda: MAX_INFLATED_BYTES)

    def take(self, archive: zipfile.ZipFile) -> None:
        """Take an archive's entries off, unless they are too many or too large for what is left."""
        inflated = sum(info.file_size for info in archive.infolist())
        if inflated > self.inflated:
            raise _ArchiveError(Passed.TOO_LARGE)
        self.inflated -= inflated
        self.entries -= len(archive.infolist())


class _Shelf:
    """The archive that was opened last: what is read from one archive after another is read in a row."""

    def __init__(self) -> None:
        self.source: _Source | None = None
        self.opened: zipfile.ZipFile | None = None
        self.file: BinaryIO | None = None

    def archive(self, source: "_Source") -> zipfile.ZipFile:
        if self.opened is None or self.source is not source:
            file = source.open(self)
            self.close()
            self.source, self.file = source, file
            self.opened = _opened(file, _Room())
        return self.opened

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()
        if self.file is not None:
            self.file.close()
        self.source = self.opened = self.file = None


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """A file of the disk."""

    path: Path

    def open(self, _shelf: _Shelf) -> BinaryIO:
        return self.path.open("rb")

    def read(self, _shelf: _Shelf) -> bytes:
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class _InArchive:
    """An entry of an archive, found again by what its table of contents says of it."""

    home: "_Source"
    info: zipfile.ZipInfo

    def open(self, shelf: _Shelf) -> BinaryIO:
        return io.BytesIO(self.read(shelf))

    def read(self, shelf: _Shelf) -> bytes:
        return _inflated(shelf.archive(self.home), self.info)


_Source = _OnDisk | _InArchive


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an archive or an entry lies: how to open it again, what to call it, and how deep it lies."""

    source: _Source
    name: str
    room: _Room
    depth: int


def _opened(file: BinaryIO, room: _Room) -> zipfile.ZipFile:
    """The table of contents of an archive; its entries are counted before ``zipfile`` makes an object of each."""
    if _counted(file, _ZIP_ENTRY) > room.entries:
        raise _ArchiveError(Passed.TOO_LARGE)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise _ArchiveError(Passed.BAD_ARCHIVE) from error


def _whole(file: BinaryIO) -> bytes:
    """All bytes of a file that is no archive after all."""
    file.seek(0)
    data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise _ArchiveError(Passed.TOO_LARGE)
    return data


def _counted(file: BinaryIO, mark: bytes) -> int:
    """How often a mark stands in a file."""
    count, tail = 0, b""
    file.seek(0)
    while chunk := file.read(_CHUNK):
        count += (tail + chunk).count(mark)
        tail = chunk[1 - len(mark) :]
    file.seek(0)
    return count


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """An entry's bytes, never more than its table of contents said, which was checked."""
    try:
        with archive.open(info) as stream:
            return stream.read(info.file_size + 1)  # one more: only at its end is it held against its sum
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise _ArchiveError(Passed.BAD_ARCHIVE) from error


def _why_member_not_read(info: zipfile.ZipInfo, name: str, depth: int) -> Passed | None:
    """Why an entry is not read, as its table of contents says; the name is the one it will be taken by."""
    path = PurePosixPath(name)
    if "__MACOSX" in path.parts:
        return Passed.OF_THE_SYSTEM
    why = _why_not_read(path.name)
    if why is not None:
        return why
    if info.flag_bits & _ENCRYPTED:
        return Passed.LOCKED_ARCHIVE
    if _is_archive(name) and depth >= DEEPEST:
        return Passed.TOO_DEEP
    is_bomb = info.file_size > max(RATIO_FREE_BYTES, info.compress_size * MAX_RATIO)
    return Passed.TOO_LARGE if is_bomb or info.file_size > MAX_FILE_BYTES else None


def _spoken_member(info: zipfile.ZipInfo) -> str:
    """What to call an entry: a relative name, whatever it says.

    Programs of a Chinese Windows write names in GBK and do not say so; others write UTF-8 and do not say so either.
    """
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:  # already decoded by what the entry says elsewhere
            raw = name.encode()
        name = _decoded(raw)
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return spoken("/".join(parts)) or "?"


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def _time_of_member(info: zipfile.ZipInfo) -> str:
    """The time of an entry; archives keep the clock of the wall where they were made."""
    try:
        return in_words(datetime(*info.date_time, tzinfo=CHINA))
    except ValueError:
        return ""
