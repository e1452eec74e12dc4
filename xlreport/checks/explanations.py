"""Whether a sentence explains a query: long enough, saying something, and about these very numbers."""

from decimal import Decimal

from xlreport.findings import ExplanationState
from xlreport.reading.normalising import SPACES, without
from xlreport.rules.formula import EXACT, round_half_up, utf16_length
from xlreport.submission import Explanation

SHORTEST = 6
"""Characters an explanation has at least."""
EMPTY_WORDS = (
    *("属实", "无误", "同上", "情况", "数字", "数据", "核实", "核对", "确认", "真实", "准确", "正确"),
    *("经", "已", "均", "以上"),
)
"""A sentence made of these alone (情况属实，数据无误) explains nothing."""
PUNCTUATION = ("，", "。", "、", "；", "！", ",", ".", ";", "!")
COMPARED_DECIMALS = 6


def explanation_state(explanation: Explanation | None, left: Decimal | None, right: Decimal | None) -> ExplanationState:
    """Whether the explanation closes a query whose two sides are ``left`` and ``right``."""
    text = without(explanation.text, *SPACES) if explanation is not None else ""
    if explanation is None or not text:
        return ExplanationState.MISSING
    if utf16_length(text) < SHORTEST or not without(text, *PUNCTUATION, *EMPTY_WORDS):
        return ExplanationState.TOO_SHORT
    if _lapsed(explanation, left, right):
        return ExplanationState.LAPSED
    return ExplanationState.GIVEN


def _lapsed(explanation: Explanation, left: Decimal | None, right: Decimal | None) -> bool:
    if explanation.left is None or explanation.right is None or left is None or right is None:
        return False
    return _differ(explanation.left, left) or _differ(explanation.right, right)


def _differ(written: Decimal, present: Decimal) -> bool:
    return round_half_up(EXACT.subtract(written, present), COMPARED_DECIMALS) != 0
