"""Return copies for every unit with something left to do, made on all processors."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from xlreport.checks.check import check
from xlreport.errors import RequestError
from xlreport.forms.loading import load_definition
from xlreport.office.processes import run_each
from xlreport.submission import Submission
from xlreport.writing.filling import refuse_what_no_cell_holds
from xlreport.writing.return_copy import needs_return, returned_submission, write_return_copy


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnOrder:
    """A return copy to be made; ``additions`` are what the office says beside the check, by judgement."""

    form: str
    submission: Submission
    additions: tuple[tuple[str, str], ...] = ()


def return_copy(order: ReturnOrder) -> bytes | str:
    """The return copy as a file, or in words why there can be none; empty where nothing is left to do."""
    definition = load_definition(order.form, order.submission.version)
    result = check(definition, order.submission)
    words = dict(order.additions)
    findings = tuple(replace(one, message=one.message + words.get(one.rule or "", "")) for one in result.findings)
    result = replace(result, findings=findings)
    if not needs_return(result):
        return ""
    try:
        refuse_what_no_cell_holds(definition, returned_submission(definition, order.submission))
    except RequestError as error:
        return str(error)
    return write_return_copy(definition, result)


def make_return_copies(orders: Sequence[ReturnOrder], *, processes: int = 0) -> Generator[bytes | str, None, None]:
    """The return copies, one after the other in the order they were asked for."""
    yield from run_each(return_copy, orders, processes=processes)
