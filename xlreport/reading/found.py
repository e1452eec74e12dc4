"""Findings about the structure of a file, their sentences out of the catalogue."""

from collections.abc import Iterable, Sequence

from xlreport.cells import CellRef
from xlreport.fields import FieldRef
from xlreport.findings import Finding, Severity
from xlreport.messages import say

MOST_ADDRESSES = 12
"""Addresses a sentence spells out; the finding itself names every cell."""


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
        message = say("finding.where", sheet=places[0].sheet) + message
    return Finding(code=code, severity=severity, message=message, cells=places, fields=tuple(fields))


def addresses(cells: Sequence[CellRef]) -> str:
    """Addresses as a person lists them; the sheet stands before the sentence already."""
    listed = "、".join(cell.address for cell in cells[:MOST_ADDRESSES])
    return listed if len(cells) <= MOST_ADDRESSES else say("structure.and_more", cells=listed, count=len(cells))
