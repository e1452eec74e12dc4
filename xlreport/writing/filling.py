"""Put figures that already live elsewhere into a template: what ``fill`` does, on values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from xlreport.cells import Blank, Number, double_to_decimal, plain, shown
from xlreport.checks.check import with_bound_explanations
from xlreport.checks.figures import effective_figures
from xlreport.errors import RequestError
from xlreport.findings import Severity
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.reading.values import ValuesDocument, submission_of
from xlreport.rules.formula import round_half_up, utf16_length
from xlreport.submission import Submission, unit_key
from xlreport.writing.limits_cell import is_within_reach
from xlreport.writing.text_sheet import MOST_TEXT, spread

CLAIM_DECIMALS = 6
"""Decimals to which a claimed total is compared; no figure has more."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template's submission with values in it, and in words the claimed totals that differ from ours."""

    submission: Submission
    differing_totals: tuple[str, ...]


def fill(definition: FormDefinition, template: Submission, document: ValuesDocument) -> Filled:
    """The template's submission with the values of a JSON in it, as given; what it does not name stays.

    Raises:
        RequestError: the values are of another unit or year, a spreadsheet cannot hold one of them, or a
            part of the template cannot be read and would be lost.
        WorkbookError: the JSON is of another form or names unknown fields.
    """
    _refuse_unreadable(template)
    _refuse_other_report(template, document)
    given = submission_of(definition, document)
    merged = with_bound_explanations(definition, _merged(with_bound_explanations(definition, template), given))
    refuse_what_no_cell_holds(definition, merged)
    _refuse_inexact(merged)
    return Filled(merged, tuple(_differing_totals(definition, merged, given)))


def _refuse_unreadable(submission: Submission) -> None:
    """Refuse a template part of which cannot be read: writing it anew would lose that part."""
    errors = [finding.message for finding in submission.findings if finding.severity is Severity.ERROR]
    if errors:
        raise RequestError(say("fill.unreadable", name=submission.source, findings="\n".join(errors)))


def _refuse_inexact(submission: Submission) -> None:
    """Refuse a number that a spreadsheet's double would change."""
    for ref, value in {**submission.values, **submission.typed}.items():
        if isinstance(value, Number) and double_to_decimal(float(value.value)) != value.value:
            raise RequestError(say("fill.too_many_digits", name=ref, value=value.value))


def refuse_what_no_cell_holds(definition: FormDefinition, submission: Submission) -> None:
    """Refuse a text longer than cells can hold, and an explanation of numbers beyond theirs: a cut would lose them.

    Raises:
        RequestError: one text is too long, or a number too large.
    """
    for key, one in submission.explanations.items():
        if not all(map(_fits, (one.left, one.right))):
            raise RequestError(say("fill.too_large", name=key))
    written: dict[str, tuple[str, ...]] = {
        **{str(ref): (shown(value),) for ref, value in {**submission.values, **submission.typed}.items()},
        **{key: (one.text,) for key, one in submission.explanations.items()},
        "missing": (say("start.missing") + "\n".join(submission.missing_units),),
        **{
            str(entry.ref): spread(submission.texts.get(entry.ref, ()), entry.paragraphs)
            for entry in definition.entries
            if entry.paragraphs > 1
        },
    }
    for name, texts in written.items():
        if max(map(utf16_length, texts), default=0) > MOST_TEXT:
            raise RequestError(say("fill.too_long", name=name, limit=MOST_TEXT))


def _fits(side: Decimal | None) -> bool:
    return side is None or is_within_reach(side)


def _refuse_other_report(template: Submission, document: ValuesDocument) -> None:
    if document.year is not None and document.year != template.year:
        raise RequestError(say("fill.other_year", name=document.name, found=document.year, expected=template.year))
    unit, ours = document.unit, template.unit
    if unit.name and unit_key(unit.name) != unit_key(ours.name):
        raise RequestError(say("fill.other_unit", name=document.name, found=unit.name, expected=ours.name))
    if unit.level and ours.level and unit.level != ours.level:
        raise RequestError(say("fill.other_level", name=document.name, found=unit.level, expected=ours.level))
    if unit.code and ours.code and unit_key(unit.code) != unit_key(ours.code):
        raise RequestError(say("fill.other_unit", name=document.name, found=unit.code, expected=ours.code))


def _merged(template: Submission, given: Submission) -> Submission:
    """What the JSON names replaces what the template holds; everything else stays."""
    kept = {ref: value for ref, value in template.typed.items() if ref not in given.values}
    return replace(
        template,
        values={**template.values, **given.values},
        typed={**kept, **given.typed},
        texts={**template.texts, **given.texts},
        unit=replace(template.unit, level=template.unit.level or given.unit.level),
        totals={},
        zero_blanks=template.zero_blanks | given.zero_blanks,
        missing_units=tuple(dict.fromkeys((*template.missing_units, *given.missing_units))),
        summed=given.summed or template.summed,
        explanations={**template.explanations, **given.explanations},
        findings=(),
    )


def _differing_totals(definition: FormDefinition, merged: Submission, given: Submission) -> Iterator[str]:
    numbers, layout = effective_figures(definition, merged), plan_layout(definition)
    for ref, claim in given.totals.items():
        if isinstance(claim, Blank):
            continue
        ours = numbers.get(ref)
        equal = (
            isinstance(claim, Number) and ours is not None and round_half_up(ours - claim.value, CLAIM_DECIMALS) == 0
        )
        if not equal:
            yield say(
                "fill.total_differs",
                cell=layout.cell_of(ref),
                label=definition.fields[ref].label,
                ours=plain(ours) if ours is not None else say("structure.nothing"),
                claim=shown(claim) or say("structure.nothing"),
            )
