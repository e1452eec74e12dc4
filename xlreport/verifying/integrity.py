"""What of a filled workbook is no longer as it was sent out, cell by cell, and how much that matters.

Compared is meaning, never bytes: words without their white space, formulas as tokens, lock states, what cells may
take, where links lead. What programs change by saving is nothing. A change is an error only where a value of the
report can no longer be trusted; everything else is said, and the next copy is whole again.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from xlreport.cells import Blank, CellRef, Number, Text, Value
from xlreport.checks.check import judge_as_typed
from xlreport.fields import FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import HIDDEN_SHEET, Layout, plan_layout
from xlreport.forms.sealing import fingerprint, row_seals
from xlreport.messages import say
from xlreport.reading.found import findings_by_sheet, structure_finding
from xlreport.reading.tokens import tokens
from xlreport.reading.workbook import ReadSheet, ReadWorkbook
from xlreport.rules.excel import OUTCOMES
from xlreport.submission import Submission
from xlreport.verifying.allowing import without_limits
from xlreport.verifying.around import around_the_sheets
from xlreport.verifying.due import Due, is_our_edition, rebuilt_sheets
from xlreport.verifying.renaming import Named
from xlreport.verifying.spelling import is_same_link
from xlreport.writing.checks_sheet import RESULT
from xlreport.writing.meaning import Meaning, Meant
from xlreport.writing.template import meaning


def verify(definition: FormDefinition, named: Named, submission: Submission) -> tuple[Finding, ...]:
    """Everything about a filled workbook that is not as its template was; its values are judged elsewhere."""
    return tuple(_Verifier(definition, named, submission).findings())


def is_sealed(findings: Iterable[Finding]) -> bool:
    """Whether nothing that only the issuer of a template knows was changed."""
    return all(finding.code != "HIDDEN-CHANGED" for finding in findings)


class _Verifier:
    def __init__(self, definition: FormDefinition, named: Named, submission: Submission) -> None:
        self.definition = definition
        self.layout: Layout = plan_layout(definition)
        self.named = named
        self.workbook: ReadWorkbook = named.workbook
        self.submission = submission
        self.meaning: Meaning = meaning(definition)
        self.due = Due(definition, submission)
        self.unreadable_sheets = rebuilt_sheets(definition, submission)

    def findings(self) -> Iterator[Finding]:
        yield from self.hidden_constants()
        yield from around_the_sheets(self.named, self.meaning)
        is_ours = is_our_edition(self.definition, self.workbook)
        if not is_ours:
            yield structure_finding("OTHER-EDITION", Severity.NOTICE)
        noticed: dict[str, list[CellRef]] = {}
        for name, cells in self.meaning.sheets.items():
            sheet = self.workbook.sheet(name)
            if sheet is None or name in self.unreadable_sheets:
                continue
            if is_ours:
                changed = self.changed(name, sheet, cells)
                yield from self.moved(name, sheet, [cell for cell in changed if cells[cell.row, cell.column].formula])
                for cell in changed:
                    if cell not in self.told:
                        code = "FORMULA-CHANGED" if cells[cell.row, cell.column].formula else "WORDS-CHANGED"
                        noticed.setdefault(code, []).append(cell)
            noticed.setdefault("CELL-UNLOCKED", []).extend(_unlocked(name, sheet, cells))
            noticed.setdefault("VALIDATION-LOST", []).extend(
                CellRef(name, *place) for place in without_limits(sheet, self.meaning.allowed[name])
            )
        for code, found in noticed.items():
            yield from findings_by_sheet(code, Severity.NOTICE, found)
        yield from self.links()
        yield from self.outside()
        if is_ours:
            yield from self.planted()

    # ── the hidden sheet's constants ──

    def hidden_constants(self) -> Iterator[Finding]:
        """Rows of the hidden sheet whose seal is broken; the seal over all of them where none is."""
        hidden = self.workbook.sheet(HIDDEN_SHEET)
        if hidden is None:
            return
        contents = {cell: _constant(hidden, cell) for cell in self.layout.sealed_cells}
        whole = self.layout.meta["fingerprint"]
        found = _constant(hidden, whole)
        if found == Text(fingerprint(contents)):
            return
        column = self.layout.seal_column
        broken = {row for row, seal in row_seals(contents).items() if hidden.value(row, column) != Text(seal)}
        is_erased = isinstance(found, Blank)  # as in a return copy of a workbook whose seals were broken
        cells = [whole] if is_erased else [cell for cell in contents if cell.row in broken] or [whole]
        parts = dict.fromkeys(say(self.part_of(cell)) for cell in cells)
        yield structure_finding("HIDDEN-CHANGED", Severity.ERROR, cells, what="、".join(parts))

    def part_of(self, cell: CellRef) -> str:
        if cell == self.layout.meta["fingerprint"]:
            return "hidden.seal"
        if cell in self.layout.meta.values():
            return "hidden.whose"
        return "hidden.last" if cell in {place.last for place in self.layout.fields.values()} else "hidden.explained"

    # ── the cells of a sheet ──

    def changed(self, name: str, sheet: ReadSheet, cells: Mapping[tuple[int, int], Meant]) -> list[CellRef]:
        """The cells of ours on a sheet that hold something else."""
        return [CellRef(name, *place) for place, meant in cells.items() if self.is_changed(name, place, meant, sheet)]

    def is_changed(self, name: str, place: tuple[int, int], meant: Meant, sheet: ReadSheet) -> bool:
        ref = CellRef(name, *place)  # what somebody wrote into a blank cell stands outside the inputs and is said there
        return self.due.is_ours(ref, meant) and not self.due.is_held(ref, meant, sheet.cells.get(place))

    @cached_property
    def told(self) -> frozenset[CellRef]:
        """The cells of labels and totals: reading has already held them against the form."""
        labels = {cell for one in self.submission.findings if one.code == "LABEL-CHANGED" for cell in one.cells}
        totals = {place.shown for place in self.layout.fields.values() if place.claim is not None}
        return frozenset(labels | totals)

    # ── cells that were pushed aside ──

    def moved(self, name: str, sheet: ReadSheet, changed: list[CellRef]) -> Iterator[Finding]:
        """Formulas of ours that are no longer in their place but beside it: cells were inserted or deleted."""
        if not changed or name == HIDDEN_SHEET:
            return
        homes = {tokens(self.meaning.sheets[name][cell.row, cell.column].formula): cell for cell in changed}
        lines, columns = {cell.row for cell in changed}, {cell.column for cell in changed}
        longest = max(len(self.meaning.sheets[name][cell.row, cell.column].formula) for cell in changed)
        for place, cell in sheet.cells.items():
            if cell.formula is None or len(cell.formula) > SPELLED_LONGER * longest:
                continue
            home = homes.get(tokens(cell.formula)) if place[0] in lines or place[1] in columns else None
            if home is None or (home.row != place[0] and home.column != place[1]):
                continue
            fields = self.inputs_beside(name, home, along_row=home.row == place[0])
            if fields and self.pushed_inputs(sheet, home, place):
                way = _way(home, place)
                yield structure_finding("CELLS-MOVED", Severity.ERROR, fields.values(), fields, way=say(way))
                return

    def pushed_inputs(self, sheet: ReadSheet, home: CellRef, place: tuple[int, int]) -> bool:
        """Whether inputs moved along: a total did, or what came after it stands where the formula was or in its way."""
        is_total = any(one.shown == home for one in self.layout.fields.values())
        is_filled = not isinstance(sheet.value(home.row, home.column), Blank)
        return is_total or is_filled or self.is_open(CellRef(home.sheet, *place))

    def inputs_beside(self, name: str, home: CellRef, *, along_row: bool) -> dict[FieldRef, CellRef]:
        return {
            ref: place.shown
            for ref, place in self.layout.fields.items()
            if place.shown.sheet == name
            and place.state is not None
            and (place.shown.row == home.row if along_row else place.shown.column == home.column)
        }

    # ── links ──

    def links(self) -> Iterator[Finding]:
        """Links that lead elsewhere, links in inputs, and in one finding those a program did not keep."""
        lost: list[CellRef] = []
        for name, cells in self.meaning.sheets.items():
            sheet = self.workbook.sheet(name)
            if sheet is None or name in self.unreadable_sheets:
                continue
            ours = {place: meant.link for place, meant in cells.items() if meant.link}
            lost += [CellRef(name, *place) for place in ours if place not in sheet.links]
            foreign = [
                CellRef(name, *place) for place, link in sheet.links.items() if not is_same_link(link, ours.get(place))
            ]
            yield from _notice("LINK-CHANGED", [cell for cell in foreign if not self.is_open(cell)])
            yield from _notice("LINK-IN-INPUT", [cell for cell in foreign if self.is_open(cell)])
        if lost:
            yield structure_finding("LINKS-LOST", Severity.NOTICE, lost, count=len(lost))

    def is_open(self, cell: CellRef) -> bool:
        meant = self.meaning.sheets[cell.sheet].get((cell.row, cell.column))
        return meant is not None and meant.is_open

    # ── what the file says it computed ──

    def planted(self) -> Iterator[Finding]:
        """Outcomes the file shows that are not those of its figures, though the formulas are ours."""
        hidden = self.workbook.sheet(HIDDEN_SHEET)
        if hidden is None or self.submission.unreadable:
            return
        places = self.layout.judgements
        due = {
            places[one.judgement.key]: OUTCOMES.index(one.outcome)
            for one in judge_as_typed(self.definition, self.submission)
        }
        stale = [
            CellRef(self.layout.checks_sheet, place.checks_row, RESULT)
            for place, outcome in due.items()
            if hidden.value(place.outcome.row, place.outcome.column) != Number(Decimal(outcome))
        ]
        if stale:
            yield structure_finding("NOT-RECALCULATED", Severity.NOTICE, stale)

    # ── what stands outside the inputs ──

    def outside(self) -> Iterator[Finding]:
        told = {cell for finding in self.submission.findings for cell in finding.cells}
        groups: dict[str, list[tuple[CellRef, str]]] = {}
        for cell, words in self.submission.leftovers:
            known = cell.sheet in self.meaning.sheets and cell.sheet not in self.unreadable_sheets
            if known and cell not in told and not self.is_of_the_template(cell):
                groups.setdefault(cell.sheet, []).append((cell, words))
        for found in groups.values():
            explanations = [cell for cell, _ in found if self.is_open(cell)]
            yield from _notice("NOT-AN-EXPLANATION", explanations)
            yield from _outside([one for one in found if one[0] not in explanations])

    def is_of_the_template(self, cell: CellRef) -> bool:
        """Whether words or a formula of ours belong there: what became of them is said already."""
        meant = self.meaning.sheets[cell.sheet].get((cell.row, cell.column))
        return meant is not None and self.due.is_ours(cell, meant)


SPELLED_LONGER = 2
"""How many times as long another program may spell a formula of ours."""
MOST_PAIRS = 8
"""Contents outside the inputs that a sentence spells out; the finding names every cell, the return copy all of them."""
LONGEST_CONTENT = 30


def _outside(found: list[tuple[CellRef, str]]) -> Iterator[Finding]:
    if not found:
        return
    pairs = "、".join(say("structure.pair", cell=cell.address, found=_cut(words)) for cell, words in found[:MOST_PAIRS])
    if len(found) > MOST_PAIRS:
        pairs += say("structure.outside_more", count=len(found))
    yield structure_finding("OUTSIDE-VALUES", Severity.NOTICE, [cell for cell, _ in found], pairs=pairs)


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_CONTENT else words[:LONGEST_CONTENT] + "…"


def _unlocked(name: str, sheet: ReadSheet, cells: Mapping[tuple[int, int], Meant]) -> Iterator[CellRef]:
    """Cells of ours that are open; where a whole sheet is, that is said once."""
    for place, meant in cells.items():
        if not meant.is_open and sheet.protected and not sheet.locked_at(*place):
            yield CellRef(name, *place)


def _notice(code: str, cells: list[CellRef]) -> Iterator[Finding]:
    if cells:
        yield structure_finding(code, Severity.NOTICE, sorted(cells))


def _constant(sheet: ReadSheet, cell: CellRef) -> Value:
    """What stands in a cell that is to hold a constant; a formula is none, whatever it shows."""
    found = sheet.cells.get((cell.row, cell.column))
    if found is not None and found.formula is not None:
        return Text("=" + found.formula)
    return sheet.value(cell.row, cell.column)


def _way(home: CellRef, place: tuple[int, int]) -> str:
    if home.row == place[0]:
        return "moved.right" if place[1] > home.column else "moved.left"
    return "moved.down" if place[0] > home.row else "moved.up"
