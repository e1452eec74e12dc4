"""The document of a report: the words of the form, the figures and texts of a checked submission."""

from collections.abc import Iterator
from decimal import Decimal

from xlreport.cells import Text, plain
from xlreport.checks.printing import open_lines
from xlreport.checks.result import CheckResult
from xlreport.fields import FieldRef
from xlreport.findings import Finding
from xlreport.forms.definition import Entry, FormDefinition, Judgement, Section, Table
from xlreport.forms.grid import plan_grid
from xlreport.reports.document import (
    Block,
    Document,
    ExplainedQuery,
    Heading,
    Note,
    OpenFindings,
    Paragraph,
    TableBlock,
    Title,
)
from xlreport.submission import Submission


def build_report(definition: FormDefinition, result: CheckResult, *, draft: bool = False) -> Document:
    """The report on a checked submission, as a document.

    Whether an unaccepted one may be reported is for the caller to say; its blanks are printed empty.
    """
    title = _title(definition, result.submission)
    return Document(
        title=title.text,
        blocks=(title, *_lead(definition, result.submission), *_sections(definition, result)),
        explained=_explained(result),
        still_open=_still_open(result),
        missing=result.submission.missing_units,
        draft=draft,
    )


def _filled(template: str, submission: Submission) -> str:
    """The form's words with the year and the unit put in; the unit last, since its name may hold braces."""
    return template.replace("{year}", str(submission.year)).replace("{unit}", submission.unit.name)


def _title(definition: FormDefinition, submission: Submission) -> Title:
    """The title; its lines may well end behind the unit's name and before the name of the form."""
    text = _filled(definition.report.title, submission)
    unit, form = submission.unit.name, str(definition.title)
    joints = {text.find(unit) + len(unit) if unit in text else 0, text.rfind(form) if form in text else 0}
    return Title(text=text, joints=tuple(sorted(joint for joint in joints if 0 < joint < len(text))))


def _lead(definition: FormDefinition, submission: Submission) -> tuple[Paragraph, ...]:
    """The opening paragraphs: the unit's own where it wrote some, else the form's."""
    field = definition.report.lead_field
    own = _paragraphs(submission, field) if field is not None else ()
    return own or tuple(Paragraph(text=_filled(text, submission)) for text in definition.report.lead)


def _sections(definition: FormDefinition, result: CheckResult) -> Iterator[Block]:
    for section in definition.sections:
        if section.printed:
            yield Heading(text=str(section.heading))
            yield from _section(definition, section, result)


def _section(definition: FormDefinition, section: Section, result: CheckResult) -> Iterator[Block]:
    if section.table is not None:
        yield from _table(definition, section.table, result)
    for entry in section.entries:
        if entry.printed:
            yield from _entry(entry, result.submission)


def _table(definition: FormDefinition, table: Table, result: CheckResult) -> Iterator[Block]:
    fields = definition.fields_of_table(table.id)
    yield TableBlock(
        grid=plan_grid(table),
        figures={field.ref: result.numbers[field.ref] for field in fields if field.ref in result.numbers},
        totals=frozenset(field.ref for field in fields if not field.is_input),
    )
    if table.note is not None:
        yield Note(text=str(table.note))


def _entry(entry: Entry, submission: Submission) -> Iterator[Block]:
    """A text under its topic; a topic without words is left out, and a section's only text needs no topic."""
    paragraphs = _paragraphs(submission, entry.ref)
    if paragraphs and len(entry.ref.path) > 1:
        yield Heading(text=str(entry.label), level=2)
    yield from paragraphs


def _paragraphs(submission: Submission, ref: FieldRef) -> tuple[Paragraph, ...]:
    value = submission.value(ref)
    texts = submission.texts.get(ref, (value.value,) if isinstance(value, Text) else ())
    lines = (line.strip() for text in texts for line in text.splitlines())
    return tuple(Paragraph(text=line) for line in lines if line)


def _explained(result: CheckResult) -> tuple[ExplainedQuery, ...]:
    judgements = {one.judgement.key: one.judgement for one in result.judged}
    return tuple(
        ExplainedQuery(
            rule=finding.code,
            says=_says(judgements.get(finding.rule or ""), finding),
            left=finding.left,
            right=finding.right,
            difference=finding.difference,
            explanation=finding.explanation or "",
        )
        for finding in result.explained
    )


def _still_open(result: CheckResult) -> OpenFindings | None:
    if result.accepted:
        return None
    counts = result.counts
    return OpenFindings(error=counts.error, query=counts.query, blank=counts.blank, sentences=open_lines(result))


def _says(judgement: Judgement | None, finding: Finding) -> str:
    """What must hold, in the words of the form; a counting rule says how many cells it counts."""
    if judgement is None:
        return finding.message
    return judgement.says.format(count=plain(finding.left or Decimal(0)))
