"""Two submissions side by side: what differs, by how much, and how much is the same.

They may be of two years, two versions of a form, or a parent's own report and the sum of its children.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from enum import Enum

from xlreport.cells import Blank, CellRef, Number, Value, shown
from xlreport.checks.figures import effective_figures
from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.forms.definition import Entry, Field, FormDefinition, Section
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.rules.formula import EXACT
from xlreport.submission import Submission

PER_CENT_STEP = Decimal("0.1")
"""Per cents are rounded half up to one decimal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of the two submissions, with the form it was filled by."""

    definition: FormDefinition
    submission: Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureChange:
    """A number field that is not the same: what stands on each side, and for two numbers how far they are apart.

    ``difference`` is b − a. ``percent`` is that difference in per cent of a, with one decimal; ``None`` where a is 0
    or no number. ``cell`` is where it stands in b's workbook (in a's, where b's form does not have the field).
    """

    field: Field
    cell: CellRef
    a: Value
    b: Value
    difference: Decimal | None
    percent: Decimal | None


class TextChange(Enum):
    """What became of a paragraph."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParagraphChange:
    """A paragraph that is not the same; it is empty on the side that does not have it."""

    kind: TextChange
    a: str
    b: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryChanges:
    """One text of the form: what became of its paragraphs, and how many are the same."""

    entry: Entry
    changes: tuple[ParagraphChange, ...]
    equal: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionComparison:
    """A section of the form: what differs in it, and how many cells (of texts: paragraphs) are the same."""

    section: Section
    figures: tuple[FigureChange, ...] = ()
    texts: tuple[EntryChanges, ...] = ()
    equal: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not self.figures and not self.texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Everything that differs between two submissions, section by section."""

    a: Submission
    b: Submission
    sections: tuple[SectionComparison, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every figure and every text is the same."""
        return all(one.is_equal for one in self.sections)

    @property
    def different(self) -> int:
        """How many cells and paragraphs differ."""
        return sum(len(one.figures) + sum(len(text.changes) for text in one.texts) for one in self.sections)

    @property
    def equal(self) -> int:
        """How many cells and paragraphs are the same."""
        return sum(one.equal for one in self.sections)


def compare(a: Side, b: Side) -> Comparison:
    """Hold two submissions against each other, field by field.

    Raises:
        RequestError: they are of different forms.
    """
    if a.definition.id != b.definition.id:
        raise RequestError(say("compare.other_form", a=a.definition.id, b=b.definition.id))
    figures = (effective_figures(a.definition, a.submission), effective_figures(b.definition, b.submission))
    sections = tuple(_section(section, a, b, figures) for section in _sections(a.definition, b.definition))
    return Comparison(a=a.submission, b=b.submission, sections=sections)


def _sections(a: FormDefinition, b: FormDefinition) -> tuple[Section, ...]:
    """The sections of b's form, then those that only a's has."""
    known = {section.id for section in b.sections}
    return (*b.sections, *(section for section in a.sections if section.id not in known))


Figures = Mapping[FieldRef, Decimal]


def _section(section: Section, a: Side, b: Side, figures: tuple[Figures, Figures]) -> SectionComparison:
    if section.table is not None:
        return _table(section, a, b, figures)
    entries = _entries(section, a.definition)
    compared = [_entry(entry, a.submission, b.submission) for entry in entries]
    changed = tuple(one for one in compared if one.changes)
    return SectionComparison(section=section, texts=changed, equal=sum(one.equal for one in compared))


def _entries(section: Section, other: FormDefinition) -> list[Entry]:
    """The texts of a section in either form."""
    known = {entry.ref for entry in section.entries}
    more = next((one.entries for one in other.sections if one.id == section.id), ())
    return [*section.entries, *(entry for entry in more if entry.ref not in known)]


# ── figures ───────────────────────────────────────────────────────────────────────────────────────


def _table(section: Section, a: Side, b: Side, figures: tuple[Figures, Figures]) -> SectionComparison:
    assert section.table is not None  # noqa: S101 - the caller has seen it
    ours, theirs = _fields(section.table.id, b), _fields(section.table.id, a)
    fields = ours | {ref: one for ref, one in theirs.items() if ref not in ours}
    changes = []
    for ref, (side, field) in fields.items():
        left, right = _value(a, figures[0], ref), _value(b, figures[1], ref)
        if left != right:
            changes.append(_change(side, field, left, right))
    return SectionComparison(section=section, figures=tuple(changes), equal=len(fields) - len(changes))


_Sided = tuple[Side, Field]


def _fields(table: str, side: Side) -> dict[FieldRef, _Sided]:
    return {field.ref: (side, field) for field in side.definition.fields_of_table(table)}


def _value(side: Side, figures: Figures, ref: FieldRef) -> Value:
    """The number a field comes to, else what stands there."""
    return Number(figures[ref]) if ref in figures else side.submission.value(ref)


def _change(side: Side, field: Field, a: Value, b: Value) -> FigureChange:
    difference = percent = None
    if isinstance(a, Number) and isinstance(b, Number):
        difference = EXACT.subtract(b.value, a.value)
        percent = per_cent(difference, a.value)
    return FigureChange(
        field=field,
        cell=plan_layout(side.definition).cell_of(field.ref),
        a=a,
        b=b,
        difference=difference,
        percent=percent,
    )


def per_cent(difference: Decimal, base: Decimal) -> Decimal | None:
    """A difference in per cent of a base, rounded half up to one decimal; of 0 there is none."""
    if base == 0:
        return None
    return EXACT.divide(EXACT.multiply(difference, Decimal(100)), abs(base)).quantize(
        PER_CENT_STEP, rounding=ROUND_HALF_UP, context=EXACT
    )


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────


def _entry(entry: Entry, a: Submission, b: Submission) -> EntryChanges:
    before, after = _paragraphs(a, entry.ref), _paragraphs(b, entry.ref)
    equal = 0
    changes: list[ParagraphChange] = []
    for kind, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            equal += last - first
        else:
            changes += _paired(before[first:last], after[start:end])
    return EntryChanges(entry=entry, changes=tuple(changes), equal=equal)


def _paragraphs(submission: Submission, ref: FieldRef) -> tuple[str, ...]:
    """A text in paragraphs; a single line is one."""
    value = submission.value(ref)
    single = () if isinstance(value, Blank) else (shown(value),)
    return tuple(submission.texts.get(ref, ())) or single


def _paired(before: Sequence[str], after: Sequence[str]) -> Iterator[ParagraphChange]:
    """Paragraphs in the same place are one that was changed; what is over was added or removed."""
    together = min(len(before), len(after))
    for old, new in zip(before, after, strict=False):
        yield ParagraphChange(kind=TextChange.CHANGED, a=old, b=new)
    for old in before[together:]:
        yield ParagraphChange(kind=TextChange.REMOVED, a=old, b="")
    for new in after[together:]:
        yield ParagraphChange(kind=TextChange.ADDED, a="", b=new)
