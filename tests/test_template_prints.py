"""The template on paper: A4, one page wide, and no letter under 7.5 points."""

from dataclasses import replace
from functools import cache
from math import ceil

import line
import office
import pytest

from xlreport.cells import CellRange
from xlreport.writing import look
from xlreport.writing.plan import SheetPlan, Visibility
from xlreport.writing.template import plan_template, write_template

A4 = (210.0, 297.0)
POINTS_PER_MILLIMETRE = 72 / 25.4
SMALLEST_LETTER = 7.5
SUQIAN = line.submission(line.values_json("suqian_2024", level="city"), last="suqian_2023")
BLANK = replace(SUQIAN, values={}, texts={})
SHEETS = [sheet for sheet in plan_template(line.form(), BLANK).sheets if sheet.visibility is Visibility.SHOWN]


def area_of(sheet: SheetPlan) -> CellRange:
    assert sheet.print.area is not None
    return sheet.print.area


def paper(sheet: SheetPlan) -> tuple[float, float]:
    """Width and height left between the margins, in points."""
    width, height = reversed(A4) if sheet.print.landscape else A4
    top, right, bottom, left = sheet.print.margins
    return (width - left - right) * POINTS_PER_MILLIMETRE, (height - top - bottom) * POINTS_PER_MILLIMETRE


def scale_of(sheet: SheetPlan) -> float:
    """The scale that fits the printed columns (and rows, where the pages are counted) on the paper."""
    area = area_of(sheet)
    columns = range(area.first_column, area.last_column + 1)
    width = sum(look.column_pixels(sheet.widths[column]) for column in columns) * look.POINTS_PER_PIXEL
    room, room_high = paper(sheet)
    scale = min(1.0, room / width)
    if sheet.print.pages_high:
        rows = range(area.first_row, area.last_row + 1)
        height = sum(sheet.rows[row].height if row in sheet.rows else 15 for row in rows)
        scale = min(scale, sheet.print.pages_high * room_high / height)
    return scale


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_letter_is_under_seven_and_a_half_points(sheet: SheetPlan) -> None:
    area = area_of(sheet)
    sizes = [
        cell.style.size
        for (row, column), cell in sheet.cells.items()
        if area.first_row <= row <= area.last_row and area.first_column <= column <= area.last_column
        if cell.content is not None
    ]
    assert min(sizes) * scale_of(sheet) >= SMALLEST_LETTER


@cache
def pages() -> list[tuple[float, float]]:
    pdf = office.to_pdf({"t.xlsx": write_template(line.form(), SUQIAN)})["t.xlsx"]
    return [(round(page.width), round(page.height)) for page in office.pdf_pages(pdf)]


@pytest.mark.libreoffice
def test_every_page_is_a4() -> None:
    assert set(pages()) <= {(595, 842), (842, 595)}


def pages_high(sheet: SheetPlan) -> int:
    """How many pages a sheet takes when it is one page wide."""
    area = area_of(sheet)
    rows = range(area.first_row, area.last_row + 1)
    height = sum(sheet.rows[row].height if row in sheet.rows else 15 for row in rows)
    return ceil(height * scale_of(sheet) / paper(sheet)[1])


@pytest.mark.libreoffice
def test_every_sheet_is_one_page_wide() -> None:
    """A sheet two pages wide would take twice the pages its rows need."""
    assert len(pages()) <= sum(pages_high(sheet) for sheet in SHEETS) + 1
