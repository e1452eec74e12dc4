"""A filled form: every value with where it came from, the explanations, and who it is from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport.cells import BLANK, CellRef, Value, folded
from xlreport.fields import FieldRef
from xlreport.findings import Finding

MOST_ROUNDS = 9_999
"""Rounds a workbook may have gone; a hidden sheet that names more was tampered with."""


def unit_key(words: str) -> str:
    """What two spellings of one unit's code or name have in common; wherever units are told apart, by this."""
    return folded(words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit that reports. An empty code or level is an unknown one."""

    name: str
    code: str = ""
    level: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Why a query is right, and the numbers it was written for (``None``: the present ones)."""

    text: str
    left: Decimal | None = None
    right: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A filled form, as read: from a workbook, from JSON, or summed up from other submissions.

    ``values`` holds number fields and single-line texts, ``texts`` the paragraphs of long texts; both
    hold what was understood. ``typed`` holds what stood in the cell where that differs. ``totals`` are
    totals somebody claimed: constants over a total's formula, or totals named in a JSON.
    ``stored`` is what our own formulas of totals showed when the file was saved.
    ``last`` are last year's effective figures (totals recomputed), ``None`` where they are not given.
    ``findings`` are what reading found; ``unreadable`` are the tables and sections whose sheet is not
    the form's any more: one finding says so, and nothing in them is judged one by one.
    ``missing_units`` are, in words, the units whose figures a sum should hold and does not. ``summed`` tells the
    figures a sum had when it was made (see ``checks.figures.sum_seal``); it is empty for what is no sum of ours.
    ``is_sealed`` is false where what only its issuer knows (unit, last year) was changed on the hidden sheet.
    ``leftovers`` are cells outside all inputs in which somebody wrote, and what; ``extra_sheets`` the sheets
    that are not the form's, with the number of their filled cells: a fresh template cannot hold either.
    ``saved`` is when a spreadsheet program says it saved the file (``2025-01-12T08:30:00Z``), empty where none did.
    It belongs to the file, not to what was filled in, so two submissions that differ in it alone are equal.
    """

    form: str
    version: str
    unit: Unit
    year: int
    source: str = ""
    values: Mapping[FieldRef, Value] = field(default_factory=dict)
    typed: Mapping[FieldRef, Value] = field(default_factory=dict)
    texts: Mapping[FieldRef, tuple[str, ...]] = field(default_factory=dict)
    totals: Mapping[FieldRef, Value] = field(default_factory=dict)
    stored: Mapping[FieldRef, Value] = field(default_factory=dict)
    zero_blanks: frozenset[str] = frozenset()
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    last: Mapping[FieldRef, Decimal] | None = None
    round: int = 1
    deadline: str = ""
    return_to: str = ""
    missing_units: tuple[str, ...] = ()
    summed: str = ""
    unreadable: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    is_sealed: bool = True
    leftovers: tuple[tuple[CellRef, str], ...] = ()
    extra_sheets: tuple[tuple[str, int], ...] = ()
    saved: str = field(default="", compare=False)

    def value(self, ref: FieldRef) -> Value:
        """What a field holds; a field nobody filled is blank."""
        return self.values.get(ref, BLANK)
