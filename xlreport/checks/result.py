"""What a check comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlreport.fields import FieldRef
from xlreport.findings import ExplanationState, Finding, Outcome, Severity
from xlreport.forms.definition import Judgement
from xlreport.submission import Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One judgement with its outcome.

    ``left``, ``right`` and ``difference`` (left − right) are ``None`` where nothing was compared.
    ``at_fault`` are the fields a counting judgement counts.
    """

    judgement: Judgement
    outcome: Outcome
    left: Decimal | None = None
    right: Decimal | None = None
    difference: Decimal | None = None
    at_fault: tuple[FieldRef, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How much is left to do; ``query`` counts the unexplained ones, ``blank`` cells still to fill."""

    error: int
    query: int
    notice: int
    blank: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """The verdict on one submission.

    ``numbers`` are the effective figures: typed ones, blanks that count as 0, and computed totals.
    ``findings`` stand in the order of the cells.
    """

    submission: Submission
    numbers: Mapping[FieldRef, Decimal]
    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    counts: Counts
    accepted: bool

    @property
    def explained(self) -> tuple[Finding, ...]:
        """The queries that were accepted with an explanation."""
        return tuple(
            finding
            for finding in self.findings
            if finding.severity is Severity.QUERY and finding.explanation_state is ExplanationState.GIVEN
        )
