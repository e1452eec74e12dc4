"""Findings about the structure of a file, their sentences out of the catalogue."""

from collections.abc import Iterable, Iterator, Sequence

from xlreport.cells import CellRef
from xlreport.fields import FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.layout import HIDDEN_SHEET
from xlreport.messages import say

MOST_ADDRESSES = 12
"""Addresses a sentence spells out; the finding itself names every cell."""

MOST_SHEETS = 2
"""Sheets that have the same finding each; more of them have one together."""


def structure_finding(
    code: str,
    severity: Severity,
    cells: Iterable[CellRef] = (),
    fields: Iterable[FieldRef] = (),
    **values: object,
) -> Finding:
    """A finding whose sentence stands under ``structure.CODE``, after the name of its sheet where it has just one."""
    places = tuple(cells)
    words = {"cells": addresses(places), "sheet": places[0].sheet if places else "", **values}
    message = say(f"structure.{code}", **words)
    if len({place.sheet for place in places}) == 1:
        message = say("finding.where", sheet=sheet_words(places[0].sheet)) + message
    return Finding(code=code, severity=severity, message=message, cells=places, fields=tuple(fields))


def sheet_words(sheet: str) -> str:
    """What people call a sheet."""
    return say("sheet.hidden") if sheet == HIDDEN_SHEET else sheet


def addresses(cells: Sequence[CellRef]) -> str:
    """Addresses as a person lists them, after the name of their sheet; of several sheets only how many there are."""
    sheets = dict.fromkeys(cell.sheet for cell in cells)
    if len(sheets) > 1:
        return say("structure.on_sheets", sheets="、".join(sheets), count=len(cells))
    listed = "、".join(cell.address for cell in cells[:MOST_ADDRESSES])
    return listed if len(cells) <= MOST_ADDRESSES else say("structure.and_more", cells=listed, count=len(cells))


def findings_by_sheet(code: str, severity: Severity, cells: Sequence[CellRef]) -> Iterator[Finding]:
    """A finding for each sheet; where there are many of them it is the work of a program, and one finding."""
    groups: dict[str, list[CellRef]] = {}
    for cell in sorted(cells):
        groups.setdefault(cell.sheet, []).append(cell)
    if len(groups) > MOST_SHEETS:
        groups = {"": [cell for group in groups.values() for cell in group]}
    for group in groups.values():
        yield structure_finding(code, severity, group)
