"""The lists of the status workbook beside the units: every finding, whom to remind, files that do not count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from xlreport.findings import Finding, Severity
from xlreport.forms.definition import FormDefinition, JudgementKind
from xlreport.messages import say
from xlreport.office.archive.archive import Mark
from xlreport.office.archive.standing import Standing
from xlreport.office.collecting.collecting import Collection, Received, UnitState
from xlreport.office.inbox.inbox import PassedOver
from xlreport.office.report_look import CELL, CENTERED, NOTE, SECTION, title
from xlreport.office.status.look import TEXT, Column, ListSheet, fitting, tinted
from xlreport.submission import Unit
from xlreport.writing import look
from xlreport.writing.limits_cell import is_held
from xlreport.writing.plan import SheetPlan, Style

MOST_FINDINGS = 200_000
"""Rows of the list of findings; what is more stands in the return copies."""
COUNTING = frozenset({JudgementKind.BLANK, JudgementKind.NUMBER, JudgementKind.BLANK_LAST})
"""Kinds of judgements whose sides are a number of cells and 0."""
REASONS = frozenset({"AGG-TWICE", "AGG-YEAR", "AGG-VERSION", "AGG-OWN", "AGG-MIXED", "OTHER-FORM"})
"""Codes of what makes a file useless although it can be read."""
_SIDE = replace(CENTERED, wrap=False, shrink=True)
_KINDS: Mapping[str, tuple[str, str]] = {
    "error": (look.WRONG, look.WRONG_INK),
    "blank": (look.WRONG, look.WRONG_INK),
    "query": (look.QUERY, look.QUERY_INK),
    "explained": (look.RIGHT, look.RIGHT_INK),
}
FINDINGS = (
    Column("code", 12, TEXT),
    Column("unit", 26),
    Column("kind", 9, CENTERED),
    Column("rule", 28),
    Column("what", 70),
    Column("left", 11, _SIDE),
    Column("right", 11, _SIDE),
    Column("difference", 11, _SIDE),
    Column("explanation", 40),
    Column("mark", 24),
)
REMINDERS = (
    Column("code", 12, TEXT),
    Column("unit", 28),
    Column("state", 10, CENTERED),
    Column("contact", 12, CENTERED),
    Column("phone", 18, TEXT),
    Column("email", 26),
    Column("words", 80),
)
FILES = (
    Column("kind", 14, CENTERED),
    Column("code", 12, TEXT),
    Column("unit", 26),
    Column("file", 46),
    Column("when", 27, TEXT),
    Column("why", 60),
)


# ── every finding ─────────────────────────────────────────────────────────────────────────────────


def plan_findings(
    definition: FormDefinition,
    collection: Collection,
    findings: Mapping[str, Sequence[Finding]],
    of_sum: tuple[Unit, Sequence[Finding]],
) -> SheetPlan:
    """The sheet of all findings, unit by unit, each in the order of its cells; then those of the sum and its unit."""
    blanks = {one.rule for one in definition.judgements if one.kind is JudgementKind.BLANK}
    counting = {one.key for one in definition.judgements if one.kind in COUNTING}
    heads = [say(f"findings.head.{one.key}") for one in FINDINGS]
    sheet = ListSheet(name=say("status.sheet.findings"), columns=FINDINGS, heads=heads)
    every: list[tuple[Unit, tuple[Mark, ...], Finding]]
    every = [(state.unit, state.marks, one) for state in collection.units for one in findings[state.unit.code]]
    every += [(of_sum[0], (), one) for one in of_sum[1]]
    note = say("findings.more", most=MOST_FINDINGS) if len(every) > MOST_FINDINGS else say("findings.note")
    sheet.head(say("findings.title", count=len(every)), note)
    for unit, marks, finding in every[:MOST_FINDINGS]:
        told = _without_sides(finding) if finding.rule in counting else finding
        _finding(sheet, unit, marks, told, _kind(finding, blanks))
    return sheet.plan(freeze_columns=2)


def _without_sides(finding: Finding) -> Finding:
    """A finding that counts cells: how many says its sentence, and against what is nothing to a reader."""
    return replace(finding, left=None, right=None, difference=None)


def _kind(finding: Finding, blanks: set[str]) -> str:
    if finding.code in blanks:
        return "blank"
    if finding.severity is Severity.QUERY and not finding.is_open_query:
        return "explained"
    return finding.severity.value


def _finding(sheet: ListSheet, unit: Unit, marks: Sequence[Mark], finding: Finding, kind: str) -> None:
    own = (one for one in marks if one.judgement == finding.rule)
    mark = next((say("findings.mark", decision=one.decision.words, note=one.note).strip() for one in own), None)
    style: Style = CENTERED
    if kind in _KINDS:
        fill, ink = _KINDS[kind]
        style = replace(CENTERED, fill=fill, color=ink)
    sheet.line(
        (
            unit.code,
            unit.name,
            say(f"findings.kind.{kind}"),
            finding.rule or finding.code,
            finding.message,
            *(_side(one) for one in (finding.left, finding.right, finding.difference)),
            finding.explanation,
            mark,
        ),
        styles={"kind": style},
    )


def _side(number: Decimal | None) -> Decimal | str | None:
    """A number, in words where a cell could not hold it digit by digit."""
    if number is None:
        return None
    return number if is_held(number) else f"{number:.15G}"


# ── whom to remind ────────────────────────────────────────────────────────────────────────────────


def plan_reminders(definition: FormDefinition, collection: Collection) -> SheetPlan:
    """The sheet to remind units from: a text for a group of people, then a line for each unit.

    Each text is one line: what is copied out of a cell with several lines arrives in quotation marks.
    """
    groups = [(key, [one for one in collection.units if _group_of(one) == key]) for key in GROUPS]
    groups = [(key, units) for key, units in groups if units]
    heads = [say(f"reminders.head.{one.key}") for one in REMINDERS]
    sheet = ListSheet(name=say("status.sheet.reminders"), columns=REMINDERS, heads=heads, header=3 + 2 * len(groups))
    title(sheet.sheet, say("reminders.title"), len(REMINDERS))
    for at, (key, units) in enumerate(groups):
        _group(sheet, 2 + 2 * at, key, units, {"year": collection.year, "title": definition.title})
    sheet.headings()
    for _, units in groups:
        for state in units:
            _reminder(sheet, state, _words(state, {"year": collection.year, "title": definition.title}))
    if not groups:
        sheet.sheet.put_over(sheet.sheet.across(2, 1, len(REMINDERS)), say("reminders.nobody"), NOTE)
    return sheet.plan(freeze_columns=2)


GROUPS = ("missing", "returned", "unusable", "queried")
"""Whom one text is for: each group has to do something else."""


def _group_of(state: UnitState) -> str:
    """The group of a unit; a return copy can only be put right by whom there is one for."""
    is_returned = state.standing is Standing.RETURNED
    return "unusable" if is_returned and (state.chosen is None or state.is_untouched) else state.standing.value


def _reason(state: UnitState) -> str:
    """In two or three words why what a unit sent cannot be used."""
    if state.is_untouched:
        return say("reminders.why.untouched")
    code = next((one.code for one in state.remarks if one.severity is Severity.ERROR), "")
    return say(f"reminders.why.{code}" if code in REASONS else "reminders.why.unreadable")


def _group(sheet: ListSheet, row: int, key: str, units: Sequence[UnitState], words: Mapping[str, object]) -> None:
    across = len(REMINDERS)
    heading = say(f"reminders.group.{key}", count=len(units))
    sheet.sheet.put_over(sheet.sheet.across(row, 1, across), heading, SECTION)
    sheet.sheet.height(row, 24)
    names = "、".join(one.unit.name + (_reason(one) if key == "unusable" else "") for one in units)
    text = fitting(say(f"reminders.all.{key}", count=len(units), units=names, **words))
    sheet.sheet.put_over(sheet.sheet.across(row + 1, 1, across), text, CELL)
    lines = look.lines_needed(text, sum(one.width for one in REMINDERS), CELL.size)
    sheet.sheet.height(row + 1, look.height_for(lines, CELL.size, 24))


def _words(state: UnitState, words: Mapping[str, object]) -> str:
    """What to say to a unit."""
    counts = state.counts
    numbers = (("error", counts.error), ("blank", counts.blank), ("query", counts.query))
    key, left = state.standing.value, [say(f"reminders.left.{one}", count=number) for one, number in numbers if number]
    if state.is_untouched:
        key, left = "untouched", [say("reminders.left.blank", count=counts.blank)]
    elif state.standing is Standing.RETURNED and state.chosen is None:
        key, left = "unusable", [one.message for one in state.remarks if one.severity is Severity.ERROR]
    elif state.standing is Standing.MISSING and state.remarks:
        key, left = "claimed", [one.message for one in state.remarks]
    contact = say("reminders.contact", contact=state.row.contact)
    text = say(f"reminders.unit.{key}", contact=contact, unit=state.unit.name, left="、".join(left), **words)
    return " ".join(text.splitlines())


def _reminder(sheet: ListSheet, state: UnitState, words: str) -> None:
    row = state.row
    contents = (state.unit.code, state.unit.name, state.standing.words, row.contact, row.phone, row.email, words)
    sheet.line(contents, styles={"state": tinted(state.standing)})


# ── files ─────────────────────────────────────────────────────────────────────────────────────────


def plan_files(collection: Collection, passed_over: Sequence[PassedOver]) -> SheetPlan:
    """The sheet of the files that do not count, and why."""
    heads = [say(f"files.head.{one.key}") for one in FILES]
    sheet = ListSheet(name=say("status.sheet.files"), columns=FILES, heads=heads)
    lines = [*_strays(collection), *_of_units(collection), *_passed(passed_over)]
    sheet.head(say("files.title", count=len(lines)), say("files.note") if lines else say("files.none"))
    for line in lines:
        sheet.line(line)
    return sheet.plan()


Line = tuple[str, str, str, str, str, str]


def _strays(collection: Collection) -> Iterator[Line]:
    names = {one.unit.code: one.unit.name for one in collection.units}
    for one in collection.strays:
        is_read = one.received.filing.is_readable or one.finding.code in REASONS
        kind = say("files.kind.stray" if is_read else "files.kind.unreadable")
        yield from _places(kind, one.code, names.get(one.code, ""), one.received, one.finding.message)


def _of_units(collection: Collection) -> Iterator[Line]:
    for state in collection.units:
        unit = state.unit
        for one in state.rivals:
            yield from _places(say("files.kind.rival"), unit.code, unit.name, one, state.remarks[0].message)
        for one in state.superseded:
            why = _why_superseded(one, state.chosen)
            yield from _places(say("files.kind.superseded"), unit.code, unit.name, one, why)
        if state.chosen is not None:
            for name in state.chosen.names[1:]:
                why = say("files.same", name=state.chosen.name)
                yield say("files.kind.same"), unit.code, unit.name, name, state.chosen.time, why


def _why_superseded(one: Received, chosen: Received | None) -> str:
    if chosen is None:
        return say("files.older")
    doubts = {
        "files.unsealed": one.filing.is_sealed < chosen.filing.is_sealed,
        "files.named_as": bool(one.named_as) > bool(chosen.named_as),
        "files.other_name": one.fits < chosen.fits,
        "files.echo": one.filing.round > chosen.filing.round,
    }
    return say(next((key for key, holds in doubts.items() if holds), "files.superseded"), name=chosen.name)


def _places(kind: str, code: str, unit: str, one: Received, why: str) -> Iterator[Line]:
    for name in one.names:
        yield kind, code, unit, name, one.time, why


def _passed(passed_over: Sequence[PassedOver]) -> Iterator[Line]:
    for one in sorted(passed_over, key=lambda one: (not one.why.is_trouble, one.name, one.why.value)):
        kind = say("files.kind.not_read" if one.why.is_trouble else "files.kind.skipped")
        yield kind, "", "", one.name, "", one.words
