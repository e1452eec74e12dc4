"""Excel's limits for what stands in one cell: texts, numbers, formulas and looks.

``[spec]`` is Microsoft's page "Excel specifications and limits", ``[OI29500]`` Microsoft's notes on what
Office makes of the standard (MS-OI29500). Lengths are UTF-16 units, as Excel counts them.
"""

import re
from decimal import Decimal
from typing import NoReturn

from xlreport.cells import MAX_COLUMNS, MAX_ROWS, CellRange, CellRef
from xlreport.errors import LimitError
from xlreport.rules.formula import (
    FUNCTIONS,
    Area,
    Binary,
    Call,
    Cell,
    CellByIndex,
    Formula,
    Literal,
    Relative,
    depth,
    spell,
    utf16_length,
    walk,
)
from xlreport.writing.plan import Content, Style

MAX_TEXT = 32_767
"""UTF-16 units in a cell [spec]."""
MAX_DIGITS = 15
"""Significant digits a number keeps [spec]."""
MAX_NUMBER = Decimal("9.99999999999999E+307")
"""The largest number that can be typed [spec]."""
MIN_NUMBER = Decimal("2.2251E-308")
"""The smallest number that is not nothing [spec]."""
MAX_FORMULA = 8_192
"""UTF-16 units of a formula [spec]."""
MAX_LITERAL = 255
"""UTF-16 units of a text inside a formula (Excel's message: text values in formulas are limited to 255)."""
MAX_ARGUMENTS = 255
"""Arguments of a function [spec]."""
MAX_NESTING = 64
"""Levels of nested functions [spec]."""
MAX_FONT_NAME = 31
"""Characters of a face's name [OI29500 18.8.29]."""
FONT_SIZES = (1, 409)
"""Points, as the box for the size takes them."""
MAX_INDENT = 250
"""Steps of indentation, as the dialogue takes them; the file takes 255 [OI29500 18.8.1]."""
MAX_NUMBER_FORMAT = 255
"""UTF-16 units of a number format."""

ARGUMENTS = {
    "ABS": (1, 1),
    "AND": (1, MAX_ARGUMENTS),
    "CHAR": (1, 1),
    "COUNT": (1, MAX_ARGUMENTS),
    "COUNTIF": (2, 2),
    "HYPERLINK": (1, 2),
    "IF": (2, 3),
    "INDEX": (2, 4),
    "INT": (1, 1),
    "ISERROR": (1, 1),
    "ISLOGICAL": (1, 1),
    "ISNUMBER": (1, 1),
    "LEN": (1, 1),
    "MATCH": (2, 3),
    "MAX": (1, MAX_ARGUMENTS),
    "MIN": (1, MAX_ARGUMENTS),
    "NOT": (1, 1),
    "OR": (1, MAX_ARGUMENTS),
    "RIGHT": (1, 2),
    "ROUND": (2, 2),
    "SUBSTITUTE": (3, 4),
    "SUM": (1, MAX_ARGUMENTS),
    "SUMIF": (2, 3),
}
"""Least and most arguments of each function: a file with one too few is repaired, the formula gone."""

OPERATORS = frozenset({"+", "-", "*", "&", "=", "<>", "<", "<=", ">", ">="})
"""Those the formula's tree knows to value."""

ALIGNMENTS = frozenset({"general", "left", "center", "right", "fill", "justify", "centerContinuous", "distributed"})
VERTICAL_ALIGNMENTS = frozenset({"top", "center", "bottom", "justify", "distributed"})
INDENTED = frozenset({"left", "right", "distributed"})
"""Alignments as the file spells them, and those that can be indented."""

_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")
# What XML cannot hold, and what Excel reads as a spelling of it (formulas and names are refused, not escaped:
# readers differ on whether an escape is undone there).
_UNSPEAKABLE = re.compile(r"_x[0-9A-Fa-f]{4}_|[\x00-\x09\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def refuse(where: object, problem: str) -> NoReturn:
    """Raise the ``LimitError`` that says where and what."""
    raise LimitError(f"{where}: {problem}")


def at_most(where: object, what: str, count: float, limit: float) -> None:
    """Refuse a count above Excel's limit."""
    if count > limit:
        refuse(where, f"{what}: {count}, Excel takes {limit}")


def text_at_most(where: object, what: str, text: str, limit: int) -> None:
    """Refuse a text longer than Excel's limit in UTF-16 units."""
    if 2 * len(text) > limit:  # a shorter text cannot be too long, whatever its characters
        at_most(where, f"{what}, UTF-16 units", utf16_length(text), limit)


def check_plain(where: object, what: str, text: str) -> None:
    """Refuse control characters, halves of surrogate pairs and spellings of them, where none can be escaped."""
    if found := _UNSPEAKABLE.search(text):
        refuse(where, f"{what} holds {found[0]!r}")


def check_colour(where: object, colour: str | None) -> None:
    """Refuse what is no ``RRGGBB``."""
    if colour is not None and not _COLOUR.fullmatch(colour):
        refuse(where, f"colour {colour!r} is no RRGGBB")


def check_area(where: object, area: CellRange, sheet: str) -> None:
    """Refuse an area of another sheet, beyond the sheet's edges, or with its corners swapped."""
    if area.sheet != sheet:
        refuse(where, f"{area.sheet}!{area.address} is not of this sheet")
    if not (1 <= area.first_row <= area.last_row <= MAX_ROWS):
        refuse(where, f"rows {area.first_row} to {area.last_row}, a sheet has 1 to {MAX_ROWS}")
    if not (1 <= area.first_column <= area.last_column <= MAX_COLUMNS):
        refuse(where, f"columns {area.first_column} to {area.last_column}, a sheet has 1 to {MAX_COLUMNS}")


def check_ref(where: object, ref: CellRef, sheet: str) -> None:
    """Refuse a cell of another sheet or beyond the sheet's edges."""
    check_area(where, CellRange(ref.sheet, ref.row, ref.column, ref.row, ref.column), sheet)


# ── contents ──────────────────────────────────────────────────────────────────────────────────────


def check_content(where: CellRef, content: Content, sheets: frozenset[str]) -> None:
    """Refuse a text, number or formula that Excel would cut, round or repair."""
    match content:
        case None | bool():
            pass
        case str(text):
            text_at_most(where, "text", text, MAX_TEXT)
        case Decimal() as number:
            check_number(where, number)
        case formula:
            check_formula(where, formula, where.sheet, sheets)


def is_within_reach(number: Decimal) -> bool:
    """Whether a number is neither too large nor too small for a cell."""
    return not number or MIN_NUMBER <= number.copy_abs() <= MAX_NUMBER


def is_held(number: Decimal) -> bool:
    """Whether a cell holds a number digit by digit."""
    return is_within_reach(number) and _digits(number) <= MAX_DIGITS


def _digits(number: Decimal) -> int:
    return len("".join(map(str, number.as_tuple().digits)).strip("0"))


def check_number(where: object, number: Decimal) -> None:
    """Refuse a number that a cell cannot hold digit by digit."""
    check_size(where, number)
    at_most(where, f"digits of {number}", _digits(number), MAX_DIGITS)


def check_size(where: object, number: Decimal) -> None:
    """Refuse NaN, the infinite, and what a double cannot reach."""
    if not number.is_finite():
        refuse(where, f"{number} is no number")
    if not is_within_reach(number):
        refuse(where, f"{number} is beyond what Excel holds ({MIN_NUMBER} to {MAX_NUMBER})")


# ── formulas ──────────────────────────────────────────────────────────────────────────────────────


def check_formula(where: object, formula: Formula, sheet: str, sheets: frozenset[str]) -> None:
    """Refuse a cell's formula that Excel could not read."""
    for part in walk(formula):
        if isinstance(part, Relative):
            refuse(where, "a reference that moves has no meaning in a cell")
        _check_part(where, part, sheets)
    _check_whole(where, formula, sheet)


def check_highlight_formula(where: object, formula: Formula, sheet: str) -> None:
    """Refuse a conditional format's formula that Excel could not read; Excel 2007 takes no other sheet's cells."""
    own = frozenset({sheet})
    for part in walk(formula):
        if isinstance(part, Relative):
            check_ref(where, CellRef(sheet, part.row, part.column), sheet)
        _check_part(where, part, own)
    _check_whole(where, formula, sheet)


def _check_whole(where: object, formula: Formula, sheet: str) -> None:
    at_most(where, "levels of nested functions", depth(formula), MAX_NESTING)
    text_at_most(where, "formula", spell(formula, sheet), MAX_FORMULA)


def _check_part(where: object, part: Formula, sheets: frozenset[str]) -> None:
    match part:
        case Literal(value=value):
            _check_literal(where, value)
        case Cell(ref=ref):
            _check_sheet(where, ref.sheet, sheets)
            check_ref(where, ref, ref.sheet)
        case CellByIndex(ref=ref, width=width):
            _check_sheet(where, ref.sheet, sheets)
            check_ref(where, ref, ref.sheet)
            if not ref.column <= width <= MAX_COLUMNS:
                refuse(where, f"INDEX reaches column {ref.column} of {width}")
        case Area(area=area):
            _check_sheet(where, area.sheet, sheets)
            check_area(where, area, area.sheet)
        case Binary(operator=operator):
            if operator not in OPERATORS:
                refuse(where, f"operator {operator!r} is not one of {' '.join(sorted(OPERATORS))}")
        case Call(name=name, arguments=arguments):
            _check_call(where, name, len(arguments))
        case _:  # a moving reference, which knows no sheet
            pass


def _check_sheet(where: object, sheet: str, sheets: frozenset[str]) -> None:
    if sheet not in sheets:
        refuse(where, f"a formula here cannot refer to sheet {sheet!r}")


def _check_literal(where: object, value: Decimal | str | bool) -> None:
    if isinstance(value, str):
        text_at_most(where, "text inside a formula", value, MAX_LITERAL)
        check_plain(where, "a text inside a formula", value)
    elif isinstance(value, Decimal):
        check_number(where, value)


def _check_call(where: object, name: str, count: int) -> None:
    if name not in FUNCTIONS:
        refuse(where, f"function {name!r} is not one that Excel 2010, WPS and LibreOffice read alike")
    least, most = ARGUMENTS.get(name, (0, MAX_ARGUMENTS))
    if not least <= count <= most:
        refuse(where, f"{name} with {count} arguments, Excel takes {least} to {most}")


# ── looks ─────────────────────────────────────────────────────────────────────────────────────────


def check_style(where: object, style: Style) -> None:
    """Refuse a look that the file format has no word for."""
    _check_font(where, style)
    _check_alignment(where, style)
    for colour in (style.color, style.fill, style.border):
        check_colour(where, colour)
    if not set(style.border_sides) <= set("lrtb"):
        refuse(where, f"border sides {style.border_sides!r} are not of l, r, t, b")
    check_plain(where, "number format", style.number_format)
    text_at_most(where, "number format", style.number_format, MAX_NUMBER_FORMAT)
    if not style.number_format:
        refuse(where, "an empty number format")


def _check_font(where: object, style: Style) -> None:
    check_plain(where, "font", style.font)
    at_most(where, "characters of the font's name", utf16_length(style.font), MAX_FONT_NAME)
    least, most = FONT_SIZES
    if not style.font or not least <= style.size <= most:
        refuse(where, f"font {style.font!r} of {style.size} points, Excel takes {least} to {most}")


def _check_alignment(where: object, style: Style) -> None:
    if style.align not in ALIGNMENTS or style.valign not in VERTICAL_ALIGNMENTS:
        refuse(where, f"alignment {style.align!r}, {style.valign!r} is not one of the file format")
    if style.wrap and style.shrink:
        refuse(where, "a text either wraps or shrinks")
    if not 0 <= style.indent <= MAX_INDENT or (style.indent and style.align not in INDENTED):
        refuse(where, f"indent {style.indent} with alignment {style.align!r}")
