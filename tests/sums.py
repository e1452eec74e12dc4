"""Units whose figures are known to sum up: the parts of a published report, and a city of generated ones."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import line

from xlreport.cells import Number
from xlreport.fields import FieldRef
from xlreport.office.aggregate.aggregating import Aggregate, Child, aggregate
from xlreport.office.archive.standing import Standing, standing_of
from xlreport.submission import Submission, Unit

SUQIAN = {
    "市本级": 349,
    "沭阳县": 933,
    "泗阳县": 477,
    "泗洪县": 301,
    "宿豫区": 874,
    "宿城区": 216,
    "经济技术开发区": 348,
    "湖滨新区": 55,
    "苏宿工业园区": 26,
    "洋河新区": 12,
    "市直单位": 16,
}
"""What the text of 宿迁's report for 2023 says its parts received and carried in; the names are the tests' own."""
SUMMED_ROWS = ("received", "carried_in")
STRIDE = 1009
"""Coprime to the number of applications: walking by it mixes them evenly, the same way every time."""
BUREAUS, DISTRICTS = 12, 4


def inputs() -> list[FieldRef]:
    """The number fields people fill in."""
    return [ref for ref, field in line.form().fields.items() if field.is_input]


def filled(unit: Unit, figures: Mapping[FieldRef, Decimal], year: int = 2023) -> Submission:
    """A unit's report with these figures and a short narrative."""
    texts = {FieldRef(tuple(name.split("."))): (words,) for name, words in line.NARRATIVE.items()}
    values = {ref: Number(figures.get(ref, Decimal(0))) for ref in inputs()}
    return Submission(
        form=line.FORM,
        version=line.form().version,
        unit=unit,
        year=year,
        source=f"{unit.name}.xlsx",
        values=values,
        texts=texts,
    )


def child(made: Submission) -> Child:
    """A unit with its report and what the check says of it."""
    result = line.verdict(made)
    return Child(unit=made.unit, status=standing_of(result), submission=made, result=result)


def absent(name: str) -> Child:
    """A unit that has sent nothing."""
    return Child(unit=Unit(name=name), status=Standing.MISSING)


def summed(children: Sequence[Child], parent: str = "宿迁市", year: int = 2023) -> Aggregate:
    """The sum as a report of the parent."""
    return aggregate(line.form(), Unit(name=parent, level="city"), year, children)


def with_narrative(made: Submission) -> Submission:
    """A sum with the parent's own words."""
    return replace(made, texts=filled(made.unit, {}).texts)


# ── a published report in its parts ───────────────────────────────────────────────────────────────


def suqian() -> list[Child]:
    """The eleven parts of 宿迁 2023: as many applications each as published, everything else split by the test."""
    whole = line.last_year("suqian_2023")
    figures: list[Counter[FieldRef]] = [Counter() for _ in SUQIAN]
    applications = iter(_mixed(_applications(whole)))
    for counts, count in zip(figures, SUQIAN.values(), strict=True):
        for _ in range(count):
            counts.update(next(applications))
    assert not list(applications)
    parts: list[dict[FieldRef, Decimal]] = [
        {ref: Decimal(number) for ref, number in counts.items()} for counts in figures
    ]
    for ref in inputs():
        if ref.head != "requests":
            for part, share in zip(parts, _split(whole[ref]), strict=True):
                part[ref] = share
    return [child(filled(Unit(name=name), part)) for name, part in zip(SUQIAN, parts, strict=True)]


def _applications(whole: Mapping[FieldRef, Decimal]) -> list[tuple[FieldRef, FieldRef]]:
    """Every application as the row it came in by and the row it went out by."""
    found: list[tuple[FieldRef, FieldRef]] = []
    columns = dict.fromkeys(ref.path[2] for ref in inputs() if ref.head == "requests")
    for column in columns:
        refs = [ref for ref in inputs() if ref.head == "requests" and ref.path[2] == column]
        came = [ref for ref in refs if ref.path[1] in SUMMED_ROWS for _ in range(int(whole[ref]))]
        went = [ref for ref in refs if ref.path[1] not in SUMMED_ROWS for _ in range(int(whole[ref]))]
        found += zip(came, went, strict=True)
    return found


def _mixed(applications: list[tuple[FieldRef, FieldRef]]) -> list[tuple[FieldRef, FieldRef]]:
    count = len(applications)
    mixed = [applications[at * STRIDE % count] for at in range(count)]
    assert Counter(mixed) == Counter(applications)
    return mixed


def _split(number: Decimal) -> list[Decimal]:
    """A number in shares like the applications; the first has what is left, so nothing is lost."""
    step = Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))
    total = sum(SUQIAN.values())
    shares = [(number * count / total // step) * step for count in SUQIAN.values()]
    return [number - sum(shares[1:]), *shares[1:]]


# ── a generated city ──────────────────────────────────────────────────────────────────────────────


def bureau(district: int, number: int) -> Submission:
    """A bureau with generated figures that hold in themselves; the same ones every time."""
    chance = random.Random(1000 * district + number)  # noqa: S311 - figures, no secrets
    figures = {ref: Decimal(_generated(ref, chance)) for ref in inputs()}
    for column in dict.fromkeys(ref.path[2] for ref in inputs() if ref.head == "requests"):
        went = [ref for ref in inputs() if ref.head == "requests" and ref.path[2] == column]
        came_in, carried = (FieldRef(("requests", row, column)) for row in SUMMED_ROWS)
        results = sum((figures[ref] for ref in went if ref.path[1] not in SUMMED_ROWS), start=Decimal(0))
        figures[carried] = min(figures[carried], results)
        figures[came_in] = results - figures[carried]
    unit = Unit(name=f"第{district}区第{number:02d}局", code=f"{district}{number:02d}", level="")
    return filled(unit, figures)


def _generated(ref: FieldRef, chance: random.Random) -> str:
    if ref.path[-1] == "amount":
        return f"{chance.randint(0, 4999)}.{chance.randint(0, 9999):04d}"
    if ref.head == "requests":
        return str(chance.choice((0, 0, 0, 0, 1, 2, 7)))
    if ref.head == "disputes":
        return str(chance.choice((0, 0, 1)))
    if ref.path[1] == "regulations":
        return "0"
    return str(chance.randint(0, 900) + (1000 if ref.path[2] == "in_force" else 0))
