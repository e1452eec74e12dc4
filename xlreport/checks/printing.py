"""A check result as words for a person and as JSON for a program; both are only views of the value."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlreport.cells import one_line
from xlreport.checks.result import CheckResult
from xlreport.errors import WorkbookError
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import JudgementKind
from xlreport.messages import say

CONTRACT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class FileVerdict:
    """What became of one file: its result, or why it could not be read."""

    file: str
    result: CheckResult | None = None
    trouble: WorkbookError | None = None

    @property
    def accepted(self) -> bool:
        """Whether the file is accepted."""
        return self.result is not None and self.result.accepted


_MARKS = {Severity.ERROR: "mark.error", Severity.QUERY: "mark.query", Severity.NOTICE: "mark.notice"}


def as_text(verdict: FileVerdict) -> str:
    """The verdict in words: how it stands, then every finding in the order of the cells."""
    if verdict.result is None:
        return "\n".join([one_line(say("verdict.unreadable", file=verdict.file)), f"  {verdict.trouble}"])
    result = verdict.result
    submission = result.submission
    lines = [one_line(say("verdict.head", file=verdict.file, unit=submission.unit.name, year=submission.year))]
    lines.append(_standing(result))
    lines += [f"  {words}" for words in _lines(result, result.findings)]
    lines.append(say("verdict.next.accepted" if result.accepted else "verdict.next.open"))
    return "\n".join(lines)


def open_lines(result: CheckResult) -> tuple[str, ...]:
    """A line for every finding that keeps a submission from being accepted, in the order of the cells."""
    return tuple(
        _lines(result, [one for one in result.findings if one.severity is Severity.ERROR or one.is_open_query])
    )


def _lines(result: CheckResult, findings: Iterable[Finding]) -> Iterator[str]:
    blanks = {one.judgement.key for one in result.judged if one.judgement.kind is JudgementKind.BLANK}
    for finding in findings:
        yield f"{_mark(finding, blanks)} {one_line(finding.message)}"


def _standing(result: CheckResult) -> str:
    counts = result.counts
    if result.accepted:
        return say("verdict.accepted", explained=len(result.explained), notice=counts.notice)
    return say("verdict.open", error=counts.error, query=counts.query, blank=counts.blank, notice=counts.notice)


def _mark(finding: Finding, blanks: set[str]) -> str:
    if finding.rule in blanks:
        return say("mark.blank", code=finding.code)
    if finding.severity is Severity.QUERY and not finding.is_open_query:
        return say("mark.explained", code=finding.code)
    return say(_MARKS[finding.severity], code=finding.code)


def as_json(verdict: FileVerdict) -> dict[str, Any]:
    """The verdict as JSON values; the shape is part of the contract."""
    if verdict.result is None:
        return _unreadable(verdict)
    result = verdict.result
    submission, counts = result.submission, result.counts
    return {
        "contract": CONTRACT,
        "file": verdict.file,
        "form": submission.form,
        "version": submission.version,
        "unit": {"name": submission.unit.name, "code": submission.unit.code, "level": submission.unit.level},
        "year": submission.year,
        "accepted": result.accepted,
        "counts": {"error": counts.error, "query": counts.query, "notice": counts.notice, "blank": counts.blank},
        "judgements": [
            {
                "rule": one.judgement.key,
                "outcome": one.outcome.value,
                "left": json_number(one.left),
                "right": json_number(one.right),
                "difference": json_number(one.difference),
            }
            for one in result.judged
        ],
        "findings": [_finding(finding) for finding in result.findings],
    }


def _unreadable(verdict: FileVerdict) -> dict[str, Any]:
    trouble = verdict.trouble
    finding = Finding(code=trouble.code if trouble else "", severity=Severity.ERROR, message=str(trouble or ""))
    return {
        "contract": CONTRACT,
        "file": verdict.file,
        "form": None,
        "version": None,
        "unit": None,
        "year": None,
        "accepted": False,
        "counts": {"error": 1, "query": 0, "notice": 0, "blank": 0},
        "judgements": [],
        "findings": [_finding(finding)],
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "cells": [str(cell) for cell in finding.cells],
        "fields": [str(ref) for ref in finding.fields],
        "left": json_number(finding.left),
        "right": json_number(finding.right),
        "difference": json_number(finding.difference),
        "explanation": finding.explanation,
    }


def json_number(number: Decimal | None) -> int | float | None:
    """A number as JSON writes it: whole ones without a point; 15 digits survive a double."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
