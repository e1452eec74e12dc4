"""填报说明: where do I stand, how to fill in, what the colours mean. Nothing else."""

from dataclasses import replace

from xlreport.cells import CellRange, CellRef
from xlreport.forms.definition import FormDefinition, Section
from xlreport.forms.layout import CHECKS_FIRST_ROW, LEFT_COLUMN, MESSAGE_COLUMN, TARGET_COLUMN, Layout
from xlreport.messages import say
from xlreport.rules.formula import (
    Area,
    Cell,
    Formula,
    Relative,
    both,
    call,
    compare,
    either,
    if_,
    joined,
    lit,
    quoted_sheet,
)
from xlreport.submission import Submission
from xlreport.writing import look
from xlreport.writing.building import SheetBuilder
from xlreport.writing.judging import (
    BLANKS,
    ERROR,
    OPEN_QUERY,
    UNJUDGED,
    attention_column,
    judgement_column,
)
from xlreport.writing.plan import Link, Print, Protection, SheetPlan
from xlreport.writing.table_sheet import PROMPT_LIMIT, fitting

SHEET, CONTENTS, STATE, FIRST = range(1, 5)
WIDTHS = (15.0, 31.0, 18.0, 50.0)
COUNTS = {ERROR: 6, OPEN_QUERY: 7, BLANKS: 8, UNJUDGED: 9}
"""Hidden columns: how much each sheet still needs."""
FLAG = 5
"""A hidden column: what colour a row's state has."""
MESSAGE_HEIGHT = 42
"""Three lines of a message; a formula's result never makes its row grow."""
TITLE_ROW, UNIT_ROW, DEADLINE_ROW, MISSING_ROW, BANNER_ROW, HEADER_ROW = 1, 2, 3, 4, 5, 7
BESIDE_ROW = HEADER_ROW - 1
"""A free row, in which the first sheet of a sum tells of the sheet beside the form's."""
MOST_MISSING_LINES = 6
"""Lines of the row that names the units a sum lacks; the whole list stands in the verdict."""


def plan_start_sheet(definition: FormDefinition, layout: Layout, submission: Submission) -> SheetPlan:
    """The first sheet."""
    return _StartSheet(definition, layout, submission).plan()


def issued_words(definition: FormDefinition, submission: Submission) -> dict[tuple[int, int], str]:
    """What the first sheet says of this very template, by cell: its year, its unit, when and where to return it."""
    unit, year = submission.unit, str(submission.year)
    code = say("start.code", code=unit.code) if unit.code else ""
    parts = [say("start.deadline", deadline=submission.deadline)] if submission.deadline else []
    if submission.return_to:
        parts.append(say("start.return_to", return_to=submission.return_to))
    return {
        (TITLE_ROW, 1): definition.template_title.format(title=definition.title, year=year),
        (UNIT_ROW, 1): say("start.unit", unit=unit.name, code=code, year=year),
        (DEADLINE_ROW, 1): "　".join(parts),
    }


def beside_words(*, doubts: bool) -> str:
    """What the first sheet of a sum says of the sheet 下级说明: that it is there, or that it bears doubts."""
    return say("start.children_doubts") if doubts else say("start.children")


class _StartSheet:
    def __init__(self, definition: FormDefinition, layout: Layout, submission: Submission) -> None:
        self.definition = definition
        self.layout = layout
        self.submission = submission
        self.sheet = SheetBuilder(name=layout.start_sheet)
        self.first_row = HEADER_ROW + 1
        self.last_row = HEADER_ROW + len(definition.sections)

    def plan(self) -> SheetPlan:
        self.sheet.widths.update(enumerate(WIDTHS, start=1))
        self.head()
        self.missing()
        self.banner()
        self.table()
        self.legend(self.how_to_fill(self.last_row + 3))
        last = max(row for row, _ in self.sheet.cells)
        return SheetPlan(
            name=self.sheet.name,
            cells=self.sheet.cells,
            background=look.BACKGROUND,
            merges=tuple(self.sheet.merges),
            widths=self.sheet.widths,
            hidden_columns=(FLAG, *COUNTS.values()),
            rows=self.sheet.rows,
            highlights=tuple(self.sheet.highlights),
            cursor=CellRef(self.sheet.name, self.first_row, SHEET),
            protection=Protection(),
            print=Print(
                area=CellRange(self.sheet.name, 1, 1, last, FIRST),
                pages_high=1,
                footer=say("print.signatures"),
            ),
        )

    def full_width(self, row: int) -> CellRange:
        return self.sheet.across(row, 1, FIRST)

    def head(self) -> None:
        sheet = self.sheet
        words = issued_words(self.definition, self.submission)
        deadline = words[DEADLINE_ROW, 1]
        sheet.put_over(self.full_width(TITLE_ROW), words[TITLE_ROW, 1], replace(look.TITLE, size=18))
        sheet.height(TITLE_ROW, 34)
        sheet.put_over(self.full_width(UNIT_ROW), words[UNIT_ROW, 1], look.SUBTITLE)
        sheet.height(UNIT_ROW, 20)
        style = replace(look.BODY, bold=True, color=look.TITLE_INK)
        sheet.put_over(self.full_width(DEADLINE_ROW), deadline, style)
        text_lines = look.lines_needed(deadline or " ", sum(WIDTHS), 10)
        sheet.height(DEADLINE_ROW, look.height_for(text_lines, 10, 20 if deadline else 6))

    def missing(self) -> None:
        """The units a sum lacks; a formula, so that every template has the same."""
        units = call("SUBSTITUTE", self.lacking, call("CHAR", lit(10)), lit("、"))
        text = if_(compare(self.lacking, "=", ""), lit(""), joined(say("start.missing"), units))
        style = replace(look.BODY, bold=True, color=look.WRONG_INK, valign="top")
        self.sheet.put_over(self.full_width(MISSING_ROW), text, style)
        if self.submission.missing_units:
            words = say("start.missing") + "、".join(self.submission.missing_units)
            lines = min(MOST_MISSING_LINES, look.lines_needed(words, sum(WIDTHS), style.size))
            self.sheet.height(MISSING_ROW, look.height_for(lines, style.size, 20))

    @property
    def lacking(self) -> Cell:
        """The cell that names the units a sum lacks, one a line."""
        return Cell(self.layout.meta["missing"])

    # ── counts ──

    def count(self, what: int, row: int) -> Cell:
        return Cell(CellRef(self.sheet.name, row, COUNTS[what]))

    def total(self, what: int) -> Cell:
        return self.count(what, BANNER_ROW)

    def banner(self) -> None:
        sheet = self.sheet
        for column in COUNTS.values():
            cells = CellRange(sheet.name, self.first_row, column, self.last_row, column)
            sheet.put(BANNER_ROW, column, call("SUM", Area(cells)), look.FLAG)
        wrong, asked, blank, unjudged = (self.total(what) for what in COUNTS)
        parts = say("banner.open").split("#")
        text = joined(parts[0], _text(wrong), parts[1], _text(asked), parts[2], _text(blank), parts[3])
        text = joined(if_(compare(self.lacking, "=", ""), lit(""), lit(say("banner.lacking"))), text)
        nothing = both(*(compare(cell, "=", 0) for cell in (wrong, asked, blank)))
        whole = if_(compare(self.lacking, "=", ""), lit(say("banner.done")), lit(say("banner.missing")))
        done = if_(compare(unjudged, "=", 0), whole, lit(say("banner.unjudged")))
        area = self.full_width(BANNER_ROW)
        sheet.put_over(area, if_(nothing, done, text), look.BANNER)
        sheet.height(BANNER_ROW, 36)
        colour = if_(either(compare(asked, ">", 0), compare(blank, ">", 0), compare(unjudged, ">", 0)), lit(2), lit(0))
        bad = either(compare(wrong, ">", 0), compare(self.lacking, "<>", ""))
        sheet.put(BANNER_ROW, FLAG, if_(bad, lit(1), colour), look.FLAG)
        self.tint(area, BANNER_ROW)

    def tint(self, cells: CellRange, row: int) -> None:
        flag = Relative(row, FLAG, fixed_column=True)
        for number, fill, ink in (
            (1, look.WRONG, look.WRONG_INK),
            (2, look.QUERY, look.QUERY_INK),
            (0, look.RIGHT, look.RIGHT_INK),
        ):
            self.sheet.highlight(cells, compare(flag, "=", number), fill=fill, color=ink)

    # ── a row for each sheet ──

    def table(self) -> None:
        sheet = self.sheet
        for column, key in enumerate(("sheet", "contents", "state", "first"), start=1):
            sheet.put(HEADER_ROW, column, say(f"start.head.{key}"), look.HEAD)
        sheet.height(HEADER_ROW, 22)
        for at, section in enumerate(self.definition.sections):
            self.section_row(self.first_row + at, at + 1, section)
        self.checks_row(self.last_row + 1)
        self.tint(CellRange(sheet.name, self.first_row, STATE, self.last_row + 1, STATE), self.first_row)

    def section_row(self, row: int, number: int, section: Section) -> None:
        sheet = self.sheet
        column = attention_column(self.layout)
        left = judgement_column(self.layout, LEFT_COLUMN)
        target = self.first_input(section)
        sheet.put(
            row,
            SHEET,
            section.sheet,
            look.LINK_CELL,
            Link(target=target.area, tip=fitting(str(section.heading), PROMPT_LIMIT)),
        )
        sheet.put(row, CONTENTS, section.summary, replace(look.CELL, size=9))
        for what, at in COUNTS.items():
            wanted = lit(10 * number + what)
            formula = call("SUMIF", column, wanted, left) if what == BLANKS else call("COUNTIF", column, wanted)
            sheet.put(row, at, formula, look.FLAG)
        sheet.put(row, STATE, self.state(row, section), replace(look.CENTERED, bold=True))
        sheet.put(row, FIRST, self.first(row, number, section), replace(look.LINK_CELL, size=9))
        sheet.put(row, FLAG, self.state_flag(row), look.FLAG)
        sheet.height(row, MESSAGE_HEIGHT)

    def first_input(self, section: Section) -> CellRef:
        if section.table is None:
            return self.layout.texts[section.entries[0].ref].cells[0]
        fields = self.definition.fields_of_table(section.table.id)
        return self.layout.fields[next(one.ref for one in fields if one.is_input)].shown

    def state(self, row: int, section: Section) -> Formula:
        """已填好, or how much is wrong, to explain, to fill in."""
        judged = any(one.section == section.id for one in self.definition.judgements)
        if not judged:
            return lit(say("state.optional"))
        formula: Formula = if_(
            compare(self.count(UNJUDGED, row), ">", 0), lit(say("state.unjudged")), lit(say("state.done"))
        )
        counts = (ERROR, "state.error"), (OPEN_QUERY, "state.query"), (BLANKS, "state.blank")
        parts: list[Formula] = []
        for at, (what, key) in enumerate(counts):
            before, _, after = say(key).partition("#")
            told = [compare(self.count(earlier, row), ">", 0) for earlier, _ in counts[:at]]
            comma = [if_(either(*told), lit(say("state.and")), lit(""))] if told else []
            text = joined(*comma, before, _text(self.count(what, row)), after)
            parts.append(if_(compare(self.count(what, row), ">", 0), text, lit("")))
        open_ones = [compare(self.count(what, row), ">", 0) for what, _ in counts]
        return if_(either(*open_ones), joined(*parts), formula)

    def state_flag(self, row: int) -> Formula:
        open_ones = [compare(self.count(what, row), ">", 0) for what in (OPEN_QUERY, BLANKS, UNJUDGED)]
        return if_(compare(self.count(ERROR, row), ">", 0), lit(1), if_(either(*open_ones), lit(2), lit(0)))

    def first(self, row: int, number: int, section: Section) -> Formula:
        """A link to the first cell that needs something: an error before a query before a blank."""
        layout = self.layout
        targets, messages = judgement_column(layout, TARGET_COLUMN), judgement_column(layout, MESSAGE_COLUMN)
        formula: Formula = lit("")
        for what in (BLANKS, OPEN_QUERY, ERROR):
            position = call("MATCH", lit(10 * number + what), attention_column(layout), lit(0))
            address = call("INDEX", targets, position)
            text = joined(address, "：", call("INDEX", messages, position))
            link = call("HYPERLINK", joined("#" + quoted_sheet(section.sheet) + "!", address), text)
            formula = if_(compare(self.count(what, row), ">", 0), link, formula)
        return formula

    def checks_row(self, row: int) -> None:
        sheet, layout = self.sheet, self.layout
        top = CellRange(layout.checks_sheet, CHECKS_FIRST_ROW, 1, CHECKS_FIRST_ROW, 1)
        sheet.put(row, SHEET, layout.checks_sheet, look.LINK_CELL, Link(target=top, tip=layout.checks_sheet))
        sheet.put(row, CONTENTS, say("start.checks"), replace(look.CELL, size=9))
        wrong, asked, blank, unjudged = (self.total(what) for what in COUNTS)
        before, _, after = say("state.query").partition("#")
        nothing_open = both(*(compare(cell, "=", 0) for cell in (wrong, blank, unjudged)))
        still_open = if_(compare(blank, "=", 0), lit(say("state.checks_wrong")), lit(say("state.checks_open")))
        quiet = if_(nothing_open, lit(say("state.checks_done")), still_open)
        state = if_(compare(asked, ">", 0), joined(before, _text(asked), after), quiet)
        sheet.put(row, STATE, state, replace(look.CENTERED, bold=True))
        hint = if_(compare(asked, ">", 0), lit(say("start.explain")), lit(""))
        sheet.put(row, FIRST, hint, replace(look.CELL, size=9))
        anything_open = either(*(compare(cell, ">", 0) for cell in (wrong, asked, blank, unjudged)))
        sheet.put(row, FLAG, if_(anything_open, lit(2), lit(0)), look.FLAG)
        sheet.height(row, MESSAGE_HEIGHT)

    # ── how to fill in, legend ──

    def how_to_fill(self, row: int) -> int:
        """What the form says of filling in; the row below it."""
        sheet = self.sheet
        if not self.definition.how_to_fill:
            return row
        sheet.put_over(self.full_width(row), say("start.how"), look.SECTION)
        sheet.height(row, 24)
        for number, text in enumerate(self.definition.how_to_fill, start=1):
            row += 1
            line = f"{number}　{text}"
            sheet.put_over(self.full_width(row), line, look.BODY)
            sheet.height(row, look.height_for(look.lines_needed(line, sum(WIDTHS), 10), 10, 20))
        return row + 2

    def legend(self, row: int) -> None:
        self.sheet.put_over(self.full_width(row), say("start.legend"), look.SECTION)
        self.sheet.height(row, 24)
        row += 1
        cell = replace(look.CENTERED, bold=True)
        for column, (key, fill, ink) in enumerate(
            (
                ("legend.to_fill", look.TO_FILL, look.INK),
                ("legend.computed", look.COMPUTED, look.INK),
                ("legend.right", look.RIGHT, look.RIGHT_INK),
                ("legend.wrong", look.WRONG, look.WRONG_INK),
            ),
            start=1,
        ):
            self.sheet.put(row, column, say(key), replace(cell, fill=fill, color=ink))
        self.sheet.put_over(
            self.full_width(row + 1), say("legend.query"), replace(cell, fill=look.QUERY, color=look.QUERY_INK)
        )
        self.sheet.height(row, 24)
        self.sheet.height(row + 1, 24)


def _text(number: Formula) -> Formula:
    return joined(call("ROUND", number, lit(0)), lit(""))
