"""Collecting where files were mixed up: sums among the children, names that say something else than the workbook."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from editing import by_openpyxl
from inboxes import PARENT, REASON, TIME, TOY, WHEN, Desk, explained, number, ref, submission, toy, workbook
from test_collect import collected, received

from xlreport.checks.check import check
from xlreport.checks.printing import FileVerdict, as_text
from xlreport.cli.office import run_issue
from xlreport.reading.values import parse_values
from xlreport.submission import Submission, Unit
from xlreport.verifying.sources import read_source
from xlreport.writing.filling import fill
from xlreport.writing.template import write_template
from xlreport.writing.values import as_json_text, values_document

# ── the office's own sum among what came in ───────────────────────────────────────────────────────

DAY = 24 * 60 * 60
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
    sources = {one["代码"]: one.get("来源文件") for one in desk.lines("汇总情况", header=4, name="trace.xlsx")}
    assert sources[OWN] is None, "the figures of the sum are not its own"


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


# ── a file that is named after another unit ───────────────────────────────────────────────────────


@pytest.fixture
def two(tmp_path: Path) -> Desk:
    """A desk with two units of which one has sent 3 old books, in a file of an ordinary name."""
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.put("a.xlsx", submission("001"))
    return desk


AS_ANOTHER = "002_第002图书室_2024.xlsx"


def problems(desk: Desk) -> dict[str, str]:
    """What stands under 主要问题, by unit."""
    return {one["代码"]: one["主要问题"] for one in desk.lines("报送情况") if "主要问题" in one}


def test_AGG_FILE_a_later_file_named_after_another_unit_does_not_supersede_one_without_a_doubt(two: Desk) -> None:
    two.put(AS_ANOTHER, submission("001", old=8, round=2))
    two.collect()
    assert sum_of(two).value(ref("books.old.number")) == number(3)


def test_AGG_FILE_is_shown_on_the_first_sheet_for_both_units(two: Desk) -> None:
    two.put(AS_ANOTHER, submission("001", old=8, round=2))
    two.collect()
    words = f"“{AS_ANOTHER}”的文件名写的是“第002图书室”（002），表里写的却是“第001图书室”（001）"
    todo = "。请问清是谁的表：是“第002图书室”的，请填发给它的模板。"
    assert problems(two) == {
        "001": f"{words}，没有用来替代别的表{todo}",
        "002": f"{words}，没有算作“第002图书室”的{todo}",
    }


def test_AGG_FILE_the_unit_it_is_named_after_is_reminded_of_it(two: Desk) -> None:
    two.put(AS_ANOTHER, submission("001", old=8, round=2))
    two.collect()
    [words] = [one["可以直接发的话"] for one in two.lines("催报", header=5)]
    assert words.startswith("联系人002您好：第002图书室的2024年图书室年报还没有收到；以它的名义交来的文件不是它的：")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("002_第002图书室_2024.xlsx", "002"),
        ("002_2024.xlsx", "002"),
        ("第002图书室年报（终稿）.xlsx", "002"),
        ("001_第001图书室_2024.xlsx", ""),
        ("第001图书室与第002图书室.xlsx", ""),
        ("图书室.xlsx", ""),
        ("2_表.xlsx", ""),
        ("新建 XLSX 工作表.xlsx", ""),
    ],
)
def test_AGG_FILE_only_the_code_or_the_name_of_another_unit_is_a_doubt(two: Desk, name: str, other: str) -> None:
    (two.inbox / "a.xlsx").rename(two.inbox / name)
    two.collect()
    named = [one["代码"] for one in two.lines("全部问题") if one["编码"] == "AGG-FILE"]
    assert named == (["001", other] if other else [])


def test_AGG_FILE_of_one_content_under_two_names_the_better_one_holds(two: Desk) -> None:
    two.put(AS_ANOTHER, submission("001"))
    two.collect()
    assert problems(two) == {}


# ── the code of one unit, the name of another ─────────────────────────────────────────────────────


def test_AGG_MIXED_the_code_of_one_unit_with_the_name_of_another_does_not_count(two: Desk) -> None:
    two.put("b.xlsx", replace(submission("001", old=8, round=2), unit=Unit(name="第002图书室", code="001")))
    two.collect()
    words = (
        "“b.xlsx”里的代码 001 是“第001图书室”的，名称却是“第002图书室”（002）的，看不出是谁的表，没有计入。"
        "请用发给本单位的模板重填。"
    )
    assert (two.states(), problems(two)) == ({"001": "通过", "002": "未报"}, {"002": words})


def test_AGG_MIXED_alone_sends_the_unit_of_the_code_back() -> None:
    states = collected(received("a.xlsx", unit=Unit(name="乙局", code="001"))).units
    assert [(one.standing.words, [finding.code for finding in one.remarks]) for one in states] == [
        ("退回", ["AGG-MIXED"]),
        ("未报", ["AGG-MIXED"]),
    ]


def test_a_workbook_whose_name_nobody_on_the_roster_has_does_not_supersede_one_whose_name_fits() -> None:
    renamed = received("b.xlsx", round=2, unit=Unit(name="丙局", code="001"))
    state = collected(received("a.xlsx"), renamed).units[0]
    assert state.chosen is not None
    assert (state.chosen.name, [one.message for one in state.remarks]) == (
        "a.xlsx",
        [
            (
                "同一单位的 “a.xlsx”、“b.xlsx”：“b.xlsx”里的单位名称与名录不符，没有用来替代名称相符的“a.xlsx”。"
                "请问清是不是同一个单位的表。"
            )
        ],
    )


def test_AGG_NAME_alone_it_counts_and_is_shown_on_the_first_sheet(two: Desk) -> None:
    two.put("b.xlsx", submission("002", "城南图书室"))
    two.collect()
    words = "表里的单位名称是“城南图书室”，名录里是“第002图书室”；按代码认作同一单位。"
    assert (two.states()["002"], problems(two)) == ("通过", {"002": words})


# ── files that cannot be read and are the same ────────────────────────────────────────────────────


def test_of_equal_files_that_cannot_be_read_each_is_told_by_its_own_name(
    two: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("001_.xlsx", "002_.et", "9.doc"):
        two.put(name, b"")
    (two.inbox / "a.xlsx").unlink()
    two.collect()
    told = capsys.readouterr().err.splitlines()[1:4]
    assert [line.partition("：")[0].strip() for line in told] == ["001_.xlsx", "002_.et", "9.doc"]
    assert [(one.get("代码"), one["文件"]) for one in two.lines("其他文件")] == [
        ("001", "001_.xlsx"),
        ("002", "002_.et"),
        (None, "9.doc"),
    ]
    assert two.states() == {"001": "退回", "002": "退回"}


# ── return copies that come back as they were ─────────────────────────────────────────────────────

MONDAY, TUESDAY = "2025-01-13T01:00:00Z", "2025-01-14T01:00:00Z"


def returned(desk: Desk, code: str = "001") -> bytes:
    """The return copy of a unit, as it lies in the results."""
    return next((desk.results / "return").glob(f"{code}_*")).read_bytes()


@pytest.fixture
def sent_back(two: Desk) -> Desk:
    """A desk at which the one unit's workbook of Monday was sent back for a blank, and a corrected one came."""
    two.put("a.xlsx", workbook(submission("001", old=None), saved=MONDAY))
    two.collect()
    two.put("c.xlsx", workbook(submission("001", old=5), saved=TUESDAY))
    return two


ECHO = "退回件“b.xlsx”没有改动，不能替代后来保存的“c.xlsx”；取了“c.xlsx”。"


@pytest.mark.parametrize("is_there", [True, False])
def test_a_return_copy_nobody_changed_does_not_supersede_a_corrected_original(sent_back: Desk, is_there: bool) -> None:
    sent_back.put("b.xlsx", returned(sent_back), time=TIME + 10 * DAY)
    if not is_there:
        (sent_back.inbox / "a.xlsx").unlink()
    sent_back.collect()
    assert (sent_back.states()["001"], problems(sent_back)) == (
        "通过",
        {"001": f"同一单位的 “c.xlsx”、“b.xlsx”：{ECHO}"},
    )


def test_a_return_copy_nobody_changed_counts_where_there_is_nothing_later(sent_back: Desk) -> None:
    sent_back.put("b.xlsx", returned(sent_back))
    (sent_back.inbox / "c.xlsx").unlink()
    sent_back.collect()
    [line] = [one for one in sent_back.lines("报送情况") if one["代码"] == "001"]
    assert (line["来件"], line["轮次"], line["状态"]) == ("b.xlsx", 2, "退回")


def test_a_return_copy_somebody_filled_in_supersedes_the_original(sent_back: Desk) -> None:
    def fill_in(book: Any) -> None:
        book["一 借阅"]["B3"] = 9

    sent_back.put("b.xlsx", by_openpyxl(returned(sent_back), fill_in))
    sent_back.collect()
    assert sum_of(sent_back).value(ref("books.old.number")) == number(9)


def test_AGG_TWICE_a_lower_round_whose_file_is_later_is_a_notice_though_no_program_saved_either() -> None:
    state = collected(
        received("b.xlsx", round=2, modified="2025-01-13 08:00:00"), received("a.xlsx", modified="2025-01-14 08:00:00")
    ).units[0]
    assert [one.message for one in state.remarks] == [
        (
            "同一单位的 “b.xlsx”、“a.xlsx”：“b.xlsx”的轮次高，“a.xlsx”的保存时间却更晚；按轮次取了“b.xlsx”。"
            "请问清单位以哪一份为准。"
        )
    ]


# ── times that are still to come ──────────────────────────────────────────────────────────────────


def test_AGG_TIME_a_time_still_to_come_does_not_win_for_ever(two: Desk) -> None:
    two.put("a.xlsx", workbook(submission("001"), saved="2099-01-01T00:00:00Z"))
    two.put("b.xlsx", workbook(submission("001", old=7), saved="2025-01-13T00:00:00Z"))
    two.collect()
    words = "“a.xlsx”说它是 2099-01-01 08:00:00 保存的，比现在还晚，不能作准；按文件时间 2025-01-12 08:30:00 算先后。"
    assert sum_of(two).value(ref("books.old.number")) == number(7)
    assert problems(two) == {"001": f"{words}多半是那台电脑的时钟不对。"}


def test_the_status_tells_the_time_that_decided(two: Desk) -> None:
    two.put("b.xlsx", workbook(submission("002"), saved=MONDAY))
    two.collect()
    times = {one["代码"]: one["收到时间"] for one in two.lines("报送情况")}
    assert times == {"001": WHEN, "002": "2025-01-13 09:00:00（保存）"}


# ── a sentence that was read with other numbers ───────────────────────────────────────────────────


def asked(price: str, text: str = REASON, **changes: Any) -> Submission:
    """A workbook with a dear price and what its unit says to it, without the numbers it says so of."""
    return submission("001", price=price, explanations=explained(text), **changes)


class Clock:
    """A clock that goes on by an hour at each look."""

    def __init__(self) -> None:
        self.time = datetime(2025, 1, 15, tzinfo=UTC)

    def now(self, zone: tzinfo) -> datetime:
        self.time += timedelta(hours=1)
        return self.time.astimezone(zone)


def replaced(desk: Desk, *made: Submission) -> tuple[str, str]:
    """One workbook after the other in the same file; how the unit stands, and what becomes of its explanation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlreport.cli.collecting.datetime", Clock())
        for one in made:
            desk.put("a.xlsx", one)
            desk.collect()
    [kind] = [one["性质"] for one in desk.lines("全部问题") if one["编码"] == "PRICE"]
    return desk.states()["001"], kind


def test_a_sentence_that_was_read_with_other_numbers_has_lapsed(two: Desk) -> None:
    assert replaced(two, asked("5000"), asked("6000")) == ("待说明", "待说明")
    [line] = [one for one in two.lines("全部问题") if one["编码"] == "PRICE"]
    assert "说明已失效" in line["问题"]


@pytest.mark.parametrize(
    "made",
    [
        (asked("5000"), asked("5000", old=7)),
        (asked("5000"), asked("6000", "再购入一批善本古籍，单价较高。")),
        (asked("5000"), asked("6000"), asked("5000", old=7)),
        (asked("6000"),),
    ],
)
def test_a_sentence_with_its_own_numbers_and_one_that_was_rewritten_count(
    two: Desk, made: tuple[Submission, ...]
) -> None:
    assert replaced(two, *made) == ("通过", "已说明")


def test_of_two_workbooks_at_once_the_later_ones_sentence_has_lapsed(two: Desk) -> None:
    two.put("a.xlsx", asked("5000"), time=TIME)
    two.put("b.xlsx", asked("6000"), time=TIME + DAY)
    for _ in range(2):
        two.collect()
        assert two.states()["001"] == "待说明"
    (two.inbox / "b.xlsx").unlink()
    two.collect()
    assert two.states()["001"] == "通过"


def test_the_return_copy_of_a_lapsed_sentence_still_knows_its_numbers(two: Desk) -> None:
    replaced(two, asked("5000"), asked("6000"))
    explanation = read_source(returned(two), "x", TOY).submission.explanations["PRICE"]
    assert explanation.left == 5000
    two.put("b.xlsx", returned(two))
    two.collect()
    assert two.states()["001"] == "待说明", "as it came back"


# ── a sum in which somebody changed a number ──────────────────────────────────────────────────────


def retyped(path: Path, cell: str = "B3", to: Any = 99, sheet: str = "一 借阅") -> None:
    """Type something into a result, as a person does."""

    def change(book: Any) -> None:
        book[sheet][cell] = to

    path.write_bytes(by_openpyxl(path.read_bytes(), change))


def test_AGG_a_number_changed_in_the_sum_is_told_with_its_cell_and_the_true_sum_is_written_beside(
    two: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    two.collect()
    retyped(two.results / "aggregate.xlsx")
    two.collect()
    assert sum_of(two, "aggregate_2.xlsx").value(ref("books.old.number")) == number(3)
    assert (
        "“aggregate.xlsx”里的数被人改过，不再是各单位的合计：一 借阅!B3（表里 99，合计 3）。没有动它；"
        "正确的合计在“aggregate_2.xlsx”里，写好的文字和说明也在。要改数，请让单位改好重报。"
    ) in capsys.readouterr().err.splitlines()


def test_AGG_a_sum_with_a_changed_number_is_not_accepted(two: Desk) -> None:
    two.collect()
    path = two.results / "aggregate.xlsx"
    codes = [[one.code for one in check(toy(), sum_of(two)).findings]]
    retyped(path, "A5", "全区的说明。", "二 说明")
    codes.append([one.code for one in check(toy(), sum_of(two)).findings])
    retyped(path)
    codes.append([one.code for one in check(toy(), sum_of(two)).findings])
    assert ["AGG" in one for one in codes] == [False, False, True]


def test_a_narrative_alone_is_no_other_sum(two: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    two.collect()
    retyped(two.results / "aggregate.xlsx", "A5", "全区的说明。", "二 说明")
    two.collect()
    assert [path.name for path in two.results.glob("aggregate*")] == ["aggregate.xlsx"]
    assert "不再是" not in capsys.readouterr().err


# ── results that go by another name ───────────────────────────────────────────────────────────────


def test_every_run_names_the_results_that_are_current(two: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    two.collect()
    retyped(two.results / "aggregate.xlsx")
    retyped(two.results / "status.xlsx", "A1", "看过了", "报送情况")
    two.put("b.xlsx", submission("002"))
    two.collect()
    capsys.readouterr()
    two.put("c.xlsx", b"")
    for _ in range(2):
        two.collect()
        told = capsys.readouterr().err
        assert "status_2.xlsx（状态）、aggregate_2.xlsx（汇总表）、trace.xlsx（数的来源）" in told
        assert "见 status_2.xlsx 的" in told


# ── a roster in two sheets ────────────────────────────────────────────────────────────────────────


def in_two_sheets(desk: Desk, *rows: tuple[str, str]) -> Path:
    """The roster as a workbook of two sheets: the bureaus, and under a header of their own the townships."""
    book = openpyxl.Workbook()
    book.active.append(("代码", "名称", "上级"))
    book.active.append(("001", "第001图书室", PARENT))
    sheet = book.create_sheet("乡镇")
    sheet.append(("单位代码", "单位名称"))
    for row in rows:
        sheet.append(row)
    book.save(desk.folder / "roster.xlsx")
    return desk.folder / "roster.xlsx"


OTHER_SHEET = "名录文件里的工作表“乡镇”也像名录，没有读取；要算上里面的单位，请并到第一张名录里。"


@pytest.mark.parametrize(("rows", "told"), [([("101", "城关镇")], 1), ([], 0)])
def test_a_second_sheet_with_a_roster_is_told_when_collecting(
    two: Desk, capsys: pytest.CaptureFixture[str], rows: list[tuple[str, str]], told: int
) -> None:
    two.collect(roster=in_two_sheets(two, *rows))
    assert capsys.readouterr().err.splitlines().count(OTHER_SHEET) == told


def test_a_second_sheet_with_a_roster_is_told_when_issuing(two: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    run_issue(two.issue_options(in_two_sheets(two, ("101", "城关镇"))))
    assert OTHER_SHEET in capsys.readouterr().err.splitlines()


# ── how the status tells it ───────────────────────────────────────────────────────────────────────


def test_a_template_nobody_has_filled_in_is_one_line_on_every_sheet(two: Desk) -> None:
    two.put("b.xlsx", replace(submission("002"), values={}, texts={}))
    two.collect()
    words = "模板还没有填写（待填 5 格）。"
    told = [(one["性质"], one["编码"], one["问题"]) for one in two.lines("全部问题")]
    [reminder] = [one["可以直接发的话"] for one in two.lines("催报", header=5)]
    assert (problems(two), told) == ({"002": words}, [("待填", "BLANK", words)])
    assert reminder == (
        "联系人002您好：第002图书室交来的2024年图书室年报模板还没有填写（待填 5 格），请填好后重报，谢谢。"
    )


def test_a_template_that_lacks_one_cell_is_told_which(two: Desk) -> None:
    two.put("b.xlsx", submission("002", old=None))
    two.collect()
    assert "还有 1 格未填" in problems(two)["002"]


@pytest.mark.parametrize("made", [submission("002", old=None), submission("002", old="1.5")])
def test_what_only_counts_cells_has_no_two_sides(two: Desk, made: Submission) -> None:
    two.put("b.xlsx", made)
    two.collect()
    sides = [{"左边", "右边", "差额"} & one.keys() for one in two.lines("全部问题") if one["代码"] == "002"]
    assert sides == [set()]


def test_a_workbook_of_another_form_can_be_read_and_does_not_count(two: Desk) -> None:
    two.put("002_.json", b'{"form": "gov-info-annual-2021", "unit": {"name": "x"}, "year": 2024}')
    two.collect()
    assert [one["种类"] for one in two.lines("其他文件")] == ["没有计入"]


# ── what is told ──────────────────────────────────────────────────────────────────────────────────


def test_a_run_that_is_interrupted_says_that_nothing_is_lost(
    two: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("xlreport.cli.collecting.receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        two.collect()
    assert capsys.readouterr().err == (
        "已中断。什么都没有丢：写好的结果是完整的，读过的不用再读；再运行一次就接着做完。\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="no name there holds a line end")
def test_a_name_with_a_line_end_makes_no_line_of_its_own(two: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    two.put("b\n已通过.xlsx", replace(submission("900"), unit=Unit(name="第三\n局", code="9\n00")))
    two.collect()
    told = capsys.readouterr().err.splitlines()
    assert told[1] == "  “b 已通过.xlsx”是“第三 局”（9 00）的表，名录里没有这个单位。请核对名录，或者确认没有放错文件。"


def test_the_verdict_of_a_unit_with_a_line_end_in_its_name_begins_with_one_line() -> None:
    result = check(toy(), submission("001", "第一\n图书室"))
    assert as_text(FileVerdict(file="a.xlsx", result=result)).splitlines()[0] == "a.xlsx　第一 图书室　2024年"
