"""Rosters as offices keep them: any header, any CSV, any workbook; and every problem at once, with its row."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import documents
import openpyxl
import pytest

from xlreport.errors import RequestError
from xlreport.messages import say
from xlreport.messages.roster_zh import LEVEL_WORDS, ROSTER_COLUMNS
from xlreport.office.roster.roster import Roster, RosterUnit, read_roster
from xlreport.office.roster.sheet import HEADER_ROW, write_roster
from xlreport.submission import Unit

HEADER = ("代码", "名称", "级别", "上级", "联系人", "电话", "邮箱")
LEVELS = "部门、乡镇（街道）、县（市、区）、设区的市、省（自治区、直辖市）、国务院部门"
BUREAU = ("001", "示例区财政局", "部门", "示例区人民政府", "张三", "0527-1234", "a@b.cn")


def workbook(*rows: Sequence[object], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for address, number_format in (formats or {}).items():
        sheet[address].number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def text(*rows: Sequence[str], delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


def roster(*rows: Sequence[object]) -> Roster:
    return read_roster(workbook(*rows), "名录.xlsx")


def units(found: Roster) -> list[tuple[str, str, str]]:
    return [(one.unit.code, one.unit.name, one.unit.level) for one in found.units]


def problems(data: bytes, name: str = "名录.xlsx") -> str:
    with pytest.raises(RequestError) as refused:
        read_roster(data, name)
    return str(refused.value)


# ── what is read ──


def test_a_row_is_a_unit_with_whom_to_ask() -> None:
    expected = RosterUnit(
        unit=Unit(name="示例区财政局", code="001", level="bureau"),
        parent="示例区人民政府",
        contact="张三",
        phone="0527-1234",
        email="a@b.cn",
        row=2,
    )
    assert roster(HEADER, BUREAU).units == (expected,)


def test_only_code_and_name_are_needed() -> None:
    assert units(roster(("名称", "代码"), ("甲局", "1"), ("乙局", "2"))) == [("1", "甲局", ""), ("2", "乙局", "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_whatever_its_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    data = text(HEADER, BUREAU, delimiter=delimiter).encode(encoding)
    assert read_roster(data, "名录.csv") == roster(HEADER, BUREAU)


@pytest.mark.parametrize(("key", "words"), [(key, words) for key, names in ROSTER_COLUMNS.items() for words in names])
def test_every_usual_heading_is_known(key: str, words: str) -> None:
    header = [words if one == key else names[0] for one, names in ROSTER_COLUMNS.items()]
    assert units(roster(header, BUREAU)) == [("001", "示例区财政局", "bureau")]


def test_spaces_width_case_and_marks_of_a_heading_do_not_matter() -> None:
    found = roster((" 代　码 *", "单位\n名称（必填）", "Ｅ-ＭＡＩＬ："), ("1", "甲局", "a@b"))
    assert (found.units[0].unit.name, found.units[0].email) == ("甲局", "a@b")


def test_a_title_may_stand_above_the_header_and_blank_rows_anywhere() -> None:
    found = roster(("示例区单位名录",), (), ("序号", *HEADER), (1, *BUREAU), (), (2, "002", "乙局"))
    assert [(one.row, one.unit.code) for one in found.units] == [(4, "001"), (6, "002")]


def test_the_plainer_of_two_headings_for_one_thing_counts() -> None:
    assert units(roster(("统一社会信用代码", "代码", "名称"), ("9132", "1", "甲局"))) == [("1", "甲局", "")]


def test_columns_of_the_office_s_own_are_passed_over() -> None:
    assert len(roster((*HEADER, "备注"), (*BUREAU, "=1+1"), (*[None] * 7, "合计")).units) == 1


def test_the_first_sheet_with_a_header_is_the_roster() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(HEADER, BUREAU)))
    book.create_sheet("说明", 0).append(["先看这里"])
    file = io.BytesIO()
    book.save(file)
    assert len(read_roster(file.getvalue(), "a.xlsx").units) == 1


@pytest.mark.parametrize(("level", "words"), [(level, words) for level, all_ in LEVEL_WORDS.items() for words in all_])
def test_every_usual_word_for_a_level_is_known(level: str, words: str) -> None:
    found = roster(HEADER, ("1", "甲", words), ("2", "乙", level.upper()), ("3", "丙", f" {words} "))
    assert [one.unit.level for one in found.units] == [level] * 3


@pytest.mark.parametrize(
    ("typed", "number_format", "code"),
    [
        ("0012", "@", "0012"),
        (12, "General", "12"),
        (12, "0000", "0012"),
        (12.0, "0000_ ", "0012"),
        ("１２", "@", "１２"),
        (" 0012　", "@", "0012"),
        (321300000000000, "General", "321300000000000"),
    ],
)
def test_a_code_is_the_text_a_person_sees(typed: object, number_format: str, code: str) -> None:
    data = workbook(HEADER, (typed, "甲局"), formats={"A2": number_format})
    assert read_roster(data, "a.xlsx").units[0].unit.code == code


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole() -> None:
    data = edited(workbook(HEADER, BUREAU, ("002", "乙局")), 'ref="A1:G3"', 'ref="A1:A1"')
    assert len(read_roster(data, "a.xlsx").units) == 2


def test_a_thousand_units_are_read() -> None:
    rows = [(f"{number:04}", f"第{number}局") for number in range(1000)]
    assert units(roster(("代码", "名称"), *rows)) == [(*row, "") for row in rows]


# ── whom they report to ──


def parents(*names: tuple[str, str]) -> Roster:
    return roster(("代码", "名称", "上级"), *((str(at), name, above) for at, (name, above) in enumerate(names)))


def test_the_parent_is_the_one_superior_that_is_no_row() -> None:
    found = parents(("甲局", "示例区政府"), ("乙镇", "示例区 政府"), ("乙镇一所", "乙镇"), ("丙局", ""), ("丁局", "1"))
    assert found.parent_unit() == Unit(name="示例区政府")


def test_without_a_superior_from_outside_the_parent_is_not_clear() -> None:
    found = parents(("甲局", "甲局"), ("乙局", "甲局"), ("丙局", ""))
    assert (found.parents, found.parent, found.parent_unit()) == ((), "", None)


def test_with_two_superiors_from_outside_the_parent_is_not_clear_and_both_are_named() -> None:
    found = parents(("甲局", "A区"), ("乙局", "B区"), ("丙局", "A区"))
    assert (found.parents, found.parent, found.parent_unit()) == (("A区", "B区"), "", None)


# ── what is wrong ──


def test_all_problems_are_told_at_once_with_their_rows() -> None:
    data = workbook(
        ("名录",),
        HEADER,
        ("001", "甲局", "部门"),
        (None, "乙局"),
        ("003", None),
        ("００１", "丙局"),
        ("005", "甲 局"),
        ("006", "丁局", "科级"),
        ("007", "戊\n局"),
        ("008", "己" * 101),
        ("=1+1", "庚局"),
        (9, "辛局", None, None, None, "=B1"),
        (1234567890123456, "壬局"),
        (datetime(2024, 1, 2, tzinfo=UTC).replace(tzinfo=None), "癸局"),
        ("#N/A", "子局"),
    )
    assert problems(data).splitlines() == [
        "单位名录“名录.xlsx”有 12 处问题，改好再来：",
        "  第 4 行：缺少代码。",
        "  第 5 行：缺少名称。",
        "  第 6 行：代码“００１”与第 3 行重复。",
        "  第 7 行：名称“甲 局”与第 3 行重复。",
        "  第 8 行：没有“科级”这个级别。可以填：" + LEVELS + "；不清楚的可以空着。",
        "  第 9 行：名称里有换行等看不见的字符，请重新输入。",
        "  第 10 行：名称太长，最多 100 个字。",
        "  第 11 行：代码是公式。请复制，再选择性粘贴为“数值”。",
        "  第 12 行：电话是公式。请复制，再选择性粘贴为“数值”。",
        "  第 13 行：代码的位数太多，已经不准了。请把这一列设为“文本”格式，再重新输入。",
        "  第 14 行：代码变成了日期。请把这一列设为“文本”格式，再重新输入。",
        "  第 15 行：代码是错误值，请重新输入。",
    ]


@pytest.mark.parametrize(
    ("rows", "missing"),
    [([("编号", "名称")], "代码"), ([("代码", "地址")], "名称"), ([("a", "b")], "代码、名称"), ([], "代码、名称")],
)
def test_a_missing_column_is_named(rows: list[tuple[str, str]], missing: str) -> None:
    assert problems(workbook(*rows)) == say("roster.no_header", name="名录.xlsx", missing=missing)


def test_a_header_far_down_is_none() -> None:
    assert "找不到表头" in problems(workbook(*[("x",)] * 20, HEADER, BUREAU))


def test_a_roster_without_units_is_said_so() -> None:
    expected = "单位名录“a.csv”里还没有单位。请在第 1 行表头下面，一行填一个单位。"
    assert problems(text(HEADER).encode(), "a.csv") == expected


def test_a_code_that_excel_shortened_in_a_csv_is_noticed() -> None:
    assert "第 2 行：代码的位数太多" in problems(text(HEADER, ("1.23E+17", "甲局")).encode(), "a.csv")


def test_a_quote_that_is_never_closed_is_told_with_the_row_it_begins_in() -> None:
    said = problems(text(HEADER, BUREAU, ("002", '"乙局'), ("003", "丙局")).encode(), "a.csv").splitlines()
    assert said[1:] == ["  第 3 行：引号不成对，从这一行起读不下去。请改好，或者另存为 .xlsx 再来。"]


def test_of_very_many_problems_the_first_hundred_are_told() -> None:
    said = problems(workbook(HEADER, *[(None, f"第{number}局") for number in range(150)])).splitlines()
    assert (len(said), said[0], said[-1]) == (102, "单位名录“名录.xlsx”有 150 处问题，改好再来：", "  ……另有 50 处。")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "0 字节"),
        (b"PK\x03\x04 half", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le"), "旧版 .xls"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x80\x81\xff", "既不是 .xlsx 工作簿，也不是 CSV 文本"),
        (b"x" * 20_000_001, "太大"),
    ],
    ids=["empty", "half", "xls", "picture", "large"],
)
def test_what_is_no_roster_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in problems(data)


def edited(data: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with some XML of one part replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            made.writestr(info.filename, content)
    return target.getvalue()


def test_a_bomb_is_refused_before_anything_is_inflated() -> None:
    data = edited(workbook(HEADER, BUREAU), "<sheetData>", "<sheetData>" + " " * 70_000_000)
    assert len(data) < 200_000
    assert "太大" in problems(data)


def test_a_document_type_declaration_is_refused() -> None:
    data = edited(workbook(HEADER, BUREAU), "<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')
    assert "DOCTYPE" in problems(data)


def test_a_sheet_that_is_no_sheet_is_a_damaged_file() -> None:
    assert "已损坏" in problems(edited(workbook(HEADER, BUREAU), ' r="A2"', ' r="!"'))


def test_too_many_rows_are_refused() -> None:
    rows = "代码,名称\n" + "".join(f"{number},第{number}局\n" for number in range(20_001))
    assert "太大" in problems(rows.encode(), "a.csv")


def test_a_cell_at_the_far_end_of_the_sheet_costs_no_memory() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(HEADER, BUREAU)))
    book.active["XFD1048576"] = "x"
    book.active["A1048576"] = "999"
    file = io.BytesIO()
    book.save(file)
    assert "第 1048576 行：缺少名称" in problems(file.getvalue())


# ── the empty roster ──


def typed(*rows: Sequence[object]) -> bytes:
    """The empty roster with rows typed below its header."""
    book = openpyxl.load_workbook(io.BytesIO(write_roster()))
    for at, row in enumerate(rows, start=HEADER_ROW + 1):
        for column, value in enumerate(row, start=1):
            book.active.cell(at, column).value = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_an_empty_roster_read_back_says_where_to_fill_it_in() -> None:
    expected = "单位名录“a.xlsx”里还没有单位。请在第 3 行表头下面，一行填一个单位。"
    assert problems(write_roster(), "a.xlsx") == problems(typed(), "a.xlsx") == expected


def test_what_is_typed_into_the_empty_roster_is_read() -> None:
    found = read_roster(typed(BUREAU, ("002", "乙镇", "乡镇（街道）")), "a.xlsx")
    assert [replace(one, row=0) for one in found.units[:1]] == [replace(roster(HEADER, BUREAU).units[0], row=0)]
    assert units(found)[1] == ("002", "乙镇", "township")


def test_a_roster_written_with_units_is_read_back_as_it_was() -> None:
    known = roster(HEADER, BUREAU, ("0012", "乙镇", "乡镇（街道）"), ("003", "丙局", ""))
    found = read_roster(write_roster(known.units), "a.xlsx")
    assert [replace(one, row=0) for one in found.units] == [replace(one, row=0) for one in known.units]


def test_the_empty_roster_offers_the_levels_and_keeps_codes_as_texts_to_the_end() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write_roster())).active
    [levels] = sheet.data_validations.dataValidation
    offered = ",".join(words[0] for words in LEVEL_WORDS.values())
    assert (str(levels.sqref), levels.formula1) == ("C4:C2000", f'"{offered}"')
    assert (sheet.freeze_panes, sheet["A4"].number_format, sheet["A123"].number_format) == ("A4", "@", "@")
    assert sheet.column_dimensions["A"].number_format == "@"
    assert not sheet.protection.sheet


def test_roster_new_writes_it_and_replaces_nothing_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = "空的单位名录已写好：a.xlsx\n下一步：填好以后，用 xlreport issue 给每个单位发模板。\n"
    assert documents.run("xlreport roster new -o a.xlsx", monkeypatch) == (0, done)
    assert (tmp_path / "a.xlsx").read_bytes() == write_roster()
    assert documents.run("xlreport roster new -o a.xlsx", monkeypatch)[0] == 2
    assert documents.run("xlreport roster new -o a.xlsx --force", monkeypatch)[0] == 0
    assert documents.run("xlreport roster new -o a.csv", monkeypatch)[0] == 2
