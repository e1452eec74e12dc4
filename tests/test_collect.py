"""Collecting: who has come how far, which of several workbooks counts, and results that depend on nothing else."""

import errno
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import openpyxl
import pytest
from documents import PROJECT
from editing import by_openpyxl
from inboxes import (
    DEAR,
    PARENT,
    REASON,
    TIME,
    TOY,
    WHEN,
    Desk,
    explained,
    name_of,
    number,
    ref,
    submission,
    toy,
    workbook,
)
from judges import assert_valid_open_xml

from xlreport.cli.collecting import run_collect
from xlreport.cli.marking import run_mark
from xlreport.errors import RequestError
from xlreport.office import processes
from xlreport.office.archive.archive import ARCHIVE, Archive, Decision
from xlreport.office.archive.filing import Filing, read_content
from xlreport.office.archive.marking import make_mark
from xlreport.office.archive.standing import Standing
from xlreport.office.collecting import receiving
from xlreport.office.collecting.collecting import Collection, Received, collect
from xlreport.office.inbox.inbox import look_into
from xlreport.office.roster.roster import Roster, RosterUnit
from xlreport.submission import Submission, Unit
from xlreport.verifying.sources import read_source
from xlreport.writing.values import as_json_text, values_document

ALL = ("001", "002", "003", "004", "005", "006", "007", "008")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with one unit of every kind."""
    return furnished(Desk(tmp_path))


def furnished(desk: Desk) -> Desk:
    desk.roster(*ALL)
    desk.put("a.xlsx", submission("001"))
    desk.put("乡镇/b.xlsx", submission("002", old=None))
    desk.put("c.xlsx", submission("003", price=DEAR, explanations=explained()))
    desk.put("d.xlsx", submission("004", price=DEAR))
    desk.put("e.xlsx", submission("005"))
    desk.put("e2.xlsx", submission("005", old=7))
    desk.put("f.xlsx", replace(submission("006"), year=2023))
    desk.put("007_表.xlsx", b"no workbook")
    desk.put("z.xlsx", submission("900"))
    return desk


STATES = {
    "001": "通过",
    "002": "退回",
    "003": "通过",
    "004": "待说明",
    "005": "退回",
    "006": "退回",
    "007": "退回",
    "008": "未报",
}


# ── last year ─────────────────────────────────────────────────────────────────────────────────────


def summed_up(desk: Desk) -> Submission:
    """The sum as it is read back."""
    return read_source((desk.results / "aggregate.xlsx").read_bytes(), "aggregate.xlsx", TOY).submission


def test_the_sum_bears_the_figures_its_own_unit_had_last_year(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.put("a.xlsx", submission("001"))
    last = tmp_path / "last.json"
    last.write_bytes(as_json(replace(submission("900", PARENT, old=41), year=2023)))
    desk.collect(last=last)
    found = summed_up(desk).last
    assert found is not None
    assert found[ref("books.old.number")] == 41


def test_other_figures_of_last_year_make_the_sum_anew(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001")
    desk.put("a.xlsx", submission("001"))
    desk.collect()
    last = tmp_path / "last.json"
    last.write_bytes(as_json(replace(submission("900", PARENT, old=41), year=2023)))
    desk.collect(last=last)
    assert summed_up(desk).last is not None


def test_a_file_of_another_year_is_no_last_year_of_the_sum(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001")
    last = tmp_path / "last.json"
    last.write_bytes(as_json(submission("900", PARENT)))
    with pytest.raises(RequestError, match="2023"):
        desk.collect(last=last)


# ── who a unit is ─────────────────────────────────────────────────────────────────────────────────

SPELLINGS = ["００１", " 001", "0 01"]


@pytest.mark.parametrize("code", SPELLINGS)
def test_a_unit_is_the_same_however_its_code_is_spelled(tmp_path: Path, code: str) -> None:
    desk = Desk(tmp_path)
    desk.roster(code)
    desk.put("a.xlsx", submission("001"))
    desk.collect()
    assert list(desk.states().values()) == ["通过"]
    assert desk.lines("汇总情况", name="trace.xlsx")[0]["是否计入汇总"] == "计入"


@pytest.mark.parametrize("code", SPELLINGS)
def test_a_mark_holds_when_the_roster_spells_the_code_otherwise(tmp_path: Path, code: str) -> None:
    desk = Desk(tmp_path)
    desk.roster("001")
    desk.put("a.xlsx", submission("001", price=DEAR, explanations=explained()))
    desk.collect()
    run_mark(desk.results, "001", "PRICE", "不予采纳", note="")
    desk.roster(code)
    desk.collect()
    assert list(desk.states().values()) == ["待说明"]


# ── how far each unit has come ────────────────────────────────────────────────────────────────────


UNREADABLE = (
    "  007_表.xlsx：这不是 Excel 工作簿，里面是网页、文本、CSV 或别的内容。请交填好的 .xlsx 表格；"
    "能用 WPS 或 Excel 打开的，打开后“另存为”选择“Excel 工作簿（.xlsx）”再交。"
)


def test_every_unit_of_the_roster_has_its_state(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert (desk.collect(), desk.states()) == (1, STATES)
    said = capsys.readouterr()
    assert said.out == "应报 8 个单位：通过 2，待说明 1，退回 4，未报 1。这次读了 9 份新文件。\n"
    assert said.err.splitlines()[:4] == [
        "有 3 份文件没有计入（见 status.xlsx 的“其他文件”）：",
        UNREADABLE,
        "  “f.xlsx”是 2023 年的表，这次收的是 2024 年的。请换成 2024 年的表再交。",
        "  “z.xlsx”是“第900图书室”（900）的表，名录里没有这个单位。请核对名录，或者确认没有放错文件。",
    ]


def test_a_row_says_what_is_wrong_whom_to_ask_and_where_the_return_copy_is(desk: Desk) -> None:
    desk.collect()
    line = next(one for one in desk.lines("报送情况") if one["代码"] == "002")
    assert line == {
        "代码": "002",
        "单位": "第002图书室",
        "状态": "退回",
        "待填": 1,
        "主要问题": "【一 借阅】旧书：还有 1 格未填：B3。请补填；没有的填 0，或在表头“空白单元格按 0 填报”选“是”。",
        "退回件": "打开退回件",
        "联系人": "联系人002",
        "电话": "0512-002",
        "收到时间": WHEN,
        "轮次": 1,
        "来件": "乡镇/b.xlsx",
    }


def test_a_return_copy_is_written_for_each_workbook_with_something_left_to_do(desk: Desk) -> None:
    desk.collect()
    names = sorted(path.name for path in (desk.results / "return").iterdir())
    assert names == ["002_第002图书室_2024_退回.xlsx", "004_第004图书室_2024_退回.xlsx"]
    returned = read_source((desk.results / "return" / names[0]).read_bytes(), "x", TOY).submission
    assert (returned.unit.code, returned.round, returned.value(ref("books.old.price"))) == ("002", 2, number("1.5"))


def test_the_link_of_a_row_leads_to_the_return_copy(desk: Desk) -> None:
    desk.collect()
    sheet = openpyxl.load_workbook(desk.results / "status.xlsx")["报送情况"]
    targets = [cell.hyperlink.target for (cell,) in sheet["J5:J12"] if cell.hyperlink]
    assert targets == ["return/002_第002图书室_2024_退回.xlsx", "return/004_第004图书室_2024_退回.xlsx"]
    assert all((desk.results / target).is_file() for target in targets)


def test_all_findings_are_listed_unit_by_unit(desk: Desk) -> None:
    desk.collect()
    assert [(one.get("代码", ""), one["性质"], one["编码"]) for one in desk.lines("全部问题")] == [
        ("002", "待填", "BLANK[books.old]"),
        ("003", "已说明", "PRICE"),
        ("004", "待说明", "PRICE"),
        ("005", "错误", "AGG-TWICE"),
        ("006", "错误", "AGG-YEAR"),
        ("007", "错误", "NOT-A-WORKBOOK"),
        ("", "提示", "AGG-DUP"),
    ]


def test_the_reminders_are_ready_to_paste(desk: Desk) -> None:
    desk.collect()
    sheet = openpyxl.load_workbook(desk.results / "status.xlsx")["催报"]
    assert [sheet.cell(row, 1).value for row in (2, 3, 5, 7, 9)] == [
        "还没有报送的（1 个）",
        "各位：2024年图书室年报还有 1 个单位没有报送：第008图书室。请尽快填好发来，谢谢。",
        "各位：下列 1 个单位的2024年图书室年报需要改正：第002图书室。请按退回件的提示改好后重报，谢谢。",
        (
            "各位：下列 3 个单位交来的2024年图书室年报还不能用：第005图书室（两份不一样，分不清新旧）、"
            "第006图书室（年份不符）、第007图书室（文件读不了）。请各位核对以后重新报送，谢谢。"
        ),
        (
            "各位：下列 1 个单位的2024年图书室年报还有待说明的问题：第004图书室。"
            "请在退回件的“校验”表写明原因后重报，谢谢。"
        ),
    ]
    lines = {one["代码"]: one["可以直接发的话"] for one in desk.lines("催报", header=11)}
    assert list(lines) == ["008", "002", "005", "006", "007", "004"]
    assert lines["002"] == (
        "联系人002您好：第002图书室的2024年图书室年报需要改正（待填 1 格），请按退回件的提示改好后重报，谢谢。"
    )
    assert "\n" not in "".join(lines.values())


def test_files_that_do_not_count_are_all_named_with_their_reason(desk: Desk) -> None:
    desk.put("旧/a.xlsx", desk.inbox.joinpath("a.xlsx").read_bytes())
    desk.put("旧/c.xlsx", submission("003", old=8), time=TIME - 60)
    desk.put("~$a.xlsx", b"x")
    desk.collect()
    assert [(one["种类"], one.get("代码"), one["文件"]) for one in desk.lines("其他文件")] == [
        ("读不了", "007", "007_表.xlsx"),
        ("没有计入", "006", "f.xlsx"),
        ("没有计入", None, "z.xlsx"),
        ("内容相同", "001", "旧/a.xlsx"),
        ("已被替代", "003", "旧/c.xlsx"),
        ("分不清新旧", "005", "e.xlsx"),
        ("分不清新旧", "005", "e2.xlsx"),
        ("跳过", None, "~$a.xlsx"),
    ]


def test_all_accepted_and_nothing_left_over_is_exit_code_0(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.put("a.xlsx", submission("001"))
    desk.put("b.xlsx", submission("002"))
    assert desk.collect() == 0
    assert desk.lines("其他文件") == []
    desk.put("c.xlsx", submission("003"))
    assert desk.collect() == 1


def test_the_chart_counts_the_units(desk: Desk) -> None:
    desk.collect()
    with zipfile.ZipFile(desk.results / "status.xlsx") as package:
        chart = package.read("xl/charts/chart1.xml").decode()
    assert "应报 8 个单位：通过 2，待说明 1，退回 4，未报 1" in chart
    assert chart.count("<c:v>2</c:v>") == chart.count("<c:v>4</c:v>") == 1


@pytest.mark.validator
def test_microsofts_validator_finds_nothing_in_the_results(desk: Desk) -> None:
    desk.collect()
    for name, data in desk.files().items():
        assert_valid_open_xml(data, name)


# ── the sum ───────────────────────────────────────────────────────────────────────────────────────


def test_accepted_units_and_those_that_wait_for_explanations_are_summed(desk: Desk) -> None:
    desk.collect()
    made = read_source((desk.results / "aggregate.xlsx").read_bytes(), "x", TOY).submission
    assert made.unit == Unit(name=PARENT)
    assert made.value(ref("books.old.number")) == number(9)
    assert made.missing_units == (
        "第002图书室（退回）",
        "第005图书室（重复报送）",
        "第006图书室（年份不符）",
        "第007图书室（退回）",
        "第008图书室（未报）",
    )


def test_the_parent_unit_is_the_one_given_else_the_one_superior_of_the_roster(desk: Desk) -> None:
    desk.collect(unit="示例市", unit_code="9", level="")
    made = read_source((desk.results / "aggregate.xlsx").read_bytes(), "x", TOY).submission
    assert made.unit == Unit(name="示例市", code="9")


def test_without_one_superior_the_option_is_named(desk: Desk) -> None:
    (desk.folder / "roster.csv").write_text("代码,名称\n001,甲\n", "utf-8")
    with pytest.raises(RequestError, match="--unit"):
        desk.collect()
    assert not desk.results.exists()


def test_a_report_made_elsewhere_is_held_against_the_sum(desk: Desk) -> None:
    report = replace(submission("9", PARENT, old=10), texts={})
    path = desk.folder / "上报.xlsx"
    path.write_bytes(workbook(report))
    desk.collect(against=path)
    lines = desk.lines("差额表", name="trace.xlsx")
    assert (lines[0]["单元格"], lines[0]["汇总数"], lines[0]["上报数"]) == ("B3", 9, 10)


def test_words_written_into_the_sum_are_kept_in_the_next_one(desk: Desk) -> None:
    desk.collect()
    path = desk.results / "aggregate.xlsx"
    path.write_bytes(by_openpyxl(path.read_bytes(), lambda book: _write(book["二 说明"], "A5", "全区的说明。")))
    written = path.read_bytes()
    desk.collect()
    assert sorted(desk.results.glob("aggregate*")) == [path], "the sum is the same: there is nothing new to write"
    desk.put("h.xlsx", submission("008"))
    desk.collect()
    assert path.read_bytes() == written
    made = read_source((desk.results / "aggregate_2.xlsx").read_bytes(), "x", TOY).submission
    assert (made.value(ref("books.old.number")), made.texts[ref("remarks")]) == (number(12), ("全区的说明。",))


def test_a_sum_that_was_worked_on_again_is_the_one_whose_words_are_kept(desk: Desk) -> None:
    for at, (code, words) in enumerate([("008", "初稿。"), ("002", "定稿。")], start=1):
        desk.collect()
        path = desk.results / ("aggregate.xlsx" if at == 1 else "aggregate_2.xlsx")
        path.write_bytes(by_openpyxl(path.read_bytes(), partial(_say, words)))
        desk.put(f"{code}.xlsx", replace(submission(code), round=2))
        (desk.results / "aggregate 副本.xlsx").write_bytes(b"a copy of somebody's")
    for _ in range(2):
        assert desk.collect() == 1, "what people worked on is no trouble"
        made = read_source((desk.results / "aggregate_3.xlsx").read_bytes(), "x", TOY).submission
        assert (made.value(ref("books.old.number")), made.texts[ref("remarks")]) == (number(15), ("定稿。",))
    assert len(list(desk.results.glob("aggregate*.xlsx"))) == 4


def _say(words: str, book: Any) -> None:
    _write(book["二 说明"], "A5", words)


def _write(sheet: Any, address: str, text: str) -> None:
    sheet[address] = text


# ── which workbook counts ─────────────────────────────────────────────────────────────────────────

ROW = RosterUnit(unit=Unit(name="甲局", code="001"), row=2)
OTHER = RosterUnit(unit=Unit(name="乙局", code="002"), row=3)


def received(name: str, **facts: Any) -> Received:
    """A workbook of 甲局; its file's name tells its content."""
    modified = facts.pop("modified", "2025-01-12 08:30:00")
    filled = {"form": "toy", "version": "1.0", "unit": ROW.unit, "year": 2024, "round": 1, "filling": name}
    filing = Filing(digest=name, standing=Standing.ACCEPTED, **{**filled, **facts})
    return Received(filing=filing, names=(name,), modified=modified)


def collected(*found: Received) -> Collection:
    return collect(toy(), Roster(units=(ROW, OTHER)), 2024, found)


def counts(*found: Received) -> str:
    """The file that counts for 甲局, whatever the order the files came in."""
    chosen = set()
    for order in itertools.permutations(found):
        state = collected(*order).units[0]
        chosen.add("" if state.chosen is None else state.chosen.name)
        assert len(state.superseded) + len(state.rivals) == len(found) - bool(state.chosen)
    [name] = chosen
    return name


EARLY, LATE = "2025-01-10T00:00:00Z", "2025-01-11T00:00:00Z"


def test_the_higher_round_counts_then_the_later_saving_then_the_later_file() -> None:
    assert counts(received("a", round=2, saved=EARLY), received("b", round=1, saved=EARLY)) == "a"
    assert counts(received("a", saved=EARLY), received("b", saved=LATE)) == "b"
    assert counts(received("a", modified="2025-01-12 08:30:00"), received("b", modified="2025-01-12 08:30:01")) == "b"
    assert counts(received("a", saved=LATE), received("b", saved=LATE, round=2), received("c", saved=EARLY)) == "b"


def test_where_a_file_does_not_say_when_it_was_saved_the_time_of_the_file_is_held_against_the_others() -> None:
    unsaid = received("a", modified="2025-01-11 08:00:01")  # a second after LATE
    assert counts(unsaid, received("b", saved=LATE)) == "a"
    assert counts(replace(unsaid, modified="2025-01-11 07:59:59"), received("b", saved=LATE)) == "b"


def test_AGG_TWICE_of_equally_new_workbooks_none_counts_and_both_are_named() -> None:
    state = collected(received("a.xlsx", saved=LATE), received("b.xlsx", saved=LATE), received("c", saved=EARLY)).units[
        0
    ]
    assert (state.standing, state.chosen, [one.name for one in state.rivals]) == (
        Standing.RETURNED,
        None,
        ["a.xlsx", "b.xlsx"],
    )
    assert [one.message for one in state.remarks] == [
        (
            "同一单位的 “a.xlsx”、“b.xlsx”：轮次和保存时间都一样，内容却不同，看不出以哪一份为准，都没有计入。"
            "请问清单位，只留一份。"
        )
    ]


def test_equally_new_workbooks_with_the_same_filling_are_one() -> None:
    state = collected(received("a", filling="x"), received("b", filling="x")).units[0]
    assert (state.chosen is not None, state.rivals, state.remarks) == (True, (), ())


def test_AGG_TWICE_a_round_that_contradicts_the_time_of_saving_is_a_notice_that_names_both() -> None:
    state = collected(received("a.xlsx", round=2, saved=EARLY), received("b.xlsx", round=1, saved=LATE)).units[0]
    assert state.chosen is not None
    assert state.chosen.name == "a.xlsx"
    assert [one.message for one in state.remarks] == [
        (
            "同一单位的 “a.xlsx”、“b.xlsx”：“a.xlsx”的轮次高，“b.xlsx”的保存时间却更晚；按轮次取了“a.xlsx”。"
            "请问清单位以哪一份为准。"
        )
    ]


def strays(*found: Received) -> list[tuple[str, str, str]]:
    return [(one.received.name, one.finding.code, one.code) for one in collected(*found).strays]


def test_a_unit_is_known_by_its_code_else_by_its_name() -> None:
    assert strays(received("a", unit=Unit(name="改了名的局", code="001"))) == []
    assert strays(received("a", unit=Unit(name=" 甲 局 "))) == []
    assert strays(received("a", unit=Unit(name="甲局", code="009"))) == [("a", "AGG-UNIT", "")]
    assert strays(received("a", unit=Unit(name="丙局"))) == [("a", "AGG-UNIT", "")]


def test_AGG_UNIT_names_the_code_of_a_namesake() -> None:
    stray = collected(received("a", unit=Unit(name="甲局", code="009"))).strays[0]
    assert "名录里同名的单位代码是 001。" in stray.finding.message


def test_AGG_NAME_and_AGG_LEVEL_are_notices() -> None:
    rows = Roster(units=(replace(ROW, unit=replace(ROW.unit, level="bureau")),))
    found = received("a", unit=Unit(name="改了名的局", code="001", level="county"))
    state = collect(toy(), rows, 2024, [found]).units[0]
    assert [one.code for one in state.remarks] == ["AGG-NAME", "AGG-LEVEL"]
    assert state.standing is Standing.ACCEPTED


def test_AGG_YEAR_and_AGG_VERSION_another_year_or_version_is_that_files_error_and_the_unit_is_asked_again() -> None:
    wrong = (received("a", year=2023), received("c", version="0.9"))
    assert strays(*wrong) == [("a", "AGG-YEAR", "001"), ("c", "AGG-VERSION", "001")]
    state = collected(*wrong).units[0]
    assert (state.standing, state.counts.error) == (Standing.RETURNED, 2)
    assert collected(*wrong, received("d")).units[0].standing is Standing.ACCEPTED


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("001_甲局_2024.xlsx", "001"),
        ("甲局的表.xlsx", "001"),
        ("报送/002_x.xlsx", "002"),
        ("甲局和乙局.xlsx", ""),
        ("0011_x.xlsx", ""),
        ("x.xlsx", ""),
    ],
)
def test_whose_an_unreadable_file_is_its_name_may_say(name: str, code: str) -> None:
    trouble = read_content(b"x", name, TOY).filing.trouble
    assert strays(received(name, trouble=trouble)) == [(name, "NOT-A-WORKBOOK", code)]


def test_names_of_units_within_names_of_others_are_told_apart() -> None:
    rows = Roster(units=(ROW, replace(OTHER, unit=Unit(name="示例甲局", code="002"))))
    trouble = read_content(b"x", "x", TOY).filing.trouble
    assert collect(toy(), rows, 2024, [received("示例甲局.xlsx", trouble=trouble)]).strays[0].code == "002"


# ── nothing else matters ──────────────────────────────────────────────────────────────────────────


def test_a_second_collection_changes_no_byte_and_reads_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.collect()
    files, rows = desk.files(), desk.archived()
    written = {path: path.stat().st_mtime_ns for path in desk.results.rglob("*.xlsx")}
    monkeypatch.setattr("xlreport.office.results.results.write_status", forbidden)
    monkeypatch.setattr("xlreport.office.results.results.aggregate", forbidden)
    capsys.readouterr()
    assert desk.collect() == 1
    assert "这次读了 0 份新文件" in capsys.readouterr().out
    assert (desk.files(), desk.archived()) == (files, rows)
    assert {path: path.stat().st_mtime_ns for path in desk.results.rglob("*.xlsx")} == written


def forbidden(*_given: object) -> None:
    raise AssertionError("made for nothing")


def test_the_order_of_files_and_the_number_of_processes_change_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.collect()
    monkeypatch.setattr(receiving, "FEWEST_EACH", 1)
    monkeypatch.setattr(processes, "LEAST_EACH", 1)
    real = os.scandir

    def backwards(folder: Path) -> Any:
        with real(folder) as found:
            return _Entered(sorted(found, key=lambda entry: entry.name, reverse=True))

    monkeypatch.setattr("xlreport.office.inbox.inbox.os.scandir", backwards)
    again = Desk(tmp_path, "again")
    assert again.collect(jobs=2) == 1
    assert again.files() == desk.files()
    assert again.archived(read_at=False) == desk.archived(read_at=False)


class _Entered(list[Any]):
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        pass


def test_the_folders_and_archives_files_lie_in_change_only_where_they_are_said_to_lie(
    desk: Desk, tmp_path: Path
) -> None:
    desk.collect()
    other = Desk(tmp_path, "again")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted(desk.inbox.rglob("*.xlsx")):
            folder = "年报/" if path.name > "c" else ""
            archive.writestr(zipfile.ZipInfo(folder + path.name, (2025, 1, 12, 8, 30, 0)), path.read_bytes())
    shutil.rmtree(desk.inbox)
    desk.inbox.mkdir()
    shutil.move(tmp_path / "all.zip", desk.inbox / "all.zip")
    other.collect()
    ours, theirs = desk.files(), other.files()
    assert {name for name in ours if ours[name] != theirs.get(name)} == {"status.xlsx", "trace.xlsx"}
    assert [without_places(one) for one in desk.lines("报送情况")] == [
        without_places(one) for one in other.lines("报送情况")
    ]
    assert {one["来件"] for one in other.lines("报送情况") if one["代码"] == "002"} == {"all.zip/b.xlsx"}


def without_places(line: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key not in ("来件", "主要问题")}


def test_a_units_resend_changes_exactly_that_unit(desk: Desk) -> None:
    desk.collect()
    before, files, states = desk.lines("报送情况"), desk.files(), desk.archived()["unit"]
    desk.put("新/b.xlsx", replace(submission("002"), round=2))
    desk.collect()
    changed = [one["代码"] for one, other in zip(desk.lines("报送情况"), before, strict=True) if one != other]
    assert changed == ["002"]
    assert [row[2] for row in desk.archived()["unit"] if row not in states] == ["002"]
    assert {name for name, data in files.items() if desk.files().get(name) != data} == {
        "aggregate.xlsx",
        "trace.xlsx",
        "status.xlsx",
        "return/002_第002图书室_2024_退回.xlsx",
    }
    assert not (desk.results / "return/002_第002图书室_2024_退回.xlsx").exists(), "there is nothing left to return"


def test_what_is_made_of_another_form_or_by_another_program_is_read_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.collect()
    monkeypatch.setattr("xlreport.cli.collecting.program", lambda: "another")
    desk.collect()
    assert capsys.readouterr().out.count("这次读了 9 份新文件") == 2


# ── marks ─────────────────────────────────────────────────────────────────────────────────────────


def mark(desk: Desk, unit: str, decision: Decision, note: str = "") -> None:
    with Archive.open(desk.results / ARCHIVE) as archive:
        make_mark(archive, unit, "PRICE", decision, note=note, at="2025-01-13 09:00:00")


def row_of(desk: Desk, code: str) -> dict[str, Any]:
    return next(one for one in desk.lines("报送情况") if one["代码"] == code)


def test_a_query_that_was_looked_at_is_shown_so_and_changes_nothing_else(desk: Desk) -> None:
    desk.collect()
    before = row_of(desk, "003")
    mark(desk, "003", Decision.ACCEPTED)
    desk.collect()
    assert row_of(desk, "003") == {**before, "核定": "已核 1"}


def test_an_explanation_that_is_not_accepted_opens_its_query_again(desk: Desk) -> None:
    desk.collect()
    mark(desk, name_of("003"), Decision.REJECTED, "请附合同")
    desk.collect()
    assert (row_of(desk, "003")["状态"], row_of(desk, "003")["核定"]) == ("待说明", "不予采纳 1")
    returned = desk.results / row_of_link(desk, "003")
    after = read_source(returned.read_bytes(), "x", TOY).submission
    assert (after.explanations, after.round) == ({}, 2)
    sheet = openpyxl.load_workbook(returned)["退回说明"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(f"汇总单位看过原来的说明（“{REASON}”），不予采纳：请附合同。" in text for text in texts)


def row_of_link(desk: Desk, code: str) -> str:
    sheet = openpyxl.load_workbook(desk.results / "status.xlsx")["报送情况"]
    return next(str(row[9].hyperlink.target) for row in sheet.iter_rows(min_row=5) if row[0].value == code)


@pytest.mark.parametrize(
    ("resent", "state", "shown"),
    [
        ({"explanations": explained("换了一个像样的理由：已附合同。")}, "通过", None),
        ({"explanations": explained(f"　{REASON} ")}, "待说明", "不予采纳 1"),
        ({"price": "6000", "explanations": explained()}, "待说明", None),
    ],
    ids=["another reason", "the same reason", "other numbers"],
)
def test_a_rejection_lapses_with_the_numbers_and_with_the_reason(
    desk: Desk, resent: dict[str, Any], state: str, shown: str | None
) -> None:
    desk.collect()
    mark(desk, "003", Decision.REJECTED)
    desk.put("新/c.xlsx", replace(submission("003", **{"price": DEAR, **resent}), round=2))
    desk.collect()
    assert (row_of(desk, "003")["状态"], row_of(desk, "003").get("核定")) == (state, shown)


def test_a_query_that_was_looked_at_stays_so_while_its_numbers_stay(desk: Desk) -> None:
    desk.collect()
    mark(desk, "003", Decision.ACCEPTED)
    desk.put(
        "新/c.xlsx", replace(submission("003", price=DEAR, explanations=explained("换了一种说法来说明。")), round=2)
    )
    desk.collect()
    assert row_of(desk, "003").get("核定") == "已核 1"
    desk.put("新/c2.xlsx", replace(submission("003", price="6000", explanations=explained()), round=3))
    desk.collect()
    assert row_of(desk, "003").get("核定") is None


@pytest.mark.parametrize(
    ("unit", "judgement", "words"),
    [
        ("900", "PRICE", "“900”不在名录里"),
        ("001", "PRICE", "“第001图书室”没有要说明的问题。"),
        ("003", "GROW", "没有“GROW”这条要说明的问题。它有：PRICE。"),
        ("008", "PRICE", "“第008图书室”还没有可以标记的表。"),
        ("004", "PRICE", "还没有作出说明，谈不上不予采纳"),
    ],
)
def test_a_mark_on_nothing_is_refused(desk: Desk, unit: str, judgement: str, words: str) -> None:
    desk.collect()
    with (
        Archive.open(desk.results / ARCHIVE) as archive,
        pytest.raises(RequestError, match=words),
    ):
        make_mark(archive, unit, judgement, Decision.REJECTED, note="", at="")


@pytest.mark.parametrize("decision", ["已核", "accepted", "不予采纳", "Rejected"])
def test_the_command_takes_decisions_in_both_languages(desk: Desk, decision: str) -> None:
    desk.collect()
    run_mark(desk.results, "003", "PRICE", decision, note="")
    with pytest.raises(RequestError, match="已核"):
        run_mark(desk.results, "003", "PRICE", "好", note="")


def test_a_mark_needs_a_folder_of_results(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="没有"):
        run_mark(tmp_path, "003", "PRICE", "已核", note="")


# ── trouble ───────────────────────────────────────────────────────────────────────────────────────


HOLDER = """
import sys
from pathlib import Path
from xlreport.office.folder.own import OwnFolder
with OwnFolder.open(Path(sys.argv[1]), "collect toy 2024"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_collection_at_the_same_time_is_refused_with_a_clear_word_and_nothing_is_lost(desk: Desk) -> None:
    desk.collect()
    files = desk.files()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, desk.results], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        desk.put("h.xlsx", submission("008"))
        with pytest.raises(RequestError, match="正由另一个 xlreport 使用"):
            desk.collect()
        assert desk.files() == files
        holder.kill()
        holder.wait()
    assert (desk.collect(), desk.states()["008"]) == (1, "通过")


def test_a_folder_for_another_year_is_not_written_into(desk: Desk) -> None:
    desk.collect()
    with pytest.raises(RequestError, match="collect toy 2024"):
        desk.collect(year=2025)


def test_a_folder_that_cannot_be_read_is_said_and_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = os.scandir

    def closed(folder: Path) -> Any:
        if Path(folder).name == "乡镇":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(folder)

    monkeypatch.setattr("xlreport.office.inbox.inbox.os.scandir", closed)
    assert desk.collect() == 1
    assert desk.states() == {**STATES, "002": "未报"}
    assert "  乡镇：读不了（没有权限）" in capsys.readouterr().err


def test_a_result_that_is_open_in_excel_is_said_and_the_others_are_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.collect()
    old = desk.files()
    desk.put("h.xlsx", submission("008"))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", held(desk.results / "status.xlsx"))
        assert desk.collect() == 2
    said = capsys.readouterr().err
    assert "status.xlsx" in said
    assert "有 1 份结果没有写成，处理好以后再运行一次。" in said
    new = desk.files()
    assert {name for name in new if new[name] != old.get(name)} == {"aggregate.xlsx", "trace.xlsx"}
    assert desk.collect() == 1
    assert desk.states()["008"] == "通过"


def held(target: Path) -> Any:
    """``Path.replace`` where another program holds one file, as on Windows."""
    real = Path.replace

    def replaced(self: Path, onto: Path) -> Path:
        if Path(onto) == target:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, onto)

    return replaced


def test_a_status_that_a_person_changed_is_left_alone_and_the_new_one_stands_beside_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.collect()
    path = desk.results / "status.xlsx"
    path.write_bytes(by_openpyxl(path.read_bytes(), lambda book: _write(book["报送情况"], "Q5", "已电话催过")))
    mine = path.read_bytes()
    desk.put("h.xlsx", submission("008"))
    desk.collect()
    assert path.read_bytes() == mine
    assert "“status.xlsx”被人改过，没有替换；新的写在“status_2.xlsx”里。" in capsys.readouterr().err
    lines = desk.lines("报送情况", name="status_2.xlsx")
    assert {one["代码"]: one["状态"] for one in lines} == {**STATES, "008": "通过"}
    files = desk.files()
    desk.collect()
    assert desk.files() == files


def as_json(made: Submission) -> bytes:
    return as_json_text([values_document(toy(), made)], ascii_only=False).encode()


def test_values_that_come_as_json_are_collected_like_workbooks(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.put("a.json", as_json(submission("001")))
    desk.put("b.json", as_json(submission("002", old=None)))
    desk.collect()
    assert desk.states() == {"001": "通过", "002": "退回"}
    assert (desk.results / "return/002_第002图书室_2024_退回.xlsx").exists()


def test_a_return_copy_that_no_cell_could_hold_is_said_and_the_others_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.put("a.json", as_json(submission("001", old=None, texts={ref("remarks"): ("长" * 40_000,)})))
    desk.put("b.json", as_json(submission("002", old=None)))
    assert desk.collect() == 2
    assert [path.name[:3] for path in (desk.results / "return").iterdir()] == ["002"]
    assert "一个单元格最多 32767 个字符" in capsys.readouterr().err


def test_a_json_with_a_number_beyond_any_spreadsheet_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    sound = as_json(submission("001", price=DEAR, explanations=explained()))
    desk.put("a.json", re.sub(rb'"left": [0-9.]+', b'"left": 1' + b"0" * 400, sound))
    desk.put("b.json", as_json(submission("002")))
    assert (desk.collect(), desk.states()) == (1, {"001": "未报", "002": "通过"})


def test_a_trace_that_no_sheet_could_hold_is_said_and_the_others_are_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def too_long(*_given: object) -> bytes:
        raise RequestError("写不出汇总来源。")

    monkeypatch.setattr("xlreport.office.results.results.write_trace", too_long)
    assert desk.collect() == 2
    assert "写不出汇总来源。" in capsys.readouterr().err
    assert {"status.xlsx", "aggregate.xlsx"} <= desk.files().keys()


def test_contents_too_large_to_wait_together_are_read_in_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_TOGETHER", 30_000)
    monkeypatch.setattr(receiving, "KEPT_TOGETHER", 2)
    desk.collect()
    assert desk.states() == STATES


def test_many_files_that_do_not_count_are_told_in_few_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path)
    desk.roster("001")
    for at in range(25):
        desk.put(f"{at}.txt", b"%d" % at)
    desk.collect()
    assert capsys.readouterr().err.splitlines()[21] == "  ……另有 5 份。"
    assert len(desk.lines("其他文件")) == 25


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = look_into

    def looked(inbox: Path, **options: Any) -> Any:
        found = real(inbox, **options)
        desk.put("a.xlsx", submission("001", old=4))
        return found

    with monkeypatch.context() as patch:
        patch.setattr("xlreport.cli.collecting.look_into", looked)
        desk.collect()
    assert "  a.xlsx：正在读的时候文件变了，下次再读" in capsys.readouterr().err
    assert desk.states()["001"] == "未报"
    desk.collect()
    assert desk.states() == STATES


def test_there_must_be_an_inbox(desk: Desk) -> None:
    with pytest.raises(RequestError, match=r"没有“.*nowhere”这个文件夹"):
        run_collect(desk.options(inbox=desk.folder / "nowhere"))


def test_results_go_elsewhere_than_what_comes_in_though_they_may_lie_in_it(desk: Desk) -> None:
    with pytest.raises(RequestError, match="结果请写到另一个文件夹"):
        run_collect(desk.options(results=desk.inbox))
    inside = Desk(desk.folder, "inbox/结果")
    assert [inside.collect(), inside.collect()] == [1, 1]
    assert inside.states() == STATES
    assert ("跳过", "结果") in [(one["种类"], one["文件"]) for one in inside.lines("其他文件")]


def test_an_inbox_with_nothing_in_it_is_a_roster_of_units_that_are_missing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    assert desk.collect() == 1
    assert desk.states() == {"001": "未报", "002": "未报"}


# ── broken off ────────────────────────────────────────────────────────────────────────────────────


def command(desk: Desk, name: str = "collect", *more: str) -> list[str]:
    options = (
        "--roster",
        desk.folder / "roster.csv",
        "--year",
        "2024",
        "-o",
        desk.results,
        "--form",
        TOY,
        "--jobs",
        "1",
    )
    return [sys.executable, "-m", "xlreport", name, *map(str, (desk.inbox, *options)), *more]


def whole_files(desk: Desk) -> bool:
    """Whether every file at a final name can be read to its end."""
    return all(zipfile.ZipFile(path).testzip() is None for path in desk.results.rglob("*.xlsx"))


def test_killed_at_any_moment_the_next_run_completes_with_the_same_results(desk: Desk, tmp_path: Path) -> None:
    desk.collect()
    expected, rows = desk.files(), desk.archived(read_at=False)
    chance = random.Random(20250112)  # noqa: S311 - moments, no secrets
    started = time.monotonic()
    subprocess.run(command(Desk(tmp_path, "timed")), check=False, capture_output=True, cwd=PROJECT)
    longest = time.monotonic() - started
    broken = Desk(tmp_path, "broken")
    for _ in range(20):
        run = subprocess.Popen(command(broken), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PROJECT)
        time.sleep(chance.uniform(0.35, 1.0) * longest)
        run.send_signal(signal.SIGKILL)
        run.wait()
        if broken.results.exists():
            assert whole_files(broken)
            assert all(expected[name] == data for name, data in broken.files().items())
        if chance.random() < 0.3:
            shutil.rmtree(broken.results, ignore_errors=True)
    last = subprocess.run(command(broken), check=False, capture_output=True, cwd=PROJECT)
    assert (last.returncode, "Traceback" in last.stderr.decode()) == (1, False), last.stderr.decode()
    assert broken.files() == expected
    assert broken.archived(read_at=False) == rows
    assert not list(broken.results.rglob("*.part"))


def test_on_a_full_disk_nothing_is_half_and_the_next_run_completes(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.collect()
    full = Desk(tmp_path, "full")
    for room in range(6):
        with monkeypatch.context() as patch:
            patch.setattr("xlreport.files.whole.os.fsync", room_for(room))
            with pytest.raises(RequestError, match="磁盘满了"):
                full.collect()
        assert whole_files(full)
        assert not list(full.results.rglob("*.part"))
    assert full.collect() == 1
    assert full.files() == desk.files()


def room_for(files: int) -> Any:
    """``os.fsync`` of a disk that is full after some files."""
    left = iter(range(files))
    real = os.fsync

    def synced(handle: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    return synced
