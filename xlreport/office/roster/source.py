"""The rows of a roster's file as texts, whatever kind of file it is: an .xlsx workbook or any CSV an office has.

A roster is not a workbook of ours, so openpyxl reads it; before that the package is held against the limits
of every file that comes in. Nothing is understood here: a cell is the text a person sees in it, or a reason why
there is none.
"""

import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.parsers import expat

from xlreport.errors import RequestError, WorkbookError
from xlreport.messages import say
from xlreport.reading.package import MAX_FILE_BYTES, open_package, refusal

MOST_COLUMNS = 50
"""Columns that are looked at; what stands further right is no part of a roster."""
MOST_ROWS = 20_000
"""Filled rows; a province has some thousand units."""
MOST_DIGITS = 15
"""Of a number in a cell; what a longer one ended with is lost."""
_PACKAGES = (b"PK", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;"
_ZEROS = re.compile(r"(0+)(?:_.)?")
"""A format that fills a number up with zeros: 1 is shown as 001."""
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
"""What Excel writes into a CSV for a code of many digits."""


@dataclass(frozen=True, slots=True)
class SourceCell:
    """The text of a cell, or the key of the reason why it has none that could be used."""

    text: str = ""
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.text and not self.fault


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of a sheet; ``number`` counts from 1, as the program shows it. ``fault``: why it could not be read."""

    number: int
    cells: tuple[SourceCell, ...]
    fault: str = ""


Rows = tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The filled rows of a sheet, and what the sheet is called; a CSV has no name for its own."""

    rows: Rows
    sheet: str = ""


def tables_of(data: bytes, name: str) -> Iterator[Table]:
    """The filled rows of every sheet of a workbook; of a CSV, as every way to read it gives them, likeliest first.

    Raises:
        RequestError: it is another kind of file, is damaged, or larger than a roster can be.
    """
    try:
        if len(data) > MAX_FILE_BYTES or not data:
            raise refusal("TOO-LARGE" if data else "EMPTY-FILE", name)
        yield from _sheets(data, name) if data.startswith(_PACKAGES) else map(Table, _readings(data, name))
    except WorkbookError as error:
        raise RequestError(say("roster.unreadable", reason=error)) from error


def _limited(rows: Iterable[SourceRow], name: str) -> Rows:
    """The rows that hold anything.

    Raises:
        WorkbookError: they are more than a roster has.
    """
    filled = []
    for row in rows:
        if row.fault or any(not cell.is_blank for cell in row.cells):
            filled.append(row)
        if len(filled) > MOST_ROWS:
            raise refusal("TOO-LARGE", name)
    return tuple(filled)


def _tidy(text: str) -> str:
    """A text without the spaces around it, full-width ones and those of the web included."""
    return text.strip().strip("\u3000\u00a0\ufeff\u200b").strip()


# ── workbooks ─────────────────────────────────────────────────────────────────────────────────────


def _sheets(data: bytes, name: str) -> Iterator[Table]:
    _refuse_hostile(data, name)
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and only for rosters

    with warnings.catch_warnings(), _damage(name):
        warnings.simplefilter("ignore")  # of what openpyxl does not keep, when we keep nothing
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    for sheet in book.worksheets:
        yield Table(_limited(_sheet_rows(sheet, name), name), sheet.title)


@contextmanager
def _damage(name: str) -> Iterator[None]:
    """Whatever openpyxl raises over a file is a clear word about the file."""
    try:
        yield
    except Exception as error:
        raise refusal("DAMAGED-FILE", name) from error


class _Nothing:
    """Takes the events of a part that is only to be found sound."""

    def attach(self, parser: expat.XMLParserType) -> None:
        """Set no handler."""


def _refuse_hostile(data: bytes, name: str) -> None:
    """Inflate every part once within the limits: no bomb, no document type declaration gets past this."""
    package = open_package(data, name)
    for part in package.part_names:
        if part.endswith((".xml", ".rels")):
            package.parse(part, _Nothing())


def _sheet_rows(sheet: Any, name: str) -> Iterator[SourceRow]:
    from openpyxl.cell.read_only import EMPTY_CELL  # noqa: PLC0415 - heavy, and only for rosters

    sheet.reset_dimensions()  # what the sheet says of its size may be wrong, and rows would be left out
    nothing = {id(EMPTY_CELL)}
    for number, row in enumerate(_raw_rows(sheet, name), start=1):
        if not nothing.issuperset(map(id, row)):  # a million empty ones may lie above a single cell
            yield SourceRow(number, tuple(map(_cell, row)))


def _raw_rows(sheet: Any, name: str) -> Iterator[Any]:
    with _damage(name):
        yield from sheet.iter_rows(max_col=MOST_COLUMNS)


def _cell(cell: Any) -> SourceCell:
    value = cell.value
    if value is None:
        return SourceCell()
    if cell.data_type == "f":
        return SourceCell(fault="roster.formula")
    if cell.data_type == "e":
        return SourceCell(fault="roster.error_value")
    if isinstance(value, str):
        return SourceCell(_tidy(value))
    if isinstance(value, datetime):
        return SourceCell(fault="roster.a_date")
    return _number(value, cell.number_format or "")


def _number(value: Any, number_format: str) -> SourceCell:
    """A number as it is shown: codes are often typed as numbers, and shown with their zeros."""
    digits = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
    if len(digits) > MOST_DIGITS and digits.isdigit():
        return SourceCell(fault="roster.too_many_digits")
    zeros = _ZEROS.fullmatch(number_format)
    return SourceCell(digits.zfill(len(zeros[1])) if zeros and digits.isdigit() else digits)


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────


def _readings(data: bytes, name: str) -> Iterator[Rows]:
    """What every delimiter makes of the text; only a header tells which is right."""
    text = next((text for encoding in _encodings(data) if (text := _decoded(data, encoding)) is not None), None)
    if text is None:
        raise RequestError(say("roster.no_text", name=name))
    for delimiter in _DELIMITERS:
        yield _limited(_csv_rows(text, delimiter), name)


def _encodings(data: bytes) -> tuple[str, ...]:
    """No Chinese heading in GB18030 is UTF-8 as well, so what can be read as UTF-8 is."""
    return ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030")


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _csv_rows(text: str, delimiter: str) -> Iterator[SourceRow]:
    """The rows of a CSV; one that cannot be parsed ends it, and says so."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            yield SourceRow(number, tuple(map(_csv_cell, row[:MOST_COLUMNS])))
    except csv.Error:
        yield SourceRow(number + 1, (), fault="roster.quotes")


def _csv_cell(text: str) -> SourceCell:
    tidy = _tidy(text)
    return SourceCell(fault="roster.too_many_digits") if _SCIENTIFIC.fullmatch(tidy) else SourceCell(tidy)
