"""The results of a collection: status, return copies, the sum and its trace, each written whole or left as it is."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.files.naming import unit_stems
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import FormDefinition, JudgementKind
from xlreport.messages import say
from xlreport.office.aggregate.aggregating import Aggregate, aggregate
from xlreport.office.aggregate.workbook import write_aggregate
from xlreport.office.archive.archive import Archive, Decision, Held, Mark, Placed
from xlreport.office.archive.filing import filling_of
from xlreport.office.archive.standing import Standing
from xlreport.office.collecting.collecting import Collection, Marked, UnitState, not_accepted, with_marks
from xlreport.office.collecting.lapsing import said_by_units, with_lapsed
from xlreport.office.collecting.receiving import Reader, Receipt
from xlreport.office.folder.own import Blocked, OwnFolder, Unchanged
from xlreport.office.results.outputs import Outcome, Outputs, key_of
from xlreport.office.results.returning import ReturnOrder, make_return_copies
from xlreport.office.results.summing import Children, Earlier, Unread, changed_figures, earlier_sum, is_same_sum
from xlreport.office.status.sheet import StatusReport, write_status
from xlreport.office.trace.against import check_against
from xlreport.office.trace.sheet import write_trace
from xlreport.submission import Submission, Unit, unit_key
from xlreport.writing.filling import refuse_what_no_cell_holds

STATUS, AGGREGATE, TRACE, RETURN = "status.xlsx", "aggregate.xlsx", "trace.xlsx", "return"
NOTICES = "sum"
"""What the archive calls the counts of what is said of a sum."""

Progress = Callable[[Iterable[bytes | str], int], Iterable[bytes | str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the results are of: the form, the parent unit, its last year, and its own report to compare with, if any."""

    definition: FormDefinition
    parent: Unit
    last: Mapping[FieldRef, Decimal] | None = None
    against: Submission | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """The collection once the office's marks are taken into account, and what became of each file.

    ``doubts`` is how often units may have counted the same, ``differing`` in how many cells the parent's own report
    differs from the sum (``None`` where there is none to compare with). ``names`` are what the results are called now.
    ``notes`` are to be told, in words.
    """

    collection: Collection
    outcomes: tuple[Outcome, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: int = 0
    differing: int | None = None


@dataclass
class _Sum:
    """The sum of a collection, worked out only if something is made of it."""

    make: Callable[[], Aggregate]
    wanted: Wanted

    @cached_property
    def made(self) -> Aggregate:
        return self.make()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be said of the sum beside the verdict of its workbook."""
        return (*self.made.doubts, *(self.differing or ()))

    @cached_property
    def differing(self) -> tuple[Finding, ...] | None:
        """Where the parent's own report differs; ``None`` where there is none that could be compared."""
        if self.wanted.against is not None:
            with suppress(RequestError):  # the trace says why
                return check_against(self.wanted.definition, self.made, self.wanted.against)
        return None


@dataclass(kw_only=True)
class Writing:
    """One run's writing of results."""

    folder: OwnFolder
    archive: Archive
    reader: Reader
    wanted: Wanted
    receipt: Receipt
    progress: Progress
    notes: list[str] = field(default_factory=list)

    def write(self, collection: Collection) -> Results:
        """Write what is not there yet, remove what no longer holds, and keep in the archive how things stand.

        Nothing is removed while anything of the inbox could not be read.

        Raises:
            RequestError: the disk is full, or the archive is in use, full or damaged.
        """
        outputs = Outputs(self.folder, self.archive)
        marked = self._marked(collection)
        collection = replace(collection, units=tuple(one.state for one in marked.values()))
        returned = self._return_copies(outputs, collection, marked)
        total = self._sum(outputs, collection, marked)
        self._status(outputs, collection, marked, returned, total)
        doubts, differing = self._told_of(total, self._sum_facts(collection))
        if any(one.why.is_trouble for one in self.receipt.passed_over):
            outputs.leave()  # what they were made from may lie in what could not be read
        else:
            outputs.tidy()
        self._finish(collection)
        return Results(
            collection=collection,
            outcomes=tuple(outputs.outcomes),
            names=outputs.current,
            notes=tuple(self.notes),
            doubts=doubts,
            differing=differing,
        )

    def _key(self, *facts: object) -> str:
        return key_of(self.reader.program, self.reader.edition, *facts)

    # ── the office's marks ──

    def _marked(self, collection: Collection) -> dict[str, Marked]:
        marks = self.archive.marks(collection.form, collection.year)
        of_units = {code for code, _ in marks}
        said = said_by_units(
            self.archive.said(collection.form, collection.year), [state.unit for state in collection.units]
        )
        found = {}
        for state in collection.units:
            code = state.unit.code
            submission = self._submission(state) if code in said or unit_key(code) in of_units else None
            found[code] = Marked(state=state)
            if submission is not None:
                found[code] = with_lapsed(self.wanted.definition, state, submission, said.get(code, ()))
            if submission is not None and unit_key(code) in of_units:
                found[code] = self._under_marks(found[code], submission, marks)
        return found

    def _under_marks(self, one: Marked, submission: Submission, marks: Mapping[tuple[str, str], Mark]) -> Marked:
        result = one.result
        findings = self.archive.findings(submission.source) if result is None else result.findings
        bound = submission if result is None else result.submission
        return with_marks(self.wanted.definition, one.state, bound, findings, marks, result=result)

    def _submission(self, state: UnitState) -> Submission | None:
        return None if state.chosen is None else self.archive.submission(state.chosen.filing.digest)

    # ── return copies ──

    def _return_copies(self, outputs: Outputs, collection: Collection, marked: dict[str, Marked]) -> dict[str, str]:
        """Make those that are not there; the name of each unit's, by its code."""
        units = [one.unit for one in collection.units]
        stems = unit_stems(units, collection.year, say("return.suffix"))
        names = {unit.code: f"{RETURN}/{stem}.xlsx" for unit, stem in zip(units, stems, strict=True)}
        open_units = [one for one in collection.units if one.chosen and one.standing is not Standing.ACCEPTED]
        keys = {
            one.unit.code: self._key(one.chosen and one.chosen.filing.digest, one.marks, one.bound)
            for one in open_units
        }
        waiting = [one for one in open_units if not outputs.is_current(names[one.unit.code], keys[one.unit.code])]
        orders = [self._order(one, marked[one.unit.code]) for one in waiting]
        with closing(make_return_copies(orders, processes=self.reader.processes)) as made:
            for state, data in zip(waiting, self.progress(made, len(orders)), strict=True):
                _put_return(outputs, names[state.unit.code], keys[state.unit.code], data)
        written = {code: outputs.name_of(name) for code, name in names.items() if code in keys}
        return {code: name for code, name in written.items() if self.folder.holds(name)}

    def _order(self, state: UnitState, marked: Marked) -> ReturnOrder:
        submission = marked.result.submission if marked.result is not None else self._submission(state)
        assert submission is not None  # noqa: S101 - only readable workbooks are chosen
        rejected = [mark for mark in state.marks if mark.decision is Decision.REJECTED]
        additions = tuple((mark.judgement, not_accepted(mark)) for mark in rejected)
        return ReturnOrder(form=self.reader.form, submission=submission, additions=additions)

    # ── the sum ──

    def _sum_facts(self, collection: Collection) -> tuple[object, ...]:
        """All that a sum and what is said of it are made from, beside a narrative."""
        last, against = self.wanted.last, self.wanted.against
        theirs = None if against is None else (against.source, filling_of(against))
        return collection, self.wanted.parent, None if last is None else sorted(last.items()), theirs

    def _sum(self, outputs: Outputs, collection: Collection, marked: dict[str, Marked]) -> _Sum:
        definition, wanted = self.wanted.definition, self.wanted
        earlier = earlier_sum(self.folder, AGGREGATE, self.reader.form)
        facts = self._sum_facts(collection)
        sum_key = self._key(facts[:-1], earlier.digest if isinstance(earlier, Earlier) else None)
        trace_key = self._key(facts)
        children = Children(definition=definition, archive=self.archive, collection=collection)
        words = earlier.submission if isinstance(earlier, Earlier) else None
        total = _Sum(
            lambda: aggregate(
                definition, wanted.parent, collection.year, children.all(marked), last=wanted.last, earlier=words
            ),
            wanted,
        )
        if self._needs_sum(outputs, sum_key, earlier):
            if isinstance(earlier, Earlier) and is_same_sum(total.made.submission, earlier.submission):
                outputs.keep(AGGREGATE, Unchanged(earlier.name))
            else:
                is_due = isinstance(earlier, Earlier)
                self._attempt(outputs, AGGREGATE, sum_key, lambda: self._aggregate(total.made), is_due=is_due)
                self._note_changed(outputs, total.made, earlier)
        if not outputs.is_current(TRACE, trace_key):
            self._attempt(outputs, TRACE, trace_key, lambda: write_trace(definition, total.made, wanted.against))
        return total

    def _told_of(self, total: _Sum, facts: tuple[object, ...]) -> tuple[int, int | None]:
        """How many doubts and differences there are; kept, as a sum that is current is not worked out again."""
        key = self._key(facts)
        known, counts = self.archive.made_from(NOTICES)
        if known != key:
            differing = None if total.differing is None else len(total.differing)
            counts = json.dumps([len(total.made.doubts), differing])
            self.archive.made(NOTICES, key, counts)
        found: tuple[int, int | None] = tuple(json.loads(counts))
        return found

    def _needs_sum(self, outputs: Outputs, key: str, earlier: Earlier | Unread | None) -> bool:
        """Whether the sum is to be made; never without the words of one that a person worked on."""
        if isinstance(earlier, Unread):
            reason = say("collect.unread_sum", name=earlier.name, reason=earlier.reason)
            outputs.keep(AGGREGATE, Blocked(outputs.name_of(AGGREGATE), reason))
            return False
        return not outputs.is_current(AGGREGATE, key)

    def _note_changed(self, outputs: Outputs, made: Aggregate, earlier: Earlier | Unread | None) -> None:
        """Say so where a person changed numbers of a sum: it is none any more."""
        if isinstance(earlier, Earlier):
            cells = changed_figures(self.wanted.definition, made.submission, earlier.submission)
            if cells:
                words = {"name": earlier.name, "cells": cells, "other": outputs.current[AGGREGATE]}
                self.notes.append(say("collect.changed_sum", **words))

    def _aggregate(self, made: Aggregate) -> bytes:
        refuse_what_no_cell_holds(self.wanted.definition, made.submission)
        return write_aggregate(self.wanted.definition, made)

    def _attempt(
        self, outputs: Outputs, name: str, key: str, make: Callable[[], bytes], *, is_due: bool = False
    ) -> None:
        """Write a result that may be impossible: too many units for a sheet, say; the others go on."""
        try:
            data = make()
        except RequestError as error:
            outputs.keep(name, Blocked(name, str(error)))
            return
        outputs.put(name, key, data, is_due=is_due)

    # ── status ──

    def _status(
        self,
        outputs: Outputs,
        collection: Collection,
        marked: dict[str, Marked],
        returned: dict[str, str],
        total: _Sum,
    ) -> None:
        key = self._key(self._sum_facts(collection), self.receipt.passed_over, returned)
        if outputs.is_current(STATUS, key):
            return
        report = StatusReport(
            definition=self.wanted.definition,
            parent=self.wanted.parent,
            collection=collection,
            findings={one.unit.code: self._findings(one, marked[one.unit.code]) for one in collection.units},
            returned=returned,
            of_sum=total.findings,
            passed_over=self.receipt.passed_over,
        )
        outputs.put(STATUS, key, write_status(report))

    def _findings(self, state: UnitState, marked: Marked) -> tuple[Finding, ...]:
        if marked.result is not None:
            return (*state.remarks, *marked.result.findings)
        found = () if state.chosen is None else self.archive.findings(state.chosen.filing.digest)
        return (*state.remarks, *(self._unfilled(state, found) if state.is_untouched else found))

    def _unfilled(self, state: UnitState, found: tuple[Finding, ...]) -> Iterator[Finding]:
        """Of a template nobody has typed into: one finding instead of one for each of its rows."""
        blanks = {one.rule for one in self.wanted.definition.judgements if one.kind is JudgementKind.BLANK}
        code = next(one.code for one in found if one.code in blanks)
        message = say("status.untouched", count=state.counts.blank)
        yield Finding(code=code, severity=Severity.ERROR, message=message)
        yield from (one for one in found if one.code not in blanks)

    # ── the archive ──

    def _finish(self, collection: Collection) -> None:
        received = self.receipt.received
        self.archive.finish(
            collection.form,
            collection.year,
            places=[
                Placed(name=name, digest=one.filing.digest, modified=one.modified)
                for one in received
                for name in one.names
            ],
            units=[
                Held(unit=one.unit, standing=one.standing, digest=one.chosen.filing.digest if one.chosen else None)
                for one in collection.units
            ],
            program=self.reader.program,
            at=self.reader.at,
        )


def _put_return(outputs: Outputs, name: str, key: str, data: bytes | str) -> None:
    if isinstance(data, bytes):
        outputs.put(name, key, data)
    elif data:
        outputs.keep(name, Blocked(name, data))
