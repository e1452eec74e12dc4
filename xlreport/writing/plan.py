"""A workbook as a plan: immutable values that say everything, before a single byte is written.

The template, the filled workbook and the report are each built as a ``WorkbookPlan``; one writer
(``xlreport.writing.strict``) turns any plan into a file. Rows and columns count from 1; widths are in
characters of the base face, heights and margins of text in points, margins of paper in millimetres.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from xlreport.cells import CellRange, CellRef
from xlreport.rules.formula import Formula, quoted_sheet

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The date every workbook bears that we write: the clock would make each writing differ."""

_UNSAFE = re.compile(r"[\x00-\x20\"#%<>?\[\]^`{|}\\]")
"""What means something in an address, or may not stand in one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a cell looks, and whether it is locked.

    ``locked`` of ``None`` says nothing at all about protection (the report workbook: its locks would
    travel into whatever it is pasted into). Colours are ``RRGGBB``.
    """

    font: str = "微软雅黑"
    size: float = 10
    bold: bool = False
    italic: bool = False
    underline: bool = False
    color: str = "222222"
    fill: str | None = None
    border: str | None = None
    border_sides: str = "lrtb"
    heavy: bool = False
    """A border that is seen beside thin ones."""
    align: str = "left"
    valign: str = "center"
    wrap: bool = False
    indent: int = 0
    shrink: bool = False
    number_format: str = "General"
    locked: bool | None = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A jump to a cell of the same workbook, with the tip shown above the pointer."""

    target: CellRange
    tip: str = ""

    @property
    def location(self) -> str:
        """The target as a file spells it."""
        return f"{quoted_sheet(self.target.sheet)}!{self.target.address}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileLink:
    """A jump to a file that lies in the workbook's own folder or below, its parts divided by ``/``."""

    path: str
    tip: str = ""

    @property
    def location(self) -> str:
        """The target as a file spells it: what an address cannot hold is escaped, letters of any script stay."""
        return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Words that appear beside a cell while the pointer is on it; the size of their box in pixels."""

    text: str
    font: str = "微软雅黑"
    size: float = 9
    width: int = 300
    height: int = 80


Content = str | Decimal | bool | Formula | None
"""What stands in a cell: words, a number, a truth value, a formula, or nothing but a style."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCell:
    """One cell: its content, its look, where it leads, and what is said beside it."""

    content: Content = None
    style: Style
    link: Link | FileLink | None = None
    note: Note | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRow:
    """A row's height in points; one that is not ``fixed`` opens at it and still grows after an edit."""

    height: float
    fixed: bool = True
    hidden: bool = False


class Check(Enum):
    """What a validation lets a cell take."""

    ANY = "any"
    WHOLE = "integer"
    DECIMAL = "decimal"
    LIST = "list"


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation:
    """Help at a cell: a prompt while it is selected, a refusal while it is typed into.

    ``warn_only`` lets the clerk keep the value. Excel's limits: titles 32, texts 255, list 255 characters.
    """

    cells: CellRange
    check: Check = Check.ANY
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    prompt_title: str = ""
    prompt: str = ""
    error_title: str = ""
    error: str = ""
    warn_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Highlight:
    """Colours that appear while a formula holds; it may only name cells of its own sheet."""

    cells: CellRange
    formula: Formula
    fill: str | None = None
    color: str | None = None
    bold: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Print:
    """How a sheet goes to paper: always A4, always one page wide."""

    landscape: bool = False
    margins: tuple[float, float, float, float] = (15, 10, 15, 10)
    """Top, right, bottom and left, in millimetres."""
    pages_high: int = 0
    """0: as many as it takes."""
    scale: int | None = None
    """Per cent; ``None`` fits the width of the page."""
    area: CellRange | None = None
    repeat_rows: tuple[int, int] | None = None
    header: str = ""
    footer: str = ""
    footer_margin: float = 7.6
    """Millimetres from the paper's edge to the footer: Excel's own 0.3 inches."""
    page_breaks: tuple[int, ...] = ()
    """A new page begins after each of these rows."""
    centered: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Bars, one below the other: words and whole numbers that stand in cells of its own sheet.

    ``place`` is the cell of its top left corner, the sizes are in pixels, ``colors`` one for each bar.
    """

    title: str
    words: CellRange
    numbers: CellRange
    colors: tuple[str, ...]
    place: CellRef
    width: int = 520
    height: int = 260
    font: str = "微软雅黑"


class Visibility(Enum):
    """Whether a sheet is seen."""

    SHOWN = "shown"
    VERY_HIDDEN = "very hidden"


@dataclass(frozen=True, kw_only=True, slots=True)
class Protection:
    """A sheet's lock: locked cells can be selected, rows and columns resized, filters used."""

    password: str = ""
    allow_filter: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetPlan:
    """One sheet. ``background`` is the look of every cell not named (locked, in a locked sheet)."""

    name: str
    cells: Mapping[tuple[int, int], PlannedCell]
    background: Style | None = None
    merges: tuple[CellRange, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    hidden_columns: tuple[int, ...] = ()
    rows: Mapping[int, PlannedRow] = field(default_factory=dict)
    validations: tuple[Validation, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    charts: tuple[Chart, ...] = ()
    freeze: CellRef | None = None
    """The first cell that scrolls."""
    filter: CellRange | None = None
    cursor: CellRef | None = None
    protection: Protection | None = None
    visibility: Visibility = Visibility.SHOWN
    gridlines: bool = False
    tab_color: str | None = None
    print: Print = field(default_factory=Print)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkbookPlan:
    """A whole workbook. ``base`` is the Normal style every other one starts from."""

    sheets: tuple[SheetPlan, ...]
    base: Style
    title: str = ""
    lock_structure: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    """Custom document properties, none of them personal."""
