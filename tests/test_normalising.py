"""What people type is taken as they plainly mean it, or refused with what to type: as docs/normalising.md says.

Every line of the table is put into a real filled workbook, read and judged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import editing
import line
import pytest
from documents import PROJECT
from rule_bench import escaped

from xlreport.cells import CellRef, shown
from xlreport.checks.check import check
from xlreport.checks.printing import FileVerdict, as_text
from xlreport.checks.result import CheckResult
from xlreport.cli.output import speakable
from xlreport.fields import FieldRef
from xlreport.findings import Finding
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import plan_layout
from xlreport.forms.loading import parse_definition
from xlreport.messages.zh import TEXTS
from xlreport.reading.submission import read_submission
from xlreport.reading.workbook import read_workbook
from xlreport.submission import Submission, Unit
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.template import write_template

DOCUMENT = PROJECT / "docs" / "normalising.md"
REFUSED, BLANK = "refused", "a blank"

CHOICE_FORM = """
id = "choices"
version = "1.0"
title = "选择题"
report = { title = "{unit}{year}年" }
sections = [{ id = "part", heading = "一、选", sheet = "选", topics = [
    { id = "kind", label = "类别", kind = "choice", choices = ["甲", "乙"] }] }]
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table for one kind of cell."""

    cell: str
    typed: str
    kept: str
    taken: str
    code: str
    told: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.typed or 'nothing'} as {self.kept}"


def cases() -> Iterator[Case]:
    """The lines of the table; one that speaks of several cells is a case for each."""
    for row in re.findall(r"^\| (?!cell |---)(.+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE):
        cells, *rest = (_unquoted(column.strip()) for column in row.split(" | "))
        for cell in cells.split(", "):
            yield Case(cell, *rest)


def _unquoted(words: str) -> str:
    """A column without the marks of code; a character written by its number, as white space is, becomes itself."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), words.replace("`", ""))


# ── the workbook ──


@cache
def form_of(cell: str) -> FormDefinition:
    return parse_definition(CHOICE_FORM.encode()) if cell == "choice" else line.form()


@cache
def filled(cell: str) -> bytes:
    definition = form_of(cell)
    if cell == "choice":
        made = Submission(form=definition.id, version=definition.version, unit=Unit(name="某局"), year=2024)
    else:
        made = line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")
    return write_template(definition, made)


FIELDS = {
    "count": "requests.received.individual",
    "amount": "proactive.fees.amount",
    "text": "basic.contact",
    "long text": "problems",
    "date": "basic.filled_on",
    "choice": "part.kind",
}


def ref_of(cell: str) -> FieldRef:
    ref = FieldRef.parse(FIELDS[cell])
    assert ref is not None
    return ref


def place_of(cell: str) -> CellRef:
    layout = plan_layout(form_of(cell))
    return layout.tables["requests"].switch if cell == "switch" else layout.cell_of(ref_of(cell))


CONTENTS = {
    "text": '<is><t xml:space="preserve">{}</t></is>',
    "runs": "<is>{}</is>",
    "phonetic": '<is><t>{}</t><rPh sb="0" eb="1"><t>shi er</t></rPh></is>',
    "number": "<v>{}</v>",
    "truth": "<v>{}</v>",
    "error": "<v>{}</v>",
    "ISO date": "<v>{}</v>",
    "empty text": "<v></v>",
    "date format": "<v>{}</v>",
    "percent format": "<v>{}</v>",
    "nothing": "",
}
TYPES = {"text": "inlineStr", "runs": "inlineStr", "phonetic": "inlineStr", "truth": "b", "error": "e"}
TYPES |= {"ISO date": "d", "empty text": "str"}
FORMATS = {"date format": "14", "percent format": "9"}


def with_content(case: Case) -> bytes:
    """The filled workbook with the content of a case in its cell."""
    where = place_of(case.cell)
    inside = "".join(f"<r><t>{one}</t></r>" for one in case.typed) if case.kept == "runs" else escaped(case.typed)
    xml = CONTENTS[case.kept].format(inside)
    data = editing.with_cell_xml(filled(case.cell), where.sheet, where.address, xml, TYPES.get(case.kept, ""))
    return with_format(data, where, FORMATS[case.kept]) if case.kept in FORMATS else data


def with_format(data: bytes, where: CellRef, number: str) -> bytes:
    """A cell in a format of its own, unlocked: as a paste brings it."""
    part, made = editing.sheet_part(data, where.sheet), [0]

    def styled(name: str, content: bytes) -> bytes:
        if name == "xl/styles.xml":
            head, xfs, tail = content.decode().partition("</cellXfs>")
            made[0] = head.partition("<cellXfs")[2].count("<xf ")
            xf = f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"><protection locked="0"/></xf>'
            return f"{head}{xf}{xfs}{tail}".encode()
        return content

    def in_its_format(name: str, content: bytes) -> bytes:
        pattern = rf'(<c r="{where.address}") s="\d+"'
        return re.sub(pattern, rf'\1 s="{made[0]}"', content.decode()).encode() if name == part else content

    return editing.with_parts(editing.with_parts(data, styled), in_its_format)


# ── what becomes of it ──


@cache
def result_of(case: Case) -> CheckResult:
    definition = form_of(case.cell)
    read = read_submission(definition, read_workbook(with_content(case), "filled.xlsx"), "filled.xlsx")
    return check(definition, read)


def taken(case: Case) -> str:
    """What was understood, as the table words it."""
    submission = result_of(case).submission
    if case.cell == "switch":
        return "是" if "requests" in submission.zero_blanks else "否"
    ref = ref_of(case.cell)
    if any(ref in one.fields and one.severity.value == "error" and one.code != "BLANK" for one in here(case)):
        return REFUSED
    words = submission.texts[ref] if ref in submission.texts else (shown(submission.value(ref)),)
    return "\n".join(words).replace("\n", "\\n") or BLANK


def here(case: Case) -> list[Finding]:
    """The findings that name the cell and speak of its content: rules that compare it with others are not asked."""
    where = place_of(case.cell)
    compared = {one.judgement.key for one in result_of(case).judged if one.judgement.check is not None}
    found = [one for one in result_of(case).findings if where in one.cells and one.rule not in compared]
    return [one for one in found if one.code not in ("NOT-RECALCULATED", "INPUT-LOCKED")]


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_typed_becomes_what_the_table_says(case: Case) -> None:
    codes = ", ".join("NUM" if one.code == "FEE" else one.code for one in here(case))
    assert (taken(case), codes) == (case.taken, case.code)
    assert case.told in "".join(one.message for one in here(case))


def test_every_kind_of_cell_and_every_way_to_keep_a_content_is_in_the_table() -> None:
    assert {one.cell for one in CASES} == {*FIELDS, "switch"}
    assert {one.kept for one in CASES} == set(CONTENTS)


def test_every_word_on_what_to_type_instead_is_in_the_table() -> None:
    said = {key for key in TEXTS if key.startswith("instead.")}
    shown_by = {key for key in said for one in CASES if _fits(TEXTS[key], one.told)}
    assert said - shown_by == set()


def _fits(sentence: str, told: str) -> bool:
    return re.search(re.sub(r"\\{\w+\\}", ".+", re.escape(sentence)), told) is not None


def test_a_text_far_too_long_for_a_figure_is_refused_and_told_shortened() -> None:
    where = place_of("count")
    read = line.read_back(editing.with_text(filled("count"), where.sheet, where.address, "1" * 9_000))
    assert shown(read.value(ref_of("count"))) == "1" * 9_000
    message = next(one.message for one in line.verdict(read).findings if one.code == "NUM")
    assert message.endswith(f"D5 现为“{'1' * 100}…”，请只填数字，没有的填 0。")


# ── and on the way back ──


def test_a_number_made_a_date_comes_back_as_the_date_it_shows_and_is_refused_until_it_is_typed_anew() -> None:
    dated = next(one for one in CASES if one.code == "DATE-IN-NUMBER" and one.cell == "count")
    copy = write_return_copy(line.form(), result_of(dated))
    again = line.read_back(copy)
    assert shown(again.value(ref_of("count"))) == "2025-01-02"
    found = [one.code for one in line.verdict(again).findings if place_of("count") in one.cells]
    assert "NUM" in found
    where = place_of("count")
    corrected = line.read_back(editing.with_number(copy, where.sheet, where.address, "3440"))
    assert line.verdict(corrected).accepted


def test_no_line_of_the_text_is_broken_by_what_somebody_typed() -> None:
    where = place_of("count")
    data = editing.with_text(filled("count"), where.sheet, where.address, "12_x000A_✓ 通过_x001B_[2J")
    text = as_text(FileVerdict(file="filled.xlsx", result=line.verdict(line.read_back(data))))
    assert [one for one in speakable(text, "utf-8").splitlines() if "通过" in one and not one.startswith("  ")] == [
        "✗ 未通过：错误 1 处，待说明 0 处，未填 0 格，提示 1 处"
    ]
    assert "\x1b" not in speakable(text, "utf-8")
