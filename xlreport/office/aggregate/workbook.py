"""The sum as a workbook: the parent unit's filled template, and beside its queries what the children said to theirs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from xlreport.cells import CellRange, CellRef
from xlreport.checks.check import check
from xlreport.findings import Finding
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import CHILDREN_COLUMNS, Layout, plan_layout
from xlreport.messages import say
from xlreport.office.aggregate.aggregating import Aggregate, ChildExplanation
from xlreport.rules.formula import EXACT
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.calculate import calculate
from xlreport.writing.plan import Content, Link, Print, Protection, SheetPlan, Style, Validation, WorkbookPlan
from xlreport.writing.start_sheet import BESIDE_ROW, FIRST, beside_words
from xlreport.writing.template import plan_template

NUMBER, WHAT, LEFT, RIGHT, DIFFERENCE, TEXT = range(1, CHILDREN_COLUMNS + 1)
WIDTHS = (13.0, 50.0, 12.0, 12.0, 12.0, 56.0)
TITLE_ROW, STATE_ROW, HEADER_ROW = 1, 2, 4
LONGEST_PROMPT = 255
"""Characters of the words beside a cell; the sheet has the whole."""
MOST_LINES = 15
"""Lines of a row; a longer list goes on in the next."""

_HEAD = look.HEAD
_QUERY = replace(look.CELL, bold=True, fill=look.QUERY, color=look.QUERY_INK)
_FIGURE = replace(look.CENTERED, shrink=True, wrap=False)


def plan_aggregate(definition: FormDefinition, made: Aggregate, *, password: str = "") -> WorkbookPlan:
    """The sum as the parent's filled template, with a sheet (下级说明) of what the children said."""
    layout = plan_layout(definition)
    plan = plan_template(definition, made.submission, password=password)
    queries = [one for one in check(definition, made.submission).findings if one.is_open_query]
    said = _ChildrenSheet(definition, layout, made, queries).plan()
    start, *others, hidden = (_prompted(sheet, layout, made, queries) for sheet in plan.sheets)
    return replace(plan, sheets=(_announcing(start, doubts=bool(made.doubts)), *others, said, hidden))


def write_aggregate(definition: FormDefinition, made: Aggregate, *, password: str = "") -> bytes:
    """The workbook of ``plan_aggregate`` as a file; same input, same bytes."""
    from xlreport.writing.strict import write_workbook  # noqa: PLC0415 - XlsxWriter is only paid for when writing

    plan = plan_aggregate(definition, made, password=password)
    return write_workbook(plan, calculate(plan))


def _announcing(start: SheetPlan, *, doubts: bool) -> SheetPlan:
    """The first sheet with a word of the sheet 下级说明, in a row that is free in other templates."""
    made = SheetBuilder(name=start.name)
    style = replace(look.BODY, bold=doubts, color=look.QUERY_INK if doubts else look.FAINT)
    made.put_over(made.across(BESIDE_ROW, 1, FIRST), beside_words(doubts=doubts), style)
    made.height(BESIDE_ROW, 22)
    return replace(
        start,
        cells={**start.cells, **made.cells},
        merges=(*start.merges, *made.merges),
        rows={**start.rows, **made.rows},
    )


def _prompted(sheet: SheetPlan, layout: Layout, made: Aggregate, queries: Sequence[Finding]) -> SheetPlan:
    """校验 with the children's words beside each cell in which the sum's own explanation is written."""
    if sheet.name != layout.checks_sheet:
        return sheet
    words = {}
    for query in queries:
        place, said = layout.judgements[query.rule or ""].explanation, made.explanations.get(query.rule or "", ())
        if place is not None and any(one.text for one in said):
            words[place] = _prompt(said)
    return replace(sheet, validations=tuple(_with_words(one, words) for one in sheet.validations))


def _prompt(said: Iterable[ChildExplanation]) -> str:
    lines = [say("children.line", unit=one.unit.name, text=one.text) for one in said if one.text]
    text = "\n".join([say("children.prompt"), *lines])
    return text if len(text) <= LONGEST_PROMPT else text[: LONGEST_PROMPT - 1] + "…"


def _with_words(validation: Validation, words: dict[CellRef, str]) -> Validation:
    prompt = words.get(validation.cells.first)
    return validation if prompt is None else replace(validation, prompt=prompt)


class _ChildrenSheet:
    """下级说明: the sum's open queries, each with what the children say; figures counted twice; who is missing."""

    def __init__(self, definition: FormDefinition, layout: Layout, made: Aggregate, queries: Sequence[Finding]) -> None:
        self.definition = definition
        self.layout = layout
        self.made = made
        self.queries = queries
        self.sheet = SheetBuilder(name=say("sheet.children"))
        self.row = HEADER_ROW

    def plan(self) -> SheetPlan:
        sheet = self.sheet
        sheet.widths.update(enumerate(WIDTHS, start=1))
        self.head()
        for query in self.queries:
            self.query(query)
        if not self.queries:
            self.wide(say("children.no_query"), look.CELL)
        self.part("children.doubts", [one.message for one in self.made.doubts])
        self.part("children.not_summed", self.not_summed())
        return SheetPlan(
            name=sheet.name,
            cells=sheet.cells,
            background=look.BACKGROUND,
            merges=tuple(sheet.merges),
            widths=sheet.widths,
            rows=sheet.rows,
            freeze=CellRef(sheet.name, HEADER_ROW + 1, 1),
            cursor=CellRef(sheet.name, HEADER_ROW + 1, WHAT),
            protection=Protection(),
            print=Print(
                area=CellRange(sheet.name, 1, 1, self.row, TEXT),
                landscape=True,
                repeat_rows=(HEADER_ROW, HEADER_ROW),
                footer=say("print.page"),
            ),
        )

    def head(self) -> None:
        sheet, trace = self.sheet, self.made.trace
        sheet.put_over(sheet.across(TITLE_ROW, 1, DIFFERENCE), say("children.title"), look.TITLE)
        start = CellRange(self.layout.start_sheet, 1, 1, 1, 1)
        sheet.put(TITLE_ROW, TEXT, say("link.back"), look.BACK, Link(target=start, tip=say("link.back")))
        sheet.height(TITLE_ROW, 32)
        state = say(
            "children.state",
            summed=len(trace.summed),
            not_summed=len(trace.not_summed),
            last=self.made.last_origin.words,
        )
        sheet.put_over(sheet.across(STATE_ROW, 1, TEXT), state, look.SECTION)
        sheet.height(STATE_ROW, 24)
        for column, key in enumerate(("number", "what", "left", "right", "difference", "text"), start=1):
            sheet.put(HEADER_ROW, column, say(f"children.head.{key}"), _HEAD)
        sheet.height(HEADER_ROW, 24)

    def query(self, query: Finding) -> None:
        """The sum's query, then a line for each unit that has the same one."""
        key = query.rule or ""
        judgement = next(one for one in self.definition.judgements if one.key == key)
        place = self.layout.judgements[key].explanation
        says = judgement.says.replace("{count}", str(query.left))
        said = self.made.explanations.get(key, ())
        state = say("children.query" if said else "children.nobody", count=len(said))
        link = Link(target=place.area, tip=say("return.explain_here")) if place is not None else None
        self.line(
            (judgement.rule, says, query.left, query.right, query.difference, state),
            _QUERY,
            link,
        )
        for one in said:
            both = one.left is not None and one.right is not None
            difference = EXACT.subtract(one.left or Decimal(0), one.right or Decimal(0)) if both else None
            text = one.text or say("children.unsaid")
            self.line((None, one.unit.name, one.left, one.right, difference, text), look.CELL)

    def line(self, contents: Sequence[Content], style: Style, link: Link | None = None) -> None:
        self.row += 1
        for column, content in enumerate(contents, start=1):
            figure = column in (LEFT, RIGHT, DIFFERENCE)
            cell = replace(_FIGURE, bold=style.bold, fill=style.fill, color=style.color) if figure else style
            leads = link is not None and column in (WHAT, TEXT)
            indent = int(column == WHAT and link is None)
            look_of = replace(cell, underline=leads, indent=indent)
            self.sheet.put(self.row, column, content, look_of, link if leads else None)
        lines = max(
            look.lines_needed(str(contents[column - 1] or " "), WIDTHS[column - 1], style.size)
            for column in (WHAT, TEXT)
        )
        self.sheet.height(self.row, look.height_for(lines, style.size, 24))

    def part(self, key: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        self.row += 2
        self.sheet.put_over(self.sheet.across(self.row, 1, TEXT), say(key, count=len(lines)), look.SECTION)
        self.sheet.height(self.row, 24)
        for line in lines:
            self.wide(line, look.CELL)

    def wide(self, text: str, style: Style) -> None:
        self.row += 1
        self.sheet.put_over(self.sheet.across(self.row, 1, TEXT), text, style)
        lines = min(MOST_LINES, look.lines_needed(text, sum(WIDTHS), style.size))
        self.sheet.height(self.row, look.height_for(lines, style.size, 22))

    def not_summed(self) -> list[str]:
        """Every unit that is not in the sum, with its code where it has one."""
        return [
            say("children.absent", code=one.unit.code, unit=one.unit.name, absence=one.absence.words).strip()
            for one in self.made.trace.not_summed
        ]
