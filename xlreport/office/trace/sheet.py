"""Where each number of a sum comes from, as a workbook: each field a column, each unit a row, the sum below, live.

One sheet for each table of the form, as the whole would be too wide to read; before them one with the units, and
one (差额表) with what differs from a report of the parent made elsewhere. They are reports: nothing is locked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xlreport.cells import MAX_COLUMNS, MAX_ROWS, CellRange, CellRef
from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.forms.definition import Field, FormDefinition, Group, Heading, Section
from xlreport.messages import say
from xlreport.office.aggregate.aggregating import Aggregate, Trace
from xlreport.office.report_look import (
    BACKGROUND,
    BASE,
    CELL,
    HEAD,
    HEADER_TOP,
    LEFT_OUT,
    NOTE,
    NOTE_ROW,
    SECTION,
    STATE,
    TITLE,
    TITLE_ROW,
    UNIT_WIDTHS,
    unit_cells,
)
from xlreport.office.trace.against import plan_differences_sheet
from xlreport.office.trace.units import plan_units_sheet
from xlreport.rules.excel import number_formula
from xlreport.rules.formula import Area, Formula, Relative, call, compare, lit
from xlreport.submission import Submission, Unit
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.calculate import calculate
from xlreport.writing.plan import Print, SheetPlan, Style, WorkbookPlan

FIRST_FIGURE = STATE + 1
FIGURE_WIDTH, AMOUNT_WIDTH = 10.5, 14.0
WIDE = 30
"""More columns than this are no longer printed on one page's width."""
WIDE_SCALE = 60
"""Per cent at which a wide sheet is printed, over as many pages as it takes."""
ROWS_BESIDE = 100
"""Rows of a sheet that are not units: titles, headers, sums, remarks."""


def plan_trace(definition: FormDefinition, made: Aggregate, against: Submission | None = None) -> WorkbookPlan:
    """The workbook that shows where each number of a sum comes from.

    Args:
        definition: The form.
        made: The sum.
        against: A submission of the parent that was made elsewhere: a sheet says where it differs.

    Raises:
        RequestError: the form has more fields, or there are more units, than a sheet has columns or rows.
    """
    _refuse_too_large(definition, made.trace)
    tables = [section for section in definition.sections if section.table is not None]
    places = _places(definition, made.trace, tables)
    sheets = [plan_units_sheet(definition, made)]
    if against is not None:
        sums = {ref: place.sum for ref, place in places.items()}
        sheets.append(plan_differences_sheet(definition, made, against, sums))
    sheets += [_TableSheet(definition, made.trace, section, places).plan() for section in tables]
    return WorkbookPlan(sheets=tuple(sheets), base=BASE, title=str(definition.title))


def write_trace(definition: FormDefinition, made: Aggregate, against: Submission | None = None) -> bytes:
    """The workbook of ``plan_trace`` as a file, every formula with its value; same input, same bytes."""
    from xlreport.writing.strict import write_workbook  # noqa: PLC0415 - XlsxWriter is only paid for when writing

    plan = plan_trace(definition, made, against)
    return write_workbook(plan, calculate(plan))


def _refuse_too_large(definition: FormDefinition, trace: Trace) -> None:
    widest = max((len(definition.fields_of_table(table.id)) for table in definition.tables), default=0)
    if STATE + widest > MAX_COLUMNS:
        raise RequestError(say("trace.too_wide", count=widest, most=MAX_COLUMNS - STATE))
    rows = len(trace.summed) + len(trace.not_summed)
    if rows > MAX_ROWS - ROWS_BESIDE:
        raise RequestError(say("trace.too_long", count=rows, most=MAX_ROWS - ROWS_BESIDE))


# ── a sheet for each table ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    """A field's column: the labels above it from the outermost, and where its sum stands."""

    field: Field
    labels: tuple[str, ...]
    sum: CellRef


def _places(definition: FormDefinition, trace: Trace, sections: Sequence[Section]) -> Mapping[FieldRef, _Column]:
    """The column of every field, in printed order."""
    places: dict[FieldRef, _Column] = {}
    for section in sections:
        labels = _labels(section)
        depth = max(map(len, labels.values()))
        row = HEADER_TOP + depth + len(trace.summed)
        for at, (ref, words) in enumerate(labels.items()):
            cell = CellRef(section.sheet, row, FIRST_FIGURE + at)
            places[ref] = _Column(field=definition.fields[ref], labels=words, sum=cell)
    return places


def _labels(section: Section) -> dict[FieldRef, tuple[str, ...]]:
    """The labels over each field: block, groups and row, groups and column; what all columns share is left out."""
    assert section.table is not None  # noqa: S101 - only sections with a table come here
    found: dict[FieldRef, tuple[str, ...]] = {}
    for block in section.table.blocks:
        rows, columns = list(_paths(block.rows)), list(_paths(block.columns))
        shared = _shared([words for _, words in columns])
        above = (str(block.heading),) if block.heading is not None else ()
        deepest = max(len(words) for _, words in rows)
        for row, row_words in rows:
            filling = ("",) * (deepest - len(row_words))
            for column, words in columns:
                ref = FieldRef((section.table.id, row, column))
                found[ref] = (*above, *row_words, *filling, *words[shared:])
    depth = max(map(len, found.values()))
    return {ref: words + ("",) * (depth - len(words)) for ref, words in found.items()}


def _paths(headings: Sequence[Heading], above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every row or column with the labels from the outermost group to itself."""
    for heading in headings:
        words = (*above, str(heading.label))
        if isinstance(heading, Group):
            yield from _paths(heading.members, words)
        else:
            yield heading.id, words


def _shared(paths: Sequence[tuple[str, ...]]) -> int:
    """How many outer labels all columns share; they tell nothing apart."""
    least = min(map(len, paths)) - 1
    return next((at for at in range(least) if len({path[at] for path in paths}) > 1), least)


@dataclass(frozen=True, slots=True)
class _SumRow:
    """Where the formula of a total finds its parts: in the row of the sums."""

    places: Mapping[FieldRef, _Column]

    def value(self, ref: FieldRef) -> CellRef:
        return self.places[ref].sum

    def last(self, ref: FieldRef) -> CellRef:
        raise KeyError(ref)  # the loader refuses a total of last year's figures

    def parameter(self, name: str) -> CellRef:
        raise KeyError(name)  # a total has no parameter

    @property
    def level(self) -> CellRef:
        raise KeyError  # a total has no condition

    @property
    def last_given(self) -> CellRef:
        raise KeyError  # a total has no condition


class _TableSheet:
    def __init__(
        self, definition: FormDefinition, trace: Trace, section: Section, places: Mapping[FieldRef, _Column]
    ) -> None:
        assert section.table is not None  # noqa: S101 - only sections with a table come here
        self.section = section
        self.trace = trace
        self.places = places
        self.columns = [places[one.ref] for one in definition.fields_of_table(section.table.id)]
        self.sheet = SheetBuilder(name=section.sheet)
        self.depth = len(self.columns[0].labels)
        self.first = HEADER_TOP + self.depth
        self.sum_row = self.first + len(trace.summed)
        self.last_column = STATE + len(self.columns)

    def plan(self) -> SheetPlan:
        self.widths()
        self.head()
        self.header()
        for at, one in enumerate(self.trace.summed):
            self.unit((self.first + at, at + 1), one.unit, one.status.words, one.numbers, CELL)
        self.sums()
        last_row = self.left_out(self.sum_row + 2)
        return SheetPlan(
            name=self.sheet.name,
            cells=self.sheet.cells,
            background=BACKGROUND,
            merges=tuple(self.sheet.merges),
            widths=self.sheet.widths,
            rows=self.sheet.rows,
            highlights=tuple(self.sheet.highlights),
            freeze=CellRef(self.sheet.name, self.first, FIRST_FIGURE),
            cursor=CellRef(self.sheet.name, self.first, FIRST_FIGURE),
            print=Print(
                landscape=True,
                scale=WIDE_SCALE if self.is_wide else None,
                area=CellRange(self.sheet.name, 1, 1, last_row, self.last_column),
                repeat_rows=(HEADER_TOP, self.first - 1),
                footer=say("print.page"),
                centered=not self.is_wide,
            ),
        )

    def widths(self) -> None:
        self.sheet.widths.update(enumerate(UNIT_WIDTHS, start=1))
        for at, column in enumerate(self.columns):
            self.sheet.widths[FIRST_FIGURE + at] = AMOUNT_WIDTH if column.field.scale else FIGURE_WIDTH

    def head(self) -> None:
        sheet = self.sheet
        sheet.put(TITLE_ROW, 1, str(self.section.heading), TITLE)
        sheet.height(TITLE_ROW, 30)
        sheet.put(NOTE_ROW, 1, say("trace.note", unit=self.trace.parent.name, year=self.trace.year), NOTE)
        sheet.height(NOTE_ROW, 20)
        sheet.height(NOTE_ROW + 1, 6)

    # ── the header ──

    def header(self) -> None:
        bottom = self.first - 1
        for column, key in enumerate(("number", "code", "unit", "state"), start=1):
            area = CellRange(self.sheet.name, HEADER_TOP, column, bottom, column)
            self.sheet.put_over(area, say(f"trace.head.{key}"), HEAD)
        for level in range(self.depth):
            lines = 1
            for first, last in self.runs(level):
                lines = max(lines, self.label(level, first, last))
            self.sheet.height(HEADER_TOP + level, look.height_for(lines, HEAD.size, 20))

    def runs(self, level: int) -> Iterator[tuple[int, int]]:
        """Neighbouring columns that share the labels down to a level: where one begins and where it ends."""
        first = 0
        for at in range(1, len(self.columns) + 1):
            if at == len(self.columns) or self.shared(at, level) != self.shared(first, level):
                yield first, at - 1
                first = at

    def shared(self, at: int, level: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the columns under one label have in common; on a wide sheet every row repeats what it belongs to."""
        column = self.columns[at]
        return column.labels[: level + 1], column.field.ref.row if self.is_wide else ()

    @property
    def is_wide(self) -> bool:
        """Whether the sheet is read by scrolling, a label over all of it out of sight."""
        return len(self.columns) > WIDE

    def label(self, level: int, first: int, last: int) -> int:
        """Put one label over its columns, down over the levels without one; how many lines it takes."""
        labels = self.columns[first].labels
        if not labels[level]:
            return 1
        bottom = level
        while bottom + 1 < self.depth and not labels[bottom + 1]:
            bottom += 1
        left, right = FIRST_FIGURE + first, FIRST_FIGURE + last
        area = CellRange(self.sheet.name, HEADER_TOP + level, left, HEADER_TOP + bottom, right)
        self.sheet.put_over(area, labels[level], HEAD)
        width = sum(self.sheet.widths[column] for column in range(left, right + 1))
        return -(-look.lines_needed(labels[level], width, HEAD.size) // (bottom - level + 1))

    # ── the rows ──

    def unit(
        self, place: tuple[int, int], unit: Unit, state: str, numbers: Mapping[FieldRef, Decimal], style: Style
    ) -> None:
        row, number = place
        unit_cells(self.sheet, row, number, unit, state=state, style=style)
        for at, column in enumerate(self.columns):
            look_of = _figure_style(column.field, style)
            self.sheet.put(row, FIRST_FIGURE + at, numbers.get(column.field.ref), look_of)

    def sums(self) -> None:
        """The row of sums: live formulas, whose stored values are the aggregate's."""
        row, style = self.sum_row, replace(CELL, bold=True, fill=look.HEADER)
        centered = replace(style, align="center", indent=0)
        self.sheet.put_over(self.sheet.across(row, 1, STATE), say("trace.sum"), centered)
        for at, column in enumerate(self.columns):
            content = self.sum_of(column) if column.field.ref in self.trace.numbers else None
            self.sheet.put(row, FIRST_FIGURE + at, content, _figure_style(column.field, style))
        self.sheet.height(row, 24)
        figures = CellRange(self.sheet.name, self.first, FIRST_FIGURE, row, self.last_column)
        zero = compare(Relative(self.first, FIRST_FIGURE), "=", 0)
        self.sheet.highlight(figures, zero, color=look.GREY)

    def sum_of(self, column: _Column) -> Formula:
        """What the aggregate holds: of an input the column's sum, of a total its own formula over the sums."""
        field = column.field
        if field.computed is not None:
            formula = number_formula(field.computed, _SumRow(self.places))
        else:
            place = column.sum.column
            formula = call("SUM", Area(CellRange(self.sheet.name, self.first, place, self.sum_row - 1, place)))
        return call("ROUND", formula, lit(field.scale)) if field.scale else formula

    def left_out(self, row: int) -> int:
        """The units that are not in the sum, greyed, each with the reason; the last row that holds anything."""
        if not self.trace.not_summed:
            return self.sum_row
        title = say("trace.not_summed", count=len(self.trace.not_summed))
        self.sheet.put(row, 1, title, replace(SECTION, color=look.FAINT))
        self.sheet.height(row, 22)
        for one in self.trace.not_summed:
            row += 1
            self.unit((row, row - self.sum_row - 2), one.unit, one.absence.words, one.numbers, LEFT_OUT)
        return row


def _figure_style(field: Field, style: Style) -> Style:
    """A figure right-aligned; a total on the grey of what nobody types."""
    figure = replace(style, wrap=False, shrink=True, align="right")
    is_plain_total = not field.is_input and style.fill is None
    return replace(figure, fill=look.COMPUTED, bold=True) if is_plain_total else figure
