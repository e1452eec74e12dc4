"""Figures that come as JSON: the shape ``export`` writes and ``fill`` takes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xlreport.cells import BLANK, Blank, Boolean, Number, Text, Value, shortened, shown_short, text_value
from xlreport.errors import WorkbookError
from xlreport.fields import FieldKind, FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import Entry, Field, FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.reading.found import structure_finding
from xlreport.reading.normalising import normalise_date, normalise_number, paragraphs_of, text_of
from xlreport.submission import Explanation, Submission, Unit

CONTRACT = 1
FIRST_YEAR, LAST_YEAR = 1900, 9999
MOST_IN_A_NAME = 100
"""Characters of a unit's name; it goes into file names, titles and document properties."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuesDocument:
    """A values JSON, read but not yet held against its form."""

    name: str
    form: str
    version: str = ""
    unit: Unit
    year: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    zero_blanks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    summed: str = ""
    explanations: Mapping[str, Any] = field(default_factory=dict)


_KEYS = frozenset(
    {"contract", "form", "version", "unit", "year", "values", "zero_blanks", "missing", "summed", "explanations"}
)


def parse_values(data: bytes, name: str) -> ValuesDocument:
    """Read a values JSON (UTF-8, a byte order mark allowed); numbers stay exact.

    Raises:
        WorkbookError: it is not JSON of this shape.
    """
    try:
        document = json.loads(
            data.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_int=_whole,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
        json.dumps(document, ensure_ascii=False, default=str).encode()  # a lone surrogate is no character
    except (ValueError, RecursionError) as error:
        raise WorkbookError("NOT-JSON", say("file.not_json", name=name, reason=_reason(error))) from None
    problems = list(_shape_problems(document))
    if problems:
        raise WorkbookError("NOT-VALUES", say("file.not_values", name=name, reason="；".join(problems)))
    unit = document.get("unit") or {}
    return ValuesDocument(
        name=name,
        form=document["form"],
        version=document.get("version") or "",
        unit=Unit(name=unit.get("name") or "", code=unit.get("code") or "", level=unit.get("level") or ""),
        year=document.get("year"),
        values=document.get("values") or {},
        zero_blanks=tuple(document.get("zero_blanks") or ()),
        missing=tuple(document.get("missing") or ()),
        summed=document.get("summed") or "",
        explanations=document.get("explanations") or {},
    )


LARGEST_EXPONENT = 300
"""The power of ten beyond which no number is taken, wherever it stands: the cells of a spreadsheet end near 308."""


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise _no_number(text)
    return number


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > LARGEST_EXPONENT + 1:
        raise _no_number(text)
    return int(text)


def _no_number(text: str) -> ValueError:
    return ValueError(say("json.number", number=shortened(text)))


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return say("json.broken", line=error.lineno, column=error.colno)
        case UnicodeDecodeError() | UnicodeEncodeError():
            return say("json.encoding")
        case RecursionError():
            return say("json.too_deep")
    return str(error)


def _no_constant(name: str) -> Any:
    raise ValueError(say("json.constant", name=name))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError(say("json.twice", name=name))
        made[name] = value
    return made


def _shape_problems(document: Any) -> Iterator[str]:
    if not isinstance(document, dict):
        yield say("json.not_an_object")
        return
    for name in document:
        if name not in _KEYS:
            yield say("json.unknown_key", name=name)
    if document.get("contract", CONTRACT) != CONTRACT:
        yield say("json.contract", found=document["contract"], known=CONTRACT)
    if not isinstance(document.get("form"), str):
        yield say("json.needs", name="form")
    for name, kind in (
        ("version", str),
        ("year", int),
        ("values", dict),
        ("zero_blanks", list),
        ("missing", list),
        ("summed", str),
        ("explanations", dict),
    ):
        value = document.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            yield say("json.wrong_type", name=name)
    yield from _list_problems(document)
    year = document.get("year")
    if isinstance(year, int) and not isinstance(year, bool) and not FIRST_YEAR <= year <= LAST_YEAR:
        yield say("json.year")
    yield from _unit_problems(document.get("unit"))


def _list_problems(document: dict[str, Any]) -> Iterator[str]:
    for name in ("zero_blanks", "missing"):
        lines = document.get(name)
        if isinstance(lines, list) and not all(_is_line(line) for line in lines):
            yield say("json.wrong_type", name=name)


def _unit_problems(unit: Any) -> Iterator[str]:
    if unit is None:
        return
    if not (isinstance(unit, dict) and all(isinstance(one, str | None) for one in unit.values())):
        yield say("json.wrong_type", name="unit")
    elif any(_is_unprintable(text) for text in unit.values()):
        yield say("json.unit_name", most=MOST_IN_A_NAME)


def _is_line(text: Any) -> bool:
    """Whether it can be one of several names that a cell keeps one a line."""
    return isinstance(text, str) and bool(text) and not any(ord(one) < ord(" ") for one in text)


def _is_unprintable(text: Any) -> bool:
    return isinstance(text, str) and (len(text) > MOST_IN_A_NAME or any(ord(one) < ord(" ") for one in text))


def submission_of(definition: FormDefinition, document: ValuesDocument) -> Submission:
    """The submission a values JSON holds; totals named in it are claims.

    Raises:
        WorkbookError: it names another form or version, or keys the form does not have; all of them listed.
    """
    if document.form != definition.id:
        raise WorkbookError(
            "OTHER-FORM",
            say("file.other_form", name=document.name, found=shortened(document.form), expected=definition.id),
        )
    if document.version and document.version != definition.version:
        raise WorkbookError(
            "UNKNOWN-VERSION",
            say(
                "file.unknown_version", name=document.name, found=shortened(document.version), known=definition.version
            ),
        )
    problems = list(_unknown_names(definition, document))
    if problems:
        raise WorkbookError("NOT-VALUES", say("json.unknown_names", name=document.name, names="；".join(problems)))
    return _Converter(definition, document).submission()


def _unknown_names(definition: FormDefinition, document: ValuesDocument) -> Iterator[str]:
    known = {str(ref) for ref in definition.fields} | {str(entry.ref) for entry in definition.entries}
    for name, value in document.values.items():
        if name not in known:
            yield say("json.no_field", name=name)
        elif not isinstance(value, (str, int, Decimal, bool, type(None))):
            yield say("json.no_value", name=name)
    tables = {table.id for table in definition.tables}
    for name in document.zero_blanks:
        if name not in tables:
            yield say("json.no_table", name=name)
    layout = plan_layout(definition)
    for key, value in document.explanations.items():
        place = layout.judgements.get(key)
        if place is None or place.explanation is None:
            yield say("json.no_query", name=key)
        elif not isinstance(value, (str, dict)) or (isinstance(value, dict) and not _is_explanation(value)):
            yield say("json.no_explanation", name=key)
    if document.unit.level and document.unit.level not in definition.levels:
        yield say("json.no_level", name=document.unit.level, known="、".join(definition.levels))


def _is_explanation(value: dict[str, Any]) -> bool:
    sides = (value.get("left"), value.get("right"))
    return (
        set(value) <= {"text", "left", "right"}
        and isinstance(value.get("text"), str)
        and all(side is None or (isinstance(side, (int, Decimal)) and not isinstance(side, bool)) for side in sides)
    )


class _Converter:
    def __init__(self, definition: FormDefinition, document: ValuesDocument) -> None:
        self.definition = definition
        self.document = document
        self.layout = plan_layout(definition)
        self.values: dict[FieldRef, Value] = {}
        self.typed: dict[FieldRef, Value] = {}
        self.texts: dict[FieldRef, tuple[str, ...]] = {}
        self.totals: dict[FieldRef, Value] = {}
        self.findings: list[Finding] = []
        self.entries = {entry.ref: entry for entry in definition.entries}

    def submission(self) -> Submission:
        for name, raw in self.document.values.items():
            ref = FieldRef.parse(name)
            assert ref is not None  # noqa: S101 - unknown names are refused before
            self.take(ref, json_value(raw))
        document = self.document
        return Submission(
            form=self.definition.id,
            version=self.definition.version,
            unit=document.unit,
            year=document.year or 0,
            source=document.name,
            values=self.values,
            typed=self.typed,
            texts=self.texts,
            totals=self.totals,
            zero_blanks=frozenset(document.zero_blanks),
            missing_units=document.missing,
            summed=document.summed,
            explanations={key: _explanation(value) for key, value in document.explanations.items()},
            findings=tuple(self.findings),
        )

    def take(self, ref: FieldRef, value: Value) -> None:
        entry = self.entries.get(ref)
        if entry is None:
            self.number(ref, value)
        elif entry.paragraphs > 1:
            words = text_of(value)
            self.texts[ref] = paragraphs_of(words.value) if isinstance(words, Text) else ()
        else:
            self.line(entry, ref, text_of(normalise_date(value).value if entry.kind is FieldKind.DATE else value))

    def line(self, entry: Entry, ref: FieldRef, value: Value) -> None:
        self.values[ref] = value
        if entry.choices and isinstance(value, Text) and value.value not in entry.choices:
            cell = self.layout.cell_of(ref)
            words = say(
                "structure.NOT-A-CHOICE",
                cells=cell.address,
                found=shortened(value.value),
                choices="、".join(entry.choices),
            )
            message = say("finding.where", sheet=cell.sheet) + words
            self.findings.append(
                Finding(code="NOT-A-CHOICE", severity=Severity.ERROR, message=message, cells=(cell,), fields=(ref,))
            )

    def number(self, ref: FieldRef, value: Value) -> None:
        made = self.definition.fields[ref]
        if not made.is_input:
            self.total(made, ref, value)
            return
        understood = normalise_number(made, value)
        self.values[ref] = understood.value
        if understood.value != value:
            self.typed[ref] = value
            self.noted(ref, value, understood.value, understood.notice)

    def total(self, made: Field, ref: FieldRef, value: Value) -> None:
        """A claimed total; what is no number cannot be held against ours, and is said."""
        claim = normalise_number(made, value).value
        self.totals[ref] = claim
        if not isinstance(claim, Number | Blank):
            cell = self.layout.cell_of(ref)
            pairs = say("structure.pair", cell=cell.address, found=shown_short(value))
            self.findings.append(structure_finding("TOTAL-NOT-A-NUMBER", Severity.ERROR, [cell], [ref], pairs=pairs))

    def noted(self, ref: FieldRef, typed: Value, taken: Value, notice: str) -> None:
        cell = self.layout.cell_of(ref)
        pair = say(
            "normalised.pair",
            cell=cell.address,
            typed=shown_short(typed),
            taken=shown_short(taken) or say("normalised.blank"),
        )
        message = say("finding.where", sheet=cell.sheet) + say("structure.NORMALISED", how=say(notice), pairs=pair)
        self.findings.append(
            Finding(code="NORMALISED", severity=Severity.NOTICE, message=message, cells=(cell,), fields=(ref,))
        )


def json_value(raw: str | float | Decimal | bool | None) -> Value:
    """A JSON value as a cell's value."""
    match raw:
        case None:
            return BLANK
        case bool():
            return Boolean(raw)
        case str():
            return text_value(raw)
        case _:
            return Number(Decimal(raw))


def _explanation(value: Any) -> Explanation:
    if isinstance(value, str):
        return Explanation(text=value)
    sides = (None if side is None else Decimal(side) for side in (value.get("left"), value.get("right")))
    left, right = sides
    return Explanation(text=value["text"], left=left, right=right)
