"""A report of the parent unit that was made elsewhere, held against the sum: which cell differs, and by how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xlreport.cells import CellRange, CellRef, plain
from xlreport.checks.figures import effective_figures
from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import Field, FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.office.aggregate.aggregating import Aggregate
from xlreport.office.report_look import (
    CELL,
    CENTERED,
    FIGURE,
    HEAD,
    HEADER_TOP,
    LINK,
    NOTE_ROW,
    list_sheet,
    paragraph,
    title,
)
from xlreport.rules.formula import EXACT
from xlreport.submission import Submission
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.plan import Content, Link, SheetPlan

HEADS = ("sheet", "cell", "what", "summed", "reported", "gap")
SHEET, ADDRESS, WHAT, SUMMED, REPORTED, GAP = range(1, len(HEADS) + 1)
WIDTHS = (18.0, 11.0, 60.0, 16.0, 16.0, 16.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A cell in which the parent's own report differs from the sum; ``difference`` is reported − summed."""

    field: Field
    cell: CellRef
    summed: Decimal | None
    reported: Decimal | None
    difference: Decimal | None


def differences(definition: FormDefinition, made: Aggregate, against: Submission) -> tuple[Difference, ...]:
    """Where a report of the parent differs from the sum, in printed order; totals on both sides are recomputed.

    Raises:
        RequestError: the report is of another form, version or year.
    """
    _refuse_other_report(definition, made, against)
    layout, reported = plan_layout(definition), effective_figures(definition, against)
    pairs = ((field, made.trace.numbers.get(ref), reported.get(ref)) for ref, field in definition.fields.items())
    return tuple(
        Difference(
            field=field,
            cell=layout.cell_of(field.ref),
            summed=ours,
            reported=theirs,
            difference=None if ours is None or theirs is None else EXACT.subtract(theirs, ours),
        )
        for field, ours, theirs in pairs
        if ours != theirs
    )


def check_against(definition: FormDefinition, made: Aggregate, against: Submission) -> tuple[Finding, ...]:
    """A finding (AGG) for each cell in which a report of the parent differs from the sum.

    Raises:
        RequestError: the report is of another form, version or year.
    """
    return tuple(_finding(one) for one in differences(definition, made, against))


def _refuse_other_report(definition: FormDefinition, made: Aggregate, against: Submission) -> None:
    if (against.form, against.version) != (definition.id, definition.version):
        found, expected = f"{against.form} {against.version}", f"{definition.id} {definition.version}"
        raise RequestError(say("against.other_form", name=against.source, found=found, expected=expected))
    if against.year != made.trace.year:
        words = say("against.other_year", name=against.source, found=against.year, expected=made.trace.year)
        raise RequestError(words)


def _finding(one: Difference) -> Finding:
    message = say("finding.where", sheet=one.cell.sheet) + say(
        "structure.AGG",
        label=one.field.label,
        cell=one.cell.address,
        reported=_words(one.reported),
        summed=_words(one.summed),
        difference=_words(one.difference),
    )
    return Finding(
        code="AGG",
        severity=Severity.QUERY,
        message=message,
        cells=(one.cell,),
        fields=(one.field.ref,),
        left=one.reported,
        right=one.summed,
        difference=one.difference,
    )


def _words(number: Decimal | None) -> str:
    return say("structure.nothing") if number is None else plain(number)


# ── 差额表 ────────────────────────────────────────────────────────────────────────────────────────


def plan_differences_sheet(
    definition: FormDefinition, made: Aggregate, against: Submission, sums: Mapping[FieldRef, CellRef]
) -> SheetPlan:
    """The sheet of the cells that differ, each a link to its sum; the equal ones are only counted.

    Raises:
        RequestError: the report is of another form, version or year.
    """
    found = differences(definition, made, against)
    sheet = SheetBuilder(name=say("trace.differences"))
    sheet.widths.update(enumerate(WIDTHS, start=1))
    _head(sheet, against, different=len(found), equal=len(definition.fields) - len(found))
    for row, one in enumerate(found, start=HEADER_TOP + 1):
        _row(sheet, row, one, sums[one.field.ref])
    last = HEADER_TOP + max(1, len(found))
    if not found:
        sheet.put_over(sheet.across(last, 1, GAP), say("differences.none"), replace(CELL, color=look.RIGHT_INK))
        sheet.height(last, 24)
    filtered = CellRange(sheet.name, HEADER_TOP, 1, last, GAP) if found else None
    cursor = CellRef(sheet.name, HEADER_TOP + 1, SHEET)
    return list_sheet(sheet, header=HEADER_TOP, last=last, columns=GAP, cursor=cursor, filtered=filtered)


def _head(sheet: SheetBuilder, against: Submission, *, different: int, equal: int) -> None:
    title(sheet, say("differences.title"), GAP)
    words = say("differences.state", unit=against.unit.name, source=against.source, different=different, equal=equal)
    paragraph(sheet, NOTE_ROW, words, GAP)
    sheet.height(NOTE_ROW + 1, 6)
    for column, key in enumerate(HEADS, start=1):
        sheet.put(HEADER_TOP, column, say(f"differences.head.{key}"), HEAD)
    sheet.height(HEADER_TOP, 24)


def _row(sheet: SheetBuilder, row: int, one: Difference, target: CellRef) -> None:
    sheet.put(row, SHEET, one.cell.sheet, CELL)
    sheet.put(row, ADDRESS, one.cell.address, CENTERED)
    sheet.put(row, WHAT, one.field.label, LINK, Link(target=target.area, tip=str(target)))
    figures: Sequence[Decimal | None] = (one.summed, one.reported, one.difference)
    for column, figure in zip((SUMMED, REPORTED, GAP), figures, strict=True):
        content: Content = say("structure.nothing") if figure is None else figure
        ink = look.WRONG_INK if column == GAP else look.INK
        sheet.put(row, column, content, replace(FIGURE, bold=column == GAP, color=ink))
    lines = look.lines_needed(one.field.label, WIDTHS[WHAT - 1], CELL.size)
    sheet.height(row, look.height_for(lines, CELL.size, 22))
