"""The office's demonstration: what it leaves is what it tells of."""

from decimal import Decimal
from pathlib import Path

import line
import openpyxl
import pytest
from test_command_line import run, said

from xlreport.cells import Number
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
    "101": "通过",
    "102": "未报",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "office"
    assert run("demo", "--office", folder).exit_code == 0
    return folder


def test_every_unit_stands_where_the_demonstration_says(demo: Path) -> None:
    sheet = openpyxl.load_workbook(demo / "4-汇总结果" / "status.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert {str(row[0]): row[3] for row in rows if str(row[0]) in STATES} == STATES


def test_the_sum_is_that_of_the_units_that_count(demo: Path) -> None:
    summed = read_source((demo / "4-汇总结果" / "aggregate.xlsx").read_bytes(), "aggregate.xlsx").submission
    names = [f"{code}_*_2024.xlsx" for code in STATES if STATES[code] in ("通过", "待说明") and code != "007"]
    files = [next((demo / "3-收到的表").glob(name)) for name in [*names, "007_*_更正.xlsx"]]
    parts = [read_source(file.read_bytes(), file.name).submission for file in files]
    field = next(ref for ref in line.form().fields if str(ref) == "requests.received.individual")
    figures = [value.value if isinstance(value := one.value(field), Number) else Decimal(0) for one in parts]
    assert summed.value(field) == Number(sum(figures, start=Decimal(0)))


def test_who_is_missing_in_the_sum_is_named_on_it(demo: Path) -> None:
    result = run("check", demo / "4-汇总结果" / "aggregate.xlsx")
    assert (result.exit_code, "东河乡人民政府" in result.stdout) == (1, True)


def test_a_second_demonstration_replaces_nothing_unasked(demo: Path) -> None:
    result = run("demo", "--office", demo)
    assert (result.exit_code, "1-单位名录.csv" in said(result)) == (2, True)
