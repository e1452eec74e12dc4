"""Small workbook plans for tests of the strict writer: the fewest words for one sheet, and one with everything."""

from decimal import Decimal

from xlreport.cells import Boolean, CellRange, CellRef, ErrorValue, Number, Text, Value
from xlreport.rules.formula import Area, Cell, CellByIndex, Relative, call, compare, if_, joined, lit
from xlreport.writing.plan import (
    Chart,
    Check,
    Content,
    FileLink,
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

BASE = Style(font="Arial", locked=False)
LABEL = Style()
INPUT = Style(fill="FFFBE6", border="BFC5CE", align="center", shrink=True, locked=False)
PARAGRAPH = Style(valign="top", wrap=True, number_format="@", locked=False)

SHEET = "三 依申请公开"
CHECKS = "校验 (全部)"
HIDDEN = "_meta"


def area(first_row: int, first_column: int, last_row: int, last_column: int, sheet: str = SHEET) -> CellRange:
    """A rectangle of the sheet."""
    return CellRange(sheet, first_row, first_column, last_row, last_column)


def at(row: int, column: int, sheet: str = SHEET) -> CellRef:
    """A cell of the sheet."""
    return CellRef(sheet, row, column)


def cell(content: Content, style: Style = LABEL) -> dict[tuple[int, int], PlannedCell]:
    """The cells of a sheet that holds one thing, in A1."""
    return {(1, 1): PlannedCell(content=content, style=style)}


def book(*sheets: SheetPlan) -> WorkbookPlan:
    """A workbook of these sheets."""
    return WorkbookPlan(sheets=sheets, base=BASE)


def rich_plan() -> WorkbookPlan:
    """A workbook that uses every feature of a plan at once."""
    return WorkbookPlan(
        sheets=(_hidden_sheet(), _table_sheet(), _checks_sheet()),
        base=BASE,
        title="政府信息公开工作年度报告",
        lock_structure=True,
        properties={"form": "gov-info-annual-2021", "fingerprint": "0123"},
    )


def rich_values() -> dict[CellRef, Value]:
    """The stored results of its formulas."""
    return {
        at(1, 1, HIDDEN): Number(Decimal("1.5")),
        at(2, 1, HIDDEN): Text(""),
        at(3, 1, HIDDEN): Boolean(value=True),
        at(4, 1, HIDDEN): ErrorValue("#N/A"),
        at(3, 3): Text("✗ <左边> 1.5 & 右边\n\x022"),
        at(4, 2): Number(Decimal(0)),
        at(2, 1, CHECKS): Number(Decimal("0.3")),
    }


def _hidden_sheet() -> SheetPlan:
    source = CellByIndex(at(2, 2), 26)
    cells = {
        (1, 1): PlannedCell(content=source, style=LABEL),
        (2, 1): PlannedCell(content=if_(compare(source, "=", 2), lit("是"), lit("")), style=LABEL),
        (3, 1): PlannedCell(content=call("ISNUMBER", source), style=LABEL),
        (4, 1): PlannedCell(content=call("MATCH", lit(7), Area(area(1, 1, 1, 1, HIDDEN)), lit(0)), style=LABEL),
    }
    return SheetPlan(
        name=HIDDEN, cells=cells, background=LABEL, protection=Protection(), visibility=Visibility.VERY_HIDDEN
    )


def _table_sheet() -> SheetPlan:
    wrong = joined("✗ <左边> ", Cell(at(1, 1, HIDDEN)), " & 右边\n", call("CHAR", lit(2)), lit(Decimal(2)))
    cells = {
        (1, 1): PlannedCell(content="<r>三、“收到”和&办理</r>", style=LABEL),
        (2, 1): PlannedCell(content="=1+1", style=LABEL),
        (2, 2): PlannedCell(content=Decimal("1.5"), style=INPUT),
        (2, 3): PlannedCell(content="http://example.org", style=LABEL, link=Link(target=area(2, 2, 2, 2))),
        (3, 1): PlannedCell(content=True, style=LABEL),
        (3, 3): PlannedCell(content=wrong, style=LABEL, link=Link(target=area(2, 1, 2, 1, CHECKS), tip="去看<校验>")),
        (4, 2): PlannedCell(
            content=call("SUM", Area(area(5, 2, 9, 2))), style=LABEL, link=Link(target=area(2, 2, 3, 2))
        ),
        (5, 2): PlannedCell(style=INPUT, note=Note(text="要改正：<左边> & 右边\n\x02 _x0041_", height=60)),
        (6, 1): PlannedCell(content="第一段\n　第二段 ", style=PARAGRAPH, link=Link(target=area(1, 1, 1, 1))),
    }
    return SheetPlan(
        name=SHEET,
        cells=cells,
        background=LABEL,
        merges=(area(6, 1, 7, 3),),
        widths={1: 20, 2: 8.5, 3: 0.5},
        hidden_columns=(5,),
        rows={
            1: PlannedRow(height=30),
            6: PlannedRow(height=23.2, fixed=False),
            11: PlannedRow(height=15, hidden=True),
        },
        validations=_validations(),
        highlights=(
            Highlight(
                cells=area(2, 2, 3, 2), formula=compare(Relative(2, 3, fixed_column=True), "<>", ""), fill="FDE2E1"
            ),
            Highlight(cells=area(2, 2, 2, 2), formula=compare(Cell(at(4, 2)), ">", 3), color="B42318", bold=True),
        ),
        freeze=at(2, 2),
        cursor=at(2, 2),
        protection=Protection(password="letmein"),  # noqa: S106  # no secret: it is the case
        tab_color="1E3A5F",
        print=Print(
            landscape=True,
            pages_high=2,
            area=area(1, 1, 9, 3),
            repeat_rows=(1, 1),
            header="&C三 <依申请公开> 统计",
            footer="&C&P / &N",
            page_breaks=(5, 3),
        ),
    )


def _validations() -> tuple[Validation, ...]:
    return (
        Validation(
            cells=area(2, 2, 2, 2),
            check=Check.WHOLE,
            minimum=Decimal(0),
            maximum=Decimal(999_999_999_999),
            prompt_title="收到 <件>",
            prompt='上年 "12"\n\t件\x03',
            error_title="数字",
            error="请填整数",
        ),
        Validation(cells=area(5, 2, 5, 2), check=Check.DECIMAL, error="请填数字", warn_only=True),
        Validation(cells=area(6, 1, 6, 1), check=Check.LIST, choices=("是", '否"x"', "<&>")),
        Validation(cells=area(9, 1, 9, 3), prompt="写一句"),
    )


def _checks_sheet() -> SheetPlan:
    cells = {
        (1, 1): PlannedCell(content="校验", style=Style(bold=True, italic=True, underline=True, size=16, indent=1)),
        (2, 1): PlannedCell(content=compare(lit(Decimal("0.1")), "+", Decimal("0.2")), style=LABEL),
        (3, 1): PlannedCell(content="通过<1>", style=LABEL, link=FileLink(path="return/甲 局#1_退回.xlsx", tip="打开")),
        (3, 2): PlannedCell(content=Decimal(7), style=LABEL),
        (4, 1): PlannedCell(content="退回 & 未报", style=LABEL, link=FileLink(path="乙局.xlsx")),
        (4, 2): PlannedCell(content=Decimal(0), style=LABEL),
    }
    bars = Chart(
        title="应报 7 个 <单位>",
        words=area(3, 1, 4, 1, CHECKS),
        numbers=area(3, 2, 4, 2, CHECKS),
        colors=("4CAF6D", "D9534F"),
        place=at(6, 1, CHECKS),
    )
    return SheetPlan(
        name=CHECKS,
        cells=cells,
        background=LABEL,
        charts=(bars,),
        freeze=at(2, 1, CHECKS),
        filter=area(1, 1, 2, 1, CHECKS),
        cursor=at(1, 1, CHECKS),
        protection=Protection(allow_filter=True),
        gridlines=True,
        print=Print(scale=75, centered=False, margins=(10, 10, 10, 10)),
    )
