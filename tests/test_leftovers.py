"""No word is lost: whatever stands where neither inputs nor words of ours belong is named with its place."""

from functools import cache

import editing
import line
import openpyxl
import pytest

from xlreport.cells import column_letters
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.reading.workbook import read_workbook
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.template import write_template

LAYOUT = plan_layout(line.form())
TABLE = LAYOUT.tables["requests"]
BESIDE = f"{column_letters(TABLE.hint_column + 3)}9"
"""A cell right of a table, of its hints and of their hidden columns."""


@cache
def filled() -> bytes:
    """A filled workbook in which all is ours or taken."""
    return write_template(line.form(), line.submission(line.values_json("hongze_2024", level="county")))


def with_cell(sheet: str, address: str, content: str | int) -> bytes:
    """The filled workbook with something in one more cell."""

    def change(book: openpyxl.Workbook) -> None:
        book[sheet][address] = content

    return editing.by_openpyxl(filled(), change)


@pytest.mark.parametrize(
    ("sheet", "address", "content"),
    [
        (TABLE.sheet, BESIDE, "备注"),
        (TABLE.sheet, BESIDE, 123),
        (TABLE.sheet, BESIDE, "自然人"),  # a label of this very sheet
        (TABLE.sheet, BESIDE, "=123"),
        (TABLE.sheet, BESIDE, '="见附件"'),
        (TABLE.sheet, BESIDE, f"={HIDDEN_SHEET}!A1+5"),
        (LAYOUT.start_sheet, "H30", "内容"),
        (LAYOUT.checks_sheet, "K5", "=$F$6+1"),
        (HIDDEN_SHEET, "ZZ9", "备注"),
    ],
)
def test_what_stands_outside_the_inputs_is_named(sheet: str, address: str, content: str | int) -> None:
    read = line.read_back(with_cell(sheet, address, content))
    named = [cell.address for one in read.findings if one.code == "OUTSIDE-VALUES" for cell in one.cells]
    assert (named, [str(cell) for cell, _ in read.leftovers]) == ([address], [f"{sheet}!{address}"])


@pytest.mark.parametrize("content", ["=5", "请看这里"])
def test_what_stands_in_place_of_a_formula_of_ours_is_listed(content: str) -> None:
    read = line.read_back(with_cell(LAYOUT.start_sheet, "H9", content))
    assert [str(cell) for cell, _ in read.leftovers] == [f"{LAYOUT.start_sheet}!H9"]


def test_a_workbook_nobody_wrote_beside_has_no_leftovers() -> None:
    assert line.read_back(filled()).leftovers == ()


def test_words_beside_a_template_of_another_edition_are_named_and_its_own_formulas_are_not() -> None:
    edition = LAYOUT.meta["edition"].address

    def change(book: openpyxl.Workbook) -> None:
        book[HIDDEN_SHEET][edition] = "another"
        book[TABLE.sheet][BESIDE] = "自然人"
        book[TABLE.sheet][f"{column_letters(TABLE.hint_column)}9"] = f"={HIDDEN_SHEET}!B9"

    read = line.read_back(editing.by_openpyxl(filled(), change))
    assert [str(cell) for cell, _ in read.leftovers] == [f"{TABLE.sheet}!{BESIDE}"]


def test_the_return_copy_calls_the_hidden_sheet_as_people_do() -> None:
    made = line.verdict(line.read_back(with_cell(HIDDEN_SHEET, "ZZ9", "备注")))
    sheet = read_workbook(write_return_copy(line.form(), made), "back.xlsx").sheets[0]
    rows = [[str(getattr(sheet.value(row, at), "value", "")) for at in (2, 4)] for row in range(9, 400)]
    assert [row for row in rows if "备注" in row[1] and "ZZ9" in row[1]][-1][0] == "隐藏表"
