"""The Excel meaning of a rule: the same tree as a formula over value cells."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from xlreport.cells import CellRange, CellRef
from xlreport.fields import FieldRef
from xlreport.findings import Outcome
from xlreport.rules.formula import (
    Area,
    Cell,
    Formula,
    Literal,
    both,
    call,
    compare,
    either,
    if_,
    lit,
)
from xlreport.rules.tree import (
    Comparison,
    Condition,
    Constant,
    FieldNumber,
    Function,
    Junction,
    LastGiven,
    LastNumber,
    LevelIn,
    Negation,
    Operation,
    Parameter,
    Term,
)

PASSED, FAILED, NOT_EVALUABLE, NOT_APPLICABLE = range(4)
"""How the four outcomes are written in the workbook."""
OUTCOMES = (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_EVALUABLE, Outcome.NOT_APPLICABLE)
"""The same as outcomes, in that order."""


class Cells(Protocol):
    """Where the numbers of a rule stand in the workbook."""

    def value(self, ref: FieldRef) -> CellRef:
        """The value cell of a field."""

    def last(self, ref: FieldRef) -> CellRef:
        """The cell of last year's figure."""

    def parameter(self, name: str) -> CellRef:
        """The cell of a threshold."""

    @property
    def level(self) -> CellRef:
        """The cell of the unit's level."""

    @property
    def last_given(self) -> CellRef:
        """The cell that is 1 where last year's figures are given."""


def areas(refs: Iterable[CellRef]) -> tuple[Formula, ...]:
    """Cells as few arguments: neighbours in a row or a column become one area."""
    runs: list[list[CellRef]] = []
    for ref in refs:
        if runs and _continues(runs[-1], ref):
            runs[-1].append(ref)
        else:
            runs.append([ref])
    return tuple(
        Cell(run[0])
        if len(run) == 1
        else Area(CellRange(run[0].sheet, run[0].row, run[0].column, run[-1].row, run[-1].column))
        for run in runs
    )


def _continues(run: list[CellRef], ref: CellRef) -> bool:
    first, last = run[0], run[-1]
    if ref.sheet != last.sheet:
        return False
    in_row = ref.row == last.row == first.row and ref.column == last.column + 1
    in_column = ref.column == last.column == first.column and ref.row == last.row + 1
    return in_row or in_column


def number_formula(term: Term, cells: Cells) -> Formula:
    """A term as a formula; it is only reached once COUNT has found a number in every cell it reads."""
    match term:
        case Constant(value=value):
            return Literal(value)
        case Parameter(name=name):
            return Cell(cells.parameter(name))
        case FieldNumber(ref=ref):
            return Cell(cells.value(ref))
        case LastNumber(ref=ref):
            return Cell(cells.last(ref))
        case Operation(operator=operator, left=left, right=right):
            return compare(number_formula(left, cells), operator, number_formula(right, cells))
        case Function(name=name, arguments=arguments):
            return call(name.upper(), *_arguments(arguments, cells))


def _arguments(arguments: Sequence[Term], cells: Cells) -> tuple[Formula, ...]:
    if all(isinstance(argument, (FieldNumber, LastNumber)) for argument in arguments):
        formulas = [number_formula(argument, cells) for argument in arguments]
        return areas(formula.ref for formula in formulas if isinstance(formula, Cell))
    return tuple(number_formula(argument, cells) for argument in arguments)


def comparison_formula(comparison: Comparison, cells: Cells) -> Formula:
    """A comparison as the sign of a rounded difference."""
    difference = compare(number_formula(comparison.left, cells), "-", number_formula(comparison.right, cells))
    return compare(call("ROUND", difference, lit(comparison.scale)), comparison.operator, 0)


def condition_formula(condition: Condition, cells: Cells) -> Formula:
    """A condition as a formula."""
    match condition:
        case Comparison():
            return comparison_formula(condition, cells)
        case Junction(word=word, parts=parts):
            formulas = [condition_formula(part, cells) for part in parts]
            return both(*formulas) if word == "and" else either(*formulas)
        case Negation(part=part):
            return call("NOT", condition_formula(part, cells))
        case LevelIn(levels=levels):
            return either(*(compare(Cell(cells.level), "=", level) for level in levels))
        case LastGiven():
            return compare(Cell(cells.last_given), "=", 1)


def has_numbers(refs: Sequence[CellRef]) -> Formula:
    """Whether every one of the cells holds a number."""
    return compare(call("COUNT", *areas(refs)), "=", len(refs))


def outcome_formula(
    check: Comparison,
    when: Condition | None,
    fields: Sequence[FieldRef],
    last: Sequence[FieldRef],
    cells: Cells,
) -> Formula:
    """The outcome of a comparison: nothing is compared before every number it reads is there.

    Without last year's figure it does not apply; without this year's it cannot be judged; then ``when``
    decides whether it applies; only then is it passed or failed.
    """
    formula = if_(comparison_formula(check, cells), lit(PASSED), lit(FAILED))
    if when is not None:
        formula = if_(condition_formula(when, cells), formula, lit(NOT_APPLICABLE))
    if fields:
        formula = if_(has_numbers([cells.value(ref) for ref in fields]), formula, lit(NOT_EVALUABLE))
    if last:
        formula = if_(has_numbers([cells.last(ref) for ref in last]), formula, lit(NOT_APPLICABLE))
    return formula
