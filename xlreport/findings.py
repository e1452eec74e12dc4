"""What can be found wrong with a submission, and how grave it is."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from xlreport.cells import CellRef
from xlreport.fields import FieldRef


class Severity(Enum):
    """How grave a finding is."""

    ERROR = "error"
    """逻辑性错误: must be put right."""
    QUERY = "query"
    """核实性: accepted once it is explained."""
    NOTICE = "notice"
    """提示: nothing to do, or only good to know."""


class Outcome(Enum):
    """What became of one judgement."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUABLE = "not evaluable"
    """A number it reads is missing; this is not "passed"."""
    NOT_APPLICABLE = "not applicable"


class ExplanationState(Enum):
    """Whether a query is explained."""

    MISSING = "missing"
    TOO_SHORT = "too short"
    """Under six characters, or only 属实, 无误, 同上."""
    LAPSED = "lapsed"
    """It was written for other numbers."""
    GIVEN = "given"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found: what, where, both sides and the difference, and in words what to do.

    ``code`` is the rule's id without its index, or a structure code of the catalogue; ``rule`` is the
    judgement's whole key, ``None`` for structure. ``explanation`` is the clerk's sentence for a query.
    """

    code: str
    severity: Severity
    message: str
    rule: str | None = None
    cells: tuple[CellRef, ...] = ()
    fields: tuple[FieldRef, ...] = ()
    left: Decimal | None = None
    right: Decimal | None = None
    difference: Decimal | None = None
    explanation: str | None = None
    explanation_state: ExplanationState | None = None

    @property
    def is_open_query(self) -> bool:
        """Whether it is a query still waiting for its explanation."""
        return self.severity is Severity.QUERY and self.explanation_state is not ExplanationState.GIVEN
