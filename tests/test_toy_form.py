"""Nothing is special-cased: small forms of a user's own walk the whole line, given by the path of their folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from judges import assert_stored_values_hold, assert_valid_open_xml
from typer.testing import CliRunner, Result

from xlreport.cells import CellRef, Text, number_value
from xlreport.checks.check import check
from xlreport.cli import app
from xlreport.forms.loading import load_definition, parse_definition
from xlreport.submission import Submission, Unit
from xlreport.writing.calculate import calculate
from xlreport.writing.template import plan_template, write_template

TOY = Path(__file__).parent / "forms" / "toy"
TOY_HEAD = {"contract": 1, "form": "toy", "unit": {"name": "城东图书室"}}
VALUES = {"books.old.number": 10, "books.old.price": 1.25, "books.new.number": 3, "books.new.price": 0.5}

HEAD = """
id = "small"
version = "1.0"
title = "小表"
report = { title = "{unit}{year}年小表" }
"""
ONE_TABLE = 'sections = [{ id = "part", heading = "一、数", sheet = "数", table = "t" }]\n'
BLANK = '{ id = "BLANK", kind = "blank", severity = "error", says = "{row}：还有 {count} 格未填" }'

TWO_COLUMNS = f"""{HEAD}{ONE_TABLE}
rules = [{BLANK}]
[[tables]]
id = "t"
columns = [{{ id = "number", label = "个数" }}]
rows = [{{ id = "cats", label = "猫" }}, {{ id = "dogs", label = "狗" }}]
"""
ONE_ROW = f"""{HEAD}{ONE_TABLE}
rules = [{BLANK}]
[[tables]]
id = "t"
columns = [{{ id = "a", label = "甲" }}, {{ id = "b", label = "乙" }}, {{ id = "c", label = "丙" }}]
rows = [{{ id = "all", label = "全部" }}]
"""
ONE_CELL = f"""{HEAD}{ONE_TABLE}
rules = [{BLANK}]
[[tables]]
id = "t"
print = "rows-as-column-groups"
columns = [{{ id = "number", label = "个数" }}]
rows = [{{ id = "cats", label = "猫" }}]
"""
NESTED = f"""{HEAD}{ONE_TABLE}
rules = [{BLANK}, {{ id = "SUM", severity = "error", says = "{{row}}：各列之和＝合计" }}]
[[tables]]
id = "t"
columns = [{{ group = "上", of = [
    {{ group = "中", of = [{{ id = "a", label = "甲" }}, {{ id = "b", label = "乙", span = 2 }}] }},
    {{ id = "c", label = "丙" }},
] }}, {{ id = "total", label = "合计", computed = "sum(a:c)", rule = "SUM" }}]
rows = [{{ group = "外", of = [
    {{ id = "one", label = "一" }},
    {{ group = "内", of = [{{ id = "two", label = "二" }}, {{ id = "three", label = "三" }}] }},
] }}, {{ id = "four", label = "四" }}]
"""
SPANNING_SIDE_BY_SIDE = f"""{HEAD}{ONE_TABLE}
rules = [{BLANK}]
[[tables]]
id = "t"
print = "rows-as-column-groups"
columns = [{{ id = "a", label = "甲", span = 3 }}, {{ id = "b", label = "乙" }}]
rows = [{{ id = "one", label = "一" }}, {{ group = "外", of = [{{ id = "two", label = "二" }}] }}]
"""
NO_RULES = f"""{HEAD}{ONE_TABLE}
[[tables]]
id = "t"
columns = [{{ id = "number", label = "个数" }}]
rows = [{{ id = "cats", label = "猫" }}]
"""
TEXT_ONLY = f"""{HEAD}
sections = [{{ id = "words", heading = "一、话", sheet = "话", required = "all", text = {{}} }}]
rules = [{BLANK}]
"""
SMALL_FORMS = {
    "two grid columns": TWO_COLUMNS,
    "a single row": ONE_ROW,
    "a single cell": ONE_CELL,
    "groups in groups": NESTED,
    "wide columns side by side": SPANNING_SIDE_BY_SIDE,
    "no rules": NO_RULES,
    "nothing but a text": TEXT_ONLY,
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)


def template(form: Path, out: Path, *options: str | Path) -> Path:
    path = out / "template.xlsx"
    result = run("template", form, "-o", path, "--unit", "城东图书室", "--year", "2024", *options)
    assert result.exit_code == 0, result.output
    return path


def fill(form: Path, base: Path, values: dict[str, Any], **more: Any) -> Path:
    data, filled = base.with_name("values.json"), base.with_name("filled.xlsx")
    document = {"contract": 1, "form": load_definition(form).id, "unit": {"name": "城东图书室"}, "year": 2024}
    data.write_text(json.dumps({**document, "values": values, **more}), "utf-8")
    result = run("fill", base, data, "-o", filled, "--form", form)
    assert result.exit_code == 0, result.output
    return filled


def verdict(form: Path, *arguments: str | Path) -> dict[str, Any]:
    result = run("check", *arguments, "--form", form, "--format", "json")
    document: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if document["accepted"] else 1)
    return document


def findings(document: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(one["rule"], one["cells"]) for one in document["findings"]]


# ── the toy, given by the path of its folder ──


def test_the_toy_walks_the_whole_line_from_template_to_report(tmp_path: Path) -> None:
    filled = fill(TOY, template(TOY, tmp_path), {**VALUES, "remarks": "一切正常。"})
    assert verdict(TOY, filled)["accepted"] is True
    report = run("report", filled, "-o", tmp_path / "report.xlsx", "--form", TOY)
    assert report.exit_code == 0, report.output
    assert (tmp_path / "report.xlsx").read_bytes()[:2] == b"PK"


def test_what_went_into_the_toy_comes_out_by_export(tmp_path: Path) -> None:
    filled = fill(TOY, template(TOY, tmp_path), {**VALUES, "remarks": "一\n二\n三"})
    exported = json.loads(run("export", filled, "--computed", "--form", TOY).stdout)
    assert exported["values"] == {
        **VALUES,
        "books.all.number": 13,
        "books.all.price": 1.75,
        "remarks": "一\n二\n三",
    }


def test_an_empty_toy_asks_for_every_cell_and_the_text(tmp_path: Path) -> None:
    document = verdict(TOY, template(TOY, tmp_path))
    assert document["counts"] == {"error": 0, "query": 0, "notice": 0, "blank": 5}
    assert findings(document) == [
        ("BLANK[books.old]", ["一 借阅!B3", "一 借阅!C3"]),
        ("BLANK[books.new]", ["一 借阅!B4", "一 借阅!C4"]),
        ("BLANK[remarks]", ["二 说明!A5"]),
    ]


def test_the_query_of_last_year_opens_and_is_closed_by_an_explanation(tmp_path: Path) -> None:
    last = tmp_path / "last.json"
    figures = {"books.old.number": 5, "books.old.price": 1, "books.new.number": 0, "books.new.price": 0}
    last.write_text(json.dumps({**TOY_HEAD, "year": 2023, "values": figures}), "utf-8")
    base = template(TOY, tmp_path, "--last", last)
    grown = {**VALUES, "books.new.number": 2000, "remarks": "新馆开放。"}
    document = verdict(TOY, fill(TOY, base, grown))
    assert findings(document) == [("GROW[books.all.number]", ["一 借阅!B5"])]
    [judged] = [one for one in document["judgements"] if one["rule"].startswith("GROW")]
    assert (judged["outcome"], judged["left"], judged["right"], judged["difference"]) == ("failed", 2010, 1005, 1005)
    base.with_name("filled.xlsx").unlink()
    explained = fill(TOY, base, grown, explanations={"GROW[books.all.number]": "新馆开放，接收了一批藏书"})
    assert verdict(TOY, explained)["accepted"] is True


def test_a_wrong_total_of_the_toy_is_held_against_its_parts(tmp_path: Path) -> None:
    values = tmp_path / "values.json"
    claimed = {**VALUES, "books.all.number": 14, "remarks": "有"}
    values.write_text(json.dumps({**TOY_HEAD, "year": 2024, "values": claimed}), "utf-8")
    [found] = verdict(TOY, values)["findings"]
    assert found["message"] == (
        "【一 借阅】册数：旧书＋新书＝合计。按各项算是 13，总计（B5）写的是 14，差额 -1。"
        "请核对各项；各项无误的，总计以算出的数为准。"
    )


# ── smaller and odder ──


@pytest.fixture(params=list(SMALL_FORMS.values()), ids=list(SMALL_FORMS))
def small_form(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "form"
    folder.mkdir()
    (folder / "form.toml").write_text(request.param, "utf-8")
    return folder


def test_a_small_form_walks_the_whole_line(small_form: Path, tmp_path: Path) -> None:
    definition = load_definition(small_form)
    values: dict[str, Any] = {str(one.ref): 7 for one in definition.fields.values() if one.is_input}
    values |= {str(entry.ref): "一段话。" for entry in definition.entries}
    filled = fill(small_form, template(small_form, tmp_path), values)
    assert verdict(small_form, filled)["findings"] == []
    assert json.loads(run("export", filled, "--form", small_form).stdout)["values"] == values
    report = run("report", filled, "-o", tmp_path / "report.xlsx", "--form", small_form)
    assert report.exit_code == 0, report.output


def test_a_small_form_asks_for_what_is_blank_wherever_it_has_a_rule_for_it(small_form: Path, tmp_path: Path) -> None:
    document = verdict(small_form, template(small_form, tmp_path))
    assert document["accepted"] is not any(one["rule"].startswith("BLANK") for one in document["judgements"])


def test_title_and_switch_of_the_smallest_table_stand_in_cells_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "form.toml").write_text(ONE_CELL, "utf-8")
    definition = load_definition(tmp_path)
    blank = Submission(form="small", version="1.0", unit=Unit(name="城东图书室"), year=2024)
    sheet = next(sheet for sheet in plan_template(definition, blank).sheets if sheet.name == "数")
    assert [sheet.cells[1, column].content for column in (1, 2, 3)] == ["一、数", "否", "← 返回填报说明"]


@pytest.mark.validator
@pytest.mark.parametrize("text", [ONE_CELL, NESTED, NO_RULES], ids=["a single cell", "groups in groups", "no rules"])
def test_excel_would_open_the_template_of_a_small_form(text: str) -> None:
    definition = parse_definition(text.encode())
    data = write_template(definition, Submission(form="small", version="1.0", unit=Unit(name="城东"), year=2024))
    assert_stored_values_hold(data)
    assert_valid_open_xml(data, definition.id)


def test_a_wide_table_names_the_first_failing_column_and_counts_the_others() -> None:
    columns = ", ".join(f'{{ id = "c{at}", label = "列{at}" }}' for at in range(30))
    definition = parse_definition(
        f"""{HEAD}{ONE_TABLE}
        [[rules]]
        id = "LESS"
        severity = "error"
        each = "column of t"
        check = "a <= b"
        at = "b"
        says = "{{column}}：甲≤乙"
        [[rules]]
        id = "NEAR"
        severity = "query"
        each = "column of t"
        check = "b <= 9"
        at = "b"
        says = "{{column}}：乙≤9"
        [[tables]]
        id = "t"
        columns = [{columns}]
        rows = [{{ id = "a", label = "甲" }}, {{ id = "b", label = "乙" }}]
        """.encode()
    )
    values = {ref: number_value(5 if ref.path[1:] in [("a", "c7"), ("a", "c20")] else 1) for ref in definition.fields}
    filled = Submission(form="small", version="1.0", unit=Unit(name="城东"), year=2024, values=values)
    stored = calculate(plan_template(definition, filled))
    hint = stored[CellRef("数", 4, 32)]
    assert hint == Text("✗ 列7：甲≤乙；左边 5，右边 1，差额 4（另有 1 处）")
    assert_stored_values_hold(write_template(definition, filled))


def test_what_could_not_be_judged_is_said_with_its_cells_where_nothing_asks_for_them() -> None:
    """A form that does not ask for blanks: its comparison cannot be judged, and that is not "passed"."""
    text = TWO_COLUMNS.replace(
        BLANK, '{ id = "CATS", severity = "error", check = "t.cats.number >= 1", says = "有猫" }'
    )
    definition = parse_definition(text.encode())
    nobody = Submission(form="small", version="1.0", unit=Unit(name="甲"), year=2024)
    result = check(definition, nobody)
    assert ([(one.code, [str(cell) for cell in one.cells]) for one in result.findings], result.accepted) == (
        [("NOT-JUDGED", ["数!B3"])],
        False,
    )
