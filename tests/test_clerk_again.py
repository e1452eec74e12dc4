"""A clerk at LibreOffice does what clerks do to a filled workbook, and gets it back open and whole.

Pasted from elsewhere, cut, dragged, merged, undone, all by the dispatcher on locked sheets: whatever then stands in the
inputs is read or named in a finding, and the return copy can be filled in like a fresh template.
"""

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

import hands
import line
import openpyxl
import pytest
from damage_kinds import filled, inputs
from harmless import parts_of

from xlreport.cells import shown
from xlreport.checks.result import CheckResult
from xlreport.findings import Severity
from xlreport.forms.layout import plan_layout
from xlreport.reading.workbook import read_workbook
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.template import write_template

pytestmark = pytest.mark.libreoffice
LAYOUT = plan_layout(line.form())
SHEET = "三 依申请公开"
INPUTS = [cell.address for cell in inputs(SHEET)]
SOURCE = "来源"


def types(**cells: str) -> hands.Step:
    return {"do": "type", "sheet": SHEET, "cells": cells}


def at(step: str, **arguments: Any) -> hands.Step:
    return {"do": step, "sheet": SHEET, **arguments}


def copied(name: str, cells: str) -> list[hands.Step]:
    """A block of the other workbook on the clipboard; the hands are back at the clerk's document."""
    return [
        {"do": "use", "file": "source.xlsx"},
        {"do": "copy", "sheet": SOURCE, "cells": cells},
        {"do": "use", "file": f"{name}.xlsx"},
    ]


UNDO: hands.Step = {"do": "undo"}
DEEDS: Mapping[str, list[hands.Step]] = {
    "pasted with formats and locks": [*copied("pasted with formats and locks", "A1:C2"), at("paste", cell="D7")],
    "pasted as text": [*copied("pasted as text", "B1"), at("paste_text", cell="D7")],
    "pasted numbers only": [*copied("pasted numbers only", "A1:C2"), at("paste_values", cell="D7")],
    "cut and pasted onto another input": [at("cut", cells="D8"), at("paste", cell="E9")],
    "cut and pasted onto a locked cell": [at("cut", cells="D8"), at("paste", cell="N9")],
    "dragged downwards": [at("fill", cells="D7", to="$D$12")],
    "dragged over a locked cell": [at("fill", cells="D26", to="$D$29")],
    "merged": [at("clear", cells="F14:G14"), at("merge", cells="F14:G14")],
    "done and undone": [
        *(types(D5="999", E5="见附件"), UNDO, UNDO),
        *(at("cut", cells="D8"), at("paste", cell="E9"), UNDO, UNDO),
        *(*copied("done and undone", "A1:C2"), at("paste", cell="D7"), UNDO),
        *(at("clear", cells="F14:G14"), at("merge", cells="F14:G14"), UNDO, UNDO),
        *(at("fill", cells="D7", to="$D$12"), UNDO),
    ],
}
UNCHANGED = ("dragged over a locked cell", "done and undone")
RETURNED = [name for name in DEEDS if name not in UNCHANGED and name != "pasted numbers only"]


def source() -> bytes:
    """A workbook of the clerk's own, every cell locked as cells are: figures, one with its unit, one computed."""
    book, saved = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet(SOURCE, 0)
    for row in ([51, "12件", 3], [8, "=1+1", "－"]):
        sheet.append(row)
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        cell.protection = openpyxl.styles.Protection(locked=True)
    book.save(saved)
    return saved.getvalue()


@cache
def at_work() -> tuple[dict[str, dict[str, Any]], dict[str, bytes]]:
    """What then stands in the inputs of each document, and the documents as they are saved."""
    steps: list[hands.Step] = [{"do": "open", "file": "source.xlsx"}]
    for name, deeds in DEEDS.items():
        steps += [{"do": "open", "file": f"{name}.xlsx"}, *deeds]
        steps += [at("read", cells=INPUTS), {"do": "save", "as": f"{name}-saved.xlsx"}]
    template = write_template(line.form(), filled())
    files = {f"{name}.xlsx": template for name in DEEDS} | {"source.xlsx": source()}
    results, saved = hands.session(files, steps)
    seen = [result for step, result in zip(steps, results, strict=True) if step["do"] == "read"]
    return dict(zip(DEEDS, seen, strict=True)), saved


@cache
def result(name: str) -> CheckResult:
    return line.verdict(line.read_back(at_work()[1][f"{name}-saved.xlsx"]))


def read(of: CheckResult) -> dict[str, str]:
    """The figures of the sheet that are read, by cell."""
    places = {ref: place.shown for ref, place in LAYOUT.fields.items()}
    return {
        cell.address: shown(of.submission.value(ref))
        for ref, cell in places.items()
        if str(cell)[: len(SHEET)] == SHEET
    }


@pytest.mark.parametrize("name", DEEDS)
def test_whatever_stands_in_an_input_is_read_or_named_in_a_finding(name: str) -> None:
    told = {cell.address for one in result(name).findings for cell in one.cells if cell.sheet == SHEET}
    figures = read(result(name))
    silent = {
        address: (cell["text"], figures[address])
        for address, cell in at_work()[0][name].items()
        if figures[address] != cell["text"] and address not in told
    }
    assert silent == {}


@pytest.mark.parametrize("name", [name for name in DEEDS if name not in UNCHANGED])
def test_what_was_done_changed_the_workbook(name: str) -> None:
    assert read(result(name)) != read(line.verdict(filled()))


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_was_undone_or_refused_leaves_nothing_behind(name: str) -> None:
    found = [one.code for one in result(name).findings]
    assert (found, result(name).accepted) == (["YOY", "YOY"], True)
    assert read(result(name)) == read(line.verdict(filled()))


def test_what_was_cut_and_could_not_be_pasted_is_asked_for() -> None:
    name = "cut and pasted onto a locked cell"
    blanks = [str(cell) for one in result(name).findings if one.code == "BLANK" for cell in one.cells]
    assert (blanks, read(result(name))) == ([f"{SHEET}!D8"], {**read(line.verdict(filled())), "D8": ""})


# ── handed back ───────────────────────────────────────────────────────────────────────────────────


@cache
def returned(name: str) -> bytes:
    return write_return_copy(line.form(), result(name))


@cache
def at_work_again() -> tuple[dict[str, list[str]], dict[str, bytes]]:
    """The open cells of each return copy, and the copies once one figure more was typed."""
    steps: list[hands.Step] = []
    for name in RETURNED:
        steps += [{"do": "open", "file": f"{name}.xlsx"}, at("unlocked", cells="D5:I29"), types(D7="50", D8="9")]
        steps.append({"do": "save", "as": f"{name}-saved.xlsx"})
    results, saved = hands.session({f"{name}.xlsx": returned(name) for name in RETURNED}, steps)
    opened = [found for step, found in zip(steps, results, strict=True) if step["do"] == "unlocked"]
    return dict(zip(RETURNED, opened, strict=True)), saved


@pytest.mark.parametrize("name", RETURNED)
def test_in_the_return_copy_every_input_is_open_and_nothing_else(name: str) -> None:
    assert sorted(at_work_again()[0][name]) == sorted(INPUTS)


@pytest.mark.parametrize("name", RETURNED)
def test_the_return_copy_is_whole_and_takes_a_correction(name: str) -> None:
    after = line.read_back(at_work_again()[1][f"{name}-saved.xlsx"])
    assert [one.code for one in after.findings if one.code != "NORMALISED"] == []
    expected = {**read(result(name)), "D7": "50", "D8": "9"}
    assert read(line.verdict(after)) == expected


def test_a_return_copy_bears_no_password_as_it_is_not_known() -> None:
    """The clerk's file tells only a hash of it; the office can lock the next template with it again."""
    locked = write_template(line.form(), filled(), password="geheim")  # noqa: S106 - a test's own
    copy = write_return_copy(line.form(), line.verdict(line.read_back(locked)))
    sheets = read_workbook(copy, "退回.xlsx").sheets
    assert ("password=" in text_of(locked), "password=" in text_of(copy)) == (True, False)
    assert all(sheet.protected for sheet in sheets)


def text_of(data: bytes) -> str:
    return "".join(part.decode("utf-8", "replace") for part in parts_of(data).values())


def test_a_query_is_the_gravest_finding_before_anything_is_done() -> None:
    assert {one.severity for one in line.verdict(filled()).findings} == {Severity.QUERY}
