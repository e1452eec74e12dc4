"""Whatever figures come in, workbook or JSON, as a submission together with its form."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from xlreport.cells import shortened
from xlreport.errors import WorkbookError
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition, shipped_forms
from xlreport.messages import say
from xlreport.reading.submission import form_of, read_submission
from xlreport.reading.values import parse_values, submission_of
from xlreport.reading.workbook import ReadWorkbook, read_workbook
from xlreport.submission import Submission
from xlreport.verifying.around import comments
from xlreport.verifying.integrity import is_sealed, verify
from xlreport.verifying.renaming import hidden_sheet_named_back, sheets_named_back
from xlreport.writing.plan import CREATED
from xlreport.writing.template import meaning


@dataclass(frozen=True, slots=True)
class Read:
    """A submission together with its form."""

    definition: FormDefinition
    submission: Submission


def read_source(data: bytes, name: str, form: str = "") -> Read:
    """The submission in the bytes of a filled workbook or a values JSON.

    ``name`` is what people know the file by; ``form`` says where a form of one's own lies.

    Raises:
        WorkbookError: it is neither, or of a form that is not known.
        DefinitionError: the form named by ``form`` is not right.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and not data.startswith(_RICH_TEXT):
        return _read_values(data, name, form)
    workbook = hidden_sheet_named_back(read_workbook(data, name))
    definition = _definition(form, form_of(workbook, name)[0], name)
    return Read(definition, verified_submission(definition, workbook, name))


def verified_submission(definition: FormDefinition, workbook: ReadWorkbook, name: str) -> Submission:
    """The submission a filled workbook holds, with all that reading and verifying found.

    Raises:
        WorkbookError: it is not a template of this form and version.
    """
    named = sheets_named_back(definition, hidden_sheet_named_back(workbook))
    submission = read_submission(definition, named.workbook, name)
    findings = verify(definition, named, submission)
    return replace(
        submission,
        saved=_saved(workbook.modified),
        findings=(*submission.findings, *findings),
        is_sealed=is_sealed(findings),
        leftovers=(*submission.leftovers, *comments(named.workbook, meaning(definition))),
    )


def _saved(words: str) -> str:
    """The time a file says it was saved, to the second; empty where it says none, or only what our writer says."""
    try:
        time = datetime.fromisoformat(words)
    except ValueError:
        return ""
    known = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    if known == CREATED:
        return ""
    try:
        return known.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:  # the first or last day there is, moved beyond it
        return ""


_RICH_TEXT = b"{\\rtf"
"""How a document of an old word processor begins, which is no JSON."""


def _read_values(data: bytes, name: str, form: str) -> Read:
    document = parse_values(data, name)
    definition = _definition(form, document.form, name)
    if not document.unit.name or document.year is None:
        raise WorkbookError("NOT-VALUES", say("file.not_values", name=name, reason=say("json.needs_whose")))
    return Read(definition, submission_of(definition, document))


def _definition(given: str, named: str, file: str) -> FormDefinition:
    if given:
        return load_definition(given)
    if named not in shipped_forms():
        known = "、".join(shipped_forms())
        raise WorkbookError("OTHER-FORM", say("file.unknown_form", name=file, found=shortened(named), known=known))
    return load_definition(named)
