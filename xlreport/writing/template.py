"""The template, and the same template with values in it: one plan for both.

A template is a submission with nothing filled in yet; so the filled workbook and the return copy come
out of the same function, and every formula of each carries its right value from the first moment.
"""

from dataclasses import replace
from functools import lru_cache

from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import ById, plan_layout
from xlreport.submission import Submission, Unit
from xlreport.writing.calculate import calculate
from xlreport.writing.checks_sheet import plan_checks_sheet
from xlreport.writing.hidden_sheet import plan_hidden_sheet, sealed
from xlreport.writing.look import BASE
from xlreport.writing.meaning import Meaning, meaning_of
from xlreport.writing.plan import SheetPlan, WorkbookPlan
from xlreport.writing.start_sheet import plan_start_sheet
from xlreport.writing.table_sheet import plan_table_sheet
from xlreport.writing.text_sheet import plan_text_sheet


def plan_template(definition: FormDefinition, submission: Submission, *, password: str = "") -> WorkbookPlan:
    """The workbook for ``submission``'s unit and year, holding whatever the submission holds.

    ``password`` locks the sheets for offices that insist; it is no security (reading back is).
    """
    plan = _unsealed(definition, submission)
    *others, hidden = plan.sheets
    edition = meaning(definition).edition
    sheets = (*others, sealed(hidden, plan_layout(definition), edition, is_trusted=submission.is_sealed))
    return replace(plan, sheets=tuple(_with_password(sheet, password) for sheet in sheets))


def meaning(definition: FormDefinition) -> Meaning:
    """What every template of a form means, whoever it is for; worked out once in a process."""
    return _meaning(ById(definition))


@lru_cache(maxsize=32)
def _meaning(key: ById) -> Meaning:
    definition = key.definition
    nobody = Submission(form=definition.id, version=definition.version, unit=Unit(name=""), year=0)
    return meaning_of(_unsealed(definition, nobody), plan_layout(definition))


def _unsealed(definition: FormDefinition, submission: Submission) -> WorkbookPlan:
    layout = plan_layout(definition)
    sections = [
        plan_table_sheet(definition, layout, submission, layout.tables[section.table.id])
        if section.table is not None
        else plan_text_sheet(definition, layout, submission, section)
        for section in definition.sections
    ]
    sheets = (
        plan_start_sheet(definition, layout, submission),
        *sections,
        plan_checks_sheet(definition, layout, submission),
        plan_hidden_sheet(definition, layout, submission),
    )
    return WorkbookPlan(
        sheets=sheets,
        base=BASE,
        title=str(definition.title),
        lock_structure=True,
        properties={"xlreport-form": definition.id, "xlreport-version": definition.version},
    )


def write_template(definition: FormDefinition, submission: Submission, *, password: str = "") -> bytes:
    """The workbook of ``plan_template`` as a file, every formula with its value; same input, same bytes."""
    from xlreport.writing.strict import write_workbook  # noqa: PLC0415 - XlsxWriter is only paid for when writing

    plan = plan_template(definition, submission, password=password)
    return write_workbook(plan, calculate(plan))


def _with_password(sheet: SheetPlan, password: str) -> SheetPlan:
    if not password or sheet.protection is None:
        return sheet
    return replace(sheet, protection=replace(sheet.protection, password=password))
