"""Collecting where files were mixed up: sums among the children, names that say something else than the workbook."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from editing import by_openpyxl
from inboxes import PARENT, TOY, Desk, number, ref, submission, toy
from test_collect import collected, received

from xlreport.reading.values import parse_values
from xlreport.submission import Submission, Unit
from xlreport.verifying.sources import read_source
from xlreport.writing.filling import fill
from xlreport.writing.template import write_template
from xlreport.writing.values import as_json_text, values_document

# ── the office's own sum among what came in ───────────────────────────────────────────────────────

OWN = "000"
"""The parent's own level, a row of the roster that bears the parent's name."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with two units and the parent's own level; the one unit has sent 3 old books."""
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    roster = desk.folder / "roster.csv"
    roster.write_text(roster.read_text("utf-8") + f"\n{OWN},{PARENT}", "utf-8")
    desk.put("a.xlsx", submission("001"))
    return desk


def sum_of(desk: Desk, name: str = "aggregate.xlsx") -> Submission:
    return read_source((desk.results / name).read_bytes(), name, TOY).submission


def with_words(data: bytes) -> bytes:
    """The sum with a narrative of the office's."""

    def write(book: Any) -> None:
        book["二 说明"]["A5"] = "全区的说明。"

    return by_openpyxl(data, write)


def through_json(data: bytes) -> bytes:
    """The sum exported, and filled into a template of the parent's own level."""
    exported = as_json_text([values_document(toy(), read_source(data, "x", TOY).submission)], ascii_only=True)
    template = replace(submission(OWN, PARENT), values={}, texts={})
    return write_template(toy(), fill(toy(), template, parse_values(exported.encode(), "x")).submission)


def untouched(data: bytes) -> bytes:
    return data


@pytest.mark.parametrize("handled", [untouched, with_words, through_json])
def test_AGG_OWN_the_offices_own_sum_in_the_inbox_is_told_and_does_not_count_twice(
    desk: Desk, capsys: pytest.CaptureFixture[str], handled: Any
) -> None:
    desk.collect(unit=PARENT)
    desk.put("sum.xlsx", handled((desk.results / "aggregate.xlsx").read_bytes()))
    desk.collect(unit=PARENT)
    assert sum_of(desk).value(ref("books.old.number")) == number(3)
    assert (
        "  “sum.xlsx”是汇总出来的表（“示例区”的合计），不是本级自己的数，没有计入；计入的话，各单位的数就算了两遍。"
        "本级的数请填在发给本级的模板里再交。"
    ) in capsys.readouterr().err.splitlines()


def test_AGG_OWN_the_own_level_that_sent_the_sum_is_sent_back_and_named_on_the_next_one(desk: Desk) -> None:
    desk.collect(unit=PARENT)
    desk.put("sum.xlsx", (desk.results / "aggregate.xlsx").read_bytes())
    desk.collect(unit=PARENT)
    assert desk.states() == {"001": "通过", "002": "未报", OWN: "退回"}
    assert sum_of(desk).missing_units == (f"{PARENT}（退回）", "第002图书室（未报）")


def test_a_sum_of_a_lower_level_is_a_child_like_any_other() -> None:
    state = collected(received("a.xlsx", summed="f" * 16)).units[0]
    assert state.chosen is not None


def test_AGG_OWN_is_no_word_on_what_the_own_level_filled_in_itself(desk: Desk) -> None:
    desk.put("b.xlsx", replace(submission(OWN, PARENT, old=4), unit=Unit(name=PARENT, code=OWN)))
    desk.collect(unit=PARENT)
    assert desk.states()[OWN] == "通过"
    assert sum_of(desk).value(ref("books.old.number")) == number(7)


def test_a_sum_that_was_read_bears_its_sign_and_a_template_none(desk: Desk) -> None:
    desk.collect(unit=PARENT)
    assert len(sum_of(desk).summed) == 16
    assert read_source((desk.inbox / "a.xlsx").read_bytes(), "a", TOY).submission.summed == ""
