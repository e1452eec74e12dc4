"""Inboxes of a tiny form: workbooks of units made in few words, collected in one call."""

import errno
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from editing import with_parts

from xlreport.cells import BLANK, Number
from xlreport.cli.collecting import CollectOptions, run_collect
from xlreport.cli.office import IssueOptions
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition
from xlreport.submission import Explanation, Submission, Unit
from xlreport.writing.template import write_template

TOY = str(Path(__file__).parent / "forms" / "toy")
PARENT = "示例区"
TIME = datetime(2025, 1, 12, 0, 30, tzinfo=UTC).timestamp()
WHEN = "2025-01-12 08:30:00"
"""``TIME`` as offices here say it."""
REASON = "购入一批善本古籍，单价较高。"
DEAR = "5000"
"""A price that is asked about."""


def toy() -> FormDefinition:
    """The tiny form."""
    return load_definition(TOY)


def ref(name: str) -> FieldRef:
    """A field by its name."""
    found = FieldRef.parse(name)
    assert found is not None
    return found


def number(figure: str | int | None) -> Any:
    """A figure, or nothing, as it stands in a cell."""
    return BLANK if figure is None else Number(Decimal(figure))


def submission(
    code: str, name: str = "", *, old: str | int | None = 3, price: str = "2.5", **changes: Any
) -> Submission:
    """A filled form: right unless ``old`` is ``None`` (a blank) or ``price`` is dear (a query)."""
    made = Submission(
        form="toy",
        version="1.0",
        unit=Unit(name=name or name_of(code), code=code),
        year=2024,
        values={
            ref("books.old.number"): number(old),
            ref("books.old.price"): number("1.5"),
            ref("books.new.number"): number(1),
            ref("books.new.price"): number(price),
        },
        texts={ref("remarks"): ("没有其他要说明的。",)},
    )
    return replace(made, **changes)


def explained(text: str = REASON) -> Mapping[str, Explanation]:
    """An explanation of the dear price."""
    return {"PRICE": Explanation(text=text)}


def name_of(code: str) -> str:
    """What a unit of the roster is called."""
    return f"第{code}图书室"


def workbook(made: Submission, saved: str = "") -> bytes:
    """The filled form as a file; ``saved`` is when a spreadsheet program says it saved it."""
    key = repr(made)
    _SUBMISSIONS[key] = made
    return _workbook(key, saved)


_SUBMISSIONS: dict[str, Submission] = {}


@cache
def _workbook(key: str, saved: str) -> bytes:
    data = write_template(toy(), _SUBMISSIONS[key])

    def stamped(name: str, content: bytes) -> bytes:
        return content.replace(b"2000-01-01T00:00:00Z", saved.encode()) if name == "docProps/core.xml" else content

    return with_parts(data, stamped) if saved else data


@dataclass(frozen=True)
class Desk:
    """An office's desk: a roster, an inbox and a folder of results, below one folder."""

    folder: Path
    called: str = "results"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def results(self) -> Path:
        return self.folder / self.called

    def roster(self, *codes: str) -> None:
        """Write the roster of these units."""
        lines = [f"{code},{name_of(code)},{PARENT},联系人{code},0512-{code}" for code in codes]
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "roster.csv").write_text("\n".join(["代码,名称,上级,联系人,电话", *lines]), "utf-8")

    def put(self, name: str, data: bytes | Submission, *, time: float = TIME) -> Path:
        """Put a file into the inbox."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else workbook(data))
        os.utime(path, (time, time))
        return path

    def issue_options(self, roster: Path) -> IssueOptions:
        """What is asked for where templates go out to the units of a roster."""
        return IssueOptions(
            form=TOY,
            roster=roster,
            year=2024,
            last=None,
            deadline="",
            return_to="",
            password="",
            again=False,
            outbox=self.folder / "outbox",
        )

    def options(self, **changes: Any) -> CollectOptions:
        """What a collection is asked for."""
        options = CollectOptions(
            inbox=self.inbox, roster=self.folder / "roster.csv", year=2024, results=self.results, form=TOY, jobs=1
        )
        return replace(options, **changes)

    def collect(self, **changes: Any) -> int:
        """Collect once; the exit code."""
        self.inbox.mkdir(parents=True, exist_ok=True)
        return run_collect(self.options(**changes))

    # ── what came of it ──

    def files(self) -> dict[str, bytes]:
        """The content of every result workbook."""
        return {path.relative_to(self.results).as_posix(): path.read_bytes() for path in self.results.rglob("*.xlsx")}

    def states(self) -> dict[str, str]:
        """The state of each unit, by its code."""
        return {line["代码"]: line["状态"] for line in self.lines("报送情况")}

    def lines(self, sheet: str, header: int = 4, name: str = "status.xlsx") -> list[dict[str, Any]]:
        """The lines of a list in the status, by heading; empty cells are left out."""
        book = openpyxl.load_workbook(self.results / name)
        rows = list(book[sheet].iter_rows(min_row=header, values_only=True))
        return [
            {str(key): cell for key, cell in zip(rows[0], row, strict=True) if cell is not None} for row in rows[1:]
        ]

    def archived(self, *, read_at: bool = True) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the archive, by table, without the times of runs (and of readings)."""
        connection = sqlite3.connect(self.results / "archive.sqlite")
        try:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}  # noqa: S608 - our own names
            found["run"] = connection.execute("SELECT form, year, program FROM run").fetchall()
            if not read_at:
                found["content"] = [(*row[:3], *row[4:]) for row in found["content"]]
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        finally:
            connection.close()
        return found


def cannot_be_listed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the system not tell what lies in the folders of a name."""
    real = os.scandir

    def listed(folder: Path) -> Any:
        if Path(folder).name == name:
            raise OSError(errno.EIO, "Input/output error")
        return real(folder)

    monkeypatch.setattr("xlreport.office.inbox.inbox.os.scandir", listed)
