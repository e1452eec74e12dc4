"""The command line as its contract says: what goes where, what is refused, and the exit codes."""

import json
import os
import subprocess
import sys
import tomllib
from errno import EACCES, EIO, ENOSPC, EROFS
from pathlib import Path
from typing import Any

import documents
import editing
import line
import pytest
from typer.testing import CliRunner, Result

from xlreport.cli import app
from xlreport.errors import XlreportError
from xlreport.forms.layout import plan_layout

RUNNER = CliRunner()
UNIT = "洪泽区人民政府"
LAYOUT = plan_layout(line.form())
TOY = Path(__file__).parent / "forms" / "toy" / "form.toml"


def run(*arguments: object) -> Result:
    """One command, as ``main`` runs it: what the product refuses ends with 2."""
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, XlreportError):
        result.exit_code = 2
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(result: Result) -> str:
    """What a refused command says."""
    return str(result.exception) if isinstance(result.exception, XlreportError) else result.stderr


def write_json(path: Path, document: dict[str, Any]) -> Path:
    path.write_bytes(line.as_bytes(document))
    return path


def own_form(folder: Path, text: str) -> Path:
    """The folder of a form that says ``text``."""
    form = folder / "form"
    form.mkdir()
    (form / "form.toml").write_text(text, "utf-8")
    return form


def values_file(folder: Path, name: str, **changes: Any) -> Path:
    document = line.values_json(name, **changes)
    document["unit"] = {"name": UNIT, **{key: text for key, text in document["unit"].items() if key != "name"}}
    return write_json(folder / f"{name}.json", document)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template for 2024 with last year's figures in it."""
    last = values_file(tmp_path, "hongze_2023")
    path = tmp_path / "模板.xlsx"
    made = run("template", line.FORM, "-o", path, "--unit", UNIT, "--level", "county", "--year", 2024, "--last", last)
    assert made.exit_code == 0, said(made)
    return path


@pytest.fixture
def filled(tmp_path: Path, template: Path) -> Path:
    path = tmp_path / "填好.xlsx"
    done = run("fill", template, values_file(tmp_path, "hongze_2024"), "-o", path)
    assert done.exit_code == 0, said(done)
    return path


EXPLANATIONS = {
    "YOY[proactive.licensing.decisions]": "本年许可事项划转本区办理",
    "YOY[requests.received.total]": "征收项目集中，申请增多",
}


@pytest.fixture
def explained(tmp_path: Path, template: Path) -> Path:
    document = line.values_json("hongze_2024")
    document["unit"]["name"] = UNIT
    values = write_json(tmp_path / "explained.json", {**document, "explanations": EXPLANATIONS})
    path = tmp_path / "说明过.xlsx"
    assert run("fill", template, values, "-o", path).exit_code == 0
    return path


# ── version ──


def test_the_version_is_the_one_of_the_package() -> None:
    project = tomllib.loads(Path(__file__).parent.parent.joinpath("pyproject.toml").read_text("utf-8"))["project"]
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"{project['name']} {project['version']}\n")


# ── check ──


def test_a_file_with_open_queries_ends_with_1(filled: Path) -> None:
    result = run("check", filled)
    assert (result.exit_code, "✗ 未通过：错误 0 处，待说明 2 处，未填 0 格，提示 0 处" in result.stdout) == (1, True)


def test_an_accepted_file_ends_with_0(explained: Path) -> None:
    result = run("check", explained)
    assert (result.exit_code, "✓ 通过（已说明 2 处，提示 0 处）" in result.stdout) == (0, True)


def test_the_json_of_a_check_has_the_shape_of_the_contract(filled: Path) -> None:
    document = json.loads(run("check", filled, "--format", "json").stdout)
    finding = document["findings"][0]
    assert (set(document), document["counts"], set(document["judgements"][0])) == (
        {"contract", "file", "form", "version", "unit", "year", "accepted", "counts", "judgements", "findings"},
        {"error": 0, "query": 2, "notice": 0, "blank": 0},
        {"rule", "outcome", "left", "right", "difference"},
    )
    message = finding.pop("message")
    assert message.startswith("【二 主动公开】行政许可：与上年相比变动不超过 4 倍。本年 9487，上年 550，差额 8937")
    assert finding == {
        "code": "YOY",
        "rule": "YOY[proactive.licensing.decisions]",
        "severity": "query",
        "cells": ["二 主动公开!B8"],
        "fields": ["proactive.licensing.decisions"],
        "left": 9487,
        "right": 550,
        "difference": 8937,
        "explanation": None,
    }


def test_json_on_stdout_is_ascii_and_in_a_file_utf_8(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    run("check", filled, "--format", "json", "-o", out)
    stdout = run("check", filled, "--format", "json").stdout
    assert (stdout.isascii(), UNIT in out.read_text("utf-8")) == (True, True)


def test_several_files_are_a_list_and_end_with_the_highest_code(explained: Path, tmp_path: Path) -> None:
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    result = run("check", explained, broken, "--format", "json")
    documents = json.loads(result.stdout)
    assert (result.exit_code, [one["accepted"] for one in documents]) == (2, [True, False])
    assert [one["code"] for one in documents[1]["findings"]] == ["DAMAGED-FILE"]


def test_last_takes_one_file_only(filled: Path, explained: Path) -> None:
    result = run("check", filled, explained, "--last", filled)
    assert result.exit_code == 2


def test_the_workbook_s_own_figures_of_last_year_win_and_differences_are_noted(explained: Path, tmp_path: Path) -> None:
    last = values_file(tmp_path, "hongze_2023", proactive__licensing__decisions=551)
    document = json.loads(run("check", explained, "--last", last, "--format", "json").stdout)
    found = [(one["code"], one["severity"], one["cells"]) for one in document["findings"] if one["rule"] is None]
    assert (found, document["accepted"]) == ([("LAST-DIFF", "notice", ["二 主动公开!B8"])], True)


def test_last_must_be_of_the_year_before(explained: Path, tmp_path: Path) -> None:
    last = values_file(tmp_path, "hongze_2024")
    result = run("check", explained, "--last", last)
    assert (result.exit_code, said(result)) == (2, "上年的文件“hongze_2024.json”是 2024 年的，应是 2023 年的。")


def test_another_unit_in_last_is_only_a_notice(explained: Path, tmp_path: Path) -> None:
    last = write_json(tmp_path / "last.json", line.values_json("hongze_2023"))
    document = json.loads(run("check", explained, "--last", last, "--format", "json").stdout)
    assert ([one["code"] for one in document["findings"] if one["rule"] is None], document["accepted"]) == (
        ["LAST-UNIT"],
        True,
    )


# ── fill ──


def test_a_claimed_total_that_differs_is_said_and_not_written(template: Path, tmp_path: Path) -> None:
    values = values_file(tmp_path, "hongze_2024", requests__received__total=99)
    out = tmp_path / "f.xlsx"
    result = run("fill", template, values, "-o", out)
    assert "（三 依申请公开!J5）按各项算是 95，数据里写的是 99" in result.stderr
    assert line.read_back(out.read_bytes()).totals == {}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"year": 2023}, "是 2023 年的，模板是 2024 年的，什么都没有写。"),
        ({"unit": {"name": "别的单位"}}, "是“别的单位”的，模板是“洪泽区人民政府”的，什么都没有写。"),
        ({"values": {"nonsense.x": 1, "more": 2}}, "没有字段 nonsense.x；没有字段 more"),
        ({"zero_blanks": ["nowhere"]}, "zero_blanks 里的“nowhere”不是表"),
        ({"explanations": {"T3-COL[total]": "不能说明的"}}, "没有“T3-COL[total]”这项要说明的问题，不能写说明"),
        ({"form": "another"}, "是表单“another”的，这里要的是“gov-info-annual-2021”"),
        ({"version": "0.1"}, "是表单的第 0.1 版"),
        ({"contract": 9}, "contract 是 9"),
        ({"surprise": 1}, "不认识“surprise”"),
        ({"year": "2024"}, "year 的类型不对"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    template: Path, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    document = {**line.values_json("hongze_2024"), **changes}
    if "unit" not in changes:
        document["unit"]["name"] = UNIT
    out = tmp_path / "f.xlsx"
    result = run("fill", template, write_json(tmp_path / "v.json", document), "-o", out)
    assert (result.exit_code, sentence in said(result), out.exists()) == (2, True, False)


def test_strings_stay_text_as_given(template: Path, tmp_path: Path) -> None:
    values = values_file(tmp_path, "hongze_2024", requests__received__individual="９５")
    out = tmp_path / "f.xlsx"
    run("fill", template, values, "-o", out)
    document = json.loads(run("check", out, "--format", "json").stdout)
    assert "NORMALISED" in [one["code"] for one in document["findings"]]


def test_filling_again_keeps_what_the_values_do_not_name(filled: Path, tmp_path: Path) -> None:
    more = {**line.values_json("hongze_2024"), "values": {"basic.contact": "联系人乙"}}
    more["unit"]["name"] = UNIT
    out = tmp_path / "again.xlsx"
    run("fill", filled, write_json(tmp_path / "more.json", more), "-o", out)
    before, after = (line.read_back(path.read_bytes()) for path in (filled, out))
    assert {ref: value for ref, value in after.values.items() if ref.head != "basic"} == before.values


@pytest.mark.parametrize(
    ("number", "words"), [("123456789012345678", "requests.received.individual"), ("1e-400", "1e-400 太大或太小")]
)
def test_a_number_a_spreadsheet_would_change_is_refused(
    template: Path, tmp_path: Path, number: str, words: str
) -> None:
    document = line.values_json("hongze_2024", requests__received__individual="@")
    document["unit"]["name"] = UNIT
    values, out = tmp_path / "v.json", tmp_path / "f.xlsx"
    values.write_bytes(line.as_bytes(document).replace(b'"@"', number.encode()))
    result = run("fill", template, values, "-o", out)
    assert (result.exit_code, words in said(result), out.exists()) == (2, True, False)


def test_fill_refuses_a_template_part_of_which_it_could_not_read(filled: Path, tmp_path: Path) -> None:
    """Writing it anew would lose the renamed sheet's figures, or make a number of a formula."""
    broken, values = tmp_path / "broken.xlsx", values_file(tmp_path, "hongze_2024")
    broken.write_bytes(editing.with_cell_xml(filled.read_bytes(), "三 依申请公开", "D5", "<f>1+1</f><v>2</v>"))
    result = run("fill", broken, values, "-o", tmp_path / "f.xlsx")
    assert (result.exit_code, "不是填的内容：D5（=1+1）" in said(result)) == (2, True)


def test_one_unreadable_json_leaves_the_others_their_verdicts(explained: Path, tmp_path: Path) -> None:
    other = write_json(
        tmp_path / "other.json", {"form": line.FORM, "unit": {"name": "x"}, "year": 2024, "version": "9"}
    )
    result = run("check", explained, other, "--format", "json")
    assert [one["accepted"] for one in json.loads(result.stdout)] == [True, False]


def test_a_text_no_cell_can_hold_is_refused_and_never_cut(template: Path, tmp_path: Path) -> None:
    values = values_file(tmp_path, "hongze_2024", problems="长" * 32_768)
    result = run("fill", template, values, "-o", tmp_path / "f.xlsx")
    assert (result.exit_code, said(result)) == (
        2,
        "problems 有一段太长，一个单元格最多 32767 个字符，写不下。请分段。",
    )


def test_an_explanation_lapses_when_its_numbers_change_in_the_sheet_and_in_check(
    explained: Path, tmp_path: Path
) -> None:
    """A bare sentence stands for the numbers of its first reading; with other numbers it must be written anew."""
    values, out = values_file(tmp_path, "hongze_2024", proactive__licensing__decisions=9488), tmp_path / "later.xlsx"
    run("fill", explained, values, "-o", out)
    document = json.loads(run("check", out, "--format", "json").stdout)
    lapsed = next(one for one in document["findings"] if one["rule"] == "YOY[proactive.licensing.decisions]")
    assert (document["counts"]["query"], "说明已失效" in lapsed["message"]) == (1, True)


def test_an_exported_explanation_says_the_numbers_it_was_written_for(explained: Path) -> None:
    exported = json.loads(run("export", explained).stdout)["explanations"]
    assert exported["YOY[requests.received.total]"] == {"text": "征收项目集中，申请增多", "left": 95, "right": 21}


def test_fill_does_not_move_a_clerk_s_explanation_onto_new_numbers(template: Path, tmp_path: Path) -> None:
    """A sentence typed in the workbook belongs to the numbers it was read with, and lapses with them."""
    typed, values = tmp_path / "typed.xlsx", values_file(tmp_path, "hongze_2024")
    run("fill", template, values, "-o", typed)
    place = LAYOUT.judgements["YOY[requests.received.total]"].explanation
    assert place is not None
    typed.write_bytes(editing.with_text(typed.read_bytes(), place.sheet, place.address, "征收项目集中，申请增多"))
    later, out = values_file(tmp_path, "hongze_2024", requests__received__individual=96), tmp_path / "later.xlsx"
    run("fill", typed, later, "-o", out)
    assert "说明已失效" in run("check", out).stdout


def test_a_new_sentence_counts_for_the_new_numbers(explained: Path, tmp_path: Path) -> None:
    values, out = values_file(tmp_path, "hongze_2024", proactive__licensing__decisions=9488), tmp_path / "later.xlsx"
    run("fill", explained, values, "-o", out)
    place = LAYOUT.judgements["YOY[proactive.licensing.decisions]"].explanation
    assert place is not None
    out.write_bytes(editing.with_text(out.read_bytes(), place.sheet, place.address, "事项划转以后又有新增"))
    assert run("check", out).exit_code == 0


@pytest.mark.parametrize("claim", ["x", True])
def test_a_total_that_is_no_number_is_said(tmp_path: Path, claim: object) -> None:
    values = values_file(tmp_path, "hongze_2024", requests__received__total=claim)
    document = json.loads(run("check", values, "--format", "json").stdout)
    found = [(one["code"], one["severity"], one["cells"]) for one in document["findings"] if one["rule"] is None]
    assert found == [("TOTAL-NOT-A-NUMBER", "error", ["三 依申请公开!J5"])]


def test_an_incomplete_last_year_is_named(tmp_path: Path) -> None:
    document = line.values_json("hongze_2023")
    del document["values"]["requests.carried_out.individual"]
    last, values = write_json(tmp_path / "last.json", document), values_file(tmp_path, "hongze_2024")
    found = json.loads(run("check", values, "--last", last, "--format", "json").stdout)["findings"]
    assert [one["cells"] for one in found if one["code"] == "LAST-INCOMPLETE"] == [["三 依申请公开!D29"]]


@pytest.mark.parametrize("command", ["report", "check"])
def test_no_file_is_written_over_the_one_it_is_made_from(explained: Path, command: str) -> None:
    before = explained.read_bytes()
    result = run(command, explained, "-o", explained, "--force")
    assert (result.exit_code, explained.read_bytes() == before) == (2, True)


def test_a_workbook_is_written_under_the_name_of_one(explained: Path, tmp_path: Path) -> None:
    result = run("report", explained, "-o", tmp_path / "r.xls")
    assert (result.exit_code, said(result)) == (2, f"“{tmp_path / 'r.xls'}”应以 .xlsx 结尾。")


def test_a_last_file_that_cannot_be_read_is_not_the_judged_file_s_fault(explained: Path, tmp_path: Path) -> None:
    result = run("check", explained, "--last", tmp_path / "none.json")
    assert (result.exit_code, said(result).startswith("上年的文件读不了：找不到")) == (2, True)


def test_another_level_is_refused_and_an_unknown_one_is_taken(template: Path, tmp_path: Path) -> None:
    other = values_file(tmp_path, "hongze_2024", level="city")
    assert "的级别是 city，模板的是 county" in said(run("fill", template, other, "-o", tmp_path / "f.xlsx"))


@pytest.mark.parametrize(
    ("word", "level"), [("县", "county"), (" 设区的市 ", "city"), ("街道", "township"), ("Bureau", "bureau"), ("", "")]
)
def test_level_takes_the_words_of_the_roster(tmp_path: Path, word: str, level: str) -> None:
    out = tmp_path / "t.xlsx"
    made = run("template", line.FORM, "-o", out, "--unit", UNIT, "--level", word, "--year", 2024)
    assert (made.exit_code, line.read_back(out.read_bytes()).unit.level) == (0, level)


def test_level_takes_the_form_s_own_word_for_it(tmp_path: Path) -> None:
    levels = 'levels = { branch = "支行" }\n'
    folder = own_form(tmp_path, TOY.read_text("utf-8").replace("params", f"{levels}params", 1))
    out = tmp_path / "t.xlsx"
    made = run("template", folder, "-o", out, "--unit", UNIT, "--level", "支行", "--year", 2024)
    assert (made.exit_code, json.loads(run("export", out, "--form", folder).stdout)["unit"]["level"]) == (0, "branch")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (line.FORM, "没有“科”这个级别。可用的有：bureau（部门）、"),
        (TOY.parent, "这个表单不分级别，请不要写 --level。"),
    ],
)
def test_a_level_the_form_does_not_know_is_refused(tmp_path: Path, form: object, words: str) -> None:
    result = run("template", form, "-o", tmp_path / "t.xlsx", "--unit", UNIT, "--level", "科", "--year", 2024)
    assert (result.exit_code, said(result)[: len(words)]) == (2, words)


@pytest.mark.parametrize("unit", ["长" * 101, "甲\t局", "甲\n局"])
def test_a_unit_s_name_fits_into_file_names_and_titles(tmp_path: Path, unit: str) -> None:
    result = run("template", line.FORM, "-o", tmp_path / "t.xlsx", "--unit", unit, "--year", 2024)
    assert (result.exit_code, "最多 100 个字" in said(result)) == (2, True)


@pytest.mark.parametrize(
    "values",
    [b'{"x": 1e1000000}', b'{"x": "\\ud800"}'],
)
def test_numbers_and_characters_that_are_none_are_refused(tmp_path: Path, values: bytes) -> None:
    path = tmp_path / "v.json"
    path.write_bytes(
        b'{"form": "gov-info-annual-2021", "unit": {"name": "x"}, "year": 2024, "values": ' + values + b"}"
    )
    found = json.loads(run("check", path, "--format", "json").stdout)["findings"]
    assert [one["code"] for one in found] == ["NOT-JSON"]


def test_a_path_the_system_refuses_is_said(tmp_path: Path) -> None:
    result = run("check", tmp_path / ("长" * 300), "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)["findings"][0]["code"]) == (2, "NO-FILE")


# ── report and export ──


def test_an_unaccepted_submission_gets_no_report(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.xlsx"
    result = run("report", filled, "-o", out)
    assert (result.exit_code, out.exists(), "待说明" in result.stderr) == (1, False, True)


def test_a_draft_is_written_all_the_same(filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.xlsx"
    assert (run("report", filled, "-o", out, "--draft").exit_code, out.exists()) == (0, True)


def test_an_accepted_submission_gets_its_report(explained: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.xlsx"
    assert (run("report", explained, "-o", out, "--fonts", "gbt").exit_code, out.exists()) == (0, True)


def test_what_is_exported_fills_the_same_workbook_again(explained: Path, template: Path, tmp_path: Path) -> None:
    exported, again = tmp_path / "e.json", tmp_path / "again.xlsx"
    assert run("export", explained, "-o", exported).exit_code == 0
    assert run("fill", template, exported, "-o", again).exit_code == 0
    assert again.read_bytes() == explained.read_bytes()


def test_computed_fields_are_exported_when_asked_for(explained: Path) -> None:
    plain, computed = (json.loads(run("export", explained, *more).stdout)["values"] for more in ((), ("--computed",)))
    assert ("requests.received.total" in plain, computed["requests.received.total"]) == (False, 95)


def test_csv_has_one_line_a_field_and_a_byte_order_mark(explained: Path, tmp_path: Path) -> None:
    out = tmp_path / "e.csv"
    run("export", explained, "-o", out)
    lines = out.read_text("utf-8-sig").splitlines()
    assert (out.read_bytes()[:3], lines[0], lines[1]) == (
        b"\xef\xbb\xbf",
        "file,code,unit,year,field,value",
        f"说明过.xlsx,,{UNIT},2024,proactive.regulations.issued,0",
    )


def test_a_text_that_looks_like_a_formula_is_safe_in_csv(template: Path, tmp_path: Path) -> None:
    values = values_file(tmp_path, "hongze_2024", problems="=cmd|' /C calc'!A0")
    filled, out = tmp_path / "f.xlsx", tmp_path / "e.csv"
    run("fill", template, values, "-o", filled)
    run("export", filled, "-o", out)
    assert "problems,'=cmd|' /C calc'!A0" in out.read_text("utf-8-sig")


# ── files ──


def test_an_existing_file_is_replaced_only_with_force(filled: Path, template: Path, tmp_path: Path) -> None:
    before = filled.read_bytes()
    values = values_file(tmp_path, "hongze_2024", requests__received__individual=1)
    refused = run("fill", template, values, "-o", filled)
    assert (refused.exit_code, filled.read_bytes() == before) == (2, True)
    forced = run("fill", template, values, "-o", filled, "--force")
    assert (forced.exit_code, filled.read_bytes() == before) == (0, False)


def test_output_that_cannot_be_written_leaves_nothing_behind(template: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run("fill", template, values_file(tmp_path, "hongze_2024"), "-o", tmp_path / "file" / "f.xlsx")
    assert (result.exit_code, list(tmp_path.glob("**/*.part"))) == (2, [])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("没有.xlsx", None, "NO-FILE"),
        ("空.xlsx", b"", "EMPTY-FILE"),
        ("坏.json", b"{", "NOT-JSON"),
        ("别的.json", b'{"form": 1}', "NOT-VALUES"),
        ("无穷.json", b'{"form": "gov-info-annual-2021", "values": {"x": Infinity}}', "NOT-JSON"),
        ("两次.json", b'{"form": "a", "form": "b"}', "NOT-JSON"),
        ("不认识.json", b'{"form": "unheard-of"}', "OTHER-FORM"),
        ("谁的.json", b'{"form": "gov-info-annual-2021"}', "NOT-VALUES"),
        ("哪年.json", b'{"form": "gov-info-annual-2021", "unit": {"name": "x"}, "year": -5}', "NOT-VALUES"),
        (
            "多余.json",
            b'{"form": "gov-info-annual-2021", "unit": {"name": "x"}, "year": 2024, "values": {"y": 1}}',
            "NOT-VALUES",
        ),
        ("文字.xlsx", "表".encode(), "NOT-A-WORKBOOK"),
    ],
)
def test_a_file_that_cannot_be_read_has_its_code_in_the_json(
    tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    result = run("check", path, "--format", "json")
    assert (result.exit_code, [one["code"] for one in json.loads(result.stdout)["findings"]]) == (2, [code])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"form": "a",\n "unit": }', "第 2 行第 10 个字符起读不下去"),
        ('{"form": "表"}'.encode("gbk"), "不是 UTF-8 编码，请另存为 UTF-8"),
        (b"[" * 100_000, "括号套得太深"),
        (b'{"form": "\\ud800"}', "不是 UTF-8 编码"),
        (b'{"form": "a", "form": "b"}', "“form”写了两次"),
    ],
)
def test_what_is_no_json_is_refused_with_where_it_breaks(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "坏.json"
    path.write_bytes(content)
    assert run("check", path).stdout.splitlines()[1].startswith(f"  “坏.json”不是正确的 JSON：{reason}")


@pytest.mark.parametrize(
    ("number", "words"),
    [(EACCES, "没有权限"), (ENOSPC, "磁盘满了"), (EROFS, "磁盘只能读，不能写"), (EIO, "磁盘或网络读写出错")],
)
def test_why_the_system_refuses_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "whatever the system calls it")

    monkeypatch.setattr(Path, "replace", refuse)
    result = run("roster", "new", "-o", tmp_path / "名录.xlsx")
    assert said(result) == f"写不了“{tmp_path / '名录.xlsx'}”：{words}。"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_no_file_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "表.xlsx")
    assert "是管道，不是文件。" in run("check", tmp_path / "表.xlsx").stdout


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    result = run("check", tmp_path, "--format", "json")
    assert json.loads(result.stdout)["findings"][0]["code"] == "A-FOLDER"


# ── forms, rules, explain, template ──


def test_forms_lists_the_shipped_form() -> None:
    assert run("forms").stdout.startswith("gov-info-annual-2021  1.0  政府信息公开工作年度报告")


def test_rules_prints_every_rule_and_parameter() -> None:
    text = run("rules", line.FORM).stdout
    missing = [rule.id for rule in line.form().rules if rule.id not in text]
    missing += [name for name in line.form().parameters if name not in text]
    assert missing == []


@pytest.mark.parametrize("code", ["T3-COL", "t3-col[individual]", "YOY", "INPUT-LOCKED", "ENCRYPTED-FILE"])
def test_explain_says_what_a_code_means_and_what_to_do(code: str) -> None:
    text = run("explain", code).stdout
    assert ("意思：" in text, "处理：" in text) == (True, True)


def test_explain_lists_the_codes_there_are() -> None:
    result = run("explain", "NONSENSE")
    assert (result.exit_code, "T3-COL" in said(result)) == (2, True)


def test_an_unknown_form_is_refused_with_the_ones_there_are() -> None:
    result = run("rules", "nowhere")
    assert (result.exit_code, "gov-info-annual-2021" in said(result)) == (2, True)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--unit", "", "--year", 2024], "单位名称不能为空。"),
        (["--unit", "甲局", "--year", 2024, "--level", "village"], "没有“village”这个级别。"),
    ],
)
def test_a_template_needs_a_unit_and_a_level_the_form_knows(
    tmp_path: Path, options: list[object], sentence: str
) -> None:
    result = run("template", line.FORM, "-o", tmp_path / "t.xlsx", *options)
    assert (result.exit_code, sentence in said(result)) == (2, True)


def test_the_password_locks_the_sheets(tmp_path: Path) -> None:
    out = tmp_path / "t.xlsx"
    result = run("template", line.FORM, "-o", out, "--unit", "甲局", "--year", 2024, "--password", "secret")
    assert (result.exit_code, out.exists()) == (0, True)


def test_a_password_excel_s_old_lock_cannot_take_is_refused_in_words(tmp_path: Path) -> None:
    options = ["--unit", "甲局", "--year", 2024, "--password", "密码"]
    result = run("template", line.FORM, "-o", tmp_path / "t.xlsx", *options)
    assert (result.exit_code, said(result)) == (2, "密码只能用英文字母、数字和符号，最多 15 个字符。")


def test_demo_leaves_four_files_and_says_so(tmp_path: Path) -> None:
    result = run("demo", tmp_path / "d")
    names = sorted(path.name for path in (tmp_path / "d").iterdir())
    assert (result.exit_code, names, all(name in result.stderr for name in names)) == (
        0,
        ["1-模板.xlsx", "2-填好的表.xlsx", "3-核对结果.txt", "4-正式报告.xlsx"],
        True,
    )


def test_main_says_a_definition_s_problems_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "form.toml").write_text('id = "x"\n', "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "xlreport", "rules", str(tmp_path)], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, "version: 缺少此项。" in done.stderr.decode()) == (2, True)


# ── forms of one's own ──


NO_NUMBER = '提示：{} 的格子没有 kind = "number" 的规则管：填了文字或负数，没有别的规则用到的，不会报错。'
NO_BLANK = '提示：没有 kind = "blank" 的规则：空着的格子不会提示待填，也能通过。'


@pytest.mark.parametrize(
    ("old", "new", "hints"),
    [
        ("", "", []),
        ('of = ["count", "amount"]', 'of = ["count"]', [NO_NUMBER.format("amount")]),
        ('{ id = "NUM", kind = "number"', '# { id = "NUM", kind = "number"', [NO_NUMBER.format("count、amount")]),
        ('{ id = "BLANK", kind = "blank"', '# { id = "BLANK", kind = "blank"', [NO_BLANK]),
    ],
)
def test_what_a_form_without_the_built_in_rules_leaves_unsaid_is_told(
    tmp_path: Path, old: str, new: str, hints: list[str]
) -> None:
    folder = own_form(tmp_path, TOY.read_text("utf-8").replace(old, new))
    roster = tmp_path / "roster.csv"
    roster.write_text("代码,名称\n1,甲馆\n", "utf-8")
    commands = [
        ["rules", folder],
        ["template", folder, "-o", tmp_path / "t.xlsx", "--unit", UNIT, "--year", 2024],
        ["issue", folder, "--roster", roster, "--year", 2024, "-o", tmp_path / "outbox"],
    ]
    for command in commands:
        told = run(*command)
        assert (told.exit_code, [one for one in told.stderr.splitlines() if one.startswith("提示")]) == (0, hints)


def test_the_shipped_form_leaves_nothing_unsaid() -> None:
    assert run("rules", line.FORM).stderr == ""


def test_the_rules_are_printed_in_words_a_person_reads(tmp_path: Path) -> None:
    printed = run("rules", own_form(tmp_path, TOY.read_text("utf-8")) / "form.toml").stdout
    says = [text.rpartition("处  ")[2] for text in printed.splitlines() if "处  " in text]
    assert says == [
        "（各列）：旧书＋新书＝合计",
        "（各行）：还有 n 格未填",
        "（各行）：有 n 格不是数",
        "（各项）：一年增加不超过 1000 册",
        "新书单价不超过 1000 万元",
    ]


def test_a_form_without_parameters_has_no_heading_for_them(tmp_path: Path) -> None:
    text = TOY.read_text("utf-8").replace("params = { most = 1000 }", "").replace("most", "1000").replace("{1000}", "")
    assert run("rules", own_form(tmp_path, text)).stdout.endswith(
        "      算式：books.new.price <= 1000 * books.new.number\n"
    )


def test_an_unknown_form_is_told_in_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    code, printed = documents.run("xlreport rules nowhere", monkeypatch)
    assert (code, printed) == (
        2,
        "没有“nowhere”这个表单。可用的有：gov-info-annual-2021。也可以写表单文件夹的路径。\n",
    )
