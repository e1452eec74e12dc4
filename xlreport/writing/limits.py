"""Everything Excel would refuse, repair or silently drop, refused before a byte is written.

No program at hand finds these in a finished file: Microsoft's own validator passes most of them, and Excel
then offers the clerk to repair the workbook. Each limit bears its number and its source beside it, here, in
``limits_sheet`` and in ``limits_cell``.
"""

from collections.abc import Iterator, Mapping

from xlreport.cells import Blank, Boolean, CellRef, ErrorValue, Number, Text, Value
from xlreport.rules.formula import Area, Binary, Call, Cell, CellByIndex, Literal, Relative
from xlreport.writing.limits_cell import MAX_TEXT, at_most, check_plain, check_size, check_style, refuse, text_at_most
from xlreport.writing.limits_sheet import check_sheet
from xlreport.writing.plan import Style, Visibility, WorkbookPlan

MAX_FORMATS = 65_430
"""Cell formats of a workbook [OI29500 18.8.10]; 65,490 [spec], some of them Excel's own."""
MAX_FONTS = 512
"""Faces of a workbook, each in its sizes and colours [spec]."""
MAX_NUMBER_FORMATS = 200
"""Number formats of our own in a workbook: 200 to 250, depending on the language of Excel [spec]."""
MAX_PROPERTY = 255
"""UTF-16 units of a document property, of its name too."""

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""The error values of Excel 2010."""


def check_plan(plan: WorkbookPlan) -> None:
    """Refuse a plan that Excel would refuse, repair or drop something of.

    Raises:
        LimitError: Where, what and Excel's limit.
    """
    check_sheets(plan)
    check_formats(plan)
    check_properties(plan)
    sheets = frozenset(sheet.name for sheet in plan.sheets)
    seen = frozenset(sheet.name for sheet in plan.sheets if sheet.visibility is Visibility.SHOWN)
    for sheet in plan.sheets:
        check_sheet(sheet, sheets, seen)


def check_sheets(plan: WorkbookPlan) -> None:
    """Refuse a workbook of which nothing is seen, and names that differ in case alone."""
    if all(sheet.visibility is Visibility.VERY_HIDDEN for sheet in plan.sheets):
        refuse("workbook", "no sheet is shown")
    names: dict[str, str] = {}
    for sheet in plan.sheets:
        key = sheet.name.casefold()
        if key in names:
            refuse(f"sheet {sheet.name!r}", f"there is already a sheet {names[key]!r}")
        names[key] = sheet.name


def check_formats(plan: WorkbookPlan) -> None:
    """Refuse looks without a word in the file format, and more of them than a workbook holds."""
    styles = dict(_styles(plan))
    at_most("workbook", "cell formats", len(styles), MAX_FORMATS)
    at_most("workbook", "fonts", len({_font(style) for style in styles}), MAX_FONTS)
    at_most("workbook", "number formats", len({style.number_format for style in styles}), MAX_NUMBER_FORMATS)
    for style, where in styles.items():
        check_style(where, style)


def _styles(plan: WorkbookPlan) -> Iterator[tuple[Style, object]]:
    """Every look of the workbook, with a place where it is used."""
    for sheet in plan.sheets:
        for (row, column), cell in sheet.cells.items():
            yield cell.style, CellRef(sheet.name, row, column)
        if sheet.background is not None:
            yield sheet.background, f"background of {sheet.name}"
    yield plan.base, "base style"


def _font(style: Style) -> tuple[object, ...]:
    return style.font, style.size, style.bold, style.italic, style.underline, style.color


def check_properties(plan: WorkbookPlan) -> None:
    """Refuse document properties that Excel would cut."""
    names = [name.casefold() for name in plan.properties]
    if len(set(names)) < len(names) or "" in names:
        refuse("workbook", "each document property has a name of its own")
    for text in (plan.title, *plan.properties.keys(), *plan.properties.values()):
        check_plain("document property", repr(text), text)
        text_at_most("document property", "text", text, MAX_PROPERTY)


def check_values(plan: WorkbookPlan, values: Mapping[CellRef, Value]) -> None:
    """Refuse a formula whose stored result is missing or is none that a formula can have.

    Without it Excel, previewers and LibreOffice would show and believe a 0.

    Raises:
        LimitError: The cell, and what is wrong with its result.
    """
    for sheet in plan.sheets:
        for (row, column), cell in sheet.cells.items():
            if isinstance(cell.content, Literal | Cell | CellByIndex | Area | Relative | Binary | Call):
                ref = CellRef(sheet.name, row, column)
                check_value(ref, values.get(ref))


def check_value(where: CellRef, value: Value | None) -> None:
    """Refuse a stored result that no formula has; a blank stands for the empty text."""
    match value:
        case Number(value=number):
            check_size(where, number)
        case Text(value=text):
            text_at_most(where, "result", text, MAX_TEXT)
        case ErrorValue(value=name):
            if name not in ERRORS:
                refuse(where, f"{name!r} is no error value of Excel 2010")
        case Blank() | Boolean():
            pass
        case None:
            refuse(where, "a formula without its stored value")
        case token:
            refuse(where, f"no formula yields {token!r}")
