"""A comparison as a workbook: what differs, section by section; parts without a difference are one line."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from xlreport.cells import CellRef, Number, Value, double_to_decimal, plain
from xlreport.messages import say
from xlreport.office.comparing.comparing import Comparison, EntryChanges, FigureChange, SectionComparison, TextChange
from xlreport.office.comparing.printing import section_words, side_words, standing, text_words, value_words
from xlreport.office.report_look import (
    BASE,
    CELL,
    CENTERED,
    FIGURE,
    HEAD,
    SECTION,
    TITLE_ROW,
    list_sheet,
    paragraph,
    title,
)
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Content, SheetPlan, Style, WorkbookPlan
from xlreport.writing.return_sheet import pieces

HEADS = ("what", "cell", "a", "b", "difference", "percent")
WHAT, CELL_NAME, A, B, DIFFERENCE, PERCENT = range(1, len(HEADS) + 1)
WIDTHS = (54.0, 9.0, 20.0, 20.0, 16.0, 12.0)
SIDE_ROWS, STATE_ROW, HEADER_ROW = (2, 3), 4, 6
TEXT_WIDTHS = (12.0, 60.0, 60.0)
PERCENT_FORMAT = '+0.0"%";-0.0"%";0.0"%"'
_EQUAL = replace(CELL, color=look.FAINT, fill=look.COMPUTED)
_PART = replace(SECTION, fill=look.HEADER, border=look.GREY, indent=1)
_KINDS = {
    TextChange.CHANGED: (look.QUERY, look.QUERY_INK),
    TextChange.ADDED: (look.RIGHT, look.RIGHT_INK),
    TextChange.REMOVED: (look.WRONG, look.WRONG_INK),
}


def plan_comparison(compared: Comparison) -> WorkbookPlan:
    """The workbook: a sheet of figures, and one of texts where there are any in the form."""
    figures = [one for one in compared.sections if one.section.table is not None]
    texts = [one for one in compared.sections if one.section.table is None]
    sheets = [_FiguresSheet(compared, figures).plan()] if figures else []
    sheets += [_TextsSheet(compared, texts).plan()] if texts else []
    return WorkbookPlan(sheets=tuple(sheets), base=BASE, title=say("compare.title"))


def write_comparison(compared: Comparison) -> bytes:
    """The workbook of ``plan_comparison`` as a file; same input, same bytes."""
    from xlreport.writing.strict import write_workbook  # noqa: PLC0415 - XlsxWriter is only paid for when writing

    return write_workbook(plan_comparison(compared), {})


class _Sheet:
    """What both sheets have: who is compared above, then section after section."""

    def __init__(
        self,
        compared: Comparison,
        sections: Sequence[SectionComparison],
        *,
        name: str,
        widths: Sequence[float],
        heads: Sequence[str],
    ) -> None:
        self.compared = compared
        self.sections = sections
        self.sheet = SheetBuilder(name=name)
        self.sheet.widths.update(enumerate(widths, start=1))
        self.heads = heads
        self.columns = len(widths)
        self.row = HEADER_ROW

    def plan(self) -> SheetPlan:
        self.head()
        for section in self.sections:
            self.part(section)
            self.changes(section)
        return self.finished()

    def changes(self, section: SectionComparison) -> None:
        """What differs in a section; each kind of sheet tells its own."""
        raise NotImplementedError

    def head(self) -> None:
        sheet, compared = self.sheet, self.compared
        title(sheet, say("compare.title"), self.columns)
        words = (
            say("compare.side.a", words=side_words(compared.a)),
            say("compare.side.b", words=side_words(compared.b)),
        )
        for row, line in zip((*SIDE_ROWS, STATE_ROW), (*words, standing(compared)), strict=True):
            paragraph(sheet, row, line, self.columns)
        sheet.height(STATE_ROW + 1, 6)
        for column, key in enumerate(self.heads, start=1):
            sheet.put(HEADER_ROW, column, say(key), HEAD)
        sheet.height(HEADER_ROW, 24)

    def wide(self, words: str, style: Style, least: float = 22) -> None:
        self.row += 1
        self.sheet.put_over(self.sheet.across(self.row, 1, self.columns), words, style)
        width = sum(self.sheet.widths.values())
        self.sheet.height(self.row, look.height_for(look.lines_needed(words, width, style.size), style.size, least))

    def part(self, section: SectionComparison) -> None:
        if section.is_equal:
            self.wide(section_words(section), _EQUAL)
        else:
            self.wide(section_words(section), _PART, 24)

    def finished(self) -> SheetPlan:
        sheet = self.sheet
        cursor = CellRef(sheet.name, TITLE_ROW, 1)
        return list_sheet(sheet, header=HEADER_ROW, last=self.row, columns=self.columns, cursor=cursor)


class _FiguresSheet(_Sheet):
    def __init__(self, compared: Comparison, sections: Sequence[SectionComparison]) -> None:
        heads = [f"compare.head.{key}" for key in HEADS]
        super().__init__(compared, sections, name=say("compare.sheet.figures"), widths=WIDTHS, heads=heads)

    def changes(self, section: SectionComparison) -> None:
        for one in section.figures:
            self.figure(one)

    def figure(self, one: FigureChange) -> None:
        self.row += 1
        sheet, row = self.sheet, self.row
        sheet.put(row, WHAT, one.field.label, CELL)
        sheet.put(row, CELL_NAME, one.cell.address, CENTERED)
        sheet.put(row, A, _content(one.a), FIGURE)
        sheet.put(row, B, _content(one.b), FIGURE)
        sheet.put(row, DIFFERENCE, _figure(one.difference), replace(FIGURE, bold=True))
        sheet.put(row, PERCENT, _figure(one.percent), replace(FIGURE, number_format=PERCENT_FORMAT))
        lines = look.lines_needed(one.field.label, WIDTHS[WHAT - 1], CELL.size)
        sheet.height(row, look.height_for(lines, CELL.size, 20))


def _content(value: Value) -> Content:
    """A number as a number, anything else in words."""
    return _figure(value.value) if isinstance(value, Number) else value_words(value)


def _figure(number: Decimal | None) -> Content:
    """A number with every digit: in words where a cell would not keep them all, a stroke where there is none."""
    if number is None:
        return say("compare.no_percent")
    return number if double_to_decimal(float(number)) == number else plain(number)


class _TextsSheet(_Sheet):
    def __init__(self, compared: Comparison, sections: Sequence[SectionComparison]) -> None:
        heads = ("compare.head.kind", "compare.head.a", "compare.head.b")
        super().__init__(compared, sections, name=say("compare.sheet.texts"), widths=TEXT_WIDTHS, heads=heads)

    def changes(self, section: SectionComparison) -> None:
        for one in section.texts:
            self.text(one)

    def text(self, text: EntryChanges) -> None:
        self.wide(text_words(text), replace(SECTION, size=10))
        for one in text.changes:
            fill, ink = _KINDS[one.kind]
            kind = say(f"compare.kind.{one.kind.value}")
            for words in self.lines(one.a, one.b):
                self.paragraph(kind, words, replace(CENTERED, bold=True, fill=fill, color=ink))
                kind = ""

    def lines(self, a: str, b: str) -> list[tuple[str, str]]:
        """Two paragraphs in as many rows as the longer needs: no row may be higher than a part of the page."""
        left, right = (list(pieces(words, TEXT_WIDTHS[1], CELL.size)) for words in (a, b))
        rows = max(len(left), len(right))
        return list(zip(*(one + [""] * (rows - len(one)) for one in (left, right)), strict=True))

    def paragraph(self, kind: str, words: tuple[str, str], style: Style) -> None:
        self.row += 1
        self.sheet.put(self.row, 1, kind or None, style)
        for column, one in enumerate(words, start=2):
            self.sheet.put(self.row, column, one or None, replace(CELL, valign="top"))
        lines = max(look.lines_needed(one or " ", TEXT_WIDTHS[1], CELL.size) for one in words)
        self.sheet.height(self.row, look.height_for(lines, CELL.size, 22))
