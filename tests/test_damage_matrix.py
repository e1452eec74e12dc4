"""The damage matrix: every kind of change on every cell it applies to is found, with the right code and cell.

The cells to fill in have a file of their own, so that two processors share the work. ``python tests/damage_matrix.py``
makes the changes on every cell of every sheet; here the sheets without a table have a few of each class.
"""

from collections.abc import Callable

import pytest
from damage_kinds import TABLES, base, cases_elsewhere, cases_on_the_rest, found_in, missed

Record = Callable[[str, object], None]


def test_the_undamaged_workbook_has_its_two_explained_queries_alone() -> None:
    assert [code for code, _, _ in found_in(base()).findings] == ["YOY", "YOY"]


@pytest.mark.parametrize("sheet", TABLES)
def test_every_change_on_every_other_cell_of_a_table_is_found(sheet: str, record_property: Record) -> None:
    count, lost = missed(cases_on_the_rest(sheet))
    record_property("changes made", count)
    assert lost == []


def test_every_kind_of_change_on_the_other_sheets_and_the_file_is_found(record_property: Record) -> None:
    count, lost = missed(cases_elsewhere(step=12))
    record_property("changes made", count)
    assert lost == []
