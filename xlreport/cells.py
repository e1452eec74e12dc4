"""Addresses and cell values: the one home of row and column numbers, and of what a cell can hold.

Rows and columns count from 1 everywhere in this project, as people see them. Only the writer, at its
very edge, turns them into XlsxWriter's 0-based numbers.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

MAX_ROWS = 1_048_576
"""Rows of a sheet (Excel 2007 and later)."""
MAX_COLUMNS = 16_384
"""Columns of a sheet (Excel 2007 and later)."""

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


@lru_cache(maxsize=512)
def column_letters(column: int) -> str:
    """The letters of a column counted from 1: 1 → ``A``, 28 → ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=512)
def column_number(letters: str) -> int:
    """The number of a column given by its letters, counted from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=65536)
def parse_address(address: str) -> tuple[int, int] | None:
    """Row and column of an address such as ``D5`` or ``$D$5``; ``None`` where it is none."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1])
    if not (1 <= row <= MAX_ROWS and 1 <= column <= MAX_COLUMNS):
        return None
    return row, column


@dataclass(frozen=True, slots=True, order=True)
class CellRef:
    """One cell of a workbook."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """The address within the sheet: ``D5``."""
        return f"{column_letters(self.column)}{self.row}"

    @property
    def area(self) -> "CellRange":
        """The cell as a rectangle of one."""
        return CellRange(self.sheet, self.row, self.column, self.row, self.column)

    def __str__(self) -> str:
        return f"{self.sheet}!{self.address}"


@dataclass(frozen=True, slots=True, order=True)
class CellRange:
    """A rectangle of cells of one sheet, its corners included."""

    sheet: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def address(self) -> str:
        """The address within the sheet: ``D5:J5``, or ``D5`` for a single cell."""
        first = f"{column_letters(self.first_column)}{self.first_row}"
        last = f"{column_letters(self.last_column)}{self.last_row}"
        return first if first == last else f"{first}:{last}"

    @property
    def first(self) -> CellRef:
        """The top left cell."""
        return CellRef(self.sheet, self.first_row, self.first_column)

    def cells(self) -> tuple[CellRef, ...]:
        """Every cell, row by row."""
        return tuple(
            CellRef(self.sheet, row, column)
            for row in range(self.first_row, self.last_row + 1)
            for column in range(self.first_column, self.last_column + 1)
        )

    def __contains__(self, cell: CellRef) -> bool:
        return (
            cell.sheet == self.sheet
            and self.first_row <= cell.row <= self.last_row
            and self.first_column <= cell.column <= self.last_column
        )


# A cell holds one of these; "nothing" and "an error" are values of their own, never None.


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing; an empty text is the same."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, exact."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """Words, never empty."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean:
    """TRUE or FALSE; no form of ours takes one as a figure."""

    value: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A named value that stands for a figure in forms that allow it (``N/A``, ``<1``)."""

    value: str


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error of the spreadsheet program, such as ``#N/A``."""

    value: str


Value = Blank | Number | Text | Boolean | Token | ErrorValue

BLANK = Blank()
"""The one blank there is."""


def text_value(text: str) -> Value:
    """A text as a cell value: the empty text is a blank."""
    return Text(text) if text else BLANK


def number_value(number: int | str | Decimal) -> Number:
    """A whole number, a decimal or its spelling as a cell value."""
    return Number(Decimal(number))


def double_to_decimal(number: float) -> Decimal:
    """A spreadsheet's double as the decimal a person sees: 15 significant digits.

    A spreadsheet stores 0.1 + 0.2 as 0.30000000000000004 and shows 0.3; what it shows is what was meant.
    """
    return Decimal(f"{number:.15g}")


def plain(number: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros, no sign on zero."""
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def folded(words: str) -> str:
    """Words as they compare where width, case and white space make no other ones of them."""
    return "".join(unicodedata.normalize("NFKC", words).split()).casefold()


LONGEST_TOLD = 100
"""Characters of a text that a sentence tells; the text itself is kept whole."""


def shortened(text: str) -> str:
    """A text as it is told in a sentence."""
    return text if len(text) <= LONGEST_TOLD else text[:LONGEST_TOLD] + "…"


def one_line(text: str) -> str:
    """A sentence in one line, whatever breaks the words in it hold: none of it can pass for a line of ours."""
    return " ".join(text.splitlines())


MOST_DIGITS = 20
"""Digits beyond which a number is told with its power of ten."""


def shown_short(value: Value) -> str:
    """A cell's content as it is told in a sentence: a long text cut, enormous and tiny numbers as 1E+308."""
    if isinstance(value, Text):
        return shortened(value.value)
    if isinstance(value, Number) and value.value and abs(value.value.adjusted()) > MOST_DIGITS:
        return f"{value.value:.15G}"
    return shown(value)


def shown(value: Value) -> str:
    """A cell's content as a person sees it."""
    match value:
        case Number(value=number):
            return plain(number)
        case Boolean(value=truth):
            return str(truth).upper()
        case Text(value=text) | ErrorValue(value=text) | Token(value=text):
            return text
        case Blank():
            return ""
