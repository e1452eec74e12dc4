"""What is to be said of a sum beside its verdict: figures counted twice, and where a report made elsewhere differs."""

from pathlib import Path

import pytest
from inboxes import PARENT, Desk, submission, workbook

from xlreport.submission import Submission


def twin(code: str) -> Submission:
    """A unit whose figures are those of its twins."""
    return submission(code, old=70, price="30")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.roster("001", "002", "003")
    desk.put("a.xlsx", twin("001"))
    desk.put("b.xlsx", twin("002"))
    desk.put("c.xlsx", submission("003"))
    return desk


TWICE = "有 1 处几个单位填的数完全一样，可能重复计入：见 aggregate.xlsx 的“下级说明”和 status.xlsx 的“全部问题”。"


def of_the_sum(desk: Desk) -> list[tuple[str, str, str]]:
    """The lines of the status that are the sum's own."""
    return [(one["单位"], one["性质"], one["编码"]) for one in desk.lines("全部问题") if one["单位"] == PARENT]


def test_AGG_DUP_is_said_at_every_collection_and_listed_among_all_findings(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        desk.collect()
        assert TWICE in capsys.readouterr().err.splitlines()
    assert of_the_sum(desk) == [(PARENT, "提示", "AGG-DUP")]


def test_AGG_is_counted_at_every_collection_and_listed_cell_by_cell(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.folder / "上报.xlsx"
    path.write_bytes(workbook(submission("9", PARENT, old=142)))
    for _ in range(2):
        desk.collect(against=path)
        said = "“上报.xlsx”与汇总数不同的有 6 格，见 trace.xlsx 的“差额表”和 status.xlsx 的“全部问题”。"
        assert said in capsys.readouterr().err.splitlines()
    assert [code for *_, code in of_the_sum(desk)].count("AGG") == len(desk.lines("差额表", name="trace.xlsx"))


def test_a_report_of_another_year_is_not_said_to_be_the_same(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.folder / "上报.xlsx"
    path.write_bytes(workbook(submission("9", PARENT, year=2023)))
    assert desk.collect(against=path) == 2
    assert "与汇总数不同的" not in capsys.readouterr().err


def test_a_sum_without_doubts_says_nothing_of_them(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.put("b.xlsx", submission("002", old=80))
    desk.collect()
    assert ("重复计入" in capsys.readouterr().err, of_the_sum(desk)) == (False, [])
