"""What rules mean: by cases kept as data, and by ten thousand random ones, in every back end alike."""

import tomllib
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from engines import evaluate_many, formulon_values, libreoffice_values
from rule_bench import OUTCOMES, SCOPE, Bench, Benches, Verdict, figures, python_verdicts, rule, same_number
from strategies import draw_benches, draw_cancelling_sums

from xlreport.cells import Boolean, CellRef
from xlreport.findings import Outcome
from xlreport.rules.parse import RuleSyntaxError
from xlreport.rules.resolve import SAFE_STEPS, Bounds, resolve_term

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("data").joinpath("rule_cases.toml").read_text("utf-8"), parse_float=Decimal
)["case"]
PYTHON, OWN, LIBREOFFICE, FORMULON = "python", "stored values", "libreoffice", "formulon"
BACK_ENDS = (PYTHON, OWN, pytest.param(LIBREOFFICE, marks=pytest.mark.libreoffice), FORMULON)
SEED, RANDOM_BENCHES, RULES_A_BENCH = 20241, 250, 40


# ── cases ─────────────────────────────────────────────────────────────────────────────────────────


def bench_of(case: dict[str, Any]) -> Bench:
    """The rule of a case on its figures."""
    given = figures(case["values"], case.get("last"), case.get("level"))
    return Bench(figures=given, rules=(rule(case["check"], case.get("when", "")),))


def verdict_of(case: dict[str, Any]) -> Verdict:
    """What a case says must come out."""
    outcome = OUTCOMES[Outcome(case["outcome"])]
    if "left" not in case:
        return Verdict(outcome, None, None, None)
    left, right = Decimal(case["left"]), Decimal(case["right"])
    return Verdict(outcome, left, right, left - right)


@cache
def verdicts_of_cases(back_end: str) -> list[Verdict]:
    """What a back end says of all cases, in one go."""
    return [verdict for (verdict,) in verdicts(back_end, [bench_of(case) for case in CASES])]


def verdicts(back_end: str, benches: list[Bench]) -> list[list[Verdict]]:
    """What a back end says of benches."""
    if back_end == PYTHON:
        return [python_verdicts(bench) for bench in benches]
    made = Benches(benches)
    match back_end:
        case "stored values":
            return made.verdicts(made.own_values())
        case "libreoffice":
            return made.verdicts(libreoffice_values(made.workbook()))
        case _:
            return made.verdicts(formulon_values(made.workbook()))


@pytest.mark.parametrize("back_end", BACK_ENDS)
@pytest.mark.parametrize("at", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_a_rule_comes_to_what_its_case_says(back_end: str, at: int) -> None:
    found = verdicts_of_cases(back_end)[at]
    assert found.agrees(verdict_of(CASES[at])), found


def test_every_outcome_has_cases() -> None:
    assert {case["outcome"] for case in CASES} == {outcome.value for outcome in Outcome}


# ── ten thousand random rules ─────────────────────────────────────────────────────────────────────


@cache
def random_benches() -> list[Bench]:
    """Ten thousand rules over 250 sets of figures."""
    return draw_benches(SEED, RANDOM_BENCHES, RULES_A_BENCH)


@cache
def exact() -> list[list[Verdict]]:
    """What Python says of them."""
    return verdicts(PYTHON, random_benches())


def disagreements(found: list[list[Verdict]]) -> list[str]:
    """The rules of which a back end says something else than Python."""
    return [
        f"{judgement.says} | {judgement.when}: {ours} and not {theirs}"
        for bench, exacts, founds in zip(random_benches(), exact(), found, strict=True)
        for judgement, ours, theirs in zip(bench.rules, exacts, founds, strict=True)
        if not theirs.agrees(ours)
    ]


def test_ten_thousand_random_rules_come_to_every_outcome_many_times() -> None:
    counted = Counter(verdict.outcome for bench in exact() for verdict in bench)
    assert counted.total() == 10_000
    assert min(counted[outcome] for outcome in OUTCOMES.values()) > 500
    assert sum(verdict.difference == 0 for bench in exact() for verdict in bench) > 500


def test_stored_values_of_ten_thousand_random_rules_are_pythons_verdicts() -> None:
    assert disagreements(verdicts(OWN, random_benches())) == []


@pytest.mark.libreoffice
def test_libreoffice_and_python_agree_on_ten_thousand_random_rules() -> None:
    assert disagreements(verdicts(LIBREOFFICE, random_benches())) == []


def test_formulon_and_python_agree_on_ten_thousand_random_rules() -> None:
    made = Benches(random_benches(), sides=False)
    found = [[verdict.outcome for verdict in bench] for bench in made.verdicts(formulon_values(made.workbook()))]
    assert found == [[verdict.outcome for verdict in bench] for bench in exact()]


def test_a_hundred_differences_more_or_less_are_seen() -> None:
    """The comparison itself can fail: a verdict that is off by one step is no agreement."""
    one = Verdict(0, Decimal("0.000001"), Decimal(0), Decimal("0.000001"))
    assert not Verdict(0, Decimal("0.000002"), Decimal(0), Decimal("0.000001")).agrees(one)
    assert not Verdict(1, Decimal("0.000001"), Decimal(0), Decimal("0.000001")).agrees(one)
    assert not Verdict(0, None, Decimal(0), Decimal("0.000001")).agrees(one)
    assert not same_number(Decimal("99999999.999998"), Decimal("99999999.999999"))


# ── where engines part, the language refuses ──────────────────────────────────────────────────────


@pytest.mark.libreoffice
def test_libreoffice_tells_neighbours_apart_up_to_the_steps_a_rule_may_have() -> None:
    safe = int(SAFE_STEPS)
    for first, told_apart in ((safe - 100, True), (2 * safe, False)):
        neighbours = [(Decimal(step).scaleb(-6), Decimal(step - 1).scaleb(-6)) for step in range(first, first + 100)]
        answers = evaluate_many([f"ROUND({one}-{other},6)>0" for one, other in neighbours], {})
        assert {answer.libreoffice for answer in answers} == {Boolean(value=told_apart)}


@pytest.mark.libreoffice
def test_long_sums_of_amounts_that_cancel_are_wrong_in_the_sheet_and_refused_in_a_rule() -> None:
    """Forty amounts less the same forty amounts are not 0 in doubles, to the decimals they have."""
    answers = evaluate_many([f"ROUND({words},6)=0" for words in draw_cancelling_sums(SEED, 20)], {})
    assert Boolean(value=False) in [answer.libreoffice for answer in answers]
    assert Boolean(value=False) in [answer.formulon for answer in answers]
    with pytest.raises(RuleSyntaxError):
        rule(f"{' + '.join(['m.six.p'] * 40)} - {' - '.join(['m.six.q'] * 40)} = 0")


def test_a_value_cell_of_another_sheet_is_never_taken_for_one_of_the_same_run() -> None:
    """Neighbours are joined to an area only within one sheet, one row or one column."""
    from xlreport.rules.excel import areas  # noqa: PLC0415 - only this test looks inside
    from xlreport.rules.formula import spell  # noqa: PLC0415 - only this test looks inside

    cells = [
        *(CellRef("S", 1, 1), CellRef("S", 1, 2), CellRef("T", 1, 3), CellRef("S", 3, 3), CellRef("S", 4, 3)),
        *(CellRef("S", 5, 4), CellRef("S", 5, 3), CellRef("S", 5, 4), CellRef("S", 6, 4)),
    ]
    assert [spell(area, "S") for area in areas(cells)] == [
        *("$A$1:$B$1", "'T'!$C$1", "$C$3:$C$4", "$D$5", "$C$5:$D$5", "$D$6"),
    ]


def test_bounds_of_a_sum_keep_both_signs() -> None:
    assert resolve_term("a - b + 3", SCOPE)[1] == Bounds(Decimal(10**12 + 2), 0, Decimal(999_999_999_999))
    assert resolve_term("(a - b) * below", SCOPE)[1] == Bounds(
        Decimal("7499999999992.5"), 1, Decimal("7499999999992.5")
    )
    assert resolve_term("max(a - b, 0)", SCOPE)[1] == Bounds(Decimal(999_999_999_999), 0)
    assert resolve_term("min(a - b, 0)", SCOPE)[1] == Bounds(Decimal(0), 0, Decimal(999_999_999_999))
    assert resolve_term("abs(2 - a)", SCOPE)[1] == Bounds(Decimal(999_999_999_999), 0)
