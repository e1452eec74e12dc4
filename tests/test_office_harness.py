"""The oracles themselves: LibreOffice and formulon really compute, and a clerk's hands really touch the cells."""

import subprocess
import time
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import engines
import hands
import office
import openpyxl
import pytest
import xlsxwriter

from xlreport.cells import Boolean, CellRef, ErrorValue, Number, Text, number_value
from xlreport.reading.workbook import ReadSheet, read_workbook

SHEET = "三 表"
PLANTED = 999


def planted() -> bytes:
    """2 + 3, with 999 stored for it."""
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_column("A1", [2, 3])
        sheet.write_formula("A3", "=A1+A2", None, PLANTED)
    return data.getvalue()


def seen_by_openpyxl(data: bytes) -> object:
    """The stored value of A3, read by a program that is not ours."""
    return openpyxl.load_workbook(BytesIO(data), data_only=True)[SHEET]["A3"].value


# ── recalculating ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.libreoffice
def test_a_planted_wrong_value_disappears_from_every_workbook_of_a_conversion() -> None:
    done = office.recalculate({"one": planted(), "文件/two.xlsx": planted()})
    assert {name: seen_by_openpyxl(data) for name, data in done.items()} == {"one": 5, "文件/two.xlsx": 5}


@pytest.mark.libreoffice
def test_without_the_setting_libreoffice_believes_the_planted_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(office._SETTINGS, "/org.openoffice.Office.Calc/Formula/Load")
    assert seen_by_openpyxl(office.recalculate({"one": planted()})["one"]) == PLANTED


@pytest.mark.libreoffice
def test_a_workbook_libreoffice_passes_over_fails_and_is_named() -> None:
    with pytest.raises(AssertionError, match="nothing of the broken one"):
        office.recalculate({"sound": planted(), "the broken one": b"PK\3\4 and no more"})


def test_a_planted_wrong_value_disappears_in_formulon() -> None:
    assert engines.formulon_values(planted()) == {CellRef(SHEET, 3, 1): Number(Decimal(5))}


def test_the_stored_value_is_told_apart_from_the_computed_one() -> None:
    assert engines.stored_values(planted()) == {CellRef(SHEET, 3, 1): Number(Decimal(PLANTED))}


INPUTS: dict[CellRef, engines.Input] = {
    CellRef(SHEET, 1, 1): Decimal("0.1"),
    CellRef(SHEET, 2, 1): "十二",
    CellRef(SHEET, 3, 1): None,
    CellRef(SHEET, 4, 1): True,
}


@pytest.mark.libreoffice
def test_both_engines_answer_formulas_with_every_kind_of_value() -> None:
    expected = {
        f"'{SHEET}'!A1+0.2": Number(Decimal("0.3")),
        f"='{SHEET}'!A2&\"件\"": Text("十二件"),
        f"ISBLANK('{SHEET}'!A3)": Boolean(value=True),
        "TRUE": Boolean(value=True),
        "1/0": ErrorValue("#DIV/0!"),
        "NOSUCH(1)": ErrorValue("#NAME?"),
        "999": Number(Decimal(999)),
    }
    answers = engines.evaluate_many(list(expected), INPUTS)
    assert {one.formula: (one.libreoffice, one.formulon) for one in answers} == {
        formula: (value, value) for formula, value in expected.items()
    }


@pytest.mark.libreoffice
def test_two_engines_that_differ_are_seen_to_differ() -> None:
    """A cell that holds TRUE is a number to LibreOffice alone."""
    differing, agreeing = engines.evaluate_many([f"ISNUMBER('{SHEET}'!A4)", f"ISNUMBER('{SHEET}'!A2)"], INPUTS)
    assert (differing.agreed, agreeing.agreed) == (False, True)


@pytest.mark.parametrize("engine", ["libreoffice_values", "formulon_values"])
def test_an_engine_that_computes_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr(engines, "libreoffice_values", engines.formulon_values)
    monkeypatch.setattr(engines, engine, engines.stored_values)
    with pytest.raises(AssertionError, match="does not compute"):
        engines.evaluate_many(["998+1"], {})


# ── printing ──────────────────────────────────────────────────────────────────────────────────────


@cache
def printed() -> bytes:
    """Two pages of A4."""
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.set_paper(9)
        sheet.write("A1", "第一页")
        sheet.set_h_pagebreaks([1])
        sheet.write("A2", "第二页")
    return office.to_pdf({"two pages": data.getvalue()})["two pages"]


@pytest.mark.libreoffice
def test_the_pages_of_a_print_have_the_size_of_the_paper() -> None:
    assert [(round(page.width), round(page.height)) for page in office.pdf_pages(printed())] == [(595, 842)] * 2


@pytest.mark.libreoffice
def test_each_page_of_a_print_has_its_own_text() -> None:
    assert [text.strip() for text in office.pdf_text(printed())] == ["第一页", "第二页"]


@pytest.mark.libreoffice
def test_each_page_of_a_print_is_a_picture_of_the_resolution_asked_for() -> None:
    sizes = [(int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) for png in office.pdf_png(printed(), dpi=72)]
    assert sizes == [(596, 842)] * 2


def test_a_print_that_cannot_be_read_fails() -> None:
    with pytest.raises(AssertionError, match="pdfinfo"):
        office.pdf_pages(b"no PDF")


# ── a clerk's hands ───────────────────────────────────────────────────────────────────────────────


def form() -> bytes:
    """A protected sheet: B1:B5 are open, C names one of them and D their sum, A is a label."""
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        opened = book.add_format({"locked": False, "bg_color": "#FFFFCC"})
        sheet = book.add_worksheet(SHEET)
        sheet.write("A1", "标签")
        for row in range(5):
            sheet.write_blank(row, 1, None, opened)
        sheet.write_formula("C1", "=B1", None, PLANTED)
        sheet.write_formula("D1", "=SUM(B1:B5)", None, PLANTED)
        sheet.protect()
    return data.getvalue()


def source() -> bytes:
    """What is pasted: two figures, bold and locked as cells are unless they say otherwise."""
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        bold = book.add_format({"bold": True, "locked": True, "align": "left"})
        book.add_worksheet("来源").write_column("A1", [71, 72], bold)
    return data.getvalue()


def step(do: str, **arguments: object) -> hands.Step:
    return {"do": do, **arguments}


def on_form(do: str, **arguments: object) -> hands.Step:
    return step(do, sheet=SHEET, **arguments)


def paste(how: str, cell: str, target: str) -> list[hands.Step]:
    return [
        step("use", file="source.xlsx"),
        step("copy", sheet="来源", cells="A1:A2"),
        step("use", file=target),
        on_form(how, cell=cell),
    ]


LOOKED_AT = ["A1", "B1", "B2", "B3", "B4", "B5", "C1", "D1"]
DEEDS: dict[str, list[hands.Step]] = {
    "nothing": [],
    "type": [on_form("type", cells={"B1": "12", "B2": "十二", "A1": "改了", "D1": "1"})],
    "paste": [*paste("paste", "B1", "paste.xlsx")],
    "paste over": [on_form("type", cells={"B1": "1", "B2": "2"}), *paste("paste", "B1", "paste over.xlsx")],
    "paste values": [*paste("paste_values", "B1", "paste values.xlsx")],
    "paste on locked": [*paste("paste", "A1", "paste on locked.xlsx")],
    "cut": [on_form("type", cells={"B1": "7"}), on_form("cut", cells="B1"), on_form("paste", cell="B3")],
    "drag": [on_form("type", cells={"B1": "3"}), on_form("fill", cells="B1", to="$B$4")],
    "merge": [on_form("type", cells={"B1": "5"}), on_form("merge", cells="B1:B2")],
    "undo": [on_form("type", cells={"B1": "1"}), on_form("type", cells={"B1": "2"}), step("undo")],
}
"""Each in a document of its own, named after it."""


@cache
def clerk() -> tuple[dict[str, Any], dict[str, bytes]]:
    """All deeds in one LibreOffice: what is seen afterwards, and what is saved."""
    steps = [step("open", file="source.xlsx")]
    for name, deeds in DEEDS.items():
        steps += [step("open", file=f"{name}.xlsx"), *deeds, on_form("read", cells=LOOKED_AT)]
        steps += [step("save", **{"as": f"{name}, saved.xlsx"})]
    steps += [step("use", file="nothing.xlsx")]
    steps += [on_form("unlocked", cells="A1:D6"), on_form("tab_walk", start="A1", steps=6)]
    results, saved = hands.session({"source.xlsx": source()} | {f"{name}.xlsx": form() for name in DEEDS}, steps)
    reads = [result for done, result in zip(steps, results, strict=True) if done["do"] == "read"]
    seen = dict(zip(DEEDS, reads, strict=True))
    return seen | {"unlocked": results[-2], "walk": results[-1]}, saved


def texts(deed: str, *cells: str) -> list[str]:
    """What cells show once a deed is done."""
    seen = clerk()[0][deed]
    return [seen[cell]["text"] for cell in cells]


def after(deed: str) -> ReadSheet:
    sheet = read_workbook(clerk()[1][f"{deed}, saved.xlsx"], deed).sheet(SHEET)
    assert sheet is not None
    return sheet


@pytest.mark.libreoffice
def test_opening_computes_what_is_planted() -> None:
    assert texts("nothing", "C1", "D1") == ["0", "0"]


@pytest.mark.libreoffice
def test_a_typed_text_becomes_what_a_person_means_and_is_saved() -> None:
    assert (after("type").value(1, 2), after("type").value(2, 2)) == (number_value(12), Text("十二"))


@pytest.mark.libreoffice
def test_what_is_typed_into_a_locked_cell_does_not_arrive() -> None:
    assert texts("type", "A1", "D1") == ["标签", "12"]


@pytest.mark.libreoffice
def test_a_paste_brings_values_and_formats() -> None:
    assert texts("paste", "B1", "B2") == ["71", "72"]
    assert openpyxl.load_workbook(BytesIO(clerk()[1]["paste, saved.xlsx"]))[SHEET]["B1"].font.b


@pytest.mark.libreoffice
def test_a_paste_over_filled_cells_is_not_refused() -> None:
    assert texts("paste over", "B1", "B2") == ["71", "72"]


@pytest.mark.libreoffice
def test_a_paste_of_values_brings_no_formats() -> None:
    assert texts("paste values", "B1", "B2") == ["71", "72"]
    assert not openpyxl.load_workbook(BytesIO(clerk()[1]["paste values, saved.xlsx"]))[SHEET]["B1"].font.b


@pytest.mark.libreoffice
def test_a_paste_on_locked_cells_is_refused() -> None:
    assert texts("paste on locked", "A1") == ["标签"]


@pytest.mark.libreoffice
def test_a_cut_takes_the_formula_that_names_the_cell_along() -> None:
    assert texts("cut", "B1", "B3", "C1") == ["", "7", "7"]
    assert after("cut").cells[1, 3].formula == "B3"


@pytest.mark.libreoffice
def test_a_drag_counts_up() -> None:
    assert texts("drag", "B1", "B2", "B3", "B4", "B5") == ["3", "4", "5", "6", ""]


@pytest.mark.libreoffice
def test_a_merge_of_open_cells_is_saved() -> None:
    assert [area.address for area in after("merge").merges] == ["B1:B2"]


@pytest.mark.libreoffice
def test_undo_takes_the_last_deed_back() -> None:
    assert texts("undo", "B1") == ["1"]


@pytest.mark.libreoffice
def test_the_open_cells_are_the_ones_tab_reaches() -> None:
    opened = ["B1", "B2", "B3", "B4", "B5"]
    assert (clerk()[0]["unlocked"], sorted(set(clerk()[0]["walk"]))) == (opened, opened)


@pytest.mark.libreoffice
@pytest.mark.parametrize("bad", [step("open", file="no such.xlsx"), on_form("type", cells={"B1": "1"})])
def test_a_step_that_cannot_be_done_fails(bad: hands.Step) -> None:
    with pytest.raises(AssertionError):
        hands.session({}, [bad])


# ── the programs ──────────────────────────────────────────────────────────────────────────────────

ASKING: list[Callable[[], object]] = [
    lambda: office.recalculate({}),
    lambda: office.to_pdf({}),
    lambda: office.pdf_pages(b""),
]


@pytest.mark.parametrize("ask", ASKING)
def test_without_its_program_the_harness_skips_with_the_reason_or_fails_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object]
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.delenv("XLREPORT_REQUIRE_JUDGES", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"(LibreOffice|poppler\)) is missing"):
        ask()
    monkeypatch.setenv("XLREPORT_REQUIRE_JUDGES", "1")
    with pytest.raises(pytest.fail.Exception, match="is required and missing"):
        ask()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="tells by /proc what still runs")
def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    script = "sleep 100 & echo $! > child; wait"
    with pytest.raises(subprocess.TimeoutExpired):
        office._run(["sh", "-c", script], tmp_path, seconds=0.5)
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "stat")
    deadline = time.monotonic() + 5
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(child)


def _runs(stat: Path) -> bool:
    """Whether a process runs; one that is dead and not yet collected does not."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
