"""The damage matrix, the cells to fill in: every kind of change on every one of them is found at its cell."""

from collections.abc import Callable

import pytest
from damage_kinds import TABLES, cases_on_inputs, missed


@pytest.mark.parametrize("sheet", TABLES)
def test_every_change_on_every_input_is_found(sheet: str, record_property: Callable[[str, object], None]) -> None:
    count, lost = missed(cases_on_inputs(sheet))
    record_property("changes made", count)
    assert lost == []
