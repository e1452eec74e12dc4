"""Change a workbook as people and programs do, on the XML of a file in memory or by openpyxl."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable

import openpyxl


def with_parts(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The same package, every part put through ``change(name, content)``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in package.namelist():
            changed.writestr(name, change(name, package.read(name)))
    return out.getvalue()


def sheet_part(data: bytes, sheet: str) -> str:
    """The name of the part that holds a sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = re.findall(r'<sheet name="([^"]+)"', package.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def with_cell_xml(data: bytes, sheet: str, address: str, inside: str, kind: str = "") -> bytes:
    """One cell's content replaced: ``inside`` stands between ``<c …>`` and ``</c>``, its style is kept."""
    part = sheet_part(data, sheet)
    pattern = re.compile(rf'<c r="{address}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', re.DOTALL)

    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        text = content.decode()
        assert pattern.search(text), f"{sheet}!{address} is not in the file"
        typed = f' t="{kind}"' if kind else ""
        return pattern.sub(
            lambda match: f'<c r="{address}"{match[1] or ""}{typed}>{inside}</c>', text, count=1
        ).encode()

    return with_parts(data, change)


def with_number(data: bytes, sheet: str, address: str, number: str) -> bytes:
    """A number typed over a cell."""
    return with_cell_xml(data, sheet, address, f"<v>{number}</v>")


def with_text(data: bytes, sheet: str, address: str, text: str) -> bytes:
    """A text typed over a cell."""
    return with_cell_xml(data, sheet, address, f"<is><t>{text}</t></is>", "inlineStr")


def by_openpyxl(data: bytes, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    """Loaded by openpyxl, changed, and saved."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it speaks of extensions it does not keep
        book = openpyxl.load_workbook(io.BytesIO(data))
        change(book)
        saved = io.BytesIO()
        book.save(saved)
    return saved.getvalue()
