"""Print what collecting costs: ``python benchmarks/collecting.py [UNITS]`` (1,000 unless said otherwise).

Makes a workbook for each unit (four in five right, the others to be explained or filled in), collects them from cold
and again unchanged, each in a process of its own as an office does. Exits with 1 where the second run takes more than
a tenth of the first.
"""

import resource
import subprocess
import sys
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from xlreport.cells import BLANK, Number
from xlreport.forms.loading import find_form, load_definition
from xlreport.office.archive.filing import read_content
from xlreport.office.processes import run_each
from xlreport.reading.values import parse_values, submission_of
from xlreport.submission import Unit
from xlreport.writing.template import write_template

FORM = "gov-info-annual-2021"
UNITS = 1_000
MOST = 0.1
"""Most that a run with nothing new may take of the first one."""
BLANK_EACH, QUERY_EACH = 10, 5
"""Every so many units have blanks left, or numbers to be explained."""
READ = 100
"""Files read one after the other for the figure of one process."""
MEGABYTE = 1024
"""In the kilobytes that Linux counts memory in."""


def filled(number: int) -> bytes:
    """The workbook of a unit: every fifth has blanks or a query that is not explained."""
    definition, example = load_definition(FORM), find_form(FORM) / "example.json"
    made = submission_of(definition, parse_values(example.read_bytes(), example.name))
    made = replace(made, unit=Unit(name=f"第{number}单位", code=f"{number:05}", level=made.unit.level))
    first, *_, last = (ref for ref, field in definition.fields.items() if field.is_input)
    if number % BLANK_EACH == 0:
        made = replace(made, values={**made.values, first: BLANK}, zero_blanks=frozenset())
    elif number % QUERY_EACH == 0:
        made = replace(made, values={**made.values, last: Number(Decimal(10_000 + number))})
    return write_template(definition, made)


@dataclass(frozen=True)
class Run:
    """What a command took: seconds, and the most memory of any of its processes in megabytes."""

    seconds: float
    megabytes: float


def collect(folder: Path) -> Run:
    """Collect in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "xlreport",
        "collect",
        str(folder / "inbox"),
        "--roster",
        str(folder / "roster.csv"),
    ]
    start = perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--year", "2024", "-o", str(folder / "results")], check=False, capture_output=True
    )
    seconds = perf_counter() - start
    sys.stdout.write(done.stdout.decode())
    return Run(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE)


def files_per_second(folder: Path) -> float:
    """How many files one process reads and judges in a second."""
    files = [path.read_bytes() for path in sorted((folder / "inbox").iterdir())[:READ]]
    read_content(files[0], "0", FORM)
    start = perf_counter()
    for data in files:
        read_content(data, "0", FORM)
    return len(files) / (perf_counter() - start)


def prepare(folder: Path, units: int) -> None:
    """The roster and a workbook for each unit."""
    (folder / "inbox").mkdir()
    lines = [f"{number:05},第{number}单位,city,示例市" for number in range(1, units + 1)]
    (folder / "roster.csv").write_text("\n".join(["代码,名称,级别,上级", *lines]), "utf-8")
    for number, data in enumerate(run_each(filled, range(1, units + 1)), start=1):
        (folder / "inbox" / f"{number:05}.xlsx").write_bytes(data)


def main() -> int:
    """Measure, print, and say whether the promise is kept."""
    units = int(sys.argv[1]) if len(sys.argv) > 1 else UNITS
    with TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, units)
        each = files_per_second(folder)
        cold, again = collect(folder), collect(folder)
        size = sum(path.stat().st_size for path in (folder / "results").glob("archive.sqlite"))
    lines = (
        ("files read and judged, a second and process", each),
        ("collecting from cold, seconds", cold.seconds),
        ("collecting again unchanged, seconds", again.seconds),
        ("unchanged ÷ cold", again.seconds / cold.seconds),
        ("most memory of a process, megabytes", cold.megabytes),
        ("archive, megabytes", size / 1_000_000),
    )
    for words, figure in lines:
        sys.stdout.write(f"{words:50} {figure:8.2f}\n")
    return int(again.seconds > MOST * cold.seconds)


if __name__ == "__main__":
    sys.exit(main())
