"""The workbooks that are broken: small ones of the toy form, for speed, and one of the real form."""

import io
import warnings
from dataclasses import dataclass, replace
from functools import cache

import line
import openpyxl

from xlreport.cells import Number, Text, number_value
from xlreport.checks.check import check
from xlreport.fields import FieldRef
from xlreport.forms.loading import load_definition
from xlreport.submission import Explanation, Submission, Unit
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.template import write_template

TOY = str(line.REPORTS.parent / "forms" / "toy")


@dataclass(frozen=True, slots=True)
class Base:
    """A workbook, and where its form lies."""

    data: bytes
    form: str


@cache
def toy_bases() -> tuple[Base, ...]:
    """The toy form: blank, filled, wrong in many ways, sent back, and saved by another program."""
    definition = load_definition(TOY)
    blank = Submission(form="toy", version=definition.version, unit=Unit(name="城东图书室", code="3"), year=2024)
    filled = _filled(blank)
    wrong = _wrong(filled)
    made = [write_template(definition, one) for one in (blank, filled, wrong)]
    made.append(write_return_copy(definition, check(definition, wrong)))
    made.append(_saved_by_openpyxl(made[1]))
    return tuple(Base(data, TOY) for data in made)


@cache
def real_bases() -> tuple[Base, ...]:
    """The shipped form, filled with a published report."""
    made = line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")
    return (Base(write_template(line.form(), made), ""),)


def _ref(*path: str) -> FieldRef:
    return FieldRef(path)


def _filled(blank: Submission) -> Submission:
    values = {_ref("books", row, "number"): number_value(number) for row, number in (("old", 10), ("new", 3))}
    values |= {_ref("books", row, "price"): number_value(price) for row, price in (("old", "1.25"), ("new", "0.5"))}
    explained = {"GROW[books.all.number]": Explanation(text="新开了分馆，借阅增多")}
    last = {
        _ref("books", "old", "number"): number_value(1).value,
        _ref("books", "all", "number"): number_value(1).value,
    }
    return replace(
        blank, values=values, texts={_ref("remarks"): ("一切正常。", "没有遗失。")}, explanations=explained, last=last
    )


def _wrong(filled: Submission) -> Submission:
    typed = {_ref("books", "old", "number"): Text("12件"), _ref("books", "new", "price"): Text("１．５")}
    values = {**filled.values, _ref("books", "new", "number"): Number(number_value("-1").value)}
    return replace(filled, values={**values, **typed}, typed=typed, zero_blanks=frozenset({"books"}))


def _saved_by_openpyxl(data: bytes) -> bytes:
    """Strings inline, stored values gone, other styles."""
    saved = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        openpyxl.load_workbook(io.BytesIO(data)).save(saved)
    return saved.getvalue()
