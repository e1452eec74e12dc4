"""Formulas of the live check: states, value cells, totals, outcomes, and what each asks of the clerk."""

from collections.abc import Sequence
from decimal import Decimal

from xlreport.cells import CellRange, CellRef
from xlreport.checks.explanations import (
    COMPARED_DECIMALS,
    EMPTY_WORDS,
    PUNCTUATION,
    SHORTEST,
)
from xlreport.checks.figures import FINE, State
from xlreport.fields import FieldRef
from xlreport.findings import ExplanationState, Severity
from xlreport.forms.accepting import SMALL, SMALL_DECIMALS, tested_decimals
from xlreport.forms.definition import Field, FormDefinition, Judgement, JudgementKind, Required
from xlreport.forms.layout import (
    ATTENTION_COLUMN,
    CHECKS_COLUMNS,
    HIDDEN_SHEET,
    FieldPlace,
    JudgementPlace,
    Layout,
    TablePlace,
    TextPlace,
)
from xlreport.messages import say
from xlreport.reading.normalising import SPACES
from xlreport.rules.excel import (
    FAILED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    PASSED,
    areas,
    has_numbers,
    number_formula,
    outcome_formula,
)
from xlreport.rules.formula import (
    Area,
    Cell,
    CellByIndex,
    Formula,
    both,
    call,
    compare,
    either,
    if_,
    joined,
    lit,
)
from xlreport.rules.tree import fields_of

ERROR, OPEN_QUERY, BLANKS, UNJUDGED = 1, 2, 3, 4
"""What a judgement asks of the clerk; the attention cell holds ten times the sheet's number plus this."""

EXPLAINED = {
    ExplanationState.MISSING: 0,
    ExplanationState.TOO_SHORT: 1,
    ExplanationState.LAPSED: 2,
    ExplanationState.GIVEN: 3,
}
"""How the state of an explanation is written in the workbook."""

DIGITS = 15
"""Digits of a number that every program shows."""

_CONTROL = {"\t": 9, "\n": 10, "\r": 13}


# ── what is typed ─────────────────────────────────────────────────────────────────────────────────


def typed(ref: CellRef, width: int) -> CellByIndex:
    """What a person typed into a cell, read so that cutting or dragging it moves no formula."""
    return CellByIndex(ref, width)


def state_formula(field: Field, cell: CellByIndex) -> Formula:
    """Blank, a number the field takes, or refused; the twin of ``checks.figures.state_of``."""
    decimals = if_(
        compare(cell, "<", SMALL),
        _no_further_decimals(cell, SMALL_DECIMALS, field.scale),
        _no_further_decimals(cell, tested_decimals(field), field.scale),
    )
    within = both(compare(cell, ">=", 0), compare(cell, "<=", field.maximum))
    number = if_(within, decimals, lit(False))  # noqa: FBT003 - Excel's FALSE; no AND, as 1E308 would overflow in it
    blank = if_(compare(call("LEN", cell), "=", 0), lit(State.BLANK), lit(State.REFUSED))
    kind = if_(call("ISNUMBER", cell), if_(number, lit(State.NUMBER), lit(State.REFUSED)), blank)
    return if_(either_error_or_logical(cell), lit(State.REFUSED), kind)


def either_error_or_logical(cell: Formula) -> Formula:
    """Whether a cell holds an error or a truth value (LibreOffice takes the latter for a number)."""
    return if_(call("ISERROR", cell), lit(True), call("ISLOGICAL", cell))  # noqa: FBT003 - Excel's TRUE


def _no_further_decimals(cell: Formula, tested: int, scale: int) -> Formula:
    """Whether the decimals from ``scale`` to ``tested`` are all 0, compared as text: exact in every program."""
    digits = tested - scale
    steps = call("ROUND", compare(cell, "*", Decimal(10) ** tested), lit(0))
    return compare(call("RIGHT", joined("0" * (digits - 1), steps), lit(digits)), "=", "0" * digits)


def value_formula(field: Field, cell: CellByIndex, state: CellRef, zero: CellRef) -> Formula:
    """The number if it is one the field takes, 0 for a blank where the table says so, else nothing."""
    blank_as_zero = both(compare(Cell(state), "=", State.BLANK), compare(Cell(zero), "=", 1))
    rest = if_(blank_as_zero, lit(0), lit(""))
    return if_(compare(Cell(state), "=", State.NUMBER), call("ROUND", cell, lit(field.scale)), rest)


def total_formula(field: Field, layout: Layout) -> Formula:
    """A total, once every part of it has a number."""
    assert field.computed is not None  # noqa: S101 - only totals come here
    parts = [layout.value(ref) for ref in fields_of(field.computed)]
    return if_(has_numbers(parts), number_formula(field.computed, layout), lit(""))


def claim_formula(cell: CellByIndex) -> Formula:
    """What stands in a total's visible cell: a number, nothing, or ``?`` for anything else."""
    text = if_(compare(call("LEN", cell), "=", 0), lit(""), lit("?"))
    return if_(either_error_or_logical(cell), lit("?"), if_(call("ISNUMBER", cell), cell, text))


def zero_formula(switch: CellRef, width: int) -> Formula:
    """1 while the table's blanks count as 0."""
    cell = typed(switch, width)
    return if_(call("ISERROR", cell), lit(0), if_(compare(cell, "=", say("switch.yes")), lit(1), lit(0)))


def length_formula(cell: CellByIndex) -> Formula:
    """How many characters of a text are no white space, or digits a number has; an error counts as none."""
    few = compare(call("ABS", cell), "<", Decimal(10) ** DIGITS)
    digits = if_(few, call("LEN", count_text(cell)), lit(DIGITS + 1))  # no program spells a number like another
    length = if_(call("ISNUMBER", cell), digits, call("LEN", stripped(cell, SPACES)))
    return if_(call("ISERROR", cell), lit(0), length)


def stripped(text: Formula, parts: Sequence[str]) -> Formula:
    """A text with every occurrence of the parts taken out; the twin of ``reading.normalising.without``."""
    for part in parts:
        old = call("CHAR", lit(_CONTROL[part])) if part in _CONTROL else lit(part)
        text = call("SUBSTITUTE", text, old, lit(""))
    return text


def present_formula(place: TextPlace) -> Formula:
    """1 where a text has any character."""
    return if_(compare(call("SUM", *areas(place.lengths)), ">", 0), lit(1), lit(0))


# ── one judgement ─────────────────────────────────────────────────────────────────────────────────


class JudgementFormulas:
    """The formulas of one judgement's row on the hidden sheet."""

    def __init__(self, definition: FormDefinition, layout: Layout, judgement: Judgement) -> None:
        self.definition = definition
        self.layout = layout
        self.judgement = judgement
        self.place: JudgementPlace = layout.judgements[judgement.key]

    def cells(self) -> dict[CellRef, Formula]:
        """Every formula, by its cell."""
        place = self.place
        left, right, outcome = self.sides()
        made = {
            place.left: left,
            place.right: right,
            place.difference: self.difference(),
            place.outcome: outcome,
            place.attention: self.attention(),
            place.message: self.message(),
            place.target: self.target(),
        }
        if place.explanation is not None:
            made[place.explained] = self.explained(place.explanation)
        return made

    @property
    def outcome(self) -> Cell:
        """The cell of its outcome."""
        return Cell(self.place.outcome)

    def sides(self) -> tuple[Formula, Formula, Formula]:
        """Left, right and outcome."""
        match self.judgement.kind:
            case JudgementKind.COMPARISON:
                return self.comparison()
            case JudgementKind.TOTAL:
                return self.total()
            case JudgementKind.BLANK:
                return self.counted(self.blanks())
            case JudgementKind.NUMBER:
                return self.counted(self.count_state(State.REFUSED))
            case JudgementKind.BLANK_LAST:
                return self.blank_last()

    def comparison(self) -> tuple[Formula, Formula, Formula]:
        """The sides and the outcome of a comparison."""
        judgement, layout = self.judgement, self.layout
        assert judgement.check is not None and judgement.shown is not None  # noqa: S101, PT018 - a comparison has both
        left, right = (self.when_compared(number_formula(term, layout)) for term in judgement.shown)
        outcome = outcome_formula(judgement.check, judgement.when, judgement.reads, judgement.reads_last, layout)
        return left, right, outcome

    def when_compared(self, side: Formula) -> Formula:
        """A side, shown only while the two are compared."""
        rounded = call("ROUND", side, lit(self.judgement.scale))
        return if_(compare(self.outcome, "<=", FAILED), rounded, lit(""))

    def total(self) -> tuple[Formula, Formula, Formula]:
        """What we compute against what stands in the total's cell."""
        judgement = self.judgement
        assert judgement.ours is not None and judgement.total is not None  # noqa: S101, PT018 - a total has both
        claim_cell = self.layout.fields[judgement.total].claim
        assert claim_cell is not None  # noqa: S101 - a total has a claim cell
        ours, claim = number_formula(judgement.ours, self.layout), Cell(claim_cell)
        equal = compare(call("ROUND", compare(ours, "-", claim), self.claim_decimals(ours)), "=", 0)
        of_number = if_(equal, lit(PASSED), lit(FAILED))
        no_claim = if_(compare(claim, "=", ""), lit(PASSED), lit(NOT_EVALUABLE))
        outcome = if_(call("ISNUMBER", claim), of_number, no_claim)
        outcome = if_(has_numbers([self.layout.value(ref) for ref in judgement.reads]), outcome, lit(NOT_EVALUABLE))
        right = if_(call("ISNUMBER", claim), claim, ours)
        return self.when_compared(ours), if_(compare(self.outcome, "<=", FAILED), right, lit("")), outcome

    def claim_decimals(self, ours: Formula) -> Formula:
        """The twin of ``checks.figures.claim_decimals``."""
        judgement = self.judgement
        assert judgement.total is not None  # noqa: S101 - only a total is claimed
        own = self.definition.fields[judgement.total].scale
        if own == judgement.scale:
            return lit(own)
        return if_(compare(call("ABS", ours), "<", FINE), lit(judgement.scale), lit(own))

    def counted(self, count: Formula) -> tuple[Formula, Formula, Formula]:
        """A count of cells at fault against 0."""
        outcome = if_(compare(Cell(self.place.left), ">", 0), lit(FAILED), lit(PASSED))
        return count, lit(0), outcome

    def places(self) -> list[FieldPlace]:
        """The places of its fields."""
        return [self.layout.fields[ref] for ref in self.judgement.fields]

    def states(self) -> list[CellRef]:
        """The state cells of its inputs."""
        return [place.state for place in self.places() if place.state is not None]

    def count_state(self, state: State) -> Formula:
        """How many of its inputs are in a state."""
        counts = [call("COUNTIF", area, lit(state)) for area in areas(self.states())]
        return counts[0] if len(counts) == 1 else call("SUM", *counts)

    def blanks(self) -> Formula:
        """How many of its cells are still to fill."""
        refs = self.judgement.fields
        if refs[0] in self.layout.fields:
            zero = self.layout.tables[refs[0].head].zero
            return if_(compare(Cell(zero), "=", 1), lit(0), self.count_state(State.BLANK))
        present = call("SUM", *areas(self.layout.texts[ref].present for ref in refs))
        if self.definition.section_of(refs[0]).required is Required.ANY:
            return if_(compare(present, "=", 0), lit(1), lit(0))
        return compare(lit(len(refs)), "-", present)

    def blank_last(self) -> tuple[Formula, Formula, Formula]:
        """How many cells count as 0 and had a figure last year."""
        zero = self.layout.tables[self.judgement.fields[0].head].zero
        forgotten = [if_(self.forgotten(ref), lit(1), lit(0)) for ref in self.judgement.fields]
        count = if_(compare(Cell(zero), "=", 1), call("SUM", *forgotten), lit(0))
        given = compare(Cell(self.layout.last_given), "=", 1)
        left = if_(given, count, lit(""))
        outcome = if_(compare(Cell(self.place.left), ">", 0), lit(FAILED), lit(PASSED))
        return left, if_(given, lit(0), lit("")), if_(given, outcome, lit(NOT_APPLICABLE))

    def forgotten(self, ref: FieldRef) -> Formula:
        """Whether a cell is blank and last year it had a figure."""
        state = self.layout.fields[ref].state
        assert state is not None  # noqa: S101 - only inputs are counted
        last = Cell(self.layout.last(self.definition.fields[ref].last))
        return both(compare(Cell(state), "=", State.BLANK), compare(last, ">", 0))

    def difference(self) -> Formula:
        """Left less right, shown only while the two are compared."""
        difference = compare(Cell(self.place.left), "-", Cell(self.place.right))
        is_total = self.judgement.kind is JudgementKind.TOTAL
        decimals = self.claim_decimals(Cell(self.place.left)) if is_total else lit(self.judgement.scale)
        return if_(compare(self.outcome, "<=", FAILED), call("ROUND", difference, decimals), lit(""))

    def attention(self) -> Formula:
        """What it asks of the clerk, and on which sheet."""
        sheet = 10 * self.place.home_sheet
        if self.judgement.kind is JudgementKind.BLANK:
            return if_(compare(self.outcome, "=", FAILED), lit(sheet + BLANKS), lit(0))
        unjudged = if_(compare(self.outcome, "=", NOT_EVALUABLE), lit(sheet + UNJUDGED), lit(0))
        failed: Formula = lit(sheet + ERROR)
        if self.judgement.severity is Severity.QUERY:
            given = compare(Cell(self.place.explained), "=", EXPLAINED[ExplanationState.GIVEN])
            failed = if_(given, lit(0), lit(sheet + OPEN_QUERY))
        return if_(compare(self.outcome, "=", FAILED), failed, unjudged)

    def explained(self, explanation: CellRef) -> Formula:
        """The state of the explanation; the twin of ``checks.explanations.explanation_state``."""
        place = self.place
        cell = typed(explanation, CHECKS_COLUMNS)
        words = stripped(cell, SPACES)
        meaning = stripped(words, (*PUNCTUATION, *EMPTY_WORDS))
        lapsed = both(
            compare(words, "=", stripped(Cell(place.explained_text), SPACES)),
            compare(call("COUNT", Cell(place.explained_left), Cell(place.explained_right)), "=", 2),
            either(
                _differ(Cell(place.explained_left), Cell(place.left)),
                _differ(Cell(place.explained_right), Cell(place.right)),
            ),
        )
        state = if_(lapsed, _explained(ExplanationState.LAPSED), _explained(ExplanationState.GIVEN))
        too_short = either(compare(call("LEN", words), "<", SHORTEST), compare(call("LEN", meaning), "=", 0))
        state = if_(too_short, _explained(ExplanationState.TOO_SHORT), state)
        state = if_(compare(call("LEN", words), "=", 0), _explained(ExplanationState.MISSING), state)
        no_words = if_(either_error_or_logical(cell), lit(True), call("ISNUMBER", cell))  # noqa: FBT003 - Excel's TRUE
        state = if_(no_words, _explained(ExplanationState.MISSING), state)
        return if_(compare(self.outcome, "=", FAILED), state, _explained(ExplanationState.MISSING))

    def says(self) -> Formula:
        """What must hold, the count of cells at fault filled in."""
        before, found, after = self.judgement.says.partition("{count}")
        if not found:
            return lit(before)
        return joined(before, count_text(Cell(self.place.left)), after)

    def message(self) -> Formula:
        """What is wrong, in words, while something is."""
        judgement, place = self.judgement, self.place
        if judgement.kind in (JudgementKind.COMPARISON, JudgementKind.TOTAL):
            left, right, difference = (
                number_text(Cell(cell), judgement.scale) for cell in (place.left, place.right, place.difference)
            )
            key = "hint.sides_last" if judgement.is_against_last else "hint.sides"
            key = "hint.total" if judgement.kind is JudgementKind.TOTAL else key
            text = filled(say(key, says=judgement.says), left=left, right=right, difference=difference)
        else:
            text = self.says()
        return if_(compare(self.outcome, "=", FAILED), text, lit(""))

    def target(self) -> Formula:
        """The address of the first cell that needs something."""
        judgement, layout = self.judgement, self.layout
        if judgement.kind is JudgementKind.BLANK:
            return self.first_at_fault(State.BLANK, present=0)
        if judgement.kind is JudgementKind.NUMBER:
            return self.first_at_fault(State.REFUSED, present=0)
        return lit(layout.cell_of(self.definition.first_to_look_at(judgement)).address)

    def first_at_fault(self, state: State, present: int) -> Formula:
        """The address of the first of its cells in a state, or of its first missing text."""
        refs = self.judgement.fields
        formula: Formula = lit(self.layout.cell_of(refs[0]).address)
        for ref in reversed(refs):
            if ref in self.layout.fields:
                cell, wanted = self.layout.fields[ref].state, int(state)
            else:
                cell, wanted = self.layout.texts[ref].present, present
            assert cell is not None  # noqa: S101 - only inputs are counted
            formula = if_(compare(Cell(cell), "=", wanted), lit(self.layout.cell_of(ref).address), formula)
        return formula


def _differ(written: Cell, present: Cell) -> Formula:
    return compare(call("ROUND", compare(written, "-", present), lit(COMPARED_DECIMALS)), "<>", 0)


def _explained(state: ExplanationState) -> Formula:
    return lit(EXPLAINED[state])


def count_text(number: Formula) -> Formula:
    """A small whole number as text."""
    return joined(call("ROUND", number, lit(0)), lit(""))


def number_text(number: Formula, scale: int) -> Formula:
    """Any number as text; only a rounded one of 15 digits at most is spelled alike by every program."""
    text = if_(compare(call("ABS", number), "<", Decimal(10) ** DIGITS), count_text(number), lit(say("hint.huge")))
    if scale == 0:
        return text
    few_digits = compare(call("ABS", number), "<", Decimal(10) ** max(0, DIGITS - scale))
    return if_(few_digits, joined(call("ROUND", number, lit(scale)), lit("")), text)


def filled(template: str, **parts: Formula) -> Formula:
    """A sentence whose places are formulas."""
    pieces: list[Formula | str] = []
    rest = template
    while rest:
        before, opened, tail = rest.partition("{")
        pieces.append(before)
        if opened:
            name, _, rest = tail.partition("}")
            pieces.append(parts[name])
        else:
            rest = ""
    return joined(*pieces)


# ── over all judgements ───────────────────────────────────────────────────────────────────────────


def attention_column(layout: Layout) -> Area:
    """The attention cells of all judgements."""
    return judgement_column(layout, ATTENTION_COLUMN)


def judgement_column(layout: Layout, column: int) -> Area:
    """One column of the hidden sheet, over all judgements."""
    first, last = layout.judgement_rows
    return Area(CellRange(HIDDEN_SHEET, first, column, last, column))


def table_width(place: TablePlace) -> int:
    """How many columns of a table's sheet ``INDEX`` reads over."""
    return place.hint_column
