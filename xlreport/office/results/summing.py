"""From what came in to the sum: each unit with its submission, and the words of a sum a person worked on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from xlreport.cells import double_to_decimal, plain
from xlreport.checks.figures import effective_figures, sum_seal
from xlreport.checks.result import CheckResult
from xlreport.errors import WorkbookError, reason_of
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.messages import say
from xlreport.office.aggregate.aggregating import Child
from xlreport.office.archive.archive import Archive
from xlreport.office.archive.standing import Standing
from xlreport.office.collecting.collecting import Collection, Marked, Received, UnitState
from xlreport.office.folder.own import OwnFolder
from xlreport.submission import Submission
from xlreport.verifying.sources import read_source

MOST_CELLS = 12
"""Changed cells of a sum that are told one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Children:
    """The units of a collection as children of a sum, their submissions out of the archive."""

    definition: FormDefinition
    archive: Archive
    collection: Collection

    def all(self, marked: Mapping[str, Marked]) -> Iterator[Child]:
        """A child for each unit; two for one of which nobody can say which workbook counts."""
        for state in self.collection.units:
            if state.rivals:
                yield from (self.child(state, one) for one in state.rivals)
            else:
                yield self.child(state, state.chosen or self.stray_of(state), marked.get(state.unit.code))

    def stray_of(self, state: UnitState) -> Received | None:
        """A readable workbook of another year or form: it says why the unit is not in the sum; no sum itself does."""
        strays = [
            one.received
            for one in self.collection.strays
            if one.code == state.unit.code and one.finding.code != "AGG-OWN"
        ]
        return next((one for one in reversed(strays) if one.filing.is_readable), None)

    def child(self, state: UnitState, one: Received | None, marked: Marked | None = None) -> Child:
        """A unit with one of its workbooks, or with none."""
        submission = None if one is None else self.archive.submission(one.filing.digest)
        if one is None or submission is None:
            return Child(unit=state.unit, status=state.standing)
        submission = replace(submission, source=one.name)
        return Child(
            unit=state.unit,
            status=state.standing,
            submission=submission,
            result=self.result(state, one, submission, marked) if one is state.chosen else None,
        )

    def result(self, state: UnitState, one: Received, submission: Submission, marked: Marked | None) -> CheckResult:
        """The check as far as a sum needs it: figures and findings."""
        if marked is not None and marked.result is not None:
            return marked.result
        return CheckResult(
            submission=submission,
            numbers=effective_figures(self.definition, submission),
            judged=(),
            findings=self.archive.findings(one.filing.digest),
            counts=state.counts,
            accepted=state.standing is Standing.ACCEPTED,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A sum that a person worked on: the file's name, what tells its content, and what is in it."""

    name: str
    digest: str
    submission: Submission


@dataclass(frozen=True, slots=True)
class Unread:
    """A sum that a person worked on and that cannot be read; why, in words."""

    name: str
    reason: str


def earlier_sum(folder: OwnFolder, name: str, form: str) -> Earlier | Unread | None:
    """The last of the sums in a folder that a person changed."""
    numbered = re.compile(f"{re.escape(Path(name).stem)}(?:_([0-9]{{1,2}}))?{re.escape(Path(name).suffix)}")
    matches = (numbered.fullmatch(path.name) for path in folder.path.iterdir())
    changed = [match for match in filter(None, matches) if folder.is_changed(match[0])]
    last = max(changed, key=lambda match: int(match[1] or 1), default=None)
    return None if last is None else _read(folder.path / last[0], form)


def _read(path: Path, form: str) -> Earlier | Unread:
    try:
        data = path.read_bytes()
        submission = read_source(data, path.name, form).submission
    except OSError as error:
        return Unread(path.name, say("file.unreadable", name=path.name, reason=reason_of(error)))
    except WorkbookError as error:
        return Unread(path.name, str(error))
    return Earlier(name=path.name, digest=sha256(data).hexdigest(), submission=submission)


def is_same_sum(made: Submission, earlier: Submission) -> bool:
    """Whether the sum a person worked on still is the sum: figures, units that are missing, last year's figures."""
    figures = {ref: value for ref, value in earlier.values.items() if ref in made.values}
    same = (earlier.form, earlier.version, earlier.unit, earlier.year) == (
        made.form,
        made.version,
        made.unit,
        made.year,
    )
    figures_hold = figures == dict(made.values) and _held(earlier.last) == _held(made.last)
    return same and figures_hold and earlier.missing_units == made.missing_units


def changed_figures(definition: FormDefinition, made: Submission, earlier: Submission) -> str:
    """The cells of a sum in which a person changed numbers, in words, against the sum as it is; empty for none."""
    if earlier.version != definition.version or earlier.summed == sum_seal(definition, earlier):
        return ""
    theirs, ours = effective_figures(definition, earlier), effective_figures(definition, made)
    layout = plan_layout(definition)
    changed = [ref for ref, field in definition.fields.items() if field.is_input and _differ(theirs, ours, ref)]
    words = [
        say("collect.changed_cell", cell=layout.cell_of(ref), theirs=_told(theirs, ref), ours=_told(ours, ref))
        for ref in changed[:MOST_CELLS]
    ]
    more = say("collect.changed_more", count=len(changed)) if len(changed) > MOST_CELLS else ""
    return "、".join(words) + more


def _differ(theirs: Mapping[FieldRef, Decimal], ours: Mapping[FieldRef, Decimal], ref: FieldRef) -> bool:
    """Whether two figures differ as far as a cell holds them."""
    left, right = (one.get(ref) for one in (theirs, ours))
    return (left is None) != (right is None) or (left is not None and float(left) != float(right or 0))


def _told(figures: Mapping[FieldRef, Decimal], ref: FieldRef) -> str:
    return plain(figures[ref]) if ref in figures else say("structure.nothing")


def _held(last: Mapping[FieldRef, Decimal] | None) -> dict[FieldRef, Decimal] | None:
    """Last year's figures as a cell holds them, where a sum of many digits loses the last ones."""
    return None if last is None else {ref: double_to_decimal(float(number)) for ref, number in last.items()}
