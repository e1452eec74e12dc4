"""The tables of the shipped form stand on their grid as on the paper form, label by label."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.forms.definition import Block, FormDefinition, Group, Heading, Label, Line, Table, lines_of
from xlreport.forms.grid import Grid, Role, depth_of, plan_grid
from xlreport.forms.loading import load_definition

PROACTIVE = """
第二十条第（一）项          | <                      | <            | <
信息内容                    | 本年制发件数           | 本年废止件数 | 现行有效件数
规章                        | #                      | #            | #
行政规范性文件              | #                      | #            | #
第二十条第（五）项          | <                      | <            | <
信息内容                    | 本年处理决定数量       | <            | <
行政许可                    | #                      | <            | <
第二十条第（六）项          | <                      | <            | <
信息内容                    | 本年处理决定数量       | <            | <
行政处罚                    | #                      | <            | <
行政强制                    | #                      | <            | <
第二十条第（八）项          | <                      | <            | <
信息内容                    | 本年收费金额（单位：万元） | <        | <
行政事业性收费              | #                      | <            | <
"""

RELATION = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
REQUESTS = f"""
{RELATION} | < | < | 申请人情况 | < | < | < | < | < | <
^ | ^ | ^ | 自然人 | 法人或其他组织 | < | < | < | < | 总计
^ | ^ | ^ | ^ | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | ^
一、本年新收政府信息公开申请数量 | < | < | # | # | # | # | # | # | #
二、上年结转政府信息公开申请数量 | < | < | # | # | # | # | # | # | #
三、本年度办理结果 | （一）予以公开 | < | # | # | # | # | # | # | #
^ | （二）部分公开（区分处理的，只计这一情形，不计其他情形） | < | # | # | # | # | # | # | #
^ | （三）不予公开 | 1.属于国家秘密 | # | # | # | # | # | # | #
^ | ^ | 2.其他法律行政法规禁止公开 | # | # | # | # | # | # | #
^ | ^ | 3.危及“三安全一稳定” | # | # | # | # | # | # | #
^ | ^ | 4.保护第三方合法权益 | # | # | # | # | # | # | #
^ | ^ | 5.属于三类内部事务信息 | # | # | # | # | # | # | #
^ | ^ | 6.属于四类过程性信息 | # | # | # | # | # | # | #
^ | ^ | 7.属于行政执法案卷 | # | # | # | # | # | # | #
^ | ^ | 8.属于行政查询事项 | # | # | # | # | # | # | #
^ | （四）无法提供 | 1.本机关不掌握相关政府信息 | # | # | # | # | # | # | #
^ | ^ | 2.没有现成信息需要另行制作 | # | # | # | # | # | # | #
^ | ^ | 3.补正后申请内容仍不明确 | # | # | # | # | # | # | #
^ | （五）不予处理 | 1.信访举报投诉类申请 | # | # | # | # | # | # | #
^ | ^ | 2.重复申请 | # | # | # | # | # | # | #
^ | ^ | 3.要求提供公开出版物 | # | # | # | # | # | # | #
^ | ^ | 4.无正当理由大量反复申请 | # | # | # | # | # | # | #
^ | ^ | 5.要求行政机关确认或重新出具已获取信息 | # | # | # | # | # | # | #
^ | （六）其他处理 | 1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请 | # | # | # | # | # | # | #
^ | ^ | 2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请 | # | # | # | # | # | # | #
^ | ^ | 3.其他 | # | # | # | # | # | # | #
^ | （七）总计 | < | # | # | # | # | # | # | #
四、结转下年度继续办理 | < | < | # | # | # | # | # | # | #
"""

RESULTS = "结果维持 | 结果纠正 | 其他结果 | 尚未审结 | 总计"
DISPUTES = f"""
行政复议 | < | < | < | < | 行政诉讼 | < | < | < | < | < | < | < | < | <
结果维持 | 结果纠正 | 其他结果 | 尚未审结 | 总计 | 未经复议直接起诉 | < | < | < | < | 复议后起诉 | < | < | < | <
^ | ^ | ^ | ^ | ^ | {RESULTS} | {RESULTS}
# | # | # | # | # | # | # | # | # | # | # | # | # | # | #
"""


@pytest.fixture(scope="module")
def form() -> FormDefinition:
    return load_definition("gov-info-annual-2021")


def grid_of(form: FormDefinition, table: str) -> Grid:
    return plan_grid(next(one for one in form.tables if one.id == table))


def drawn(grid: Grid) -> list[list[str]]:
    """The grid as a picture: a label or # for a field, < and ^ for what a merge covers."""
    picture = [[""] * grid.columns for _ in range(grid.rows)]
    for cell in grid.cells:
        for row in range(cell.rows):
            for column in range(cell.columns):
                own = str(cell.label or "") if cell.ref is None else "#"
                mark = "^" if row else "<" if column else own
                picture[cell.row - 1 + row][cell.column - 1 + column] = mark
    return picture


def picture(text: str) -> list[list[str]]:
    return [[mark.strip() for mark in line.split(" | ")] for line in text.strip().split("\n")]


@pytest.mark.parametrize(
    ("table", "expected"), [("proactive", PROACTIVE), ("requests", REQUESTS), ("disputes", DISPUTES)]
)
def test_a_table_stands_as_on_the_paper_form(form: FormDefinition, table: str, expected: str) -> None:
    assert drawn(grid_of(form, table)) == picture(expected)


@pytest.mark.parametrize(
    ("table", "size", "labels", "headers"),
    [("proactive", (14, 4), 1, 2), ("requests", (28, 10), 3, 3), ("disputes", (4, 15), 0, 3)],
)
def test_a_table_has_the_size_of_the_paper_form(
    form: FormDefinition, table: str, size: tuple[int, int], labels: int, headers: int
) -> None:
    grid = grid_of(form, table)
    assert ((grid.rows, grid.columns), grid.label_columns, grid.header_rows) == (size, labels, headers)


@pytest.mark.parametrize(
    ("table", "inputs", "totals"), [("proactive", 10, 0), ("requests", 144, 31), ("disputes", 12, 3)]
)
def test_a_table_has_the_inputs_and_totals_of_the_paper_form(
    form: FormDefinition, table: str, inputs: int, totals: int
) -> None:
    fields = form.fields_of_table(table)
    assert Counter(field.is_input for field in fields) == Counter({True: inputs, False: totals})


def test_the_totals_of_table_three_are_its_last_column_and_the_row_of_results(form: FormDefinition) -> None:
    totals = {field.ref.path[1:] for field in form.fields_of_table("requests") if not field.is_input}
    table = next(one for one in form.tables if one.id == "requests")
    rows, columns = (list(lines_of(one)) for one in (table.blocks[0].rows, table.blocks[0].columns))
    assert totals == {(row.id, "total") for row in rows} | {("results_total", column.id) for column in columns}


def test_the_sections_bear_the_titles_of_the_paper_form(form: FormDefinition) -> None:
    assert [str(section.heading) for section in form.sections if section.printed] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]


# ── any table ──

SPANS = st.integers(1, 3)


def line_names() -> st.SearchStrategy[list[str]]:
    return st.lists(st.from_regex(r"[a-z][a-z0-9]{0,3}", fullmatch=True), min_size=1, max_size=6, unique=True)


@st.composite
def headings(draw: st.DrawFn) -> tuple[Heading, ...]:
    """A tree of headings over unique names."""
    members: list[Heading] = [
        Line(id=name, label=Label((("zh", name),)), span=draw(SPANS)) for name in draw(line_names())
    ]
    for _ in range(draw(st.integers(0, 3))):
        first = draw(st.integers(0, len(members) - 1))
        last = draw(st.integers(first, len(members) - 1))
        group = Group(label=Label((("zh", "组"),)), members=tuple(members[first : last + 1]))
        members[first : last + 1] = [group]
    return tuple(members)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(headings())
    if draw(st.booleans()):
        return Table(id="t", blocks=(Block(columns=columns, rows=draw(headings())),), side_by_side=True)
    rows = draw(headings())
    more = Block(
        columns=columns, rows=(Line(id="further", label=Label((("zh", "又"),))),), heading=Label((("zh", "题"),))
    )
    blocks = (Block(columns=columns, rows=rows), more) if draw(st.booleans()) else (Block(columns=columns, rows=rows),)
    return Table(id="t", blocks=blocks)


@given(tables())
def test_every_place_of_a_grid_is_covered_once(table: Table) -> None:
    grid = plan_grid(table)
    covered = Counter(
        (row, column)
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    )
    assert covered == Counter((row, column) for row in range(1, grid.rows + 1) for column in range(1, grid.columns + 1))


@given(tables())
def test_every_field_of_a_table_stands_on_its_grid_once(table: Table) -> None:
    expected = Counter(
        ("t", row.id, column.id)
        for block in table.blocks
        for row in lines_of(block.rows)
        for column in lines_of(block.columns)
    )
    assert Counter(cell.ref.path for cell in plan_grid(table).fields if cell.ref is not None) == expected


@given(tables())
def test_no_field_stands_in_the_rows_and_columns_of_labels(table: Table) -> None:
    grid = plan_grid(table)
    first_block = [cell for cell in grid.fields if cell.row <= grid.header_rows or cell.column <= grid.label_columns]
    assert first_block == []
    assert grid.header_rows >= min(depth_of(block.columns) for block in table.blocks)


@given(tables())
def test_a_field_is_one_row_high_and_as_wide_as_its_column(table: Table) -> None:
    spans = {line.id: line.span for block in table.blocks for line in lines_of(block.columns)}
    for cell in plan_grid(table).fields:
        assert cell.role is Role.FIELD
        assert cell.ref is not None
        assert (cell.rows, cell.columns) == (1, spans[cell.ref.path[2]])
