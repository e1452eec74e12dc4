"""What stands in a workbook where neither inputs nor words of ours belong, so that no one loses a word.

Each cell is held against what the template has in that very place. A fresh template made in place of a filled one
(the return copy) cannot hold the rest; it lists it instead.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from xlreport.cells import Blank, CellRef, ErrorValue, Text, Token, Value
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout, word_sheets
from xlreport.messages import say
from xlreport.reading.normalising import text_of
from xlreport.reading.tokens import tokens
from xlreport.reading.workbook import ReadCell, ReadSheet, ReadWorkbook
from xlreport.submission import Submission
from xlreport.verifying.due import Due, is_our_edition, rebuilt_sheets
from xlreport.writing.meaning import Meant
from xlreport.writing.template import meaning

Leftover = tuple[CellRef, str]
_NOTHING = Meant()


@dataclass(frozen=True, kw_only=True, slots=True)
class Leftovers:
    """Cells with what stands in them, and sheets that are not the form's with the number of their filled cells."""

    cells: tuple[Leftover, ...]
    extra_sheets: tuple[tuple[str, int], ...]


def leftovers(definition: FormDefinition, workbook: ReadWorkbook, submission: Submission) -> Leftovers:
    """Everything typed that is part of no value, text, explanation or claimed total of the submission.

    Of a sheet that was rebuilt that is all it holds, and where a sheet is missing, all that the sheets hold
    that are none of the form's: one of them may be the missing one.
    """
    return _Collector(definition, workbook, submission).collect()


class _Collector:
    def __init__(self, definition: FormDefinition, workbook: ReadWorkbook, submission: Submission) -> None:
        self.definition = definition
        self.layout = plan_layout(definition)
        self.workbook = workbook
        self.submission = submission
        self.meaning = meaning(definition)
        self.due = Due(definition, submission)
        self.is_our_edition = is_our_edition(definition, workbook)
        self.rebuilt = rebuilt_sheets(definition, submission)

    def collect(self) -> Leftovers:
        sheets = {name: self.workbook.sheet(name) for name in self.meaning.sheets}
        beside = {name: self.workbook.sheet(name) for name in word_sheets()}
        known = [sheet for sheet in (*sheets.values(), *beside.values()) if sheet is not None]
        extra = [sheet for sheet in self.workbook.sheets if not any(sheet is one for one in known)]
        found = [one for name, sheet in sheets.items() if sheet is not None for one in self.sheet(name, sheet)]
        for name, columns in word_sheets().items():
            found += [one for one in _everything(beside[name], name) if one[0].column > columns]
        if any(sheet is None for name, sheet in sheets.items() if name != self.layout.start_sheet):
            found += [one for sheet in extra for one in self.everything(sheet, sheet.name)]
        return Leftovers(
            cells=tuple(found),
            extra_sheets=tuple((sheet.name, sum(1 for _ in self.everything(sheet, sheet.name))) for sheet in extra),
        )

    def sheet(self, name: str, sheet: ReadSheet) -> Iterator[Leftover]:
        if name in self.rebuilt:
            yield from self.everything(sheet, name)
        elif name != HIDDEN_SHEET or self.is_our_edition:
            cells = self.meaning.sheets[name]
            for ref, cell in _filled(sheet, name):
                if self.is_left(ref, cells.get((ref.row, ref.column), _NOTHING), cell):
                    yield ref, _content(cell)

    def everything(self, sheet: ReadSheet, name: str) -> Iterator[Leftover]:
        """What a sheet holds whose places tell nothing; formulas of ours are nobody's words wherever they stand."""
        for ref, cell in _filled(sheet, name):
            if cell.formula is None or not (_reads_hidden(cell.formula) or tokens(cell.formula) in self.formulas):
                yield ref, _content(cell)

    # ── a cell ──

    def is_left(self, ref: CellRef, meant: Meant, cell: ReadCell) -> bool:
        """Whether somebody's words in a cell are part of nothing that is taken."""
        if ref in self.sealed:
            return False
        if meant.is_open:
            return not self.is_taken(ref, cell)
        if self.due.is_held(ref, meant, cell) or (cell.formula is None and ref in self.totals):
            return False
        return self.is_our_edition or not self.is_of_another_edition(meant, cell)

    def is_taken(self, ref: CellRef, cell: ReadCell) -> bool:
        """Whether what stands in a cell to fill in is a part of the submission."""
        if ref in self.switches:
            return _words(cell.value).strip() in {say("switch.yes"), say("switch.no")}
        if cell.formula is not None:
            return False
        if ref in self.explanations:
            return isinstance(cell.value, Text) and self.explanations[ref] in self.submission.explanations
        return not (ref in self.texts and isinstance(cell.value, ErrorValue | Token))

    def is_of_another_edition(self, meant: Meant, cell: ReadCell) -> bool:
        """Whether a formula may be the one another edition of the template has there."""
        return cell.formula is not None and (bool(meant.formula) or _reads_hidden(cell.formula))

    # ── what is where ──

    @cached_property
    def sealed(self) -> frozenset[CellRef]:
        """Cells of the hidden sheet that their seals speak of, and the seals."""
        cells = (*self.layout.sealed_cells, self.layout.meta["fingerprint"])
        seals = (CellRef(HIDDEN_SHEET, cell.row, self.layout.seal_column) for cell in self.layout.sealed_cells)
        return frozenset((*cells, *seals))

    @cached_property
    def totals(self) -> frozenset[CellRef]:
        return frozenset(place.shown for place in self.layout.fields.values() if place.claim is not None)

    @cached_property
    def switches(self) -> frozenset[CellRef]:
        return frozenset(place.switch for place in self.layout.tables.values())

    @cached_property
    def texts(self) -> frozenset[CellRef]:
        return frozenset(cell for place in self.layout.texts.values() for cell in place.cells)

    @cached_property
    def explanations(self) -> Mapping[CellRef, str]:
        return {one.explanation: key for key, one in self.layout.judgements.items() if one.explanation is not None}

    @cached_property
    def formulas(self) -> frozenset[tuple[str, ...]]:
        """Every formula of the template."""
        return frozenset(tokens(one) for one in _formulas(self.meaning.sheets.values()))


def _formulas(sheets: Iterable[Mapping[tuple[int, int], Meant]]) -> Iterator[str]:
    for cells in sheets:
        yield from {meant.formula for meant in cells.values() if meant.formula}


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────


def _filled(sheet: ReadSheet, name: str) -> Iterator[tuple[CellRef, ReadCell]]:
    """The cells that hold something, row by row."""
    for (row, column), cell in sorted(sheet.cells.items()):
        if cell.formula is not None or not isinstance(cell.value, Blank):
            yield CellRef(name, row, column), cell


def _everything(sheet: ReadSheet | None, name: str) -> Iterator[Leftover]:
    return ((ref, _content(cell)) for ref, cell in _filled(sheet, name)) if sheet is not None else iter(())


def _reads_hidden(formula: str) -> bool:
    """Whether a formula reads the hidden sheet, as nobody else's would."""
    return HIDDEN_SHEET in formula


def _content(cell: ReadCell) -> str:
    words = _words(cell.value)
    if cell.formula is None:
        return words
    return say("return.formula", formula="=" + cell.formula, value=words or say("structure.nothing"))


def _words(value: Value) -> str:
    """A value as a person sees it, a text whole."""
    return str(getattr(value if isinstance(value, Text) else text_of(value), "value", ""))
