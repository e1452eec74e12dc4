"""Three levels by the commands alone: 4 districts of 12 bureaus, 4 district workbooks, one city."""

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import line
import openpyxl
import pytest
import sums
from test_command_line import run, write_json

from xlreport.submission import Submission, Unit
from xlreport.writing.template import write_template

YEAR = "2023"


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's inbox and results, and below it those of each district."""
    city = tmp_path_factory.mktemp("city")
    for district in range(1, sums.DISTRICTS + 1):
        folder = city / f"district{district}"
        for number in range(1, sums.BUREAUS + 1):
            put(folder / "inbox" / f"{number}.xlsx", bureau(district, number))
        units = [bureau(district, number).unit for number in range(1, sums.BUREAUS + 1)]
        collected(folder, units, Unit(name=f"第{district}区", code=f"{district}00", level="county"))
        (city / "inbox").mkdir(exist_ok=True)
        reported(folder, city / "inbox" / f"{district}.xlsx")
    districts = [Unit(name=f"第{at}区", code=f"{at}00") for at in range(1, sums.DISTRICTS + 1)]
    collected(city, districts, Unit(name="示例市", code="000", level="city"))
    reported(city, city / "city.xlsx")
    return city


def bureau(district: int, number: int) -> Submission:
    return sums.bureau(district, number)


def put(path: Path, made: Submission) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_template(line.form(), replace(made, findings=())))


def collected(folder: Path, units: list[Unit], parent: Unit) -> None:
    """Everything in the inbox is accepted and summed."""
    rows = [f"{unit.code},{unit.name},{parent.name}" for unit in units]
    (folder / "roster.csv").write_text("\n".join(["代码,名称,上级", *rows]), "utf-8")
    options = ("--unit-code", parent.code, "--level", parent.level, "--year", YEAR)
    roster, results = folder / "roster.csv", folder / "results"
    result = run("collect", folder / "inbox", "--roster", roster, *options, "-o", results)
    assert result.exit_code == 0, result.output


def reported(folder: Path, filled: Path) -> None:
    """The sum gets its narrative, is accepted, and becomes a report."""
    aggregate = folder / "results" / "aggregate.xlsx"
    words = write_json(folder / "words.json", {"form": line.FORM, "values": line.NARRATIVE})
    assert run("fill", aggregate, words, "-o", filled).exit_code == 0
    assert run("check", filled).exit_code == 0
    assert run("report", filled, "-o", folder / "report.xlsx").exit_code == 0


def exported(file: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(run("export", file).stdout, parse_float=Decimal)["values"]
    return {name: value for name, value in values.items() if isinstance(value, int | Decimal)}


def test_the_city_is_the_sum_over_all_bureaus_field_by_field(levels: Path) -> None:
    files = [file for district in sorted(levels.glob("district*")) for file in sorted(district.glob("inbox/*.xlsx"))]
    whole: Counter[str] = Counter()
    for file in files:
        whole.update({name: Decimal(value) for name, value in exported(file).items()})
    assert len(files) == 48
    assert {name: Decimal(value) for name, value in exported(levels / "city.xlsx").items()} == dict(whole)


def traced(folder: Path) -> dict[str, list[Decimal]]:
    """The figures of 二 of each unit in a trace, by the unit's code."""
    sheet = openpyxl.load_workbook(folder / "results" / "trace.xlsx").worksheets[1]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return {str(row[1]): [Decimal(str(one)) for one in row[4:]] for row in rows if str(row[1]).isdigit()}


def test_every_figure_of_the_city_leads_to_a_district_and_from_there_to_a_bureau(levels: Path) -> None:
    for code, figures in traced(levels).items():
        parts = traced(levels / f"district{code[0]}").values()
        assert len(parts) == 12
        assert [sum(column) for column in zip(*parts, strict=True)] == figures
