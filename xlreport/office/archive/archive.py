"""The archive: one SQLite file that keeps what was handed in, what was found, and what the office decided about it.

A rollback journal, as the folder may be a share; every change is a transaction, so that a killed process leaves the
state before or after it, and a second process waits its turn. Values and findings are rows and words, nothing that
only this program could read.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self
from zlib import crc32

from xlreport.errors import RequestError, reason_of
from xlreport.findings import Finding
from xlreport.messages import say
from xlreport.office.archive import rows
from xlreport.office.archive.filing import Filing, Reading
from xlreport.office.archive.schema import APPLICATION, STEPS, VERSION
from xlreport.office.archive.standing import Standing
from xlreport.submission import Submission, Unit, unit_key

ARCHIVE = "archive.sqlite"
"""What the file is called in a folder of results."""
SECONDS = 20.0
"""How long to wait while another process writes."""
MOST_ASKED = 500
"""Digests asked for in one statement."""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_PRIMARY = 0xFF
"""The bits of an extended error code that say what kind it is."""


NO_MARKS = (0, 0)
"""What ``marks_seen`` says where there are none."""


class Decision(Enum):
    """What the office says to a query."""

    ACCEPTED = "accepted"
    """已核."""
    REJECTED = "rejected"
    """不予采纳: the explanation does not convince."""

    @property
    def words(self) -> str:
        """How an office calls it."""
        return say(f"mark.{self.value}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """The office's own mark on a query of a unit, and the numbers and words it was made for."""

    code: str
    judgement: str
    left: Decimal | None
    right: Decimal | None
    explanation: str
    decision: Decision
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """An explanation that came in at some time, and the numbers it was written for."""

    digest: str
    unit: Unit
    round: int
    saved: str
    read_at: str
    judgement: str
    text: str
    left: Decimal
    right: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Where a content lies in the inbox, and the time of the file."""

    name: str
    digest: str
    modified: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A unit of the roster, where it stands, and the content that counts for it."""

    unit: Unit
    standing: Standing
    digest: str | None = None


class Archive:
    """An archive that is open.

    >>> with Archive.open(Path("results/archive.sqlite")) as archive:  # doctest: +SKIP
    ...     archive.marks("a-form", 2024)
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, seconds: float = SECONDS) -> Self:
        """Open an archive, which is made if need be; one of an older version is brought up in place.

        Raises:
            RequestError: it is no archive, of a newer version, damaged, in use, or cannot be written.
        """
        with _told(path):
            connection = sqlite3.connect(path, timeout=seconds, isolation_level=None)
            try:
                connection.row_factory = sqlite3.Row
                archive = cls(path, connection)
                archive._prepare()
            except BaseException:
                connection.close()
                raise
            return archive

    @classmethod
    def reading(cls, path: Path, *, seconds: float = SECONDS) -> Self:
        """Open an archive only to read it, as it stands at this moment; not a byte of it changes.

        One of an older version is read as it is.

        Raises:
            RequestError: it is no archive, of a newer version, damaged, in use, or cannot be read.
        """
        with _told(path):
            address = f"{path.resolve().as_uri()}?mode=ro"
            connection = sqlite3.connect(address, timeout=seconds, isolation_level=None, uri=True)
            try:
                connection.row_factory = sqlite3.Row
                connection.execute("BEGIN")
                archive = cls(path, connection)
                archive._version(is_made=True)
            except BaseException:
                connection.close()
                raise
            return archive

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # ── versions and transactions ──

    def _prepare(self) -> None:
        if self._version() == VERSION:
            self._set_up()
            return
        with self.writing():
            for step in STEPS[self._version() :]:
                for statement in step:
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self._connection.execute(f"PRAGMA user_version = {VERSION}")
        self._set_up()

    def _set_up(self) -> None:
        self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.execute("PRAGMA synchronous = FULL")

    def _version(self, *, is_made: bool = False) -> int:
        """The version of the file; nothing was changed yet if it is refused.

        Args:
            is_made: Whether an empty file is refused, too.

        Raises:
            RequestError: it is another program's database, or of a version that is not known.
        """
        version, application = (self._one(f"PRAGMA {name}") for name in ("user_version", "application_id"))
        is_new = not self._one("SELECT count(*) FROM sqlite_master")
        if application != APPLICATION and (is_made or version or application or not is_new):
            raise RequestError(say("archive.not_ours", path=self.path))
        if version > VERSION:
            raise RequestError(say("archive.newer", path=self.path, found=version, known=VERSION))
        return int(version)

    def _one(self, statement: str, *values: Any) -> Any:
        return self._connection.execute(statement, values).fetchone()[0]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: everything in it is kept, or nothing; another process waits for its end.

        Raises:
            RequestError: the archive is in use, full or damaged.
        """
        with _told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        with _told(self.path):
            return self._connection.execute(statement, values).fetchall()

    def _put(self, table: str, columns: str, found: Iterable[rows.Row]) -> None:
        marks = ", ".join("?" * len(columns.split(",")))
        self._connection.executemany(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", found)  # noqa: S608 - our own names

    # ── contents ──

    def filings(self, digests: Sequence[str], *, program: str, edition: str) -> Mapping[str, Filing]:
        """What is known of contents that this very program has read by this very form."""
        found: dict[str, Filing] = {}
        for start in range(0, len(digests), MOST_ASKED):
            asked = digests[start : start + MOST_ASKED]
            places = ", ".join("?" * len(asked))
            statement = f"SELECT * FROM content WHERE program = ? AND edition = ? AND digest IN ({places})"  # noqa: S608 - only places
            for row in self._rows(statement, program, edition, *asked):
                found[row["digest"]] = rows.filing_of(row)
        return found

    def all_filings(self, form: str, year: int) -> tuple[Filing, ...]:
        """What is known of every content of a form and a year, also of those that are no longer in the inbox."""
        found = self._rows("SELECT * FROM content WHERE form = ? AND year = ? ORDER BY digest", form, year)
        return tuple(map(rows.filing_of, found))

    def placed(self) -> tuple[tuple[Placed, Filing], ...]:
        """The files of the last run, each with what is known of its content, whichever program read it."""
        found = self._rows("SELECT place.name, place.modified, content.* FROM place JOIN content USING (digest)")
        return tuple(
            (Placed(name=rows.words(row["name"]), digest=row["digest"], modified=row["modified"]), rows.filing_of(row))
            for row in sorted(found, key=lambda row: rows.words(row["name"]))
        )

    def said(self, form: str, year: int) -> tuple[Said, ...]:
        """Every explanation of a form and a year, with its own numbers or those of the query as it was read."""
        statement = (
            "SELECT content.*, judgement, text, ifnull(explanation.left_side, finding.left_side) AS left_number, "
            "ifnull(explanation.right_side, finding.right_side) AS right_number FROM explanation "
            "JOIN content USING (digest) LEFT JOIN finding USING (digest, judgement) "
            "WHERE form = ? AND year = ? ORDER BY digest, judgement"
        )
        return tuple(
            Said(
                digest=row["digest"],
                unit=Unit(name=rows.words(row["unit_name"]), code=rows.words(row["unit_code"])),
                round=row["round"],
                saved=row["saved"],
                read_at=row["read_at"],
                judgement=row["judgement"],
                text=rows.words(row["text"]),
                left=Decimal(row["left_number"]),
                right=Decimal(row["right_number"]),
            )
            for row in self._rows(statement, form, year)
            if row["left_number"] is not None and row["right_number"] is not None
        )

    def keep(self, readings: Iterable[Reading], *, program: str, edition: str, at: str) -> None:
        """Keep what was read, whole or not at all.

        Raises:
            RequestError: the archive is in use, full or damaged.
        """
        with self.writing():
            for reading in readings:
                first = self._rows("SELECT read_at FROM content WHERE digest = ?", reading.filing.digest)
                self._forget(reading.filing.digest)
                row = (*rows.content_row(reading), program, edition, first[0]["read_at"] if first else at)
                self._put("content", ", ".join((*rows.CONTENT, "program", "edition", "read_at")), [row])
                self._keep_submission(reading)

    def _keep_submission(self, reading: Reading) -> None:
        made = reading.submission
        if made is None:
            return
        self._put("value", "digest, role, field, kind, value", rows.value_rows(made))
        self._put("paragraph", "digest, field, number, text", rows.paragraph_rows(made))
        self._put("explanation", "digest, judgement, text, left_side, right_side", rows.explanation_rows(made))
        self._put("finding", _FINDING, rows.finding_rows(reading))

    def _forget(self, digest: str) -> None:
        for table in ("value", "paragraph", "explanation", "finding", "content"):
            self._connection.execute(f"DELETE FROM {table} WHERE digest = ?", (digest,))  # noqa: S608 - our own names

    def findings(self, digest: str) -> tuple[Finding, ...]:
        """What a check found in a content, in the order of its cells."""
        found = self._rows("SELECT * FROM finding WHERE digest = ? ORDER BY number", digest)
        return tuple(rows.finding_of(row) for row in found)

    def submission(self, digest: str) -> Submission | None:
        """The submission in a content, its source the digest; ``None`` where it cannot be read or is not known."""
        found = self._rows("SELECT * FROM content WHERE digest = ?", digest)
        if not found or found[0]["facts"] is None:
            return None
        at_reading = self._rows(
            "SELECT * FROM finding WHERE digest = ? AND at_reading IS NOT NULL ORDER BY at_reading", digest
        )
        return rows.submission_of(
            rows.filing_of(found[0]),
            facts=json.loads(found[0]["facts"]),
            values=self._rows("SELECT * FROM value WHERE digest = ? ORDER BY role, field", digest),
            paragraphs=self._rows("SELECT * FROM paragraph WHERE digest = ? ORDER BY field, number", digest),
            explanations=self._rows("SELECT * FROM explanation WHERE digest = ? ORDER BY judgement", digest),
            findings=[rows.finding_of(row) for row in at_reading],
        )

    # ── what a run comes to ──

    def finish(
        self, form: str, year: int, *, places: Iterable[Placed], units: Iterable[Held], program: str, at: str
    ) -> None:
        """Keep how things stand at the end of a run.

        Raises:
            RequestError: the archive is in use, full or damaged.
        """
        with self.writing():
            self._connection.execute("DELETE FROM place")
            self._put(
                "place", "name, digest, modified", ((rows.stored(one.name), one.digest, one.modified) for one in places)
            )
            self._connection.execute("DELETE FROM unit WHERE form = ? AND year = ?", (form, year))
            self._put("unit", "form, year, code, name, level, standing, digest", _unit_rows(form, year, units))
            self._put("run", "form, year, at, program", [(form, year, at, program)])

    def latest(self) -> tuple[str, int] | None:
        """The form and year of the last run; ``None`` where there was none."""
        found = self._rows("SELECT form, year FROM run ORDER BY at DESC, year DESC, form")
        return (found[0]["form"], found[0]["year"]) if found else None

    def name_of(self, digest: str) -> str:
        """What the file of a content was called at the end of the last run; the digest where it lies nowhere."""
        found = self._rows("SELECT name FROM place WHERE digest = ? ORDER BY name", digest)
        return PurePosixPath(rows.words(found[0]["name"])).name if found else digest

    def units(self, form: str, year: int) -> tuple[Held, ...]:
        """How the units stood at the end of the last run, by code."""
        found = self._rows("SELECT * FROM unit WHERE form = ? AND year = ? ORDER BY code", form, year)
        return tuple(
            Held(
                unit=Unit(name=rows.words(row["name"]), code=rows.words(row["code"]), level=row["level"]),
                standing=Standing(row["standing"]),
                digest=row["digest"],
            )
            for row in found
        )

    # ── marks ──

    def marks(self, form: str, year: int) -> Mapping[tuple[str, str], Mark]:
        """The office's marks, by the key of the unit's code and the judgement."""
        found = self._rows("SELECT * FROM mark WHERE form = ? AND year = ? ORDER BY at, code, judgement", form, year)
        marks = (
            Mark(
                code=rows.words(row["code"]),
                judgement=row["judgement"],
                left=rows.number(row["left_side"]),
                right=rows.number(row["right_side"]),
                explanation=rows.words(row["explanation"]),
                decision=Decision(row["decision"]),
                note=rows.words(row["note"]),
            )
            for row in found
        )
        return {(unit_key(mark.code), mark.judgement): mark for mark in marks}

    def marks_seen(self) -> tuple[int, int]:
        """How many marks there are, and a number that tells them from others."""
        if not self._one("SELECT count(*) FROM sqlite_master WHERE name = 'mark'"):
            return NO_MARKS
        found = self._rows(f"SELECT {_MARK} FROM mark ORDER BY form, year, code, judgement")  # noqa: S608 - our own names
        return len(found), crc32(repr([tuple(row) for row in found]).encode()) if found else 0

    def mark(self, form: str, year: int, mark: Mark, *, at: str) -> None:
        """Keep a mark; an earlier one on the same query is replaced.

        Raises:
            RequestError: the archive is in use, full or damaged.
        """
        words = (rows.stored(one) for one in (mark.explanation, mark.decision.value, mark.note))
        sides = (rows.digits(mark.left), rows.digits(mark.right))
        row = (form, year, rows.stored(mark.code), mark.judgement, *sides, *words, at)
        of_query = "form = ? AND year = ? AND judgement = ?"
        with self.writing():
            known = self._rows(f"SELECT code FROM mark WHERE {of_query}", form, year, mark.judgement)  # noqa: S608 - our own names
            for code in (one["code"] for one in known if unit_key(rows.words(one["code"])) == unit_key(mark.code)):
                self._connection.execute(
                    f"DELETE FROM mark WHERE {of_query} AND code = ?",  # noqa: S608 - our own names
                    (form, year, mark.judgement, code),
                )
            self._put("mark", _MARK, [row])

    # ── results ──

    def made_from(self, name: str) -> tuple[str, str]:
        """What a result was made from, and the name it was written as; empty where it is not known."""
        found = self._rows("SELECT made_from, written_as FROM output WHERE name = ?", name)
        return (found[0]["made_from"], found[0]["written_as"]) if found else ("", "")

    def made(self, name: str, made_from: str, written_as: str) -> None:
        """Keep what a result was made from.

        Raises:
            RequestError: the archive is in use, full or damaged.
        """
        with self.writing():
            self._put("output", "name, made_from, written_as", [(name, made_from, written_as)])


_FINDING = (
    "digest, number, code, judgement, severity, message, cells, fields, left_side, right_side, difference, "
    "explanation, state, at_reading"
)
_MARK = "form, year, code, judgement, left_side, right_side, explanation, decision, note, at"


def _unit_rows(form: str, year: int, units: Iterable[Held]) -> Iterator[rows.Row]:
    for one in units:
        unit = one.unit
        yield form, year, rows.stored(unit.code), rows.stored(unit.name), unit.level, one.standing.value, one.digest


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell people what SQLite says of a file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
        key = "busy" if code in _BUSY else "damaged" if code in _DAMAGED else "failed"
        raise RequestError(say(f"archive.{key}", path=path, reason=reason_of(error))) from error


def last_year(archive: Path, form: str, year: int) -> Mapping[str, Submission]:
    """The submissions of a form and year that counted in the end, by the code of their unit.

    Units that were not in, or had still something to put right, are left out: their figures were not final.

    Args:
        archive: The archive, or the folder of results it lies in.
        form: The form's id.
        year: The year of the figures.

    Raises:
        RequestError: there is no archive, or it cannot be read.
    """
    path = archive / ARCHIVE if archive.is_dir() else archive
    if not path.is_file():
        raise RequestError(say("archive.none", path=path))
    found = {}
    with Archive.reading(path) as opened:
        for held in opened.units(form, year):
            submission = opened.submission(held.digest) if held.standing.is_summed and held.digest else None
            if submission is not None:
                found[held.unit.code] = replace(submission, source=opened.name_of(submission.source))
    return found
