"""The sum of many reports is a report: equal to the published one, traceable, and never silently short of a unit."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import line
import pytest
import sums
from hypothesis import given, settings
from hypothesis import strategies as st
from judges import assert_formulon_content, assert_gnumeric_content, assert_stored_values_hold, assert_valid_open_xml
from typer.testing import CliRunner

from xlreport.cells import BLANK, Number, Text, Value
from xlreport.checks.check import check
from xlreport.cli.commands import app
from xlreport.fields import FieldRef
from xlreport.findings import Severity
from xlreport.messages import say
from xlreport.office.aggregate.aggregating import (
    MOST_ROWS_TOLD,
    Absence,
    Aggregate,
    Child,
    LastOrigin,
    Trace,
    aggregate,
)
from xlreport.office.aggregate.workbook import plan_aggregate, write_aggregate
from xlreport.office.archive.standing import Standing, standing_of
from xlreport.reading.workbook import read_workbook
from xlreport.reports.writing import write_report
from xlreport.submission import Explanation, Submission, Unit
from xlreport.writing.calculate import calculate
from xlreport.writing.strict import write_workbook
from xlreport.writing.template import write_template

RECEIVED = FieldRef(("requests", "received", "total"))
CARRIED = FieldRef(("requests", "carried_in", "total"))
YOY = "YOY[proactive.licensing.decisions]"


@cache
def suqian() -> tuple[Child, ...]:
    return tuple(sums.suqian())


@cache
def suqian_sum() -> Aggregate:
    return sums.summed(suqian())


def numbers(made: Submission) -> dict[FieldRef, Decimal]:
    return dict(line.verdict(made).numbers)


# ── the real sum ──


def test_the_parts_of_suqian_2023_are_accepted_and_as_large_as_its_text_says() -> None:
    assert {child.status for child in suqian()} == {Standing.ACCEPTED}
    received = {one.unit.name: one.numbers[RECEIVED] + one.numbers[CARRIED] for one in suqian_sum().trace.summed}
    assert received == sums.SUQIAN
    assert sum(received.values()) == 3607


def test_the_sum_of_suqian_2023_is_the_published_report_field_by_field() -> None:
    published = line.last_year("suqian_2023")
    assert numbers(suqian_sum().submission) == published
    assert published[RECEIVED] == 3511
    assert published[CARRIED] == 96


def parts_of(trace: Trace, ref: FieldRef) -> list[tuple[Unit, Decimal]]:
    """Which unit brings how much to a number."""
    return [(one.unit, one.numbers[ref]) for one in trace.summed if ref in one.numbers]


def test_the_trace_shows_each_part_of_every_number() -> None:
    trace = suqian_sum().trace
    for ref in line.form().fields:
        parts = parts_of(trace, ref)
        assert [unit.name for unit, _ in parts] == sorted(sums.SUQIAN)
        assert sum(number for _, number in parts) == trace.numbers[ref]


def test_the_sum_leaves_the_narrative_open_and_fills_every_number() -> None:
    made = suqian_sum().submission
    assert (made.texts, made.zero_blanks, made.explanations) == ({}, frozenset(), {})
    assert list(made.values) == sums.inputs()
    blanks = {finding.rule for finding in line.verdict(made).findings if finding.code == "BLANK"}
    assert blanks == {"BLANK[overview]", "BLANK[problems]", "BLANK[other_matters]"}


def test_the_sum_with_its_narrative_is_accepted_and_reported() -> None:
    made = line.through_workbook(sums.with_narrative(suqian_sum().submission))
    result = line.verdict(made)
    assert result.accepted
    assert numbers(made) == line.last_year("suqian_2023")
    assert write_report(line.form(), result)[:2] == b"PK"


# ── three levels ──


@cache
def bureaus() -> tuple[tuple[Child, ...], ...]:
    return tuple(
        tuple(sums.child(sums.bureau(district, number)) for number in range(1, sums.BUREAUS + 1))
        for district in range(1, sums.DISTRICTS + 1)
    )


@cache
def districts() -> tuple[Aggregate, ...]:
    return tuple(
        aggregate(line.form(), Unit(name=f"第{at}区", code=f"{at}00", level="county"), 2023, children)
        for at, children in enumerate(bureaus(), start=1)
    )


@cache
def city() -> tuple[tuple[Child, ...], Aggregate]:
    """The districts' workbooks as the city reads them, and their sum."""
    children = []
    for made in districts():
        read = line.read_back(write_aggregate(line.form(), made))
        children.append(sums.child(line.through_workbook(sums.with_narrative(read))))
    return tuple(children), aggregate(line.form(), Unit(name="示例市", code="000", level="city"), 2023, children)


def test_every_bureau_is_accepted() -> None:
    assert {child.status for children in bureaus() for child in children} == {Standing.ACCEPTED}


def test_every_district_is_an_accepted_report_like_any_other() -> None:
    children, _ = city()
    for one in children:
        assert (one.status, one.submission and one.submission.findings) == (Standing.ACCEPTED, ())
        assert one.result is not None
        assert write_report(line.form(), one.result)[:2] == b"PK"


def test_three_levels_come_to_the_sum_over_all_bureaus_field_by_field() -> None:
    _, made = city()
    leaves = [child.result.numbers for children in bureaus() for child in children if child.result is not None]
    assert len(leaves) == 48
    expected = {ref: sum((one[ref] for one in leaves), start=Decimal(0)) for ref in line.form().fields}
    assert numbers(line.read_back(write_aggregate(line.form(), made))) == expected


def test_every_number_of_the_city_is_traceable_to_the_bureau_that_made_it() -> None:
    _, made = city()
    by_district = {one.submission.unit: one.trace for one in districts()}
    by_bureau = {child.unit: child.submission for children in bureaus() for child in children}
    for ref in sums.inputs():
        for district, number in parts_of(made.trace, ref):
            parts = parts_of(by_district[district], ref)
            assert sum(part for _, part in parts) == number
            for unit, part in parts:
                submission = by_bureau[unit]
                assert submission is not None
                assert submission.value(ref) == Number(part)


def test_the_city_is_reported_by_the_same_functions() -> None:
    _, made = city()
    result = line.verdict(line.through_workbook(sums.with_narrative(made.submission)))
    assert result.accepted
    assert write_report(line.form(), result)[:2] == b"PK"


# ── what always holds ──


def test_the_sum_of_one_is_itself() -> None:
    one = sums.child(line.submission(line.values_json("suqian_2023")))
    made = sums.summed([one]).submission
    assert one.submission is not None
    assert {ref: made.value(ref) for ref in sums.inputs()} == {ref: one.submission.value(ref) for ref in sums.inputs()}


@given(order=st.permutations(range(11)))
@settings(max_examples=20, deadline=None)
def test_the_sum_does_not_depend_on_the_order_of_the_children(order: list[int]) -> None:
    children: list[Child] = [suqian()[at] for at in order]
    assert sums.summed(children) == suqian_sum()


def test_the_same_sum_is_the_same_bytes() -> None:
    backwards = suqian()[::-1]
    assert write_aggregate(line.form(), sums.summed(backwards)) == write_aggregate(line.form(), suqian_sum())


def test_a_blank_that_counts_as_0_is_0_in_the_sum() -> None:
    one = sums.bureau(1, 1)
    blank = FieldRef(("disputes", "review", "upheld"))
    kept = {ref: value for ref, value in one.values.items() if ref.head != "disputes"}
    made = sums.child(replace(one, values={**kept, blank: BLANK}, zero_blanks=frozenset({"disputes"})))
    assert made.status is Standing.ACCEPTED
    assert sums.summed([made]).submission.value(blank) == Number(Decimal(0))


def test_nobody_summed_is_no_sum_of_zeros() -> None:
    made = sums.summed([sums.absent("甲局")])
    assert made.submission.values == {}
    assert made.submission.missing_units == ("甲局（未报）",)


# ── who is not in the sum: AGG-N ──


def with_value(made: Submission, name: str, value: Value) -> Submission:
    ref = FieldRef(tuple(name.split(".")))
    return replace(made, values={**made.values, ref: value})


def returned() -> Child:
    return sums.child(with_value(sums.bureau(1, 2), "requests.received.individual", Text("/")))


def queried() -> Child:
    made = sums.bureau(1, 3)
    return sums.child(
        replace(
            made,
            last={
                **line.verdict(made).numbers,
                FieldRef(("proactive", "licensing", "decisions")): Decimal(1),
            },
        )
    )


def test_the_standing_of_a_unit_is_what_its_check_says() -> None:
    assert [standing_of(None), returned().status, queried().status] == [
        Standing.MISSING,
        Standing.RETURNED,
        Standing.QUERIED,
    ]
    assert [one.words for one in Standing] == ["未报", "退回", "待说明", "通过"]


def test_summed_are_the_accepted_and_those_that_only_owe_an_explanation() -> None:
    made = sums.summed([sums.child(sums.bureau(1, 1)), returned(), queried(), sums.absent("乙局")])
    assert [one.unit.name for one in made.trace.summed] == ["第1区第01局", "第1区第03局"]
    assert [(one.unit.name, one.absence) for one in made.trace.not_summed] == [
        ("第1区第02局", Absence.RETURNED),
        ("乙局", Absence.MISSING),
    ]


@pytest.mark.parametrize(
    ("change", "absence"),
    [
        ({"year": 2022}, Absence.OTHER_YEAR),
        ({"version": "0.9"}, Absence.OTHER_FORM),
        ({"unit": Unit(name="别的局", code="999")}, Absence.OTHER_UNIT),
    ],
)
def test_a_report_of_another_year_version_or_unit_is_not_summed(change: dict[str, object], absence: Absence) -> None:
    one = sums.child(sums.bureau(1, 1))
    assert one.submission is not None
    other = replace(one, submission=replace(one.submission, **change))  # type: ignore[arg-type]  # fields by name
    [left] = sums.summed([other]).trace.not_summed
    assert left.absence is absence


def test_a_unit_given_twice_is_summed_not_at_all_and_said() -> None:
    one = sums.child(sums.bureau(1, 1))
    made = sums.summed([one, one, sums.child(sums.bureau(1, 2))])
    assert [left.absence for left in made.trace.not_summed] == [Absence.TWICE, Absence.TWICE]
    assert made.submission.missing_units == ("第1区第01局（重复报送）",), "it is one unit that is lacking"


def test_a_unit_whose_workbook_cannot_be_read_is_sent_back_not_missing() -> None:
    unread = replace(sums.child(sums.bureau(1, 1)), status=Standing.RETURNED, submission=None, result=None)
    [left] = sums.summed([unread]).trace.not_summed
    assert left.absence is Absence.RETURNED


def test_units_of_one_name_with_codes_of_their_own_are_two_units() -> None:
    first, second = (replace(sums.bureau(1, at), unit=Unit(name="教育局", code=str(at))) for at in (1, 2))
    assert len(sums.summed([sums.child(first), sums.child(second)]).trace.summed) == 2


def lacking() -> Aggregate:
    return sums.summed([*suqian()[1:], sums.absent("沭阳县司法局")])


def test_AGG_N_names_every_unit_that_is_missing_and_survives_the_workbook() -> None:
    back = line.read_back(write_aggregate(line.form(), lacking()))
    assert back.missing_units == ("沭阳县司法局（未报）",)
    [finding] = [one for one in line.verdict(back).findings if one.code == "AGG-N"]
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        "汇总不全，还有 1 个单位没有计入：沭阳县司法局（未报）。"
        "请收齐后重新汇总；只能先用现有数的，出报告时加 --allow-missing。"
    )


def test_AGG_N_alone_keeps_a_sum_from_being_accepted_and_allow_missing_accepts_just_that() -> None:
    made = sums.with_narrative(lacking().submission)
    refused, allowed = line.verdict(made), check(line.form(), made, allow_missing=True)
    assert (refused.accepted, refused.counts.error) == (False, 1)
    assert (allowed.accepted, allowed.counts.notice) == (True, 1)
    blank = replace(made, texts={})
    assert not check(line.form(), blank, allow_missing=True).accepted


def test_AGG_N_is_named_on_the_first_sheet_while_everything_else_is_right() -> None:
    data = write_template(line.form(), sums.with_narrative(lacking().submission))
    start = read_workbook(data, "sum.xlsx").sheets[0]
    shown = {cell.value.value for cell in start.cells.values() if isinstance(cell.value, Text)}
    assert "汇总不全，没有计入的单位：沭阳县司法局（未报）" in shown
    assert "汇总不全，还有单位没有计入（见上一行），收齐后重新汇总" in shown


def test_AGG_N_travels_with_the_return_copy_the_json_and_the_filled_workbook(tmp_path: Path) -> None:
    workbook, exported, filled = (tmp_path / name for name in ("sum.xlsx", "sum.json", "again.xlsx"))
    workbook.write_bytes(write_aggregate(line.form(), lacking()))
    run = CliRunner().invoke
    assert run(app, ["export", str(workbook), "-o", str(exported)]).exit_code == 0
    assert run(app, ["check", str(exported), "--annotate", str(tmp_path / "back")]).exit_code == 1
    [copy] = (tmp_path / "back").iterdir()
    assert run(app, ["fill", str(workbook), str(exported), "-o", str(filled)]).exit_code == 0
    for path in (copy, filled):
        assert line.read_back(path.read_bytes()).missing_units == ("沭阳县司法局（未报）",)


def test_report_refuses_a_sum_that_lacks_units_unless_it_is_allowed(tmp_path: Path) -> None:
    workbook, out = tmp_path / "sum.xlsx", tmp_path / "report.xlsx"
    workbook.write_bytes(write_template(line.form(), sums.with_narrative(lacking().submission)))
    run = CliRunner().invoke
    assert run(app, ["report", str(workbook), "-o", str(out)]).exit_code == 1
    assert not out.exists()
    assert run(app, ["report", str(workbook), "-o", str(out), "--allow-missing"]).exit_code == 0
    [_, checks] = read_workbook(out.read_bytes(), "report.xlsx").sheets
    shown = [cell.value.value for cell in checks.cells.values() if isinstance(cell.value, Text)]
    assert "本报告是汇总数，下列 1 个单位没有计入：沭阳县司法局（未报）。" in shown


def test_AGG_N_that_is_accepted_does_not_ask_for_what_was_given() -> None:
    made = lacking().submission
    [accepted] = [one for one in check(line.form(), made, allow_missing=True).findings if one.code == "AGG-N"]
    assert accepted.message.endswith("汇总不全，还有 1 个单位没有计入：沭阳县司法局（未报）。")


def test_a_list_of_missing_units_too_long_for_a_cell_says_how_many_more() -> None:
    children = [sums.absent(f"{at:04d}" + "局" * 90) for at in range(1000)]
    units = sums.summed(children).submission.missing_units
    assert units[-1] == f"另有 {1000 - len(units) + 1} 个单位"
    assert sum(map(len, units)) + len(units) <= 32_767
    assert line.read_back(write_aggregate(line.form(), sums.summed(children))).missing_units == units


# ── figures two units may both have counted: AGG-DUP ──


def test_AGG_DUP_says_which_units_report_the_very_same_row() -> None:
    row = {
        f"proactive.normative_documents.{name}": n for name, n in (("issued", 7), ("repealed", 3), ("in_force", 101))
    }
    first, second = sums.bureau(1, 1), sums.bureau(1, 2)
    for name, number in row.items():
        first, second = (with_value(one, name, Number(Decimal(number))) for one in (first, second))
    [doubt] = sums.summed([sums.child(first), sums.child(second), sums.child(sums.bureau(1, 3))]).doubts
    assert (doubt.code, doubt.severity) == ("AGG-DUP", Severity.NOTICE)
    assert doubt.message == (
        "第1区第01局、第1区第02局填的数完全一样：二 主动公开“行政规范性文件”（7、3、101）。"
        "请核对是不是同一批文件、案件重复计入。"
    )


def test_AGG_DUP_tells_of_units_with_many_equal_rows_once() -> None:
    inputs = [ref for ref, one in line.form().fields.items() if one.is_input]
    many = replace(sums.bureau(1, 1), values={ref: Number(Decimal(30)) for ref in inputs})
    units = [Unit(name=name) for name in ("甲局", "乙局")]
    children = [
        Child(unit=unit, status=Standing.ACCEPTED, submission=replace(many, unit=unit, findings=())) for unit in units
    ]
    [doubt] = sums.summed(children).doubts
    rows = len({one.row for one in doubt.fields})
    assert (doubt.message.count("“"), f"等 {rows} 行" in doubt.message) == (MOST_ROWS_TOLD, True)


def test_AGG_DUP_is_announced_on_the_first_sheet_of_the_sum_which_is_whole_all_the_same() -> None:
    twin = replace(sums.bureau(1, 1), unit=Unit(name="同数局"))
    data = write_aggregate(line.form(), sums.summed([sums.child(one) for one in (sums.bureau(1, 1), twin)]))
    book = read_workbook(data, "aggregate.xlsx")
    assert book.sheets[0].value(6, 1) == Text(say("start.children_doubts"))
    assert (line.read_back(data).findings, line.read_back(data).leftovers) == ((), ())


def test_AGG_DUP_is_silent_about_small_and_single_figures() -> None:
    children = [sums.child(sums.filled(Unit(name=name), small())) for name in ("甲局", "乙局")]
    assert sums.summed(children).doubts == ()


def small() -> dict[FieldRef, Decimal]:
    return {FieldRef(("proactive", "licensing", "decisions")): Decimal(500), RECEIVED: Decimal(0)}


# ── last year, explanations, an earlier sum ──


def with_last(made: Submission) -> Submission:
    return replace(made, last=dict(line.verdict(made).numbers))


def test_last_years_figures_are_the_sum_of_the_childrens_only_when_all_have_theirs() -> None:
    children = [sums.child(with_last(sums.bureau(1, at))) for at in (1, 2)]
    made = sums.summed(children)
    assert (made.last_origin, made.submission.last) == (LastOrigin.CHILDREN, made.trace.numbers)
    more = sums.summed([*children, sums.child(sums.bureau(1, 3))])
    assert (more.last_origin, more.submission.last) == (LastOrigin.NONE, None)


def test_last_years_figures_that_are_given_win() -> None:
    published = line.last_year("suqian_2023")
    children = [sums.child(with_last(sums.bureau(1, 1)))]
    made = aggregate(line.form(), Unit(name="市"), 2023, children, last=published)
    assert (made.last_origin, made.submission.last) == (LastOrigin.GIVEN, published)


def with_query(number: int, text: str = "") -> Child:
    made = sums.bureau(1, number)
    figures = dict(line.verdict(made).numbers)
    ref = FieldRef(("proactive", "licensing", "decisions"))
    explanations = {YOY: Explanation(text=text)} if text else {}
    return sums.child(
        replace(
            with_value(made, str(ref), Number(Decimal(500))),
            last={**figures, ref: Decimal(2)},
            explanations=explanations,
        )
    )


def test_beside_each_open_query_the_children_say_what_they_said_to_theirs() -> None:
    made = sums.summed([with_query(1, "许可事项下放，数量增加。"), with_query(2)])
    assert [(one.unit.name, one.left, one.right, one.text) for one in made.explanations[YOY]] == [
        ("第1区第01局", Decimal(500), Decimal(2), "许可事项下放，数量增加。"),
        ("第1区第02局", Decimal(500), Decimal(2), ""),
    ]
    sheet = next(one for one in plan_aggregate(line.form(), made).sheets if one.name == "下级说明")
    start = next(row for (row, _), cell in sheet.cells.items() if cell.content == "行政许可：与上年相比变动不超过 4 倍")
    rows = [[sheet.cells[row, column].content for column in range(1, 7)] for row in range(start, start + 3)]
    assert [row[1:] for row in rows] == [
        ["行政许可：与上年相比变动不超过 4 倍", 1000, 4, 996, "2 个单位有同样的情况，说明如下；点这里去写汇总表的说明"],
        ["第1区第01局", 500, 2, 498, "许可事项下放，数量增加。"],
        ["第1区第02局", 500, 2, 498, "（还没有说明）"],
    ]
    checks = next(one for one in plan_aggregate(line.form(), made).sheets if one.name == "校验")
    prompts = [one.prompt for one in checks.validations if "第1区第01局" in one.prompt]
    assert prompts == ["下级单位的说明（全文见“下级说明”表）：\n第1区第01局：许可事项下放，数量增加。"]


def test_reading_a_sum_back_finds_nothing_to_say_of_its_extra_sheet() -> None:
    back = line.read_back(write_aggregate(line.form(), suqian_sum()))
    assert (back.findings, back.leftovers, back.extra_sheets) == ((), (), ())


def test_a_sum_made_again_keeps_the_narrative_and_explanations_of_the_one_before() -> None:
    first = sums.summed([with_query(1, "许可事项下放，数量增加。")]).submission
    written = replace(
        sums.with_narrative(first), explanations={YOY: Explanation(text="许可事项下放到区，数量增加。")}, round=3
    )
    again = aggregate(line.form(), first.unit, 2023, [with_query(1), with_query(2)], earlier=written).submission
    assert (again.texts, again.round) == (written.texts, 3)
    assert again.explanations[YOY] == Explanation(
        text="许可事项下放到区，数量增加。", left=Decimal(500), right=Decimal(2)
    )
    [finding] = [one for one in line.verdict(again).findings if one.rule == YOY]
    assert finding.is_open_query


# ── the judges ──


def everything() -> bytes:
    """Missing units, doubts, explanations, hostile names."""
    hostile = Child(unit=Unit(name="甲'乙\"局<&>\x07", code="=A1"), status=Standing.MISSING)
    children: Sequence[Child] = [with_query(1, "=1+1 <b>&\"' 许可下放"), with_query(2), returned(), hostile]
    plan = plan_aggregate(line.form(), sums.summed(children))
    return write_workbook(plan, calculate(plan))


def test_the_stored_values_of_a_sum_hold_and_its_formulas_can_be_read() -> None:
    assert_formulon_content(everything())
    assert_stored_values_hold(everything())


@pytest.mark.validator
def test_a_sum_is_valid_open_xml() -> None:
    assert_valid_open_xml(everything(), "aggregate")


@pytest.mark.gnumeric
def test_gnumeric_reads_a_sum() -> None:
    assert_gnumeric_content(everything())
