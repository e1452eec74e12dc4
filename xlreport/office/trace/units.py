"""The first sheet of a trace: every unit, whether it is in the sum, and what two of them may both have counted."""

from xlreport.cells import CellRange, CellRef
from xlreport.forms.definition import FormDefinition
from xlreport.messages import say
from xlreport.office.aggregate.aggregating import Aggregate, NotSummed, Summed
from xlreport.office.report_look import (
    CELL,
    HEAD,
    HEADER_TOP,
    LEFT_OUT,
    NAME,
    NOTE_ROW,
    SECTION,
    STATE,
    UNIT_WIDTHS,
    list_sheet,
    paragraph,
    title,
    unit_cells,
)
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import SheetPlan, Style

COUNTED, SOURCE = STATE + 1, STATE + 2
WIDTHS = (*UNIT_WIDTHS, 22.0, 46.0)
MOST_LINES = 20


def plan_units_sheet(definition: FormDefinition, made: Aggregate) -> SheetPlan:
    """The sheet of all units."""
    return _UnitsSheet(definition, made).plan()


class _UnitsSheet:
    def __init__(self, definition: FormDefinition, made: Aggregate) -> None:
        self.definition = definition
        self.made = made
        self.sheet = SheetBuilder(name=say("trace.units"))
        self.row = HEADER_TOP

    def plan(self) -> SheetPlan:
        sheet = self.sheet
        sheet.widths.update(enumerate(WIDTHS, start=1))
        self.head()
        self.units()
        last = self.row
        self.doubts()
        filtered = CellRange(sheet.name, HEADER_TOP, 1, last, SOURCE) if last > HEADER_TOP else None
        cursor = CellRef(sheet.name, HEADER_TOP + 1, NAME)
        return list_sheet(sheet, header=HEADER_TOP, last=self.row, columns=SOURCE, cursor=cursor, filtered=filtered)

    def head(self) -> None:
        sheet, trace = self.sheet, self.made.trace
        words = say("trace.title", unit=trace.parent.name, year=trace.year, title=self.definition.title)
        title(sheet, words, SOURCE)
        counts = {"summed": len(trace.summed), "not_summed": len(trace.not_summed)}
        paragraph(sheet, NOTE_ROW, say("trace.state", **counts, last=self.made.last_origin.words), SOURCE)
        sheet.height(NOTE_ROW + 1, 6)
        for column, key in enumerate(("number", "code", "unit", "state", "counted", "source"), start=1):
            sheet.put(HEADER_TOP, column, say(f"trace.head.{key}"), HEAD)
        sheet.height(HEADER_TOP, 24)

    def units(self) -> None:
        for one in self.made.trace.summed:
            self.unit(one, one.status.words, say("trace.counted"), CELL)
        for left in self.made.trace.not_summed:
            self.unit(left, left.absence.words, say("trace.not_counted"), LEFT_OUT)

    def unit(self, one: Summed | NotSummed, state: str, counted: str, style: Style) -> None:
        self.row += 1
        unit_cells(self.sheet, self.row, self.row - HEADER_TOP, one.unit, state=state, style=style)
        self.sheet.put(self.row, COUNTED, counted, style)
        self.sheet.put(self.row, SOURCE, one.source or None, style)

    def doubts(self) -> None:
        doubts = self.made.doubts
        if doubts:
            self.row += 2
            self.wide(say("children.doubts", count=len(doubts)), SECTION)
        for doubt in doubts:
            self.row += 1
            self.wide(doubt.message, CELL)

    def wide(self, words: str, style: Style) -> None:
        self.sheet.put_over(self.sheet.across(self.row, 1, SOURCE), words, style)
        lines = min(MOST_LINES, look.lines_needed(words, sum(WIDTHS), style.size))
        self.sheet.height(self.row, look.height_for(lines, style.size, 22))
