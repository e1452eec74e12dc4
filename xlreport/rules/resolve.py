"""Look up the names of a parsed rule and check that every engine will reckon it alike.

A spreadsheet reckons in doubles and takes two numbers that differ by less than about one part in
3.5 × 10¹⁴ for equal. So a rule is refused in which large numbers could cancel each other and leave a
difference smaller than that: then, and only then, could Python's exact verdict and the sheet's part ways.
A sum of many terms is held against this as a whole: what all of its positive terms can come to, against
all of its negative ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce

from xlreport.fields import FieldRef
from xlreport.messages import say
from xlreport.rules.parse import (
    CallNode,
    ComparisonNode,
    ConditionNode,
    GivenLastNode,
    JunctionNode,
    LevelNode,
    NameNode,
    NegationNode,
    NumberNode,
    OperationNode,
    RangeNode,
    RuleSyntaxError,
    SumNode,
    parse_check,
    parse_condition,
    parse_sum,
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

SAFE_STEPS = Decimal(3 * 2**46)
"""Below this many steps of the last decimal, LibreOffice tells two neighbouring numbers apart.

It takes for equal what differs by less than one part in 2⁴⁸; a quarter is kept for the dust of doubles.
"""
LARGEST = Decimal(10) ** 100
"""No product becomes larger: a double overflows at 10³⁰⁸."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far above and below zero a term can be, and how many decimals it can have."""

    above: Decimal
    scale: int
    below: Decimal = Decimal(0)

    @property
    def magnitude(self) -> Decimal:
        """How large it can become, either way."""
        return max(self.above, self.below)

    def plus(self, other: "Bounds") -> "Bounds":
        """The bounds of a sum."""
        return Bounds(self.above + other.above, max(self.scale, other.scale), self.below + other.below)

    def times(self, other: "Bounds") -> "Bounds":
        """The bounds of a product."""
        return Bounds(
            max(self.above * other.above, self.below * other.below),
            self.scale + other.scale,
            max(self.above * other.below, self.below * other.above),
        )

    def negated(self) -> "Bounds":
        """The bounds of what has the other sign."""
        return Bounds(self.below, self.scale, self.above)


def bounds_of(number: Decimal) -> Bounds:
    """The bounds of a number that is known."""
    return Bounds(max(number, Decimal(0)), decimals(number), max(-number, Decimal(0)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What the names of a rule mean at one place.

    ``fields`` are all number fields in declared order; ``short`` are the names of one row's columns or
    one column's rows, in declared order; ``it`` is the field itself; ``texts`` are fields with no number.
    """

    fields: Mapping[FieldRef, Bounds]
    parameters: Mapping[str, Decimal] = field(default_factory=dict)
    short: Mapping[str, FieldRef] = field(default_factory=dict)
    it: FieldRef | None = None
    levels: tuple[str, ...] = ()
    texts: frozenset[FieldRef] = frozenset()


@dataclass(frozen=True, slots=True)
class _Sized:
    term: Term
    bounds: Bounds


class _Resolver:
    def __init__(self, source: str, scope: Scope) -> None:
        self.source = source
        self.scope = scope

    def fail(self, position: int, key: str, **values: str) -> RuleSyntaxError:
        return RuleSyntaxError(self.source, position, say(key, **values))

    # ── names ──

    def field(self, node: NameNode, path: tuple[str, ...]) -> FieldRef | None:
        scope = self.scope
        if path == ("it",):
            if scope.it is None:
                raise self.fail(node.position, "rule.no_it")
            return scope.it
        if len(path) == 1 and path[0] in scope.short:
            return scope.short[path[0]]
        ref = FieldRef(path)
        return ref if ref in scope.fields else None

    def name(self, node: NameNode) -> _Sized:
        path = node.path
        of_last = path[0] == "last" and len(path) > 1
        ref = self.field(node, path[1:] if of_last else path)
        if ref is not None:
            return _Sized(LastNumber(ref) if of_last else FieldNumber(ref), self.scope.fields[ref])
        if not of_last and len(path) == 1 and path[0] in self.scope.parameters:
            value = self.scope.parameters[path[0]]
            return _Sized(Parameter(path[0]), bounds_of(value))
        is_text = FieldRef(path[1:] if of_last else path) in self.scope.texts
        raise self.fail(node.position, "rule.not_a_number" if is_text else "rule.unknown_name", name=str(node))

    def span(self, node: RangeNode) -> list[_Sized]:
        first, last = self.name(node.first).term, self.name(node.last).term
        if not isinstance(first, (FieldNumber, LastNumber)) or type(first) is not type(last):
            raise self.fail(node.position, "rule.range_of_names")
        assert isinstance(last, (FieldNumber, LastNumber))  # noqa: S101 - the line above says so; mypy cannot see it
        line = self.line(first.ref, last.ref)
        if line is None or line.index(first.ref) > line.index(last.ref):
            raise self.fail(node.position, "rule.range_order")
        refs = line[line.index(first.ref) : line.index(last.ref) + 1]
        return [_Sized(type(first)(ref), self.scope.fields[ref]) for ref in refs]

    def line(self, first: FieldRef, last: FieldRef) -> list[FieldRef] | None:
        """The row or the column both fields stand in, in declared order."""
        table = [ref for ref in self.scope.fields if ref.head == first.head and len(ref.path) == len(first.path)]
        for position in range(len(first.path) - 1, 0, -1):
            shared = [
                ref
                for ref in table
                if all(a == b for at, (a, b) in enumerate(zip(ref.path, first.path, strict=True)) if at != position)
            ]
            if last in shared:
                return shared
        return None

    # ── terms ──

    def term(self, node: SumNode) -> _Sized:
        match node:
            case NumberNode(value=value):
                return _Sized(Constant(value), bounds_of(value))
            case NameNode():
                return self.name(node)
            case OperationNode():
                return self.operation(node)
            case CallNode():
                return self.function(node)

    def operation(self, node: OperationNode) -> _Sized:
        left, right = self.term(node.left), self.term(node.right)
        term = Operation(node.operator, left.term, right.term)
        if node.operator == "*":
            bounds = left.bounds.times(right.bounds)
            if bounds.magnitude > LARGEST:
                raise self.fail(node.position, "rule.too_large")
            return _Sized(term, bounds)
        bounds = left.bounds.plus(right.bounds if node.operator == "+" else right.bounds.negated())
        self.tell_apart(node.position, bounds)
        return _Sized(term, bounds)

    def function(self, node: CallNode) -> _Sized:
        sized: list[_Sized] = []
        for argument in node.arguments:
            sized += self.span(argument) if isinstance(argument, RangeNode) else [self.term(argument)]
        if len(sized) > MAX_ARGUMENTS:
            raise self.fail(node.position, "rule.too_many_arguments")
        bounds = _BOUNDS[node.function]([one.bounds for one in sized])
        if node.function == "sum" and bounds.magnitude.scaleb(bounds.scale) >= SAFE_STEPS:
            raise self.fail(node.position, "rule.too_large")
        return _Sized(Function(node.function, tuple(one.term for one in sized)), bounds)

    def tell_apart(self, position: int, bounds: Bounds) -> None:
        """Refuse a sum whose terms may cancel each other to less than a double keeps of them."""
        if min(bounds.above, bounds.below).scaleb(bounds.scale) >= SAFE_STEPS:
            raise self.fail(position, "rule.too_large")

    # ── conditions ──

    def comparison(self, node: ComparisonNode) -> Comparison:
        left, right = self.term(node.left), self.term(node.right)
        difference = left.bounds.plus(right.bounds.negated())
        self.tell_apart(node.position, difference)
        return Comparison(node.operator, left.term, right.term, difference.scale)

    def condition(self, node: ConditionNode) -> Condition:
        match node:
            case ComparisonNode():
                return self.comparison(node)
            case JunctionNode(word=word, parts=parts):
                return Junction(word, tuple(self.condition(part) for part in parts))
            case NegationNode(part=part):
                return Negation(self.condition(part))
            case LevelNode(levels=levels, position=position):
                for level in levels:
                    if level not in self.scope.levels:
                        raise self.fail(position, "rule.unknown_level", name=level, known="、".join(self.scope.levels))
                return LevelIn(levels)
            case GivenLastNode():
                return LastGiven()


def _sum_bounds(parts: list[Bounds]) -> Bounds:
    return reduce(Bounds.plus, parts)


def _min_bounds(parts: list[Bounds]) -> Bounds:
    return Bounds(min(one.above for one in parts), max(one.scale for one in parts), max(one.below for one in parts))


def _max_bounds(parts: list[Bounds]) -> Bounds:
    return Bounds(max(one.above for one in parts), max(one.scale for one in parts), min(one.below for one in parts))


def _abs_bounds(parts: list[Bounds]) -> Bounds:
    return Bounds(parts[0].magnitude, parts[0].scale)


_BOUNDS = {"sum": _sum_bounds, "min": _min_bounds, "max": _max_bounds, "abs": _abs_bounds}

MAX_ARGUMENTS = 250
"""Excel takes 255 arguments; a few are kept for what is wrapped around a rule."""


def decimals(number: Decimal) -> int:
    """How many decimals a number has."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def resolve_check(source: str, scope: Scope) -> Comparison:
    """What must hold, at one place.

    Raises:
        RuleSyntaxError: the text is no comparison, or a name or number in it means nothing here.
    """
    return _Resolver(source, scope).comparison(parse_check(source))


def resolve_condition(source: str, scope: Scope) -> Condition:
    """When a rule applies, at one place.

    Raises:
        RuleSyntaxError: the text is no condition, or a name or number in it means nothing here.
    """
    return _Resolver(source, scope).condition(parse_condition(source))


def resolve_term(source: str, scope: Scope) -> tuple[Term, Bounds]:
    """What a computed field is (or one side to show), and how large it can become.

    Raises:
        RuleSyntaxError: the text is no sum, or a name or number in it means nothing here.
    """
    sized = _Resolver(source, scope).term(parse_sum(source))
    return sized.term, sized.bounds
