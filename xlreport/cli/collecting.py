"""Collect what came in: read the inbox, write the results, say how things stand."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlreport.cells import one_line, shortened
from xlreport.cli.inputs import read_file
from xlreport.cli.making import blank_submission
from xlreport.cli.office import other_rosters, read_roster_file, words_of_parents
from xlreport.cli.output import emit, tell
from xlreport.cli.progress import told
from xlreport.errors import RequestError
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition, shipped_forms
from xlreport.messages import say
from xlreport.office.archive.archive import ARCHIVE, Archive
from xlreport.office.archive.filing import edition, program
from xlreport.office.archive.standing import Standing
from xlreport.office.china_time import CHINA, in_words
from xlreport.office.collecting.collecting import collect
from xlreport.office.collecting.receiving import Reader, Receipt, forms_of, receive
from xlreport.office.folder.own import Blocked, OwnFolder, Written, is_ours
from xlreport.office.inbox.inbox import look_into, refuse_unreadable
from xlreport.office.results.outputs import Left
from xlreport.office.results.results import AGGREGATE, RETURN, STATUS, TRACE, Results, Wanted, Writing
from xlreport.office.roster.roster import Roster
from xlreport.submission import Submission

COMPLETE, INCOMPLETE, TROUBLE = range(3)
PURPOSE = "collect"
"""What a folder of results is for, as its mark says: this word, then the form and the year."""
MOST_TOLD = 20
"""Files that do not count, told one by one; status.xlsx lists all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectOptions:
    """What ``collect`` and ``watch`` were asked for."""

    inbox: Path
    roster: Path
    year: int
    results: Path
    form: str = ""
    unit: str = ""
    unit_code: str = ""
    level: str = ""
    last: Path | None = None
    against: Path | None = None
    jobs: int = 0

    @property
    def beside(self) -> tuple[Path, ...]:
        """The files a collection reads beside the inbox."""
        return tuple(path for path in (self.roster, self.last, self.against) if path is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """The options, made out: the form, the roster, and what the results are of."""

    form: str
    definition: FormDefinition
    roster: Roster
    wanted: Wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How a run ended: the exit code, how things stand in one line, and what else is to be said."""

    code: int
    state: str
    notes: tuple[str, ...]

    def print(self) -> None:
        """How things stand is the result; the rest is for people."""
        emit(self.state)
        for note in self.notes:
            tell(one_line(note))


def run_collect(options: CollectOptions) -> int:
    """Collect once; the exit code: 0 where all units are accepted and no file is left over, else 1, 2 for trouble.

    Raises:
        RequestError: something asked for is not right, another run is at work, or the disk is full.
        WorkbookError: the roster or the report to compare with cannot be read.
        DefinitionError: the form is not right.
    """
    try:
        task = prepare(options)
        with open_results(options, task) as folder:
            report = collect_once(options, task, folder)
    except KeyboardInterrupt:
        tell(say("collect.interrupted"))
        raise
    report.print()
    return report.code


def prepare(options: CollectOptions) -> Task:
    """Read everything a run needs, before a file is written.

    Raises:
        RequestError: something asked for is not right.
        WorkbookError: the roster or the report to compare with cannot be read.
        DefinitionError: the form is not right.
    """
    if not options.inbox.is_dir():
        raise RequestError(say("collect.no_inbox", path=options.inbox))
    _refuse_inbox(options)
    form = options.form or _only_form()
    definition = load_definition(form)
    if not options.form and not (options.results / ARCHIVE).exists():
        _refuse_other_form(options.inbox, definition)
    roster = read_roster_file(options.roster)
    parent = _parent(options, definition, roster, form)
    against = None if options.against is None else read_file(options.against, form).submission
    wanted = Wanted(definition=definition, parent=parent.unit, last=parent.last, against=against)
    return Task(form=form, definition=definition, roster=roster, wanted=wanted)


def open_results(options: CollectOptions, task: Task) -> OwnFolder:
    """Take the folder of results.

    Raises:
        RequestError: it is somebody else's, of another form or year, or another run is at work in it.
    """
    return OwnFolder.open(options.results, f"{PURPOSE} {task.definition.id} {options.year}")


def collect_once(
    options: CollectOptions, task: Task, folder: OwnFolder, *, only: Callable[[Path], bool] = lambda _: True
) -> Report:
    """Read what is new, write what follows from it, and report how things stand.

    Raises:
        RequestError: the disk is full, or the archive is in use or damaged.
    """
    at = in_words(datetime.now(CHINA))
    reader = Reader(form=task.form, program=program(), edition=edition(task.form), at=at, processes=options.jobs)
    with Archive.open(folder.path / ARCHIVE) as archive, look_into(options.inbox, only=only) as inbox:
        receipt = receive(inbox, archive, reader, lambda items, total: told(items, "collect.reading", total))
        writing = Writing(
            folder=folder,
            archive=archive,
            reader=reader,
            wanted=task.wanted,
            receipt=receipt,
            progress=lambda items, total: told(items, "collect.returning", total),
        )
        parent = task.wanted.parent
        known = archive.all_filings(task.definition.id, options.year)
        results = writing.write(
            collect(task.definition, task.roster, options.year, receipt.received, parent=parent, known=known, at=at)
        )
    return _report(options, task, receipt, results)


def _refuse_inbox(options: CollectOptions) -> None:
    """Refuse to take for what came in what we wrote ourselves (return copies, sums), or what cannot be listed."""
    inbox = options.inbox.resolve()
    if inbox == options.results.resolve():
        raise RequestError(say("collect.same_folder", path=options.inbox))
    ours = next((folder for folder in (inbox, *inbox.parents) if is_ours(folder, PURPOSE)), None)
    if ours is not None:
        raise RequestError(say("collect.our_folder", path=options.inbox, folder=ours))
    refuse_unreadable(options.inbox)


def _only_form() -> str:
    forms = list(shipped_forms())
    if len(forms) != 1:
        raise RequestError(say("collect.which_form", known="、".join(forms)))
    return forms[0]


def _refuse_other_form(inbox: Path, definition: FormDefinition) -> None:
    """Refuse to bind a new folder of results to a form nobody asked for, where only workbooks of others came in."""
    others: Counter[str] = Counter()
    with look_into(inbox) as found:
        for form in forms_of(found):
            if form == definition.id:
                return
            others[form] += 1
    if others:
        found_forms = "、".join(say("collect.quoted", name=shortened(form)) for form in sorted(others))
        words = {"count": others.total(), "found": found_forms, "expected": definition.id}
        raise RequestError(say("collect.other_forms", **words))


def _parent(options: CollectOptions, definition: FormDefinition, roster: Roster, form: str) -> Submission:
    """The unit whose report the sum becomes (as given, else the one superior the roster names), and its last year."""
    found = roster.parent_unit()
    name = options.unit or (found.name if found is not None else "")
    if not name and roster.parents:
        raise RequestError(say("collect.parents", **words_of_parents(roster)))
    if not name:
        raise RequestError(say("collect.no_parent"))
    return blank_submission(
        definition,
        unit=name,
        code=options.unit_code,
        level=options.level,
        year=options.year,
        last=options.last,
        deadline="",
        return_to="",
        form=form,
    )


# ── words ─────────────────────────────────────────────────────────────────────────────────────────


def _report(options: CollectOptions, task: Task, receipt: Receipt, results: Results) -> Report:
    blocked = [one for one in results.outcomes if isinstance(one, Blocked)]
    left_over = _left_over(receipt, results)
    notes = [*(one.reason for one in blocked), *_beside(results), *results.notes, *other_rosters(task.roster)]
    called = {name: results.names.get(name, name) for name in (STATUS, AGGREGATE, TRACE)}
    if left_over:
        notes.append(say("collect.strays", count=len(left_over), status=called[STATUS]))
        notes += left_over[:MOST_TOLD]
        if len(left_over) > MOST_TOLD:
            notes.append(say("collect.more", count=len(left_over) - MOST_TOLD))
    notes.append(_written(options.results, called))
    if task.definition.levels and not task.wanted.parent.level:
        notes.append(say("collect.no_level"))
    left = [one.name for one in results.outcomes if isinstance(one, Left)]
    if left:
        notes.append(say("collect.left", count=len(left), names="、".join(left[:MOST_TOLD])))
    if results.doubts:
        notes.append(say("collect.doubts", count=results.doubts, aggregate=called[AGGREGATE], status=called[STATUS]))
    if options.against is not None and results.differing is not None:
        words = {"name": options.against.name, "trace": called[TRACE], "status": called[STATUS]}
        notes.append(say("collect.against", count=results.differing, **words))
    if blocked:
        notes.append(say("collect.blocked", count=len(blocked)))
    collection = results.collection
    numbers = {standing.value: collection.count(standing) for standing in Standing}
    return Report(
        code=TROUBLE if blocked else COMPLETE if collection.is_complete and not left_over else INCOMPLETE,
        state=say("collect.done", units=len(collection.units), read=receipt.read, **numbers),
        notes=tuple(notes),
    )


def _written(folder: Path, called: Mapping[str, str]) -> str:
    """Where the results are, each by the name it has now; return copies only where there are any."""
    returned = say("collect.returned") if any((folder / RETURN).glob("*.xlsx")) else ""
    words = {"status": called[STATUS], "aggregate": called[AGGREGATE], "trace": called[TRACE]}
    return say("collect.written", folder=folder, returned=returned, **words)


def _beside(results: Results) -> Iterator[str]:
    """Where a result was written that a person had changed."""
    expected = (STATUS, AGGREGATE, TRACE)
    for one in results.outcomes:
        if isinstance(one, Written) and one.name not in expected and not one.name.startswith(f"{RETURN}/"):
            first = next(name for name in expected if one.name.startswith(name.removesuffix(".xlsx")))
            yield say("collect.beside", name=first, other=one.name)


def _left_over(receipt: Receipt, results: Results) -> list[str]:
    """A line for each file that may have been meant to count and does not."""
    lines = [say("collect.stray_line", words=one.finding.message) for one in results.collection.strays]
    missed = (one for one in receipt.passed_over if one.why.is_trouble)
    return [*lines, *(say("collect.stray", name=one.name, words=one.words) for one in missed)]
