"""Write the return copies of checked files into a folder, each under a name that cannot leave it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from xlreport.checks.printing import FileVerdict
from xlreport.checks.result import CheckResult
from xlreport.cli.output import refuse_inputs, tell, write_whole
from xlreport.errors import RequestError
from xlreport.files.naming import unit_stem, unused
from xlreport.forms.loading import load_definition
from xlreport.messages import say
from xlreport.submission import Submission
from xlreport.writing.filling import refuse_what_no_cell_holds
from xlreport.writing.return_copy import needs_return, returned_submission, write_return_copy


def write_return_copies(
    verdicts: Sequence[FileVerdict], folder: Path, *, form: str, inputs: Iterable[Path], force: bool
) -> bool:
    """Write a return copy for every file with something left to do; whether all could be written.

    What happens to one file is said, and the others go on. Files that cannot be read have nothing to return.
    """
    sources = tuple(inputs)
    taken: set[str] = set()
    done = True
    for verdict in verdicts:
        if verdict.result is None:
            tell(say("return.none", file=verdict.file))
        elif needs_return(verdict.result):
            path = folder / f"{unused(file_stem(verdict.result.submission), taken)}.xlsx"
            done &= _write(verdict.result, path, form=form, inputs=sources, force=force)
    return done


def _write(result: CheckResult, path: Path, *, form: str, inputs: tuple[Path, ...], force: bool) -> bool:
    try:
        refuse_inputs(path, *inputs)
        definition = load_definition(form or result.submission.form, result.submission.version)
        refuse_what_no_cell_holds(definition, returned_submission(definition, result.submission))
        write_whole(path, write_return_copy(definition, result), force=force)
    except RequestError as error:
        tell(str(error))
        return False
    tell(say("return.done", path=path))
    return True


def file_stem(submission: Submission) -> str:
    """``code_name_year_退回``: what a return copy is called."""
    return unit_stem(submission.unit, submission.year, say("return.suffix"))
