"""Read and judge files, one at a time; what cannot be read is that file's verdict, and the others go on."""

from pathlib import Path

from xlreport.checks.check import check
from xlreport.checks.history import with_last_year
from xlreport.checks.printing import FileVerdict
from xlreport.checks.result import CheckResult
from xlreport.cli.inputs import read_file, read_last
from xlreport.errors import WorkbookError
from xlreport.forms.definition import FormDefinition

ACCEPTED, NOT_ACCEPTED, TROUBLE = range(3)


def result_on(
    file: Path, last: Path | None, form: str, *, allow_missing: bool = False
) -> tuple[FormDefinition, CheckResult]:
    """The form and the check result of one file; ``allow_missing`` accepts a sum that lacks units.

    Raises:
        WorkbookError: the file cannot be read.
        RequestError: last year's figures are not of the year before.
    """
    read = read_file(file, form)
    definition, submission = read.definition, read.submission
    if last is not None:
        submission = with_last_year(definition, submission, read_last(last, form))
    return definition, check(definition, submission, allow_missing=allow_missing)


def verdict_on(file: Path, last: Path | None, form: str) -> FileVerdict:
    """The verdict on one file, be it that it cannot be read."""
    try:
        return FileVerdict(file=str(file), result=result_on(file, last, form)[1])
    except WorkbookError as error:
        return FileVerdict(file=str(file), trouble=error)


def exit_code(verdicts: list[FileVerdict]) -> int:
    """0 accepted, 1 not accepted, 2 unreadable; of several files the highest."""
    codes = [ACCEPTED if one.accepted else NOT_ACCEPTED if one.trouble is None else TROUBLE for one in verdicts]
    return max(codes)
