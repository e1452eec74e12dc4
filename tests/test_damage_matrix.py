"""The damage matrix: every kind of change on every cell it applies to is found, with the right code and cell.

The cells to fill in have a file of their own, so that two processors share the work. ``python tests/damage_matrix.py``
makes the changes on every cell of every sheet; here the sheets without a table have a few of each class.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from damage_kinds import (
    TABLES,
    Case,
    base,
    cases_elsewhere,
    cases_on_inputs,
    cases_on_the_rest,
    found_in,
    missed,
)

DOCUMENT = Path(__file__).parent.parent / "docs" / "integrity.md"
Record = Callable[[str, object], None]


def test_the_undamaged_workbook_has_its_two_explained_queries_alone() -> None:
    assert [code for code, _, _ in found_in(base()).findings] == ["YOY", "YOY"]


@pytest.mark.parametrize("sheet", TABLES)
def test_every_change_on_every_other_cell_of_a_table_is_found(sheet: str, record_property: Record) -> None:
    count, lost = missed(cases_on_the_rest(sheet))
    record_property("changes made", count)
    assert lost == []


def test_every_kind_of_change_on_the_other_sheets_and_the_file_is_found(record_property: Record) -> None:
    count, lost = missed(cases_elsewhere(step=60))
    record_property("changes made", count)
    assert lost == []


# ── the table in the documents ──


def documented() -> dict[str, dict[str, str]]:
    """What the document says of each kind of change: the codes, each with how grave it is."""
    rows = re.findall(r"^\| ([^|]+) \| ((?:error|notice|refusal): [^|]+) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {
        kind: {
            code: part.partition(":")[0].strip() for part in found.split(";") for code in re.findall("`(.+?)`", part)
        }
        for kind, found in rows
    }


def all_cases() -> Iterator[Case]:
    of_tables = (itertools.chain(cases_on_inputs(sheet), cases_on_the_rest(sheet)) for sheet in TABLES)
    return itertools.chain(*of_tables, cases_elsewhere())


def test_the_document_names_each_kind_of_change_with_its_codes() -> None:
    made: dict[str, set[str]] = {}
    for case in all_cases():
        made.setdefault(case.kind, set()).update(case.codes)
    assert {kind: set(codes) for kind, codes in documented().items()} == made


def test_the_document_says_how_grave_each_finding_is() -> None:
    first = {case.kind: case for case in reversed(list(all_cases()))}
    for kind, codes in documented().items():
        severities = found_in(first[kind].change(base())).severities
        assert {code: codes[code] for code in codes if code in severities} == {
            code: severities[code] for code in codes if code in severities
        }, kind
