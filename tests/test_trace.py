"""Of every number of a sum the workbook shows which unit brought how much; the sums are live and equal."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache

import line
import pytest
import sums
from judges import assert_formulon_content, assert_gnumeric_content, assert_stored_values_hold, assert_valid_open_xml
from office import recalculate

from xlreport.cells import CellRef, Number, Text, Value
from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.office.aggregate.aggregating import Aggregate, Child
from xlreport.office.archive.standing import Standing
from xlreport.office.trace.against import check_against, differences
from xlreport.office.trace.sheet import plan_trace, write_trace
from xlreport.reading.workbook import ReadWorkbook, read_workbook
from xlreport.rules.formula import spell
from xlreport.submission import Submission, Unit
from xlreport.writing.calculate import calculate
from xlreport.writing.plan import Link, SheetPlan

FIRST_FIGURE = 5
TABLES = ("二 主动公开", "三 依申请公开", "四 复议诉讼")


@cache
def made() -> Aggregate:
    """Ten of the eleven parts of 宿迁 2023; one was sent back and one is not in yet."""
    first, *others = sums.suqian()
    back = replace(first, status=Standing.RETURNED)
    return sums.summed([back, *others, Child(unit=Unit(name="市司法局", code="0099"), status=Standing.MISSING)])


def sheet(name: str) -> SheetPlan:
    return next(one for one in plan_trace(line.form(), made()).sheets if one.name == name)


def row_of(plan: SheetPlan, words: str) -> int:
    """The row in which a unit, or 合计, stands."""
    return next(row for (row, _), cell in sorted(plan.cells.items()) if cell.content == words)


def figures(plan: SheetPlan, words: str) -> list[object]:
    row = row_of(plan, words)
    columns = sorted(column for at, column in plan.cells if at == row and column >= FIRST_FIGURE)
    return [plan.cells[row, column].content for column in columns]


def sums_shown(workbook: ReadWorkbook) -> dict[FieldRef, Value]:
    """What the row of sums of each table shows, by field."""
    shown: dict[FieldRef, Value] = {}
    for table, name in zip(line.form().tables, TABLES, strict=True):
        cells, row = workbook.sheet(name), row_of(sheet(name), "合计")
        assert cells is not None
        for at, field in enumerate(line.form().fields_of_table(table.id)):
            shown[field.ref] = cells.cells[row, FIRST_FIGURE + at].value
    return shown


def as_values(numbers: Mapping[FieldRef, Decimal]) -> dict[FieldRef, Value]:
    return {ref: Number(number.normalize() + 0) for ref, number in numbers.items()}


# ── every unit a row, every field a column ──


def test_each_unit_is_a_row_with_its_figures() -> None:
    for table, name in zip(line.form().tables, TABLES, strict=True):
        refs = [field.ref for field in line.form().fields_of_table(table.id)]
        for one in made().trace.summed:
            assert figures(sheet(name), one.unit.name) == [one.numbers[ref] for ref in refs]


def test_the_header_says_table_group_row_and_column() -> None:
    plan = sheet("三 依申请公开")
    above = [plan.cells[row, FIRST_FIGURE + 29].content for row in range(4, 9)]
    assert plan.cells[1, 1].content == "三、收到和处理政府信息公开申请情况"
    assert above[0] is None  # merged with the first column of its row
    row = [plan.cells[at, FIRST_FIGURE + 28].content for at in range(4, 9)]
    assert row == ["三、本年度办理结果", "（三）不予公开", "1.属于国家秘密", "自然人", None]


def test_units_that_are_not_summed_stand_apart_grey_with_the_reason() -> None:
    plan = sheet("二 主动公开")
    sum_row = row_of(plan, "合计")
    for name, reason in (("市本级", "退回"), ("市司法局", "未报")):
        row = row_of(plan, name)
        assert row > sum_row
        assert plan.cells[row, 4].content == reason
        assert plan.cells[row, 3].style.color == "9AA1AB"
    assert figures(plan, "市司法局") == [None] * 10


def test_the_sum_is_a_live_formula_over_the_units_alone() -> None:
    plan = sheet("二 主动公开")
    first, last = row_of(plan, "沭阳县"), row_of(plan, "合计") - 1
    rows = [row_of(plan, one.unit.name) for one in made().trace.summed]
    assert (min(rows), max(rows)) == (min(first, *rows), last)
    formulas = [spell(one, plan.name) for one in figures(plan, "合计")]  # type: ignore[arg-type]  # the row holds formulas
    assert formulas[0] == f"SUM($E${min(rows)}:$E${last})"
    assert formulas[-1] == f"ROUND(SUM($N${min(rows)}:$N${last}),6)"


def test_a_total_is_worked_out_from_the_sums_and_never_summed_itself() -> None:
    plan = sheet("四 复议诉讼")
    row = row_of(plan, "合计")
    total = plan.cells[row, FIRST_FIGURE + 4].content
    assert spell(total, plan.name) == f"SUM($E${row}:$H${row})"  # type: ignore[arg-type]  # a formula


def test_nothing_is_locked_and_no_sheet_protected() -> None:
    for plan in plan_trace(line.form(), made()).sheets:
        assert plan.protection is None
        assert {cell.style.locked for cell in plan.cells.values()} == {None}
        assert plan.freeze is not None


def test_the_first_sheet_lists_every_unit_and_whether_it_counts() -> None:
    plan = sheet("汇总情况")
    rows = {plan.cells[row, 3].content: plan.cells[row, 5].content for row in range(5, 5 + len(sums.SUQIAN) + 1)}
    assert rows == dict.fromkeys(sums.SUQIAN, "计入") | {"市本级": "没有计入", "市司法局": "没有计入"}


def test_a_sum_of_nobody_has_no_figures() -> None:
    plan = plan_trace(line.form(), sums.summed([sums.absent("甲局")]))
    assert not calculate(plan)


# ── the stored and the recalculated sums are the aggregate's ──


def test_the_stored_sums_are_the_aggregate() -> None:
    data = write_trace(line.form(), made())
    assert sums_shown(read_workbook(data, "trace.xlsx")) == as_values(made().trace.numbers)
    assert write_trace(line.form(), made()) == data


@pytest.mark.libreoffice
def test_the_sums_LibreOffice_works_out_are_the_aggregate() -> None:
    [data] = recalculate({"trace": write_trace(line.form(), made())}).values()
    assert sums_shown(read_workbook(data, "trace.xlsx")) == as_values(made().trace.numbers)


@pytest.mark.libreoffice
def test_a_changed_part_changes_the_sum() -> None:
    wrong = replace(made().trace.summed[0], numbers={ref: n + 1 for ref, n in made().trace.summed[0].numbers.items()})
    trace = replace(made().trace, summed=(wrong, *made().trace.summed[1:]))
    [data] = recalculate({"trace": write_trace(line.form(), replace(made(), trace=trace))}).values()
    shown = sums_shown(read_workbook(data, "trace.xlsx"))
    ref = FieldRef(("requests", "received", "individual"))
    assert shown[ref] == Number(made().trace.numbers[ref] + 1)


# ── AGG: a report of the parent made elsewhere ──


@cache
def elsewhere() -> Submission:
    """The parent's own report: the published one, one application more."""
    published = replace(line.submission(line.values_json("suqian_2023")), source="宿迁市.xlsx")
    return line.plus_one(published, FieldRef(("requests", "received", "individual")))


@cache
def whole() -> Aggregate:
    return sums.summed(sums.suqian())


def test_AGG_is_a_query_for_each_cell_that_differs_with_both_sides() -> None:
    first, total = check_against(line.form(), whole(), elsewhere())
    assert (first.code, first.severity.value, str(first.cells[0])) == ("AGG", "query", "三 依申请公开!D5")
    assert (first.left, first.right, first.difference) == (Decimal(3403), Decimal(3402), Decimal(1))
    assert first.message == (
        "【三 依申请公开】一、本年新收政府信息公开申请数量·自然人：上报 3403，按下级汇总是 3402，差额 1（D5）。"
        "请逐个单位核对；确有原因的，写明即可。"
    )
    assert str(total.fields[0]) == "requests.received.total"


def test_the_sheet_of_differences_has_the_real_cell_both_sides_and_the_count_of_equal_ones() -> None:
    plan = plan_trace(line.form(), whole(), elsewhere())
    gaps = next(one for one in plan.sheets if one.name == "差额表")
    rows = [[gaps.cells[row, column].content for column in range(1, 7)] for row in (5, 6)]
    assert rows == [
        ["三 依申请公开", "D5", "一、本年新收政府信息公开申请数量·自然人", 3402, 3403, 1],
        ["三 依申请公开", "J5", "一、本年新收政府信息公开申请数量·总计", 3511, 3512, 1],
    ]
    assert "不同 2 格，相同 198 格" in str(gaps.cells[2, 1].content)
    link = gaps.cells[5, 3].link
    assert isinstance(link, Link)
    assert link.target.first == CellRef("三 依申请公开", row_of_sum(plan.sheets), FIRST_FIGURE)


def row_of_sum(sheets: tuple[SheetPlan, ...]) -> int:
    return row_of(next(one for one in sheets if one.name == "三 依申请公开"), "合计")


def test_a_report_equal_to_the_sum_has_no_differences_and_the_sheet_says_so() -> None:
    same = line.submission(line.values_json("suqian_2023"))
    assert differences(line.form(), whole(), same) == ()
    gaps = next(one for one in plan_trace(line.form(), whole(), same).sheets if one.name == "差额表")
    assert gaps.cells[5, 1].content == "✓ 每一格都相同"


def test_a_cell_without_a_number_differs_without_a_gap() -> None:
    ref = FieldRef(("requests", "received", "individual"))
    refused = replace(elsewhere(), values={**elsewhere().values, ref: Text("/")})
    gaps = differences(line.form(), whole(), refused)
    assert (gaps[0].reported, gaps[0].difference) == (None, None)


@pytest.mark.parametrize("change", [{"year": 2022}, {"version": "0.9"}, {"form": "toy"}])
def test_a_report_of_another_year_or_form_is_not_held_against_the_sum(change: dict[str, object]) -> None:
    other = replace(elsewhere(), **change)  # type: ignore[arg-type]  # fields by name
    with pytest.raises(RequestError, match=r"宿迁市\.xlsx"):
        differences(line.form(), whole(), other)


# ── limits and judges ──


def test_more_units_than_a_sheet_has_rows_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.office.trace.sheet.MAX_ROWS", 105)
    with pytest.raises(RequestError, match="有 12 个单位，工作表最多放 5 行"):
        plan_trace(line.form(), made())


def test_more_fields_than_a_sheet_has_columns_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.office.trace.sheet.MAX_COLUMNS", 100)
    with pytest.raises(RequestError, match="有 175 个字段，工作表最多放 96 列"):
        plan_trace(line.form(), made())


@cache
def everything() -> bytes:
    """Units not summed, differences, hostile names."""
    hostile = Child(unit=Unit(name="甲'乙\"局<&>\x07", code="=A1"), status=Standing.MISSING)
    children = [replace(sums.suqian()[0], status=Standing.RETURNED), *sums.suqian()[1:], hostile]
    return write_trace(line.form(), sums.summed(children), elsewhere())


def test_the_stored_values_of_a_trace_hold_and_its_formulas_can_be_read() -> None:
    assert_formulon_content(everything())
    assert_stored_values_hold(everything())


@pytest.mark.validator
def test_a_trace_is_valid_open_xml() -> None:
    assert_valid_open_xml(everything(), "trace")


@pytest.mark.gnumeric
def test_gnumeric_reads_a_trace() -> None:
    assert_gnumeric_content(everything())
