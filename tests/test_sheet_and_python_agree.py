"""What the sheet shows and what Python says are the same, whatever stands in the cells of a real form.

The sheet is what LibreOffice works out of the file, and formulon, a model of Excel. Two hundred random fillings
are judged as typed; some of them once more with the values typed in that reading understood.
"""

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from random import Random

import pytest
from engines import formulon_values, stored_values
from handmade import workbook, worksheet
from line import form
from office import recalculate
from rule_bench import OUTCOMES, formula_cell, same_number
from strategies import ODD_NUMBERS, draw_base, draw_dust, draw_entries
from typing_in import Double, Entry, seen, typed_into

from xlreport.cells import (
    BLANK,
    Blank,
    Boolean,
    CellRef,
    ErrorValue,
    Number,
    Text,
    Value,
)
from xlreport.checks.check import check, judge_as_typed
from xlreport.checks.explanations import explanation_state
from xlreport.checks.figures import state_of
from xlreport.checks.result import CheckResult, Judged
from xlreport.fields import AMOUNT_MAXIMUM, COUNT_MAXIMUM, FieldKind, FieldRef
from xlreport.findings import ExplanationState, Outcome, Severity
from xlreport.forms.accepting import accepted_number
from xlreport.forms.definition import Field, JudgementKind
from xlreport.forms.layout import Layout, plan_layout
from xlreport.messages import say
from xlreport.reading.submission import read_submission
from xlreport.reading.workbook import read_workbook
from xlreport.rules.formula import compare, lit, spell
from xlreport.submission import Submission
from xlreport.writing.calculate import calculate
from xlreport.writing.checks_sheet import DIFFERENCE, LEFT, RESULT, RIGHT
from xlreport.writing.judging import EXPLAINED, state_formula, typed, value_formula
from xlreport.writing.plan import Content, WorkbookPlan
from xlreport.writing.start_sheet import BANNER_ROW, COUNTS
from xlreport.writing.strict import write_workbook
from xlreport.writing.template import plan_template

SEED, FILLINGS, OF_ONE_TEMPLATE, UNDERSTOOD_EVERY, FORMULON_EVERY = 20242, 200, 20, 1, 13
OWN_EVERY, LIBREOFFICES = 5, 2
Values = Mapping[CellRef, Value]


def layout() -> Layout:
    """Where everything stands."""
    return plan_layout(form())


# ── fillings ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Filling:
    """A workbook with something typed into it."""

    plan: WorkbookPlan
    data: bytes
    entries: Mapping[CellRef, Entry]

    def submission(self) -> Submission:
        """What is read from it."""
        return _submission_in(self)

    def values(self) -> Values:
        """What every formula of it comes to, by our own trees."""
        sheets = {sheet.name: dict(sheet.cells) for sheet in self.plan.sheets}
        for ref, entry in self.entries.items():
            cells = sheets[ref.sheet]
            cells[ref.row, ref.column] = replace(cells[ref.row, ref.column], content=_content(seen(entry)))
        plan = replace(self.plan, sheets=tuple(replace(one, cells=sheets[one.name]) for one in self.plan.sheets))
        return {ref: value for ref, value in calculate(plan).items() if ref not in self.entries}

    def as_libreoffice_opens_it(self) -> "Filling":
        """LibreOffice takes a truth value for the number it shows, 1 or 0, unless its cell has no format at all."""
        numbers = {
            ref: Number(Decimal(int(value.value)))
            for ref, entry in self.entries.items()
            if isinstance(value := seen(entry), Boolean) and self.number_format(ref) != "General"
        }
        return self.with_entries(numbers) if numbers else self

    def number_format(self, ref: CellRef) -> str:
        """The number format of a cell."""
        sheet = next(sheet for sheet in self.plan.sheets if sheet.name == ref.sheet)
        return sheet.cells[ref.row, ref.column].style.number_format

    def with_entries(self, entries: Mapping[CellRef, Entry]) -> "Filling":
        """The same workbook with more typed into it."""
        data = typed_into(self.data, entries, tuple(sheet.name for sheet in self.plan.sheets))
        return replace(self, data=data, entries={**self.entries, **entries})


@cache
def _submission_in(filling: Filling) -> Submission:
    return read_submission(form(), read_workbook(filling.data, "filled.xlsx"), "filled.xlsx")


def _content(value: Value) -> Content:
    """A value as the content of a plan's cell; an error only a formula can bring into one."""
    match value:
        case Blank():
            return None
        case ErrorValue():
            return compare(lit("x"), "*", 1)
        case Number(value=held) | Text(value=held) | Boolean(value=held):
            return held
    raise TypeError(value)


def written(submission: Submission, stored: Decimal | None = None) -> Filling:
    """A template as ``write_template`` writes it, or with the same wrong stored value in every formula cell."""
    plan = plan_template(form(), submission)
    values = calculate(plan)
    planted = values if stored is None else dict.fromkeys(values, Number(stored))
    return Filling(plan=plan, data=write_workbook(plan, planted), entries={})


@cache
def fillings() -> tuple[Filling, ...]:
    """Two hundred fillings of ten templates."""
    random = Random(SEED)  # noqa: S311 - tests, not secrets
    made = []
    for at in range(FILLINGS):
        if at % OF_ONE_TEMPLATE == 0:
            base = draw_base(random, form())
            template = written(base)
        made.append(template.with_entries(draw_entries(random, form(), base)))
    return tuple(made)


@cache
def understood() -> tuple[tuple[Submission, Filling], ...]:
    """The fillings as they were understood, and the workbook with just those values typed in."""
    return tuple(_understood(filling) for filling in fillings()[::UNDERSTOOD_EVERY])


def _understood(filling: Filling) -> tuple[Submission, Filling]:
    read = filling.submission()
    kept = {ref: value for ref, value in read.values.items() if _can_be_written(value)}
    others = {ref: value for ref, value in {**read.values, **read.totals}.items() if ref not in kept}
    template = written(replace(read, values=kept, typed={}, totals={}, findings=()))
    return read, template.with_entries({layout().cell_of(ref): value for ref, value in others.items()})


def _can_be_written(value: Value) -> bool:
    """Whether our writer puts the value into a cell as it is: no error, and no number that Excel does not hold."""
    if isinstance(value, Number) and value.value:
        return Decimal("1e-300") < abs(value.value) < Decimal("1e300")
    return not isinstance(value, (Boolean, ErrorValue))


# ── two runs of LibreOffice for all, side by side ────────────────────────────────────────────────────────────────


@cache
def _libreoffice() -> "tuple[Future[dict[str, bytes]], ...]":
    """All workbooks on their way through two LibreOffices, while this process works out what must come back."""
    files = {f"typed-{at}.xlsx": filling.data for at, filling in enumerate(fillings())}
    files |= {f"understood-{at}.xlsx": filling.data for at, (_, filling) in enumerate(understood())}
    files["planted.xlsx"] = written(_plain_submission(), stored=PLANTED).data
    pool = ThreadPoolExecutor(LIBREOFFICES)
    names = list(files)
    parts = [names[at::LIBREOFFICES] for at in range(LIBREOFFICES)]
    running = tuple(pool.submit(recalculate, {name: files[name] for name in part}) for part in parts)
    pool.shutdown(wait=False)
    return running


def _plain_submission() -> Submission:
    return draw_base(Random(1), form())  # noqa: S311 - tests, not secrets


def by_libreoffice(name: str) -> dict[CellRef, Value]:
    """The values of all formula cells of one workbook as LibreOffice saved it."""
    return stored_values(next(part.result()[name] for part in _libreoffice() if name in part.result()))


# ── what must be the same ─────────────────────────────────────────────────────────────────────────


def differences(found: Values, expected: Values) -> dict[str, tuple[Value, Value]]:
    """The cells whose value is another: what was found, what we say."""
    return {
        str(ref): (found.get(ref, BLANK), value)
        for ref, value in expected.items()
        if not _same(found.get(ref, BLANK), value)
    }


def _same(found: Value, expected: Value) -> bool:
    if isinstance(found, Number) and isinstance(expected, Number):
        return same_number(found.value, expected.value)
    return _nothing(found) == _nothing(expected)


def _nothing(value: Value) -> Value:
    """An empty text is nothing, as programs save the one for the other."""
    return BLANK if value == Text("") else value


def shown_verdicts(found: Values) -> list[tuple[Value, ...]]:
    """Outcome, left, right and difference of every judgement as the hidden sheet has them."""
    places = layout().judgements.values()
    return [
        tuple(found.get(cell, BLANK) for cell in (place.outcome, place.left, place.right, place.difference))
        for place in places
    ]


def said_verdicts(judged: tuple[Judged, ...]) -> list[tuple[Value, ...]]:
    """The same as Python says."""
    return [
        (Number(Decimal(OUTCOMES[one.outcome])), *map(_value, (one.left, one.right, one.difference))) for one in judged
    ]


def _value(number: Decimal | None) -> Value:
    return BLANK if number is None else Number(number)


def verdict_differences(found: Values, judged: tuple[Judged, ...]) -> dict[str, tuple[object, object]]:
    """The judgements on which the sheet says something else."""
    pairs = zip(judged, shown_verdicts(found), said_verdicts(judged), strict=True)
    return {one.judgement.key: (shown, said) for one, shown, said in pairs if not all(map(_same, shown, said))}


def results(submission: Submission, judged: tuple[Judged, ...]) -> list[tuple[Value, ...]]:
    """Left, right, difference and result of every row of 校验, worked out from Python's verdicts."""
    return [
        (*said[1:], Text(result_word(submission, one))) for said, one in zip(said_verdicts(judged), judged, strict=True)
    ]


def result_word(submission: Submission, judged: Judged) -> str:
    """The word of the result."""
    judgement = judged.judgement
    if judged.outcome is not Outcome.FAILED:
        words = {
            Outcome.PASSED: "result.right",
            Outcome.NOT_EVALUABLE: "result.to_fill",
            Outcome.NOT_APPLICABLE: "result.not_applicable",
        }
        return say(words[judged.outcome])
    if judgement.kind is JudgementKind.BLANK:
        return say("result.to_fill")
    if judgement.severity is Severity.ERROR:
        return say("result.error")
    return say(
        {
            ExplanationState.MISSING: "result.query",
            ExplanationState.TOO_SHORT: "result.too_short",
            ExplanationState.LAPSED: "result.lapsed",
            ExplanationState.GIVEN: "result.explained",
        }[state_of_explanation(submission, judged)]
    )


def state_of_explanation(submission: Submission, judged: Judged) -> ExplanationState:
    """Whether a query is explained."""
    return explanation_state(submission.explanations.get(judged.judgement.key), judged.left, judged.right)


def shown_results(found: Values) -> list[tuple[Value, ...]]:
    """Left, right, difference and result of every row of 校验."""
    sheet = layout().checks_sheet
    return [
        tuple(found.get(CellRef(sheet, place.checks_row, at), BLANK) for at in (LEFT, RIGHT, DIFFERENCE, RESULT))
        for place in layout().judgements.values()
    ]


def counts(submission: Submission, judged: tuple[Judged, ...]) -> tuple[int, int, int, int]:
    """Errors, open queries, blanks and judgements that cannot be judged, worked out from Python's verdicts."""
    failed = [one for one in judged if one.outcome is Outcome.FAILED]
    blank = [one for one in failed if one.judgement.kind is JudgementKind.BLANK]
    errors = [one for one in failed if one.judgement.severity is Severity.ERROR and one not in blank]
    queries = [one for one in failed if one.judgement.severity is Severity.QUERY]
    unexplained = [one for one in queries if state_of_explanation(submission, one) is not ExplanationState.GIVEN]
    unjudged = sum(one.outcome is Outcome.NOT_EVALUABLE for one in judged)
    return len(errors), len(unexplained), sum(int(one.left or 0) for one in blank), unjudged


def shown_counts(found: Values) -> tuple[Value, ...]:
    """The counts of the banner."""
    return tuple(found[CellRef(layout().start_sheet, BANNER_ROW, column)] for column in COUNTS.values())


def complaints(filling: Filling, found: Values, submission: Submission, judged: tuple[Judged, ...]) -> list[object]:
    """Everything in which the sheet and Python differ."""
    made: list[object] = []
    made += differences(found, filling.values()).items()
    made += verdict_differences(found, judged).items()
    rows = zip(judged, shown_results(found), results(submission, judged), strict=True)
    made += [(one.judgement.key, shown, said) for one, shown, said in rows if not all(map(_same, shown, said))]
    shown, said = shown_counts(found), counts(submission, judged)
    made += [(shown, said)] if shown != tuple(Number(Decimal(one)) for one in said) else []
    return made


# ── the tests ─────────────────────────────────────────────────────────────────────────────────────

PLANTED = Decimal(999)


def test_the_fillings_hold_what_they_must() -> None:
    """Every outcome, every state of an explanation, templates with and without last year and level."""
    judged = [(filling.submission(), judge_as_typed(form(), filling.submission())) for filling in fillings()[::4]]
    outcomes = [one.outcome for _, all_ in judged for one in all_]
    assert min(outcomes.count(outcome) for outcome in Outcome) > 500
    states = [state_of_explanation(read, one) for read, all_ in judged for one in all_ if one.outcome is Outcome.FAILED]
    assert min(states.count(state) for state in EXPLAINED) > 5
    assert {(read.last is None, read.unit.level == "") for read, _ in judged} >= {(True, False), (False, False)}
    typed_in = {type(seen(entry)) for filling in fillings() for entry in filling.entries.values()}
    assert typed_in == {Blank, Number, Text, Boolean, ErrorValue}


@pytest.mark.libreoffice
def test_libreoffice_really_recalculates() -> None:
    """A planted wrong value in every formula cell of a template is gone in all of them."""
    plan = plan_template(form(), _plain_submission())
    found, expected = by_libreoffice("planted.xlsx"), calculate(plan)
    assert Number(PLANTED) not in expected.values()
    assert [str(ref) for ref in expected if found.get(ref) == Number(PLANTED)] == []
    assert differences(found, expected) == {}


@pytest.mark.libreoffice
@pytest.mark.parametrize("first", range(0, FILLINGS, OF_ONE_TEMPLATE))
def test_the_sheet_in_libreoffice_and_python_agree_on_cells_as_typed(first: int) -> None:
    for at in range(first, first + OF_ONE_TEMPLATE):
        opened = fillings()[at].as_libreoffice_opens_it()
        submission = opened.submission()
        judged = judge_as_typed(form(), submission)
        assert complaints(opened, by_libreoffice(f"typed-{at}.xlsx"), submission, judged) == []


@pytest.mark.libreoffice
def test_the_sheet_in_libreoffice_and_check_agree_on_the_values_understood() -> None:
    for at, (read, filling) in enumerate(understood()):
        opened = filling.as_libreoffice_opens_it()
        result = check(form(), read if opened is filling else opened.submission())
        found = by_libreoffice(f"understood-{at}.xlsx")
        assert complaints(opened, found, result.submission, result.judged) == []
        assert tuple(Number(Decimal(one)) for one in counts_of_check(result)) == shown_counts(found)[:3]


def counts_of_check(result: CheckResult) -> tuple[int, int, int]:
    """The counts of a verdict, without the errors that only the structure of a file can have."""
    structural = sum(one.rule is None and one.severity is Severity.ERROR for one in result.findings)
    return result.counts.error - structural, result.counts.query, result.counts.blank


def test_stored_values_and_python_agree_on_cells_as_typed() -> None:
    for filling in fillings()[::OWN_EVERY]:
        submission = filling.submission()
        assert complaints(filling, filling.values(), submission, judge_as_typed(form(), submission)) == []


@pytest.mark.parametrize("at", range(0, FILLINGS, FORMULON_EVERY))
def test_the_sheet_in_formulon_and_python_agree_on_cells_as_typed(at: int) -> None:
    filling = fillings()[at]
    submission = filling.submission()
    found = formulon_values(filling.data)
    assert complaints(filling, found, submission, judge_as_typed(form(), submission)) == []


def test_a_wrong_value_in_any_cell_is_a_complaint() -> None:
    """The comparison itself can fail."""
    filling = written(_plain_submission())
    submission = filling.submission()
    values, judged = dict(filling.values()), judge_as_typed(form(), submission)
    assert complaints(filling, values, submission, judged) == []
    place = next(iter(layout().judgements.values()))
    for ref in (place.outcome, place.left, CellRef(layout().start_sheet, BANNER_ROW, COUNTS[1])):
        assert complaints(filling, values | {ref: Number(PLANTED)}, submission, judged) != []


# ── states of number cells ────────────────────────────────────────────────────────────────────────


def _field(kind: FieldKind, scale: int) -> Field:
    ref = FieldRef(("t", "r", "c"))
    most = COUNT_MAXIMUM if kind is FieldKind.COUNT else AMOUNT_MAXIMUM
    return Field(ref=ref, kind=kind, label="", row_label="", column_label="", scale=scale, maximum=most, last=ref)


NUMBER_FIELDS = (_field(FieldKind.COUNT, 0), *(_field(FieldKind.AMOUNT, scale) for scale in (0, 2, 6)))
INPUTS, STATES = "表1", "表2"


def doubles() -> list[float]:
    """Doubles near every limit: those 15 digits can say, and honest dust of sums and products."""
    random = Random(SEED)  # noqa: S311 - tests, not secrets
    made = {*ODD_NUMBERS, *draw_dust(random, 200)}
    for base in (0, 1, 12, 7.5, 999_999, 10**6, 5 * 10**6, 99_999_998, 99_999_999, 10**10, 999_999_999_998, 10**12 - 1):
        for decimals in range(1, 12):
            for digit in random.sample(range(1, 100), 2):
                made |= {base + digit * 10.0**-decimals, base - digit * 10.0**-decimals}
    return sorted(one for one in made if math.isfinite(one))


def sayable(number: float) -> bool:
    """Whether 15 digits say the double; no person can type another."""
    return float(f"{number:.15g}") == number


def _states_workbook(numbers: list[float]) -> bytes:
    inputs, states = [], []
    for row, number in enumerate(numbers, start=1):
        inputs.append(f'<row r="{row}"><c r="A{row}"><v>{number!r}</v></c></row>')
        cell, zero = typed(CellRef(INPUTS, row, 1), 1), CellRef(STATES, row, 99)
        made = []
        for at, field in enumerate(NUMBER_FIELDS):
            state = CellRef(STATES, row, 2 * at + 1)
            value = CellRef(STATES, row, 2 * at + 2)
            made.append(formula_cell(state, spell(state_formula(field, cell), STATES)))
            made.append(formula_cell(value, spell(value_formula(field, cell, state, zero), STATES)))
        states.append(f'<row r="{row}">{"".join(made)}</row>')
    return workbook(worksheet("".join(inputs)), worksheet("".join(states)))


def _states_found(values: Values, rows: int) -> Iterator[list[tuple[Value, Value]]]:
    for row in range(1, rows + 1):
        cells = [values.get(CellRef(STATES, row, column), BLANK) for column in range(1, 2 * len(NUMBER_FIELDS) + 1)]
        yield list(zip(cells[::2], cells[1::2], strict=True))


def _states_said(number: float) -> list[tuple[Value, Value]]:
    read = Double(number).seen
    said: list[tuple[Value, Value]] = []
    for field in NUMBER_FIELDS:
        accepted = accepted_number(field, read.value)
        said.append((Number(Decimal(state_of(field, read))), _value(accepted)))
    return said


@pytest.mark.parametrize("engine", [pytest.param("libreoffice", marks=pytest.mark.libreoffice), "formulon"])
def test_a_number_is_taken_or_refused_alike_by_the_sheet_and_by_python(engine: str) -> None:
    numbers = [number for number in doubles() if sayable(number) or _is_honest_dust(number)]
    data = _states_workbook(numbers)
    values = stored_values(recalculate({"s": data})["s"]) if engine == "libreoffice" else formulon_values(data)
    found = dict(zip(numbers, _states_found(values, len(numbers)), strict=True))
    assert {number: states for number, states in found.items() if not _agree(states, _states_said(number))} == {}


def _is_honest_dust(number: float) -> bool:
    """Whether a double 15 digits cannot say lies beside one of at most 8 decimals, as sums and products leave it."""
    return abs(number) < 10**6 and abs(number - round(number, 7)) < 10**-9


def _agree(found: list[tuple[Value, Value]], said: list[tuple[Value, Value]]) -> bool:
    return all(_same(one, other) for pair in zip(found, said, strict=True) for one, other in zip(*pair, strict=True))
