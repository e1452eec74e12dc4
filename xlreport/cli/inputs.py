"""Read what a command is given: workbooks and values JSON alike become submissions."""

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from xlreport.cells import plain
from xlreport.checks.figures import effective_figures
from xlreport.errors import RequestError, WorkbookError
from xlreport.fields import FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.forms.loading import load_definition, shipped_forms
from xlreport.messages import say
from xlreport.reading.submission import form_of, read_submission
from xlreport.reading.values import parse_values, submission_of
from xlreport.reading.workbook import read_workbook
from xlreport.submission import Submission


@dataclass(frozen=True, slots=True)
class Read:
    """A submission together with its form."""

    definition: FormDefinition
    submission: Submission


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        WorkbookError: it is not there, is a folder, or cannot be read.
    """
    if path.is_dir():
        raise WorkbookError("A-FOLDER", say("file.a_folder", name=path))
    if not path.exists():
        raise WorkbookError("NO-FILE", say("file.no_file", name=path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise WorkbookError("NO-FILE", say("file.unreadable", name=path, reason=error.strerror or error)) from error


def read_any(path: Path, form: str = "") -> Read:
    """The submission in a filled workbook or a values JSON; ``form`` says where a form of one's own lies.

    Raises:
        WorkbookError: it is neither, or of a form that is not known.
        DefinitionError: the form named by ``form`` is not right.
    """
    data = read_bytes(path)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        document = parse_values(data, path.name)
        definition = _definition(form, document.form, path.name)
        if not document.unit.name or document.year is None:
            raise WorkbookError("NOT-VALUES", say("file.not_values", name=path.name, reason=say("json.needs_whose")))
        return Read(definition, submission_of(definition, document))
    workbook = read_workbook(data, path.name)
    definition = _definition(form, form_of(workbook, path.name)[0], path.name)
    return Read(definition, read_submission(definition, workbook, path.name))


def _definition(given: str, named: str, file: str) -> FormDefinition:
    if given:
        return load_definition(given)
    if named not in shipped_forms():
        known = "、".join(shipped_forms())
        raise WorkbookError("OTHER-FORM", say("file.unknown_form", name=file, found=named, known=known))
    return load_definition(named)


def last_figures(
    path: Path, definition: FormDefinition, year: int, form: str = ""
) -> tuple[Read, dict[FieldRef, Decimal]]:
    """Last year's effective figures from last year's workbook or JSON.

    Raises:
        RequestError: it is of another form or not of the year before.
    """
    read = read_any(path, form)
    if read.definition.id != definition.id:
        raise RequestError(say("last.other_form", name=path.name, found=read.definition.id, expected=definition.id))
    if read.submission.year != year - 1:
        raise RequestError(say("last.other_year", name=path.name, found=read.submission.year, expected=year - 1))
    if not effective_figures(definition, read.submission):
        raise RequestError(say("last.no_figures", name=path.name))
    return read, dict(effective_figures(definition, read.submission))


def with_last(read: Read, path: Path, form: str = "") -> Submission:
    """The submission with last year's figures; its own win where it has some, differences are noted."""
    submission = read.submission
    last_read, figures = last_figures(path, read.definition, submission.year, form)
    notes = list(_other_unit(submission, last_read.submission))
    if submission.last is None:
        return replace(submission, last=figures, findings=(*submission.findings, *notes))
    layout = plan_layout(read.definition)
    for ref in read.definition.fields:
        own, given = submission.last.get(ref), figures.get(ref)
        if given is not None and own != given:
            cell = layout.cell_of(ref)
            message = say(
                "structure.LAST-DIFF",
                cell=cell,
                own=plain(own) if own is not None else say("structure.nothing"),
                given=plain(given),
            )
            notes.append(
                Finding(code="LAST-DIFF", severity=Severity.NOTICE, message=message, cells=(cell,), fields=(ref,))
            )
    return replace(submission, findings=(*submission.findings, *notes))


def _other_unit(submission: Submission, last: Submission) -> list[Finding]:
    """Offices are renamed: another name in last year's file is worth a word, no more."""
    ours, theirs = submission.unit, last.unit
    if not theirs.name or ours.name == theirs.name:
        return []
    message = say("structure.LAST-UNIT", own=ours.name, given=theirs.name)
    return [Finding(code="LAST-UNIT", severity=Severity.NOTICE, message=message)]
