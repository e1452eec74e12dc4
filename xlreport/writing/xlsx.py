"""XlsxWriter, bent to what the strict writer needs: the one module that imports it.

Each override says why it is there. What XlsxWriter does well is left to it (the package, styles,
merges, validations, conditional formats); cells, columns, panes and links are spelled here, since its own
methods guess at contents, drop what they cannot write, or emit what would change a locked sheet.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlreport.cells import MAX_COLUMNS, CellRange, CellRef, column_letters
from xlreport.errors import LimitError
from xlreport.rules.formula import quoted_sheet
from xlreport.writing.plan import Note, PlannedRow

DIGIT_PIXELS = 7
"""Width in pixels at 96 dpi of a digit of the Normal style that column widths are counted in."""

POINTS_PER_PIXEL = 0.75
_DEFAULT_PIXELS = 64
_DEFAULT_WIDTH = _DEFAULT_PIXELS * 256 // DIGIT_PIXELS / 256
"""What Excel gives a column that says nothing: 64 pixels, in characters with their padding."""
_DEFAULT_HEIGHT = 15
"""What Excel gives a row that says nothing, in points."""

# Excel spells as _xHHHH_ whatever XML cannot hold, and therefore also the underscore of a text that
# happens to look like such an escape. The look-ahead finds overlapping ones: _x0041_x0042_.
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def escape_controls(text: str) -> str:
    """The text with every character that XML cannot hold spelled as Excel does."""
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def escape_text(text: str) -> str:
    """The text as the content of an XML element that holds an Excel string."""
    return escape_controls(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Escaping:
    """Escapes control characters in attributes too: XlsxWriter would write them as they are and break the part."""

    def _escape_attributes(self, attribute: Any) -> Any:
        if not isinstance(attribute, str):
            return attribute
        return escape_text(attribute).replace('"', "&quot;").replace("\n", "&#xA;").replace("\t", "&#x9;")

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        return escape_controls(data) if isinstance(data, str) else data


class CellFormat(Format):  # type: ignore[misc]  # XlsxWriter has no types
    """A cell format that says itself whether it is locked, and how it is aligned.

    XlsxWriter only ever writes ``locked="0"``. Over an unlocked Normal style, programs that save a locked
    format without a word of its own unlock it; some also merge a format without an alignment with Normal.
    """

    lock: bool | None = None
    alignment: tuple[tuple[str, str | int], ...] = ()

    def set_lock(self, lock: bool | None) -> None:
        """Say locked, unlocked or, with ``None``, nothing."""
        self.lock = lock

    def set_alignment(self, alignment: tuple[tuple[str, str | int], ...]) -> None:
        """The attributes of the ``alignment`` element."""
        self.alignment = alignment

    def _get_protection_properties(self) -> list[tuple[str, int]]:
        return [] if self.lock is None else [("locked", int(self.lock))]

    def _get_align_properties(self) -> tuple[int, list[tuple[str, str | int]]]:
        return int(bool(self.alignment)), list(self.alignment)

    def _get_format_key(self) -> str:
        return f"{super()._get_format_key()}:{self.lock}:{self.alignment}"


class _Strings(_Escaping, SharedStrings):  # type: ignore[misc]  # XlsxWriter has no types
    """Shared strings, none of them taken for markup: XlsxWriter writes ``<r>…</r>`` as it stands."""

    def _write_si(self, string: str) -> None:
        preserve = ' xml:space="preserve"' if string != string.strip() else ""
        self.fh.write(f"<si><t{preserve}>{escape_text(string)}</t></si>")


class _Package(Packager):  # type: ignore[misc]  # XlsxWriter has no types
    """The package, with our shared strings."""

    def _write_shared_strings_file(self) -> None:
        if not self.workbook.str_table.count:
            return
        strings = _Strings()
        strings.string_table = self.workbook.str_table
        strings._set_xml_writer(self._filename("xl/sharedStrings.xml"))  # noqa: SLF001  # as the method it replaces does
        strings._assemble_xml_file()  # noqa: SLF001  # as the method it replaces does


class Sheet(_Escaping, Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A worksheet; every number handed to the methods added here counts from 1."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: dict[int, list[str]] = {}
        self._rows: dict[int, PlannedRow] = {}
        self._links: list[tuple[str, str, str]] = []
        self._addresses: dict[str, str] = {}
        self._columns: list[tuple[int, int, float | None, bool]] = []
        self._column_format: CellFormat | None = None
        self._freeze: CellRef | None = None
        self._selected = CellRange("", 1, 1, 1, 1)

    # ── cells and rows ────────────────────────────────────────────────────────────────────────────

    def put(
        self,
        row: int,
        column: int,
        cell_format: CellFormat,
        *,
        kind: str = "",
        formula: str = "",
        value: str | None = None,
    ) -> None:
        """Set a cell; within a row from left to right.

        ``kind`` is the type as the file spells it, ``value`` the stored value as spelled in XML. XlsxWriter
        would run forty substitutions over each formula, take a text that names a new function for an array
        formula, and lose the type of an empty text.
        """
        if self._check_dimensions(row - 1, column - 1):
            raise LimitError(f"{self.name}: no cell in row {row}, column {column}")
        style = f' s="{index}"' if (index := cell_format._get_xf_index()) else ""  # noqa: SLF001  # numbers the format
        typed = f' t="{kind}"' if kind else ""
        inner = (f"<f>{escape_text(formula)}</f>" if formula else "") + ("" if value is None else f"<v>{value}</v>")
        start = f'<c r="{column_letters(column)}{row}"{style}{typed}'
        self._cells.setdefault(row, []).append(f"{start}>{inner}</c>" if inner else f"{start}/>")

    def put_text(self, row: int, column: int, cell_format: CellFormat, text: str) -> None:
        """Set a cell to words, never taken for a formula, a number or an address of the web."""
        index = self.str_table._get_shared_string_index(text)  # noqa: SLF001  # as write_string does
        self.put(row, column, cell_format, kind="s", value=str(index))

    def set_heights(self, rows: Mapping[int, PlannedRow]) -> None:
        """Plan the heights of rows, in points."""
        self._rows = dict(rows)

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        for row in sorted(self._cells.keys() | self._rows.keys()):
            self._write_planned_row(row)
        self._xml_end_tag("sheetData")

    def _write_planned_row(self, row: int) -> None:
        """A row that is not fixed says its height but not that it is custom: it still fits itself after an edit."""
        planned = self._rows.get(row)
        attributes: list[tuple[str, str | int]] = [("r", row)]
        if planned is not None:
            attributes.append(("ht", f"{planned.height:.10g}"))
            attributes += [("hidden", 1)] * planned.hidden + [("customHeight", 1)] * planned.fixed
        self._xml_start_tag("row", attributes)
        self.fh.write("".join(self._cells.get(row, ())))
        self._xml_end_tag("row")

    # ── columns ───────────────────────────────────────────────────────────────────────────────────

    def set_columns(self, widths: Mapping[int, float], hidden: Iterable[int], background: CellFormat | None) -> None:
        """Plan the columns, widths in characters; the background is the style of all of them, to the last.

        As columns and never as cells: a sheet that is locked everywhere still holds only the cells it shows.
        ``set_column`` would also stretch the sheet's dimension to all it touches.
        """
        unseen = set(hidden)
        self._column_format = background
        following = 1
        for column in sorted(unseen | set(widths)):
            if background is not None and following < column:
                self._columns.append((following, column - 1, None, False))
            self._columns.append((column, column, widths.get(column), column in unseen))
            following = column + 1
        if background is not None and following <= MAX_COLUMNS:
            self._columns.append((following, MAX_COLUMNS, None, False))

    def _write_cols(self) -> None:
        if not self._columns:
            return
        self._xml_start_tag("cols")
        for column in self._columns:
            self._write_planned_columns(*column)
        self._xml_end_tag("cols")

    def _write_planned_columns(self, first: int, last: int, width: float | None, hidden: bool) -> None:
        stored = _DEFAULT_WIDTH if width is None else stored_width(width)
        attributes: list[tuple[str, str | int]] = [("min", first), ("max", last), ("width", f"{stored:.16g}")]
        if self._column_format is not None:
            attributes.append(("style", self._column_format._get_xf_index()))  # noqa: SLF001  # numbers the format
        attributes += [("hidden", 1)] * hidden + [("customWidth", 1)] * (width is not None)
        self._xml_empty_tag("col", attributes)

    # ── links ─────────────────────────────────────────────────────────────────────────────────────

    def link(self, cells: str, location: str, tip: str) -> None:
        """Lead from a cell to a place of the workbook; the cell keeps its content and its style.

        ``write_url`` would write an address as text into the cell, and judge by its first letters where it leads.
        """
        self._links.append((cells, location, tip))

    def file_link(self, cells: str, address: str, tip: str) -> None:
        """Lead from a cell to a file beside the workbook; ``address`` is a relative one, spelled as in the web."""
        self._links.append((cells, "", tip))
        self._addresses[cells] = address

    def _write_hyperlinks(self) -> None:
        if not self._links:
            return
        self._xml_start_tag("hyperlinks")
        for cells, location, tip in self._links:
            place = [("location", location)] if location else [("r:id", self._relationship(self._addresses[cells]))]
            attributes = [("ref", cells), *place] + [("tooltip", tip)] * bool(tip)
            self._xml_empty_tag("hyperlink", attributes)
        self._xml_end_tag("hyperlinks")

    def _relationship(self, address: str) -> str:
        """The id of a link that leads out of the workbook; the packager lists these first."""
        self.rel_count += 1
        self.external_hyper_links.append(["/hyperlink", address, "External"])
        return f"rId{self.rel_count}"

    # ── charts ────────────────────────────────────────────────────────────────────────────────────

    def chart(self, row: int, column: int, chart: Any) -> None:
        """Show a chart, its top left corner in a cell."""
        code = self.insert_chart(row - 1, column - 1, chart)
        if code:
            raise LimitError(f"{self.name}: XlsxWriter refused the chart in row {row}, column {column}")
        self._ask_for_sizes()

    def _ask_for_sizes(self) -> None:
        """Let XlsxWriter ask for the sizes below instead of taking its own: what floats is placed by cells."""
        self.col_size_changed = True
        self.row_sizes = {0: None}

    # ── notes ─────────────────────────────────────────────────────────────────────────────────────

    def note(self, row: int, column: int, note: Note) -> None:
        """Say something beside a cell while the pointer is on it; by nobody, as no author is ours to name."""
        face = {"font_name": note.font, "font_size": note.size}
        box = {"width": note.width, "height": note.height}
        code = self.write_comment(row - 1, column - 1, note.text, {**face, **box})
        if code:
            raise LimitError(f"{self.name}: XlsxWriter refused the note in row {row}, column {column} with code {code}")
        self._ask_for_sizes()

    def _size_col(self, col: int, anchor: int = 0) -> int:  # noqa: ARG002  # its signature
        """Pixels of a column, counted from 0: the box of a note is placed by the cells under it."""
        for first, last, width, hidden in self._columns:
            if first <= col + 1 <= last and (hidden or width is not None):
                return 0 if hidden or width is None else int(stored_width(width) * DIGIT_PIXELS + 0.5)
        return _DEFAULT_PIXELS

    def _size_row(self, row: int, anchor: int = 0) -> int:  # noqa: ARG002  # its signature
        """Pixels of a row, counted from 0."""
        planned = self._rows.get(row + 1)
        if planned is not None and planned.hidden:
            return 0
        return int((_DEFAULT_HEIGHT if planned is None else planned.height) / POINTS_PER_PIXEL + 0.5)

    # ── what is seen first ────────────────────────────────────────────────────────────────────────

    def set_view(self, freeze: CellRef | None, selected: CellRange | None) -> None:
        """Freeze what stands above and left of a cell, and put the cursor into the pane it belongs to.

        ``set_selection`` puts it into the lower right pane wherever it is, and cannot name A1.
        """
        self._freeze = freeze
        if selected is not None:
            self._selected = selected
        self.panes = [freeze] * (freeze is not None)
        self.selections = [selected] * (selected is not None)

    def _pane_of(self, cell: CellRef) -> str:
        freeze = self._freeze
        below = freeze is not None and 1 < freeze.row <= cell.row
        right = freeze is not None and 1 < freeze.column <= cell.column
        return ("bottom" if below else "top") + ("Right" if right else "Left")

    def _write_panes(self) -> None:
        freeze = self._freeze
        if freeze is None:
            return
        split = [("xSplit", freeze.column - 1)] * (freeze.column > 1) + [("ySplit", freeze.row - 1)] * (freeze.row > 1)
        active = self._pane_of(self._selected.first)
        attributes = [*split, ("topLeftCell", freeze.address), ("activePane", active), ("state", "frozen")]
        self._xml_empty_tag("pane", attributes)

    def _write_selections(self) -> None:
        selected = self._selected
        active = self._pane_of(selected.first)
        for pane in self._panes():
            named = [("pane", pane)] * (pane != "topLeft")
            place = [("activeCell", selected.first.address), ("sqref", selected.address)] if pane == active else []
            if named or place:
                self._xml_empty_tag("selection", named + place)

    def _panes(self) -> tuple[str, ...]:
        freeze = self._freeze
        rows = ("top", "bottom") if freeze is not None and freeze.row > 1 else ("top",)
        columns = ("Left", "Right") if freeze is not None and freeze.column > 1 else ("Left",)
        return tuple(row + column for row in rows for column in columns)

    # ── formulas outside cells ────────────────────────────────────────────────────────────────────

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002  # its signature
        """Our formulas use no function newer than 2010, so none needs a prefix."""
        return formula.removeprefix("=")

    def _convert_name_area(self, first_row: int, first_column: int, last_row: int, last_column: int) -> str:
        """An area for a defined name, its sheet always quoted: some programs refuse a bare Chinese name."""
        first = f"${column_letters(first_column + 1)}${first_row + 1}"
        last = f"${column_letters(last_column + 1)}${last_row + 1}"
        return f"{quoted_sheet(self.name)}!{first}:{last}"


class Book(_Escaping, Workbook):  # type: ignore[misc]  # XlsxWriter has no types
    """A workbook written to memory, its structure locked if wanted."""

    worksheet_class = Sheet

    def __init__(self, target: Any, normal: Mapping[str, object], *, lock_structure: bool) -> None:
        self.lock_structure = lock_structure
        super().__init__(target, {"in_memory": True, "default_format_properties": dict(normal)})

    def add_format(self, properties: Mapping[str, object] | None = None) -> CellFormat:
        """A format that starts from Normal."""
        return self.make_format({**self.default_format_properties, **(properties or {})})

    def make_format(self, properties: Mapping[str, object]) -> CellFormat:
        """A format that starts from nothing (a conditional format must not repeat Normal's colour)."""
        made = CellFormat(dict(properties), self.xf_format_indices, self.dxf_format_indices)
        self.formats.append(made)
        return made

    def _write_workbook_pr(self) -> None:
        """XlsxWriter cannot lock the structure; the schema wants the lock right behind ``workbookPr``."""
        super()._write_workbook_pr()
        if self.lock_structure:
            self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])

    def _get_packager(self) -> _Package:
        return _Package()


def stored_width(characters: float) -> float:
    """A column's width as the file says it: whole pixels, the padding of 5 included."""
    pixels = int(characters * DIGIT_PIXELS + 0.5) + 5 if characters >= 1 else int(characters * (DIGIT_PIXELS + 5) + 0.5)
    return pixels * 256 // DIGIT_PIXELS / 256
