"""The whole line on the shipped example: template, filled workbook, check result, report."""

from pathlib import Path

from xlreport.checks.check import check
from xlreport.checks.printing import FileVerdict, as_text
from xlreport.cli.inputs import read_file
from xlreport.cli.making import blank_submission
from xlreport.cli.output import emit, refuse_existing, tell, write_whole
from xlreport.errors import RequestError
from xlreport.forms.loading import find_form, load_definition
from xlreport.messages import say
from xlreport.reading.values import parse_values
from xlreport.reports.writing import write_report
from xlreport.writing.filling import fill
from xlreport.writing.template import write_template

FORM = "gov-info-annual-2021"


def run_demo(folder: Path, *, force: bool) -> None:
    """Write the four files of the line into ``folder`` and say what each of them is."""
    refuse_form(folder)
    names = {key: folder / say(f"demo.{key}") for key in ("template", "filled", "check", "report")}
    for path in names.values():
        refuse_existing(path, force=force)
    definition, example = load_definition(FORM), find_form(FORM)
    values, last = example / "example.json", example / "example_last.json"
    document = parse_values(values.read_bytes(), values.name)
    blank = blank_submission(
        definition,
        unit=document.unit.name,
        code=document.unit.code,
        level=document.unit.level,
        year=document.year or 0,
        last=last,
        deadline=say("demo.deadline", year=(document.year or 0) + 1),
        return_to=say("demo.return_to"),
        form="",
    )
    write_whole(names["template"], write_template(definition, blank), force=force)
    filled = fill(definition, read_file(names["template"]).submission, document)
    write_whole(names["filled"], write_template(definition, filled.submission), force=force)
    result = check(definition, read_file(names["filled"]).submission)
    text = as_text(FileVerdict(file=names["filled"].name, result=result))
    write_whole(names["check"], (text + "\n").encode("utf-8-sig"), force=force)
    write_whole(names["report"], write_report(definition, result, draft=not result.accepted), force=force)
    emit(text)
    tell("")
    tell(say("demo.done", folder=folder.resolve()))
    for key, path in names.items():
        tell(f"  {path.name}  {say(f'demo.about.{key}')}")


def refuse_form(folder: Path) -> None:
    """Refuse the folder of a form: whoever names one expects that very form to be shown.

    Raises:
        RequestError: it is one.
    """
    if (folder / "form.toml").exists():
        raise RequestError(say("demo.own_form", folder=folder))
