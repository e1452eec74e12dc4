"""Make the pictures of the documents from real workbooks: ``python docs/make_pictures.py``.

The workbooks are written by the product itself from the shipped example, printed by LibreOffice and drawn by
poppler's ``pdftoppm``; both must be installed, and a Chinese face. On screen a sheet shows its column of hints, on
paper it does not: so the sheets are given another page set-up first, nothing else about them is changed.
"""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from xlreport.cells import BLANK, Text, Value, number_value
from xlreport.checks.check import check
from xlreport.cli.demonstrating_office import run_office_demo
from xlreport.cli.making import blank_submission
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import find_form, load_definition
from xlreport.office.results.results import STATUS
from xlreport.reading.values import parse_values, submission_of
from xlreport.reports.writing import write_report
from xlreport.submission import Submission
from xlreport.writing.calculate import calculate
from xlreport.writing.plan import Print, SheetPlan, WorkbookPlan
from xlreport.writing.strict import write_workbook
from xlreport.writing.template import plan_template

FORM = "gov-info-annual-2021"
FOLDER = Path(__file__).resolve().parent / "pictures"
SECONDS = 180
"""Longest wait for one of the programs."""

SLIPS: Mapping[str, Value] = {
    "requests.received.individual": number_value(3450),  # ten too many: the column no longer agrees
    "requests.granted.business": Text("12件"),
    "requests.carried_in.research": BLANK,
    "proactive.licensing.decisions": number_value(150),  # a ten-thousandth of last year's
    "disputes.review.upheld": BLANK,
}
"""What the clerk of the pictures got wrong, one of each kind."""


SHEETS = {"first-sheet": "填报说明", "table-sheet": "三 依申请公开", "checks-sheet": "校验"}
"""Picture and sheet of the template."""
RULES = frozenset({"T3-COL", "CARRY", "YOY"})
"""校验 is too long for a picture: the rules whose rows stay, as if filtered."""


def main() -> None:
    """Write every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    definition = load_definition(FORM)
    submission = example(definition)
    plan = on_screen(plan_template(definition, with_slips(submission)))
    draw(write_workbook(plan, calculate(plan)), pages_of(plan), dots=96)
    result = check(definition, submission)
    report = write_report(definition, result, draft=not result.accepted)
    draw(report, {f"report-{page}": page for page in (1, 2, 3)}, dots=60, crop=False)
    draw(status_of_the_demonstration(), {"status-sheet": 1}, dots=96, foot=FOOT)


def example(definition: FormDefinition) -> Submission:
    """The shipped example in a template that carries last year's figures."""
    folder = find_form(FORM)
    document = parse_values((folder / "example.json").read_bytes(), "example.json")
    given = submission_of(definition, document)
    blank = blank_submission(
        definition,
        unit=given.unit.name,
        code=given.unit.code,
        level=given.unit.level,
        year=given.year,
        last=folder / "example_last.json",
        deadline="2025年1月20日",
        return_to="示例市政府办公室 政务公开科",
        form="",
    )
    return replace(blank, values=given.values, texts=given.texts, explanations=given.explanations)


def with_slips(submission: Submission) -> Submission:
    """The submission as a clerk might leave it before lunch."""
    slips = {ref: value for name, value in SLIPS.items() if (ref := FieldRef.parse(name)) is not None}
    return replace(submission, values={**submission.values, **slips})


def status_of_the_demonstration() -> bytes:
    """How the units of the office's demonstration stand."""
    with TemporaryDirectory() as name:
        run_office_demo(Path(name), force=False)
        [status] = Path(name).glob(f"*/{STATUS}")
        return status.read_bytes()


def on_screen(plan: WorkbookPlan) -> WorkbookPlan:
    """The workbook with every sheet on one page, hints and all."""
    return replace(plan, sheets=tuple(_on_screen(sheet) for sheet in plan.sheets))


def _on_screen(sheet: SheetPlan) -> SheetPlan:
    rows = {
        row: replace(planned, hidden=planned.hidden or _is_left_out(sheet, row)) for row, planned in sheet.rows.items()
    }
    page = Print(landscape=True, margins=(8, 8, 8, 8), pages_high=1)
    return replace(sheet, rows=rows, print=page)


def _is_left_out(sheet: SheetPlan, row: int) -> bool:
    in_list = sheet.filter is not None and sheet.filter.first_row < row <= sheet.filter.last_row
    return in_list and sheet.cells[row, 1].content not in RULES


def pages_of(plan: WorkbookPlan) -> dict[str, int]:
    """The page each picture is on: one a sheet."""
    sheets = [sheet.name for sheet in plan.sheets]
    return {picture: sheets.index(sheet) + 1 for picture, sheet in SHEETS.items()}


def draw(workbook: bytes, pages: Mapping[str, int], *, dots: int, crop: bool = True, foot: float = 0) -> None:
    """Pages of a workbook as pictures, ``dots`` an inch; ``crop`` cuts margins and ``foot``, a share of the page."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "book.xlsx").write_bytes(workbook)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(folder / "book.xlsx"))
        for picture, page in pages.items():
            target = FOLDER / f"{picture}.png"
            draw_page(folder / "book.pdf", page, target, dots=dots, crop=crop, foot=foot)
            sys.stdout.write(f"{target.name}  {target.stat().st_size // 1024} KB\n")


def draw_page(document: Path, page: int, target: Path, *, dots: int, crop: bool, foot: float) -> None:
    """One page of a PDF as a picture: drawn in grey first, to see where its margins end."""
    program = ("pdftoppm", "-r", str(dots), "-f", str(page), "-l", str(page), "-singlefile")
    cut: tuple[str, ...] = ()
    if crop:
        run(*program, "-gray", str(document), str(document.with_suffix("")))
        cut = crop_options(document.with_suffix(".pgm").read_bytes(), foot)
    run(*program, "-png", *cut, str(document), str(target.with_suffix("")))


def run(*command: str) -> None:
    """Run a program; what it says is of interest only when it fails."""
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603 - named programs


MARGIN, WHITE = 10, 250
FOOT = 0.08
"""The share of a page of a report that its number may be in."""


def crop_options(image: bytes, foot: float) -> tuple[str, ...]:
    """How to cut a grey PGM picture to what is drawn on it, and a narrow margin."""
    _, size, _, pixels = image.split(b"\n", 3)
    width, height = map(int, size.split())
    height -= round(height * foot)
    rows = [pixels[at * width : (at + 1) * width] for at in range(height)]
    inked = [at for at, row in enumerate(rows) if min(row) < WHITE]
    columns = [at for at in range(width) if min(pixels[at::width]) < WHITE]
    left, top = max(columns[0] - MARGIN, 0), max(inked[0] - MARGIN, 0)
    right, bottom = min(columns[-1] + MARGIN, width), min(inked[-1] + MARGIN, height)
    return ("-x", str(left), "-y", str(top), "-W", str(right - left), "-H", str(bottom - top))


if __name__ == "__main__":
    main()
