"""Workbooks written by hand, part by part, for what no program writes on request."""

import warnings
from collections.abc import Iterable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def zipped(parts: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip of parts, in their order; pairs may repeat a name."""
    target = BytesIO()
    with warnings.catch_warnings(), ZipFile(target, "w", ZIP_DEFLATED) as archive:
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, content in parts.items() if isinstance(parts, Mapping) else parts:
            archive.writestr(name, content)
    return target.getvalue()


def relationships(*links: tuple[str, str, str]) -> str:
    """A part of links, each with its id, the last word of its type, and its target."""
    lines = "".join(f'<Relationship Id="{id_}" Type="{OFFICE}/{kind}" Target="{to}"/>' for id_, kind, to in links)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def worksheet(rows: str = "", *, before: str = "", after: str = "") -> str:
    """A worksheet with these rows, and what stands before and after them."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def styles(formats: str) -> str:
    """A style sheet with these cell formats; its cell styles say the contrary, and must not count."""
    return (
        f'<styleSheet xmlns="{MAIN}"><cellStyleXfs><xf><protection locked="0"/></xf></cellStyleXfs>'
        f"<cellXfs>{formats}</cellXfs><dxfs><dxf><protection locked='0'/></dxf></dxfs></styleSheet>"
    )


def strings(items: str) -> str:
    """A table of shared strings."""
    return f'<sst xmlns="{MAIN}">{items}</sst>'


def book(*sheets: tuple[str, str], before: str = "") -> str:
    """A workbook part: each sheet's name and further attributes; what stands before them."""
    lines = "".join(
        f'<sheet name="{name}" sheetId="{number}" {more} r:id="s{number}"/>'
        for number, (name, more) in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheets>{lines}</sheets></workbook>'


def parts_of(*sheets: str, **other: str) -> dict[str, str | bytes]:
    """The parts of a workbook with these worksheets; ``styles``, ``strings``, ``workbook`` and ``content_type``."""
    links = [(f"s{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
    links += [(kind, kind, f"{kind}.xml") for kind in ("styles", "sharedStrings") if kind in other]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": content_types(other.get("content_type", WORKBOOK_TYPE)),
        "_rels/.rels": relationships(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": other.get("workbook", book(*((f"表{n}", "") for n in range(1, len(sheets) + 1)))),
        "xl/_rels/workbook.xml.rels": relationships(*links),
    }
    parts |= {f"xl/{kind}.xml": other[kind] for kind in ("styles", "sharedStrings") if kind in other}
    return parts | {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, 1)}


def content_types(main: str) -> str:
    """The table of content types, with the type of the main part."""
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>'
    )


def workbook(*sheets: str, **other: str) -> bytes:
    """The bytes of a workbook; see ``parts_of``."""
    return zipped(parts_of(*sheets, **other))


def one_cell(cell: str, **other: str) -> bytes:
    """A workbook of one sheet with one row of these cells."""
    return workbook(worksheet(f'<row r="1">{cell}</row>'), **other)
