"""Files made to hurt whoever reads them, each small to send and monstrous to read carelessly."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from random import Random

import line
from handmade import MAIN, OFFICE, PACKAGE, book, parts_of, relationships, strings, styles, worksheet
from handmade import zipped as packed_together

from xlreport.writing.template import write_template

MEBIBYTE = 1024 * 1024
REQUESTS = "三 依申请公开"


@cache
def filled() -> bytes:
    """A filled workbook of the shipped form."""
    return write_template(line.form(), line.submission(line.values_json("suqian_2024", level="city")))


@cache
def parts() -> dict[str, bytes]:
    """Its parts."""
    with zipfile.ZipFile(io.BytesIO(filled())) as package:
        return {name: package.read(name) for name in package.namelist()}


def part_of(sheet: str) -> str:
    """The part that holds a sheet."""
    names = re.findall(r'<sheet name="([^"]+)"', parts()["xl/workbook.xml"].decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def with_parts(changed: dict[str, bytes]) -> bytes:
    """The filled workbook with parts added or replaced; large ones are packed no better than is allowed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in (parts() | changed).items():
            archive.writestr(name, _less_packed(content) if name in changed else content)
    return out.getvalue()


def _less_packed(content: bytes) -> bytes:
    """XML with a comment that does not pack, so that the part is not refused for packing too well."""
    if len(content) <= MEBIBYTE or not content.lstrip().startswith(b"<"):
        return content
    declaration, mark, rest = content.partition(b"?>") if content.startswith(b"<?xml") else (b"", b"", content)
    return declaration + mark + b"<!--" + noise(len(content) // 200).hex().encode() + b"-->" + rest


def in_sheet(xml: str, before: str = "</sheetData>") -> bytes:
    """The filled workbook with something put into a sheet, before a mark of it."""
    name = part_of(REQUESTS)
    content = parts()[name].decode()
    assert before in content, before
    return with_parts({name: content.replace(before, xml + before, 1).encode()})


def extra_sheet(content: str) -> bytes:
    """The filled workbook with one sheet more."""
    workbook = parts()["xl/workbook.xml"].replace(b"</sheets>", b'<sheet name="x" sheetId="99" r:id="rIdx"/></sheets>')
    links = parts()["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rIdx" Type="{OFFICE}/worksheet" Target="worksheets/sheetx.xml"/></Relationships>'.encode(),
    )
    others = {"xl/workbook.xml": workbook, "xl/_rels/workbook.xml.rels": links}
    return with_parts(others | {"xl/worksheets/sheetx.xml": content.encode()})


def rows(count: int, row: str = '<row r="{at}"><c r="Z{at}"><v>1</v></c></row>', first: int = 1000) -> str:
    """Many rows."""
    return "".join(row.format(at=at) for at in range(first, first + count))


# ── zips ──


def declared_smaller() -> bytes:
    """An entry that inflates to more than it declares."""
    data = bytearray(with_parts({part_of(REQUESTS): b"<a>" * (20 * MEBIBYTE)}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        infos = {info.filename: info for info in package.infolist()}
    name = part_of(REQUESTS).encode()
    central = data.rindex(name) - 46
    assert data[central : central + 4] == b"PK\x01\x02"
    struct.pack_into("<L", data, central + 24, 1000)
    struct.pack_into("<L", data, infos[name.decode()].header_offset + 22, 1000)
    return bytes(data)


def overlapping_entries() -> bytes:
    """Two thousand entries that all inflate the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = bytes(2 * MEBIBYTE)
    body = packer.compress(content) + packer.flush()
    out = b"PK\x03\x04" + struct.pack(
        "<HHHHHLLLHH", 20, 0, 8, 0, 33, zlib.crc32(content), len(body), len(content), 1, 0
    )
    out += b"a" + body
    central = b""
    for at in range(1_900):
        name = f"x{at}".encode()
        sizes = (zlib.crc32(content), len(body), len(content), len(name))
        central += b"PK\x01\x02" + struct.pack("<HHHHHHLLLHHHHHLL", 20, 20, 0, 8, 0, 33, *sizes, *([0] * 5), 0) + name
    end = struct.pack("<HHHHLLH", 0, 0, 1_900, 1_900, len(central), len(out), 0)
    return out + central + b"PK\x05\x06" + end


def lzma_with_a_large_dictionary() -> bytes:
    """A first entry in a packing that asks for four gigabytes before it begins."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
    data = bytearray(out.getvalue())
    at = data.index(b"\x09\x04\x05\x00") + 5
    data[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


def stored(count: int, size: int) -> bytes:
    """Many parts nobody asked for."""
    return with_parts({f"xl/media/{at}.png": b"x" * size for at in range(count)})


# ── JSON ──


def json_keys() -> bytes:
    keys = ",".join(f'"k{at}":0' for at in range(300_000))
    return f'{{"form":"gov-info-annual-2021","values":{{{keys}}}}}'.encode()


SPECIMENS: dict[str, Callable[[], bytes]] = {
    # the zip
    "a bomb in a part nobody reads": lambda: with_parts({"xl/media/a.png": bytes(60 * MEBIBYTE)}),
    "a bomb in a sheet": lambda: with_parts({part_of(REQUESTS): b" " * (60 * MEBIBYTE)}),
    "many small bombs": lambda: with_parts({f"xl/media/{at}.png": bytes(MEBIBYTE) for at in range(70)}),
    "an entry that inflates to more than it says": declared_smaller,
    "entries that inflate the same bytes": overlapping_entries,
    "a packing that asks for gigabytes": lzma_with_a_large_dictionary,
    "ten thousand entries": lambda: packed_together({f"x{at}": "" for at in range(10_000)}),
    "names of 60,000 characters": lambda: packed_together({f"{at}" + "x" * 60_000: "" for at in range(300)}),
    "as many parts as are allowed": lambda: stored(1_900, 100),
    "nineteen megabytes of pictures": lambda: with_parts({"xl/media/a.jpg": noise(19 * MEBIBYTE)}),
    "more bytes than a form has": lambda: b"PK\x03\x04" + bytes(30 * MEBIBYTE),
    # the XML
    "elements in elements": lambda: with_parts({part_of(REQUESTS): b"<a>" * (10 * MEBIBYTE)}),
    "elements in elements, in the list of types": lambda: with_parts({"[Content_Types].xml": b"<a>" * (2 * MEBIBYTE)}),
    "elements in elements among the strings": lambda: with_parts({"xl/sharedStrings.xml": b"<a>" * (10 * MEBIBYTE)}),
    "cells in cells": lambda: in_sheet("<row>" + "<c>" * 50_000),
    "values in values": lambda: in_sheet("<row><c>" + "<v>" * 3_000_000),
    "rows in rows": lambda: in_sheet("<row>" * 1_000_000),
    "an attribute of thirty megabytes": lambda: in_sheet(f'<row a="{"x" * (30 * MEBIBYTE)}"/>'),
    "a tag of three million attributes": lambda: in_sheet(
        "<row " + " ".join(f'a{at:x}=""' for at in range(3_000_000)) + "/>"
    ),
    "a comment of thirty megabytes": lambda: in_sheet("<!--" + "x" * (30 * MEBIBYTE) + "-->"),
    "three hundred thousand namespaces": lambda: in_sheet(
        "<row " + " ".join(f'xmlns:a{at:x}="b"' for at in range(300_000)) + "/>"
    ),
    "namespaces in namespaces": lambda: in_sheet("".join(f'<a{at:x}:a xmlns:a{at:x}="b">' for at in range(200_000))),
    "a name of ten megabytes": lambda: in_sheet("<" + "x" * (10 * MEBIBYTE) + "/>"),
    "laughs": lambda: with_parts({"xl/workbook.xml": laughs().encode()}),
    "laughs in UTF-16": lambda: with_parts({"xl/workbook.xml": laughs().encode("utf-16")}),
    "references without end": lambda: in_sheet("<row>" + "&#65;" * 5_000_000 + "</row>"),
    "thirty megabytes of white space": lambda: in_sheet(" " * (30 * MEBIBYTE)),
    "in UTF-16, thirty megabytes": lambda: with_parts({part_of(REQUESTS): ("<a>" * (5 * MEBIBYTE)).encode("utf-16")}),
    # the workbook
    "sixty thousand relationships": lambda: with_parts({"xl/_rels/workbook.xml.rels": many_links().encode()}),
    "a hundred thousand sheets": lambda: packed_together(
        parts_of(worksheet()) | {"xl/workbook.xml": book(*((f"s{at}", "") for at in range(100_000)))}
    ),
    "fifteen hundred sheets": lambda: many_sheets(1_500),
    "two hundred sheets": lambda: many_sheets(200),
    "a hundred thousand names": lambda: with_names(100_000),
    "a name of a sheet without end": lambda: with_parts(
        {
            "xl/workbook.xml": parts()["xl/workbook.xml"].replace(
                b'name="' + REQUESTS.encode(), b'name="' + b"x" * 5_000_000
            )
        }
    ),
    "a million formats": lambda: with_parts({"xl/styles.xml": styles("<xf/>" * 1_000_000).encode()}),
    "a hundred thousand number formats": lambda: with_parts({"xl/styles.xml": number_formats(100_000).encode()}),
    # the strings
    "as many strings as are allowed": lambda: with_parts(
        {"xl/sharedStrings.xml": strings("<si><t/></si>" * 199_000).encode()}
    ),
    "strings as long as may be, each with a wide character": lambda: with_parts(
        {"xl/sharedStrings.xml": strings(("<si><t>" + "x" * 32_000 + "😀</t></si>") * 900).encode()}
    ),
    "a string of thirty megabytes": lambda: with_parts(
        {"xl/sharedStrings.xml": strings("<si><t>" + "x" * (30 * MEBIBYTE) + "</t></si>").encode()}
    ),
    "a string of half a million runs": lambda: with_parts(
        {"xl/sharedStrings.xml": strings("<si>" + "<r><t/></r>" * 500_000 + "</si>").encode()}
    ),
    # the cells
    "one cell at the last place": lambda: in_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "an extra sheet with its last cell": lambda: extra_sheet(
        worksheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "seven hundred thousand formatted rows": lambda: in_sheet(rows(700_000, '<row r="{at}" s="1" customFormat="1"/>')),
    "a million rows": lambda: extra_sheet(worksheet(rows(1_040_000, '<row r="{at}"/>'))),
    "as many cells as are allowed, outside the inputs": lambda: in_sheet(rows(54_000)),
    "more cells than are allowed": lambda: in_sheet(rows(250_000)),
    "as many cells as are allowed, in an extra sheet": lambda: extra_sheet(worksheet(rows(54_000, first=1))),
    "as many texts outside the inputs": lambda: in_sheet(
        rows(54_000, '<row r="{at}"><c r="Z{at}" t="inlineStr"><is><t>字字字字字字{at}</t></is></c></row>')
    ),
    "as many formulas as are allowed": lambda: in_sheet(
        rows(54_000, '<row r="{at}"><c r="Z{at}"><f>SUM(A{at}:B{at})+1</f><v>1</v></c></row>')
    ),
    "long formulas": lambda: in_sheet(
        rows(200, '<row r="{at}"><c r="Z{at}"><f>' + "A1+" * 2_500 + "{at}</f><v>1</v></c></row>")
    ),
    "a changed formula among long ones": lambda: changed_among(
        rows(200, '<row r="{at}"><c r="Z{at}"><f>' + "A1+" * 2_500 + "{at}</f><v>1</v></c></row>")
    ),
    "a changed formula among many": lambda: changed_among(
        rows(54_000, '<row r="{at}"><c r="Z{at}"><f>SUM(A{at}:B{at})+1</f><v>1</v></c></row>')
    ),
    "a formula of thirty megabytes": lambda: in_sheet(
        '<row r="999"><c r="A999"><f>' + "(" * (30 * MEBIBYTE) + "</f></c></row>"
    ),
    "a shared formula in every cell": lambda: in_sheet(
        '<row r="999"><c r="Z999"><f t="shared" si="0" ref="Z999:Z9999">'
        + "A1+" * 2_000
        + "1</f></c></row>"
        + rows(54_000, '<row r="{at}"><c r="Z{at}"><f t="shared" si="0"/></c></row>')
    ),
    "short shared formulas": lambda: in_sheet(
        '<row r="999"><c r="Z999"><f t="shared" si="0" ref="Z999:Z9999">A1</f></c></row>'
        + rows(54_000, '<row r="{at}"><c r="Z{at}"><f t="shared" si="0"/></c></row>')
    ),
    "arrays over arrays": lambda: in_sheet(
        rows(20_000, '<row r="{at}"><c r="Z{at}"><f t="array" ref="A1:XFD1048576">1</f></c></row>')
    ),
    "the same cell again and again": lambda: in_sheet('<row r="999">' + '<c r="Z999"><v>1</v></c>' * 54_000 + "</row>"),
    "errors in every input": lambda: every_input('<c r="{at}" t="e"><v>#N/A</v></c>'),
    "the longest text in every input": lambda: every_input(
        '<c r="{at}" t="inlineStr"><is><t>' + "１，" * 16_000 + "</t></is></c>"
    ),
    "ligatures in every input": lambda: every_input(
        '<c r="{at}" t="inlineStr"><is><t>' + "\ufdfa" * 30_000 + "</t></is></c>"
    ),
    "digits in every input": lambda: every_input('<c r="{at}" t="inlineStr"><is><t>' + "1 " * 16_000 + "</t></is></c>"),
    "a formula in every input": lambda: every_input('<c r="{at}"><f>' + "A1+" * 2_500 + "1</f><v>1</v></c>"),
    # around the cells
    "merges upon merges": lambda: in_sheet(
        "<mergeCells>" + '<mergeCell ref="D5:E9"/>' * 9_000 + "</mergeCells>", before="</worksheet>"
    ),
    "validations of one cell": lambda: in_sheet(
        "<dataValidations>"
        + '<dataValidation sqref="D5"><formula1>1</formula1></dataValidation>' * 9_000
        + "</dataValidations>",
        before="</worksheet>",
    ),
    "a validation of many areas": lambda: in_sheet(
        '<dataValidations><dataValidation sqref="' + "D5:E99 " * 9_000 + '"/></dataValidations>',
        before="</worksheet>",
    ),
    "columns upon columns": lambda: with_columns('<col min="1" max="16384" style="1"/>' * 16_384),
    "every column by itself": lambda: with_columns(columns()),
    "every column by itself, and no other cell": lambda: with_columns(columns(), r"<c [^>]*/>"),
    "links from every cell": lambda: in_sheet(
        "<hyperlinks>"
        + "".join(f'<hyperlink ref="Z{at}" location="A{at}"/>' for at in range(1, 9_000))
        + "</hyperlinks>",
        before="</worksheet>",
    ),
    "comments without end": lambda: with_comments(100_000),
    "long comments": lambda: with_comments(900, "x" * 30_000),
    # JSON
    "JSON of three hundred thousand keys": json_keys,
    "JSON in JSON": lambda: b'{"a":' * 2_000_000,
    "JSON with a number of a million digits": lambda: b'{"form":"toy","year":' + b"9" * 1_000_000 + b"}",
    "JSON of thirty megabytes": lambda: b'{"form":"' + b"x" * (30 * MEBIBYTE) + b'"}',
}


def noise(size: int) -> bytes:
    """Bytes that do not pack."""
    block = Random(1).randbytes(MEBIBYTE)  # noqa: S311 - tests, not secrets
    return (block * (size // MEBIBYTE + 1))[:size]


def laughs() -> str:
    lines = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY a0 "ha">{lines}]><a>&a9;</a>'


def many_links() -> str:
    return relationships(*((f"r{at}", "worksheet", "worksheets/sheet1.xml") for at in range(60_000)))


def many_sheets(count: int) -> bytes:
    """The filled workbook with many sheets more, each looking like one of the form's."""
    old = parts()
    names = "".join(f'<sheet name="s{at}" sheetId="{at + 100}" r:id="x{at}"/>' for at in range(count))
    links = "".join(
        f'<Relationship Id="x{at}" Type="{OFFICE}/worksheet" Target="worksheets/x{at}.xml"/>' for at in range(count)
    )
    changed = {
        "xl/workbook.xml": old["xl/workbook.xml"].replace(b"</sheets>", names.encode() + b"</sheets>"),
        "xl/_rels/workbook.xml.rels": old["xl/_rels/workbook.xml.rels"].replace(
            b"</Relationships>", links.encode() + b"</Relationships>"
        ),
    }
    sheet = worksheet('<row r="1"><c r="A1"><v>1</v></c></row>').encode()
    return with_parts(changed | {f"xl/worksheets/x{at}.xml": sheet for at in range(count)})


def with_names(count: int) -> bytes:
    names = "".join(f'<definedName name="n{at}">1</definedName>' for at in range(count))
    old = parts()["xl/workbook.xml"]
    return with_parts({"xl/workbook.xml": old.replace(b"</definedNames>", names.encode() + b"</definedNames>")})


def number_formats(count: int) -> str:
    formats = "".join(f'<numFmt numFmtId="{at}" formatCode="{"[" * 200}y"/>' for at in range(count))
    return styles("<xf/>").replace("<cellStyleXfs>", f"<numFmts>{formats}</numFmts><cellStyleXfs>")


def changed_among(xml: str) -> bytes:
    """A sheet in which one of our formulas is another, so that every formula is looked at."""
    name = part_of(REQUESTS)
    content = parts()[name].decode()
    content = re.sub(r"<f>IF", "<f>IFX", content, count=1)
    return with_parts({name: content.replace("</sheetData>", xml + "</sheetData>").encode()})


def every_input(cell: str) -> bytes:
    """Something in every unlocked cell of the largest table."""
    content = parts()[part_of(REQUESTS)].decode()
    pattern = re.compile(r'<c r="([D-I][0-9]+)"[^>]*?(?:/>|><v>.*?</c>)')
    changed = pattern.sub(lambda match: cell.format(at=match[1]), content)
    assert changed != content
    return with_parts({part_of(REQUESTS): changed.encode()})


def columns() -> str:
    """Every column by itself, the last one first."""
    return "".join(f'<col min="{at}" max="{at}" style="1"/>' for at in range(16_384, 0, -1))


def with_columns(columns: str, without: str = "") -> bytes:
    """The filled workbook with other columns in every sheet, some of its cells gone."""
    changed = {}
    for name, content in parts().items():
        if name.startswith("xl/worksheets/sheet"):
            text = re.sub(r"<cols>.*</cols>", f"<cols>{columns}</cols>", content.decode(), flags=re.DOTALL)
            changed[name] = (re.sub(without, "", text) if without else text).encode()
    return with_parts(changed)


def with_comments(count: int, words: str = "x") -> bytes:
    """Comments at many cells of a sheet."""
    listed = "".join(f'<comment ref="Z{at + 1}"><text><t>{words}</t></text></comment>' for at in range(count))
    name = part_of(REQUESTS).rpartition("/")[2]
    links = (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="c" Type="{OFFICE}/comments" Target="../comments1.xml"/>'
        "</Relationships>"
    )
    return with_parts(
        {
            f"xl/worksheets/_rels/{name}.rels": links.encode(),
            "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList>{listed}</commentList></comments>'.encode(),
        }
    )
