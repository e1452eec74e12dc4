"""Pasted and cut: whatever lands in an input, every input stays open and 校验 judges what now stands there.

Everything goes through LibreOffice's dispatcher, as under a person's hands.
"""

import io
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import hands
import line
import office
import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font, PatternFill

from xlreport.cells import BLANK, Number, Value
from xlreport.checks.check import judge_as_typed
from xlreport.fields import FieldRef
from xlreport.findings import Outcome, Severity
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.reading.workbook import read_workbook
from xlreport.rules.excel import FAILED, NOT_APPLICABLE, NOT_EVALUABLE, PASSED
from xlreport.submission import Submission
from xlreport.writing.template import write_template

pytestmark = pytest.mark.libreoffice
LAYOUT = plan_layout(line.form())
SHEET = "三 依申请公开"
OUTCOMES = {
    PASSED: Outcome.PASSED,
    FAILED: Outcome.FAILED,
    NOT_EVALUABLE: Outcome.NOT_EVALUABLE,
    NOT_APPLICABLE: Outcome.NOT_APPLICABLE,
}


@cache
def template() -> bytes:
    made = line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")
    return write_template(line.form(), replace(made, values={}, texts={}))


def by_xlsxwriter() -> bytes:
    """A coloured, bordered block of figures in another face."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        look = book.add_format({"bold": True, "bg_color": "#00FF00", "border": 2, "font_name": "Courier New"})
        sheet = book.add_worksheet("来源")
        for row in range(3):
            for column in range(6):
                sheet.write_number(row, column, 10 * row + column, look)
    return data.getvalue()


def by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "来源"
    for row in range(1, 4):
        for column in range(1, 7):
            cell = sheet.cell(row, column, 10 * row + column)
            cell.font, cell.fill = Font(name="Courier New", bold=True), PatternFill("solid", fgColor="00FF00")
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def by_libreoffice() -> bytes:
    """The same, saved by LibreOffice, which writes an explicit lock into every cell format."""
    return office.recalculate({"x.xlsx": by_xlsxwriter()})["x.xlsx"]


def paste(source: str, target: str, save_as: str) -> list[dict[str, Any]]:
    return [
        {"do": "open", "file": source},
        {"do": "copy", "sheet": "来源", "cells": "A1:F3"},
        {"do": "open", "file": target},
        {"do": "paste", "sheet": SHEET, "cell": "D5"},
        {"do": "unlocked", "sheet": SHEET, "cells": "D5:I29"},
        {"do": "save", "as": save_as},
    ]


@cache
def at_work() -> tuple[list[Any], dict[str, bytes]]:
    steps: list[dict[str, Any]] = [
        *paste("xlsxwriter.xlsx", "a.xlsx", "a-saved.xlsx"),
        *paste("openpyxl.xlsx", "b.xlsx", "b-saved.xlsx"),
        *paste("libreoffice.xlsx", "c.xlsx", "c-saved.xlsx"),
        {"do": "open", "file": "d.xlsx"},
        {"do": "type", "sheet": SHEET, "cells": {"D5": "7", "E5": "8", "D6": "9"}},
        {"do": "cut", "sheet": SHEET, "cells": "D5"},
        {"do": "paste", "sheet": SHEET, "cell": "F6"},
        {"do": "unlocked", "sheet": SHEET, "cells": "D5:I29"},
        {"do": "save", "as": "d-saved.xlsx"},
        {"do": "open", "file": "e.xlsx"},
        {"do": "type", "sheet": SHEET, "cells": {"D7": "3"}},
        {"do": "fill", "sheet": SHEET, "cells": "D7", "to": "$D$12"},
        {"do": "unlocked", "sheet": SHEET, "cells": "D5:I29"},
        {"do": "save", "as": "e-saved.xlsx"},
    ]
    files = {f"{name}.xlsx": template() for name in "abcde"}
    files |= {"xlsxwriter.xlsx": by_xlsxwriter(), "openpyxl.xlsx": by_openpyxl(), "libreoffice.xlsx": by_libreoffice()}
    results, saved = hands.session(files, steps)
    unlocked = [result for step, result in zip(steps, results, strict=True) if step["do"] == "unlocked"]
    return unlocked, saved


CASES = {"xlsxwriter": "a", "openpyxl": "b", "libreoffice": "c", "cut": "d", "drag": "e"}
INPUTS = 144


def read(case: str) -> Submission:
    return line.read_back(at_work()[1][f"{CASES[case]}-saved.xlsx"])


def figure(case: str, name: str) -> Value:
    ref = FieldRef.parse(name)
    assert ref is not None
    return read(case).value(ref)


@pytest.mark.parametrize("case", ["xlsxwriter", "openpyxl", "cut", "drag"])
def test_every_input_is_still_open(case: str) -> None:
    unlocked = at_work()[0]["abcde".index(CASES[case])]
    assert len(unlocked) == INPUTS


@pytest.mark.parametrize("case", list(CASES))
def test_the_sheet_judges_what_now_stands_in_the_cells(case: str) -> None:
    data = at_work()[1][f"{CASES[case]}-saved.xlsx"]
    hidden = read_workbook(data, case).sheet(HIDDEN_SHEET)
    assert hidden is not None
    shown = {}
    for key, place in LAYOUT.judgements.items():
        value = hidden.cells[place.outcome.row, place.outcome.column].value
        assert isinstance(value, Number)
        shown[key] = OUTCOMES[int(value.value)]
    judged = {one.judgement.key: one.outcome for one in judge_as_typed(line.form(), read(case))}
    assert shown == judged


def test_the_pasted_figures_are_read() -> None:
    assert figure("xlsxwriter", "requests.granted.other_org") == Number(Decimal(25))


def test_a_paste_from_a_file_saved_by_libreoffice_is_read_and_its_lock_is_at_most_a_notice() -> None:
    serious = [finding.code for finding in read("libreoffice").findings if finding.severity is not Severity.NOTICE]
    assert (figure("libreoffice", "requests.granted.other_org"), serious) == (Number(Decimal(25)), [])


def test_a_cut_input_is_blank_and_its_figure_stands_where_it_was_pasted() -> None:
    found = [figure("cut", f"requests.{name}") for name in ("received.individual", "carried_in.research")]
    assert found == [BLANK, Number(Decimal(7))]


def test_a_dragged_figure_counts_up_over_the_cells_it_was_dragged_over() -> None:
    rows = ("granted", "partly_granted", "refused_state_secret", "refused_by_law", "refused_security")
    filled = [figure("drag", f"requests.{row}.individual") for row in rows]
    assert filled == [Number(Decimal(number)) for number in (3, 4, 5, 6, 7)]


def test_no_formula_followed_the_cut_cell() -> None:
    """The first column is judged on its own cells: blank now, so it cannot be judged, and says 待填."""
    judged = {one.judgement.key: one.outcome for one in judge_as_typed(line.form(), read("cut"))}
    assert judged["T3-COL[individual]"] is Outcome.NOT_EVALUABLE
