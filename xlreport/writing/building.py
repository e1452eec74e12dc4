"""Collect a sheet piece by piece, then hand it over as an immutable plan."""

from dataclasses import dataclass, field

from xlreport.cells import CellRange, CellRef
from xlreport.rules.formula import Formula
from xlreport.writing.plan import Content, FileLink, Highlight, Link, PlannedCell, PlannedRow, Style, Validation


@dataclass(kw_only=True)
class SheetBuilder:
    """A sheet in the making."""

    name: str
    cells: dict[tuple[int, int], PlannedCell] = field(default_factory=dict)
    merges: list[CellRange] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    rows: dict[int, PlannedRow] = field(default_factory=dict)
    validations: list[Validation] = field(default_factory=list)
    highlights: list[Highlight] = field(default_factory=list)

    def put(
        self, row: int, column: int, content: Content, style: Style, link: Link | FileLink | None = None
    ) -> CellRef:
        """Set one cell."""
        self.cells[row, column] = PlannedCell(content=content, style=style, link=link)
        return CellRef(self.name, row, column)

    def put_at(self, ref: CellRef, content: Content, style: Style, link: Link | FileLink | None = None) -> CellRef:
        """Set the cell at an address of this sheet."""
        return self.put(ref.row, ref.column, content, style, link)

    def put_over(self, area: CellRange, content: Content, style: Style, link: Link | FileLink | None = None) -> CellRef:
        """Set a rectangle as one merged cell; every cell of it bears the style."""
        for cell in area.cells():
            self.put_at(cell, None, style)
        if area.first_row != area.last_row or area.first_column != area.last_column:
            self.merges.append(area)
        return self.put_at(area.first, content, style, link)

    def across(self, row: int, first: int, last: int) -> CellRange:
        """The cells of a row between two columns."""
        return CellRange(self.name, row, first, row, last)

    def height(self, row: int, height: float, *, fixed: bool = True) -> None:
        """Plan a row's height in points; an unfixed one grows after an edit."""
        self.rows[row] = PlannedRow(height=height, fixed=fixed)

    def highlight(
        self,
        cells: CellRange,
        formula: Formula,
        *,
        fill: str | None = None,
        color: str | None = None,
        bold: bool = False,
    ) -> None:
        """Colours that appear while the formula holds."""
        self.highlights.append(Highlight(cells=cells, formula=formula, fill=fill, color=color, bold=bold))
