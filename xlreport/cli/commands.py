"""The commands. Each imports what it needs when it runs: start-up is part of the product."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlreport import __version__
from xlreport.cli.output import emit, refuse_existing, refuse_inputs, refuse_target, tell, write_whole
from xlreport.cli.wording import PlainCommand, PlainGroup
from xlreport.messages import say

if TYPE_CHECKING:
    from xlreport.checks.printing import FileVerdict

app = typer.Typer(
    name="xlreport",
    cls=PlainGroup,
    help=say("cli.help"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

NOT_ACCEPTED = 1
DISTRIBUTION = "xlreport-forms"
"""What the package is called where it is installed from."""


class Format(StrEnum):
    """How a check is printed."""

    TEXT = "text"
    JSON = "json"


class Faces(StrEnum):
    """Which names the report's faces bear."""

    WINDOWS = "windows"
    GBT = "gbt"


Out = Annotated[Path, typer.Option("--output", "-o", help=say("cli.out"))]
Force = Annotated[bool, typer.Option("--force", help=say("cli.force"))]
OwnForm = Annotated[str, typer.Option("--form", help=say("cli.form"))]
FormName = Annotated[str, typer.Argument(metavar="FORM", help=say("cli.form_argument"))]
LastFile = Annotated[Path | None, typer.Option("--last", help=say("cli.last"))]


def _tell_version(wanted: bool) -> None:
    if wanted:
        emit(f"{DISTRIBUTION} {__version__}")
        raise typer.Exit


@app.callback()
def xlreport(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help=say("cli.version"))
    ] = False,
) -> None:
    """Take what stands before a command."""


@app.command(cls=PlainCommand, help=say("cli.forms"))
def forms() -> None:
    """List the forms there are."""
    from xlreport.forms.loading import load_definition, shipped_forms  # noqa: PLC0415 - start-up

    for name in shipped_forms():
        definition = load_definition(name)
        emit(f"{definition.id}  {definition.version}  {definition.title}\n    {definition.summary}")
    tell(say("forms.next"))


@app.command(cls=PlainCommand, help=say("cli.rules"))
def rules(form: FormName) -> None:
    """Print the rules and parameters of a form."""
    from xlreport.cli.describing import rules_text, tell_lacking  # noqa: PLC0415 - start-up
    from xlreport.forms.loading import load_definition  # noqa: PLC0415 - start-up

    definition = load_definition(form)
    emit(rules_text(definition))
    tell_lacking(definition)


@app.command(cls=PlainCommand, help=say("cli.explain"))
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help=say("cli.code"))],
    form: OwnForm = "",
) -> None:
    """Say what a finding means and how to mend it."""
    from xlreport.cli.describing import explain_text  # noqa: PLC0415 - start-up

    emit(explain_text(code, form))


@app.command(cls=PlainCommand, help=say("cli.template"))
def template(
    form: FormName,
    *,
    out: Out,
    unit: Annotated[str, typer.Option("--unit", help=say("cli.unit"))],
    year: Annotated[int, typer.Option("--year", min=1900, max=9999, help=say("cli.year"))],
    unit_code: Annotated[str, typer.Option("--unit-code", help=say("cli.unit_code"))] = "",
    level: Annotated[str, typer.Option("--level", help=say("cli.level"))] = "",
    last: LastFile = None,
    deadline: Annotated[str, typer.Option("--deadline", help=say("cli.deadline"))] = "",
    return_to: Annotated[str, typer.Option("--return-to", help=say("cli.return_to"))] = "",
    password: Annotated[str, typer.Option("--password", help=say("cli.password"))] = "",
    force: Force = False,
) -> None:
    """Write one locked template."""
    from xlreport.cli.describing import tell_lacking  # noqa: PLC0415 - start-up
    from xlreport.cli.making import blank_submission, checked_password  # noqa: PLC0415 - start-up
    from xlreport.forms.loading import load_definition  # noqa: PLC0415 - start-up
    from xlreport.writing.template import write_template  # noqa: PLC0415 - start-up

    refuse_target(out, last, force=force)
    definition = load_definition(form)
    submission = blank_submission(
        definition,
        unit=unit,
        code=unit_code,
        level=level,
        year=year,
        last=last,
        deadline=deadline,
        return_to=return_to,
        form=form,
    )
    write_whole(out, write_template(definition, submission, password=checked_password(password)), force=force)
    tell_lacking(definition)
    tell(say("template.done", path=out))


@app.command(cls=PlainCommand, help=say("cli.fill"))
def fill(
    template: Annotated[Path, typer.Argument(metavar="TEMPLATE", help=say("cli.template_argument"))],
    values: Annotated[Path, typer.Argument(metavar="VALUES", help=say("cli.values_argument"))],
    out: Out,
    *,
    password: Annotated[str, typer.Option("--password", help=say("cli.password"))] = "",
    form: OwnForm = "",
    force: Force = False,
) -> None:
    """Write the template anew with values in it."""
    from xlreport.cli.inputs import read_bytes, read_file  # noqa: PLC0415 - start-up
    from xlreport.cli.making import checked_password  # noqa: PLC0415 - start-up
    from xlreport.reading.values import parse_values  # noqa: PLC0415 - start-up
    from xlreport.writing.filling import fill as fill_in  # noqa: PLC0415 - start-up
    from xlreport.writing.template import write_template  # noqa: PLC0415 - start-up

    refuse_target(out, values, force=force)
    read = read_file(template, form)
    filled = fill_in(read.definition, read.submission, parse_values(read_bytes(values), values.name))
    for words in filled.differing_totals:
        tell(words)
    data = write_template(read.definition, filled.submission, password=checked_password(password))
    write_whole(out, data, force=force)
    tell(say("fill.done", path=out))


@app.command(cls=PlainCommand, help=say("cli.check"))
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=say("cli.files"))],
    *,
    last: LastFile = None,
    output_format: Annotated[Format, typer.Option("--format", help=say("cli.format"))] = Format.TEXT,
    out: Annotated[Path | None, typer.Option("--output", "-o", help=say("cli.check_out"))] = None,
    annotate: Annotated[Path | None, typer.Option("--annotate", metavar="DIR", help=say("cli.annotate"))] = None,
    form: OwnForm = "",
    force: Force = False,
) -> None:
    """Judge filled workbooks: verdict and findings."""
    from xlreport.cli.judging import TROUBLE, exit_code, verdict_on  # noqa: PLC0415 - start-up

    if last is not None and len(files) > 1:
        raise typer.BadParameter(say("check.one_last"))
    if out is not None:
        refuse_existing(out, force=force)
        refuse_inputs(out, last, *files)
    verdicts = [verdict_on(file, last, form) for file in files]
    _deliver(verdicts, output_format, out, force=force)
    code = exit_code(verdicts)
    if annotate is not None:
        from xlreport.cli.returning import write_return_copies  # noqa: PLC0415 - start-up

        inputs = [*files, *([last] if last is not None else [])]
        if not write_return_copies(verdicts, annotate, form=form, inputs=inputs, force=force):
            code = TROUBLE
    raise typer.Exit(code)


def _deliver(verdicts: "list[FileVerdict]", output_format: Format, out: Path | None, *, force: bool) -> None:
    from xlreport.checks.printing import as_json, as_text  # noqa: PLC0415 - start-up

    if output_format is Format.JSON:
        import json  # noqa: PLC0415 - start-up

        documents = [as_json(verdict) for verdict in verdicts]
        whole = documents[0] if len(documents) == 1 else documents
        text = json.dumps(whole, ensure_ascii=out is None, indent=2) + "\n"
    else:
        text = "\n\n".join(as_text(verdict) for verdict in verdicts) + "\n"
    if out is None:
        emit(text)
    else:
        write_whole(out, text.encode(), force=force)
        tell(say("check.done", path=out))


@app.command(cls=PlainCommand, help=say("cli.report"))
def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("cli.file"))],
    *,
    out: Out,
    draft: Annotated[bool, typer.Option("--draft", help=say("cli.draft"))] = False,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help=say("cli.allow_missing"))] = False,
    fonts: Annotated[Faces, typer.Option("--fonts", help=say("cli.fonts"))] = Faces.WINDOWS,
    last: LastFile = None,
    form: OwnForm = "",
    force: Force = False,
) -> None:
    """Write the formatted report of an accepted workbook."""
    from xlreport.cli.judging import result_on  # noqa: PLC0415 - start-up
    from xlreport.reports.writing import write_report  # noqa: PLC0415 - start-up

    refuse_target(out, file, last, force=force)
    definition, result = result_on(file, last, form, allow_missing=allow_missing)
    if not result.accepted and not draft:
        from xlreport.checks.printing import FileVerdict, as_text  # noqa: PLC0415 - start-up

        tell(as_text(FileVerdict(file=file.name, result=result)))
        tell(say("report.refused"))
        raise typer.Exit(NOT_ACCEPTED)
    write_whole(out, write_report(definition, result, draft=draft, fonts=fonts.value), force=force)
    tell(say("report.done", path=out))


@app.command(cls=PlainCommand, help=say("cli.export"))
def export(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=say("cli.files"))],
    out: Annotated[Path | None, typer.Option("--output", "-o", help=say("cli.export_out"))] = None,
    computed: Annotated[bool, typer.Option("--computed", help=say("cli.computed"))] = False,
    form: OwnForm = "",
    force: Force = False,
) -> None:
    """Write the values out, in the shape ``fill`` takes."""
    from xlreport.cli.inputs import read_file  # noqa: PLC0415 - start-up
    from xlreport.writing.values import as_csv, as_json_text, values_document  # noqa: PLC0415 - start-up

    if out is not None:
        if out.suffix.lower() not in (".json", ".csv"):
            raise typer.BadParameter(say("export.ending"))
        refuse_existing(out, force=force)
        refuse_inputs(out, *files)
    read = [read_file(file, form) for file in files]
    if out is not None and out.suffix.lower() == ".csv":
        pairs = [(one.definition, one.submission) for one in read]
        write_whole(out, as_csv(pairs, computed=computed).encode("utf-8-sig"), force=force)
    else:
        documents = [values_document(one.definition, one.submission, computed=computed) for one in read]
        text = as_json_text(documents, ascii_only=out is None)
        if out is None:
            emit(text)
            return
        write_whole(out, text.encode(), force=force)
    tell(say("export.done", path=out))


@app.command(cls=PlainCommand, help=say("cli.compare"))
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help=say("cli.compare_a"))],
    b: Annotated[Path, typer.Argument(metavar="B", help=say("cli.compare_b"))],
    *,
    output_format: Annotated[Format, typer.Option("--format", help=say("cli.format"))] = Format.TEXT,
    out: Annotated[Path | None, typer.Option("--output", "-o", help=say("cli.compare_out"))] = None,
    form: OwnForm = "",
    force: Force = False,
) -> None:
    """Say where two submissions differ."""
    from xlreport.cli.comparing import run_compare  # noqa: PLC0415 - start-up

    as_json_text = output_format is Format.JSON
    raise typer.Exit(run_compare(a, b, as_json_text=as_json_text, out=out, form=form, force=force))


roster = typer.Typer(cls=PlainGroup, help=say("cli.roster"), no_args_is_help=True, rich_markup_mode=None)
app.add_typer(roster, name="roster")


@roster.command("new", cls=PlainCommand, help=say("cli.roster_new"))
def roster_new(out: Out, force: Force = False) -> None:
    """Write an empty roster."""
    from xlreport.office.roster.sheet import write_roster  # noqa: PLC0415 - start-up

    refuse_target(out, force=force)
    write_whole(out, write_roster(), force=force)
    tell(say("roster.done", path=out))


@app.command(cls=PlainCommand, help=say("cli.issue"))
def issue(
    form: FormName,
    *,
    roster_file: Annotated[Path, typer.Option("--roster", help=say("cli.roster_file"))],
    year: Annotated[int, typer.Option("--year", min=1900, max=9999, help=say("cli.year"))],
    outbox: Annotated[Path, typer.Option("--output", "-o", help=say("cli.outbox"))],
    last: Annotated[Path | None, typer.Option("--last", help=say("cli.issue_last"))] = None,
    deadline: Annotated[str, typer.Option("--deadline", help=say("cli.deadline"))] = "",
    return_to: Annotated[str, typer.Option("--return-to", help=say("cli.return_to"))] = "",
    password: Annotated[str, typer.Option("--password", help=say("cli.password"))] = "",
    again: Annotated[bool, typer.Option("--again", help=say("cli.again"))] = False,
) -> None:
    """Write a template for every unit of a roster."""
    from xlreport.cli.office import IssueOptions, run_issue  # noqa: PLC0415 - start-up

    options = IssueOptions(
        form=form,
        roster=roster_file,
        year=year,
        last=last,
        deadline=deadline,
        return_to=return_to,
        password=password,
        again=again,
        outbox=outbox,
    )
    raise typer.Exit(run_issue(options))


InboxFolder = Annotated[Path, typer.Argument(metavar="INBOX", help=say("cli.inbox"))]
RosterFile = Annotated[Path, typer.Option("--roster", help=say("cli.collect_roster"))]
CollectYear = Annotated[int, typer.Option("--year", min=1900, max=9999, help=say("cli.collect_year"))]
ResultsFolder = Annotated[Path, typer.Option("--output", "-o", help=say("cli.results"))]
CollectForm = Annotated[str, typer.Option("--form", help=say("cli.collect_form"))]
ParentName = Annotated[str, typer.Option("--unit", help=say("cli.parent"))]
ParentCode = Annotated[str, typer.Option("--unit-code", help=say("cli.parent_code"))]
ParentLevel = Annotated[str, typer.Option("--level", help=say("cli.parent_level"))]
ParentLast = Annotated[Path | None, typer.Option("--last", metavar="FILE", help=say("cli.parent_last"))]
Against = Annotated[Path | None, typer.Option("--against", metavar="FILE", help=say("cli.against"))]
Jobs = Annotated[int, typer.Option("--jobs", min=0, max=64, help=say("cli.jobs"))]


@app.command(cls=PlainCommand, help=say("cli.collect"))
def collect(
    inbox: InboxFolder,
    *,
    roster_file: RosterFile,
    year: CollectYear,
    results: ResultsFolder,
    form: CollectForm = "",
    unit: ParentName = "",
    unit_code: ParentCode = "",
    level: ParentLevel = "",
    last: ParentLast = None,
    against: Against = None,
    jobs: Jobs = 0,
) -> None:
    """Collect what came in: status, return copies, the sum and its trace."""
    from xlreport.cli.collecting import CollectOptions, run_collect  # noqa: PLC0415 - start-up

    options = CollectOptions(
        inbox=inbox,
        roster=roster_file,
        year=year,
        results=results,
        form=form,
        unit=unit,
        unit_code=unit_code,
        level=level,
        last=last,
        against=against,
        jobs=jobs,
    )
    raise typer.Exit(run_collect(options))


@app.command(cls=PlainCommand, help=say("cli.watch"))
def watch(
    inbox: InboxFolder,
    *,
    roster_file: RosterFile,
    year: CollectYear,
    results: ResultsFolder,
    form: CollectForm = "",
    unit: ParentName = "",
    unit_code: ParentCode = "",
    level: ParentLevel = "",
    last: ParentLast = None,
    against: Against = None,
    jobs: Jobs = 0,
    every: Annotated[float, typer.Option("--every", min=0.1, max=3600, help=say("cli.every"))] = 5,
) -> None:
    """Collect again whenever files have come."""
    from xlreport.cli.collecting import CollectOptions  # noqa: PLC0415 - start-up
    from xlreport.cli.watching import run_watch  # noqa: PLC0415 - start-up

    options = CollectOptions(
        inbox=inbox,
        roster=roster_file,
        year=year,
        results=results,
        form=form,
        unit=unit,
        unit_code=unit_code,
        level=level,
        last=last,
        against=against,
        jobs=jobs,
    )
    run_watch(options, every)


@app.command(cls=PlainCommand, help=say("cli.mark"))
def mark(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=say("cli.mark_results"))],
    unit: Annotated[str, typer.Argument(metavar="UNIT", help=say("cli.mark_unit"))],
    judgement: Annotated[str, typer.Argument(metavar="JUDGEMENT", help=say("cli.mark_judgement"))],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help=say("cli.mark_decision"))],
    note: Annotated[str, typer.Option("--note", help=say("cli.mark_note"))] = "",
) -> None:
    """Say what the office thinks of a unit's explanation."""
    from xlreport.cli.marking import run_mark  # noqa: PLC0415 - start-up

    run_mark(results, unit, judgement, decision, note=note)


@app.command(cls=PlainCommand, help=say("cli.demo"))
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=say("cli.demo_folder"))] = Path("xlreport-demo"),
    office: Annotated[bool, typer.Option("--office", help=say("cli.demo_office"))] = False,
    force: Force = False,
) -> None:
    """Run the whole line on the shipped example."""
    if office:
        from xlreport.cli.demonstrating_office import run_office_demo  # noqa: PLC0415 - start-up

        raise typer.Exit(run_office_demo(folder, force=force))
    from xlreport.cli.demonstrating import run_demo  # noqa: PLC0415 - start-up

    run_demo(folder, force=force)
