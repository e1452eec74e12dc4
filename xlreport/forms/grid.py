"""A table as it stands on paper: which rectangle of a grid holds which label or field.

The template's table sheets and the tables of the report are both drawn from this one grid.
"""

from dataclasses import dataclass
from enum import Enum

from xlreport.fields import FieldRef
from xlreport.forms.definition import Block, Group, Heading, Label, Line, Table, lines_of


class Role(Enum):
    """What a rectangle of the grid is."""

    BLOCK_HEADING = "block heading"
    CORNER = "corner"
    COLUMN_LABEL = "column label"
    ROW_LABEL = "row label"
    FIELD = "field"


@dataclass(frozen=True, kw_only=True, slots=True)
class GridCell:
    """A rectangle of the grid, counted from row 1, column 1. ``depth`` is a row label's level, from 0."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    role: Role
    label: Label | None = None
    ref: FieldRef | None = None
    depth: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A whole table on its grid.

    ``label_columns`` hold row labels; ``header_rows`` are the rows at the top with no field in them.
    """

    table: str
    cells: tuple[GridCell, ...]
    rows: int
    columns: int
    label_columns: int
    header_rows: int

    @property
    def fields(self) -> tuple[GridCell, ...]:
        """The rectangles that hold fields."""
        return tuple(cell for cell in self.cells if cell.role is Role.FIELD)


def depth_of(headings: tuple[Heading, ...]) -> int:
    """How many levels a tree of headings has."""
    return max(1 + (depth_of(heading.members) if isinstance(heading, Group) else 0) for heading in headings)


def plan_grid(table: Table) -> Grid:
    """Lay a table out on its grid."""
    return _side_by_side(table) if table.side_by_side else _stacked(table)


def _stacked(table: Table) -> Grid:
    labels = max(depth_of(block.rows) for block in table.blocks)
    width = labels + max(sum(column.span for column in lines_of(block.columns)) for block in table.blocks)
    cells: list[GridCell] = []
    row = 1
    header_rows = 0
    for block in table.blocks:
        first_of_block = row
        if block.heading is not None:
            cells.append(GridCell(row=row, column=1, columns=width, role=Role.BLOCK_HEADING, label=block.heading))
            row += 1
        height = depth_of(block.columns)
        cells.append(GridCell(row=row, column=1, rows=height, columns=labels, role=Role.CORNER, label=block.corner))
        cells += _column_labels(block.columns, row, labels + 1, row + height - 1)
        row += height
        if first_of_block == 1:
            header_rows = row - 1
        cells += _rows(table.id, block, row, labels)
        row += len(list(lines_of(block.rows)))
    return Grid(
        table=table.id,
        cells=tuple(cells),
        rows=row - 1,
        columns=width,
        label_columns=labels,
        header_rows=header_rows,
    )


def _rows(table: str, block: Block, row: int, labels: int) -> list[GridCell]:
    cells = _row_labels(block.rows, row, 1, labels)
    for offset, line in enumerate(lines_of(block.rows)):
        column = labels + 1
        for head in lines_of(block.columns):
            ref = FieldRef((table, line.id, head.id))
            cells.append(GridCell(row=row + offset, column=column, columns=head.span, role=Role.FIELD, ref=ref))
            column += head.span
    return cells


def _width(heading: Heading) -> int:
    return heading.span if isinstance(heading, Line) else sum(line.span for line in lines_of(heading.members))


def _column_labels(headings: tuple[Heading, ...], row: int, column: int, last_row: int) -> list[GridCell]:
    """Column headings from ``row`` down; a column's own label reaches down to ``last_row``."""
    cells: list[GridCell] = []
    for heading in headings:
        rows = 1 if isinstance(heading, Group) else last_row - row + 1
        width = _width(heading)
        cells.append(
            GridCell(row=row, column=column, rows=rows, columns=width, role=Role.COLUMN_LABEL, label=heading.label)
        )
        if isinstance(heading, Group):
            cells += _column_labels(heading.members, row + 1, column, last_row)
        column += width
    return cells


def _row_labels(headings: tuple[Heading, ...], row: int, column: int, last_column: int) -> list[GridCell]:
    """Row headings from ``column`` to the right; a row's own label reaches as far as ``last_column``."""
    cells: list[GridCell] = []
    for heading in headings:
        height = len(list(lines_of((heading,))))
        columns = 1 if isinstance(heading, Group) else last_column - column + 1
        cells.append(
            GridCell(
                row=row,
                column=column,
                rows=height,
                columns=columns,
                role=Role.ROW_LABEL,
                label=heading.label,
                depth=column - 1,
            )
        )
        if isinstance(heading, Group):
            cells += _row_labels(heading.members, row, column + 1, last_column)
        row += height
    return cells


def _side_by_side(table: Table) -> Grid:
    """Rows as groups of columns: the row's label above its columns' labels, all figures in one line."""
    block = table.blocks[0]
    height = depth_of(block.rows) + depth_of(block.columns)
    cells = _nested(block.rows, block.columns, 1, 1, height)
    column = 1
    for row in lines_of(block.rows):
        for head in lines_of(block.columns):
            ref = FieldRef((table.id, row.id, head.id))
            cells.append(GridCell(row=height + 1, column=column, columns=head.span, role=Role.FIELD, ref=ref))
            column += head.span
    return Grid(
        table=table.id,
        cells=tuple(cells),
        rows=height + 1,
        columns=column - 1,
        label_columns=0,
        header_rows=height,
    )


def _nested(
    rows: tuple[Heading, ...], columns: tuple[Heading, ...], row: int, column: int, last_row: int
) -> list[GridCell]:
    cells: list[GridCell] = []
    width = sum(line.span for line in lines_of(columns))
    for heading in rows:
        span = width * len(list(lines_of((heading,))))
        cells.append(GridCell(row=row, column=column, columns=span, role=Role.COLUMN_LABEL, label=heading.label))
        if isinstance(heading, Group):
            cells += _nested(heading.members, columns, row + 1, column, last_row)
        else:
            cells += _column_labels(columns, row + 1, column, last_row)
        column += span
    return cells
