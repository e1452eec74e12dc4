"""What counts as an explanation: six characters at least that say something, about these very numbers."""

from decimal import Decimal

import pytest

from xlreport.checks.explanations import explanation_state
from xlreport.findings import ExplanationState
from xlreport.submission import Explanation


def state_of(text: str) -> ExplanationState:
    return explanation_state(Explanation(text=text), Decimal(12), Decimal(10))


@pytest.mark.parametrize(
    "text", ["属实", "情况属实，数据无误。", "情况属实数字无误", "经核实，以上数据真实准确", "同上同上同上", "原因不明"]
)
def test_a_sentence_that_says_nothing_is_asked_for_again(text: str) -> None:
    assert state_of(text) is ExplanationState.TOO_SHORT


@pytest.mark.parametrize("text", ["数据属实，案件集中", "经核实，去年漏报12件", "机构改革职责划转"])
def test_a_sentence_that_gives_a_reason_counts(text: str) -> None:
    assert state_of(text) is ExplanationState.GIVEN
