"""What a person types, pastes or computes into a finished workbook, set in the bytes of its sheets.

Only the cells named change; every stored value stays, as stale as a program that does not calculate leaves it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from rule_bench import escaped

from xlreport.cells import Boolean, CellRef, ErrorValue, Number, Text, Value, double_to_decimal


@dataclass(frozen=True, slots=True)
class Double:
    """A number as a program stores it, with all its binary dust: what a person sees has 15 digits."""

    value: float

    @property
    def seen(self) -> Number:
        """The number as it is read."""
        return Number(double_to_decimal(self.value))


@dataclass(frozen=True, slots=True)
class Typed:
    """A formula somebody typed, and what it yields."""

    formula: str
    value: Value


Entry = Value | Double | Typed
"""What now stands in a cell."""


def seen(entry: Entry) -> Value:
    """The value in a cell as it is read."""
    match entry:
        case Double():
            return entry.seen
        case Typed(value=value):
            return value
        case _:
            return entry


def typed_into(data: bytes, entries: Mapping[CellRef, Entry], sheets: tuple[str, ...]) -> bytes:
    """The workbook with entries in its cells; ``sheets`` are the names of its sheets, in their order."""
    target = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as made:
        for name in source.namelist():
            part = source.read(name)
            for number, sheet in enumerate(sheets, start=1):
                if name == f"xl/worksheets/sheet{number}.xml":
                    here = {ref.address: entry for ref, entry in entries.items() if ref.sheet == sheet}
                    part = _changed(part.decode(), here).encode()
            made.writestr(name, part)
    return target.getvalue()


_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)[^>]*?(?:/>|>.*?</c>)', re.DOTALL)


def _changed(sheet: str, entries: dict[str, Entry]) -> str:
    waiting = dict(entries)

    def cell(found: re.Match[str]) -> str:
        return found[0] if found[1] not in waiting else _cell(found[1], found[2], waiting.pop(found[1]))

    changed = _CELL.sub(cell, sheet)
    assert not waiting, f"no such cells: {waiting}"
    return changed


def _cell(address: str, style: str, entry: Entry) -> str:
    kind, inner = _spelled(entry)
    typed = f' t="{kind}"' if kind else ""
    return f'<c r="{address}"{style}{typed}>{inner}</c>'


def _spelled(entry: Entry) -> tuple[str, str]:
    """The type and the content of a cell."""
    match entry:
        case Typed(formula=formula, value=value):
            kind, inner = ("str", f"<v>{escaped(value.value)}</v>") if isinstance(value, Text) else _spelled(value)
            return kind, f"<f>{escaped(formula)}</f>{inner}"
        case Text(value=text):
            return "inlineStr", f'<is><t xml:space="preserve">{escaped(text)}</t></is>'
        case Boolean(value=truth):
            return "b", f"<v>{int(truth)}</v>"
        case ErrorValue(value=name):
            return "e", f"<v>{name}</v>"
        case Double() | Number():
            return "", f"<v>{entry.value}</v>"
        case _:
            return "", ""
