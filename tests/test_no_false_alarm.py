"""What honest people's programs do to a workbook by saving it changes no value, no verdict, and raises no alarm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial

import harmless
import line
import office
import pytest
import resaving
from typing_in import Entry, typed_into

from xlreport.cells import CellRef, Text, number_value
from xlreport.checks.check import with_bound_explanations
from xlreport.fields import FieldRef
from xlreport.findings import ExplanationState, Finding, Severity
from xlreport.forms.layout import plan_layout
from xlreport.submission import Explanation, Submission
from xlreport.verifying.sources import read_source
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.template import meaning, write_template

LAYOUT = plan_layout(line.form())
LAST = {"hongze_2024": "hongze_2023", "suqian_2024": "suqian_2023"}
REPORTS = sorted(path.stem for path in line.REPORTS.glob("*.json"))
BUSY, RETURNED, AS_PRINTED = "a busy workbook", "its return copy", "totals as they were printed"
GIVEN, LAPSED = ExplanationState.GIVEN, ExplanationState.LAPSED


# ── the workbooks ─────────────────────────────────────────────────────────────────────────────────


@cache
def report(name: str) -> Submission:
    """A published report with the year before where there is one; its queries are still to explain."""
    return line.submission(line.values_json(name, level="county"), last=LAST.get(name))


@cache
def busy() -> Submission:
    """A report with everything a workbook can hold: explanations, one of them lapsed, paragraphs, a deadline."""
    made = replace(
        report("hongze_2024"), deadline="2025年1月20日", return_to="区政府办公室", zero_blanks=frozenset({"disputes"})
    )
    texts = dict.fromkeys(made.texts, ("第一段：“甲”，<乙>&丙。", "第二段 ABC 123"))
    explanations = {
        "YOY[proactive.licensing.decisions]": Explanation(text="本年许可事项划转本区办理。"),
        "YOY[requests.received.total]": Explanation(text="征收项目集中，申请增多。"),
    }
    odd = {field("requests.received.individual"): Text("９5"), field("requests.granted.business"): Text("12件")}
    made = replace(made, texts=texts, values={**made.values, **odd}, explanations=explanations)
    bound = with_bound_explanations(line.form(), made)
    lapsed = replace(bound.explanations["YOY[requests.received.total]"], left=Decimal(7), right=Decimal(21))
    return replace(bound, explanations={**bound.explanations, "YOY[requests.received.total]": lapsed})


def field(name: str) -> FieldRef:
    ref = FieldRef.parse(name)
    assert ref is not None
    return ref


@cache
def workbook(name: str) -> bytes:
    """A filled workbook: a report's by its name, or one of the two that hold more."""
    if name == RETURNED:
        return write_return_copy(line.form(), line.verdict(line.read_back(workbook(BUSY))))
    if name == AS_PRINTED:
        return typed_into(workbook("hongze_2023"), printed_totals("hongze_2023"), tuple(meaning(line.form()).sheets))
    return write_template(line.form(), busy() if name == BUSY else report(name))


def printed_totals(name: str) -> dict[CellRef, Entry]:
    """The totals of a published report, typed over the formulas; two of them break its own rules."""
    totals = {field(ref): number for ref, number in line.report_json(name)["printed_totals"].items()}
    return {LAYOUT.fields[ref].shown: number_value(number) for ref, number in totals.items()}


@cache
def template(name: str) -> bytes:
    """The template it was filled into."""
    made = busy() if name == BUSY else report(name)
    return write_template(line.form(), replace(made, values={}, texts={}, explanations={}, zero_blanks=frozenset()))


# ── what is seen in them ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Seen:
    """Everything a workbook says: what was filled in, what rules find, the verdict, and what its structure raises."""

    submission: Submission
    content: tuple[Finding, ...]
    accepted: bool
    alarms: tuple[Finding, ...]


def seen(data: bytes, file: str = "交来的表.xlsx") -> tuple[Seen, set[str]]:
    """What a workbook says, and the codes of its notices about structure."""
    read = read_source(data, file)
    result = line.verdict(read.submission)
    structure = [one for one in result.findings if one.rule is None]
    said = replace(read.submission, findings=(), stored={}, source="", saved="")
    content = tuple(one for one in result.findings if one.rule is not None)
    alarms = tuple(one for one in structure if one.severity is not Severity.NOTICE)
    return Seen(said, content, result.accepted, alarms), {one.code for one in structure} - {one.code for one in alarms}


@cache
def as_written(name: str) -> tuple[Seen, set[str]]:
    """What the workbook says before anything is done to it."""
    return seen(workbook(name))


def assert_same(name: str, data: bytes, notices: frozenset[str] = frozenset()) -> None:
    """The workbook says what it said; its structure gives rise to these notices at most, and to nothing graver."""
    before, noted = as_written(name)
    after, more = seen(data)
    assert after == before
    assert more - noted == notices - noted


def test_the_busy_workbook_has_findings_of_every_severity_and_its_structure_is_whole() -> None:
    found, notices = as_written(BUSY)
    assert {one.severity for one in found.content} == {Severity.ERROR, Severity.QUERY}
    assert [one.explanation_state for one in found.content if one.severity is Severity.QUERY] == [GIVEN, LAPSED]
    assert (found.alarms, notices, found.accepted) == ((), {"NORMALISED"}, False)


def test_totals_as_they_were_printed_raise_the_findings_they_raise() -> None:
    found, notices = as_written(AS_PRINTED)
    assert [one.rule for one in found.content] == ["T4-SUM[review]", "T4-SUM[litigation_after_review]"]
    assert notices == {"TOTAL-OVERWRITTEN", "NOT-RECALCULATED"}


# ── changes of the XML ────────────────────────────────────────────────────────────────────────────


STALE = frozenset({"NOT-RECALCULATED"})
OF_A_CHANGE = {"stored values dropped": STALE}


@pytest.mark.parametrize("change", harmless.CHANGES)
def test_a_change_that_means_nothing_is_no_finding(change: str) -> None:
    assert_same(BUSY, harmless.CHANGES[change](workbook(BUSY)), OF_A_CHANGE.get(change, frozenset()))


def test_all_changes_together_are_no_finding() -> None:
    data = harmless.one_after_the_other(*(harmless.CHANGES[name] for name in harmless.TOGETHER))(workbook(BUSY))
    assert_same(BUSY, data, STALE)


def test_formulas_that_no_program_has_recalculated_are_a_notice() -> None:
    """The stored values are those of the empty template, as a program leaves them that only saves what was typed."""
    assert_same(BUSY, harmless.with_values_of(template(BUSY))(workbook(BUSY)), STALE)


def test_another_name_of_the_file_changes_nothing() -> None:
    assert seen(workbook(BUSY), "新建 Microsoft Excel 工作表(1) - 副本.xlsx") == as_written(BUSY)


CHEAP = ("style ids", "shared strings inline", "what WPS does")


@pytest.mark.parametrize("name", [*REPORTS, RETURNED, AS_PRINTED])
@pytest.mark.parametrize("change", CHEAP)
def test_a_published_report_has_the_same_verdict_after_it(name: str, change: str) -> None:
    assert_same(name, harmless.CHANGES[change](workbook(name)))


@pytest.mark.parametrize("name", REPORTS)
def test_a_published_report_that_was_never_recalculated_has_the_same_verdict(name: str) -> None:
    assert_same(name, harmless.with_values_of(template(name))(workbook(name)), STALE)


# ── saved by programs ─────────────────────────────────────────────────────────────────────────────


UNLINKED = frozenset({"LINKS-LOST"})
WITHOUT_STRUCTURE_LOCK = frozenset({"PROTECTION-REMOVED"})
BY_EXCELJS = UNLINKED | WITHOUT_STRUCTURE_LOCK
BY_GNUMERIC = frozenset({"NAMES-LOST", "SHEET-HIDDEN"})
UNREAD_TRUTHS = frozenset({"INPUT-LOCKED"})
"""What exceljs makes of ``true`` where it knows 1 only: it unprotects every sheet, and locks every cell."""

RECALCULATED = ("gnumeric --recalc",)
CHAINS: Mapping[tuple[str, ...], frozenset[str]] = {
    ("LibreOffice",): frozenset(),
    ("openpyxl",): STALE,
    ("exceljs",): BY_EXCELJS,
    ("gnumeric",): BY_GNUMERIC,
    RECALCULATED: BY_GNUMERIC,
    ("LibreOffice", "LibreOffice"): frozenset(),
    ("LibreOffice", "exceljs"): BY_EXCELJS | UNREAD_TRUTHS,
    ("LibreOffice", "openpyxl"): STALE | WITHOUT_STRUCTURE_LOCK,
    ("LibreOffice", "gnumeric"): BY_GNUMERIC | frozenset({"VALIDATION-LOST"}),
    ("openpyxl", "LibreOffice"): frozenset(),
    ("exceljs", "LibreOffice"): UNLINKED,
    ("gnumeric", "LibreOffice"): BY_GNUMERIC,
    ("openpyxl", "exceljs"): STALE | BY_EXCELJS,
    ("gnumeric", "openpyxl", "exceljs", "LibreOffice"): UNLINKED | frozenset({"SHEET-HIDDEN"}),
}
"""The programs that save a workbook one after the other, and the notices that come of it."""
SAVERS: Mapping[str, Callable[[bytes], bytes]] = {
    "openpyxl": resaving.by_openpyxl,
    "exceljs": resaving.by_exceljs,
    "gnumeric": resaving.by_gnumeric,
    "gnumeric --recalc": partial(resaving.by_gnumeric, recalculate=True),
}


def cases() -> list[tuple[str, tuple[str, ...]]]:
    """Every chain on one workbook, every program alone on all of them, LibreOffice twice on a return copy too.

    The other programs stumble over each other's notes: exceljs does not open openpyxl's, nor openpyxl gnumeric's.
    """
    others = (*REPORTS, RETURNED, AS_PRINTED)
    alone = [(name, chain) for chain in CHAINS if len(chain) == 1 and chain != RECALCULATED for name in others]
    returned = [(RETURNED, ("LibreOffice", "LibreOffice"))]
    return [(BUSY, chain) for chain in CHAINS] + returned + alone


@cache
def saved() -> Mapping[tuple[str, tuple[str, ...]], bytes]:
    """Every workbook after its chain; all that wait for LibreOffice go through one call of it."""
    data = {case: workbook(case[0]) for case in cases()}
    at = dict.fromkeys(data, 0)
    while waiting := [case for case in data if at[case] < len(case[1])]:
        for case in waiting:
            data[case], at[case] = _until_libreoffice(data[case], case[1], at[case])
        files = {str(case): data[case] for case in waiting if at[case] < len(case[1])}
        by_libreoffice = office.recalculate(files)
        for case in waiting:
            if str(case) in files:
                data[case], at[case] = by_libreoffice[str(case)], at[case] + 1
    return data


def _until_libreoffice(data: bytes, chain: tuple[str, ...], at: int) -> tuple[bytes, int]:
    while at < len(chain) and chain[at] in SAVERS:
        data, at = SAVERS[chain[at]](data), at + 1
    return data, at


@pytest.mark.libreoffice
@pytest.mark.gnumeric
@pytest.mark.parametrize(
    ("name", "chain"), cases(), ids=lambda one: one if isinstance(one, str) else ", then ".join(one)
)
def test_saved_by_another_program_it_says_the_same(name: str, chain: tuple[str, ...]) -> None:
    assert_same(name, saved()[name, chain], CHAINS[chain])
