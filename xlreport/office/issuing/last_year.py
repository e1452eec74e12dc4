"""Last year's figures for this year's units: whose they are, and what is wrong with those that are nobody's."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport.checks.history import figures_of_last_year
from xlreport.errors import RequestError, WorkbookError
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.messages import say
from xlreport.submission import Submission, Unit, unit_key
from xlreport.verifying.sources import read_source

Figures = Mapping[FieldRef, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class LastYear:
    """The figures by the code of this year's unit, and in words what could not be used, or is worth a look."""

    figures: Mapping[str, Figures]
    notes: tuple[str, ...] = ()


NO_LAST_YEAR = LastYear(figures={})


@dataclass(frozen=True, slots=True)
class LastFile:
    """A file that may hold last year's figures of a unit; ``form`` says where a form of one's own lies."""

    name: str
    data: bytes
    form: str = ""


def documents_of(file: LastFile) -> tuple[LastFile, ...]:
    """The file, or the documents in it: ``export`` writes those of several units as one JSON list."""
    data = file.data.removeprefix(b"\xef\xbb\xbf").strip()
    if not data.startswith(b"["):
        return (file,)
    try:
        texts = list(_elements(data.decode()))
    except (ValueError, RecursionError):
        return (file,)
    numbered = enumerate(texts, start=1)
    return tuple(LastFile(f"{file.name}#{number}", text.encode(), file.form) for number, text in numbered)


_MARK = re.compile(r"\s*([\[,\]])\s*")
"""What stands before an element of a list, or behind the last one."""


def _elements(text: str) -> Iterator[str]:
    """The elements of a JSON list as they are spelled, so that numbers keep their digits."""
    decoder, at = json.JSONDecoder(), 0
    while (mark := _MARK.match(text, at)) and mark[1] != "]":
        _, at = decoder.raw_decode(text, mark.end())
        yield text[mark.end() : at]
    if mark is None or mark.end() < len(text):
        raise ValueError(at)


def read_last_file(file: LastFile) -> Submission | str:
    """The submission in a file, or in words why it holds none."""
    try:
        return read_source(file.data, file.name, file.form).submission
    except WorkbookError as error:
        return say("last.unreadable", reason=error)


def match_last_year(
    definition: FormDefinition, units: Sequence[Unit], found: Iterable[Submission | str], year: int
) -> LastYear:
    """Last year's figures by unit: matched by code, else by name; of a unit's several files the last round counts."""
    matching = _Matching(definition, units, year)
    for one in found:
        if isinstance(one, str):
            matching.notes.append(one)
        else:
            matching.take(one)
    figures = {unit.code: matching.chosen(unit) for unit in units if unit.code in matching.found}
    usable = {code: one for code, one in figures.items() if one is not None}
    return LastYear(figures=usable, notes=tuple(matching.notes))


@dataclass(frozen=True, slots=True)
class _Candidate:
    submission: Submission
    figures: Figures


@dataclass(slots=True)
class _Matching:
    definition: FormDefinition
    units: Sequence[Unit]
    year: int
    found: dict[str, list[_Candidate]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def take(self, submission: Submission) -> None:
        unit = _unit_of(submission.unit, self.units)
        if unit is None:
            self.notes.append(say("last.nobody", name=submission.source, unit=submission.unit.name))
            return
        try:
            figures = figures_of_last_year(self.definition, submission, self.year)
        except RequestError as error:
            self.notes.append(str(error))
            return
        self.found.setdefault(unit.code, []).append(_Candidate(submission, figures))

    def chosen(self, unit: Unit) -> Figures | None:
        """The figures of the last round; none where two files of it contradict each other."""
        latest = max(one.submission.round for one in self.found[unit.code])
        candidates = [one for one in self.found[unit.code] if one.submission.round == latest]
        first = candidates[0]
        if any(one.figures != first.figures for one in candidates):
            names = "、".join(f"“{one.submission.source}”" for one in candidates)
            self.notes.append(say("last.contradicting", unit=unit.name, names=names))
            return None
        self._compare_names(unit, first.submission)
        return first.figures

    def _compare_names(self, unit: Unit, last: Submission) -> None:
        if last.unit.name and unit_key(last.unit.name) != unit_key(unit.name):
            words = say("template.other_unit", name=last.source, found=last.unit.name, expected=unit.name)
            self.notes.append(words)


def _unit_of(last: Unit, units: Sequence[Unit]) -> Unit | None:
    """The unit of this year that last year's was: of the same code, else of the same name."""
    by_code = (unit for unit in units if last.code and unit_key(unit.code) == unit_key(last.code))
    by_name = (unit for unit in units if last.name and unit_key(unit.name) == unit_key(last.name))
    return next(by_code, None) or next(by_name, None)
