"""What stands in a workbook where neither inputs nor words of ours belong, so that no one loses a word.

A fresh template made in place of a filled one (the return copy) cannot hold it; it lists it instead.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlreport.cells import Blank, CellRef, ErrorValue, Text, Token, Value
from xlreport.forms.definition import FormDefinition, Section
from xlreport.forms.grid import Role
from xlreport.forms.layout import CHECKS_COLUMNS, HIDDEN_SHEET, Layout, TablePlace, word_sheets
from xlreport.messages import say
from xlreport.reading.normalising import text_of
from xlreport.reading.workbook import ReadCell, ReadSheet, ReadWorkbook
from xlreport.submission import Submission

Leftover = tuple[CellRef, str]

_HIDDEN_COLUMNS = re.compile(r"\$[F-I]\$[0-9]+")
_LITERAL = re.compile(r'"(?:[^"]|"")*"|[0-9]+')
START_COLUMNS = 9
"""Columns of the first sheet, its hidden ones included."""
WORD_COLUMNS = 6
"""Columns of the sheets that bear only words of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leftovers:
    """Cells with what stands in them, and sheets that are not the form's with the number of their filled cells."""

    cells: tuple[Leftover, ...]
    extra_sheets: tuple[tuple[str, int], ...]


def leftovers(definition: FormDefinition, layout: Layout, workbook: ReadWorkbook, submission: Submission) -> Leftovers:
    """Everything typed that is part of no value, text, explanation or claimed total of the submission.

    Of a sheet that was rebuilt that is all it holds, and where a sheet is missing, all that the sheets hold
    that are none of the form's: one of them may be the missing one.
    """
    return _Collector(definition, layout, workbook, submission).collect()


class _Collector:
    def __init__(
        self, definition: FormDefinition, layout: Layout, workbook: ReadWorkbook, submission: Submission
    ) -> None:
        self.definition = definition
        self.layout = layout
        self.workbook = workbook
        self.submission = submission

    def collect(self) -> Leftovers:
        sections = [(section, self.workbook.sheet(section.sheet)) for section in self.definition.sections]
        others = [
            (name, self.workbook.sheet(name))
            for name in (self.layout.start_sheet, self.layout.checks_sheet, *word_sheets(), HIDDEN_SHEET)
        ]
        missing = any(sheet is None for _, sheet in sections) or not self.workbook.sheet(self.layout.checks_sheet)
        known = [sheet for _, sheet in (*sections, *others) if sheet is not None]
        extra = [sheet for sheet in self.workbook.sheets if not any(sheet is one for one in known)]
        found = [one for section, sheet in sections if sheet is not None for one in self.section(section, sheet)]
        found += [one for name, sheet in others if sheet is not None for one in self.other(name, sheet)]
        if missing:
            found += [one for sheet in extra for one in _everything(sheet, sheet.name)]
        return Leftovers(
            cells=tuple(found),
            extra_sheets=tuple((sheet.name, sum(1 for _ in _everything(sheet, sheet.name))) for sheet in extra),
        )

    def section(self, section: Section, sheet: ReadSheet) -> Iterator[Leftover]:
        head = section.table.id if section.table is not None else section.id
        if head in self.submission.unreadable:
            return _everything(sheet, section.sheet)
        if section.table is not None:
            return self.table(self.layout.tables[head], sheet)
        return self.texts(section, sheet)

    def table(self, place: TablePlace, sheet: ReadSheet) -> Iterator[Leftover]:
        shown = {one.shown: one for ref, one in self.layout.fields.items() if ref.head == place.grid.table}
        ours = _squeezed_all(_table_words(place))
        for ref, cell in _filled(sheet, place.sheet):
            if ref in shown:
                if cell.formula is not None and not (shown[ref].claim is not None and _is_ours(cell.formula)):
                    yield ref, _content(cell)
            elif ref == place.switch:
                if _words(cell.value).strip() not in {say("switch.yes"), say("switch.no")}:
                    yield ref, _content(cell)
            elif not _is_ours_at(cell, ours, literals=ref.column >= place.hint_column):
                yield ref, _content(cell)

    def texts(self, section: Section, sheet: ReadSheet) -> Iterator[Leftover]:
        inputs = {cell for entry in section.entries for cell in self.layout.texts[entry.ref].cells}
        labels = {word for entry in section.entries for word in (str(entry.label), entry.help)}
        ours = _squeezed_all({str(section.heading), section.help, say("link.back"), *labels})
        for ref, cell in _filled(sheet, section.sheet):
            if ref in inputs:
                if cell.formula is not None or isinstance(cell.value, ErrorValue | Token):
                    yield ref, _content(cell)
            elif not _is_ours_at(cell, ours, literals=False):
                yield ref, _content(cell)

    def other(self, name: str, sheet: ReadSheet) -> Iterator[Leftover]:
        if name == self.layout.checks_sheet:
            return self.checks(sheet)
        if name == self.layout.start_sheet:
            return self.start(sheet)
        if name in word_sheets():  # all its words are ours and none of them the form's
            return ((ref, _content(cell)) for ref, cell in _filled(sheet, name) if ref.column > WORD_COLUMNS)
        return iter(())

    def checks(self, sheet: ReadSheet) -> Iterator[Leftover]:
        explanations = {one.explanation: key for key, one in self.layout.judgements.items()}
        heads = ("number", "says", "left", "right", "difference", "result", "explanation")
        judgements = self.definition.judgements
        words = {
            say("checks.title"),
            say("checks.help"),
            say("link.back"),
            *(say(f"checks.head.{one}") for one in heads),
        }
        ours = _squeezed_all(words | {one.rule for one in judgements} | {one.says for one in judgements})
        last = max((one.checks_row for one in self.layout.judgements.values()), default=0)
        for ref, cell in _filled(sheet, self.layout.checks_sheet):
            inside = ref.row <= last and ref.column <= CHECKS_COLUMNS + 1
            if ref in explanations:
                taken = explanations[ref] in self.submission.explanations
                if cell.formula is not None or not isinstance(cell.value, Text) or not taken:
                    yield ref, _content(cell)
            elif not (inside and _is_among_ours(cell)) and not _is_ours_at(cell, ours, literals=False):
                yield ref, _content(cell)

    def start(self, sheet: ReadSheet) -> Iterator[Leftover]:
        """The first sheet has no inputs; its formulas speak of each other and of the hidden sheet."""
        banner_row, first_row = 5, 8
        last = first_row + len(self.definition.sections)
        ours = _squeezed_all(self.start_words())
        for ref, cell in _filled(sheet, self.layout.start_sheet):
            inside = banner_row <= ref.row <= last and ref.column <= START_COLUMNS
            if not (inside and _is_among_ours(cell)) and not _is_ours_at(cell, ours, literals=inside):
                yield ref, _content(cell)

    def start_words(self) -> Iterator[str]:
        unit, year = self.submission.unit, self.submission.year
        code = say("start.code", code=unit.code) if unit.code else ""
        yield self.definition.template_title.format(title=self.definition.title, year=year)
        yield say("start.unit", unit=unit.name, code=code, year=year)
        deadline, target = self.submission.deadline, self.submission.return_to
        parts = [say("start.deadline", deadline=deadline)] * bool(deadline)
        yield "　".join(parts + [say("start.return_to", return_to=target)] * bool(target))
        for section in self.definition.sections:
            yield from (section.sheet, section.summary)
        yield from (self.layout.checks_sheet, say("start.checks"), say("start.how"), say("start.legend"))
        yield from (say(f"start.head.{one}") for one in ("sheet", "contents", "state", "first"))
        yield from (say(f"legend.{one}") for one in ("to_fill", "computed", "right", "wrong", "query"))
        yield from (f"{number}　{text}" for number, text in enumerate(self.definition.how_to_fill, start=1))


def _table_words(place: TablePlace) -> Iterator[str]:
    section = place.section
    table = section.table
    note = str(table.note) if table is not None and table.note is not None else ""
    yield from (str(section.heading), section.help, note, f"{section.help}\n{note}")
    yield from (say(key) for key in ("switch.label", "link.back", "hint.header", "hint.header_with_switch"))
    yield from (str(cell.label) for cell in place.grid.cells if cell.role is not Role.FIELD and cell.label is not None)


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────


def _filled(sheet: ReadSheet, name: str) -> Iterator[tuple[CellRef, ReadCell]]:
    """The cells that hold something, row by row."""
    for (row, column), cell in sorted(sheet.cells.items()):
        if cell.formula is not None or not isinstance(cell.value, Blank):
            yield CellRef(name, row, column), cell


def _everything(sheet: ReadSheet, name: str) -> Iterator[Leftover]:
    for ref, cell in _filled(sheet, name):
        formula = cell.formula
        if formula is None or not (_is_ours(formula) or _LITERAL.fullmatch(formula)):
            yield ref, _content(cell)


def _is_ours(formula: str) -> bool:
    """Whether a formula reads the hidden sheet, as nobody else's would."""
    return HIDDEN_SHEET in formula


def _is_among_ours(cell: ReadCell) -> bool:
    """Whether a formula reads the hidden columns of its own sheet, as those of the first sheet and of 校验 do."""
    return cell.formula is not None and _HIDDEN_COLUMNS.search(cell.formula) is not None


def _is_ours_at(cell: ReadCell, words: frozenset[str], *, literals: bool) -> bool:
    """Whether a cell outside the inputs holds what the template wrote."""
    if cell.formula is not None:
        return _is_ours(cell.formula) or (literals and _LITERAL.fullmatch(cell.formula) is not None)
    return _squeezed(_words(cell.value)) in words


def _content(cell: ReadCell) -> str:
    words = _words(cell.value)
    if cell.formula is None:
        return words
    return say("return.formula", formula="=" + cell.formula, value=words or say("structure.nothing"))


def _words(value: Value) -> str:
    """A value as a person sees it, a text whole."""
    return str(getattr(value if isinstance(value, Text) else text_of(value), "value", ""))


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def _squeezed_all(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(_squeezed(text) for text in texts)
