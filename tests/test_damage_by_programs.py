"""What people do to a workbook in programs, each kind by openpyxl and by LibreOffice: found, where, and what is left.

In LibreOffice sheets are unlocked first, as a stubborn clerk does; damage that does not meet shares a document, so that
one start of it serves all.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import editing
import hands
import line
import openpyxl
import pytest
from damage_kinds import TABLES, filled
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.styles import Protection
from openpyxl.worksheet.worksheet import Worksheet

from xlreport.cells import shown
from xlreport.checks.result import CheckResult
from xlreport.findings import Severity
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.writing.template import write_template

PROACTIVE, REQUESTS, DISPUTES = TABLES
CHECKS, PROBLEMS, OTHER = "校验", "五 问题与改进", "六 其他事项"
ERROR, NOTICE = Severity.ERROR, Severity.NOTICE
LAYOUT = plan_layout(line.form())
OPENPYXL, LIBREOFFICE = "openpyxl", "LibreOffice"
READ = "read, but not what was there"
"""Of a cell whose figure depends on the program."""

Change = Callable[[openpyxl.Workbook], None]


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One kind of damage: how it is done, in which document of LibreOffice, and what must come of it.

    ``where`` is a cell the finding names, or words of its sentence. ``figures`` are the inputs of which something else
    is read afterwards (an empty word for a blank); every other figure of the workbook is as it was. Of the tables that
    are ``lost`` nothing is read.
    """

    by_openpyxl: Change
    by_hand: tuple[hands.Step, ...]
    document: str
    code: str
    severity: Severity
    where: str
    figures: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


# ── by openpyxl ───────────────────────────────────────────────────────────────────────────────────


def write(sheet: str, address: str, value: Any) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][address] = value

    return change


def cut(sheet: str, source: str, target: str) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][target] = book[sheet][source].value
        book[sheet][source] = None

    return change


def on(sheet: str, change: Callable[[Worksheet], None]) -> Change:
    return lambda book: change(book[sheet])


def lock(address: str, *, locked: bool) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet[address].protection = Protection(locked=locked)

    return change


def unmerged(change: Callable[[Worksheet], None]) -> Callable[[Worksheet], None]:
    """Openpyxl moves no merges, so they are taken out first."""

    def both(sheet: Worksheet) -> None:
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
        change(sheet)

    return both


def pasted(sheet: Worksheet) -> None:
    """A foreign cell with its lock, and no limits any more."""
    sheet["D20"] = 1
    sheet["D20"].protection = Protection(locked=True)
    for limits in sheet.data_validations.dataValidation:
        limits.sqref = type(limits.sqref)(" ".join(one.coord for one in limits.sqref.ranges if one.coord != "D20"))


def move_last_first(book: openpyxl.Workbook) -> None:
    book.move_sheet(book[CHECKS], -8)


def copied(book: openpyxl.Workbook) -> None:
    book.copy_worksheet(book[DISPUTES]).title = f"{DISPUTES}_2"


class Picture(Image):  # type: ignore[misc]  # openpyxl has no types
    """A picture that openpyxl need not look at: that would take another package."""

    format = "png"
    anchor = OneCellAnchor(_from=AnchorMarker(), ext=XDRPositiveSize2D(9_525, 9_525))

    def __init__(self) -> None:
        self.ref = io.BytesIO(PIXEL)

    def _data(self) -> bytes:
        return PIXEL


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8cf500f0003860180"
    "5a347d6b0000000049454e44ae426082"
)


def shift_right(sheet: Worksheet) -> None:
    sheet.move_range("B5:P5", cols=1)


def shift_left(sheet: Worksheet) -> None:
    sheet["B5"] = None
    sheet.move_range("C5:P5", cols=-1)


def without_names(sheet: Worksheet) -> None:
    sheet.print_area = None
    sheet.print_title_rows = None


# ── by hand in LibreOffice ────────────────────────────────────────────────────────────────────────


def types(sheet: str, address: str, text: str) -> tuple[hands.Step, ...]:
    return ({"do": "type", "sheet": sheet, "cells": {address: text}},)


def cuts(sheet: str, source: str, target: str) -> tuple[hands.Step, ...]:
    return {"do": "cut", "sheet": sheet, "cells": source}, {"do": "paste", "sheet": sheet, "cell": target}


def does(step: str, **arguments: Any) -> tuple[hands.Step, ...]:
    return ({"do": step, **arguments},)


def commands(sheet: str, cells: str, name: str, **arguments: Any) -> tuple[hands.Step, ...]:
    return ({"do": "command", "sheet": sheet, "cells": cells, "name": name, **arguments},)


PASTES: tuple[hands.Step, ...] = (
    {"do": "use", "file": "source.xlsx"},
    {"do": "lock", "sheet": "来源", "cells": "A1", "locked": True},
    {"do": "copy", "sheet": "来源", "cells": "A1"},
    {"do": "use", "file": "cells.xlsx"},
    {"do": "paste", "sheet": REQUESTS, "cell": "D20"},
)


# ── the table ─────────────────────────────────────────────────────────────────────────────────────

DAMAGE: Mapping[str, Damage] = {
    "label changed": Damage(
        by_openpyxl=write(REQUESTS, "C12", "第三方"),
        by_hand=types(REQUESTS, "C12", "第三方"),
        document="cells",
        code="LABEL-CHANGED",
        severity=ERROR,
        where=f"{REQUESTS}!C12",
    ),
    "total replaced by the right number": Damage(
        by_openpyxl=write(REQUESTS, "J5", 95),
        by_hand=types(REQUESTS, "J5", "95"),
        document="cells",
        code="TOTAL-OVERWRITTEN",
        severity=NOTICE,
        where=f"{REQUESTS}!J5",
    ),
    "total replaced by a wrong number": Damage(
        by_openpyxl=write(REQUESTS, "J6", 7),
        by_hand=types(REQUESTS, "J6", "7"),
        document="cells",
        code="T3-ROW",
        severity=ERROR,
        where=f"{REQUESTS}!J6",
    ),
    "total replaced by another formula": Damage(
        by_openpyxl=write(REQUESTS, "J7", "=SUM(D7:H7)"),
        by_hand=types(REQUESTS, "J7", "=SUM(D7:H7)"),
        document="cells",
        code="TOTAL-FORMULA-CHANGED",
        severity=NOTICE,
        where=f"{REQUESTS}!J7",
    ),
    "formula typed into an input": Damage(
        by_openpyxl=write(REQUESTS, "D5", "=90+5"),
        by_hand=types(REQUESTS, "D5", "=90+5"),
        document="cells",
        code="FORMULA-IN-INPUT",
        severity=ERROR,
        where=f"{REQUESTS}!D5",
        figures={f"{REQUESTS}!D5": READ},
    ),
    "link to another file typed into an input": Damage(
        by_openpyxl=write(REQUESTS, "E5", "=[1]表!A1"),
        by_hand=types(REQUESTS, "E5", "='file:///C:/台账.xlsx'#$表.A1"),
        document="cells",
        code="FORMULA-IN-INPUT",
        severity=ERROR,
        where=f"{REQUESTS}!E5",
        figures={f"{REQUESTS}!E5": READ},
    ),
    "input cut and pasted onto another input": Damage(
        by_openpyxl=cut(REQUESTS, "D8", "E9"),
        by_hand=cuts(REQUESTS, "D8", "E9"),
        document="cells",
        code="BLANK",
        severity=ERROR,
        where=f"{REQUESTS}!D8",
        figures={f"{REQUESTS}!D8": "", f"{REQUESTS}!E9": "9"},
    ),
    "input cut and pasted outside the table": Damage(
        by_openpyxl=cut(REQUESTS, "D11", "N11"),
        by_hand=cuts(REQUESTS, "D11", "N11"),
        document="cells",
        code="OUTSIDE-VALUES",
        severity=NOTICE,
        where=f"{REQUESTS}!N11",
        figures={f"{REQUESTS}!D11": ""},
    ),
    "inputs merged": Damage(
        by_openpyxl=on(REQUESTS, lambda sheet: sheet.merge_cells("F14:G14")),
        by_hand=(*does("clear", sheet=REQUESTS, cells="F14:G14"), *does("merge", sheet=REQUESTS, cells="F14:G14")),
        document="cells",
        code="INPUTS-MERGED",
        severity=ERROR,
        where=f"{REQUESTS}!G14",
        figures={f"{REQUESTS}!F14": READ, f"{REQUESTS}!G14": READ},
    ),
    "label unlocked": Damage(
        by_openpyxl=on(REQUESTS, lock("C13", locked=False)),
        by_hand=does("lock", sheet=REQUESTS, cells="C13", locked=False),
        document="cells",
        code="CELL-UNLOCKED",
        severity=NOTICE,
        where=f"{REQUESTS}!C13",
    ),
    "input locked": Damage(
        by_openpyxl=on(REQUESTS, lock("I15", locked=True)),
        by_hand=does("lock", sheet=REQUESTS, cells="I15", locked=True),
        document="cells",
        code="INPUT-LOCKED",
        severity=NOTICE,
        where=f"{REQUESTS}!I15",
    ),
    "pasted with formats from another workbook": Damage(
        by_openpyxl=on(REQUESTS, pasted),
        by_hand=PASTES,
        document="cells",
        code="VALIDATION-LOST",
        severity=NOTICE,
        where=f"{REQUESTS}!D20",
    ),
    "value outside the table": Damage(
        by_openpyxl=write(REQUESTS, "N3", 55),
        by_hand=types(REQUESTS, "N3", "55"),
        document="cells",
        code="OUTSIDE-VALUES",
        severity=NOTICE,
        where=f"{REQUESTS}!N3",
    ),
    "comment": Damage(
        by_openpyxl=on(REQUESTS, lambda sheet: setattr(sheet["D21"], "comment", Comment("请领导看", "某人"))),
        by_hand=does("comment", sheet=REQUESTS, cell="D21", text="请领导看"),
        document="cells",
        code="COMMENTS",
        severity=NOTICE,
        where=f"{REQUESTS}!D21",
    ),
    "picture": Damage(
        by_openpyxl=on(DISPUTES, lambda sheet: sheet.add_image(Picture())),
        by_hand=does("picture", sheet=DISPUTES, file="pixel.png"),
        document="cells",
        code="OTHER-CONTENT",
        severity=NOTICE,
        where="图片",
    ),
    "protection of a sheet removed": Damage(
        by_openpyxl=on(PROACTIVE, lambda sheet: sheet.protection.disable()),
        by_hand=does("unprotect", sheet=PROACTIVE),
        document="cells",
        code="PROTECTION-REMOVED",
        severity=NOTICE,
        where=PROACTIVE,
    ),
    "names lost": Damage(
        by_openpyxl=on(DISPUTES, without_names),
        by_hand=does("without_print_names", sheet=DISPUTES),
        document="cells",
        code="NAMES-LOST",
        severity=NOTICE,
        where=DISPUTES,
    ),
    "sheet renamed": Damage(
        by_openpyxl=on(PROACTIVE, lambda sheet: setattr(sheet, "title", "我的表")),
        by_hand=does("rename", sheet=PROACTIVE, name="我的表"),
        document="sheets",
        code="SHEET-RENAMED",
        severity=NOTICE,
        where="我的表",
    ),
    "sheet deleted": Damage(
        by_openpyxl=lambda book: book.remove(book[OTHER]),
        by_hand=does("remove", sheet=OTHER),
        document="sheets",
        code="SHEET-MISSING",
        severity=ERROR,
        where=f"{OTHER}!A1",
    ),
    "sheet copied": Damage(
        by_openpyxl=copied,
        by_hand=does("copy_sheet", sheet=DISPUTES, name=f"{DISPUTES}_2"),
        document="sheets",
        code="SHEET-COPIED",
        severity=NOTICE,
        where=f"{DISPUTES}_2",
    ),
    "sheet hidden": Damage(
        by_openpyxl=on(PROBLEMS, lambda sheet: setattr(sheet, "sheet_state", "hidden")),
        by_hand=does("show", sheet=PROBLEMS, visible=False),
        document="sheets",
        code="SHEET-HIDDEN",
        severity=NOTICE,
        where=PROBLEMS,
    ),
    "sheet added": Damage(
        by_openpyxl=lambda book: setattr(book.create_sheet("草稿")["B2"], "value", "随手记"),
        by_hand=(*does("add_sheet", name="草稿"), *types("草稿", "B2", "随手记")),
        document="sheets",
        code="EXTRA-SHEET",
        severity=NOTICE,
        where="草稿",
    ),
    "sheet moved": Damage(
        by_openpyxl=move_last_first,
        by_hand=does("move_sheet", sheet=CHECKS, position=0),
        document="sheets",
        code="SHEET-MOVED",
        severity=NOTICE,
        where=CHECKS,
    ),
    "row inserted": Damage(
        by_openpyxl=on(REQUESTS, unmerged(lambda sheet: sheet.insert_rows(5))),
        by_hand=commands(REQUESTS, "A5", "InsertRowsBefore"),
        document="inserted",
        code="ROWS-MOVED",
        severity=ERROR,
        where=REQUESTS,
        lost=("requests",),
    ),
    "column inserted": Damage(
        by_openpyxl=on(PROACTIVE, unmerged(lambda sheet: sheet.insert_cols(1))),
        by_hand=commands(PROACTIVE, "A1", "InsertColumnsBefore"),
        document="inserted",
        code="COLUMNS-MOVED",
        severity=ERROR,
        where=PROACTIVE,
        lost=("proactive",),
    ),
    "cell inserted": Damage(
        by_openpyxl=on(DISPUTES, shift_right),
        by_hand=commands(DISPUTES, "B5", "InsertCell", Flags=">"),
        document="inserted",
        code="CELLS-MOVED",
        severity=ERROR,
        where=f"{DISPUTES}!B5",
        figures={f"{DISPUTES}!{column}5": READ for column in "BCDFGHIKLMN"},
    ),
    "row deleted": Damage(
        by_openpyxl=on(REQUESTS, unmerged(lambda sheet: sheet.delete_rows(5))),
        by_hand=commands(REQUESTS, "A5", "DeleteRows"),
        document="deleted",
        code="ROWS-MOVED",
        severity=ERROR,
        where=REQUESTS,
        lost=("requests",),
    ),
    "column deleted": Damage(
        by_openpyxl=on(PROACTIVE, unmerged(lambda sheet: sheet.delete_cols(1))),
        by_hand=commands(PROACTIVE, "A1", "DeleteColumns"),
        document="deleted",
        code="SHEET-REBUILT",
        severity=ERROR,
        where=PROACTIVE,
        lost=("proactive",),
    ),
    "cell deleted": Damage(
        by_openpyxl=on(DISPUTES, shift_left),
        by_hand=commands(DISPUTES, "B5", "DeleteCell", Flags="L"),
        document="deleted",
        code="CELLS-MOVED",
        severity=ERROR,
        where=f"{DISPUTES}!B5",
        figures={f"{DISPUTES}!{column}5": READ for column in "BCDFGHIKLMN"},
    ),
    "hidden sheet shown": Damage(
        by_openpyxl=on(HIDDEN_SHEET, lambda sheet: setattr(sheet, "sheet_state", "visible")),
        by_hand=does("show", sheet=HIDDEN_SHEET, visible=True),
        document="hidden",
        code="SHEET-HIDDEN",
        severity=NOTICE,
        where=HIDDEN_SHEET,
    ),
    "unit on the hidden sheet changed": Damage(
        by_openpyxl=write(HIDDEN_SHEET, LAYOUT.meta["unit"].address, "别的单位"),
        by_hand=types(HIDDEN_SHEET, LAYOUT.meta["unit"].address, "别的单位"),
        document="hidden",
        code="HIDDEN-CHANGED",
        severity=ERROR,
        where=str(LAYOUT.meta["unit"]),
    ),
    "year on the hidden sheet changed": Damage(
        by_openpyxl=write(HIDDEN_SHEET, LAYOUT.meta["year"].address, 2023),
        by_hand=types(HIDDEN_SHEET, LAYOUT.meta["year"].address, "2023"),
        document="hidden",
        code="HIDDEN-CHANGED",
        severity=ERROR,
        where=str(LAYOUT.meta["year"]),
    ),
    "last year's figure on the hidden sheet changed": Damage(
        by_openpyxl=write(HIDDEN_SHEET, "P46", 90),
        by_hand=types(HIDDEN_SHEET, "P46", "90"),
        document="hidden",
        code="HIDDEN-CHANGED",
        severity=ERROR,
        where=f"{HIDDEN_SHEET}!P46",
    ),
    "formula on the hidden sheet changed": Damage(
        by_openpyxl=write(HIDDEN_SHEET, "B46", 95),
        by_hand=types(HIDDEN_SHEET, "B46", "95"),
        document="hidden",
        code="FORMULA-CHANGED",
        severity=NOTICE,
        where=f"{HIDDEN_SHEET}!B46",
    ),
}


# ── done ──────────────────────────────────────────────────────────────────────────────────────────


@cache
def base() -> bytes:
    return write_template(line.form(), filled())


DOCUMENTS = tuple(dict.fromkeys(one.document for one in DAMAGE.values()))


def steps_in(document: str) -> Iterable[hands.Step]:
    """Everything done in one document: the locks off, the damage, and the locks on again but for one sheet."""
    sheets = (PROACTIVE, REQUESTS, DISPUTES, HIDDEN_SHEET)
    yield {"do": "open", "file": f"{document}.xlsx"}
    yield from ({"do": "unprotect", "sheet": sheet} for sheet in sheets)
    for one in DAMAGE.values():
        if one.document == document:
            yield from one.by_hand
    yield from ({"do": "protect", "sheet": sheet} for sheet in (REQUESTS, DISPUTES, HIDDEN_SHEET))
    yield {"do": "save", "as": f"{document}-saved.xlsx"}


def source() -> bytes:
    """Another workbook, a cell of which is pasted."""
    book, saved = openpyxl.Workbook(), io.BytesIO()
    book.create_sheet("来源", 0)["A1"] = 1
    book.save(saved)
    return saved.getvalue()


@cache
def at_work() -> Mapping[str, bytes]:
    """The documents as LibreOffice saves them."""
    files = {f"{document}.xlsx": base() for document in DOCUMENTS} | {"source.xlsx": source(), "pixel.png": PIXEL}
    steps = [{"do": "open", "file": "source.xlsx"}, *(step for document in DOCUMENTS for step in steps_in(document))]
    return hands.session(files, steps)[1]


@cache
def result(kind: str, program: str) -> CheckResult:
    """What is said of a damaged workbook."""
    damage = DAMAGE[kind]
    if program == LIBREOFFICE:
        return document_result(damage.document)
    return line.verdict(line.read_back(editing.by_openpyxl(base(), damage.by_openpyxl)))


@cache
def document_result(document: str) -> CheckResult:
    return line.verdict(line.read_back(at_work()[f"{document}-saved.xlsx"]))


def figures(of: CheckResult) -> dict[str, str]:
    """The figures that are read, by cell."""
    return {
        str(place.shown): shown(of.submission.value(ref))
        for ref, place in LAYOUT.fields.items()
        if place.claim is None and ref.head not in of.submission.unreadable
    }


def damages(kind: str, program: str) -> list[Damage]:
    """All that was done to the workbook in which this kind was."""
    return [
        one
        for name, one in DAMAGE.items()
        if name == kind or (program == LIBREOFFICE and one.document == DAMAGE[kind].document)
    ]


CASES = [
    *(pytest.param(kind, OPENPYXL, id=f"{kind}, by openpyxl") for kind in DAMAGE),
    *(pytest.param(kind, LIBREOFFICE, id=f"{kind}, in LibreOffice", marks=pytest.mark.libreoffice) for kind in DAMAGE),
]


@pytest.mark.parametrize(("kind", "program"), CASES)
def test_damage_is_found_with_its_code_its_severity_and_its_place(kind: str, program: str) -> None:
    damage = DAMAGE[kind]
    found = [one for one in result(kind, program).findings if one.code == damage.code]
    assert [one.severity for one in found] == [damage.severity] * len(found)
    assert any(damage.where in {*map(str, one.cells)} or damage.where in one.message for one in found), kind


@pytest.mark.parametrize(("kind", "program"), CASES)
def test_every_figure_that_was_not_touched_is_read_as_it_was(kind: str, program: str) -> None:
    done = damages(kind, program)
    expected = {cell: figure for one in done for cell, figure in one.figures.items()}
    lost = {table for one in done for table in one.lost}
    read, before = figures(result(kind, program)), figures(line.verdict(filled()))
    assert lost == set(LAYOUT.tables) & result(kind, program).submission.unreadable
    different = {cell: figure for cell, figure in read.items() if figure != before[cell] and expected.get(cell) != READ}
    assert different == {cell: figure for cell, figure in expected.items() if figure != READ}


def test_the_workbook_is_accepted_before_anything_is_done_to_it() -> None:
    assert line.verdict(line.read_back(base())).accepted
