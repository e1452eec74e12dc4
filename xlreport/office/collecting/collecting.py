"""What has come in, put in order: each unit's newest workbook, what it supersedes, and files that are nobody's.

Nothing here opens a file, and nothing depends on the order or the places in which files were found.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from xlreport.cells import shortened
from xlreport.checks.check import check
from xlreport.checks.result import CheckResult, Counts
from xlreport.findings import ExplanationState, Finding, Severity
from xlreport.forms.definition import FormDefinition
from xlreport.messages import say
from xlreport.office.archive.archive import Decision, Mark
from xlreport.office.archive.filing import NOBODY, NOTHING, Filing, named
from xlreport.office.archive.standing import Standing, standing_of
from xlreport.office.china_time import CHINA, from_words, in_words
from xlreport.office.roster.roster import Roster, RosterUnit
from xlreport.reading.found import structure_finding
from xlreport.reading.normalising import SPACES, without
from xlreport.submission import Explanation, Submission, Unit, unit_key

LEAST_IN_A_NAME = 3
"""Characters of a code or name by which a file's name speaks of a unit: shorter ones are numbers and common words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A content that came in: what came of it, where it lies (once or more often), and the time of its first file.

    ``fits`` is false where it calls its unit otherwise than the roster; ``named_as`` is the code of another unit, where
    every file of it is named after that one. ``is_early`` is false where the time at which it says it was saved is
    still to come, ``is_file_early`` where that of its file is: neither is believed then. ``echoes`` is the round and
    the time of the workbook that a return copy was made from in which nobody typed anything. ``is_kept`` is true for
    what could not be read this time: it counts as it was read before.
    """

    filing: Filing
    names: tuple[str, ...]
    modified: str
    fits: bool = True
    named_as: str = ""
    is_early: bool = True
    is_file_early: bool = True
    echoes: tuple[int, str] | None = None
    is_kept: bool = False

    @property
    def name(self) -> str:
        """The first of its places."""
        return self.names[0]

    @property
    def leaf(self) -> str:
        """What the file is called, without its folder."""
        return PurePosixPath(self.name).name

    @property
    def saved(self) -> str:
        """When it was saved, as far as that is believed."""
        return self.filing.saved if self.is_early else ""

    @property
    def when(self) -> str:
        """When it was saved, as the file says; else the file's time. In UTC, so that times can be compared."""
        return self.saved or (_in_utc(self.modified) if self.is_file_early else "")

    @property
    def time(self) -> str:
        """The time that decides which of several counts, in words."""
        return say("collect.saved_at", time=_in_china(self.saved)) if self.saved else self.modified


@dataclass(frozen=True, kw_only=True, slots=True)
class Stray:
    """A file that does not count, and why; ``code`` is the unit it seems to be of, empty for nobody's."""

    received: Received
    finding: Finding
    code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitState:
    """A unit of the roster and how far it has come.

    ``chosen`` is what counts. ``rivals`` are workbooks of which nobody can say which is newer: then none counts.
    ``superseded`` are older ones. ``bound`` are explanations that came without numbers, with those they were first
    read with. ``remarks`` are what was found in looking at its files together; ``marks`` the
    office's marks that hold for the present numbers.
    """

    row: RosterUnit
    standing: Standing
    counts: Counts = NOTHING
    chosen: Received | None = None
    rivals: tuple[Received, ...] = ()
    superseded: tuple[Received, ...] = ()
    remarks: tuple[Finding, ...] = ()
    marks: tuple[Mark, ...] = ()
    bound: tuple[tuple[str, Explanation], ...] = ()

    @property
    def unit(self) -> Unit:
        """The unit, as the roster has it."""
        return self.row.unit

    @property
    def is_untouched(self) -> bool:
        """Whether what counts is a template in which nobody has typed anything yet."""
        counts = self.counts
        return self.chosen is not None and not self.chosen.filing.typed and counts.blank > 0 and not counts.error


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Everything that came in for a form and a year: a state for each unit of the roster, and the strays by name."""

    form: str
    version: str
    year: int
    units: tuple[UnitState, ...]
    strays: tuple[Stray, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every unit is accepted, and no file is left over that somebody must look at."""
        return all(one.standing is Standing.ACCEPTED for one in self.units) and not self.strays

    def count(self, standing: Standing) -> int:
        """How many units stand there."""
        return sum(one.standing is standing for one in self.units)


def collect(
    definition: FormDefinition,
    roster: Roster,
    year: int,
    received: Iterable[Received],
    *,
    parent: Unit = NOBODY,
    known: Iterable[Filing] = (),
    at: str = "",
) -> Collection:
    """Put in order what came in for a form and a year.

    Args:
        definition: The form.
        roster: The units that are to report.
        year: The year of the report.
        received: What came in.
        parent: Whose report the sum becomes: that sum itself is nothing that came in.
        known: Whatever came in before, too, for a return copy that comes back as it was.
        at: The time of the run, China's; what says it is later is not believed. Empty where nobody knows.
    """
    sorting = _Sorting(definition, roster, year, parent, known=tuple(known), latest=_latest(at))
    for one in sorted(received, key=lambda one: (one.names, one.filing.digest)):
        sorting.take(one)
    return Collection(
        form=definition.id,
        version=definition.version,
        year=year,
        units=tuple(sorting.state(row) for row in roster.units),
        strays=tuple(sorting.strays),
    )


def _told_short(words: str) -> str:
    """A name or code as it is told: in one line, whatever somebody wrote into a hidden sheet."""
    return shortened(" ".join(words.split()))


def _in_china(saved: str) -> str:
    """A time that a file says it was saved, as people here say it."""
    try:
        return in_words(datetime.fromisoformat(saved).astimezone(CHINA))
    except (ValueError, OverflowError):
        return saved


def _latest(at: str) -> str:
    """Up to when a time is believed by a run at that time; a clock may be wrong by a day."""
    try:
        return _in_utc(in_words(from_words(at) + timedelta(days=1)))
    except (ValueError, OverflowError):
        return ""


def _in_utc(words: str) -> str:
    try:
        return from_words(words).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""


# ── whose a file is ───────────────────────────────────────────────────────────────────────────────


@dataclass
class _Sorting:
    definition: FormDefinition
    roster: Roster
    year: int
    parent: Unit = NOBODY
    known: tuple[Filing, ...] = ()
    latest: str = ""
    found: dict[str, list[Received]] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    claims: dict[str, list[Finding]] = field(default_factory=dict)
    """Notices for units under whose name or code something came in that is another's, by code."""

    def __post_init__(self) -> None:
        self.by_code = {unit_key(row.unit.code): row for row in self.roster.units}
        self.by_name = {unit_key(row.unit.name): row for row in self.roster.units}
        parents = {unit_key(row.parent) for row in self.roster.units}
        keyed = [(row, code, unit_key(row.unit.name)) for code, row in self.by_code.items()]
        self.spoken_of = [one for one in keyed if parents.isdisjoint(one[1:])]
        """Rows that the name of a file may speak of, with the keys of code and name; superiors are named by anybody."""
        self.known_of: dict[int, list[Filing]] = {}
        for one in self.known:
            known = self.row_of(one.unit)
            if known is not None:
                self.known_of.setdefault(known.row, []).append(one)

    def take(self, one: Received) -> None:
        if not one.filing.is_readable:
            self.unreadable(one)
            return
        row = self.row_of(one.filing.unit)
        finding = self.own_sum(one) or self.older_version(one) or self.wrong_year(one)
        if finding is None:
            finding = self.strange(one) if row is None else self.mixed(one, row)
        if finding is not None:
            self.strays.append(Stray(received=one, finding=finding, code="" if row is None else row.unit.code))
        elif row is not None:
            self.found.setdefault(row.unit.code, []).append(self.held_against(one, row))

    def row_of(self, unit: Unit) -> RosterUnit | None:
        """The row of a unit: by its code where it has one, else by its name."""
        code = unit_key(unit.code)
        return self.by_code.get(code) if code else self.by_name.get(unit_key(unit.name))

    def unreadable(self, one: Received) -> None:
        """A file without a word of whose it is: its name may say so."""
        assert one.filing.trouble is not None  # noqa: S101 - the caller has seen it
        trouble = named(one.filing.trouble, one.filing.digest, one.name)
        if trouble.code == "OTHER-FORM":
            trouble = replace(trouble, message=trouble.message + say("collect.other_form"))
        self.strays.append(Stray(received=one, finding=trouble, code=self.code_in(one.leaf)))

    def code_in(self, leaf: str) -> str:
        """The one unit whose code begins a file's name as we give it, or whose name is in it; else empty."""
        words = unit_key(leaf)
        coded = [row for code, row in self.by_code.items() if words.startswith(f"{code}_")]
        found = coded or _longest((row, name) for name, row in self.by_name.items() if name in words)
        return found[0].unit.code if len(found) == 1 else ""

    # ── what its name says ──

    def held_against(self, one: Received, row: RosterUnit) -> Received:
        """A workbook with what its unit's name and the names of its files say of whose it is."""
        one = self.dated(one)
        fits = unit_key(one.filing.unit.name) == unit_key(row.unit.name)
        others = [self.other_in(PurePosixPath(name).name, row, one.filing.unit) for name in one.names]
        other = others[0] if None not in others else None
        if other is None:
            return replace(one, fits=fits)
        self.claims.setdefault(other.unit.code, []).append(_named_as(one, row, other, "collect.named_as.other"))
        return replace(one, fits=fits, named_as=other.unit.code)

    def dated(self, one: Received) -> Received:
        """A workbook with what is to be believed of its times."""
        times = one.filing.saved, _in_utc(one.modified)
        is_early, is_file_early = (not self.latest or time <= self.latest for time in times)
        return replace(one, is_early=is_early, is_file_early=is_file_early)

    def echoing(self, row: RosterUnit, found: Sequence[Received]) -> list[Received]:
        """A unit's workbooks, those marked that are return copies in which nobody typed anything: they are no news."""
        sources = {(one.round, one.typed): (one.round, one.saved) for one in self.known_of.get(row.row, ())}
        marked = []
        for one in sorted(found, key=lambda one: (one.filing.round, one.when, one.names)):
            number, typed = one.filing.round, one.filing.typed
            source = sources.get((number - 1, typed))
            echoes = None if source is None else (source[0], max(source[1], one.saved))
            marked.append(replace(one, echoes=echoes))
            sources[number, typed] = echoes or (number, one.when)
        return marked

    def other_in(self, leaf: str, row: RosterUnit, unit: Unit) -> RosterUnit | None:
        """Another unit of the roster that a file is named after; none where the unit itself is in the name, too."""
        words = unit_key(PurePosixPath(leaf).stem)
        own = {unit_key(one) for one in (row.unit.name, unit.name)} - {""}
        is_coded, is_named = words.startswith(unit_key(row.unit.code) + "_"), any(name in words for name in own)
        if is_coded and is_named:
            return None
        coded = [one for one in self.spoken_of if words.startswith(one[1] + "_") and one[0] is not row]
        as_ours = [one for one, _, name in coded if name in words]
        if as_ours:
            return as_ours[0]
        if is_coded or is_named:
            return None
        found = [one for one, code, _ in coded if len(code) >= LEAST_IN_A_NAME] or self.longest_in(words)
        return found[0] if len(found) == 1 else None

    def longest_in(self, words: str) -> list[RosterUnit]:
        """The rows whose name is in these words, the longest of them."""
        return _longest(
            (one, name) for one, _, name in self.spoken_of if name in words and len(name) >= LEAST_IN_A_NAME
        )

    # ── strays ──

    def own_sum(self, one: Received) -> Finding | None:
        """The sum of the parent itself: as one more child every unit in it would count twice."""
        unit, parent = one.filing.unit, self.parent
        names, codes = ({unit_key(a), unit_key(b)} for a, b in ((unit.name, parent.name), (unit.code, parent.code)))
        if not one.filing.summed or (len(names) > 1 and (len(codes) > 1 or "" in codes)):
            return None
        return structure_finding("AGG-OWN", Severity.ERROR, name=one.name, unit=_told_short(unit.name))

    def older_version(self, one: Received) -> Finding | None:
        """A workbook of a version before the present one; another form's is not even read."""
        found, present = one.filing.version, self.definition.version
        if found == present:
            return None
        return structure_finding("AGG-VERSION", Severity.ERROR, name=one.name, found=found, expected=present)

    def wrong_year(self, one: Received) -> Finding | None:
        if one.filing.year == self.year:
            return None
        year = one.filing.year
        return structure_finding("AGG-YEAR", Severity.ERROR, name=one.name, found=year, expected=self.year)

    def mixed(self, one: Received, row: RosterUnit) -> Finding | None:
        """A workbook with the code of one unit and the name of another; nobody can say whose it is."""
        other = self.by_name.get(unit_key(one.filing.unit.name), row)
        if other is row:
            return None
        notice = structure_finding(
            "AGG-MIXED",
            Severity.NOTICE,
            name=one.name,
            own_code=row.unit.code,
            own=row.unit.name,
            other=other.unit.name,
            other_code=other.unit.code,
        )
        self.claims.setdefault(other.unit.code, []).append(notice)
        return replace(notice, severity=Severity.ERROR)

    def strange(self, one: Received) -> Finding:
        unit = one.filing.unit
        namesake = self.by_name.get(unit_key(unit.name))
        hint = "" if namesake is None else say("collect.namesake", code=namesake.unit.code)
        name, code = _told_short(unit.name), _told_short(unit.code) or say("collect.no_code")
        return structure_finding("AGG-UNIT", Severity.ERROR, name=one.name, unit=name, its_code=code, hint=hint)

    # ── the units ──

    def state(self, row: RosterUnit) -> UnitState:
        found = self.echoing(row, self.found.get(row.unit.code, []))
        if not found:
            return self.without_workbook(row)
        newest, older = _newest(found)
        if len({one.filing.filling for one in newest}) > 1:
            return self.unclear(row, newest, older)
        chosen = newest[0]
        superseded = tuple(sorted((*newest[1:], *older), key=lambda one: one.names))
        return UnitState(
            row=row,
            standing=chosen.filing.standing,
            counts=chosen.filing.counts,
            chosen=chosen,
            superseded=superseded,
            remarks=(
                *_contradictions(chosen, superseded),
                *_to_come([chosen, *superseded]),
                *_kept_back(chosen),
                *self.other_names(row, chosen),
                *self.named_otherwise(row, [chosen], "collect.named_as.taken"),
                *self.named_otherwise(row, superseded, "collect.named_as.not_taken"),
                *self.claims.get(row.unit.code, ()),
            ),
        )

    def named_otherwise(self, row: RosterUnit, found: Sequence[Received], key: str) -> Iterator[Finding]:
        """Which of a unit's workbooks lie in files that are named after another unit."""
        for one in found:
            if one.named_as:
                yield _named_as(one, row, self.by_code[unit_key(one.named_as)], key)

    def unclear(self, row: RosterUnit, newest: Sequence[Received], older: Sequence[Received]) -> UnitState:
        """A unit whose newest workbooks differ and are equally new: none of them counts until it says which."""
        rivals = tuple(sorted(newest, key=lambda one: one.names))
        names = "、".join(say("collect.quoted", name=one.name) for one in rivals)
        remark = structure_finding("AGG-TWICE", Severity.ERROR, names=names, why=say("collect.equally_new"))
        return UnitState(
            row=row,
            standing=Standing.RETURNED,
            counts=replace(NOTHING, error=1),
            rivals=rivals,
            superseded=tuple(sorted(older, key=lambda one: one.names)),
            remarks=(
                remark,
                *self.named_otherwise(row, [*newest, *older], "collect.named_as.not_taken"),
                *self.claims.get(row.unit.code, ()),
            ),
        )

    def other_names(self, row: RosterUnit, chosen: Received) -> Iterator[Finding]:
        """Where the workbook calls the unit otherwise than the roster does."""
        ours, theirs, levels = row.unit, chosen.filing.unit, self.definition.levels
        if unit_key(ours.name) != unit_key(theirs.name):
            yield structure_finding("AGG-NAME", Severity.NOTICE, own=ours.name, given=_told_short(theirs.name))
        if ours.level and theirs.level and ours.level != theirs.level:
            own, brought = (levels.get(level, level) for level in (ours.level, theirs.level))
            yield structure_finding("AGG-LEVEL", Severity.NOTICE, own=own, given=brought)

    def without_workbook(self, row: RosterUnit) -> UnitState:
        errors = [stray.finding for stray in self.strays if stray.code == row.unit.code]
        remarks = (*errors, *self.claims.get(row.unit.code, ()))
        standing = Standing.RETURNED if errors else Standing.MISSING
        return UnitState(row=row, standing=standing, counts=replace(NOTHING, error=len(errors)), remarks=remarks)


def _longest(named: Iterable[tuple[RosterUnit, str]]) -> list[RosterUnit]:
    """Of rows whose names stand in some words those with the longest: a shorter name may be a part of a longer one."""
    found = list(named)
    longest = max((len(name) for _, name in found), default=0)
    return [row for row, name in found if len(name) == longest]


# ── which of several counts ───────────────────────────────────────────────────────────────────────


def _newest(found: Sequence[Received]) -> tuple[list[Received], list[Received]]:
    """The workbooks of the highest round that were saved last, and all others.

    What stands on a hidden sheet that was changed is nobody's word: such a workbook never supersedes a sealed one. Nor
    does one that says by its file's name or its unit's name that it is another's supersede one without such a doubt.
    """
    last = max(_age(one) for one in found)
    newest = sorted((one for one in found if _age(one) == last), key=lambda one: one.filing.digest)
    return newest, [one for one in found if _age(one) != last]


def _trust(one: Received) -> tuple[bool, bool, bool]:
    return one.filing.is_sealed, not one.named_as, one.fits


def _age(one: Received) -> tuple[tuple[bool, bool, bool], int, str, int]:
    """A return copy nobody changed is as old as what it was made from, and only before that very workbook."""
    number, when = one.echoes or (one.filing.round, one.when)
    return _trust(one), number, when, one.filing.round


def _contradictions(chosen: Received, superseded: Sequence[Received]) -> Iterator[Finding]:
    """Workbooks that say they are newer than the one that counts: less trusted ones, or in a lower round."""
    for one in superseded:
        if _trust(one) != _trust(chosen):
            if _age(one)[1:] > _age(chosen)[1:] and not one.named_as:
                yield _twice(chosen, one, "collect.other_name" if one.filing.is_sealed else "collect.unsealed")
        elif one.filing.round < chosen.filing.round and "" < chosen.when < one.when:
            yield _twice(chosen, one, "collect.contradicting")
        elif one.filing.round > chosen.filing.round:
            yield _twice(chosen, one, "collect.echo")


def _named_as(one: Received, row: RosterUnit, other: RosterUnit, key: str) -> Finding:
    """A notice of a file that is named after one unit, while the workbook in it says it is another's."""
    return structure_finding(
        "AGG-FILE",
        Severity.NOTICE,
        name=one.name,
        own=row.unit.name,
        own_code=row.unit.code,
        other=other.unit.name,
        other_code=other.unit.code,
        outcome=say(key, own=row.unit.name, other=other.unit.name),
    )


def _kept_back(chosen: Received) -> Iterator[Finding]:
    if chosen.is_kept:
        yield structure_finding("AGG-KEPT", Severity.NOTICE, name=chosen.name)


def _to_come(found: Iterable[Received]) -> Iterator[Finding]:
    """Workbooks that say they were saved at a time still to come: some computer's clock is wrong."""
    for one in found:
        if not one.is_early:
            words = {"saved": _in_china(one.filing.saved), "modified": one.modified if one.is_file_early else ""}
            how = say("collect.by_file" if words["modified"] else "collect.by_no_time", **words)
            yield structure_finding("AGG-TIME", Severity.NOTICE, name=one.name, saved=words["saved"], how=how)


def _twice(chosen: Received, other: Received, key: str) -> Finding:
    names = "、".join(say("collect.quoted", name=one.name) for one in (chosen, other))
    why = say(key, chosen=chosen.name, other=other.name)
    return structure_finding("AGG-TWICE", Severity.NOTICE, names=names, why=why)


# ── the office's marks ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A unit's state under the office's marks, and what the archive knows of its explanations.

    ``result`` is the check without the explanations the office does not accept, the others bound to their numbers;
    ``None`` where it is that of the workbook itself.
    """

    state: UnitState
    result: CheckResult | None = None


def with_marks(
    definition: FormDefinition,
    state: UnitState,
    submission: Submission,
    findings: Sequence[Finding],
    marks: Mapping[tuple[str, str], Mark],
    *,
    result: CheckResult | None = None,
) -> Marked:
    """A unit's state under the marks that were made for its present numbers; all others have lapsed."""
    queries = {one.rule: one for one in findings if one.severity is Severity.QUERY and one.rule is not None}
    mine = [mark for (code, _), mark in marks.items() if code == unit_key(state.unit.code)]
    valid = tuple(mark for mark in mine if _holds(mark, queries.get(mark.judgement)))
    rejected = {mark.judgement: mark for mark in valid if mark.decision is Decision.REJECTED}
    if not rejected:
        return Marked(state=replace(state, marks=valid), result=result)
    kept = {key: one for key, one in submission.explanations.items() if key not in rejected}
    result = check(definition, replace(submission, explanations=kept))
    told = tuple(_told(one, rejected.get(one.rule or "")) for one in result.findings)
    result = replace(result, findings=told)
    state = replace(state, marks=valid, standing=standing_of(result), counts=result.counts)
    return Marked(state=state, result=result)


def _holds(mark: Mark, query: Finding | None) -> bool:
    """Whether a mark is still about these numbers; a rejection also about these words, as new ones are a new reason."""
    if query is None or (query.left, query.right) != (mark.left, mark.right):
        return False
    if mark.decision is Decision.ACCEPTED:
        return True
    given = query.explanation_state is ExplanationState.GIVEN
    return given and same_words(query.explanation or "") == same_words(mark.explanation)


def same_words(text: str) -> str:
    """An explanation without what makes no other one of it."""
    return without(text, *SPACES).casefold()


def _told(finding: Finding, mark: Mark | None) -> Finding:
    """An open query, with what the office says of the explanation it had."""
    return finding if mark is None else replace(finding, message=finding.message + not_accepted(mark))


def not_accepted(mark: Mark) -> str:
    """What the office says of an explanation it does not accept."""
    note = say("mark.note", note=mark.note) if mark.note else ""
    return say("mark.not_accepted", text=mark.explanation, note=note)
