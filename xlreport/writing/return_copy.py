"""The return copy (退回件): a fresh, whole template with everything the clerk typed, and what is still to do.

It is no edited copy of the clerk's file, so it is also the repair: locks, formulas and validations are whole
again. Every finding is marked at its cells and listed on a first sheet of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil

from xlreport.cells import CellRef, Number, Text, Value, double_to_decimal, plain
from xlreport.checks.check import with_bound_explanations
from xlreport.checks.result import CheckResult
from xlreport.findings import Severity
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import Layout, plan_layout
from xlreport.messages import say
from xlreport.submission import MOST_ROUNDS, Submission
from xlreport.writing import look
from xlreport.writing.calculate import calculate
from xlreport.writing.limits_cell import MIN_NUMBER, is_held
from xlreport.writing.plan import Note, PlannedCell, SheetPlan, Style, WorkbookPlan
from xlreport.writing.return_lists import Item, ReturnLists, sort_findings
from xlreport.writing.return_sheet import plan_return_sheet
from xlreport.writing.template import plan_template

NOTE_WIDTH, NOTE_PADDING = 300, 24
"""Pixels of a note's box, and of what its frame takes."""
NOTE_SIZE = 9
NOTE_LINE, MOST_NOTE_HEIGHT = 18, 500
"""Pixels of a line, and of the highest box."""
LONGEST_REMARK = 140
"""Characters of one finding in a note; the list has the whole sentence."""
MOST_REMARKS = 4
"""Findings told in one note."""
MARKS = ("return.mark.fix", "return.mark.explain", "return.mark.fill", "return.mark.note", "return.mark.check")
"""How a finding is told in a note, by the list it stands in."""


def needs_return(result: CheckResult) -> bool:
    """Whether anything is left to do for the clerk."""
    return any(one.severity is Severity.ERROR or one.is_open_query for one in result.findings)


def plan_return_copy(definition: FormDefinition, result: CheckResult) -> WorkbookPlan:
    """The workbook that goes back to the clerk; its round is one higher."""
    layout = plan_layout(definition)
    submission = returned_submission(definition, result.submission)
    lists = sort_findings(definition, result)
    plan = plan_template(definition, submission)
    first = plan_return_sheet(definition, layout, submission, lists)
    marks = _marks(layout, lists)
    return replace(plan, sheets=(first, *(_marked(sheet, marks) for sheet in plan.sheets)))


def write_return_copy(definition: FormDefinition, result: CheckResult) -> bytes:
    """The workbook of ``plan_return_copy`` as a file; same input, same bytes."""
    from xlreport.writing.strict import write_workbook  # noqa: PLC0415 - XlsxWriter is only paid for when writing

    plan = plan_return_copy(definition, result)
    return write_workbook(plan, calculate(plan))


# ── what it holds ─────────────────────────────────────────────────────────────────────────────────


def returned_submission(definition: FormDefinition, submission: Submission) -> Submission:
    """The submission as the return copy holds it: one round later, explanations bound to their numbers.

    Totals somebody wrote over ours are left behind; what no cell can hold as a number stands as its digits,
    and dust too fine for one as what was understood.
    """
    bound = with_bound_explanations(definition, submission)
    as_typed = {
        ref: value for ref, value in submission.typed.items() if not _became_a_date(value, submission.value(ref))
    }
    typed = {ref: _as_a_cell_holds_it(value) for ref, value in {**submission.values, **as_typed}.items()}
    explanations = {
        key: replace(one, left=_side(one.left), right=_side(one.right)) for key, one in bound.explanations.items()
    }
    last = submission.last
    return replace(
        bound,
        typed={ref: value for ref, value in typed.items() if value != submission.values.get(ref)},
        totals={},
        stored={},
        explanations=explanations,
        last=None if last is None else {ref: _side(number) or Decimal(0) for ref, number in last.items()},
        round=min(submission.round + 1, MOST_ROUNDS),
        unreadable=frozenset(),
        findings=(),
        leftovers=(),
        extra_sheets=(),
    )


def _became_a_date(typed: Value, understood: Value) -> bool:
    """Whether a program made a date of it: as its serial number it would now pass for a figure."""
    return isinstance(typed, Number) and isinstance(understood, Text)


def _as_a_cell_holds_it(value: Value) -> Value:
    if not isinstance(value, Number):
        return value
    number = value.value
    if 0 < number < MIN_NUMBER:
        return Number(Decimal(0))
    return value if is_held(number) else Text(plain(number))


def _side(number: Decimal | None) -> Decimal | None:
    """A number as a cell keeps it; one that is too small for that is nothing."""
    if number is None:
        return None
    return double_to_decimal(float(number)) if abs(number) >= MIN_NUMBER else Decimal(0)


# ── marks ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(kw_only=True)
class _Mark:
    """What is said at one cell; ``color`` is that of its gravest finding."""

    color: str
    remarks: list[str] = field(default_factory=list)


def _marks(layout: Layout, lists: ReturnLists) -> Mapping[CellRef, _Mark]:
    """The marked cells. Of cells to fill only the first of a row bears words: the others are plainly empty."""
    marks: dict[CellRef, _Mark] = {}
    marked = (
        (lists.to_fix, look.WRONG_INK),
        (lists.to_explain, look.QUERY_INK),
        (lists.to_fill, look.QUERY_INK),
        (lists.to_note, look.FAINT),
        (lists.repaired, look.TITLE_INK),
    )
    for (items, color), key in zip(marked, MARKS, strict=True):
        for item in items:
            remark = say(key, number=item.number, text=_shortened(item.text))
            for at, cell in enumerate(_cells_of(layout, item)):
                mark = marks.setdefault(cell, _Mark(color=color))
                if at == 0 or items is not lists.to_fill:
                    mark.remarks.append(remark)
    return marks


def _cells_of(layout: Layout, item: Item) -> Iterable[CellRef]:
    """The cells of a finding, and of a query the cell its explanation is written into."""
    if not item.is_marked:
        return ()
    place = layout.judgements.get(item.judgement)
    explanation = place.explanation if place is not None else None
    return item.cells if explanation is None else (*item.cells, explanation)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_REMARK else text[:LONGEST_REMARK] + say("return.mark.cut")


def _marked(sheet: SheetPlan, marks: Mapping[CellRef, _Mark]) -> SheetPlan:
    here = {
        ref: mark for ref, mark in marks.items() if ref.sheet == sheet.name and (ref.row, ref.column) in sheet.cells
    }
    if not here:
        return sheet
    merged = {area.first: area for area in sheet.merges}
    cells = dict(sheet.cells)
    for ref, mark in here.items():
        area = merged.get(ref, ref.area)
        for cell in area.cells():
            cells[cell.row, cell.column] = _framed(cells[cell.row, cell.column], mark.color)
        first = cells[ref.row, ref.column]
        cells[ref.row, ref.column] = replace(first, note=_note(mark) if mark.remarks else None)
    return replace(sheet, cells=cells)


def _framed(cell: PlannedCell, color: str) -> PlannedCell:
    """The cell in a heavy frame: its fill is left to the live colours, which end with the correction."""
    style: Style = replace(cell.style, border=color, border_sides="lrtb", heavy=True)
    return replace(cell, style=style)


def _note(mark: _Mark) -> Note:
    remarks = mark.remarks[:MOST_REMARKS]
    if len(mark.remarks) > MOST_REMARKS:
        remarks.append(say("return.mark.more", count=len(mark.remarks) - MOST_REMARKS))
    text = "\n".join(remarks)
    room = NOTE_WIDTH - NOTE_PADDING
    lines = sum(max(1, ceil(look.text_pixels(line, NOTE_SIZE) / room)) for line in text.split("\n"))
    height = min(MOST_NOTE_HEIGHT, lines * NOTE_LINE + NOTE_PADDING)
    return Note(text=text, size=NOTE_SIZE, width=NOTE_WIDTH, height=height)
