"""The reader and openpyxl agree on every cell, of workbooks written and saved by different programs.

openpyxl is a second opinion written by others: value, formula and lock of each cell are compared. Where it
means the same otherwise (dated numbers are dates, a truth LibreOffice saved is a formula), its answer is brought to
ours.
"""

import datetime as dt
import io
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache

import openpyxl
import pytest
import xlsxwriter
from handmade import workbook, worksheet
from line import form, submission, values_json
from office import recalculate
from openpyxl.cell import Cell
from openpyxl.styles import Protection
from openpyxl.utils.datetime import to_excel
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet
from resaving import by_exceljs, by_gnumeric, by_openpyxl

from xlreport.cells import BLANK, Boolean, CellRef, ErrorValue, Number, Value, double_to_decimal, text_value
from xlreport.reading.tokens import tokens
from xlreport.reading.workbook import read_workbook
from xlreport.writing.template import write_template

Seen = dict[str, tuple[Value, tuple[str, ...] | None, bool]]
"""Value, formula and lock by sheet and address."""


# ── workbooks ─────────────────────────────────────────────────────────────────────────────────────


def of_xlsxwriter() -> bytes:
    """Values of every kind, formulas, locks of cells, rows and columns."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        _rich_sheet(book)
        _formula_sheet(book)
        hidden = book.add_worksheet("隐 藏")
        hidden.hide()
        hidden.write_number("C3", 1)
    return target.getvalue()


def _rich_sheet(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("一 值")
    unlocked = book.add_format({"locked": False, "num_format": "0.00"})
    bold = book.add_format({"bold": True})
    numbers = (0, -7, 0.1 + 0.2, 1e21, 1e-9, 123456789012345, 3.0, -2.5)
    texts = ("文字", " 两边 空格 ", "多行\n文字", "a&b<c>", "=不是公式", "00123", "😀", "１２", "长" * 3000)
    for row, number in enumerate(numbers):
        sheet.write_number(row, 0, number, unlocked if row % 2 else None)
    for row, text in enumerate(texts):
        sheet.write_string(row, 1, text, unlocked if row % 3 else None)
    sheet.write_rich_string(0, 2, "一", bold, "二", "三")
    sheet.write_boolean(1, 2, True)  # noqa: FBT003 - as the library has it
    sheet.write_boolean(2, 2, False)  # noqa: FBT003 - as the library has it
    sheet.write_blank(3, 2, None, unlocked)
    sheet.merge_range("E1:F2", "合并", unlocked)
    sheet.set_column("H:J", 9, unlocked)
    sheet.set_row(20, 30, unlocked)
    sheet.protect()


def _formula_sheet(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("二 公式")
    formulas = (
        ("SUM('一 值'!$A$1:$A$3)", -6.7),
        ("INDEX('一 值'!$A:$C,5,1)", 1e-9),
        ('IF(A1>0,"大",""&"小")', "小"),
        ("IF(TRUE,1,2)", 1),
        ("1/0", "#DIV/0!"),
        ("A1<1E7", True),
        ('"a""b"', 'a"b'),
        ("ROUND(A1,1)+0.50*.5", -6.45),
        ('""', ""),
    )
    for row, (formula, value) in enumerate(formulas):
        sheet.write_formula(row, 0, formula, None, value)
    sheet.write_array_formula("C1:C2", "{'一 值'!A1:A2*2}", None, 0)


def of_openpyxl() -> bytes:
    """Inline settings another library writes: no stored values, locks by cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "甲 乙"
    sheet.append(["字", 1, 2.5, True, None, "#N/A", dt.datetime.fromisoformat("2025-01-12")])
    sheet.append(["=SUM(B1:C1)", '="甲"&A1', "='甲 乙'!A1", "=A1*1E7"])
    for column in range(1, 8):
        sheet.cell(1, column).protection = Protection(locked=bool(column % 2))
    sheet["J9"] = ArrayFormula("J9:J10", "=B1:C1*2")
    sheet.merge_cells("L1:M3")
    sheet.protection.sheet = True
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def of_hand() -> bytes:
    """Shared formulas, which the libraries read but do not write."""
    master, other = ' ref="B1:C9" si="0">A1*$A$1+LOG10(A$9)&amp;"A1"</f>', ' si="0"/>'
    lines = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>'
        f'<c r="B{row}"><f t="shared"{master if row == 1 else other}<v>1</v></c>'
        f'<c r="C{row}"><f t="shared"{other}<v>2</v></c></row>'
        for row in range(1, 10)
    )
    return workbook(worksheet(lines))


@lru_cache
def of_us() -> bytes:
    """A filled workbook of the shipped form."""
    return write_template(form(), submission(values_json("guancheng_2023")))


WRITTEN: dict[str, Callable[[], bytes]] = {
    "xlsxwriter": of_xlsxwriter,
    "openpyxl": of_openpyxl,
    "by hand": of_hand,
    "our template": of_us,
}


@lru_cache
def saved_by_libreoffice() -> dict[str, bytes]:
    """All of them, saved in one run."""
    return recalculate({name: write() for name, write in WRITTEN.items()})


# ── two readings ──────────────────────────────────────────────────────────────────────────────────


def ours(data: bytes) -> Seen:
    return {
        f"{sheet.name}!{CellRef(sheet.name, *place).address}": (
            cell.value,
            None if cell.formula is None else tokens(cell.formula),
            cell.locked,
        )
        for sheet in read_workbook(data, "甲.xlsx").sheets
        for place, cell in sheet.cells.items()
    }


def theirs(data: bytes, places: Iterable[str]) -> Seen:
    """What openpyxl has at these places, and wherever else it has anything."""
    with_formulas, with_values = _loaded(data, values=False), _loaded(data, values=True)
    seen: Seen = {}
    for sheet in with_formulas.worksheets:
        arrays = _array_formulas(sheet)
        for cell in [cell for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell)]:
            where = f"{sheet.title}!{cell.coordinate}"
            if where in places or cell.value is not None:
                value = _value(with_values[sheet.title][cell.coordinate])
                text = arrays.get(cell.coordinate, str(cell.value) if cell.data_type == "f" else "")
                seen[where] = (value, _formula(text), bool(cell.protection.locked))
    return seen


def _loaded(data: bytes, *, values: bool) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Workbook contains no default style")  # as gnumeric saves it
        return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def _array_formulas(sheet: Worksheet) -> dict[str, str]:
    """The text of each array formula at every cell it fills."""
    areas = [(sheet[first].value.text, sheet[area]) for first, area in sheet.array_formulae.items()]
    filled = [(cell.coordinate, text) for text, area in areas for row in area for cell in row]
    return dict(filled)


def _formula(text: str) -> tuple[str, ...] | None:
    bare = text.removeprefix("=")
    return None if bare in ("", "TRUE()", "FALSE()", "#N/A") else tokens(bare)


def _value(cell: Cell) -> Value:
    match cell.value:
        case bool(truth):
            return Boolean(truth)
        case int() | float():
            return Number(double_to_decimal(float(cell.value)))
        case dt.datetime():
            return Number(double_to_decimal(float(to_excel(cell.value))))
        case str(text) if cell.data_type == "e":
            return ErrorValue(text)
        case str(text):
            return text_value(unescape(text))
    return BLANK


# ── both agree ────────────────────────────────────────────────────────────────────────────────────


def differences(data: bytes) -> dict[str, object]:
    """Where the two differ; cells under a merge, which openpyxl forgets, are left out."""
    one = ours(data)
    other = theirs(data, one)
    unequal: dict[str, object] = {
        where: (one.get(where), seen) for where, seen in other.items() if one.get(where) != seen
    }
    assert len(other) > len(one) // 2  # a comparison of nothing would always agree
    return unequal


@pytest.mark.parametrize("made", WRITTEN)
def test_both_read_the_same_of_what_a_program_wrote(made: str) -> None:
    assert differences(WRITTEN[made]()) == {}


@pytest.mark.libreoffice
@pytest.mark.parametrize("made", WRITTEN)
def test_both_read_the_same_of_what_libreoffice_saved(made: str) -> None:
    assert differences(saved_by_libreoffice()[made]) == {}


@pytest.mark.gnumeric
@pytest.mark.parametrize("made", WRITTEN)
def test_both_read_the_same_of_what_gnumeric_saved(made: str) -> None:
    assert differences(by_gnumeric(WRITTEN[made]())) == {}


@pytest.mark.parametrize("made", ["xlsxwriter", "our template"])
def test_both_read_the_same_of_what_exceljs_saved(made: str) -> None:
    assert differences(by_exceljs(WRITTEN[made]())) == {}


# ── a save changes no meaning ─────────────────────────────────────────────────────────────────────


def changed(before: bytes, after: bytes, what: int) -> dict[str, object]:
    """Where a save changed the value (0), the formula (1) or the lock (2) of a cell that held something."""
    old, new = ours(before), ours(after)
    nothing = (BLANK, None, True)
    return {
        where: (found[what], new.get(where, nothing)[what])
        for where, found in old.items()
        if found[:2] != nothing[:2] and found[what] != new.get(where, nothing)[what]
    }


@pytest.mark.libreoffice
@pytest.mark.parametrize("made", WRITTEN)
@pytest.mark.parametrize("what", [1, 2], ids=["formula", "lock"])
def test_a_save_by_libreoffice_changes_no_formula_and_no_lock(made: str, what: int) -> None:
    assert changed(WRITTEN[made](), saved_by_libreoffice()[made], what) == {}


@pytest.mark.gnumeric
@pytest.mark.parametrize("made", WRITTEN)
@pytest.mark.parametrize("what", [1, 2], ids=["formula", "lock"])
def test_a_save_by_gnumeric_changes_no_formula_and_no_lock(made: str, what: int) -> None:
    assert changed(WRITTEN[made](), by_gnumeric(WRITTEN[made]()), what) == {}


@pytest.mark.libreoffice
def test_a_save_by_libreoffice_changes_no_value_of_our_template() -> None:
    assert changed(of_us(), saved_by_libreoffice()["our template"], 0) == {}


def test_a_save_by_openpyxl_drops_every_stored_value_and_that_is_seen() -> None:
    saved = read_workbook(by_openpyxl(of_us()), "甲.xlsx")
    cells = [cell for sheet in saved.sheets for cell in sheet.cells.values() if cell.formula is not None]
    assert {cell.stored for cell in cells} == {False}
