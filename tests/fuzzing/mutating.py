"""Break a workbook as people, programs, transport and attackers do: its zip, its parts, its XML, its cells.

Everything is drawn from one ``Random``: the same seed breaks the same workbook in the same way.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

MOST_CHANGES = 5
"""Changes of one workbook; most get one or two."""

NUMBERS = (
    *("0", "-0", "1", "-1", "2", "7.5", "1e308", "1e309", "-1e-320", "NaN", "inf", "1e5", "0x10", "1_000", "９", "١"),
    *("99999999999999999999", "2147483648", "4294967296", "1048577", "16385", "16384", "1048576", "45659", "", " 5 "),
    *("0.30000000000000004", "999999999999", "1000000000000", "1E+02", "+5", "5.", ".5", "--5", "1e", "-9999999"),
)
ADDRESSES = (
    *("A1", "XFD1048576", "XFE1", "A0", "A1048577", "$B$2", "b3", "A1:B2", "B2:A1", "A:A", "1:1", "", "?", "AAAA1"),
    *("A1:XFD1048576", "A1 B2", "A" * 50, "A01", "Ａ１", "A1:", ":A1", "1A", "C3 C3 C3"),
)
TEXTS = (
    *(
        "",
        " ",
        "　",
        "是",
        "否",
        "12件",
        "-",
        "/",
        "无",
        "N/A",
        "12%",
        "1,234",
        "１２",
        "(5)",
        "2025-01-02",
        "十二",
        "①",
    ),
    *("_x000D_", "_x0000_", "_xD800_", "_x005F_x000D_", "_xFFFF_", "=1+1", "+1", "@x", "#REF!", "TRUE", "a\u202eb"),
    *("<b>", "&", "]]>", '"', "'", "\u200b", "\U0001f600", "长" * 300, "甲\n乙\r丙\t丁", "\x7f\x85", "\ufffe", "属实"),
    *("xlreport", "toy", "1.0", "A" * 33_000, "{0}", "{cells}", "%s", "𝟙𝟚", "²", "\u2028", "…", "½", "1 2"),
)
FORMULAS = (
    *("1+1", "A1", "SUM(A:A)", "SUM(A1:XFD1048576)", "#REF!", "TRUE()", "NA()", "((((((1))))))", '"x"&"y"', "'a'!A1"),
    *(
        "[1]Sheet1!A1",
        "_xlfn.X(1)",
        "R1C1",
        "A1:B2 B2:C3",
        "{1,2;3,4}",
        "=",
        "'",
        '"',
        "(" * 300,
        "-" * 300 + "1",
        "A1#",
    ),
    *("INDEX('_meta'!$A:$Z,1,1)", "x" * 9_000, "1E999", "LOG10(A1)", "A1048576+XFD1", "\\n", "表!甲"),
)
KINDS = ("n", "s", "str", "inlineStr", "b", "e", "d", "x", "")
CODES = ("General", "yyyy-mm-dd", "0%", "@", "0.00E+00", '"', "[", "[h]:mm", "\\", "日" * 300, ";;;", "_", "*", "")
TARGETS = (
    *(
        "worksheets/sheet1.xml",
        "/xl/workbook.xml",
        "../../../etc/passwd",
        "http://x/",
        "",
        ".",
        "styles.xml",
        "\\\\a\\b",
    ),
    *("sharedStrings.xml", "WORKSHEETS/SHEET1.XML", "worksheets/sheet99.xml", "C:/x", "%2e%2e/x", "a\u0000b"),
)
SNIPPETS = (
    *(
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
        "<![CDATA[<c/>]]>",
        "<!-- -->",
        "<?x y?>",
        "&#0;",
        "&#x110000;",
        "&b;",
        "&#65;",
    ),
    *("<x>" * 200 + "</x>" * 200, "<row/>", "<c/>", "<sheetData/>", "<mergeCell ref='A1:B9'/>", "<v>1</v>", "<is/>"),
    *("<f t='shared' si='0'/>", "<f t='array' ref='A1:Z99'>1</f>", "<sheetProtection/>", "<t>字</t>", "<rPh><t>x</t>"),
    *("</sheetData>", "</worksheet>", "<hyperlink ref='A1' location='x'/>", "<col min='1' max='3'/>", "<xf/>", "\x00"),
)


@dataclass
class Parts:
    """A workbook taken apart: its entries in their order, which may repeat a name."""

    entries: list[tuple[str, bytes]]
    packing: int = zipfile.ZIP_STORED
    spoil: list[Callable[[bytearray, Random], None]] = field(default_factory=list)

    def whole(self, random: Random) -> bytes:
        """The bytes of the file."""
        data = bytearray(zipped(self.entries, self.packing))
        for one in self.spoil:
            one(data, random)
        return bytes(data)


@lru_cache(maxsize=64)
def taken_apart(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """The entries of a workbook; of a file that is no zip, none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return tuple((info.filename, package.read(info)) for info in package.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, zlib.error, EOFError, RuntimeError):
        return ()


def zipped(entries: list[tuple[str, bytes]], packing: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of these entries, written by hand: it may repeat names, and is quick."""
    out, central = bytearray(), bytearray()
    for name, content in entries:
        encoded = name.encode("utf-8", "surrogatepass")
        packed = _packed(content) if packing == zipfile.ZIP_DEFLATED else content
        sizes = (zlib.crc32(content), len(packed), len(content), len(encoded))
        central += b"PK\x01\x02" + struct.pack(
            "<HHHHHHLLLHHHHHLL", 20, 20, 0x800, packing, 0, 33, *sizes, *([0] * 5), len(out)
        )
        central += encoded
        out += b"PK\x03\x04" + struct.pack("<HHHHHLLLHH", 20, 0x800, packing, 0, 33, *sizes, 0) + encoded + packed
    end = struct.pack("<HHHHLLH", 0, 0, len(entries) & 0xFFFF, len(entries) & 0xFFFF, len(central), len(out), 0)
    return bytes(out + central + b"PK\x05\x06" + end)


def _packed(content: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def mutated(data: bytes, random: Random) -> bytes:
    """A workbook, broken; one that is no zip any more is spoiled byte by byte."""
    entries = taken_apart(data)
    if not entries:
        spoiled = bytearray(data)
        random.choice(SPOILERS)(spoiled, random)
        return bytes(spoiled)
    parts = Parts(list(entries), random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))
    for _ in range(min(random.randint(1, MOST_CHANGES), random.randint(1, MOST_CHANGES))):
        change = random.choices(list(CHANGES), list(CHANGES.values()))[0]
        change(parts, random)
    return parts.whole(random)


# ── parts ─────────────────────────────────────────────────────────────────────────────────────────


def _any_part(parts: Parts, random: Random) -> int:
    return random.randrange(len(parts.entries))


def _some_part(parts: Parts, random: Random, word: str) -> int:
    """A part whose name has a word, else any."""
    found = [at for at, (name, _) in enumerate(parts.entries) if word in name.lower()]
    return random.choice(found) if found else _any_part(parts, random)


_READ = ("worksheets/sheet", "sharedstrings", "styles", "workbook.xml", ".rels", "content_types", "comments")
_READ_WEIGHTS = (12, 3, 3, 3, 2, 1, 1)


def _read_part(parts: Parts, random: Random) -> int:
    """A part that is looked at."""
    return _some_part(parts, random, random.choices(_READ, _READ_WEIGHTS)[0])


def part_dropped(parts: Parts, random: Random) -> None:
    """A part is missing."""
    if len(parts.entries) > 1:
        del parts.entries[_any_part(parts, random)]


def part_twice(parts: Parts, random: Random) -> None:
    """A part is there twice, perhaps spelled another way."""
    name, content = parts.entries[_any_part(parts, random)]
    spelled = random.choice((name, name.upper(), "/" + name, name.replace("/", "\\"), f"./{name}"))
    parts.entries.insert(random.randint(0, len(parts.entries)), (spelled, content))


def part_renamed(parts: Parts, random: Random) -> None:
    """A part has another name."""
    at = _any_part(parts, random)
    name, content = parts.entries[at]
    other = random.choice(
        (*TARGETS, name + "x", name[:-1], "xl/vbaProject.bin", "mimetype", "xl/comments1.xml", name.title())
    )
    parts.entries[at] = other or "x", content


def parts_swapped(parts: Parts, random: Random) -> None:
    """Two parts have each other's content."""
    one, other = _read_part(parts, random), _any_part(parts, random)
    (a, left), (b, right) = parts.entries[one], parts.entries[other]
    parts.entries[one], parts.entries[other] = (a, right), (b, left)


def parts_shuffled(parts: Parts, random: Random) -> None:
    """The parts come in another order."""
    random.shuffle(parts.entries)


def part_added(parts: Parts, random: Random) -> None:
    """A part that belongs to nothing."""
    name = random.choice(
        ("xl/theme/x.xml", "junk", "xl/worksheets/sheet9.xml", "xl/externalLinks/a.xml", "a/", "xl/media/a.png")
    )
    parts.entries.append((name, random.randbytes(random.randint(0, 300))))


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────

_TEXT = re.compile(rb">([^<>]{1,200})<")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_DIGITS = re.compile(rb"[0-9]+(?:\.[0-9]+)?")
_ELEMENT = re.compile(rb"<(\w+)(?:\s[^<>]*)?(?:/>|>[^<]*</\1>)")
_ROW = re.compile(rb"<row .*?</row>", re.DOTALL)
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_TAG = re.compile(rb"</?[\w:]+")


def _a_match(content: bytes, pattern: re.Pattern[bytes], random: Random) -> re.Match[bytes] | None:
    """A match somewhere: the first one behind a place drawn, or from the beginning."""
    return pattern.search(content, random.randrange(len(content) + 1)) or pattern.search(content)


def _replaced(parts: Parts, at: int, start: int, end: int, new: bytes) -> None:
    name, content = parts.entries[at]
    parts.entries[at] = name, content[:start] + new + content[end:]


def _escaped(text: str) -> bytes:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return escaped.encode("utf-8", "surrogatepass")


def text_replaced(parts: Parts, random: Random) -> None:
    """A text between two tags is another."""
    at = _read_part(parts, random)
    if match := _a_match(parts.entries[at][1], _TEXT, random):
        words = random.choice((TEXTS, NUMBERS, FORMULAS, ADDRESSES))
        _replaced(parts, at, *match.span(1), _escaped(random.choice(words)))


def attribute_replaced(parts: Parts, random: Random) -> None:
    """An attribute has another value."""
    at = _read_part(parts, random)
    if match := _a_match(parts.entries[at][1], _ATTRIBUTE, random):
        values = {
            b"r": ADDRESSES,
            b"ref": ADDRESSES,
            b"sqref": ADDRESSES,
            b"t": KINDS,
            b"Target": TARGETS,
            b"formatCode": CODES,
        }
        usual = random.choice((NUMBERS, NUMBERS, TEXTS, ADDRESSES))
        _replaced(parts, at, *match.span(2), _escaped(random.choice(values.get(match[1], usual))))


def attribute_dropped(parts: Parts, random: Random) -> None:
    """An attribute is missing."""
    at = _read_part(parts, random)
    if match := _a_match(parts.entries[at][1], _ATTRIBUTE, random):
        _replaced(parts, at, *match.span(), b"")


def number_replaced(parts: Parts, random: Random) -> None:
    """A number is another, wherever it stands."""
    at = _read_part(parts, random)
    if match := _a_match(parts.entries[at][1], _DIGITS, random):
        _replaced(parts, at, *match.span(), _escaped(random.choice(NUMBERS)))


def element_dropped(parts: Parts, random: Random) -> None:
    """An element is missing."""
    at = _read_part(parts, random)
    if match := _a_match(parts.entries[at][1], random.choice((_ELEMENT, _CELL, _ROW)), random):
        _replaced(parts, at, *match.span(), b"")


def element_moved(parts: Parts, random: Random) -> None:
    """An element stands once more somewhere else, in this part or another."""
    at, to = _read_part(parts, random), _read_part(parts, random)
    found = _a_match(parts.entries[at][1], random.choice((_ELEMENT, _CELL, _ROW)), random)
    behind = _a_match(parts.entries[to][1], _ELEMENT, random)
    if found and behind:
        _replaced(parts, to, behind.end(), behind.end(), found[0] * random.choice((1, 1, 1, 2, 50)))


def tag_renamed(parts: Parts, random: Random) -> None:
    """A tag is another one, so that its partner is missing, or in another namespace."""
    at = _read_part(parts, random)
    if match := _a_match(parts.entries[at][1], _TAG, random):
        new = random.choice((b"<c", b"</c", b"<v", b"<f", b"<x:c", b"<row", b"<is", b"<t", b"</row", match[0] + b"x"))
        _replaced(parts, at, *match.span(), new)


def snippet_put_in(parts: Parts, random: Random) -> None:
    """Something stands where it does not belong."""
    at = _read_part(parts, random)
    content = parts.entries[at][1]
    place = match.end() if (match := _a_match(content, _ELEMENT, random)) else random.randrange(len(content) + 1)
    _replaced(parts, at, place, place, random.choice(SNIPPETS).encode())


def namespace_changed(parts: Parts, random: Random) -> None:
    """A part speaks of another namespace."""
    at = _read_part(parts, random)
    name, content = parts.entries[at]
    old = random.choice((b"http://schemas.openxmlformats.org", b"spreadsheetml", b"/2006/", b"relationships"))
    new = random.choice((b"http://purl.oclc.org/ooxml", b"wordprocessingml", b"/2010/", b"x", b""))
    parts.entries[at] = name, content.replace(old, new)


def encoding_changed(parts: Parts, random: Random) -> None:
    """A part is in another encoding than it says, or says an odd one."""
    at = _read_part(parts, random)
    name, content = parts.entries[at]
    text = content.decode("utf-8", "replace")
    encodings = ("utf-16", "utf-8-sig", "gbk", "latin-1")
    if random.random() < 0.5:
        parts.entries[at] = name, text.encode(random.choice(encodings), "replace")
    else:
        parts.entries[at] = name, text.replace("UTF-8", random.choice(encodings), 1).encode()


def cell_filled(parts: Parts, random: Random) -> None:
    """A cell holds something else: a text, a number, a truth, an error, a formula, runs, in any format."""
    at = _some_part(parts, random, "worksheets/sheet")
    for _ in range(random.choice((1, 1, 1, 3, 10))):
        if match := _a_match(parts.entries[at][1], _CELL, random):
            style = match[2] if random.random() < 0.8 else b' s="%d"' % random.randrange(60)
            kind, inside = _content(random)
            cell = b'<c r="%s"%s%s>%s</c>' % (match[1], style, b' t="%s"' % kind.encode() if kind else b"", inside)
            _replaced(parts, at, *match.span(), cell)


def _content(random: Random) -> tuple[str, bytes]:
    text, number = _escaped(random.choice(TEXTS)), _escaped(random.choice(NUMBERS))
    return random.choice(
        (
            ("inlineStr", b"<is><t>%s</t></is>" % text),
            ("inlineStr", b"<is><r><t>%s</t></r><rPh><t>x</t></rPh><r><t>%s</t></r></is>" % (text, number)),
            ("str", b"<v>%s</v>" % text),
            ("", b"<v>%s</v>" % number),
            ("n", b"<v>%s</v>" % number),
            ("s", b"<v>%d</v>" % random.randrange(90)),
            (random.choice(KINDS), b"<v>%s</v>" % number),
            ("b", b"<v>%d</v>" % random.randrange(2)),
            ("e", b"<v>#N/A</v>"),
            ("d", b"<v>2025-01-02</v>"),
            ("", b"<f>%s</f><v>%s</v>" % (_escaped(random.choice(FORMULAS)), number)),
            ("str", b"<f>%s</f><v>%s</v>" % (_escaped(random.choice(FORMULAS)), text)),
            (
                "",
                b'<f t="shared" ref="A1:Z99" si="%d">%s</f>' % (random.randrange(3), _escaped(random.choice(FORMULAS))),
            ),
            ("", b'<f t="shared" si="%d"/><v>1</v>' % random.randrange(3)),
            ("", b'<f t="array" ref="%s">1</f>' % _escaped(random.choice(ADDRESSES))),
            ("", b""),
        )
    )


def row_moved(parts: Parts, random: Random) -> None:
    """A row stands under another number, its cells with it or not."""
    at = _some_part(parts, random, "worksheets/sheet")
    if match := _a_match(parts.entries[at][1], _ROW, random):
        number = random.choice((b"1", b"2", b"5", b"99", b"1048576"))
        _replaced(parts, at, *match.span(), re.sub(rb'<row r="[0-9]+"', b'<row r="%s"' % number, match[0], count=1))


# ── bytes ─────────────────────────────────────────────────────────────────────────────────────────


def part_spoiled(parts: Parts, random: Random) -> None:
    """Bytes of a part are others."""
    at = _read_part(parts, random)
    name, content = parts.entries[at]
    spoiled = bytearray(content)
    random.choice(SPOILERS)(spoiled, random)
    parts.entries[at] = name, bytes(spoiled)


def file_spoiled(parts: Parts, random: Random) -> None:
    """Bytes of the file are others."""
    parts.spoil.append(random.choice(SPOILERS))


def headers_spoiled(parts: Parts, _random: Random) -> None:
    """A field of the zip's table of contents, or of an entry's own header, is another."""
    parts.spoil.append(_header_changed)


def _header_changed(data: bytearray, random: Random) -> None:
    mark = random.choice((b"PK\x01\x02", b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"))
    places = [match.start() for match in re.finditer(re.escape(mark), bytes(data))]
    if places:
        at = random.choice(places) + random.randrange(4, 46)
        width = random.choice((1, 2, 4))
        data[at : at + width] = random.choice((bytes(width), b"\xff" * width, random.randbytes(width)))


def _flipped(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 1, 2, 8))):
        if data:
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data) + 1) :]


def _hole(data: bytearray, random: Random) -> None:
    start = random.randrange(len(data) + 1)
    del data[start : start + random.randint(1, 100)]


def _stuffed(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data) + 1)
    data[at:at] = random.randbytes(random.randint(1, 50))


def _repeated(data: bytearray, random: Random) -> None:
    start = random.randrange(len(data) + 1)
    piece = data[start : start + random.randint(1, 300)]
    data[start:start] = piece * random.choice((1, 2, 100))


SPOILERS: tuple[Callable[[bytearray, Random], None], ...] = (_flipped, _cut, _hole, _stuffed, _repeated)

CHANGES: dict[Callable[[Parts, Random], None], int] = {
    cell_filled: 14,
    text_replaced: 10,
    attribute_replaced: 12,
    attribute_dropped: 4,
    number_replaced: 8,
    element_dropped: 5,
    element_moved: 6,
    tag_renamed: 2,
    snippet_put_in: 4,
    row_moved: 2,
    namespace_changed: 1,
    encoding_changed: 1,
    part_spoiled: 3,
    part_dropped: 1,
    part_twice: 1,
    part_renamed: 1,
    parts_swapped: 1,
    parts_shuffled: 2,
    part_added: 1,
    headers_spoiled: 2,
    file_spoiled: 1,
}
"""What is done to a workbook, and how often: most of it leaves a file that can be read."""
