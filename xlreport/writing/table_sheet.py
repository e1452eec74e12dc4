"""A section that is a table: drawn as on paper, with one column that says in words what is wrong."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from xlreport.cells import Blank, CellRange, CellRef, Number, Value, plain, shown
from xlreport.checks.figures import State
from xlreport.fields import FieldKind, FieldRef
from xlreport.findings import Severity
from xlreport.forms.definition import Field, FormDefinition, Judgement, JudgementKind
from xlreport.forms.grid import GridCell, Role
from xlreport.forms.layout import Layout, TablePlace
from xlreport.messages import say
from xlreport.rules.excel import areas
from xlreport.rules.formula import Cell, Formula, Relative, call, compare, either, if_, joined, lit, utf16_length
from xlreport.submission import Submission
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.judging import BLANKS, ERROR, OPEN_QUERY, UNJUDGED
from xlreport.writing.plan import Check, Content, Link, Print, Protection, SheetPlan, Validation

PROMPT_TITLE_LIMIT = 32
PROMPT_LIMIT = 255
"""Excel's limits for the title and the text of a validation, in UTF-16 units."""
SWITCH_LABEL_WIDTH = 17
ERROR_LIMIT = 224
"""Excel's limit for the refusal of a validation [MS-OI29500 18.3.1.32]."""
FEW_COLUMNS = 3
MANY_COLUMNS = 8


def plan_table_sheet(
    definition: FormDefinition, layout: Layout, submission: Submission, place: TablePlace
) -> SheetPlan:
    """The sheet of one table."""
    return _TableSheet(definition, layout, submission, place).plan()


def row_hints(
    definition: FormDefinition, layout: Layout, submission: Submission, place: TablePlace
) -> Mapping[int, Formula]:
    """The formula beside each row of figures, by row; it tells last year's figures where those are given."""
    return _TableSheet(definition, layout, submission, place).hints()


class _TableSheet:
    def __init__(self, definition: FormDefinition, layout: Layout, submission: Submission, place: TablePlace) -> None:
        self.definition = definition
        self.layout = layout
        self.submission = submission
        self.place = place
        self.sheet = SheetBuilder(name=place.sheet)
        sheets = layout.section_sheets
        self.number = 10 * (sheets.index(place.sheet) + 1)
        self.judgements = [one for one in definition.judgements if one.section == place.section.id]

    def plan(self) -> SheetPlan:
        self.columns()
        self.head()
        for cell in self.place.grid.cells:
            self.grid_cell(cell)
        self.hint_header()
        for row, formula in self.hints().items():
            self.sheet.put(row, self.place.hint_column, formula, look.HINT)
            self.sheet.put(row, self.place.row_flag_column, self.row_flag(row), look.FLAG)
        self.row_heights()
        self.colours()
        self.note()
        return self.finished()

    # ── geometry ──

    def columns(self) -> None:
        grid = self.place.grid
        numbers = grid.columns - grid.label_columns
        width = 18 if numbers <= FEW_COLUMNS else 8.6 if numbers <= MANY_COLUMNS else 7.4
        widths = _label_widths(grid.label_columns) + [width] * (self.last_column - grid.label_columns)
        self.sheet.widths.update(enumerate(widths, start=1))
        self.sheet.widths[self.place.hint_column] = 46 if numbers <= MANY_COLUMNS else 40

    @property
    def last_column(self) -> int:
        """The column of the switch, the last one before the hints."""
        return self.place.switch.column

    @property
    def flag_columns(self) -> tuple[int, ...]:
        first = self.place.row_flag_column
        return tuple(range(first, self.place.flag_offset + self.place.grid.columns + 1))

    def width_of(self, area: CellRange) -> float:
        return sum(self.sheet.widths[column] for column in range(area.first_column, area.last_column + 1))

    def row_heights(self) -> None:
        for row in range(self.place.top, self.place.top + self.place.grid.rows):
            lines = [
                look.lines_needed(str(self.sheet.cells[row, cell.column].content), self.width_of(area), size)
                for cell in self.place.grid.cells
                if cell.label is not None and (area := self.place.area(cell)).first_row == area.last_row == row
                for size in [10 if cell.role is Role.COLUMN_LABEL else 9]
            ]
            hint = self.sheet.cells.get((row, self.place.hint_column))
            has_hint = row >= self.first_field_row and hint is not None and hint.content is not None
            self.sheet.height(row, look.height_for(max([*lines, 2 if has_hint else 1]), 9, 20))
        if self.place.grid.label_columns == 0:
            self.sheet.height(self.place.top + self.place.grid.rows - 1, 72)
        self.tall_labels()

    def tall_labels(self) -> None:
        """A label over several rows, too: those rows together must be as high as it needs."""
        for cell in self.place.grid.cells:
            if cell.label is None or cell.rows == 1:
                continue
            area = self.place.area(cell)
            rows = range(area.first_row, area.last_row + 1)
            needed = look.height_for(look.lines_needed(str(cell.label), self.width_of(area), 10), 10)
            have = sum(self.sheet.rows[row].height for row in rows)
            if needed > have:
                last = area.last_row
                self.sheet.height(last, self.sheet.rows[last].height + needed - have)

    @property
    def first_field_row(self) -> int:
        return self.place.top + min(cell.row for cell in self.place.grid.fields) - 1

    # ── row 1: title, switch for blanks, way back ──

    def head(self) -> None:
        place, sheet = self.place, self.sheet
        label = self.switch_label
        if label is not None:
            sheet.put_over(label, say("switch.label"), look.SWITCH_LABEL)
        title = sheet.across(1, 1, (label.first_column if label is not None else self.last_column) - 1)
        self.title(title, str(place.section.heading))
        chosen = say("switch.yes") if place.grid.table in self.submission.zero_blanks else say("switch.no")
        sheet.put_at(place.switch, chosen, look.SWITCH)
        start = CellRange(self.layout.start_sheet, 1, 1, 1, 1)
        sheet.put(1, place.hint_column, say("link.back"), look.BACK, Link(target=start, tip=say("link.back")))
        sheet.validations.append(
            Validation(
                cells=place.switch.area,
                check=Check.LIST,
                choices=(say("switch.no"), say("switch.yes")),
                prompt_title=say("switch.label"),
                prompt=say("switch.prompt"),
                error_title=say("switch.label"),
                error=say("switch.error"),
            )
        )

    def title(self, area: CellRange, heading: str) -> None:
        """The heading, on as many lines as a narrow table leaves it."""
        lines = look.lines_needed(heading, self.width_of(area), look.TITLE.size)
        self.sheet.put_over(area, heading, replace(look.TITLE, wrap=lines > 1))
        self.sheet.height(1, look.height_for(lines, look.TITLE.size, 32))

    @property
    def switch_label(self) -> CellRange | None:
        """Where the switch is named: to its left, where there is room beside the title."""
        first = self.last_column
        while first > 2 and self.between(first, self.last_column) < SWITCH_LABEL_WIDTH:  # noqa: PLR2004 - the title keeps one
            first -= 1
        return self.sheet.across(1, first, self.last_column - 1) if first < self.last_column else None

    def between(self, first: int, last: int) -> float:
        return sum(self.sheet.widths[column] for column in range(first, last))

    # ── the grid ──

    def grid_cell(self, cell: GridCell) -> None:
        area = self.place.area(cell)
        if cell.ref is not None:
            self.field(cell.ref, area)
            return
        style = look.HEAD if cell.role is not Role.ROW_LABEL else look.LABEL
        if cell.role is Role.ROW_LABEL and cell.rows > 1:
            style = look.GROUP_LABEL
        self.sheet.put_over(area, str(cell.label or ""), style)

    def field(self, ref: FieldRef, area: CellRange) -> None:
        field = self.definition.fields[ref]
        if field.is_input:
            self.sheet.put_over(area, content_of(self.shown_value(ref)), look.NUMBER_INPUT)
            self.sheet.validations.append(self.validation(field, area))
        else:
            self.sheet.put_over(area, self.layout.fields[ref].shown_total, look.TOTAL)
        flag = CellRef(self.place.sheet, area.first_row, area.first_column + self.place.flag_offset)
        self.sheet.put_at(flag, self.flag(ref), look.FLAG)

    def shown_value(self, ref: FieldRef) -> Value:
        return self.submission.typed.get(ref, self.submission.value(ref))

    def validation(self, field: Field, area: CellRange) -> Validation:
        whole = field.kind is FieldKind.COUNT
        last = (self.submission.last or {}).get(field.last)
        shown_last = say("hint.last", number=plain(last)) if last is not None else ""
        kind_text = say("prompt.count") if whole else _amount_text(field)
        return Validation(
            cells=area,
            check=Check.WHOLE if whole else Check.DECIMAL,
            minimum=Decimal(0),
            maximum=field.maximum,
            prompt_title=fitting(field.column_label, PROMPT_TITLE_LIMIT),
            prompt=fitting("\n".join(part for part in (shown_last, field.help or kind_text) if part), PROMPT_LIMIT),
            error_title=say("prompt.error_title"),
            error=fitting(kind_text, ERROR_LIMIT),
        )

    # ── colours ──

    def flag(self, ref: FieldRef) -> Formula:
        """1 while the cell belongs to something wrong, 2 to something to explain, else 0."""
        wrong: list[Formula] = []
        asked: list[Formula] = []
        state = self.layout.fields[ref].state
        if state is not None:
            wrong.append(compare(Cell(state), "=", State.REFUSED))
        for judgement in self.definition.judgements:
            if ref in _marked(judgement):
                group = asked if judgement.severity is Severity.QUERY else wrong
                group.append(self.mark(judgement, ref))
        asked_formula = if_(either(*asked), lit(2), lit(0)) if asked else lit(0)
        return if_(either(*wrong), lit(1), asked_formula) if wrong else asked_formula

    def mark(self, judgement: Judgement, ref: FieldRef) -> Formula:
        """Whether a judgement is open here; of cells forgotten since last year, only those are marked."""
        place = self.layout.judgements[judgement.key]
        what = OPEN_QUERY if judgement.severity is Severity.QUERY else ERROR
        is_open = compare(Cell(place.attention), "=", 10 * place.home_sheet + what)
        if judgement.kind is not JudgementKind.BLANK_LAST:
            return is_open
        state = self.layout.fields[ref].state
        assert state is not None  # noqa: S101 - only inputs are counted
        last = Cell(self.layout.last(self.definition.fields[ref].last))
        blank = if_(compare(Cell(state), "=", State.BLANK), compare(last, ">", 0), lit(value=False))
        return if_(is_open, blank, lit(value=False))

    def colours(self) -> None:
        place = self.place
        first_row, last_row = self.first_field_row, place.top + place.grid.rows - 1
        first_column = min(cell.column for cell in place.grid.fields)
        cells = CellRange(place.sheet, first_row, first_column, last_row, place.grid.columns)
        flag = Relative(first_row, first_column + place.flag_offset)
        self.sheet.highlight(cells, compare(flag, "=", 1), fill=look.WRONG, color=look.WRONG_INK, bold=True)
        self.sheet.highlight(cells, compare(flag, "=", 2), fill=look.QUERY, color=look.QUERY_INK, bold=True)
        hints = CellRange(place.sheet, first_row, place.hint_column, last_row, place.hint_column)
        row_flag = Relative(first_row, place.row_flag_column, fixed_column=True)
        for state, fill, ink in (
            (ERROR, look.WRONG, look.WRONG_INK),
            (OPEN_QUERY, look.QUERY, look.QUERY_INK),
        ):
            self.sheet.highlight(hints, compare(row_flag, "=", state), fill=fill, color=ink, bold=True)
        self.sheet.highlight(hints, compare(row_flag, "=", 0), color=look.RIGHT_INK)

    # ── hints ──

    def hint_header(self) -> None:
        place = self.place
        area = CellRange(
            place.sheet,
            place.top,
            place.hint_column,
            self.first_field_row - 1,
            place.hint_column,
        )
        label = say("hint.header") if self.switch_label is not None else say("hint.header_with_switch")
        self.sheet.put_over(area, label, look.HEAD)
        for row in range(self.first_field_row, place.top + place.grid.rows):
            self.sheet.put(row, place.hint_column, None, replace(look.HINT, border=None))

    def hints(self) -> dict[int, Formula]:
        """Beside a row of figures: what is wrong, what is still blank, or ✓; and last year's figures."""
        rows = sorted({self.place.top + cell.row - 1 for cell in self.place.grid.fields})
        return {row: self.hint_formula(row, self.last_figures(self.fields_at(row))) for row in rows}

    def fields_at(self, row: int) -> list[FieldRef]:
        first = row - self.place.top + 1
        return [cell.ref for cell in self.place.grid.fields if cell.row == first and cell.ref is not None]

    def judged_at(self, row: int) -> list[Judgement]:
        fields = self.fields_at(row)
        return [one for one in self.judgements if one.home in fields]

    def marked_at(self, row: int) -> list[Judgement]:
        """The judgements of other rows that mark a cell of this one when they fail: beside red there is no ✓."""
        fields = self.fields_at(row)
        others = (one for one in self.judgements if one.home not in fields)
        return [one for one in others if not set(fields).isdisjoint(_marked(one))]

    def attention(self, judgement: Judgement) -> CellRef:
        return self.layout.judgements[judgement.key].attention

    def count(self, judgements: list[Judgement], what: int) -> Formula:
        cells = areas(self.attention(one) for one in judgements)
        counts = [call("COUNTIF", cell, lit(self.number + what)) for cell in cells]
        return counts[0] if len(counts) == 1 else call("SUM", *counts)

    def hint_formula(self, row: int, last: str) -> Formula:
        judgements = self.judged_at(row)
        to_fill = [one for one in judgements if one.kind is JudgementKind.BLANK]
        others = [one for one in judgements if one.kind is not JudgementKind.BLANK]
        formula: Formula = lit(
            say("hint.right") + last if judgements else last.strip()
        )  # nothing judged, nothing right
        if others:
            unjudged = compare(self.count(others, UNJUDGED), ">", 0)
            formula = if_(unjudged, lit(say("hint.to_fill") + last), formula)
        for judgement in to_fill:
            blank = compare(Cell(self.attention(judgement)), "=", self.number + BLANKS)
            count = Cell(self.layout.judgements[judgement.key].left)
            text = joined(*_around(say("hint.blank"), count), last)
            formula = if_(blank, text, formula)
        told = [*others, *self.marked_at(row)]
        queries = [one for one in told if one.severity is Severity.QUERY]
        errors = [one for one in told if one.severity is Severity.ERROR]
        for group, what, key in ((queries, OPEN_QUERY, "hint.query"), (errors, ERROR, "hint.error")):
            messages = [self.layout.judgements[one.key].message for one in group]
            runs = zip(areas(self.attention(one) for one in group), areas(messages), strict=True)
            for attention, message in reversed(list(runs)):
                failing, first = self.first_failing(attention, message, what)
                formula = if_(failing, self.with_others(group, what, key, first), formula)
        return formula

    def first_failing(self, attention: Formula, message: Formula, what: int) -> tuple[Formula, Formula]:
        """Whether any judgement of a run of neighbours fails, and the first message: no IF for each of them."""
        code = self.number + what
        if isinstance(attention, Cell):
            return compare(attention, "=", code), message
        first = call("INDEX", message, call("MATCH", lit(code), attention, lit(0)))
        return compare(call("COUNTIF", attention, lit(code)), ">", 0), first

    def with_others(self, group: list[Judgement], what: int, key: str, message: Formula) -> Formula:
        """The first message, and how many more there are in the row."""
        if len(group) == 1:
            return joined(say(key), message)
        more = compare(self.count(group, what), "-", 1)
        text = joined(*_around(say("hint.more"), more))
        return joined(say(key), message, if_(compare(more, ">", 0), text, lit("")))

    def row_flag(self, row: int) -> Formula:
        own = self.judged_at(row)
        told = [*own, *self.marked_at(row)]
        formula: Formula = lit(0)
        for what, judgements in ((UNJUDGED, own), (BLANKS, own), (OPEN_QUERY, told), (ERROR, told)):
            if judgements:
                formula = if_(compare(self.count(judgements, what), ">", 0), lit(what), formula)
        return formula

    def last_figures(self, refs: list[FieldRef]) -> str:
        last = self.submission.last
        if last is None:
            return ""
        totals = [ref for ref in refs if not self.definition.fields[ref].is_input]
        shown = totals if totals and len(totals) < len(refs) else refs
        figures = [last.get(self.definition.fields[ref].last) for ref in shown[:6]]
        if all(figure is None for figure in figures):
            return ""
        numbers = "、".join("—" if figure is None else plain(figure) for figure in figures)
        return "　" + say("hint.last", number=numbers)

    # ── the rest ──

    def note(self) -> None:
        place, section = self.place, self.place.section
        row = place.top + place.grid.rows
        table = section.table
        texts = [section.help, str(table.note) if table is not None and table.note is not None else ""]
        text = "\n".join(one for one in texts if one)
        if text:
            area = self.sheet.across(row, 1, self.last_column)
            self.sheet.put_over(area, text, look.HELP)
            self.sheet.height(row, look.height_for(look.lines_needed(text, self.width_of(area), 9), 9))

    def finished(self) -> SheetPlan:
        place, sheet = self.place, self.sheet
        grid = place.grid
        first = next(cell.ref for cell in grid.fields if cell.ref and self.definition.fields[cell.ref].is_input)
        last_row = max(row for row, column in sheet.cells if column <= self.last_column)
        header = (place.top, place.top + grid.header_rows - 1) if len(self.place.section.table.blocks) == 1 else None  # type: ignore[union-attr] # a table's sheet has a table
        return SheetPlan(
            name=place.sheet,
            cells=sheet.cells,
            background=look.BACKGROUND,
            merges=tuple(sheet.merges),
            widths=sheet.widths,
            hidden_columns=self.flag_columns,
            rows=sheet.rows,
            validations=tuple(sheet.validations),
            highlights=tuple(sheet.highlights),
            freeze=CellRef(place.sheet, self.first_field_row if header else place.top, grid.label_columns + 1),
            cursor=self.layout.fields[first].shown,
            protection=Protection(),
            print=Print(
                area=CellRange(place.sheet, 1, 1, last_row, self.last_column),
                landscape=grid.label_columns == 0,
                repeat_rows=header,
                footer=say("print.signatures"),
            ),
        )


def _amount_text(field: Field) -> str:
    unit = say("prompt.unit", unit=field.unit) if field.unit else ""
    return say("prompt.amount", unit=unit, scale=field.scale)


def _label_widths(count: int) -> list[float]:
    """Groups narrow, the labels themselves wide."""
    if count == 0:
        return []
    if count == 1:
        return [26]
    return [5.0, *[10.0] * (count - 2), 36]


def _marked(judgement: Judgement) -> tuple[FieldRef, ...]:
    """The cells a failing judgement colours; blanks have their own tint, refused values their state."""
    match judgement.kind:
        case JudgementKind.BLANK | JudgementKind.NUMBER:
            return ()
        case JudgementKind.TOTAL:
            return judgement.fields[-1:]
        case _:
            return judgement.fields


def _around(text: str, number: Formula) -> tuple[str, Formula, str]:
    """A sentence with a whole number in the place of ``#``."""
    before, _, after = text.partition("#")
    return before, joined(call("ROUND", number, lit(0)), lit("")), after


def fitting(text: str, limit: int) -> str:
    """A text cut to Excel's limit; what is cut is only help."""
    while utf16_length(text) > limit:
        text = text[:-2] + "…"
    return text


def content_of(value: Value) -> Content:
    """A value as a cell's content: numbers as numbers, everything else as the words typed."""
    match value:
        case Blank():
            return None
        case Number(value=number):
            return number
        case _:
            return shown(value)


__all__ = ["content_of", "fitting", "plan_table_sheet", "row_hints"]
