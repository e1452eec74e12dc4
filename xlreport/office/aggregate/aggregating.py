"""The sum of many submissions: again a submission, with a trace of where each of its numbers comes from.

Summed are the units that are accepted or only wait for explanations. Every other unit is named on the sum itself
(AGG-N): a missing one would silently lower every total. Nothing depends on the order of the children.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum

from xlreport.cells import Number, Value, plain
from xlreport.checks.check import with_bound_explanations
from xlreport.checks.figures import effective_figures, sum_seal, with_totals
from xlreport.checks.result import CheckResult
from xlreport.fields import FieldRef
from xlreport.findings import ExplanationState, Finding, Severity
from xlreport.forms.definition import Aggregate as HowSummed
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.office.archive.standing import Standing
from xlreport.rules.formula import EXACT, utf16_length
from xlreport.submission import Submission, Unit, unit_key

LONGEST_LIST = 30_000
"""UTF-16 units of the list of missing units; a cell takes 32,767, and the first sheet says a word before it."""
LEAST_ALIKE = 20
"""Two units with the same figures in a row are worth a word only if these come to as much: small ones often agree."""
MOST_ROWS_TOLD = 3
"""Rows with the same figures that a sentence spells out."""
FEWEST_ALIKE = 2
"""As many figures of the row must be there: a single number agrees by chance."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A unit that the sum should hold, how far it has come, and what came of its workbook."""

    unit: Unit
    status: Standing
    submission: Submission | None = None
    result: CheckResult | None = None


class Absence(Enum):
    """Why a unit's figures are not in the sum."""

    MISSING = "missing"
    """未报."""
    RETURNED = "returned"
    """退回; also what cannot be read."""
    TWICE = "twice"
    """Given more than once: which one counts is not for the sum to choose."""
    OTHER_UNIT = "other_unit"
    """The workbook is another unit's."""
    OTHER_YEAR = "other_year"
    OTHER_FORM = "other_form"
    """Of another form, or another version of it."""

    @property
    def words(self) -> str:
        """How an office calls it."""
        return say(f"absence.{self.value}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Summed:
    """A unit in the sum, and its figures, totals included."""

    unit: Unit
    status: Standing
    numbers: Mapping[FieldRef, Decimal]
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotSummed:
    """A unit that is not in the sum, why, and its figures as far as there are any."""

    unit: Unit
    absence: Absence
    numbers: Mapping[FieldRef, Decimal] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """Where the numbers of a sum come from: every unit by its code, and the sum (totals recomputed)."""

    parent: Unit
    year: int
    summed: tuple[Summed, ...]
    not_summed: tuple[NotSummed, ...]
    numbers: Mapping[FieldRef, Decimal]


class LastOrigin(Enum):
    """Where last year's figures of a sum come from."""

    NONE = "none"
    GIVEN = "given"
    """From the parent's own report of last year."""
    CHILDREN = "children"
    """The sum of last year's figures that the summed units brought along; all of them did."""

    @property
    def words(self) -> str:
        """Said to the office, which should know."""
        return say(f"last_origin.{self.value}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildExplanation:
    """What a unit says to a query it has itself; an empty ``text`` is one it still owes."""

    unit: Unit
    left: Decimal | None
    right: Decimal | None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregate:
    """The sum as a submission of the parent unit, and what is to be known of it.

    ``explanations`` are the children's, by the key of the judgement. ``doubts`` (AGG-DUP, notices) are figures that
    two units may both have counted.
    """

    submission: Submission
    trace: Trace
    last_origin: LastOrigin
    explanations: Mapping[str, tuple[ChildExplanation, ...]]
    doubts: tuple[Finding, ...]


def aggregate(
    definition: FormDefinition,
    parent: Unit,
    year: int,
    children: Iterable[Child],
    *,
    last: Mapping[FieldRef, Decimal] | None = None,
    earlier: Submission | None = None,
) -> Aggregate:
    """Sum up the children's figures as a submission of the parent unit.

    Args:
        definition: The form; its fields say how each of them is summed.
        parent: Whose report the sum becomes.
        year: The year of the report.
        children: Every unit of the roster, the parent's own level among them.
        last: The parent's figures of last year; without them the sum of the children's, if all have brought theirs.
        earlier: A sum made before whose narrative and explanations are kept; those lapse with their numbers.
    """
    ordered = sorted(children, key=_place)
    summed, not_summed = _sorted_out(definition, year, ordered)
    numbers = with_totals(definition, sum_of(definition, [one.numbers for one in summed]))
    figures, origin = _last(definition, last, _last_of(ordered, summed))
    submission = Submission(
        form=definition.id,
        version=definition.version,
        unit=parent,
        year=year,
        values={ref: Number(numbers[ref]) for ref in _inputs(definition) if ref in numbers},
        last=figures,
        missing_units=tuple(dict.fromkeys(_named(not_summed))),  # given twice, it lacks once
    )
    return Aggregate(
        submission=_signed(definition, submission if earlier is None else _with_words(definition, submission, earlier)),
        trace=Trace(parent=parent, year=year, summed=summed, not_summed=not_summed, numbers=numbers),
        last_origin=origin,
        explanations=_explanations(ordered, {one.unit for one in summed}),
        doubts=tuple(_doubts(definition, summed)),
    )


def sum_of(definition: FormDefinition, figures: Sequence[Mapping[FieldRef, Decimal]]) -> dict[FieldRef, Decimal]:
    """The sums of the additive inputs, exact; a field that nobody has a number for has none."""
    sums: dict[FieldRef, Decimal] = {}
    for ref in _inputs(definition):
        if definition.fields[ref].aggregate is HowSummed.SUM:
            for one in figures:
                if ref in one:
                    sums[ref] = EXACT.add(sums.get(ref, Decimal(0)), one[ref])
    return sums


def _inputs(definition: FormDefinition) -> tuple[FieldRef, ...]:
    return tuple(ref for ref, one in definition.fields.items() if one.is_input)


def _place(child: Child) -> tuple[bool, str, str, str, str]:
    """Units with a code first, by it; nothing of how the children came matters."""
    unit = child.unit
    source = child.submission.source if child.submission is not None else ""
    return not unit.code, unit.code, unit.name, source, child.status.value


# ── who is in the sum ─────────────────────────────────────────────────────────────────────────────


def _sorted_out(
    definition: FormDefinition, year: int, children: Sequence[Child]
) -> tuple[tuple[Summed, ...], tuple[NotSummed, ...]]:
    twice = _given_twice([child.unit for child in children])
    summed, not_summed = [], []
    for child in children:
        absence = Absence.TWICE if child.unit in twice else _absence(definition, year, child)
        numbers = _numbers(definition, child)
        source = child.submission.source if child.submission is not None else ""
        if absence is None:
            summed.append(Summed(unit=child.unit, status=child.status, numbers=numbers, source=source))
        else:
            not_summed.append(NotSummed(unit=child.unit, absence=absence, numbers=numbers, source=source))
    return tuple(summed), tuple(not_summed)


def _given_twice(units: Sequence[Unit]) -> frozenset[Unit]:
    """Units that stand there more than once: by their code, or by their name where a code is not known."""
    codes = Counter(unit_key(unit.code) for unit in units if unit_key(unit.code))
    names = Counter(unit_key(unit.name) for unit in units)
    nameless = {unit_key(unit.name) for unit in units if not unit_key(unit.code)}
    return frozenset(
        unit
        for unit in units
        if codes[unit_key(unit.code)] > 1 or (names[unit_key(unit.name)] > 1 and unit_key(unit.name) in nameless)
    )


def _absence(definition: FormDefinition, year: int, child: Child) -> Absence | None:
    made = child.submission
    if made is None or child.status is Standing.MISSING:
        return Absence.RETURNED if child.status is Standing.RETURNED else Absence.MISSING
    if (made.form, made.version) != (definition.id, definition.version):
        return Absence.OTHER_FORM
    if made.year != year:
        return Absence.OTHER_YEAR
    if not is_same_unit(child.unit, made.unit):
        return Absence.OTHER_UNIT
    return None if child.status.is_summed else Absence.RETURNED


def is_same_unit(one: Unit, other: Unit) -> bool:
    """Whether two names mean one unit: by the codes where both have one, else by the names."""
    codes = unit_key(one.code), unit_key(other.code)
    if all(codes):
        return codes[0] == codes[1]
    return unit_key(one.name) == unit_key(other.name)


def _numbers(definition: FormDefinition, child: Child) -> Mapping[FieldRef, Decimal]:
    if child.result is not None:
        return child.result.numbers
    made = child.submission
    is_ours = made is not None and (made.form, made.version) == (definition.id, definition.version)
    return effective_figures(definition, made) if made is not None and is_ours else {}


def _named(not_summed: Sequence[NotSummed]) -> Iterator[str]:
    """The units that are not summed, each with the reason; past what a cell holds, how many more."""
    length = 0
    for at, one in enumerate(not_summed):
        line = say("absence.line", unit=" ".join(one.unit.name.split()), absence=one.absence.words)
        length += utf16_length(line) + 1
        if length > LONGEST_LIST:
            yield say("absence.more", count=len(not_summed) - at)
            return
        yield line


# ── last year ─────────────────────────────────────────────────────────────────────────────────────


def _last_of(children: Sequence[Child], summed: Sequence[Summed]) -> list[Mapping[FieldRef, Decimal] | None]:
    """Last year's figures of each summed unit."""
    units = {one.unit for one in summed}
    return [child.submission.last for child in children if child.unit in units and child.submission is not None]


def _last(
    definition: FormDefinition,
    given: Mapping[FieldRef, Decimal] | None,
    brought: Sequence[Mapping[FieldRef, Decimal] | None],
) -> tuple[Mapping[FieldRef, Decimal] | None, LastOrigin]:
    """The figures of last year, and where they come from; of the children's only fields that all of them have."""
    if given is not None:
        return given, LastOrigin.GIVEN
    figures = [one for one in brought if one is not None]
    if not figures or len(figures) < len(brought):
        return None, LastOrigin.NONE
    whole = {ref for ref in definition.fields if all(ref in one for one in figures)}
    sums = {ref: number for ref, number in sum_of(definition, figures).items() if ref in whole}
    return with_totals(definition, sums), LastOrigin.CHILDREN


# ── words ─────────────────────────────────────────────────────────────────────────────────────────


def _signed(definition: FormDefinition, made: Submission) -> Submission:
    """The sum with the sign that it is one, of these figures."""
    return replace(made, summed=sum_seal(definition, made))


def _with_words(definition: FormDefinition, made: Submission, earlier: Submission) -> Submission:
    """The sum with the narrative, single lines and explanations of an earlier one, each bound to its numbers."""
    entries = {entry.ref for entry in definition.entries}
    lines: dict[FieldRef, Value] = {ref: value for ref, value in earlier.values.items() if ref in entries}
    return replace(
        made,
        values={**made.values, **lines},
        texts=earlier.texts,
        explanations=with_bound_explanations(definition, earlier).explanations,
        round=earlier.round,
    )


def _explanations(children: Sequence[Child], summed: set[Unit]) -> Mapping[str, tuple[ChildExplanation, ...]]:
    """What the summed units say to their own queries, by judgement."""
    found: dict[str, list[ChildExplanation]] = {}
    for child in children:
        if child.unit not in summed or child.result is None:
            continue
        for finding in child.result.findings:
            if finding.severity is Severity.QUERY and finding.rule is not None:
                found.setdefault(finding.rule, []).append(_explanation(child.unit, finding))
    return {key: tuple(said) for key, said in found.items()}


def _explanation(unit: Unit, finding: Finding) -> ChildExplanation:
    given = finding.explanation_state is ExplanationState.GIVEN
    text = (finding.explanation or "") if given else ""
    return ChildExplanation(unit=unit, left=finding.left, right=finding.right, text=text)


# ── counted twice ─────────────────────────────────────────────────────────────────────────────────


_Row = tuple[Sequence[FieldRef], Sequence[Decimal]]
"""The fields of a row, and the figures that units share in it."""


def _doubts(definition: FormDefinition, summed: Sequence[Summed]) -> Iterator[Finding]:
    """A notice (AGG-DUP) for units that report the very same figures in a row, too large to agree by chance.

    The same units are told of once, however many of their rows are alike.
    """
    alike: dict[tuple[Unit, ...], list[_Row]] = {}
    for refs in _summed_rows(definition):
        for figures, units in _sharing(refs, summed).items():
            if len(units) > 1:
                alike.setdefault(tuple(units), []).append((refs, figures))
    return (_doubt(definition, units, rows) for units, rows in alike.items())


def _summed_rows(definition: FormDefinition) -> Iterable[Sequence[FieldRef]]:
    rows: dict[tuple[str, ...], list[FieldRef]] = {}
    for ref in _inputs(definition):
        if definition.fields[ref].aggregate is HowSummed.SUM:
            rows.setdefault(ref.row, []).append(ref)
    return rows.values()


def _sharing(refs: Sequence[FieldRef], summed: Sequence[Summed]) -> Mapping[tuple[Decimal, ...], list[Unit]]:
    """The units by their figures in a row, as far as these are large enough."""
    found: dict[tuple[Decimal, ...], list[Unit]] = {}
    for one in summed:
        figures = tuple(one.numbers.get(ref, Decimal(0)) for ref in refs)
        if sum(map(bool, figures)) >= FEWEST_ALIKE and sum(figures) >= LEAST_ALIKE:
            found.setdefault(figures, []).append(one.unit)
    return found


def _doubt(definition: FormDefinition, units: Sequence[Unit], rows: Sequence[_Row]) -> Finding:
    fields = tuple(ref for refs, _ in rows for ref in refs)
    cells = tuple(plan_layout(definition).cell_of(ref) for ref in fields)
    names = "、".join(unit.name for unit in units)
    words = [
        say(
            "doubt.row",
            sheet=plan_layout(definition).cell_of(refs[0]).sheet,
            row=definition.fields[refs[0]].row_label,
            figures="、".join(map(plain, figures)),
        )
        for refs, figures in rows[:MOST_ROWS_TOLD]
    ]
    more = say("doubt.more", count=len(rows)) if len(rows) > MOST_ROWS_TOLD else ""
    message = say("structure.AGG-DUP", units=names, rows="；".join(words), more=more)
    return Finding(code="AGG-DUP", severity=Severity.NOTICE, message=message, cells=cells, fields=fields)
