"""Write the return copies of checked files into a folder, each under a name that cannot leave it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from xlreport.checks.printing import FileVerdict
from xlreport.checks.result import CheckResult
from xlreport.cli.output import refuse_inputs, tell, write_whole
from xlreport.errors import RequestError
from xlreport.forms.loading import load_definition
from xlreport.messages import say
from xlreport.submission import Submission
from xlreport.writing.filling import refuse_what_no_cell_holds
from xlreport.writing.return_copy import needs_return, returned_submission, write_return_copy

LONGEST_PART = 30
"""Characters of the unit's code and of its name in a file's name."""
STAND_IN = "_"
_FORBIDDEN = frozenset('\\/:*?"<>|')
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Kinds of characters no name of a file should hold: controls, halves of characters, line ends."""
_OUTER = re.compile(r"^[ .]+|[ .]+$")
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)
"""Names that Windows keeps for devices, whatever follows after a dot."""


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
            path = folder / f"{_unused(file_stem(verdict.result.submission), taken)}.xlsx"
            done &= _write(verdict.result, path, form=form, inputs=sources, force=force)
    return done


def _write(result: CheckResult, path: Path, *, form: str, inputs: tuple[Path, ...], force: bool) -> bool:
    try:
        refuse_inputs(path, *inputs)
        definition = load_definition(form or result.submission.form)
        refuse_what_no_cell_holds(definition, returned_submission(definition, result.submission))
        write_whole(path, write_return_copy(definition, result), force=force)
    except RequestError as error:
        tell(str(error))
        return False
    tell(say("return.done", path=path))
    return True


# ── names of files ────────────────────────────────────────────────────────────────────────────────


def file_stem(submission: Submission) -> str:
    """``code_name_year_退回``: what the unit is called, in characters that every system takes."""
    unit = submission.unit
    parts = [_part(unit.code), _part(unit.name), str(submission.year), say("return.suffix")]
    stem = "_".join(part for part in parts if part)
    return STAND_IN + stem if stem.partition(".")[0].strip().upper() in _DEVICES else stem


def _part(words: str) -> str:
    """A piece of a name: forbidden characters replaced, no dot or space at either end."""
    plain = "".join(STAND_IN if _is_forbidden(character) else character for character in words)
    return _OUTER.sub(STAND_IN, plain[:LONGEST_PART])


def _is_forbidden(character: str) -> bool:
    return character in _FORBIDDEN or unicodedata.category(character) in _INVISIBLE


def _unused(stem: str, taken: set[str]) -> str:
    """The name, numbered where a file before had the same; upper and lower case are one to some systems."""
    number, name = 1, stem
    while name.casefold() in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name.casefold())
    return name
