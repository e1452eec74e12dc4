"""Work out the stored value of every formula of a plan, each from the tree that spells it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeGuard

from xlreport.cells import BLANK, Boolean, CellRef, Number, Value, text_value
from xlreport.rules.formula import Formula, value_of
from xlreport.writing.plan import Content, WorkbookPlan


def calculate(plan: WorkbookPlan) -> Mapping[CellRef, Value]:
    """The value of every formula cell, as a spreadsheet program would show it."""
    contents = {
        CellRef(sheet.name, row, column): cell.content
        for sheet in plan.sheets
        for (row, column), cell in sheet.cells.items()
    }
    known: dict[CellRef, Value] = {}

    def lookup(ref: CellRef) -> Value:
        content = contents.get(ref)
        if not is_formula(content):
            return constant(content)
        if ref not in known:
            known[ref] = value_of(content, lookup)
        return known[ref]

    for ref, content in contents.items():
        if is_formula(content):
            lookup(ref)
    return known


def is_formula(content: Content) -> TypeGuard[Formula]:
    """Whether a cell's content is worked out."""
    return isinstance(content, Formula)


def constant(content: Content) -> Value:
    """A cell's constant as a value."""
    match content:
        case None:
            return BLANK
        case bool():
            return Boolean(content)
        case Decimal():
            return Number(content)
        case str():
            return text_value(content)
        case _:
            raise TypeError(f"{content!r} is a formula")
