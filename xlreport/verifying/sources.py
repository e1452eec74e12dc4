"""Whatever figures come in, workbook or JSON, as a submission together with its form."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from xlreport.cells import shortened
from xlreport.errors import WorkbookError
from xlreport.findings import Severity
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition, older_versions, shipped_forms
from xlreport.messages import say
from xlreport.reading.found import structure_finding
from xlreport.reading.submission import form_of, read_submission
from xlreport.reading.values import parse_values, submission_of
from xlreport.reading.workbook import ReadWorkbook, read_workbook
from xlreport.submission import Submission
from xlreport.verifying.around import comments
from xlreport.verifying.integrity import is_sealed, verify
from xlreport.verifying.leftovers import leftovers
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
    known = _known_form(form, *form_of(workbook, name), name)
    return known.read(verified_submission(known.definition, workbook, name))


def verified_submission(definition: FormDefinition, workbook: ReadWorkbook, name: str) -> Submission:
    """The submission a filled workbook holds, with all that reading and verifying found.

    Raises:
        WorkbookError: it is not a template of this form and version.
    """
    named = sheets_named_back(definition, hidden_sheet_named_back(workbook))
    submission = read_submission(definition, named.workbook, name)
    left = leftovers(definition, named.workbook, submission)
    submission = replace(submission, leftovers=left.cells, extra_sheets=left.extra_sheets)
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
    known = _known_form(form, document.form, document.version, name)
    if not document.unit.name or document.year is None:
        raise WorkbookError("NOT-VALUES", say("file.not_values", name=name, reason=say("json.needs_whose")))
    return known.read(submission_of(known.definition, document))


@dataclass(frozen=True, slots=True)
class _KnownForm:
    """The definition a file is read by, and the version of the form that is filled in at present."""

    definition: FormDefinition
    present: str

    def read(self, submission: Submission) -> Read:
        """The submission, with a notice where it is of an older version."""
        version = self.definition.version
        if version == self.present:
            return Read(self.definition, submission)
        notice = structure_finding("OLDER-VERSION", Severity.NOTICE, version=version, present=self.present)
        return Read(self.definition, replace(submission, findings=(notice, *submission.findings)))


def _known_form(given: str, named: str, version: str, file: str) -> _KnownForm:
    """The form a file names, in the version it names where that is known; else reading it will refuse it."""
    if not given and named not in shipped_forms():
        known = "、".join(shipped_forms())
        raise WorkbookError("OTHER-FORM", say("file.unknown_form", name=file, found=shortened(named), known=known))
    form = given or named
    present = load_definition(form)
    is_older = version != present.version and named == present.id and version in older_versions(form)
    return _KnownForm(load_definition(form, version) if is_older else present, present.version)
