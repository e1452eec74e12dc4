"""Seals over what only whoever issued a template knows: whose it is, last year's figures, explained numbers.

Everything else in a workbook can be worked out anew and held against the file; these constants cannot. Each of their
rows bears a seal, so that a change is found where it was made, and the workbook bears one over all of them, so that
no row can be carried over from another workbook. A seal is no secret: who remakes it is not found out.
"""

import hashlib
from collections.abc import Iterable, Mapping

from xlreport.cells import Blank, CellRef, Number, Text, Value, plain, shown

SEAL_LENGTH = 16
"""Characters of a seal; 64 bits are enough against accident, and against intent no length is."""


def row_seals(contents: Mapping[CellRef, Value]) -> Mapping[int, str]:
    """The seal of each row that has sealed cells, given what those cells hold."""
    rows: dict[int, list[str]] = {}
    for cell in sorted(contents):
        rows.setdefault(cell.row, []).append(f"{cell.column}={_words(contents[cell])}")
    return {row: _seal([str(row), *words]) for row, words in rows.items()}


def fingerprint(contents: Mapping[CellRef, Value]) -> str:
    """The seal over all rows together."""
    return _seal(f"{row}={seal}" for row, seal in sorted(row_seals(contents).items()))


def _words(value: Value) -> str:
    """A constant as every program keeps it: without white space, numbers by their digits."""
    match value:
        case Blank():
            return ""
        case Number(value=number):
            return plain(number)
        case Text(value=text):
            return "".join(text.split())
        case _:
            return shown(value)


def _seal(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:SEAL_LENGTH]
