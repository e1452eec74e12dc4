"""The damage matrix: which kinds of change there are, on which cells each is made, and what must be found."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial

import damage
import line
from damage import Book

from xlreport.cells import CellRange, CellRef, plain
from xlreport.checks.check import check, with_bound_explanations
from xlreport.checks.figures import effective_figures
from xlreport.errors import WorkbookError
from xlreport.forms.grid import Role
from xlreport.forms.layout import HIDDEN_SHEET, META, plan_layout
from xlreport.reading.workbook import read_workbook
from xlreport.submission import Explanation, Submission
from xlreport.verifying.sources import verified_submission
from xlreport.writing.template import meaning, write_template

START, CHECKS = "填报说明", "校验"
TABLES = ("二 主动公开", "三 依申请公开", "四 复议诉讼")
MEDIA = "xl/media/image1.png"
LOCKED, OPEN = True, False


@dataclass(frozen=True)
class Case:
    """One change at one place, the codes of which one must be found, and the cell or the words it must name."""

    kind: str
    where: CellRef | str
    change: Callable[[Book], Book]
    codes: tuple[str, ...]


def at(change: Callable[..., Book], *where: object) -> Callable[[Book], Book]:
    """A change at its place."""
    return partial(_made, change, where)


def _made(change: Callable[..., Book], where: tuple[object, ...], book: Book) -> Book:
    return change(book, *where)


@dataclass(frozen=True)
class Found:
    """What a reader says of a damaged file: each finding's code, cells and sentence, and how grave each code is."""

    findings: tuple[tuple[str, frozenset[CellRef], str], ...]
    severities: Mapping[str, str]

    def has(self, case: Case) -> bool:
        """Whether the change was found, with a right code and at its place."""
        return any(
            code in case.codes and (case.where in cells if isinstance(case.where, CellRef) else case.where in message)
            for code, cells, message in self.findings
        )


@cache
def filled() -> Submission:
    """The honest figures of one district's report of 2024 with last year's, every query explained."""
    made = line.submission(line.values_json("hongze_2024", level="county"), last="hongze_2023")
    open_ones = [one.rule for one in line.verdict(made).findings if one.rule and one.is_open_query]
    explanations = {key: Explanation(text="本年范围有调整，已核对台账。") for key in open_ones}
    return with_bound_explanations(line.form(), replace(made, explanations=explanations))


@cache
def base() -> Book:
    """The workbook every change is made in."""
    return Book.of(write_template(line.form(), filled()))


def found_in(book: Book) -> Found:
    """What reading and checking find in a file, a refusal too."""
    try:
        read = verified_submission(line.form(), read_workbook(book.data(), "damaged.xlsx"), "damaged.xlsx")
    except WorkbookError as error:
        return Found(((error.code, frozenset(), str(error)),), {error.code: "refusal"})
    found = check(line.form(), read).findings
    severities = {one.code: one.severity.value for one in found}
    return Found(tuple((one.code, frozenset(one.cells), one.message) for one in found), severities)


# ── the cells of the template, by what they are ───────────────────────────────────────────────────


def inputs(sheet: str) -> list[CellRef]:
    """The cells of figures to fill in."""
    places = plan_layout(line.form()).fields.values()
    return [place.shown for place in places if place.state is not None and place.shown.sheet == sheet]


def totals(sheet: str) -> Mapping[CellRef, str]:
    """The cells of totals, with the right figure of each."""
    numbers = effective_figures(line.form(), filled())
    fields = plan_layout(line.form()).fields
    return {
        place.shown: plain(numbers[ref])
        for ref, place in fields.items()
        if place.claim is not None and place.shown.sheet == sheet
    }


def labels(sheet: str) -> list[CellRef]:
    """The labels the paper form prints."""
    layout = plan_layout(line.form())
    for place in layout.tables.values():
        if place.sheet == sheet:
            cells = place.grid.cells
            return [place.area(one).first for one in cells if one.role is not Role.FIELD and str(one.label or "")]
    texts = {ref: place for ref, place in layout.texts.items() if place.label.sheet == sheet and len(ref.path) > 1}
    return [place.label for place in texts.values()]


def formulas(sheet: str) -> list[CellRef]:
    """Our formulas that are no totals: hints, colours, counts, value cells, judgements."""
    shown = {place.shown for place in plan_layout(line.form()).fields.values()}
    cells = (CellRef(sheet, *place) for place, meant in meaning(line.form()).sheets[sheet].items() if meant.formula)
    return [cell for cell in cells if cell not in shown]


def words(sheet: str) -> list[CellRef]:
    """Our words that are no labels of the paper form."""
    of_the_form = set(labels(sheet))
    cells = (CellRef(sheet, *place) for place, meant in meaning(line.form()).sheets[sheet].items() if meant.words)
    return [cell for cell in cells if cell not in of_the_form]


def links(sheet: str) -> list[CellRef]:
    """Cells that lead somewhere."""
    return [CellRef(sheet, *place) for place, meant in meaning(line.form()).sheets[sheet].items() if meant.link]


def sealed() -> list[CellRef]:
    """What only the issuer knows: unit, year, last year's figures, explained numbers."""
    return list(plan_layout(line.form()).sealed_cells)


def beside(cell: CellRef) -> CellRef:
    """A cell far outside the table, in the same row."""
    return CellRef(cell.sheet, cell.row, 60)


def _rows(sheet: str) -> range:
    written = (place[0] for place, meant in meaning(line.form()).sheets[sheet].items() if meant.words)
    return range(1, max(written) + 1)


def _columns(sheet: str) -> range:
    return range(1, max(cell.column for cell in (*inputs(sheet), *totals(sheet))) + 1)


# ── the kinds ─────────────────────────────────────────────────────────────────────────────────────

ASIDE = ("CELLS-MOVED", "ROWS-MOVED", "COLUMNS-MOVED", "LABEL-CHANGED", "SHEET-REBUILT")


def on_inputs(sheet: str) -> Iterator[Case]:
    """What is done to the cells a clerk fills in."""
    cells = inputs(sheet)
    for cell, other in zip(cells, [*cells[1:], cells[0]], strict=True):
        right = CellRef(cell.sheet, cell.row, cell.column + 1)
        yield Case(
            "formula typed into an input",
            cell,
            at(damage.formula, cell, "1+1", "2"),
            ("FORMULA-IN-INPUT",),
        )
        yield Case(
            "link to another file typed into an input",
            cell,
            at(damage.formula, cell, "[1]表!A1", "2"),
            ("FORMULA-IN-INPUT",),
        )
        yield Case("hyperlink put on an input", cell, at(damage.linked, cell), ("LINK-IN-INPUT",))
        yield Case("words typed into an input", cell, at(damage.text, cell, "见附件"), ("NUM", "FEE"))
        yield Case("number that became a date", cell, at(damage.as_date, cell), ("DATE-IN-NUMBER",))
        yield Case("input emptied", cell, at(damage.emptied, cell), ("BLANK",))
        yield Case("input cut and pasted onto another input", cell, at(damage.cut, cell, other), ("BLANK",))
        yield Case(
            "input cut and pasted outside the table",
            beside(cell),
            at(damage.cut, cell, beside(cell)),
            ("OUTSIDE-VALUES",),
        )
        yield Case("input locked", cell, at(damage.with_lock, cell, LOCKED), ("INPUT-LOCKED",))
        yield Case("input without its limits", cell, at(damage.without_validation, cell), ("VALIDATION-LOST",))
        yield Case(
            "input with other limits",
            cell,
            at(damage.with_validation, cell, "<formula1>0<", "<formula1>-9<"),
            ("VALIDATION-LOST",),
        )
        yield Case(
            "pasted with its formats",
            cell,
            at(_pasted, cell),
            ("VALIDATION-LOST",),
        )
        yield Case("cell stored twice", cell, at(damage.twice, cell), ("DUPLICATE-CELL",))
        yield Case("comment at a cell", cell, at(damage.commented, cell, "请领导看"), ("COMMENTS",))
        if right in cells:
            yield Case(
                "inputs merged",
                cell,
                at(_merged, cell, right),
                ("INPUTS-MERGED",),
            )


def on_totals(sheet: str) -> Iterator[Case]:
    """What is done to the cells of totals."""
    for cell, right in totals(sheet).items():
        wrong = str(int(right) + 7)
        yield Case(
            "total overwritten by the right number",
            cell,
            at(damage.number, cell, right),
            ("TOTAL-OVERWRITTEN",),
        )
        yield Case(
            "total overwritten by a wrong number",
            cell,
            at(damage.number, cell, wrong),
            ("T3-ROW", "T3-SUM", "T4-SUM"),
        )
        yield Case(
            "total's formula replaced by another",
            cell,
            at(_other_sum, cell, wrong),
            ("TOTAL-FORMULA-CHANGED",),
        )
        yield Case("total overwritten by words", cell, at(damage.text, cell, "见附件"), ("TOTAL-NOT-A-NUMBER",))
        yield Case("total emptied", cell, at(damage.emptied, cell), ("TOTAL-OVERWRITTEN",))
        yield Case("total unlocked", cell, at(damage.with_lock, cell, OPEN), ("CELL-UNLOCKED",))
        yield Case("total's stored value planted", cell, at(_planted, cell), ("NOT-RECALCULATED",))


def _pasted(book: Book, cell: CellRef) -> Book:
    """What comes from a sheet whose cells are locked: the lock, and no limits."""
    return damage.with_lock(damage.without_validation(book, cell), cell, LOCKED)


def _merged(book: Book, cell: CellRef, other: CellRef) -> Book:
    return damage.merged(book, CellRange(cell.sheet, cell.row, cell.column, other.row, other.column))


def _other_sum(book: Book, cell: CellRef, value: str) -> Book:
    return damage.formula(book, cell, f"{value}+0", value)


def _planted(book: Book, cell: CellRef) -> Book:
    """Our formula with another result than it has."""
    return damage.with_cell(
        book, cell, f"<f>{(damage.cell_xml(book, cell)[3] or '').split('<f>')[1].split('</f>')[0]}</f><v>987</v>"
    )


def on_labels(sheet: str) -> Iterator[Case]:
    """What is done to the words of the paper form."""
    for cell in labels(sheet):
        yield Case("label changed", cell, at(damage.text, cell, "改过的标签"), ("LABEL-CHANGED",))
        yield Case("label emptied", cell, at(damage.emptied, cell), ("LABEL-CHANGED",))
        yield Case("label replaced by a formula that shows it", cell, at(_as_formula, cell), ("WORDS-CHANGED",))
        yield Case("label unlocked", cell, at(damage.with_lock, cell, OPEN), ("CELL-UNLOCKED",))


def _as_formula(book: Book, cell: CellRef) -> Book:
    shown = meaning(line.form()).sheets[cell.sheet][cell.row, cell.column].words
    return damage.with_cell(book, cell, f'<f>"a"&amp;""</f><v>{shown.replace("&", "&amp;")}</v>', "str")


def on_formulas(cells: Iterable[CellRef]) -> Iterator[Case]:
    """What is done to our formulas: replaced by the very thing they show, by something else, by others."""
    for cell in cells:
        yield Case("formula replaced by what it shows", cell, at(_frozen, cell), ("FORMULA-CHANGED",))
        yield Case("formula replaced by words", cell, at(damage.text, cell, "✓"), ("FORMULA-CHANGED",))
        yield Case(
            "formula replaced by another",
            cell,
            at(damage.formula, cell, "0*1", "0"),
            ("FORMULA-CHANGED",),
        )
        yield Case("formula emptied", cell, at(damage.emptied, cell), ("FORMULA-CHANGED",))
        yield Case("formula unlocked", cell, at(damage.with_lock, cell, OPEN), ("CELL-UNLOCKED",))


def _frozen(book: Book, cell: CellRef) -> Book:
    found = damage.cell_xml(book, cell)
    value = (found[3] or "").partition("</f>")[2]
    kind = found[2].removeprefix(' t="').removesuffix('"')
    return damage.with_cell(book, cell, value, kind)


REFUSED = ("NOT-A-TEMPLATE", "UNKNOWN-VERSION", "OTHER-FORM", "DAMAGED-TEMPLATE", "WORDS-CHANGED", "HIDDEN-CHANGED")
FIRST_KEYS = 1 + len(META)


def on_words(cells: Iterable[CellRef]) -> Iterator[Case]:
    """What is done to titles, help and other words."""
    for cell in cells:
        if cell.sheet == HIDDEN_SHEET and cell.row <= FIRST_KEYS:  # without them nobody knows what it is
            yield Case("key of the hidden sheet changed", "", at(damage.text, cell, "别的话"), REFUSED)
            yield Case("key of the hidden sheet emptied", "", at(damage.emptied, cell), REFUSED)
        else:
            yield Case("words changed", cell, at(damage.text, cell, "别的话"), ("WORDS-CHANGED",))
            yield Case("words emptied", cell, at(damage.emptied, cell), ("WORDS-CHANGED",))
        yield Case("words unlocked", cell, at(damage.with_lock, cell, OPEN), ("CELL-UNLOCKED",))


def on_links(cells: Iterable[CellRef]) -> Iterator[Case]:
    """What is done to links."""
    for cell in cells:
        yield Case("link leads elsewhere", cell, at(damage.linked, cell, "'校验'!Z99"), ("LINK-CHANGED",))
        yield Case("link lost", cell, at(damage.unlinked, cell), ("LINKS-LOST",))


def on_rows_and_columns(sheet: str) -> Iterator[Case]:
    """Rows, columns and cells inserted and deleted."""
    last_label = max(cell.row for cell in labels(sheet))
    for row in _rows(sheet):
        moves = ASIDE if row <= last_label else ("WORDS-CHANGED",)
        yield Case("row inserted", sheet, at(damage.row_inserted, sheet, row), moves)
        yield Case("row deleted", sheet, at(damage.row_deleted, sheet, row), (*moves, "WORDS-CHANGED"))
    for column in _columns(sheet):
        yield Case("column inserted", sheet, at(damage.column_inserted, sheet, column), ASIDE)
        yield Case("column deleted", sheet, at(damage.column_deleted, sheet, column), ASIDE)
    for cell in inputs(sheet):
        codes = (*ASIDE, "OUTSIDE-VALUES", "BLANK", "NUM", "FEE")
        yield Case("cell inserted, row moved right", sheet, at(damage.cell_inserted_right, cell), codes)
        yield Case("cell inserted, column moved down", sheet, at(damage.cell_inserted_down, cell), codes)
        yield Case("cell deleted, row moved left", sheet, at(damage.cell_deleted_left, cell), codes)
        yield Case("cell deleted, column moved up", sheet, at(damage.cell_deleted_up, cell), codes)


def outside_the_table(sheet: str) -> Iterator[Case]:
    """Something written where nothing belongs."""
    first_free = max(column for _, column in meaning(line.form()).sheets[sheet]) + 1
    for row in (*_rows(sheet), 200, 5_000):
        cell = CellRef(sheet, row, first_free)
        yield Case("value outside the area", cell, at(damage.number, cell, "55"), ("OUTSIDE-VALUES",))


def on_sheets() -> Iterator[Case]:
    """What is done to whole sheets."""
    for sheet in (START, "基本信息", *TABLES, "五 问题与改进", CHECKS):
        yield Case(
            "sheet renamed",
            sheet,
            at(damage.renamed, sheet, "我的表"),
            ("SHEET-RENAMED", "SHEET-MISSING"),
        )
        yield Case("sheet deleted", sheet, at(damage.sheet_deleted, sheet), ("SHEET-MISSING", "START-MISSING"))
        yield Case(
            "sheet copied",
            sheet,
            at(damage.sheet_added, f"{sheet}_2", sheet),
            ("SHEET-COPIED", "EXTRA-SHEET"),
        )
        yield Case("sheet hidden", sheet, at(damage.sheet_state, sheet, "hidden"), ("SHEET-HIDDEN",))
        yield Case("sheet unprotected", sheet, at(damage.unprotected, sheet), ("PROTECTION-REMOVED",))
    for sheet in (*TABLES, CHECKS):
        yield Case("sheet moved", sheet, at(damage.sheet_moved_first, sheet), ("SHEET-MOVED",))
    yield Case("sheet added", "新表", at(damage.sheet_added, "新表"), ("EXTRA-SHEET",))
    yield Case("hidden sheet shown", HIDDEN_SHEET, at(damage.sheet_state, HIDDEN_SHEET, "visible"), ("SHEET-HIDDEN",))
    yield Case("hidden sheet deleted", "", at(damage.sheet_deleted, HIDDEN_SHEET), ("NOT-A-TEMPLATE",))
    yield Case("hidden sheet unprotected", HIDDEN_SHEET, at(damage.unprotected, HIDDEN_SHEET), ("PROTECTION-REMOVED",))


def on_the_file() -> Iterator[Case]:
    """What is done to the file around its sheets."""
    yield Case("structure unlocked", "工作簿结构", damage.structure_unlocked, ("PROTECTION-REMOVED",))
    yield Case("names lost", "校验", damage.names_lost, ("NAMES-LOST",))
    yield Case("picture put in", "图片", at(Book.with_part, MEDIA, b"\x89PNG"), ("OTHER-CONTENT",))
    yield Case(
        "external link put in",
        "外部链接",
        at(Book.with_part, "xl/externalLinks/externalLink1.xml", "<x/>"),
        ("OTHER-CONTENT",),
    )
    yield Case("object embedded", "对象", at(Book.with_part, "xl/embeddings/a.bin", b"x"), ("OTHER-CONTENT",))
    yield Case("macros put in", "宏", at(Book.with_part, "xl/vbaProject.bin", b"x"), ("MACRO-WORKBOOK",))


def on_the_hidden_sheet(cells: Iterable[CellRef]) -> Iterator[Case]:
    """What is done to what only the issuer knows; the form and its version lead to a refusal."""
    layout = plan_layout(line.form())
    refused = {
        layout.meta["form"]: ("OTHER-FORM",),
        layout.meta["version"]: ("UNKNOWN-VERSION",),
        layout.meta["digest"]: ("UNKNOWN-VERSION",),
        layout.meta["level"]: ("DAMAGED-TEMPLATE",),
        layout.meta["year"]: ("DAMAGED-TEMPLATE",),
        layout.meta["round"]: ("DAMAGED-TEMPLATE",),
    }
    for cell in cells:
        codes = refused.get(cell, ("HIDDEN-CHANGED",))
        where: CellRef | str = "" if cell in refused else cell
        yield Case("hidden constant changed to words", where, at(damage.text, cell, "别的"), codes)
        if cell not in refused or cell in {layout.meta["year"], layout.meta["round"]}:
            yield Case(
                "hidden constant changed to a number",
                cell,
                at(damage.number, cell, "77"),
                ("HIDDEN-CHANGED",),
            )
    yield Case(
        "hidden fingerprint erased",
        layout.meta["fingerprint"],
        at(damage.text, layout.meta["fingerprint"], ""),
        ("HIDDEN-CHANGED",),
    )
    yield Case(
        "edition changed",
        layout.meta["edition"],
        at(damage.text, layout.meta["edition"], "0"),
        ("HIDDEN-CHANGED",),
    )


def every(cells: list[CellRef], step: int) -> list[CellRef]:
    """Every so manieth cell, the first and the last among them."""
    return [*cells[::step], *cells[-1:]]


def cases_on_inputs(sheet: str) -> Iterator[Case]:
    """Every kind on every cell to fill in of a table's sheet."""
    yield from on_inputs(sheet)
    yield from outside_the_table(sheet)


def cases_on_the_rest(sheet: str) -> Iterator[Case]:
    """Every kind on every other cell of a table's sheet, on its rows and its columns."""
    yield from on_totals(sheet)
    yield from on_labels(sheet)
    yield from on_formulas(formulas(sheet))
    yield from on_words(words(sheet))
    yield from on_links(links(sheet))
    yield from on_rows_and_columns(sheet)


def cases_elsewhere(step: int = 1) -> Iterator[Case]:
    """The same on all other sheets and on the file; with a step above 1, on every so manieth cell of each class."""
    layout = plan_layout(line.form())
    for sheet in (START, CHECKS, HIDDEN_SHEET):
        yield from on_formulas(every(formulas(sheet), step))
        yield from on_words(every(words(sheet), step))
    for sheet in (name for name in layout.section_sheets if name not in TABLES):
        yield from on_labels(sheet)
        yield from on_formulas(every(formulas(sheet), step)) if formulas(sheet) else ()
        yield from on_words(every(words(sheet), step))
    for sheet in (START, CHECKS):
        yield from on_links(every(links(sheet), step))
    yield from on_the_hidden_sheet(every(sealed(), step))
    yield from on_sheets()
    yield from on_the_file()


def missed(cases: Iterable[Case]) -> tuple[int, list[str]]:
    """How many changes were made, and which of them nobody would notice."""
    count, lost = 0, []
    for case in cases:
        count += 1
        found = found_in(case.change(base()))
        if not found.has(case):
            said = "、".join(sorted({code for code, _, _ in found.findings})) or "nothing"
            lost.append(f"{case.kind} · {case.where or 'file'} · {' or '.join(case.codes)} · found: {said}")
    return count, lost
