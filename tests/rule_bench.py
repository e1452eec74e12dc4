"""A bench for rules: many of them over many sets of figures, in one workbook that real engines recalculate.

Value cells hold numbers or ``""``, as in a template; the formulas are those of the template's hidden sheet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from handmade import workbook, worksheet
from line import form

from xlreport.cells import BLANK, CellRange, CellRef, Number, Text, Value, plain, text_value
from xlreport.checks.figures import Evaluated
from xlreport.checks.judge import judge
from xlreport.checks.result import Judged
from xlreport.fields import FieldRef
from xlreport.findings import Outcome, Severity
from xlreport.forms.definition import Judgement, JudgementKind
from xlreport.forms.layout import FieldPlace, JudgementPlace, Layout
from xlreport.rules.excel import FAILED, NOT_APPLICABLE, NOT_EVALUABLE, PASSED
from xlreport.rules.formula import Formula, Literal, spell, value_of
from xlreport.rules.resolve import Bounds, Scope, resolve_check, resolve_condition
from xlreport.rules.tree import fields_of, last_fields_of
from xlreport.rules.verdict import Figures
from xlreport.submission import Submission, Unit
from xlreport.writing.judging import JudgementFormulas

VALUES, FORMULAS = "表1", "表2"
OUTCOMES = {
    Outcome.PASSED: PASSED,
    Outcome.FAILED: FAILED,
    Outcome.NOT_EVALUABLE: NOT_EVALUABLE,
    Outcome.NOT_APPLICABLE: NOT_APPLICABLE,
}


# ── a toy form ────────────────────────────────────────────────────────────────────────────────────


def _table(name: str, columns: str, rows: Mapping[str, Bounds]) -> dict[FieldRef, Bounds]:
    return {FieldRef((name, row, column)): bounds for row, bounds in rows.items() for column in columns.split()}


_COUNT, _AMOUNT = Decimal(999_999_999_999), Decimal(99_999_999)
FIELDS: Mapping[FieldRef, Bounds] = {
    **_table("t", "a b c d", dict.fromkeys(("one", "two", "three"), Bounds(_COUNT, 0))),
    **_table("m", "p q", {"six": Bounds(_AMOUNT, 6), "two": Bounds(_AMOUNT, 2), "whole": Bounds(_AMOUNT, 0)}),
}
PARAMETERS: Mapping[str, Decimal] = {
    "factor": Decimal(4),
    "floor": Decimal(20),
    "half": Decimal("0.5"),
    "price": Decimal("12.345"),
    "step": Decimal("0.000001"),
    "below": Decimal("-7.5"),
}
LEVELS = ("bureau", "county", "city")
SHORT = {column: FieldRef(("t", "one", column)) for column in "abcd"}
SCOPE = Scope(fields=FIELDS, parameters=PARAMETERS, short=SHORT, it=FieldRef(("t", "two", "b")), levels=LEVELS)


def rule(check: str, when: str = "", key: str = "R") -> Judgement:
    """A rule of the toy form.

    Raises:
        RuleSyntaxError: the language refuses it.
    """
    resolved = resolve_check(check, SCOPE)
    condition = resolve_condition(when, SCOPE) if when else None
    return Judgement(
        key=key,
        rule=key,
        index="",
        severity=Severity.ERROR,
        kind=JudgementKind.COMPARISON,
        says=check,
        section="",
        fields=(),
        home=SHORT["a"],
        check=resolved,
        when=condition,
        shown=(resolved.left, resolved.right),
        scale=resolved.scale,
        reads=fields_of(condition, resolved),
        reads_last=last_fields_of(condition, resolved),
    )


def figures(
    numbers: Mapping[str, Decimal | int], last: Mapping[str, Decimal | int] | None = None, level: str | None = None
) -> Figures:
    """Figures of the toy form, fields by their full names."""
    return Figures(
        numbers=_by_ref(numbers), last=None if last is None else _by_ref(last), parameters=PARAMETERS, level=level
    )


def _by_ref(numbers: Mapping[str, Decimal | int]) -> dict[FieldRef, Decimal]:
    return {FieldRef(tuple(name.split("."))): Decimal(number) for name, number in numbers.items()}


# ── rules over figures, and what each back end makes of them ──────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Rules that are judged on the same figures."""

    figures: Figures
    rules: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome as the workbook writes it, left, right and difference; ``None`` where nothing was compared."""

    outcome: int
    left: Decimal | None
    right: Decimal | None
    difference: Decimal | None

    def agrees(self, exact: "Verdict") -> bool:
        """Whether an engine's verdict is the exact one."""
        if self.outcome != exact.outcome or (self.left is None) != (exact.left is None):
            return False
        dusty = any(side is not None and digits_of(side) > 15 for side in (exact.left, exact.right))
        sides = ((self.left, exact.left), (self.right, exact.right), (self.difference, exact.difference))
        return all(same_number(*side, dusty=dusty) for side in sides)


def digits_of(number: Decimal) -> int:
    """How many digits a number needs."""
    return len(number.normalize().as_tuple().digits)


def same_number(seen: Decimal | None, exact: Decimal | None, *, dusty: bool = False) -> bool:
    """Whether an engine's number is the exact one, to the 15 digits of a double.

    A number that needs more digits than that is the nearest double, give or take the dust of its sums; and so is,
    if ``dusty``, what comes of it.
    """
    if seen is None or exact is None:
        return seen is exact
    dusty = dusty or digits_of(exact) > 15
    return seen == exact or (dusty and abs(seen - exact) <= abs(exact) / 10**14)


def python_verdicts(bench: Bench) -> list[Verdict]:
    """What Python says of every rule of a bench."""
    definition = replace(form(), judgements=bench.rules)
    submission = Submission(form=definition.id, version=definition.version, unit=Unit(name=""), year=2024)
    evaluated = Evaluated(states={}, figures=bench.figures, present=frozenset())
    return [_verdict(one) for one in judge(definition, submission, evaluated)]


def _verdict(judged: Judged) -> Verdict:
    return Verdict(OUTCOMES[judged.outcome], judged.left, judged.right, judged.difference)


class Benches:
    """All benches as one workbook: a row of value cells for each bench, a row of formulas for each rule.

    Without ``sides`` a rule's row holds its outcome alone.
    """

    def __init__(self, benches: Sequence[Bench], *, sides: bool = True) -> None:
        self.benches = benches
        self.sides = sides
        self.formulas: dict[CellRef, Formula] = {}
        self.constants: dict[CellRef, Value] = {
            CellRef(VALUES, 1, column): Number(value) for column, value in enumerate(PARAMETERS.values(), start=1)
        }
        self.rows = [len(bench.rules) for bench in benches]
        for at, bench in enumerate(benches):
            self._add_figures(bench.figures, at + 2)
            self._add_rules(bench, at + 2, 1 + sum(self.rows[:at]))

    def _add_figures(self, given: Figures, row: int) -> None:
        width = len(FIELDS)
        for column, ref in enumerate(FIELDS, start=1):
            here, last = CellRef(VALUES, row, column), CellRef(VALUES, row, column + width)
            if ref in given.numbers:
                self.constants[here] = Number(given.numbers[ref])
            else:
                self.formulas[here] = Literal("")
            if given.last and ref in given.last:
                self.constants[last] = Number(given.last[ref])
        self.constants[CellRef(VALUES, row, 2 * width + 1)] = text_value(given.level or "")
        self.constants[CellRef(VALUES, row, 2 * width + 2)] = Number(Decimal(given.last is not None))

    def _add_rules(self, bench: Bench, values_row: int, first: int) -> None:
        for at, judgement in enumerate(bench.rules):
            formulas = JudgementFormulas(form(), _layout(values_row, first + at, judgement.key), judgement)
            left, right, outcome = formulas.sides()
            made = (outcome, left, right, formulas.difference()) if self.sides else (outcome,)
            self.formulas |= dict(zip(_cells(first + at), made, strict=False))

    def workbook(self) -> bytes:
        """The workbook, with a wrong stored value for every formula."""
        return workbook(*(worksheet("".join(self._sheet_rows(sheet))) for sheet in (VALUES, FORMULAS)))

    def _sheet_rows(self, sheet: str) -> Iterator[str]:
        rows: dict[int, dict[int, str]] = {}
        for ref, value in self.constants.items():
            if ref.sheet == sheet:
                rows.setdefault(ref.row, {})[ref.column] = _constant_cell(ref, value)
        for ref, formula in self.formulas.items():
            if ref.sheet == sheet:
                rows.setdefault(ref.row, {})[ref.column] = formula_cell(ref, spell(formula, sheet))
        for row in sorted(rows):
            yield f'<row r="{row}">{"".join(cell for _, cell in sorted(rows[row].items()))}</row>'

    def verdicts(self, values: Mapping[CellRef, Value]) -> list[list[Verdict]]:
        """The verdicts an engine came to, bench by bench."""
        made = [
            Verdict(_whole(outcome), _number(left), _number(right), _number(difference))
            for row in range(1, sum(self.rows) + 1)
            for outcome, left, right, difference in [[values.get(ref, BLANK) for ref in _cells(row)]]
        ]
        ends = [sum(self.rows[: at + 1]) for at in range(len(self.rows))]
        return [made[end - length : end] for end, length in zip(ends, self.rows, strict=True)]

    def own_values(self) -> dict[CellRef, Value]:
        """The values our own evaluator works out from the trees: those stored in a template."""
        known: dict[CellRef, Value] = {}

        def lookup(ref: CellRef) -> Value:
            if ref not in self.formulas:
                return self.constants.get(ref, BLANK)
            if ref not in known:
                known[ref] = value_of(self.formulas[ref], lookup)
            return known[ref]

        return {ref: lookup(ref) for ref in self.formulas}


def _cells(row: int) -> list[CellRef]:
    """Where outcome, left, right and difference of a rule stand."""
    return [CellRef(FORMULAS, row, column) for column in range(1, 5)]


def _whole(value: Value) -> int:
    assert isinstance(value, Number), value
    return int(value.value)


def _number(value: Value) -> Decimal | None:
    assert value in (BLANK, Text("")) or isinstance(value, Number), value
    return value.value if isinstance(value, Number) else None


def _layout(values_row: int, row: int, key: str) -> Layout:
    width = len(FIELDS)
    nowhere = CellRef(FORMULAS, row, 9)
    outcome, left, right, difference = _cells(row)
    return Layout(
        start_sheet="",
        checks_sheet="",
        meta={
            "level": CellRef(VALUES, values_row, 2 * width + 1),
            "last_given": CellRef(VALUES, values_row, 2 * width + 2),
        },
        parameters={name: CellRef(VALUES, 1, column) for column, name in enumerate(PARAMETERS, start=1)},
        tables={},
        fields={
            ref: FieldPlace(
                shown=nowhere,
                area=CellRange(FORMULAS, row, 9, row, 9),
                value=CellRef(VALUES, values_row, column),
                state=None,
                claim=None,
                last=CellRef(VALUES, values_row, column + width),
            )
            for column, ref in enumerate(FIELDS, start=1)
        },
        texts={},
        judgements={
            key: JudgementPlace(
                checks_row=row,
                explanation=None,
                left=left,
                right=right,
                difference=difference,
                outcome=outcome,
                attention=nowhere,
                explained_left=nowhere,
                explained_right=nowhere,
                explained_text=nowhere,
                explained=nowhere,
                message=nowhere,
                target=nowhere,
                home_sheet=1,
            )
        },
        seal_column=1,
        section_sheets=(),
    )


# ── cells by hand ─────────────────────────────────────────────────────────────────────────────────


def escaped(text: str) -> str:
    """A text as the content of an XML element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def formula_cell(ref: CellRef, formula: str) -> str:
    """A formula with a wrong stored value: an engine that does not compute betrays itself."""
    return f'<c r="{ref.address}"><f>{escaped(formula)}</f><v>999</v></c>'


def _constant_cell(ref: CellRef, value: Value) -> str:
    match value:
        case Number(value=number):
            return f'<c r="{ref.address}"><v>{plain(number)}</v></c>'
        case Text(value=text):
            return f'<c r="{ref.address}" t="inlineStr"><is><t>{escaped(text)}</t></is></c>'
        case _:
            return ""


__all__ = [
    "FIELDS",
    "LEVELS",
    "OUTCOMES",
    "PARAMETERS",
    "SCOPE",
    "SHORT",
    "Bench",
    "Benches",
    "Verdict",
    "escaped",
    "figures",
    "formula_cell",
    "python_verdicts",
    "rule",
    "same_number",
]
