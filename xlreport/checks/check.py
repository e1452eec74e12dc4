"""The verdict on a submission: every judgement, every finding in the order of the cells, accepted or not."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from xlreport.cells import Blank, CellRef, Number, plain, shown_short
from xlreport.checks.explanations import explanation_state
from xlreport.checks.figures import evaluate, sum_seal
from xlreport.checks.judge import judge
from xlreport.checks.result import CheckResult, Counts, Judged
from xlreport.fields import FieldRef
from xlreport.findings import ExplanationState, Finding, Outcome, Severity
from xlreport.forms.definition import FormDefinition, JudgementKind
from xlreport.forms.layout import Layout, plan_layout
from xlreport.messages import say
from xlreport.reading.advising import what_to_type
from xlreport.submission import Submission


def check(definition: FormDefinition, submission: Submission, *, allow_missing: bool = False) -> CheckResult:
    """Judge a submission by its form.

    Everything needed from elsewhere (last year's figures) is part of the submission; no file is opened. Units that
    a sum lacks are an error, or with ``allow_missing`` a notice.
    """
    layout = plan_layout(definition)
    evaluated = evaluate(definition, submission)
    judged = judge(definition, submission, evaluated)
    made = [
        _finding(definition, layout, submission, one)
        for one in _yet_unsaid(submission, judged)
        if one.outcome is Outcome.FAILED and not _is_unreadable(submission, one)
    ]
    noticed = [*_not_recalculated(definition, layout, submission), *_last_incomplete(definition, layout, submission)]
    lacking = [*_incomplete_sum(submission, allow_missing=allow_missing), *_changed_sum(definition, submission)]
    said = {one.code for one in noticed}
    read = [one for one in submission.findings if one.code != "NOT-RECALCULATED" or one.code not in said]
    found = [*read, *lacking, *noticed, *made]
    findings = _in_cell_order(layout, [*found, *_not_judged(layout, submission, judged, found)])
    counts = _counts([one for one in judged if not _is_unreadable(submission, one)], findings)
    unjudged = any(one.outcome is Outcome.NOT_EVALUABLE for one in judged)
    accepted = not (counts.error or counts.query or counts.blank or unjudged)
    return CheckResult(
        submission=submission,
        numbers=evaluated.figures.numbers,
        judged=judged,
        findings=findings,
        counts=counts,
        accepted=accepted,
    )


def as_typed(submission: Submission) -> Submission:
    """The submission with its cells exactly as typed, before reading normalised them: what the sheet judges."""
    return replace(submission, values={**submission.values, **submission.typed})


def judge_as_typed(definition: FormDefinition, submission: Submission) -> tuple[Judged, ...]:
    """The judgements the sheet shows."""
    typed = as_typed(submission)
    return judge(definition, typed, evaluate(definition, typed))


def _not_recalculated(definition: FormDefinition, layout: Layout, submission: Submission) -> list[Finding]:
    """A notice where our own formula of a total shows something else than its inputs say."""
    numbers = evaluate(definition, as_typed(submission)).figures.numbers if submission.stored else {}
    stale = [
        ref
        for ref, stored in submission.stored.items()
        if (stored.value if isinstance(stored, Number) else None) != numbers.get(ref) or isinstance(stored, Blank)
    ]
    if not stale:
        return []
    cell = layout.cell_of(stale[0])
    message = say("finding.where", sheet=cell.sheet) + say("structure.NOT-RECALCULATED")
    notice = Finding(
        code="NOT-RECALCULATED", severity=Severity.NOTICE, message=message, cells=(cell,), fields=tuple(stale[:1])
    )
    return [notice]


def _not_judged(
    layout: Layout, submission: Submission, judged: Iterable[Judged], found: Iterable[Finding]
) -> list[Finding]:
    """What could not be judged where no error says why, as in a form that does not ask for blanks."""
    if any(one.severity is Severity.ERROR for one in found):
        return []
    refs = dict.fromkeys(
        ref
        for one in judged
        if one.outcome is Outcome.NOT_EVALUABLE
        for ref in one.judgement.fields
        if isinstance(submission.value(ref), Blank)
    )
    if not refs:
        return []
    cells = tuple(layout.cell_of(ref) for ref in refs)
    message = say("finding.not_judged", cells=_addresses(cells))
    return [Finding(code="NOT-JUDGED", severity=Severity.NOTICE, message=message, cells=cells, fields=tuple(refs))]


def _is_unreadable(submission: Submission, judged: Judged) -> bool:
    """Whether it speaks of a sheet that one structure finding already says is not the form's any more."""
    return any(ref.head in submission.unreadable for ref in judged.judgement.fields)


def _yet_unsaid(submission: Submission, judged: Iterable[Judged]) -> Iterator[Judged]:
    """What is judged, without figures that are none for a reason that reading has told already."""
    said = {ref for one in submission.findings if one.code == "DATE-IN-NUMBER" for ref in one.fields}
    for one in judged:
        left = tuple(ref for ref in one.at_fault if ref not in said)
        if one.judgement.kind is not JudgementKind.NUMBER or left == one.at_fault:
            yield one
        elif left:
            yield replace(one, at_fault=left)


def _last_incomplete(definition: FormDefinition, layout: Layout, submission: Submission) -> list[Finding]:
    """A notice where last year's figures lack some: rules that read those do not apply."""
    last = submission.last
    missing = (
        [] if last is None else [ref for ref, one in definition.fields.items() if one.is_input and ref not in last]
    )
    if not missing:
        return []
    cells = tuple(layout.cell_of(ref) for ref in missing)
    message = say("structure.LAST-INCOMPLETE", count=len(cells), cell=cells[0])
    notice = Finding(
        code="LAST-INCOMPLETE", severity=Severity.NOTICE, message=message, cells=cells, fields=tuple(missing)
    )
    return [notice]


def _incomplete_sum(submission: Submission, *, allow_missing: bool) -> list[Finding]:
    """One finding that names every unit whose figures the sum should hold and does not; what to do, unless done."""
    units = submission.missing_units
    if not units:
        return []
    message = say("structure.AGG-N", count=len(units), units="、".join(units))
    if allow_missing:
        return [Finding(code="AGG-N", severity=Severity.NOTICE, message=message)]
    return [Finding(code="AGG-N", severity=Severity.ERROR, message=message + say("finding.collect_first"))]


def _changed_sum(definition: FormDefinition, submission: Submission) -> list[Finding]:
    """An error where the figures of a sum of ours are no longer those it was made with: it is no sum any more."""
    is_whole = not submission.summed or submission.summed == sum_seal(definition, submission)
    if is_whole or submission.unreadable:
        return []
    return [Finding(code="AGG", severity=Severity.ERROR, message=say("finding.changed_sum"))]


def with_bound_explanations(definition: FormDefinition, submission: Submission) -> Submission:
    """The submission, each explanation bound to the numbers it was written for.

    A sentence without numbers belongs to those at its first reading; from then on it lapses with them.
    """
    unbound = {key for key, one in submission.explanations.items() if one.left is None or one.right is None}
    if not unbound:
        return submission
    present = {one.judgement.key: one for one in judge(definition, submission, evaluate(definition, submission))}
    bound = {
        key: replace(one, left=present[key].left, right=present[key].right) if key in unbound else one
        for key, one in submission.explanations.items()
    }
    return replace(submission, explanations=bound)


def _counts(judged: list[Judged], findings: tuple[Finding, ...]) -> Counts:
    blank = sum(
        (one.left or Decimal(0) for one in judged if one.judgement.kind is JudgementKind.BLANK), start=Decimal(0)
    )
    blanks = {one.judgement.key for one in judged if one.judgement.kind is JudgementKind.BLANK}
    return Counts(
        error=sum(one.severity is Severity.ERROR and one.rule not in blanks for one in findings),
        query=sum(one.is_open_query for one in findings),
        notice=sum(one.severity is Severity.NOTICE for one in findings),
        blank=int(blank),
    )


def _in_cell_order(layout: Layout, findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings about the whole file first, then sheet by sheet, row by row, as the clerk goes through them."""
    order = {sheet: at for at, sheet in enumerate([layout.start_sheet, *layout.section_sheets])}

    def place(finding: Finding) -> tuple[int, int, int]:
        if not finding.cells:
            return -1, 0, 0
        cell = finding.cells[0]
        return order.get(cell.sheet, len(order)), cell.row, cell.column

    return tuple(sorted(findings, key=place))


def _finding(definition: FormDefinition, layout: Layout, submission: Submission, judged: Judged) -> Finding:
    judgement = judged.judgement
    refs = judged.at_fault or judgement.fields
    cells = tuple(layout.cell_of(ref) for ref in refs)
    explanation, state = None, None
    if judgement.severity is Severity.QUERY:
        given = submission.explanations.get(judgement.key)
        explanation = given.text if given is not None else None
        state = explanation_state(given, judged.left, judged.right)
    return Finding(
        code=judgement.rule,
        rule=judgement.key,
        severity=judgement.severity,
        message=_message(definition, judged, submission, refs=refs, cells=cells, state=state),
        cells=cells,
        fields=refs,
        left=judged.left,
        right=judged.right,
        difference=judged.difference,
        explanation=explanation,
        explanation_state=state,
    )


def _message(
    definition: FormDefinition,
    judged: Judged,
    submission: Submission,
    *,
    refs: tuple[FieldRef, ...],
    cells: tuple[CellRef, ...],
    state: ExplanationState | None,
) -> str:
    """Where, what must hold, both sides, the difference, the cells, what to do next."""
    judgement = judged.judgement
    count = plain(judged.left or Decimal(0)) if judgement.kind is not JudgementKind.NUMBER else len(refs)
    says = judgement.says.format(count=count)
    where = say("finding.where", sheet=cells[0].sheet)
    match judgement.kind:
        case JudgementKind.BLANK:
            body = say("finding.blank", says=says, cells=_addresses(cells))
            key = "finding.todo.blank" if len(refs[0].path) == 3 else "finding.todo.blank_text"  # noqa: PLR2004 - a table's field has three names
        case JudgementKind.NUMBER:
            body, key = say("finding.number", says=says, cells=_typed(definition, submission, refs, cells)), ""
        case JudgementKind.BLANK_LAST:
            body, key = (
                say("finding.blank_last", says=says, cells=_last_figures(definition, submission, refs, cells)),
                "",
            )
        case JudgementKind.TOTAL:
            body, key = _sides(judged, says, cells[-1:], "finding.total"), "finding.todo.total"
        case JudgementKind.COMPARISON:
            sides = "finding.sides_last" if judgement.is_against_last else "finding.sides"
            body, key = _sides(judged, says, cells, sides), _todo(definition, refs)
    if state is not None:
        key = f"finding.todo.query.{state.name.lower()}"
    return where + body + (say(key, cells=_addresses(cells)) if key else "")


def _sides(judged: Judged, says: str, cells: tuple[CellRef, ...], key: str) -> str:
    left, right, difference = (plain(one or Decimal(0)) for one in (judged.left, judged.right, judged.difference))
    return say(key, says=says, left=left, right=right, difference=difference, cells=_addresses(cells))


def _todo(definition: FormDefinition, refs: tuple[FieldRef, ...]) -> str:
    """Nobody can correct totals: where there are no other cells, the figures they add up are the ones to look at."""
    all_computed = not any(ref in definition.fields and definition.fields[ref].is_input for ref in refs)
    return "finding.todo.computed" if all_computed else "finding.todo.error"


def _addresses(cells: tuple[CellRef, ...]) -> str:
    """The addresses, those in other sheets than the first with their sheet's name."""
    home = cells[0].sheet
    return "、".join(cell.address if cell.sheet == home else f"“{cell.sheet}”{cell.address}" for cell in cells)


def _typed(
    definition: FormDefinition, submission: Submission, refs: tuple[FieldRef, ...], cells: tuple[CellRef, ...]
) -> str:
    """What stands in each cell, and what to type instead."""
    return "；".join(
        say(
            "finding.typed",
            cell=cell.address,
            value=shown_short(submission.value(ref)),
            todo=what_to_type(definition.fields[ref], submission.value(ref)),
        )
        for ref, cell in zip(refs, cells, strict=True)
    )


def _last_figures(
    definition: FormDefinition, submission: Submission, refs: tuple[FieldRef, ...], cells: tuple[CellRef, ...]
) -> str:
    last = submission.last or {}
    return "、".join(
        say("finding.last_figure", cell=cell.address, value=plain(last[definition.fields[ref].last]))
        for ref, cell in zip(refs, cells, strict=True)
    )
