"""The report on paper, as LibreOffice prints it: everything there, whole, and within the page.

Lines are compared as printed. Where each planned line is one line on paper, no program broke it anew, and
the planned heights hold.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from typing import NamedTuple

import pytest
from judges import missing
from office import to_pdf
from report_cases import annual_report, checked, submission_of

from xlreport.cells import plain
from xlreport.reports.building import build_report
from xlreport.reports.document import Document, Heading, Paragraph, TableBlock, Title
from xlreport.reports.tables import line_height
from xlreport.reports.typesetting import NOT_FIRST
from xlreport.reports.workbook import plan_report
from xlreport.writing.plan import WorkbookPlan
from xlreport.writing.strict import write_workbook

pytestmark = pytest.mark.libreoffice

A4 = (595.3, 841.9)
"""Width and height in points."""
TEXT_LEFT, TEXT_RIGHT, TEXT_TOP, TEXT_BOTTOM = 79.4, 521.6, 104.9, 742.7
"""The text block of GB/T 9704, in points from the upper left corner: 28, 26, 37 and 35 millimetres."""
FOOTER = re.compile(r"-\s*\d+\s*-")

WORD = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')

SHORT = {
    "overview.disclosure": ("坚持“公开为常态、不公开为例外”，公开信息12,653条。", "政策解读36次。"),
    "overview.on_request": ("全市全年共收办政府信息公开申请案件3646件，同比增长1.05%。",),
    "problems": ("一是针对性还不够强；二是人员变动频繁、兼职多。",),
    "other_matters": ("2024年有3件政府信息公开申请案件收取信息处理费2230元。",),
}
TOPICS = ("disclosure", "on_request", "management", "platform", "oversight")
LONG_TEXTS = (*(f"overview.{topic}" for topic in TOPICS), "problems", "other_matters")
PHRASES = (
    "坚持“公开为常态、不公开为例外”，",
    "全年受理政府信息公开申请3646件（含上年结转121件），",
    "同比增长1.05%；",
    "落实《中华人民共和国政府信息公开条例》第二十条，",
    "依托www.example.gov.cn平台，",
    "回应群众关切。",
    "国办公开办函〔2021〕30号文件：",
    "做到应公开、尽公开；",
    "Word、PDF、OFD等多种格式——",
)


def _paragraph(number: int) -> str:
    """A paragraph of 800 characters, each number its own."""
    text = "".join(islice(cycle(PHRASES[number % len(PHRASES) :] + PHRASES[: number % len(PHRASES)]), 120))
    head = f"第{number}段，"
    return head + text[: 799 - len(head)] + "。"


LONG = {name: tuple(_paragraph(5 * at + one) for one in range(5)) for at, name in enumerate(LONG_TEXTS)}
EXPLANATIONS = {
    "YOY[proactive.licensing.decisions]": "=2023年只统计区行政审批局，2024年起按全区口径统计全部许可决定。",
    "YOY[requests.received.total]": "征地拆迁类申请集中提出。" * 22,
}


class Word(NamedTuple):
    """A word on paper and its edges, in points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A report, its plan, and what LibreOffice made of it."""

    document: Document
    plan: WorkbookPlan
    pdf: bytes

    @cached_property
    def lines(self) -> list[str]:
        """The lines on paper from top to bottom, without page numbers."""
        return _lines(_poppler("pdftotext", self.pdf, "-enc", "UTF-8", "-", "-"))

    @cached_property
    def cells(self) -> list[str]:
        """The lines in the order they were set, cell by cell: columns of a table are not mixed up."""
        return _lines(_poppler("pdftotext", self.pdf, "-raw", "-enc", "UTF-8", "-", "-"))

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page."""
        return _poppler("pdftotext", self.pdf, "-enc", "UTF-8", "-", "-").decode().split("\f")[:-1]

    @cached_property
    def words(self) -> list[list["Word"]]:
        """Every word of each page."""
        pages = _poppler("pdftotext", self.pdf, "-bbox", "-enc", "UTF-8", "-", "-").decode().split("<page ")[1:]
        return [[_word(*found) for found in WORD.findall(page)] for page in pages]


def _word(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    return Word(float(left), float(top), float(right), float(bottom), text)


def _lines(text: bytes) -> list[str]:
    lines = (line.strip() for line in re.split("[\n\f]", text.decode()))
    return [line for line in lines if line and not FOOTER.fullmatch(line) and line != "草稿"]


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _poppler(tool: str, pdf: bytes, *arguments: str) -> bytes:
    path = shutil.which(tool) or missing(f"{tool} (poppler)")
    return subprocess.run([path, *arguments], input=pdf, check=True, capture_output=True, timeout=120).stdout


def _documents() -> Mapping[str, Document]:
    form = annual_report()
    hongze = submission_of("hongze_2024", SHORT, last="hongze_2023", explanations=EXPLANATIONS)
    return {
        "suqian": build_report(form, checked(submission_of("suqian_2024", SHORT, last="suqian_2023"))),
        "long": build_report(form, checked(submission_of("huaian_2024", LONG))),
        "draft": build_report(form, checked(submission_of("guancheng_2023", LONG)), draft=True),
        "hongze": build_report(form, checked(hongze)),
    }


@pytest.fixture(scope="module")
def printed() -> Mapping[str, Printed]:
    documents = _documents()
    plans = {name: plan_report(document) for name, document in documents.items()}
    pdfs = to_pdf({f"{name}.xlsx": write_workbook(plan, {}) for name, plan in plans.items()})
    return {name: Printed(document=documents[name], plan=plans[name], pdf=pdfs[f"{name}.xlsx"]) for name in documents}


EACH = pytest.mark.parametrize("name", ["suqian", "long", "draft", "hongze"])


@EACH
def test_every_page_is_a4_and_there_are_as_many_as_planned(printed: Mapping[str, Printed], name: str) -> None:
    report = printed[name]
    info = _poppler("pdfinfo", report.pdf, "-f", "1", "-l", "999", "-").decode()
    sizes = [(float(width), float(height)) for width, height in re.findall(r"size: +([\d.]+) x ([\d.]+) pts", info)]
    assert {(round(width, 1), round(height, 1)) for width, height in sizes} == {A4}
    assert len(sizes) == len(report.plan.sheets[0].print.page_breaks) + 2  # 校验情况 is one page


@EACH
def test_every_paragraph_heading_and_title_is_whole(printed: Mapping[str, Printed], name: str) -> None:
    report = printed[name]
    texts = [block.text for block in report.document.blocks if isinstance(block, Title | Heading | Paragraph)]
    on_paper = _bare("".join(report.lines))
    assert [text for text in texts if _bare(text) not in on_paper] == []


@EACH
def test_each_planned_line_is_one_line_on_paper(printed: Mapping[str, Printed], name: str) -> None:
    report = printed[name]
    cells = report.plan.sheets[0].cells.values()
    planned = [cell.content for cell in cells if isinstance(cell.content, str) and not cell.style.wrap]
    on_paper = {_bare(line) for line in report.lines}
    assert [line for line in planned if _bare(line) not in on_paper] == []


@EACH
def test_no_line_on_paper_begins_with_a_mark_that_closes(printed: Mapping[str, Printed], name: str) -> None:
    report = printed[name]
    narrative = report.lines[: report.lines.index("校验情况：已说明的事项")]
    assert [line for line in narrative if line[0] in NOT_FIRST] == []


@EACH
def test_every_label_is_whole(printed: Mapping[str, Printed], name: str) -> None:
    report = printed[name]
    labels = {str(cell.label) for table in _tables(report) for cell in table.grid.cells if cell.label is not None}
    assert len(labels) > 50
    assert [label for label in labels if label not in _bare("".join(report.cells))] == []


@EACH
def test_the_figures_of_each_row_stand_side_by_side(printed: Mapping[str, Printed], name: str) -> None:
    report = printed[name]
    rows = [row for table in _tables(report) for row in _rows(table)]
    on_paper = [
        row for row in (re.sub(r"^\D.*?(?=[\d.]+( [\d.]+)*$)", "", line) for line in report.cells) if row in rows
    ]
    assert on_paper == rows


def _tables(report: Printed) -> Sequence[TableBlock]:
    return [block for block in report.document.blocks if isinstance(block, TableBlock)]


def _rows(table: TableBlock) -> Sequence[str]:
    """The figures of each row of a table, from left to right."""
    rows: dict[int, list[str]] = {}
    for cell in table.grid.fields:
        if cell.ref is not None:
            rows.setdefault(cell.row, []).append(plain(table.figures[cell.ref]))
    return [" ".join(rows[row]) for row in sorted(rows)]


@EACH
def test_nothing_reaches_over_the_edges_of_the_text(printed: Mapping[str, Printed], name: str) -> None:
    report = printed[name]
    pages = report.words[: len(report.plan.sheets[0].print.page_breaks) + 1]
    words = [word for page in pages for word in page if word.text != "草稿"]
    number = [word for word in words if word.top > TEXT_BOTTOM]
    outside = [word for word in words if word.left < TEXT_LEFT or word.right > TEXT_RIGHT or word.top < TEXT_TOP - 6]
    assert outside == []
    assert {word.text for word in number} <= {"-", *map(str, range(len(pages) + 1))}


@EACH
def test_the_lines_of_a_label_stand_as_close_as_its_height_was_planned_for(
    printed: Mapping[str, Printed], name: str
) -> None:
    report = printed[name]
    cells = report.plan.sheets[0].cells.values()
    labels = {cell.content: cell.style.size for cell in cells if isinstance(cell.content, str) and cell.style.wrap}
    tall = [(lines, size) for label, size in labels.items() if len(lines := _lines_of(report, str(label))) > 1]
    assert len(tall) >= 10
    rounding = 0.5
    planned = [(lines, (len(lines) - 1) * line_height(size) + rounding) for lines, size in tall]
    assert [lines for lines, height in planned if lines[-1].top - lines[0].top > height] == []


def _lines_of(report: Printed, label: str) -> Sequence[Word]:
    """The words, one above the other, that a label was broken into."""
    for page in report.words:
        for first in page:
            column = sorted(word for word in page if abs(word.left - first.left) < 12 and word.top >= first.top)
            lines = sorted(column, key=lambda word: word.top)
            for count in range(2, 5):
                if "".join(word.text for word in lines[:count]) == _bare(label):
                    return lines[:count]
    return ()


def test_a_draft_says_so_on_every_page(printed: Mapping[str, Printed]) -> None:
    assert [page for page in printed["draft"].pages if "草稿" not in page] == []
    assert [page for page in printed["suqian"].pages if "草稿" in page] == []


def test_every_page_bears_its_number(printed: Mapping[str, Printed]) -> None:
    pages = printed["suqian"].pages
    assert [FOOTER.findall(_bare(page)) for page in pages] == [[f"-{number}-"] for number in range(1, len(pages) + 1)]


def test_explanations_are_printed_whole(printed: Mapping[str, Printed]) -> None:
    on_paper = _bare("".join(printed["hongze"].cells))
    assert [text for text in EXPLANATIONS.values() if text not in on_paper] == []
