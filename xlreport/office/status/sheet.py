"""The status of a collection as a workbook: a row a unit, progress, every finding, whom to remind, other files.

It is a report that its reader sorts, filters and copies from: nothing in it is locked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xlreport.cells import CellRange, CellRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import FormDefinition
from xlreport.messages import say
from xlreport.office.archive.archive import Decision
from xlreport.office.archive.standing import Standing
from xlreport.office.collecting.collecting import Collection, UnitState
from xlreport.office.inbox.inbox import PassedOver
from xlreport.office.report_look import BASE, CELL, CENTERED
from xlreport.office.status.lists import plan_files, plan_findings, plan_reminders
from xlreport.office.status.look import FIGURE, TEXT, Column, ListSheet, count, fitting, tinted
from xlreport.submission import Unit
from xlreport.writing import look
from xlreport.writing.calculate import calculate
from xlreport.writing.plan import Chart, FileLink, SheetPlan, WorkbookPlan

LONGEST_PROBLEM = 120
"""UTF-16 units of the first finding beside a unit; the list of findings has the whole."""
MOST_PROBLEMS = 2
"""Findings told beside a unit."""
_SMALL = replace(CELL, size=9)
UNITS = (
    Column("code", 12, TEXT),
    Column("unit", 28),
    Column("level", 13, CENTERED),
    Column("state", 9, CENTERED),
    Column("error", 6.5, FIGURE),
    Column("query", 6.5, FIGURE),
    Column("blank", 6.5, FIGURE),
    Column("notice", 6.5, FIGURE),
    Column("problem", 62, _SMALL),
    Column("return", 12, CENTERED),
    Column("mark", 15, _SMALL),
    Column("contact", 10, CENTERED),
    Column("phone", 15, TEXT),
    Column("when", 27, TEXT),
    Column("round", 6.5, FIGURE),
    Column("file", 34, _SMALL),
)
LAST_PRINTED = "phone"
"""What only serves to find a file again stays on the screen: on paper it would make all letters smaller."""
PROGRESS = (Column("state", 14, CENTERED), Column("count", 10, FIGURE), Column("meaning", 60))
ORDER = (Standing.ACCEPTED, Standing.QUERIED, Standing.RETURNED, Standing.MISSING)
BARS = {
    Standing.ACCEPTED: "4CAF6D",
    Standing.QUERIED: "E0A030",
    Standing.RETURNED: "D9534F",
    Standing.MISSING: "9AA1AB",
}
"""Colours of the bars: the tints are too faint for them."""
_RANK = {Severity.ERROR: 0, Severity.QUERY: 1, Severity.NOTICE: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusReport:
    """What the status says: ``findings`` and ``returned`` (paths of return copies) by the code of the unit.

    ``of_sum`` are findings of the sum: units that may have counted the same, and where the parent's own report differs.
    """

    definition: FormDefinition
    parent: Unit
    collection: Collection
    findings: Mapping[str, Sequence[Finding]]
    returned: Mapping[str, str]
    of_sum: Sequence[Finding] = ()
    passed_over: tuple[PassedOver, ...] = ()


def plan_status(report: StatusReport) -> WorkbookPlan:
    """The workbook of a status."""
    definition, collection = report.definition, report.collection
    sheets = (
        _units(report),
        _progress(report),
        plan_findings(definition, collection, report.findings, (report.parent, report.of_sum)),
        plan_reminders(definition, collection),
        plan_files(collection, report.passed_over),
    )
    return WorkbookPlan(sheets=sheets, base=BASE, title=str(definition.title))


def write_status(report: StatusReport) -> bytes:
    """The workbook of ``plan_status`` as a file; same input, same bytes."""
    from xlreport.writing.strict import write_workbook  # noqa: PLC0415 - XlsxWriter is only paid for when writing

    plan = plan_status(report)
    return write_workbook(plan, calculate(plan))


def _state(report: StatusReport) -> str:
    collection = report.collection
    numbers = {standing.value: collection.count(standing) for standing in Standing}
    return say("status.state", units=len(collection.units), **numbers)


# ── the units ─────────────────────────────────────────────────────────────────────────────────────


def _units(report: StatusReport) -> SheetPlan:
    heads = [say(f"status.head.{one.key}") for one in UNITS]
    sheet = ListSheet(name=say("status.sheet.units"), columns=UNITS, heads=heads)
    words = {"unit": report.parent.name, "year": report.collection.year, "title": report.definition.title}
    sheet.head(say("status.title", **words), _state(report))
    for state in report.collection.units:
        _unit(sheet, report, state)
    return sheet.plan(freeze_columns=2, last_printed=LAST_PRINTED)


def _unit(sheet: ListSheet, report: StatusReport, state: UnitState) -> None:
    unit, row, counts = state.unit, state.row, state.counts
    path = report.returned.get(unit.code, "")
    received = state.chosen
    sheet.line(
        (
            unit.code,
            unit.name,
            report.definition.levels.get(unit.level, unit.level),
            state.standing.words,
            *(count(number) for number in (counts.error, counts.query, counts.blank, counts.notice)),
            _problems(report.findings[unit.code], state.remarks),
            say("status.open_return") if path else None,
            _marks(state),
            row.contact,
            row.phone,
            received.time if received is not None else None,
            Decimal(received.filing.round) if received is not None else None,
            "、".join(_files(report.collection, state)),
        ),
        styles={"state": tinted(state.standing)},
        links={"return": FileLink(path=path, tip=fitting(path, 200))} if path else {},
    )


def _files(collection: Collection, state: UnitState) -> list[str]:
    """The file that counts; where none does, those that were meant to."""
    if state.chosen is not None:
        return [state.chosen.name]
    strays = [one.received for one in collection.strays if one.code == state.unit.code]
    return [one.name for one in (*state.rivals, *strays)]


def _problems(findings: Sequence[Finding], remarks: Sequence[Finding]) -> str:
    """The first findings that somebody must do something about, the gravest first; else what is to be looked into."""
    to_do = [one for one in findings if one.severity is Severity.ERROR or one.is_open_query] or list(remarks)
    to_do.sort(key=lambda one: _RANK[one.severity])
    told = [fitting(one.message, LONGEST_PROBLEM) for one in to_do[:MOST_PROBLEMS]]
    if len(to_do) > MOST_PROBLEMS:
        told.append(say("status.more", count=len(to_do) - MOST_PROBLEMS))
    return "\n".join(told)


def _marks(state: UnitState) -> str:
    counted = ((decision, sum(one.decision is decision for one in state.marks)) for decision in Decision)
    return "、".join(
        say("status.marks", decision=decision.words, count=number) for decision, number in counted if number
    )


# ── progress ──────────────────────────────────────────────────────────────────────────────────────


def _progress(report: StatusReport) -> SheetPlan:
    """How many units have come how far, in numbers and as bars."""
    heads = [say(f"progress.head.{one.key}") for one in PROGRESS]
    sheet = ListSheet(name=say("status.sheet.progress"), columns=PROGRESS, heads=heads)
    sheet.head(say("progress.title"), _state(report))
    first = sheet.row + 1
    for standing in ORDER:
        number = Decimal(report.collection.count(standing))
        contents = (standing.words, number, say(f"progress.meaning.{standing.value}"))
        sheet.line(contents, styles={"state": tinted(standing)})
    last = sheet.row
    chart = Chart(
        title=_state(report),
        words=CellRange(sheet.name, first, 1, last, 1),
        numbers=CellRange(sheet.name, first, 2, last, 2),
        colors=tuple(BARS[standing] for standing in ORDER),
        place=CellRef(sheet.name, last + 2, 1),
        width=600,
        font=look.FACE,
    )
    return replace(sheet.plan(charts=(chart,)), filter=None)
