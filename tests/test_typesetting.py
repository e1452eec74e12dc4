"""Lines, labels, titles, pages: nothing lost, nothing that starts with a comma, nothing higher than a page."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.fields import FieldRef
from xlreport.forms.definition import Block, Group, Label, Line, Table
from xlreport.forms.grid import Grid, GridCell, plan_grid
from xlreport.reports.document import TableBlock
from xlreport.reports.tables import CELL_PADDING, POINTS_PER_PIXEL, UNIT_PIXELS, TablePlan, line_height, plan_table
from xlreport.reports.typesetting import (
    EM,
    INDENT,
    MAXIMUM_HEIGHT,
    NOT_FIRST,
    NOT_LAST,
    Strip,
    break_lines,
    breaks_well,
    fill_lines,
    paginate,
    paragraph_lines,
    text_width,
    title_lines,
)

WORDS = st.sampled_from(
    ["政府信息", "公开", "条例", "年度报告", "2024", "1.05%", "www.gov.cn", "一", "PDF", "𠮷", "Excel 表"]
)
CLOSING = st.sampled_from(["，", "。", "；", "、", "”，", "）。", "》、", "——", "……", "：“", "（", "《", "！”", ""])
PROSE = st.lists(st.tuples(WORDS, CLOSING), min_size=1, max_size=60).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)
ANYTHING = st.text(max_size=80)
WIDTHS = st.integers(min_value=1, max_value=30).map(lambda characters: characters * EM)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────


@given(ANYTHING, WIDTHS)
def test_lines_together_are_the_text_again(text: str, width: int) -> None:
    assert "".join(break_lines(text, width)) == text
    assert "".join(fill_lines(text, width)) == text


@given(ANYTHING, WIDTHS)
def test_no_line_is_wider_than_the_page_and_none_is_empty(text: str, width: int) -> None:
    lines = break_lines(text, width)
    assert all(line and (text_width(line) <= width or len(line) == 1) for line in lines)


@given(PROSE, st.integers(min_value=20, max_value=30))
def test_no_line_of_prose_begins_or_ends_with_a_mark_that_may_not_stand_there(text: str, characters: int) -> None:
    lines = break_lines(text, characters * EM)
    assert [line for line in lines[1:] if line[0] in NOT_FIRST] == []
    assert [line for line in lines[:-1] if line[-1] in NOT_LAST] == []


@given(PROSE, st.integers(min_value=20, max_value=30))
def test_no_number_and_no_word_is_parted(text: str, characters: int) -> None:
    lines = break_lines(text, characters * EM)
    edges = [before[-1] + after[0] for before, after in pairwise(lines)]
    assert [edge for edge in edges if re.fullmatch(r"[!-~]{2}", edge)] == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("政府信息公开", ("政府信息", "公开")),
        ("政府信息，公开", ("政府信", "息，公开")),
        ("政府信《条例》", ("政府信", "《条例》")),
        ("政府信“公开”。", ("政府信", "“公", "开”。")),
        ("收费12.5万元", ("收费", "12.5万", "元")),
        ("，，，，，，", ("，，，，", "，，")),
        ("1234567890", ("1234567", "890")),
        ("", ()),
    ],
)
def test_a_line_of_four_characters_ends_where_the_rules_allow(text: str, lines: tuple[str, ...]) -> None:
    assert break_lines(text, 4 * EM) == lines


def test_a_paragraph_begins_two_characters_in() -> None:
    assert paragraph_lines("本年度没有收到申请", 6 * EM) == (f"{INDENT}本年度没", "有收到申请")


@given(PROSE)
def test_an_indent_never_stands_alone(text: str) -> None:
    assert paragraph_lines(text, 27 * EM)[0].strip()


# ── titles ────────────────────────────────────────────────────────────────────────────────────────


def test_a_title_ends_its_line_behind_the_name_of_the_unit() -> None:
    text = "淮安市洪泽区人民政府办公室2024年政府信息公开工作年度报告"
    assert title_lines(text, 19 * EM, (13,)) == ("淮安市洪泽区人民政府办公室", "2024年政府信息公开工作年度报告")


def test_a_title_without_joints_has_lines_about_equally_wide() -> None:
    assert title_lines("某某市人民政府政务公开工作年度报告", 12 * EM) == ("某某市人民政府政", "务公开工作年度报告")


def test_a_title_of_one_line_stays_one_line() -> None:
    assert title_lines("宿迁市年度报告", 19 * EM, (3,)) == ("宿迁市年度报告",)


@given(PROSE, st.lists(st.integers(min_value=0, max_value=80), max_size=3))
def test_a_title_loses_nothing_and_takes_no_line_more(text: str, joints: Sequence[int]) -> None:
    lines = title_lines(text, 19 * EM, joints)
    assert "".join(lines) == text
    assert len(lines) == len(break_lines(text, 19 * EM))
    assert all(text_width(line) <= 19 * EM for line in lines)


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────

PAGE = 630.0
STRIPS = st.lists(st.builds(Strip, st.floats(min_value=1, max_value=MAXIMUM_HEIGHT), st.booleans()), max_size=80)


def _pages(strips: Sequence[Strip]) -> list[Sequence[Strip]]:
    edges = [0, *paginate(strips, PAGE), len(strips)]
    return [strips[start:end] for start, end in pairwise(edges)]


@given(STRIPS)
def test_every_page_holds_what_is_put_on_it(strips: Sequence[Strip]) -> None:
    pages = _pages(strips)
    assert [strip for page in pages for strip in page] == strips
    assert all(sum(strip.height for strip in page) <= PAGE + 1e-6 for page in pages)


@given(STRIPS)
def test_no_page_but_the_first_is_empty(strips: Sequence[Strip]) -> None:
    assert all(_pages(strips)[1:])


def test_what_is_glued_moves_to_the_next_page_together() -> None:
    text, heading, table = Strip(100), Strip(30, glued=True), Strip(200, glued=True)
    assert paginate([text] * 4 + [heading, table, Strip(20)], PAGE) == (4,)


def test_what_no_page_holds_begins_a_page_and_is_parted_between_rows() -> None:
    assert paginate([Strip(100), *[Strip(300, glued=True)] * 3], PAGE) == (1, 3)


# ── tables ────────────────────────────────────────────────────────────────────────────────────────


def _label(text: str) -> Label:
    return Label((("zh", text),))


def _table(columns: Sequence[str], rows: Sequence[str], group: str = "") -> Table:
    heads = tuple(Line(id=f"c{at}", label=_label(text)) for at, text in enumerate(columns))
    lines = tuple(Line(id=f"r{at}", label=_label(text)) for at, text in enumerate(rows))
    grouped = (Group(label=_label(group), members=lines),) if group else lines
    return Table(id="t", blocks=(Block(columns=heads, rows=grouped),))


def _block(table: Table, figure: str = "0") -> TableBlock:
    grid = plan_grid(table)
    return TableBlock(grid=grid, figures={_ref(cell.ref): Decimal(figure) for cell in grid.fields})


def _ref(ref: FieldRef | None) -> FieldRef:
    assert ref is not None
    return ref


LABELS = st.lists(
    st.text(st.sampled_from("一二三政府信息，。（）12"), min_size=1, max_size=24), min_size=1, max_size=12
)
TABLES = st.builds(_table, LABELS, LABELS, st.sampled_from(["", "三、本年度办理结果"]))


def _room(plan: TablePlan, cell: GridCell) -> int:
    """What a cell holds in one line, in hundredths of an em."""
    first, last = plan.span(cell)
    points = sum(UNIT_PIXELS[first - 1 : last]) * POINTS_PER_PIXEL - CELL_PADDING
    return max(EM, int(points / plan.size * EM))


@given(TABLES)
def test_a_table_is_as_wide_as_the_text_and_no_column_is_lost(table: Table) -> None:
    plan = plan_table(_block(table), 590)
    assert plan.edges[0] == 0
    assert plan.edges[-1] == len(UNIT_PIXELS)
    assert all(left < right for left, right in pairwise(plan.edges))


@given(TABLES)
def test_every_label_has_the_height_of_its_lines(table: Table) -> None:
    grid = plan_grid(table)
    plan = plan_table(_block(table), 590)
    assert _too_low(grid, plan) == []


def _too_low(grid: Grid, plan: TablePlan) -> list[str]:
    edges = list(accumulate(plan.heights, initial=0))
    return [
        plan.label(cell)
        for cell in grid.cells
        if cell.label is not None
        and _lines_in(plan.label(cell), _room(plan, cell)) * line_height(plan.size)
        > edges[cell.row - 1 + cell.rows] - edges[cell.row - 1]
    ]


def _lines_in(text: str, room: int) -> int:
    """How many lines a program makes of a label that may hold line breaks of its own."""
    return sum(len(fill_lines(line, room)) for line in text.split("\n"))


@given(st.lists(PROSE, min_size=1, max_size=4))
def test_no_program_begins_a_line_of_a_label_with_a_comma(labels: Sequence[str]) -> None:
    table = _table(["自然人", "商业企业", "总计"], labels)
    plan = plan_table(_block(table), 590)
    for cell in plan_grid(table).cells:
        shown = plan.label(cell) if cell.label is not None else ""
        room = _room(plan, cell)
        if room >= 20 * EM:
            parts = [line for part in shown.split("\n") for line in fill_lines(part, room)]
            assert "".join(parts) == str(cell.label or "")
            assert breaks_well(parts)


def test_columns_are_equally_wide_where_everything_fits() -> None:
    plan = plan_table(_block(_table(["本年制发件数", "本年废止件数", "现行有效件数"], ["规章"])), 590)
    assert (plan.edges, plan.size) == ((0, 15, 30, 45, 60), 12)


def test_long_labels_take_what_the_figures_leave() -> None:
    rows = ["5.要求行政机关确认或重新出具已获取信息"]
    plan = plan_table(_block(_table(["自然人", "商业企业", "科研机构", "其他", "总计"], rows), "12345"), 590)
    widths = [right - left for left, right in pairwise(plan.edges)]
    assert widths[0] > 3 * widths[1]
    assert len(set(widths[1:])) == 1


def test_a_longer_figure_gets_a_wider_column() -> None:
    labels = ["5.要求行政机关确认或重新出具已获取信息"]
    table = _table(["自然人", "商业企业"], labels)
    narrow, wide = (plan_table(_block(table, figure), 590).edges for figure in ("12345", "123456789.123456"))
    assert narrow[1] > wide[1]


def test_a_table_too_long_for_a_page_is_set_as_small_as_it_gets() -> None:
    plan = plan_table(_block(_table(["件数"], ["行"] * 90)), 590)
    assert plan.size == 7.5


@given(st.integers(min_value=1, max_value=len(UNIT_PIXELS) - 1))
def test_any_number_of_columns_is_laid_out(columns: int) -> None:
    plan = plan_table(_block(_table(["甲乙丙"] * columns, ["某一行"])), 590)
    assert all(left < right for left, right in pairwise(plan.edges))


def test_a_table_of_figures_too_wide_for_any_type_is_still_laid_out() -> None:
    table = _table(["金额"] * 12, ["行"], group="组")
    plan = plan_table(_block(table, "123456789.123456"), 590)
    assert plan.edges == tuple(round(column * 60 / 14) for column in range(15))
