"""Two submissions side by side: each difference with its per cent, and nothing said twice of what is the same."""

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import line
import pytest
from judges import assert_formulon_content, assert_gnumeric_content, assert_valid_open_xml
from typer.testing import CliRunner, Result

from xlreport.cells import BLANK, Number, Text, Value
from xlreport.cli.commands import app
from xlreport.errors import RequestError
from xlreport.fields import FieldRef
from xlreport.forms.loading import load_definition
from xlreport.office.comparing.comparing import Comparison, Side, compare, per_cent
from xlreport.office.comparing.printing import as_json, as_text
from xlreport.office.comparing.sheet import plan_comparison, write_comparison
from xlreport.reading.workbook import read_workbook
from xlreport.submission import Submission, Unit

INDIVIDUAL = FieldRef(("requests", "received", "individual"))
TOTAL = FieldRef(("requests", "received", "total"))
DISCLOSURE = FieldRef(("overview", "disclosure"))
TOY = Path(__file__).parent / "forms" / "toy"


@cache
def suqian(year: int = 2023) -> Submission:
    return replace(line.submission(line.values_json(f"suqian_{year}")), source=f"{year}.json")


def compared(a: Submission, b: Submission) -> Comparison:
    return compare(Side(definition=line.form(), submission=a), Side(definition=line.form(), submission=b))


def changed(value: Value, ref: FieldRef = INDIVIDUAL) -> Submission:
    return replace(suqian(), values={**suqian().values, ref: value}, source="b.json")


def with_text(*paragraphs: str) -> Submission:
    return replace(suqian(), texts={**suqian().texts, DISCLOSURE: paragraphs})


def figures(made: Comparison) -> list[tuple[str, Decimal | None, Decimal | None]]:
    return [(str(one.field.ref), one.difference, one.percent) for part in made.sections for one in part.figures]


# ── figures ──


def test_equal_submissions_differ_nowhere() -> None:
    made = compared(suqian(), suqian())
    assert (made.is_equal, made.different, made.equal) == (True, 0, 203)


def test_a_changed_figure_and_its_total_differ_with_their_per_cent() -> None:
    made = compared(suqian(), changed(Number(Decimal(3572))))
    assert figures(made) == [
        (str(INDIVIDUAL), Decimal(170), Decimal("5.0")),
        (str(TOTAL), Decimal(170), Decimal("4.8")),
    ]


@pytest.mark.parametrize(
    ("difference", "base", "expected"),
    [
        ("1", "8", "12.5"),
        ("1", "3", "33.3"),
        ("2", "3", "66.7"),
        ("1", "16", "6.3"),
        ("-1", "16", "-6.3"),
        ("1", "2000", "0.1"),
        ("-3", "-2", "-150.0"),
        ("5", "0", None),
    ],
)
def test_a_per_cent_is_rounded_half_up_to_one_decimal_and_there_is_none_of_0(
    difference: str, base: str, expected: str | None
) -> None:
    assert per_cent(Decimal(difference), Decimal(base)) == (None if expected is None else Decimal(expected))


def test_what_is_no_number_differs_without_a_difference() -> None:
    made = compared(suqian(), changed(Text("/")))
    assert figures(made)[0] == (str(INDIVIDUAL), None, None)


def test_a_blank_that_counts_as_0_is_the_same_as_0() -> None:
    zero = changed(Number(Decimal(0)))
    blank = replace(changed(BLANK), zero_blanks=frozenset({"requests"}))
    assert compared(zero, blank).is_equal
    assert not compared(zero, changed(BLANK)).is_equal


def test_submissions_of_different_forms_are_not_compared() -> None:
    toy = load_definition(str(TOY))
    other = Side(definition=toy, submission=replace(suqian(), form=toy.id))
    with pytest.raises(RequestError, match=f"{line.FORM}、{toy.id}"):
        compare(Side(definition=line.form(), submission=suqian()), other)


def toy(folder: Path, version: str, row: str = "") -> Side:
    """The small form in a version of its own, perhaps with one row more, and one report on it."""
    text = (TOY / "form.toml").read_text("utf-8")
    text = text.replace('version = "1.0"', f'version = "{version}"').replace('{ id = "all"', f'{row}{{ id = "all"')
    (folder / version).mkdir()
    (folder / version / "form.toml").write_text(text, "utf-8")
    definition = load_definition(str(folder / version))
    values: dict[FieldRef, Value] = {
        FieldRef(("books", row_id, "number")): Number(Decimal(number))
        for row_id, number in (("old", 5), ("new", 3), ("lent", 2))
        if FieldRef(("books", row_id, "number")) in definition.fields
    }
    made = Submission(form="toy", version=version, unit=Unit(name="甲馆"), year=2024, values=values)
    return Side(definition=definition, submission=made)


def test_a_field_that_only_one_version_of_the_form_has_is_held_against_a_blank(tmp_path: Path) -> None:
    older, newer = toy(tmp_path, "1.0"), toy(tmp_path, "1.1", '{ id = "lent", label = "借出" }, ')
    added, removed = (compare(*pair).sections[0].figures for pair in ((older, newer), (newer, older)))
    assert [(str(one.field.ref), one.a, one.b, str(one.cell)) for one in added] == [
        ("books.lent.number", BLANK, Number(Decimal(2)), "一 借阅!B5")
    ]
    assert [(str(one.field.ref), one.a, one.b) for one in removed] == [("books.lent.number", Number(Decimal(2)), BLANK)]


# ── texts ──


def texts(made: Comparison) -> list[tuple[str, str, str]]:
    return [
        (change.kind.value, change.a, change.b)
        for part in made.sections
        for one in part.texts
        for change in one.changes
    ]


def test_paragraphs_are_changed_added_and_removed() -> None:
    made = compared(with_text("甲", "乙", "丙"), with_text("甲", "乙二", "丙", "丁"))
    assert texts(made) == [("changed", "乙", "乙二"), ("added", "", "丁")]
    assert texts(compared(with_text("甲", "乙"), with_text("乙"))) == [("removed", "甲", "")]


def test_a_single_line_is_a_paragraph() -> None:
    contact = FieldRef(("basic", "contact"))
    assert texts(compared(suqian(), changed(Text("张三"), contact))) == [("added", "", "张三")]


# ── words, JSON, workbook ──


def test_the_words_say_who_what_and_how_much_and_fold_what_is_the_same() -> None:
    made = compared(suqian(), replace(changed(Number(Decimal(3572))), texts={**suqian().texts, DISCLOSURE: ("新段",)}))
    assert as_text(made).splitlines() == [
        "甲：宿迁市　2023年　2023.json",
        "乙：宿迁市　2023年　b.json",
        "不同 3 处，相同 200 处（差额＝乙－甲；百分比以甲为基数，保留一位小数）",
        "基本信息：甲、乙都空着",
        "一、总体情况：1 段不同，0 段相同",
        "  （一）主动公开（0 段相同）",
        "    改动：甲“主动公开情况。”，乙“新段”",
        "二、主动公开政府信息情况：10 格全部相同",
        "三、收到和处理政府信息公开申请情况：2 格不同，173 格相同",
        "  一、本年新收政府信息公开申请数量·自然人（D5）：甲 3402，乙 3572，差额 +170，+5.0%",
        "  一、本年新收政府信息公开申请数量·总计（J5）：甲 3511，乙 3681，差额 +170，+4.8%",
        "四、政府信息公开行政复议、行政诉讼情况：15 格全部相同",
        "五、存在的主要问题及改进情况：1 段全部相同",
        "六、其他需要报告的事项：1 段全部相同",
    ]


def test_where_there_is_no_per_cent_stands_a_stroke() -> None:
    ref = FieldRef(("proactive", "regulations", "repealed"))
    assert "甲 0，乙 5，差额 +5，—" in as_text(compared(suqian(), changed(Number(Decimal(5)), ref)))


def test_the_json_has_the_documented_shape() -> None:
    document = as_json(compared(suqian(), changed(Text("/"))))
    assert (document["contract"], document["equal"], document["counts"]) == (1, False, {"different": 2, "equal": 201})
    assert document["b"]["file"] == "b.json"
    part = next(one for one in document["sections"] if one["fields"])
    assert part["fields"][0] == {
        "field": "requests.received.individual",
        "label": "一、本年新收政府信息公开申请数量·自然人",
        "cell": "三 依申请公开!D5",
        "a": 3402,
        "b": "/",
        "difference": None,
        "percent": None,
    }
    json.dumps(document)


def test_the_workbook_has_every_difference_once() -> None:
    made = compared(suqian(), suqian(2024))
    [numbers, words] = plan_comparison(made).sheets
    rows = {cell.content for (_, column), cell in numbers.cells.items() if column == 1}
    assert all(one.field.label in rows for part in made.sections for one in part.figures)
    assert {sheet.protection for sheet in (numbers, words)} == {None}
    assert write_comparison(made) == write_comparison(made)


def test_a_figure_with_more_digits_than_a_cell_keeps_stands_in_words() -> None:
    made = compared(suqian(), changed(Number(Decimal("12345678901234567890.5"))))
    [numbers, _] = plan_comparison(made).sheets
    assert "12345678901234567890.5" in {cell.content for cell in numbers.cells.values()}
    assert write_comparison(made)[:2] == b"PK"


# ── the command ──


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    paths = (tmp_path / "a.json", tmp_path / "b.json")
    for path, year in zip(paths, (2023, 2024), strict=True):
        path.write_bytes(line.as_bytes(line.values_json(f"suqian_{year}")))
    return paths


def test_compare_ends_with_0_for_equal_1_for_different_2_for_trouble(files: tuple[Path, Path], tmp_path: Path) -> None:
    a, b = files
    assert (run(a, a).exit_code, run(a, b).exit_code) == (0, 1)
    assert isinstance(run(a, tmp_path / "none.xlsx").exception, Exception)


def test_compare_prints_words_or_json(files: tuple[Path, Path]) -> None:
    assert "差额 +38，+1.1%" in run(*files).stdout
    assert json.loads(run(*files, "--format", "json").stdout)["equal"] is False


@pytest.mark.parametrize("name", ["out.xlsx", "out.json", "out.txt"])
def test_compare_writes_what_the_ending_asks_for(files: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    assert run(*files, "-o", out).exit_code == 1
    data = out.read_bytes()
    if out.suffix == ".xlsx":
        assert [sheet.name for sheet in read_workbook(data, name).sheets] == ["数字", "文字"]
    elif out.suffix == ".json":
        assert json.loads(data)["counts"]["different"] == 100
    else:
        assert data.decode("utf-8-sig").startswith("甲：宿迁市")


def test_compare_refuses_other_endings_its_own_inputs_and_what_is_there(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    a, b = files
    there = tmp_path / "there.json"
    there.write_bytes(b"{}")
    for out in (tmp_path / "out.docx", there):
        assert isinstance(run(a, b, "-o", out).exception, RequestError)
    assert isinstance(run(a, b, "-o", a, "--force").exception, RequestError)
    assert run(a, b, "-o", there, "--force").exit_code == 1


# ── the judges ──


@cache
def everything() -> bytes:
    hostile = replace(
        changed(Text("=1+1 <b>\x07")), source="=A1<&>.xlsx", texts={DISCLOSURE: ("=HYPERLINK(1)", "长" * 9000)}
    )
    return write_comparison(compared(suqian(2024), hostile))


def test_a_comparison_holds_no_formula() -> None:
    assert_formulon_content(everything())


@pytest.mark.validator
def test_a_comparison_is_valid_open_xml() -> None:
    assert_valid_open_xml(everything(), "compare")


@pytest.mark.gnumeric
def test_gnumeric_reads_a_comparison() -> None:
    assert_gnumeric_content(everything())
