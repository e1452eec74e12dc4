"""The roster (单位名录): the units an office collects from, and whom to ask about each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from xlreport.cells import folded
from xlreport.errors import RequestError
from xlreport.files.naming import is_invisible
from xlreport.messages import say
from xlreport.messages.roster_zh import HEADING_MARKS, LEVEL_WORDS, ROSTER_COLUMNS
from xlreport.office.roster.source import Rows, SourceCell, SourceRow, Table, tables_of
from xlreport.reading.values import MOST_IN_A_NAME
from xlreport.submission import Unit, unit_key

NEEDED = ("code", "name")
MOST_HEADER_ROW = 20
"""Rows from the top among which the header is looked for: a title and words of explanation may stand above it."""
MOST_TOLD = 100
"""Problems that are told one by one; a roster with more of them is another kind of file."""
_MARKS = re.compile(HEADING_MARKS)


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterUnit:
    """A row of the roster: the unit, its superior as written (上级), whom to ask, and where it stands."""

    unit: Unit
    parent: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    row: int


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The units an office collects from, in the order of the roster; codes and names are all different.

    ``others`` are the sheets of its file that look like a roster, too, and were not read.
    """

    units: tuple[RosterUnit, ...]
    others: tuple[str, ...] = ()

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The superiors the roster names that are no row of it, each once, in the order of the roster."""
        rows = {unit_key(words) for one in self.units for words in (one.unit.code, one.unit.name)}
        outside: dict[str, str] = {}
        for one in self.units:
            if one.parent and unit_key(one.parent) not in rows:
                outside.setdefault(unit_key(one.parent), one.parent)
        return tuple(outside.values())

    @property
    def parent(self) -> str:
        """The one superior that is no row of the roster; empty where there is none, or more than one."""
        return self.parents[0] if len(self.parents) == 1 else ""

    def parent_unit(self) -> Unit | None:
        """The unit the roster's units report to, of unknown code and level; ``None`` where that is not clear."""
        return Unit(name=self.parent) if self.parent else None


def level_of(words: str) -> str:
    """The level that a word for one means (``county``, 县, 区县级 are all ``county``); empty for no such word."""
    return _LEVELS.get(folded(words), "")


def read_roster(data: bytes, name: str) -> Roster:
    """The roster in the bytes of a file: an .xlsx workbook, or CSV in UTF-8 or GB18030.

    Args:
        data: The bytes of the file.
        name: What to call it in messages.

    Raises:
        RequestError: it is no roster; every problem is told at once, with its row.
    """
    tables = tables_of(data, name)
    rows, header = _with_header(tables, name)
    reading = _Reading(header)
    units = [reading.unit(row) for row in rows if row.number > header.row and reading.concerns(row)]
    problems = sorted([*reading.problems, *_duplicates(units)], key=lambda problem: problem[0])
    if problems:
        raise RequestError(_told(name, [words for _, words in problems]))
    if not units:
        raise RequestError(say("roster.empty", name=name, row=header.row))
    return Roster(units=tuple(units), others=tuple(_others(tables)))


# ── the header ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Header:
    row: int
    columns: Mapping[str, int]
    """The place of each column in a row, from 0."""


def _with_header(tables: Iterable[Table], name: str) -> tuple[Rows, _Header]:
    """The first table with a header.

    Raises:
        RequestError: there is none; which column is missing is told of the best one.
    """
    best: set[str] = set()
    for table in tables:
        header = _header_in(table.rows)
        if header is not None and header.columns.keys() >= set(NEEDED):
            return table.rows, header
        best = max(best, set(header.columns if header else ()) & set(NEEDED), key=len)
    missing = "、".join(ROSTER_COLUMNS[key][0] for key in NEEDED if key not in best)
    raise RequestError(say("roster.no_header", name=name, missing=missing))


def _header_in(rows: Rows) -> _Header | None:
    """The row among the first ones that is most of a header; ``None`` where there are no rows."""
    top = (row for row in rows if row.number <= MOST_HEADER_ROW)
    headers = (_Header(row.number, _columns(row)) for row in top)
    return max(headers, key=lambda one: len(one.columns.keys() & set(NEEDED)), default=None)


def _others(tables: Iterable[Table]) -> Iterator[str]:
    """The sheets after the one that was read that have a header and rows below it, whatever those hold."""
    with suppress(RequestError):  # a sheet that is no table is no roster; the one that counts was read already
        for table in tables:
            header = _header_in(table.rows)
            if not table.sheet or header is None or not header.columns.keys() >= set(NEEDED):
                continue
            if any(row.number > header.row for row in table.rows):
                yield table.sheet


def _columns(row: SourceRow) -> dict[str, int]:
    """The columns a row names as a header would; of two for one thing, the one with the plainer name."""
    headings = [_MARKS.sub("", folded(cell.text)) for cell in row.cells]
    found = {}
    for key, names in ROSTER_COLUMNS.items():
        ranked = [(names.index(heading), at) for at, heading in enumerate(headings) if heading in names]
        if ranked:
            found[key] = min(ranked)[1]
    return found


# ── the units ─────────────────────────────────────────────────────────────────────────────────────

Problem = tuple[int, str]
"""The row, and what is wrong in words."""


class _Reading:
    """Reads row after row, and keeps what is wrong with each."""

    def __init__(self, header: _Header) -> None:
        self.header = header
        self.problems: list[Problem] = []

    def concerns(self, row: SourceRow) -> bool:
        """Whether anything stands in a column of the roster; offices have columns of their own beside them."""
        if row.fault:
            self._complain(row, row.fault)
        return any(not self._cell(row, key).is_blank for key in ROSTER_COLUMNS)

    def unit(self, row: SourceRow) -> RosterUnit:
        texts = {key: self._text(row, key) for key in ROSTER_COLUMNS}
        level = self._level(row, texts.pop("level"))
        unit = Unit(name=texts.pop("name"), code=texts.pop("code"), level=level)
        return RosterUnit(unit=unit, row=row.number, **texts)

    def _text(self, row: SourceRow, key: str) -> str:
        cell = self._cell(row, key)
        fault = cell.fault or _fault(cell.text, needed=key in NEEDED)
        if fault:
            self._complain(row, fault, column=ROSTER_COLUMNS[key][0], most=MOST_IN_A_NAME)
        return cell.text

    def _cell(self, row: SourceRow, key: str) -> SourceCell:
        at = self.header.columns.get(key, len(row.cells))
        return row.cells[at] if at < len(row.cells) else SourceCell()

    def _level(self, row: SourceRow, words: str) -> str:
        level = level_of(words)
        if words and not level:
            self._complain(row, "roster.level", found=words, known="、".join(one[0] for one in LEVEL_WORDS.values()))
        return level

    def _complain(self, row: SourceRow, key: str, **values: object) -> None:
        self.problems.append((row.number, say("roster.line", row=row.number, words=say(key, **values))))


_LEVELS = {folded(word): level for level, words in LEVEL_WORDS.items() for word in (level, *words)}


def _fault(text: str, *, needed: bool) -> str:
    if not text:
        return "roster.missing" if needed else ""
    if len(text) > MOST_IN_A_NAME:
        return "roster.too_long"
    return "roster.unprintable" if any(map(is_invisible, text)) else ""


def _duplicates(units: Iterable[RosterUnit]) -> Iterator[Problem]:
    """A problem for every row after the first that bears a code or a name once more."""
    for key in NEEDED:
        first: dict[str, int] = {}
        for one in units:
            words = one.unit.code if key == "code" else one.unit.name
            before = first.setdefault(unit_key(words), one.row)
            if words and before != one.row:
                said = say("roster.twice", column=ROSTER_COLUMNS[key][0], words=words, row=before)
                yield one.row, say("roster.line", row=one.row, words=said)


def _told(name: str, problems: list[str]) -> str:
    lines = [say("roster.problems", name=name, count=len(problems)), *problems[:MOST_TOLD]]
    if len(problems) > MOST_TOLD:
        lines.append(say("roster.more", count=len(problems) - MOST_TOLD))
    return "\n".join(lines)
