"""Six published reports go through the whole line, including one that breaks its own rules in print."""

from dataclasses import replace
from decimal import Decimal

import line
import pytest

from xlreport.cells import Number
from xlreport.fields import FieldRef
from xlreport.submission import Explanation, Submission


@pytest.mark.parametrize(
    ("name", "level"), [("guancheng_2023", None), ("suqian_2023", "city"), ("huaian_2024", "city")]
)
def test_an_honest_published_report_is_accepted(name: str, level: str | None) -> None:
    filled = line.through_fill(line.values_json(name, level=level))
    result = line.verdict(filled)
    assert ([finding.message for finding in result.findings], result.accepted) == ([], True)


def test_suqian_2024_follows_suqian_2023_without_a_single_query() -> None:
    filled = line.through_fill(line.values_json("suqian_2024", level="city"), last="suqian_2023")
    result = line.verdict(filled)
    assert ([finding.message for finding in result.findings], result.accepted) == ([], True)


def test_every_judgement_of_suqian_2024_that_applies_was_made() -> None:
    """Accepted means judged: with last year's figures only rules for other levels do not apply."""
    filled = line.through_fill(line.values_json("suqian_2024", level="city"), last="suqian_2023")
    idle = [one.judgement.key for one in line.verdict(filled).judged if one.left is None]
    assert idle == [
        "T4-T3[no_requests]",
        "REG[proactive.regulations.issued]",
        "REG[proactive.regulations.repealed]",
        "REG[proactive.regulations.in_force]",
        "FEE-U[bureau]",
        "FEE-U[county]",
        "FEE-U[province]",
        "YOY[proactive.regulations.in_force]",
    ]


def hongze_2024() -> Submission:
    return line.through_fill(line.values_json("hongze_2024"), last="hongze_2023")


def test_hongze_2024_raises_YOY_for_licences_and_new_requests() -> None:
    result = line.verdict(hongze_2024())
    found = [(key, *line.sides(result, key)[:2]) for key in line.failing(result)]
    assert found == [
        ("YOY[proactive.licensing.decisions]", 9487, 550),
        ("YOY[requests.received.total]", 95, 21),
    ]
    assert (result.counts.query, result.accepted) == (2, False)


def test_hongze_2024_is_accepted_once_both_YOY_queries_are_explained() -> None:
    explanations = {
        "YOY[proactive.licensing.decisions]": Explanation(text="本年许可事项划转本区办理"),
        "YOY[requests.received.total]": Explanation(text="征收项目集中，申请增多"),
    }
    filled = line.through_workbook(replace(hongze_2024(), explanations=explanations))
    result = line.verdict(filled)
    assert (result.counts.query, len(result.explained), result.accepted) == (0, 2, True)


def test_hongze_2023_with_its_printed_totals_raises_T4_SUM_twice() -> None:
    result = line.verdict(line.submission(line.values_json("hongze_2023", printed_totals=True)))
    found = [(key, *line.sides(result, key)) for key in line.failing(result)]
    assert found == [("T4-SUM[review]", 11, 0, 11), ("T4-SUM[litigation_after_review]", 5, 0, 5)]


def test_a_wrong_total_spoils_no_other_rule() -> None:
    """Rules read what we compute, so hongze's zeros in the totals fail T4-SUM and nothing else."""
    result = line.verdict(line.submission(line.values_json("hongze_2023", printed_totals=True)))
    assert {finding.code for finding in result.findings} == {"T4-SUM"}


@pytest.mark.parametrize("name", sorted(path.stem for path in line.REPORTS.glob("*.json")))
def test_what_is_read_back_is_exactly_what_went_in(name: str) -> None:
    made = line.submission(line.values_json(name))
    filled = line.through_fill(line.values_json(name))
    assert (filled.values, filled.texts) == (made.values, {**filled.texts, **made.texts})


def test_the_fees_keep_every_digit() -> None:
    filled = line.through_workbook(line.submission(line.values_json("suqian_2024")))
    fees = FieldRef.parse("proactive.fees.amount")
    assert fees is not None
    assert filled.value(fees) == Number(Decimal("72701.2578"))
