"""The documents as the tests read them: their code blocks, and the commands in them run like a person's."""

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from xlreport.cli import main

PROJECT = Path(__file__).resolve().parent.parent
README, README_ZH = PROJECT / "README.md", PROJECT / "README.zh-CN.md"
DOCUMENTS = (README, README_ZH, PROJECT / "CHANGELOG.md", *sorted((PROJECT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(?P<kind>\w*)[ \t]*(?P<name>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_ANNOUNCED = re.compile(r"#.*exit code (\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A fenced block: its kind (``sh``), the name behind it (a file's), and its text."""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command line of a document, the exit code its comment announces, and what is printed below it."""

    line: str
    exit_code: int = 0


def blocks(document: Path) -> list[Block]:
    """The code blocks of a document, in order."""
    found = _FENCE.finditer(document.read_text("utf-8"))
    return [Block(kind=one["kind"], name=one["name"], text=one["text"]) for one in found]


def commands(block: Block) -> list[Command]:
    """The commands of a block; steps joined by ``&&`` are commands of their own."""
    return [command for line in block.text.splitlines() if line.strip() for command in _commands_of(line)]


def _commands_of(line: str) -> Iterator[Command]:
    announced = _ANNOUNCED.search(line)
    for step in line.partition("  #")[0].split(" && "):
        yield Command(line=step.strip(), exit_code=int(announced[1]) if announced else 0)


def is_ours(command: Command) -> bool:
    """Whether it calls ``xlreport``, from wherever it was installed to."""
    return command.line.removeprefix(".venv/bin/").split()[0] == "xlreport"


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run an ``xlreport`` line in this process: its exit code, and what a person sees on the terminal."""
    monkeypatch.setattr(sys, "argv", line.split())
    terminal = io.StringIO()
    with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal), pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), terminal.getvalue()
