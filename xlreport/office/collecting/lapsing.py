"""Explanations that came in before: a sentence belongs to the numbers it was first read with, and lapses with them.

A return copy binds a sentence to its numbers by itself. One that was typed into the original again, or came with a
program's figures, does not: what the archive knows of it does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from xlreport.checks.check import check
from xlreport.forms.definition import FormDefinition
from xlreport.office.archive.archive import Said
from xlreport.office.archive.standing import standing_of
from xlreport.office.collecting.collecting import Marked, UnitState, same_words
from xlreport.submission import Explanation, Submission, Unit, unit_key


def said_by_units(said: Iterable[Said], units: Iterable[Unit]) -> Mapping[str, tuple[Said, ...]]:
    """What was said by each unit, by its code on the roster; a workbook without a code is its namesake's."""
    codes = {unit_key(unit.code): unit.code for unit in units}
    names = {unit_key(unit.name): unit.code for unit in units}
    found: dict[str, list[Said]] = {}
    for one in said:
        code = unit_key(one.unit.code)
        whose = codes.get(code) if code else names.get(unit_key(one.unit.name))
        if whose is not None:
            found.setdefault(whose, []).append(one)
    return {code: tuple(sentences) for code, sentences in found.items()}


def with_lapsed(definition: FormDefinition, state: UnitState, submission: Submission, said: Iterable[Said]) -> Marked:
    """A unit's state once its sentences are bound to the numbers they were first read with."""
    history = _History(state, tuple(said))
    bound = {key: history.bound(key, one) for key, one in submission.explanations.items()}
    lapsed = tuple((key, one) for key, one in sorted(bound.items()) if one != submission.explanations[key])
    if not lapsed:
        return Marked(state=state)
    result = check(definition, replace(submission, explanations=bound))
    state = replace(state, standing=standing_of(result), counts=result.counts, bound=lapsed)
    return Marked(state=state, result=result)


@dataclass(frozen=True, slots=True)
class _History:
    state: UnitState
    said: tuple[Said, ...]

    def bound(self, key: str, one: Explanation) -> Explanation:
        """An explanation without numbers with those of the first workbook before it that said the same."""
        if one.left is not None and one.right is not None:
            return one
        alike = [
            other for other in self.said if other.judgement == key and same_words(other.text) == same_words(one.text)
        ]
        own = next(
            (other for other in alike if self.state.chosen and other.digest == self.state.chosen.filing.digest), None
        )
        before = [other for other in alike if own is not None and self.is_before(other, own)]
        if not before:
            return one
        first = min(before, key=lambda other: (other.read_at, other.round, other.saved, other.digest))
        return replace(one, left=first.left, right=first.right)

    def is_before(self, other: Said, own: Said) -> bool:
        """Whether a workbook came before the one that counts: by what they say, or by when they were read."""
        chosen = self.state.chosen
        there = next((one for one in self.state.superseded if one.filing.digest == other.digest), None)
        if there is not None and chosen is not None:
            return (there.filing.round, there.when) < (chosen.filing.round, chosen.when)
        return (other.read_at, other.round, other.saved) < (own.read_at, own.round, own.saved)
