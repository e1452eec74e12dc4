"""The fuzzers fuzz: they can be had again, reach every kind of ending, and tell when something does not end well.

What they found once is kept here, each fault as the change of a workbook that brought it about.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import editing
import fuzz
import pytest
from fuzzing.bases import TOY, toy_bases
from fuzzing.holding import TooLongError, ending_of, held_to_time_and_memory
from fuzzing.mutating import taken_apart, zipped
from fuzzing.running import specimen

from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.forms.loading import load_definition

BLANK, FILLED, WRONG, RETURNED, RESAVED = (base.data for base in toy_bases())
RUNS = 300


# ── what was found ──


def two_sheets_of_one_name(data: bytes) -> bytes:
    """Which of them was meant nobody can say."""

    def change(name: str, content: bytes) -> bytes:
        first = re.findall(rb'<sheet name="([^"]+)"', content)[:2]
        return content.replace(b'"%s"' % first[1], b'"%s"' % first[0], 1) if name == "xl/workbook.xml" else content

    return editing.with_parts(data, change)


def an_entry_without_a_name(data: bytes) -> bytes:
    """Python's zipfile fails on asking whether it is a folder."""
    return zipped([*taken_apart(data), ("", b"")])


def hidden(at: str, content: str) -> Callable[[bytes], bytes]:
    """A number on the hidden sheet, where there may be no cell so far."""
    row = re.sub("[A-Z]", "", at)

    def change(data: bytes) -> bytes:
        part = editing.sheet_part(data, HIDDEN_SHEET)

        def with_cell(name: str, text: bytes) -> bytes:
            if name != part:
                return text
            gone = re.sub(rf'<c r="{at}"[^>]*?(?:/>|>.*?</c>)'.encode(), b"", text)
            return re.sub(rf'(<row r="{row}"[^>]*>)'.encode(), rb"\1" + content.encode(), gone, count=1)

        return editing.with_parts(data, with_cell)

    return change


def a_seal_broken_where_no_cell_is_planned(data: bytes) -> bytes:
    """The return copy marked cells that it does not have."""
    place = plan_layout(load_definition(TOY)).judgements["PRICE"].explained_left
    return hidden(place.address, f'<c r="{place.address}"><v>7</v></c>')(data)


def last_years_figure_of_three_hundred_digits(data: bytes) -> bytes:
    """The hint beside the row told all of them."""
    place = next(iter(plan_layout(load_definition(TOY)).fields.values())).last
    return hidden(place.address, f'<c r="{place.address}"><v>1E+300</v></c>')(data)


FOUND: dict[Callable[[bytes], bytes], str] = {
    two_sheets_of_one_name: "DAMAGED-FILE",
    an_entry_without_a_name: "accepted",
    a_seal_broken_where_no_cell_is_planned: "findings",
    last_years_figure_of_three_hundred_digits: "findings",
}


@pytest.mark.parametrize("change", FOUND, ids=[change.__name__ for change in FOUND])
def test_what_was_found_once_ends_well(change: Callable[[bytes], bytes]) -> None:
    assert change(FILLED) != FILLED
    endings = {ending_of(change(data), TOY, is_returned=True) for data in (FILLED, WRONG)}
    assert FOUND[change] in endings


# ── the mutator ──


def test_a_run_can_be_had_again_by_its_number() -> None:
    assert [specimen(1, run) for run in range(20)] == [specimen(1, run) for run in range(20)]
    assert specimen(1, 1)[0] != specimen(2, 1)[0]


def test_the_bases_end_as_they_should() -> None:
    endings = [ending_of(data, TOY, is_returned=True) for data in (BLANK, FILLED, WRONG, RETURNED, RESAVED)]
    assert endings == ["findings", "accepted", "findings", "findings", "accepted"]


def test_a_few_hundred_broken_workbooks_end_well_and_in_many_ways() -> None:
    endings: Counter[str] = Counter()
    for run in range(1, RUNS):  # the first is of the whole form
        data, base, is_returned = specimen(20_242, run)
        with held_to_time_and_memory():
            endings[ending_of(data, base.form, is_returned=is_returned)] += 1
    assert endings["accepted"] > RUNS // 20
    assert endings["findings"] > RUNS // 10
    assert endings["DAMAGED-FILE"] > RUNS // 10
    assert endings.keys() - {"accepted", "findings", "DAMAGED-FILE"}


def test_a_run_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzzing.holding.SECONDS", 0.05)

    @held_to_time_and_memory()
    def endless() -> None:
        while True:
            pass

    with pytest.raises(TooLongError):
        endless()


# ── the command ──


def test_a_run_that_does_not_end_well_is_told_and_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(data: bytes, form: str, *, is_returned: bool) -> str:
        raise KeyError(len(data), form, is_returned)

    monkeypatch.setattr("fuzzing.running.ending_of", failing)
    monkeypatch.setattr("fuzzing.running.limit_memory", lambda: None)  # the process is that of all other tests
    assert fuzz.main(["mutate", "--runs", "3", "--keep", str(tmp_path)]) == 1
    assert (tmp_path / "1-0.xlsx").read_bytes() == specimen(1, 0)[0]
    assert "KeyError" in (tmp_path / "1-0.txt").read_text("utf-8")
    assert "3 runs of the mutator" in capsys.readouterr().out


def test_runs_that_end_well_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fuzzing.running.limit_memory", lambda: None)
    assert fuzz.main(["mutate", "--runs", "5", "--keep", str(tmp_path)]) == 0
    assert "5 runs of the mutator (seed 1)" in capsys.readouterr().out


def test_without_atheris_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match="pip install --group fuzz"):
        fuzz.main(["cover"])
