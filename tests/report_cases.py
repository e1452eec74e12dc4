"""Submissions to report on: the figures of published reports, with texts of the test's own."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from xlreport.cells import number_value
from xlreport.checks.check import check
from xlreport.checks.result import CheckResult
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition
from xlreport.submission import Explanation, Submission, Unit

REPORTS = Path(__file__).parent / "reports"


@lru_cache
def annual_report() -> FormDefinition:
    """The form of the annual report."""
    return load_definition("gov-info-annual-2021")


def ref(name: str) -> FieldRef:
    """The field of that name."""
    parsed = FieldRef.parse(name)
    assert parsed is not None
    return parsed


def figures_of(report: str) -> Mapping[FieldRef, Decimal]:
    """The figures of a published report, its printed totals among them."""
    case = json.loads((REPORTS / f"{report}.json").read_text("utf-8"), parse_float=Decimal)
    return {ref(name): Decimal(value) for name, value in {**case["values"], **case["printed_totals"]}.items()}


def submission_of(
    report: str,
    texts: Mapping[str, tuple[str, ...]],
    *,
    explanations: Mapping[str, str] | None = None,
    last: str | None = None,
) -> Submission:
    """A published report's figures as a submission, with the given texts and explanations."""
    case = json.loads((REPORTS / f"{report}.json").read_text("utf-8"), parse_float=Decimal)
    unit = case["unit"]
    return Submission(
        form=case["form"],
        version="1.0",
        unit=Unit(name=unit["name"], level=unit["level"]),
        year=case["year"],
        values={ref(name): number_value(Decimal(value)) for name, value in case["values"].items()},
        texts={ref(name): paragraphs for name, paragraphs in texts.items()},
        explanations={key: Explanation(text=text) for key, text in (explanations or {}).items()},
        last=None if last is None else figures_of(last),
    )


def checked(submission: Submission) -> CheckResult:
    """The verdict on it."""
    return check(annual_report(), submission)
