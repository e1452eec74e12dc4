"""From the entries of ``form.toml`` to a form: fields, totals in order, and every rule at every place."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from string import Formatter
from typing import NamedTuple, TypeVar

from xlreport.cells import plain
from xlreport.errors import Problem
from xlreport.fields import AMOUNT_MAXIMUM, AMOUNT_MAXIMUM_SCALE, COUNT_MAXIMUM, FieldKind, FieldRef
from xlreport.findings import Severity
from xlreport.forms.definition import (
    Aggregate,
    Block,
    Entry,
    Field,
    FormDefinition,
    Group,
    Heading,
    Judgement,
    JudgementKind,
    Label,
    Line,
    Parameter,
    ReportTexts,
    Required,
    Rule,
    Section,
    Table,
    lines_of,
)
from xlreport.forms.grid import plan_grid
from xlreport.forms.layout import HIDDEN_SHEET, word_sheets
from xlreport.forms.source import (
    BlockSource,
    EntrySource,
    FormSource,
    GroupSource,
    HeadingSource,
    LabelSource,
    LineSource,
    ParameterSource,
    RuleSource,
    SectionSource,
    TableSource,
)
from xlreport.messages import say
from xlreport.rules.formula import utf16_length
from xlreport.rules.parse import KEYWORDS, RuleSyntaxError
from xlreport.rules.resolve import Bounds, Scope, resolve_check, resolve_condition, resolve_term
from xlreport.rules.tree import Constant, FieldNumber, Term, fields_of, last_fields_of

_T = TypeVar("_T")
_SHEET_NAME = re.compile(r"(?!')[^\[\]:*?/\\\x00-\x1f]{1,31}(?<!')")
_EXCEL_KEEPS = "history"  # Excel's own name for the sheet of tracked changes
_MAX_GRID_COLUMNS = 60
_MOST_SAID = 240  # Excel takes 255 UTF-16 units in a formula's text; a mark stands before it
_MAX_CHOICES = 255  # UTF-16 units Excel takes for a list with its commas
_MAX_PARAMETER = Decimal(10) ** 15  # a double keeps 15 digits
_RESERVED = frozenset({"it", "last", "level", "given", *KEYWORDS})


def compile_form(source: FormSource, digest: str) -> tuple[FormDefinition, tuple[Problem, ...]]:
    """The form a file says, and everything wrong with it; with problems, the form is not to be used."""
    compiler = _Compiler(source)
    definition = compiler.definition(digest)
    return definition, tuple(dict.fromkeys(compiler.problems))


def label(source: LabelSource) -> Label:
    """A label as written: one text, or one for each language."""
    return Label((("zh", source),)) if isinstance(source, str) else Label(tuple(source.items()))


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """One place a rule is applied to: what short names mean there, and what its words are filled in with."""

    index: str
    short: Mapping[str, FieldRef]
    it: FieldRef | None
    words: Mapping[str, str]


@dataclasses.dataclass
class _Draft:
    """A number field while the form is compiled: its formulas are still words."""

    field: Field
    row_path: str
    column_path: str
    row_formula: str | None = None
    column_formula: str | None = None
    row_rule: str | None = None
    column_rule: str | None = None
    in_row: Mapping[str, FieldRef] = dataclasses.field(default_factory=dict)
    in_column: Mapping[str, FieldRef] = dataclasses.field(default_factory=dict)


class _SourceLine(NamedTuple):
    """A column or row with its full label and its path in the file."""

    line: LineSource
    label: str
    path: str


class _Compiler:
    def __init__(self, source: FormSource) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.drafts: dict[FieldRef, _Draft] = {}
        self.bounds: dict[FieldRef, Bounds] = {}
        self.tables: dict[str, Table] = {}
        self.texts: frozenset[FieldRef] = frozenset()
        self.totals: list[tuple[str, FieldRef, str, Term]] = []  # rule, field, index, what we compute
        self.parameters = {name: _parameter(name, value) for name, value in source.params.items()}

    def problem(self, path: str, key: str, **values: object) -> None:
        self.problems.append(Problem(path, say(key, **values)))

    def rule_problem(self, path: str, error: RuleSyntaxError) -> None:
        self.problems.append(Problem(path, error.message, error.excerpt))

    # ── the whole ──

    def definition(self, digest: str) -> FormDefinition:
        source = self.source
        for name, parameter in self.parameters.items():
            self.check_parameter(parameter, f"params.{name}")
        for position, table in enumerate(source.tables):
            self.tables.setdefault(table.id, self.table(table, f"tables[{position}]"))
        self.unique([table.id for table in source.tables], "tables")
        sections = tuple(self.section(one, f"sections[{at}]") for at, one in enumerate(source.sections))
        self.texts = frozenset(entry.ref for section in sections for entry in section.entries)
        self.check_sections(sections)
        computed = self.computed_fields()
        self.check_inputs()
        self.places_known(source.template_title, ("title", "year"), "template_title")
        fields = {ref: draft.field for ref, draft in self.drafts.items()}
        judgements = self.judgements(sections)
        return FormDefinition(
            id=source.id,
            version=source.version,
            title=label(source.title),
            template_title=source.template_title or say("start.title", year="{year}", title="{title}"),
            summary=source.summary,
            basis=source.basis,
            levels=dict(source.levels),
            parameters=self.parameters,
            sections=sections,
            fields=fields,
            computed=computed,
            rules=tuple(_rule(rule, self.total_rules) for rule in source.rules),
            judgements=judgements,
            report=self.report(sections),
            how_to_fill=tuple(source.how_to_fill),
            digest=digest,
        )

    def unique(self, names: list[str], path: str) -> None:
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self.problem(path, "form.duplicate", name=name)

    def check_parameter(self, parameter: Parameter, path: str) -> None:
        if parameter.name in _RESERVED:
            self.problem(path, "form.reserved_name", name=parameter.name)
        if abs(parameter.value) >= _MAX_PARAMETER or len(plain(parameter.value).replace(".", "").strip("-0")) > 15:  # noqa: PLR2004 - digits of a double
            self.problem(path, "form.parameter")

    def report(self, sections: tuple[Section, ...]) -> ReportTexts:
        source = self.source.report
        lead_field = FieldRef.parse(source.lead_field) if source.lead_field else None
        known = {entry.ref for section in sections for entry in section.entries}
        if source.lead_field and lead_field not in known:
            self.problem("report.lead_field", "form.no_field", name=source.lead_field)
        for at, text in enumerate([source.title, *source.lead]):
            path = "report.title" if at == 0 else f"report.lead[{at - 1}]"
            self.places_known(text, ("unit", "year"), path)
        return ReportTexts(title=source.title, lead=tuple(source.lead), lead_field=lead_field)

    # ── sections ──

    def section(self, source: SectionSource, path: str) -> Section:
        contents = [bool(source.table), source.text is not None, bool(source.topics)]
        if sum(contents) != 1:
            self.problem(path, "form.section_content")
        if source.table and source.table not in self.tables:
            self.problem(f"{path}.table", "form.no_table", name=source.table)
        if source.table and source.required != "none":
            self.problem(f"{path}.required", "form.only_for", name="required", where=say("form.where.texts"))
        if not _is_sheet_name(source.sheet):
            self.problem(f"{path}.sheet", "form.sheet_name", name=source.sheet)
        self.unique([topic.id for topic in source.topics], f"{path}.topics")
        for at, topic in enumerate(source.topics):
            self.check_choices(topic, f"{path}.topics[{at}].choices")
        return Section(
            id=source.id,
            heading=label(source.heading),
            sheet=source.sheet,
            summary=source.summary,
            table=self.tables.get(source.table) if source.table else None,
            entries=_entries(source),
            required=Required(source.required),
            printed=source.printed,
            help=source.help,
        )

    def check_choices(self, topic: EntrySource, path: str) -> None:
        if topic.kind != "choice":
            if topic.choices:
                self.problem(path, "form.only_for", name="choices", where=say("form.where.choice"))
        elif not _are_choices(topic.choices):
            self.problem(path, "form.choices")

    def check_sections(self, sections: tuple[Section, ...]) -> None:
        reserved = [say("sheet.start"), say("sheet.checks"), *word_sheets(), HIDDEN_SHEET]
        self.unique([section.sheet.casefold() for section in sections] + reserved, "sections")
        used = [section.table.id for section in sections if section.table is not None]
        for name in dict.fromkeys(used):
            if used.count(name) > 1:
                self.problem("sections", "form.table_used_twice", name=name)
        for at, table in enumerate(self.source.tables):
            if table.id not in used:
                self.problem(f"tables[{at}]", "form.table_unused", name=table.id)
        self.unique([section.id for section in sections], "sections")
        texts = {section.id for section in sections if section.table is None}
        for name in sorted(texts.intersection(self.tables)):
            self.problem("sections", "form.duplicate", name=name)

    # ── tables and fields ──

    def table(self, source: TableSource, path: str) -> Table:
        before = len(self.problems)
        self.check_table(source, path)
        blocks = tuple(self.blocks(source, path))
        table = Table(
            id=source.id,
            blocks=blocks,
            side_by_side=source.print == "rows-as-column-groups",
            note=label(source.note) if source.note is not None else None,
        )
        self.unique([line.id for block in blocks for line in lines_of(block.rows)], f"{path}.rows")
        if len(self.problems) == before:
            self.check_width(table, path)
        return table

    def check_table(self, source: TableSource, path: str) -> None:
        has_lines = bool(source.columns or source.rows)
        if has_lines == bool(source.blocks) or bool(source.columns) != bool(source.rows):
            self.problem(path, "form.blocks_or_plain")
        side_by_side = source.print == "rows-as-column-groups"
        if side_by_side and source.blocks:
            self.problem(path, "form.side_by_side_blocks")
        if source.corner is not None and (source.blocks or side_by_side):
            self.problem(f"{path}.corner", "form.only_for", name="corner", where=say("form.where.corner"))
        self.check_id(source.id, f"{path}.id")

    def check_id(self, name: str, path: str) -> None:
        if name in _RESERVED:
            self.problem(path, "form.reserved_name", name=name)
        elif name in self.parameters:
            self.problem(path, "form.short_clash", name=name)

    def check_width(self, table: Table, path: str) -> None:
        if len({sum(line.span for line in lines_of(block.columns)) for block in table.blocks}) > 1:
            self.problem(f"{path}.blocks", "form.uneven_blocks")
        if plan_grid(table).columns > _MAX_GRID_COLUMNS:
            self.problem(path, "form.too_wide")

    def blocks(self, source: TableSource, path: str) -> Iterator[Block]:
        if source.blocks:
            for at, block in enumerate(source.blocks):
                yield self.block(source, block, f"{path}.blocks[{at}]")
        elif source.columns and source.rows:
            block = BlockSource(corner=source.corner, columns=source.columns, rows=source.rows)
            yield self.block(source, block, path)

    def block(self, table: TableSource, source: BlockSource, path: str) -> Block:
        rows = list(_source_lines(source.rows, f"{path}.rows"))
        columns = list(_source_lines(source.columns, f"{path}.columns"))
        self.unique([column.line.id for column in columns], f"{path}.columns")
        self.check_source_lines(table, rows, columns)
        for row in rows:
            for column in columns:
                draft = _draft_field(table, row, column, alone=len(columns) == 1)
                draft.in_row = {one.line.id: FieldRef((table.id, row.line.id, one.line.id)) for one in columns}
                draft.in_column = {one.line.id: FieldRef((table.id, one.line.id, column.line.id)) for one in rows}
                self.drafts.setdefault(draft.field.ref, draft)
        return Block(
            heading=label(source.heading) if source.heading is not None else None,
            corner=label(source.corner) if source.corner is not None else None,
            columns=_headings(source.columns),
            rows=_headings(source.rows),
        )

    def check_source_lines(self, table: TableSource, rows: list[_SourceLine], columns: list[_SourceLine]) -> None:
        for line, others in (*((row, columns) for row in rows), *((column, rows) for column in columns)):
            self.check_id(line.line.id, f"{line.path}.id")
            self.check_formula_words(line)
            kinds = {one.line.kind or line.line.kind or table.kind for one in others}
            if line.line.scale is not None and "amount" not in kinds:
                self.problem(f"{line.path}.scale", "form.only_for", name="scale", where=say("form.where.amount"))
        for row in rows:
            if row.line.span != 1:
                self.problem(f"{row.path}.span", "form.only_for", name="span", where=say("form.where.column"))

    def check_formula_words(self, line: _SourceLine) -> None:
        if line.line.computed is None and line.line.rule is not None:
            self.problem(f"{line.path}.rule", "form.only_for", name="rule", where=say("form.where.computed"))
        if line.line.computed is not None and line.line.rule is None:
            self.problem(f"{line.path}.rule", "form.total_needs_rule")

    # ── totals ──

    def computed_fields(self) -> tuple[FieldRef, ...]:
        """Resolve every formula twice: once for who needs whom, then in that order for how large it becomes."""
        self.bounds = {ref: Bounds(draft.field.maximum, draft.field.scale) for ref, draft in self.drafts.items()}
        needs = {
            ref: [need for need in fields_of(term) if _formula(self.drafts[need])]
            for ref, draft in self.drafts.items()
            if _formula(draft) and (term := self.formula(ref, draft)) is not None
        }
        order = self.ordered(needs)
        for ref in order:
            self.compute(ref)
        self.check_last_names()
        self.totals.sort(key=lambda total: list(self.drafts).index(total[1]))
        return tuple(order)

    def ordered(self, needs: dict[FieldRef, list[FieldRef]]) -> list[FieldRef]:
        order: list[FieldRef] = []
        waiting = dict(needs)
        while waiting:
            ready = [ref for ref, named in waiting.items() if not any(name in waiting for name in named)]
            if not ready:
                self.problem("tables", "form.cycle", names="、".join(map(str, waiting)))
                return order
            order += ready
            for ref in ready:
                del waiting[ref]
        return order

    def formula(self, ref: FieldRef, draft: _Draft, *, of_column: bool = False) -> Term | None:
        """The formula of a total as a tree: the row's where it has one, else the column's."""
        use_row = draft.row_formula is not None and not of_column
        words = draft.row_formula if use_row else draft.column_formula
        short = draft.in_column if use_row else draft.in_row
        assert words is not None  # noqa: S101 - only called for fields that have a formula
        path = f"{draft.row_path if use_row else draft.column_path}.computed"
        resolved = self.resolve(resolve_term, words, Scope(fields=self.bounds, short=short, texts=self.texts), path)
        if resolved is None:
            return None
        term, bounds = resolved
        if last_fields_of(term):
            self.problem(path, "form.total_of_last")
            return None
        if not fields_of(term):
            self.problem(path, "form.names_no_field")
            return None
        if not of_column:
            self.bounds[ref] = bounds
        return term

    def compute(self, ref: FieldRef) -> None:
        draft = self.drafts[ref]
        term = self.formula(ref, draft)
        if term is None:
            return
        bounds = self.bounds[ref]
        draft.field = dataclasses.replace(draft.field, computed=term, maximum=bounds.magnitude, scale=bounds.scale)
        if draft.row_formula is not None:
            self.total(draft.row_rule, ref, ref.path[2], FieldNumber(ref), draft.row_path)
            if draft.column_formula is not None and (other := self.formula(ref, draft, of_column=True)) is not None:
                self.total(draft.column_rule, ref, ref.path[1], other, draft.column_path)
        else:
            self.total(draft.column_rule, ref, ref.path[1], FieldNumber(ref), draft.column_path)

    def total(self, rule: str | None, ref: FieldRef, index: str, ours: Term, path: str) -> None:
        if rule is None:
            return  # said already
        if all(one.id != rule or one.check is not None for one in self.source.rules):
            self.problem(f"{path}.rule", "form.no_rule", name=rule)
        else:
            self.totals.append((rule, ref, index, ours))

    def check_last_names(self) -> None:
        for draft in self.drafts.values():
            if draft.field.last not in self.drafts:
                row_renamed = draft.field.last.path[1] != draft.field.ref.path[1]
                path = draft.row_path if row_renamed else draft.column_path
                self.problem(f"{path}.last", "form.no_field", name=draft.field.last)

    def check_inputs(self) -> None:
        for at, table in enumerate(self.source.tables):
            drafts = [draft for ref, draft in self.drafts.items() if ref.head == table.id]
            if drafts and all(map(_formula, drafts)):
                self.problem(f"tables[{at}]", "form.no_inputs")

    @property
    def total_rules(self) -> frozenset[str]:
        """The rules that totals name."""
        return frozenset(total[0] for total in self.totals)

    # ── judgements ──

    def judgements(self, sections: tuple[Section, ...]) -> tuple[Judgement, ...]:
        self.section_ids = {(section.table.id if section.table else section.id): section.id for section in sections}
        found: list[Judgement] = []
        for at, rule in enumerate(self.source.rules):
            path = f"rules[{at}]"
            for judgement in self.expanded(rule, sections, path):
                if any(judgement.key == other.key for other in found):
                    self.problem(path, "form.key_twice", name=judgement.key)
                found.append(judgement)
        return tuple(found)

    def expanded(self, rule: RuleSource, sections: tuple[Section, ...], path: str) -> Iterator[Judgement]:
        if rule.kind != "comparison":
            self.must_not_have(rule, path, "each", "when", "check", "show", "at", "index")
            yield from self.counting(rule, sections, path)
        elif rule.check is None:
            if rule.id not in self.total_rules:
                self.problem(path, "form.total_without_claim", name=rule.id)
            self.must_not_have(rule, path, "each", "when", "show", "at", "index", "of")
            yield from self.total_judgements(rule, path)
        else:
            self.must_not_have(rule, path, "of")
            yield from self.comparisons(rule, rule.check, path)

    def must_not_have(self, rule: RuleSource, path: str, *names: str) -> None:
        for name in names:
            if getattr(rule, name):
                self.problem(f"{path}.{name}", "form.rule_must_not", name=name)

    def total_judgements(self, rule: RuleSource, path: str) -> Iterator[Judgement]:
        for name, ref, index, ours in self.totals:
            if name != rule.id:
                continue
            made = self.drafts[ref].field
            reads = fields_of(ours)
            parts = fields_of(made.computed) if isinstance(ours, FieldNumber) else reads
            words = {"row": made.row_label, "column": made.column_label, "field": made.label}
            yield Judgement(
                key=f"{rule.id}[{index}]",
                rule=rule.id,
                index=index,
                severity=Severity(rule.severity),
                kind=JudgementKind.TOTAL,
                says=self.fill(rule.says, words, f"{path}.says"),
                section=self.section_ids.get(ref.head, ""),
                fields=(*parts, ref),
                home=ref,
                total=ref,
                ours=ours,
                scale=max(made.scale, AMOUNT_MAXIMUM_SCALE),  # a claim may have any decimals
                reads=reads,
            )

    def comparisons(self, rule: RuleSource, check: str, path: str) -> Iterator[Judgement]:
        if rule.show is not None and len(rule.show) != 2:  # noqa: PLR2004 - a left and a right side
            self.problem(f"{path}.show", "form.show_two")
            return
        for place in self.places(rule, path):
            judgement = self.comparison(rule, check, place, path)
            if judgement is None:
                return  # the same words fail at every place: one problem says it
            yield judgement

    def comparison(self, rule: RuleSource, check: str, place: _Place, path: str) -> Judgement | None:
        scope = Scope(
            fields=self.bounds,
            parameters={name: parameter.value for name, parameter in self.parameters.items()},
            short=place.short,
            it=place.it,
            levels=tuple(self.source.levels),
            texts=self.texts,
        )
        resolved_check = self.resolve(resolve_check, check, scope, f"{path}.check")
        when = self.resolve(resolve_condition, rule.when, scope, f"{path}.when") if rule.when else None
        if resolved_check is None or (rule.when and when is None):
            return None
        shown, scale = (resolved_check.left, resolved_check.right), resolved_check.scale
        if rule.show is not None:
            sides = [self.resolve(resolve_term, words, scope, f"{path}.show") for words in rule.show]
            left, right = sides
            if left is None or right is None:
                return None
            shown, scale = (left[0], right[0]), max(left[1].scale, right[1].scale)
        named = fields_of(*shown, resolved_check) or fields_of(when)
        if not named:
            self.problem(f"{path}.check", "form.names_no_field")
            return None
        home = self.home(rule, place, named, path)
        index = ".".join(part for part in (place.index, rule.index) if part)
        return Judgement(
            key=f"{rule.id}[{index}]" if index else rule.id,
            rule=rule.id,
            index=index,
            severity=Severity(rule.severity),
            kind=JudgementKind.COMPARISON,
            says=self.fill(rule.says, place.words, f"{path}.says"),
            section=self.section_ids.get(home.head, ""),
            fields=named,
            home=home,
            check=resolved_check,
            when=when,
            shown=shown,
            scale=scale,
            reads=fields_of(when, resolved_check),
            reads_last=last_fields_of(when, resolved_check),
        )

    def resolve(self, how: Callable[[str, Scope], _T], words: str, scope: Scope, path: str) -> _T | None:
        try:
            return how(words, scope)
        except RuleSyntaxError as error:
            self.rule_problem(path, error)
            return None

    def home(self, rule: RuleSource, place: _Place, named: tuple[FieldRef, ...], path: str) -> FieldRef:
        if rule.at is None:
            return place.it or named[0]
        ref = place.short.get(rule.at) or FieldRef.parse(rule.at)
        if ref not in self.drafts:
            self.problem(f"{path}.at", "form.home", name=rule.at)
            return named[0]
        return ref

    # ── where a rule applies ──

    def places(self, rule: RuleSource, path: str) -> Iterator[_Place]:
        match rule.each:
            case None:
                yield _Place("", {}, None, {})
            case str(words):
                yield from self.lines(words, f"{path}.each")
            case []:
                self.problem(f"{path}.each", "form.each")
            case names:
                for at, name in enumerate(names):
                    yield from self.named(name, f"{path}.each[{at}]")

    def lines(self, words: str, path: str) -> Iterator[_Place]:
        match = re.fullmatch(r"(column|row) of ([a-z][a-z0-9_]*)", words)
        if match is None:
            self.problem(path, "form.each")
            return
        if match[2] not in self.tables:
            self.problem(path, "form.no_table", name=match[2])
            return
        seen = set()
        for ref, draft in self.drafts.items():
            line = ref.path[2] if match[1] == "column" else ref.path[1]
            short = draft.in_column if match[1] == "column" else draft.in_row
            cells = tuple(short.values())  # two blocks may have a column of the same name
            if ref.head == match[2] and cells not in seen:
                seen.add(cells)
                words_here = {"column": draft.field.column_label, "row": draft.field.row_label}
                yield _Place(line, short, None, {match[1]: words_here[match[1]]})

    def named(self, name: str, path: str) -> Iterator[_Place]:
        ref = FieldRef.parse(name)
        if ref in self.drafts:
            made = self.drafts[ref].field
            words = {"field": made.label, "row": made.row_label, "column": made.column_label}
            yield _Place(name, {}, ref, words)
            return
        row = next((draft for one, draft in self.drafts.items() if ref is not None and one.row == ref.path), None)
        if row is None:
            self.problem(path, "form.no_field", name=name)
            return
        yield _Place(name, row.in_row, None, {"row": row.field.row_label})

    # ── counting rules: blanks and values a field does not take ──

    def counting(self, rule: RuleSource, sections: tuple[Section, ...], path: str) -> Iterator[Judgement]:
        kind = JudgementKind(rule.kind)
        if kind is JudgementKind.NUMBER and not rule.of:
            self.problem(f"{path}.of", "form.rule_needs", name="of")
        kinds = {FieldKind(one) for one in rule.of} or {FieldKind.COUNT, FieldKind.AMOUNT}
        for section in sections:
            if section.table is not None:
                yield from self.counting_rows(rule, kind, kinds, section, path)
            elif kind is JudgementKind.BLANK and section.required is not Required.NONE:
                yield from self.counting_texts(rule, section, path)

    def counting_rows(
        self, rule: RuleSource, kind: JudgementKind, kinds: set[FieldKind], section: Section, path: str
    ) -> Iterator[Judgement]:
        table = section.table
        assert table is not None  # noqa: S101 - the caller asked
        rows: dict[str, list[Field]] = {}
        for ref, draft in self.drafts.items():
            if ref.head == table.id and not _formula(draft) and draft.field.kind in kinds:
                index = table.id if table.side_by_side else f"{table.id}.{ref.path[1]}"
                rows.setdefault(index, []).append(draft.field)
        for index, fields in rows.items():
            row_label = str(section.heading) if table.side_by_side else fields[0].row_label
            yield self.counted(
                rule, kind, index, tuple(one.ref for one in fields), words=row_label, section=section, path=path
            )

    def counting_texts(self, rule: RuleSource, section: Section, path: str) -> Iterator[Judgement]:
        refs = tuple(entry.ref for entry in section.entries)
        if section.required is Required.ANY or len(refs) == 1:
            yield self.counted(
                rule, JudgementKind.BLANK, section.id, refs, words=str(section.heading), section=section, path=path
            )
            return
        for entry in section.entries:
            yield self.counted(
                rule,
                JudgementKind.BLANK,
                str(entry.ref),
                (entry.ref,),
                words=str(entry.label),
                section=section,
                path=path,
            )

    def counted(
        self,
        rule: RuleSource,
        kind: JudgementKind,
        index: str,
        refs: tuple[FieldRef, ...],
        *,
        words: str,
        section: Section,
        path: str,
    ) -> Judgement:
        return Judgement(
            key=f"{rule.id}[{index}]",
            rule=rule.id,
            index=index,
            severity=Severity(rule.severity),
            kind=kind,
            says=self.fill(rule.says, {"row": words}, f"{path}.says", keep=("count",)),
            section=section.id,
            fields=refs,
            home=refs[0],
            shown=(Constant(Decimal(0)), Constant(Decimal(0))),
        )

    def fill(self, text: str, words: Mapping[str, str], path: str, keep: tuple[str, ...] = ()) -> str:
        """The text with its places filled in; those in ``keep`` stay for later."""
        known = {name: plain(parameter.value) for name, parameter in self.parameters.items()} | dict(words)
        known |= {name: "{" + name + "}" for name in keep}
        if not self.places_known(text, known, path):
            return text
        filled = text.format_map(known)
        without = filled.replace("{count}", "") if "count" in keep else filled
        if "{" in without or "}" in without:
            self.problem(path, "form.braces")  # a label's own braces would be taken for places later
        if path.endswith(".says") and utf16_length(filled) > _MOST_SAID:
            self.problem(path, "form.says_too_long", length=utf16_length(filled), limit=_MOST_SAID)
        return filled

    def places_known(self, text: str, known: Iterable[str], path: str) -> bool:
        """Whether every ``{place}`` of a text is known; those that are not are problems."""
        try:
            pieces = list(Formatter().parse(text))
        except ValueError:
            self.problem(path, "form.braces")
            return False
        unknown = [name for _, name, _, _ in pieces if name is not None and name not in known]
        formatted = [name for _, name, form, conversion in pieces if name is not None and (form or conversion)]
        for name in dict.fromkeys([*unknown, *formatted]):
            self.problem(path, "form.placeholder", name=name)
        return not (unknown or formatted)


# ── small pieces ──────────────────────────────────────────────────────────────────────────────────


def _is_sheet_name(name: str) -> bool:
    return _SHEET_NAME.fullmatch(name) is not None and utf16_length(name) <= 31 and name.casefold() != _EXCEL_KEEPS  # noqa: PLR2004 - Excel's limit, as in the pattern


def _are_choices(choices: list[str]) -> bool:
    plain_ones = all(choice.strip() == choice != "" and "," not in choice for choice in choices)
    return bool(choices) and plain_ones and utf16_length(",".join(choices)) <= _MAX_CHOICES


def _parameter(name: str, value: ParameterSource | Decimal | int) -> Parameter:
    if isinstance(value, ParameterSource):
        return Parameter(name, Decimal(value.value), value.label)
    return Parameter(name, Decimal(value))


def _rule(rule: RuleSource, totals: frozenset[str]) -> Rule:
    kind = JudgementKind.TOTAL if rule.id in totals and rule.check is None else JudgementKind(rule.kind)
    return Rule(
        id=rule.id,
        severity=Severity(rule.severity),
        says=rule.says,
        kind=kind,
        index=rule.index or "",
        check=rule.check or "",
        when=rule.when or "",
        basis=rule.basis,
    )


def _entries(section: SectionSource) -> tuple[Entry, ...]:
    if section.text is not None:
        return (
            Entry(
                ref=FieldRef((section.id,)),
                kind=FieldKind.TEXT,
                label=label(say("text.label")),
                help=section.text.help,
                paragraphs=section.text.paragraphs,
                printed=section.printed,
            ),
        )
    return tuple(
        Entry(
            ref=FieldRef((section.id, topic.id)),
            kind=FieldKind(topic.kind),
            label=label(topic.label),
            help=topic.help,
            paragraphs=topic.paragraphs if topic.kind == "text" else 1,
            choices=tuple(topic.choices),
            printed=section.printed,
        )
        for topic in section.topics
    )


def _headings(sources: list[HeadingSource]) -> tuple[Heading, ...]:
    return tuple(
        Group(label=label(source.group), members=_headings(source.of))
        if isinstance(source, GroupSource)
        else Line(id=source.id, label=label(source.label), span=source.span)
        for source in sources
    )


def _source_lines(sources: list[HeadingSource], path: str, groups: tuple[str, ...] = ()) -> Iterator[_SourceLine]:
    """Columns or rows in printed order; one in a group of a group bears the inner group's label, too."""
    for at, source in enumerate(sources):
        here = f"{path}[{at}]"
        if isinstance(source, GroupSource):
            yield from _source_lines(source.of, f"{here}.of", (*groups, str(label(source.group))))
        else:
            own = str(label(source.label))
            inner = len(groups) > 1 and ".rows" in path
            yield _SourceLine(source, f"{groups[-1]}·{own}" if inner else own, here)


def _draft_field(table: TableSource, row: _SourceLine, column: _SourceLine, *, alone: bool) -> _Draft:
    kind = FieldKind(column.line.kind or row.line.kind or table.kind)
    is_amount = kind is FieldKind.AMOUNT
    scale = next((one for one in (column.line.scale, row.line.scale) if one is not None), AMOUNT_MAXIMUM_SCALE)
    last = FieldRef((table.id, row.line.last or row.line.id, column.line.last or column.line.id))
    made = Field(
        ref=FieldRef((table.id, row.line.id, column.line.id)),
        kind=kind,
        label=row.label if alone else f"{row.label}·{column.label}",
        row_label=row.label,
        column_label=column.label,
        scale=scale if is_amount else 0,
        maximum=AMOUNT_MAXIMUM if is_amount else COUNT_MAXIMUM,
        unit=column.line.unit or row.line.unit or table.unit,
        help="".join(part for part in (row.line.help, column.line.help) if part),
        last=last,
        aggregate=Aggregate.NONE if "none" in (row.line.aggregate, column.line.aggregate) else Aggregate.SUM,
    )
    return _Draft(
        field=made,
        row_path=row.path,
        column_path=column.path,
        row_formula=row.line.computed,
        column_formula=column.line.computed,
        row_rule=row.line.rule,
        column_rule=column.line.rule,
    )


def _formula(draft: _Draft) -> bool:
    return draft.row_formula is not None or draft.column_formula is not None
