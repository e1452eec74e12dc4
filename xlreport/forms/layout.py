"""Where everything of a form stands in its workbook, worked out once for the writer and the reader alike.

Each section has a sheet of its own between the first sheet (填报说明) and 校验. A hidden sheet holds who
the workbook is for, the parameters, one *value cell* for every field with its state beside it, last
year's figures, and one row for every judgement. Rules, totals and texts read value cells only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlreport.cells import CellRange, CellRef
from xlreport.fields import FieldRef
from xlreport.findings import Severity
from xlreport.forms.definition import Block, Entry, FormDefinition, Section, Table, lines_of
from xlreport.forms.grid import Grid, GridCell, plan_grid
from xlreport.messages import say
from xlreport.rules.formula import Cell, Formula, call, if_, lit

HIDDEN_SHEET = "_xlreport"
MARKER = "xlreport"
CONTRACT = 2
"""The version of this layout's hidden sheet; a reader of another one refuses the workbook."""

META = (
    "form",
    "version",
    "digest",
    "shape",
    "unit",
    "code",
    "level",
    "year",
    "round",
    "deadline",
    "return_to",
    "last_given",
    "missing",
    "summed",
    "edition",
    "fingerprint",
)
"""What the hidden sheet says of the workbook, one row each.

``summed`` tells the figures of a sum as it was made, and is empty for what is none: see ``checks.figures``.
``edition`` names the labels, formulas, locks and validations the template was made with, ``fingerprint`` everything
that only whoever issued it knows: see ``forms.sealing``.
"""

GRID_TOP = 2
"""The first row of a table's grid; row 1 holds the title, the switch for blanks and the way back."""
CHECKS_FIRST_ROW = 5
CHECKS_COLUMNS = 7
RETURN_COLUMNS = 6
CHILDREN_COLUMNS = 6

(
    LEFT_COLUMN,
    RIGHT_COLUMN,
    DIFFERENCE_COLUMN,
    OUTCOME_COLUMN,
    ATTENTION_COLUMN,
    EXPLAINED_LEFT_COLUMN,
    EXPLAINED_RIGHT_COLUMN,
    EXPLAINED_COLUMN,
    MESSAGE_COLUMN,
    TARGET_COLUMN,
    EXPLAINED_TEXT_COLUMN,
) = range(2, 13)
"""The columns of a judgement's row on the hidden sheet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPlace:
    """The cells of one number field.

    ``shown`` is the cell a person sees (the whole merged rectangle is ``area``); ``value`` the value
    cell; ``state`` says blank, number or refused for an input; ``claim`` is what stands in a total's
    visible cell; ``last`` is last year's figure of this field.
    """

    shown: CellRef
    area: CellRange
    value: CellRef
    state: CellRef | None
    claim: CellRef | None
    last: CellRef

    @property
    def shown_total(self) -> Formula:
        """The formula in a total's visible cell: the value cell's number, or words while there is none."""
        return if_(call("ISNUMBER", Cell(self.value)), Cell(self.value), lit(say("state.to_fill")))


@dataclass(frozen=True, kw_only=True, slots=True)
class TextPlace:
    """The cells of one text: where it is typed, the length of each cell, and whether there is any."""

    label: CellRef
    cells: tuple[CellRef, ...]
    lengths: tuple[CellRef, ...]
    present: CellRef


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePlace:
    """A table's sheet: its grid from ``top``, the column of hints, and the switch for blanks."""

    section: Section
    grid: Grid
    sheet: str
    top: int
    hint_column: int
    switch: CellRef
    zero: CellRef
    """1 on the hidden sheet while blanks of this table count as 0."""

    @property
    def flag_offset(self) -> int:
        """How many columns to the right of a field its colour flag stands."""
        return self.hint_column + 1

    @property
    def row_flag_column(self) -> int:
        """The column that says what colour a row's hint has."""
        return self.hint_column + 1

    def area(self, cell: GridCell) -> CellRange:
        """The cells of a rectangle of the grid."""
        row, column = self.top + cell.row - 1, cell.column
        return CellRange(self.sheet, row, column, row + cell.rows - 1, column + cell.columns - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgementPlace:
    """The cells of one judgement: its row on 校验 and its row on the hidden sheet.

    ``attention`` says what it asks of the clerk (see ``writing.judging``); ``explained_left`` and
    ``explained_right`` are the numbers its explanation was written for, ``explained_text`` is that
    explanation: another one that is typed in its place belongs to other numbers.
    """

    checks_row: int
    explanation: CellRef | None
    left: CellRef
    right: CellRef
    difference: CellRef
    outcome: CellRef
    attention: CellRef
    explained_left: CellRef
    explained_right: CellRef
    explained_text: CellRef
    explained: CellRef
    message: CellRef
    target: CellRef
    home_sheet: int
    """The number of the section whose sheet it speaks on, from 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Where everything stands. ``parameters`` and ``meta`` are cells of the hidden sheet, by name."""

    start_sheet: str
    checks_sheet: str
    meta: Mapping[str, CellRef]
    parameters: Mapping[str, CellRef]
    tables: Mapping[str, TablePlace]
    fields: Mapping[FieldRef, FieldPlace]
    texts: Mapping[FieldRef, TextPlace]
    judgements: Mapping[str, JudgementPlace]

    section_sheets: tuple[str, ...]
    seal_column: int
    """The column of the hidden sheet in which each row of sealed cells bears its seal."""

    @property
    def judgement_rows(self) -> tuple[int, int]:
        """The first and the last row of judgements on the hidden sheet."""
        rows = [place.outcome.row for place in self.judgements.values()]
        return min(rows, default=1), max(rows, default=1)

    @property
    def sealed_cells(self) -> tuple[CellRef, ...]:
        """The constants of the hidden sheet that no reader can work out anew: whose it is, last year, explanations."""
        whose = [cell for name, cell in self.meta.items() if name != "fingerprint"]
        last = [place.last for place in self.fields.values()]
        explained = [
            cell
            for place in self.judgements.values()
            for cell in (place.explained_left, place.explained_right, place.explained_text)
        ]
        return (*whose, *last, *explained)

    def value(self, ref: FieldRef) -> CellRef:
        """The value cell of a field."""
        return self.fields[ref].value

    def last(self, ref: FieldRef) -> CellRef:
        """The cell of last year's figure."""
        return self.fields[ref].last

    def parameter(self, name: str) -> CellRef:
        """The cell of a threshold."""
        return self.parameters[name]

    @property
    def level(self) -> CellRef:
        """The cell of the unit's level."""
        return self.meta["level"]

    @property
    def last_given(self) -> CellRef:
        """The cell that is 1 where last year's figures are given."""
        return self.meta["last_given"]

    def cell_of(self, ref: FieldRef) -> CellRef:
        """The cell where a person finds the field."""
        return self.fields[ref].shown if ref in self.fields else self.texts[ref].cells[0]


def word_sheets() -> Mapping[str, int]:
    """Sheets that some workbooks of ours have beside the form's, with words of ours alone in so many columns.

    They are 退回说明 of a return copy and 下级说明 of a sum; they have no input, and a reader passes over them.
    """
    return {say("sheet.return"): RETURN_COLUMNS, say("sheet.children"): CHILDREN_COLUMNS}


@dataclass(frozen=True, slots=True)
class Shape:
    """Row counts of tables whose rows repeat; empty for a form without any."""

    rows: tuple[tuple[str, int], ...] = ()


NO_SHAPE = Shape()


@lru_cache(maxsize=32)
def _plan(key: "ById", shape: Shape) -> Layout:
    return _Planner(key.definition, shape).layout()


@dataclass(frozen=True, slots=True, eq=False)
class ById:
    """A definition as the key of a cache; one is loaded once in a process, so that itself is enough to know it by."""

    definition: FormDefinition

    def __hash__(self) -> int:
        return id(self.definition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and other.definition is self.definition


def plan_layout(definition: FormDefinition, shape: Shape = NO_SHAPE) -> Layout:
    """Where everything of the form stands; worked out once in a process."""
    return _plan(ById(definition), shape)


class _Planner:
    def __init__(self, definition: FormDefinition, shape: Shape) -> None:
        self.definition = definition
        self.shape = shape
        self.next_row = 1
        self.fields: dict[FieldRef, FieldPlace] = {}
        self.tables: dict[str, TablePlace] = {}
        self.texts: dict[FieldRef, TextPlace] = {}

    def row(self) -> int:
        """The next free row of the hidden sheet."""
        self.next_row += 1
        return self.next_row - 1

    def layout(self) -> Layout:
        self.row()  # the marker's
        meta = {name: CellRef(HIDDEN_SHEET, self.row(), 2) for name in META}
        parameters = {name: CellRef(HIDDEN_SHEET, self.row(), 2) for name in self.definition.parameters}
        for section in self.definition.sections:
            if section.table is not None:
                self.table(section, section.table)
            else:
                self.section_texts(section)
        return Layout(
            start_sheet=say("sheet.start"),
            checks_sheet=say("sheet.checks"),
            meta=meta,
            parameters=parameters,
            tables=self.tables,
            fields=self.fields,
            texts=self.texts,
            section_sheets=tuple(section.sheet for section in self.definition.sections),
            judgements=self.judgements(),
            seal_column=1 + max([EXPLAINED_TEXT_COLUMN, *(place.last.column for place in self.fields.values())]),
        )

    # ── tables ──

    def table(self, section: Section, table: Table) -> None:
        grid = plan_grid(table)
        width = max(grid.columns, 2)  # the title and the switch need a cell each
        place = TablePlace(
            section=section,
            grid=grid,
            sheet=section.sheet,
            top=GRID_TOP,
            hint_column=width + 1,
            switch=CellRef(section.sheet, 1, width),
            zero=CellRef(HIDDEN_SHEET, self.row(), 2),
        )
        self.tables[table.id] = place
        hidden = {}
        for block in table.blocks:
            hidden.update(self.block(table, block))
        for cell in grid.fields:
            assert cell.ref is not None  # noqa: S101 - a field's rectangle names its field
            area = place.area(cell)
            self.fields[cell.ref] = self.field_place(cell.ref, area, hidden[cell.ref])

    def block(self, table: Table, block: Block) -> dict[FieldRef, tuple[int, int, int]]:
        """Hidden row, position and number of columns of each field of a block: a grid like the printed one."""
        columns = list(lines_of(block.columns))
        found = {}
        for line in lines_of(block.rows):
            row = self.row()
            for position, column in enumerate(columns):
                found[FieldRef((table.id, line.id, column.id))] = (row, position, len(columns))
        return found

    def field_place(self, ref: FieldRef, area: CellRange, hidden: tuple[int, int, int]) -> FieldPlace:
        row, position, width = hidden
        is_input = self.definition.fields[ref].is_input
        beside = CellRef(HIDDEN_SHEET, row, 2 + width + position)
        return FieldPlace(
            shown=area.first,
            area=area,
            value=CellRef(HIDDEN_SHEET, row, 2 + position),
            state=beside if is_input else None,
            claim=None if is_input else beside,
            last=CellRef(HIDDEN_SHEET, row, 2 + 2 * width + position),
        )

    # ── texts ──

    def section_texts(self, section: Section) -> None:
        row = TEXT_TOP
        single_lines = all(entry.paragraphs == 1 for entry in section.entries)
        for entry in section.entries:
            if single_lines or entry.paragraphs == 1:
                self.texts[entry.ref] = self.text_place(section, entry, row, row, 2)
                row += 1
            else:
                column = 2 if any(one.paragraphs == 1 for one in section.entries) else 1
                self.texts[entry.ref] = self.text_place(section, entry, row, row + (2 if column == 1 else 0), column)
                row += entry.paragraphs + (3 if column == 1 else 0)

    def text_place(self, section: Section, entry: Entry, label: int, first: int, column: int) -> TextPlace:
        hidden = self.row()
        count = entry.paragraphs
        return TextPlace(
            label=CellRef(section.sheet, label, 1),
            cells=tuple(CellRef(section.sheet, first + at, column) for at in range(count)),
            lengths=tuple(CellRef(HIDDEN_SHEET, hidden, 3 + at) for at in range(count)),
            present=CellRef(HIDDEN_SHEET, hidden, 2),
        )

    # ── judgements ──

    def judgements(self) -> dict[str, JudgementPlace]:
        numbers = {section.id: at for at, section in enumerate(self.definition.sections, start=1)}
        places = {}
        for at, judgement in enumerate(self.definition.judgements):
            row = self.row()
            checks_row = CHECKS_FIRST_ROW + at
            is_query = judgement.severity is Severity.QUERY
            explanation = CellRef(say("sheet.checks"), checks_row, CHECKS_COLUMNS) if is_query else None
            places[judgement.key] = JudgementPlace(
                checks_row=checks_row,
                explanation=explanation,
                left=CellRef(HIDDEN_SHEET, row, LEFT_COLUMN),
                right=CellRef(HIDDEN_SHEET, row, RIGHT_COLUMN),
                difference=CellRef(HIDDEN_SHEET, row, DIFFERENCE_COLUMN),
                outcome=CellRef(HIDDEN_SHEET, row, OUTCOME_COLUMN),
                attention=CellRef(HIDDEN_SHEET, row, ATTENTION_COLUMN),
                explained_left=CellRef(HIDDEN_SHEET, row, EXPLAINED_LEFT_COLUMN),
                explained_right=CellRef(HIDDEN_SHEET, row, EXPLAINED_RIGHT_COLUMN),
                explained_text=CellRef(HIDDEN_SHEET, row, EXPLAINED_TEXT_COLUMN),
                explained=CellRef(HIDDEN_SHEET, row, EXPLAINED_COLUMN),
                message=CellRef(HIDDEN_SHEET, row, MESSAGE_COLUMN),
                target=CellRef(HIDDEN_SHEET, row, TARGET_COLUMN),
                home_sheet=numbers[judgement.section],
            )
        return places


TEXT_TOP = 3
"""The first row below the title and the help of a sheet of texts."""
