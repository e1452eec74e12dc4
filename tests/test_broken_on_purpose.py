"""One added to any single input of a right report: found, at the right cells, with both sides."""

from functools import cache

import line
import pytest

from xlreport.checks.result import CheckResult
from xlreport.fields import FieldRef
from xlreport.submission import Submission

REQUESTS = [field.ref for field in line.form().fields_of_table("requests") if field.is_input]
OUTSIDE_RESULTS = {"received", "carried_in", "carried_out"}
RESULTS = [ref for ref in REQUESTS if ref.path[1] not in OUTSIDE_RESULTS]
COLUMNS = {"individual": "D", "business": "E", "research": "F", "public_interest": "G", "legal_service": "H"} | {
    "other_org": "I",
    "total": "J",
}


@cache
def right() -> Submission:
    return line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")


@cache
def right_with_printed_totals() -> Submission:
    return line.submission(line.values_json("suqian_2024", level="city", printed_totals=True), last="suqian_2023")


def table_three(result: CheckResult) -> set[str]:
    return {
        finding.rule
        for finding in result.findings
        if finding.rule and any(ref.head == "requests" for ref in finding.fields)
    }


def broken(ref: FieldRef) -> set[str]:
    """The judgements of table three that one more in this cell must fail."""
    row, column = ref.path[1:]
    expected = {f"T3-COL[{column}]", "T3-COL[total]"}
    if row == "carried_in":
        expected |= {f"CARRY[{column}]", "CARRY[total]"}
    return expected


def test_table_three_has_144_inputs() -> None:
    assert len(REQUESTS) == 144


@pytest.mark.parametrize("ref", REQUESTS, ids=str)
def test_one_more_fails_T3_COL_and_CARRY_of_its_column_and_the_total_and_nothing_else(ref: FieldRef) -> None:
    changed = line.values_json("suqian_2024", level="city")
    changed["values"][str(ref)] += 1
    result = line.verdict(line.through_fill(changed, last="suqian_2023"))
    assert table_three(result) == broken(ref)


def expected_sides(ref: FieldRef) -> dict[str, tuple[tuple[int, int, int], list[str]]]:
    """Both sides, the difference and the cells of everything that must fail, from the right report's figures."""
    row, column = ref.path[1:]
    figures = line.verdict(right()).numbers
    found = {}
    for name in (column, "total"):
        left, right_side = (
            int(sum(figures[FieldRef(("requests", one, name))] for one in rows))
            for rows in (("received", "carried_in"), ("results_total", "carried_out"))
        )
        left, right_side = (left + 1, right_side) if row in ("received", "carried_in") else (left, right_side + 1)
        cells = [f"三 依申请公开!{COLUMNS[name]}{number}" for number in (5, 6, 28, 29)]
        found[f"T3-COL[{name}]"] = ((left, right_side, left - right_side), cells)
        if row == "carried_in":
            before = int(figures[FieldRef(("requests", "carried_in", name))])
            found[f"CARRY[{name}]"] = ((before + 1, before, 1), [f"三 依申请公开!{COLUMNS[name]}6"])
    return found


@pytest.mark.parametrize("ref", REQUESTS, ids=str)
def test_both_sides_the_difference_and_the_cells_are_said(ref: FieldRef) -> None:
    result = line.verdict(line.plus_one(right(), ref))
    said = {key: (line.sides(result, key), line.cells(result, key)) for key in expected_sides(ref)}
    assert said == expected_sides(ref)


def test_the_message_says_where_both_sides_the_difference_the_cells_and_what_to_do() -> None:
    ref = FieldRef(("requests", "received", "individual"))
    result = line.verdict(line.plus_one(right(), ref))
    assert result.findings[0].message == (
        "【三 依申请公开】自然人：第一项＋第二项＝第三项＋第四项。"
        "左边 3559，右边 3558，差额 1（D5、D6、D28、D29）。请核对这些格子，改正填错的数。"
    )


@pytest.mark.parametrize("ref", REQUESTS, ids=str)
def test_with_the_printed_totals_one_more_also_fails_T3_ROW_and_for_results_T3_SUM(ref: FieldRef) -> None:
    row, column = ref.path[1:]
    expected = broken(ref) | {f"T3-ROW[{row}]"}
    if ref in RESULTS:
        expected |= {f"T3-SUM[{column}]", "T3-SUM[total]", "T3-ROW[results_total]"}
    result = line.verdict(line.plus_one(right_with_printed_totals(), ref))
    assert table_three(result) == expected


@pytest.mark.parametrize("ref", RESULTS, ids=str)
def test_the_claims_are_as_printed_and_ours_is_one_more(ref: FieldRef) -> None:
    result = line.verdict(line.plus_one(right_with_printed_totals(), ref))
    row, column = ref.path[1:]
    keys = (f"T3-ROW[{row}]", f"T3-SUM[{column}]", "T3-SUM[total]", "T3-ROW[results_total]")
    assert [line.sides(result, key)[2] for key in keys] == [1, 1, 1, 1]


def test_nothing_of_table_three_fails_in_the_right_report() -> None:
    assert table_three(line.verdict(right_with_printed_totals())) == set()
