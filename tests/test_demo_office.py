"""The office's demonstration: what it leaves is what it tells of."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import line
import openpyxl
import pytest
import sums
from test_command_line import run, said, write_json

from xlreport.cells import Number
from xlreport.fields import FieldRef
from xlreport.forms.loading import find_form
from xlreport.submission import Submission
from xlreport.verifying.sources import read_source

STATES = {
    "001": "通过",
    "002": "通过",
    "003": "退回",
    "004": "退回",
    "005": "通过",
    "006": "待说明",
    "007": "通过",
    "008": "通过",
    "009": "通过",
    "101": "通过",
    "102": "未报",
    "103": "通过",
}
SUMMED = [code for code, state in STATES.items() if state in ("通过", "待说明")]
TOLD = re.compile(r"^  (\S+)  .*?(通过|待说明|退回|未报)$", re.MULTILINE)
"""A unit and its state, as the demonstration tells of it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a demonstration left, and what it said."""

    folder: Path
    words: str

    @property
    def sum(self) -> Path:
        return self.folder / "4-汇总结果" / "aggregate.xlsx"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo") / "office"
    result = run("demo", "--office", folder)
    assert result.exit_code == 0
    return Shown(folder, result.stderr)


def status(demo: Shown) -> list[list[str]]:
    """The rows of the units in the status."""
    sheet = openpyxl.load_workbook(demo.folder / "4-汇总结果" / "status.xlsx").worksheets[0]
    return [[str(cell.value) for cell in row] for row in sheet.iter_rows() if str(row[0].value) in STATES]


def workbook(path: Path) -> Submission:
    return read_source(path.read_bytes(), path.name).submission


def figure(made: Submission, field: FieldRef) -> Decimal:
    value = made.value(field)
    return value.value if isinstance(value, Number) else Decimal(0)


def test_every_unit_stands_where_it_should(demo: Shown) -> None:
    assert {row[0]: row[3] for row in status(demo)} == STATES


def test_every_unit_that_is_told_of_stands_as_told(demo: Shown) -> None:
    told = TOLD.findall(demo.words)
    assert len(told) == 7
    assert set(told) <= {(row[1], row[3]) for row in status(demo)}


def test_the_sum_is_that_of_the_units_that_count(demo: Shown) -> None:
    received = demo.folder / "3-收到的表"
    parts = [workbook(max(received.glob(f"{code}_*.xlsx"))) for code in SUMMED]
    fields = sums.inputs()
    expected = {ref: sum((figure(part, ref) for part in parts), start=Decimal(0)) for ref in fields}
    made = workbook(demo.sum)
    assert {ref: figure(made, ref) for ref in fields} == expected
    assert sum(map(bool, expected.values())) > 40, "a sum of nothing would hold as well"


def test_a_correction_counts_and_what_it_supersedes_is_listed(demo: Shown) -> None:
    others = openpyxl.load_workbook(demo.folder / "4-汇总结果" / "status.xlsx").worksheets[-1]
    listed = [[cell.value for cell in row][:4] for row in others.iter_rows(min_row=5)]
    assert listed == [["已被替代", "007", "示例县市场监督管理局", "007_示例县市场监督管理局_2024.xlsx"]]


def test_templates_bring_last_years_figures(demo: Shown) -> None:
    template = workbook(next((demo.folder / "2-发出的模板").glob("003_*.xlsx")))
    assert template.last


def test_once_the_narrative_is_written_a_report_can_be_made_without_the_missing(demo: Shown, tmp_path: Path) -> None:
    own = {"contract": 1, "form": line.FORM, "unit": {"name": "示例县人民政府"}, "year": 2024, "values": line.NARRATIVE}
    whole = tmp_path / "whole.xlsx"
    assert run("fill", demo.sum, write_json(tmp_path / "own.json", own), "-o", whole).exit_code == 0
    refused = run("report", whole, "-o", tmp_path / "report.xlsx")
    assert (refused.exit_code, "东河乡人民政府" in said(refused)) == (1, True)
    assert run("report", whole, "-o", tmp_path / "report.xlsx", "--allow-missing").exit_code == 0


def test_collecting_again_as_told_reads_nothing_twice(demo: Shown) -> None:
    told = demo.words[demo.words.index("xlreport collect") :]
    words = [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|(\S+)', told)]
    again = run(*words[1:])
    assert "这次读了 0 份新文件" in again.stdout


def test_a_second_demonstration_replaces_nothing_unasked(demo: Shown) -> None:
    result = run("demo", "--office", demo.folder)
    assert (result.exit_code, "1-单位名录.xlsx" in said(result)) == (2, True)


def test_anything_of_an_earlier_one_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "3-收到的表").mkdir()
    result = run("demo", "--office", tmp_path)
    assert (result.exit_code, [one.name for one in tmp_path.iterdir()]) == (2, ["3-收到的表"])


@pytest.mark.parametrize("part", ["run_issue", "run_collect"])
def test_a_part_that_goes_wrong_ends_it_with_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr("xlreport.cli.demonstrating_office.run_issue", lambda _options: 0)
    monkeypatch.setattr("xlreport.cli.demonstrating_office._send_in", lambda *_given, **_more: None)
    monkeypatch.setattr(f"xlreport.cli.demonstrating_office.{part}", lambda _options: 2)
    result = run("demo", "--office", tmp_path / "office")
    assert (result.exit_code, "全过程走完了" in said(result)) == (2, False)


@pytest.mark.parametrize("option", ["--office", "--force"])
def test_the_folder_of_a_form_is_not_taken_for_the_demonstrations(option: str, tmp_path: Path) -> None:
    (tmp_path / "form.toml").touch()
    result = run("demo", tmp_path, option)
    assert (result.exit_code, "表单" in said(result)) == (2, True)
    assert [one.name for one in tmp_path.iterdir()] == ["form.toml"]


def test_the_units_of_the_example_are_those_of_its_roster() -> None:
    folder = find_form(line.FORM)
    rows = (folder / "example_roster.csv").read_text("utf-8").splitlines()[1:]
    last = json.loads((folder / "example_office_last.json").read_text("utf-8"))
    assert [row.split(",")[:2] for row in rows] == [[one["unit"]["code"], one["unit"]["name"]] for one in last]
