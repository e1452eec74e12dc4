"""Submissions and findings as rows of the archive, and back: numbers as their digits, lists as JSON."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from xlreport.cells import BLANK, Blank, Boolean, CellRef, ErrorValue, Number, Text, Token, Value
from xlreport.checks.result import Counts
from xlreport.fields import FieldRef
from xlreport.findings import ExplanationState, Finding, Severity
from xlreport.office.archive.filing import Filing, Reading
from xlreport.office.archive.standing import Standing
from xlreport.submission import Explanation, Submission, Unit

Cell = str | bytes | int | None
"""What a column holds. A text that no encoding of characters has (halves of surrogate pairs) stands as bytes."""
Row = tuple[Cell, ...]

LAST = "last"
ROLES = ("values", "typed", "totals", "stored")
"""The parts of a submission that are a value for each field, by their names there."""


def stored(text: str) -> Cell:
    """A text as a column takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def words(cell: Any) -> str:
    """A text as it was."""
    return cell.decode("utf-8", "surrogatepass") if isinstance(cell, bytes) else str(cell or "")


def digits(number: Decimal | None) -> str | None:
    """A number with every digit it has."""
    return None if number is None else str(number)


def number(cell: Any) -> Decimal | None:
    """A number as it was."""
    return None if cell is None else Decimal(cell)


# ── facts ─────────────────────────────────────────────────────────────────────────────────────────

CONTENT = (
    *("digest", "form", "version", "unit_name", "unit_code", "unit_level", "year", "round", "saved", "filling"),
    *("verdict", "errors", "queries", "notices", "blanks", "trouble_code", "trouble", "facts"),
)
"""The columns of a content that come from its reading."""


def content_row(reading: Reading) -> Row:
    """A reading without its values, texts, explanations and findings."""
    filing = reading.filing
    unit, counts, trouble = filing.unit, filing.counts, filing.trouble
    return (
        filing.digest,
        filing.form,
        filing.version,
        *(stored(one) for one in (unit.name, unit.code, unit.level)),
        filing.year,
        filing.round,
        filing.saved,
        filing.filling,
        filing.standing.value,
        counts.error,
        counts.query,
        counts.notice,
        counts.blank,
        None if trouble is None else trouble.code,
        None if trouble is None else stored(trouble.message),
        None if reading.submission is None else json.dumps({**_facts(reading.submission), "typed": filing.typed}),
    )


def filing_of(row: sqlite3.Row) -> Filing:
    """The filing in a row of contents."""
    trouble = row["trouble_code"]
    facts = json.loads(row["facts"] or "{}")
    return Filing(
        digest=row["digest"],
        form=row["form"],
        version=row["version"],
        unit=Unit(name=words(row["unit_name"]), code=words(row["unit_code"]), level=words(row["unit_level"])),
        year=row["year"],
        round=row["round"],
        saved=row["saved"],
        filling=row["filling"],
        is_sealed=facts.get("is_sealed", True),
        typed=facts.get("typed", ""),
        summed=facts.get("summed", ""),
        standing=Standing(row["verdict"]),
        counts=Counts(error=row["errors"], query=row["queries"], notice=row["notices"], blank=row["blanks"]),
        trouble=Finding(code=trouble, severity=Severity.ERROR, message=words(row["trouble"])) if trouble else None,
    )


def _facts(submission: Submission) -> dict[str, Any]:
    """What is neither a value of a field nor a column of its own."""
    return {
        "zero_blanks": sorted(submission.zero_blanks),
        "unreadable": sorted(submission.unreadable),
        "missing": list(submission.missing_units),
        "summed": submission.summed,
        "deadline": submission.deadline,
        "return_to": submission.return_to,
        "is_sealed": submission.is_sealed,
        "has_last": submission.last is not None,
        "leftovers": [[*_place(cell), text] for cell, text in submission.leftovers],
        "extra_sheets": [list(one) for one in submission.extra_sheets],
    }


# ── values ────────────────────────────────────────────────────────────────────────────────────────


def value_rows(submission: Submission) -> Iterator[Row]:
    """Digest, role, field, kind and value of every value; of last year's figures too."""
    digest = submission.source
    for role in ROLES:
        values: Mapping[FieldRef, Value] = getattr(submission, role)
        for ref, value in values.items():
            yield digest, role, str(ref), *_as_cells(value)
    for ref, figure in (submission.last or {}).items():
        yield digest, LAST, str(ref), "number", str(figure)


def _as_cells(value: Value) -> tuple[str, Cell]:
    match value:
        case Number(value=figure):
            return "number", str(figure)
        case Boolean(value=truth):
            return "boolean", str(truth).lower()
        case Blank():
            return "blank", None
        case Text(value=text):
            return "text", stored(text)
        case Token(value=text):
            return "token", stored(text)
        case ErrorValue(value=text):
            return "error", stored(text)


def _value(kind: str, cell: Any) -> Value:
    match kind:
        case "number":
            return Number(Decimal(cell))
        case "boolean":
            return Boolean(cell == "true")
        case "text":
            return Text(words(cell))
        case "token":
            return Token(words(cell))
        case "error":
            return ErrorValue(words(cell))
        case "blank":
            return BLANK
        case _:
            raise ValueError(kind)


def paragraph_rows(submission: Submission) -> Iterator[Row]:
    """Digest, field, number and text of every paragraph; a text of none has number 0 instead."""
    for ref, paragraphs in submission.texts.items():
        if not paragraphs:
            yield submission.source, str(ref), 0, None
        for at, text in enumerate(paragraphs, start=1):
            yield submission.source, str(ref), at, stored(text)


def explanation_rows(submission: Submission) -> Iterator[Row]:
    """Digest, judgement, text and both sides of every explanation."""
    for key, one in submission.explanations.items():
        yield submission.source, key, stored(one.text), digits(one.left), digits(one.right)


# ── findings ──────────────────────────────────────────────────────────────────────────────────────


def finding_rows(reading: Reading) -> Iterator[Row]:
    """Every finding of the check; its place among those of the reading, where it is one."""
    found = reading.submission.findings if reading.submission is not None else ()
    for at, one in enumerate(reading.findings, start=1):
        yield (
            reading.filing.digest,
            at,
            one.code,
            one.rule,
            one.severity.value,
            stored(one.message),
            json.dumps([_place(cell) for cell in one.cells]),
            json.dumps([str(ref) for ref in one.fields]),
            digits(one.left),
            digits(one.right),
            digits(one.difference),
            None if one.explanation is None else stored(one.explanation),
            None if one.explanation_state is None else one.explanation_state.value,
            next((place for place, other in enumerate(found, start=1) if other is one), None),
        )


def finding_of(row: sqlite3.Row) -> Finding:
    """The finding in a row."""
    state = row["state"]
    return Finding(
        code=row["code"],
        rule=row["judgement"],
        severity=Severity(row["severity"]),
        message=words(row["message"]),
        cells=tuple(CellRef(*place) for place in json.loads(row["cells"])),
        fields=tuple(_refs(json.loads(row["fields"]))),
        left=number(row["left_side"]),
        right=number(row["right_side"]),
        difference=number(row["difference"]),
        explanation=None if row["explanation"] is None else words(row["explanation"]),
        explanation_state=None if state is None else ExplanationState(state),
    )


def _place(cell: CellRef) -> list[str | int]:
    return [cell.sheet, cell.row, cell.column]


def _refs(names: Iterable[str]) -> Iterator[FieldRef]:
    for name in names:
        ref = FieldRef.parse(name)
        assert ref is not None  # noqa: S101 - we wrote it
        yield ref


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────


def submission_of(
    filing: Filing,
    *,
    facts: Mapping[str, Any],
    values: Sequence[sqlite3.Row],
    paragraphs: Sequence[sqlite3.Row],
    explanations: Sequence[sqlite3.Row],
    findings: Sequence[Finding],
) -> Submission:
    """The submission that was archived, its source the digest."""
    roles: dict[str, dict[FieldRef, Any]] = {role: {} for role in (*ROLES, LAST)}
    for row, ref in zip(values, _refs(row["field"] for row in values), strict=True):
        value = _value(row["kind"], row["value"])
        roles[row["role"]][ref] = value.value if row["role"] == LAST and isinstance(value, Number) else value
    texts: dict[FieldRef, tuple[str, ...]] = {}
    for row, ref in zip(paragraphs, _refs(row["field"] for row in paragraphs), strict=True):
        texts[ref] = (*texts.get(ref, ()), words(row["text"])) if row["number"] else ()
    return Submission(
        form=filing.form,
        version=filing.version,
        unit=filing.unit,
        year=filing.year,
        source=filing.digest,
        **{role: roles[role] for role in ROLES},
        texts=texts,
        zero_blanks=frozenset(facts["zero_blanks"]),
        explanations={
            row["judgement"]: Explanation(
                text=words(row["text"]), left=number(row["left_side"]), right=number(row["right_side"])
            )
            for row in explanations
        },
        last=roles[LAST] if facts["has_last"] else None,
        round=filing.round,
        deadline=facts["deadline"],
        return_to=facts["return_to"],
        missing_units=tuple(facts["missing"]),
        summed=filing.summed,
        unreadable=frozenset(facts["unreadable"]),
        findings=tuple(findings),
        is_sealed=facts["is_sealed"],
        leftovers=tuple((CellRef(*place), text) for *place, text in facts["leftovers"]),
        extra_sheets=tuple((name, count) for name, count in facts["extra_sheets"]),
        saved=filing.saved,
    )
