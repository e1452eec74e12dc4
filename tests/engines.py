"""Two engines that compute Excel's formulas, each asked for every value of a workbook: LibreOffice and formulon.

Numbers are compared as people see them, to 15 significant digits; an empty text and a blank cell are the same.
Constant TRUE and FALSE count as formulas: LibreOffice saves them as such, and which it was cannot be told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
import xlsxwriter
from judges import missing
from office import recalculate

from xlreport.cells import (
    BLANK,
    Boolean,
    CellRef,
    ErrorValue,
    Number,
    Value,
    double_to_decimal,
    text_value,
)
from xlreport.reading import workbook
from xlreport.reading.worksheet import Shared

Input = Decimal | int | str | bool | None
"""What an input cell holds; ``None`` leaves it out of the file."""

FORMULAS = "formulas"
"""The sheet of the formulas of ``evaluate_many``, from A1 down."""
PLANTED = 999
"""A wrong stored value for every formula: an engine that does not compute betrays itself."""
CANARY = "1+1"
"""Computed beside the formulas, since one of them may be 999 by right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the engines make of one formula."""

    formula: str
    libreoffice: Value
    formulon: Value

    @property
    def agreed(self) -> bool:
        """Whether both say the same."""
        return self.libreoffice == self.formulon


def evaluate_many(formulas: Sequence[str], inputs: Mapping[CellRef, Input]) -> list[Answer]:
    """What both engines make of formulas over the same inputs, in the order given.

    Args:
        formulas: Each with or without ``=``; it names inputs by sheet, as it stands on another one.
        inputs: The cells that are filled.
    """
    data = _workbook([*formulas, CANARY], inputs)
    cells = [CellRef(FORMULAS, row, 1) for row in range(1, len(formulas) + 2)]
    by_libreoffice, by_formulon = libreoffice_values(data), formulon_values(data)
    answers = [
        Answer(formula=formula, libreoffice=by_libreoffice[cell], formulon=by_formulon[cell])
        for formula, cell in zip([*formulas, CANARY], cells, strict=True)
    ]
    canary = answers.pop()
    two = Number(Decimal(2))
    assert (canary.libreoffice, canary.formulon) == (two, two), f"an engine does not compute: {canary}"
    return answers


def _workbook(formulas: Sequence[str], inputs: Mapping[CellRef, Input]) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheets = {name: book.add_worksheet(name) for name in dict.fromkeys(cell.sheet for cell in inputs)}
        for cell, held in inputs.items():
            _write_input(sheets[cell.sheet], cell, held)
        sheet = sheets.get(FORMULAS) or book.add_worksheet(FORMULAS)
        for row, formula in enumerate(formulas):
            sheet.write_formula(row, 0, f"={formula.removeprefix('=')}", None, PLANTED)
    return target.getvalue()


def _write_input(sheet: Any, cell: CellRef, held: Input) -> None:
    row, column = cell.row - 1, cell.column - 1
    if isinstance(held, bool):
        sheet.write_boolean(row, column, held)
    elif isinstance(held, str):
        sheet.write_string(row, column, held)
    elif held is not None:
        sheet.write_number(row, column, float(held))


# ── LibreOffice ───────────────────────────────────────────────────────────────────────────────────


def libreoffice_values(data: bytes) -> dict[CellRef, Value]:
    """The value LibreOffice computes for each formula cell."""
    return stored_values(recalculate({"workbook": data})["workbook"])


def stored_values(data: bytes) -> dict[CellRef, Value]:
    """The value a file holds for each formula cell; ten thousand rules are more than a form may have."""
    with patch.object(workbook, "Shared", partial(Shared, formulas_left=10**9)):
        sheets = workbook.read_workbook(data, "workbook").sheets
    return {
        CellRef(sheet.name, row, column): _as_seen(cell.value)
        for sheet in sheets
        for (row, column), cell in sheet.cells.items()
        if cell.formula is not None or isinstance(cell.value, Boolean)
    }


def _as_seen(value: Value) -> Value:
    return Number(double_to_decimal(float(value.value))) if isinstance(value, Number) else value


# ── formulon ──────────────────────────────────────────────────────────────────────────────────────


def formulon_values(data: bytes) -> dict[CellRef, Value]:
    """The value formulon, a model of Excel's reckoning, computes for each formula cell."""
    if find_spec("formulon") is None:
        missing("formulon")
    formulon = import_module("formulon")
    with formulon.Workbook.load(data) as workbook:
        workbook.recalc()
        assert workbook.read_diagnostics().skipped_feature_count == 0
        return {
            CellRef(workbook.sheet_name(sheet), cell.row + 1, cell.col + 1): _formulon_value(formulon, cell.value)
            for sheet in range(workbook.sheet_count())
            for cell in workbook.iter_cells(sheet)
            if cell.formula is not None or cell.value.kind is formulon.ValueKind.BOOL
        }


def _formulon_value(formulon: Any, value: Any) -> Value:
    if value.kind is formulon.ValueKind.ERROR:
        return ErrorValue(str(formulon.error_display_name(value.error_code)))
    match value.to_python():
        case None:
            return BLANK
        case bool(truth):
            return Boolean(truth)
        case float(number):
            return Number(double_to_decimal(number))
        case str(text):
            return text_value(text)
        case other:
            pytest.fail(f"formulon computed what no cell holds: {other!r}")
