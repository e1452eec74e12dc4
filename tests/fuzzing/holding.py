"""What must hold of any bytes at all: findings or a clean refusal, in little time and memory."""

import json
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from xlreport.cells import Boolean, ErrorValue, Number, Value, shown
from xlreport.checks.check import check
from xlreport.checks.printing import FileVerdict, as_json, as_text
from xlreport.checks.result import CheckResult
from xlreport.errors import RequestError, WorkbookError
from xlreport.forms.definition import FormDefinition
from xlreport.verifying.sources import read_source
from xlreport.writing.filling import refuse_what_no_cell_holds
from xlreport.writing.return_copy import needs_return, returned_submission, write_return_copy
from xlreport.writing.values import values_document

SECONDS = 5
"""The longest a run may take."""
MEGABYTES = 500
"""The most memory a run may take beyond what the process had."""
NAME = "fuzzed.xlsx"


class TooLongError(Exception):
    """A run took more than ``SECONDS``."""


def ending_of(data: bytes, form: str, *, is_returned: bool) -> str:
    """How the bytes end: ``accepted``, ``findings``, or the code they are refused with; anything else is raised.

    ``is_returned``: what is not accepted is written as a return copy, which must be a good workbook itself.
    """
    try:
        read = read_source(data, NAME, form)
    except WorkbookError as error:
        as_text(FileVerdict(file=NAME, trouble=error))
        return error.code
    result = check(read.definition, read.submission)
    verdict = FileVerdict(file=NAME, result=result)
    as_text(verdict).encode("gbk", "replace")
    json.dumps(as_json(verdict)).encode()
    values_document(read.definition, read.submission, computed=True)
    if is_returned and needs_return(result):
        _come_back(read.definition, result, form)
    return "accepted" if result.accepted else "findings"


def _come_back(definition: FormDefinition, result: CheckResult, form: str) -> None:
    """The return copy is written, can be read, and holds the same values."""
    try:
        refuse_what_no_cell_holds(definition, returned_submission(definition, result.submission))
    except RequestError:  # a text no cell can hold: said, and not written
        return
    again = read_source(write_return_copy(definition, result), NAME, form).submission
    before = result.submission
    lost = {
        ref: (before.value(ref), again.value(ref))
        for ref in {*before.values, *again.values}
        if before.value(ref) != again.value(ref) and not _is_told_in_words(before.value(ref), again.value(ref))
    }
    assert not lost, f"not the same in the return copy: {lost}"
    texts = [{ref: text for ref, text in one.texts.items() if text} for one in (before, again)]
    assert texts[0] == texts[1], "a text is not the same in the return copy"


def _is_told_in_words(before: Value, again: Value) -> bool:
    """What no cell of ours holds, an error, a truth value, a number too large, stands in the copy as the same words."""
    return isinstance(before, ErrorValue | Boolean | Number) and shown(before) == shown(again)


@contextmanager
def held_to_time_and_memory() -> Iterator[None]:
    """A run ends within its seconds, and asks for no more memory than it may.

    Raises:
        TooLongError: it took longer.
        MemoryError: it asked for more.
    """
    previous = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, 2 * SECONDS)  # of the clock, where others use the processor too
    began = time.process_time()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    if time.process_time() - began > SECONDS:
        raise TooLongError


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TooLongError


def limit_memory() -> None:
    """From now on the process may grow by so many megabytes and no more."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no file of ours
        pages = int(file.read().split()[0])
    most = pages * resource.getpagesize() + MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
