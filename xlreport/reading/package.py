"""An .xlsx file as a package of XML parts: what it is, whether it is safe to read, and its parts one by one.

The bytes come from anybody. They are recognised by content, never by name; sizes are limited before
anything is inflated; names of parts are keys of a table and never paths of a disk; no document type
declaration, and so no entity, is accepted; nothing outside the file is ever followed.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NoReturn, Protocol, cast
from xml.parsers import expat

from xlreport.errors import WorkbookError
from xlreport.messages.files_zh import FILE_REFUSALS

MAX_FILE_BYTES = 20_000_000
"""Bytes of a file; a filled form has 20 to 200 thousand, with a few pictures some millions."""
MAX_PARTS = 2_000
"""Parts of a package; a filled form has about 20, one with 255 sheets and their drawings about 1,000."""
MAX_INFLATED_BYTES = 64 * 1024 * 1024
"""Bytes of all parts once inflated: a bomb of 300 kB would otherwise take 600 MB of memory."""
MAX_PARSED_BYTES = 32 * 1024 * 1024
"""Bytes of all parts read as XML, once inflated: the largest number of cells that is allowed takes a third of it."""
MAX_TAGS = 1_600_000
"""Tags of all those parts: what costs time are tags, not bytes."""
MAX_TOKEN_BYTES = 2 * 1024 * 1024
"""Bytes of one tag or comment: a tag of millions of attributes would take gigabytes."""
MAX_DEPTH = 1_000
"""Elements within elements; each that is open takes memory, and millions fit into a small file."""
MAX_RATIO = 250
"""How many times its packed size a part may have; sheets of a form pack to a tenth, deflate can reach 1,032."""
RATIO_FREE_BYTES = 1024 * 1024
"""Parts up to this size may pack as well as they like: they cannot hurt."""
MAX_LISTING_BYTES = 8 * 1024 * 1024
"""Bytes of a part that lists other parts, once inflated; junk names swell the largest honest ones to some millions."""
_CHUNK = 1024 * 1024  # smaller pieces make older versions of expat scan a monstrous token over and over

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("EncryptedPackage", "ENCRYPTED-FILE"),
    ("WordDocument", "OTHER-OFFICE-FILE"),
    ("PowerPoint Document", "OTHER-OFFICE-FILE"),
    ("Workbook", "OLD-FORMAT"),
    ("Book", "OLD-FORMAT"),
)
_MAGIC = (
    (b"\x09\x00\x04\x00", "OLD-FORMAT"),  # Excel 2, 3 and 4 wrote their records without an envelope
    (b"\x09\x02\x06\x00", "OLD-FORMAT"),
    (b"\x09\x04\x06\x00", "OLD-FORMAT"),
    (b"Rar!", "ARCHIVE-FILE"),
    (b"7z\xbc\xaf\x27\x1c", "ARCHIVE-FILE"),
    (b"\x1f\x8b", "ARCHIVE-FILE"),
)
_ZIP_ENTRY = b"PK\x01\x02"
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_CONTENT_TYPES = "[Content_Types].xml"
_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what the standard of these packages allows
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/"


def refusal(code: str, name: str) -> WorkbookError:
    """The exception for a file that cannot be read: its display name, what it is, and what to do."""
    what, remedy = FILE_REFUSALS[code]
    return WorkbookError(code, f"{name}：{what}{remedy}")


@dataclass(frozen=True, slots=True)
class Relationship:
    """One link of a part to another: ``kind`` is the last word of its type, ``target`` the name of a part."""

    id: str
    kind: str
    target: str


class PartReader(Protocol):
    """Whoever takes the XML events of a part."""

    def attach(self, parser: expat.XMLParserType) -> None:
        """Set the handlers."""


class _ShallowParser:
    """A parser as readers see it, that gives the file up where elements stand too deep within each other."""

    def __init__(self, parser: expat.XMLParserType, package: "Package") -> None:
        self.package = package
        self.depth = 0
        self.parser = parser
        self.StartElementHandler: Callable[[str, dict[str, str]], object] | None = None
        self.EndElementHandler: Callable[[str], object] | None = None
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    @property
    def CharacterDataHandler(self) -> Callable[[str], object] | None:  # noqa: N802 - as the parser spells it
        return self.parser.CharacterDataHandler

    @CharacterDataHandler.setter
    def CharacterDataHandler(self, handler: Callable[[str], object] | None) -> None:  # noqa: N802 - as above
        self.parser.CharacterDataHandler = handler

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.package.refuse("TOO-LARGE")
        if self.StartElementHandler is not None:
            self.StartElementHandler(name, attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.EndElementHandler is not None:
            self.EndElementHandler(name)


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a file that was recognised as an Office package and kept every limit.

    ``parsed`` are the sizes of the parts that were read as XML so far, ``tags`` the numbers of tags in their pieces.
    """

    name: str
    archive: zipfile.ZipFile
    parts: Mapping[str, zipfile.ZipInfo]
    parsed: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)

    @property
    def part_names(self) -> tuple[str, ...]:
        """The names of all parts, as the file spells them, sorted."""
        return tuple(sorted(_part_name(info) for info in self.parts.values()))

    def __contains__(self, part: str) -> bool:
        return _key(part) in self.parts

    def refuse(self, code: str) -> NoReturn:
        """Give the file up.

        Raises:
            WorkbookError: always.
        """
        raise refusal(code, self.name)

    def parse(self, part: str, reader: PartReader, limit: int = MAX_INFLATED_BYTES) -> None:
        """Inflate a part and hand its XML to a reader, piece by piece; this is done once for each part.

        Args:
            part: Its name.
            reader: Who takes the XML.
            limit: Bytes it may have once inflated.

        Raises:
            WorkbookError: the part is missing, too large, damaged or declares a document type.
        """
        info = self.parts.get(_key(part)) or self.refuse("DAMAGED-FILE")
        self.parsed.append(info.file_size)
        if info.file_size > limit or sum(self.parsed) > MAX_PARSED_BYTES:
            self.refuse("TOO-LARGE")
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        is_deep = info.file_size > RATIO_FREE_BYTES  # what is smaller cannot be deep enough to hurt
        reader.attach(cast("expat.XMLParserType", _ShallowParser(parser, self)) if is_deep else parser)
        fed = 0
        try:
            for chunk in self._chunks(info):
                self._count_tags(chunk)
                parser.Parse(chunk)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                    self.refuse("TOO-LARGE")
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position only
        except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an unheard-of encoding
            raise refusal("DAMAGED-FILE", self.name) from error

    def parse_leniently(self, part: str, reader: PartReader, limit: int = MAX_INFLATED_BYTES) -> None:
        """Parse a part the cells do not depend on; missing, odd or too large, it is read as far as it goes.

        Raises:
            WorkbookError: the part declares a document type.
        """
        if part not in self:
            return
        try:
            self.parse(part, reader, limit)
        except WorkbookError as error:
            if error.code == "UNSAFE-XML":
                raise

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """The links of a part to others within the file; links that lead outside are left out."""
        folder, leaf = posixpath.split(part)
        reader = _Relationships(self, folder)
        self.parse(posixpath.join(folder, "_rels", f"{leaf}.rels"), reader, MAX_LISTING_BYTES)
        return tuple(reader.found)

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """The part in pieces: ``zipfile`` never yields more than the size declared, which was checked."""
        try:
            with self.archive.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise refusal("DAMAGED-FILE", self.name) from error

    def _count_tags(self, chunk: bytes) -> None:
        self.tags.append(chunk.count(b"<"))
        if sum(self.tags) > MAX_TAGS:
            self.refuse("TOO-LARGE")

    def _refuse_doctype(self, *_declaration: object) -> None:
        self.refuse("UNSAFE-XML")


def open_package(data: bytes, name: str) -> Package:
    """Recognise a file and open it, without inflating more than its table of contents.

    Args:
        data: The bytes of the file.
        name: What to call it in messages.

    Raises:
        WorkbookError: it is no .xlsx, is damaged, encrypted, or larger than a form can be.
    """
    code = _refusal_by_size(data) or _refusal_by_magic(data)
    if code:
        raise refusal("LOCK-FILE" if _is_lock_file(name) else code, name)
    archive = _open_zip(data, name)
    code = _refusal_by_entries(archive)
    if code:
        raise refusal(code, name)
    package = Package(name, archive, {_key(_part_name(info)): info for info in _files(archive)})
    code = _refusal_by_content(package)
    if code:
        raise refusal(code, name)
    return package


def main_part(package: Package, links: tuple[Relationship, ...]) -> str:
    """The name of the workbook part, given the links of the package itself.

    Raises:
        WorkbookError: there is none, or the package is another kind of document.
    """
    types = _ContentTypes()
    package.parse(_CONTENT_TYPES, types, MAX_LISTING_BYTES)
    part = next((link.target for link in links if link.kind == "officeDocument"), "")
    if part not in package:
        package.refuse("DAMAGED-FILE")
    code = _refusal_by_type(types.of(part)) or _refusal_by_macros(package)
    if code:
        package.refuse(code)
    return part


# ── recognising ───────────────────────────────────────────────────────────────────────────────────


def _is_lock_file(name: str) -> bool:
    """Whether a file is what a program leaves beside a document that is open: ``~$a.xlsx``, ``.~lock.a.xlsx#``."""
    return PurePosixPath(name.replace("\\", "/")).name.startswith(("~$", ".~"))


def _refusal_by_size(data: bytes) -> str:
    if not data:
        return "EMPTY-FILE"
    return "TOO-LARGE" if len(data) > MAX_FILE_BYTES else ""


def _refusal_by_magic(data: bytes) -> str:
    if data.startswith(_ZIP_MAGIC):
        return ""
    if data.startswith(_OLE):
        return _refusal_by_stream(data)
    return next((code for magic, code in _MAGIC if data.startswith(magic)), "NOT-A-WORKBOOK")


def _refusal_by_stream(data: bytes) -> str:
    """What an OLE2 file is, by the names in its directory (UTF-16), wherever that lies in the file."""
    named = (code for stream, code in _OLE_STREAMS if f"{stream}\0".encode("utf-16-le") in data)
    return next(named, "OLD-OR-ENCRYPTED")


def _open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """Open the table of contents; its entries are counted first, as ``zipfile`` makes an object of each."""
    if data.count(_ZIP_ENTRY) > MAX_PARTS:
        raise refusal("TOO-LARGE", name)
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise refusal("DAMAGED-FILE", name) from error


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    # not is_dir(), which fails on a name that is empty
    return [info for info in archive.infolist() if not info.filename.endswith("/")]


def _refusal_by_entries(archive: zipfile.ZipFile) -> str:
    """What the table of contents already says against a file; the first entry of a name would hide the second."""
    files = _files(archive)
    if any(info.flag_bits & 0x1 for info in files):
        return "ENCRYPTED-FILE"
    if len({_key(_part_name(info)) for info in files}) < len(files):
        return "DAMAGED-FILE"
    if sum(info.file_size for info in files) > MAX_INFLATED_BYTES or any(map(_is_bomb, files)):
        return "TOO-LARGE"
    return ""


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > max(RATIO_FREE_BYTES, info.compress_size * MAX_RATIO)


def _refusal_by_content(package: Package) -> str:
    if not package.parts:
        return "DAMAGED-FILE"  # what is left where a program failed while it saved
    if "mimetype" in package:
        return _refusal_by_mimetype(package)
    if any(key.startswith("index/") and key.endswith(".iwa") for key in package.parts):
        return "OTHER-OFFICE-FILE"  # what Apple's programs write
    if _CONTENT_TYPES not in package:
        return "DAMAGED-FILE" if any(key.startswith(("xl/", "_rels/")) for key in package.parts) else "ARCHIVE-FILE"
    return "" if all(info.compress_type in _PACKING for info in package.parts.values()) else "DAMAGED-FILE"


def _refusal_by_mimetype(package: Package) -> str:
    info = package.parts["mimetype"]
    if info.compress_type not in _PACKING:  # another packing may ask for gigabytes before it begins
        return "DAMAGED-FILE"
    try:
        with package.archive.open(info) as stream:
            mimetype = stream.read(100)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        return "DAMAGED-FILE"
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "OPENDOCUMENT"
    return "OTHER-OFFICE-FILE"


def _refusal_by_type(content_type: str) -> str:
    """What the declared type of the main part says; an undeclared one is left to its root element."""
    kinds = {
        "sheet.binary": "BINARY-WORKBOOK",
        "wordprocessingml": "OTHER-OFFICE-FILE",
        "ms-word": "OTHER-OFFICE-FILE",
        "presentationml": "OTHER-OFFICE-FILE",
        "ms-powerpoint": "OTHER-OFFICE-FILE",
        "visio": "OTHER-OFFICE-FILE",
        "macroenabled": "MACRO-WORKBOOK",
    }
    return next((code for word, code in kinds.items() if word in content_type.lower()), "")


def _refusal_by_macros(package: Package) -> str:
    """Macros in a file that calls itself macro-free: renamed, or with sheets of the macros before 1993."""
    found = any(key.endswith("/vbaproject.bin") or "/macrosheets/" in key for key in package.parts)
    return "MACRO-WORKBOOK" if found else ""


# ── names and links of parts ──────────────────────────────────────────────────────────────────────


def _part_name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/").removeprefix("/")


def _key(part: str) -> str:
    """Names of parts that differ in case alone are the same name."""
    return part.lower()


def resolve(folder: str, target: str) -> str:
    """The name of the part a link leads to, seen from a folder of the package.

    >>> resolve("xl", "worksheets/sheet1.xml"), resolve("xl", "/xl/styles.xml"), resolve("xl", "../../../a")
    ('xl/worksheets/sheet1.xml', 'xl/styles.xml', 'a')
    """
    path = posixpath.join("/", folder, target.replace("\\", "/"))
    return re.sub("^/+", "", posixpath.normpath(path))


class _ContentTypes:
    def __init__(self) -> None:
        self.overrides: dict[str, str] = {}
        self.defaults: dict[str, str] = {}

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        content_type = attributes.get("ContentType", "")
        if name.endswith(" Override"):
            self.overrides[_key(resolve("", attributes.get("PartName", "")))] = content_type
        elif name.endswith(" Default"):
            self.defaults[_key(attributes.get("Extension", ""))] = content_type

    def of(self, part: str) -> str:
        extension = _key(posixpath.splitext(part)[1].removeprefix("."))
        return self.overrides.get(_key(part)) or self.defaults.get(extension, "")


class _Relationships:
    def __init__(self, package: Package, folder: str) -> None:
        self.package = package
        self.folder = folder
        self.found: list[Relationship] = []

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != f"{_RELATIONSHIPS} Relationship" or attributes.get("TargetMode") == "External":
            return
        kind = attributes.get("Type", "")
        if kind.startswith(_STRICT):
            self.package.refuse("STRICT-FORMAT")
        target = resolve(self.folder, attributes.get("Target", ""))
        self.found.append(Relationship(attributes.get("Id", ""), kind.rpartition("/")[2], target))


class TextOf:
    """Reads the text of the first element of a name, from a part that holds facts about the file."""

    def __init__(self, element: str, limit: int = 100) -> None:
        self.element = element
        self.limit = limit
        self.text = ""
        self._chunks: list[str] = []
        self._collect: Callable[[str], None] = self._chunks.append

    def attach(self, parser: expat.XMLParserType) -> None:
        """Set the handlers."""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._collect

    def _start(self, _name: str, _attributes: Mapping[str, str]) -> None:
        self._chunks.clear()

    def _end(self, name: str) -> None:
        if name == self.element and not self.text:
            self.text = "".join(self._chunks).strip()[: self.limit]
