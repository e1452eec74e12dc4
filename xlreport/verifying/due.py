"""What each cell of ours is to hold in this very workbook: words and formulas, those of its unit among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from xlreport.cells import Boolean, CellRef, Text, Value
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.reading.normalising import squeezed
from xlreport.reading.workbook import ReadCell, ReadWorkbook
from xlreport.rules.formula import spell
from xlreport.submission import Submission
from xlreport.verifying.spelling import is_same_formula, words_of
from xlreport.writing.meaning import Meant
from xlreport.writing.start_sheet import BESIDE_ROW, beside_words, issued_words
from xlreport.writing.table_sheet import row_hints
from xlreport.writing.template import meaning

_BESIDE_WORDS = frozenset({beside_words(doubts=False), beside_words(doubts=True)})


@dataclass(frozen=True)
class Due:
    """The template a submission was filled into."""

    definition: FormDefinition
    submission: Submission

    def is_ours(self, ref: CellRef, meant: Meant) -> bool:
        """Whether words or a formula of ours belong there."""
        return not meant.is_open and bool(meant.formula or self._words(ref, meant))

    def is_held(self, ref: CellRef, meant: Meant, cell: ReadCell | None) -> bool:
        """Whether a cell holds what is ours there, however it is spelled."""
        if ref == self._beside and cell is not None and words_of(cell.value) in _BESIDE_WORDS:
            return True
        if cell is not None and cell.formula and cell.formula == meant.formula:
            return True
        if meant.formula:
            return _holds_formula(cell, self._hints.get(ref, meant.formula))
        expected = self._words(ref, meant)
        return cell is not None and cell.formula is None and squeezed(words_of(cell.value)) == squeezed(expected)

    def _words(self, ref: CellRef, meant: Meant) -> str:
        return self._issued.get(ref) or meant.words

    @cached_property
    def _beside(self) -> CellRef:
        return CellRef(plan_layout(self.definition).start_sheet, BESIDE_ROW, 1)

    @cached_property
    def _issued(self) -> Mapping[CellRef, str]:
        """Words that name the unit, the year, the deadline; they stand on the first sheet."""
        start = plan_layout(self.definition).start_sheet
        words = issued_words(self.definition, self.submission)
        return {CellRef(start, *place): text for place, text in words.items()}

    @cached_property
    def _hints(self) -> Mapping[CellRef, str]:
        """The formulas beside the rows where they tell last year's figures, too."""
        if self.submission.last is None:
            return {}
        layout = plan_layout(self.definition)
        return {
            CellRef(table.sheet, row, table.hint_column): spell(hint, table.sheet)
            for table in layout.tables.values()
            for row, hint in row_hints(self.definition, layout, self.submission, table).items()
        }


def is_our_edition(definition: FormDefinition, workbook: ReadWorkbook) -> bool:
    """Whether a workbook's template was made with the words and formulas this program makes."""
    hidden, place = workbook.sheet(HIDDEN_SHEET), plan_layout(definition).meta["edition"]
    return hidden is not None and hidden.value(place.row, place.column) == Text(meaning(definition).edition)


def rebuilt_sheets(definition: FormDefinition, submission: Submission) -> frozenset[str]:
    """Sheets that are not the form's any more, so that nothing in them is judged."""
    heads = {
        section.sheet: section.table.id if section.table is not None else section.id for section in definition.sections
    }
    return frozenset(sheet for sheet, head in heads.items() if head in submission.unreadable)


def _holds_formula(cell: ReadCell | None, ours: str) -> bool:
    if cell is None:
        return False
    return is_same_formula(cell.formula, ours) or (cell.formula is None and _is_that_constant(cell.value, ours))


def _is_that_constant(value: Value, formula: str) -> bool:
    """Whether a value is a formula that is a truth, which LibreOffice saves and the reader takes for one."""
    return isinstance(value, Boolean) and formula == words_of(value)
