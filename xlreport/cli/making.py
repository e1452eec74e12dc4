"""Put together what commands write: a template's submission, a filled one, a report."""

from dataclasses import dataclass, replace
from pathlib import Path

from xlreport.cells import Number, double_to_decimal, plain
from xlreport.checks.check import with_bound_explanations
from xlreport.checks.figures import effective_figures
from xlreport.checks.result import CheckResult
from xlreport.cli.inputs import last_figures, read_any, read_bytes
from xlreport.cli.output import tell
from xlreport.errors import RequestError
from xlreport.findings import Severity
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.reading.submission import shown
from xlreport.reading.values import ValuesDocument, parse_values, submission_of
from xlreport.rules.formula import round_half_up, utf16_length
from xlreport.submission import Submission, Unit
from xlreport.writing.text_sheet import MOST_TEXT, spread


def blank_submission(
    definition: FormDefinition,
    *,
    unit: str,
    code: str,
    level: str,
    year: int,
    last: Path | None,
    deadline: str,
    return_to: str,
    form: str,
) -> Submission:
    """A submission with nothing filled in: what a template is made for.

    Raises:
        RequestError: the unit has no name, the level is none of the form's, or last year's file does not fit.
    """
    if not unit.strip():
        raise RequestError(say("template.no_unit"))
    if level and level not in definition.levels:
        known = "、".join(f"{name}（{words}）" for name, words in definition.levels.items())
        raise RequestError(say("template.no_level", name=level, known=known))
    figures = None
    if last is not None:
        read, figures = last_figures(last, definition, year, form)
        if read.submission.unit.name and read.submission.unit.name != unit:
            tell(say("template.other_unit", name=last.name, found=read.submission.unit.name, expected=unit))
    return Submission(
        form=definition.id,
        version=definition.version,
        unit=Unit(name=unit.strip(), code=code.strip(), level=level),
        year=year,
        last=figures,
        deadline=deadline,
        return_to=return_to,
    )


LONGEST_PASSWORD = 15


def checked_password(password: str) -> str:
    """A password that every spreadsheet program hashes alike; empty for none.

    Raises:
        RequestError: Excel's old lock cannot take it.
    """
    if len(password) > LONGEST_PASSWORD or not (password.isascii() and password.isprintable()):
        raise RequestError(say("template.password"))
    return password


@dataclass(frozen=True, slots=True)
class Filled:
    """A template's submission with values in it, and in words the totals that differ from ours."""

    definition: FormDefinition
    submission: Submission
    differing_totals: tuple[str, ...]


def filled_submission(template: Path, values: Path, form: str) -> Filled:
    """The template's submission with the values of a JSON in it, as given.

    Raises:
        RequestError: the values are of another unit, year or form, or name unknown fields.
        WorkbookError: one of the files cannot be read.
    """
    base = read_any(template, form)
    _readable(template.name, base.submission)
    document = parse_values(read_bytes(values), values.name)
    _same_report(base.submission, document)
    given = submission_of(base.definition, document)
    merged = with_bound_explanations(base.definition, _merged(base.submission, given))
    _fits_cells(base.definition, merged)
    _exact(merged)
    return Filled(base.definition, merged, tuple(_differing_totals(base.definition, merged, given)))


def _readable(name: str, submission: Submission) -> None:
    """Refuse a template part of which cannot be read: writing it anew would lose that part."""
    errors = [finding.message for finding in submission.findings if finding.severity is Severity.ERROR]
    if errors:
        raise RequestError(say("fill.unreadable", name=name, findings="\n".join(errors)))


def _exact(submission: Submission) -> None:
    """Refuse a number that a spreadsheet's double would change."""
    for ref, value in {**submission.values, **submission.typed}.items():
        if isinstance(value, Number) and double_to_decimal(float(value.value)) != value.value:
            raise RequestError(say("fill.too_many_digits", name=ref, value=value.value))


def _fits_cells(definition: FormDefinition, submission: Submission) -> None:
    """Refuse a text longer than cells can hold; cutting it would lose it."""
    for entry in definition.entries:
        longest = max(
            (utf16_length(one) for one in spread(submission.texts.get(entry.ref, ()), entry.paragraphs)), default=0
        )
        if longest > MOST_TEXT:
            raise RequestError(say("fill.too_long", name=entry.ref, limit=MOST_TEXT))


def _same_report(template: Submission, document: ValuesDocument) -> None:
    if document.year is not None and document.year != template.year:
        raise RequestError(say("fill.other_year", name=document.name, found=document.year, expected=template.year))
    unit, ours = document.unit, template.unit
    if unit.name and unit.name != ours.name:
        raise RequestError(say("fill.other_unit", name=document.name, found=unit.name, expected=ours.name))
    if unit.code and ours.code and unit.code != ours.code:
        raise RequestError(say("fill.other_unit", name=document.name, found=unit.code, expected=ours.code))


def _merged(template: Submission, given: Submission) -> Submission:
    """What the JSON names replaces what the template holds; everything else stays."""
    kept = {ref: value for ref, value in template.typed.items() if ref not in given.values}
    return replace(
        template,
        values={**template.values, **given.values},
        typed={**kept, **given.typed},
        texts={**template.texts, **given.texts},
        totals={},
        zero_blanks=template.zero_blanks | given.zero_blanks,
        explanations={**template.explanations, **given.explanations},
        findings=(),
    )


def _differing_totals(definition: FormDefinition, merged: Submission, given: Submission) -> list[str]:
    numbers, layout = effective_figures(definition, merged), plan_layout(definition)
    words = []
    for ref, claim in given.totals.items():
        ours = numbers.get(ref)
        equal = isinstance(claim, Number) and ours is not None and round_half_up(ours - claim.value, 6) == 0
        if not equal:
            words.append(
                say(
                    "fill.total_differs",
                    cell=layout.cell_of(ref),
                    label=definition.fields[ref].label,
                    ours=plain(ours) if ours is not None else say("structure.nothing"),
                    claim=shown(claim) or say("structure.nothing"),
                )
            )
    return words


def report_bytes(definition: FormDefinition, result: CheckResult, *, draft: bool, fonts: str = "windows") -> bytes:
    """The formatted report as a workbook."""
    from xlreport.reports.building import build_report  # noqa: PLC0415 - only this command needs it
    from xlreport.reports.faces import FONTS  # noqa: PLC0415 - as above
    from xlreport.reports.workbook import plan_report  # noqa: PLC0415 - as above
    from xlreport.writing.strict import write_workbook  # noqa: PLC0415 - as above

    document = build_report(definition, result, draft=draft)
    return write_workbook(plan_report(document, fonts=FONTS[fonts]), {})
