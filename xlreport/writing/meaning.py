"""What a template means: its words, formulas, locks, validations and links, cell by cell, whoever it is for.

Its writer puts a name for all of it on the hidden sheet; whoever reads a filled workbook holds it against this. What
depends on the unit or on last year's figures is left to the reader, who knows them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlreport.cells import CellRef, plain
from xlreport.forms.layout import Layout
from xlreport.rules.formula import spell
from xlreport.writing.plan import Check, PlannedCell, SheetPlan, Validation, WorkbookPlan


@dataclass(frozen=True, slots=True)
class Meant:
    """What one cell is to hold: words of ours, or a formula (spelled, without ``=``), or nothing of ours.

    ``is_open`` cells are the clerk's: whatever stands there is theirs. ``link`` is where the cell leads.
    """

    words: str = ""
    formula: str = ""
    is_open: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an open cell takes: a kind, and its bounds or choices as they are spelled in a file."""

    kind: str
    first: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The cells of each sheet, what its open cells take, and the names that say what is printed.

    ``names`` are the defined names with their sheet; ``edition`` names the whole.
    """

    sheets: Mapping[str, Mapping[tuple[int, int], Meant]]
    allowed: Mapping[str, Mapping[tuple[int, int], Allowed]]
    names: frozenset[tuple[str, str]]
    edition: str


def meaning_of(plan: WorkbookPlan, layout: Layout) -> Meaning:
    """What a plan of a template means; the sealed cells of its hidden sheet are no part of it."""
    sealed = {*layout.sealed_cells, layout.meta["fingerprint"]}
    sheets = {
        sheet.name: {
            place: _meant(sheet, cell)
            for place, cell in sheet.cells.items()
            if CellRef(sheet.name, *place) not in sealed
        }
        for sheet in plan.sheets
    }
    allowed = {sheet.name: dict(_allowed(sheet)) for sheet in plan.sheets}
    names = frozenset(_names(plan))
    said = hashlib.sha256(repr((_in_order(sheets), _in_order(allowed), sorted(names))).encode())
    return Meaning(sheets, allowed, names, said.hexdigest()[:16])


def _in_order(sheets: Mapping[str, Mapping[tuple[int, int], object]]) -> list[object]:
    return [(name, sorted(cells.items(), key=lambda item: item[0])) for name, cells in sheets.items()]


def _meant(sheet: SheetPlan, cell: PlannedCell) -> Meant:
    link = cell.link.location if cell.link is not None else ""
    if cell.style.locked is False:
        return Meant(is_open=True, link=link)
    match cell.content:
        case None:
            return Meant(link=link)
        case str(words):
            return Meant(words=words, link=link)
        case Decimal():
            return Meant(words=plain(cell.content), link=link)
        case bool():
            return Meant(words=str(cell.content).upper(), link=link)
        case _:
            return Meant(formula=spell(cell.content, sheet.name), link=link)


def _allowed(sheet: SheetPlan) -> Iterator[tuple[tuple[int, int], Allowed]]:
    for validation in sheet.validations:
        if validation.check is not Check.ANY:
            allowed = _limits(validation)
            for cell in validation.cells.cells():
                yield (cell.row, cell.column), allowed


def _limits(validation: Validation) -> Allowed:
    kind = {Check.WHOLE: "whole", Check.DECIMAL: "decimal", Check.LIST: "list"}[validation.check]
    if validation.check is Check.LIST:
        return Allowed(kind, '"' + ",".join(validation.choices) + '"')
    bounds = (validation.minimum, validation.maximum)
    return Allowed(kind, *("" if bound is None else plain(bound) for bound in bounds))


def _names(plan: WorkbookPlan) -> Iterator[tuple[str, str]]:
    for sheet in plan.sheets:
        if sheet.print.area is not None:
            yield "_xlnm.Print_Area", sheet.name
        if sheet.print.repeat_rows is not None:
            yield "_xlnm.Print_Titles", sheet.name
