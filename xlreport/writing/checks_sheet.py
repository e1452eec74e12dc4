"""校验: every judgement in a fixed order, both sides, the difference, the result, room to explain."""

from dataclasses import replace

from xlreport.cells import CellRange, CellRef
from xlreport.findings import ExplanationState
from xlreport.forms.definition import FormDefinition, Judgement
from xlreport.forms.layout import CHECKS_COLUMNS, CHECKS_FIRST_ROW, JudgementPlace, Layout
from xlreport.messages import say
from xlreport.rules.excel import FAILED, NOT_APPLICABLE
from xlreport.rules.formula import Cell, Formula, Literal, Relative, call, compare, if_, joined, lit
from xlreport.submission import Submission
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.judging import (
    BLANKS,
    ERROR,
    EXPLAINED,
    OPEN_QUERY,
    UNJUDGED,
    JudgementFormulas,
    attention_column,
)
from xlreport.writing.plan import Check, Link, Print, Protection, SheetPlan, Validation

NUMBER, SAYS, LEFT, RIGHT, DIFFERENCE, RESULT, EXPLANATION = range(1, CHECKS_COLUMNS + 1)
CODE = CHECKS_COLUMNS + 1
"""A hidden column: what colour the result has."""
EXPLAINED_CODE, NOT_APPLICABLE_CODE = 5, 6
WIDTHS = (13.0, 56.0, 12.0, 12.0, 12.0, 13.0, 46.0)
HEADER_ROW = CHECKS_FIRST_ROW - 1


def plan_checks_sheet(definition: FormDefinition, layout: Layout, submission: Submission) -> SheetPlan:
    """The sheet of all judgements."""
    sheet = SheetBuilder(name=layout.checks_sheet)
    sheet.widths.update(enumerate(WIDTHS, start=1))
    _head(sheet, layout)
    for judgement in definition.judgements:
        _judgement(sheet, definition, layout, submission, judgement)
    last_row = CHECKS_FIRST_ROW + len(definition.judgements) - 1
    _colours(sheet, last_row)
    explanations = [place.explanation for place in layout.judgements.values() if place.explanation is not None]
    return SheetPlan(
        name=sheet.name,
        cells=sheet.cells,
        background=look.BACKGROUND,
        merges=tuple(sheet.merges),
        widths=sheet.widths,
        hidden_columns=(CODE,),
        rows=sheet.rows,
        validations=tuple(sheet.validations),
        highlights=tuple(sheet.highlights),
        freeze=CellRef(sheet.name, CHECKS_FIRST_ROW, 1),
        filter=CellRange(sheet.name, HEADER_ROW, NUMBER, last_row, EXPLANATION) if last_row > HEADER_ROW else None,
        cursor=explanations[0] if explanations else CellRef(sheet.name, CHECKS_FIRST_ROW, SAYS),
        protection=Protection(allow_filter=True),
        print=Print(
            area=CellRange(sheet.name, 1, 1, max(last_row, HEADER_ROW), EXPLANATION),
            landscape=True,
            repeat_rows=(HEADER_ROW, HEADER_ROW),
            footer=say("print.page"),
        ),
    )


def _head(sheet: SheetBuilder, layout: Layout) -> None:
    sheet.put_over(sheet.across(1, 1, RESULT), say("checks.title"), look.TITLE)
    start = CellRange(layout.start_sheet, 1, 1, 1, 1)
    sheet.put(1, EXPLANATION, say("link.back"), look.BACK, Link(target=start, tip=say("link.back")))
    sheet.height(1, 32)
    sheet.put_over(sheet.across(2, 1, EXPLANATION), _counts(layout), look.SECTION)
    sheet.height(2, 24)
    sheet.put_over(sheet.across(3, 1, EXPLANATION), say("checks.help"), look.HELP)
    sheet.height(3, 30)
    for column, key in enumerate(("number", "says", "left", "right", "difference", "result", "explanation"), start=1):
        sheet.put(HEADER_ROW, column, say(f"checks.head.{key}"), look.HEAD)
    sheet.height(HEADER_ROW, 24)


def _counts(layout: Layout) -> Formula:
    """How many judgements there are, and how many of them need something."""
    column = attention_column(layout)
    sheets = range(1, len(layout.section_sheets) + 1)
    wrong, asked, blank = (
        call("SUM", *(call("COUNTIF", column, lit(10 * sheet + what)) for sheet in sheets for what in kinds))
        for kinds in ((ERROR,), (OPEN_QUERY,), (BLANKS, UNJUDGED))
    )
    parts = say("checks.counts", total=len(layout.judgements)).split("#")
    numbers = [joined(call("ROUND", count, lit(0)), lit("")) for count in (wrong, asked, blank)]
    return joined(parts[0], numbers[0], parts[1], numbers[1], parts[2], numbers[2], parts[3])


def _judgement(
    sheet: SheetBuilder, definition: FormDefinition, layout: Layout, submission: Submission, judgement: Judgement
) -> None:
    place = layout.judgements[judgement.key]
    row = place.checks_row
    sheet.put(row, NUMBER, judgement.rule, replace(look.CENTERED, size=9, color=look.FAINT))
    cells = layout.cell_of(definition.first_to_look_at(judgement))
    says = JudgementFormulas(definition, layout, judgement).says()
    content = says.value if isinstance(says, Literal) else says
    link = Link(target=cells.area, tip=str(cells))
    sheet.put(row, SAYS, content, replace(look.LINK_CELL, size=9), link)
    for column, cell in ((LEFT, place.left), (RIGHT, place.right), (DIFFERENCE, place.difference)):
        formula = if_(call("ISNUMBER", Cell(cell)), Cell(cell), lit(""))
        sheet.put(row, column, formula, replace(look.CENTERED, shrink=True, wrap=False))
    sheet.put(row, CODE, _code(place), look.FLAG)
    sheet.put(row, RESULT, _result(place, CellRef(sheet.name, row, CODE)), replace(look.CENTERED, bold=True))
    _explanation(sheet, submission, judgement, place)
    given = submission.explanations.get(judgement.key)
    lines = max(
        look.lines_needed(judgement.says, WIDTHS[SAYS - 1], 9),
        look.lines_needed(given.text if given is not None else "", WIDTHS[EXPLANATION - 1], 9),
    )
    sheet.height(row, look.height_for(lines, 9, 24), fixed=place.explanation is None)


def _explanation(sheet: SheetBuilder, submission: Submission, judgement: Judgement, place: JudgementPlace) -> None:
    if place.explanation is None:
        sheet.put(place.checks_row, EXPLANATION, None, replace(look.CELL, fill=look.COMPUTED))
        return
    given = submission.explanations.get(judgement.key)
    text = given.text if given is not None and given.text else None
    sheet.put_at(place.explanation, text, replace(look.TEXT_INPUT, fill=None, size=9, valign="center"))
    sheet.validations.append(
        Validation(
            cells=CellRange(sheet.name, place.checks_row, EXPLANATION, place.checks_row, EXPLANATION),
            check=Check.ANY,
            prompt_title=say("checks.head.explanation"),
            prompt=say("checks.prompt"),
        )
    )


def _code(place: JudgementPlace) -> Formula:
    attention, outcome = Cell(place.attention), Cell(place.outcome)
    explained = if_(compare(outcome, "=", FAILED), lit(EXPLAINED_CODE), lit(0))
    quiet = if_(compare(outcome, "=", NOT_APPLICABLE), lit(NOT_APPLICABLE_CODE), explained)
    return if_(compare(attention, "=", 0), quiet, compare(attention, "-", 10 * place.home_sheet))


def _result(place: JudgementPlace, code_cell: CellRef) -> Formula:
    code = Cell(code_cell)
    open_query: Formula = lit(say("result.query"))
    if place.explanation is not None:
        explained = Cell(place.explained)
        too_short = compare(explained, "=", EXPLAINED[ExplanationState.TOO_SHORT])
        lapsed = compare(explained, "=", EXPLAINED[ExplanationState.LAPSED])
        open_query = if_(too_short, lit(say("result.too_short")), open_query)
        open_query = if_(lapsed, lit(say("result.lapsed")), open_query)
    formula: Formula = lit(say("result.right"))
    for number, text in (
        (NOT_APPLICABLE_CODE, lit(say("result.not_applicable"))),
        (EXPLAINED_CODE, lit(say("result.explained"))),
        (UNJUDGED, lit(say("result.to_fill"))),
        (BLANKS, lit(say("result.to_fill"))),
        (OPEN_QUERY, open_query),
        (ERROR, lit(say("result.error"))),
    ):
        formula = if_(compare(code, "=", number), text, formula)
    return formula


def _colours(sheet: SheetBuilder, last_row: int) -> None:
    """Of the result, and of the cell an explanation is still waited for in."""
    results = CellRange(sheet.name, CHECKS_FIRST_ROW, RESULT, max(last_row, CHECKS_FIRST_ROW), RESULT)
    code = Relative(CHECKS_FIRST_ROW, CODE, fixed_column=True)
    for number, fill, ink in (
        (ERROR, look.WRONG, look.WRONG_INK),
        (OPEN_QUERY, look.QUERY, look.QUERY_INK),
        (0, look.RIGHT, look.RIGHT_INK),
        (EXPLAINED_CODE, look.RIGHT, look.RIGHT_INK),
    ):
        sheet.highlight(results, compare(code, "=", number), fill=fill, color=ink)
    explanations = replace(results, first_column=EXPLANATION, last_column=EXPLANATION)
    sheet.highlight(explanations, compare(code, "=", OPEN_QUERY), fill=look.QUERY)
