"""What the tests draw at random, in one place; every draw starts from a seed, so a failure can be had again."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from random import Random

from rule_bench import FIELDS, LEVELS, PARAMETERS, SHORT, Bench, rule
from typing_in import Double, Entry, Typed

from xlreport.cells import BLANK, Boolean, CellRef, ErrorValue, Number, Text, plain, text_value
from xlreport.checks.figures import with_totals
from xlreport.fields import FieldRef
from xlreport.findings import Severity
from xlreport.forms.definition import Field, FormDefinition, Judgement
from xlreport.forms.layout import Layout, plan_layout
from xlreport.rules.parse import RuleSyntaxError
from xlreport.rules.verdict import Figures, number_of
from xlreport.submission import Explanation, Submission, Unit

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
RANGES = ("a:d", "b:c", "t.one.a:t.three.a", "m.six.p:m.six.q", "m.six.q:m.whole.q")


# ── figures ───────────────────────────────────────────────────────────────────────────────────────


def draw_figures(random: Random) -> Figures:
    """Figures of the toy form; in every second draw some are missing, and in every fourth last year's are."""
    missing = random.choice((0, 0, 0.04, 0.15))
    numbers = _numbers(random, missing)
    last = None if random.random() < 0.25 else _numbers(random, random.choice((0, 0, 0.1)))
    level = random.choice((None, *LEVELS))
    return Figures(numbers=numbers, last=last, parameters=PARAMETERS, level=level)


def _numbers(random: Random, missing: float) -> dict[FieldRef, Decimal]:
    drawn: dict[FieldRef, Decimal] = {}
    largest = random.choice((3, 30, 30, 10_000, 10**12))  # small ones tie often
    for ref, bounds in FIELDS.items():
        if random.random() >= missing:
            drawn[ref] = draw_number(random, min(bounds.above, Decimal(largest)), bounds.scale)
    return drawn


def draw_number(random: Random, most: Decimal, scale: int) -> Decimal:
    """A number of a field: 0, its limit or its neighbours, or anything between; often with few decimals."""
    decimals = random.choice((0, min(1, scale), scale))
    step = Decimal(1).scaleb(-decimals)
    kind = random.random()
    if kind < 0.15:
        return Decimal(0)
    if kind < 0.25:
        return most - random.choice((0, 0, 1, 2)) * step
    return random.randint(0, int(most.scaleb(decimals))) * step


# ── rules ─────────────────────────────────────────────────────────────────────────────────────────


class RuleWriter:
    """Writes rules of the toy form, in words, as an author would: names, ranges, functions, brackets."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def sum(self, depth: int = 3) -> str:
        """A sum."""
        makers: list[Callable[[int], str]] = [self.leaf, self.leaf]
        if depth > 0:
            makers += [self.operation, self.operation, self.product, self.function, self.function, self.chain]
        return self.random.choice(makers)(depth)

    def leaf(self, _depth: int) -> str:
        """A field of this year or last, a parameter, a number."""
        kind = self.random.random()
        if kind < 0.45:
            return self.field()
        if kind < 0.65:
            return f"last.{self.field()}"
        if kind < 0.8:
            return self.random.choice(list(PARAMETERS))
        return self.number()

    def field(self) -> str:
        """A field by its full or its short name."""
        return self.random.choice([*map(str, FIELDS), *SHORT, "it"])

    def number(self) -> str:
        """A number as one writes it."""
        return self.random.choice(("0", "1", "2", "3", "10", "0.1", "0.3", "1.005", "0.000001", "99.99", "12345678"))

    def operation(self, depth: int) -> str:
        """A sum or a difference, sometimes in brackets."""
        text = f"{self.sum(depth - 1)} {self.random.choice('+-')} {self.sum(depth - 1)}"
        return f"({text})" if self.random.random() < 0.5 else text

    def product(self, depth: int) -> str:
        """A product."""
        one, other = self.leaf(depth), f"({self.sum(depth - 2)})"
        return f"{one} * {other}" if self.random.random() < 0.5 else f"{other} * {one}"

    def chain(self, _depth: int) -> str:
        """Many terms in one line."""
        return " ".join(
            f"{self.random.choice('+-') if at else ''} {self.field()}" for at in range(self.random.randint(3, 9))
        ).strip()

    def function(self, depth: int) -> str:
        """A function over terms and ranges."""
        name = self.random.choice(("sum", "sum", "min", "max", "abs"))
        if name == "abs":
            return f"abs({self.sum(depth - 1)})"
        return f"{name}({', '.join(self.argument(depth) for _ in range(self.random.randint(1, 4)))})"

    def argument(self, depth: int) -> str:
        """An argument: a term, or a range of this year or last."""
        kind = self.random.random()
        if kind < 0.25:
            return self.random.choice(RANGES)
        if kind < 0.35:
            return ":".join(f"last.{end}" for end in self.random.choice(RANGES).split(":"))
        return self.sum(depth - 2)

    def comparison(self, depth: int = 2) -> str:
        """A comparison."""
        return f"{self.sum(depth)} {self.random.choice(COMPARISONS)} {self.sum(depth)}"

    def condition(self, depth: int = 2) -> str:
        """A condition."""
        kind = self.random.random()
        if depth == 0 or kind < 0.35:
            return self.comparison(1)
        if kind < 0.5:
            return "given(last)"
        if kind < 0.65:
            names = [f'"{name}"' for name in self.random.sample(LEVELS, self.random.randint(1, 2))]
            return f"level in ({', '.join(names)})"
        if kind < 0.75:
            return f"not ({self.condition(depth - 1)})"
        word = self.random.choice((" and ", " or "))
        return word.join(f"({self.condition(depth - 1)})" for _ in range(self.random.randint(2, 3)))

    def near_tie(self, figures: Figures) -> str:
        """A comparison of a sum with the very number it comes to, or with one a single step away."""
        words = self.sum()
        judgement = rule(f"{words} = 0")
        assert judgement.check is not None
        number = number_of(judgement.check.left, figures)
        step = Decimal(1).scaleb(-judgement.scale)
        number += self.random.choice((0, 0, 1, -1)) * step
        right = plain(number) if number >= 0 else f"0 - {plain(-number)}"
        return f"{words} {self.random.choice(COMPARISONS)} {right}"


def draw_rules(random: Random, figures: Figures, count: int) -> Iterator[Judgement]:
    """Rules the language takes, a third of them near a tie on these figures; those it refuses are drawn anew."""
    writer = RuleWriter(random)
    made = 0
    while made < count:
        try:
            check = writer.near_tie(figures) if random.random() < 0.35 else writer.comparison()
            when = writer.condition() if random.random() < 0.4 else ""
            yield rule(check, when, key=f"R{made}")
        except (RuleSyntaxError, KeyError):  # refused, or near no tie as a number is missing
            continue
        made += 1


def draw_benches(seed: int, benches: int, rules: int) -> list[Bench]:
    """Benches of random rules over random figures."""
    random = Random(seed)  # noqa: S311 - tests, not secrets
    made = []
    for _ in range(benches):
        figures = draw_figures(random)
        made.append(Bench(figures=figures, rules=tuple(draw_rules(random, figures, rules))))
    return made


def draw_cancelling_sums(seed: int, count: int) -> Iterator[str]:
    """Forty large amounts of six decimals added and, in another order, taken away again."""
    random = Random(seed)  # noqa: S311 - tests, not secrets
    for _ in range(count):
        amounts = [Decimal(random.randint(99_000_000 * 10**6, 99_999_999 * 10**6)).scaleb(-6) for _ in range(40)]
        taken = random.sample(amounts, len(amounts))
        yield f"{'+'.join(map(str, amounts))}-{'-'.join(map(str, taken))}"


# ── fillings of a real form ───────────────────────────────────────────────────────────────────────

ODD_TEXTS = (
    *(" ", "　", "\u00a0", "—", "/", "-", "无", "12件", "１２", "1,234", "12 ", " 5", "5.0", "0012", "3．5"),
    *("=1+1", "1e5", "\u0663", "\u200b5", "TRUE", "#N/A", "1，234", "约3", "10%", "999999999999", "1000000000000"),
)
ODD_NUMBERS = (
    *(-1.0, -0.5, -0.0, 0.5, 1.5, 7.1234567, 0.123456789, 0.1 + 0.2, 1.1 * 3, 2.9999999999999996, 1e15, 1e16, 1e300),
    *(1.7e308, -1e300, 1e-320, -1e-320, 5e-9, 123456789012345678.0, 999999999999.0, 1000000000000.0, 1e12 - 0.5),
    *(999999999999.0004, 99999999.0, 99999999.000001, 99999999.0000001, 5000000.00000001, 0.0000004999, 1e-7),
    *(99999999.9999999, 100000000.0, 12345678.123456, 0.000001, 0.0000015, 1e-6 + 1e-9, 4.35 * 100, 1e6),
    *(999999.99999999, 0.1 * 3 * 10, 2.675, 1e21, 12345678.9012345),
)
ERRORS = ("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!")
ODD_FORMULAS = (
    Typed("1+1", Number(Decimal(2))),
    Typed("0.1+0.2", Number(Decimal("0.3"))),
    Typed("NA()", ErrorValue("#N/A")),
    Typed("1/0", ErrorValue("#DIV/0!")),
    Typed('""', BLANK),
    Typed('"12"', Text("12")),
    Typed("TRUE", Boolean(value=True)),
)
EXPLANATIONS = (
    *(
        "",
        " ",
        "　",
        "属实",
        "同上。",
        "无误",
        "属 实，无误!",
        "属实属实属实属实",
        "情况属实，数据无误。",
        "经核实以上数字均准确",
        "数据属实，案件集中",
        "五个字说明",
        "五个字　说明",
    ),
    *("，。、；！,.;!", "同上同上同上，无误", "12345", "123456", "统计口径调整。", "因机构改革职责划转"),
    *("  去年有集中申请，今年没有  ", "第一行\n第二行", "因ABC口径调整", "因 abc口径调整"),
)
PARAGRAPHS = ("主动公开情况。", "　　缩进的一段", "第一段\n第二段", " ", "　", "\n", "0", "长" * 800, "a" * 3)


def one_of(random: Random, *makers: Callable[[Random], Entry]) -> Entry:
    """What one of the makers draws."""
    return random.choice(makers)(random)


def odd_text(random: Random) -> Entry:
    """A text somebody types for a figure."""
    return Text(random.choice(ODD_TEXTS))


def odd_number(random: Random) -> Entry:
    """A number near a limit, with too many decimals, with dust, or enormous."""
    return Double(random.choice(ODD_NUMBERS))


def error(random: Random) -> Entry:
    """An error value."""
    return ErrorValue(random.choice(ERRORS))


def truth(random: Random) -> Entry:
    """TRUE or FALSE."""
    return Boolean(value=random.random() < 0.5)


def odd_formula(random: Random) -> Entry:
    """A formula somebody types."""
    return random.choice(ODD_FORMULAS)


def blank(_random: Random) -> Entry:
    """Nothing."""
    return BLANK


def odd_entry(random: Random) -> Entry:
    """Anything but a figure that the field takes."""
    number = random.choice((odd_number, odd_number, odd_text, odd_text))
    return one_of(random, number, number, number, error, truth, odd_formula, blank)


def draw_base(random: Random, definition: FormDefinition) -> Submission:
    """What an office sends out or hands back: level, last year, switches, explanations with their numbers."""
    last = None if random.random() < 0.3 else _last_year(random, definition)
    queries = [one.key for one in definition.judgements if one.severity is Severity.QUERY]
    return Submission(
        form=definition.id,
        version=definition.version,
        unit=Unit(name="示例市人民政府", level=random.choice(("", *definition.levels))),
        year=2024,
        zero_blanks=frozenset(table.id for table in definition.tables if random.random() < 0.4),
        explanations={key: _explanation(random) for key in queries if random.random() < 0.7},
        last=last,
        texts={entry.ref: ("上一次填的。",) for entry in definition.entries if random.random() < 0.3},
    )


def _last_year(random: Random, definition: FormDefinition) -> dict[FieldRef, Decimal]:
    missing = random.choice((0, 0, 0.1))
    inputs = {
        ref: _small_figure(random, field)
        for ref, field in definition.fields.items()
        if field.is_input and random.random() >= missing
    }
    return with_totals(definition, inputs)


def _small_figure(random: Random, field: Field) -> Decimal:
    number = random.choice((0, 0, 1, 2, 3, 20, 100, random.randint(0, 100_000)))
    return Decimal(number).scaleb(-random.choice((0, field.scale)))


def _explanation(random: Random) -> Explanation:
    sides = [random.choice((None, Decimal(0), Decimal(1), Decimal(random.randint(0, 3)))) for _ in range(2)]
    return Explanation(text=random.choice(EXPLANATIONS), left=sides[0], right=sides[1])


def draw_entries(random: Random, definition: FormDefinition, base: Submission) -> dict[CellRef, Entry]:
    """What a clerk types over a template: honest figures, and now and then anything at all."""
    layout, odd = plan_layout(definition), random.choice((0, 0.02, 0.1, 0.5))
    entries: dict[CellRef, Entry] = {}
    for ref, number in _figures_that_fit(random, definition, base).items():
        entries[layout.fields[ref].shown] = odd_entry(random) if random.random() < odd else number
    totals = [ref for ref, field in definition.fields.items() if not field.is_input]
    for ref in totals:
        if random.random() < odd:
            entries[layout.fields[ref].shown] = _claim(random)
    for place in layout.tables.values():
        if random.random() < odd:
            entries[place.switch] = random.choice((Text("是"), Text("否"), BLANK, Text("yes"), Number(Decimal(1))))
    return entries | _words(random, layout, odd)


def _figures_that_fit(random: Random, definition: FormDefinition, base: Submission) -> dict[FieldRef, Entry]:
    """Figures of which many rules hold: small, often last year's, and in each column of a table often the same."""
    blanks, same = random.choice((0, 0.1, 1)), random.random() < 0.5
    entries: dict[FieldRef, Entry] = {}
    for ref, field in definition.fields.items():
        last = (base.last or {}).get(field.last)
        if field.is_input and random.random() >= blanks * random.random():
            number = last if last is not None and random.random() < 0.5 else _small_figure(random, field)
            entries[ref] = Number(Decimal(1) if same else number)
    return entries


def _claim(random: Random) -> Entry:
    honest = Number(Decimal(random.choice((0, 0, 1, 2, 6, 21, 22))))
    return random.choice((honest, honest, honest, odd_entry(random)))


def _words(random: Random, layout: Layout, odd: float) -> dict[CellRef, Entry]:
    entries: dict[CellRef, Entry] = {}
    for place in layout.texts.values():
        for cell in place.cells:
            if random.random() < 0.3:
                entries[cell] = _text(random, odd, PARAGRAPHS)
    for judgement in layout.judgements.values():
        if judgement.explanation is not None and random.random() < 0.4:
            entries[judgement.explanation] = _text(random, odd, EXPLANATIONS)
    return entries


def _text(random: Random, odd: float, usual: Sequence[str]) -> Entry:
    if random.random() < odd:
        return one_of(random, odd_text, odd_number, error, truth, odd_formula, blank)
    return text_value(random.choice(usual))


def draw_dust(random: Random, count: int) -> Iterator[float]:
    """Doubles as sums and products of decimal numbers leave them: 0.30000000000000004 and the like."""
    for _ in range(count):
        numbers = [round(random.uniform(0, 10 ** random.randint(0, 4)), random.randint(0, 6)) for _ in range(9)]
        yield random.choice((sum(numbers), numbers[0] * 1.1, numbers[0] * 100 / 3 * 3, sum(numbers) - numbers[-1]))
