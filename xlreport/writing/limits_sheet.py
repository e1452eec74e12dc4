"""Excel's limits for one sheet: its name, rows and columns, merges, validations, highlights, view and print.

Sources as in ``xlreport.writing.limits_cell``.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from xlreport.cells import MAX_COLUMNS, MAX_ROWS, CellRange, CellRef
from xlreport.writing.limits_cell import (
    at_most,
    check_area,
    check_colour,
    check_content,
    check_highlight_formula,
    check_number,
    check_plain,
    check_ref,
    refuse,
    text_at_most,
)
from xlreport.writing.plan import Check, Content, FileLink, Highlight, Note, PlannedRow, Print, SheetPlan, Validation

MAX_SHEET_NAME = 31
"""UTF-16 units of a sheet's name."""
MAX_ROW_HEIGHT = 409
"""Points [spec]."""
MAX_COLUMN_WIDTH = 255
"""Characters [spec]."""
MAX_PROMPT_TITLE = 32
MAX_ERROR_TITLE = 32
"""UTF-16 units of the titles of a validation [OI29500 18.3.1.32]."""
MAX_PROMPT = 255
"""UTF-16 units of a validation's prompt [OI29500 18.3.1.32]."""
MAX_ERROR = 224
"""UTF-16 units of a validation's refusal [OI29500 18.3.1.32]; XlsxWriter would let 255 pass."""
MAX_LIST = 255
"""UTF-16 units of a list of choices written out, its commas included (Excel's dialogue; longer: repaired)."""
MAX_HEADER = 255
"""UTF-16 units of a header or footer, its codes included [spec]."""
SCALES = (10, 400)
"""Per cent of the printed page."""
MAX_PAGES = 32_767
"""Pages to fit a sheet on, as the dialogue takes them."""
MAX_PAGE_BREAKS = 1_023
"""Page breaks of a sheet: 1,026 [spec], but Excel writes three of its own and XlsxWriter drops more than these."""
MAX_LINKS = 65_530
"""Links of a sheet [spec]."""
MAX_TIP = 255
"""UTF-16 units of a link's tip."""
MAX_ADDRESS = 2_079
"""UTF-16 units of an address a link leads to (Excel's message; a longer one is dropped)."""
MAX_CHART_TITLE = 255
"""UTF-16 units of a chart's title [spec]."""
CHART_PIXELS = (100, 2_000)
"""Sides of a chart."""
MAX_NOTE = 32_767
"""UTF-16 units of a note (XlsxWriter drops a longer one)."""
NOTE_PIXELS = (20, 1_000)
"""Sides of a note's box: a smaller one shows no word, a larger one fits on no screen."""
MAX_PASSWORD = 15
"""Characters the old password hash takes into account (MS-OFFCRYPTO 2.3.7.1): Excel cuts what is typed later."""
PAPER_MILLIMETRES = (210, 297)
"""A4."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_RESERVED = "history"
"""The name of Excel's own sheet of changes, refused in any case of letters."""
_PICTURE = re.compile(r"&(?:G|\[Picture\])", re.IGNORECASE)


def check_sheet(sheet: SheetPlan, sheets: frozenset[str], seen: frozenset[str]) -> None:
    """Refuse what Excel would refuse, repair or drop; ``seen`` are the sheets that a link can lead to."""
    check_sheet_name(sheet.name)
    for (row, column), cell in sheet.cells.items():
        ref = CellRef(sheet.name, row, column)
        check_ref(ref, ref, sheet.name)
        check_content(ref, cell.content, sheets)
        if cell.note is not None:
            check_note(ref, cell.note)
    check_links(sheet, sheets, seen)
    check_charts(sheet)
    check_columns(sheet)
    for row, planned in sheet.rows.items():
        check_row(sheet.name, row, planned)
    check_merges(sheet)
    check_validations(sheet)
    for highlight in sheet.highlights:
        check_highlight(sheet.name, highlight)
    check_view(sheet)
    check_protection(sheet)
    check_print(sheet.name, sheet.print)


def check_sheet_name(name: str) -> None:
    """Refuse a name Excel would not take."""
    where = f"sheet {name!r}"
    text_at_most(where, "name", name, MAX_SHEET_NAME)
    check_plain(where, "the name", name)
    if not name or _FORBIDDEN.search(name) or "\n" in name:
        refuse(where, "a name is not empty and holds none of [ ] : * ? / \\ nor a new line")
    if name[0] == "'" or name[-1] == "'":
        refuse(where, "a name neither begins nor ends with an apostrophe")
    if name.casefold() == _RESERVED:
        refuse(where, "Excel keeps this name for itself")


def check_links(sheet: SheetPlan, sheets: frozenset[str], seen: frozenset[str]) -> None:
    """Refuse links that lead nowhere, and more of them than Excel takes."""
    linked = [(row, column, cell.link) for (row, column), cell in sheet.cells.items() if cell.link is not None]
    at_most(sheet.name, "links", len(linked), MAX_LINKS)
    for row, column, link in linked:
        where = CellRef(sheet.name, row, column)
        if isinstance(link, FileLink):
            check_file_link(where, link)
            continue
        check_area(where, link.target, link.target.sheet)
        text_at_most(where, "tip of a link", link.tip, MAX_TIP)
        if link.target.sheet not in seen:
            why = "is hidden" if link.target.sheet in sheets else "is not there"
            refuse(where, f"link to sheet {link.target.sheet!r}, which {why}")


def check_file_link(where: CellRef, link: FileLink) -> None:
    """Refuse a link that could leave the workbook's own folder, or that programs would read differently."""
    check_plain(where, "the path of a link", link.path)
    text_at_most(where, "address of a link", link.location, MAX_ADDRESS)
    text_at_most(where, "tip of a link", link.tip, MAX_TIP)
    parts = link.path.split("/")
    if any(part in ("", ".", "..") for part in parts) or any(one in link.path for one in "\\:\n"):
        refuse(where, f"link to {link.path!r}, which is no file beside the workbook or below it")


def check_charts(sheet: SheetPlan) -> None:
    """Refuse a chart that would show nothing, or that does not say what each of its bars is."""
    for chart in sheet.charts:
        where = f"chart at {sheet.name}!{chart.place.address}"
        check_ref(where, chart.place, sheet.name)
        text_at_most(where, "title", chart.title, MAX_CHART_TITLE)
        check_plain(where, "the title", chart.title)
        for color in chart.colors:
            check_colour(where, color)
        words, numbers = (_contents_of(where, sheet, area) for area in (chart.words, chart.numbers))
        if not len(words) == len(numbers) == len(chart.colors):
            refuse(where, f"{len(words)} words, {len(numbers)} numbers and {len(chart.colors)} colours")
        if not all(isinstance(one, str) and one for one in words):
            refuse(where, "a bar without words")
        if not all(isinstance(one, Decimal) and one == one.to_integral_value() >= 0 for one in numbers):
            refuse(where, "a bar of something that is no whole number")
        least, most = CHART_PIXELS
        if not (least <= chart.width <= most and least <= chart.height <= most):
            refuse(where, f"{chart.width} × {chart.height} pixels, from {least} to {most} can be read")


def _contents_of(where: str, sheet: SheetPlan, area: CellRange) -> list[Content]:
    check_area(where, area, sheet.name)
    cells = (sheet.cells.get((ref.row, ref.column)) for ref in area.cells())
    return [None if cell is None else cell.content for cell in cells]


def check_note(where: CellRef, note: Note) -> None:
    """Refuse a note that says nothing, that is too long, or whose box no one could read."""
    if not note.text.strip():
        refuse(where, "a note that says nothing")
    text_at_most(where, "note", note.text, MAX_NOTE)
    least, most = NOTE_PIXELS
    if not (least <= note.width <= most and least <= note.height <= most):
        refuse(where, f"a note of {note.width} × {note.height} pixels, from {least} to {most} can be read")


# ── rows and columns ──────────────────────────────────────────────────────────────────────────────


def check_columns(sheet: SheetPlan) -> None:
    """Refuse columns that are not there, and widths no column has."""
    for column in (*sheet.widths, *sheet.hidden_columns):
        if not 1 <= column <= MAX_COLUMNS:
            refuse(sheet.name, f"column {column}, a sheet has 1 to {MAX_COLUMNS}")
    for column, width in sheet.widths.items():
        if not 0 < width <= MAX_COLUMN_WIDTH:
            refuse(sheet.name, f"column {column} is {width} wide, Excel takes above 0 to {MAX_COLUMN_WIDTH}")


def check_row(sheet: str, row: int, planned: PlannedRow) -> None:
    """Refuse a row that is not there, and a height no row has."""
    if not 1 <= row <= MAX_ROWS:
        refuse(sheet, f"row {row}, a sheet has 1 to {MAX_ROWS}")
    if not 0 < planned.height <= MAX_ROW_HEIGHT:
        refuse(sheet, f"row {row} is {planned.height} points high, Excel takes above 0 to {MAX_ROW_HEIGHT}")


# ── merges ────────────────────────────────────────────────────────────────────────────────────────


def check_merges(sheet: SheetPlan) -> None:
    """Refuse merges that overlap, that merge nothing, or that would hide a content or half a lock."""
    for area in sheet.merges:
        where = f"merge {sheet.name}!{area.address}"
        check_area(where, area, sheet.name)
        if area.first == CellRef(area.sheet, area.last_row, area.last_column):
            refuse(where, "a single cell cannot be merged")
        _check_merged_cells(where, sheet, area)
    if found := first_overlap(sheet.merges):
        refuse(sheet.name, f"merges {found[0].address} and {found[1].address} overlap")


def _check_merged_cells(where: str, sheet: SheetPlan, area: CellRange) -> None:
    first = sheet.cells.get((area.first_row, area.first_column))
    if first is None:
        refuse(where, "its first cell is not planned")
    for ref in area.cells()[1:]:
        cell = sheet.cells.get((ref.row, ref.column))
        if cell is not None and (cell.content not in {None, ""} or cell.link or cell.note):
            refuse(where, f"{ref.address} holds something that no one could see")
        if cell is not None and cell.style.locked is not first.style.locked:
            refuse(where, f"{ref.address} is not locked as the first cell is")


def first_overlap(areas: Iterable[CellRange]) -> tuple[CellRange, CellRange] | None:
    """The first two areas that share a cell, from the top."""
    reaching: list[CellRange] = []
    for area in sorted(areas):
        reaching = [other for other in reaching if other.last_row >= area.first_row]
        for other in reaching:
            if other.first_column <= area.last_column and area.first_column <= other.last_column:
                return other, area
        reaching.append(area)
    return None


# ── validations and highlights ────────────────────────────────────────────────────────────────────


def check_validations(sheet: SheetPlan) -> None:
    """Refuse validations that Excel would drop, and two of them at one cell."""
    for validation in sheet.validations:
        check_validation(sheet.name, validation)
    if found := first_overlap(validation.cells for validation in sheet.validations):
        refuse(sheet.name, f"validations of {found[0].address} and {found[1].address} overlap")


def check_validation(sheet: str, validation: Validation) -> None:
    """Refuse a validation that Excel would drop, with all others of the sheet."""
    where = f"validation {sheet}!{validation.cells.address}"
    check_area(where, validation.cells, sheet)
    text_at_most(where, "title of the prompt", validation.prompt_title, MAX_PROMPT_TITLE)
    text_at_most(where, "prompt", validation.prompt, MAX_PROMPT)
    text_at_most(where, "title of the error", validation.error_title, MAX_ERROR_TITLE)
    text_at_most(where, "error", validation.error, MAX_ERROR)
    _check_kind(where, validation)


def _check_kind(where: str, validation: Validation) -> None:
    numeric = validation.check in {Check.WHOLE, Check.DECIMAL}
    if not numeric and (validation.minimum, validation.maximum) != (None, None):
        refuse(where, f"{validation.check.value} knows no minimum or maximum")
    if validation.check is not Check.LIST and validation.choices:
        refuse(where, f"{validation.check.value} knows no choices")
    if numeric:
        _check_bounds(where, validation)
    elif validation.check is Check.LIST:
        _check_choices(where, validation.choices)
    elif not (validation.prompt or validation.prompt_title):
        refuse(where, "it takes anything and says nothing")


def _check_bounds(where: str, validation: Validation) -> None:
    bounds = [bound for bound in (validation.minimum, validation.maximum) if bound is not None]
    for bound in bounds:
        check_number(where, bound)
        if validation.check is Check.WHOLE and bound != bound.to_integral_value():
            refuse(where, f"{bound} bounds whole numbers and is none")
    if bounds != sorted(bounds):
        refuse(where, f"minimum {bounds[0]} is above maximum {bounds[1]}")


def _check_choices(where: str, choices: Sequence[str]) -> None:
    text_at_most(where, "list of choices", ",".join(choices), MAX_LIST)
    if not choices:
        refuse(where, "a list without choices")
    for choice in choices:
        check_plain(where, "a choice", choice)
        if not choice or choice != choice.strip() or "," in choice or "\n" in choice:
            refuse(where, f"choice {choice!r}: empty, padded, or parted by a comma or a new line")


def check_highlight(sheet: str, highlight: Highlight) -> None:
    """Refuse a conditional format that Excel could not read, or that changes nothing."""
    where = f"highlight {sheet}!{highlight.cells.address}"
    check_area(where, highlight.cells, sheet)
    check_highlight_formula(where, highlight.formula, sheet)
    check_colour(where, highlight.fill)
    check_colour(where, highlight.color)
    if highlight.fill is None and highlight.color is None and not highlight.bold:
        refuse(where, "it changes nothing")


# ── view, protection and print ────────────────────────────────────────────────────────────────────


def check_view(sheet: SheetPlan) -> None:
    """Refuse a cursor, a freeze or a filter that is not of the sheet or does nothing."""
    check_colour(f"tab of {sheet.name}", sheet.tab_color)
    for what, ref in (("cursor", sheet.cursor), ("freeze", sheet.freeze)):
        if ref is not None:
            check_ref(f"{what} of {sheet.name}", ref, sheet.name)
    if sheet.freeze is not None and sheet.freeze.row == sheet.freeze.column == 1:
        refuse(f"freeze of {sheet.name}", "nothing stands above or left of A1")
    if sheet.filter is not None:
        _check_filter(sheet, sheet.filter)


def _check_filter(sheet: SheetPlan, area: CellRange) -> None:
    where = f"filter {sheet.name}!{area.address}"
    check_area(where, area, sheet.name)
    columns = range(area.first_column, area.last_column + 1)
    if area.first_row == area.last_row or not any((area.first_row, column) in sheet.cells for column in columns):
        refuse(where, "a filter needs a row of headings and a row to filter")


def check_protection(sheet: SheetPlan) -> None:
    """Refuse a password the old hash cannot hold, and a lock that leaves the sheet's empty cells open."""
    if sheet.protection is None:
        return
    at_most(f"protection of {sheet.name}", "characters of the password", len(sheet.protection.password), MAX_PASSWORD)
    if not sheet.protection.password.isascii():
        refuse(f"protection of {sheet.name}", "programs hash a password that is not ASCII differently")
    if sheet.background is None or sheet.background.locked is not True:
        refuse(f"protection of {sheet.name}", "a protected sheet needs a background that says it is locked")


def check_print(sheet: str, setup: Print) -> None:
    """Refuse a print setup Excel would repair or ignore."""
    where = f"print of {sheet}"
    for what, line in (("header", setup.header), ("footer", setup.footer)):
        text_at_most(where, what, line, MAX_HEADER)
        if _PICTURE.search(line.replace("&&", "")):
            refuse(where, f"{what} {line!r} asks for a picture")
    least, most = SCALES
    if setup.scale is not None and not least <= setup.scale <= most:
        refuse(where, f"scale {setup.scale}, Excel takes {least} to {most}")
    if not 0 <= setup.pages_high <= MAX_PAGES or (setup.pages_high and setup.scale is not None):
        refuse(where, f"{setup.pages_high} pages high: 0 to {MAX_PAGES}, and not beside a scale")
    _check_margins(where, setup)
    _check_printed_cells(where, sheet, setup)


def _check_margins(where: str, setup: Print) -> None:
    top, right, bottom, left = setup.margins
    width, height = PAPER_MILLIMETRES[:: -1 if setup.landscape else 1]
    if not (min(setup.margins) >= 0 and left + right < width and top + bottom < height):
        refuse(where, f"margins {setup.margins} leave nothing of {width} × {height} mm")


def _check_printed_cells(where: str, sheet: str, setup: Print) -> None:
    if setup.area is not None:
        check_area(where, setup.area, sheet)
    if setup.repeat_rows is not None:
        first, last = setup.repeat_rows
        if not 1 <= first <= last <= MAX_ROWS:
            refuse(where, f"rows {first} to {last} to repeat, a sheet has 1 to {MAX_ROWS}")
    at_most(where, "page breaks", len(set(setup.page_breaks)), MAX_PAGE_BREAKS)
    for row in setup.page_breaks:
        if not 1 <= row < MAX_ROWS:
            refuse(where, f"page break after row {row}, a sheet has 1 to {MAX_ROWS - 1} to break after")
