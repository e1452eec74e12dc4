"""The strict writer: what a plan says stands in the file, and no program that judges files objects."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import TypeVar
from warnings import catch_warnings, simplefilter
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import openpyxl
import pytest
from judges import (
    PROJECT,
    assert_formulon_content,
    assert_gnumeric_content,
    assert_stored_values_hold,
    assert_valid_open_xml,
    formulon_values,
    gnumeric_save,
)
from plans import (
    BASE,
    CHECKS,
    HIDDEN,
    INPUT,
    LABEL,
    SHEET,
    area,
    at,
    book,
    cell,
    rich_plan,
    rich_values,
)

from xlreport.cells import BLANK, Boolean, CellRef, ErrorValue, Number, Text, Token, Value
from xlreport.errors import LimitError
from xlreport.rules.formula import Formula, call, lit
from xlreport.writing.plan import (
    Check,
    Highlight,
    Link,
    Note,
    PlannedCell,
    PlannedRow,
    Print,
    Protection,
    SheetPlan,
    Style,
    Validation,
    Visibility,
    WorkbookPlan,
)
from xlreport.writing.strict import stored, write_workbook
from xlreport.writing.xlsx import escape_text

K = TypeVar("K")
V = TypeVar("V")

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def parsed(text: str | bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  # written by us a moment ago


def part(plan: WorkbookPlan, name: str, values: Mapping[CellRef, Value] | None = None) -> str:
    return parts(write_workbook(plan, values or {}))[name].decode()


def sheet_xml(sheet: SheetPlan, values: Mapping[CellRef, Value] | None = None) -> str:
    return part(book(sheet), "xl/worksheets/sheet1.xml", values)


def one(**changes: object) -> SheetPlan:
    """A sheet with a word in A1, and what the case needs."""
    return replace(SheetPlan(name=SHEET, cells=cell("x")), **changes)  # type: ignore[arg-type]  # fields of the case


@pytest.fixture(scope="module")
def rich() -> bytes:
    return write_workbook(rich_plan(), rich_values())


@pytest.fixture(scope="module")
def rich_parts(rich: bytes) -> dict[str, str]:
    return {name: content.decode() for name, content in parts(rich).items()}


# ── the judges ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.validator
def test_microsofts_validator_finds_nothing_in_a_workbook_with_everything(rich: bytes) -> None:
    assert_valid_open_xml(rich, "rich")


@pytest.mark.gnumeric
def test_gnumeric_has_nothing_to_say_about_a_workbook_with_everything(rich: bytes) -> None:
    assert_gnumeric_content(rich)


def test_formulon_reads_every_formula_of_a_workbook_with_everything(rich: bytes) -> None:
    assert_formulon_content(rich)


def test_formulon_computes_what_is_stored(rich: bytes) -> None:
    assert_stored_values_hold(rich)


def longest_texts() -> tuple[WorkbookPlan, dict[CellRef, Value]]:
    """Every text as long as Excel takes it, half of them beyond the basic plane."""
    long_result = call("SUBSTITUTE", lit("㐀" * 255), lit("㐀"), lit("😀" * 60))
    validation = Validation(
        cells=area(3, 1, 3, 1),
        check=Check.LIST,
        choices=tuple("选项" + str(number) for number in range(10, 61)),
        prompt_title="😀" * 16,
        prompt="😀" * 127 + "x",
        error_title="字" * 32,
        error="字" * 224,
    )
    cells = {
        (1, 1): PlannedCell(content="😀" * 16_383 + "x", style=LABEL),
        (2, 1): PlannedCell(content=long_result, style=LABEL),
        (3, 1): PlannedCell(content="是", style=LABEL, link=Link(target=area(1, 1, 1, 1), tip="提" * 255)),
    }
    sheet = one(cells=cells, validations=(validation,), print=Print(header="&C" + "头" * 253, footer="&C" + "脚" * 253))
    return book(sheet), {at(2, 1): Text("😀" * 60 * 255)}


@pytest.mark.validator
@pytest.mark.gnumeric
def test_no_judge_objects_to_texts_as_long_as_excel_takes_them() -> None:
    data = write_workbook(*longest_texts())
    assert_valid_open_xml(data, "longest texts")
    assert_gnumeric_content(data)
    assert_stored_values_hold(data)


# ── the package ───────────────────────────────────────────────────────────────────────────────────


def test_every_part_is_well_formed(rich: bytes) -> None:
    for name, content in parts(rich).items():
        assert parsed(content).tag, name


def test_the_same_plan_gives_the_same_bytes_in_every_process(rich: bytes) -> None:
    script = (
        "import hashlib, plans; from xlreport.writing.strict import write_workbook;"
        "print(hashlib.sha256(write_workbook(plans.rich_plan(), plans.rich_values())).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            text=True,
            env={"PYTHONPATH": f"{PROJECT}:{PROJECT / 'tests'}", "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert hashes == {hashlib.sha256(rich).hexdigest()}


def turned(mapping: Mapping[K, V]) -> dict[K, V]:
    return dict(reversed(list(mapping.items())))


def test_the_order_in_which_cells_were_planned_leaves_no_trace(rich: bytes) -> None:
    plan = rich_plan()
    sheets = tuple(replace(sheet, cells=turned(sheet.cells), rows=turned(sheet.rows)) for sheet in plan.sheets)
    properties = turned(plan.properties)
    assert write_workbook(replace(plan, sheets=sheets, properties=properties), rich_values()) == rich


def test_the_file_tells_no_time_and_no_person(rich: bytes, rich_parts: dict[str, str]) -> None:
    with ZipFile(BytesIO(rich)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = parsed(rich_parts["docProps/core.xml"])
    assert {element.tag.split("}")[1]: element.text for element in core if element.text} == {
        "title": "政府信息公开工作年度报告",
        "created": "2000-01-01T00:00:00Z",
        "modified": "2000-01-01T00:00:00Z",
    }


def test_the_structure_lock_follows_the_workbooks_properties(rich_parts: dict[str, str]) -> None:
    root = parsed(rich_parts["xl/workbook.xml"])
    tags = [element.tag.removeprefix(NAMESPACE) for element in root]
    assert tags[1:4] == ["workbookPr", "workbookProtection", "bookViews"]
    assert '<workbookProtection lockStructure="1"/>' in rich_parts["xl/workbook.xml"]


def test_without_a_structure_lock_the_workbook_says_nothing_of_one() -> None:
    assert "workbookProtection" not in part(book(one()), "xl/workbook.xml")


def test_a_very_hidden_sheet_that_comes_first_stays_hidden_and_the_next_one_opens(rich_parts: dict[str, str]) -> None:
    workbook = rich_parts["xl/workbook.xml"]
    assert f'<sheet name="{HIDDEN}" sheetId="1" state="veryHidden" r:id="rId1"/>' in workbook
    assert 'activeTab="1"' in workbook
    assert ["tabSelected" in rich_parts[f"xl/worksheets/sheet{number}.xml"] for number in (1, 2, 3)] == [
        False,
        True,
        False,
    ]


# ── locks ─────────────────────────────────────────────────────────────────────────────────────────


def test_normal_is_unlocked_and_no_cell_of_ours_is_left_in_it(rich_parts: dict[str, str]) -> None:
    styles = parsed(rich_parts["xl/styles.xml"])
    normal = styles.find(f"{NAMESPACE}cellStyleXfs/{NAMESPACE}xf")
    assert normal is not None
    assert [dict(element.attrib) for element in normal] == [{"locked": "0"}]
    assert "0" not in used_formats(rich_parts)


def used_formats(all_parts: Mapping[str, str]) -> set[str]:
    """The formats of all cells and columns of protected sheets."""
    used: set[str] = set()
    for name, content in all_parts.items():
        if name.startswith("xl/worksheets/sheet") and "<sheetProtection" in content:
            root = parsed(content)
            used |= {element.get("s", "0") for element in root.iter(f"{NAMESPACE}c")}
            used |= {element.get("style", "0") for element in root.iter(f"{NAMESPACE}col")}
    return used


def test_every_format_used_in_a_protected_sheet_says_itself_whether_it_is_locked(rich_parts: dict[str, str]) -> None:
    """Else a program that saves over an unlocked Normal unlocks the labels, or merges plain ones with Normal."""
    formats = parsed(rich_parts["xl/styles.xml"]).findall(f"{NAMESPACE}cellXfs/{NAMESPACE}xf")
    used = [formats[int(number)] for number in used_formats(rich_parts)]
    assert len(used) == 4
    for cell_format in used:
        assert cell_format.get("applyProtection") == "1"
        assert [child.tag.removeprefix(NAMESPACE) for child in cell_format] == ["alignment", "protection"]
        assert cell_format[1].get("locked") in {"0", "1"}


def locks(data: bytes) -> dict[str, bool]:
    """Whether each planned cell is locked, as openpyxl reads the file."""
    with catch_warnings():
        simplefilter("ignore", UserWarning)  # gnumeric names no default style
        workbook = openpyxl.load_workbook(BytesIO(data))
    return {
        f"{sheet.name} {row},{column}": workbook[sheet.name].cell(row, column).protection.locked
        for sheet in rich_plan().sheets
        for row, column in sheet.cells
    }


def test_openpyxl_keeps_every_lock_when_it_saves(rich: bytes) -> None:
    saved = BytesIO()
    openpyxl.load_workbook(BytesIO(rich)).save(saved)
    assert locks(saved.getvalue()) == locks(rich)
    assert set(locks(rich).values()) == {True, False}


@pytest.mark.gnumeric
def test_gnumeric_keeps_every_lock_when_it_saves() -> None:
    """Without the note: openpyxl cannot read those that gnumeric saves, for want of an author."""
    plain = write_workbook(without_notes(rich_plan()), rich_values())
    assert locks(gnumeric_save(plain)[0]) == locks(plain)


def without_notes(plan: WorkbookPlan) -> WorkbookPlan:
    return replace(plan, sheets=tuple(replace(sheet, cells=_unnoted(sheet)) for sheet in plan.sheets))


def _unnoted(sheet: SheetPlan) -> dict[tuple[int, int], PlannedCell]:
    return {place: replace(cell, note=None) for place, cell in sheet.cells.items()}


def test_a_style_that_says_nothing_of_locks_writes_nothing_of_them() -> None:
    """The report's locks would travel into whatever it is pasted into."""
    silent = Style(locked=None)
    plan = WorkbookPlan(sheets=(one(cells=cell("x", silent)),), base=silent)
    assert "rotection" not in part(plan, "xl/styles.xml")


def test_a_protected_sheet_lets_select_resize_and_filter() -> None:
    sheet = one(background=LABEL, protection=Protection(allow_filter=True, password="ab"))  # noqa: S106  # the case
    assert (
        '<sheetProtection password="CF03" sheet="1" objects="1" scenarios="1" formatColumns="0" formatRows="0" '
        'autoFilter="0"/>'
    ) in sheet_xml(sheet)


def test_a_protected_sheet_without_a_filter_does_not_allow_one() -> None:
    assert '<sheetProtection sheet="1" objects="1" scenarios="1" formatColumns="0" formatRows="0"/>' in sheet_xml(
        one(background=LABEL, protection=Protection())
    )


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("formula", "value", "written"),
    [
        (lit(Decimal("0.1")), Number(Decimal("0.10")), "<f>0.1</f><v>0.1</v>"),
        (lit(3), Number(Decimal(3)), "<f>3</f><v>3</v>"),
        (lit(0), Number(Decimal("-0")), "<f>0</f><v>0</v>"),
        (lit(3), Number(Decimal(1) / 3), "<f>3</f><v>0.3333333333333333</v>"),
        (lit("a<b"), Text("a<b\r"), ' t="str"><f>"a&lt;b"</f><v>a&lt;b_x000D_</v>'),
        (lit(""), Text(""), ' t="str"><f>""</f><v></v>'),
        (lit(""), BLANK, ' t="str"><f>""</f><v></v>'),
        (lit(value=True), Boolean(value=True), ' t="b"><f>TRUE</f><v>1</v>'),
        (lit(value=False), Boolean(value=False), ' t="b"><f>FALSE</f><v>0</v>'),
        (lit(1), ErrorValue("#VALUE!"), ' t="e"><f>1</f><v>#VALUE!</v>'),
        (lit("FILTER(1)"), Text("FILTER(1)"), ' t="str"><f>"FILTER(1)"</f><v>FILTER(1)</v>'),
    ],
)
def test_a_formula_stands_with_its_stored_value_and_its_type(formula: Formula, value: Value, written: str) -> None:
    assert written + "</c>" in sheet_xml(one(cells=cell(formula)), {at(1, 1): value})


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "a formula without its stored value"),
        (Token("N/A"), "no formula yields Token(value='N/A')"),
        (ErrorValue("#SPILL!"), "'#SPILL!' is no error value of Excel 2010"),
        (Number(Decimal("NaN")), "NaN is no number"),
        (Text("x" * 32_768), "result, UTF-16 units: 32768, Excel takes 32767"),
    ],
)
def test_a_formula_without_a_result_that_a_formula_can_have_is_refused(value: Value | None, problem: str) -> None:
    values = {} if value is None else {at(1, 1): value}
    with pytest.raises(LimitError) as refusal:
        write_workbook(book(one(cells=cell(lit(1)))), values)
    assert str(refusal.value) == f"{SHEET}!A1: {problem}"


@pytest.mark.parametrize(
    ("content", "written"),
    [
        (Decimal("1.50"), "<v>1.5</v>"),
        (Decimal(123456789012345), "<v>123456789012345</v>"),
        (Decimal("9.99999999999999"), "<v>9.99999999999999</v>"),
        (Decimal("-0.0"), "<v>0</v>"),
        (True, ' t="b"><v>1</v>'),
        (False, ' t="b"><v>0</v>'),
    ],
)
def test_a_number_or_truth_value_is_written_digit_by_digit(content: Decimal | bool, written: str) -> None:
    assert written + "</c>" in sheet_xml(one(cells=cell(content)))


@pytest.mark.parametrize("content", [None, ""])
def test_an_empty_text_is_an_empty_cell_with_its_style(content: str | None) -> None:
    assert '<c r="A1" s="1"/>' in sheet_xml(one(cells=cell(content)))


NASTY = [
    "=1+1",
    "{=SUM(A1)}",
    "http://example.org",
    "mailto:a@b.cn",
    "internal:A1",
    "00123",
    "<r><t>x</t></r>",
    "]]>&amp;<!--",
    "\x01\x08\x0b\x1f",
    "行一\r\n行二\n\t",
    "_x0041_x0042_",
    " 　padded ",
    "\ufffe\uffff😀",
    "'",
]


def test_texts_are_words_whatever_they_look_like_and_come_back_as_they_were() -> None:
    cells = {(row, 1): PlannedCell(content=text, style=LABEL) for row, text in enumerate(NASTY, start=1)}
    formulas = {(row, 2): PlannedCell(content=lit("x"), style=LABEL) for row, _ in enumerate(NASTY, start=1)}
    values = {at(row, 2): Text(text) for row, text in enumerate(NASTY, start=1)}
    data = write_workbook(book(one(cells=cells | formulas)), values)
    stored, _ = formulon_values(data)
    shared = parsed(parts(data)["xl/sharedStrings.xml"])
    assert [element.text for element in shared.iter(f"{NAMESPACE}t")] == [xml_text(text) for text in NASTY]
    assert list(stored.values()) == NASTY


def xml_text(text: str) -> str | None:
    """What an XML parser hands over of the escaped text."""
    return parsed(f"<t>{escape_text(text)}</t>").text


def test_nul_is_spelled_out() -> None:
    assert "<t>a_x0000_b</t>" in part(book(one(cells=cell("a\x00b"))), "xl/sharedStrings.xml")


def test_half_a_surrogate_pair_is_spelled_out_and_does_not_break_the_file() -> None:
    assert "<t>_xD83D_</t>" in part(book(one(cells=cell("\ud83d"))), "xl/sharedStrings.xml")


def test_outer_blanks_of_a_text_are_kept() -> None:
    assert '<t xml:space="preserve">　第二段 </t>' in part(book(one(cells=cell("　第二段 "))), "xl/sharedStrings.xml")


# ── merges and links ──────────────────────────────────────────────────────────────────────────────


def test_every_cell_of_a_merge_bears_the_style_of_the_first() -> None:
    sheet = one(cells=cell("x", INPUT), merges=(area(1, 1, 2, 2),))
    assert '<c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1"/></row><row r="2"><c r="A2" s="1"/><c r="B2" s="1"/>' in (
        xml := sheet_xml(sheet)
    )
    assert '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>' in xml


def test_a_planned_cell_of_a_merge_keeps_its_own_borders() -> None:
    bordered = replace(INPUT, border_sides="r")
    sheet = one(
        cells={**cell("x", INPUT), (1, 2): PlannedCell(style=bordered)},
        merges=(area(1, 1, 1, 2),),
    )
    assert '<c r="B1" s="2"/>' in sheet_xml(sheet)


@pytest.mark.parametrize(
    ("content", "written"),
    [
        ("http://example.org", ' t="s"><v>0</v></c>'),
        (Decimal(7), "><v>7</v></c>"),
        (lit("x"), ' t="str"><f>"x"</f><v>x</v></c>'),
        (None, "/>"),
    ],
)
def test_a_cell_with_a_link_keeps_its_content_and_its_style(
    content: str | Decimal | Formula | None, written: str
) -> None:
    linked = PlannedCell(content=content, style=LABEL, link=Link(target=area(2, 2, 3, 3), tip='去"那里"\n'))
    xml = sheet_xml(one(cells={(1, 1): linked}), {at(1, 1): Text("x")})
    assert f'<c r="A1" s="1"{written}' in xml
    assert f"""<hyperlink ref="A1" location="'{SHEET}'!B2:C3" tooltip="去&quot;那里&quot;&#xA;"/>""" in xml


def test_a_link_of_a_merge_covers_the_merge_and_quotes_the_sheets_name(rich_parts: dict[str, str]) -> None:
    xml = rich_parts["xl/worksheets/sheet2.xml"]
    assert f"""<hyperlink ref="A6:C7" location="'{SHEET}'!A1"/>""" in xml
    assert """<hyperlink ref="C3" location="'校验 (全部)'!A2" tooltip="去看&lt;校验&gt;"/>""" in xml


def test_a_link_to_a_file_is_relative_and_spelled_as_an_address(rich_parts: dict[str, str]) -> None:
    xml = rich_parts["xl/worksheets/sheet3.xml"]
    assert '<hyperlink ref="A3" r:id="rId1" tooltip="打开"/><hyperlink ref="A4" r:id="rId2"/>' in xml
    rels = rich_parts["xl/worksheets/_rels/sheet3.xml.rels"]
    assert 'Id="rId1"' in rels
    assert 'Target="return/甲%20局%231_退回.xlsx" TargetMode="External"/>' in rels
    assert 'Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"' in rels


# ── charts ────────────────────────────────────────────────────────────────────────────────────────


def test_a_chart_shows_its_numbers_before_any_program_has_read_the_cells(rich_parts: dict[str, str]) -> None:
    xml = rich_parts["xl/charts/chart1.xml"]
    assert "<c:f>'校验 (全部)'!$A$3:$A$4</c:f>" in xml
    assert re.findall("<c:v>([^<]*)</c:v>", xml) == ["通过&lt;1&gt;", "退回 &amp; 未报", "7", "0"]
    assert "应报 7 个 &lt;单位&gt;" in xml


# ── notes ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_note_is_words_by_nobody(rich_parts: dict[str, str]) -> None:
    xml = rich_parts["xl/comments1.xml"]
    assert "<authors><author></author></authors>" in xml
    assert '<comment ref="B5" authorId="0">' in xml
    assert "要改正：&lt;左边&gt; &amp; 右边\n_x0002_ _x005F_x0041_</t>" in xml


def test_the_box_of_a_note_keeps_its_size_over_columns_and_rows_of_any_size() -> None:
    noted = PlannedCell(content="x", style=LABEL, note=Note(text="注", width=300, height=80))
    sheet = one(cells={(2, 1): noted}, widths={2: 10, 3: 40}, hidden_columns=(4,), rows={3: PlannedRow(height=30)})
    xml = part(book(sheet), "xl/drawings/vmlDrawing1.vml")
    # From 15 pixels into B (75 wide) over C (285): 60 + 240; from 10 into row 1: 10 + 20 (row 2) + 40 (row 3) + 10.
    assert "<x:Anchor>1, 15, 0, 10, 2, 240, 3, 10</x:Anchor>" in xml


def test_a_note_beside_hidden_rows_and_columns_reaches_over_them() -> None:
    noted = PlannedCell(content="x", style=LABEL, note=Note(text="注", width=100, height=80))
    sheet = one(cells={(2, 1): noted}, hidden_columns=(3,), rows={2: PlannedRow(height=30, hidden=True)})
    xml = part(book(sheet), "xl/drawings/vmlDrawing1.vml")
    assert "<x:Anchor>1, 15, 0, 10, 3, 51, 5, 10</x:Anchor>" in xml


def test_what_xlsxwriter_refuses_of_a_note_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.writing.strict.check_plan", lambda _plan: None)
    noted = PlannedCell(style=LABEL, note=Note(text="x" * 32_768))
    with pytest.raises(LimitError, match="refused the note in row 1, column 1 with code -2"):
        write_workbook(book(one(cells={(1, 1): noted})), {})


# ── rows, columns, view ───────────────────────────────────────────────────────────────────────────


def test_a_row_that_is_not_fixed_opens_at_its_height_and_still_grows() -> None:
    xml = sheet_xml(one(rows={1: PlannedRow(height=15), 3: PlannedRow(height=23.2, fixed=False)}))
    assert '<row r="1" ht="15" customHeight="1">' in xml
    assert '<row r="3" ht="23.2"></row>' in xml


def test_the_background_reaches_the_last_column_and_the_dimension_does_not() -> None:
    xml = sheet_xml(one(background=LABEL, widths={2: 20}, hidden_columns=(4,), rows={9: PlannedRow(height=20)}))
    assert '<dimension ref="A1"/>' in xml
    assert (
        '<cols><col min="1" max="1" width="9.140625" style="1"/>'
        '<col min="2" max="2" width="20.7109375" style="1" customWidth="1"/>'
        '<col min="3" max="3" width="9.140625" style="1"/>'
        '<col min="4" max="4" width="9.140625" style="1" hidden="1"/>'
        '<col min="5" max="16384" width="9.140625" style="1"/></cols>'
    ) in xml


def test_without_background_only_planned_columns_are_written() -> None:
    assert (
        '<cols><col min="2" max="2" width="20.7109375" customWidth="1"/>'
        '<col min="4" max="4" width="9.140625" hidden="1"/></cols>'
    ) in sheet_xml(one(widths={2: 20}, hidden_columns=(4,)))


def test_a_background_stops_where_the_last_column_is_planned() -> None:
    assert '<col min="16384" max="16384" width="20.7109375" style="1" customWidth="1"/></cols>' in sheet_xml(
        one(background=LABEL, widths={16_384: 20})
    )


def test_a_sheet_without_background_and_widths_has_no_columns() -> None:
    assert "<cols>" not in sheet_xml(one())


@pytest.mark.parametrize(
    ("freeze", "cursor", "written"),
    [
        (None, None, 'workbookViewId="0"/>'),
        (None, at(1, 1), '<selection activeCell="A1" sqref="A1"/>'),
        (
            at(3, 2),
            at(5, 4),
            (
                '<pane xSplit="1" ySplit="2" topLeftCell="B3" activePane="bottomRight" state="frozen"/>'
                '<selection pane="topRight"/>'
                '<selection pane="bottomLeft"/><selection pane="bottomRight" activeCell="D5" sqref="D5"/>'
            ),
        ),
        (
            at(3, 2),
            at(1, 4),
            (
                '<pane xSplit="1" ySplit="2" topLeftCell="B3" activePane="topRight" state="frozen"/>'
                '<selection pane="topRight" activeCell="D1" sqref="D1"/><selection pane="bottomLeft"/>'
                '<selection pane="bottomRight"/>'
            ),
        ),
        (
            at(3, 1),
            None,
            (
                '<pane ySplit="2" topLeftCell="A3" activePane="topLeft" state="frozen"/>'
                '<selection activeCell="A1" sqref="A1"/>'
                '<selection pane="bottomLeft"/>'
            ),
        ),
        (
            at(1, 2),
            at(9, 2),
            (
                '<pane xSplit="1" topLeftCell="B1" activePane="topRight" state="frozen"/>'
                '<selection pane="topRight" activeCell="B9" sqref="B9"/>'
            ),
        ),
    ],
)
def test_the_cursor_stands_in_the_pane_its_cell_belongs_to(
    freeze: CellRef | None, cursor: CellRef | None, written: str
) -> None:
    assert written in sheet_xml(one(freeze=freeze, cursor=cursor))


def test_a_cursor_inside_a_merge_selects_the_merge() -> None:
    sheet = one(merges=(area(1, 1, 2, 2),), cursor=at(2, 2))
    assert '<selection activeCell="A1" sqref="A1:B2"/>' in sheet_xml(sheet)


def test_grid_lines_are_hidden_unless_wanted() -> None:
    assert 'showGridLines="0"' in sheet_xml(one())
    assert "showGridLines" not in sheet_xml(one(gridlines=True))


def test_the_tab_has_its_colour() -> None:
    assert '<tabColor rgb="FF1E3A5F"/>' in sheet_xml(one(tab_color="1E3A5F"))


# ── validations, highlights, filter ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("validation", "written"),
    [
        (
            Validation(cells=area(1, 1, 2, 1), check=Check.WHOLE, minimum=Decimal(0), prompt="a\n\x03"),
            (
                '<dataValidation type="whole" allowBlank="1" showInputMessage="1" showErrorMessage="1" '
                'prompt="a&#xA;_x0003_" sqref="A1:A2"><formula1>0</formula1><formula2>999999999999999</formula2>'
            ),
        ),
        (
            Validation(cells=area(1, 1, 1, 1), check=Check.DECIMAL, maximum=Decimal("0.5"), warn_only=True),
            (
                '<dataValidation type="decimal" errorStyle="warning" allowBlank="1" showInputMessage="1" '
                'showErrorMessage="1" sqref="A1"><formula1>-999999999999999</formula1><formula2>0.5</formula2>'
            ),
        ),
        (
            Validation(cells=area(1, 1, 1, 1), check=Check.LIST, choices=("是", '"否"'), error_title="标", error="错"),
            (
                '<dataValidation type="list" allowBlank="1" showInputMessage="1" showErrorMessage="1" errorTitle="标" '
                'error="错" sqref="A1"><formula1>"是,""否"""</formula1>'
            ),
        ),
        (
            Validation(cells=area(1, 1, 1, 1), prompt_title="填"),
            '<dataValidation allowBlank="1" showInputMessage="1" showErrorMessage="1" promptTitle="填" sqref="A1"/>',
        ),
    ],
)
def test_a_validation_says_all_that_was_planned(validation: Validation, written: str) -> None:
    assert written in sheet_xml(one(validations=(validation,)))


def test_highlights_stand_in_their_order_with_colours_alone(rich_parts: dict[str, str]) -> None:
    xml = rich_parts["xl/worksheets/sheet2.xml"]
    assert (
        '<conditionalFormatting sqref="B2:B3"><cfRule type="expression" dxfId="0" priority="1"><formula>$C2&lt;&gt;""'
        '</formula></cfRule></conditionalFormatting><conditionalFormatting sqref="B2"><cfRule type="expression" '
        'dxfId="1" priority="2"><formula>$B$4&gt;3</formula></cfRule></conditionalFormatting>'
    ) in xml
    assert (
        '<dxfs count="2"><dxf><fill><patternFill><bgColor rgb="FFFDE2E1"/></patternFill></fill></dxf>'
        '<dxf><font><b/><color rgb="FFB42318"/></font></dxf></dxfs>'
    ) in rich_parts["xl/styles.xml"]


def test_a_highlights_formula_is_not_taken_for_something_else() -> None:
    highlight = Highlight(cells=area(1, 1, 1, 1), formula=lit("{FILTER(x)}"), fill="FFFFFF")
    assert '<formula>"{FILTER(x)}"</formula>' in sheet_xml(one(highlights=(highlight,)))


def test_defined_names_quote_the_sheet(rich_parts: dict[str, str]) -> None:
    workbook = parsed(rich_parts["xl/workbook.xml"])
    assert {(name.get("name"), name.text) for name in workbook.iter(f"{NAMESPACE}definedName")} == {
        ("_xlnm._FilterDatabase", "'校验 (全部)'!$A$1:$A$2"),
        ("_xlnm.Print_Area", f"'{SHEET}'!$A$1:$C$9"),
        ("_xlnm.Print_Titles", f"'{SHEET}'!$1:$1"),
    }
    assert '<autoFilter ref="A1:A2"/>' in rich_parts["xl/worksheets/sheet3.xml"]


def test_an_apostrophe_in_a_sheets_name_is_doubled_wherever_it_is_quoted() -> None:
    name = "去年's"
    linked = PlannedCell(content="x", style=LABEL, link=Link(target=area(1, 1, 1, 1, name)))
    plan = book(SheetPlan(name=name, cells={(1, 1): linked}, print=Print(area=area(1, 1, 1, 1, name))))
    assert """location="'去年''s'!A1\"""" in part(plan, "xl/worksheets/sheet1.xml")
    assert "'去年''s'!$A$1:$A$1</definedName>" in part(plan, "xl/workbook.xml")


# ── print ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_sheet_prints_on_a4_one_page_wide(rich_parts: dict[str, str]) -> None:
    xml = rich_parts["xl/worksheets/sheet2.xml"]
    assert '<pageSetup paperSize="9" fitToHeight="2" orientation="landscape"/>' in xml
    assert '<pageSetUpPr fitToPage="1"/>' in xml
    assert '<printOptions horizontalCentered="1"/>' in xml
    assert '<rowBreaks count="2" manualBreakCount="2"><brk id="3" max="16383" man="1"/><brk id="5"' in xml
    assert "<oddHeader>&amp;C三 &lt;依申请公开&gt; 统计</oddHeader><oddFooter>&amp;C&amp;P / &amp;N</oddFooter>" in xml


def test_margins_are_millimetres_and_a_scale_replaces_the_fit(rich_parts: dict[str, str]) -> None:
    xml = rich_parts["xl/worksheets/sheet3.xml"]
    assert '<pageMargins left="0.393701" right="0.393701" top="0.393701" bottom="0.393701" header="0.19685' in xml
    assert '<pageSetup paperSize="9" scale="75" orientation="portrait"/>' in xml
    assert "fitToPage" not in xml


def test_an_ampersand_before_a_g_is_no_picture() -> None:
    assert "<oddHeader>&amp;CR&amp;&amp;G</oddHeader>" in sheet_xml(one(print=Print(header="&CR&&G")))


# ── styles ────────────────────────────────────────────────────────────────────────────────────────


def test_a_style_is_written_as_planned_and_its_face_is_not_the_themes() -> None:
    style = Style(
        font="仿宋_GB2312",
        size=16,
        bold=True,
        italic=True,
        underline=True,
        color="B42318",
        fill="FDE2E1",
        border="BFC5CE",
        border_sides="lt",
        align="right",
        valign="bottom",
        wrap=True,
        indent=2,
        number_format="#,##0.00",
        locked=False,
    )
    xml = part(book(one(cells=cell("x", style))), "xl/styles.xml")
    assert (
        '<font><b/><i/><u/><sz val="16"/><color rgb="FFB42318"/><name val="仿宋_GB2312"/><family val="2"/></font>'
        in xml
    )
    assert '<patternFill patternType="solid"><fgColor rgb="FFFDE2E1"/>' in xml
    assert (
        '<border><left style="thin"><color rgb="FFBFC5CE"/></left><right/><top style="thin"><color rgb="FFBFC5CE"/>'
        "</top><bottom/><diagonal/></border>"
    ) in xml
    assert '<numFmt numFmtId="164" formatCode="#,##0.00"/>' in xml
    assert (
        '<alignment horizontal="right" vertical="bottom" wrapText="1" indent="2"/><protection locked="0"/></xf>'
    ) in xml


def test_a_heavy_border_is_seen_beside_thin_ones() -> None:
    xml = part(
        book(one(cells=cell("x", replace(INPUT, border="B42318", border_sides="l", heavy=True)))), "xl/styles.xml"
    )
    assert '<border><left style="medium"><color rgb="FFB42318"/></left>' in xml


def test_a_cell_in_the_base_style_still_has_a_format_of_its_own() -> None:
    assert '<c r="A1" s="1" t="s">' in sheet_xml(one(cells=cell("x", BASE)))


def test_what_lies_beyond_the_sheet_is_refused_even_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.writing.strict.check_plan", lambda _plan: None)
    with pytest.raises(LimitError, match="no cell in row 0, column 1"):
        write_workbook(book(one(cells={(0, 1): PlannedCell(style=LABEL)})), {})


def test_what_no_formula_yields_is_refused_even_unchecked() -> None:
    with pytest.raises(LimitError, match="no formula yields"):
        stored(Token("N/A"))


def test_what_xlsxwriter_warns_of_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a limit of XlsxWriter be missing among ours, nothing is dropped in silence all the same."""
    monkeypatch.setattr("xlreport.writing.strict.check_plan", lambda _plan: None)
    validation = Validation(cells=area(1, 1, 1, 1), prompt="x" * 256)
    with pytest.raises(LimitError, match="exceeds Excel's limit of 255"):
        write_workbook(book(one(validations=(validation,))), {})


def test_what_xlsxwriter_answers_with_a_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.writing.strict.check_plan", lambda _plan: None)
    validation = Validation(cells=area(1, 1, 1, 1))
    with pytest.raises(LimitError, match="XlsxWriter refused it with code -2"):
        write_workbook(book(one(validations=(validation,))), {})


def test_the_rich_plan_leaves_no_feature_out() -> None:
    """Whoever adds a field to a plan is reminded to judge it here."""
    plan = rich_plan()
    sheets = plan.sheets
    assert {sheet.visibility for sheet in sheets} == set(Visibility)
    assert {validation.check for sheet in sheets for validation in sheet.validations} == set(Check)
    for name in SheetPlan.__dataclass_fields__:
        if name not in {"name", "cells"}:
            assert len({repr(getattr(sheet, name)) for sheet in sheets}) > 1 or name == "background", name
    assert CHECKS in {sheet.name for sheet in sheets}
