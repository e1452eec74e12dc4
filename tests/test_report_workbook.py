"""The report as a workbook: figures whole, rows within bounds, pages planned, nothing locked, nothing personal."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import openpyxl
import pytest
from judges import assert_gnumeric_content, assert_valid_open_xml
from report_cases import annual_report, checked, figures_of, submission_of

from xlreport.checks.check import check
from xlreport.forms.loading import parse_definition
from xlreport.reports.building import build_report
from xlreport.reports.document import Block, Document, ExplainedQuery, Heading, Note, Paragraph, TableBlock, Title
from xlreport.reports.faces import FONTS, GBT_FONTS, number_format
from xlreport.reports.typesetting import INDENT, MAXIMUM_HEIGHT, NOT_FIRST, text_width
from xlreport.reports.workbook import DRAFT_PAGE_HEIGHT, PAGE_HEIGHT, plan_report
from xlreport.submission import Submission, Unit
from xlreport.writing.plan import SheetPlan, WorkbookPlan
from xlreport.writing.strict import write_workbook

SENTENCE = "全市共收到申请3525件，其中（含撤回）予以公开1431件；依托www.suqian.gov.cn公开。"
LONG = (SENTENCE * 20)[:800]
TEXTS = {
    "overview.disclosure": ("坚持“公开为常态、不公开为例外”，主动公开信息12条。", LONG),
    "problems": (LONG, "=SUM(A1)", "+1", "@x", "http://a.cn", "- 1 -"),
    "other_matters": ("没有收取信息处理费。",),
}
REPORTS = ("guancheng_2023", "hongze_2023", "hongze_2024", "huaian_2024", "suqian_2023", "suqian_2024")


@lru_cache
def plan_of(report: str, *, draft: bool = False, gbt: bool = False) -> WorkbookPlan:
    """A published report's figures with our texts, planned."""
    document = build_report(annual_report(), checked(submission_of(report, TEXTS)), draft=draft)
    return plan_report(document, fonts=FONTS["gbt" if gbt else "windows"])


def contents(sheet: SheetPlan) -> list[object]:
    """What stands in a sheet, row by row."""
    return [cell.content for _, cell in sorted(sheet.cells.items()) if cell.content is not None]


def narrative(sheet: SheetPlan) -> list[str]:
    """The lines of running text."""
    return [
        cell.content for _, cell in sorted(sheet.cells.items()) if isinstance(cell.content, str) and cell.style.shrink
    ]


def explained(*explanations: str) -> Document:
    """A report with nothing but a title and explained queries."""
    queries = tuple(
        ExplainedQuery(
            rule="YOY",
            says="行政许可：与上年相比变动不超过 4 倍",
            left=Decimal(9487),
            right=Decimal("550.25"),
            difference=Decimal("8936.75"),
            explanation=text,
        )
        for text in explanations
    )
    return Document(title="题", blocks=(Title(text="题"),), explained=queries)


# ── figures ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("report", ["guancheng_2023", "huaian_2024", "suqian_2023", "suqian_2024"])
def test_the_workbook_holds_exactly_the_figures_as_numbers(report: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(plan_of(report), {})))
    numbers = [
        cell.value for row in book["年度报告"].iter_rows() for cell in row if isinstance(cell.value, int | float)
    ]
    printed = figures_of(report)
    assert [Decimal(repr(number)) for number in numbers] == [printed[field] for field in annual_report().fields]


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        ("72701.2578", "0.0000"),
        ("96171.60", "0.0"),
        ("0.000001", "0.000000"),
        ("11398889", "0"),
        ("1E+3", "0"),
        ("0", "0"),
    ],
)
def test_every_decimal_of_a_figure_is_shown(figure: str, shown: str) -> None:
    assert number_format(Decimal(figure)) == shown


def test_a_field_without_a_figure_is_an_empty_cell_with_borders() -> None:
    submission = replace(submission_of("suqian_2024", TEXTS), values={})
    sheet = plan_report(build_report(annual_report(), checked(submission), draft=True)).sheets[0]
    assert not [content for content in contents(sheet) if isinstance(content, Decimal)]
    bordered = [cell for cell in sheet.cells.values() if cell.content is None and cell.style.border == "000000"]
    assert len(bordered) >= len(annual_report().fields)


def test_every_cell_of_a_table_has_all_its_borders() -> None:
    cells = plan_of("suqian_2024").sheets[0].cells.values()
    assert {cell.style.border_sides for cell in cells if cell.style.border} == {"lrtb"}


def test_every_label_of_the_form_stands_in_the_workbook() -> None:
    shown = {str(content).replace("\n", "") for content in contents(plan_of("suqian_2024").sheets[0])}
    document = build_report(annual_report(), checked(submission_of("suqian_2024", TEXTS)))
    tables = [block for block in document.blocks if isinstance(block, TableBlock)]
    assert {str(cell.label) for table in tables for cell in table.grid.cells if cell.label} <= shown


def test_a_table_without_a_corner_has_an_empty_one() -> None:
    form = parse_definition(
        """
        id = "small"
        version = "1"
        title = "小表"
        report = { title = "{unit}{year}年小表" }
        sections = [{ id = "part", heading = "一、数", sheet = "数", table = "t" }]
        [[tables]]
        id = "t"
        columns = [{ id = "number", label = "个数" }]
        rows = [{ group = "猫", of = [{ id = "cats", label = "家猫" }] }, { id = "dogs", label = "狗" }]
        """.encode()
    )
    submission = Submission(form="small", version="1", unit=Unit(name="甲局"), year=2024)
    sheet = plan_report(build_report(form, check(form, submission), draft=True)).sheets[0]
    bordered = [cell.content for _, cell in sorted(sheet.cells.items()) if cell.style.border and cell.content]
    assert bordered == ["个数", "猫", "家猫", "狗"]


# ── text ──────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_of_a_text_is_lost_and_its_paragraphs_stand_in_order() -> None:
    lines = "".join(narrative(plan_of("suqian_2024").sheets[0]))
    paragraphs = [INDENT + paragraph for paragraphs in TEXTS.values() for paragraph in paragraphs]
    assert re.findall("|".join(map(re.escape, paragraphs)), lines) == paragraphs


def test_no_line_begins_with_a_mark_that_closes() -> None:
    lines = [line for line in narrative(plan_of("suqian_2024").sheets[0]) if not line.startswith(INDENT)]
    assert [line for line in lines if line[0] in NOT_FIRST] == []


def test_no_line_is_longer_than_twenty_seven_characters() -> None:
    assert max(map(text_width, narrative(plan_of("suqian_2024").sheets[0]))) <= 2700


def test_what_looks_like_a_formula_or_an_address_stays_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(plan_of("suqian_2024"), {})))
    cells = [cell for row in book["年度报告"].iter_rows() for cell in row if cell.value is not None]
    assert [cell.value.strip() for cell in cells if str(cell.value).strip() in TEXTS["problems"][1:]] == list(
        TEXTS["problems"][1:]
    )
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]


# ── rows and pages ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("draft", [False, True])
def test_every_row_has_a_height_that_excel_allows(report: str, *, draft: bool) -> None:
    for sheet in plan_of(report, draft=draft).sheets:
        used = {row for row, _ in sheet.cells}
        assert used <= set(sheet.rows)
        assert all(row.fixed and 0 < row.height <= MAXIMUM_HEIGHT for row in sheet.rows.values())


@pytest.mark.parametrize("draft", [False, True])
def test_no_page_holds_more_than_fits_on_it(*, draft: bool) -> None:
    sheet = plan_of("suqian_2024", draft=draft).sheets[0]
    limit = DRAFT_PAGE_HEIGHT if draft else PAGE_HEIGHT
    assert all(height <= limit for height in map(sum, _page_heights(sheet)))


def _page_heights(sheet: SheetPlan) -> list[list[float]]:
    edges = [0, *sheet.print.page_breaks, max(sheet.rows)]
    heights = [sheet.rows[row].height for row in sorted(sheet.rows)]
    return [heights[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("draft", [False, True])
def test_each_table_stands_on_one_page_with_its_heading(report: str, *, draft: bool) -> None:
    sheet = plan_of(report, draft=draft).sheets[0]
    bordered = {row for (row, _), cell in sheet.cells.items() if cell.style.border}
    starts = [row for row in sorted(bordered) if row - 1 not in bordered]
    inside = {row for row in bordered if row + 1 in bordered}
    heading_and_gap = {row - above for row in starts for above in (1, 2)}
    assert len(starts) == 3
    assert (inside | heading_and_gap).isdisjoint(sheet.print.page_breaks)


def test_a_full_page_has_twenty_two_lines() -> None:
    document = Document(title="题", blocks=tuple(Paragraph(text=LONG) for _ in range(5)))
    pages = _page_heights(plan_report(document).sheets[0])
    assert {len(page) for page in pages[:-1]} == {22}


def test_a_heading_never_ends_a_page() -> None:
    for lines in range(1, 30):
        blocks: tuple[Block, ...] = (
            *(Paragraph(text="一行") for _ in range(lines)),
            Heading(text="五、问题"),
            Paragraph(text="末段"),
        )
        sheet = plan_report(Document(title="题", blocks=blocks)).sheets[0]
        assert lines + 1 not in sheet.print.page_breaks


def test_a_note_stays_with_its_table() -> None:
    table = next(
        block
        for block in build_report(annual_report(), checked(submission_of("suqian_2024", TEXTS))).blocks
        if isinstance(block, TableBlock)
    )
    for lines in range(1, 23):
        blocks: tuple[Block, ...] = (
            *(Paragraph(text="一行") for _ in range(lines)),
            table,
            Note(text="注：含结转。"),
            Heading(text="五、问题"),
        )
        sheet = plan_report(Document(title="题", blocks=blocks)).sheets[0]
        note = next(row for (row, _), cell in sheet.cells.items() if cell.content == f"{INDENT}注：含结转。")
        assert note - 1 not in sheet.print.page_breaks


def test_the_page_is_a4_portrait_at_full_size_with_the_margins_of_the_norm() -> None:
    setup = plan_of("suqian_2024").sheets[0].print
    assert (setup.margins, setup.scale, setup.landscape) == ((37, 26, 35, 28), 100, False)
    assert setup.footer == '&C&"宋体,Regular"&14- &P -'


def test_the_columns_of_each_sheet_are_no_wider_than_the_paper_between_the_margins() -> None:
    for sheet in plan_of("suqian_2024").sheets:
        pixels = sum(round(width * 7) + 5 if width >= 1 else round(width * 12) for width in sheet.widths.values())
        _, right, _, left = sheet.print.margins
        assert pixels / 96 * 25.4 <= 210 - left - right


# ── faces, drafts, locks, properties ──────────────────────────────────────────────────────────────


def test_title_text_and_headings_are_set_in_faces_every_windows_has() -> None:
    assert _faces(plan_of("suqian_2024")) == {
        ("宋体", 22, True),
        ("仿宋", 16, False),
        ("黑体", 16, False),
        ("楷体", 16, False),
        ("宋体", 12, False),
        ("宋体", 10, False),
    }


def test_the_faces_of_the_norm_go_by_their_own_names() -> None:
    faces = {face for face, *_ in _faces(plan_of("suqian_2024", gbt=True))}
    assert faces == {"方正小标宋_GBK", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"}
    assert not GBT_FONTS.bold_title


def _faces(plan: WorkbookPlan) -> set[tuple[str, float, bool]]:
    cells = plan.sheets[0].cells.values()
    return {(cell.style.font, cell.style.size, cell.style.bold) for cell in cells if isinstance(cell.content, str)}


def test_a_draft_says_so_on_every_page_and_leaves_its_title_alone() -> None:
    draft, final = plan_of("suqian_2024", draft=True), plan_of("suqian_2024")
    assert [sheet.print.header for sheet in draft.sheets] == ['&C&"黑体,Regular"&28草稿'] * 2
    assert [sheet.print.header for sheet in final.sheets] == ["", ""]
    assert contents(draft.sheets[0]) == contents(final.sheets[0])


def test_nothing_is_said_about_locks() -> None:
    parts = _parts(write_workbook(plan_of("suqian_2024"), {}))
    assert "protection" not in parts["xl/styles.xml"]
    assert "rotection" not in "".join(text for name, text in parts.items() if name.startswith("xl/work"))


def test_the_file_names_no_person() -> None:
    core = _parts(write_workbook(plan_of("suqian_2024"), {}))["docProps/core.xml"]
    assert re.findall("<dc:creator>(.*?)</dc:creator>|<cp:lastModifiedBy>(.*?)</cp:lastModifiedBy>", core) in (
        [],
        [("", ""), ("", "")],
    )
    assert "<dc:title>宿迁市2024年政府信息公开工作年度报告</dc:title>" in core


def _parts(data: bytes) -> Mapping[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def test_the_order_of_what_was_read_changes_no_byte() -> None:
    submission = submission_of("suqian_2024", TEXTS)
    backwards = replace(
        submission,
        values=dict(reversed([*submission.values.items()])),
        texts=dict(reversed([*submission.texts.items()])),
    )
    first, second = (
        write_workbook(plan_report(build_report(annual_report(), checked(one))), {}) for one in (submission, backwards)
    )
    assert first == second


# ── 校验情况 ──────────────────────────────────────────────────────────────────────────────────────


def test_the_second_sheet_says_in_one_line_that_nothing_needed_explaining() -> None:
    sheet = plan_of("suqian_2024").sheets[1]
    assert (sheet.name, contents(sheet)) == ("校验情况", ["校验情况：已说明的事项", "没有需要说明的事项。"])


def test_the_second_sheet_of_a_draft_says_what_is_still_open_and_then_what_was_explained() -> None:
    explanations = {"YOY[requests.received.total]": "征地拆迁类申请集中提出。"}
    submission = submission_of("hongze_2024", TEXTS, last="hongze_2023", explanations=explanations)
    values = {field: value for field, value in submission.values.items() if str(field) != "disputes.review.upheld"}
    document = build_report(annual_report(), checked(replace(submission, values=values)), draft=True)
    sheet = plan_report(document).sheets[1]
    lines = [str(content).replace("\n", "") for content in contents(sheet)]
    begun = [
        "校验情况：还没有通过核对",
        "还有错误 0 处，待说明 1 处，未填 1 格，逐条列在下面",
        "？待说明 [YOY] 【二 主动公开】行政许可：",
        "○ 待填 [BLANK] 【四 复议诉讼】",
        "下列 1 处数字需要说明，填报单位已说明原因",
        "序号",
    ]
    assert [line[: len(start)] for line, start in zip(lines, begun, strict=False)] == begun
    assert lines[-1] == "征地拆迁类申请集中提出。"


def test_the_second_sheet_of_a_draft_never_says_that_nothing_needs_explaining() -> None:
    document = build_report(annual_report(), checked(submission_of("hongze_2024", TEXTS, last="hongze_2023")))
    assert not [text for text in contents(plan_report(document).sheets[1]) if "没有需要说明" in str(text)]


def test_the_second_sheet_lists_each_explained_query() -> None:
    sheet = plan_report(explained("=按全区口径统计。")).sheets[1]
    shown = [content.replace("\n", "") if isinstance(content, str) else content for content in contents(sheet)]
    assert shown[2:] == [
        *("序号", "规则", "应当满足", "左边", "右边", "差额", "情况说明"),
        *(Decimal(1), "YOY", "行政许可：与上年相比变动不超过 4 倍"),
        *(Decimal(9487), Decimal("550.25"), Decimal("8936.75"), "=按全区口径统计。"),
    ]


def test_a_long_explanation_goes_on_in_the_next_row_and_loses_nothing() -> None:
    sheet = plan_report(explained(LONG)).sheets[1]
    parts = [cell.content for (row, column), cell in sorted(sheet.cells.items()) if column == 7 and row > 3]
    assert "".join(map(str, parts)).replace("\n", "") == LONG
    assert len(parts) > 1
    assert all(row.height <= MAXIMUM_HEIGHT for row in sheet.rows.values())


def test_an_explanation_typed_in_many_lines_keeps_them() -> None:
    sheet = plan_report(explained("\n".join(["一行"] * 40))).sheets[1]
    parts = [str(cell.content) for (row, column), cell in sorted(sheet.cells.items()) if column == 7 and row > 3]
    assert [part.count("\n") + 1 for part in parts] == [15, 15, 10]


# ── what other programs say ───────────────────────────────────────────────────────────────────────


@pytest.mark.validator
def test_microsofts_validator_finds_nothing_in_a_report() -> None:
    assert_valid_open_xml(write_workbook(plan_of("suqian_2024", draft=True), {}), "report")
    assert_valid_open_xml(write_workbook(plan_report(explained(LONG)), {}), "explained")
    unfinished = replace(submission_of("suqian_2024", TEXTS), values={})
    document = build_report(annual_report(), checked(unfinished), draft=True)
    assert_valid_open_xml(write_workbook(plan_report(document), {}), "unfinished")


@pytest.mark.gnumeric
def test_gnumeric_finds_nothing_in_a_report() -> None:
    assert_gnumeric_content(write_workbook(plan_report(explained(LONG)), {}))
