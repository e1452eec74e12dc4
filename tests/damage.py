"""Damage done to a filled workbook on its XML: every kind of change, made at one cell, as a program would leave it.

The XML is our own writer's, so plain patterns find its cells; a change that finds nothing to change is a mistake of the
test and raises.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from handmade import MAIN, OFFICE

from xlreport.cells import CellRange, CellRef, column_letters, parse_address

Parts = Mapping[str, bytes]


@dataclass(frozen=True)
class Book:
    """The parts of a workbook, and which part holds which sheet."""

    parts: Parts
    sheets: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: bytes) -> "Book":
        """The parts of a file."""
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
        return cls(parts, {name: f"xl/worksheets/sheet{at}.xml" for at, name in enumerate(names, start=1)})

    def data(self) -> bytes:
        """The file; not packed, as that costs most of the time."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
            for name, content in self.parts.items():
                package.writestr(name, content)
        return target.getvalue()

    def xml(self, sheet: str) -> str:
        """The XML of a sheet."""
        return self.parts[self.sheets[sheet]].decode()

    def with_xml(self, sheet: str, xml: str) -> "Book":
        """Another XML for a sheet."""
        return self.with_part(self.sheets[sheet], xml)

    def with_part(self, part: str, content: str | bytes) -> "Book":
        """Another content for a part, which may be new."""
        raw = content.encode() if isinstance(content, str) else content
        return Book({**self.parts, part: raw}, self.sheets)

    def with_workbook(self, change: Callable[[str], str]) -> "Book":
        """Another ``workbook.xml``."""
        return self.with_part("xl/workbook.xml", _changed(self.parts["xl/workbook.xml"].decode(), change))


def _changed(text: str, change: Callable[[str], str]) -> str:
    changed = change(text)
    assert changed != text, "nothing was changed"
    return changed


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────


def _pattern(address: str) -> re.Pattern[str]:
    return re.compile(rf'<c r="{address}"( s="\d+")?((?: t="\w+")?)(?:/>|>(.*?)</c>)', re.DOTALL)


def cell_xml(book: Book, cell: CellRef) -> re.Match[str]:
    """A cell as it stands in its sheet."""
    found = _pattern(cell.address).search(book.xml(cell.sheet))
    assert found, f"{cell} is not in the file"
    return found


def with_cell(book: Book, cell: CellRef, inside: str, kind: str = "", style: str | None = None) -> Book:
    """A cell with other content; its style is kept unless told otherwise; one the file lacks is added."""
    typed = f' t="{kind}"' if kind else ""
    xml = book.xml(cell.sheet)
    found = _pattern(cell.address).search(xml)
    styled = (found[1] or "" if found else "") if style is None else style
    new = f'<c r="{cell.address}"{styled}{typed}>{inside}</c>'
    if found:
        return book.with_xml(cell.sheet, xml[: found.start()] + new + xml[found.end() :])
    return book.with_xml(cell.sheet, _inserted(xml, cell, new))


def _inserted(xml: str, cell: CellRef, new: str) -> str:
    """A cell put into its row in order; the row is made where there is none."""
    row = re.search(rf'(<row r="{cell.row}"[^>]*?)(?:/>|>(.*?)</row>)', xml, re.DOTALL)
    if row is None:
        return xml.replace("</sheetData>", f'<row r="{cell.row}">{new}</row></sheetData>')
    cells = re.findall(r'<c r="[A-Z]+\d+"[^>]*?(?:/>|>.*?</c>)', row[2] or "", re.DOTALL)
    cells = sorted([*cells, new], key=lambda one: _place(one)[1])
    return xml[: row.start()] + f"{row[1]}>{''.join(cells)}</row>" + xml[row.end() :]


def _place(cell: str) -> tuple[int, int]:
    place = parse_address(cell.split('"')[1])
    assert place is not None
    return place


def number(book: Book, cell: CellRef, digits: str) -> Book:
    """A number over whatever stood there."""
    return with_cell(book, cell, f"<v>{digits}</v>")


def text(book: Book, cell: CellRef, words: str) -> Book:
    """Words over whatever stood there."""
    return with_cell(book, cell, f"<is><t>{words}</t></is>", "inlineStr")


def formula(book: Book, cell: CellRef, written: str, value: str = "1") -> Book:
    """A formula over whatever stood there."""
    return with_cell(book, cell, f"<f>{written}</f><v>{value}</v>")


def emptied(book: Book, cell: CellRef) -> Book:
    """Nothing there any more, its format either."""
    xml = book.xml(cell.sheet)
    return book.with_xml(cell.sheet, _changed(xml, lambda one: _pattern(cell.address).sub("", one, count=1)))


def twice(book: Book, cell: CellRef) -> Book:
    """The cell a second time, with another content."""
    found = cell_xml(book, cell)
    again = f'<c r="{cell.address}"><v>987</v></c>'
    xml = book.xml(cell.sheet)
    return book.with_xml(cell.sheet, xml[: found.end()] + again + xml[found.end() :])


def cut(book: Book, source: CellRef, target: CellRef) -> Book:
    """The source's content and style in the target's place, and nothing left at the source."""
    found = cell_xml(book, source)
    kind = found[2].removeprefix(' t="').removesuffix('"')
    return emptied(with_cell(book, target, found[3] or "", kind, found[1] or ""), source)


# ── looks and locks ───────────────────────────────────────────────────────────────────────────────


def with_lock(book: Book, cell: CellRef, locked: bool) -> Book:
    """The same cell in a new format that is locked or open."""
    return _with_format(book, cell, f'<xf applyProtection="1"><protection locked="{int(locked)}"/></xf>')


def as_date(book: Book, cell: CellRef) -> Book:
    """What a typed ``1-2`` becomes: a serial of this century in a date's format."""
    dated = _with_format(book, cell, '<xf numFmtId="14" applyProtection="1"><protection locked="0"/></xf>')
    return number(dated, cell, "45659")


def _with_format(book: Book, cell: CellRef, xf: str) -> Book:
    styles = book.parts["xl/styles.xml"].decode()
    counted = re.search(r'<cellXfs count="(\d+)">', styles)
    assert counted
    changed = styles.replace(counted[0], f'<cellXfs count="{int(counted[1]) + 1}">').replace(
        "</cellXfs>", f"{xf}</cellXfs>"
    )
    found = cell_xml(book, cell)
    again = f'<c r="{cell.address}" s="{counted[1]}"{found[2]}>{found[3] or ""}</c>'
    xml = book.xml(cell.sheet)
    styled = book.with_xml(cell.sheet, xml[: found.start()] + again + xml[found.end() :])
    return styled.with_part("xl/styles.xml", changed)


def without_validation(book: Book, cell: CellRef) -> Book:
    """What a paste with formats does: the limits of the cell are gone."""
    pattern = re.compile(
        rf'<dataValidation [^>]*sqref="{cell.address}(?::[A-Z]+[0-9]+)?"[^>]*>.*?</dataValidation>', re.DOTALL
    )
    return book.with_xml(cell.sheet, _changed(book.xml(cell.sheet), lambda xml: pattern.sub("", xml)))


def with_validation(book: Book, cell: CellRef, old: str, new: str) -> Book:
    """Other limits for a cell."""
    pattern = re.compile(
        rf'<dataValidation [^>]*sqref="{cell.address}(?::[A-Z]+[0-9]+)?"[^>]*>.*?</dataValidation>', re.DOTALL
    )
    xml = book.xml(cell.sheet)
    found = pattern.search(xml)
    assert found
    return book.with_xml(cell.sheet, xml.replace(found[0], _changed(found[0], lambda one: one.replace(old, new))))


def merged(book: Book, area: CellRange) -> Book:
    """A rectangle made one cell."""
    merge = f'<mergeCell ref="{area.address}"/>'
    xml = book.xml(area.sheet)
    if "</mergeCells>" in xml:
        return book.with_xml(area.sheet, xml.replace("</mergeCells>", f"{merge}</mergeCells>"))
    return book.with_xml(area.sheet, xml.replace("</sheetData>", f"</sheetData><mergeCells>{merge}</mergeCells>"))


def linked(book: Book, cell: CellRef, location: str = "'校验'!A1") -> Book:
    """A link at a cell, or another target for the one it has."""
    xml = book.xml(cell.sheet)
    link = f'<hyperlink ref="{cell.address}" location="{location}"/>'
    own = re.compile(rf'<hyperlink ref="{cell.address}"[^>]*/>')
    if own.search(xml):
        return book.with_xml(cell.sheet, _changed(xml, lambda one: own.sub(link, one)))
    if "</hyperlinks>" in xml:
        return book.with_xml(cell.sheet, xml.replace("</hyperlinks>", f"{link}</hyperlinks>"))
    return book.with_xml(
        cell.sheet, re.sub("(?=<printOptions|<pageMargins)", f"<hyperlinks>{link}</hyperlinks>", xml, count=1)
    )


def unlinked(book: Book, cell: CellRef) -> Book:
    """A link that is gone."""
    own = re.compile(rf'<hyperlink ref="{cell.address}"[^>]*/>')
    return book.with_xml(cell.sheet, _changed(book.xml(cell.sheet), lambda one: own.sub("", one)))


# ── rows, columns and cells that move ─────────────────────────────────────────────────────────────

Move = Callable[[int, int], tuple[int, int] | None]
"""Where a row and column go; ``None`` where they are deleted."""


def row_inserted(book: Book, sheet: str, row: int) -> Book:
    """A row inserted before a row."""
    return _moved(book, sheet, lambda one, column: (one + (one >= row), column))


def row_deleted(book: Book, sheet: str, row: int) -> Book:
    """A row deleted."""
    return _moved(book, sheet, lambda one, column: None if one == row else (one - (one > row), column))


def column_inserted(book: Book, sheet: str, column: int) -> Book:
    """A column inserted before a column."""
    return _moved(book, sheet, lambda row, one: (row, one + (one >= column)))


def column_deleted(book: Book, sheet: str, column: int) -> Book:
    """A column deleted."""
    return _moved(book, sheet, lambda row, one: None if one == column else (row, one - (one > column)))


def cell_inserted_right(book: Book, cell: CellRef) -> Book:
    """A cell inserted; the rest of the row moves right."""
    return _moved(book, cell.sheet, _in_row(cell, 1))


def cell_inserted_down(book: Book, cell: CellRef) -> Book:
    """A cell inserted; the rest of the column moves down."""
    return _moved(book, cell.sheet, _in_column(cell, 1))


def cell_deleted_left(book: Book, cell: CellRef) -> Book:
    """A cell deleted; the rest of the row moves left."""
    return _moved(book, cell.sheet, _in_row(cell, -1))


def cell_deleted_up(book: Book, cell: CellRef) -> Book:
    """A cell deleted; the rest of the column moves up."""
    return _moved(book, cell.sheet, _in_column(cell, -1))


def _in_row(cell: CellRef, step: int) -> Move:
    def move(row: int, column: int) -> tuple[int, int] | None:
        if row != cell.row or column < cell.column:
            return row, column
        return None if step < 0 and column == cell.column else (row, column + step)

    return move


def _in_column(cell: CellRef, step: int) -> Move:
    def move(row: int, column: int) -> tuple[int, int] | None:
        if column != cell.column or row < cell.row:
            return row, column
        return None if step < 0 and row == cell.row else (row + step, column)

    return move


def _moved(book: Book, sheet: str, move: Move) -> Book:
    """Every cell, merge, validation and link of a sheet where the move takes it; formulas of ours name no cell here."""
    xml = book.xml(sheet)
    start, end = xml.index("<sheetData>"), xml.index("</sheetData>")
    rows: dict[int, list[tuple[int, str]]] = {}
    for match in re.finditer(r'<c r="([A-Z]+\d+)"(.*?)(?=<c r=|</row>)', xml[start:end], re.DOTALL):
        place = parse_address(match[1])
        assert place
        target = move(*place)
        if target is not None:
            rows.setdefault(target[0], []).append((target[1], f'<c r="{_address(target)}"{match[2]}'))
    body = "".join(
        f'<row r="{row}">{"".join(one for _, one in sorted(cells))}</row>' for row, cells in sorted(rows.items())
    )

    def rest(match: re.Match[str]) -> str:
        ends = [parse_address(one) for one in match[2].split(":")]
        targets = [move(*one) for one in ends if one]
        kept = [one for one in targets if one]
        return (
            f'{match[1]}"{":".join(map(_address, kept))}"' if len(kept) == len(targets) else f'{match[1]}"XFD1048576"'
        )

    after = re.sub(r'((?:mergeCell ref|hyperlink ref|sqref)=)"([A-Z]+\d+(?::[A-Z]+\d+)?)"', rest, xml[end:])
    return book.with_xml(sheet, _changed(xml, lambda one: one[:start] + "<sheetData>" + body + after))


def _address(place: tuple[int, int]) -> str:
    return f"{column_letters(place[1])}{place[0]}"


# ── the file around its sheets ────────────────────────────────────────────────────────────────────


def renamed(book: Book, sheet: str, name: str) -> Book:
    """A sheet under another name, in the list of sheets, in the formulas and in the names, as programs do it."""
    parts = {
        part: content.replace(sheet.encode(), name.encode())
        for part, content in book.parts.items()
        if part.startswith("xl/w")
    }
    return Book({**book.parts, **parts}, book.sheets)


def sheet_deleted(book: Book, sheet: str) -> Book:
    """A sheet taken out of the list."""
    return book.with_workbook(lambda xml: re.sub(rf'<sheet name="{sheet}"[^>]*/>', "", xml))


def sheet_added(book: Book, name: str, like: str = "") -> Book:
    """Another sheet: an empty one, or a copy of one that is there."""
    xml = (
        book.xml(like)
        if like
        else re.sub("<sheetData>.*", "<sheetData/></worksheet>", book.xml("校验"), flags=re.DOTALL)
    )
    number = len(book.sheets) + 1
    relation = (
        f'<Relationship Id="rIdNew" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/></Relationships>'
    )
    links = book.parts["xl/_rels/workbook.xml.rels"].decode().replace("</Relationships>", relation)
    listed = book.with_workbook(
        lambda one: one.replace("</sheets>", f'<sheet name="{name}" sheetId="99" r:id="rIdNew"/></sheets>')
    )
    return listed.with_part("xl/_rels/workbook.xml.rels", links).with_part(f"xl/worksheets/sheet{number}.xml", xml)


def sheet_state(book: Book, sheet: str, state: str) -> Book:
    """A sheet hidden, or shown."""
    return book.with_workbook(
        lambda xml: re.sub(
            rf'<sheet name="{sheet}" sheetId="(\d+)"(?: state="\w+")?',
            rf'<sheet name="{sheet}" sheetId="\1" state="{state}"',
            xml,
        )
    )


def sheet_moved_first(book: Book, sheet: str) -> Book:
    """A sheet moved before all others."""

    def change(xml: str) -> str:
        found = re.search(rf'<sheet name="{sheet}"[^>]*/>', xml)
        assert found
        return xml.replace(found[0], "").replace("<sheets>", f"<sheets>{found[0]}")

    return book.with_workbook(change)


def unprotected(book: Book, sheet: str) -> Book:
    """A sheet whose lock was taken off."""
    return book.with_xml(sheet, _changed(book.xml(sheet), lambda xml: re.sub("<sheetProtection[^>]*/>", "", xml)))


def structure_unlocked(book: Book) -> Book:
    """A workbook whose sheets may be moved about."""
    return book.with_workbook(lambda xml: re.sub("<workbookProtection[^>]*/>", "", xml))


def names_lost(book: Book) -> Book:
    """A workbook without defined names."""
    return book.with_workbook(lambda xml: re.sub("<definedNames>.*?</definedNames>", "", xml))


def commented(book: Book, cell: CellRef, words: str) -> Book:
    """A comment at a cell."""
    part = book.sheets[cell.sheet]
    rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
    listed = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rIdC" Type="{OFFICE}/comments" Target="../comments9.xml"/></Relationships>'
    )
    comments = (
        f'<comments xmlns="{MAIN}"><authors><author>某人</author></authors><commentList>'
        f'<comment ref="{cell.address}" authorId="0"><text><t>{words}</t></text></comment></commentList></comments>'
    )
    return book.with_part(rels, listed).with_part("xl/comments9.xml", comments)
