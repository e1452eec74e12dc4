"""The return copy: whole again, nothing typed lost, every finding marked and listed, and the way to acceptance."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import damage_kinds
import editing
import hands
import line
import office
import openpyxl
import pytest
import resaving
from damage import text as with_words
from openpyxl.comments import Comment
from openpyxl.styles import Protection as OpenpyxlProtection
from strategies import draw_base, draw_entries
from test_command_line import run, said
from test_template_prints import SMALLEST_LETTER, scale_of
from typing_in import Typed, seen, typed_into

from xlreport.cells import BLANK, Blank, CellRef, Number, Text, Value, shown
from xlreport.checks.check import with_bound_explanations
from xlreport.checks.result import CheckResult
from xlreport.cli.returning import file_stem
from xlreport.errors import WorkbookError
from xlreport.fields import FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import JudgementKind
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.office.results import returning
from xlreport.reading.normalising import paragraphs_of
from xlreport.reading.values import parse_values
from xlreport.reading.workbook import ReadSheet, read_workbook
from xlreport.submission import Explanation, Submission, Unit
from xlreport.verifying.marks import beside_marks
from xlreport.writing import look
from xlreport.writing.plan import Link
from xlreport.writing.return_copy import needs_return, plan_return_copy, returned_submission, write_return_copy
from xlreport.writing.return_sheet import MOST_LINES, WIDTHS, pieces
from xlreport.writing.template import plan_template, write_template
from xlreport.writing.text_sheet import MOST_TEXT, spread

LAYOUT = plan_layout(line.form())
PROACTIVE, REQUESTS, CHECKS = "二 主动公开", "三 依申请公开", "校验"
RETURN = "退回说明"
REASON = "上年受理量小，今年集中申请较多。"
KINDS = {one.key: one.kind for one in line.form().judgements}


def field(name: str) -> FieldRef:
    ref = FieldRef.parse(name)
    assert ref is not None
    return ref


@cache
def hongze() -> Submission:
    """The honest figures of 2024: two queries to explain, nothing else."""
    made = line.submission(line.values_json("hongze_2024", level="county"), last="hongze_2023")
    return replace(made, deadline="2025年1月20日", return_to="区政府办公室")


def damage(book: openpyxl.Workbook) -> None:
    """What a clerk in a hurry does to a workbook."""
    sheet = book[REQUESTS]
    sheet["C12"] = "第三方"
    sheet["J28"] = 5
    sheet["D6"] = "=1+2"
    sheet["E8"] = "12件"
    sheet["G10"] = None
    sheet["G11"] = None
    sheet["K9"] = "这一行看过了"
    sheet["H8"].protection = OpenpyxlProtection(locked=True)
    sheet.merge_cells("E14:F14")
    book[PROACTIVE].protection.sheet = False
    book[CHECKS]["G9"] = "说明写错了行"
    book.create_sheet("草稿")["B2"] = "随手记"


@cache
def damaged() -> bytes:
    return editing.by_openpyxl(write_template(line.form(), hongze()), damage)


def result_of(data: bytes) -> CheckResult:
    return line.verdict(line.read_back(data))


def returned(data: bytes) -> bytes:
    """The return copy of a workbook."""
    return write_return_copy(line.form(), result_of(data))


@cache
def return_copy() -> bytes:
    return returned(damaged())


def sheet_of(data: bytes, name: str) -> ReadSheet:
    sheet = read_workbook(data, "return.xlsx").sheet(name)
    assert sheet is not None
    return sheet


def listed(data: bytes) -> list[tuple[str, ...]]:
    """The lines of the first sheet below its heads: headings alone, else sheet, cell, words and state."""
    sheet = sheet_of(data, RETURN)
    rows = [[shown(sheet.value(row, column)) for column in range(1, 6)] for row in range(9, 400)]
    return [(row[0],) if not row[0].isdigit() else tuple(row[1:]) for row in rows if row[0]]


# ── what the clerk sees ──

EXPLAIN = "填错的请改正；情况属实的，请到“校验”表写明原因（不少于 6 个字）。"


def test_the_first_sheet_lists_what_to_do_what_is_mended_and_what_was_left_behind() -> None:
    assert listed(return_copy()) == [
        ("要改正的（1 条）",),
        (
            REQUESTS,
            "E8",
            (
                "（二）部分公开（区分处理的，只计这一情形，不计其他情形）：有 1 格不是件数（应填 0 或正整数）："
                "E8 现为“12件”，只填数字 12。"
            ),
            "✗ 错误",
        ),
        ("要说明的（2 条）",),
        (
            PROACTIVE,
            "B8",
            f"行政许可：与上年相比变动不超过 4 倍。本年 9487，上年 550，差额 8937（B8）。{EXPLAIN}",
            "待说明",
        ),
        (
            REQUESTS,
            "J5",
            (
                "一、本年新收政府信息公开申请数量·总计：与上年相比变动不超过 4 倍。本年 95，上年 21，差额 74（J5）。"
                f"{EXPLAIN}"
            ),
            "待说明",
        ),
        ("要补填的（4 条）",),
        *[
            (REQUESTS, cell, f"{label}：还有 1 格未填：{cell}。{say('finding.todo.blank')}", "待填")
            for cell, label in BLANKS
        ],
        ("已经修好的（8 条）",),
        ("", "", "工作表的保护已恢复，要填的格子照样能填。", "✓ 已修好"),
        (REQUESTS, "", "公式已全部重新计算。", "✓ 已修好"),
        (REQUESTS, "D6", "D6 里原是算式，没有算出的结果，已清空，请补填。", "请核对"),
        (REQUESTS, "H8", "H8 被锁定过，已重新打开，可以填写。", "✓ 已修好"),
        (REQUESTS, "K9", "K9 的公式被改动过，已恢复。", "✓ 已修好"),
        (REQUESTS, "C12", "C12 的标签被改动过，已改回表式规定的文字。移动过行列的，请核对旁边的数。", "请核对"),
        (REQUESTS, "E14 等 2 格", "E14、F14 被合并过，已拆开。合并后只有左上角一格有数，请核对每一格。", "请核对"),
        (REQUESTS, "J28", "J28 的总计被填成了“5”，已恢复自动计算，请核对各项。", "请核对"),
        ("没有带过来的（5 条；这些内容不在填报的格子里）",),
        (REQUESTS, "D6", "D6：=1+2（结果 空白）", ""),
        (REQUESTS, "K9", "K9：这一行看过了", ""),
        (REQUESTS, "C12", "C12：第三方", ""),
        (CHECKS, "G9", "G9：说明写错了行", ""),
        ("草稿", "", "多出的工作表，1 格有内容，不在填报范围内；要用的请到原来的文件里找。", ""),
    ]


BLANKS = (
    ("D6", "二、上年结转政府信息公开申请数量"),
    ("G10", "（三）不予公开·2.其他法律行政法规禁止公开"),
    ("G11", "（三）不予公开·3.危及“三安全一稳定”"),
    ("F14", "（三）不予公开·6.属于四类过程性信息"),
)


def test_the_first_sheet_says_how_it_stands_and_when_and_where_to_send_it() -> None:
    sheet = sheet_of(return_copy(), RETURN)
    assert [shown(sheet.value(row, 1)) for row in (1, 2, 3, 5)] == [
        "退回说明（第 1 次退回）",
        "淮安市洪泽区　2024年政府信息公开工作年度报告 · 填报表",
        "报送截止：2025年1月20日　报送至：区政府办公室",
        "还有 1 处错误、2 处待说明、4 格未填，改完、填完才能上报",
    ]


def notes(data: bytes, sheet: str) -> dict[str, str]:
    cells = (cell for row in openpyxl.load_workbook(BytesIO(data))[sheet].iter_rows() for cell in row)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment is not None}


def test_a_minus_stays_on_the_line_of_its_number() -> None:
    copy = write_return_copy(line.form(), line.verdict(line.plus_one(hongze(), field("requests.granted.business"))))
    assert "差额 \N{MINUS SIGN}1（E5、E6、E28、E29）" in listed(copy)[1][2]


def test_every_finding_is_noted_at_its_cells() -> None:
    assert {cell: text[:10] for cell, text in notes(return_copy(), REQUESTS).items()} == {
        "J5": "第 3 条　要说明：",
        "D6": "第 4 条　要补填：",
        "E8": "第 1 条　要改正：",
        "G10": "第 5 条　要补填：",
        "G11": "第 6 条　要补填：",
        "C12": "第 13 条　已修好",
        "E14": "第 14 条　已修好",
        "F14": "第 7 条　要补填：",
    }


def test_a_cell_of_two_findings_bears_both_in_one_note() -> None:
    words = notes(return_copy(), REQUESTS)
    assert [one[:10] for one in words["F14"].split("\n")] == ["第 7 条　要补填：", "第 14 条　已修好"]


def test_a_query_is_noted_where_its_explanation_is_written() -> None:
    explanation = LAYOUT.judgements["YOY[requests.received.total]"].explanation
    assert explanation is not None
    assert notes(return_copy(), CHECKS)[explanation.address].startswith("第 3 条　要说明：一、本年新收")


def test_a_notice_is_noted_at_its_cell_in_a_quiet_frame() -> None:
    def full_width(book: openpyxl.Workbook) -> None:
        book[REQUESTS]["E8"] = "１２"

    result = result_of(editing.by_openpyxl(write_template(line.form(), hongze()), full_width))
    cell = next(one for one in plan_return_copy(line.form(), result).sheets if one.name == REQUESTS).cells[8, 5]
    assert cell.style.border == look.FAINT
    assert notes(write_return_copy(line.form(), result), REQUESTS)["E8"].startswith("第 5 条　请留意：文字形式的数字")


def test_notes_name_no_author() -> None:
    with ZipFile(BytesIO(return_copy())) as package:
        parts = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/comments")]
    assert [re.findall("<author>.*?</author>", part) for part in parts] == [["<author></author>"]] * 3


def frames(sheet: str) -> dict[str, str | None]:
    """The heavy frames of a sheet: cell → colour."""
    plan = next(one for one in plan_return_copy(line.form(), result_of(damaged())).sheets if one.name == sheet)
    return {CellRef(sheet, *place).address: cell.style.border for place, cell in plan.cells.items() if cell.style.heavy}


def test_marks_are_frames_and_leave_the_fill_to_the_live_colours() -> None:
    assert frames(REQUESTS) == {
        "J5": look.QUERY_INK,
        **dict.fromkeys(("D6", "G10", "G11", "F14"), look.QUERY_INK),
        "E8": look.WRONG_INK,
        "C12": look.TITLE_INK,
        "E14": look.TITLE_INK,
    }


def test_a_marked_cell_is_but_for_its_frame_and_note_the_template_s() -> None:
    result = result_of(damaged())
    fresh = plan_template(line.form(), line.read_back(return_copy()))
    for plain, marked in zip(fresh.sheets, plan_return_copy(line.form(), result).sheets[1:], strict=True):
        for place, cell in marked.cells.items():
            ours = plain.cells[place]
            style = replace(cell.style, border=ours.style.border, border_sides=ours.style.border_sides, heavy=False)
            assert (place, cell.content, style) == (place, ours.content, ours.style)


def test_a_finding_of_many_words_is_cut_in_the_note_and_whole_in_the_list() -> None:
    columns = ("individual", "business", "research", "public_interest", "legal_service", "other_org")
    refused = {field(f"requests.received.{column}"): Text("很" * 18) for column in columns}
    copy = write_return_copy(line.form(), line.verdict(replace(hongze(), values={**hongze().values, **refused})))
    assert notes(copy, REQUESTS)["D5"].endswith("……（全文见“退回说明”）")
    assert any(f"I5 现为“{'很' * 18}”" in words for line_ in listed(copy) for words in line_)


def test_a_cell_of_many_findings_names_the_first_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlreport.writing.return_copy.MOST_REMARKS", 1)
    words = notes(returned(damaged()), REQUESTS)["F14"].split("\n")
    assert (words[0][:10], words[1:]) == ("第 7 条　要补填：", ["另有 1 条，见“退回说明”。"])


def test_links_lead_to_the_cells_and_to_where_explanations_are_written() -> None:
    sheet = plan_return_copy(line.form(), result_of(damaged())).sheets[0]
    links = (cell.link for cell in sheet.cells.values())
    targets = {f"{one.target.sheet}!{one.target.address}" for one in links if isinstance(one, Link)}
    explanations = {str(LAYOUT.judgements[f"YOY[{name}]"].explanation) for name in QUERIES}
    assert targets >= {f"{REQUESTS}!E8", f"{PROACTIVE}!B8", f"{REQUESTS}!J28", f"{CHECKS}!G9", *explanations}


QUERIES = ("proactive.licensing.decisions", "requests.received.total")


# ── on paper ──


def returned_sheet(made: CheckResult) -> Any:
    return plan_return_copy(line.form(), made).sheets[0]


def test_the_first_sheet_has_no_letter_under_seven_and_a_half_points_on_a4() -> None:
    sheet = returned_sheet(result_of(damaged()))
    sizes = [cell.style.size for (_, column), cell in sheet.cells.items() if cell.content is not None and column < 6]
    assert min(sizes) * scale_of(sheet) >= SMALLEST_LETTER


def test_every_row_of_the_first_sheet_has_a_planned_height() -> None:
    sheet = returned_sheet(result_of(damaged()))
    assert {row for row, _ in sheet.cells} <= sheet.rows.keys()


@pytest.mark.libreoffice
def test_the_first_sheet_is_one_page_wide() -> None:
    pages = office.pdf_text(office.to_pdf({"r.xlsx": return_copy()})["r.xlsx"])
    first = [page for page in pages if "退回说明" in page and "次退回" in page]
    assert [("要改正的" in page, "现状" in page, "没有带过来的" in page) for page in first] == [(True, True, True)]


def test_only_what_is_done_is_green() -> None:
    sheet = sheet_of(return_copy(), RETURN)
    green = [shown(sheet.value(row, 5)) for row in range(9, 35) if sheet.value(row, 6) in {BLANK, Number(Decimal(0))}]
    assert [words for words in green if words] == ["✓ 已修好"] * 4
    assert len(green) == 4 + [shown(sheet.value(row, 1)) for row in range(9, 35)].count("")


def test_a_long_text_goes_on_in_the_next_rows_and_is_whole() -> None:
    text = "很长的一段话，" * 400 + "\n" + "abc " * 500
    parts = pieces(text, WIDTHS[3], 10)
    assert "".join(parts) == text
    assert max(look.lines_needed(part, WIDTHS[3], 10) for part in parts) <= MOST_LINES


# ── there and back ──


def content(result: CheckResult) -> list[tuple[object, ...]]:
    """The findings of content: those of rules, but for claimed totals, which a return copy computes anew."""
    return [
        (one.rule, one.cells, one.left, one.right, one.explanation, one.explanation_state)
        for one in result.findings
        if one.rule is not None and KINDS[one.rule] is not JudgementKind.TOTAL
    ]


def held(submission: Submission) -> dict[FieldRef, str]:
    """What stands in the cells, as a person sees it; dust too fine for a cell is nothing."""
    cells: dict[FieldRef, Value] = {**submission.values, **submission.typed}
    dust = [ref for ref, value in cells.items() if isinstance(value, Number) and 0 < value.value < Decimal("1e-300")]
    cells |= dict.fromkeys(dust, Number(Decimal(0)))
    return {ref: shown(value) for ref, value in cells.items() if not isinstance(value, Blank)}


def texts(submission: Submission) -> dict[FieldRef, tuple[str, ...]]:
    return {ref: paragraphs for ref, paragraphs in submission.texts.items() if paragraphs}


def assert_same(before: Submission, after: Submission) -> None:
    assert held(after) == held(before)
    assert texts(after) == texts(before)
    assert after.zero_blanks == before.zero_blanks
    assert after.explanations == with_bound_explanations(line.form(), before).explanations
    assert (after.unit, after.year, after.last) == (before.unit, before.year, before.last)
    assert (after.deadline, after.return_to, after.round) == (before.deadline, before.return_to, before.round + 1)
    assert content(line.verdict(after)) == content(line.verdict(before))


def test_the_return_copy_holds_what_was_typed_and_nothing_else_is_found_in_it() -> None:
    before, after = line.read_back(damaged()), line.read_back(return_copy())
    assert_same(before, after)
    assert (after.findings, after.leftovers, after.extra_sheets) == ((), (), ())


FILLINGS = range(24)


@cache
def typed_over(seed: int) -> tuple[bytes, dict[CellRef, Any]]:
    """A workbook somebody typed anything into, inputs and locked cells alike, and what was typed where."""
    random = Random(seed)  # noqa: S311 - tests, not secrets
    base = draw_base(random, line.form())
    entries: dict[CellRef, Any] = dict(draw_entries(random, line.form(), base))
    sheets = plan_template(line.form(), base).sheets
    locked = [
        CellRef(sheet.name, *place)
        for sheet in sheets[:-1]
        for place, cell in sheet.cells.items()
        if cell.style.locked and place not in covered(sheet.merges)
    ]
    for at, ref in enumerate(random.sample(locked, random.choice((0, 3, 40)))):
        entries[ref] = random.choice(
            (Text(f"旁注{at}"), Number(Decimal(880_000 + at)), Typed(f"1+{at}", Text(f"得{at}")))
        )
    names = tuple(sheet.name for sheet in sheets)
    return typed_into(write_template(line.form(), base), entries, names), entries


def covered(merges: Any) -> set[tuple[int, int]]:
    return {(cell.row, cell.column) for area in merges for cell in area.cells()[1:]}


def places(submission: Submission) -> Iterator[tuple[CellRef, str]]:
    """Everything the submission and its findings hold, by cell."""
    for ref, place in LAYOUT.fields.items():
        yield place.shown, shown(submission.totals.get(ref, submission.typed.get(ref, submission.value(ref))))
    for ref, text in LAYOUT.texts.items():
        words = "\n".join([*submission.texts.get(ref, ()), shown(submission.value(ref))])
        yield from ((cell, words) for cell in text.cells)
    for key, one in LAYOUT.judgements.items():
        if one.explanation is not None and key in submission.explanations:
            yield one.explanation, submission.explanations[key].text
    for name, table in LAYOUT.tables.items():
        yield table.switch, say("switch.yes" if name in submission.zero_blanks else "switch.no")
    for finding in submission.findings:
        yield from ((cell, finding.message) for cell in finding.cells)
    yield from submission.leftovers


def kept(submission: Submission) -> dict[CellRef, str]:
    found: dict[CellRef, list[str]] = {}
    for cell, words in places(submission):
        found.setdefault(cell, []).append(words)
    return {cell: "\n".join(words) for cell, words in found.items()}


def parts_of(entry: Any) -> list[str]:
    """What must be found again of something typed: each paragraph, and a formula besides its result."""
    formula = [entry.formula] if isinstance(entry, Typed) else []
    return [*formula, *paragraphs_of(shown(seen(entry)))]


@pytest.mark.parametrize("seed", FILLINGS)
def test_nothing_typed_is_lost_in_reading_or_between_the_file_and_its_return_copy(seed: int) -> None:
    data, entries = typed_over(seed)
    read = line.read_back(data)
    found = kept(read)
    lost = {
        str(cell): part
        for cell, entry in entries.items()
        for part in parts_of(entry)
        if part not in found.get(cell, "")
    }
    assert lost == {}
    copy = write_return_copy(line.form(), line.verdict(read))
    if not read.unreadable:
        assert_same(read, line.read_back(copy))
    said_first = "".join("".join(line_) for line_ in listed_whole(copy))
    assert [words for _, words in read.leftovers if "".join(words.split()) not in "".join(said_first.split())] == []


def listed_whole(data: bytes) -> list[list[str]]:
    """Every row of the list, the rows in which a long text goes on too."""
    sheet = sheet_of(data, RETURN)
    last = max(row for row, _ in sheet.cells)
    return [[shown(sheet.value(row, 4))] for row in range(9, last + 1)]


def test_the_fillings_have_leftovers_and_odd_values() -> None:
    read = [line.read_back(typed_over(seed)[0]) for seed in FILLINGS]
    assert sum(bool(one.leftovers) for one in read) > 10
    assert sum(bool(one.typed) for one in read) > 5
    assert sum(bool(one.explanations) for one in read) > 10


def insert_row(book: openpyxl.Workbook) -> None:
    sheet = book[REQUESTS]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_rows(4)


def test_a_rebuilt_sheet_comes_back_empty_with_all_it_held_in_the_list() -> None:
    copy = returned(editing.by_openpyxl(write_template(line.form(), hongze()), insert_row))
    lines = listed(copy)
    assert lines[:2] == [("要改正的（1 条）",), (REQUESTS, "E4", say("return.emptied"), "144 格待填")]
    assert any("B8：（一）予以公开　D8：50　E8：0" in one[2] for one in lines if len(one) == 4)


def rename(book: openpyxl.Workbook) -> None:
    book[PROACTIVE].title = "表二"


def test_a_renamed_sheet_comes_back_with_its_name_and_its_figures() -> None:
    copy = returned(editing.by_openpyxl(write_template(line.form(), hongze()), rename))
    assert sheet_of(copy, PROACTIVE).value(8, 2) == Number(Decimal(9487))


def disguise(book: openpyxl.Workbook) -> None:
    """Renamed, and its words so changed that nobody can know it for sure."""
    rename(book)
    for row in book["表二"].iter_rows(max_col=1):
        for cell in row:
            if type(cell).__name__ != "MergedCell" and cell.value is not None:
                cell.value = f"改过的 {cell.row}"


def test_a_sheet_nobody_knows_again_comes_back_empty_and_its_figures_are_listed() -> None:
    lines = listed(returned(editing.by_openpyxl(write_template(line.form(), hongze()), disguise)))
    assert [one[2] for one in lines if len(one) == 4 and one[0] == PROACTIVE] == [say("return.emptied")]
    assert any(one[0] == "表二" and "B8：9487" in one[2] for one in lines if len(one) == 4)


def test_what_programs_do_by_saving_is_nothing_left_behind() -> None:
    filled = write_template(line.form(), hongze())
    saved = [resaving.by_openpyxl(filled), return_copy(), resaving.by_openpyxl(return_copy())]
    assert [(line.read_back(one).leftovers, line.read_back(one).extra_sheets) for one in saved] == [((), ())] * 3


@pytest.mark.gnumeric
def test_what_gnumeric_does_by_saving_is_nothing_left_behind() -> None:
    read = [line.read_back(resaving.by_gnumeric(one)) for one in (write_template(line.form(), hongze()), return_copy())]
    assert [(one.leftovers, one.extra_sheets) for one in read] == [((), ())] * 2


@pytest.mark.libreoffice
def test_what_libreoffice_does_by_saving_is_nothing_left_behind() -> None:
    saved = office.recalculate({"a": write_template(line.form(), hongze()), "b": return_copy()})
    read = [line.read_back(one) for one in saved.values()]
    assert [(one.leftovers, one.extra_sheets, [f.code for f in one.findings]) for one in read] == [((), (), [])] * 2


# ── what no cell can hold ──


def test_a_number_no_cell_can_hold_stands_as_its_digits() -> None:
    huge = {field("requests.received.individual"): Number(Decimal(12345678901234567890))}
    made = replace(hongze(), values={**hongze().values, **huge})
    after = line.read_back(write_return_copy(line.form(), line.verdict(made)))
    assert after.value(field("requests.received.individual")) == Text("12345678901234567890")


def test_texts_that_filled_their_cells_fit_again() -> None:
    """Twelve cells of many paragraphs each: they do not all go into the last one."""
    paragraphs = ("段" * 99,) * 300 * 12
    cells = spread(paragraphs, 12)
    assert "\n".join(cells).split("\n") == list(paragraphs)
    assert (len(cells), max(map(len, cells)) <= MOST_TEXT) == (12, True)


# ── corrected and sent back ──


def corrections() -> dict[CellRef, Any]:
    """What the list asks for: the honest figure at each cell to correct or to fill, a reason for each query."""
    values: dict[CellRef, Any] = {LAYOUT.cell_of(ref): value for ref, value in hongze().values.items()}
    result = result_of(damaged())
    inputs = {place.shown for place in LAYOUT.fields.values() if place.claim is None}
    wrong = {cell: values[cell] for one in result.findings for cell in one.cells if is_to_do(one) and cell in inputs}
    return wrong | {explanation_of(one): Text(REASON) for one in result.findings if one.is_open_query}


def is_to_do(finding: Finding) -> bool:
    return finding.rule is not None and finding.severity is Severity.ERROR


def explanation_of(finding: Finding) -> CellRef:
    place = LAYOUT.judgements[finding.rule or ""].explanation
    assert place is not None
    return place


def test_the_corrected_return_copy_is_accepted() -> None:
    names = tuple(sheet.name for sheet in plan_return_copy(line.form(), result_of(damaged())).sheets)
    after = line.read_back(typed_into(return_copy(), corrections(), names))
    result = line.verdict(after)
    codes = {one.code for one in result.findings}
    assert (codes, result.accepted, after.round) == ({"YOY", "NOT-RECALCULATED"}, True, 2)
    assert after.values == hongze().values


def test_an_accepted_workbook_needs_no_return() -> None:
    explained = replace(hongze(), explanations={f"YOY[{name}]": Explanation(text=REASON) for name in QUERIES})
    assert [needs_return(line.verdict(one)) for one in (hongze(), explained)] == [True, False]


@cache
def explained_and_wrong() -> bytes:
    """A first return: both queries are explained, and one figure is missing."""
    explanations = {f"YOY[{name}]": Explanation(text=REASON) for name in QUERIES}
    ref = field("requests.received.individual")
    made = replace(
        hongze(), explanations=explanations, values={**hongze().values, field("disputes.review.upheld"): BLANK}
    )
    assert ref in made.values
    return write_return_copy(line.form(), line.verdict(made))


def explanation_cell(name: str) -> CellRef:
    place = LAYOUT.judgements[f"YOY[{name}]"].explanation
    assert place is not None
    return place


def result_cell(name: str) -> str:
    return f"F{LAYOUT.judgements[f'YOY[{name}]'].checks_row}"


LICENSING = CellRef(PROACTIVE, 8, 2)


def typing(entries: Mapping[CellRef, Any]) -> list[hands.Step]:
    sheets: dict[str, dict[str, str]] = {}
    for cell, value in entries.items():
        sheets.setdefault(cell.sheet, {})[cell.address] = shown(value)
    return [{"do": "type", "sheet": sheet, "cells": cells} for sheet, cells in sheets.items()]


@cache
def at_work() -> tuple[list[Any], dict[str, bytes]]:
    """One LibreOffice: a return copy is corrected, and another one's explained figure is changed."""
    query = QUERIES[0]
    blank = LAYOUT.fields[field("disputes.review.upheld")].shown
    look_at = {"do": "read", "sheet": CHECKS, "cells": [result_cell(query)]}
    return hands.session(
        {"returned.xlsx": return_copy(), "explained.xlsx": explained_and_wrong()},
        [
            {"do": "open", "file": "returned.xlsx"},
            *typing(corrections()),
            {"do": "read", "sheet": RETURN, "cells": ["A5", "E10", "E12", "E15"]},
            {"do": "save", "as": "corrected.xlsx"},
            {"do": "open", "file": "explained.xlsx"},
            *typing({blank: Number(Decimal(0))}),
            look_at,
            *typing({LICENSING: Number(Decimal(9000))}),
            look_at,
            {"do": "save", "as": "lapsed.xlsx"},
            *typing({explanation_cell(query): Text("按新口径统计，减少了重复件。")}),
            look_at,
            {"do": "save", "as": "renewed.xlsx"},
        ],
    )


def shown_by_libreoffice() -> list[dict[str, str]]:
    seen_cells = [one for one in at_work()[0] if isinstance(one, dict)]
    return [{cell: one["text"] for cell, one in found.items()} for found in seen_cells]


@pytest.mark.libreoffice
def test_corrected_in_libreoffice_it_is_accepted() -> None:
    after = line.read_back(at_work()[1]["corrected.xlsx"])
    result = line.verdict(after)
    assert ([one.code for one in result.findings], result.accepted, after.round) == (["YOY", "YOY"], True, 2)
    assert (after.values, after.leftovers) == (hongze().values, ())


@pytest.mark.libreoffice
def test_the_states_of_the_list_follow_the_corrections() -> None:
    assert shown_by_libreoffice()[0] == {"A5": say("banner.done"), "E10": "✓", "E12": "已说明", "E15": "✓"}


@pytest.mark.libreoffice
def test_the_sheet_says_that_an_explanation_lapsed_and_takes_a_new_one() -> None:
    cell = result_cell(QUERIES[0])
    assert [one[cell] for one in shown_by_libreoffice()[1:]] == ["已说明", "说明已失效", "已说明"]


@pytest.mark.libreoffice
def test_the_check_agrees_and_the_next_return_copy_is_one_round_later() -> None:
    lapsed, renewed = (line.read_back(at_work()[1][name]) for name in ("lapsed.xlsx", "renewed.xlsx"))
    assert [line.verdict(one).accepted for one in (lapsed, renewed)] == [False, True]
    again = line.read_back(write_return_copy(line.form(), line.verdict(lapsed)))
    assert (lapsed.round, again.round) == (2, 3)
    assert content(line.verdict(again)) == content(line.verdict(lapsed))


def test_an_explanation_lapses_with_its_numbers_until_it_is_rewritten() -> None:
    names = tuple(sheet.name for sheet in plan_template(line.form(), hongze()).sheets)
    entries: dict[CellRef, Any] = {LICENSING: Number(Decimal(9000))}
    states = []
    for reason in (REASON, f"  {REASON}  ", "按新口径统计，减少了重复件。"):
        entries[explanation_cell(QUERIES[0])] = Text(reason)
        changed = typed_into(explained_and_wrong(), entries, (RETURN, *names))
        [finding] = [one for one in result_of(changed).findings if one.rule == f"YOY[{QUERIES[0]}]"]
        assert finding.explanation_state is not None
        states.append(finding.explanation_state.name)
    assert states == ["LAPSED", "LAPSED", "GIVEN"]


# ── names of files ──


@pytest.mark.parametrize(
    ("code", "name", "stem"),
    [
        ("0001", "示例市人民政府", "0001_示例市人民政府_2024_退回"),
        ("", "示例市人民政府", "示例市人民政府_2024_退回"),
        ("", "../../etc/passwd", "__.._etc_passwd_2024_退回"),
        ("a/b\\c", ':*?"<>|', "a_b_c_________2024_退回"),
        ("", "..", "__2024_退回"),
        ("", "局. ", "局__2024_退回"),
        ("", "甲\n乙\u202e丙\ud800", "甲_乙_丙__2024_退回"),
        ("CON.1", "局", "_CON.1_局_2024_退回"),
        ("com¹.x", "", "_com¹.x_2024_退回"),
        ("", "长" * 40, f"{'长' * 30}_2024_退回"),
    ],
)
def test_a_units_name_cannot_leave_the_folder(code: str, name: str, stem: str) -> None:
    assert file_stem(replace(hongze(), unit=Unit(name=name, code=code))) == stem


# ── the command ──


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "交来的表.xlsx"
    path.write_bytes(damaged())
    return path


NAME = "淮安市洪泽区_2024_退回"


def test_annotate_writes_the_return_copy_and_leaves_the_verdict_as_it_is(file: Path, tmp_path: Path) -> None:
    plain, annotated = run("check", file), run("check", file, "--annotate", tmp_path / "退回")
    assert (annotated.exit_code, annotated.stdout) == (plain.exit_code, plain.stdout)
    assert (tmp_path / "退回" / f"{NAME}.xlsx").read_bytes() == return_copy()
    assert "退回件已写好" in annotated.stderr


def test_an_existing_return_copy_is_replaced_only_with_force(file: Path, tmp_path: Path) -> None:
    codes = [run("check", file, "--annotate", tmp_path, *force).exit_code for force in ((), (), ("--force",))]
    assert codes == [1, 2, 1]


def test_a_return_copy_never_replaces_the_file_it_is_made_from(tmp_path: Path) -> None:
    back = tmp_path / f"{NAME}.xlsx"
    back.write_bytes(return_copy())
    result = run("check", back, "--annotate", tmp_path, "--force")
    assert (result.exit_code, back.read_bytes()) == (2, return_copy())


def test_files_of_one_unit_get_names_of_their_own(file: Path, tmp_path: Path) -> None:
    run("check", file, file, "--annotate", tmp_path / "退回")
    assert sorted(path.stem for path in (tmp_path / "退回").iterdir()) == [NAME, f"{NAME}_2"]


def test_a_file_that_cannot_be_read_has_no_return_copy_and_the_others_do(file: Path, tmp_path: Path) -> None:
    (tmp_path / "不是表.xlsx").write_bytes(b"x")
    result = run("check", tmp_path / "不是表.xlsx", file, "--annotate", tmp_path / "退回")
    assert (result.exit_code, len(list((tmp_path / "退回").iterdir()))) == (2, 1)
    assert "不是表.xlsx”读不了，没有退回件。" in said(result)


def test_an_accepted_file_has_no_return_copy(tmp_path: Path) -> None:
    explained = replace(hongze(), explanations={f"YOY[{name}]": Explanation(text=REASON) for name in QUERIES})
    (tmp_path / "好.xlsx").write_bytes(write_template(line.form(), explained))
    assert run("check", tmp_path / "好.xlsx", "--annotate", tmp_path / "退回").exit_code == 0
    assert not (tmp_path / "退回").exists()


def test_a_values_json_has_its_return_copy_too(tmp_path: Path) -> None:
    document = line.values_json("hongze_2024", level="county", requests__received__individual="12件")
    (tmp_path / "v.json").write_bytes(line.as_bytes(document))
    assert run("check", tmp_path / "v.json", "--annotate", tmp_path / "退回").exit_code == 1
    [path] = (tmp_path / "退回").iterdir()
    after = line.read_back(path.read_bytes())
    assert (after.value(field("requests.received.individual")), after.round) == (Text("12件"), 2)


def test_a_text_no_cell_can_hold_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    document = line.values_json("hongze_2024", level="county", requests__received__individual="12件")
    document["values"]["problems"] = "长" * 40_000
    (tmp_path / "v.json").write_bytes(line.as_bytes(document))
    result = run("check", tmp_path / "v.json", "--annotate", tmp_path / "退回")
    assert (result.exit_code, (tmp_path / "退回").exists()) == (2, False)
    assert "一个单元格最多 32767 个字符" in said(result)


@pytest.mark.parametrize("side", ["1" + "0" * 400, "1e301", "-1e301", "1e-301", "9" * 302])
def test_a_number_beyond_any_spreadsheet_refuses_the_json_wherever_it_stands(side: str) -> None:
    document = line.values_json("hongze_2024", level="county")
    document["explanations"] = {"YOY[requests.received.total]": {"text": REASON, "left": "@", "right": 1}}
    with pytest.raises(WorkbookError, match="太大或太小"):
        parse_values(line.as_bytes(document).replace(b'"@"', side.encode()), "v.json")


@pytest.mark.parametrize("side", ["1e400", "1e308"])
def test_an_archived_explanation_of_numbers_no_cell_holds_has_no_return_copy_and_stops_nothing(side: str) -> None:
    explained = {"YOY[requests.received.total]": Explanation(text=REASON, left=Decimal(side), right=Decimal(1))}
    order = returning.ReturnOrder(form=line.FORM, submission=replace(hongze(), explanations=explained))
    assert returning.return_copy(order) == say("fill.too_large", name="YOY[requests.received.total]")


def test_an_explanation_of_a_number_too_small_for_a_cell_is_kept() -> None:
    explained = {"YOY[requests.received.total]": Explanation(text=REASON, left=Decimal("1e-310"), right=Decimal(1))}
    made = returned_submission(line.form(), replace(hongze(), explanations=explained))
    assert made.explanations["YOY[requests.received.total]"].left == 0


# ── what a clerk writes into our notes ──


@cache
def marked() -> tuple[bytes, CellRef, str]:
    """A return copy whose queries are marked, and a cell of it with its note."""
    data = returned(write_template(line.form(), hongze()))
    sheet = sheet_of(data, LAYOUT.tables["requests"].sheet)
    place = min(sheet.comments)
    return data, CellRef(sheet.name, *place), sheet.comments[place]


def noted(comment: str) -> list[str]:
    """What is said of a return copy in one of whose notes stands something else."""
    data, cell, _ = marked()

    def change(book: openpyxl.Workbook) -> None:
        book[cell.sheet][cell.address].comment = Comment(comment, "某人")

    return [words for _, words in line.read_back(editing.by_openpyxl(data, change)).leftovers]


@pytest.mark.parametrize("way", ["{}", " {}\r\n", "{}\n"])
def test_a_mark_of_ours_is_no_comment(way: str) -> None:
    assert noted(way.format(marked()[2])) == []


@pytest.mark.parametrize(
    ("way", "left"),
    [
        ("{}\n已改，见附件", "已改，见附件"),
        ("已改\n{}", "已改"),
        ("前{}后", "前\n后"),
        ("第 3 条没有办结，见附件", "第 3 条没有办结，见附件"),
        ("第 1 条　要说明：已经说明", "第 1 条　要说明：已经说明"),
    ],
)
def test_what_a_clerk_writes_beside_a_mark_is_listed(way: str, left: str) -> None:
    assert noted(way.format(marked()[2])) == [say("content.comment", words=left)]


def test_a_mark_with_its_text_cut_is_no_comment_and_one_with_another_text_is() -> None:
    listed = {1: "甲" * 200}
    mark = say("return.mark.fix", number=1, text="甲" * 140 + say("return.mark.cut"))
    other = say("return.mark.fix", number=1, text="乙" * 140 + say("return.mark.cut"))
    assert (beside_marks(mark, listed), beside_marks(other, listed)) == ("", other)


# ── what nobody vouches for ──


@cache
def forged() -> bytes:
    """The unit on the hidden sheet changed, its seals left as they were."""
    return with_words(damage_kinds.base(), plan_layout(line.form()).meta["unit"], "别的单位").data()


def test_the_return_copy_of_a_workbook_whose_unit_was_changed_makes_nothing_good() -> None:
    again = line.verdict(line.read_back(returned(forged())))
    assert ([one.code for one in again.findings if one.severity is Severity.ERROR], again.accepted) == (
        ["HIDDEN-CHANGED"],
        False,
    )


def test_the_return_copy_of_a_workbook_whose_unit_was_changed_says_at_its_head_what_to_do() -> None:
    assert shown(sheet_of(returned(forged()), RETURN).value(5, 1)) == say("return.banner.unsealed")


def test_a_change_of_the_hidden_sheet_is_listed_without_a_link_nobody_can_follow() -> None:
    assert [one[:2] for one in listed(returned(forged())) if len(one) == 4][:1] == [(say("sheet.hidden"), "")]
