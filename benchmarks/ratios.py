"""Print what the product costs, as ratios that hold on any machine: ``python benchmarks/ratios.py``.

Each figure is the median of ten runs, taken in turn with the runs it is compared with, so that a busy machine
slows both alike. Exits with 1 where a promised ratio is exceeded.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import openpyxl

from xlreport.checks.check import check
from xlreport.forms.loading import find_form, load_definition
from xlreport.reading.submission import read_submission
from xlreport.reading.values import parse_values, submission_of
from xlreport.reading.workbook import read_workbook
from xlreport.writing.template import write_template

RUNS = 10
FORM = "gov-info-annual-2021"
HELP_LIMIT = 2.0
"""Most that ``xlreport --help`` may cost, in ``import typer``."""


def medians(tasks: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each task, the tasks taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(RUNS):
        for name, task in tasks.items():
            start = perf_counter()
            task()
            seconds[name].append(perf_counter() - start)
    return {name: median(times) for name, times in seconds.items()}


def program(*arguments: str | Path) -> Callable[[], object]:
    """A run of Python in a process of its own."""
    command = [sys.executable, *map(str, arguments)]
    return lambda: subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command


def of_commands(filled: Path, folder: Path) -> dict[str, float]:
    """What commands cost as a person waits for them."""
    new = folder / "template.xlsx"
    return medians(
        {
            "import typer": program("-c", "import typer"),
            "--help": program("-m", "xlreport", "--help"),
            "check": program("-m", "xlreport", "check", filled),
            "template": program(
                *("-m", "xlreport", "template", FORM, "-o", new, "--unit", "示例市", "--year", "2024", "--force")
            ),
        }
    )


def of_reading(data: bytes) -> dict[str, float]:
    """What reading one filled workbook costs, once everything is loaded."""
    definition = load_definition(FORM)

    def twice_by_openpyxl() -> None:
        """Formulas and values, as openpyxl gives them: one load each."""
        openpyxl.load_workbook(BytesIO(data))
        openpyxl.load_workbook(BytesIO(data), data_only=True)

    def read_and_check() -> object:
        workbook = read_workbook(data, "filled.xlsx")
        return check(definition, read_submission(definition, workbook, "filled.xlsx"))

    return medians(
        {
            "reader": lambda: read_workbook(data, "filled.xlsx"),
            "read and check": read_and_check,
            "openpyxl": twice_by_openpyxl,
        }
    )


def main() -> int:
    """Measure, print, and say whether the promise is kept."""
    definition = load_definition(FORM)
    example = find_form(FORM) / "example.json"
    data = write_template(definition, submission_of(definition, parse_values(example.read_bytes(), example.name)))
    with TemporaryDirectory() as folder:
        filled = Path(folder) / "filled.xlsx"
        filled.write_bytes(data)
        commands = of_commands(filled, Path(folder))
    reading = of_reading(data)
    typer, ours = commands["import typer"], reading["reader"]
    lines = (
        ("xlreport --help ÷ import typer", commands["--help"] / typer),
        ("xlreport check of one workbook ÷ import typer", commands["check"] / typer),
        ("xlreport template ÷ import typer", commands["template"] / typer),
        ("openpyxl, formulas and values ÷ our reader", reading["openpyxl"] / ours),
        ("reading and judging ÷ reading alone", reading["read and check"] / ours),
    )
    for name, ratio in lines:
        sys.stdout.write(f"{name:50} {ratio:6.2f}\n")
    sys.stdout.write(f"import typer: {typer * 1000:.0f} ms; our reader: {ours * 1000:.1f} ms\n")
    return int(lines[0][1] > HELP_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
