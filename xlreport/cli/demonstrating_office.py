"""The office's whole line on a made-up county: roster, templates, filled workbooks, what collecting makes of them."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from xlreport.cli.collecting import CollectOptions, run_collect
from xlreport.cli.demonstrating import FORM
from xlreport.cli.inputs import read_file
from xlreport.cli.office import IssueOptions, read_roster_file, run_issue
from xlreport.cli.output import refuse_existing, tell, write_whole
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import find_form, load_definition
from xlreport.messages import say
from xlreport.office.naming import unit_stem
from xlreport.reading.values import ValuesDocument, parse_values
from xlreport.writing.filling import fill
from xlreport.writing.template import write_template


def run_office_demo(folder: Path, *, force: bool) -> None:
    """Issue, fill and collect below ``folder``, and say what is to be seen there.

    One unit sends nothing, one sends a mistake and then its correction, two send something wrong and one something
    to explain.
    """
    roster, outbox, inbox, results = (
        folder / say(f"demo.office.{key}") for key in ("roster", "outbox", "inbox", "results")
    )
    example = find_form(FORM)
    refuse_existing(roster, force=force)
    write_whole(roster, (example / "example_roster.csv").read_text("utf-8").encode("utf-8-sig"), force=force)
    documents = list(_documents(example / "example_office.json"))
    year = documents[0].year or 0
    run_issue(
        IssueOptions(
            form=FORM,
            roster=roster,
            year=year,
            last=None,
            deadline=say("demo.deadline", year=year + 1),
            return_to=say("demo.return_to"),
            password="",
            again=False,
            outbox=outbox,
        )
    )
    for name, data in _filled(load_definition(FORM), documents, outbox):
        write_whole(inbox / name, data, force=force)
    tell(say("demo.office.filled", count=len(documents), folder=inbox))
    run_collect(CollectOptions(inbox=inbox, roster=roster, year=year, results=results))
    tell("")
    tell(say("demo.done", folder=folder.resolve()))
    for path, key in ((roster, "roster"), (outbox, "outbox"), (inbox, "inbox"), (results, "results")):
        units = len(read_roster_file(roster).units)
        tell(f"  {path.name}  {say(f'demo.office.about.{key}', units=units)}")


def _documents(path: Path) -> Iterator[ValuesDocument]:
    """What the units fill in, in the order in which it comes in."""
    for document in json.loads(path.read_text("utf-8")):
        yield parse_values(json.dumps(document).encode(), path.name)


def _filled(definition: FormDefinition, documents: list[ValuesDocument], outbox: Path) -> Iterator[tuple[str, bytes]]:
    """Each unit's template with its values in it; a second one of a unit is a round later."""
    rounds: Counter[str] = Counter()
    for document in documents:
        unit = document.unit
        rounds[unit.code] += 1
        template = read_file(outbox / f"{unit_stem(unit, document.year or 0)}.xlsx").submission
        made = fill(definition, replace(template, round=rounds[unit.code]), document).submission
        again = say("demo.office.again") if rounds[unit.code] > 1 else ""
        yield f"{unit_stem(unit, made.year)}{again}.xlsx", write_template(definition, made)
