"""What came of one content that was handed in: read and judged once, whatever it is called and wherever it lies.

Contents are told apart by their digest. While a content is read the digest stands for its name, so nothing that is
kept of it depends on what the file happened to be called; ``named`` puts the name in.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from xlreport import __version__
from xlreport.cells import Blank, shown
from xlreport.checks.check import check
from xlreport.checks.result import Counts
from xlreport.errors import WorkbookError
from xlreport.findings import Finding, Severity
from xlreport.forms.loading import FORM_FILE, find_form, older_versions
from xlreport.messages import say
from xlreport.office.archive.standing import Standing, standing_of
from xlreport.reading.submission import form_of
from xlreport.reading.values import FIRST_YEAR, LAST_YEAR, parse_values
from xlreport.reading.workbook import read_workbook
from xlreport.submission import MOST_ROUNDS, Submission, Unit
from xlreport.verifying.renaming import hidden_sheet_named_back
from xlreport.verifying.sources import read_source

NOTHING = Counts(error=0, query=0, notice=0, blank=0)
NOBODY = Unit(name="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """The facts about a content, without its values.

    ``summed`` is not empty for a sum of ours. ``is_sealed`` is false where somebody changed what only the issuer of
    a template knows: unit, year, round.
    ``standing`` is what its check comes to, RETURNED where it cannot be read; ``trouble`` is then why. ``filling``
    tells what was filled in from other fillings, whatever the file around it looks like; ``typed`` does so for what
    was typed alone, in whatever round, and is empty where nothing was.
    """

    digest: str
    form: str = ""
    version: str = ""
    unit: Unit = NOBODY
    year: int = 0
    round: int = 0
    saved: str = ""
    filling: str = ""
    typed: str = ""
    summed: str = ""
    is_sealed: bool = True
    standing: Standing = Standing.RETURNED
    counts: Counts = NOTHING
    trouble: Finding | None = None

    @property
    def is_readable(self) -> bool:
        """Whether there are figures."""
        return self.trouble is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A content as it was read: its facts, its submission (its source is the digest), and all that was found."""

    filing: Filing
    submission: Submission | None = None
    findings: tuple[Finding, ...] = ()


def read_content(data: bytes, digest: str, form: str) -> Reading:
    """Read and judge a content; what cannot be read is a filing, too."""
    try:
        read = read_source(data, digest, form)
    except WorkbookError as error:
        trouble = Finding(code=error.code, severity=Severity.ERROR, message=error.message)
        return Reading(filing=Filing(digest=digest, trouble=trouble))
    submission = read.submission
    if not (FIRST_YEAR <= submission.year <= LAST_YEAR and 1 <= submission.round <= MOST_ROUNDS):
        words = say("file.damaged_template", name=digest)
        trouble = Finding(code="DAMAGED-TEMPLATE", severity=Severity.ERROR, message=words)
        return Reading(filing=Filing(digest=digest, trouble=trouble))
    result = check(read.definition, submission)
    filing = Filing(
        digest=digest,
        form=submission.form,
        version=submission.version,
        unit=submission.unit,
        year=submission.year,
        round=submission.round,
        saved=submission.saved,
        filling=filling_of(submission),
        typed=typed_in(submission),
        summed=submission.summed,
        is_sealed=submission.is_sealed,
        standing=standing_of(result),
        counts=result.counts,
    )
    return Reading(filing=filing, submission=submission, findings=result.findings)


def form_in(data: bytes, name: str) -> str:
    """The form a workbook or a values JSON says it is of; empty where it says none, or cannot be read."""
    try:
        return form_of(hidden_sheet_named_back(read_workbook(data, name)), name)[0]
    except WorkbookError:  # no workbook; it may be a values JSON
        pass
    try:
        return parse_values(data, name).form
    except WorkbookError:
        return ""


def filling_of(submission: Submission) -> str:
    """What tells one filling from another: values, texts, explanations and what blanks mean."""
    parts = [
        *(f"{ref}={shown(value)}" for ref, value in submission.values.items()),
        *(f"{ref}={lines}" for ref, lines in submission.texts.items()),
        *(f"{ref}≡{shown(value)}" for ref, value in submission.totals.items()),
        *(f"{key}:{one.text}" for key, one in submission.explanations.items()),
        *submission.zero_blanks,
    ]
    facts = (submission.unit, submission.year, submission.round, sorted(parts))
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


def typed_in(submission: Submission) -> str:
    """What tells what somebody typed from other contents; empty where nothing was, as in a template."""
    parts = [
        *(f"{ref}={shown(value)}" for ref, value in submission.values.items() if not isinstance(value, Blank)),
        *(f"{ref}={lines}" for ref, lines in submission.texts.items() if lines),
        *(f"{key}:{one.text}" for key, one in submission.explanations.items()),
        *submission.zero_blanks,
    ]
    return hashlib.sha256(repr(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16] if parts else ""


def named(finding: Finding, digest: str, name: str) -> Finding:
    """What was found in a content, told of a file of that name."""
    return replace(finding, message=finding.message.replace(digest, name))


# ── what a reading depends on, beside the content ─────────────────────────────────────────────────


@lru_cache(maxsize=1)
def program() -> str:
    """The version of this program, to the letter of its code: another one may find something else."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent.parent
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return f"{__version__} {digest.hexdigest()[:16]}"


def edition(form: str) -> str:
    """A form to the letter of its files: its present version and the older ones.

    Raises:
        DefinitionError: there is no such form.
    """
    folders = (find_form(form), *older_versions(form).values())
    return hashlib.sha256(b"\0".join((folder / FORM_FILE).read_bytes() for folder in folders)).hexdigest()[:16]
