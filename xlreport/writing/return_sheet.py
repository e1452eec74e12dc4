"""退回说明, the first sheet of a return copy: what is to be done, line by line, each with its state as it stands."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from xlreport.cells import CellRange, CellRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import HIDDEN_SHEET, RETURN_COLUMNS, Layout
from xlreport.messages import say
from xlreport.rules.formula import Cell, Relative, compare
from xlreport.submission import Submission
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.checks_sheet import CODE, EXPLAINED_CODE, RESULT
from xlreport.writing.judging import BLANKS, ERROR, OPEN_QUERY, UNJUDGED
from xlreport.writing.plan import Content, Link, Print, Protection, SheetPlan, Style
from xlreport.writing.return_lists import Item, ReturnLists
from xlreport.writing.start_sheet import BANNER_ROW as START_BANNER_ROW
from xlreport.writing.start_sheet import FLAG as START_FLAG
from xlreport.writing.start_sheet import HEADER_ROW as START_HEADER_ROW
from xlreport.writing.start_sheet import STATE as START_STATE

NUMBER, SHEET, CELL, WHAT, STATE, FLAG = range(1, RETURN_COLUMNS + 1)
"""The columns; the last one is hidden and says what colour a line's state has."""
WIDTHS = (6.0, 15.0, 11.0, 66.0, 16.0)
TITLE_ROW, UNIT_ROW, DEADLINE_ROW, BANNER_ROW, HOW_ROW, HEADER_ROW = 1, 2, 3, 5, 6, 8
MOST_LINES = 15
"""Lines of a row; a longer text goes on in the next, as no row may be higher than a part of the page."""
MENDED, QUIET = 0, 9
"""Colours of the state besides those of 校验: done, and none."""

PARTS = (
    ("to_fix", "return.part.fix", look.WRONG, look.WRONG_INK),
    ("to_explain", "return.part.explain", look.QUERY, look.QUERY_INK),
    ("to_fill", "return.part.fill", look.TO_FILL, look.QUERY_INK),
    ("to_note", "return.part.note", look.HEADER, look.HEADER_INK),
    ("repaired", "return.part.mended", look.RIGHT, look.RIGHT_INK),
    ("left_behind", "return.part.left", look.COMPUTED, look.INK),
)


def plan_return_sheet(
    definition: FormDefinition, layout: Layout, submission: Submission, lists: ReturnLists
) -> SheetPlan:
    """The first sheet of the return copy that holds ``submission``."""
    return _ReturnSheet(definition, layout, submission, lists).plan()


class _ReturnSheet:
    def __init__(self, definition: FormDefinition, layout: Layout, submission: Submission, lists: ReturnLists) -> None:
        self.definition = definition
        self.layout = layout
        self.submission = submission
        self.lists = lists
        self.sheet = SheetBuilder(name=say("sheet.return"))
        self.row = HEADER_ROW

    def plan(self) -> SheetPlan:
        self.sheet.widths.update(enumerate(WIDTHS, start=1))
        self.head()
        self.banner()
        self.header()
        for name, key, fill, ink in PARTS:
            self.part(getattr(self.lists, name), key, fill, ink)
        self.colours()
        sheet = self.sheet
        return SheetPlan(
            name=sheet.name,
            cells=sheet.cells,
            background=look.BACKGROUND,
            merges=tuple(sheet.merges),
            widths=sheet.widths,
            hidden_columns=(FLAG,),
            rows=sheet.rows,
            highlights=tuple(sheet.highlights),
            cursor=CellRef(sheet.name, HEADER_ROW + 2, CELL),
            protection=Protection(),
            tab_color=look.WRONG_INK,
            print=Print(
                area=CellRange(sheet.name, 1, 1, self.row, STATE),
                repeat_rows=(HEADER_ROW, HEADER_ROW),
                footer=say("print.page"),
            ),
        )

    def full_width(self, row: int) -> CellRange:
        return self.sheet.across(row, 1, STATE)

    def wide(self, row: int, text: str, style: Style, least: float) -> None:
        """A text over the whole width."""
        self.sheet.put_over(self.full_width(row), text, style)
        lines = look.lines_needed(text or " ", sum(WIDTHS), style.size)
        self.sheet.height(row, look.height_for(lines, style.size, least))

    # ── above the list ──

    def head(self) -> None:
        submission, year = self.submission, str(self.submission.year)
        self.wide(TITLE_ROW, say("return.title", times=submission.round - 1), replace(look.TITLE, size=18), 34)
        code = say("start.code", code=submission.unit.code) if submission.unit.code else ""
        title = self.definition.template_title.format(title=self.definition.title, year=year)
        text = say("return.unit", unit=submission.unit.name, code=code, title=title)
        self.wide(UNIT_ROW, text, replace(look.SUBTITLE, wrap=True), 20)
        deadline, target = submission.deadline, submission.return_to
        parts = [say("start.deadline", deadline=deadline)] * bool(deadline)
        parts += [say("start.return_to", return_to=target)] * bool(target)
        style = replace(look.BODY, bold=True, color=look.TITLE_INK)
        self.wide(DEADLINE_ROW, "　".join(parts), style, 20 if parts else 6)

    def banner(self) -> None:
        """What 填报说明 says of the whole, as it stands now."""
        sheet, start = self.sheet, self.layout.start_sheet
        area = self.full_width(BANNER_ROW)
        banner: Content = Cell(CellRef(start, START_BANNER_ROW, 1))
        flag: Content = Cell(CellRef(start, START_BANNER_ROW, START_FLAG))
        if not self.submission.is_sealed:  # nothing the clerk can do makes this one good
            banner, flag = say("return.banner.unsealed"), Decimal(1)
        sheet.put_over(area, banner, look.BANNER)
        sheet.height(BANNER_ROW, 36)
        sheet.put(BANNER_ROW, FLAG, flag, look.FLAG)
        self.tint(area, BANNER_ROW)
        self.wide(HOW_ROW, say("return.how"), look.BODY, 20)
        sheet.height(HEADER_ROW - 1, 8)

    def header(self) -> None:
        for column, key in enumerate(("number", "sheet", "cell", "what", "state"), start=1):
            self.sheet.put(HEADER_ROW, column, say(f"return.head.{key}"), look.HEAD)
        self.sheet.height(HEADER_ROW, 22)

    # ── the list ──

    def part(self, items: tuple[Item, ...], key: str, fill: str, ink: str) -> None:
        if not items:
            return
        self.next_row()
        style = replace(look.SECTION, fill=fill, color=ink, border=look.GREY, indent=1)
        self.sheet.put_over(self.full_width(self.row), say(key, count=len(items)), style)
        self.sheet.height(self.row, 24)
        for item in items:
            self.item(item)

    def item(self, item: Item) -> None:
        """A line; what is too long for one row goes on in the rows below."""
        first, *rest = pieces(item.text, WIDTHS[WHAT - 1], look.CELL.size)
        self.line(first)
        sheet, row = self.sheet, self.row
        sheet.put(row, NUMBER, Decimal(item.number), replace(look.CENTERED, number_format="0"))
        sheet.put(row, SHEET, item.sheet or None, look.CELL)
        self.place(item)
        self.state(item)
        for piece in rest:
            self.line(piece)

    def next_row(self) -> None:
        self.row += 1
        self.sheet.put(self.row, FLAG, Decimal(QUIET), look.FLAG)  # a blank would count as 0, the colour of done

    def line(self, text: str) -> None:
        self.next_row()
        for column in (NUMBER, SHEET, CELL, STATE):
            self.sheet.put(self.row, column, None, look.CELL)
        self.sheet.put(self.row, WHAT, text, look.CELL)
        lines = look.lines_needed(text, WIDTHS[WHAT - 1], look.CELL.size)
        self.sheet.height(self.row, look.height_for(lines, look.CELL.size, 24))

    def place(self, item: Item) -> None:
        if not item.cells:
            return
        first = item.cells[0]
        more = len(item.cells) - 1
        address = say("return.cells", cell=first.address, count=len(item.cells)) if more else first.address
        seen = item.is_linked and first.sheet != HIDDEN_SHEET
        link = Link(target=first.area, tip=str(first)) if seen else None
        style = look.LINK_CELL if seen else look.CELL
        self.sheet.put(self.row, CELL, address, replace(style, align="center", indent=0), link)

    def state(self, item: Item) -> None:
        """How the line stands now; of a query it also leads to where the explanation is written."""
        content, flag = self.state_of(item)
        place = self.layout.judgements.get(item.judgement)
        explanation = place.explanation if place is not None else None
        link = Link(target=explanation.area, tip=say("return.explain_here")) if explanation is not None else None
        style = replace(look.CENTERED, bold=True, underline=link is not None)
        self.sheet.put(self.row, STATE, content, style, link)
        self.sheet.put(self.row, FLAG, flag, look.FLAG)

    def state_of(self, item: Item) -> tuple[Content, Content]:
        """What stands as the state, and its colour."""
        layout = self.layout
        place = layout.judgements.get(item.judgement)
        if place is not None:
            result = CellRef(layout.checks_sheet, place.checks_row, RESULT)
            return Cell(result), Cell(CellRef(layout.checks_sheet, place.checks_row, CODE))
        if item.sheet_state:
            sheets = (*layout.section_sheets, layout.checks_sheet)
            row = START_HEADER_ROW + 1 + sheets.index(item.sheet_state)
            state, flag = (CellRef(layout.start_sheet, row, column) for column in (START_STATE, START_FLAG))
            return Cell(state), Cell(flag)
        return item.state or None, Decimal(MENDED if item.is_mended else QUIET)

    # ── colours ──

    def colours(self) -> None:
        first = HEADER_ROW + 1
        self.tint(CellRange(self.sheet.name, first, STATE, max(first, self.row), STATE), first)

    def tint(self, cells: CellRange, row: int) -> None:
        flag = Relative(row, FLAG, fixed_column=True)
        for number, fill, ink in (
            (ERROR, look.WRONG, look.WRONG_INK),
            (OPEN_QUERY, look.QUERY, look.QUERY_INK),
            (BLANKS, look.TO_FILL, look.QUERY_INK),
            (UNJUDGED, look.TO_FILL, look.QUERY_INK),
            (EXPLAINED_CODE, look.RIGHT, look.RIGHT_INK),
        ):
            self.sheet.highlight(cells, compare(flag, "=", number), fill=fill, color=ink)
        self.sheet.highlight(cells, compare(flag, "=", MENDED), fill=look.RIGHT, color=look.RIGHT_INK)


def pieces(text: str, width: float, size: float) -> tuple[str, ...]:
    """A text in parts of at most ``MOST_LINES`` lines each; together they are the text."""
    if look.lines_needed(text, width, size) <= MOST_LINES:
        return (text,)
    return tuple(_pieces(text, width, size))


def _pieces(text: str, width: float, size: float) -> Iterator[str]:
    """Characters are taken as long as the part still fits; one as wide as a letter of East Asia is the measure."""
    room = int(look.column_pixels(width) * look.POINTS_PER_PIXEL / size) - 2
    start = lines = used = 0
    for at, character in enumerate(text):
        used += 1
        if character == "\n" or used > room:
            lines, used = lines + 1, 0
        if lines == MOST_LINES - 1:
            yield text[start : at + 1]
            start, lines, used = at + 1, 0, 0
    if start < len(text):
        yield text[start:]
