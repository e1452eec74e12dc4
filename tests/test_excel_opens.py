"""Excel will open it: every kind of workbook we write, held against the judges that stand nearest to Excel."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import line
import pytest
from judges import (
    assert_formulon_content,
    assert_gnumeric_content,
    assert_stored_values_hold,
    assert_valid_open_xml,
)

from xlreport.cells import BLANK, CellRef, Text, Value
from xlreport.fields import FieldRef
from xlreport.office.roster.sheet import write_roster
from xlreport.reports.building import build_report
from xlreport.reports.workbook import plan_report
from xlreport.submission import Explanation, Submission
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.strict import write_workbook
from xlreport.writing.template import write_template


def suqian() -> Submission:
    return line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")


def with_texts(made: Submission, paragraph: str, count: int) -> Submission:
    entries = [entry.ref for entry in line.form().entries if entry.paragraphs > 1]
    return replace(made, texts=dict.fromkeys(entries, (paragraph,) * count))


def template() -> bytes:
    return write_template(line.form(), replace(suqian(), values={}, texts={}, last=None))


def template_with_last_year() -> bytes:
    return write_template(line.form(), replace(suqian(), values={}, texts={}))


def template_with_password() -> bytes:
    return write_template(line.form(), replace(suqian(), values={}, texts={}), password="abc")  # noqa: S106 - a test's


def filled() -> bytes:
    return write_template(line.form(), suqian())


def filled_with_long_texts() -> bytes:
    """More paragraphs than there are cells, and one cell's worth of characters in the last."""
    return write_template(line.form(), with_texts(suqian(), "政府信息公开" * 200, 20))


def filled_with_hostile_texts() -> bytes:
    made = with_texts(suqian(), "=1+1 @x <b>&\"' _x000D_ \x07", 2)
    ref = FieldRef.parse("requests.received.individual")
    assert ref is not None
    explanations = {"YOY[requests.received.total]": Explanation(text='=HYPERLINK("http://x")')}
    unit = replace(made.unit, name="甲'乙\"局<&>", code="=A1")
    return write_template(
        line.form(), replace(made, unit=unit, values={**made.values, ref: Text("=2")}, explanations=explanations)
    )


def return_copy() -> bytes:
    """Errors, queries and blanks, marked and noted, and words nobody can carry."""
    made = suqian()
    refs = [ref for ref in made.values if ref.head == "requests"]
    changes: dict[FieldRef, Value] = {refs[0]: Text("=1 <12>件\x07"), refs[1]: Text("１２"), refs[2]: BLANK}
    left = ((CellRef("三 依申请公开", 9, 12), "=1+1 & <b>" * 900), (CellRef("草稿", 1, 1), "x\x02"))
    damaged = replace(made, values={**made.values, **changes}, leftovers=left, extra_sheets=(("草稿", 1),))
    return write_return_copy(line.form(), line.verdict(damaged))


def report_of(made: Submission, *, draft: bool = False) -> bytes:
    return write_workbook(plan_report(build_report(line.form(), line.verdict(made), draft=draft)), {})


def report() -> bytes:
    return report_of(suqian())


def draft_with_long_texts() -> bytes:
    return report_of(with_texts(suqian(), "政府信息公开" * 200, 2), draft=True)


def empty_roster() -> bytes:
    return write_roster()


WORKBOOKS: list[Callable[[], bytes]] = [
    template,
    template_with_last_year,
    template_with_password,
    filled,
    filled_with_long_texts,
    filled_with_hostile_texts,
    return_copy,
    report,
    draft_with_long_texts,
    empty_roster,
]


@cache
def data(make: Callable[[], bytes]) -> bytes:
    return make()


every_workbook = pytest.mark.parametrize("make", WORKBOOKS, ids=lambda make: make.__name__)


@pytest.mark.validator
@every_workbook
def test_microsoft_s_validator_finds_nothing_as_office_2010_and_as_microsoft_365(make: Callable[[], bytes]) -> None:
    assert_valid_open_xml(data(make), make.__name__)


@every_workbook
def test_a_model_of_excel_s_engine_computes_no_error(make: Callable[[], bytes]) -> None:
    assert_formulon_content(data(make))


@every_workbook
def test_a_model_of_excel_s_engine_agrees_with_every_stored_value(make: Callable[[], bytes]) -> None:
    assert_stored_values_hold(data(make))


@pytest.mark.gnumeric
@every_workbook
def test_gnumeric_has_no_complaint(make: Callable[[], bytes]) -> None:
    assert_gnumeric_content(data(make))


@every_workbook
def test_the_same_input_gives_the_same_bytes(make: Callable[[], bytes]) -> None:
    assert make() == data(make)
