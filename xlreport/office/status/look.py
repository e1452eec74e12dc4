"""What the sheets of the status workbook have in common: a title, a line of words, a table to be filtered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xlreport.cells import CellRange, CellRef
from xlreport.messages import say
from xlreport.office.archive.standing import Standing
from xlreport.office.report_look import BACKGROUND, CELL, CENTERED, HEAD, HEADER_TOP, LINK, NOTE_ROW, paragraph, title
from xlreport.rules.formula import utf16_length
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Chart, Content, FileLink, Print, SheetPlan, Style

MOST_TEXT = 32_000
"""UTF-16 units of a text in a cell; Excel takes 32,767."""
MOST_LINES = 12
"""Lines a row shows at most; the cell holds the rest."""
FIGURE = replace(CENTERED, number_format="0")
TEXT = replace(CENTERED, number_format="@", wrap=False, shrink=True)
TINTS = {
    Standing.MISSING: (look.COMPUTED, "4B5563"),
    Standing.RETURNED: (look.WRONG, look.WRONG_INK),
    Standing.QUERIED: (look.QUERY, look.QUERY_INK),
    Standing.ACCEPTED: (look.RIGHT, look.RIGHT_INK),
}
"""Fill and ink of each standing; never colour alone, the word stands there too."""


def tinted(standing: Standing) -> Style:
    """How a standing's cell looks."""
    fill, ink = TINTS[standing]
    return replace(CENTERED, fill=fill, color=ink, bold=True)


def fitting(text: str, most: int = MOST_TEXT) -> str:
    """A text that fits into a cell; what is cut off ends in an ellipsis."""
    if utf16_length(text) <= most:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (the last word of that of its heading), its width, how its cells look."""

    key: str
    width: float
    style: Style = CELL


@dataclass(kw_only=True)
class ListSheet:
    """A sheet in the making that is one list."""

    name: str
    columns: Sequence[Column]
    heads: Sequence[str]
    header: int = HEADER_TOP
    sheet: SheetBuilder = field(init=False)
    row: int = field(init=False)

    def __post_init__(self) -> None:
        self.sheet = SheetBuilder(name=self.name)
        self.sheet.widths.update(enumerate((one.width for one in self.columns), start=1))
        self.row = self.header

    def head(self, words: str, note: str) -> None:
        """The title, the words below it and the headings."""
        title(self.sheet, words, len(self.columns))
        paragraph(self.sheet, NOTE_ROW, note, len(self.columns))
        self.headings()

    def headings(self) -> None:
        """The row of headings."""
        for column, words in enumerate(self.heads, start=1):
            self.sheet.put(self.header, column, words, HEAD)
        self.sheet.height(self.header, 26)

    def line(
        self,
        contents: Sequence[Content],
        *,
        styles: dict[str, Style] | None = None,
        links: dict[str, FileLink] | None = None,
    ) -> None:
        """A row; ``styles`` and ``links`` are of single columns, by key."""
        self.row += 1
        lines = 1
        for column, (one, content) in enumerate(zip(self.columns, contents, strict=True), start=1):
            link = (links or {}).get(one.key)
            style = (styles or {}).get(one.key, LINK if link is not None else one.style)
            words = fitting(content) if isinstance(content, str) else content
            self.sheet.put(self.row, column, words, style, link)
            if isinstance(words, str) and words and style.wrap:
                lines = max(lines, look.lines_needed(words, one.width, style.size))
        self.sheet.height(self.row, look.height_for(min(lines, MOST_LINES), CELL.size, 20))

    def plan(
        self, *, charts: Sequence[Chart] = (), freeze_columns: int = 0, last_printed: str | None = None
    ) -> SheetPlan:
        """The sheet: its headings stay, its list can be filtered; it prints as far as the column ``last_printed``."""
        last = max(self.row, self.header)
        keys = [one.key for one in self.columns]
        printed = len(keys) if last_printed is None else keys.index(last_printed) + 1
        area = CellRange(self.name, self.header, 1, last, len(self.columns))
        return SheetPlan(
            name=self.name,
            cells=self.sheet.cells,
            background=BACKGROUND,
            merges=tuple(self.sheet.merges),
            widths=self.sheet.widths,
            rows=self.sheet.rows,
            charts=tuple(charts),
            freeze=CellRef(self.name, self.header + 1, freeze_columns + 1),
            filter=area if last > self.header else None,
            cursor=CellRef(self.name, self.header + 1, 1),
            print=Print(
                area=None if charts else CellRange(self.name, 1, 1, last, printed),
                landscape=True,
                repeat_rows=(self.header, self.header),
                footer=say("print.page"),
            ),
        )


def count(number: int) -> Decimal | None:
    """A number as it is listed: nothing for none, so that the others are seen."""
    return Decimal(number) if number else None
