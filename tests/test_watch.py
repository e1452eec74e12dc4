"""Watching: a file counts once it stands still, a collection follows every change, and stopping leaves all whole."""

import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from documents import PROJECT
from inboxes import DEAR, PARENT, TOY, Desk, cannot_be_listed, explained, submission, workbook

from xlreport.cli.marking import run_mark
from xlreport.cli.watching import run_watch
from xlreport.errors import RequestError
from xlreport.office.archive.archive import ARCHIVE
from xlreport.office.collecting.watching import MOST_POSTPONED, Look, Looking, look_at, watch

A, B, C = Path("a.xlsx"), Path("b.xlsx"), Path("c.xlsx")


class Over(Exception):  # noqa: N818 - no error: the looks are used up
    """The looks are used up."""


def collections(looks: Sequence[dict[Path, int]], done: Callable[[int], bool] = lambda _: True) -> list[str]:
    """What is collected after each look: names, or nothing. A look is sizes by file."""
    left = iter(looks)
    told: list[str] = []
    runs = 0

    def look() -> Look:
        found = next(left, None)
        if found is None:
            raise Over
        told.append("")
        return {path: (size, 0) for path, size in found.items()}

    def collect(still: Look) -> bool:
        nonlocal runs
        runs += 1
        told[-1] = "".join(sorted(path.stem for path in still)) or "-"
        return done(runs)

    with pytest.raises(Over):
        watch(look, collect, lambda: None)
    return told


def test_nothing_counts_at_the_first_look_and_everything_that_stood_still_at_the_second() -> None:
    assert collections([{A: 1}, {A: 1}]) == ["", "a"]
    assert collections([{}, {}]) == ["", "-"]


def test_a_file_counts_once_its_size_stood_still_for_two_looks() -> None:
    assert collections([{A: 1}, {A: 1, B: 1}, {A: 1, B: 2}, {A: 1, B: 2}]) == ["", "a", "", "ab"]


def test_nothing_is_collected_while_nothing_changes() -> None:
    assert collections([{A: 1}] * 4) == ["", "a", "", ""]


def test_a_file_that_is_taken_away_no_longer_counts() -> None:
    assert collections([{A: 1, B: 1}, {A: 1, B: 1}, {A: 1}, {A: 1}]) == ["", "ab", "a", ""]


def test_a_file_that_is_written_anew_is_waited_for_and_does_not_vanish_meanwhile() -> None:
    assert collections([{A: 1}, {A: 1}, {A: 2}, {A: 3}, {A: 3}]) == ["", "a", "", "", "a"]


def test_a_file_that_never_stands_still_does_not_keep_the_others_waiting_for_ever() -> None:
    looks = [{A: 1}, {A: 1}, *({A: size, B: 1} for size in range(2, MOST_POSTPONED + 5))]
    told = collections(looks)
    assert told[: MOST_POSTPONED + 2] == ["", "a", *[""] * MOST_POSTPONED]
    assert told[MOST_POSTPONED + 2] == "b"


def test_what_could_not_be_done_is_tried_again_after_the_next_look() -> None:
    assert collections([{A: 1}] * 5, done=lambda run: run >= 3) == ["", "a", "a", "a", ""]


def test_a_look_sees_sizes_and_times_and_passes_over_what_is_no_form(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.put("a/a.xlsx", b"abc")
    desk.put("~$a.xlsx", b"x")
    assert look_at(desk.inbox) == {path: (3, path.stat().st_mtime_ns)}


# ── the command ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.inbox.mkdir()
    return desk


def watched(desk: Desk, monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], Any], **options: Any) -> None:
    """Watch, doing one step before each look after the first, and then Ctrl+C."""
    left = iter(steps)

    def sleep(seconds: float) -> None:
        assert seconds == 5
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr("xlreport.cli.watching.time.sleep", sleep)
    run_watch(desk.options(**options), 5)


def nothing() -> None:
    pass


def test_return_copies_and_status_are_written_as_files_come(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []

    def see() -> None:
        seen.append((desk.states(), sorted(path.name for path in desk.results.glob("return/*"))))

    def first_comes() -> None:
        see()
        desk.put("a.xlsx", submission("001"))

    def second_comes() -> None:
        see()
        desk.put("b.xlsx", submission("002", price=DEAR))

    watched(desk, monkeypatch, nothing, first_comes, nothing, second_comes, nothing, see)
    assert seen == [
        ({"001": "未报", "002": "未报"}, []),
        ({"001": "通过", "002": "未报"}, []),
        ({"001": "通过", "002": "待说明"}, ["002_第002图书室_2024_退回.xlsx"]),
    ]
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"守着“{desk.inbox}”，每 5 秒看一次；按 Ctrl+C 停止。"
    assert said[-1] == "已停止，写好的结果都在。"
    assert [one for one in said if one.startswith("应报")] == [
        "应报 2 个单位：通过 0，待说明 0，退回 0，未报 2。这次读了 0 份新文件。",
        "应报 2 个单位：通过 1，待说明 0，退回 0，未报 1。这次读了 1 份新文件。",
        "应报 2 个单位：通过 1，待说明 1，退回 0，未报 0。这次读了 1 份新文件。",
    ]


def test_watching_comes_to_what_collecting_comes_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("a.xlsx", submission("001"))
    watched(desk, monkeypatch, nothing, lambda: desk.put("b.xlsx", submission("002", old=None)), nothing, nothing)
    other = Desk(desk.folder, "other")
    other.collect()
    assert other.files() == desk.files()


def test_a_roster_that_is_wrong_for_a_while_is_said_once_and_watching_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (desk.folder / "roster.csv").read_text("utf-8")

    def break_roster() -> None:
        (desk.folder / "roster.csv").write_text("x", "utf-8")
        desk.put("a.xlsx", submission("001"))

    def mend_roster() -> None:
        (desk.folder / "roster.csv").write_text(good, "utf-8")

    watched(desk, monkeypatch, nothing, break_roster, nothing, nothing, mend_roster, nothing)
    assert capsys.readouterr().err.count("找不到表头") == 1
    assert desk.states()["001"] == "通过"


def test_what_is_wrong_from_the_start_is_refused_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.folder / "roster.csv").unlink()
    with pytest.raises(Exception, match="roster"):
        watched(desk, monkeypatch)
    desk.inbox.rmdir()
    with pytest.raises(RequestError, match="没有"):
        watched(desk, monkeypatch)


def test_a_corrected_roster_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    watched(desk, monkeypatch, nothing, lambda: desk.roster("001", "002", "003"), nothing, nothing)
    assert list(desk.states()) == ["001", "002", "003"]


def test_a_mark_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("a.xlsx", submission("001", price=DEAR, explanations=explained()))
    reject = partial(run_mark, desk.results, "001", "PRICE", "不予采纳", note="")
    watched(desk, monkeypatch, nothing, reject, nothing, nothing)
    assert desk.states()["001"] == "待说明"


def test_another_report_to_compare_with_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    report = desk.folder / "own.xlsx"
    report.write_bytes(workbook(submission("900", PARENT, old=0)))
    desk.put("a.xlsx", submission("001"))
    change = partial(report.write_bytes, workbook(submission("900", PARENT, old=77)))
    watched(desk, monkeypatch, nothing, change, nothing, nothing, against=report)
    assert "77" in str(desk.lines("差额表", name="trace.xlsx"))


def test_a_collection_is_no_change_that_asks_for_another(desk: Desk) -> None:
    desk.put("a.xlsx", submission("001"))
    before = look_at(desk.inbox, (), desk.results / ARCHIVE)
    desk.collect()
    assert look_at(desk.inbox, (), desk.results / ARCHIVE) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals between processes")
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_at_a_word(desk: Desk, word: signal.Signals) -> None:
    desk.put("a.xlsx", submission("001"))
    options = (
        "--roster",
        desk.folder / "roster.csv",
        "--year",
        "2024",
        "-o",
        desk.results,
        "--form",
        TOY,
        "--every",
        "0.1",
    )
    program = [sys.executable, "-m", "xlreport", "watch", *map(str, (desk.inbox, *options))]
    with subprocess.Popen(program, stderr=subprocess.PIPE, cwd=PROJECT) as run:
        deadline = time.monotonic() + 60
        while not (desk.results / "status.xlsx").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        run.send_signal(word)
        _, said = run.communicate(timeout=60)
    assert (run.returncode, said.decode().splitlines()[-1]) == (0, "已停止，写好的结果都在。")
    assert all(zipfile.ZipFile(path).testzip() is None for path in desk.results.rglob("*.xlsx"))
    assert not list(desk.results.rglob("*.part"))
    assert (desk.results / "status.xlsx").exists()
    assert desk.collect() == 1


# ── looks that fail ───────────────────────────────────────────────────────────────────────────────


def test_a_look_that_fails_does_not_count() -> None:
    looks = iter([None, {A: (1, 0)}, None, {A: (1, 0)}, None])
    told: list[str] = []

    def look() -> Look | None:
        try:
            return next(looks)
        except StopIteration:
            raise Over from None

    def collect(still: Look) -> bool:
        told.append("".join(path.stem for path in still))
        return True

    with pytest.raises(Over):
        watch(look, collect, lambda: None)
    assert told == ["a"], "neither the empty inbox before nor the one between"


@pytest.mark.parametrize(("closed", "seen"), [("inbox", None), ("乡镇", {"a.xlsx", "b.xlsx"})])
def test_what_lies_where_nobody_can_look_now_is_taken_to_be_there_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str, seen: set[str] | None
) -> None:
    desk = Desk(tmp_path)
    desk.put("a.xlsx", b"a")
    desk.put("乡镇/b.xlsx", b"b")
    looking = Looking(desk.inbox)
    looking.look()
    cannot_be_listed(monkeypatch, closed)
    now = looking.look()
    assert (None if now is None else {path.name for path in now}) == seen


def test_what_was_taken_away_is_gone_at_the_next_look(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.put("乡镇/b.xlsx", b"b")
    looking = Looking(desk.inbox)
    looking.look()
    path.unlink()
    assert looking.look() == {}
