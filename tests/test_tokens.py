"""Formulas compared by meaning: one stream of tokens for all spellings, shared formulas moved to their cells."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from xlreport.reading.tokens import shift, tokens

SAME = {
    "space": ("IF(A1 > 0 , 1,\n2)", "IF(A1>0,1,2)"),
    "quotes of a sheet": ("'申请办理'!$I$5", "申请办理!$I$5"),
    "quotes of a sheet that begins with a digit": ("'2024.5年'!A1", "2024.5年!A1"),
    "quotes of a range of sheets": ("SUM('一:三'!A1)", "SUM(一:三!A1)"),
    "quotes of another file": ("'[1]表 一'!A1", "'[1]表 一'!A1"),
    "another file": ("'[1]表一'!A1", "[1]表一!A1"),
    "truth": ("IF(TRUE,FALSE,1)", "IF(TRUE(),FALSE( ),1)"),
    "a number with an exponent": ("A1*1E7", "A1*10000000"),
    "a number without its zero": (".5+1.50", "0.5+1.5"),
    "a number of many digits": ("0.1234567890123456789", "0.123456789012346"),
    "a prefix for new functions": ("_xlfn.CONCAT(A1)", "CONCAT(A1)"),
    "two prefixes": ("_xlfn._xlws.FILTER(A1)", "FILTER(A1)"),
    "lower-case cells": ("sum0+$a$1:b2", "SUM0+$A$1:B2"),
    "whole columns": ("INDEX('甲'!$A$1:$K$1048576,5,3)", "INDEX(甲!$A:$K,5,3)"),
    "whole rows": ("SUM($A2:$XFD$3)", "SUM(2:$3)"),
}
DIFFERENT = {
    "absolute and relative": ("$A$1", "A1"),
    "sheets": ("甲!A1", "乙!A1"),
    "space in a text": ('"a b"', '"ab"'),
    "case of a text": ('"A"', '"a"'),
    "case of a function": ("ROUND(A1,0)", "round(A1,0)"),
    "an argument added": ("ROUND(A1)", "ROUND(A1,0)"),
    "cells": ("A1+B1", "A1+B2"),
    "operators": ("A1>=B1", "A1>B1"),
    "numbers": ("A1*10", "A1*100"),
    "a text and a name": ('"A1"', "A1"),
    "intersection and union": ("SUM(A1:A3 A2)", "SUM(A1:A3,A2)"),
    "a truth in a text": ('"TRUE()"', '"TRUE"'),
    "a name that begins like a truth": ("TRUE1", "TRUE()1x"),
}


@pytest.mark.parametrize("case", SAME)
def test_two_spellings_of_one_meaning_have_the_same_tokens(case: str) -> None:
    one, other = SAME[case]
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize("case", DIFFERENT)
def test_two_meanings_have_different_tokens(case: str) -> None:
    one, other = DIFFERENT[case]
    assert tokens(one) != tokens(other)


def test_the_tokens_of_a_formula_are_these() -> None:
    formula = "IF(COUNT('_ 值'!$B$5:$B$9)=1,'O''Brien'!A1&\"说\"\"好\"\"\",#N/A)"
    assert tokens(formula) == (
        *("IF", "(", "COUNT", "(", "_ 值", "!", "$B$5", ":", "$B$9", ")", "=", "1", ",", "O'Brien", "!", "A1"),
        *("&", '"说""好"""', ",", "#N/A", ")"),
    )


def test_a_long_formula_has_the_same_tokens_as_its_parts() -> None:
    assert tokens("+".join(["A1 "] * 300)) == ("A1", *("+", "A1") * 299)


@pytest.mark.parametrize("junk", ['"open', "'open", "[open", "#", "$", "\\", "A1:", "表!", "'a'b", "1E999", "１"])
def test_what_is_no_formula_has_tokens_all_the_same(junk: str) -> None:
    assert "".join(tokens(junk)) != ""


@given(st.text(alphabet="'\"[]A1$!:().,# \n\\表E9", max_size=60))
def test_nothing_but_spacing_quotes_and_spelling_is_ever_lost(formula: str) -> None:
    assert shift(formula, 0, 0).upper() == formula.upper()


@pytest.mark.parametrize("piece", ["1.", "'", '"', "[", "[[", "A.", "A1:", "$A", "#A", "a!", "'a", "\\", "表"])
def test_the_time_is_linear_in_the_length(piece: str) -> None:
    start = time.perf_counter()
    tokens(piece * 100_000)
    assert time.perf_counter() - start < 5


SHIFTED = {
    "A1+$A1+A$1+$A$1": "C2+$A2+C$1+$A$1",
    "SUM(A1:B2)": "SUM(C2:D3)",
    "SUM($A1:B$2)": "SUM($A2:D$2)",
    "SUM($A:$K)": "SUM($A:$K)",
    "SUM(A:K)": "SUM(C:M)",
    "SUM(1:$3)": "SUM(2:$3)",
    '"A1"&A1': '"A1"&C2',
    "'A1'!A1+表1!A1": "'A1'!C2+表1!C2",
    "LOG10(A1)+DEC2BIN(B1)": "LOG10(C2)+DEC2BIN(D2)",
    "A1_total+_A1+A1.b": "A1_total+_A1+A1.b",
    "Table1[A1]": "Table1[A1]",
    "'it''s A1'!A1": "'it''s A1'!C2",
    "a1 + 1E5": "C2 + 1E5",
    "#REF!+A1048576+XFD1+A1": "#REF!+#REF!+#REF!+C2",
    "SUM(A1:XFD2)": "SUM(#REF!)",
}


@pytest.mark.parametrize("formula", SHIFTED)
def test_only_relative_references_move(formula: str) -> None:
    assert shift(formula, 1, 2) == SHIFTED[formula]


def test_what_moves_off_the_top_or_the_left_is_lost() -> None:
    assert shift("A2+B1+C3", -1, -1) == "#REF!+#REF!+B2"


@pytest.mark.parametrize(
    "formula", ["SUM(A1:B2)*C$3", "IF('一 二'!$A1>0,LOG10(B2),\"A1\")", "SUM(A:B)+SUM(1:2)+SUM($C:$D)"]
)
def test_a_shared_formula_moves_as_openpyxl_moves_it(formula: str) -> None:
    theirs = Translator(f"={formula}", origin="E5").translate_formula("H9")
    assert f"={shift(formula, 4, 3)}" == theirs
