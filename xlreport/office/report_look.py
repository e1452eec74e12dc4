"""How the workbooks of an office look that are reports: the template's face and tints, and nothing locked."""

from dataclasses import replace
from decimal import Decimal

from xlreport.cells import CellRange, CellRef
from xlreport.messages import say
from xlreport.submission import Unit
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Print, SheetPlan, Style

NUMBER, CODE, NAME, STATE = range(1, 5)
"""The columns that name a unit."""
UNIT_WIDTHS = (6.0, 13.0, 28.0, 12.0)
TITLE_ROW, NOTE_ROW, HEADER_TOP = 1, 2, 4

BASE = replace(look.BASE, locked=None)
"""Nothing is said about locks: they would travel into whatever a report is pasted into."""
BACKGROUND, TITLE, NOTE, SECTION, HEAD, CELL, CENTERED, LINK = (
    replace(style, locked=None)
    for style in (
        look.BACKGROUND,
        look.TITLE,
        look.SUBTITLE,
        look.SECTION,
        replace(look.HEAD, size=9),
        look.CELL,
        look.CENTERED,
        look.LINK_CELL,
    )
)
FIGURE = replace(CELL, wrap=False, shrink=True, align="right")
LEFT_OUT = replace(CELL, color="9AA1AB", italic=True, fill=look.COMPUTED)
"""What does not count."""
PARAGRAPH = replace(NOTE, wrap=True)


def unit_cells(sheet: SheetBuilder, row: int, number: int, unit: Unit, *, state: str, style: Style) -> None:
    """The cells that name a unit and say how far it has come."""
    centered = replace(style, align="center", indent=0)
    sheet.put(row, NUMBER, Decimal(number), replace(centered, number_format="0"))
    sheet.put(row, CODE, unit.code or None, replace(centered, number_format="@"))
    sheet.put(row, NAME, unit.name, style)
    sheet.put(row, STATE, state, centered)
    sheet.height(row, look.height_for(look.lines_needed(unit.name, UNIT_WIDTHS[NAME - 1], style.size), style.size, 20))


def list_sheet(
    sheet: SheetBuilder, *, header: int, last: int, columns: int, cursor: CellRef, filtered: CellRange | None = None
) -> SheetPlan:
    """A list below one row of heads: they stay in sight, and stand again on each printed page."""
    return SheetPlan(
        name=sheet.name,
        cells=sheet.cells,
        background=BACKGROUND,
        merges=tuple(sheet.merges),
        widths=sheet.widths,
        rows=sheet.rows,
        freeze=CellRef(sheet.name, header + 1, 1),
        filter=filtered,
        cursor=cursor,
        print=Print(
            area=CellRange(sheet.name, 1, 1, last, columns),
            landscape=True,
            repeat_rows=(header, header),
            footer=say("print.page"),
        ),
    )


def title(sheet: SheetBuilder, words: str, columns: int) -> None:
    """The title of a sheet, over its columns."""
    _over(sheet, TITLE_ROW, words, columns, style=TITLE, least=30)


def paragraph(sheet: SheetBuilder, row: int, words: str, columns: int) -> None:
    """A remark over all columns, as high as it needs."""
    _over(sheet, row, words, columns, style=PARAGRAPH, least=20)


def _over(sheet: SheetBuilder, row: int, words: str, columns: int, *, style: Style, least: float) -> None:
    sheet.put_over(sheet.across(row, 1, columns), words, replace(style, wrap=True))
    width = sum(sheet.widths[column] for column in range(1, columns + 1))
    sheet.height(row, look.height_for(look.lines_needed(words, width, style.size), style.size, least))
