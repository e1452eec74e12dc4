"""Formulas as trees: how they are spelled, and that their stored value is what two engines compute."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import pytest
from engines import Answer, evaluate_many

from xlreport.cells import (
    BLANK,
    Boolean,
    CellRange,
    CellRef,
    ErrorValue,
    Number,
    Text,
    Token,
    Value,
    number_value,
    text_value,
)
from xlreport.rules.formula import (
    FUNCTIONS,
    Area,
    Binary,
    Cell,
    CellByIndex,
    Formula,
    Relative,
    both,
    call,
    compare,
    depth,
    either,
    if_,
    joined,
    lit,
    quoted_sheet,
    round_half_up,
    spell,
    value_of,
    walk,
)

SHEET = "三 依申请公开"
TRUE, FALSE = lit(value=True), lit(value=False)


def at(row: int, column: int, sheet: str = SHEET) -> Cell:
    """A cell of the sheet."""
    return Cell(CellRef(sheet, row, column))


def area(first_row: int, first_column: int, last_row: int, last_column: int) -> Area:
    """A rectangle of the sheet."""
    return Area(CellRange(SHEET, first_row, first_column, last_row, last_column))


# ── spelling ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("formula", "spelled"),
    [
        (lit(5), "5"),
        (lit(Decimal("0.000001")), "0.000001"),
        (lit(Decimal("1E+15")), "1000000000000000"),
        (lit(Decimal(-3)), "-3"),
        (lit('他说“好”"ok"'), '"他说“好”""ok"""'),
        (lit(""), '""'),
        (TRUE, "TRUE"),
        (FALSE, "FALSE"),
        (at(4, 28), "$AB$4"),
        (at(4, 2, "其他"), "'其他'!$B$4"),
        (at(1, 1, "it's"), "'it''s'!$A$1"),
        (CellByIndex(CellRef(SHEET, 5, 4), 26), "INDEX('三 依申请公开'!$A:$Z,5,4)"),
        (area(1, 2, 3, 4), "$B$1:$D$3"),
        (Area(CellRange("其他", 1, 1, 1, 3)), "'其他'!$A$1:$C$1"),
        (Relative(4, 2), "B4"),
        (Relative(4, 2, fixed_column=True), "$B4"),
        (compare(at(1, 1), "+", 2), "$A$1+2"),
        (compare(compare(lit(1), "+", 2), "-", 3), "(1+2)-3"),
        (compare(lit(1), "-", compare(lit(2), "-", lit(3))), "1-(2-3)"),
        (compare(compare(lit(1), "+", 2), "*", 3), "(1+2)*3"),
        (compare(lit(2), "-", Decimal(-3)), "2-(-3)"),
        (compare(lit(Decimal(-2)), "*", 3), "(-2)*3"),
        (compare(compare(at(1, 1), "=", 1), "=", TRUE), "($A$1=1)=TRUE"),
        (joined("a", at(1, 1), "b"), '"a"&$A$1&"b"'),
        (joined("a", joined("b", "c")), '"a"&("b"&"c")'),
        (compare(joined("a", "b"), "=", "ab"), '"a"&"b"="ab"'),
        (compare(joined("1", "2"), "+", 3), '("1"&"2")+3'),
        (joined("共 ", compare(at(1, 1), "-", 1)), '"共 "&($A$1-1)'),
        (joined("", "a", ""), '"a"'),
        (joined(), '""'),
        (if_(both(TRUE, FALSE), lit(1), lit(2)), "IF(AND(TRUE,FALSE),1,2)"),
        (either(TRUE), "TRUE"),
        (either(TRUE, FALSE), "OR(TRUE,FALSE)"),
        (both(FALSE), "FALSE"),
        (call("COUNT", area(1, 1, 1, 3), at(2, 1)), "COUNT($A$1:$C$1,$A$2)"),
    ],
)
def test_a_tree_is_spelled_as_excel_reads_it(formula: Formula, spelled: str) -> None:
    assert spell(formula, SHEET) == spelled


def test_a_sheet_name_is_always_quoted() -> None:
    assert quoted_sheet("校验") == "'校验'"


def test_a_walk_meets_every_part_from_left_to_right() -> None:
    formula = if_(compare(at(1, 1), "=", 1), call("SUM", area(1, 1, 1, 2)), lit("x"))
    found = [part.name if hasattr(part, "name") else type(part).__name__ for part in walk(formula)]
    assert found == ["IF", "Binary", "Cell", "Literal", "SUM", "Area", "Literal"]


def test_depth_counts_functions_within_functions() -> None:
    assert depth(lit(1)) == 0
    assert depth(compare(call("ABS", lit(1)), "+", call("ABS", call("ABS", lit(1))))) == 2
    assert depth(call("COUNT")) == 1


# ── valuing ───────────────────────────────────────────────────────────────────────────────────────

INPUTS: Mapping[CellRef, Decimal | int | str | bool | None] = {
    CellRef(SHEET, 1, 1): 3,
    CellRef(SHEET, 1, 2): Decimal("0.1"),
    CellRef(SHEET, 1, 3): Decimal("0.2"),
    CellRef(SHEET, 2, 1): "好 a好",
    CellRef(SHEET, 2, 2): "12",
    CellRef(SHEET, 2, 3): True,
    CellRef(SHEET, 3, 1): -7,
    CellRef(SHEET, 3, 2): 3,
    CellRef(SHEET, 3, 3): 999_999_999_999,
}
"""What stands in the sheet; D is blank throughout."""
NUMBER, TENTH, FIFTH, WORDS, DIGITS, TRUTH, NEGATIVE = (
    *(at(1, 1), at(1, 2), at(1, 3), at(2, 1), at(2, 2), at(2, 3), at(3, 1)),
)
NOTHING = at(1, 4)
NOT_THERE = call("MATCH", lit(5), area(1, 1, 1, 1), lit(0))
NO_NUMBER = compare(lit("x"), "*", 1)


def _value(held: Decimal | int | str | bool | None) -> Value:
    match held:
        case bool():
            return Boolean(held)
        case str():
            return text_value(held)
        case None:
            return BLANK
        case _:
            return number_value(held)


def lookup(ref: CellRef) -> Value:
    """What a cell of the inputs holds."""
    return _value(INPUTS.get(ref))


VALUED: list[tuple[str, Formula, Value]] = [
    # operators
    (
        "the dust of binary fractions is rounded away",
        call("ROUND", compare(TENTH, "+", FIFTH), lit(6)),
        Number(Decimal("0.3")),
    ),
    ("subtraction", compare(NUMBER, "-", 5), Number(Decimal(-2))),
    ("multiplication", compare(NUMBER, "*", NEGATIVE), Number(Decimal(-21))),
    ("a blank counts as 0", compare(NOTHING, "+", 1), Number(Decimal(1))),
    ("a blank alone shows as 0", NOTHING, Number(Decimal(0))),
    ("a blank is the empty text", compare(NOTHING, "=", ""), Boolean(value=True)),
    ("a blank is 0", compare(NOTHING, "=", 0), Boolean(value=True)),
    ("a text is more than any number", compare(WORDS, ">=", 20), Boolean(value=True)),
    ("digits kept as text are no number", compare(DIGITS, "=", 12), Boolean(value=False)),
    ("a text is never below a number", compare(WORDS, "<", 20), Boolean(value=False)),
    ("texts are the same in any case", compare(lit("ABC"), "=", "abc"), Boolean(value=True)),
    ("unequal texts", compare(lit("a"), "<>", "b"), Boolean(value=True)),
    ("at most", compare(NUMBER, "<=", 3), Boolean(value=True)),
    ("more than", compare(NUMBER, ">", 3), Boolean(value=False)),
    ("texts are joined", joined("共", call("ROUND", NUMBER, lit(0)), "格"), Text("共3格")),
    ("a blank joins as nothing", joined("[", NOTHING, "]"), Text("[]")),
    (
        "a whole rounded number joins without a point",
        joined(call("ROUND", at(3, 3), lit(0)), lit("")),
        Text("999999999999"),
    ),
    ("decimals of a rounded number join as they are", joined(call("ROUND", TENTH, lit(2)), lit("")), Text("0.1")),
    ("words in sums are an error", NO_NUMBER, ErrorValue("#VALUE!")),
    ("an error runs through", compare(NO_NUMBER, "+", 1), ErrorValue("#VALUE!")),
    # logic
    ("if", if_(compare(NUMBER, "=", 3), lit("是"), lit("否")), Text("是")),
    ("if takes a number for true", if_(NUMBER, lit(1), lit(2)), Number(Decimal(1))),
    ("if takes a blank for false", if_(NOTHING, lit(1), lit(2)), Number(Decimal(2))),
    ("if of words is an error", if_(WORDS, lit(1), lit(2)), ErrorValue("#VALUE!")),
    ("if takes a truth value", if_(TRUTH, lit(1), lit(2)), Number(Decimal(1))),
    ("if looks at one branch only", if_(TRUE, lit(1), NO_NUMBER), Number(Decimal(1))),
    ("and", both(TRUE, compare(NUMBER, "=", 4)), Boolean(value=False)),
    ("and has no short cut over an error", both(FALSE, NO_NUMBER), ErrorValue("#VALUE!")),
    ("or", either(FALSE, compare(NUMBER, "=", 3)), Boolean(value=True)),
    ("or has no short cut over an error", either(TRUE, NO_NUMBER), ErrorValue("#VALUE!")),
    ("not", call("NOT", compare(NUMBER, "=", 3)), Boolean(value=False)),
    # what a cell holds
    ("an error is one", call("ISERROR", NOT_THERE), Boolean(value=True)),
    ("words are no error", call("ISERROR", WORDS), Boolean(value=False)),
    ("a number is one", call("ISNUMBER", NUMBER), Boolean(value=True)),
    ("digits kept as text are none", call("ISNUMBER", DIGITS), Boolean(value=False)),
    ("a blank is no number", call("ISNUMBER", NOTHING), Boolean(value=False)),
    ("a reckoned number is one", call("ISNUMBER", compare(NUMBER, "+", 1)), Boolean(value=True)),
    ("a truth value is one", call("ISLOGICAL", TRUTH), Boolean(value=True)),
    ("a number is no truth value", call("ISLOGICAL", NUMBER), Boolean(value=False)),
    # over areas
    ("sum leaves out words and blanks", call("SUM", area(1, 1, 2, 2), NOTHING), Number(Decimal("3.1"))),
    ("sum of terms", call("SUM", NUMBER, compare(NUMBER, "*", 2)), Number(Decimal(9))),
    ("an error in a sum", call("SUM", NUMBER, NOT_THERE), ErrorValue("#N/A")),
    ("min", call("MIN", area(1, 1, 1, 3), NEGATIVE), Number(Decimal(-7))),
    ("max", call("MAX", area(1, 1, 1, 3)), Number(Decimal(3))),
    ("min of nothing", call("MIN", area(1, 4, 3, 4)), Number(Decimal(0))),
    ("max of nothing", call("MAX", area(1, 4, 3, 4)), Number(Decimal(0))),
    ("count counts numbers", call("COUNT", area(1, 1, 3, 2)), Number(Decimal(4))),
    ("count of single cells", call("COUNT", NUMBER, WORDS, NOTHING), Number(Decimal(1))),
    ("countif", call("COUNTIF", area(1, 1, 3, 2), lit(3)), Number(Decimal(2))),
    ("sumif", call("SUMIF", area(1, 1, 3, 1), lit(3), area(1, 2, 3, 2)), Number(Decimal("0.1"))),
    ("sumif of words", call("SUMIF", area(1, 1, 3, 1), lit(3), area(2, 1, 4, 1)), Number(Decimal(0))),
    ("match", call("MATCH", lit(-7), area(1, 1, 3, 1), lit(0)), Number(Decimal(3))),
    ("match of nothing", NOT_THERE, ErrorValue("#N/A")),
    ("index", call("INDEX", area(1, 1, 3, 1), lit(2)), Text("好 a好")),
    ("index over whole columns", CellByIndex(CellRef(SHEET, 3, 3), 4), Number(Decimal(999_999_999_999))),
    # numbers
    ("abs", call("ABS", NEGATIVE), Number(Decimal(7))),
    ("int goes down", call("INT", compare(NEGATIVE, "*", Decimal("0.5"))), Number(Decimal(-4))),
    ("halves go away from zero", call("ROUND", compare(NEGATIVE, "*", Decimal("0.5")), lit(0)), Number(Decimal(-4))),
    ("halves go up", call("ROUND", lit(Decimal("2.5")), lit(0)), Number(Decimal(3))),
    ("a half that no double has goes up", call("ROUND", lit(Decimal("1.005")), lit(2)), Number(Decimal("1.01"))),
    # texts
    ("length", call("LEN", WORDS), Number(Decimal(4))),
    ("length of nothing", call("LEN", NOTHING), Number(Decimal(0))),
    ("the last letters", call("RIGHT", WORDS, lit(2)), Text("a好")),
    ("more than there are", call("RIGHT", WORDS, lit(9)), Text("好 a好")),
    ("every occurrence is taken out", call("SUBSTITUTE", WORDS, lit("好"), lit("")), Text(" a")),
    ("a line break by its number", call("SUBSTITUTE", lit("a"), call("CHAR", lit(10)), lit("")), Text("a")),
    ("a link shows its words", call("HYPERLINK", lit("#'校验'!A1"), lit("到校验")), Text("到校验")),
]


@cache
def answers() -> list[Answer]:
    """What both engines make of all of them, in one go."""
    return evaluate_many([spell(formula, "") for _, formula, _ in VALUED], INPUTS)


@pytest.mark.parametrize(("formula", "value"), [case[1:] for case in VALUED], ids=[case[0] for case in VALUED])
def test_a_tree_comes_to_the_value_stored_with_it(formula: Formula, value: Value) -> None:
    assert value_of(formula, lookup) == value


@pytest.mark.libreoffice
@pytest.mark.parametrize("number", range(len(VALUED)), ids=[case[0] for case in VALUED])
def test_both_engines_come_to_the_stored_value(number: int) -> None:
    value = VALUED[number][2]
    found = answers()[number]
    assert (found.libreoffice, found.formulon) == (value, value)


def test_every_function_a_formula_may_use_is_shown() -> None:
    shown = {part.name for _, formula, _ in VALUED for part in walk(formula) if hasattr(part, "name")}
    assert shown == set(FUNCTIONS)


def test_a_truth_value_joins_as_its_word() -> None:
    assert value_of(joined(TRUE, FALSE), lookup) == Text("TRUEFALSE")


def test_truth_values_stand_above_texts() -> None:
    assert value_of(compare(TRUE, ">", "zzz"), lookup) == Boolean(value=True)


def test_an_area_or_a_free_reference_has_no_single_value() -> None:
    for formula in (area(1, 1, 2, 2), Relative(1, 1)):
        with pytest.raises(TypeError):
            value_of(formula, lookup)


def test_an_error_in_a_cell_is_the_value_of_what_reads_it() -> None:
    assert value_of(compare(NUMBER, "+", 1), lambda _: ErrorValue("#REF!")) == ErrorValue("#REF!")


def test_a_token_is_no_content_of_a_cell() -> None:
    with pytest.raises(TypeError):
        value_of(NUMBER, lambda _: Token("N/A"))


def test_a_truth_value_in_sums_is_an_error_that_the_product_never_writes() -> None:
    assert value_of(Binary("+", TRUE, lit(1)), lookup) == ErrorValue("#VALUE!")


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("2.4999999", 0, "2"),
        ("0.0000005", 6, "0.000001"),
        ("1.005", 2, "1.01"),
        ("7", 6, "7"),
        ("1E+300", 6, "1E+300"),
        ("-1E+300", 0, "-1E+300"),
        ("1E-320", 6, "0"),
        ("123456789012345678901234567890.5", 0, "123456789012345678901234567891"),
    ],
)
def test_any_number_is_rounded_with_halves_away_from_zero(number: str, digits: int, rounded: str) -> None:
    assert round_half_up(Decimal(number), digits) == Decimal(rounded)
