"""The whole line in short words, as the tests walk it: figures → template → filled workbook → verdict."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from xlreport.cells import Number
from xlreport.checks.check import check
from xlreport.checks.figures import effective_figures
from xlreport.checks.result import CheckResult
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition
from xlreport.reading.values import parse_values, submission_of
from xlreport.reading.workbook import read_workbook
from xlreport.submission import Submission, Unit
from xlreport.verifying.sources import verified_submission
from xlreport.writing.filling import fill
from xlreport.writing.template import write_template

REPORTS = Path(__file__).parent / "reports"
FORM = "gov-info-annual-2021"
NARRATIVE = {
    "overview.disclosure": "主动公开情况。",
    "problems": "存在的问题及改进情况。",
    "other_matters": "没有收取信息处理费。",
}
"""A short text of the tests' own: the published figures carry none."""


def form() -> FormDefinition:
    """The shipped form."""
    return load_definition(FORM)


def report_json(name: str) -> dict[str, Any]:
    """A published report's figures, as carried over: values, and the totals it printed."""
    document: dict[str, Any] = json.loads((REPORTS / f"{name}.json").read_text("utf-8"), parse_float=Decimal)
    return document


def values_json(name: str, *, level: str | None = None, printed_totals: bool = False, **changes: Any) -> dict[str, Any]:
    """The values JSON of a published report with the tests' narrative; ``changes`` use ``__`` for dots."""
    document = report_json(name)
    totals = document.pop("printed_totals")
    document["values"] = {**document["values"], **NARRATIVE}
    if printed_totals:
        document["values"].update(totals)
    document["values"].update({key.replace("__", "."): value for key, value in changes.items()})
    if level is not None:
        document["unit"]["level"] = level
    return document


def as_bytes(document: Mapping[str, Any]) -> bytes:
    """A document as JSON; decimals keep their digits."""
    return json.dumps(document, ensure_ascii=False, default=float).encode()


def submission(document: Mapping[str, Any], last: str | None = None) -> Submission:
    """The submission of a values JSON, with last year's figures from another published report."""
    made = submission_of(form(), parse_values(as_bytes(document), "values.json"))
    return made if last is None else replace(made, last=last_year(last))


def last_year(name: str) -> dict[FieldRef, Decimal]:
    """The effective figures of a published report."""
    return dict(effective_figures(form(), submission(values_json(name))))


def through_fill(document: Mapping[str, Any], last: str | None = None) -> Submission:
    """What is read back once ``fill`` has put a values JSON into a template read back itself."""
    unit = tuple(sorted(document["unit"].items()))
    template = _template(unit, document["year"], last)
    filled = fill(form(), template, parse_values(as_bytes(document), "values.json"))
    return read_back(write_template(form(), filled.submission))


@cache
def _template(unit: tuple[tuple[str, str], ...], year: int, last: str | None) -> Submission:
    """A template for a unit and a year, as it is read back."""
    blank = Submission(form=FORM, version=form().version, unit=Unit(**dict(unit)), year=year)
    return read_back(write_template(form(), blank if last is None else replace(blank, last=last_year(last))))


def through_workbook(made: Submission) -> Submission:
    """What is read back from the workbook a submission was written to."""
    return read_back(write_template(form(), replace(made, totals={}, findings=())))


def read_back(data: bytes) -> Submission:
    """The submission in a workbook."""
    return verified_submission(form(), read_workbook(data, "filled.xlsx"), "filled.xlsx")


def verdict(made: Submission) -> CheckResult:
    """The check of a submission."""
    return check(form(), made)


def failing(result: CheckResult) -> list[str]:
    """The keys of the failing judgements, in the order of the cells."""
    return [finding.rule for finding in result.findings if finding.rule is not None]


def sides(result: CheckResult, key: str) -> tuple[int | Decimal | None, ...]:
    """Left, right and difference of a judgement."""
    judged = next(one for one in result.judged if one.judgement.key == key)
    return judged.left, judged.right, judged.difference


def cells(result: CheckResult, key: str) -> list[str]:
    """The cells a finding names."""
    finding = next(one for one in result.findings if one.rule == key)
    return [str(cell) for cell in finding.cells]


def plus_one(made: Submission, ref: FieldRef) -> Submission:
    """The submission with 1 added to one input."""
    value = made.value(ref)
    assert isinstance(value, Number)
    return replace(made, values={**made.values, ref: Number(value.value + 1)})
