"""Last year's figures: taken over into a submission, and held against those it brings itself."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from xlreport.cells import plain
from xlreport.checks.figures import effective_figures
from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.submission import Submission, unit_key


def figures_of_last_year(definition: FormDefinition, last: Submission, year: int) -> Mapping[FieldRef, Decimal]:
    """The effective figures of the year before ``year``, totals recomputed.

    Raises:
        RequestError: ``last`` is of another form, not of the year before, or holds no figures.
    """
    name = last.source
    if last.form != definition.id:
        raise RequestError(say("last.other_form", name=name, found=last.form, expected=definition.id))
    if last.year != year - 1:
        raise RequestError(say("last.other_year", name=name, found=last.year, expected=year - 1))
    figures = effective_figures(definition, last)
    if not figures:
        raise RequestError(say("last.no_figures", name=name))
    return figures


def with_last_year(definition: FormDefinition, submission: Submission, last: Submission) -> Submission:
    """The submission with last year's figures; its own win where it has some, differences are noted.

    Raises:
        RequestError: ``last`` is of another form, not of the year before, or holds no figures.
    """
    figures = figures_of_last_year(definition, last, submission.year)
    notes = [*_other_unit(submission, last), *_differences(definition, submission, figures)]
    own = figures if submission.last is None else submission.last
    return replace(submission, last=own, findings=(*submission.findings, *notes))


def _differences(
    definition: FormDefinition, submission: Submission, figures: Mapping[FieldRef, Decimal]
) -> Iterator[Finding]:
    """A notice for each figure of last year that the submission brings otherwise."""
    own = submission.last
    if own is None:
        return
    layout = plan_layout(definition)
    for ref in definition.fields:
        mine, given = own.get(ref), figures.get(ref)
        if given is not None and mine != given:
            cell = layout.cell_of(ref)
            brought = plain(mine) if mine is not None else say("structure.nothing")
            message = say("structure.LAST-DIFF", cell=cell, own=brought, given=plain(given))
            yield Finding(code="LAST-DIFF", severity=Severity.NOTICE, message=message, cells=(cell,), fields=(ref,))


def _other_unit(submission: Submission, last: Submission) -> list[Finding]:
    """Offices are renamed: another name in last year's file is worth a word, no more."""
    ours, theirs = submission.unit, last.unit
    if not theirs.name or unit_key(ours.name) == unit_key(theirs.name):
        return []
    message = say("structure.LAST-UNIT", own=ours.name, given=theirs.name)
    return [Finding(code="LAST-UNIT", severity=Severity.NOTICE, message=message)]
