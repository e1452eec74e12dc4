"""Figures that go out: JSON in the shape ``fill`` takes, and CSV with one line a field."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from xlreport.cells import Blank, Boolean, Number, Value, plain, shown
from xlreport.checks.check import with_bound_explanations
from xlreport.checks.figures import effective_figures
from xlreport.checks.printing import json_number
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.submission import Submission

CONTRACT = 1


def values_document(definition: FormDefinition, submission: Submission, *, computed: bool = False) -> dict[str, Any]:
    """A submission as the values JSON; inputs only, unless ``computed`` asks for the totals too."""
    submission = with_bound_explanations(definition, submission)
    unit = {"name": submission.unit.name, "code": submission.unit.code, "level": submission.unit.level}
    document: dict[str, Any] = {
        "contract": CONTRACT,
        "form": submission.form,
        "version": submission.version,
        "unit": {name: text for name, text in unit.items() if text},
        "year": submission.year,
        "values": {str(ref): value for ref, value in _values(definition, submission, computed=computed)},
    }
    if submission.zero_blanks:
        document["zero_blanks"] = sorted(submission.zero_blanks)
    if submission.missing_units:
        document["missing"] = list(submission.missing_units)
    if submission.summed:
        document["summed"] = submission.summed
    if submission.explanations:
        document["explanations"] = {
            key: {
                "text": one.text,
                **{
                    side: json_number(number)
                    for side, number in (("left", one.left), ("right", one.right))
                    if number is not None
                },
            }
            for key, one in sorted(submission.explanations.items())
        }
    return document


def _values(
    definition: FormDefinition, submission: Submission, *, computed: bool
) -> Iterator[tuple[FieldRef, str | int | float | bool]]:
    totals: Mapping[FieldRef, Decimal] = effective_figures(definition, submission) if computed else {}
    for ref, field in definition.fields.items():
        if field.is_input:
            value = submission.value(ref)
            if not isinstance(value, Blank):
                yield ref, _plain_value(value)
        elif ref in totals:
            number = json_number(totals[ref])
            assert number is not None  # noqa: S101 - a total in the mapping is a number
            yield ref, number
    for entry in definition.entries:
        paragraphs = submission.texts.get(entry.ref)
        value = submission.value(entry.ref)
        if paragraphs:
            yield entry.ref, "\n".join(paragraphs)
        elif not isinstance(value, Blank):
            yield entry.ref, _plain_value(value)


def _plain_value(value: Value) -> str | int | float | bool:
    match value:
        case Number(value=number):
            return json_number(number) or 0
        case Boolean(value=truth):
            return truth
        case _:
            return shown(value)


def as_json_text(documents: list[dict[str, Any]], *, ascii_only: bool) -> str:
    """The documents as JSON text: one as an object, several as a list."""
    whole = documents[0] if len(documents) == 1 else documents
    return json.dumps(whole, ensure_ascii=ascii_only, indent=2) + "\n"


CSV_HEADERS = ("file", "code", "unit", "year", "field", "value")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[tuple[FormDefinition, Submission]], *, computed: bool = False) -> str:
    """One line a field. A text that a spreadsheet program would take for a formula gets a leading quote."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEADERS)
    for definition, submission in rows:
        head = [submission.source, submission.unit.code, submission.unit.name, submission.year]
        for ref, value in _values(definition, submission, computed=computed):
            shown = value if isinstance(value, str) else _csv_number(value)
            writer.writerow(
                [_safe(str(one)) for one in (*head, ref)] + [_safe(shown) if isinstance(value, str) else shown]
            )
    return out.getvalue()


def _csv_number(value: float | bool) -> str:
    return str(value).upper() if isinstance(value, bool) else plain(Decimal(repr(value)))


def _safe(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
