"""The hidden sheet: whose workbook it is, parameters, value cells, last year, and the judgements."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from xlreport.cells import BLANK, CellRef, Number, Value, text_value
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import CONTRACT, HIDDEN_SHEET, MARKER, Layout
from xlreport.forms.sealing import fingerprint, row_seals
from xlreport.rules.formula import Formula
from xlreport.submission import Submission
from xlreport.writing.building import SheetBuilder
from xlreport.writing.judging import (
    JudgementFormulas,
    claim_formula,
    length_formula,
    present_formula,
    state_formula,
    table_width,
    total_formula,
    typed,
    value_formula,
    zero_formula,
)
from xlreport.writing.look import BACKGROUND
from xlreport.writing.plan import Content, PlannedCell, Protection, SheetPlan, Visibility

TEXT_SHEET_WIDTH = 3
"""Columns of a sheet of texts that ``INDEX`` reads over."""


def plan_hidden_sheet(definition: FormDefinition, layout: Layout, submission: Submission) -> SheetPlan:
    """The very hidden sheet of a template made for ``submission``'s unit and year."""
    sheet = SheetBuilder(name=HIDDEN_SHEET)
    sheet.put(1, 1, MARKER, BACKGROUND)
    sheet.put(1, 2, Decimal(CONTRACT), BACKGROUND)
    for name, value in meta_of(definition, submission).items():
        _keyed(sheet, layout.meta[name], name, value)
    for name, parameter in definition.parameters.items():
        _keyed(sheet, layout.parameters[name], f"param.{name}", parameter.value)
    _tables(sheet, definition, layout, submission)
    _texts(sheet, layout)
    _judgements(sheet, definition, layout, submission)
    return SheetPlan(
        name=sheet.name,
        cells=sheet.cells,
        background=BACKGROUND,
        protection=Protection(),
        visibility=Visibility.VERY_HIDDEN,
    )


def meta_of(definition: FormDefinition, submission: Submission) -> Mapping[str, Content]:
    """What the hidden sheet says of the workbook."""
    return {
        "form": definition.id,
        "version": definition.version,
        "digest": definition.digest,
        "shape": "",
        "unit": submission.unit.name,
        "code": submission.unit.code,
        "level": submission.unit.level,
        "year": Decimal(submission.year),
        "round": Decimal(submission.round),
        "deadline": submission.deadline,
        "return_to": submission.return_to,
        "last_given": Decimal(submission.last is not None),
        "missing": "\n".join(submission.missing_units),
        "summed": submission.summed,
        "edition": "",
        "fingerprint": "",
    }


def _keyed(sheet: SheetBuilder, cell: CellRef, key: str, content: Content) -> None:
    sheet.put(cell.row, 1, key, BACKGROUND)
    sheet.put_at(cell, content, BACKGROUND)


def _tables(sheet: SheetBuilder, definition: FormDefinition, layout: Layout, submission: Submission) -> None:
    for name, table in layout.tables.items():
        _keyed(sheet, table.zero, f"zero.{name}", zero_formula(table.switch, table_width(table)))
    for ref, place in layout.fields.items():
        field, width = definition.fields[ref], table_width(layout.tables[ref.head])
        sheet.put(place.value.row, 1, ".".join(ref.row), BACKGROUND)
        cell = typed(place.shown, width)
        if place.state is not None:
            sheet.put_at(place.state, state_formula(field, cell), BACKGROUND)
            zero = layout.tables[ref.head].zero
            sheet.put_at(place.value, value_formula(field, cell, place.state, zero), BACKGROUND)
        else:
            sheet.put_at(place.value, total_formula(field, layout), BACKGROUND)
        if place.claim is not None:
            sheet.put_at(place.claim, claim_formula(cell), BACKGROUND)
        number = (submission.last or {}).get(ref)
        sheet.put_at(place.last, number, BACKGROUND)


def _texts(sheet: SheetBuilder, layout: Layout) -> None:
    for ref, place in layout.texts.items():
        _keyed(sheet, place.present, f"text.{ref}", present_formula(place))
        for cell, length in zip(place.cells, place.lengths, strict=True):
            sheet.put_at(length, length_formula(typed(cell, TEXT_SHEET_WIDTH)), BACKGROUND)


def _judgements(sheet: SheetBuilder, definition: FormDefinition, layout: Layout, submission: Submission) -> None:
    for judgement in definition.judgements:
        place = layout.judgements[judgement.key]
        sheet.put(place.outcome.row, 1, judgement.key, BACKGROUND)
        formulas: Mapping[CellRef, Formula] = JudgementFormulas(definition, layout, judgement).cells()
        for cell, formula in formulas.items():
            sheet.put_at(cell, formula, BACKGROUND)
        explanation = submission.explanations.get(judgement.key)
        if explanation is not None and place.explanation is not None:
            sheet.put_at(place.explained_left, explanation.left, BACKGROUND)
            sheet.put_at(place.explained_right, explanation.right, BACKGROUND)
            sheet.put_at(place.explained_text, explanation.text, BACKGROUND)


def sealed(sheet: SheetPlan, layout: Layout, edition: str, *, is_trusted: bool) -> SheetPlan:
    """The hidden sheet with the name of its template's meaning and the seals over what only its issuer knows.

    Where a workbook is made out of one whose seals were broken (``is_trusted`` is false) they stay open: a return
    copy must not make good what nobody vouches for.
    """
    cells = dict(sheet.cells)

    def put(cell: CellRef, content: Content) -> None:
        cells[cell.row, cell.column] = PlannedCell(content=content, style=BACKGROUND)

    put(layout.meta["edition"], edition)
    contents = {
        cell: _value(cells[cell.row, cell.column].content) if (cell.row, cell.column) in cells else BLANK
        for cell in layout.sealed_cells
    }
    if is_trusted:
        for row, seal in row_seals(contents).items():
            put(CellRef(sheet.name, row, layout.seal_column), seal)
        put(layout.meta["fingerprint"], fingerprint(contents))
    return replace(sheet, cells=cells)


def _value(content: Content) -> Value:
    match content:
        case str(words):
            return text_value(words)
        case Decimal():
            return Number(content)
        case _:
            return BLANK
