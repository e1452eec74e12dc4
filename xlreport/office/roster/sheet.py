"""A roster to fill in: headings, a list of levels to choose from, and codes that stay texts."""

from collections.abc import Sequence
from dataclasses import replace

from xlreport.cells import CellRange, CellRef
from xlreport.messages import say
from xlreport.messages.roster_zh import LEVEL_WORDS, ROSTER_COLUMNS
from xlreport.office.report_look import BACKGROUND, BASE, HEAD, TITLE_ROW, title
from xlreport.office.roster.roster import NEEDED, RosterUnit
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Check, Print, SheetPlan, Validation, WorkbookPlan
from xlreport.writing.strict import write_workbook

HOW_ROW, HEADER_ROW = 2, 3
PREPARED_ROWS = 120
"""Rows with borders: as many as an office has units, and no more pages when it is printed empty."""
LAST_ROW = 2_000
"""Down to here there is a list of levels; texts stay texts to the end of the sheet."""
WIDTHS = {"code": 21.0, "name": 42.0, "level": 23.0, "parent": 30.0, "contact": 11.0, "phone": 17.0, "email": 26.0}
_HOW = replace(look.BODY, locked=None)
_TYPED = replace(look.CELL, locked=None, number_format="@", wrap=False, shrink=True)
"""Shrunk, not wrapped: no program makes a row higher for what is pasted into it."""
_NEEDED = replace(_TYPED, fill=look.TO_FILL)
_BEYOND = replace(BACKGROUND, number_format="@")


def write_roster(units: Sequence[RosterUnit] = ()) -> bytes:
    """The workbook of a roster, empty unless units are given; same input, same bytes."""
    return write_workbook(plan_roster(units), {})


def plan_roster(units: Sequence[RosterUnit] = ()) -> WorkbookPlan:
    """The workbook of a roster, empty unless units are given."""
    name = say("roster.sheet")
    sheet = SheetBuilder(name=name)
    sheet.widths.update(enumerate(WIDTHS.values(), start=1))
    title(sheet, say("roster.title"), len(WIDTHS))
    _add_how(sheet)
    for column, key in enumerate(WIDTHS, start=1):
        _add_column(sheet, column, key)
    sheet.height(HEADER_ROW, 26)
    for row in _prepared_rows():
        sheet.height(row, 21)
    for row, one in enumerate(units, start=HEADER_ROW + 1):
        _add_unit(sheet, row, one)
    plan = SheetPlan(
        name=name,
        cells=sheet.cells,
        background=_BEYOND,
        merges=tuple(sheet.merges),
        widths=sheet.widths,
        rows=sheet.rows,
        validations=(_levels(name),),
        freeze=CellRef(name, HEADER_ROW + 1, 1),
        cursor=CellRef(name, HEADER_ROW + 1, 1),
        print=Print(landscape=True, repeat_rows=(TITLE_ROW, HEADER_ROW), footer=say("print.page")),
    )
    return WorkbookPlan(sheets=(plan,), base=BASE, title=say("roster.title"))


def _add_how(sheet: SheetBuilder) -> None:
    words = say("roster.how")
    sheet.put_over(sheet.across(HOW_ROW, 1, len(WIDTHS)), words, _HOW)
    lines = look.lines_needed(words, sum(WIDTHS.values()), _HOW.size)
    sheet.height(HOW_ROW, look.height_for(lines, _HOW.size))


def _add_column(sheet: SheetBuilder, column: int, key: str) -> None:
    needed = key in NEEDED
    sheet.put(HEADER_ROW, column, ROSTER_COLUMNS[key][0] + (say("roster.needed") if needed else ""), HEAD)
    for row in _prepared_rows():
        sheet.put(row, column, None, _NEEDED if needed else _TYPED)


def _add_unit(sheet: SheetBuilder, row: int, one: RosterUnit) -> None:
    unit = one.unit
    level = LEVEL_WORDS[unit.level][0] if unit.level else None
    contents = (unit.code, unit.name, level, one.parent, one.contact, one.phone, one.email)
    for column, (key, content) in enumerate(zip(WIDTHS, contents, strict=True), start=1):
        sheet.put(row, column, content or None, _NEEDED if key in NEEDED else _TYPED)


def _prepared_rows() -> range:
    return range(HEADER_ROW + 1, HEADER_ROW + 1 + PREPARED_ROWS)


def _levels(name: str) -> Validation:
    column = list(WIDTHS).index("level") + 1
    return Validation(
        cells=CellRange(name, HEADER_ROW + 1, column, LAST_ROW, column),
        check=Check.LIST,
        choices=tuple(words[0] for words in LEVEL_WORDS.values()),
        error_title=say("roster.level_title"),
        error=say("roster.level_error"),
    )
