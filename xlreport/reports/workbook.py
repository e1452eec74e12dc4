"""The report as a workbook: one A4 document on one sheet, and the explained queries on a second.

Margins, faces, indents and pages follow GB/T 9704—2012: 22 lines of 三号 a page, the page number below.
"""

from dataclasses import dataclass, field
from typing import assert_never

from xlreport.cells import CellRange
from xlreport.forms.grid import GridCell, Role
from xlreport.messages import say
from xlreport.reports.checks_sheet import plan_checks_sheet
from xlreport.reports.document import Block, Document, Heading, Note, Paragraph, TableBlock, Title
from xlreport.reports.faces import (
    BASE,
    BODY_SIZE,
    NOTE_SIZE,
    TITLE_SIZE,
    WINDOWS_FONTS,
    Fonts,
    draft_header,
    figure_style,
    footer,
    label_style,
    line_style,
)
from xlreport.reports.tables import (
    CELL_PADDING,
    TEXT_WIDTH,
    UNIT_PIXELS,
    UNITS,
    TablePlan,
    column_width,
    plan_table,
)
from xlreport.reports.typesetting import EM, Strip, paginate, paragraph_lines, title_lines
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Content, Print, SheetPlan, Style, WorkbookPlan

MARGINS = (37, 26, 35, 28)
"""Top, right, bottom and left of the page, in millimetres."""
FOOTER_MARGIN = 23
"""Millimetres below the page number: it stands 7 mm under the text (GB/T 9704)."""
LINE_PITCH = 28.5
"""From line to line, in points: 22 lines fill the 225 millimetres of a page."""
TITLE_PITCH = 36.0
NOTE_PITCH = 18.0
BEFORE_TABLE = 4.5
AFTER_TABLE = 6.0
PAGE_HEIGHT = 634.0
"""What is put on a page, in points: a little less than it holds, so that no program finds it a row too high."""
DRAFT_PAGE_HEIGHT = 620.0
"""The same below the letters of a draft: LibreOffice takes from the page what its stand-in face is too high."""
TABLE_HEIGHT = DRAFT_PAGE_HEIGHT - LINE_PITCH - BEFORE_TABLE - AFTER_TABLE
"""What a table may take so that it stands on one page with its heading, in the draft as in the report."""


def plan_report(document: Document, *, fonts: Fonts = WINDOWS_FONTS) -> WorkbookPlan:
    """The report workbook: the document, and what was explained."""
    header = draft_header(fonts) if document.draft else ""
    sheets = (_report_sheet(document, fonts, header), plan_checks_sheet(document, fonts, header))
    return WorkbookPlan(sheets=sheets, base=BASE, title=document.title)


def _report_sheet(document: Document, fonts: Fonts, header: str) -> SheetPlan:
    page = _Page(builder=SheetBuilder(name=say("report.sheet")), fonts=fonts)
    for block, following in zip(document.blocks, (*document.blocks[1:], None), strict=True):
        page.add(block, following)
    return page.plan(header, DRAFT_PAGE_HEIGHT if document.draft else PAGE_HEIGHT)


def _line_width(size: float) -> int:
    """What a line of the text holds: whole characters, as hundredths of an em."""
    return int((TEXT_WIDTH - CELL_PADDING) / size) * EM


def _ends_section(following: Block | None) -> bool:
    """Whether a heading stands alone: the next section, or nothing, follows it."""
    return following is None or (isinstance(following, Heading) and following.level == 1)


@dataclass(kw_only=True)
class _Page:
    """The sheet of the report in the making: a row for each line of text and of a table."""

    builder: SheetBuilder
    fonts: Fonts
    strips: list[Strip] = field(default_factory=list)

    def add(self, block: Block, following: Block | None) -> None:
        match block:
            case Title(text=text, joints=joints):
                self._add_title(title_lines(text, _line_width(TITLE_SIZE), joints))
            case Heading(text=text, level=level):
                lines = paragraph_lines(text, _line_width(BODY_SIZE))
                self._add_heading(lines, level, glued=not _ends_section(following))
            case Paragraph(text=text):
                style = line_style(self.fonts.body, BODY_SIZE)
                for line in paragraph_lines(text, _line_width(BODY_SIZE)):
                    self._add_line(line, style, LINE_PITCH)
            case TableBlock():
                self._add_table(block, glued=isinstance(following, Note))
                self._add_gap(following)
            case Note(text=text):
                self._add_note(paragraph_lines(text, _line_width(NOTE_SIZE)))
                self._add_gap(following)
            case _:
                assert_never(block)

    def plan(self, header: str, page_height: float) -> SheetPlan:
        """The sheet; a page ends where it is planned to, in every program."""
        breaks = paginate(self.strips, page_height)
        sheet = self.builder
        return SheetPlan(
            name=sheet.name,
            cells=sheet.cells,
            merges=tuple(sheet.merges),
            widths={column: column_width(pixels) for column, pixels in enumerate(UNIT_PIXELS, start=1)},
            rows=sheet.rows,
            print=Print(
                margins=MARGINS,
                scale=100,
                area=CellRange(sheet.name, 1, 1, max(len(self.strips), 1), UNITS),
                header=header,
                footer=footer(),
                footer_margin=FOOTER_MARGIN,
                page_breaks=breaks,
                centered=False,
            ),
        )

    def _add_title(self, lines: tuple[str, ...]) -> None:
        style = line_style(self.fonts.title, TITLE_SIZE, bold=self.fonts.bold_title, align="center")
        for line in lines:
            self._add_line(line, style, TITLE_PITCH, glued=True)
        self._next_row(LINE_PITCH, glued=True)

    def _add_heading(self, lines: tuple[str, ...], level: int, *, glued: bool) -> None:
        style = line_style(self.fonts.heading if level == 1 else self.fonts.subheading, BODY_SIZE)
        for place, line in enumerate(lines, start=1):
            self._add_line(line, style, LINE_PITCH, glued=glued or place < len(lines))

    def _add_note(self, lines: tuple[str, ...]) -> None:
        style = line_style(self.fonts.body, NOTE_SIZE)
        for place, line in enumerate(lines, start=1):
            self._add_line(line, style, NOTE_PITCH, glued=place < len(lines))

    def _add_gap(self, following: Block | None) -> None:
        """Air under a table, kept on its page: none begins one."""
        if following is not None and not isinstance(following, Note):
            self.strips[-1] = Strip(self.strips[-1].height, glued=True)
            self._next_row(AFTER_TABLE)

    def _add_line(self, text: str, style: Style, height: float, *, glued: bool = False) -> None:
        row = self._next_row(height, glued=glued)
        self.builder.put_over(self.builder.across(row, 1, UNITS), text, style)

    def _next_row(self, height: float, *, glued: bool = False) -> int:
        self.strips.append(Strip(height, glued))
        row = len(self.strips)
        self.builder.height(row, height)
        return row

    # ── tables ────────────────────────────────────────────────────────────────────────────────────

    def _add_table(self, block: TableBlock, *, glued: bool) -> None:
        plan = plan_table(block, TABLE_HEIGHT)
        self._next_row(BEFORE_TABLE, glued=True)
        above = len(self.strips)
        for row, height in enumerate(plan.heights, start=1):
            self._next_row(height, glued=glued or row < len(plan.heights))
        for cell in block.grid.cells:
            self._add_cell(block, plan, cell, above)

    def _add_cell(self, block: TableBlock, plan: TablePlan, cell: GridCell, above: int) -> None:
        first, last = plan.span(cell)
        top = above + cell.row
        area = CellRange(self.builder.name, top, first, top + cell.rows - 1, last)
        content, style = self._content(block, plan, cell)
        self.builder.put_over(area, content, style)

    def _content(self, block: TableBlock, plan: TablePlan, cell: GridCell) -> tuple[Content, Style]:
        if cell.ref is not None:
            figure = block.figures.get(cell.ref)
            return figure, figure_style(self.fonts, plan.size, figure)
        at_side = cell.role is Role.ROW_LABEL and cell.rows == 1 and not plan.centered_labels
        return plan.label(cell) or None, label_style(self.fonts, plan.size, "left" if at_side else "center")
