"""A comparison as words for a person and as JSON for a program."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from xlreport.cells import Number, Value, plain, shown
from xlreport.checks.printing import json_number
from xlreport.messages import say
from xlreport.office.comparing.comparing import (
    Comparison,
    EntryChanges,
    FigureChange,
    ParagraphChange,
    SectionComparison,
)
from xlreport.submission import Submission

CONTRACT = 1
LONGEST_PARAGRAPH = 60
"""Characters of a paragraph on a line of text; JSON and workbook have the whole."""


def as_text(compared: Comparison) -> str:
    """What differs, line by line; parts without a difference in one line each."""
    lines = [
        say("compare.side.a", words=side_words(compared.a)),
        say("compare.side.b", words=side_words(compared.b)),
        standing(compared),
    ]
    for section in compared.sections:
        lines += _section_lines(section)
    return "\n".join(lines)


def side_words(submission: Submission) -> str:
    """Which submission it is: unit, year and file."""
    return say("compare.side", unit=submission.unit.name, year=submission.year, file=submission.source)


def standing(compared: Comparison) -> str:
    """The whole in a sentence."""
    key = "compare.equal" if compared.is_equal else "compare.different"
    return say(key, different=compared.different, equal=compared.equal)


def _section_lines(section: SectionComparison) -> Iterator[str]:
    yield section_words(section)
    yield from (f"  {_figure_line(one)}" for one in section.figures)
    for text in section.texts:
        yield f"  {text_words(text)}"
        yield from (f"    {_paragraph_line(one)}" for one in text.changes)


def section_words(section: SectionComparison) -> str:
    """The heading of a section, and how many of its cells or paragraphs are the same."""
    unit = say("compare.unit.cells" if section.section.table is not None else "compare.unit.paragraphs")
    different = len(section.figures) + sum(len(one.changes) for one in section.texts)
    key = "compare.section.equal" if section.is_equal else "compare.section.different"
    if section.is_equal and not section.equal:
        key = "compare.section.empty"
    return say(key, heading=section.section.heading, different=different, equal=section.equal, unit=unit)


def _figure_line(one: FigureChange) -> str:
    return say(
        "compare.figure",
        label=one.field.label,
        cell=one.cell.address,
        a=value_words(one.a),
        b=value_words(one.b),
        difference=_signed(one.difference),
        percent=percent_words(one.percent),
    )


def value_words(value: Value) -> str:
    """What stands on a side."""
    return shown(value) or say("structure.nothing")


def percent_words(percent: Decimal | None) -> str:
    """A per cent with its sign and one decimal; a stroke where there is none."""
    return say("compare.no_percent") if percent is None else f"{percent:+.1f}%"


def _signed(number: Decimal | None) -> str:
    if number is None:
        return say("compare.no_percent")
    return f"+{plain(number)}" if number > 0 else plain(number)


def text_words(text: EntryChanges) -> str:
    """The question a text answers, and how many paragraphs are the same."""
    return say("compare.text", label=text.entry.label, equal=text.equal)


def _paragraph_line(one: ParagraphChange) -> str:
    return say(f"compare.paragraph.{one.kind.value}", a=_cut(one.a), b=_cut(one.b))


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_PARAGRAPH else words[:LONGEST_PARAGRAPH] + "…"


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────


def as_json(compared: Comparison) -> dict[str, Any]:
    """The comparison as JSON values; the shape is part of the contract."""
    return {
        "contract": CONTRACT,
        "a": _side(compared.a),
        "b": _side(compared.b),
        "equal": compared.is_equal,
        "counts": {"different": compared.different, "equal": compared.equal},
        "sections": [_section(section) for section in compared.sections],
    }


def _side(submission: Submission) -> dict[str, Any]:
    unit = submission.unit
    return {
        "file": submission.source,
        "form": submission.form,
        "version": submission.version,
        "unit": {"name": unit.name, "code": unit.code, "level": unit.level},
        "year": submission.year,
    }


def _section(section: SectionComparison) -> dict[str, Any]:
    return {
        "section": section.section.id,
        "heading": str(section.section.heading),
        "equal": section.equal,
        "fields": [_figure(one) for one in section.figures],
        "texts": [_text(one) for one in section.texts],
    }


def _figure(one: FigureChange) -> dict[str, Any]:
    return {
        "field": str(one.field.ref),
        "label": one.field.label,
        "cell": str(one.cell),
        "a": _value(one.a),
        "b": _value(one.b),
        "difference": json_number(one.difference),
        "percent": json_number(one.percent),
    }


def _value(value: Value) -> int | float | str | None:
    if isinstance(value, Number):
        return json_number(value.value)
    return shown(value) or None


def _text(text: EntryChanges) -> dict[str, Any]:
    return {
        "field": str(text.entry.ref),
        "label": str(text.entry.label),
        "equal": text.equal,
        "changes": [{"kind": one.kind.value, "a": one.a or None, "b": one.b or None} for one in text.changes],
    }
