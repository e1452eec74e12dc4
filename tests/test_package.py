"""What a file is, by its content: everything that is no plain .xlsx is refused, with the way out."""

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from handmade import MAIN, book, content_types, one_cell, parts_of, relationships, strings, styles, worksheet, zipped

from xlreport.errors import WorkbookError
from xlreport.messages.files_zh import FILE_REFUSALS
from xlreport.reading import package
from xlreport.reading.package import MAX_INFLATED_BYTES, Package, PartReader, open_package, refusal, resolve
from xlreport.reading.workbook import read_workbook

PARTS = parts_of(worksheet('<row r="1"><c r="A1"><v>5</v></c></row>'))
GOOD = zipped(PARTS)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ODS = "application/vnd.oasis.opendocument.spreadsheet"
WORKBOOK, TYPES, LINKS = "xl/workbook.xml", "[Content_Types].xml", "_rels/.rels"
STRICT_LINKS = relationships(("r1", "officeDocument", WORKBOOK)).replace(
    "http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument"
)
LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
MEBIBYTE = 1024 * 1024


def changed(parts: Mapping[str, str | bytes]) -> bytes:
    """The good file with parts added or replaced."""
    return zipped(PARTS | dict(parts))


def without(part: str) -> bytes:
    return zipped({name: text for name, text in PARTS.items() if name != part})


def typed(content_type: str) -> bytes:
    return changed({TYPES: content_types(content_type)})


def ole(stream: str) -> bytes:
    return OLE + f"{stream}\0".encode("utf-16-le") + bytes(64)


def entry_changed(data: bytes, offset: int, value: bytes) -> bytes:
    """The last entry changed at an offset of its central header, and where its local header says the same."""
    result = bytearray(data)
    central = data.rindex(b"PK\x01\x02")
    (local,) = struct.unpack_from("<L", data, central + 42)
    for start in (central + offset, local + offset - 2):
        result[start : start + len(value)] = value
    return bytes(result)


def code_of(data: bytes, name: str = "甲街道.xlsx") -> str:
    """The code a file is refused with; empty where it is read."""
    try:
        read_workbook(data, name)
    except WorkbookError as error:
        return error.code
    return ""


REFUSED = {
    "nothing": (b"", "EMPTY-FILE"),
    "a truncated file": (GOOD[: len(GOOD) // 2], "DAMAGED-FILE"),
    "an empty zip left by a failed save": (zipped({}), "DAMAGED-FILE"),
    "an encrypted workbook": (ole("EncryptedPackage"), "ENCRYPTED-FILE"),
    "an xls file": (ole("Workbook"), "OLD-FORMAT"),
    "an xls file of Excel 5": (ole("Book"), "OLD-FORMAT"),
    "an xls file of Excel 3": (b"\x09\x02\x06\x00\x00\x00\x10\x00", "OLD-FORMAT"),
    "a doc file": (ole("WordDocument"), "OTHER-OFFICE-FILE"),
    "a ppt file": (ole("PowerPoint Document"), "OTHER-OFFICE-FILE"),
    "an OLE2 file cut before its directory": (OLE, "OLD-OR-ENCRYPTED"),
    "an xlsb file": (typed("application/vnd.ms-excel.sheet.binary.macroEnabled.main"), "BINARY-WORKBOOK"),
    "an xlsm file": (typed("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "MACRO-WORKBOOK"),
    "an xlsx file with macros inside": (changed({"xl/vbaProject.bin": b"x"}), "MACRO-WORKBOOK"),
    "an xlsx file with a macro sheet": (changed({"xl/macrosheets/sheet1.xml": "<x/>"}), "MACRO-WORKBOOK"),
    "a docx file": (typed("application/vnd.openxmlformats-officedocument.wordprocessingml.x"), "OTHER-OFFICE-FILE"),
    "a pptx file": (typed("application/vnd.openxmlformats-officedocument.presentationml.x"), "OTHER-OFFICE-FILE"),
    "an unknown Office file": (changed({WORKBOOK: '<document xmlns="urn:x"/>'}), "OTHER-OFFICE-FILE"),
    "an ods file": (zipped({"mimetype": ODS, "content.xml": "<x/>"}), "OPENDOCUMENT"),
    "an odt file": (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "OTHER-OFFICE-FILE"),
    "an ods file with a damaged type": (entry_changed(zipped({"mimetype": ODS}), 16, b"\0\0\0\0"), "DAMAGED-FILE"),
    "a strict file, by its links": (changed({LINKS: STRICT_LINKS}), "STRICT-FORMAT"),
    "a strict file, by its workbook": (
        changed({WORKBOOK: '<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'}),
        "STRICT-FORMAT",
    ),
    "a file of Apple's": (zipped({"Index/Document.iwa": "x", "Metadata/Properties.plist": "x"}), "OTHER-OFFICE-FILE"),
    "an ods file in an unusual packing": (entry_changed(zipped({"mimetype": ODS}), 10, b"\x0e\x00"), "DAMAGED-FILE"),
    "a zip of files": (zipped({"甲.xlsx": GOOD, "乙.xlsx": GOOD}), "ARCHIVE-FILE"),
    "a rar file": (b"Rar!\x1a\x07\x01\x00", "ARCHIVE-FILE"),
    "a CSV file": ("收到,1\n".encode("gbk"), "NOT-A-WORKBOOK"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "NOT-A-WORKBOOK"),
    "no table of content types": (without(TYPES), "DAMAGED-FILE"),
    "no links": (without(LINKS), "DAMAGED-FILE"),
    "no link to a workbook": (changed({LINKS: relationships()}), "DAMAGED-FILE"),
    "no workbook part": (without(WORKBOOK), "DAMAGED-FILE"),
    "no sheet part": (without("xl/worksheets/sheet1.xml"), "DAMAGED-FILE"),
    "broken XML": (changed({WORKBOOK: "<workbook"}), "DAMAGED-FILE"),
    "an unheard-of encoding": (changed({WORKBOOK: '<?xml version="1.0" encoding="x"?><a/>'}), "DAMAGED-FILE"),
    "an encoding of two bytes": (changed({WORKBOOK: '<?xml version="1.0" encoding="gbk"?><a/>'}), "DAMAGED-FILE"),
    "an encrypted entry": (entry_changed(GOOD, 8, b"\x01\x00"), "ENCRYPTED-FILE"),
    "a wrong check sum": (entry_changed(GOOD, 16, b"\0\0\0\0"), "DAMAGED-FILE"),
    "an entry longer than it declares": (entry_changed(GOOD, 24, b"\x09\0\0\0"), "DAMAGED-FILE"),
    "an unusual packing": (entry_changed(GOOD, 10, b"\x0c\x00"), "DAMAGED-FILE"),
    "a table of contents in disorder": (entry_changed(GOOD, 0, b"PK\x09\x09"), "DAMAGED-FILE"),
    "an entry twice": (zipped([*PARTS.items(), (WORKBOOK, "<x/>")]), "DAMAGED-FILE"),
    "an entry twice, in another case": (changed({"XL/Workbook.xml": "<x/>"}), "DAMAGED-FILE"),
    "an entry twice, with a backslash": (changed({"xl\\workbook.xml": "<x/>"}), "DAMAGED-FILE"),
    "an entry twice, as if from the root": (changed({"/xl/workbook.xml": "<x/>"}), "DAMAGED-FILE"),
    "more parts than a form has": (changed({f"x{number}": "" for number in range(2_000)}), "TOO-LARGE"),
    "parts that inflate beyond measure": (changed({"a": bytes(33 * MEBIBYTE), "b": bytes(33 * MEBIBYTE)}), "TOO-LARGE"),
    "a part that packs too well": (changed({"xl/theme.xml": bytes(2 * MEBIBYTE)}), "TOO-LARGE"),
    "a document type": (changed({WORKBOOK: LAUGHS}), "UNSAFE-XML"),
    "a document type in UTF-16": (changed({WORKBOOK: LAUGHS.encode("utf-16")}), "UNSAFE-XML"),
    "a document type in the styles": (
        zipped(parts_of(worksheet(), styles=LAUGHS)),
        "UNSAFE-XML",
    ),
    "a text no cell can hold": (one_cell(f'<c t="str"><v>{"长" * 32_768}</v></c>'), "TEXT-TOO-LONG"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_plain_workbook_is_refused_for_what_it_is(case: str) -> None:
    data, code = REFUSED[case]
    assert code_of(data) == code


def test_every_refusal_is_reached_by_a_case() -> None:
    assert {code for _, code in REFUSED.values()} | {"LOCK-FILE"} == set(FILE_REFUSALS)


@pytest.mark.parametrize(
    "name", ["~$甲街道.xlsx", "收件箱/~$甲街道.xlsx", "收件箱\\~$甲街道.xlsx", ".~lock.甲街道.xlsx#"]
)
def test_what_a_program_leaves_beside_an_open_file_is_named_so(name: str) -> None:
    assert code_of(b"\x05clerk" + bytes(159), name) == "LOCK-FILE"


def test_a_good_workbook_is_read_whatever_it_is_called() -> None:
    assert code_of(GOOD, "~$甲街道.txt") == ""


def test_a_large_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_FILE_BYTES", len(GOOD) - 1)
    assert code_of(GOOD) == "TOO-LARGE"


def test_a_list_of_parts_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_LISTING_BYTES", len(PARTS[LINKS]) - 1)
    assert code_of(GOOD) == "TOO-LARGE"


def large(xml: str) -> bytes:
    """The good file with a sheet of more than a mebibyte, whatever is allowed to pack."""
    sheet = worksheet("<row><c><v>5</v></c></row>" + xml)
    return changed({"xl/worksheets/sheet1.xml": sheet.replace("<sheetData>", f"<sheetData>{' ' * MEBIBYTE}")})


@pytest.fixture
def packs_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts may pack as well as they can."""
    monkeypatch.setattr(package, "MAX_RATIO", 2_000)


@pytest.mark.usefixtures("packs_well")
@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("<a>" * 900 + "</a>" * 900, ""),
        ("<a>" * 1_100 + "</a>" * 1_100, "TOO-LARGE"),
        ("<a/>" * 1_100, ""),
        (f'<a b="{"x" * MEBIBYTE}"/>', ""),
        (f'<a b="{"x" * 4 * MEBIBYTE}"/>', "TOO-LARGE"),
        (f"<!--{'x' * 4 * MEBIBYTE}-->", "TOO-LARGE"),
        ("<a/>" * 1_700_000, "TOO-LARGE"),
        (" " * 33 * MEBIBYTE, "TOO-LARGE"),
    ],
    ids=["deep", "too deep", "many", "a large tag", "too large a tag", "too large a comment", "tags", "bytes"],
)
def test_a_large_part_is_read_to_its_end_or_given_up(xml: str, code: str) -> None:
    assert code_of(large(xml)) == code


@pytest.mark.usefixtures("packs_well")
def test_a_large_part_means_what_a_small_one_means() -> None:
    sheet = read_workbook(large('<mergeCell ref="A1:B1"/>'), "甲.xlsx").sheets[0]
    assert (sheet.cells, sheet.merges) == (read_workbook(GOOD, "甲.xlsx").sheets[0].cells, ())


def test_the_parts_of_a_workbook_share_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    total = sum(len(text) for name, text in PARTS.items())
    monkeypatch.setattr(package, "MAX_PARSED_BYTES", total - 1)
    assert code_of(GOOD) == "TOO-LARGE"


def test_a_part_of_many_pieces_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_CHUNK", 7)
    assert read_workbook(GOOD, "甲.xlsx").sheets[0].cells.keys() == {(1, 1)}


def test_the_message_says_which_file_what_it_is_and_what_to_do() -> None:
    assert str(refusal("OLD-FORMAT", "甲街道.xls")) == (
        "甲街道.xls：这是旧版 .xls 或 .et 文件。请在 WPS 或 Excel 中打开，"
        "“另存为”选择“Excel 工作簿（.xlsx）”后再交；只改文件名的后缀没有用。"
    )


def test_every_refusal_is_two_plain_sentences() -> None:
    assert [code for code, texts in FILE_REFUSALS.items() if not all(text.endswith("。") for text in texts)] == []


def test_names_that_climb_out_of_the_package_touch_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = changed({"../../evil.txt": "x", "/etc/evil.txt": "x", "C:\\evil.txt": "x"})
    assert (code_of(data), list(tmp_path.iterdir())) == ("", [])


def test_a_link_that_climbs_out_of_the_package_leads_to_its_root() -> None:
    links = relationships(("r1", "officeDocument", "../../../xl/workbook.xml"))
    assert code_of(changed({LINKS: links})) == ""


@pytest.mark.parametrize(
    ("folder", "target", "part"),
    [
        ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl", "/xl/styles.xml", "xl/styles.xml"),
        ("xl/worksheets", "../media/a.png", "xl/media/a.png"),
        ("xl", "worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("", "../../../etc/passwd", "etc/passwd"),
        ("", "//server/share", "server/share"),
    ],
)
def test_a_target_is_the_name_of_a_part(folder: str, target: str, part: str) -> None:
    assert resolve(folder, target) == part


def test_links_that_lead_outside_are_no_links() -> None:
    outside = '<Relationship Id="x" Type="a/b" Target="http://x/" TargetMode="External"/></Relationships>'
    data = changed({LINKS: relationships(("r1", "officeDocument", WORKBOOK)).replace("</Relationships>", outside)})
    assert [link.id for link in open_package(data, "甲.xlsx").relationships("")] == ["r1"]


def test_a_type_by_extension_counts_where_there_is_no_other() -> None:
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="XML" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    )
    assert code_of(changed({TYPES: types})) == "MACRO-WORKBOOK"


def test_every_part_that_is_needed_is_parsed_once_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = Package.parse

    def counting(opened: Package, part: str, reader: PartReader, limit: int = MAX_INFLATED_BYTES) -> None:
        parsed.append(part)
        parse(opened, part, reader, limit)

    monkeypatch.setattr(Package, "parse", counting)
    data = zipped(
        parts_of(
            worksheet(),
            worksheet(),
            styles=styles("<xf/>"),
            sharedStrings=strings("<si><t>字</t></si>"),
            workbook=book(("一", ""), ("二", "")),
        )
        | {"xl/theme/theme1.xml": "<broken", "xl/drawings/drawing1.xml": "<broken", "docProps/custom.xml": "<broken"}
    )
    read_workbook(data, "甲.xlsx")
    assert sorted(parsed) == [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",
    ]


def test_a_namespace_prefix_changes_nothing() -> None:
    prefixed = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    plain = read_workbook(GOOD, "甲.xlsx").sheets[0].cells
    assert read_workbook(changed({"xl/worksheets/sheet1.xml": prefixed}), "甲.xlsx").sheets[0].cells == plain
