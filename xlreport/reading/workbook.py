"""A workbook as it is in its file: the value, formula and lock of every cell, in one pass over the XML.

No part is read twice and none that is not needed. What a program may leave out when it saves (styles,
addresses, document properties) has a fallback; what no program writes (cells outside the sheet, a sheet
listed twice, two sheets of one name) is refused.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from xml.parsers import expat

from xlreport.cells import Value, parse_address
from xlreport.reading.package import MAX_LISTING_BYTES, Package, Relationship, TextOf, main_part, open_package
from xlreport.reading.stored import (
    MAIN,
    MAX_TEXT,
    Display,
    TextRuns,
    display_of_code,
    display_of_id,
    is_true,
    text_of,
)
from xlreport.reading.worksheet import ReadCell, ReadSheet, ReadValidation, Shared, SheetReader

__all__ = ["ReadCell", "ReadSheet", "ReadValidation", "ReadWorkbook", "read_workbook"]

MAX_FORMATS = 65_536
"""Cell formats; Excel keeps 65,490 of them."""
MAX_STRINGS = 200_000
"""Shared strings; there cannot be more different ones than cells."""
MAX_NAMES = 20_000
"""Defined names that are looked at; a form has a dozen."""
MAX_SHEETS = 255
"""Sheets; a form has about ten, and people add some."""
MAX_NUMBER_FORMATS = 5_000
"""Number formats of the file's own; Excel itself keeps some hundreds."""
MAX_NAME = 255
"""Characters of a sheet's name; Excel takes 31, other programs more."""
MAX_COMMENTS = 5_000
"""Comments of a sheet that are read; a return copy has at most some hundred."""
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_ID = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_MODIFIED = "http://purl.org/dc/terms/ modified"
_APPLICATION = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties Application"

_CELL_FORMATS, _NUMBER_FORMATS = f"{MAIN} cellXfs", f"{MAIN} numFmts"

_ODD_PART = re.compile(
    r"(?:^|/)(?:externalLinks|embeddings|activeX|ctrlProps|customUI|webextensions|pivot\w+|slicer\w*|charts"
    r"|chartsheets|dialogsheets|media|tables|queryTables|threadedComments)/(?!_rels/)"
    r"|(?:^|/)(?:comments?\d*|connections|cellimages)\.xml$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """A workbook as stored.

    ``oddities`` names parts a filled form has no need of: links to other workbooks, embedded objects,
    comments, pictures, pivot tables and the like; of them only comments were opened. ``names`` are the defined
    names, each with the number of the sheet it belongs to (from 0, empty for the whole workbook). ``modified``
    is the time of the last change as the file words it, or empty.
    """

    sheets: tuple[ReadSheet, ...]
    application: str = ""
    structure_locked: bool = False
    date_1904: bool = False
    oddities: tuple[str, ...] = ()
    names: frozenset[tuple[str, str]] = frozenset()
    modified: str = ""

    def sheet(self, name: str) -> ReadSheet | None:
        """The sheet of a name; a name that differs in case and spaces only is the same to a person."""
        exact = (sheet for sheet in self.sheets if sheet.name == name)
        similar = (sheet for sheet in self.sheets if _bare(sheet.name) == _bare(name))
        return next(exact, None) or next(similar, None)


def read_workbook(data: bytes, name: str) -> ReadWorkbook:
    """Read an .xlsx file.

    Args:
        data: Its bytes.
        name: What to call it in messages.

    Raises:
        WorkbookError: it is something else, is damaged or hostile; the message says what to do.
    """
    package = open_package(data, name)
    links = package.relationships("")
    part = main_part(package, links)
    book = _BookReader(package)
    package.parse(part, book, MAX_LISTING_BYTES)
    return ReadWorkbook(
        sheets=_read_sheets(package, package.relationships(part), book),
        application=_fact(package, links, "extended-properties", _APPLICATION),
        structure_locked=book.structure_locked,
        date_1904=book.date_1904,
        oddities=tuple(part for part in package.part_names if _ODD_PART.search(part)),
        names=frozenset(book.names),
        modified=_fact(package, links, "core-properties", _MODIFIED),
    )


def _read_sheets(package: Package, links: tuple[Relationship, ...], book: "_BookReader") -> tuple[ReadSheet, ...]:
    targets = {link.id: link for link in links}
    listed = [targets.get(sheet["id"]) or package.refuse("DAMAGED-FILE") for sheet in book.sheets]
    names = {sheet["name"].casefold() for sheet in book.sheets}
    if min(len(names), len({link.target.lower() for link in listed})) < len(listed):
        package.refuse("DAMAGED-FILE")
    formats = _formats(package, links)
    shared = Shared(package, formats.locks_by_style(), formats.displays_by_style(), _strings(package, links))
    return tuple(_read_sheet(shared, sheet, link) for sheet, link in zip(book.sheets, listed, strict=True))


def _read_sheet(common: "Shared", sheet: Mapping[str, str], link: Relationship) -> ReadSheet:
    if link.kind != "worksheet":  # a chart on a sheet of its own, an old dialogue: nothing to read
        return ReadSheet(sheet["name"], sheet["state"])
    reader = SheetReader(common, sheet["name"])
    common.package.parse(link.target, reader)
    return replace(reader.finish(sheet["state"]), comments=_comments(common.package, link.target))


def _comments(package: Package, part: str) -> Mapping[tuple[int, int], str]:
    """What is noted at the cells of a sheet, by whoever wrote it; programs give the part names of their own."""
    folder, leaf = posixpath.split(part)
    if posixpath.join(folder, "_rels", f"{leaf}.rels") not in package:
        return {}
    reader = _CommentReader()
    package.parse_leniently(_target(package.relationships(part), "comments"), reader)
    return reader.comments


def _target(links: tuple[Relationship, ...], kind: str) -> str:
    return next((link.target for link in links if link.kind == kind), "")


def _fact(package: Package, links: tuple[Relationship, ...], kind: str, element: str) -> str:
    reader = TextOf(element)
    package.parse_leniently(_target(links, kind), reader, MAX_LISTING_BYTES)
    return reader.text


def _formats(package: Package, links: tuple[Relationship, ...]) -> "_StyleReader":
    reader = _StyleReader()
    package.parse_leniently(_target(links, "styles"), reader)
    return reader


def _strings(package: Package, links: tuple[Relationship, ...]) -> list[Value]:
    part = _target(links, "sharedStrings")
    reader = _StringReader(package)
    if part:
        package.parse(part, reader)
    return reader.strings


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


# ── the parts around the sheets ───────────────────────────────────────────────────────────────────


class _BookReader:
    """``workbook.xml``: the sheets in order, the structure lock, the date system."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.sheets: list[dict[str, str]] = []
        self.structure_locked = False
        self.date_1904 = False
        self.names: list[tuple[str, str]] = []

    def attach(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        parser.StartElementHandler = self.root

    def root(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name != f"{MAIN} workbook":
            self.package.refuse("STRICT-FORMAT" if name.startswith(_STRICT_MAIN) else "OTHER-OFFICE-FILE")
        self.parser.StartElementHandler = self.start

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{MAIN} sheet":
            if len(self.sheets) == MAX_SHEETS or len(attributes.get("name", "")) > MAX_NAME:
                self.package.refuse("TOO-LARGE")
            self.sheets.append(_listed(attributes))
        elif name == f"{MAIN} workbookPr":
            self.date_1904 = is_true(attributes.get("date1904"))
        elif name == f"{MAIN} workbookProtection":
            self.structure_locked = is_true(attributes.get("lockStructure"))
        elif name == f"{MAIN} definedName" and len(self.names) < MAX_NAMES:
            self.names.append((attributes.get("name", ""), attributes.get("localSheetId", "")))


def _listed(attributes: Mapping[str, str]) -> dict[str, str]:
    state = attributes.get("state", "")
    return {
        "id": attributes.get(_ID, ""),
        "name": attributes.get("name", ""),
        "state": state if state in ("hidden", "veryHidden") else "visible",
    }


class _StyleReader:
    """``styles.xml``: the lock of each cell format, its own ``<protection>`` or else locked, and how numbers look.

    Whether a format says ``applyProtection`` or ``applyNumberFormat`` is not asked: honest programs leave it out.
    """

    def __init__(self) -> None:
        self.locks: list[bool] = []
        self.number_formats: list[str] = []
        self.codes: dict[str, Display] = {}
        self.inside = ""

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in (_CELL_FORMATS, _NUMBER_FORMATS):
            self.inside = name
        elif self.inside == _CELL_FORMATS:
            self.cell_format(name, attributes)
        elif self.inside == _NUMBER_FORMATS and name == f"{MAIN} numFmt" and len(self.codes) < MAX_NUMBER_FORMATS:
            self.codes[attributes.get("numFmtId", "")] = display_of_code(attributes.get("formatCode", ""))

    def cell_format(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{MAIN} xf":
            self.inside = _CELL_FORMATS if len(self.locks) < MAX_FORMATS else ""
            self.locks.append(True)
            self.number_formats.append(attributes.get("numFmtId", ""))
        elif self.locks and name == f"{MAIN} protection":
            self.locks[-1] = is_true(attributes.get("locked", "1"))

    def end(self, name: str) -> None:
        if name == self.inside:
            self.inside = ""

    def locks_by_style(self) -> dict[str, bool]:
        """The lock of each format, by the number cells name it by."""
        return {str(index): locked for index, locked in enumerate(self.locks)}

    def displays_by_style(self) -> dict[str, Display]:
        """What each format makes of a number, where that is no number; codes of the file go before the standard's."""
        shown = (self.codes.get(number) or display_of_id(number) for number in self.number_formats)
        return {str(index): one for index, one in enumerate(shown) if one is not Display.NUMBER}


class _StringReader:
    """``sharedStrings.xml``."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.strings: list[Value] = []
        self.runs = TextRuns()

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.runs.chunks.append

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        self.runs.start(name)

    def end(self, name: str) -> None:
        if name == f"{MAIN} si":
            self.add(self.runs.text())
        else:
            self.runs.end(name)

    def add(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            self.package.refuse("TEXT-TOO-LONG")
        if len(self.strings) == MAX_STRINGS:
            self.package.refuse("TOO-LARGE")
        self.strings.append(text_of(text))
        self.runs.clear()


class _CommentReader:
    """``comments1.xml``: what is noted, by cell; a text too long for a cell is cut, as it is only shown."""

    def __init__(self) -> None:
        self.comments: dict[tuple[int, int], str] = {}
        self.runs = TextRuns()
        self.at: tuple[int, int] | None = None

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.runs.chunks.append

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{MAIN} comment":
            self.at = parse_address(attributes.get("ref", "")[:20])
            self.runs.clear()
        else:
            self.runs.start(name)

    def end(self, name: str) -> None:
        if name != f"{MAIN} comment":
            self.runs.end(name)
        elif self.at is not None and len(self.comments) < MAX_COMMENTS:
            self.comments[self.at] = self.runs.text()[:MAX_TEXT]
