"""Sheets that somebody renamed, known by what stands in them, under the names the form gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from xlreport.cells import Text
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import HIDDEN_SHEET, MARKER, word_sheets
from xlreport.reading.normalising import squeezed
from xlreport.reading.tokens import with_sheet_names
from xlreport.reading.workbook import ReadCell, ReadSheet, ReadWorkbook
from xlreport.verifying.spelling import words_of
from xlreport.writing.meaning import Meant
from xlreport.writing.template import meaning

SHARE_OF_WORDS = 0.6
"""A sheet that bears this share of another's words, each in its place, is that one or a copy of it."""


@dataclass(frozen=True, slots=True)
class Named:
    """A workbook whose sheets have the form's names again.

    ``renamed`` are the names found, by the form's; ``copies`` the sheets that look like another one that is there.
    """

    workbook: ReadWorkbook
    renamed: Mapping[str, str]
    copies: Mapping[str, str]


def hidden_sheet_named_back(workbook: ReadWorkbook) -> ReadWorkbook:
    """The workbook, its hidden sheet known by the mark in its first cell where it lost its name."""
    if workbook.sheet(HIDDEN_SHEET) is not None:
        return workbook
    marked = [sheet.name for sheet in workbook.sheets if sheet.value(1, 1) == Text(MARKER)]
    return _with_names(workbook, {marked[0]: HIDDEN_SHEET}) if len(marked) == 1 else workbook


def sheets_named_back(definition: FormDefinition, workbook: ReadWorkbook) -> Named:
    """The workbook with the names of the form wherever what stands in a sheet leaves no doubt which one it is."""
    ours = {name: cells for name, cells in meaning(definition).sheets.items() if name != HIDDEN_SHEET}
    taken = [found for name in (*ours, HIDDEN_SHEET, *word_sheets()) if (found := workbook.sheet(name))]
    strangers = [sheet for sheet in workbook.sheets if not any(sheet is one for one in taken)]
    looks = {sheet.name: _look_of(sheet, ours) for sheet in strangers}
    missing = [name for name in ours if workbook.sheet(name) is None]
    renamed = {}
    for name in missing:
        alike = [found for found, look in looks.items() if look == name]
        if len(alike) == 1:
            renamed[name] = alike[0]
    copies = {found: look for found, look in looks.items() if look and look not in missing}
    back = {found: name for name, found in renamed.items()}
    return Named(_with_names(workbook, back) if back else workbook, renamed, copies)


def _look_of(sheet: ReadSheet, ours: Mapping[str, Mapping[tuple[int, int], Meant]]) -> str:
    """The sheet of the form whose words stand in it; empty where there is none."""
    found = ""
    best = SHARE_OF_WORDS
    for name, cells in ours.items():
        words = {place: squeezed(meant.words) for place, meant in cells.items() if meant.words}
        if len(words) < 2:  # noqa: PLR2004 - a single word proves nothing
            continue
        share = sum(squeezed(words_of(sheet.value(*place))) == word for place, word in words.items()) / len(words)
        if share > best:
            found, best = name, share
    return found


def _with_names(workbook: ReadWorkbook, names: Mapping[str, str]) -> ReadWorkbook:
    """The workbook with other names of sheets, in its formulas as well."""
    return replace(workbook, sheets=tuple(_with_name(sheet, names) for sheet in workbook.sheets))


def _with_name(sheet: ReadSheet, names: Mapping[str, str]) -> ReadSheet:
    name = names.get(sheet.name, sheet.name)
    return replace(
        sheet,
        name=name,
        cells={place: _with_formula(cell, names) for place, cell in sheet.cells.items()},
        merges=tuple(replace(area, sheet=name) for area in sheet.merges),
        duplicates=tuple(replace(ref, sheet=name) for ref in sheet.duplicates),
        validations=tuple(
            replace(one, areas=tuple(replace(area, sheet=name) for area in one.areas)) for one in sheet.validations
        ),
        links={place: with_sheet_names(link, names) for place, link in sheet.links.items()},
    )


def _with_formula(cell: ReadCell, names: Mapping[str, str]) -> ReadCell:
    return cell if cell.formula is None else replace(cell, formula=with_sheet_names(cell.formula, names))
