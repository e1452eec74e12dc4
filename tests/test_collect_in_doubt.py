"""What collecting does where something is in doubt: it refuses, or keeps what there is, and says so."""

import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from editing import by_openpyxl
from inboxes import DEAR, TOY, WHEN, Desk, cannot_be_listed, ref, submission, toy, workbook
from line import FORM
from test_collect import collected, counts, received

from xlreport.cli.collecting import run_collect
from xlreport.cli.office import run_issue
from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.office.archive.archive import ARCHIVE, Archive, Decision
from xlreport.office.archive.filing import read_content
from xlreport.office.archive.marking import make_mark
from xlreport.office.inbox.inbox import look_into
from xlreport.office.results.summing import is_same_sum
from xlreport.submission import MOST_ROUNDS, Unit
from xlreport.verifying.sources import read_source


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a unit that passed and one whose workbook, in a folder of its own, is sent back."""
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.put("a.xlsx", submission("001"))
    desk.put("乡镇/b.xlsx", submission("002", old=None))
    return desk


def results(desk: Desk) -> dict[str, bytes]:
    """Every file of the results."""
    return {path.name: path.read_bytes() for path in desk.results.rglob("*") if path.is_file()}


# ── what cannot be read ───────────────────────────────────────────────────────────────────────────


def test_an_inbox_that_cannot_be_listed_is_no_empty_inbox(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.collect()
    before = results(desk)
    cannot_be_listed(monkeypatch, "inbox")
    with pytest.raises(RequestError, match=r"收件夹“.*inbox”打不开"):
        desk.collect()
    assert results(desk) == before


def test_for_an_inbox_that_cannot_be_listed_no_folder_of_results_is_begun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cannot_be_listed(monkeypatch, "inbox")
    with pytest.raises(RequestError, match="打不开"):
        desk.collect()
    assert not desk.results.exists()


def test_AGG_KEPT_what_lies_where_nothing_can_be_read_now_counts_as_it_was_read_last(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("乡镇/b.xlsx", submission("002", price=DEAR))
    desk.collect()
    before = results(desk)
    with monkeypatch.context() as patch:
        cannot_be_listed(patch, "乡镇")
        desk.collect()
        first = results(desk)
        desk.collect()
    words = "“乡镇/b.xlsx”这次读不到（它或它所在的文件夹、压缩包打不开），先按上次读到的算。"
    assert desk.states() == {"001": "通过", "002": "待说明"}
    assert [one["问题"] for one in desk.lines("全部问题") if one["编码"] == "AGG-KEPT"] == [words]
    assert results(desk)["status.xlsx"] == first["status.xlsx"], "nor does the second such run change anything"
    desk.collect()
    assert results(desk)["status.xlsx"] == before["status.xlsx"]


def test_what_was_taken_out_of_a_folder_that_can_be_read_no_longer_counts(desk: Desk) -> None:
    desk.put("c.zip", b"half of an archive")
    desk.collect()
    (desk.inbox / "乡镇/b.xlsx").unlink()
    desk.collect()
    assert desk.states()["002"] == "未报"


def test_while_a_part_of_the_inbox_cannot_be_read_no_return_copy_is_removed(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.put("c.zip", b"half of an archive")
    desk.collect()
    (desk.inbox / "乡镇/b.xlsx").unlink()
    desk.collect()
    copy = "return/002_第002图书室_2024_退回.xlsx"
    assert f"这次没有清理：1 份旧结果（{copy}）可能已经不作数，先留着。" in capsys.readouterr().err
    assert (desk.results / copy).exists()


def test_once_everything_can_be_read_again_it_is_tidied_as_ever(desk: Desk) -> None:
    desk.put("c.zip", b"half of an archive")
    desk.collect()
    (desk.inbox / "乡镇/b.xlsx").unlink()
    desk.collect()
    assert list((desk.results / "return").iterdir()) != []
    (desk.inbox / "c.zip").unlink()
    desk.collect()
    assert list((desk.results / "return").iterdir()) == []


# ── what is ours ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("folder", ["", "return"])
def test_results_of_ours_are_no_inbox(desk: Desk, folder: str) -> None:
    desk.collect()
    before = results(desk)
    with pytest.raises(RequestError, match="不是收到的表"):
        run_collect(desk.options(inbox=desk.results / folder, results=desk.folder / "others"))
    with pytest.raises(RequestError, match="请写"):
        run_collect(desk.options(inbox=desk.results / folder))
    assert results(desk) == before


# ── what somebody changed ─────────────────────────────────────────────────────────────────────────


def of_round(data: bytes, number: int) -> bytes:
    """The workbook with another round on its hidden sheet, as somebody may type it."""
    place = plan_layout(toy()).meta["round"]

    def change(book: Any) -> None:
        book[HIDDEN_SHEET].cell(place.row, place.column).value = number

    return by_openpyxl(data, change)


def test_a_workbook_whose_seal_is_broken_never_supersedes_one_whose_seal_holds() -> None:
    assert counts(received("a"), received("b", round=MOST_ROUNDS, is_sealed=False)) == "a"
    assert counts(received("a", is_sealed=False), received("b", round=2, is_sealed=False)) == "b"


def test_AGG_TWICE_a_broken_seal_that_would_have_won_is_a_notice_that_names_both() -> None:
    state = collected(received("a.xlsx"), received("b.xlsx", round=9, is_sealed=False)).units[0]
    assert [one.message for one in state.remarks] == [
        (
            "同一单位的 “a.xlsx”、“b.xlsx”：“b.xlsx”的隐藏表被改动过，它的轮次和时间不能作准；"
            "取了没有改动过的“a.xlsx”。请单位把数填进原来的模板或退回件重报。"
        )
    ]


def test_a_round_that_somebody_typed_is_not_believed(desk: Desk) -> None:
    desk.put("b.xlsx", of_round(workbook(submission("001", old=8)), MOST_ROUNDS))
    desk.collect()
    assert desk.states() == {"001": "通过", "002": "退回"}
    assert [(one["文件"], one["说明"]) for one in desk.lines("其他文件")] == [
        ("b.xlsx", "隐藏表被改动过，轮次不能作准；取了没有改动过的“a.xlsx”")
    ]


def test_no_return_copy_goes_a_round_further_than_is_read(desk: Desk) -> None:
    desk.put("a.xlsx", of_round(workbook(submission("001")), MOST_ROUNDS))
    desk.collect()
    copy = next((desk.results / "return").glob("001*")).read_bytes()
    assert read_source(copy, "x", TOY).submission.round == MOST_ROUNDS


# ── what is of another form ───────────────────────────────────────────────────────────────────────


def test_AGG_VERSION_a_workbook_of_an_older_version_is_told_so_and_is_no_reason_to_upgrade() -> None:
    [stray] = collected(received("a.xlsx", version="0.9")).strays
    assert stray.finding.message == (
        "“a.xlsx”是表单第 0.9 版的表，现在填的是第 1.0 版，没有计入，也没有退回件。请把数填进现在的模板再交。"
    )


def test_OTHER_FORM_of_a_workbook_of_another_form_the_option_is_named() -> None:
    other = read_content(workbook(submission("001")), "a.xlsx", FORM).filing
    [stray] = collected(received("a.xlsx", trouble=other.trouble)).strays
    assert stray.finding.message.endswith("要收这种表，请加 --form 表单所在的文件夹，结果另放一个文件夹。")


def test_where_only_workbooks_of_another_form_came_in_the_option_is_named_and_nothing_written(desk: Desk) -> None:
    desk.put("c.docx", b"no workbook at all")
    with pytest.raises(RequestError) as refused:
        desk.collect(form="")
    assert str(refused.value) == (
        "收件夹里没有“gov-info-annual-2021”的表，有 2 份是“toy”的。"
        "要收它们，请加 --form 表单所在的文件夹。什么都没有写。"
    )
    assert not desk.results.exists()


def test_one_workbook_of_the_form_is_enough_to_collect_it(desk: Desk) -> None:
    desk.put("c.json", b'{"contract": 1, "form": "gov-info-annual-2021", "unit": {"name": "x"}, "year": 2024}')
    assert desk.collect(form="") == 1


def test_return_copies_are_only_announced_where_there_are_some(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.collect()
    (desk.inbox / "乡镇/b.xlsx").unlink()
    desk.collect()
    assert [line.partition("（数的来源）")[2] for line in capsys.readouterr().err.splitlines()] == [
        "、return（退回件）。",
        "。",
    ]


# ── a sum that somebody worked on ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("last", "is_same"),
    [
        ({ref("books.all.number"): Decimal("0.3000000000000000001")}, True),
        ({ref("books.all.number"): Decimal("0.4")}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_sum_with_other_figures_of_last_year_is_another_sum(
    last: dict[FieldRef, Decimal] | None, is_same: bool
) -> None:
    made = replace(submission("9"), last={ref("books.all.number"): Decimal("0.3")})
    assert is_same_sum(made, replace(made, last=last)) is is_same


def worked_on(desk: Desk, data: bytes) -> Path:
    """A sum of the first collection, in which by now stands something else."""
    desk.collect()
    path = desk.results / "aggregate.xlsx"
    path.write_bytes(data)
    (desk.inbox / "a.xlsx").unlink()
    return path


def test_a_sum_somebody_worked_on_that_cannot_be_read_is_told_and_no_sum_without_its_words_is_written(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = worked_on(desk, b"PK by no means a workbook")
    assert desk.collect() == 2
    assert "里面写的文字带不过来，所以没有写新的汇总表" in capsys.readouterr().err
    assert [one.name for one in desk.results.glob("aggregate*")] == [path.name]


def test_once_the_sum_can_be_read_or_is_gone_the_next_one_is_written(desk: Desk) -> None:
    path = worked_on(desk, b"PK by no means a workbook")
    desk.collect()
    path.unlink()
    desk.collect()
    assert path.exists()


@pytest.mark.parametrize("name", ["status.xlsx", "aggregate.xlsx", "trace.xlsx"])
def test_a_folder_under_the_name_of_a_result_is_told_and_the_others_are_written(
    desk: Desk, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    desk.collect()
    (desk.results / name).unlink()
    (desk.results / name).mkdir()
    desk.put("c.xlsx", submission("002", round=2))
    assert desk.collect() == 2
    assert name in capsys.readouterr().err
    others = {"status.xlsx", "aggregate.xlsx", "trace.xlsx"} - {name}
    assert {path.name for path in desk.results.glob("*.xlsx") if path.is_file()} == others


# ── how it is told ────────────────────────────────────────────────────────────────────────────────


def test_what_is_wrong_with_a_file_is_told_in_a_whole_sentence(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.put("新/c.xlsx", of_round(workbook(submission("001")), 0))
    desk.collect()
    told = "  “新/c.xlsx”的隐藏表被改动过，看不出是哪个单位、哪一年的。请把数据填进原模板再交。"
    assert told in capsys.readouterr().err.splitlines()


def test_a_code_as_long_as_a_cell_takes_is_told_shortened() -> None:
    [stray] = collected(received("a.xlsx", unit=Unit(name="长" * 32_000, code="9" * 32_000))).strays
    assert len(stray.finding.message) < 300


def test_a_name_of_several_lines_is_told_in_one() -> None:
    [stray] = collected(received("a.xlsx", unit=Unit(name="丙\n局"))).strays
    assert "“丙 局”" in stray.finding.message


def test_a_content_whose_first_copy_vanishes_meanwhile_is_read_from_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = desk.put("b.xlsx", submission("001"))

    def looked(inbox: Path, **options: Any) -> Any:
        found = look_into(inbox, **options)
        (inbox / "a.xlsx").unlink(missing_ok=True)
        return found

    monkeypatch.setattr("xlreport.cli.collecting.look_into", looked)
    desk.collect()
    assert [one["来件"] for one in desk.lines("报送情况")] == [copy.name, "乡镇/b.xlsx"]


@pytest.mark.parametrize(("level", "told"), [("", 1), ("county", 0), ("县", 0)])
def test_without_a_level_of_the_parent_the_rules_that_are_not_judged_are_told(
    desk: Desk, capsys: pytest.CaptureFixture[str], level: str, told: int
) -> None:
    for path in sorted(desk.inbox.rglob("*.xlsx")):
        path.unlink()
    desk.collect(form=FORM, level=level)
    words = "没有给出汇总单位的级别，按级别的规则在汇总表上没有核对；要核对，请加 --level（如 county 或 县）。"
    assert capsys.readouterr().err.splitlines().count(words) == told


def test_the_trace_and_the_status_call_a_file_by_the_same_words(desk: Desk) -> None:
    desk.collect()
    sources = {one["代码"]: one.get("来源文件") for one in desk.lines("汇总情况", header=4, name="trace.xlsx")}
    assert sources == {one["代码"]: one.get("来件") for one in desk.lines("报送情况")}


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="a system whose time zone no program sets for itself")
def test_the_time_of_a_file_in_an_archive_is_chinas_whatever_the_machines_zone_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(desk.inbox / "c.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("c.xlsx", (2025, 1, 12, 8, 30, 0)), workbook(submission("001", old=4)))
    (desk.inbox / "a.xlsx").unlink()
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    desk.collect()
    monkeypatch.undo()
    time.tzset()
    assert {one["收到时间"] for one in desk.lines("报送情况")} == {WHEN}


# ── whose sum it is ───────────────────────────────────────────────────────────────────────────────


TWO_SUPERIORS = "代码,名称,上级\n001,第001图书室,示例区\n002,第002图书室,示例区政府\n"


def test_of_two_superiors_the_spellings_are_named(desk: Desk) -> None:
    (desk.folder / "roster.csv").write_text(TWO_SUPERIORS, "utf-8")
    with pytest.raises(RequestError, match=r"名录的“上级”有 2 种写法：“示例区”、“示例区政府”。.*--unit"):
        desk.collect()


def test_issue_tells_of_two_superiors_and_writes_the_templates_all_the_same(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk.folder / "roster.csv").write_text(TWO_SUPERIORS, "utf-8")
    options = desk.issue_options(desk.folder / "roster.csv")
    assert run_issue(options) == 0
    assert "名录的“上级”有 2 种写法：“示例区”、“示例区政府”。" in capsys.readouterr().err
    assert len(list(options.outbox.glob("*.xlsx"))) == 2


# ── whom a mark is for ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def archive(desk: Desk) -> Iterator[Archive]:
    """The archive of results in which a unit owes its explanation: 第001图书室."""
    desk.put("a.xlsx", submission("001", price=DEAR))
    desk.collect()
    with Archive.open(desk.results / ARCHIVE) as opened:
        yield opened


@pytest.mark.parametrize("words", ["001", "第001图书室", "第００１", "01图"])
def test_a_part_of_a_name_that_fits_one_unit_is_enough_to_mark_it(archive: Archive, words: str) -> None:
    assert make_mark(archive, words, "PRICE", Decision.ACCEPTED, note="", at="").code == "001"


def test_of_a_part_of_a_name_that_fits_several_units_all_are_named(archive: Archive) -> None:
    with pytest.raises(RequestError, match="“图书室”的有 2 个单位：001 第001图书室、002 第002图书室。"):
        make_mark(archive, "图书室", "PRICE", Decision.ACCEPTED, note="", at="")
