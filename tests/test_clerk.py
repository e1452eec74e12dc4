"""A clerk at a real program: the template is opened, typed into or pasted into, saved, and sent back."""

import io
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache

import hands
import line
import office
import pytest
import resaving
import xlsxwriter

from xlreport.cells import BLANK, Number, Text, Value, plain
from xlreport.checks.printing import FileVerdict, as_json
from xlreport.forms.grid import Role
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.messages import say
from xlreport.reading.workbook import ReadWorkbook, read_workbook
from xlreport.submission import Submission
from xlreport.writing.template import write_template

pytestmark = pytest.mark.libreoffice
LAYOUT = plan_layout(line.form())
REQUESTS = "三 依申请公开"


@cache
def suqian() -> Submission:
    return line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")


@cache
def template() -> bytes:
    return write_template(line.form(), replace(suqian(), values={}, texts={}))


def shown(value: Value) -> str:
    assert isinstance(value, Number)
    return plain(value.value)


def figures_by_sheet() -> dict[str, dict[str, str]]:
    """What is typed where."""
    found: dict[str, dict[str, str]] = {}
    for ref, value in suqian().values.items():
        cell = LAYOUT.cell_of(ref)
        found.setdefault(cell.sheet, {})[cell.address] = shown(value)
    return found


def texts_by_sheet() -> dict[str, dict[str, str]]:
    cells = {LAYOUT.cell_of(ref): paragraphs for ref, paragraphs in suqian().texts.items()}
    return {cell.sheet: {cell.address: paragraphs[0]} for cell, paragraphs in cells.items()}


def typing(cells: Mapping[str, Mapping[str, str]]) -> list[hands.Step]:
    return [{"do": "type", "sheet": sheet, "cells": dict(texts)} for sheet, texts in cells.items()]


def source_of_figures() -> bytes:
    """Another workbook with the same figures at the same cells of plain sheets: what a clerk pastes from."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        for sheet, cells in figures_by_sheet().items():
            made = book.add_worksheet(sheet)
            for address, text in cells.items():
                made.write_number(address, float(text))
    return data.getvalue()


BLOCKS = {
    "二 主动公开": ["B4:D5", "B8", "B11:B12", "B15"],
    REQUESTS: ["D5:I27", "D29:I29"],
    "四 复议诉讼": ["A5:D5", "F5:I5", "K5:N5"],
}
"""The unbroken blocks of inputs; 怎么填 names those of 表三."""


@cache
def at_work() -> tuple[list[object], dict[str, bytes]]:
    """One LibreOffice: in one document the figures are typed, in another pasted block by block."""
    steps: list[hands.Step] = [
        {"do": "open", "file": "typed.xlsx"},
        *[
            {"do": "tab_walk", "sheet": sheet, "start": "A1", "steps": len(inputs_of(sheet)) + 2}
            for sheet in LAYOUT.section_sheets
        ],
        *[{"do": "unlocked", "sheet": sheet, "cells": "A1:Z100"} for sheet in LAYOUT.section_sheets],
        *typing(figures_by_sheet()),
        *typing(texts_by_sheet()),
        {"do": "save", "as": "typed-saved.xlsx"},
        {"do": "open", "file": "source.xlsx"},
        {"do": "open", "file": "pasted.xlsx"},
    ]
    for sheet, blocks in BLOCKS.items():
        for block in blocks:
            steps += [
                {"do": "use", "file": "source.xlsx"},
                {"do": "copy", "sheet": sheet, "cells": block},
                {"do": "use", "file": "pasted.xlsx"},
                {"do": "paste", "sheet": sheet, "cell": block.split(":")[0]},
            ]
    steps += [*typing(texts_by_sheet()), {"do": "save", "as": "pasted-saved.xlsx"}]
    files = {"typed.xlsx": template(), "pasted.xlsx": template(), "source.xlsx": source_of_figures()}
    return hands.session(files, steps)


def saved(name: str) -> bytes:
    return at_work()[1][name]


@pytest.mark.parametrize(("name", "notices"), [("typed-saved.xlsx", []), ("pasted-saved.xlsx", ["VALIDATION-LOST"])])
def test_what_the_clerk_typed_or_pasted_is_accepted(name: str, notices: list[str]) -> None:
    """A paste with its formats takes the limits of the cells away: good to know, and no more."""
    result = line.verdict(line.read_back(saved(name)))
    assert ([finding.code for finding in result.findings], result.accepted) == (notices, True)


@pytest.mark.parametrize("name", ["typed-saved.xlsx", "pasted-saved.xlsx"])
def test_every_figure_that_was_typed_or_pasted_is_read(name: str) -> None:
    assert line.read_back(saved(name)).values == suqian().values


def result_words(workbook: ReadWorkbook) -> list[tuple[str, Value, Value, Value]]:
    """What 校验 shows, row by row: result, left, right, difference."""
    sheet = workbook.sheet(LAYOUT.checks_sheet)
    assert sheet is not None
    rows = [place.checks_row for place in LAYOUT.judgements.values()]

    def value(row: int, column: int) -> Value:
        cell = sheet.cells.get((row, column))
        return cell.value if cell is not None else BLANK

    return [(getattr(value(row, 6), "value", ""), value(row, 3), value(row, 4), value(row, 5)) for row in rows]


WORDS = {"passed": say("result.right"), "not applicable": say("result.not_applicable")}


def expected_words(data: bytes) -> list[tuple[str, Value, Value, Value]]:
    """The judgements of the JSON, in the words of 校验."""
    document = as_json(FileVerdict(file="x", result=line.verdict(line.read_back(data))))

    def value(number: float | None) -> Value:
        return BLANK if number is None else Number(Decimal(str(number)))

    return [
        (WORDS[one["outcome"]], value(one["left"]), value(one["right"]), value(one["difference"]))
        for one in document["judgements"]
    ]


@pytest.mark.parametrize("name", ["typed-saved.xlsx", "pasted-saved.xlsx"])
def test_the_checks_sheet_shows_the_judgements_of_the_json_one_by_one(name: str) -> None:
    assert result_words(read_workbook(saved(name), name)) == expected_words(saved(name))


def test_the_first_sheet_says_that_all_is_done() -> None:
    sheet = read_workbook(saved("typed-saved.xlsx"), "x").sheet(LAYOUT.start_sheet)
    assert sheet is not None
    assert sheet.cells[5, 1].value == Text(say("banner.done"))


def test_a_file_that_openpyxl_saved_afterwards_is_accepted_with_notices() -> None:
    """Openpyxl drops every stored value, and LibreOffice before it the structure lock; the verdict stays the same."""
    result = line.verdict(line.read_back(resaving.by_openpyxl(saved("typed-saved.xlsx"))))
    assert ([finding.code for finding in result.findings], result.accepted) == (
        ["PROTECTION-REMOVED", "NOT-RECALCULATED"],
        True,
    )


def test_openpyxl_s_file_shows_the_same_checks_once_it_is_recalculated() -> None:
    resaved = resaving.by_openpyxl(saved("typed-saved.xlsx"))
    recalculated = office.recalculate({"x.xlsx": resaved})["x.xlsx"]
    assert result_words(read_workbook(recalculated, "x")) == expected_words(resaved)


def inputs_of(sheet: str) -> list[str]:
    """Every input of a sheet: fields, texts, and the switch for blanks."""
    cells = [place.shown for ref, place in LAYOUT.fields.items() if line.form().fields[ref].is_input]
    cells += [cell for place in LAYOUT.texts.values() for cell in place.cells]
    cells += [place.switch for place in LAYOUT.tables.values()]
    return sorted(cell.address for cell in cells if cell.sheet == sheet)


def covered(sheet: str) -> set[str]:
    """Every cell under an input, merged ones included."""
    places = [place.area for ref, place in LAYOUT.fields.items() if line.form().fields[ref].is_input]
    return {cell.address for area in places if area.sheet == sheet for cell in area.cells()} | set(inputs_of(sheet))


@pytest.mark.parametrize("sheet", LAYOUT.section_sheets)
def test_tab_reaches_every_input_and_nothing_else(sheet: str) -> None:
    walk = at_work()[0][1 + LAYOUT.section_sheets.index(sheet)]
    assert isinstance(walk, list)
    assert sorted(set(walk)) == inputs_of(sheet)


@pytest.mark.parametrize("sheet", LAYOUT.section_sheets)
def test_every_cell_but_the_inputs_is_locked(sheet: str) -> None:
    unlocked = at_work()[0][1 + len(LAYOUT.section_sheets) + LAYOUT.section_sheets.index(sheet)]
    assert isinstance(unlocked, list)
    assert set(unlocked) == covered(sheet)


def test_the_hidden_sheet_is_not_seen() -> None:
    hidden = read_workbook(template(), "t").sheet(HIDDEN_SHEET)
    assert hidden is not None
    assert hidden.state == "veryHidden"


def test_the_blocks_of_table_three_are_the_ones_that_are_named() -> None:
    grid = LAYOUT.tables["requests"].grid
    inputs = [
        cell for cell in grid.cells if cell.role is Role.FIELD and cell.ref and line.form().fields[cell.ref].is_input
    ]
    assert len(inputs) == sum(int(b) * 6 for b in ("23", "1"))
