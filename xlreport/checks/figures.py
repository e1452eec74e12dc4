"""From what stands in the cells to the figures that rules name: states, zeros for blanks, totals."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from xlreport.cells import Blank, Number, Value, double_to_decimal, plain
from xlreport.fields import FieldRef
from xlreport.forms.accepting import accepted_number
from xlreport.forms.definition import Aggregate, Field, FormDefinition, Judgement
from xlreport.rules.tree import fields_of
from xlreport.rules.verdict import Figures, number_of
from xlreport.submission import Submission


class State(IntEnum):
    """What a number cell holds; the state cells of the workbook use the same numbers."""

    BLANK = 0
    NUMBER = 1
    REFUSED = 2


FINE = Decimal(100_000_000)
"""A total below this is held against a claim to all decimals a claim may have; for a larger one only the
field's own count, as LibreOffice takes numbers for equal that first differ in their 15th digit."""


def claim_decimals(judgement: Judgement, field: Field, ours: Decimal) -> int:
    """To how many decimals a claimed total must be ours."""
    return judgement.scale if abs(ours) < FINE else field.scale


def state_of(field: Field, value: Value) -> State:
    """Blank, a number the field takes, or something it refuses."""
    if isinstance(value, Blank):
        return State.BLANK
    if isinstance(value, Number) and accepted_number(field, value.value) is not None:
        return State.NUMBER
    return State.REFUSED


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluated:
    """A submission's figures: the state of every input, the numbers, and which texts are there."""

    states: Mapping[FieldRef, State]
    figures: Figures
    present: frozenset[FieldRef]


def evaluate(definition: FormDefinition, submission: Submission) -> Evaluated:
    """Work out every figure of a submission; blanks count as 0 only where their table says so."""
    states: dict[FieldRef, State] = {}
    numbers: dict[FieldRef, Decimal] = {}
    for ref, field in definition.fields.items():
        if not field.is_input:
            continue
        value = submission.value(ref)
        states[ref] = state_of(field, value)
        number = accepted_number(field, value.value) if isinstance(value, Number) else None
        if number is not None:
            numbers[ref] = number
        elif states[ref] is State.BLANK and ref.head in submission.zero_blanks:
            numbers[ref] = Decimal(0)
    numbers = with_totals(definition, numbers)
    figures = Figures(
        numbers=numbers,
        last=submission.last,
        parameters={name: parameter.value for name, parameter in definition.parameters.items()},
        level=submission.unit.level or None,
    )
    return Evaluated(states=states, figures=figures, present=_texts_present(definition, submission))


def with_totals(definition: FormDefinition, inputs: Mapping[FieldRef, Decimal]) -> dict[FieldRef, Decimal]:
    """The figures together with every total whose parts all have numbers, in printed order."""
    numbers = {ref: number for ref, number in inputs.items() if definition.fields[ref].is_input}
    for ref in definition.computed:
        term = definition.fields[ref].computed
        if term is not None and all(part in numbers for part in fields_of(term)):
            numbers[ref] = number_of(term, Figures(numbers=numbers))
    return {ref: numbers[ref] for ref in definition.fields if ref in numbers}


SEAL_LENGTH = 16
"""Characters of what tells the figures of a sum: enough against accident, and against intent no length is."""


def sum_seal(definition: FormDefinition, submission: Submission) -> str:
    """What tells the figures of a sum from others: every summed field, as a cell holds it; 0 is as good as none.

    It is kept in the sum as it was made, so that a sum is known for one wherever it goes, and a number that somebody
    changed in it as well.
    """
    numbers = effective_figures(definition, submission)
    summed = (ref for ref, one in definition.fields.items() if one.is_input and one.aggregate is Aggregate.SUM)
    figures = (f"{ref}={plain(double_to_decimal(float(numbers[ref])))}" for ref in summed if numbers.get(ref))
    return hashlib.sha256("\n".join(figures).encode()).hexdigest()[:SEAL_LENGTH]


def effective_figures(definition: FormDefinition, submission: Submission) -> Mapping[FieldRef, Decimal]:
    """A submission's figures as the next year reads them: zeros for blanks where said, totals recomputed."""
    return evaluate(definition, submission).figures.numbers


def _texts_present(definition: FormDefinition, submission: Submission) -> frozenset[FieldRef]:
    return frozenset(
        entry.ref
        for entry in definition.entries
        if submission.texts.get(entry.ref) or not isinstance(submission.value(entry.ref), Blank)
    )
