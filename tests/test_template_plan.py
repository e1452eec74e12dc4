"""The template as the clerk meets it: hints, prompts, counts, room for texts, one screen wide."""

from dataclasses import replace
from decimal import Decimal

import line
import pytest

from xlreport.cells import CellRef, Number, Text, Value
from xlreport.fields import FieldRef
from xlreport.forms.layout import plan_layout
from xlreport.submission import Submission
from xlreport.writing import look
from xlreport.writing.calculate import calculate
from xlreport.writing.plan import SheetPlan, Visibility
from xlreport.writing.table_sheet import _TableSheet
from xlreport.writing.template import plan_template

LAYOUT = plan_layout(line.form())
REQUESTS = "三 依申请公开"
SUQIAN = line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")
SCREEN = 1366
"""Pixels across a small screen at 100 %; some go to row numbers and the scroll bar."""
FRAME = 60


def sheet(made: Submission, name: str) -> SheetPlan:
    return next(one for one in plan_template(line.form(), made).sheets if one.name == name)


def shown(made: Submission, name: str, row: int, column: int) -> Value:
    return calculate(plan_template(line.form(), made))[CellRef(name, row, column)]


def hint(made: Submission, row: int) -> Value:
    return shown(made, REQUESTS, row, LAYOUT.tables["requests"].hint_column)


def ref(name: str) -> FieldRef:
    parsed = FieldRef.parse(name)
    assert parsed is not None
    return parsed


def test_a_right_row_says_so_and_shows_last_year_s_figure() -> None:
    assert hint(SUQIAN, 5) == Text("✓　上年 3511")


def test_last_year_s_carried_out_stands_beside_what_is_carried_in() -> None:
    assert hint(SUQIAN, 6) == Text("✓　上年 121")


def test_a_row_with_blanks_says_how_many_and_its_total_says_so_too() -> None:
    values = {one: value for one, value in SUQIAN.values.items() if str(one) != "requests.granted.individual"}
    made = replace(SUQIAN, values=values)
    total = LAYOUT.fields[ref("requests.granted.total")].shown
    assert (hint(made, 7), shown(made, REQUESTS, total.row, total.column)) == (
        Text("待填：还有 1 格　上年 1191"),
        Text("待填"),
    )


def test_a_broken_column_speaks_where_the_eye_ends_and_says_how_many_more_there_are() -> None:
    made = line.plus_one(SUQIAN, ref("requests.received.individual"))
    assert hint(made, 28) == Text("✗ 自然人：第一项＋第二项＝第三项＋第四项；左边 3559，右边 3558，差额 1（另有 1 处）")


@pytest.mark.parametrize("row", [5, 6, 29])
def test_beside_every_marked_cell_of_a_broken_column_it_says_why(row: int) -> None:
    made = line.plus_one(SUQIAN, ref("requests.received.individual"))
    assert hint(made, row) == Text(
        "✗ 自然人：第一项＋第二项＝第三项＋第四项；左边 3559，右边 3558，差额 1（另有 1 处）"
    )


def test_a_row_beside_a_broken_column_that_has_no_part_in_it_is_right() -> None:
    made = line.plus_one(SUQIAN, ref("requests.received.individual"))
    assert hint(made, 7) == Text("✓　上年 1191")


def test_this_year_and_last_year_are_called_so() -> None:
    made = replace(SUQIAN, values={**SUQIAN.values, ref("proactive.penalties.decisions"): Number(Decimal(1))})
    place = LAYOUT.judgements["YOY[proactive.penalties.decisions]"].message
    message = calculate(plan_template(line.form(), made))[place]
    assert message == Text("行政处罚：与上年相比变动不超过 4 倍；本年 1，上年 2822652，差额 -2822651")


def test_the_link_to_the_first_mistake_leads_to_a_cell_one_can_correct() -> None:
    made = line.plus_one(SUQIAN, ref("requests.received.individual"))
    links = [shown(made, "填报说明", row, 4) for row in range(8, 16)]
    assert Text("D5：自然人：第一项＋第二项＝第三项＋第四项；左边 3559，右边 3558，差额 1") in links


def test_a_sheet_s_state_tells_all_that_is_open() -> None:
    made = line.plus_one(SUQIAN, ref("requests.received.individual"))
    values = {one: value for one, value in made.values.items() if str(one) != "requests.closed_other.research"}
    states = [shown(replace(made, values=values), "填报说明", row, 3) for row in range(8, 16)]
    assert Text("✗ 1 处错误、1 格待填") in states


def test_the_cells_of_a_broken_rule_are_flagged_and_no_others() -> None:
    made = line.plus_one(SUQIAN, ref("requests.received.business"))
    values = calculate(plan_template(line.form(), made))
    offset = LAYOUT.tables["requests"].flag_offset
    flagged = [
        str(one)
        for one, place in LAYOUT.fields.items()
        if one.head == "requests"
        and values[CellRef(REQUESTS, place.shown.row, place.shown.column + offset)] == Number(Decimal(1))
    ]
    rows = ("received", "carried_in", "results_total", "carried_out")
    assert sorted(flagged) == sorted(f"requests.{row}.{column}" for row in rows for column in ("business", "total"))


def test_the_prompt_at_a_cell_shows_last_year_s_figure() -> None:
    cell = LAYOUT.cell_of(ref("requests.received.individual"))
    prompts = [one.prompt for one in sheet(SUQIAN, REQUESTS).validations if cell in one.cells]
    assert prompts == ["上年 3402\n本年新收到的件数，不含上年结转的。"]


def test_an_amount_without_a_unit_is_asked_for_without_one() -> None:
    place = LAYOUT.tables["proactive"]
    field = line.form().fields[ref("proactive.fees.amount")]
    made = _TableSheet(line.form(), LAYOUT, SUQIAN, place)
    area = LAYOUT.cell_of(field.ref).area
    assert made.validation(replace(field, unit=""), area).error == "填 0 或正数，最多 6 位小数，不带单位和文字。"


def test_without_last_year_nothing_speaks_of_it() -> None:
    made = replace(SUQIAN, last=None)
    assert hint(made, 5) == Text("✓")


PROBLEMS = LAYOUT.texts[ref("problems")]


def with_problems(*paragraphs: str) -> Submission:
    return replace(SUQIAN, texts={**SUQIAN.texts, ref("problems"): paragraphs})


def test_the_characters_of_a_text_are_counted_white_space_aside() -> None:
    made = with_problems("一 二　三", "四五")
    assert shown(made, PROBLEMS.label.sheet, PROBLEMS.label.row, 2) == Text("共 5 字")


def test_more_paragraphs_than_cells_go_into_the_last_one_and_come_back_whole() -> None:
    paragraphs = tuple(f"第{number}段。" for number in range(1, 31))
    made = with_problems(*paragraphs)
    contents = sheet(made, PROBLEMS.label.sheet).cells[PROBLEMS.cells[-1].row, PROBLEMS.cells[-1].column].content
    assert isinstance(contents, str)
    assert (contents.count("\n"), line.through_workbook(made).texts[ref("problems")]) == (18, paragraphs)


@pytest.mark.parametrize("name", LAYOUT.section_sheets)
def test_a_sheet_is_no_wider_than_a_small_screen(name: str) -> None:
    plan = sheet(SUQIAN, name)
    seen = [width for column, width in plan.widths.items() if column not in plan.hidden_columns]
    assert sum(look.column_pixels(width) for width in seen) <= SCREEN - FRAME


def test_the_last_sheet_is_never_seen_and_the_first_says_where_one_stands() -> None:
    sheets = plan_template(line.form(), SUQIAN).sheets
    assert (sheets[0].name, sheets[-1].visibility) == ("填报说明", Visibility.VERY_HIDDEN)
