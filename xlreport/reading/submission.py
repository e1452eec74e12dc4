"""From the cells of a filled workbook to a submission: structure first, then what was typed.

Nothing the file says of itself is trusted: labels are held against the form, totals and checks are
worked out anew. An honest file is never accused; what any program changes by saving is no finding.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport.cells import (
    BLANK,
    MOST_DIGITS,
    Blank,
    CellRef,
    ErrorValue,
    Number,
    Text,
    Token,
    Value,
    shortened,
    shown,
    shown_short,
)
from xlreport.errors import WorkbookError
from xlreport.fields import FieldKind, FieldRef
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import Entry, FormDefinition, Judgement, Section
from xlreport.forms.grid import Role
from xlreport.forms.layout import (
    CONTRACT,
    HIDDEN_SHEET,
    MARKER,
    JudgementPlace,
    Layout,
    TablePlace,
    TextPlace,
    plan_layout,
)
from xlreport.messages import say
from xlreport.reading.found import findings_by_sheet, structure_finding
from xlreport.reading.normalising import (
    SPACES,
    Normalised,
    day_of,
    normalise_date,
    normalise_number,
    paragraphs_of,
    squeezed,
    text_as_shown,
    text_of,
    without,
)
from xlreport.reading.stored import Display
from xlreport.reading.tokens import tokens
from xlreport.reading.workbook import ReadCell, ReadSheet, ReadWorkbook
from xlreport.rules.formula import spell
from xlreport.submission import Explanation, Submission, Unit

DAYS_1904 = 1462
"""Days by which serials are smaller in workbooks that count from 1904, as old ones of Macintosh do."""
DATED_YEARS = range(2000, 2100)
"""Years of the dates that programs make of ``1-2`` and the like; a number that shows as another is no such slip."""
REBUILT_SHARE = 3
"""A sheet with more than one label in this many changed was rebuilt: one finding, not one a label."""


def form_of(workbook: ReadWorkbook, name: str) -> tuple[str, str]:
    """The id and version of the form a workbook says it is.

    Raises:
        WorkbookError: it is no workbook of ours, or one of a kind we do not know.
    """
    hidden = workbook.sheet(HIDDEN_SHEET)
    if hidden is None or _value(hidden, 1, 1) != Text(MARKER):
        raise WorkbookError("NOT-A-TEMPLATE", say("file.not_a_template", name=name))
    if _value(hidden, 1, 2) != Number(Decimal(CONTRACT)):
        raise WorkbookError("UNKNOWN-VERSION", say("file.unknown_contract", name=name))
    meta = _meta_by_name(hidden)
    return _words(meta.get("form", BLANK)), _words(meta.get("version", BLANK))


def _meta_by_name(hidden: ReadSheet) -> dict[str, Value]:
    keyed = {}
    for (row, column), cell in hidden.cells.items():
        if column == 1 and isinstance(cell.value, Text):
            keyed[cell.value.value] = _value(hidden, row, 2)
    return keyed


def read_submission(definition: FormDefinition, workbook: ReadWorkbook, name: str) -> Submission:
    """The submission a filled workbook holds, with everything reading found.

    Raises:
        WorkbookError: it is not a template of this form and version.
    """
    form, version = form_of(workbook, name)
    if form != definition.id:
        raise WorkbookError(
            "OTHER-FORM", say("file.other_form", name=name, found=shortened(form), expected=definition.id)
        )
    if version != definition.version:
        raise WorkbookError(
            "UNKNOWN-VERSION",
            say("file.unknown_version", name=name, found=shortened(version), known=definition.version),
        )
    return _Reader(definition, plan_layout(definition), workbook, name).submission()


@dataclass
class _Collected:
    """What reading brings together."""

    values: dict[FieldRef, Value] = field(default_factory=dict)
    typed: dict[FieldRef, Value] = field(default_factory=dict)
    texts: dict[FieldRef, tuple[str, ...]] = field(default_factory=dict)
    totals: dict[FieldRef, Value] = field(default_factory=dict)
    explanations: dict[str, Explanation] = field(default_factory=dict)
    zero_blanks: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    normalised: dict[str, list[tuple[CellRef, FieldRef, Value, Value]]] = field(default_factory=dict)
    grouped: dict[tuple[str, str], list[tuple[CellRef, FieldRef, str]]] = field(default_factory=dict)
    locked: list[CellRef] = field(default_factory=list)
    displayed: dict[tuple[str, str], list[tuple[CellRef, FieldRef, str, Number]]] = field(default_factory=dict)
    stored: dict[FieldRef, Value] = field(default_factory=dict)


class _Reader:
    def __init__(self, definition: FormDefinition, layout: Layout, workbook: ReadWorkbook, name: str) -> None:
        self.definition = definition
        self.layout = layout
        self.workbook = workbook
        self.name = name
        self.got = _Collected()
        hidden = workbook.sheet(HIDDEN_SHEET)
        assert hidden is not None  # noqa: S101 - form_of has seen it
        self.hidden: ReadSheet = hidden
        self.meta = _meta_by_name(hidden)

    def submission(self) -> Submission:
        self.same_definition()
        for section in self.definition.sections:
            self.section(section)
        self.explanations()
        self.whole_file()
        got = self.got
        return Submission(
            form=self.definition.id,
            version=self.definition.version,
            unit=Unit(name=self.words("unit"), code=self.words("code"), level=self.level()),
            year=self.whole("year"),
            round=self.whole("round"),
            source=self.name,
            values=got.values,
            typed=got.typed,
            texts=got.texts,
            totals=got.totals,
            stored=got.stored,
            zero_blanks=frozenset(got.zero_blanks),
            explanations=got.explanations,
            last=self.last(),
            deadline=self.words("deadline"),
            return_to=self.words("return_to"),
            missing_units=tuple(line for line in self.words("missing").split("\n") if line),
            summed=self.words("summed"),
            unreadable=frozenset(got.unreadable),
            findings=tuple(got.findings),
        )

    # ── the hidden sheet ──

    def words(self, name: str) -> str:
        return _words(self.meta.get(name, BLANK))

    def whole(self, name: str) -> int:
        value = self.meta.get(name, BLANK)
        if not isinstance(value, Number) or value.value != value.value.to_integral():
            raise WorkbookError("DAMAGED-TEMPLATE", say("file.damaged_template", name=self.name))
        return int(value.value)

    def level(self) -> str:
        level = self.words("level")
        if level and level not in self.definition.levels:
            raise WorkbookError("DAMAGED-TEMPLATE", say("file.damaged_template", name=self.name))
        return level

    def same_definition(self) -> None:
        if self.words("digest") != self.definition.digest:
            raise WorkbookError("UNKNOWN-VERSION", say("file.other_content", name=self.name))

    def last(self) -> dict[FieldRef, Decimal] | None:
        if self.meta.get("last_given") != Number(Decimal(1)):
            return None
        cells = {
            ref: _value(self.hidden, place.last.row, place.last.column) for ref, place in self.layout.fields.items()
        }
        return {ref: value.value for ref, value in cells.items() if isinstance(value, Number) and _is_figure(value)}

    # ── findings ──

    def add(
        self,
        code: str,
        severity: Severity,
        cells: Iterable[CellRef] = (),
        fields: Iterable[FieldRef] = (),
        **values: object,
    ) -> None:
        self.got.findings.append(structure_finding(code, severity, cells, fields, **values))

    def group(self, code: str, where: CellRef, ref: FieldRef, found: str) -> None:
        """One cell of a finding that is made once for its sheet, as these mostly have one cause."""
        self.got.grouped.setdefault((code, where.sheet), []).append((where, ref, found))

    # ── sections ──

    def section(self, section: Section) -> None:
        sheet = self.workbook.sheet(section.sheet)
        head = section.table.id if section.table else section.id
        if sheet is None:
            self.got.unreadable.add(head)
            self.add("SHEET-MISSING", Severity.ERROR, [CellRef(section.sheet, 1, 1)])
            return
        if not self.labels(section, sheet):
            self.got.unreadable.add(head)
            return
        if section.table is not None:
            self.table(self.layout.tables[section.table.id], sheet)
        else:
            inputs = {cell: entry.ref for entry in section.entries for cell in self.layout.texts[entry.ref].cells}
            self.merged(sheet, set(), inputs)
            self.doubled(sheet, inputs)
            for entry in section.entries:
                self.text(entry, self.layout.texts[entry.ref], sheet)

    def labels(self, section: Section, sheet: ReadSheet) -> bool:
        """Hold every label against the form's; whether the sheet can still be read."""
        expected = dict(self.expected_labels(section))
        changed = [
            (ref, text)
            for ref, text in expected.items()
            if squeezed(_words(_value(sheet, ref.row, ref.column))) != squeezed(text)
        ]
        moved = _moved([(ref, text) for ref, text in expected.items() if squeezed(text)], changed, sheet)
        if moved:
            direction, steps = moved
            first = min(ref for ref, _ in changed)
            self.add(
                "ROWS-MOVED" if direction == "ROWS" else "COLUMNS-MOVED",
                Severity.ERROR,
                [first],
                steps=abs(steps),
                way=say(_WAYS[direction, steps > 0]),
            )
            return False
        if len(changed) * REBUILT_SHARE > len(expected):
            self.add("SHEET-REBUILT", Severity.ERROR, [CellRef(section.sheet, 1, 1)], count=len(changed))
            return False
        if changed:
            pairs = "；".join(self.label_pair(ref, text, sheet) for ref, text in changed)
            self.add("LABEL-CHANGED", Severity.ERROR, [ref for ref, _ in changed], pairs=pairs)
        return True

    def label_pair(self, ref: CellRef, expected: str, sheet: ReadSheet) -> str:
        found = _words(_value(sheet, ref.row, ref.column)) or say("structure.nothing")
        return say("structure.label_pair", cell=ref.address, expected=expected, found=shortened(found))

    def expected_labels(self, section: Section) -> Iterator[tuple[CellRef, str]]:
        if section.table is not None:
            place = self.layout.tables[section.table.id]
            for cell in place.grid.cells:
                if cell.role is not Role.FIELD and cell.label is not None:
                    yield place.area(cell).first, str(cell.label)
        else:
            for entry in section.entries:
                if len(entry.ref.path) > 1:  # a section's only text bears no label of the form
                    yield self.layout.texts[entry.ref].label, str(entry.label)

    # ── tables ──

    def table(self, place: TablePlace, sheet: ReadSheet) -> None:
        table = place.grid.table
        switch = _value(sheet, place.switch.row, place.switch.column)
        if switch == Text(say("switch.yes")):
            self.got.zero_blanks.add(table)
        elif switch != Text(say("switch.no")):
            self.add(
                "SWITCH-UNCLEAR", Severity.NOTICE, [place.switch], found=shown_short(switch) or say("structure.nothing")
            )
        ours = {place.area(cell).address for cell in place.grid.cells}
        inputs = {where.shown: ref for ref, where in self.layout.fields.items() if ref.head == table}
        self.merged(sheet, ours, inputs)
        self.doubled(sheet, inputs)
        for ref, where in self.layout.fields.items():
            if ref.head != table:
                continue
            cell = sheet.cells.get((where.shown.row, where.shown.column))
            if where.claim is None:
                self.number(ref, where.shown, cell, sheet)
            else:
                self.total(ref, cell)

    def merged(self, sheet: ReadSheet, ours: set[str], inputs: dict[CellRef, FieldRef]) -> None:
        """Inputs somebody merged: only the first of them can hold a value."""
        left = dict(inputs)
        for merge in sheet.merges:
            hit = {cell: ref for cell, ref in left.items() if cell in merge} if merge.address not in ours else {}
            if hit:
                left = {cell: ref for cell, ref in left.items() if cell not in hit}
                self.add("INPUTS-MERGED", Severity.ERROR, hit, dict.fromkeys(hit.values()))

    def doubled(self, sheet: ReadSheet, inputs: dict[CellRef, FieldRef]) -> None:
        """Cells the file holds twice: programs show different ones of them."""
        for cell in sheet.duplicates:
            if cell in inputs:
                self.add("DUPLICATE-CELL", Severity.ERROR, [cell], [inputs[cell]])

    def number(self, ref: FieldRef, where: CellRef, cell: ReadCell | None, sheet: ReadSheet) -> None:
        value = cell.value if cell is not None else BLANK
        if cell is not None and cell.formula is not None:
            self.group("FORMULA-IN-INPUT", where, ref, "=" + cell.formula)
        if cell.locked if cell is not None else sheet.locked_at(where.row, where.column):
            self.got.locked.append(where)
        understood = normalise_number(self.definition.fields[ref], value)
        self.got.values[ref] = understood.value
        if understood.value != value:
            self.got.typed[ref] = value
            self.got.normalised.setdefault(understood.notice, []).append((where, ref, value, understood.value))
        if cell is not None and cell.formula is None and isinstance(value, Number):
            self.displayed(ref, where, value, cell.display)

    def displayed(self, ref: FieldRef, where: CellRef, value: Number, display: Display) -> None:
        """A number that its cell shows as something else; one that was made a date is not to be trusted."""
        if display is Display.NUMBER:
            return
        seen = text_as_shown(value, display, self.days_before_1900).value
        day = day_of(value.value, self.days_before_1900)
        if display is Display.DATE and day is not None and day.year in DATED_YEARS:
            self.add("DATE-IN-NUMBER", Severity.ERROR, [where], [ref], found=shown(seen))
            self.got.values[ref], self.got.typed[ref] = seen, value
        else:
            code = "SHOWN-AS-DATE" if display is Display.DATE else "SHOWN-AS-PERCENT"
            words = shown(seen) if isinstance(seen, Text) else say("displayed.no_date")
            self.got.displayed.setdefault((code, where.sheet), []).append((where, ref, words, value))

    @property
    def days_before_1900(self) -> int:
        return DAYS_1904 if self.workbook.date_1904 else 0

    def total(self, ref: FieldRef, cell: ReadCell | None) -> None:
        """A constant over a total's formula is a claim; our own formula never is, whatever it shows."""
        place = self.layout.fields[ref]
        formula = cell.formula if cell is not None else None
        ours = tokens(spell(place.shown_total, place.shown.sheet))
        if formula is not None and tokens(formula) == ours:
            self.got.stored[ref] = cell.value if cell is not None else BLANK
            return
        value = cell.value if cell is not None else BLANK
        self.got.totals[ref] = value
        if isinstance(value, (Number, Blank)):
            code = "TOTAL-FORMULA-CHANGED" if formula is not None else "TOTAL-OVERWRITTEN"
            self.group(code, place.shown, ref, shown(value) or say("structure.nothing"))
        else:
            self.group("TOTAL-NOT-A-NUMBER", place.shown, ref, shown(value))

    # ── texts ──

    def text(self, entry: Entry, place: TextPlace, sheet: ReadSheet) -> None:
        paragraphs: list[str] = []
        for where in place.cells:
            cell = sheet.cells.get((where.row, where.column))
            value = cell.value if cell is not None else BLANK
            if cell is not None and cell.formula is not None:
                self.group("FORMULA-IN-INPUT", where, entry.ref, "=" + cell.formula)
            if isinstance(value, (ErrorValue, Token)):
                self.add("ERROR-IN-TEXT", Severity.ERROR, [where], [entry.ref], found=shown_short(value))
                continue
            if cell.locked if cell is not None else sheet.locked_at(where.row, where.column):
                self.got.locked.append(where)
            if cell is not None:
                value = self.as_meant(entry, where, cell)
            words = text_of(value)
            if entry.choices and isinstance(words, Text) and words.value not in entry.choices:
                self.add(
                    "NOT-A-CHOICE",
                    Severity.ERROR,
                    [where],
                    [entry.ref],
                    found=shortened(words.value),
                    choices="、".join(entry.choices),
                )
            if isinstance(words, Text):
                paragraphs += paragraphs_of(words.value)
        if entry.paragraphs > 1:
            self.got.texts[entry.ref] = tuple(paragraphs)
        elif paragraphs:
            self.got.values[entry.ref] = Text("\n".join(paragraphs))

    def as_meant(self, entry: Entry, where: CellRef, cell: ReadCell) -> Value:
        """A text as a person sees it; what is no date where one belongs stays, and is said."""
        if entry.kind is not FieldKind.DATE:
            return self.noted(entry, where, cell.value, text_as_shown(cell.value, cell.display, self.days_before_1900))
        understood = normalise_date(cell.value, cell.display, self.days_before_1900)
        if understood.notice == "normalised.no_date":
            self.add("NOT-A-DATE", Severity.NOTICE, [where], [entry.ref], found=shown_short(cell.value))
            return understood.value
        return self.noted(entry, where, cell.value, understood)

    def noted(self, entry: Entry, where: CellRef, typed: Value, understood: Normalised) -> Value:
        """What was understood of a text; where it is not what is stored, that is said."""
        if understood.notice:
            self.got.normalised.setdefault(understood.notice, []).append((where, entry.ref, typed, understood.value))
        return understood.value

    # ── explanations ──

    def explanations(self) -> None:
        sheet = self.workbook.sheet(self.layout.checks_sheet)
        if sheet is None:
            self.add("SHEET-MISSING", Severity.ERROR, [CellRef(self.layout.checks_sheet, 1, 1)])
            return
        astray = []
        for judgement in self.definition.judgements:
            place = self.layout.judgements[judgement.key]
            if place.explanation is None:
                continue
            value = _value(sheet, place.explanation.row, place.explanation.column)
            words = text_of(value)
            if not (isinstance(value, Text) and isinstance(words, Text)):  # a number explains nothing
                continue
            if _is_row_of(judgement, sheet, place.checks_row):
                self.got.explanations[judgement.key] = self.explanation(words.value, place)
            else:
                astray.append(place.explanation)
        if astray:
            self.add("EXPLANATIONS-ASTRAY", Severity.NOTICE, astray)

    def explanation(self, text: str, place: JudgementPlace) -> Explanation:
        """A sentence with the numbers it was written for; one typed anew belongs to its first reading."""
        left, right, written = (
            _value(self.hidden, cell.row, cell.column)
            for cell in (place.explained_left, place.explained_right, place.explained_text)
        )
        if _same_words(written) != _same_words(Text(text)):
            return Explanation(text=text)
        return Explanation(text=text, left=_number(left), right=_number(right))

    # ── the file as a whole ──

    def whole_file(self) -> None:
        got = self.got
        for (code, _), group in got.grouped.items():
            severity = Severity.ERROR if code in ERRORS_IN_GROUPS else Severity.NOTICE
            pairs = "、".join(
                say("structure.pair", cell=where.address, found=shortened(words)) for where, _, words in group
            )
            self.add(code, severity, [where for where, _, _ in group], [ref for _, ref, _ in group], pairs=pairs)
        for notice, noted in got.normalised.items():
            cells = [where for where, _, _, _ in noted]
            pairs = "、".join(
                say(
                    "normalised.pair",
                    cell=where.address,
                    typed=shown_short(typed),
                    taken=shown_short(taken) or say("normalised.blank"),
                )
                for where, _, typed, taken in noted
            )
            self.add(
                "NORMALISED", Severity.NOTICE, cells, [ref for _, ref, _, _ in noted], how=say(notice), pairs=pairs
            )
        for (code, _), displayed in got.displayed.items():
            pairs = "、".join(
                say("displayed.pair", cell=where.address, seen=seen, stored=shown_short(value))
                for where, _, seen, value in displayed
            )
            self.add(code, Severity.NOTICE, [one[0] for one in displayed], [one[1] for one in displayed], pairs=pairs)
        got.findings += findings_by_sheet("INPUT-LOCKED", Severity.NOTICE, got.locked)


# ── small pieces ──────────────────────────────────────────────────────────────────────────────────


def _value(sheet: ReadSheet, row: int, column: int) -> Value:
    cell = sheet.cells.get((row, column))
    return cell.value if cell is not None else BLANK


def _is_figure(value: Number) -> bool:
    """Whether a number can be one that this product wrote: no power of ten makes it endless when it is told."""
    return not value.value or abs(value.value.adjusted()) <= MOST_DIGITS


def _number(value: Value) -> Decimal | None:
    return value.value if isinstance(value, Number) else None


def _words(value: Value) -> str:
    words = text_of(value)
    return words.value if isinstance(words, (Text, ErrorValue)) else ""


def _same_words(value: Value) -> str:
    """An explanation as the sheet compares it with the one it was: without white space, in small letters."""
    return without(_words(value), *SPACES).casefold()


ERRORS_IN_GROUPS = frozenset({"FORMULA-IN-INPUT", "TOTAL-NOT-A-NUMBER"})
"""What is said once for a sheet and must be put right."""


def _is_row_of(judgement: Judgement, sheet: ReadSheet, row: int) -> bool:
    """Whether a row of 校验 still is that of a judgement, by the rule's id and by what must hold."""
    found = _label(sheet, row, 1), _label(sheet, row, 2)
    says = found[1] if "{count}" in judgement.says else squeezed(judgement.says)
    return found == (squeezed(judgement.rule), says)


MOST_STEPS = 20
"""How far labels may have moved together to be recognised."""
_WAYS = {
    ("ROWS", True): "moved.down",
    ("ROWS", False): "moved.up",
    ("COLUMNS", True): "moved.right",
    ("COLUMNS", False): "moved.left",
}


def _moved(
    labels: Sequence[tuple[CellRef, str]], changed: Sequence[tuple[CellRef, str]], sheet: ReadSheet
) -> tuple[str, int] | None:
    """Whether, from the first label that is not in its place, most stand the same steps away from theirs.

    A label that stands where another one of the same words belongs has not moved there.
    """
    if not changed:
        return None
    due = {(ref.row, ref.column): squeezed(text) for ref, text in labels}

    def stands(row: int, column: int, text: str) -> bool:
        return _label(sheet, row, column) == text != due.get((row, column))

    for direction in ("ROWS", "COLUMNS"):
        first = min(_along(ref, direction) for ref, _ in changed)
        after = [(ref, squeezed(text)) for ref, text in labels if _along(ref, direction) >= first]
        for size in range(1, MOST_STEPS + 1):
            for step in (size, -size):
                down, right = (step, 0) if direction == "ROWS" else (0, step)
                found = sum(stands(ref.row + down, ref.column + right, text) for ref, text in after)
                if found and 3 * found >= 2 * len(after):
                    return direction, step
    return None


def _along(ref: CellRef, direction: str) -> int:
    return ref.row if direction == "ROWS" else ref.column


def _label(sheet: ReadSheet, row: int, column: int) -> str:
    return squeezed(_words(_value(sheet, row, column)))
