"""Parse the rule language.

    condition   = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = "not" negation | test
    test        = "level" "in" "(" STRING { "," STRING } ")"
                | "given" "(" "last" ")"
                | "(" condition ")"
                | comparison
    comparison  = sum ( "=" | "<>" | "<" | "<=" | ">" | ">=" ) sum
    sum         = product { ( "+" | "-" ) product }
    product     = factor { "*" factor }
    factor      = NUMBER | call | name | "(" sum ")" | "-" factor
    call        = ( "sum" | "min" | "max" | "abs" ) "(" argument { "," argument } ")"
    argument    = name ":" name | sum
    name        = IDENTIFIER { "." IDENTIFIER }

A ``check`` is one comparison, a ``when`` is a condition, a ``computed`` is a sum. What spreadsheet
programs read differently is not in the grammar: chained comparisons, powers, divisions, texts as numbers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, NoReturn

from xlreport.messages import say

FUNCTIONS = ("sum", "min", "max", "abs")
COMPARISONS = ("=", "<>", "<=", ">=", "<", ">")
KEYWORDS = frozenset({"and", "or", "not", "in", *FUNCTIONS})
"""Words that cannot be names."""
_MAX_DEPTH = 40  # Excel nests 64 levels; what we wrap around a rule needs some of them
_MAX_OPERATIONS = 100  # each makes the tree one deeper, and Python walks no tree of a thousand


class RuleSyntaxError(Exception):
    """A rule that cannot be read, and where."""

    def __init__(self, source: str, position: int, message: str) -> None:
        super().__init__(source, position, message)
        self.source = source
        self.position = position
        self.message = message

    @property
    def excerpt(self) -> str:
        """The rule with a caret under the spot."""
        return f"    {self.source}\n    {' ' * self.position}^"


@dataclass(frozen=True, slots=True)
class NumberNode:
    """A number written in the rule."""

    value: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class NameNode:
    """A field or parameter by its name, not yet looked up."""

    path: tuple[str, ...]
    position: int

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class RangeNode:
    """Every field from one to another, in declared order."""

    first: NameNode
    last: NameNode
    position: int


@dataclass(frozen=True, slots=True)
class OperationNode:
    """``+``, ``-`` or ``*``."""

    operator: str
    left: "SumNode"
    right: "SumNode"
    position: int


@dataclass(frozen=True, slots=True)
class CallNode:
    """A function of the language."""

    function: str
    arguments: tuple["SumNode | RangeNode", ...]
    position: int


SumNode = NumberNode | NameNode | OperationNode | CallNode


@dataclass(frozen=True, slots=True)
class ComparisonNode:
    """Two sums compared."""

    operator: str
    left: SumNode
    right: SumNode
    position: int


@dataclass(frozen=True, slots=True)
class JunctionNode:
    """``and`` or ``or`` over its parts."""

    word: str
    parts: tuple["ConditionNode", ...]
    position: int


@dataclass(frozen=True, slots=True)
class NegationNode:
    """``not``."""

    part: "ConditionNode"
    position: int


@dataclass(frozen=True, slots=True)
class LevelNode:
    """``level in (…)``."""

    levels: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class GivenLastNode:
    """``given(last)``."""

    position: int


ConditionNode = ComparisonNode | JunctionNode | NegationNode | LevelNode | GivenLastNode


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r'|(?P<string>"[^"]*")|(?P<sign><>|<=|>=|[=<>+\-*(),:.]))'
)


def _tokens(source: str) -> list[_Token]:
    tokens, position = [], 0
    text = source.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            spot = position + len(text[position:]) - len(text[position:].lstrip())
            raise RuleSyntaxError(source, spot, say("rule.character", character=text[spot]))
        kind = match.lastgroup or ""
        tokens.append(_Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, _Token("end", "", len(text))]


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = _tokens(source)
        self.at = 0
        self.depth = 0
        self.operations = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, key: str, token: _Token | None = None, **values: str) -> NoReturn:
        spot = token or self.next
        raise RuleSyntaxError(self.source, spot.position, say(key, found=spot.text or say("rule.end"), **values))

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def accept(self, *texts: str) -> _Token | None:
        if self.next.kind in ("sign", "name") and self.next.text in texts:
            return self.take()
        return None

    def expect(self, text: str) -> _Token:
        return self.accept(text) or self.fail("rule.expected", expected=text)

    def enter(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail("rule.too_deep")

    def leave(self) -> None:
        self.depth -= 1

    def accept_operator(self, *texts: str) -> _Token | None:
        operator = self.accept(*texts)
        self.operations += operator is not None
        if self.operations > _MAX_OPERATIONS:
            self.fail("rule.too_long", operator)
        return operator

    def condition(self) -> ConditionNode:
        return self.junction("or", self.conjunction)

    def conjunction(self) -> ConditionNode:
        return self.junction("and", self.negation)

    def junction(self, word: str, part: Callable[[], ConditionNode]) -> ConditionNode:
        position = self.next.position
        parts = [part()]
        while self.accept(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else JunctionNode(word, tuple(parts), position)

    def negation(self) -> ConditionNode:
        token = self.accept("not")
        if token is None:
            return self.test()
        self.enter()
        part = self.negation()
        self.leave()
        return NegationNode(part, token.position)

    def test(self) -> ConditionNode:
        if self.next.text == "level" and self.tokens[self.at + 1].text == "in":
            return self.level()
        if self.next.text == "given":
            return self.given()
        if self.next.text == "(" and self.is_condition_in_brackets():
            self.take()
            self.enter()
            inside = self.condition()
            self.leave()
            self.expect(")")
            return inside
        return self.comparison()

    def is_condition_in_brackets(self) -> bool:
        """Whether the bracket that opens here holds a condition rather than a sum."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return False
            if token.text in (*COMPARISONS, "and", "or", "not", "given", "in"):
                return True
        return False

    def level(self) -> LevelNode:
        position = self.take().position
        self.take()
        self.expect("(")
        levels = [self.string()]
        while self.accept(","):
            levels.append(self.string())
        self.expect(")")
        return LevelNode(tuple(levels), position)

    def string(self) -> str:
        if self.next.kind != "string":
            self.fail("rule.expected_string")
        return self.take().text.strip('"')

    def given(self) -> GivenLastNode:
        position = self.take().position
        self.expect("(")
        self.expect("last")
        self.expect(")")
        return GivenLastNode(position)

    def comparison(self) -> ComparisonNode:
        left = self.sum()
        operator = self.accept(*COMPARISONS) or self.fail("rule.expected_comparison")
        right = self.sum()
        if self.next.text in COMPARISONS:
            self.fail("rule.chained")
        return ComparisonNode(operator.text, left, right, operator.position)

    def sum(self) -> SumNode:
        left = self.product()
        while operator := self.accept_operator("+", "-"):
            left = OperationNode(operator.text, left, self.product(), operator.position)
        return left

    def product(self) -> SumNode:
        left = self.factor()
        while operator := self.accept_operator("*"):
            left = OperationNode("*", left, self.factor(), operator.position)
        return left

    def factor(self) -> SumNode:
        self.enter()
        node = self.bare_factor()
        self.leave()
        return node

    def bare_factor(self) -> SumNode:
        token = self.next
        if token.kind == "number":
            self.take()
            return NumberNode(Decimal(token.text), token.position)
        if self.accept("-"):
            return OperationNode("-", NumberNode(Decimal(0), token.position), self.factor(), token.position)
        if self.accept("("):
            inside = self.sum()
            self.expect(")")
            return inside
        if token.kind == "name" and self.tokens[self.at + 1].text == "(":
            return self.call()
        return self.name()

    def call(self) -> CallNode:
        token = self.take()
        if token.text not in FUNCTIONS:
            self.fail("rule.unknown_function", token, known="、".join(FUNCTIONS))
        self.expect("(")
        arguments = [self.argument()]
        while self.accept(","):
            arguments.append(self.argument())
        self.expect(")")
        if token.text == "abs" and (len(arguments) != 1 or isinstance(arguments[0], RangeNode)):
            self.fail("rule.abs_takes_one", token)
        return CallNode(token.text, tuple(arguments), token.position)

    def argument(self) -> SumNode | RangeNode:
        node = self.sum()
        colon = self.accept(":")
        if colon is None:
            return node
        if not isinstance(node, NameNode):
            self.fail("rule.range_of_names", colon)
        return RangeNode(node, self.name(), node.position)

    def name(self) -> NameNode:
        token = self.next
        if token.kind != "name" or token.text in KEYWORDS:
            self.fail("rule.expected_value")
        self.take()
        path = [token.text]
        while self.accept("."):
            if self.next.kind != "name":
                self.fail("rule.expected_name")
            path.append(self.take().text)
        return NameNode(tuple(path), token.position)

    def end(self) -> None:
        if self.next.kind != "end":
            self.fail("rule.unexpected")


def parse_check(source: str) -> ComparisonNode:
    """Parse what must hold: exactly one comparison.

    Raises:
        RuleSyntaxError: it is not one.
    """
    parser = _Parser(source)
    node = parser.comparison()
    parser.end()
    return node


def parse_condition(source: str) -> ConditionNode:
    """Parse when a rule applies.

    Raises:
        RuleSyntaxError: it is not a condition.
    """
    parser = _Parser(source)
    node = parser.condition()
    parser.end()
    return node


def parse_sum(source: str) -> SumNode:
    """Parse what a computed field is, or one side to show.

    Raises:
        RuleSyntaxError: it is not a sum.
    """
    parser = _Parser(source)
    node = parser.sum()
    parser.end()
    return node
