"""The second sheet of the report workbook: what the rules asked about, what the unit answered, what is still open."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest

from xlreport.cells import CellRange, CellRef
from xlreport.messages import say
from xlreport.reports.document import Document, ExplainedQuery, OpenFindings
from xlreport.reports.faces import Fonts, figure_style, footer, label_style, line_style
from xlreport.reports.tables import CELL_PADDING, POINTS_PER_PIXEL, column_width, line_height
from xlreport.reports.typesetting import EM, break_lines
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Content, Print, SheetPlan, Style

MARGINS = (25, 20, 25, 20)
"""Top, right, bottom and left of the page, in millimetres."""
COLUMNS = (
    ("number", 32),
    ("rule", 68),
    ("says", 150),
    ("left", 64),
    ("right", 64),
    ("difference", 64),
    ("explanation", 198),
)
"""The columns and their widths in pixels: together 480 points of the 482 between the margins."""
SAYS, EXPLANATION = 3, 7
"""The columns that hold sentences, counted from 1."""
TITLE_SIZE = 16
SIZE = 10
PADDING = 8
RESERVE = 93
"""Per cent of a column that is filled, so that no program's widths break a planned line anew."""
LINES_A_ROW = 15


def plan_checks_sheet(document: Document, fonts: Fonts, header: str) -> SheetPlan:
    """What is still open, then the explained queries, one a row, or in one line that there are none."""
    sheet = SheetBuilder(name=say("report.checks.sheet"))
    title = say("report.checks.title" if document.still_open is None else "report.checks.title_open")
    _add_line(sheet, 1, title, line_style(fonts.heading, TITLE_SIZE), 30)
    if document.still_open is not None:
        _add_open(sheet, document.still_open, fonts)
    head_row = _add_explained(sheet, document, fonts)
    if document.missing:
        _add_missing(sheet, document.missing, fonts)
    last_row = max(sheet.rows)
    return SheetPlan(
        name=sheet.name,
        cells=sheet.cells,
        merges=tuple(sheet.merges),
        widths={column: column_width(pixels) for column, (_, pixels) in enumerate(COLUMNS, start=1)},
        rows=sheet.rows,
        freeze=CellRef(sheet.name, head_row + 1, 1) if head_row is not None and document.still_open is None else None,
        print=Print(
            margins=MARGINS,
            scale=100,
            area=CellRange(sheet.name, 1, 1, last_row, len(COLUMNS)),
            repeat_rows=(head_row, head_row) if head_row is not None else None,
            header=header,
            footer=footer(),
        ),
    )


def _add_open(sheet: SheetBuilder, still_open: OpenFindings, fonts: Fonts) -> None:
    """How much keeps the report from being accepted, and each of it."""
    counts = say("report.checks.open", error=still_open.error, query=still_open.query, blank=still_open.blank)
    _add_sentence(sheet, 2, counts, fonts)
    for sentence in still_open.sentences:
        _add_sentence(sheet, max(sheet.rows) + 1, sentence, fonts)


def _add_explained(sheet: SheetBuilder, document: Document, fonts: Fonts) -> int | None:
    """The explained queries; the row of their heads, if there are any."""
    if not document.explained and document.still_open is not None:
        return None
    row = 2 if document.still_open is None else max(sheet.rows) + 2
    _add_line(sheet, row, _intro(len(document.explained)), line_style(fonts.table, SIZE), 24)
    if not document.explained:
        return None
    _add_list(sheet, row + 1, document.explained, fonts)
    return row + 1


def _intro(count: int) -> str:
    key = "report.checks.intro" if count else "report.checks.none"
    return say(key, count=count)


def _add_line(sheet: SheetBuilder, row: int, text: str, style: Style, height: float) -> None:
    sheet.height(row, height)
    sheet.put_over(sheet.across(row, 1, len(COLUMNS)), text, style)


def _add_list(sheet: SheetBuilder, head_row: int, explained: Sequence[ExplainedQuery], fonts: Fonts) -> None:
    heads = [say(f"report.checks.{name}") for name, _ in COLUMNS]
    _add_row(sheet, head_row, heads, fonts, head=True)
    row = head_row
    for number, query in enumerate(explained, start=1):
        for cells in _rows(number, query):
            row += 1
            _add_row(sheet, row, cells, fonts)


def _add_missing(sheet: SheetBuilder, units: Sequence[str], fonts: Fonts) -> None:
    """The units a sum lacks, below everything else."""
    text = say("report.checks.missing", count=len(units), units="、".join(units))
    _add_sentence(sheet, max(sheet.rows) + 2, text, fonts)


def _add_sentence(sheet: SheetBuilder, row: int, text: str, fonts: Fonts) -> None:
    """A sentence over the whole width, in as many lines and rows as it takes."""
    style = replace(line_style(fonts.table, SIZE), wrap=True, shrink=False)
    points = sum(pixels for _, pixels in COLUMNS) * POINTS_PER_PIXEL - CELL_PADDING
    lines = break_lines(text, int(points / SIZE * EM) * RESERVE // 100)
    for at in range(0, len(lines), LINES_A_ROW):
        part = lines[at : at + LINES_A_ROW]
        _add_line(sheet, row, "\n".join(part), style, len(part) * line_height(SIZE) + PADDING)
        row += 1


def _rows(number: int, query: ExplainedQuery) -> Sequence[Sequence[Content]]:
    """The rows of one query: a sentence too long for a row goes on in the next, which repeats nothing."""
    first: list[Content] = [Decimal(number), query.rule, None, query.left, query.right, query.difference, None]
    rows: list[list[Content]] = []
    for says, explanation in zip_longest(_parts(query.says, SAYS), _parts(query.explanation, EXPLANATION)):
        cells = [None] * len(COLUMNS) if rows else first
        rows.append([*cells[: SAYS - 1], says, *cells[SAYS : EXPLANATION - 1], explanation])
    return rows


def _parts(text: str, column: int) -> list[str]:
    """A sentence in pieces that a row holds, line by line."""
    lines = _lines(text, column)
    return ["\n".join(lines[start : start + LINES_A_ROW]) for start in range(0, len(lines), LINES_A_ROW)]


def _lines(text: str, column: int) -> tuple[str, ...]:
    points = COLUMNS[column - 1][1] * POINTS_PER_PIXEL - CELL_PADDING
    width = int(points / SIZE * EM) * RESERVE // 100
    return tuple(line for typed in text.splitlines() for line in break_lines(typed, width))


def _add_row(sheet: SheetBuilder, row: int, cells: Sequence[Content], fonts: Fonts, *, head: bool = False) -> None:
    lines = 1
    for column, content in enumerate(cells, start=1):
        if isinstance(content, str):
            lines = max(lines, content.count("\n") + 1)
        sheet.put(row, column, content, _style(content, column, fonts, head=head))
    sheet.height(row, lines * line_height(SIZE) + PADDING)


def _style(content: Content, column: int, fonts: Fonts, *, head: bool) -> Style:
    if isinstance(content, Decimal):
        return figure_style(fonts, SIZE, content)
    sentence = column in (SAYS, EXPLANATION) and not head
    return label_style(fonts, SIZE, "left" if sentence else "center", bold=head)
