"""Bytes of a workbook become cells: what each way of writing a value, a formula, a lock or a place means."""

import pickle
import time
from decimal import Decimal
from io import BytesIO

import pytest
import xlsxwriter
from handmade import MAIN, OFFICE, book, one_cell, parts_of, relationships, strings, styles, workbook, worksheet, zipped

from xlreport.cells import BLANK, Boolean, CellRange, CellRef, ErrorValue, Number, Text, Value
from xlreport.errors import WorkbookError
from xlreport.reading import workbook as workbook_module
from xlreport.reading import worksheet as worksheet_module
from xlreport.reading.stored import Display
from xlreport.reading.workbook import ReadCell, ReadSheet, ReadValidation, ReadWorkbook, read_workbook
from xlreport.reading.worksheet import Shared


def read(data: bytes) -> ReadWorkbook:
    return read_workbook(data, "甲街道.xlsx")


def first_sheet(data: bytes) -> ReadSheet:
    return read(data).sheets[0]


def rows(text: str) -> ReadSheet:
    """A sheet with these rows."""
    return first_sheet(workbook(worksheet(text)))


def cell(text: str, **other: str) -> ReadCell:
    """The only cell of a sheet."""
    (only,) = first_sheet(one_cell(text, **other)).cells.values()
    return only


def formulas(sheet: ReadSheet) -> dict[str, str | None]:
    return {CellRef("", *place).address: found.formula for place, found in sheet.cells.items()}


def code_of(data: bytes) -> str:
    with pytest.raises(WorkbookError) as caught:
        read(data)
    return caught.value.code


def number(text: str) -> Number:
    return Number(Decimal(text))


# ── values ────────────────────────────────────────────────────────────────────────────────────────

VALUES: dict[str, Value] = {
    "<c><v>5</v></c>": number("5"),
    '<c t="n"><v>123456789012345</v></c>': number("123456789012345"),
    "<c><v>1.0</v></c>": number("1"),
    "<c><v>-0</v></c>": number("0"),
    "<c><v> 7 </v></c>": number("7"),
    "<c><v>0.30000000000000004</v></c>": number("0.3"),
    "<c><v>1E7</v></c>": number("10000000"),
    "<c><v>.5</v></c>": number("0.5"),
    "<c><v>12345678901234567890</v></c>": number("12345678901234600000"),
    "<c><v>0.1000000000000000055511151231257827</v></c>": number("0.1"),
    "<c><v>NaN</v></c>": ErrorValue("#NUM!"),
    "<c><v>inf</v></c>": ErrorValue("#NUM!"),
    "<c><v>1E999</v></c>": ErrorValue("#NUM!"),
    "<c><v>1_000</v></c>": ErrorValue("#NUM!"),
    "<c><v>５</v></c>": ErrorValue("#NUM!"),
    '<c t="str"><v>文字</v></c>': Text("文字"),
    '<c t="str"><v> 两 边 </v></c>': Text(" 两 边 "),
    '<c t="str"><v>a_x000D_b_x5B57_</v></c>': Text("a\rb字"),
    '<c t="str"><v>_x005F_x000D_</v></c>': Text("_x000D_"),
    '<c t="str"><v>_xD83D__xDE00_</v></c>': Text("😀"),
    '<c t="str"><v>_xD83D_</v></c>': Text("\N{REPLACEMENT CHARACTER}"),
    '<c t="str"><v></v></c>': BLANK,
    '<c t="inlineStr"><is><t>字</t></is></c>': Text("字"),
    '<c t="inlineStr"><is><r><t>宁东</t></r> <r><t xml:space="preserve"> 大道</t></r></is></c>': Text("宁东 大道"),
    '<c t="inlineStr"><is><t>大道</t><rPh sb="0" eb="2"><t>dadao</t></rPh></is></c>': Text("大道"),
    '<c t="n"><is><t>字</t></is><v>9</v></c>': Text("字"),
    '<c t="b"><v>1</v></c>': Boolean(value=True),
    '<c t="b"><v>0</v></c>': Boolean(value=False),
    '<c t="b"><v>true</v></c>': Boolean(value=True),
    '<c t="b"><f aca="false">TRUE()</f><v>1</v></c>': Boolean(value=True),
    '<c t="b"><f>FALSE()</f></c>': Boolean(value=False),
    '<c t="e"><f>#N/A</f><v>#N/A</v></c>': ErrorValue("#N/A"),
    '<c t="e"><v>#DIV/0!</v></c>': ErrorValue("#DIV/0!"),
    '<c t="d"><v>2025-01-12T00:00:00</v></c>': Text("2025-01-12"),
    '<c t="d"><v>2025-01-12T08:30:00</v></c>': Text("2025-01-12T08:30:00"),
    '<c s="0"/>': BLANK,
    "<c><v/></c>": BLANK,
    '<c t="s"><v/></c>': BLANK,
    '<c t="s"><v> </v></c>': BLANK,
    '<c t="s"><v>1</v></c>': Text("宁东大道"),
    '<c t="s"><f>A1</f><v>0</v></c>': Text("目录"),
    '<c t="s"><v>2</v></c>': BLANK,
}
STRINGS = strings(
    "<si>\n <t>目录</t>\n <rPh sb='0' eb='2'><t>mulu</t></rPh>\n <phoneticPr/>\n</si>"
    "<si><r><rPr><b/></rPr><t>宁东</t></r><r><t>大道</t></r></si><si><t/></si>"
)


@pytest.mark.parametrize("text", VALUES)
def test_every_way_of_storing_a_value_is_understood(text: str) -> None:
    assert cell(text, sharedStrings=STRINGS).value == VALUES[text]


def test_zero_has_no_sign() -> None:
    assert str(cell("<c><v>-0.0</v></c>").value) == "Number(value=Decimal('0'))"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("<c><f>A2</f><v>5</v></c>", True),
        ('<c t="str"><f>A2</f><v></v></c>', True),
        ("<c><f>A2</f><v></v></c>", False),
        ("<c><f>A2</f></c>", False),
        ('<c t="s"><f>A2</f><v></v></c>', False),
        ("<c><v>5</v></c>", True),
        ('<c s="0"/>', False),
    ],
)
def test_a_value_that_is_not_in_the_file_is_known_to_be_missing(text: str, *, stored: bool) -> None:
    assert cell(text).stored is stored


@pytest.mark.parametrize("index", ["3", "-1", "1.0", "x", "１", "12345678"])
def test_a_shared_string_there_is_not_is_damage(index: str) -> None:
    assert code_of(one_cell(f'<c t="s"><v>{index}</v></c>', sharedStrings=STRINGS)) == "DAMAGED-FILE"


def test_a_type_of_value_there_is_not_is_damage() -> None:
    assert code_of(one_cell('<c t="x"><v>1</v></c>')) == "DAMAGED-FILE"


# ── formulas ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("<c><f>SUM(A2:A3)</f><v>1</v></c>", "SUM(A2:A3)"),
        ("<c><f> =A2&lt;3 </f><v>1</v></c>", "A2<3"),
        ('<c t="b"><f>A2=TRUE()</f><v>1</v></c>', "A2=TRUE()"),
        ("<c><f/><v>1</v></c>", None),
        ("<c><v>1</v></c>", None),
        ('<c><f t="dataTable" ref="A1" r1="B1" r2="B2"/><v>1</v></c>', "TABLE(B1,B2)"),
    ],
)
def test_a_formula_is_its_text_without_the_equals_sign(text: str, formula: str | None) -> None:
    assert cell(text).formula == formula


@pytest.mark.parametrize("text", ["TRUE()", "FALSE", "#N/A", "#DIV/0!"])
def test_a_formula_that_is_a_constant_is_no_formula(text: str) -> None:
    assert cell(f"<c><f>{text}</f></c>").formula is None


def test_a_reference_that_is_gone_is_still_a_formula() -> None:
    assert cell('<c t="e"><f>#REF!</f><v>#REF!</v></c>').formula == "#REF!"


def test_a_shared_formula_is_written_out_for_every_cell() -> None:
    sheet = rows(
        '<row r="1"><c r="C1"><f t="shared" ref="C1:C3" si="0">A1+$B$1&amp;"A1"</f></c></row>'
        '<row r="2"><c r="C2"><f t="shared" si="0"/></c><c r="D2"><f t="shared" si="0"/></c></row>'
        '<row r="3"><c r="C3"><f t="shared" si="0">LOG10(A9)</f></c></row>'
        '<row r="4"><c r="C4"><f t="shared" si="0"/></c></row>'
    )
    assert formulas(sheet) == {
        "C1": 'A1+$B$1&"A1"',
        "C2": 'A2+$B$1&"A1"',
        "D2": 'B2+$B$1&"A1"',
        "C3": "LOG10(A9)",
        "C4": 'A4+$B$1&"A1"',
    }


def test_a_shared_formula_may_come_before_the_one_it_shares() -> None:
    sheet = rows(
        '<row r="5"><c r="A5"><f t="shared" si="1"/><v>7</v></c></row>'
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A5" si="1">B1</f></c></row>'
    )
    assert sheet.cells[5, 1] == ReadCell(number("7"), "B5", locked=True, stored=True)


def test_a_shared_formula_that_shares_nothing_is_still_no_constant() -> None:
    assert cell('<c><f t="shared" si="4"/><v>5</v></c>').formula == "#REF!"


@pytest.mark.parametrize("area", ["A1:B2", "B2:A1"])
def test_every_cell_an_array_fills_has_its_formula(area: str) -> None:
    sheet = rows(
        f'<row r="1"><c r="A1"><f t="array" ref="{area}">C1:D2*2</f><v>2</v></c><c r="B1"><v>4</v></c></row>'
        '<row r="2"><c r="A2"><v>6</v></c><c r="B2"><f>9</f><v>8</v></c><c r="C2"><v>1</v></c></row>'
    )
    assert formulas(sheet) == {"A1": "C1:D2*2", "B1": "C1:D2*2", "A2": "C1:D2*2", "B2": "9", "C2": None}


def test_an_array_larger_than_the_sheet_is_filled_where_there_are_cells() -> None:
    sheet = rows('<row><c><f t="array" ref="A1:XFD1048576">Z1</f><v>2</v></c><c><v>4</v></c></row>')
    assert formulas(sheet) == {"A1": "Z1", "B1": "Z1"}


@pytest.mark.parametrize("area", ["A1", "A1:A1", "", "nonsense", "A1:nonsense"])
def test_an_array_of_one_cell_fills_no_other(area: str) -> None:
    sheet = rows(f'<row><c><f t="array" ref="{area}">Z1</f><v>2</v></c><c><v>4</v></c></row>')
    assert formulas(sheet) == {"A1": "Z1", "B1": None}


# ── places ────────────────────────────────────────────────────────────────────────────────────────


def test_cells_without_an_address_are_counted() -> None:
    sheet = rows('<row><c/><c r="D1"/><c/></row><row/><row><c/></row><row r="9"><c/></row><row><c/></row>')
    assert list(sheet.cells) == [(1, 1), (1, 4), (1, 5), (3, 1), (9, 1), (10, 1)]


def test_rows_and_cells_may_come_in_any_order() -> None:
    sheet = rows('<row r="3"><c r="B3"><v>3</v></c><c r="A3"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>')
    assert [sheet.value(*place) for place in ((1, 1), (3, 1), (3, 2))] == [number("1"), number("2"), number("3")]


def test_the_address_of_a_cell_counts_more_than_its_row() -> None:
    assert list(rows('<row r="3"><c r="B7"/></row>').cells) == [(7, 2)]


def test_of_a_cell_written_twice_the_first_counts_and_both_are_reported() -> None:
    one = '<c r="B2"><v>{}</v></c>'
    sheet = rows(f'<row r="2">{one.format(1)}{one.format(2)}</row><row r="2">{one.format(3)}</row>')
    assert (sheet.value(2, 2), sheet.duplicates) == (number("1"), (CellRef("表1", 2, 2),))


@pytest.mark.parametrize(
    "text",
    [
        '<row r="1"><c r="XFE1"/></row>',
        '<row r="1"><c r="A1048577"/></row>',
        '<row r="1"><c r="A0"/></row>',
        '<row r="1"><c r="1A"/></row>',
        f'<row r="1"><c r="A{"0" * 99}1"/></row>',
        '<row r="1048577"/>',
        '<row r="0"/>',
        '<row r="1048576"/><row/>',
        '<row r="1"><c r="XFD1"/><c/></row>',
        "<c/>",
    ],
)
def test_a_cell_outside_the_sheet_is_damage(text: str) -> None:
    assert code_of(workbook(worksheet(text))) == "DAMAGED-FILE"


def test_the_last_cell_of_a_sheet_is_one_cell() -> None:
    data = workbook(worksheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    assert list(first_sheet(data).cells) == [(1_048_576, 16_384)]


def test_the_dimension_a_sheet_states_is_not_believed() -> None:
    sheet = worksheet('<row r="9"><c r="C9"><v>1</v></c></row>', before='<dimension ref="A1:A1"/>')
    assert first_sheet(workbook(sheet)).value(9, 3) == number("1")


def test_merged_areas_are_known() -> None:
    merges = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="D4:C3"/><mergeCell ref="?"/></mergeCells>'
    assert first_sheet(workbook(worksheet(after=merges))).merges == (
        CellRange("表1", 1, 1, 2, 2),
        CellRange("表1", 3, 3, 4, 4),
    )


def test_what_looks_like_a_cell_elsewhere_in_the_part_is_none() -> None:
    sheet = worksheet(after='<extLst><row r="1"><c r="A1"><v>5</v></c></row></extLst>')
    assert first_sheet(workbook(sheet)).cells == {}


def test_what_looks_like_a_merge_or_protection_among_the_cells_is_none() -> None:
    sheet = rows('<row><c><v>5</v></c><mergeCell ref="A1:B1"/><sheetProtection sheet="1"/></row>')
    assert (sheet.merges, sheet.protected) == ((), False)


# ── locks ─────────────────────────────────────────────────────────────────────────────────────────

LOCKS = styles(
    "<xf/>"
    '<xf><protection locked="0"/></xf>'
    '<xf applyProtection="0"><alignment/><protection locked="false"/></xf>'
    '<xf><protection hidden="1"/></xf>'
    '<xf><protection locked="true"/></xf>'
)


@pytest.mark.parametrize(
    ("text", "locked"),
    [
        ("<c/>", True),
        ('<c s="0"/>', True),
        ('<c s="1"/>', False),
        ('<c s="2"><v>1</v></c>', False),
        ('<c s="3"/>', True),
        ('<c s="4"/>', True),
        ('<c s="99"/>', True),
    ],
)
def test_the_lock_of_a_cell_is_its_own_formats_or_else_locked(text: str, *, locked: bool) -> None:
    assert cell(text, styles=LOCKS).locked is locked


def test_a_cell_the_file_does_not_mention_has_the_lock_of_its_row_then_its_column_then_the_default() -> None:
    columns = '<cols><col min="2" max="3" style="1"/><col min="4" max="4" width="9"/></cols>'
    lines = (
        '<row r="1"><c r="B1" s="4"/></row><row r="2" s="1" customFormat="1"/>'
        '<row r="3" s="4" customFormat="true"/><row r="4" s="1"/><row r="5" customFormat="1"/>'
    )
    sheet = first_sheet(workbook(worksheet(lines, before=columns), styles=LOCKS))
    places = {"A1": (1, 1), "B1": (1, 2), "C1": (1, 3), "D1": (1, 4), "A2": (2, 1), "B3": (3, 2), "A4": (4, 1)}
    assert {name: sheet.locked_at(*place) for name, place in places.items()} == {
        "A1": True,
        "B1": True,
        "C1": False,
        "D1": True,
        "A2": False,
        "B3": True,
        "A4": True,
    }


def test_the_default_is_the_first_format() -> None:
    sheet = first_sheet(one_cell("<c/>", styles=styles('<xf><protection locked="0"/></xf>')))
    assert (sheet.default_locked, sheet.cells[1, 1].locked, sheet.locked_at(9, 9)) == (False, False, False)


@pytest.mark.parametrize("broken", ["", "<styleSheet", styles("<xf/>") + "<more/>", styles("<protection/>")])
def test_cells_are_locked_and_read_where_the_styles_are_broken(broken: str) -> None:
    assert cell('<c s="7"><v>5</v></c>', styles=broken) == ReadCell(number("5"), None, locked=True, stored=True)


@pytest.mark.parametrize("column", ['<col min="0x" max="2"/>', '<col max="2"/>', '<col min="1" max="１"/>'])
def test_columns_that_are_no_numbers_are_damage(column: str) -> None:
    assert code_of(workbook(worksheet(before=f"<cols>{column}</cols>"))) == "DAMAGED-FILE"


@pytest.mark.parametrize(
    ("element", "protected"),
    [
        ('<sheetProtection sheet="1"/>', True),
        ('<sheetProtection sheet="true" password="daa7"/>', True),
        ('<sheetProtection sheet="0"/>', False),
        ("<sheetProtection/>", False),
        ("", False),
    ],
)
def test_a_sheet_is_protected_where_it_says_so(element: str, *, protected: bool) -> None:
    assert first_sheet(workbook(worksheet(after=element))).protected is protected


# ── formats of numbers ────────────────────────────────────────────────────────────────────────────

DATE_CODES = (
    *("yyyy/m/d", 'yyyy"年"m"月"d"日"', "yyyy年m月d日", "[$-804]aaaa", '[$-404]e"年"', "m-d", "h:mm", "[h]:mm:ss"),
    *("[mm]", "[Red]d;General", "YYYY\\-MM\\-DD", "上午/下午h时"),
)
PERCENT_CODES = ("0%", "0.00%", "[Red]0%;-0%", '"约"0%', "0 %")
NUMBER_CODES = (
    *(
        "General",
        "0",
        "#,##0.00",
        "0.00E+00",
        "[Red]0;[Blue]-0",
        '0"日"',
        '0" days"',
        "0\\%",
        '0"%"',
        "@",
        "",
        "_(* #,##0_)",
    ),
    *("[$¥-804]#,##0", "G/通用格式", "0;d", "0_d", "0*y", '0"'),
)


def display_of(code: str, number: int = 164) -> Display:
    formats = f"<numFmts><numFmt numFmtId='{number}' formatCode='{code}'/></numFmts>"
    style_sheet = styles(f"<xf/><xf numFmtId='{number}'/>").replace("<cellStyleXfs>", formats + "<cellStyleXfs>")
    return cell('<c s="1"><v>5</v></c>', styles=style_sheet).display


@pytest.mark.parametrize(
    ("codes", "display"),
    [(DATE_CODES, Display.DATE), (PERCENT_CODES, Display.PERCENT), (NUMBER_CODES, Display.NUMBER)],
)
def test_what_a_format_makes_of_a_number_is_known(codes: tuple[str, ...], display: Display) -> None:
    assert [code for code in codes if display_of(code.replace("&", "&amp;")) is not display] == []


@pytest.mark.parametrize(
    ("number", "display"),
    [("14", Display.DATE), ("31", Display.DATE), ("47", Display.DATE), ("58", Display.DATE), ("9", Display.PERCENT)]
    + [(number, Display.NUMBER) for number in ("0", "1", "23", "44", "49", "59", "164", "-14", "１４", "x", "")],
)
def test_formats_of_the_standard_are_known_by_their_number(number: str, display: Display) -> None:
    assert cell('<c s="0"><v>5</v></c>', styles=styles(f'<xf numFmtId="{number}"/>')).display is display


def test_a_code_in_the_file_goes_before_the_standards_number() -> None:
    assert display_of("0", 14) is Display.NUMBER


def test_a_format_of_a_condition_is_none_of_a_cell() -> None:
    conditional = styles('<xf numFmtId="0"/>').replace("<dxf>", '<dxf><numFmt numFmtId="0" formatCode="0%"/>')
    assert cell("<c><v>5</v></c>", styles=conditional).display is Display.NUMBER


# ── the workbook ──────────────────────────────────────────────────────────────────────────────────


def test_sheets_come_in_their_order_with_name_and_state() -> None:
    listed = book(
        ("乙", 'state="hidden"'), ("甲", 'state="veryHidden"'), ("丙", 'state="visible"'), ("丁", 'state="?"')
    )
    sheets = read(workbook(*[worksheet()] * 4, workbook=listed)).sheets
    assert [(sheet.name, sheet.state) for sheet in sheets] == [
        ("乙", "hidden"),
        ("甲", "veryHidden"),
        ("丙", "visible"),
        ("丁", "visible"),
    ]


@pytest.mark.parametrize("name", ["三 依申请公开A", " 三依申请公开a ", "三　依申请公开A"])
def test_a_sheet_is_found_whatever_became_of_case_and_spaces(name: str) -> None:
    found = read(workbook(worksheet(), workbook=book(("三 依申请公开A", "")))).sheet(name)
    assert found is not None


def test_the_exact_name_of_a_sheet_goes_first() -> None:
    both = read(workbook(worksheet(), worksheet(), workbook=book(("表 A", ""), ("表A", ""))))
    assert (both.sheet("表A"), both.sheet("表B")) == (both.sheets[1], None)


@pytest.mark.parametrize(
    ("element", "locked", "old_dates"),
    [
        ('<workbookPr date1904="1"/><workbookProtection lockStructure="1"/>', True, True),
        ('<workbookPr date1904="false"/><workbookProtection lockStructure="true"/>', True, False),
        ("<workbookPr/><workbookProtection/>", False, False),
        ("", False, False),
    ],
)
def test_the_structure_lock_and_the_date_system_are_known(element: str, *, locked: bool, old_dates: bool) -> None:
    found = read(workbook(worksheet(), workbook=book(("甲", ""), before=element)))
    assert (found.structure_locked, found.date_1904) == (locked, old_dates)


def with_facts(application: str, core: str) -> bytes:
    links = relationships(
        ("r1", "officeDocument", "xl/workbook.xml"),
        ("r2", "extended-properties", "docProps/app.xml"),
        ("r3", "metadata/core-properties", "docProps/core.xml"),
    )
    facts: dict[str, str | bytes] = {"docProps/app.xml": application, "docProps/core.xml": core}
    return zipped(parts_of(worksheet()) | {"_rels/.rels": links} | facts)


APPLICATION = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">{}</Properties>'
)
CORE = '<cp:coreProperties xmlns:cp="urn:x" xmlns:dcterms="http://purl.org/dc/terms/">{}</cp:coreProperties>'


def test_the_program_and_the_time_of_the_last_change_are_known() -> None:
    found = read(
        with_facts(
            APPLICATION.format("<Template>x</Template><Application>WPS 表格</Application>"),
            CORE.format(
                "<dcterms:created>2024</dcterms:created><dcterms:modified> 2025-01-12T08:00:00Z </dcterms:modified>"
            ),
        )
    )
    assert (found.application, found.modified) == ("WPS 表格", "2025-01-12T08:00:00Z")


def test_odd_document_properties_are_passed_over() -> None:
    found = read(with_facts("<Properties", CORE.format("<dcterms:modified>" + "9" * 999 + "</dcterms:modified>")))
    assert (found.application, found.modified) == ("", "9" * 100)


def test_parts_a_form_has_no_need_of_are_named_and_not_opened() -> None:
    odd = ["xl/comments1.xml", "xl/connections.xml", "xl/embeddings/a.bin", "xl/externalLinks/externalLink1.xml"]
    plain = ["xl/calcChain.xml", "xl/theme/theme1.xml", "xl/externalLinks/_rels/externalLink1.xml.rels"]
    found = read(zipped(parts_of(worksheet()) | dict.fromkeys([*plain, *odd], "<broken")))
    assert list(found.oddities) == odd


def test_a_sheet_that_is_a_chart_has_no_cells() -> None:
    parts = parts_of(worksheet('<row><c r="A1"/></row>'))
    parts["xl/_rels/workbook.xml.rels"] = relationships(("s1", "chartsheet", "worksheets/sheet1.xml"))
    assert first_sheet(zipped(parts)).cells == {}


def test_a_part_that_is_two_sheets_is_damage() -> None:
    parts = parts_of(worksheet(), workbook=book(("甲", ""), ("乙", "")))
    links = (("s1", "worksheet", "worksheets/sheet1.xml"), ("s2", "worksheet", "/xl/Worksheets/sheet1.xml"))
    assert code_of(zipped(parts | {"xl/_rels/workbook.xml.rels": relationships(*links)})) == "DAMAGED-FILE"


def test_a_sheet_whose_link_leads_nowhere_is_damage() -> None:
    assert code_of(workbook(worksheet(), workbook=book(("甲", ""), ("乙", "")))) == "DAMAGED-FILE"


def test_everything_read_survives_pickling() -> None:
    found = read(workbook(worksheet('<row><c><v>5</v></c><c t="b"><f>A1=5</f><v>1</v></c></row>'), styles=LOCKS))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own pickle


# ── limits ────────────────────────────────────────────────────────────────────────────────────────


def limited(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    """Read with smaller limits."""

    def shared(*arguments: object) -> Shared:
        return Shared(*arguments, **limits)  # type: ignore[arg-type]  # passed on as they come

    monkeypatch.setattr(workbook_module, "Shared", shared)


THREE_CELLS = worksheet("<row><c/><c/></row><row><c/></row>")


def test_cells_are_counted_over_all_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, cells_left=6)
    assert len(read(workbook(THREE_CELLS, THREE_CELLS)).sheets) == 2
    assert code_of(workbook(THREE_CELLS, THREE_CELLS, worksheet("<row><c/></row>"))) == "TOO-LARGE"


@pytest.mark.parametrize(
    "around",
    [
        '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="C1:D1"/></mergeCells>',
        '<dataValidations><dataValidation sqref="A1 B1"/></dataValidations>',
        '<hyperlinks><hyperlink ref="A1" location="B1"/><hyperlink ref="A2" location="B2"/></hyperlinks>',
    ],
)
def test_areas_and_links_have_a_limit(monkeypatch: pytest.MonkeyPatch, around: str) -> None:
    limited(monkeypatch, areas_left=1)
    assert code_of(workbook(worksheet(after=around))) == "TOO-LARGE"


def test_empty_rows_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, lines_left=2)
    assert code_of(workbook(worksheet("<row/><row/><row/>"))) == "TOO-LARGE"


def test_shared_formulas_written_out_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, expansion_left=5)
    lines = '<row><c><f t="shared" ref="A1:C1" si="0">A9</f></c>' + '<c><f t="shared" si="0"/></c>' * 3 + "</row>"
    assert code_of(workbook(worksheet(lines))) == "TOO-LARGE"


def test_arrays_over_arrays_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, array_cells_left=3)
    lines = '<row><c><f t="array" ref="A1:B1">Z1</f></c><c><f t="array" ref="A1:B1">Z1</f></c></row>'
    assert code_of(workbook(worksheet(lines))) == "TOO-LARGE"


def test_formulas_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, formulas_left=5)
    assert cell("<c><f>A1+B1</f></c>").formula == "A1+B1"
    assert code_of(workbook(worksheet("<row><c><f>A1+B1</f></c><c><f>A</f></c></row>"))) == "TOO-LARGE"


def test_sheets_have_a_limit_and_names_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(workbook(worksheet(), worksheet(), workbook=book(("A", ""), ("a", "")))) == "DAMAGED-FILE"
    assert code_of(workbook(worksheet(), workbook=book(("a" * 256, "")))) == "TOO-LARGE"
    monkeypatch.setattr(workbook_module, "MAX_SHEETS", 1)
    assert code_of(workbook(worksheet(), worksheet(), workbook=book(("A", ""), ("B", "")))) == "TOO-LARGE"


def test_shared_strings_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_STRINGS", 2)
    assert cell('<c t="s"><v>1</v></c>', sharedStrings=strings("<si><t>一</t></si>" * 2)).value == Text("一")
    assert code_of(one_cell("<c/>", sharedStrings=strings("<si><t>一</t></si>" * 3))) == "TOO-LARGE"


def test_cell_formats_have_a_limit_beyond_which_cells_are_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_FORMATS", 1)
    open_formats = styles('<xf><protection locked="0"/></xf>' * 3)
    sheet = first_sheet(one_cell('<c s="0"/><c s="2"/>', styles=open_formats))
    assert [found.locked for found in sheet.cells.values()] == [False, True]


def test_column_formats_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worksheet_module, "MAX_COLUMNS", 2)
    columns = '<col min="1" max="1"/>' * 3
    assert code_of(workbook(worksheet(before=f"<cols>{columns}</cols>"))) == "DAMAGED-FILE"


@pytest.mark.parametrize(
    "data",
    [
        one_cell(f'<c t="inlineStr"><is><t>{"长" * 32_768}</t></is></c>'),
        one_cell("<c/>", sharedStrings=strings(f"<si><t>{'长' * 32_768}</t></si>")),
        one_cell(f"<c><f>{'1+' * 20_000}1</f></c>"),
    ],
    ids=["inline", "shared", "formula"],
)
def test_a_text_longer_than_a_cell_holds_is_refused(data: bytes) -> None:
    assert code_of(data) == "TEXT-TOO-LONG"


def test_a_text_as_long_as_a_cell_holds_is_read() -> None:
    assert cell(f'<c t="str"><v>{"长" * 32_767}</v></c>').value == Text("长" * 32_767)


# ── speed ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_workbook_of_ten_sheets_is_read_in_a_blink() -> None:
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as written:
        for _ in range(10):
            sheet = written.add_worksheet()
            for row in range(40):
                sheet.write_row(row, 0, [f"标签{row}", *range(8)])
                sheet.write_formula(row, 9, f"SUM(B{row + 1}:I{row + 1})", value=36)
    start = time.perf_counter()
    found = read(target.getvalue())
    assert sum(len(sheet.cells) for sheet in found.sheets) == 4_000
    assert time.perf_counter() - start < 0.5  # about 0.012 on a quiet machine; this only tells quadratic from linear


# ── around the cells ──────────────────────────────────────────────────────────────────────────────

AROUND = (
    '<dataValidations count="1"><dataValidation type="whole" operator="greaterThan" sqref="A1 B2:C3">'
    "<formula1>0</formula1></dataValidation></dataValidations>"
    f'<hyperlinks xmlns:r="{OFFICE}"><hyperlink ref="A1" location="\'表1\'!B2"/>'
    '<hyperlink ref="B1" r:id="x"/></hyperlinks>'
)


def test_what_cells_may_take_and_where_they_lead_is_read() -> None:
    sheet = first_sheet(workbook(worksheet(after=AROUND)))
    areas = (CellRange("表1", 1, 1, 1, 1), CellRange("表1", 2, 2, 3, 3))
    assert sheet.validations == (ReadValidation(areas, "whole", "greaterThan", "0", ""),)
    assert sheet.links == {(1, 1): "'表1'!B2", (1, 2): ""}


def test_defined_names_are_read_with_the_sheet_they_belong_to() -> None:
    names = '<definedNames><definedName name="a" localSheetId="0">1</definedName><definedName name="b"/></definedNames>'
    assert read(workbook(worksheet(), workbook=book(("表1", ""), before=names))).names == {("a", "0"), ("b", "")}


def test_comments_are_read_with_their_runs_joined_and_other_words_left_out() -> None:
    text = (
        "<author>某人</author><commentList><comment ref='B2'><text><r><t>请</t></r><r><t>核对</t></r></text></comment>"
    )
    parts = parts_of(worksheet()) | {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(("c", "comments", "../comments1.xml")),
        "xl/comments1.xml": f'<comments xmlns="{MAIN}">{text}</commentList></comments>',
    }
    assert read(zipped(parts)).sheets[0].comments == {(2, 2): "请核对"}
