"""Templates for every unit of a roster: read what is needed, write what is missing, say what happened."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from xlreport.cli.describing import tell_lacking
from xlreport.cli.inputs import read_bytes
from xlreport.cli.making import checked_password, refuse_words
from xlreport.cli.output import tell
from xlreport.cli.progress import told
from xlreport.errors import RequestError, WorkbookError
from xlreport.files.whole import is_long
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition
from xlreport.messages import say
from xlreport.office.archive.archive import ARCHIVE, last_year
from xlreport.office.folder.own import Blocked, OwnFolder, Unchanged, Written
from xlreport.office.issuing.issuing import Issue, make_templates, plan_issues
from xlreport.office.issuing.last_year import (
    NO_LAST_YEAR,
    LastFile,
    LastYear,
    documents_of,
    match_last_year,
    read_last_file,
)
from xlreport.office.processes import run_each
from xlreport.office.roster.roster import Roster, read_roster
from xlreport.submission import Submission, Unit

DONE, TROUBLE = 0, 2
ENDINGS = (".xlsx", ".json")
MOST_NAMED = 20
"""Units or files that are named one by one in a message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueOptions:
    """What ``issue`` was asked for."""

    form: str
    roster: Path
    year: int
    last: Path | None
    deadline: str
    return_to: str
    password: str
    again: bool
    outbox: Path


def read_roster_file(path: Path) -> Roster:
    """The roster in a file.

    Raises:
        WorkbookError: it is not there or cannot be read.
        RequestError: it is no roster, or anything in it is wrong.
    """
    return read_roster(read_bytes(path), path.name)


def other_rosters(roster: Roster) -> list[str]:
    """A line for each sheet of a roster's file that looks like a roster, too: its units are no units for us."""
    return [say("roster.other_sheet", sheet=sheet) for sheet in roster.others]


def words_of_parents(roster: Roster) -> dict[str, object]:
    """The superiors a roster names that are no row of it, for a sentence that says there are several."""
    names = "、".join(say("collect.quoted", name=name) for name in roster.parents[:MOST_NAMED])
    return {"count": len(roster.parents), "names": names}


def run_issue(options: IssueOptions) -> int:
    """Write the templates that are not there yet (with ``again``: all that changed); the exit code.

    Raises:
        RequestError: nothing was written, as something asked for is not right; or the disk is full.
        WorkbookError: the roster cannot be read.
        DefinitionError: the form is not right.
    """
    definition = load_definition(options.form)
    refuse_words(options.deadline, options.return_to)
    password = checked_password(options.password)
    roster = read_roster_file(options.roster)
    last = _last_year(definition, options, [one.unit for one in roster.units])
    issues = plan_issues(definition, roster, options.year, last, deadline=options.deadline, return_to=options.return_to)
    with OwnFolder.open(options.outbox, f"issue {definition.id} {options.year}") as outbox:
        wanted = [one for one in issues if options.again or not outbox.holds(one.name)]
        with closing(make_templates(options.form, wanted, password=password)) as made:
            outcomes = [outbox.write(one.name, data) for one, data in told(made, "issue.progress", len(wanted))]
        others = _others(outbox, issues, again=options.again)
    tell_lacking(definition)
    if len(roster.parents) > 1:
        tell(say("issue.parents", **words_of_parents(roster)))
    for line in other_rosters(roster):
        tell(line)
    _tell_notes(last, issues, options)
    return _tell_outcomes(options, len(issues), outcomes, others)


def _others(outbox: OwnFolder, issues: Sequence[Issue], *, again: bool) -> list[str]:
    """What is said of templates of units that are not on the roster, or not by that name."""
    names = {one.name for one in issues}
    if again:
        return [one.reason for one in outbox.remove_others(names) if isinstance(one, Blocked)]
    others = [name for name in outbox.names if name not in names]
    return [say("issue.others", count=len(others), names=_some(others))] if others else []


# ── last year ─────────────────────────────────────────────────────────────────────────────────────


def _last_year(definition: FormDefinition, options: IssueOptions, units: Sequence[Unit]) -> LastYear:
    """Last year's figures by unit.

    Raises:
        RequestError: there is nothing at the path, or not one usable figure: most likely it is the wrong path.
    """
    if options.last is None:
        return NO_LAST_YEAR
    found = _archived(definition, options.last, options.year - 1) or _submissions(options.last, options.form)
    last = match_last_year(definition, units, found, options.year)
    if not last.figures:
        lines = (f"  {note}" for note in last.notes[:MOST_NAMED])
        raise RequestError("\n".join([say("issue.no_last", path=options.last), *lines]))
    return last


def _archived(definition: FormDefinition, path: Path, year: int) -> list[Submission | str]:
    """The submissions of a year that counted in the end, where the path is an archive or a folder of results.

    Raises:
        RequestError: there is an archive, and it cannot be read or holds nothing of that form and year.
    """
    archive = path / ARCHIVE if path.is_dir() else path
    if archive.suffix.lower() != Path(ARCHIVE).suffix or not archive.is_file():
        return []
    found = last_year(archive, definition.id, year)
    if not found:
        raise RequestError(say("issue.empty_archive", path=archive, year=year))
    return [replace(one, source=one.unit.name, unit=replace(one.unit, code=code)) for code, one in found.items()]


def _submissions(path: Path, form: str) -> list[Submission | str]:
    """Every submission of last year that lies at a path, or in words why a file holds none."""
    files: list[LastFile] = []
    troubles: list[Submission | str] = []
    for name, file in _last_paths(path, troubles):
        try:
            files += documents_of(LastFile(name, read_bytes(file), form))
        except WorkbookError as error:
            troubles.append(say("last.unreadable", reason=error))
    read = run_each(read_last_file, files)
    return [*troubles, *told(read, "issue.reading", len(files))]


def _last_paths(path: Path, troubles: list[Submission | str]) -> Iterator[tuple[str, Path]]:
    """The workbooks and JSON files at a path by their names within it, sorted; what programs leave is none."""
    if not path.is_dir():
        yield path.name, path
        return
    walk = os.walk(path, onerror=lambda error: troubles.append(say("last.folder", name=error.filename)))
    files = (Path(folder, name) for folder, _, names in walk for name in names)
    for file in sorted(file for file in files if _may_be_last(file)):
        yield file.relative_to(path).as_posix(), file


def _may_be_last(file: Path) -> bool:
    return file.suffix.lower() in ENDINGS and not file.name.startswith(("~$", "."))


# ── words ─────────────────────────────────────────────────────────────────────────────────────────


def _tell_notes(last: LastYear, issues: Sequence[Issue], options: IssueOptions) -> None:
    if options.last is None:
        return
    without = [one.submission.unit.name for one in issues if one.submission.last is None]
    if without:
        tell(say("issue.without_last", count=len(without), names=_some(without)))
    if last.notes:
        tell(say("issue.notes", count=len(last.notes)))
        for note in last.notes:
            tell(f"  {note}")


def _tell_outcomes(
    options: IssueOptions, count: int, outcomes: Sequence[Written | Unchanged | Blocked], others: Sequence[str]
) -> int:
    blocked = [one.reason for one in outcomes if isinstance(one, Blocked)]
    written = sum(isinstance(one, Written) for one in outcomes)
    long = (path for one in outcomes if is_long(path := options.outbox / one.name))
    for words in (*blocked, *others, *(say("output.long_path", path=path) for path in long)):
        tell(words)
    there = count - written - len(blocked)
    tell(say("issue.done", written=written, there=there, folder=options.outbox))
    if there and not options.again:
        tell(say("issue.again"))
    if blocked:
        tell(say("issue.blocked", count=len(blocked)))
    return TROUBLE if blocked else DONE


def _some(names: Sequence[str]) -> str:
    more = say("issue.more", count=len(names) - MOST_NAMED) if len(names) > MOST_NAMED else ""
    return "、".join(names[:MOST_NAMED]) + more
