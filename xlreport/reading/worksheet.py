"""One worksheet of a file: the value, formula and lock of every cell, in one pass over its XML."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.parsers import expat

from xlreport.cells import BLANK, MAX_COLUMNS, MAX_ROWS, CellRange, CellRef, Value, parse_address
from xlreport.reading.package import Package
from xlreport.reading.stored import CONSTANTS, MAIN, MAX_TEXT, TEXTUAL, VALUES, Display, TextRuns, is_true
from xlreport.reading.tokens import shift

MAX_CELLS = 60_000
"""Cells of a workbook, counted as they come, as the dimension a sheet states may be wrong; forms have thousands."""
MAX_LINES = 1_100_000
"""Rows of a workbook, empty ones too: one sheet whose every row was formatted, and the form beside it."""
MAX_AREAS = 10_000
"""Merged areas, areas with a validation, and links of a workbook; forms have some hundreds."""
MAX_FORMULAS = 2_000_000
"""Characters of all formulas; those of a form have some hundred thousand."""
MAX_EXPANDED = 1_000_000
"""Characters of shared formulas once written out: a long one shared by every cell would take minutes and gigabytes."""

_C, _V, _F, _ROW, _IS, _SHEET_DATA = (f"{MAIN} {name}" for name in ("c", "v", "f", "row", "is", "sheetData"))
_VALIDATION, _FIRST, _SECOND = (f"{MAIN} {name}" for name in ("dataValidation", "formula1", "formula2"))


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell as stored.

    ``formula`` is the text without ``=``, a shared one written out for this cell; ``None`` for a constant.
    ``stored`` tells whether the file holds a value: a formula that was never calculated has none, and
    neither has a cell that is only formatted. ``display`` is what its format makes of a number.
    """

    value: Value
    formula: str | None
    locked: bool
    stored: bool
    display: Display = Display.NUMBER


@dataclass(frozen=True, slots=True)
class ReadValidation:
    """What the cells of some areas may take, as stored: the kind, how it compares, and its one or two formulas."""

    areas: tuple[CellRange, ...]
    kind: str
    operator: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """One sheet as stored. ``cells`` has whatever the file mentions, by row and column, formatted blanks too.

    ``state`` is ``visible``, ``hidden`` or ``veryHidden``. ``duplicates`` are cells the file has more than
    once; the first is kept. ``row_locks`` and ``column_locks`` (first, last, locked) are the lock states
    of cells the file does not mention, ``default_locked`` that of all others. ``links`` are the places in the
    workbook that cells lead to, empty for a link that leads out of it; ``comments`` what is noted at cells.
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
    validations: tuple[ReadValidation, ...] = ()
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)

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


@dataclass(slots=True)
class Shared:
    """What the sheets of one workbook share: formats, strings, and what may still be read."""

    package: Package
    locks: dict[str, bool]
    displays: dict[str, Display]
    strings: list[Value]
    cells_left: int = MAX_CELLS
    lines_left: int = MAX_LINES
    areas_left: int = MAX_AREAS
    formulas_left: int = MAX_FORMULAS
    expansion_left: int = MAX_EXPANDED
    array_cells_left: int = 2 * MAX_CELLS


class SheetReader:
    """One worksheet, cell by cell.

    Inside ``<sheetData>`` the handlers are others than around it, so that nothing elsewhere in the part
    can pass for a cell, and nothing inside for a merge or a protection.
    """

    def __init__(self, common: Shared, name: str) -> None:
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
        self.runs = TextRuns()
        self.chunks = self.runs.chunks
        self.masters: dict[str, tuple[str, int, int]] = {}
        self.waiting: list[tuple[tuple[int, int], str]] = []
        self.arrays: list[tuple[tuple[int, int, int, int], str]] = []
        self.validations: list[ReadValidation] = []
        self.validation: Mapping[str, str] | None = None
        self.limits: dict[str, str] = {}
        self.links: dict[tuple[int, int], str] = {}

    def attach(self, parser: expat.XMLParserType) -> None:
        """Set the handlers for what stands around the cells."""
        self.parser = parser
        parser.StartElementHandler = self._start_around
        parser.CharacterDataHandler = self.chunks.append
        parser.EndElementHandler = self._end_around

    # around the cells

    def _start_around(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _SHEET_DATA:
            self.parser.StartElementHandler = self._start
            self.parser.EndElementHandler = self._end
        elif name == f"{MAIN} mergeCell":
            self._add_merge(attributes.get("ref", ""))
        elif name == f"{MAIN} col":
            self._add_columns(attributes)
        elif name == f"{MAIN} sheetProtection":
            self.protected = is_true(attributes.get("sheet"))
        elif name == _VALIDATION:
            self.validation, self.limits = attributes, {}
        elif name == f"{MAIN} hyperlink":
            self._add_link(attributes)
        if self.validation is not None:
            self.chunks.clear()

    def _end_around(self, name: str) -> None:
        if self.validation is not None:
            if name in (_FIRST, _SECOND):
                self.limits[name] = "".join(self.chunks)[:MAX_TEXT].strip()
            elif name == _VALIDATION:
                self._add_validation(self.validation)
                self.validation = None
        self.chunks.clear()

    def _add_validation(self, attributes: Mapping[str, str]) -> None:
        areas = []
        for reference in attributes.get("sqref", "").split():
            self._take_area()
            corners = _corners(reference)
            if corners:
                areas.append(CellRange(self.name, *corners))
        self.validations.append(
            ReadValidation(
                areas=tuple(areas),
                kind=attributes.get("type", "none"),
                operator=attributes.get("operator", "between"),
                first=self.limits.get(_FIRST, ""),
                second=self.limits.get(_SECOND, ""),
            )
        )

    def _add_link(self, attributes: Mapping[str, str]) -> None:
        self._take_area()
        corners = _corners(attributes.get("ref", ""))
        if corners:
            self.links[corners[:2]] = attributes.get("location", "")[:MAX_TEXT]

    def _add_merge(self, reference: str) -> None:
        self._take_area()
        corners = _corners(reference)
        if corners:
            self.merges.append(CellRange(self.name, *corners))

    def _add_columns(self, attributes: Mapping[str, str]) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if len(self.column_locks) == MAX_COLUMNS or not (_is_index(first) and _is_index(last)):
            self.package.refuse("DAMAGED-FILE")
        self.column_locks.append((int(first), int(last), self._lock(attributes.get("style", "0"))))

    def _lock(self, style: str) -> bool:
        return self.common.locks.get(style, True)

    # cells

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _C:
            self.attributes = attributes
            self.formula = self.text = None
            self.inline = False
            self._take_cell()
        elif name == _V:
            self.chunks.clear()
        elif name == _F:
            self.chunks.clear()
            self.formula = attributes
        elif name == _ROW:
            self._start_row(attributes)
        elif name == _IS:
            self.runs.clear()
            self.inline = True
        elif self.inline:
            self.runs.start(name)

    def _end(self, name: str) -> None:
        if name == _V:
            if not self.inline:
                self.text = "".join(self.chunks)
        elif name == _C:
            self._end_cell()
        elif name == _F:
            self.formula_text = "".join(self.chunks)
        elif name == _IS:
            self.text = self.runs.text()
        elif name == _SHEET_DATA:
            self.attach(self.parser)
        elif self.inline:
            self.runs.end(name)

    def _take_area(self) -> None:
        self.common.areas_left -= 1
        if self.common.areas_left < 0:
            self.package.refuse("TOO-LARGE")

    def _take_cell(self) -> None:
        self.common.cells_left -= 1
        if self.common.cells_left < 0:
            self.package.refuse("TOO-LARGE")

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        self.common.lines_left -= 1
        if self.common.lines_left < 0:
            self.package.refuse("TOO-LARGE")
        number = attributes.get("r", "")
        self.row = int(number) if _is_index(number) else self.row + 1
        self.column = 0
        if not 1 <= self.row <= MAX_ROWS:
            self.package.refuse("DAMAGED-FILE")
        if is_true(attributes.get("customFormat")):
            self.row_locks[self.row] = self._lock(attributes.get("s", "0"))

    def _end_cell(self) -> None:
        position = self._position()
        if position in self.cells:
            self.duplicates.append(CellRef(self.name, *position))
            return
        style = self.attributes.get("s")
        # without a style it has the first one, as in Excel; only gnumeric means its column's
        locked = self.default_locked if style is None else self.common.locks.get(style, True)
        if self.text is None and self.formula is None:
            self.cells[position] = _FORMATTED[locked]
            return
        formula = None if self.formula is None else self._formula_at(position, self.formula)
        value, stored = self._value()
        if formula in CONSTANTS:
            value, formula, stored = CONSTANTS[formula], None, True
        display = self.common.displays.get(style or "0", Display.NUMBER)
        self.cells[position] = ReadCell(value, formula, locked, stored, display)

    def _position(self) -> tuple[int, int]:
        """Where the cell is: as it says, else after the one before."""
        address = self.attributes.get("r")
        position = _address(address) if address else (self.row, self.column + 1)
        if position is None or not (position[0] and position[1] <= MAX_COLUMNS):
            self.package.refuse("DAMAGED-FILE")
        self.column = position[1]
        return position

    def _value(self) -> tuple[Value, bool]:
        """The value, and whether there is one: an empty text is one, an empty number none."""
        text = self.text
        kind = "inlineStr" if self.inline else self.attributes.get("t", "n")
        if text is None or (not text and kind not in TEXTUAL):
            return BLANK, False
        if len(text) > MAX_TEXT:
            self.package.refuse("TEXT-TOO-LONG")
        if kind == "s":
            return self._shared_string(text)
        read = VALUES.get(kind)
        return (read(text), True) if read else self.package.refuse("DAMAGED-FILE")

    def _shared_string(self, index: str) -> tuple[Value, bool]:
        index = index.strip()
        if not index:
            return BLANK, False
        strings = self.common.strings
        if not (index.isascii() and index.isdigit() and len(index) <= _INDEX_DIGITS and int(index) < len(strings)):
            self.package.refuse("DAMAGED-FILE")
        return strings[int(index)], True

    # formulas

    def _formula_at(self, position: tuple[int, int], attributes: Mapping[str, str]) -> str | None:
        text = self.formula_text.strip().removeprefix("=")
        self.common.formulas_left -= len(text)
        if len(text) > MAX_TEXT:
            self.package.refuse("TEXT-TOO-LONG")
        if self.common.formulas_left < 0:
            self.package.refuse("TOO-LARGE")
        kind = attributes.get("t", "normal")
        if kind == "shared":
            return self._shared_formula(position, attributes, text)
        if kind == "dataTable":
            text = f"TABLE({attributes.get('r1', '')},{attributes.get('r2', '')})"
        if kind in ("array", "dataTable"):
            self._add_array(attributes.get("ref", ""), text)
        return text or None

    def _shared_formula(self, position: tuple[int, int], attributes: Mapping[str, str], text: str) -> str:
        """The formula of a cell that shares one: its own text, or the first one's moved here."""
        key = attributes.get("si", "")
        if text:
            if "ref" in attributes or key not in self.masters:
                self.masters[key] = (text, *position)
            return text
        if key not in self.masters:
            self.waiting.append((position, key))
            return _LOST
        return self._expanded(position, key)

    def _expanded(self, position: tuple[int, int], key: str) -> str:
        text, row, column = self.masters[key]
        self.common.expansion_left -= len(text)
        if self.common.expansion_left < 0:
            self.package.refuse("TOO-LARGE")
        return shift(text, position[0] - row, position[1] - column)

    def _add_array(self, reference: str, text: str) -> None:
        corners = _corners(reference)
        if corners and corners[:2] != corners[2:]:
            self.arrays.append((corners, text))

    # the whole

    def finish(self, state: str) -> ReadSheet:
        """The sheet, once its part is read to the end."""
        for position, key in self.waiting:
            if key in self.masters:
                self._set_formula(position, self._expanded(position, key))
        for corners, text in self.arrays:
            self._spread(corners, text)
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
            validations=tuple(self.validations),
            links=self.links,
        )

    def _set_formula(self, position: tuple[int, int], formula: str) -> None:
        self.cells[position] = replace(self.cells[position], formula=formula)

    def _spread(self, corners: tuple[int, int, int, int], formula: str) -> None:
        """Give an array's formula to every cell it fills: the file names it in the first one only."""
        top, left, bottom, right = corners
        size = (bottom - top + 1) * (right - left + 1)
        self.common.array_cells_left -= min(size, len(self.cells))
        if self.common.array_cells_left < 0:
            self.package.refuse("TOO-LARGE")
        if size <= len(self.cells):
            inside = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        else:
            inside = [(row, column) for row, column in self.cells if top <= row <= bottom and left <= column <= right]
        for position in inside:
            if position in self.cells and self.cells[position].formula is None:
                self._set_formula(position, formula)


_FORMATTED = {locked: ReadCell(BLANK, None, locked, stored=False) for locked in (True, False)}
_LOST = "#REF!"  # a formula that shares one which is nowhere: still a formula, and no longer ours
_INDEX_DIGITS = 7
_ADDRESS_CHARACTERS = len("$XFD$1048576")


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _INDEX_DIGITS


def _address(text: str) -> tuple[int, int] | None:
    """Row and column of an address; a monstrous one is kept out of the memory of those already parsed."""
    return parse_address(text) if len(text) <= _ADDRESS_CHARACTERS else None


def _corners(reference: str) -> tuple[int, int, int, int] | None:
    """Both corners of a reference such as ``A1:B2``, the smaller numbers first; ``None`` where it is none."""
    first, _, last = reference.partition(":")
    one, other = _address(first), _address(last or first)
    if one is None or other is None:
        return None
    (top, bottom), (left, right) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return top, left, bottom, right
