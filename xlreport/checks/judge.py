"""Every judgement of a form on one set of figures: outcome, both sides, difference."""

from decimal import Decimal

from xlreport.cells import Blank, Number
from xlreport.checks.figures import Evaluated, State, claim_decimals
from xlreport.checks.result import Judged
from xlreport.fields import FieldRef
from xlreport.findings import Outcome
from xlreport.forms.definition import FormDefinition, Judgement, JudgementKind, Required
from xlreport.rules.formula import EXACT, round_half_up
from xlreport.rules.verdict import compare, holds, number_of
from xlreport.submission import Submission


def judge(definition: FormDefinition, submission: Submission, evaluated: Evaluated) -> tuple[Judged, ...]:
    """Judge every rule at every place, in the order of the form."""
    judge_one = {
        JudgementKind.COMPARISON: _comparison,
        JudgementKind.TOTAL: _total,
        JudgementKind.BLANK: _blank,
        JudgementKind.NUMBER: _number,
        JudgementKind.BLANK_LAST: _blank_last,
    }
    return tuple(
        judge_one[judgement.kind](definition, judgement, submission, evaluated) for judgement in definition.judgements
    )


def _compared(judgement: Judgement, outcome: Outcome, left: Decimal, right: Decimal, decimals: int) -> Judged:
    difference = round_half_up(EXACT.subtract(left, right), decimals)
    return Judged(judgement=judgement, outcome=outcome, left=left, right=right, difference=difference)


def _comparison(
    _definition: FormDefinition, judgement: Judgement, _submission: Submission, evaluated: Evaluated
) -> Judged:
    figures = evaluated.figures
    check, shown = judgement.check, judgement.shown
    assert check is not None and shown is not None  # noqa: S101, PT018 - a comparison has both
    if any(ref not in (figures.last or {}) for ref in judgement.reads_last):
        return Judged(judgement=judgement, outcome=Outcome.NOT_APPLICABLE)
    if any(ref not in figures.numbers for ref in judgement.reads):
        return Judged(judgement=judgement, outcome=Outcome.NOT_EVALUABLE)
    if judgement.when is not None and not holds(judgement.when, figures):
        return Judged(judgement=judgement, outcome=Outcome.NOT_APPLICABLE)
    outcome = Outcome.PASSED if compare(check, figures) else Outcome.FAILED
    left, right = (number_of(term, figures) for term in shown)
    return _compared(judgement, outcome, left, right, judgement.scale)


def _total(definition: FormDefinition, judgement: Judgement, submission: Submission, evaluated: Evaluated) -> Judged:
    """Hold a claimed total against ours; without a claim both sides are ours."""
    numbers = evaluated.figures.numbers
    ours_term, ref = judgement.ours, judgement.total
    assert ours_term is not None and ref is not None  # noqa: S101, PT018 - a total has both
    if any(part not in numbers for part in judgement.reads):
        return Judged(judgement=judgement, outcome=Outcome.NOT_EVALUABLE)
    ours = number_of(ours_term, evaluated.figures)
    claim = submission.totals.get(ref)
    if claim is None or isinstance(claim, Blank):
        return _compared(judgement, Outcome.PASSED, ours, ours, judgement.scale)
    if not isinstance(claim, Number):
        return Judged(judgement=judgement, outcome=Outcome.NOT_EVALUABLE)
    decimals = claim_decimals(judgement, definition.fields[ref], ours)
    equal = round_half_up(EXACT.subtract(ours, claim.value), decimals) == 0
    return _compared(judgement, Outcome.PASSED if equal else Outcome.FAILED, ours, claim.value, decimals)


def _counted(judgement: Judgement, at_fault: tuple[FieldRef, ...], count: int | None = None) -> Judged:
    left = Decimal(len(at_fault) if count is None else count)
    return Judged(
        judgement=judgement,
        outcome=Outcome.FAILED if left else Outcome.PASSED,
        left=left,
        right=Decimal(0),
        difference=left,
        at_fault=at_fault,
    )


def _blank(definition: FormDefinition, judgement: Judgement, submission: Submission, evaluated: Evaluated) -> Judged:
    refs = judgement.fields
    if refs[0] in definition.fields:
        zero = refs[0].head in submission.zero_blanks
        blank = tuple(ref for ref in refs if evaluated.states[ref] is State.BLANK and not zero)
        return _counted(judgement, blank)
    missing = tuple(ref for ref in refs if ref not in evaluated.present)
    if definition.section_of(refs[0]).required is Required.ANY:
        nothing = len(missing) == len(refs)
        return _counted(judgement, missing[:1] if nothing else ())
    return _counted(judgement, missing)


def _number(_definition: FormDefinition, judgement: Judgement, _submission: Submission, evaluated: Evaluated) -> Judged:
    return _counted(judgement, tuple(ref for ref in judgement.fields if evaluated.states[ref] is State.REFUSED))


def _blank_last(
    definition: FormDefinition, judgement: Judgement, submission: Submission, evaluated: Evaluated
) -> Judged:
    last = evaluated.figures.last
    if last is None:
        return Judged(judgement=judgement, outcome=Outcome.NOT_APPLICABLE)
    forgotten = tuple(
        ref
        for ref in judgement.fields
        if evaluated.states[ref] is State.BLANK
        and ref.head in submission.zero_blanks
        and last.get(definition.fields[ref].last, Decimal(0)) > 0
    )
    return _counted(judgement, forgotten)
