"""What honest programs change in a workbook when they save it, done to the XML of a file: none of it means anything.

The XML is our own writer's, so plain patterns find their places; a change that finds nothing to change is a mistake of
the test and raises.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

from handmade import OFFICE, PACKAGE

from xlreport.cells import column_letters, parse_address
from xlreport.reading.tokens import shift

Parts = dict[str, bytes]
Change = Callable[[bytes], bytes]
BOOK, STYLES, STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
X14AC = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


# ── packages ──────────────────────────────────────────────────────────────────────────────────────


def parts_of(data: bytes) -> Parts:
    """The parts of a file, by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A file of parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def is_sheet(name: str) -> bool:
    """Whether a part is a worksheet."""
    return name.startswith("xl/worksheets/sheet")


def is_any(_name: str) -> bool:
    """Every part."""
    return True


def named(name: str) -> Callable[[str], bool]:
    """Just the part of that name."""
    return lambda one: one == name


def within(which: Callable[[str], bool], *changes: tuple[str, str]) -> Change:
    """Patterns replaced in some parts; one that is found in none of them raises."""

    def change(data: bytes) -> bytes:
        parts = parts_of(data)
        for pattern, new in changes:
            count = 0
            for name in filter(which, parts):
                text, times = re.subn(pattern, new, parts[name].decode(), flags=re.DOTALL)
                parts[name], count = text.encode(), count + times
            assert count, f"{pattern} is nowhere"
        return packed(parts)

    return change


def without(*prefixes: str) -> Change:
    """Parts left out, with whatever names them."""

    def change(data: bytes) -> bytes:
        parts = parts_of(data)
        gone = [name for name in parts if name.startswith(prefixes)]
        assert gone, prefixes
        kept = {name: content for name, content in parts.items() if name not in gone}
        for name in gone:
            link = rf'<Relationship [^>]*Target="(?:[^"]*/)?{re.escape(name.rsplit("/", 1)[1])}"[^>]*/>'
            typed = rf'<Override PartName="/{re.escape(name)}"[^>]*/>'
            for listing in filter(lambda one: one.endswith(".rels") or one.startswith("[C"), kept):
                kept[listing] = re.sub(f"{link}|{typed}", "", kept[listing].decode()).encode()
        return packed(kept)

    return change


def with_part(name: str, content: str, kind: str, owner: str = BOOK) -> Change:
    """Another part, linked from its owner."""

    def change(data: bytes) -> bytes:
        parts = parts_of(data)
        folder, leaf = owner.rsplit("/", 1)
        listing = f"{folder}/_rels/{leaf}.rels"
        links = parts.get(listing, f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>'.encode()).decode()
        link = f'<Relationship Id="rIdMore{len(parts)}" Type="{OFFICE}/{kind}" Target="/{name}"/></Relationships>'
        parts[listing] = links.replace("</Relationships>", link).encode()
        return packed({**parts, name: content.encode()})

    return change


def one_after_the_other(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(data: bytes) -> bytes:
        for one in changes:
            data = one(data)
        return data

    return change


def reordered(data: bytes) -> bytes:
    """The parts in the contrary order."""
    return packed(dict(reversed(parts_of(data).items())))


def with_folders(data: bytes) -> bytes:
    """Not packed, with entries for the folders as some programs add them."""
    parts = parts_of(data)
    folders = {f"{name.rsplit('/', at)[0]}/": b"" for name in parts for at in range(1, name.count("/") + 1)}
    return packed({**folders, **parts}, zipfile.ZIP_STORED)


def with_other_part_names(data: bytes) -> bytes:
    """Sheets in parts of other names, linked by paths from the root."""
    listing = "xl/_rels/workbook.xml.rels"

    def other(name: str) -> str:
        return re.sub(r"xl/worksheets/sheet(\d+)", r"xl/worksheets/Blatt_\1", name)

    parts = {other(name): content for name, content in parts_of(data).items()}
    links = re.sub(r'Target="(?=\w)', 'Target="/xl/', parts[listing].decode())
    parts[listing] = other(links).encode()
    parts["[Content_Types].xml"] = other(parts["[Content_Types].xml"].decode()).encode()
    return packed(parts)


def with_byte_order_mark(data: bytes) -> bytes:
    """Every XML part with a mark of its encoding in place of the declaration."""
    parts = parts_of(data)
    return packed(
        {name: b"\xef\xbb\xbf" + re.sub(rb"^<\?xml[^>]*\?>\s*", b"", content) for name, content in parts.items()}
    )


def in_utf_16(data: bytes) -> bytes:
    """Every XML part in another encoding."""
    declared = {
        name: content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
        for name, content in parts_of(data).items()
    }
    return packed(declared)


# ── XML as others spell it ────────────────────────────────────────────────────────────────────────

_TAG = re.compile(r"<([\w:]+)((?:\s+[\w:]+=\"[^\"]*\")+)\s*(/?)>")


def with_attributes_backwards(data: bytes) -> bytes:
    """The attributes of every element in the contrary order."""

    def backwards(found: re.Match[str]) -> str:
        attributes = re.findall(r"[\w:]+=\"[^\"]*\"", found[2])
        return f"<{found[1]} {' '.join(reversed(attributes))}{found[3]}>"

    parts = parts_of(data)
    return packed({name: _TAG.sub(backwards, content.decode()).encode() for name, content in parts.items()})


def with_prefix(data: bytes) -> bytes:
    """Every element of workbook, sheets, styles and strings with a prefix for its namespace."""
    parts = parts_of(data)
    ours = [name for name in parts if is_sheet(name) or name in (BOOK, STYLES, STRINGS)]
    for name in ours:
        text = re.sub(r"<(/?)(\w+)(?=[ />])", r"<\1x:\2", parts[name].decode()).replace(" xmlns=", " xmlns:x=", 1)
        parts[name] = text.encode()
    return packed(parts)


_TRUTHS = ("sheet", "locked", "customHeight", "customWidth", "hidden", "objects", "scenarios", "lockStructure", "b")


def with_truth_in_words(data: bytes) -> bytes:
    """``true`` and ``false`` for 1 and 0 in the attributes of truth."""
    pattern = rf' ({"|".join(_TRUTHS)}|apply\w+|show\w+|allowBlank)="([01])"'
    parts = parts_of(data)
    for name in (one for one in parts if is_sheet(one) or one in (BOOK, STYLES)):
        words = re.sub(pattern, lambda one: f' {one[1]}="{"true" if one[2] == "1" else "false"}"', parts[name].decode())
        parts[name] = words.encode()
    assert b'locked="false"' in parts[STYLES]
    return packed(parts)


# ── strings ───────────────────────────────────────────────────────────────────────────────────────

_SHARED = re.compile(r'<c r="([A-Z]+\d+)"( s="\d+")? t="s"><v>(\d+)</v></c>')
_INLINE = re.compile(r'<c r="([A-Z]+\d+)"( s="\d+")? t="inlineStr"><is>(.*?)</is></c>', re.DOTALL)


def _items(parts: Parts) -> list[str]:
    return re.findall(r"<si>(.*?)</si>", parts[STRINGS].decode(), re.DOTALL)


def with_inline_strings(data: bytes) -> bytes:
    """Every shared string in its cell, and no table of strings."""
    parts = parts_of(data)
    items = _items(parts)
    for name in filter(is_sheet, parts):
        inline = _SHARED.sub(
            lambda one: f'<c r="{one[1]}"{one[2] or ""} t="inlineStr"><is>{items[int(one[3])]}</is></c>',
            parts[name].decode(),
        )
        parts[name] = inline.encode()
    return without(STRINGS)(packed(parts))


def with_shared_strings_again(data: bytes) -> bytes:
    """Inline strings in a table again, each cell with one of its own, the last cell's first."""
    parts = parts_of(with_inline_strings(data))
    found = [item for name in filter(is_sheet, parts) for _, _, item in _INLINE.findall(parts[name].decode())]
    numbers = iter(range(len(found) - 1, -1, -1))
    for name in filter(is_sheet, parts):
        shared = _INLINE.sub(
            lambda one: f'<c r="{one[1]}"{one[2] or ""} t="s"><v>{next(numbers)}</v></c>', parts[name].decode()
        )
        parts[name] = shared.encode()
    table = "".join(f"<si>{item}</si>" for item in reversed(found))
    linked = with_part(STRINGS, f'<sst xmlns="{_MAIN}">{table}</sst>', "sharedStrings")
    return linked(packed(parts))


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def in_rich_runs(data: bytes) -> bytes:
    """Every string in two runs with faces of their own, as programs part Chinese and Latin letters."""

    def parted(found: re.Match[str]) -> str:
        words = re.findall(r"&\w+;|.", found[1], re.DOTALL)
        half = len(words) // 2
        runs = ("".join(words[:half]), "".join(words[half:]))
        face = '<rPr><sz val="10"/><rFont val="Arial"/></rPr>'
        return "<si>" + "".join(f'<r>{face}<t xml:space="preserve">{run}</t></r>' for run in runs) + "</si>"

    parts = parts_of(data)
    table = re.sub(r"<si><t(?: [^>]*)?>(.*?)</t></si>", parted, parts[STRINGS].decode(), flags=re.DOTALL)
    assert table.count("<r>") > 1000  # nearly every string
    return packed({**parts, STRINGS: table.encode()})


# ── styles ────────────────────────────────────────────────────────────────────────────────────────


def with_other_style_ids(data: bytes) -> bytes:
    """The cell formats in the contrary order but for the first, every cell, row and column renumbered."""
    parts = parts_of(data)
    head, formats, tail = _cell_formats(parts[STYLES].decode())
    turned = [formats[0], *reversed(formats[1:])]
    parts[STYLES] = (head + "".join(turned) + tail).encode()

    def renumbered(found: re.Match[str]) -> str:
        number = int(found[2])
        return f'{found[1]}"{len(formats) - number if number else 0}"'

    for name in filter(is_sheet, parts):
        parts[name] = re.sub(r'((?: s| style)=)"(\d+)"', renumbered, parts[name].decode()).encode()
    return packed(parts)


def _cell_formats(styles: str) -> tuple[str, list[str], str]:
    start, end = re.search(r"<cellXfs[^>]*>", styles), styles.index("</cellXfs>")
    assert start
    formats = re.findall(r"<xf [^>]*?/>|<xf .*?</xf>", styles[start.end() : end], re.DOTALL)
    return styles[: start.end()], formats, styles[end:]


# ── formulas ──────────────────────────────────────────────────────────────────────────────────────

_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"( s="\d+")?( t="\w+")?><f>(.*?)</f>(<v>.*?</v>|<v/>)?</c>', re.DOTALL)


def without_stored_values(data: bytes) -> bytes:
    """Formulas that no program has calculated."""
    return within(is_sheet, (_FORMULA.pattern, r'<c r="\1"\2><f>\4</f></c>'))(data)


def with_values_of(other: bytes) -> Change:
    """What a program that never recalculates leaves: each formula with the value it had in another file."""
    before = parts_of(other)

    def change(data: bytes) -> bytes:
        parts = parts_of(data)
        stale = {name: _with_values(parts[name].decode(), before[name].decode()) for name in filter(is_sheet, parts)}
        return packed({**parts, **{name: text.encode() for name, text in stale.items()}})

    return change


def _with_values(sheet: str, other: str) -> str:
    old = {one[1]: one for one in _FORMULA.finditer(other)}

    def stale(found: re.Match[str]) -> str:
        value = old[found[1]]
        return f'<c r="{found[1]}"{found[2] or ""}{value[3] or ""}><f>{found[4]}</f>{value[5] or ""}</c>'

    return _FORMULA.sub(stale, sheet)


def with_shared_formulas(data: bytes) -> bytes:
    """Formulas that repeat downwards written once; every other one shared with nobody."""
    parts = parts_of(data)
    shared = {name: _Sharing(parts[name].decode()) for name in filter(is_sheet, parts)}
    assert sum(one.followers for one in shared.values()) > 0
    return packed({**parts, **{name: one.sheet().encode() for name, one in shared.items()}})


class _Sharing:
    """The formulas of a sheet in groups, each the formula of one cell moved down to those below it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.groups: list[list[tuple[int, int]]] = []
        self.group_of: dict[tuple[int, int], int] = {}
        formulas: dict[tuple[int, int], str] = {}
        for found in _FORMULA.finditer(text):
            row, column = place = _place(found[1])
            formulas[place] = found[4]
            above = formulas.get((row - 1, column))
            follows = above is not None and shift(above, 1, 0) == found[4]
            if not follows:
                self.groups.append([])
            self.group_of[place] = self.group_of[row - 1, column] if follows else len(self.groups) - 1
            self.groups[self.group_of[place]].append(place)

    @property
    def followers(self) -> int:
        """How many formulas are written elsewhere."""
        return sum(len(group) - 1 for group in self.groups)

    def sheet(self) -> str:
        """The sheet with its formulas shared."""
        return _FORMULA.sub(self.cell, self.text)

    def cell(self, found: re.Match[str]) -> str:
        """One cell with its formula, or with the number of the group it belongs to."""
        number = self.group_of[_place(found[1])]
        (row, column), (last, _) = self.groups[number][0], self.groups[number][-1]
        area = f"{column_letters(column)}{row}:{column_letters(column)}{last}"
        is_first = _place(found[1]) == (row, column)
        written = f' ref="{area}" si="{number}">{found[4]}</f>' if is_first else f' si="{number}"/>'
        return f'<c r="{found[1]}"{found[2] or ""}{found[3] or ""}><f t="shared"{written}{found[5] or ""}</c>'


def _place(address: str) -> tuple[int, int]:
    place = parse_address(address)
    assert place is not None
    return place


def with_calculation_chain(data: bytes) -> bytes:
    """The order in which Excel calculated last, in a part of its own."""
    parts = parts_of(data)
    cells = "".join(
        f'<c r="{found[1]}" i="{number}"/>'
        for number, name in enumerate(filter(is_sheet, parts), start=1)
        for found in _FORMULA.finditer(parts[name].decode())
    )
    return with_part("xl/calcChain.xml", f'<calcChain xmlns="{_MAIN}">{cells}</calcChain>', "calcChain")(data)


# ── the list ──────────────────────────────────────────────────────────────────────────────────────

_SHEETS = is_sheet
_EXTENSIONS = (
    f'<extLst><ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}" xmlns:x14="{X14}" xmlns:xm="{XM}">'
    '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="expression" id="{A}"><xm:f>1=1</xm:f>'
    "</x14:cfRule><xm:sqref>D5:D9</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>"
    '<x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1><xm:f>A1:A9</xm:f></x14:formula1>'
    "<xm:sqref>D5</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
)
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>某人</dc:creator><dc:creator>再一人'
    '</dc:creator><dc:date>昨天</dc:date><dcterms:modified xsi:type="dcterms:W3CDTF">2025年1月12日</dcterms:modified>'
    "<cp:keywords><b>甲</b></cp:keywords></cp:coreProperties>"
)
_WPS = one_after_the_other(
    within(is_sheet, ("<dimension[^>]*/>", '<dimension ref="A1:A1"/>')),
    within(
        named(STYLES),
        ('<xf numFmtId="0"( fontId="\\d+" fillId="0")', r'<xf numFmtId="59"\1'),
        ("<fills ([^>]*)>", r"<fills \1><fill/>"),
    ),
    within(named("docProps/core.xml"), ("<cp:coreProperties.*", _CORE)),
    within(named("docProps/app.xml"), ("Microsoft Excel", "WPS Office")),
    within(named(BOOK), ('appName="xl"', 'appName="et"'), ("<calcPr [^>]*/>", '<calcPr calcId="144525"/>')),
)
_EXCEL_365 = one_after_the_other(
    within(
        is_sheet,
        (
            "<worksheet ",
            f'<worksheet xmlns:mc="{MC}" mc:Ignorable="x14ac" xmlns:x14ac="{X14AC}" ',
        ),
        (r'<row r="(\d+)"', r'<row r="\1" spans="1:10" x14ac:dyDescent="0.2"'),
        ("</sheetData>", '</sheetData><phoneticPr fontId="9" type="noConversion"/>'),
    ),
    within(
        named(BOOK),
        (
            "<workbookPr ",
            (
                f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="x15"><x15ac:absPath url="C:\\\\" '
                'xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"/></mc:Choice>'
                '</mc:AlternateContent><workbookPr codeName="ThisWorkbook" '
            ),
        ),
    ),
    with_part("docMetadata/LabelInfo.xml", "<labelList/>", "labels"),
    with_part("xl/persons/person.xml", "<personList/>", "person"),
    with_part("customXml/item1.xml", "<x/>", "customXml"),
    with_part("xl/printerSettings/printerSettings1.bin", "x", "printerSettings", "xl/worksheets/sheet4.xml"),
)

CHANGES: Mapping[str, Change] = {
    "zoom": within(
        is_sheet, ("<sheetView ", '<sheetView zoomScale="55" zoomScaleNormal="85" view="pageBreakPreview" ')
    ),
    "column widths": within(is_sheet, (r' width="[\d.]+"', ' width="3.5" bestFit="1"')),
    "hidden columns shown": within(is_sheet, ('(<col [^>]*) hidden="1"', r"\1")),
    "row heights": within(is_sheet, (r' ht="[\d.]+"( customHeight="1")?', ' ht="88" customHeight="1"')),
    "rows hidden by a filter": within(
        named("xl/worksheets/sheet9.xml"),
        (r'<row r="(1[0-9])"', r'<row r="\1" hidden="1"'),
        (
            "<autoFilter ([^>]*)/>",
            r'<autoFilter \1><filterColumn colId="5"><filters blank="1"/></filterColumn></autoFilter>',
        ),
    ),
    "rows grouped": within(is_sheet, (r'<row r="([89])"', r'<row r="\1" outlineLevel="1" collapsed="1"')),
    "panes and grid lines": within(is_sheet, ("<pane [^>]*/>", ""), (' showGridLines="0"', "")),
    "print settings": within(
        is_sheet,
        ("<pageMargins [^>]*/>", '<pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/>'),
        ("<pageSetup [^>]*/>", '<pageSetup paperSize="8" scale="40" orientation="landscape"/>'),
        ("<headerFooter>.*?</headerFooter>", ""),
        ("<printOptions [^>]*/>", ""),
    ),
    "print area": within(named(BOOK), (r"\$A\$1:\$J\$30", "$A$1:$B$3"), (r"\$2:\$4", "$1:$9")),
    "window position": within(named(BOOK), ("<workbookView [^>]*/>", '<workbookView xWindow="-9" minimized="1"/>')),
    "active sheet": within(named(BOOK), ("<workbookView ", '<workbookView activeTab="4" firstSheet="3" ')),
    "selected cells": within(is_sheet, ("<selection [^>]*/>", '<selection activeCell="C9" sqref="C9:F12"/>')),
    "colours of tabs": within(is_sheet, ("<sheetPr>", '<sheetPr><tabColor rgb="FFFF0000"/>')),
    "conditional colours": within(is_sheet, ("<conditionalFormatting .*?</conditionalFormatting>", "")),
    "order of the parts": reordered,
    "entries for folders": with_folders,
    "names of the parts": with_other_part_names,
    "byte order mark": with_byte_order_mark,
    "UTF-16": in_utf_16,
    "white space kept": within(named(STRINGS), ("<t>", '<t xml:space="preserve">')),
    "shared strings inline": with_inline_strings,
    "inline strings shared again": with_shared_strings_again,
    "strings in runs": in_rich_runs,
    "phonetic readings": within(
        named(STRINGS),
        ("</si>", '<rPh sb="0" eb="1"><t>dao</t></rPh><phoneticPr fontId="1" type="noConversion"/></si>'),
    ),
    "style ids": with_other_style_ids,
    "true for 1": with_truth_in_words,
    "order of attributes": with_attributes_backwards,
    "prefix of the namespace": with_prefix,
    "line breaks between elements": within(is_sheet, ("(</row>|</c>|</sheetData>|</cols>)", r"\1\r\n  ")),
    "dimension too small": within(is_sheet, ("<dimension [^>]*/>", '<dimension ref="A1"/>')),
    "dimension too large": within(is_sheet, ("<dimension [^>]*/>", '<dimension ref="A1:XFD1048576"/>')),
    "no dimension": within(is_sheet, ("<dimension [^>]*/>", "")),
    "calculation chain": with_calculation_chain,
    "no theme": without("xl/theme/"),
    "no document properties": without("docProps/"),
    "stored values dropped": without_stored_values,
    "shared formulas": with_shared_formulas,
    "numbers with a point": within(is_sheet, (r'(<c r="[A-Z]+\d+"(?: s="\d+")?><v>\d{1,6})</v>', r"\1.0</v>")),
    "numbers with an exponent": within(is_sheet, (r'(<c r="[A-Z]+\d+"(?: s="\d+")?><v>\d{1,6})</v>', r"\1E+00</v>")),
    "date system said": within(named(BOOK), ("<workbookPr ", '<workbookPr date1904="0" ')),
    "no workbook properties": within(named(BOOK), ("<workbookPr [^>]*/>", "")),
    "visible said": within(named(BOOK), (r'(sheetId="\d+")( r:id)', r'\1 state="visible"\2')),
    "hidden, not very hidden": within(named(BOOK), ("veryHidden", "hidden")),
    "names in another order": within(
        named(BOOK),
        ("<definedNames>(<definedName .*?</definedName>)(.*)</definedNames>", r"<definedNames>\2\1</definedNames>"),
    ),
    "a filter that each user has": within(
        named(BOOK),
        (
            "</definedNames>",
            '<definedName name="Z_0815_.wvu.FilterData" localSheetId="8">校验!$A$4</definedName></definedNames>',
        ),
    ),
    "password": within(
        is_sheet,
        (
            "<sheetProtection ",
            '<sheetProtection algorithmName="SHA-512" hashValue="YQ==" saltValue="YQ==" spinCount="100000" ',
        ),
    ),
    "validations in one": within(
        named("xl/worksheets/sheet4.xml"),
        (
            r' sqref="B8:D8">(<formula1>0</formula1><formula2>999999999999</formula2></dataValidation>)',
            r' sqref="B8:D8 B11:D12">\1',
        ),
        (r'<dataValidation (?:[^>]*) sqref="B1[12]:D1[12]">.*?</dataValidation>', ""),
    ),
    "formatted blank cells far away": within(
        is_sheet, ("</sheetData>", '<row r="900"><c r="B900" s="3"/><c r="ZZ900" s="9"/></row></sheetData>')
    ),
    "extensions": within(is_sheet, ("</worksheet>", _EXTENSIONS)),
    "what Excel 365 adds": _EXCEL_365,
    "what WPS does": _WPS,
}
"""What programs change, by what it is; none of it is a finding."""
TOGETHER = (
    *(
        name
        for name in CHANGES
        if name
        not in (
            *("no dimension", "no workbook properties", "no document properties", "panes and grid lines"),
            *("shared strings inline", "numbers with a point"),
            *("order of the parts", "order of attributes", "true for 1", "prefix of the namespace", "extensions"),
            *("names of the parts", "line breaks between elements", "byte order mark", "UTF-16"),
        )
    ),
    *("order of attributes", "true for 1", "extensions", "prefix of the namespace", "names of the parts", "UTF-16"),
)
"""Changes that can be made one after the other: none takes away what the next changes, and the spelling comes last."""
