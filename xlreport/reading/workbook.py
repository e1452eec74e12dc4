"""A workbook as it is in its file: the value, formula and lock of every cell, in one pass over the XML.

No part is read twice and none that is not needed. What a program may leave out when it saves (styles,
addresses, document properties) has a fallback; what no program writes (cells outside the sheet, a sheet
listed twice) is refused.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from xlreport.cells import (
    BLANK,
    MAX_COLUMNS,
    MAX_ROWS,
    Boolean,
    CellRange,
    CellRef,
    ErrorValue,
    Number,
    Text,
    Value,
    double_to_decimal,
    number_value,
    parse_address,
)
from xlreport.reading.package import Package, Relationship, TextOf, main_part, open_package
from xlreport.reading.tokens import shift

MAX_CELLS = 200_000
"""Cells of a workbook, counted as they come, as the dimension a sheet states may be wrong; a form has some thousands."""
MAX_LINES = 1_100_000
"""Rows of a workbook, empty ones too: one sheet whose every row was formatted, and the form beside it."""
MAX_STRINGS = 200_000
"""Shared strings; there cannot be more different ones than cells."""
MAX_TEXT = 32_767
"""Characters of a text: what Excel keeps in a cell. Formulas have fewer (8,192)."""
MAX_EXPANDED = 8_000_000
"""Characters of shared formulas once written out: a long one shared by every cell would fill the memory."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_ID = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_C, _V, _F, _T, _ROW = (f"{_MAIN} {name}" for name in ("c", "v", "f", "t", "row"))
_IS, _PHONETIC, _SHEET_DATA = (f"{_MAIN} {name}" for name in ("is", "rPh", "sheetData"))
_MODIFIED = "http://purl.org/dc/terms/ modified"
_APPLICATION = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties Application"

_ODD_PART = re.compile(
    r"(?:^|/)(?:externalLinks|embeddings|activeX|ctrlProps|customUI|webextensions|pivot\w+|slicer\w*|charts"
    r"|chartsheets|dialogsheets|media|tables|queryTables|threadedComments)/(?!_rels/)"
    r"|(?:^|/)(?:comments\d*|connections|cellimages)\.xml$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell as stored.

    ``formula`` is the text without ``=``, a shared one written out for this cell; ``None`` for a constant.
    ``stored`` tells whether the file holds a value: a formula that was never calculated has none, and
    neither has a cell that is only formatted.
    """

    value: Value
    formula: str | None
    locked: bool
    stored: bool


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """One sheet as stored. ``cells`` has whatever the file mentions, by row and column, formatted blanks too.

    ``state`` is ``visible``, ``hidden`` or ``veryHidden``. ``duplicates`` are cells the file has more than
    once; the first is kept. ``row_locks`` and ``column_locks`` (first, last, locked) are the lock states
    of cells the file does not mention, ``default_locked`` that of all others.
    """

    name: str
    state: str
    cells: Mapping[tuple[int, int], ReadCell] = field(default_factory=dict)
    merges: tuple[CellRange, ...] = ()
    protected: bool = False
    duplicates: tuple[CellRef, ...] = ()
    default_locked: bool = True
    row_locks: Mapping[int, bool] = field(default_factory=dict)
    column_locks: tuple[tuple[int, int, bool], ...] = ()

    def value(self, row: int, column: int) -> Value:
        """What a cell holds; one the file does not mention is blank."""
        cell = self.cells.get((row, column))
        return cell.value if cell else BLANK

    def locked_at(self, row: int, column: int) -> bool:
        """Whether a cell is locked: by its own format, else its row's, else its column's, else the default."""
        cell = self.cells.get((row, column))
        if cell:
            return cell.locked
        if row in self.row_locks:
            return self.row_locks[row]
        spans = (locked for first, last, locked in self.column_locks if first <= column <= last)
        return next(spans, self.default_locked)


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """A workbook as stored.

    ``oddities`` names parts a filled form has no need of: links to other workbooks, embedded objects,
    comments, pictures, pivot tables and the like; none of them was opened. ``modified`` is the time of
    the last change as the file words it, or empty.
    """

    sheets: tuple[ReadSheet, ...]
    application: str = ""
    structure_locked: bool = False
    date_1904: bool = False
    oddities: tuple[str, ...] = ()
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
    package.parse(part, book)
    return ReadWorkbook(
        sheets=_read_sheets(package, package.relationships(part), book),
        application=_fact(package, links, "extended-properties", _APPLICATION),
        structure_locked=book.structure_locked,
        date_1904=book.date_1904,
        oddities=tuple(part for part in package.part_names if _ODD_PART.search(part)),
        modified=_fact(package, links, "core-properties", _MODIFIED),
    )


def _read_sheets(package: Package, links: tuple[Relationship, ...], book: "_BookReader") -> tuple[ReadSheet, ...]:
    targets = {link.id: link for link in links}
    listed = [targets.get(sheet["id"]) or package.refuse("DAMAGED-FILE") for sheet in book.sheets]
    if len({link.target.lower() for link in listed}) < len(listed):
        package.refuse("DAMAGED-FILE")
    shared = _Common(package, _locks(package, links), _strings(package, links))
    return tuple(_read_sheet(shared, sheet, link) for sheet, link in zip(book.sheets, listed, strict=True))


def _read_sheet(common: "_Common", sheet: Mapping[str, str], link: Relationship) -> ReadSheet:
    if link.kind != "worksheet":  # a chart on a sheet of its own, an old dialogue: nothing to read
        return ReadSheet(sheet["name"], sheet["state"])
    reader = _SheetReader(common, sheet["name"])
    common.package.parse(link.target, reader)
    return reader.finish(sheet["state"])


def _target(links: tuple[Relationship, ...], kind: str) -> str:
    return next((link.target for link in links if link.kind == kind), "")


def _fact(package: Package, links: tuple[Relationship, ...], kind: str, element: str) -> str:
    reader = TextOf(element)
    package.parse_leniently(_target(links, kind), reader)
    return reader.text


def _locks(package: Package, links: tuple[Relationship, ...]) -> dict[str, bool]:
    reader = _StyleReader()
    package.parse_leniently(_target(links, "styles"), reader)
    return {str(index): locked for index, locked in enumerate(reader.locks)}


def _strings(package: Package, links: tuple[Relationship, ...]) -> list[Value]:
    part = _target(links, "sharedStrings")
    reader = _StringReader(package)
    if part:
        package.parse(part, reader)
    return reader.strings


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


def _true(word: str | None) -> bool:
    """A boolean attribute, as the standard and as its programs write it."""
    return word is not None and word.strip().lower() in ("1", "true", "on")


# ── values ────────────────────────────────────────────────────────────────────────────────────────

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0*)?)?Z?$")
_EXACT_DIGITS = 15
_NOT_A_NUMBER = ErrorValue("#NUM!")
_ZERO = number_value(0)
_BOOLEANS = {True: Boolean(value=True), False: Boolean(value=False)}
_CONSTANT_BOOLEANS = {"TRUE": True, "TRUE()": True, "FALSE": False, "FALSE()": False}


@lru_cache(maxsize=16_384)
def _number(text: str) -> Value:
    """A number as stored; what is none, or is not finite, is an error value and never a surprise."""
    text = text.strip()
    if len(text) <= _EXACT_DIGITS and text.isascii() and text.isdigit():
        return number_value(int(text))
    if not _NUMBER.fullmatch(text):
        return _NOT_A_NUMBER
    number = float(text)
    if not math.isfinite(number):
        return _NOT_A_NUMBER
    return Number(double_to_decimal(number)) if number else _ZERO


def _text(text: str) -> Value:
    """A text with its ``_x000D_`` escapes decoded; the empty one is a blank."""
    if not text:
        return BLANK
    return Text(_decoded(text)) if "_x" in text else Text(text)


def _decoded(text: str) -> str:
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _boolean(text: str) -> Value:
    return _BOOLEANS[_true(text)]


def _date(text: str) -> Value:
    """A date in ISO spelling, without the hour where that is midnight."""
    return _text(_MIDNIGHT.sub("", text))


_VALUES: dict[str, Callable[[str], Value]] = {
    "n": _number,
    "str": _text,
    "inlineStr": _text,
    "b": _boolean,
    "e": ErrorValue,
    "d": _date,
}
_TEXTUAL = frozenset({"str", "s", "inlineStr"})


# ── the parts around the sheets ───────────────────────────────────────────────────────────────────


class _BookReader:
    """``workbook.xml``: the sheets in order, the structure lock, the date system."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.sheets: list[dict[str, str]] = []
        self.structure_locked = False
        self.date_1904 = False

    def attach(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        parser.StartElementHandler = self.root

    def root(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name != f"{_MAIN} workbook":
            self.package.refuse("STRICT-FORMAT" if name.startswith(_STRICT_MAIN) else "OTHER-OFFICE-FILE")
        self.parser.StartElementHandler = self.start

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{_MAIN} sheet":
            self.sheets.append(_listed(attributes))
        elif name == f"{_MAIN} workbookPr":
            self.date_1904 = _true(attributes.get("date1904"))
        elif name == f"{_MAIN} workbookProtection":
            self.structure_locked = _true(attributes.get("lockStructure"))


def _listed(attributes: Mapping[str, str]) -> dict[str, str]:
    state = attributes.get("state", "")
    return {
        "id": attributes.get(_ID, ""),
        "name": attributes.get("name", ""),
        "state": state if state in ("hidden", "veryHidden") else "visible",
    }


class _StyleReader:
    """``styles.xml``: the lock of each cell format, its own ``<protection>`` or else locked.

    Whether a format says ``applyProtection`` is not asked: honest programs leave it out.
    """

    def __init__(self) -> None:
        self.locks: list[bool] = []
        self.inside = False

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{_MAIN} cellXfs":
            self.inside = True
        elif self.inside and name == f"{_MAIN} xf":
            self.locks.append(True)
        elif self.inside and self.locks and name == f"{_MAIN} protection":
            self.locks[-1] = _true(attributes.get("locked", "1"))

    def end(self, name: str) -> None:
        if name == f"{_MAIN} cellXfs":
            self.inside = False


class _Runs:
    """A text in pieces: its runs joined, phonetic ones left out, and what stands between elements too."""

    def __init__(self) -> None:
        self.chunks: list[str] = []
        self.kept = 0
        self.phonetic = False

    def clear(self) -> None:
        self.chunks.clear()
        self.kept = 0

    def start(self, name: str) -> None:
        if name == _T:
            del self.chunks[self.kept :]
        elif name == _PHONETIC:
            self.phonetic = True

    def end(self, name: str) -> None:
        if name == _PHONETIC:
            self.phonetic = False
        elif name == _T and not self.phonetic:
            self.kept = len(self.chunks)

    def text(self) -> str:
        return "".join(self.chunks[: self.kept])


class _StringReader:
    """``sharedStrings.xml``."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.strings: list[Value] = []
        self.runs = _Runs()

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.runs.chunks.append

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        self.runs.start(name)

    def end(self, name: str) -> None:
        if name == f"{_MAIN} si":
            self.add(self.runs.text())
        else:
            self.runs.end(name)

    def add(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            self.package.refuse("TEXT-TOO-LONG")
        if len(self.strings) == MAX_STRINGS:
            self.package.refuse("TOO-LARGE")
        self.strings.append(_text(text))
        self.runs.clear()


# ── sheets ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Common:
    """What the sheets of one workbook share: formats, strings, and what may still be read."""

    package: Package
    locks: dict[str, bool]
    strings: list[Value]
    cells_left: int = MAX_CELLS
    lines_left: int = MAX_LINES
    expansion_left: int = MAX_EXPANDED


class _SheetReader:
    """One worksheet, cell by cell.

    Inside ``<sheetData>`` the handlers are others than around it, so that nothing elsewhere in the part
    can pass for a cell, and nothing inside for a merge or a protection.
    """

    def __init__(self, common: _Common, name: str) -> None:
        self.common = common
        self.package = common.package
        self.name = name
        self.default_locked = common.locks.get("0", True)
        self.cells: dict[tuple[int, int], ReadCell] = {}
        self.merges: list[CellRange] = []
        self.protected = False
        self.duplicates: list[CellRef] = []
        self.row_locks: dict[int, bool] = {}
        self.column_locks: list[tuple[int, int, bool]] = []
        self.row = self.column = 0
        self.attributes: Mapping[str, str] = {}
        self.formula: Mapping[str, str] | None = None
        self.formula_text = ""
        self.text: str | None = None
        self.inline = False
        self.runs = _Runs()
        self.chunks = self.runs.chunks
        self.masters: dict[str, tuple[str, int, int]] = {}
        self.waiting: list[tuple[tuple[int, int], str]] = []
        self.arrays: list[tuple[tuple[int, int, int, int], str]] = []

    def attach(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        parser.StartElementHandler = self.start_around
        parser.CharacterDataHandler = self.chunks.append
        parser.EndElementHandler = self.end_around

    # around the cells

    def start_around(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _SHEET_DATA:
            self.parser.StartElementHandler = self.start
            self.parser.EndElementHandler = self.end
        elif name == f"{_MAIN} mergeCell":
            self.add_merge(attributes.get("ref", ""))
        elif name == f"{_MAIN} col":
            self.add_columns(attributes)
        elif name == f"{_MAIN} sheetProtection":
            self.protected = _true(attributes.get("sheet"))

    def end_around(self, _name: str) -> None:
        self.chunks.clear()

    def add_merge(self, reference: str) -> None:
        self.take_cell()
        corners = _corners(reference)
        if corners:
            self.merges.append(CellRange(self.name, *corners))

    def add_columns(self, attributes: Mapping[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if len(self.column_locks) == MAX_COLUMNS or not (_is_index(first) and _is_index(last)):
            self.package.refuse("DAMAGED-FILE")
        self.column_locks.append((int(first), int(last), self.lock(attributes.get("style", "0"))))

    def lock(self, style: str) -> bool:
        return self.common.locks.get(style, True)

    # cells

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _C:
            self.attributes = attributes
            self.formula = self.text = None
            self.inline = False
            self.take_cell()
        elif name == _V:
            self.chunks.clear()
        elif name == _F:
            self.chunks.clear()
            self.formula = attributes
        elif name == _ROW:
            self.start_row(attributes)
        elif name == _IS:
            self.runs.clear()
            self.inline = True
        elif self.inline:
            self.runs.start(name)

    def end(self, name: str) -> None:
        if name == _V:
            if not self.inline:
                self.text = "".join(self.chunks)
        elif name == _C:
            self.end_cell()
        elif name == _F:
            self.formula_text = "".join(self.chunks)
        elif name == _IS:
            self.text = self.runs.text()
        elif name == _SHEET_DATA:
            self.attach(self.parser)
        elif self.inline:
            self.runs.end(name)

    def take_cell(self) -> None:
        self.common.cells_left -= 1
        if self.common.cells_left < 0:
            self.package.refuse("TOO-LARGE")

    def start_row(self, attributes: Mapping[str, str]) -> None:
        self.common.lines_left -= 1
        if self.common.lines_left < 0:
            self.package.refuse("TOO-LARGE")
        number = attributes.get("r", "")
        self.row = int(number) if _is_index(number) else self.row + 1
        self.column = 0
        if not 1 <= self.row <= MAX_ROWS:
            self.package.refuse("DAMAGED-FILE")
        if _true(attributes.get("customFormat")):
            self.row_locks[self.row] = self.lock(attributes.get("s", "0"))

    def end_cell(self) -> None:
        position = self.position()
        if position in self.cells:
            self.duplicates.append(CellRef(self.name, *position))
            return
        style = self.attributes.get("s")
        locked = self.default_locked if style is None else self.common.locks.get(style, True)
        if self.text is None and self.formula is None:
            self.cells[position] = _FORMATTED[locked]
            return
        formula = None if self.formula is None else self.formula_at(position, self.formula)
        value, stored = self.value()
        if formula in _CONSTANT_BOOLEANS:  # how LibreOffice saves a boolean somebody typed
            value, formula, stored = _BOOLEANS[_CONSTANT_BOOLEANS[formula]], None, True
        self.cells[position] = ReadCell(value, formula, locked, stored)

    def position(self) -> tuple[int, int]:
        """Where the cell is: as it says, else after the one before."""
        address = self.attributes.get("r")
        position = parse_address(address) if address else (self.row, self.column + 1)
        if position is None or not (position[0] and position[1] <= MAX_COLUMNS):
            self.package.refuse("DAMAGED-FILE")
        self.column = position[1]
        return position

    def value(self) -> tuple[Value, bool]:
        """The value, and whether there is one: an empty text is one, an empty number none."""
        text = self.text
        kind = "inlineStr" if self.inline else self.attributes.get("t", "n")
        if text is None or (not text and kind not in _TEXTUAL):
            return BLANK, False
        if len(text) > MAX_TEXT:
            self.package.refuse("TEXT-TOO-LONG")
        if kind == "s":
            return self.shared_string(text)
        read = _VALUES.get(kind)
        return (read(text), True) if read else self.package.refuse("DAMAGED-FILE")

    def shared_string(self, index: str) -> tuple[Value, bool]:
        index = index.strip()
        if not index:
            return BLANK, False
        strings = self.common.strings
        if not (index.isascii() and index.isdigit() and len(index) <= _INDEX_DIGITS and int(index) < len(strings)):
            self.package.refuse("DAMAGED-FILE")
        return strings[int(index)], True

    # formulas

    def formula_at(self, position: tuple[int, int], attributes: Mapping[str, str]) -> str | None:
        text = self.formula_text.strip().removeprefix("=")
        if len(text) > MAX_TEXT:
            self.package.refuse("TEXT-TOO-LONG")
        kind = attributes.get("t", "normal")
        if kind == "shared":
            return self.shared_formula(position, attributes.get("si", ""), text)
        if kind == "dataTable":
            text = f"TABLE({attributes.get('r1', '')},{attributes.get('r2', '')})"
        if kind in ("array", "dataTable"):
            self.add_array(attributes.get("ref", ""), text)
        return text or None

    def shared_formula(self, position: tuple[int, int], key: str, text: str) -> str:
        """The formula of a cell that shares one: its own text, or the first one's moved here."""
        if text:
            self.masters[key] = (text, *position)
            return text
        if key not in self.masters:
            self.waiting.append((position, key))
            return _LOST
        return self.expanded(position, key)

    def expanded(self, position: tuple[int, int], key: str) -> str:
        text, row, column = self.masters[key]
        self.common.expansion_left -= len(text)
        if self.common.expansion_left < 0:
            self.package.refuse("TOO-LARGE")
        return shift(text, position[0] - row, position[1] - column)

    def add_array(self, reference: str, text: str) -> None:
        corners = _corners(reference)
        if corners and corners[:2] != corners[2:]:
            self.arrays.append((corners, text))

    # the whole

    def finish(self, state: str) -> ReadSheet:
        """The sheet, once its part is read to the end."""
        for position, key in self.waiting:
            if key in self.masters:
                self.set_formula(position, self.expanded(position, key))
        for corners, text in self.arrays:
            self.spread(corners, text)
        return ReadSheet(
            name=self.name,
            state=state,
            cells=self.cells,
            merges=tuple(self.merges),
            protected=self.protected,
            duplicates=tuple(dict.fromkeys(self.duplicates)),
            default_locked=self.default_locked,
            row_locks=self.row_locks,
            column_locks=tuple(self.column_locks),
        )

    def set_formula(self, position: tuple[int, int], formula: str) -> None:
        cell = self.cells[position]
        self.cells[position] = ReadCell(cell.value, formula, cell.locked, cell.stored)

    def spread(self, corners: tuple[int, int, int, int], formula: str) -> None:
        """Give an array's formula to every cell it fills: the file names it in the first one only."""
        self.common.cells_left -= len(self.cells)
        if self.common.cells_left < 0:
            self.package.refuse("TOO-LARGE")
        top, left, bottom, right = corners
        for row, column in list(self.cells):
            if top <= row <= bottom and left <= column <= right and self.cells[row, column].formula is None:
                self.set_formula((row, column), formula)


_FORMATTED = {locked: ReadCell(BLANK, None, locked, stored=False) for locked in (True, False)}
_LOST = "#REF!"  # a formula that shares one which is nowhere: still a formula, and no longer ours
_INDEX_DIGITS = 7


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _INDEX_DIGITS


def _corners(reference: str) -> tuple[int, int, int, int] | None:
    """Both corners of a reference such as ``A1:B2``, the smaller numbers first; ``None`` where it is none."""
    first, _, last = reference.partition(":")
    one, other = parse_address(first), parse_address(last or first)
    if one is None or other is None:
        return None
    (top, bottom), (left, right) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return top, left, bottom, right
