"""Every rule of the annual report form, at its threshold: what just passes, what just fails, whom it concerns."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import line
import pytest

from xlreport.checks.check import check
from xlreport.checks.figures import effective_figures
from xlreport.checks.result import CheckResult
from xlreport.findings import Outcome
from xlreport.submission import Submission

ZERO = {str(field.ref): 0 for field in line.form().fields.values() if field.is_input}
"""An all-zero report: the figures of most bureaus."""


def report(changes: dict[str, Any], *, level: str = "", year: int = 2024) -> Submission:
    values = {**ZERO, **line.NARRATIVE, **changes}
    unit = {"name": "甲局", "level": level} if level else {"name": "甲局"}
    present = {name: value for name, value in values.items() if value is not None}
    return line.submission({"form": line.FORM, "unit": unit, "year": year, "values": present})


def judged(changes: dict[str, Any], last: dict[str, Any] | None = None, level: str = "") -> CheckResult:
    made = report(changes, level=level)
    if last is not None:
        made = replace(made, last=effective_figures(line.form(), report(last, year=2023)))
    return check(line.form(), made)


def outcome(result: CheckResult, key: str) -> Outcome:
    return next(one.outcome for one in result.judged if one.judgement.key == key)


PASSED, FAILED, NOT_APPLICABLE = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE
FEES = "proactive.fees.amount"
DOCUMENTS = "proactive.normative_documents"
RULES = "proactive.regulations"
LICENCES = "proactive.licensing.decisions"


def test_an_all_zero_report_is_accepted() -> None:
    assert judged({}).accepted


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.000001", PASSED), ("99999999", PASSED), ("0.0000001", FAILED), ("-1", FAILED), ("100000000", FAILED)],
)
def test_FEE_takes_amounts_with_six_decimals(amount: str, expected: Outcome) -> None:
    assert outcome(judged({FEES: Decimal(amount)}), "FEE[proactive.fees]") is expected


@pytest.mark.parametrize(("count", "expected"), [(999_999_999_999, PASSED), (10**12, FAILED), (-1, FAILED)])
def test_NUM_takes_whole_numbers_of_twelve_digits(count: int, expected: Outcome) -> None:
    assert outcome(judged({LICENCES: count}), "NUM[proactive.licensing]") is expected


def test_NUM_names_the_cells_at_fault_and_counts_them() -> None:
    result = judged({"requests.granted.individual": "12件", "requests.granted.research": "/"})
    assert (line.sides(result, "NUM[requests.granted]"), line.cells(result, "NUM[requests.granted]")) == (
        (2, 0, 2),
        ["三 依申请公开!D7", "三 依申请公开!F7"],
    )


def test_BLANK_asks_for_every_cell_until_it_is_filled() -> None:
    result = judged({"requests.granted.individual": None, "disputes.review.upheld": None})
    assert (result.counts.blank, line.failing(result)) == (2, ["BLANK[requests.granted]", "BLANK[disputes]"])


def test_BLANK_is_satisfied_where_the_table_counts_blanks_as_zero() -> None:
    made = replace(report({"requests.granted.individual": None}), zero_blanks=frozenset({"requests"}))
    assert check(line.form(), made).accepted


@pytest.mark.parametrize("text", ["overview.disclosure", "problems", "other_matters"])
def test_BLANK_asks_for_a_topic_of_one_and_for_five_and_six(text: str) -> None:
    assert line.failing(judged({text: None})) == [f"BLANK[{text.split('.', maxsplit=1)[0]}]"]


@pytest.mark.parametrize(("last", "expected"), [(3, FAILED), (0, PASSED)])
def test_BLANK_LAST_asks_about_a_blank_that_had_a_figure_last_year(last: int, expected: Outcome) -> None:
    cell = "requests.granted.individual"
    made = replace(report({cell: None}), zero_blanks=frozenset({"requests"}))
    made = replace(made, last=effective_figures(line.form(), report({cell: last}, year=2023)))
    assert outcome(check(line.form(), made), "BLANK-LAST[requests.granted]") is expected


def test_BLANK_LAST_does_not_apply_without_last_year() -> None:
    assert outcome(judged({}), "BLANK-LAST[requests.granted]") is NOT_APPLICABLE


@pytest.mark.parametrize("column", ["individual", "other_org", "total"])
def test_CARRY_holds_this_year_s_second_row_against_last_year_s_last(column: str) -> None:
    last = {"requests.received.individual": 4, "requests.carried_out.individual": 4} | {
        "requests.received.other_org": 1,
        "requests.carried_out.other_org": 1,
    }
    result = judged({}, last)
    left_right = {"individual": (0, 4, -4), "other_org": (0, 1, -1), "total": (0, 5, -5)}
    assert line.sides(result, f"CARRY[{column}]") == left_right[column]


@pytest.mark.parametrize("rows", [RULES, DOCUMENTS])
@pytest.mark.parametrize(("in_force", "expected"), [(420, PASSED), (421, FAILED)])
def test_STOCK_is_last_year_s_stock_plus_issued_less_repealed(rows: str, in_force: int, expected: Outcome) -> None:
    changes = {f"{rows}.issued": 50, f"{rows}.repealed": 227, f"{rows}.in_force": in_force}
    result = judged(changes, {f"{rows}.in_force": 597})
    assert outcome(result, f"STOCK[{rows}]") is expected


def test_STOCK_does_not_apply_without_last_year() -> None:
    assert outcome(judged({}), f"STOCK[{DOCUMENTS}]") is NOT_APPLICABLE


@pytest.mark.parametrize(("in_force", "expected"), [(7, PASSED), (6, FAILED)])
def test_STOCK_0_what_is_in_force_is_at_least_issued_less_repealed(in_force: int, expected: Outcome) -> None:
    changes = {f"{DOCUMENTS}.issued": 10, f"{DOCUMENTS}.repealed": 3, f"{DOCUMENTS}.in_force": in_force}
    assert outcome(judged(changes), f"STOCK-0[{DOCUMENTS}.in_force]") is expected


@pytest.mark.parametrize(("repealed", "expected"), [(15, PASSED), (16, FAILED)])
def test_STOCK_0_no_more_is_repealed_than_there_was(repealed: int, expected: Outcome) -> None:
    result = judged({f"{DOCUMENTS}.issued": 5, f"{DOCUMENTS}.repealed": repealed}, {f"{DOCUMENTS}.in_force": 10})
    assert outcome(result, f"STOCK-0[{DOCUMENTS}.repealed]") is expected


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("bureau", FAILED),
        ("township", FAILED),
        ("county", FAILED),
        ("city", NOT_APPLICABLE),
        ("province", NOT_APPLICABLE),
        ("ministry", NOT_APPLICABLE),
        ("", NOT_APPLICABLE),
    ],
)
def test_REG_asks_about_regulations_below_a_city(level: str, expected: Outcome) -> None:
    changes = {f"{RULES}.in_force": 1}
    assert outcome(judged(changes, level=level), f"REG[{RULES}.in_force]") is expected


@pytest.mark.parametrize(
    ("level", "index", "limit"),
    [
        ("bureau", "bureau", 10_000),
        ("township", "bureau", 10_000),
        ("county", "county", 100_000),
        ("city", "city", 1_000_000),
        ("province", "province", 10_000_000),
        ("ministry", "province", 10_000_000),
    ],
)
def test_FEE_U_knows_what_a_level_may_take_in(level: str, index: str, limit: int) -> None:
    at, above = (outcome(judged({FEES: limit + more}, level=level), f"FEE-U[{index}]") for more in (0, 1))
    assert (at, above) == (PASSED, FAILED)


def test_FEE_U_without_a_level_only_compares_with_last_year() -> None:
    result = judged({FEES: 9_999_999}, {FEES: 1})
    applied = [one.judgement.key for one in result.judged if one.judgement.rule == "FEE-U" and one.left is not None]
    assert applied == ["FEE-U[last]"]


@pytest.mark.parametrize(
    ("amount", "last", "expected"), [(1500, "1.5", PASSED), ("1500.01", "1.5", FAILED), (5, 0, NOT_APPLICABLE)]
)
def test_FEE_U_asks_when_the_amount_is_a_thousand_times_last_year_s(amount: str, last: str, expected: Outcome) -> None:
    result = judged({FEES: Decimal(amount)}, {FEES: Decimal(last)})
    assert outcome(result, "FEE-U[last]") is expected


REQUESTED = {"requests.received.individual": 8, "requests.granted.individual": 8}


@pytest.mark.parametrize(("cases", "expected"), [(16, PASSED), (17, FAILED)])
def test_T4_T3_asks_when_disputes_are_more_than_twice_the_requests(cases: int, expected: Outcome) -> None:
    result = judged({**REQUESTED, "disputes.review.upheld": cases})
    assert outcome(result, "T4-T3[ratio]") is expected


@pytest.mark.parametrize(("cases", "expected"), [(10, PASSED), (11, FAILED)])
def test_T4_T3_lets_ten_disputes_pass_whatever_the_requests(cases: int, expected: Outcome) -> None:
    result = judged({"disputes.litigation_direct.pending": cases})
    assert outcome(result, "T4-T3[ratio]") is expected


@pytest.mark.parametrize(
    ("changes", "last", "expected"),
    [
        ({"disputes.review.upheld": 1}, {}, FAILED),
        ({}, {}, PASSED),
        ({"disputes.review.upheld": 1}, REQUESTED, NOT_APPLICABLE),
        ({"disputes.review.upheld": 1}, None, NOT_APPLICABLE),
    ],
)
def test_T4_T3_two_years_without_requests_have_no_disputes(
    changes: dict[str, int], last: dict[str, int] | None, expected: Outcome
) -> None:
    assert outcome(judged(changes, last), "T4-T3[no_requests]") is expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (80, 20, PASSED),
        (81, 20, FAILED),
        (20, 81, FAILED),
        (0, 20, FAILED),
        (20, 0, FAILED),
        (19, 0, NOT_APPLICABLE),
    ],
)
def test_YOY_fails_above_four_times_once_one_of_the_years_has_twenty(now: int, before: int, expected: Outcome) -> None:
    assert outcome(judged({LICENCES: now}, {LICENCES: before}), f"YOY[{LICENCES}]") is expected


def test_YOY_concerns_ten_figures_and_no_others() -> None:
    keys = [one.index for one in line.form().judgements if one.rule == "YOY"]
    assert sorted(keys) == sorted(
        [
            *[f"proactive.{row}.decisions" for row in ("licensing", "penalties", "coercion")],
            FEES,
            f"{DOCUMENTS}.in_force",
            f"{RULES}.in_force",
            "requests.received.total",
            *[f"disputes.{row}.total" for row in ("review", "litigation_direct", "litigation_after_review")],
        ]
    )


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        *[(rule, "error") for rule in ("T3-COL", "T3-SUM", "T3-ROW", "T4-SUM", "NUM", "FEE", "BLANK")],
        *[(rule, "query") for rule in ("FEE-U", "BLANK-LAST", "CARRY", "STOCK", "STOCK-0", "REG", "T4-T3", "YOY")],
    ],
)
def test_a_rule_is_as_grave_as_the_form_says(rule: str, severity: str) -> None:
    assert {one.severity.value for one in line.form().judgements if one.rule == rule} == {severity}
