"""The office's whole line on a made-up county: roster, templates, filled workbooks, what collecting makes of them."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlreport.cli.collecting import CollectOptions, run_collect
from xlreport.cli.demonstrating import FORM, refuse_form
from xlreport.cli.inputs import read_file
from xlreport.cli.office import DONE, TROUBLE, IssueOptions, read_roster_file, run_issue
from xlreport.cli.output import refuse_existing, tell, write_whole
from xlreport.cli.progress import told
from xlreport.files.naming import unit_stem
from xlreport.forms.loading import find_form
from xlreport.messages import say
from xlreport.office.processes import run_each
from xlreport.office.roster.sheet import write_roster
from xlreport.reading.values import ValuesDocument, parse_values
from xlreport.writing.filling import fill
from xlreport.writing.template import write_template

PARENT_LEVEL = "county"
"""The level of the unit whose sum the example's is."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything lies below the folder of the demonstration."""

    folder: Path

    @property
    def roster(self) -> Path:
        """The list of the units."""
        return self.folder / say("demo.office.roster")

    @property
    def outbox(self) -> Path:
        """The templates that went out."""
        return self.folder / say("demo.office.outbox")

    @property
    def inbox(self) -> Path:
        """The workbooks that came in."""
        return self.folder / say("demo.office.inbox")

    @property
    def results(self) -> Path:
        """What collecting made of them."""
        return self.folder / say("demo.office.results")

    def refuse_existing(self, *, force: bool) -> None:
        """Refuse what is there already, before any work is done.

        Raises:
            RequestError: any of it exists and ``force`` was not given.
        """
        for path in (self.roster, self.outbox, self.inbox, self.results):
            refuse_existing(path, force=force)


@dataclass(frozen=True, slots=True)
class Filling:
    """A template, what a unit types into it, and how often the workbook has come in with that."""

    template: Path
    document: ValuesDocument
    round: int


def run_office_demo(folder: Path, *, force: bool) -> int:
    """Issue, fill and collect below ``folder``, and say what is to be seen there; the exit code.

    What the units send is part of the form's example: one nothing, one a mistake and then its correction, two
    something wrong, one something to explain.

    Raises:
        RequestError: something of it is there already, or cannot be written; or the folder is that of a form.
    """
    refuse_form(folder)
    places = Places(folder)
    places.refuse_existing(force=force)
    documents = _documents()
    year = documents[0].year or 0
    units = _write_roster(places, force=force)
    if _issue(places, year, force=force) == TROUBLE:
        return TROUBLE
    _send_in(places, documents, force=force)
    options = CollectOptions(
        inbox=places.inbox, roster=places.roster, year=year, results=places.results, level=PARENT_LEVEL
    )
    if run_collect(options) == TROUBLE:
        return TROUBLE
    _tell_what_to_see(places, units, len(documents), year)
    return DONE


def _documents() -> Sequence[ValuesDocument]:
    """What the units fill in, in the order in which it comes in."""
    path = find_form(FORM) / "example_office.json"
    return [parse_values(json.dumps(one).encode(), path.name) for one in json.loads(path.read_text("utf-8"))]


def _write_roster(places: Places, *, force: bool) -> int:
    """Write the roster; how many units are on it."""
    units = read_roster_file(find_form(FORM) / "example_roster.csv").units
    write_whole(places.roster, write_roster(units), force=force)
    return len(units)


def _issue(places: Places, year: int, *, force: bool) -> int:
    """Write a template for every unit of the roster; the exit code."""
    options = IssueOptions(
        form=FORM,
        roster=places.roster,
        year=year,
        last=find_form(FORM) / "example_office_last.json",
        deadline=say("demo.deadline", year=year + 1),
        return_to=say("demo.office.return_to"),
        password="",
        again=force,
        outbox=places.outbox,
    )
    return run_issue(options)


def _send_in(places: Places, documents: Sequence[ValuesDocument], *, force: bool) -> None:
    """Fill the templates and put them where they come in."""
    fillings = list(_fillings(places, documents))
    made = told(run_each(_filled, fillings), "demo.office.progress", len(fillings))
    for one, data in zip(fillings, made, strict=True):
        again = say("demo.office.again") if one.round > 1 else ""
        write_whole(places.inbox / f"{one.template.stem}{again}.xlsx", data, force=force)
    tell(say("demo.office.filled", count=len(fillings), folder=places.inbox))


def _fillings(places: Places, documents: Sequence[ValuesDocument]) -> Iterator[Filling]:
    """What is typed into which template; a second workbook of a unit is a round later."""
    rounds: Counter[str] = Counter()
    for document in documents:
        rounds[document.unit.code] += 1
        name = f"{unit_stem(document.unit, document.year or 0)}.xlsx"
        yield Filling(places.outbox / name, document, rounds[document.unit.code])


def _filled(filling: Filling) -> bytes:
    read = read_file(filling.template)
    made = fill(read.definition, replace(read.submission, round=filling.round), filling.document)
    return write_template(read.definition, made.submission)


def _tell_what_to_see(places: Places, units: int, sent: int, year: int) -> None:
    tell("")
    tell(say("demo.done", folder=places.folder.resolve()))
    for key in ("roster", "outbox", "inbox", "results"):
        path: Path = getattr(places, key)
        tell(f"  {path.name}  {say(f'demo.office.about.{key}', units=units, sent=sent)}")
    tell(say("demo.office.cases"))
    words = {"inbox": places.inbox, "roster": places.roster, "results": places.results}
    tell(say("demo.office.next", **words, year=year, level=PARENT_LEVEL))
