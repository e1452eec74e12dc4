"""Random fillings there and back: nothing typed is lost, nothing changed without a word, a return copy holds it all."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import ERRORS, EXPLANATIONS, ODD_FORMULAS, ODD_NUMBERS, ODD_TEXTS, PARAGRAPHS
from test_return_copy import held, texts
from typing_in import Double, Entry, Typed, seen, typed_into

from xlreport.cells import BLANK, Boolean, CellRef, ErrorValue, Text, number_value, shown, text_value
from xlreport.checks.check import check, with_bound_explanations
from xlreport.checks.figures import with_totals
from xlreport.checks.result import CheckResult
from xlreport.findings import Severity
from xlreport.forms.definition import FormDefinition, JudgementKind
from xlreport.forms.grid import Role
from xlreport.forms.layout import Layout, plan_layout
from xlreport.forms.loading import load_definition
from xlreport.messages import say
from xlreport.submission import Explanation, Submission, Unit
from xlreport.verifying.sources import read_source
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.return_lists import EMPTIED
from xlreport.writing.template import plan_template, write_template

TOY = Path(__file__).parent / "forms" / "toy"
QUICK = settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def form() -> FormDefinition:
    """The small form: what goes in and comes out is the same code, and an example takes a tenth of the time."""
    return load_definition(TOY)


def layout() -> Layout:
    return plan_layout(form())


# ── fillings ──────────────────────────────────────────────────────────────────────────────────────

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
WORDS = st.one_of(st.sampled_from(ODD_TEXTS), st.sampled_from(PARAGRAPHS), ANY_TEXT).map(text_value)
HONEST = st.one_of(st.integers(0, 30), st.decimals(0, 99_999_999, places=2)).map(number_value)
DOUBLES = st.one_of(st.sampled_from(ODD_NUMBERS), st.floats(allow_nan=False, allow_infinity=False)).map(Double)
ODD: st.SearchStrategy[Entry] = st.one_of(
    WORDS,
    DOUBLES,
    st.sampled_from(ERRORS).map(ErrorValue),
    st.booleans().map(Boolean),
    st.sampled_from(ODD_FORMULAS),
    st.just(BLANK),
)
TIDY: st.SearchStrategy[Entry] = st.integers(0, 9_000).map(number_value)
FIGURES: st.SearchStrategy[Entry] = st.one_of(HONEST, HONEST, st.sampled_from(ODD_FORMULAS), ODD)
CLAIMS: st.SearchStrategy[Entry] = st.one_of(HONEST, st.sampled_from(ODD_FORMULAS), WORDS)
TEXTS: st.SearchStrategy[Entry] = st.one_of(WORDS, WORDS, ODD)
REASONS: st.SearchStrategy[Entry] = st.one_of(st.sampled_from(EXPLANATIONS).map(text_value), TEXTS)
SWITCHES: st.SearchStrategy[Entry] = st.one_of(st.sampled_from(("是", "否")).map(Text), ODD)


@st.composite
def bases(draw: st.DrawFn) -> Submission:
    """What an office hands out, or back: with last year's figures or without, explained for these numbers or others."""
    last = draw(st.one_of(st.none(), st.lists(st.integers(0, 2000), min_size=4, max_size=4)))
    inputs = [ref for ref, one in form().fields.items() if one.is_input]
    figures = None if last is None else with_totals(form(), dict(zip(inputs, map(Decimal, last), strict=True)))
    sides = st.one_of(st.none(), st.integers(0, 5).map(Decimal))
    queries = [one.key for one in form().judgements if one.severity is Severity.QUERY]
    explained = draw(st.dictionaries(st.sampled_from(queries), st.tuples(st.sampled_from(EXPLANATIONS), sides, sides)))
    return Submission(
        form=form().id,
        version=form().version,
        unit=Unit(name="城东图书室", code="0007"),
        year=2024,
        last=figures,
        explanations={
            key: Explanation(text=text, left=left, right=right) for key, (text, left, right) in explained.items()
        },
    )


@cache
def locked_cells(*, blank: bool) -> tuple[CellRef, ...]:
    """Cells of the sheets people see that are not the clerk's, blank ones or ours, each the first of its merge."""
    nobody = Submission(form=form().id, version=form().version, unit=Unit(name="x"), year=2024)
    return tuple(
        CellRef(sheet.name, *place)
        for sheet in plan_template(form(), nobody).sheets[:-1]
        for place, cell in sorted(sheet.cells.items())
        if cell.style.locked and (cell.content is None) is blank
        if not any(CellRef(sheet.name, *place) in area.cells()[1:] for area in sheet.merges)
    )


@st.composite
def entries(draw: st.DrawFn) -> dict[CellRef, Entry]:
    """What somebody types: into inputs, texts, explanations and switches, over totals, and where nothing belongs."""
    typed: dict[CellRef, Entry] = {}
    figures = draw(st.sampled_from((TIDY, FIGURES)))
    for place in layout().fields.values():
        if place.claim is None:
            typed[place.shown] = draw(figures)
        elif draw(st.booleans()):
            typed[place.shown] = draw(CLAIMS)
    for text in layout().texts.values():
        typed |= {cell: draw(TEXTS) for cell in text.cells}
    for judgement in layout().judgements.values():
        if judgement.explanation is not None and draw(st.booleans()):
            typed[judgement.explanation] = draw(REASONS)
    typed |= {table.switch: draw(SWITCHES) for table in layout().tables.values()}
    for cells in (locked_cells(blank=True), locked_cells(blank=False), labels()):
        typed |= draw(st.dictionaries(st.sampled_from(cells), TEXTS, max_size=2))
    return typed


def labels() -> tuple[CellRef, ...]:
    """The cells of the words that the paper form prints in its table."""
    [place] = layout().tables.values()
    return tuple(place.area(cell).first for cell in place.grid.cells if cell.role is not Role.FIELD)


def file_of(base: Submission, typed: Mapping[CellRef, Entry]) -> bytes:
    """The workbook of an office with what was typed into it; a blank leaves a cell empty."""
    names = tuple(sheet.name for sheet in plan_template(form(), base).sheets)
    return typed_into(write_template(form(), base), typed, names)


def read(data: bytes) -> Submission:
    return read_source(data, "交来的表.xlsx", str(TOY)).submission


# ── nothing is lost ───────────────────────────────────────────────────────────────────────────────


def held_at(submission: Submission) -> Iterator[tuple[CellRef, str]]:
    """Everything a submission holds, by the cell it was typed into."""
    for ref, place in layout().fields.items():
        yield place.shown, shown(submission.totals.get(ref, submission.typed.get(ref, submission.value(ref))))
    for ref, text in layout().texts.items():
        words = "\n".join([*submission.texts.get(ref, ()), shown(submission.value(ref))])
        yield from ((cell, words) for cell in text.cells)
    for key, one in layout().judgements.items():
        if one.explanation is not None and key in submission.explanations:
            yield one.explanation, submission.explanations[key].text
    for name, table in layout().tables.items():
        yield table.switch, say("switch.yes" if name in submission.zero_blanks else "switch.no")
    yield from submission.leftovers


def squeezed(text: str) -> str:
    return "".join(text.split())


def lost(typed: Mapping[CellRef, Entry], result: CheckResult) -> dict[str, Entry]:
    """What was typed and neither is in the submission nor at a cell that a finding names."""
    told = {cell for finding in result.findings for cell in finding.cells}
    words: dict[CellRef, str] = {}
    for cell, text in held_at(result.submission):
        words[cell] = words.get(cell, "") + squeezed(text)
    return {
        str(cell): entry
        for cell, entry in typed.items()
        if cell not in told and not all(squeezed(part) in words.get(cell, "") for part in parts_of(entry))
    }


def parts_of(entry: Entry) -> list[str]:
    """A formula besides its result; what is typed is found again line by line, as lines become paragraphs."""
    formula = [entry.formula] if isinstance(entry, Typed) else []
    return [*formula, *shown(seen(entry)).splitlines()]


def changed_silently(typed: Mapping[CellRef, Entry], result: CheckResult) -> dict[str, tuple[Any, Any]]:
    """Figures that are read otherwise than they were typed, though no finding names their cell."""
    told = {cell for finding in result.findings for cell in finding.cells}
    asked_for_anew = {cell.sheet for one in result.findings if one.code in EMPTIED for cell in one.cells}
    figures = {layout().fields[ref].shown: ref for ref, one in form().fields.items() if one.is_input}
    return {
        str(cell): (entry, result.submission.value(figures[cell]))
        for cell, entry in typed.items()
        if cell in figures and cell not in told and cell.sheet not in asked_for_anew
        if result.submission.value(figures[cell]) != seen(entry)
    }


@QUICK
@given(bases(), entries())
def test_everything_typed_is_in_the_submission_or_named_in_a_finding(
    base: Submission, typed: dict[CellRef, Entry]
) -> None:
    result = check(form(), read(file_of(base, typed)))
    assert (lost(typed, result), changed_silently(typed, result)) == ({}, {})


# ── there and back ────────────────────────────────────────────────────────────────────────────────


def content(submission: Submission) -> list[tuple[object, ...]]:
    """The findings of rules, but for claimed totals, which a return copy computes anew."""
    kinds = {one.key: one.kind for one in form().judgements}
    return [
        (one.rule, one.cells, one.left, one.right, one.explanation, one.explanation_state)
        for one in check(form(), submission).findings
        if one.rule is not None and kinds[one.rule] is not JudgementKind.TOTAL
    ]


def everything(submission: Submission) -> tuple[object, ...]:
    """All that a workbook is filled in with, and whose it is."""
    one = with_bound_explanations(form(), submission)
    whose = (one.unit, one.year, one.last, one.deadline, one.return_to)
    return held(one), texts(one), one.zero_blanks, dict(one.explanations), whose, content(one)


OF_CONTENT = frozenset({"NORMALISED", "NOT-A-DATE", "NOT-A-CHOICE"})


@QUICK
@given(bases(), entries())
def test_a_return_copy_holds_the_same_values_and_the_same_findings_of_content(
    base: Submission, typed: dict[CellRef, Entry]
) -> None:
    before = read(file_of(base, typed))
    after = read(write_return_copy(form(), check(form(), before)))
    again = read(write_return_copy(form(), check(form(), after)))
    if not before.unreadable:
        assert everything(after) == everything(before)
    assert everything(again) == everything(after)
    assert (after.round, again.round, after.leftovers, after.extra_sheets) == (
        before.round + 1,
        before.round + 2,
        (),
        (),
    )
    assert {one.code for one in after.findings} <= OF_CONTENT, "the structure of a return copy is whole"


def test_the_fillings_hold_what_they_are_meant_to_hold() -> None:
    """Draws that never typed anything odd would prove nothing."""
    found: set[str] = set()

    @QUICK
    @given(bases(), entries())
    def draw(base: Submission, typed: dict[CellRef, Entry]) -> None:
        result = check(form(), read(file_of(base, typed)))
        found.update(one.code for one in result.findings)

    draw()
    assert found >= {
        *("NUM", "BLANK", "NORMALISED", "FORMULA-IN-INPUT", "TOTAL-OVERWRITTEN", "TOTAL-NOT-A-NUMBER", "SUM", "GROW"),
        *("ERROR-IN-TEXT", "SWITCH-UNCLEAR", "NOT-AN-EXPLANATION", "OUTSIDE-VALUES", "LABEL-CHANGED", "WORDS-CHANGED"),
        *("FORMULA-CHANGED", "NOT-RECALCULATED"),
    }
