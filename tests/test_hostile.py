"""Files made to hurt are checked in no time and little memory, by the command itself, in a process with limits.

Every file has its own process: two seconds of processor and 300 megabytes beyond what the command needs to start.
What it ends with is a clean refusal or findings, never a traceback. The start is measured apart and printed.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import hostile
import hostile_child
import pytest
from handmade import content_types, relationships, zipped

START_SECONDS, START_MEGABYTES = 5, 150
"""The most that starting, loading a form and checking a good file of the whole form may take (here 0.6 s, 60 MB)."""


class Checker:
    """A process that checks one file after the other, each in a fork with limits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        good = self.folder / "good.xlsx"
        good.write_bytes(hostile.filled())
        command = [sys.executable, hostile_child.__file__, str(good)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.start = self.answer()
        print(f"start: {self.start['started']} s, {self.start['megabytes']} MB")  # noqa: T201 - measured, and told

    def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(_pipe(self.process.stdout).readline())
        return answer

    def check(self, path: Path) -> dict[str, Any]:
        """What became of a file."""
        stream = _pipe(self.process.stdin)
        stream.write(f"{path}\n")
        stream.flush()
        return self.answer()

    def check_bytes(self, data: bytes, name: str = "甲街道.xlsx") -> dict[str, Any]:
        path = self.folder / name
        path.write_bytes(data)
        return self.check(path)

    def close(self) -> None:
        _pipe(self.process.stdin).close()
        self.process.wait(timeout=60)
        _pipe(self.process.stdout).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    made = Checker(tmp_path_factory.mktemp("hostile"))
    yield made
    made.close()


def codes(answer: dict[str, Any]) -> list[str]:
    """The codes found, or what went wrong instead of them."""
    if answer.get("code") not in (0, 1, 2):
        return [str(answer)]
    return list(answer["codes"])


def test_the_start_and_a_good_file_take_little(checker: Checker) -> None:
    assert checker.start["code"] == 0
    assert checker.start["started"] < START_SECONDS
    assert checker.start["megabytes"] < START_MEGABYTES


@pytest.mark.parametrize("name", hostile.SPECIMENS)
def test_a_file_made_to_hurt_is_refused_or_judged_within_two_seconds_and_300_megabytes(
    checker: Checker, name: str
) -> None:
    answer = checker.check_bytes(hostile.SPECIMENS[name]())
    assert "Traceback" not in answer.get("err", "")
    assert answer.get("code") in (0, 1, 2), answer
    assert answer["seconds"] <= hostile_child.CPU_SECONDS
    assert answer["megabytes"] <= hostile_child.MEGABYTES
    assert codes(answer) or answer["code"] == 0


def test_the_limits_are_real(checker: Checker) -> None:
    """A process that does use more is ended: a file of endless work and one of endless memory stand for it."""
    slow, large = (checker.check(Path(hostile_child.PLANTED + kind)) for kind in ("seconds", "megabytes"))
    assert slow.get("signal") is not None
    assert "MemoryError" in str(large["err"])


# ── files of another kind, each with its own refusal ──

GOOD = hostile.filled
FOREIGN = {
    "an empty file": (b"", "EMPTY-FILE"),
    "a CSV file": ("单位,收到\n甲,1\n".encode("gbk"), "NOT-A-WORKBOOK"),
    "a CSV file with a byte order mark": ("\ufeff单位,收到\n".encode(), "NOT-A-WORKBOOK"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "NOT-A-WORKBOOK"),
    "a workbook of Excel 2003 in XML": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
        "NOT-A-WORKBOOK",
    ),
    "a rich text document": (rb"{\rtf1\ansi 1}", "NOT-A-WORKBOOK"),
    "a PDF file": (b"%PDF-1.7", "NOT-A-WORKBOOK"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "NOT-A-WORKBOOK"),
    "a Word document": (
        zipped(
            {
                "[Content_Types].xml": content_types(
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
                ).replace("/xl/workbook.xml", "/word/document.xml"),
                "_rels/.rels": relationships(("r1", "officeDocument", "word/document.xml")),
                "word/document.xml": "<document/>",
            }
        ),
        "OTHER-OFFICE-FILE",
    ),
    "a zip of workbooks": (zipped({"甲.xlsx": b"PK"}), "ARCHIVE-FILE"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_of_another_kind_is_refused_for_what_it_is(checker: Checker, name: str) -> None:
    data, code = FOREIGN[name]
    assert codes(checker.check_bytes(data)) == [code]


def test_a_file_cut_anywhere_is_damaged(checker: Checker) -> None:
    data = GOOD()
    cut = {at: codes(checker.check_bytes(data[: len(data) * at // 20])) for at in range(1, 20)}
    assert {at: found for at, found in cut.items() if found != ["DAMAGED-FILE"]} == {}


def test_a_folder_a_missing_file_and_an_endless_one_are_said_to_be_that(checker: Checker, tmp_path: Path) -> None:
    found = [codes(checker.check(path)) for path in (tmp_path, tmp_path / "none.xlsx", Path("/dev/zero"))]
    assert found == [["A-FOLDER"], ["NO-FILE"], ["TOO-LARGE"]]


def test_what_a_program_leaves_beside_an_open_file_is_said_to_be_that(checker: Checker) -> None:
    assert codes(checker.check_bytes(b"\x05clerk" + bytes(159), "~$甲街道.xlsx")) == ["LOCK-FILE"]
