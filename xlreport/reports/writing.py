"""From a checked submission to the published report as a file."""

from xlreport.checks.result import CheckResult
from xlreport.forms.definition import FormDefinition
from xlreport.reports.building import build_report
from xlreport.reports.faces import FONTS
from xlreport.reports.workbook import plan_report
from xlreport.writing.strict import write_workbook


def write_report(
    definition: FormDefinition, result: CheckResult, *, draft: bool = False, fonts: str = "windows"
) -> bytes:
    """The formatted report as a workbook; ``fonts`` is ``windows`` or ``gbt`` (the official names)."""
    return write_workbook(plan_report(build_report(definition, result, draft=draft), fonts=FONTS[fonts]), {})
