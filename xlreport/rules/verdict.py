"""The Python meaning of a rule: exact decimals, and a verdict that never guesses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport.fields import FieldRef
from xlreport.rules.formula import EXACT, round_half_up
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Every number a rule can name. A field without a number is simply not in the mapping.

    ``last`` is ``None`` where last year's figures are not given at all.
    """

    numbers: Mapping[FieldRef, Decimal]
    last: Mapping[FieldRef, Decimal] | None = None
    parameters: Mapping[str, Decimal] = field(default_factory=dict)
    level: str | None = None


def number_of(term: Term, figures: Figures) -> Decimal:
    """The value of a term whose fields all have numbers (``KeyError`` otherwise)."""
    match term:
        case Constant(value=value):
            return value
        case Parameter(name=name):
            return figures.parameters[name]
        case FieldNumber(ref=ref):
            return figures.numbers[ref]
        case LastNumber(ref=ref):
            return (figures.last or {})[ref]
        case Operation(operator=operator, left=left, right=right):
            return _OPERATIONS[operator](number_of(left, figures), number_of(right, figures))
        case Function(name=name, arguments=arguments):
            return _FUNCTIONS[name]([number_of(argument, figures) for argument in arguments])


def _sum(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    return total


_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
}
_FUNCTIONS: dict[str, Callable[[list[Decimal]], Decimal]] = {
    "sum": _sum,
    "min": min,
    "max": max,
    "abs": lambda numbers: numbers[0].copy_abs(),
}


def compare(comparison: Comparison, figures: Figures) -> bool:
    """Whether a comparison holds: the sign of ROUND(left − right, s) decides."""
    difference = EXACT.subtract(number_of(comparison.left, figures), number_of(comparison.right, figures))
    rounded = round_half_up(difference, comparison.scale)
    return {
        "=": rounded == 0,
        "<>": rounded != 0,
        "<": rounded < 0,
        "<=": rounded <= 0,
        ">": rounded > 0,
        ">=": rounded >= 0,
    }[comparison.operator]


def holds(condition: Condition, figures: Figures) -> bool:
    """Whether a condition holds; every field it names has a number."""
    match condition:
        case Comparison():
            return compare(condition, figures)
        case Junction(word=word, parts=parts):
            outcomes = [holds(part, figures) for part in parts]
            return all(outcomes) if word == "and" else any(outcomes)
        case Negation(part=part):
            return not holds(part, figures)
        case LevelIn(levels=levels):
            return figures.level in levels
        case LastGiven():
            return figures.last is not None
