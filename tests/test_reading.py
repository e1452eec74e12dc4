"""Reading back: structure before content, values as people type them, totals never trusted."""

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache

import damage
import damage_kinds
import editing
import line
import openpyxl
import pytest

from xlreport.cells import BLANK, Number, Text
from xlreport.errors import WorkbookError
from xlreport.fields import FieldRef
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.reading.package import Package, PartReader
from xlreport.rules.formula import spell
from xlreport.submission import Explanation
from xlreport.writing.template import write_template

LAYOUT = plan_layout(line.form())
REQUESTS = "三 依申请公开"


@cache
def filled() -> bytes:
    made = line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")
    return write_template(line.form(), made)


def findings(data: bytes) -> list[tuple[str, str, str]]:
    """Code, severity and first cell of every finding."""
    result = line.verdict(line.read_back(data))
    return [(one.code, one.severity.value, str(one.cells[0]) if one.cells else "") for one in result.findings]


def accepted(data: bytes) -> bool:
    return line.verdict(line.read_back(data)).accepted


def message(data: bytes, code: str) -> str:
    return next(one.message for one in line.verdict(line.read_back(data)).findings if one.code == code)


def field(name: str) -> FieldRef:
    ref = FieldRef.parse(name)
    assert ref is not None
    return ref


# ── not ours, or another one ──


def refusal(data: bytes) -> str:
    with pytest.raises(WorkbookError) as caught:
        line.read_back(data)
    return caught.value.code


def plain_workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_of_another_making_is_refused() -> None:
    assert refusal(plain_workbook()) == "NOT-A-TEMPLATE"


def meta(name: str) -> str:
    return LAYOUT.meta[name].address


@pytest.mark.parametrize(
    ("cell", "text", "code"),
    [
        ("form", "another-form", "OTHER-FORM"),
        ("version", "99.0", "UNKNOWN-VERSION"),
        ("digest", "0000", "UNKNOWN-VERSION"),
        ("year", "二〇二四", "DAMAGED-TEMPLATE"),
        ("level", "galaxy", "DAMAGED-TEMPLATE"),
    ],
)
def test_another_form_an_unknown_version_or_a_broken_hidden_sheet_is_refused(cell: str, text: str, code: str) -> None:
    assert refusal(editing.with_text(filled(), HIDDEN_SHEET, meta(cell), text)) == code


def test_a_layout_of_another_release_is_refused() -> None:
    assert refusal(editing.with_number(filled(), HIDDEN_SHEET, "B1", "99")) == "UNKNOWN-VERSION"


# ── structure ──


def test_a_changed_label_is_an_error_at_its_cell() -> None:
    data = editing.with_text(filled(), REQUESTS, "A5", "一、本年收到")
    assert findings(data) == [("LABEL-CHANGED", "error", f"{REQUESTS}!A5")]
    assert message(data, "LABEL-CHANGED") == (
        "【三 依申请公开】表式的标签不能改，请改回：A5 应为“一、本年新收政府信息公开申请数量”，现为“一、本年收到”。"
        "如果移动过行列，请用原模板重填。"
    )


def test_a_label_with_other_white_space_is_no_finding() -> None:
    assert findings(editing.with_text(filled(), REQUESTS, "A5", "一、本年新收 政府信息公开\n申请数量")) == []


def insert_row(book: openpyxl.Workbook) -> None:
    sheet = book[REQUESTS]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_rows(4)


def test_an_inserted_row_is_one_clear_finding_and_not_a_hundred() -> None:
    data = editing.by_openpyxl(filled(), insert_row)
    assert [one for one in findings(data) if one[1] == "error"] == [("ROWS-MOVED", "error", f"{REQUESTS}!E4")]


def rebuild(book: openpyxl.Workbook) -> None:
    for row in range(5, 30):
        for column in (1, 2, 3):
            book[REQUESTS].cell(row, column).value = f"第 {row} 行"


def test_a_rebuilt_sheet_is_one_clear_finding_and_not_a_hundred() -> None:
    def change(book: openpyxl.Workbook) -> None:
        for merged in list(book[REQUESTS].merged_cells.ranges):
            book[REQUESTS].unmerge_cells(str(merged))
        rebuild(book)

    found = findings(editing.by_openpyxl(filled(), change))
    assert [one[:2] for one in found if one[1] == "error"] == [("SHEET-REBUILT", "error")]


def doubled(data: bytes) -> bytes:
    part = editing.sheet_part(data, REQUESTS)

    def change(name: str, content: bytes) -> bytes:
        twice = content.replace(b'<c r="E5"', b'<c r="D5"><v>1</v></c><c r="E5"', 1)
        return twice if name == part else content

    return editing.with_parts(data, change)


def test_a_cell_that_stands_twice_in_the_file_is_an_error() -> None:
    assert ("DUPLICATE-CELL", "error", f"{REQUESTS}!D5") in findings(doubled(filled()))


def merge_texts(book: openpyxl.Workbook) -> None:
    book["五 问题与改进"].merge_cells(f"{problems_cell(0)}:{problems_cell(1)}")


def test_merged_text_cells_are_a_finding_too() -> None:
    data = editing.by_openpyxl(filled(), merge_texts)
    assert ("INPUTS-MERGED", "error", f"五 问题与改进!{problems_cell()}") in findings(data)


def test_a_file_whose_formulas_were_not_recalculated_after_an_edit_gets_a_notice() -> None:
    data = editing.with_number(filled(), REQUESTS, "D5", "3441")
    assert ("NOT-RECALCULATED", "notice", f"{REQUESTS}!J5") in findings(data)


def rename(book: openpyxl.Workbook) -> None:
    book["二 主动公开"].title = "表二"


def test_a_renamed_sheet_is_read_all_the_same() -> None:
    data = editing.by_openpyxl(filled(), rename)
    assert [one[:2] for one in findings(data)] == [("SHEET-RENAMED", "notice"), ("NOT-RECALCULATED", "notice")]
    assert line.read_back(data).values == line.read_back(filled()).values


def test_a_deleted_sheet_is_one_finding_and_nothing_in_it_is_asked_for() -> None:
    found = findings(editing.by_openpyxl(filled(), lambda book: book.remove(book["二 主动公开"])))
    assert [one[:2] for one in found if one[1] == "error"] == [("SHEET-MISSING", "error")]


def merge_inputs(book: openpyxl.Workbook) -> None:
    book[REQUESTS].merge_cells("D5:E5")


def test_merged_inputs_are_a_finding_on_those_cells() -> None:
    data = editing.by_openpyxl(filled(), merge_inputs)
    assert ("INPUTS-MERGED", "error", f"{REQUESTS}!D5") in findings(data)


def unprotect(book: openpyxl.Workbook) -> None:
    book[REQUESTS].protection.disable()
    book.create_sheet("草稿")


def test_removed_protection_and_extra_sheets_are_only_notices() -> None:
    data = editing.by_openpyxl(filled(), unprotect)
    assert (findings(data), accepted(data)) == (
        [
            ("EXTRA-SHEET", "notice", ""),
            ("PROTECTION-REMOVED", "notice", ""),
            ("NOT-RECALCULATED", "notice", f"{REQUESTS}!J5"),
        ],
        True,
    )


# ── totals ──


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: editing.with_number(data, REQUESTS, "J5", "3525"), [("TOTAL-OVERWRITTEN", "notice")]),
        (
            lambda data: editing.with_number(data, REQUESTS, "J5", "9"),
            [("T3-ROW", "error"), ("TOTAL-OVERWRITTEN", "notice"), ("NOT-RECALCULATED", "notice")],
        ),
        (
            lambda data: editing.with_cell_xml(data, REQUESTS, "J5", "<f>1+8</f><v>9</v>"),
            [("T3-ROW", "error"), ("TOTAL-FORMULA-CHANGED", "notice"), ("NOT-RECALCULATED", "notice")],
        ),
        (
            lambda data: editing.with_text(data, REQUESTS, "J5", "见附表"),
            [("TOTAL-NOT-A-NUMBER", "error"), ("NOT-RECALCULATED", "notice")],
        ),
    ],
    ids=["right number", "wrong number", "another formula", "words"],
)
def test_an_overwritten_total_is_found(change: Callable[[bytes], bytes], expected: list[tuple[str, str]]) -> None:
    assert [one[:2] for one in findings(change(filled()))] == expected


def test_a_stored_total_that_was_never_recalculated_is_only_a_notice() -> None:
    place = plan_layout(line.form()).fields[FieldRef(("requests", "received", "total"))]
    formula = spell(place.shown_total, REQUESTS)
    data = editing.with_cell_xml(filled(), REQUESTS, "J5", f"<f>{formula}</f><v>1</v>")
    assert (findings(data), accepted(data)) == ([("NOT-RECALCULATED", "notice", f"{REQUESTS}!J5")], True)


# ── values as typed ──


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("3440", "3440"),
        ("３４４０", "3440"),
        (" 3440 ", "3440"),
        ("3,440", "3440"),
        ("3，440", "3440"),
        ("3 440", "3440"),
    ],
)
def test_a_figure_that_is_plain_to_read_is_taken_with_a_notice(typed: str, understood: str) -> None:
    data = editing.with_text(filled(), REQUESTS, "D5", typed)
    read = line.read_back(data)
    assert read.value(field("requests.received.individual")) == Number(Decimal(understood))
    assert ("NORMALISED", "notice", f"{REQUESTS}!D5") in findings(data)
    assert accepted(data)


@pytest.mark.parametrize(
    "typed", ["/", "-", "—", "无", "12件", "22（其中修订16件）", "-5", "1.5", "3,44", "1e3", "12%"]
)
def test_a_figure_that_is_not_plain_is_refused_and_said(typed: str) -> None:
    data = editing.with_text(filled(), REQUESTS, "D5", typed)
    assert ("NUM", "error", f"{REQUESTS}!D5") in findings(data)
    assert f"D5 现为“{typed}”" in message(data, "NUM")


def test_only_spaces_are_a_blank_with_a_notice() -> None:
    data = editing.with_text(filled(), REQUESTS, "D5", "　")
    assert line.read_back(data).value(field("requests.received.individual")) == BLANK
    assert ("NORMALISED", "notice", f"{REQUESTS}!D5") in findings(data)


def test_digits_beyond_fifteen_are_dust_no_program_shows() -> None:
    data = editing.with_number(filled(), "二 主动公开", "B15", "72701.257800000006")
    assert (findings(data), accepted(data)) == ([], True)


def test_dust_within_fifteen_digits_is_dropped_with_a_notice() -> None:
    data = editing.with_number(filled(), "二 主动公开", "B15", "72701.257800001")
    assert line.read_back(data).value(field("proactive.fees.amount")) == Number(Decimal("72701.2578"))
    assert (findings(data), accepted(data)) == ([("NORMALISED", "notice", "二 主动公开!B15")], True)


def test_dust_above_a_million_is_dropped_with_a_notice_too() -> None:
    data = editing.with_number(filled(), "二 主动公开", "B11", "2676474.0001")
    assert ("NORMALISED", "notice", "二 主动公开!B11") in findings(data)


@pytest.mark.parametrize(
    ("inside", "kind", "code"),
    [("<v>#N/A</v>", "e", "NUM"), ("<v>1</v>", "b", "NUM"), ("<f>1+1</f><v>2</v>", "", "FORMULA-IN-INPUT")],
)
def test_errors_truth_values_and_formulas_are_no_figures(inside: str, kind: str, code: str) -> None:
    data = editing.with_cell_xml(filled(), REQUESTS, "D5", inside, kind)
    assert (code, "error", f"{REQUESTS}!D5") in findings(data)


def test_a_switch_with_spaces_is_unclear_to_the_sheet_and_to_us_alike() -> None:
    where = LAYOUT.tables["requests"].switch
    data = editing.with_text(filled(), REQUESTS, where.address, " 是 ")
    assert (line.read_back(data).zero_blanks, ("SWITCH-UNCLEAR", "notice", str(where)) in findings(data)) == (
        frozenset(),
        True,
    )


def test_an_unclear_switch_counts_as_no_and_is_said() -> None:
    data = editing.with_text(filled(), REQUESTS, LAYOUT.tables["requests"].switch.address, "也许")
    assert findings(data) == [("SWITCH-UNCLEAR", "notice", f"{REQUESTS}!{LAYOUT.tables['requests'].switch.address}")]


# ── texts ──


def problems_cell(number: int = 0) -> str:
    return LAYOUT.texts[field("problems")].cells[number].address


def test_line_breaks_part_paragraphs_indents_go_and_empty_lines_are_dropped() -> None:
    data = editing.with_text(filled(), "五 问题与改进", problems_cell(), "　　第一段\n\n  第二段　")
    assert line.read_back(data).texts[field("problems")] == ("第一段", "第二段")


def test_a_number_in_a_text_is_its_digits() -> None:
    data = editing.with_number(filled(), "五 问题与改进", problems_cell(), "2024")
    assert line.read_back(data).texts[field("problems")] == ("2024",)


def test_an_error_value_in_a_text_is_an_error() -> None:
    data = editing.with_cell_xml(filled(), "五 问题与改进", problems_cell(), "<v>#REF!</v>", "e")
    assert ("ERROR-IN-TEXT", "error", f"五 问题与改进!{problems_cell()}") in findings(data)


@pytest.mark.parametrize("typed", ["2025-01-12", "2025/1/12", "2025年1月12日", "２０２５．１．１２"])
def test_a_date_is_taken_as_people_write_it(typed: str) -> None:
    where = LAYOUT.texts[field("basic.filled_on")].cells[0]
    data = editing.with_text(filled(), where.sheet, where.address, typed)
    assert line.read_back(data).value(field("basic.filled_on")) == Text("2025-01-12")


def test_a_serial_is_taken_as_a_date_with_a_notice() -> None:
    where = LAYOUT.texts[field("basic.filled_on")].cells[0]
    data = editing.with_number(filled(), where.sheet, where.address, "45669")
    assert line.read_back(data).value(field("basic.filled_on")) == Text("2025-01-12")
    assert findings(data) == [("NORMALISED", "notice", str(where))]


def test_a_serial_of_a_workbook_that_counts_from_1904_is_the_same_day() -> None:
    where = LAYOUT.texts[field("basic.filled_on")].cells[0]
    data = editing.with_number(filled(), where.sheet, where.address, str(45669 - 1462))

    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"<workbookPr ", b'<workbookPr date1904="1" ') if name == "xl/workbook.xml" else content

    assert line.read_back(editing.with_parts(data, change)).value(field("basic.filled_on")) == Text("2025-01-12")


def test_what_is_no_date_is_only_a_notice() -> None:
    where = LAYOUT.texts[field("basic.filled_on")].cells[0]
    data = editing.with_text(filled(), where.sheet, where.address, "年底")
    assert findings(data) == [("NOT-A-DATE", "notice", str(where))]


# ── explanations ──


def test_explanations_are_read_with_the_numbers_they_were_written_for() -> None:
    key = "YOY[requests.received.total]"
    given = {key: Explanation(text="征收项目集中，申请增多", left=Decimal(95), right=Decimal(21))}
    made = replace(line.submission(line.values_json("hongze_2024"), last="hongze_2023"), explanations=given)
    assert line.through_workbook(made).explanations == given


# ── one pass ──


def test_each_part_of_the_workbook_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = Package.parse

    def counting(package: Package, part: str, reader: PartReader, *limit: int) -> None:
        parsed.append(part)
        parse(package, part, reader, *limit)

    monkeypatch.setattr(Package, "parse", counting)
    line.read_back(filled())
    sheets = [part for part in parsed if "worksheets/sheet" in part]
    assert (len(sheets), sorted(parsed)) == (len(LAYOUT.section_sheets) + 3, sorted(set(parsed)))


def test_an_explanation_beside_another_judgement_is_not_taken_for_its_own() -> None:
    """A row inserted into 校验 moves every sentence below it one judgement down."""
    book = damage.row_inserted(damage_kinds.base(), damage_kinds.CHECKS, 10)
    assert damage_kinds.filled().explanations
    read = line.read_back(book.data())
    assert read.explanations == {}
    assert {one.code for one in read.findings} >= {"EXPLANATIONS-ASTRAY", "FORMULA-CHANGED"}


def test_an_outcome_planted_in_the_file_is_only_a_notice_and_changes_nothing() -> None:
    place = plan_layout(line.form()).judgements["YOY[proactive.licensing.decisions]"]
    inside = damage.cell_xml(damage_kinds.base(), place.outcome)[3]
    planted = damage.with_cell(damage_kinds.base(), place.outcome, inside.replace("<v>1</v>", "<v>0</v>")).data()
    assert ("NOT-RECALCULATED", "notice", f"校验!F{place.checks_row}") in findings(planted)
    assert [one for one in findings(planted) if one[0] == "YOY"] == [
        one for one in findings(damage_kinds.base().data()) if one[0] == "YOY"
    ]
