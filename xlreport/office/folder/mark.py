"""The mark of a folder that is ours: what it is for, and line by line which content each file of ours may have.

A line is a full statement about one file: before it is replaced, that it holds the old content or the new one;
afterwards, that it holds the new one. So a run may be killed at any moment and the next one still knows its own
files from those that people changed. Lines are only ever added while a run goes on; the last one about a file
counts, and one that was cut off is none.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlreport.files.whole import write_file
from xlreport.messages import say

MARK = ".xlreport-folder"
_CONTRACT = 1


def digest_of(data: bytes) -> str:
    """What tells one content from another."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Holding:
    """The contents a file may have, by digest; an empty one: it may be absent."""

    before: str
    after: str

    @property
    def is_settled(self) -> bool:
        """Whether the last writing of the file came to its end."""
        return self.before == self.after


NOT_OURS = Holding("", "")


class NoMarkError(Exception):
    """The file of the mark holds something else."""


@dataclass(slots=True)
class Mark:
    """The mark of one folder, as it stands in its file."""

    path: Path
    purpose: str
    holdings: dict[str, Holding] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Mark":
        """The mark in a file.

        Raises:
            NoMarkError: it is no mark, or one of another version.
            OSError: it cannot be read.
        """
        first, *others = path.read_bytes().decode("utf-8", "replace").split("\n")
        head = _parsed(first)
        if not isinstance(head, dict) or head.get("xlreport-folder") != _CONTRACT:
            raise NoMarkError
        mark = cls(path, str(head.get("purpose")))
        for line in others:
            mark._take(_parsed(line))
        return mark

    def _take(self, statement: Any) -> None:
        match statement:
            case [str(name), str(before), str(after)]:
                self._hold(name, Holding(before, after))

    def _hold(self, name: str, holding: Holding) -> None:
        if holding == NOT_OURS:
            self.holdings.pop(name, None)
        else:
            self.holdings[name] = holding

    def of(self, name: str) -> Holding:
        """What a file may hold."""
        return self.holdings.get(name, NOT_OURS)

    def state(self, name: str, holding: Holding) -> None:
        """Add a statement; an unsettled one is on the disk before this returns.

        Raises:
            OSError: it cannot be written.
        """
        line = json.dumps([name, holding.before, holding.after], ensure_ascii=False)
        with self.path.open("ab") as file:
            file.write(f"\n{line}\n".encode())  # the first end of a line closes one that was cut off
            file.flush()
            if not holding.is_settled:
                os.fsync(file.fileno())
        self._hold(name, holding)

    def tidy(self) -> None:
        """Write the mark anew if it is not already as short as can be.

        Raises:
            OSError: it cannot be written.
        """
        data = _as_text(self.purpose, self.holdings).encode()
        if not self.path.exists() or self.path.read_bytes() != data:
            write_file(self.path, data)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _as_text(purpose: str, holdings: Mapping[str, Holding]) -> str:
    head = {"xlreport-folder": _CONTRACT, "purpose": purpose, "note": say("folder.note")}
    lines = [json.dumps(head, ensure_ascii=False)]
    lines += [json.dumps([name, one.before, one.after], ensure_ascii=False) for name, one in sorted(holdings.items())]
    return "\n".join(lines) + "\n"
