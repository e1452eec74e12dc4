"""What collecting does where something is in doubt: it refuses, or keeps what there is, and says so."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from inboxes import Desk, submission

from xlreport.cli.collecting import run_collect
from xlreport.errors import RequestError


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a unit that passed and one whose workbook, in a folder of its own, is sent back."""
    desk = Desk(tmp_path)
    desk.roster("001", "002")
    desk.put("a.xlsx", submission("001"))
    desk.put("乡镇/b.xlsx", submission("002", old=None))
    return desk


def closed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A folder that the system does not let us list."""
    real = os.scandir

    def listed(folder: Path) -> Any:
        if Path(folder).name == name:
            raise OSError(errno.EIO, "Input/output error")
        return real(folder)

    monkeypatch.setattr("xlreport.office.inbox.os.scandir", listed)


def results(desk: Desk) -> dict[str, bytes]:
    """Every file of the results."""
    return {path.name: path.read_bytes() for path in desk.results.rglob("*") if path.is_file()}


# ── what cannot be read ───────────────────────────────────────────────────────────────────────────


def test_an_inbox_that_cannot_be_listed_is_no_empty_inbox(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.collect()
    before = results(desk)
    closed(monkeypatch, "inbox")
    with pytest.raises(RequestError, match=r"收件夹“.*inbox”打不开：Input/output error"):
        desk.collect()
    assert results(desk) == before


def test_for_an_inbox_that_cannot_be_listed_no_folder_of_results_is_begun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(monkeypatch, "inbox")
    with pytest.raises(RequestError, match="打不开"):
        desk.collect()
    assert not desk.results.exists()


def test_while_a_part_of_the_inbox_cannot_be_read_no_return_copy_is_removed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.collect()
    with monkeypatch.context() as patch:
        closed(patch, "乡镇")
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
