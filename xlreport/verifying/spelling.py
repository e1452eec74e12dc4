"""Words and formulas as they compare: what programs change by saving does not count."""

from xlreport.cells import Value, shown
from xlreport.reading.tokens import tokens


def words_of(value: Value) -> str:
    """What a person sees in a cell."""
    return shown(value)


def is_same_formula(found: str | None, ours: str) -> bool:
    """Whether a formula means ours, however it is spelled."""
    return found is not None and (found == ours or tokens(found) == tokens(ours))


def is_same_link(found: str, ours: str | None) -> bool:
    """Whether a link leads to where ours does."""
    return ours is not None and (found == ours or tokens(found) == tokens(ours))
