"""The rule language as text: what is read, what is refused, and the caret under the very spot."""

import pickle
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_bench import SCOPE

from xlreport.fields import FieldRef
from xlreport.messages import say
from xlreport.rules.parse import (
    CallNode,
    ComparisonNode,
    GivenLastNode,
    JunctionNode,
    LevelNode,
    NameNode,
    NegationNode,
    NumberNode,
    OperationNode,
    RangeNode,
    RuleSyntaxError,
    parse_check,
    parse_condition,
    parse_sum,
)
from xlreport.rules.resolve import Bounds, Scope, resolve_check, resolve_condition, resolve_term
from xlreport.rules.tree import (
    Comparison,
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
    fields_of,
    last_fields_of,
)

ONE_A, ONE_B, ONE_C = (FieldRef(("t", "one", column)) for column in "abc")


# ── what is read ──────────────────────────────────────────────────────────────────────────────────


def shape(node: object) -> str:  # noqa: PLR0911 - one for each kind of node
    """A parsed rule in brackets, without positions."""
    match node:
        case NumberNode(value=value):
            return str(value)
        case NameNode():
            return str(node)
        case RangeNode(first=first, last=last):
            return f"{first}..{last}"
        case (
            OperationNode(operator=word, left=left, right=right) | ComparisonNode(operator=word, left=left, right=right)
        ):
            return f"({shape(left)} {word} {shape(right)})"
        case CallNode(function=name, arguments=arguments):
            return f"{name}[{', '.join(map(shape, arguments))}]"
        case JunctionNode(word=word, parts=parts):
            return f"{word}[{', '.join(map(shape, parts))}]"
        case NegationNode(part=part):
            return f"not[{shape(part)}]"
        case LevelNode(levels=levels):
            return f"level[{', '.join(levels)}]"
        case GivenLastNode():
            return "given"
    raise TypeError(node)


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("1", "1"),
        ("12.50", "12.50"),
        ("a", "a"),
        ("requests.received.total", "requests.received.total"),
        ("a . b", "a.b"),
        ("a+b-c", "((a + b) - c)"),
        ("a - (b - c)", "(a - (b - c))"),
        ("a+b*c", "(a + (b * c))"),
        ("(a+b)*c", "((a + b) * c)"),
        ("a*b*c", "((a * b) * c)"),
        ("-a", "(0 - a)"),
        ("- -a", "(0 - (0 - a))"),
        ("-a*b", "((0 - a) * b)"),
        ("a--1", "(a - (0 - 1))"),
        ("abs(a-b)", "abs[(a - b)]"),
        ("sum(a:c)", "sum[a..c]"),
        ("sum(a, b : c, 2*a)", "sum[a, b..c, (2 * a)]"),
        ("max(min(a,b),last.a)", "max[min[a, b], last.a]"),
        ("  a\t+\u3000b  ", "(a + b)"),
    ],
)
def test_a_sum_is_read(source: str, read: str) -> None:
    assert shape(parse_sum(source)) == read


@pytest.mark.parametrize("operator", ["=", "<>", "<", "<=", ">", ">="])
def test_a_check_is_one_comparison(operator: str) -> None:
    assert shape(parse_check(f"a+1{operator}b")) == f"((a + 1) {operator} b)"


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("a = 1", "(a = 1)"),
        ("a = 1 and b = 2 and c = 3", "and[(a = 1), (b = 2), (c = 3)]"),
        ("a = 1 or b = 2 and c = 3", "or[(a = 1), and[(b = 2), (c = 3)]]"),
        ("(a = 1 or b = 2) and c = 3", "and[or[(a = 1), (b = 2)], (c = 3)]"),
        ("not a = 1 and b = 2", "and[not[(a = 1)], (b = 2)]"),
        ("not (a = 1 and b = 2)", "not[and[(a = 1), (b = 2)]]"),
        ("not not a = 1", "not[not[(a = 1)]]"),
        ("(a + b) * 2 = 1", "(((a + b) * 2) = 1)"),
        ("((a = 1))", "(a = 1)"),
        ("((a) = 1)", "(a = 1)"),
        ("given(last)", "given"),
        ("(given(last))", "given"),
        ("not given ( last )", "not[given]"),
        ('level in ("city")', "level[city]"),
        ('level in ("city", "ministry") and a > 0', "and[level[city, ministry], (a > 0)]"),
        ('(level in ("city"))', "level[city]"),
        ("(not a = 1)", "not[(a = 1)]"),
        ("level = 1", "(level = 1)"),
    ],
)
def test_a_condition_is_read(source: str, read: str) -> None:
    assert shape(parse_condition(source)) == read


# ── what is refused, and where ────────────────────────────────────────────────────────────────────

END = say("rule.end")
TOO_DEEP = "(" * 41 + "a" + ")" * 41

REFUSED_CHECKS = [
    # characters and words that are not in the language
    ("a = 1 ! b", 6, say("rule.character", character="!")),
    ("  ？a = 1", 2, say("rule.character", character="？")),
    ("a = -2^2", 6, say("rule.character", character="^")),
    ("a / b = 1", 2, say("rule.character", character="/")),
    ("a = 10%", 6, say("rule.character", character="%")),
    ("a & b = 1", 2, say("rule.character", character="&")),
    ("a = １", 4, say("rule.character", character="１")),
    ("总计 = 1", 0, say("rule.character", character="总")),
    ('a = "b', 4, say("rule.character", character='"')),
    ("a = .5", 4, say("rule.expected_value", found=".")),
    ("a = 5.", 5, say("rule.unexpected", found=".")),
    ("a = 1e5", 5, say("rule.unexpected", found="e5")),
    ("a = 1 2", 6, say("rule.unexpected", found="2")),
    ("a = b b", 6, say("rule.unexpected", found="b")),
    ("a = 1)", 5, say("rule.unexpected", found=")")),
    ("a = t:b", 5, say("rule.unexpected", found=":")),
    # what is missing
    ("", 0, say("rule.expected_value", found=END)),
    ("   ", 0, say("rule.expected_value", found=END)),
    ("a", 1, say("rule.expected_comparison", found=END)),
    ("a + b", 5, say("rule.expected_comparison", found=END)),
    ("a b", 2, say("rule.expected_comparison", found="b")),
    ("a =", 3, say("rule.expected_value", found=END)),
    ("a = b +", 7, say("rule.expected_value", found=END)),
    ("a = (b", 6, say("rule.expected", expected=")", found=END)),
    ("a = t.", 6, say("rule.expected_name", found=END)),
    ("a = t.1", 6, say("rule.expected_name", found="1")),
    ("sum( = 1", 5, say("rule.expected_value", found="=")),
    ("sum() = 1", 4, say("rule.expected_value", found=")")),
    ("sum(a, ) = 1", 7, say("rule.expected_value", found=")")),
    ("sum = 1", 0, say("rule.expected_value", found="sum")),
    ("+a = 1", 0, say("rule.expected_value", found="+")),
    # what engines read differently
    ("a = b = c", 6, say("rule.chained")),
    ("1 < a <= 3", 6, say("rule.chained")),
    ('a = "12"', 4, say("rule.expected_value", found='"12"')),
    ('"" >= 20', 0, say("rule.expected_value", found='""')),
    ('level = "city"', 8, say("rule.expected_value", found='"city"')),
    ("sum(a = b) = 1", 6, say("rule.expected", expected=")", found="=")),
    ("(a > 0) + (b > 0) = 1", 3, say("rule.expected", expected=")", found=">")),
    ("sum(not a) = 1", 4, say("rule.expected_value", found="not")),
    ("a = 1 and b = 1", 6, say("rule.unexpected", found="and")),
    ("given(last) = 1", 0, say("rule.unknown_function", found="given", known="sum、min、max、abs")),
    # functions
    ("average(a, b) = 1", 0, say("rule.unknown_function", found="average", known="sum、min、max、abs")),
    ("a = SUM(b)", 4, say("rule.unknown_function", found="SUM", known="sum、min、max、abs")),
    ("abs(a, b) = 1", 0, say("rule.abs_takes_one")),
    ("1 = abs(a:b)", 4, say("rule.abs_takes_one")),
    ("sum(1:b) = 1", 5, say("rule.range_of_names")),
    ("sum(a + b:c) = 1", 9, say("rule.range_of_names")),
    ("sum(a:1) = 1", 6, say("rule.expected_value", found="1")),
    # how much
    (f"{TOO_DEEP} = 1", 40, say("rule.too_deep")),
    (f"{'a + ' * 101}a = 1", 402, say("rule.too_long")),
    (f"{'a * ' * 101}a = 1", 402, say("rule.too_long")),
]


@pytest.mark.parametrize(("source", "position", "message"), REFUSED_CHECKS)
def test_a_check_is_refused_at_the_very_spot(source: str, position: int, message: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_check(source)
    assert (caught.value.position, caught.value.message) == (position, message)


@pytest.mark.parametrize(
    ("source", "position", "message"),
    [
        ("a", 1, say("rule.expected_comparison", found=END)),
        ("not", 3, say("rule.expected_value", found=END)),
        ("a = 1 and", 9, say("rule.expected_value", found=END)),
        ("a = 1 or or b = 1", 9, say("rule.expected_value", found="or")),
        ("(a = 1", 6, say("rule.expected", expected=")", found=END)),
        ("(a = 1) b", 8, say("rule.unexpected", found="b")),
        ("a = 1, b = 1", 5, say("rule.unexpected", found=",")),
        ("a = b = c", 6, say("rule.chained")),
        ("given", 5, say("rule.expected", expected="(", found=END)),
        ("given(this)", 6, say("rule.expected", expected="last", found="this")),
        ("given(last", 10, say("rule.expected", expected=")", found=END)),
        ('level in "city"', 9, say("rule.expected", expected="(", found='"city"')),
        ("level in (city)", 10, say("rule.expected_string", found="city")),
        ('level in ("city",)', 17, say("rule.expected_string", found=")")),
        ('level in ("city"', 16, say("rule.expected", expected=")", found=END)),
        ("level", 5, say("rule.expected_comparison", found=END)),
        (f"{'not ' * 41}a = 1", 164, say("rule.too_deep")),
        (f"{'(' * 41}a = 1{')' * 41}", 41, say("rule.too_deep")),
        ("(a + (b) + c", 12, say("rule.expected", expected=")", found=END)),
    ],
)
def test_a_condition_is_refused_at_the_very_spot(source: str, position: int, message: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_condition(source)
    assert (caught.value.position, caught.value.message) == (position, message)


def test_a_sum_is_no_comparison() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_sum("a = b")
    assert caught.value.message == say("rule.unexpected", found="=")


def test_the_caret_stands_under_the_spot() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_check("received + carried_in = results_total = 1")
    assert caught.value.excerpt == (
        "    received + carried_in = results_total = 1\n                                          ^"
    )


@given(st.text(alphabet='ab1.,:()+-*=<>"^/ \nandornotsumlevelgiven总', max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_within_itself(source: str) -> None:
    for parse in (parse_check, parse_condition, parse_sum):
        error = refusal_of(parse, source)
        assert error is None or (0 <= error.position <= len(source) and error.message)


def refusal_of(parse: Callable[[str], object], source: str) -> RuleSyntaxError | None:
    """Why a text is refused; ``None`` where it is read."""
    try:
        parse(source)
    except RuleSyntaxError as error:
        return error
    return None


# ── names and what they mean ──────────────────────────────────────────────────────────────────────


def test_names_are_looked_up_short_then_full_then_among_the_parameters() -> None:
    check = resolve_check("a + t.two.a + it = factor * last.b", SCOPE)
    assert check == Comparison(
        "=",
        Operation(
            "+",
            Operation("+", FieldNumber(ONE_A), FieldNumber(FieldRef(("t", "two", "a")))),
            FieldNumber(FieldRef(("t", "two", "b"))),
        ),
        Operation("*", Parameter("factor"), LastNumber(ONE_B)),
        0,
    )
    assert fields_of(check, None, check) == (ONE_A, FieldRef(("t", "two", "a")), FieldRef(("t", "two", "b")))
    assert last_fields_of(check) == (ONE_B,)


def test_a_condition_is_a_tree_of_what_it_asks() -> None:
    condition = resolve_condition('not (given(last) or level in ("city")) and a > 1', SCOPE)
    comparison = Comparison(">", FieldNumber(ONE_A), Constant(Decimal(1)), 0)
    assert condition == Junction("and", (Negation(Junction("or", (LastGiven(), LevelIn(("city",))))), comparison))
    assert fields_of(condition) == (ONE_A,)


def test_a_range_holds_every_field_between_its_ends_in_declared_order() -> None:
    row = Function("sum", (FieldNumber(ONE_A), FieldNumber(ONE_B), FieldNumber(ONE_C)))
    assert resolve_term("sum(a:c)", SCOPE)[0] == row
    column = tuple(FieldNumber(FieldRef(("t", line, "b"))) for line in ("two", "three"))
    assert resolve_term("sum(t.two.b:t.three.b)", SCOPE)[0] == Function("sum", column)
    last = tuple(LastNumber(FieldRef(("t", "one", name))) for name in "bc")
    assert resolve_term("max(last.b:last.c)", SCOPE)[0] == Function("max", last)


def test_a_field_shadows_a_parameter_of_its_name() -> None:
    scope = Scope(fields=SCOPE.fields, parameters={"a": Decimal(5)}, short={"a": ONE_A})
    assert resolve_term("a", scope)[0] == FieldNumber(ONE_A)
    assert resolve_term("a", Scope(fields={}, parameters={"a": Decimal(5)}))[0] == Parameter("a")


MANY = Scope(fields={FieldRef(("w", "row", f"c{at}")): Bounds(Decimal(9), 0) for at in range(251)})


@pytest.mark.parametrize(
    ("source", "position", "message"),
    [
        ("a = nowhere", 4, say("rule.unknown_name", name="nowhere")),
        ("a = t.one.z", 4, say("rule.unknown_name", name="t.one.z")),
        ("a = last.nowhere", 4, say("rule.unknown_name", name="last.nowhere")),
        ("a = last.factor", 4, say("rule.unknown_name", name="last.factor")),
        ("a = last", 4, say("rule.unknown_name", name="last")),
        ("true = 1", 0, say("rule.unknown_name", name="true")),
        ("TRUE = 1", 0, say("rule.unknown_name", name="TRUE")),
        ("level = 1", 0, say("rule.unknown_name", name="level")),
        ("sum(a:factor) = 1", 4, say("rule.range_of_names")),
        ("sum(factor:a) = 1", 4, say("rule.range_of_names")),
        ("sum(a:last.b) = 1", 4, say("rule.range_of_names")),
        ("sum(c:a) = 1", 4, say("rule.range_order")),
        ("sum(a:t.two.b) = 1", 4, say("rule.range_order")),
        ("sum(a:m.six.p) = 1", 4, say("rule.range_order")),
        # sums that could cancel to less than a double keeps
        ("m.six.p * m.six.p = m.six.q * m.six.q", 18, say("rule.too_large")),
        ("a * b = c * d", 6, say("rule.too_large")),
        ("a * b - c * d = 0", 6, say("rule.too_large")),
        ("m.six.p + m.six.p + m.six.p - m.six.q - m.six.q - m.six.q = 0", 48, say("rule.too_large")),
        ("sum(m.six.p, m.six.q, m.six.p) = 0", 0, say("rule.too_large")),
        ("a * half * half * half * half = b + half", 30, say("rule.too_large")),
        (f"{'a * ' * 8}a = 0", 30, say("rule.too_large")),
    ],
)
def test_a_name_or_a_size_is_refused_at_the_very_spot(source: str, position: int, message: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        resolve_check(source, SCOPE)
    assert (caught.value.position, caught.value.message) == (position, message)


@pytest.mark.parametrize("name", ["overview.disclosure", "last.overview.disclosure", "problems"])
def test_a_text_is_no_number(name: str) -> None:
    scope = Scope(fields=SCOPE.fields, texts=frozenset({FieldRef(("overview", "disclosure")), FieldRef(("problems",))}))
    with pytest.raises(RuleSyntaxError) as caught:
        resolve_check(f"1 = {name}", scope)
    assert (caught.value.position, caught.value.message) == (4, say("rule.not_a_number", name=name))


def test_it_means_nothing_where_each_names_no_field() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        resolve_check("it = 0", Scope(fields=SCOPE.fields))
    assert caught.value.message == say("rule.no_it")


def test_a_level_must_be_one_of_the_forms() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        resolve_condition('a = 1 and level in ("city", "town")', SCOPE)
    assert caught.value.position == 10
    assert caught.value.message == say("rule.unknown_level", name="town", known="bureau、county、city")


def test_a_function_takes_as_many_arguments_as_excel() -> None:
    assert len(fields_of(resolve_term("sum(w.row.c0:w.row.c249)", MANY)[0])) == 250
    with pytest.raises(RuleSyntaxError) as caught:
        resolve_term("sum(w.row.c0:w.row.c250)", MANY)
    assert caught.value.message == say("rule.too_many_arguments")


@pytest.mark.parametrize(
    "source",
    [
        "sum(a:d) = t.two.a",
        "m.six.p + m.six.q = m.six.p",
        "m.six.p <= 1000 * m.six.q",
        "a * b > c",
        "max(a, t.two.a) <= factor * min(a, t.two.a)",
        f"{'a + ' * 100}a > 0",
    ],
)
def test_what_a_double_can_tell_apart_is_taken(source: str) -> None:
    assert isinstance(resolve_check(source, SCOPE), Comparison)


@pytest.mark.parametrize(
    ("source", "scale"),
    [
        ("a = b", 0),
        ("a = 1.50", 1),
        ("m.two.p = a", 2),
        ("m.two.p = m.six.p", 6),
        ("m.two.p * price = 0", 5),
        ("sum(m.two.p, m.six.p) = 0", 6),
        ("max(half, m.two.p) * half = 0", 3),
        ("abs(a - half) = 0", 1),
    ],
)
def test_the_decimals_of_a_rule_are_those_its_terms_can_have(source: str, scale: int) -> None:
    assert resolve_check(source, SCOPE).scale == scale


# ── between processes ─────────────────────────────────────────────────────────────────────────────


def test_syntax_trees_and_errors_survive_pickling() -> None:
    condition = 'not (sum(a:c) - 1 = abs(last.a) * factor) and level in ("city") or given(last)'
    for value in (parse_condition(condition), resolve_condition(condition, SCOPE)):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes
    with pytest.raises(RuleSyntaxError) as caught:
        parse_check("a = ")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (again.source, again.position, again.message) == ("a = ", 3, caught.value.message)
