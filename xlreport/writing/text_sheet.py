"""A section of texts: the question, a hint in grey, room for paragraphs, the count of characters."""

from xlreport.cells import CellRange, CellRef
from xlreport.forms.definition import Entry, FormDefinition, Section
from xlreport.forms.layout import Layout, TextPlace
from xlreport.messages import say
from xlreport.rules.excel import areas
from xlreport.rules.formula import Cell, Formula, call, compare, if_, joined, lit, utf16_length
from xlreport.submission import Submission
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Check, Content, Link, Print, Protection, SheetPlan, Validation
from xlreport.writing.table_sheet import PROMPT_LIMIT, PROMPT_TITLE_LIMIT, content_of, fitting

PARAGRAPH_WIDTH = 88.0
"""About forty full-width characters a line."""
LABEL_WIDTH, LINE_WIDTH, HELP_WIDTH = 16.0, 50.0, 60.0
COUNT_WIDTH = 18.0
MOST_TEXT = 32_767
"""Characters a cell can hold."""


def plan_text_sheet(definition: FormDefinition, layout: Layout, submission: Submission, section: Section) -> SheetPlan:
    """The sheet of one section of texts."""
    return _TextSheet(definition, layout, submission, section).plan()


def spread(paragraphs: tuple[str, ...], cells: int) -> tuple[str, ...]:
    """Paragraphs over the cells there are; what exceeds them goes into the last one with line breaks.

    Where that one would hold more than a cell can, each takes as many paragraphs as it holds.
    """
    if len(paragraphs) <= cells:
        return paragraphs
    last = "\n".join(paragraphs[cells - 1 :])
    return (*paragraphs[: cells - 1], last) if utf16_length(last) <= MOST_TEXT else _packed(paragraphs, cells)


def _packed(paragraphs: tuple[str, ...], cells: int) -> tuple[str, ...]:
    packed = [paragraphs[0]]
    for paragraph in paragraphs[1:]:
        together = f"{packed[-1]}\n{paragraph}"
        if utf16_length(together) <= MOST_TEXT or len(packed) == cells:
            packed[-1] = together
        else:
            packed.append(paragraph)
    return tuple(packed)


class _TextSheet:
    def __init__(self, definition: FormDefinition, layout: Layout, submission: Submission, section: Section) -> None:
        self.definition = definition
        self.layout = layout
        self.submission = submission
        self.section = section
        self.sheet = SheetBuilder(name=section.sheet)
        self.places = [layout.texts[entry.ref] for entry in section.entries]
        self.in_columns = self.places[0].cells[0].column == 2  # noqa: PLR2004 - label left, entry in column B

    def plan(self) -> SheetPlan:
        widths = (LABEL_WIDTH, LINE_WIDTH, HELP_WIDTH) if self.in_columns else (PARAGRAPH_WIDTH, COUNT_WIDTH)
        self.sheet.widths.update(enumerate(widths, start=1))
        self.head(len(widths))
        for entry, place in zip(self.section.entries, self.places, strict=True):
            if self.in_columns:
                self.line(entry, place)
            else:
                self.question(entry, place)
        last_row = max(cell.row for place in self.places for cell in place.cells)
        return SheetPlan(
            name=self.section.sheet,
            cells=self.sheet.cells,
            background=look.BACKGROUND,
            merges=tuple(self.sheet.merges),
            widths=self.sheet.widths,
            rows=self.sheet.rows,
            validations=tuple(self.sheet.validations),
            freeze=CellRef(self.section.sheet, 2, 1),
            cursor=self.places[0].cells[0],
            protection=Protection(),
            print=Print(
                area=CellRange(self.section.sheet, 1, 1, last_row, len(widths) - (0 if self.in_columns else 1)),
                landscape=self.in_columns,
                footer=say("print.signatures"),
            ),
        )

    def head(self, columns: int) -> None:
        sheet, section = self.sheet, self.section
        sheet.put_over(sheet.across(1, 1, columns - 1), str(section.heading), look.TITLE)
        start = CellRange(self.layout.start_sheet, 1, 1, 1, 1)
        sheet.put(1, columns, say("link.back"), look.BACK, Link(target=start, tip=say("link.back")))
        sheet.height(1, 32)
        if section.help:
            area = sheet.across(2, 1, columns - 1)
            sheet.put_over(area, section.help, look.HELP)
            width = sum(sheet.widths[column] for column in range(1, columns))
            sheet.height(2, look.height_for(look.lines_needed(section.help, width, 9), 9))
        if not self.in_columns and len(self.places) > 1:
            sheet.put(2, columns, self.total_count(), look.HELP)

    def total_count(self) -> Formula:
        lengths = [cell for place in self.places for cell in areas(place.lengths)]
        return joined(*_count_words("text.total", call("SUM", *lengths)))

    def line(self, entry: Entry, place: TextPlace) -> None:
        """A label, one line to fill in beside it, and what is meant."""
        sheet = self.sheet
        area = CellRange(sheet.name, place.label.row, 1, place.cells[-1].row, 1)
        sheet.put_over(area, str(entry.label), look.HEAD)
        help_area = CellRange(sheet.name, place.label.row, 3, place.cells[-1].row, 3)
        sheet.put_over(help_area, entry.help, look.HELP)
        self.inputs(entry, place, LINE_WIDTH)

    def question(self, entry: Entry, place: TextPlace) -> None:
        """A heading with the count of characters, the hint, and a cell for each paragraph."""
        sheet, row = self.sheet, place.label.row
        sheet.put(row, 1, str(entry.label), look.SECTION)
        sheet.height(row, 24)
        sheet.put(row, 2, self.count(place), look.HELP)
        sheet.put(row + 1, 1, entry.help, look.HELP)
        sheet.height(row + 1, look.height_for(look.lines_needed(entry.help, PARAGRAPH_WIDTH, 9), 9))
        self.inputs(entry, place, PARAGRAPH_WIDTH)

    def count(self, place: TextPlace) -> Formula:
        length = call("SUM", *areas(place.lengths))
        written = joined(*_count_words("text.count", length))
        return if_(compare(Cell(place.present), "=", 1), written, lit(say("text.nothing")))

    def inputs(self, entry: Entry, place: TextPlace, width: float) -> None:
        style = look.LINE_INPUT if entry.paragraphs == 1 else look.TEXT_INPUT
        for cell, content in zip(place.cells, self.contents(entry), strict=True):
            self.sheet.put_at(cell, content, style)
            lines = look.lines_needed(content, width, style.size) if isinstance(content, str) else 1
            self.sheet.height(cell.row, look.height_for(lines, style.size, 22), fixed=False)
        area = CellRange(
            self.sheet.name, place.cells[0].row, place.cells[0].column, place.cells[-1].row, place.cells[0].column
        )
        self.sheet.validations.append(
            Validation(
                cells=area,
                check=Check.LIST if entry.choices else Check.ANY,
                choices=entry.choices,
                prompt_title=fitting(str(entry.label), PROMPT_TITLE_LIMIT),
                prompt=fitting(entry.help, PROMPT_LIMIT),
                error_title=say("prompt.error_title") if entry.choices else "",
                error=say("prompt.choice") if entry.choices else "",
            )
        )

    def contents(self, entry: Entry) -> list[Content]:
        count = entry.paragraphs
        paragraphs = self.submission.texts.get(entry.ref, ())
        if paragraphs:
            written = spread(paragraphs, count)
            return [*written, *[None] * (count - len(written))]
        value = self.submission.typed.get(entry.ref, self.submission.value(entry.ref))
        return [content_of(value), *[None] * (count - 1)]


def _count_words(key: str, length: Formula) -> tuple[Formula | str, ...]:
    before, _, after = say(key).partition("#")
    return before, joined(call("ROUND", length, lit(0)), lit("")), after
