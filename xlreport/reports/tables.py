"""A table of a report on the common grid of the page: how wide its columns, how high its rows, how big its type.

The page has sixty narrow columns; every table is as wide as the text, and its columns are whole numbers of
the narrow ones. The biggest type is taken with which every figure fits its column and the table its page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from math import ceil, sqrt

from xlreport.cells import plain
from xlreport.forms.grid import Grid, GridCell, Role
from xlreport.reports.document import TableBlock
from xlreport.reports.typesetting import EM, break_lines, breaks_well, fill_lines, text_width

UNIT_PIXELS = (10, 10, 10, 9) * 15
"""The narrow columns: whole pixels, so that every program lays out the same page; four of them, and so
each of fifteen columns of a table, are equally wide. Together 438.75 points of the 442.2 between the margins."""
UNITS = len(UNIT_PIXELS)
POINTS_PER_PIXEL = 0.75
_EDGES = tuple(edge * POINTS_PER_PIXEL for edge in accumulate(UNIT_PIXELS, initial=0))
TEXT_WIDTH = _EDGES[-1]
"""Width of the page's grid, in points."""
DIGIT_PIXELS = 7
"""Width of a digit of the Normal style (Times New Roman 10.5 points)."""
COLUMN_PADDING = 5
"""Pixels of a column beside its digits."""
NARROW = DIGIT_PIXELS + COLUMN_PADDING
CELL_PADDING = 3.75
"""What Excel keeps free at the sides of a cell: 5 pixels, in points."""

LINE_SPACING = 1.45
"""Height of a line, in its size of type: what the Noto faces take; 宋体 and 仿宋 take less."""
LOOKS = ((12, 9.0), (12, 5.0), (10, 7.0), (10, 4.0), (10, 2.0), (9, 4.0), (9, 2.0), (8, 2.0), (7.5, 1.5))
"""Size of type and what a row is higher than its lines, the best look first; nothing under 7.5 points."""

EQUAL_DIGITS = 4
INPUT_DIGITS = 5
TOTAL_DIGITS = 6
"""Digits a figure's column holds at least, so that a table looks the same each year."""
STACKED = (3, 4, 5)
"""Characters in a line of a label that stands beside many rows."""
LEAST_LABEL = 6
"""Characters a line of the last label column holds at least."""
MOST_HEADER_LINES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePlan:
    """A table, set. ``edges`` are the narrow columns to the left of each grid column, and all at the end.

    ``heights`` are points. ``centered_labels`` says whether row labels stand in the middle of their cells.
    """

    size: float
    edges: tuple[int, ...]
    heights: tuple[float, ...]
    centered_labels: bool

    def span(self, cell: GridCell) -> tuple[int, int]:
        """First and last narrow column of a cell, counted from 1."""
        return self.edges[cell.column - 1] + 1, self.edges[cell.column - 1 + cell.columns]

    def label(self, cell: GridCell) -> str:
        """A label as it stands in its cell; a corner that the form leaves empty has none.

        It stays as the form has it where any program breaks it well, and is parted by hand only where
        a program without rules would begin a line with a comma.
        """
        return set_label(_words(cell), _room(self.edges, cell, self.size))


def plan_table(block: TableBlock, page_height: float) -> TablePlan:
    """Set a table so that it is whole on a page ``page_height`` points high, or else as small as it gets."""
    plans = [plan for size, padding in LOOKS for plan in _plans(block, size, padding)]
    return next((plan for plan in plans if sum(plan.heights) <= page_height), None) or _last_resort(block)


def _words(cell: GridCell) -> str:
    """The label the form gives a cell, if any."""
    return "" if cell.label is None else str(cell.label)


def set_label(text: str, width: int) -> str:
    """A label, with line breaks where a program without rules would break it badly."""
    lines = fill_lines(text, width)
    return text if breaks_well(lines) else "\n".join(break_lines(text, width))


def column_width(pixels: int) -> float:
    """A column's width in characters, as Excel counts them: 5 pixels beside the digits, narrow ones by 12."""
    return (pixels - COLUMN_PADDING) / DIGIT_PIXELS if pixels >= NARROW else pixels / NARROW


def line_height(size: float) -> float:
    """Height of a line of a table, in points."""
    return size * LINE_SPACING


def _plans(block: TableBlock, size: float, padding: float) -> Iterator[TablePlan]:
    equal = tuple(round(column * UNITS / block.grid.columns) for column in range(block.grid.columns + 1))
    if _fits_equal(block, equal, size):
        yield _plan(block.grid, equal, size, padding, centered=True)
    fitted = _fitted_edges(block, size)
    if fitted is not None:
        yield _plan(block.grid, fitted, size, padding, centered=False)


def _last_resort(block: TableBlock) -> TablePlan:
    """A table that no page holds, or with columns too many for its figures: they are shrunk by the program."""
    size, padding = LOOKS[-1]
    equal = tuple(round(column * UNITS / block.grid.columns) for column in range(block.grid.columns + 1))
    edges = _fitted_edges(block, size) or equal
    return _plan(block.grid, edges, size, padding, centered=False)


def _plan(grid: Grid, edges: tuple[int, ...], size: float, padding: float, *, centered: bool) -> TablePlan:
    return TablePlan(size=size, edges=edges, heights=_heights(grid, edges, size, padding), centered_labels=centered)


# ── widths ────────────────────────────────────────────────────────────────────────────────────────


def _room(edges: tuple[int, ...], cell: GridCell, size: float) -> int:
    """What fits beside each other in a cell, in hundredths of an em; at least one character."""
    points = _EDGES[edges[cell.column - 1 + cell.columns]] - _EDGES[edges[cell.column - 1]] - CELL_PADDING
    return max(EM, int(points / size * EM))


def _figure_width(text: str) -> int:
    """Digits are half an em in every face meant for them; a program shrinks a figure that is too wide."""
    return len(text) * EM // 2


def _figures(block: TableBlock, cell: GridCell, digits: int) -> int:
    figure = block.figures.get(cell.ref, Decimal(0)) if cell.ref is not None else Decimal(0)
    return max(_figure_width(plain(figure)), _figure_width("0" * digits))


def _fits_equal(block: TableBlock, edges: tuple[int, ...], size: float) -> bool:
    """Whether equal columns hold every figure, every row's label in one line and every header in a few."""
    for cell in block.grid.cells:
        room = _room(edges, cell, size)
        if cell.role is Role.FIELD:
            if _figures(block, cell, EQUAL_DIGITS) > room:
                return False
        elif room < 2 * EM or len(break_lines(_words(cell), room)) > _lines_allowed(cell):
            return False
    return True


def _lines_allowed(cell: GridCell) -> int:
    return 1 if cell.role is Role.ROW_LABEL else MOST_HEADER_LINES


def _fitted_edges(block: TableBlock, size: float) -> tuple[int, ...] | None:
    """Columns as narrow as their figures allow, what is left to the labels; ``None`` where that is too little."""
    grid = block.grid
    labels = grid.label_columns
    if labels == 0:
        return None
    narrow = [_stacked_width(grid, column, size) for column in range(1, labels)]
    right: list[int] = []
    for column in range(grid.columns, labels, -1):
        right.append(_units(UNITS - sum(right), _figure_column(block, column) / EM * size, from_right=True))
    left: list[int] = []
    for width in narrow:
        left.append(_units(sum(left), width, from_right=False))
    last = UNITS - sum(left) - sum(right)
    if last <= 0:
        return None
    edges = tuple(accumulate([*left, last, *reversed(right)], initial=0))
    room = _EDGES[edges[labels]] - _EDGES[edges[labels - 1]] - CELL_PADDING
    return edges if room >= LEAST_LABEL * size else None


def _units(edge: int, width: float, *, from_right: bool) -> int:
    """How many narrow columns hold text ``width`` points wide, on one side of an edge of the grid."""
    needed = width + CELL_PADDING
    ends = range(edge - 1, -1, -1) if from_right else range(edge + 1, UNITS + 1)
    return next((abs(end - edge) for end in ends if abs(_EDGES[end] - _EDGES[edge]) >= needed), UNITS)


def _stacked_width(grid: Grid, column: int, size: float) -> float:
    """Width of a column of labels that stand beside many rows: that with the fullest last line."""
    labels = [
        text_width(_words(cell)) / EM
        for cell in grid.cells
        if cell.role is Role.ROW_LABEL and cell.column == column and cell.columns == 1
    ]
    longest = max(labels, default=1)
    if longest < min(STACKED):
        return ceil(longest) * size
    return min(STACKED, key=lambda characters: (-longest % characters, abs(characters - sqrt(longest)))) * size


def _figure_column(block: TableBlock, column: int) -> int:
    """What a column of figures needs: its figures, and two characters of its header."""
    fields = [cell for cell in block.grid.fields if cell.columns == 1 and cell.column == column]
    totals = all(cell.ref in block.totals for cell in fields)
    digits = TOTAL_DIGITS if totals else INPUT_DIGITS
    return max([2 * EM, *(_figures(block, cell, digits) for cell in fields)])


# ── heights ───────────────────────────────────────────────────────────────────────────────────────


def _heights(grid: Grid, edges: tuple[int, ...], size: float, padding: float) -> tuple[float, ...]:
    """Each row as high as its labels, and the rows beside a tall label together as high as that."""
    heights = [_pixels(line_height(size) + padding)] * grid.rows
    for cell in sorted(grid.cells, key=lambda cell: cell.rows):
        needed = len(_set_lines(cell, edges, size)) * line_height(size) + padding
        rows = range(cell.row - 1, cell.row - 1 + cell.rows)
        missing = needed - sum(heights[row] for row in rows)
        if missing > 0:
            for row in rows:
                heights[row] = _pixels(heights[row] + missing / cell.rows)
    return tuple(heights)


def _set_lines(cell: GridCell, edges: tuple[int, ...], size: float) -> tuple[str, ...]:
    return break_lines(_words(cell), _room(edges, cell, size))


def _pixels(points: float) -> float:
    """A height in whole pixels, as Excel keeps it."""
    return ceil(points / POINTS_PER_PIXEL) * POINTS_PER_PIXEL
