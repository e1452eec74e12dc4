"""Excel's limits (in the making)."""

from collections.abc import Mapping

from xlreport.cells import CellRef, Value
from xlreport.writing.plan import WorkbookPlan


def check_plan(plan: WorkbookPlan) -> None:
    """Refuse what Excel would repair."""


def check_values(plan: WorkbookPlan, values: Mapping[CellRef, Value]) -> None:
    """Refuse a formula without a value."""
