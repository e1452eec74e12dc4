"""How far a unit has come: not in yet, to be mended, to be explained, or accepted."""

from enum import Enum

from xlreport.checks.result import CheckResult
from xlreport.findings import Outcome
from xlreport.messages import say


class Standing(Enum):
    """Where a unit stands; the order is that of a unit's way through January."""

    MISSING = "missing"
    """未报: nothing has come, or nothing that can be read."""
    RETURNED = "returned"
    """退回: something must be put right or filled in first."""
    QUERIED = "queried"
    """待说明: all figures are there and right in themselves; a query waits for its explanation."""
    ACCEPTED = "accepted"
    """通过."""

    @property
    def is_summed(self) -> bool:
        """Whether the unit's figures belong into the sum."""
        return self in (Standing.QUERIED, Standing.ACCEPTED)

    @property
    def words(self) -> str:
        """How an office calls it."""
        return say(f"standing.{self.value}")


def standing_of(result: CheckResult | None) -> Standing:
    """Where a unit stands whose workbook was judged so; ``None`` is no workbook at all."""
    if result is None:
        return Standing.MISSING
    if result.accepted:
        return Standing.ACCEPTED
    unjudged = any(one.outcome is Outcome.NOT_EVALUABLE for one in result.judged)
    if result.counts.error or result.counts.blank or unjudged:
        return Standing.RETURNED
    return Standing.QUERIED
