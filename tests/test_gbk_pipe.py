"""Every command, its errors too, on a Chinese Windows pipe: output is GBK, and never a traceback."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
from documents import PROJECT

from xlreport.cli import app


@dataclass(frozen=True, kw_only=True, slots=True)
class Piped:
    """What came out of a pipe."""

    code: int
    out: bytes
    errors: bytes

    @property
    def text(self) -> str:
        """Both, as a Chinese Windows reads them."""
        return self.out.decode("gbk") + self.errors.decode("gbk")


def piped(folder: Path, *arguments: str) -> Piped:
    environment = {**os.environ, "PYTHONIOENCODING": "gbk", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "xlreport", *arguments]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=60)
    return Piped(code=ran.returncode, out=ran.stdout, errors=ran.stderr)


FORM = "gov-info-annual-2021"
FILLED = "demo/2-填好的表.xlsx"
SLIP = str(PROJECT / "docs/examples/slip.json")
ROSTER = str(PROJECT / "docs/examples/roster.csv")
STRANGE = "é-😀-ß.xlsx"
"""A name of signs that GBK does not have."""

RUNS: list[tuple[int, list[str]]] = [
    (0, ["--help"]),
    (0, ["demo", "demo2"]),
    (2, ["demo", "demo"]),
    (0, ["forms"]),
    (0, ["rules", FORM]),
    (2, ["rules", "没有的表单"]),
    (2, ["rules", "é😀"]),
    (0, ["explain", "T3-COL"]),
    (0, ["explain", "NORMALISED"]),
    (2, ["explain", "é😀"]),
    (0, ["template", FORM, "-o", "t.xlsx", "--unit", "示例市😀局", "--year", "2025"]),
    (2, ["template", FORM, "-o", "t2.xlsx", "--unit", "示例市某局", "--year", "两千"]),
    (2, ["template", FORM, "-o", "t2.xlsx", "--unit", "示例市某局", "--year", "2025", "--level", "é😀"]),
    (2, ["template", FORM, "-o", "t2.xlsx", "--unit", "示例市某局", "--year", "2030", "--last", FILLED]),
    (2, ["template", FORM]),
    (0, ["roster", "new", "-o", "名录é😀.xlsx"]),
    (0, ["issue", FORM, "--roster", ROSTER, "--year", "2025", "-o", "outé😀"]),
    (2, ["issue", FORM, "--roster", "名录é😀.xlsx", "--year", "2025", "-o", "out2"]),
    (2, ["issue", FORM, "--roster", ROSTER, "--year", "2025", "-o", "out2", "--last", "demo"]),
    (1, ["collect", "demo", "--roster", ROSTER, "--year", "2024", "-o", "结果é😀"]),
    (2, ["collect", "没有é😀", "--roster", ROSTER, "--year", "2024", "-o", "结果2"]),
    (2, ["watch", "没有é😀", "--roster", ROSTER, "--year", "2024", "-o", "结果2"]),
    (2, ["mark", "结果é😀", "1001", "CARRY[individual]", "已核"]),
    (2, ["mark", "结果é😀", "é😀", "CARRY[individual]", "rejected"]),
    (0, ["fill", FILLED, SLIP, "-o", STRANGE]),
    (2, ["fill", FILLED, "没有.json", "-o", "f.xlsx"]),
    (0, ["check", FILLED]),
    (1, ["check", "slip.xlsx"]),
    (1, ["check", FILLED, "slip.xlsx", "--format", "json"]),
    (1, ["check", "slip.xlsx", "--annotate", "退回"]),
    (2, ["check", "slip.xlsx", "--annotate", "slip.xlsx"]),
    (2, ["check", STRANGE + ".missing"]),
    (2, ["check", FILLED, "--format", "é😀"]),
    (2, ["check", FILLED, "slip.xlsx", "--last", FILLED]),
    (0, ["report", FILLED, "-o", "r.xlsx"]),
    (1, ["report", "slip.xlsx", "-o", "r1.xlsx"]),
    (0, ["report", "slip.xlsx", "-o", "r2.xlsx", "--draft"]),
    (1, ["compare", FILLED, "slip.xlsx"]),
    (0, ["export", FILLED]),
    (0, ["export", FILLED, "-o", "e.csv"]),
    (2, ["export", FILLED, "-o", "é😀.doc"]),
    (2, ["没有的命令😀"]),
]
"""Arguments and the exit code they end with."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's files and a workbook that is not accepted."""
    place = tmp_path_factory.mktemp("gbk")
    assert piped(place, "demo", "demo").code == 0
    assert piped(place, "fill", FILLED, SLIP, "-o", "slip.xlsx").code == 0
    return place


@pytest.mark.parametrize(("code", "arguments"), RUNS, ids=[" ".join(arguments)[:60] for _, arguments in RUNS])
def test_a_gbk_pipe_gets_gbk_and_no_traceback(folder: Path, code: int, arguments: list[str]) -> None:
    ran = piped(folder, *arguments)
    assert "Traceback" not in ran.text
    assert ran.code == code, ran.text


def test_signs_gbk_lacks_are_said_in_words(folder: Path) -> None:
    assert "[通过] 通过" in piped(folder, "check", FILLED).text
    assert "[错误] 错误 [T3-COL]" in piped(folder, "check", "slip.xlsx").text


COMMANDS: dict[str, Any] = dict(getattr(typer.main.get_command(app), "commands"))  # noqa: B009 - a group's, which its type hides


def test_every_command_is_piped_here() -> None:
    assert {arguments[0] for _, arguments in RUNS} >= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_fits_a_gbk_pipe(folder: Path, name: str) -> None:
    ran = piped(folder, name, "--help")
    assert (ran.code, "Traceback" in ran.text) == (0, False)
