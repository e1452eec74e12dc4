"""Excel's limits: what it would refuse, repair or drop is refused beforehand, each limit by a test of its own.

A counted limit is tested on both sides: as much as Excel takes passes, one more is refused.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from plans import BASE, INPUT, LABEL, SHEET, area, at, book, cell, rich_plan, rich_values

from xlreport.cells import CellRange, CellRef
from xlreport.errors import LimitError
from xlreport.rules.formula import (
    FUNCTIONS,
    Area,
    Binary,
    Call,
    Cell,
    CellByIndex,
    Formula,
    Relative,
    call,
    compare,
    if_,
    joined,
    lit,
)
from xlreport.writing.limits import check_plan, check_values
from xlreport.writing.limits_cell import ARGUMENTS, MAX_DIGITS
from xlreport.writing.limits_sheet import first_overlap
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

SMILE = "😀"
"""One character, two UTF-16 units."""


def one(**changes: Any) -> WorkbookPlan:
    """A workbook of one sheet with a word in A1, and what the case needs."""
    return book(replace(SheetPlan(name=SHEET, cells=cell("x")), **changes))


def holding(content: Content) -> WorkbookPlan:
    return one(cells=cell(content))


def styled(**changes: Any) -> WorkbookPlan:
    return one(cells=cell("x", replace(LABEL, **changes)))


def validated(**changes: Any) -> WorkbookPlan:
    return one(validations=(replace(Validation(cells=area(1, 1, 1, 1), prompt="x"), **changes),))


def highlighted(formula: Formula, **changes: Any) -> WorkbookPlan:
    return one(highlights=(replace(Highlight(cells=area(1, 1, 1, 1), formula=formula, fill="FFFFFF"), **changes),))


def printed(**changes: Any) -> WorkbookPlan:
    return one(print=Print(**changes))


def linked(target: CellRange, tip: str = "") -> WorkbookPlan:
    return one(cells={(1, 1): PlannedCell(content="x", style=LABEL, link=Link(target=target, tip=tip))})


def led(path: str, tip: str = "") -> WorkbookPlan:
    return one(cells={(1, 1): PlannedCell(content="x", style=LABEL, link=FileLink(path=path, tip=tip))})


def charted(number: Content = Decimal(1), name: Content = "通过", **changes: Any) -> WorkbookPlan:
    bars = Chart(title="x", words=area(1, 1, 1, 1), numbers=area(1, 2, 1, 2), colors=("4CAF6D",), place=at(2, 1))
    cells = {
        (1, 1): PlannedCell(content=name, style=LABEL),
        (1, 2): PlannedCell(content=number, style=LABEL),
    }
    return one(cells=cells, charts=(replace(bars, **changes),))


def noted(text: str = "注", **changes: Any) -> WorkbookPlan:
    return one(cells={(1, 1): PlannedCell(content="x", style=LABEL, note=replace(Note(text=text), **changes))})


def named(*names: str) -> WorkbookPlan:
    return book(*(SheetPlan(name=name, cells=cell("x")) for name in names))


def refusal(plan: WorkbookPlan) -> str:
    """Why the plan is refused, or nothing."""
    try:
        check_plan(plan)
    except LimitError as error:
        return str(error)
    return ""


def nested(levels: int) -> Formula:
    formula: Formula = lit(1)
    for _ in range(levels):
        formula = call("ABS", formula)
    return formula


def columns_of_links(count: int) -> WorkbookPlan:
    target = Link(target=area(1, 1, 1, 1))
    each = PlannedCell(content="x", style=LABEL, link=target)
    return one(cells={(row, 1): each for row in range(1, count + 1)})


def styles(count: int, style: Callable[[int], Style]) -> WorkbookPlan:
    """As many different styles, the base style among them."""
    return one(cells={(row, 1): PlannedCell(style=style(row)) for row in range(1, count)})


COUNTED: dict[str, tuple[int, Callable[[int], WorkbookPlan], str]] = {
    "list of choices": (
        255,
        lambda n: validated(check=Check.LIST, prompt="", choices=("是" * 100, "否" * (n - 101))),
        f"validation {SHEET}!A1: list of choices, UTF-16 units: 256, Excel takes 255",
    ),
    "prompt": (
        255,
        lambda n: validated(prompt=SMILE + "x" * (n - 2)),
        f"validation {SHEET}!A1: prompt, UTF-16 units: 256, Excel takes 255",
    ),
    "title of a prompt": (
        32,
        lambda n: validated(prompt_title=SMILE + "x" * (n - 2)),
        f"validation {SHEET}!A1: title of the prompt, UTF-16 units: 33, Excel takes 32",
    ),
    "error": (
        224,
        lambda n: validated(error=SMILE + "x" * (n - 2)),
        f"validation {SHEET}!A1: error, UTF-16 units: 225, Excel takes 224",
    ),
    "title of an error": (
        32,
        lambda n: validated(error_title="题" * n),
        f"validation {SHEET}!A1: title of the error, UTF-16 units: 33, Excel takes 32",
    ),
    "text of a cell": (
        32_767,
        lambda n: holding(SMILE + "x" * (n - 2)),
        f"{SHEET}!A1: text, UTF-16 units: 32768, Excel takes 32767",
    ),
    "digits of a number": (
        15,
        lambda n: holding(Decimal("0.00" + "1" * n)),
        f"{SHEET}!A1: digits of 0.001111111111111111: 16, Excel takes 15",
    ),
    "digits of a bound": (
        15,
        lambda n: validated(check=Check.DECIMAL, minimum=Decimal("1" * n)),
        f"validation {SHEET}!A1: digits of 1111111111111111: 16, Excel takes 15",
    ),
    "digits in a formula": (
        15,
        lambda n: holding(lit(Decimal("1" * n))),
        f"{SHEET}!A1: digits of 1111111111111111: 16, Excel takes 15",
    ),
    "formula": (
        8_192,
        lambda n: holding(joined(*("x" * 252 for _ in range(32)), "y" * (n - 32 * 255 - 2))),
        f"{SHEET}!A1: formula, UTF-16 units: 8193, Excel takes 8192",
    ),
    "formula of a highlight": (
        8_192,
        lambda n: highlighted(joined(*("x" * 252 for _ in range(32)), "y" * (n - 32 * 255 - 2))),
        f"highlight {SHEET}!A1: formula, UTF-16 units: 8193, Excel takes 8192",
    ),
    "text inside a formula": (
        255,
        lambda n: holding(call("LEN", lit(SMILE + "x" * (n - 2)))),
        f"{SHEET}!A1: text inside a formula, UTF-16 units: 256, Excel takes 255",
    ),
    "arguments": (
        255,
        lambda n: holding(Call("SUM", tuple(lit(1) for _ in range(n)))),
        f"{SHEET}!A1: SUM with 256 arguments, Excel takes 1 to 255",
    ),
    "levels of nested functions": (
        64,
        lambda n: holding(nested(n)),
        f"{SHEET}!A1: levels of nested functions: 65, Excel takes 64",
    ),
    "name of a sheet": (
        31,
        lambda n: named(SMILE + "x" * (n - 2)),
        f"sheet '{SMILE}{'x' * 30}': name, UTF-16 units: 32, Excel takes 31",
    ),
    "header": (
        255,
        lambda n: printed(header="&C" + "页" * (n - 2)),
        f"print of {SHEET}: header, UTF-16 units: 256, Excel takes 255",
    ),
    "footer": (
        255,
        lambda n: printed(footer="&C" + "页" * (n - 2)),
        f"print of {SHEET}: footer, UTF-16 units: 256, Excel takes 255",
    ),
    "height of a row": (
        409,
        lambda n: one(rows={3: PlannedRow(height=n)}),
        f"{SHEET}: row 3 is 410 points high, Excel takes above 0 to 409",
    ),
    "width of a column": (
        255,
        lambda n: one(widths={3: n}),
        f"{SHEET}: column 3 is 256 wide, Excel takes above 0 to 255",
    ),
    "scale": (400, lambda n: printed(scale=n), f"print of {SHEET}: scale 401, Excel takes 10 to 400"),
    "pages high": (
        32_767,
        lambda n: printed(pages_high=n),
        f"print of {SHEET}: 32768 pages high: 0 to 32767, and not beside a scale",
    ),
    "page breaks": (
        1_023,
        lambda n: printed(page_breaks=tuple(range(1, n + 1))),
        f"print of {SHEET}: page breaks: 1024, Excel takes 1023",
    ),
    "links": (65_530, columns_of_links, f"{SHEET}: links: 65531, Excel takes 65530"),
    "tip of a link": (
        255,
        lambda n: linked(area(1, 1, 1, 1), "提" * n),
        f"{SHEET}!A1: tip of a link, UTF-16 units: 256, Excel takes 255",
    ),
    "address of a link": (
        2_079,
        lambda n: led("a" * n),
        f"{SHEET}!A1: address of a link, UTF-16 units: 2080, Excel takes 2079",
    ),
    "tip of a link to a file": (
        255,
        lambda n: led("a.xlsx", "提" * n),
        f"{SHEET}!A1: tip of a link, UTF-16 units: 256, Excel takes 255",
    ),
    "title of a chart": (
        255,
        lambda n: charted(title="题" * n),
        f"chart at {SHEET}!A2: title, UTF-16 units: 256, Excel takes 255",
    ),
    "width of a chart": (
        2_000,
        lambda n: charted(width=n),
        f"chart at {SHEET}!A2: 2001 × 260 pixels, from 100 to 2000 can be read",
    ),
    "note": (
        32_767,
        lambda n: noted(SMILE + "x" * (n - 2)),
        f"{SHEET}!A1: note, UTF-16 units: 32768, Excel takes 32767",
    ),
    "width of a note": (
        1_000,
        lambda n: noted(width=n),
        f"{SHEET}!A1: a note of 1001 × 80 pixels, from 20 to 1000 can be read",
    ),
    "height of a note": (
        1_000,
        lambda n: noted(height=n),
        f"{SHEET}!A1: a note of 300 × 1001 pixels, from 20 to 1000 can be read",
    ),
    "cell formats": (
        65_430,
        lambda n: styles(n, lambda row: replace(LABEL, fill=f"{row:06X}")),
        "workbook: cell formats: 65431, Excel takes 65430",
    ),
    "fonts": (
        512,
        lambda n: styles(n, lambda row: replace(LABEL, color=f"{row:06X}")),
        "workbook: fonts: 513, Excel takes 512",
    ),
    "number formats": (
        200,
        lambda n: styles(n, lambda row: replace(LABEL, number_format=f'0"{row}"')),
        "workbook: number formats: 201, Excel takes 200",
    ),
    "size of a font": (
        409,
        lambda n: styled(size=n),
        f"{SHEET}!A1: font '微软雅黑' of 410 points, Excel takes 1 to 409",
    ),
    "name of a font": (
        31,
        lambda n: styled(font="f" * n),
        f"{SHEET}!A1: characters of the font's name: 32, Excel takes 31",
    ),
    "number format": (
        255,
        lambda n: styled(number_format="0" * n),
        f"{SHEET}!A1: number format, UTF-16 units: 256, Excel takes 255",
    ),
    "indent": (250, lambda n: styled(indent=n), f"{SHEET}!A1: indent 251 with alignment 'left'"),
    "password": (
        15,
        lambda n: one(background=LABEL, protection=Protection(password="p" * n)),
        f"protection of {SHEET}: characters of the password: 16, Excel takes 15",
    ),
    "document property": (
        255,
        lambda n: replace(one(), properties={"unit": "市" * n}),
        "document property: text, UTF-16 units: 256, Excel takes 255",
    ),
    "name of a document property": (
        255,
        lambda n: replace(one(), properties={"市" * n: ""}),
        "document property: text, UTF-16 units: 256, Excel takes 255",
    ),
    "title": (
        255,
        lambda n: replace(one(), title="市" * n),
        "document property: text, UTF-16 units: 256, Excel takes 255",
    ),
    "rows": (
        1_048_576,
        lambda n: one(cells={(n, 1): PlannedCell(style=LABEL)}),
        f"{SHEET}!A1048577: rows 1048577 to 1048577, a sheet has 1 to 1048576",
    ),
    "columns": (
        16_384,
        lambda n: one(cells={(1, n): PlannedCell(style=LABEL)}),
        f"{SHEET}!XFE1: columns 16385 to 16385, a sheet has 1 to 16384",
    ),
    "row with a height": (
        1_048_576,
        lambda n: one(rows={n: PlannedRow(height=15)}),
        f"{SHEET}: row 1048577, a sheet has 1 to 1048576",
    ),
    "column with a width": (
        16_384,
        lambda n: one(widths={n: 10}),
        f"{SHEET}: column 16385, a sheet has 1 to 16384",
    ),
    "hidden column": (
        16_384,
        lambda n: one(hidden_columns=(n,)),
        f"{SHEET}: column 16385, a sheet has 1 to 16384",
    ),
    "merge": (
        16_384,
        lambda n: one(merges=(area(1, 1, 1, n),)),
        f"merge {SHEET}!A1:XFE1: columns 1 to 16385, a sheet has 1 to 16384",
    ),
    "cursor": (
        16_384,
        lambda n: one(cursor=at(1, n)),
        f"cursor of {SHEET}: columns 16385 to 16385, a sheet has 1 to 16384",
    ),
    "freeze": (
        1_048_576,
        lambda n: one(freeze=at(n, 1)),
        f"freeze of {SHEET}: rows 1048577 to 1048577, a sheet has 1 to 1048576",
    ),
    "filter": (
        1_048_576,
        lambda n: one(filter=area(1, 1, n, 1)),
        f"filter {SHEET}!A1:A1048577: rows 1 to 1048577, a sheet has 1 to 1048576",
    ),
    "print area": (
        1_048_576,
        lambda n: printed(area=area(1, 1, n, 1)),
        f"print of {SHEET}: rows 1 to 1048577, a sheet has 1 to 1048576",
    ),
    "rows to repeat": (
        1_048_576,
        lambda n: printed(repeat_rows=(1, n)),
        f"print of {SHEET}: rows 1 to 1048577 to repeat, a sheet has 1 to 1048576",
    ),
    "page break": (
        1_048_575,
        lambda n: printed(page_breaks=(n,)),
        f"print of {SHEET}: page break after row 1048576, a sheet has 1 to 1048575 to break after",
    ),
    "target of a link": (
        16_384,
        lambda n: linked(area(1, 1, 1, n)),
        f"{SHEET}!A1: columns 1 to 16385, a sheet has 1 to 16384",
    ),
    "cell in a formula": (
        16_384,
        lambda n: holding(Cell(at(1, n))),
        f"{SHEET}!A1: columns 16385 to 16385, a sheet has 1 to 16384",
    ),
    "area in a formula": (
        16_384,
        lambda n: holding(call("SUM", Area(area(1, 1, 1, n)))),
        f"{SHEET}!A1: columns 1 to 16385, a sheet has 1 to 16384",
    ),
    "cell in a highlight": (
        1_048_576,
        lambda n: highlighted(compare(Relative(n, 1), "=", 1)),
        f"highlight {SHEET}!A1: rows 1048577 to 1048577, a sheet has 1 to 1048576",
    ),
    "cells of a validation": (
        1_048_576,
        lambda n: validated(cells=area(1, 1, n, 1)),
        f"validation {SHEET}!A1:A1048577: rows 1 to 1048577, a sheet has 1 to 1048576",
    ),
    "cells of a highlight": (
        1_048_576,
        lambda n: highlighted(lit(value=True), cells=area(1, 1, n, 1)),
        f"highlight {SHEET}!A1:A1048577: rows 1 to 1048577, a sheet has 1 to 1048576",
    ),
}


@pytest.mark.parametrize("limit", COUNTED)
def test_as_much_as_excel_takes_passes_and_one_more_is_refused(limit: str) -> None:
    most, plan, problem = COUNTED[limit]
    assert [refusal(plan(most)), refusal(plan(most + 1))] == ["", problem]


OTHER = CellRef("别的", 1, 1)

REFUSED: dict[str, tuple[WorkbookPlan, str]] = {
    # workbook
    "no sheets": (book(), "workbook: no sheet is shown"),
    "all sheets hidden": (one(visibility=Visibility.VERY_HIDDEN), "workbook: no sheet is shown"),
    "one name twice": (named("表", "表"), "sheet '表': there is already a sheet '表'"),
    "names that differ in case": (named("Sheet", "SHEET"), "sheet 'SHEET': there is already a sheet 'Sheet'"),
    "properties that differ in case": (
        replace(one(), properties={"a": "", "A": ""}),
        "workbook: each document property has a name of its own",
    ),
    "property without a name": (
        replace(one(), properties={"": "x"}),
        "workbook: each document property has a name of its own",
    ),
    "control character in a property": (
        replace(one(), properties={"a": "\x01"}),
        "document property: '\\x01' holds '\\x01'",
    ),
    "half a surrogate pair in the title": (
        replace(one(), title="\ud83d"),
        "document property: '\\ud83d' holds '\\ud83d'",
    ),
    # names of sheets
    "empty name": (named(""), "sheet '': a name is not empty and holds none of [ ] : * ? / \\ nor a new line"),
    "apostrophe before a name": (named("'a"), 'sheet "\'a": a name neither begins nor ends with an apostrophe'),
    "apostrophe behind a name": (named("a'"), 'sheet "a\'": a name neither begins nor ends with an apostrophe'),
    "reserved name": (named("HISTORY"), "sheet 'HISTORY': Excel keeps this name for itself"),
    "control character in a name": (named("a\x01"), "sheet 'a\\x01': the name holds '\\x01'"),
    "spelling of a control character in a name": (named("_x0001_"), "sheet '_x0001_': the name holds '_x0001_'"),
    # numbers
    "NaN": (holding(Decimal("NaN")), f"{SHEET}!A1: NaN is no number"),
    "infinity": (holding(Decimal("-Infinity")), f"{SHEET}!A1: -Infinity is no number"),
    "NaN in a formula": (holding(lit(Decimal("NaN"))), f"{SHEET}!A1: NaN is no number"),
    "a number no double reaches": (
        holding(Decimal("1E+308")),
        f"{SHEET}!A1: 1E+308 is beyond what Excel holds (2.2251E-308 to 9.99999999999999E+307)",
    ),
    "a number too small for a double": (
        holding(Decimal("1E-308")),
        f"{SHEET}!A1: 1E-308 is beyond what Excel holds (2.2251E-308 to 9.99999999999999E+307)",
    ),
    # formulas
    "unknown function": (
        holding(call("XLOOKUP", lit(1))),
        f"{SHEET}!A1: function 'XLOOKUP' is not one that Excel 2010, WPS and LibreOffice read alike",
    ),
    "unknown operator": (
        holding(Binary("/", lit(1), lit(2))),
        f"{SHEET}!A1: operator '/' is not one of & * + - < <= <> = > >=",
    ),
    "too few arguments": (holding(call("ROUND", lit(1))), f"{SHEET}!A1: ROUND with 1 arguments, Excel takes 2 to 2"),
    "no arguments": (holding(call("SUM")), f"{SHEET}!A1: SUM with 0 arguments, Excel takes 1 to 255"),
    "cell of a sheet that is not there": (
        holding(Cell(OTHER)),
        f"{SHEET}!A1: a formula here cannot refer to sheet '别的'",
    ),
    "column of a sheet that is not there": (
        holding(if_(lit(value=True), CellByIndex(OTHER, 26), lit(1))),
        f"{SHEET}!A1: a formula here cannot refer to sheet '别的'",
    ),
    "area of a sheet that is not there": (
        holding(call("SUM", Area(area(1, 1, 2, 2, "别的")))),
        f"{SHEET}!A1: a formula here cannot refer to sheet '别的'",
    ),
    "area with its corners swapped": (
        holding(call("SUM", Area(area(2, 1, 1, 1)))),
        f"{SHEET}!A1: rows 2 to 1, a sheet has 1 to 1048576",
    ),
    "row 0": (holding(Cell(at(0, 1))), f"{SHEET}!A1: rows 0 to 0, a sheet has 1 to 1048576"),
    "INDEX beyond its columns": (
        holding(CellByIndex(at(1, 27), 26)),
        f"{SHEET}!A1: INDEX reaches column 27 of 26",
    ),
    "a moving reference in a cell": (
        holding(Relative(1, 1)),
        f"{SHEET}!A1: a reference that moves has no meaning in a cell",
    ),
    "control character in a formula": (
        holding(lit("a\x01")),
        f"{SHEET}!A1: a text inside a formula holds '\\x01'",
    ),
    "spelling of a control character in a formula": (
        holding(joined("a", Cell(at(2, 1)), "_x000A_")),
        f"{SHEET}!A1: a text inside a formula holds '_x000A_'",
    ),
    # looks
    "colour by name": (styled(color="red"), f"{SHEET}!A1: colour 'red' is no RRGGBB"),
    "fill by name": (styled(fill="#FFFFFF"), f"{SHEET}!A1: colour '#FFFFFF' is no RRGGBB"),
    "border by name": (styled(border="thin"), f"{SHEET}!A1: colour 'thin' is no RRGGBB"),
    "border on a fifth side": (styled(border_sides="lx"), f"{SHEET}!A1: border sides 'lx' are not of l, r, t, b"),
    "unknown alignment": (
        styled(align="middle"),
        f"{SHEET}!A1: alignment 'middle', 'center' is not one of the file format",
    ),
    "unknown vertical alignment": (
        styled(valign="middle"),
        f"{SHEET}!A1: alignment 'left', 'middle' is not one of the file format",
    ),
    "indent of what is centred": (
        styled(align="center", indent=1),
        f"{SHEET}!A1: indent 1 with alignment 'center'",
    ),
    "wrapped and shrunk": (styled(wrap=True, shrink=True), f"{SHEET}!A1: a text either wraps or shrinks"),
    "no font": (styled(font=""), f"{SHEET}!A1: font '' of 10 points, Excel takes 1 to 409"),
    "no number format": (styled(number_format=""), f"{SHEET}!A1: an empty number format"),
    "look of the background": (
        one(background=replace(LABEL, color="red")),
        f"background of {SHEET}: colour 'red' is no RRGGBB",
    ),
    "look of the base style": (
        replace(one(), base=replace(BASE, size=0)),
        "base style: font 'Arial' of 0 points, Excel takes 1 to 409",
    ),
    # rows and columns
    "row without height": (
        one(rows={1: PlannedRow(height=0)}),
        f"{SHEET}: row 1 is 0 points high, Excel takes above 0 to 409",
    ),
    "column without width": (one(widths={1: 0}), f"{SHEET}: column 1 is 0 wide, Excel takes above 0 to 255"),
    # merges
    "merge of one cell": (one(merges=(area(1, 1, 1, 1),)), f"merge {SHEET}!A1: a single cell cannot be merged"),
    "merges that overlap": (
        one(cells={**cell("x"), (2, 2): PlannedCell(style=LABEL)}, merges=(area(2, 2, 3, 3), area(1, 1, 2, 2))),
        f"{SHEET}: merges A1:B2 and B2:C3 overlap",
    ),
    "merge of another sheet": (
        one(merges=(area(1, 1, 2, 2, "别的"),)),
        f"merge {SHEET}!A1:B2: 别的!A1:B2 is not of this sheet",
    ),
    "merge of nothing planned": (
        one(merges=(area(5, 5, 6, 6),)),
        f"merge {SHEET}!E5:F6: its first cell is not planned",
    ),
    "merge over a content": (
        one(cells={**cell("x"), (1, 2): PlannedCell(content="y", style=LABEL)}, merges=(area(1, 1, 1, 2),)),
        f"merge {SHEET}!A1:B1: B1 holds something that no one could see",
    ),
    "merge over a link": (
        one(
            cells={**cell("x"), (1, 2): PlannedCell(style=LABEL, link=Link(target=area(1, 1, 1, 1)))},
            merges=(area(1, 1, 1, 2),),
        ),
        f"merge {SHEET}!A1:B1: B1 holds something that no one could see",
    ),
    "merge over a note": (
        one(
            cells={**cell("x"), (1, 2): PlannedCell(style=LABEL, note=Note(text="注"))},
            merges=(area(1, 1, 1, 2),),
        ),
        f"merge {SHEET}!A1:B1: B1 holds something that no one could see",
    ),
    "a note without a word": (noted(" \n　"), f"{SHEET}!A1: a note that says nothing"),
    "a note no one could read": (
        noted(height=19),
        f"{SHEET}!A1: a note of 300 × 19 pixels, from 20 to 1000 can be read",
    ),
    "merge of locked and unlocked": (
        one(cells={**cell("x"), (1, 2): PlannedCell(style=INPUT)}, merges=(area(1, 1, 1, 2),)),
        f"merge {SHEET}!A1:B1: B1 is not locked as the first cell is",
    ),
    # validations
    "validations of one cell": (
        one(
            validations=(
                Validation(cells=area(1, 1, 3, 1), prompt="x"),
                Validation(cells=area(9, 1, 9, 1), prompt="x"),
                Validation(cells=area(3, 1, 4, 2), prompt="x"),
            )
        ),
        f"{SHEET}: validations of A1:A3 and A3:B4 overlap",
    ),
    "validation of another sheet": (
        validated(cells=area(1, 1, 1, 1, "别的")),
        f"validation {SHEET}!A1: 别的!A1 is not of this sheet",
    ),
    "validation that says nothing": (
        validated(prompt=""),
        f"validation {SHEET}!A1: it takes anything and says nothing",
    ),
    "bounds of a list": (
        validated(check=Check.LIST, choices=("是",), minimum=Decimal(1)),
        f"validation {SHEET}!A1: list knows no minimum or maximum",
    ),
    "choices of a number": (
        validated(check=Check.WHOLE, choices=("是",)),
        f"validation {SHEET}!A1: integer knows no choices",
    ),
    "no choices": (validated(check=Check.LIST), f"validation {SHEET}!A1: a list without choices"),
    "control character in a choice": (
        validated(check=Check.LIST, choices=("\x01",)),
        f"validation {SHEET}!A1: a choice holds '\\x01'",
    ),
    "minimum above maximum": (
        validated(check=Check.DECIMAL, minimum=Decimal(2), maximum=Decimal(1)),
        f"validation {SHEET}!A1: minimum 2 is above maximum 1",
    ),
    "bound of whole numbers that is none": (
        validated(check=Check.WHOLE, maximum=Decimal("1.5")),
        f"validation {SHEET}!A1: 1.5 bounds whole numbers and is none",
    ),
    # highlights
    "highlight by another sheet": (
        book(
            SheetPlan(
                name=SHEET,
                cells=cell("x"),
                highlights=(Highlight(cells=area(1, 1, 1, 1), formula=Cell(OTHER), fill="FFFFFF"),),
            ),
            SheetPlan(name="别的", cells=cell("x")),
        ),
        f"highlight {SHEET}!A1: a formula here cannot refer to sheet '别的'",
    ),
    "highlight of another sheet": (
        highlighted(lit(value=True), cells=area(1, 1, 1, 1, "别的")),
        f"highlight {SHEET}!A1: 别的!A1 is not of this sheet",
    ),
    "highlight that changes nothing": (
        highlighted(lit(value=True), fill=None),
        f"highlight {SHEET}!A1: it changes nothing",
    ),
    "highlight in a colour by name": (
        highlighted(lit(value=True), color="red"),
        f"highlight {SHEET}!A1: colour 'red' is no RRGGBB",
    ),
    # view
    "freeze at A1": (one(freeze=at(1, 1)), f"freeze of {SHEET}: nothing stands above or left of A1"),
    "freeze of another sheet": (one(freeze=OTHER), f"freeze of {SHEET}: 别的!A1 is not of this sheet"),
    "cursor of another sheet": (one(cursor=OTHER), f"cursor of {SHEET}: 别的!A1 is not of this sheet"),
    "filter of nothing": (
        one(filter=area(1, 1, 1, 3)),
        f"filter {SHEET}!A1:C1: a filter needs a row of headings and a row to filter",
    ),
    "filter without headings": (
        one(filter=area(5, 1, 9, 3)),
        f"filter {SHEET}!A5:C9: a filter needs a row of headings and a row to filter",
    ),
    "tab in a colour by name": (one(tab_color="red"), f"tab of {SHEET}: colour 'red' is no RRGGBB"),
    # protection
    "password that is not ASCII": (
        one(background=LABEL, protection=Protection(password="密码")),  # noqa: S106  # the case
        f"protection of {SHEET}: programs hash a password that is not ASCII differently",
    ),
    "protected sheet with open ground": (
        one(protection=Protection()),
        f"protection of {SHEET}: a protected sheet needs a background that says it is locked",
    ),
    "protected sheet with an unlocked background": (
        one(background=INPUT, protection=Protection()),
        f"protection of {SHEET}: a protected sheet needs a background that says it is locked",
    ),
    # links
    "link to a sheet that is not there": (
        linked(area(1, 1, 1, 1, "别的")),
        f"{SHEET}!A1: link to sheet '别的', which is not there",
    ),
    "link to a hidden sheet": (
        book(
            *linked(area(1, 1, 1, 1, "别的")).sheets,
            SheetPlan(name="别的", cells=cell("x"), visibility=Visibility.VERY_HIDDEN),
        ),
        f"{SHEET}!A1: link to sheet '别的', which is hidden",
    ),
    **{
        f"link to the file {path!r}": (
            led(path),
            f"{SHEET}!A1: link to {path!r}, which is no file beside the workbook or below it",
        )
        for path in (
            *("", "../x.xlsx", "a/../../x.xlsx", "/etc/passwd", "a//b", "./a", "C:x.xlsx", "http://x", "a\\b", "a\nb"),
        )
    },
    "link to a file with a control character": (led("a\x02"), f"{SHEET}!A1: the path of a link holds '\\x02'"),
    # charts
    "chart of another sheet": (
        charted(words=area(1, 1, 1, 1, "别的")),
        f"chart at {SHEET}!A2: 别的!A1 is not of this sheet",
    ),
    "chart with fewer colours than bars": (
        charted(colors=()),
        f"chart at {SHEET}!A2: 1 words, 1 numbers and 0 colours",
    ),
    "chart with a bar too many": (
        charted(words=area(1, 1, 1, 2)),
        f"chart at {SHEET}!A2: 2 words, 1 numbers and 1 colours",
    ),
    "chart in a colour of no spelling": (charted(colors=("red",)), f"chart at {SHEET}!A2: colour 'red' is no RRGGBB"),
    "chart of nameless bars": (charted(name=None), f"chart at {SHEET}!A2: a bar without words"),
    **{
        f"chart of {number!r}": (
            charted(number),
            f"chart at {SHEET}!A2: a bar of something that is no whole number",
        )
        for number in (None, "7", Decimal("0.5"), Decimal(-1), True)
    },
    # print
    "scale too small": (printed(scale=9), f"print of {SHEET}: scale 9, Excel takes 10 to 400"),
    "scale beside a fit": (
        printed(scale=50, pages_high=1),
        f"print of {SHEET}: 1 pages high: 0 to 32767, and not beside a scale",
    ),
    "pages below none": (
        printed(pages_high=-1),
        f"print of {SHEET}: -1 pages high: 0 to 32767, and not beside a scale",
    ),
    "picture in a header": (printed(header="&C&G"), f"print of {SHEET}: header '&C&G' asks for a picture"),
    "picture in a footer": (
        printed(footer="&&&[picture]"),
        f"print of {SHEET}: footer '&&&[picture]' asks for a picture",
    ),
    "print area of another sheet": (
        printed(area=area(1, 1, 1, 1, "别的")),
        f"print of {SHEET}: 别的!A1 is not of this sheet",
    ),
    "rows to repeat in the wrong order": (
        printed(repeat_rows=(2, 1)),
        f"print of {SHEET}: rows 2 to 1 to repeat, a sheet has 1 to 1048576",
    ),
    "page break before the first row": (
        printed(page_breaks=(0,)),
        f"print of {SHEET}: page break after row 0, a sheet has 1 to 1048575 to break after",
    ),
    "margins wider than the paper": (
        printed(margins=(10, 105, 10, 105)),
        f"print of {SHEET}: margins (10, 105, 10, 105) leave nothing of 210 × 297 mm",
    ),
    "margins higher than the paper laid across": (
        printed(margins=(105, 10, 105, 10), landscape=True),
        f"print of {SHEET}: margins (105, 10, 105, 10) leave nothing of 297 × 210 mm",
    ),
    "margin below nothing": (
        printed(margins=(-1, 10, 10, 10)),
        f"print of {SHEET}: margins (-1, 10, 10, 10) leave nothing of 210 × 297 mm",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_excel_would_repair_is_refused(case: str) -> None:
    plan, problem = REFUSED[case]
    assert refusal(plan) == problem


@pytest.mark.parametrize("character", "[]:*?/\\\n")
def test_a_sheets_name_holds_no_forbidden_character(character: str) -> None:
    assert "a name is not empty and holds none of" in refusal(named(f"a{character}b"))


@pytest.mark.parametrize("choice", ["", " 是", "是　", "是,否", "是\n否"])
def test_a_choice_that_excel_would_part_or_trim_is_refused(choice: str) -> None:
    problem = f"validation {SHEET}!A1: choice {choice!r}: empty, padded, or parted by a comma or a new line"
    assert refusal(validated(check=Check.LIST, choices=("有", choice))) == problem


def test_every_function_has_its_number_of_arguments() -> None:
    assert ARGUMENTS.keys() == FUNCTIONS.keys()


def test_zeros_at_either_end_are_no_digits() -> None:
    assert len("123456789012345") == MAX_DIGITS
    assert refusal(holding(Decimal(123456789012345000))) == ""
    assert refusal(holding(Decimal("0.00012345678901234500"))) == ""


def test_a_new_line_in_a_formula_is_no_control_character() -> None:
    assert refusal(holding(lit("a\nb"))) == ""


def test_a_highlight_may_name_cells_of_its_own_sheet() -> None:
    assert refusal(highlighted(compare(CellByIndex(at(1, 2), 26), "=", Relative(2, 1)))) == ""


def test_a_moving_reference_does_not_hide_inside_a_function() -> None:
    assert refusal(holding(call("ABS", Relative(1, 1)))) == (
        f"{SHEET}!A1: a reference that moves has no meaning in a cell"
    )


def test_areas_side_by_side_do_not_overlap() -> None:
    assert first_overlap([area(1, 1, 3, 1), area(1, 2, 3, 2), area(4, 1, 4, 9)]) is None


def test_a_workbook_with_everything_passes() -> None:
    check_plan(rich_plan())
    check_values(rich_plan(), rich_values())
