"""The strict writer: any workbook plan as the bytes of an xlsx file, whole or not at all.

Whatever Excel would refuse, repair or silently drop is a ``LimitError`` before a byte is written
(``xlreport.writing.limits``), and so is every warning and return code of XlsxWriter. The same plan gives
the same bytes: no clock, no author, no order that is not the plan's.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO

from xlreport.cells import Blank, Boolean, CellRange, CellRef, ErrorValue, Number, Text, Value, plain
from xlreport.errors import LimitError
from xlreport.rules.formula import Area, Formula, quoted_sheet, spell
from xlreport.writing.limits import check_plan, check_values
from xlreport.writing.plan import (
    CREATED,
    Chart,
    Check,
    FileLink,
    Highlight,
    PlannedCell,
    Print,
    Protection,
    SheetPlan,
    Style,
    Validation,
    Visibility,
    WorkbookPlan,
)
from xlreport.writing.xlsx import Book, CellFormat, Sheet, escape_text

MILLIMETRES_PER_INCH = 25.4
PAPER_A4 = 9
HEADER_MARGIN = 7.6
"""Millimetres from the paper's edge to the header: Excel's own 0.3 inches."""
FOOTER_HEIGHT = 6
"""Millimetres a line of footer takes; it must not reach into the page."""

WIDEST_WHOLE = Decimal(999_999_999_999_999)
"""The bound of a number validation that names none: 15 digits, all a cell keeps."""


def write_workbook(plan: WorkbookPlan, values: Mapping[CellRef, Value]) -> bytes:
    """The plan as the bytes of an xlsx file.

    Args:
        plan: The whole workbook.
        values: The stored result of every formula cell: what previewers and phones show.

    Raises:
        LimitError: The plan holds something that Excel would refuse, repair or drop.
    """
    check_plan(plan)
    check_values(plan, values)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        try:
            return _write(plan, values)
        except UserWarning as warning:
            raise LimitError(str(warning)) from warning


def _write(plan: WorkbookPlan, values: Mapping[CellRef, Value]) -> bytes:
    target = BytesIO()
    book = Book(target, _normal(plan.base), lock_structure=plan.lock_structure)
    book.set_properties({"title": plan.title, "created": CREATED})
    for name, value in sorted(plan.properties.items()):
        book.set_custom_property(name, value, "text")
    pen = _Pen(book=book, values=values)
    for sheet in plan.sheets:
        pen.add(sheet)
    next(sheet for sheet in book.worksheets() if not sheet.hidden).activate()
    book.close()
    return target.getvalue()


@dataclass(kw_only=True)
class _Pen:
    """A workbook in the making, and the formats it has used so far."""

    book: Book
    values: Mapping[CellRef, Value]
    formats: dict[Style, CellFormat] = field(default_factory=dict)

    def add(self, plan: SheetPlan) -> None:
        sheet = self.book.add_worksheet(plan.name)
        self._add_cells(sheet, plan)
        sheet.set_heights(plan.rows)
        background = None if plan.background is None else self._format(plan.background)
        sheet.set_columns(plan.widths, plan.hidden_columns, background)
        for validation in plan.validations:
            _add_validation(sheet, validation)
        for highlight in plan.highlights:
            self._add_highlight(sheet, highlight)
        for chart in plan.charts:
            self._add_chart(sheet, plan, chart)
        _set_view(sheet, plan)
        _set_print(sheet, plan.print)
        if plan.protection is not None:
            _protect(sheet, plan.protection)

    def _format(self, style: Style) -> CellFormat:
        if style not in self.formats:
            self.formats[style] = self.book.make_format(_properties(style))
        return self.formats[style]

    def _add_cells(self, sheet: Sheet, plan: SheetPlan) -> None:
        merged = {(area.first_row, area.first_column): area for area in plan.merges}
        for (row, column), cell in sorted(_with_merges(plan).items(), key=lambda item: item[0]):
            self._add_cell(sheet, CellRef(plan.name, row, column), cell)
            if cell.link is not None:
                place = merged.get((row, column), CellRange(plan.name, row, column, row, column))
                lead = sheet.file_link if isinstance(cell.link, FileLink) else sheet.link
                lead(place.address, cell.link.location, cell.link.tip)
            if cell.note is not None:
                sheet.note(row, column, cell.note)
        sheet.merge = [_corners(area) for area in plan.merges]

    def _add_cell(self, sheet: Sheet, ref: CellRef, cell: PlannedCell) -> None:
        cell_format = self._format(cell.style)
        match cell.content:
            case None | "":  # an empty text is nothing: no program could tell them apart
                sheet.put(ref.row, ref.column, cell_format)
            case str(text):
                sheet.put_text(ref.row, ref.column, cell_format, text)
            case bool(truth):
                sheet.put(ref.row, ref.column, cell_format, kind="b", value=str(int(truth)))
            case Decimal() as number:
                sheet.put(ref.row, ref.column, cell_format, value=spell_number(number))
            case formula:
                self._add_formula(sheet, ref, cell_format, formula)

    def _add_formula(self, sheet: Sheet, ref: CellRef, cell_format: CellFormat, formula: Formula) -> None:
        kind, value = stored(self.values[ref])
        sheet.put(ref.row, ref.column, cell_format, kind=kind, formula=spell(formula, ref.sheet), value=value)

    def _add_highlight(self, sheet: Sheet, highlight: Highlight) -> None:
        colours = {"bg_color": highlight.fill, "font_color": highlight.color}
        properties: dict[str, object] = {name: f"#{colour}" for name, colour in colours.items() if colour is not None}
        if highlight.bold:
            properties["bold"] = True
        rule = {
            "type": "formula",
            "criteria": "=" + spell(highlight.formula, highlight.cells.sheet),
            "format": self.book.make_format(properties),
        }
        _expect(sheet.conditional_format(*_corners(highlight.cells), rule), highlight.cells)

    def _add_chart(self, sheet: Sheet, plan: SheetPlan, chart: Chart) -> None:
        made = self.book.add_chart({"type": "bar"})
        made.set_size({"width": chart.width, "height": chart.height})
        made.set_title({"name": chart.title, "name_font": _face(chart.font, 11, bold=True), "overlay": False})
        made.set_legend({"none": True})
        made.set_y_axis({"reverse": True, "num_font": _face(chart.font, 10), "major_tick_mark": "none"})
        made.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
        made.add_series(
            {
                "categories": _absolute(chart.words),
                "values": _absolute(chart.numbers),
                # XlsxWriter would look for them among cells of its own: previewers show what is stored here.
                "categories_data": [plan.cells[ref.row, ref.column].content for ref in chart.words.cells()],
                "values_data": [int(str(plan.cells[ref.row, ref.column].content)) for ref in chart.numbers.cells()],
                "points": [{"fill": {"color": f"#{color}"}} for color in chart.colors],
                "data_labels": {"value": True, "font": _face(chart.font, 10)},
                "gap": 40,
            }
        )
        sheet.chart(chart.place.row, chart.place.column, made)


def _face(font: str, size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": font, "size": size, "bold": bold}


def _absolute(area: CellRange) -> str:
    return "=" + spell(Area(area), "")


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────


def _with_merges(plan: SheetPlan) -> dict[tuple[int, int], PlannedCell]:
    """The cells of a sheet, and those a merge adds: each bears the style of the first (its lock above all)."""
    cells = dict(plan.cells)
    for area in plan.merges:
        style = cells[area.first_row, area.first_column].style
        for ref in area.cells():
            cells.setdefault((ref.row, ref.column), PlannedCell(style=style))
    return cells


def spell_number(number: Decimal) -> str:
    """The double a spreadsheet keeps for the number, in the fewest digits that say it."""
    text = repr(float(number) + 0.0)  # −0.0 + 0.0 is 0.0: no cell shows a negative nothing
    return text.removesuffix(".0")


def stored(value: Value) -> tuple[str, str]:
    """A formula's result as the file spells it: its type and its value."""
    match value:
        case Number(value=number):
            return "", spell_number(number)
        case Text(value=text):
            return "str", escape_text(text)
        case Blank():  # the empty text, as a formula cannot yield nothing
            return "str", ""
        case Boolean(value=truth):
            return "b", str(int(truth))
        case ErrorValue(value=name):
            return "e", name
        case token:  # only a mistake of ours can get here: check_values has refused it
            raise LimitError(f"no formula yields {token!r}")


# ── formats ───────────────────────────────────────────────────────────────────────────────────────


def _normal(base: Style) -> dict[str, object]:
    """The Normal style: face, size, colour and lock alone, so that no cell of ours is written like it."""
    return {**_font(base), "lock": base.locked}


def _font(style: Style) -> dict[str, object]:
    """A face of our own choice: were it tied to the theme, Excel would show the theme's."""
    return {
        "font_name": style.font,
        "font_size": style.size,
        "font_color": f"#{style.color}",
        "font_scheme": "none",
        "bold": style.bold,
        "italic": style.italic,
        "underline": int(style.underline),
    }


def _properties(style: Style) -> dict[str, object]:
    filled = {} if style.fill is None else {"pattern": 1, "fg_color": f"#{style.fill}"}
    return {
        **_font(style),
        **filled,
        **_borders(style),
        "num_format": style.number_format,
        "alignment": _alignment(style),
        "lock": style.locked,
    }


_SIDES = {"l": "left", "r": "right", "t": "top", "b": "bottom"}
_THIN, _MEDIUM = 1, 2


def _borders(style: Style) -> dict[str, object]:
    if style.border is None:
        return {}
    sides = [_SIDES[side] for side in style.border_sides]
    lines: dict[str, object] = dict.fromkeys(sides, _MEDIUM if style.heavy else _THIN)
    return lines | {f"{side}_color": f"#{style.border}" for side in sides}


def _alignment(style: Style) -> tuple[tuple[str, str | int], ...]:
    """Said out loud even where it is the default: a locked cell must not be plain."""
    pairs: tuple[tuple[str, str | int], ...] = (
        ("horizontal", style.align),
        ("vertical", style.valign),
        ("wrapText", int(style.wrap)),
        ("indent", style.indent),
        ("shrinkToFit", int(style.shrink)),
    )
    return tuple((name, value) for name, value in pairs if value)


# ── validations ───────────────────────────────────────────────────────────────────────────────────


def _add_validation(sheet: Sheet, validation: Validation) -> None:
    texts = {
        "input_title": validation.prompt_title,
        "input_message": validation.prompt,
        "error_title": validation.error_title,
        "error_message": validation.error,
    }
    options: dict[str, object] = {
        "validate": validation.check.value,
        "error_type": "warning" if validation.warn_only else "stop",
        **{name: text for name, text in texts.items() if text},
        **_criteria(validation),
    }
    _expect(sheet.data_validation(*_corners(validation.cells), options), validation.cells)


def _criteria(validation: Validation) -> dict[str, object]:
    if validation.check is Check.LIST:
        # Spelled here: a quotation mark inside a text is doubled, as XlsxWriter does not do.
        return {"value": '"' + ",".join(validation.choices).replace('"', '""') + '"'}
    if validation.check is Check.ANY:
        return {}
    least = -WIDEST_WHOLE if validation.minimum is None else validation.minimum
    most = WIDEST_WHOLE if validation.maximum is None else validation.maximum
    return {"criteria": "between", "minimum": plain(least), "maximum": plain(most)}


# ── the sheet as a whole ──────────────────────────────────────────────────────────────────────────


def _set_view(sheet: Sheet, plan: SheetPlan) -> None:
    sheet.set_view(plan.freeze, _selected(plan))
    if not plan.gridlines:
        sheet.hide_gridlines(2)
    if plan.tab_color is not None:
        sheet.set_tab_color(f"#{plan.tab_color}")
    if plan.filter is not None:
        _expect(sheet.autofilter(*_corners(plan.filter)), plan.filter)
    if plan.visibility is Visibility.VERY_HIDDEN:
        sheet.very_hidden()


def _selected(plan: SheetPlan) -> CellRange | None:
    """The cell of the cursor; in a merge the whole of it, as Excel selects it."""
    if plan.cursor is None:
        return None
    ref = plan.cursor
    merged = (area for area in plan.merges if ref in area)
    return next(merged, CellRange(ref.sheet, ref.row, ref.column, ref.row, ref.column))


def _set_print(sheet: Sheet, setup: Print) -> None:
    top, right, bottom, left = (_inches(margin) for margin in setup.margins)
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left, right, top, bottom)
    sheet.margin_header = min(_inches(HEADER_MARGIN), top / 2)
    sheet.margin_footer = min(_inches(setup.footer_margin), max(0.0, bottom - _inches(FOOTER_HEIGHT)))
    if setup.landscape:
        sheet.set_landscape()
    if setup.scale is None:
        sheet.fit_to_pages(1, setup.pages_high)
    else:
        sheet.set_print_scale(setup.scale)
    if setup.centered:
        sheet.center_horizontally()
    # Set as they are: XlsxWriter would count "&&G" as the place of a picture and drop the line.
    sheet.header, sheet.footer = setup.header, setup.footer
    sheet.header_footer_changed = bool(setup.header or setup.footer)
    _set_pages(sheet, setup)


def _set_pages(sheet: Sheet, setup: Print) -> None:
    sheet.set_h_pagebreaks(list(setup.page_breaks))
    if setup.area is not None:
        _expect(sheet.print_area(*_corners(setup.area)), setup.area)
    if setup.repeat_rows is not None:
        first, last = setup.repeat_rows
        sheet.repeat_row_range = f"{quoted_sheet(sheet.name)}!${first}:${last}"


def _protect(sheet: Sheet, protection: Protection) -> None:
    sheet.protect(
        protection.password,
        {"format_rows": True, "format_columns": True, "autofilter": protection.allow_filter},
    )


def _inches(millimetres: float) -> float:
    return round(millimetres / MILLIMETRES_PER_INCH, 6)


def _corners(area: CellRange) -> tuple[int, int, int, int]:
    """The corners as XlsxWriter counts them, from 0."""
    return area.first_row - 1, area.first_column - 1, area.last_row - 1, area.last_column - 1


def _expect(code: int | None, area: CellRange) -> None:
    if code:
        raise LimitError(f"{area.sheet}!{area.address}: XlsxWriter refused it with code {code}")
