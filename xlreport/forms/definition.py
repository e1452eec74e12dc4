"""A form, in the words of its paper: sections, tables, fields, rules, parameters, texts of the report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from xlreport.fields import FieldKind, FieldRef
from xlreport.findings import Severity
from xlreport.rules.tree import Comparison, Condition, LastNumber, Term, last_fields_of


@dataclass(frozen=True, slots=True)
class Label:
    """A label in one or more languages; as text it is the Chinese one, else the first there is."""

    texts: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return dict(self.texts).get("zh", self.texts[0][1])


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold of the form, with what it is for."""

    name: str
    value: Decimal
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A column or a row of a table. ``span`` is how many grid columns a column takes on the page."""

    id: str
    label: Label
    span: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Columns or rows under one heading, as printed; groups may stand in groups."""

    label: Label
    members: tuple["Line | Group", ...]


Heading = Line | Group


def lines_of(headings: tuple[Heading, ...]) -> Iterator[Line]:
    """The columns or rows of a tree of headings, in printed order."""
    for heading in headings:
        if isinstance(heading, Group):
            yield from lines_of(heading.members)
        else:
            yield heading


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One part of a table: its own heading, corner, columns and rows."""

    columns: tuple[Heading, ...]
    rows: tuple[Heading, ...]
    heading: Label | None = None
    corner: Label | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of the form. ``side_by_side``: its rows are printed as groups of columns, in one line."""

    id: str
    blocks: tuple[Block, ...]
    side_by_side: bool = False
    note: Label | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A text of the form: one question, answered in up to ``paragraphs`` cells (1: a single line)."""

    ref: FieldRef
    kind: FieldKind
    label: Label
    help: str = ""
    paragraphs: int = 1
    choices: tuple[str, ...] = ()
    printed: bool = True


class Required(Enum):
    """Which texts of a section must be there."""

    NONE = "none"
    ANY = "any"
    """At least one."""
    ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section of the form: either a table or texts. ``printed`` is false for what the report leaves out."""

    id: str
    heading: Label
    sheet: str
    summary: str = ""
    table: Table | None = None
    entries: tuple[Entry, ...] = ()
    required: Required = Required.NONE
    printed: bool = True
    help: str = ""


class Aggregate(Enum):
    """How a parent unit's figure comes from its children's."""

    SUM = "sum"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A number of a table.

    ``maximum`` and ``scale`` (decimals) are its limits, in ``unit`` (件, 万元). ``last`` is the field of
    last year's report whose figure is shown beside it. ``computed`` is its formula where it is a total.
    """

    ref: FieldRef
    kind: FieldKind
    label: str
    row_label: str
    column_label: str
    scale: int = 0
    maximum: Decimal
    unit: str = ""
    help: str = ""
    last: FieldRef
    aggregate: Aggregate = Aggregate.SUM
    computed: Term | None = None

    @property
    def is_input(self) -> bool:
        """Whether the clerk fills it in."""
        return self.computed is None


class JudgementKind(Enum):
    """What a judgement compares."""

    COMPARISON = "comparison"
    """The two sides of a check."""
    TOTAL = "total"
    """What we compute against the total that stands in the cell or the JSON."""
    BLANK = "blank"
    """How many cells are still to fill, against 0."""
    NUMBER = "number"
    """How many cells hold what the field does not take, against 0."""
    BLANK_LAST = "blank-last"
    """How many cells count as 0 and had a figure last year, against 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule as the form states it; ``check`` and ``when`` are its own words."""

    id: str
    severity: Severity
    says: str
    kind: JudgementKind = JudgementKind.COMPARISON
    index: str = ""
    check: str = ""
    when: str = ""
    basis: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """One rule at one place.

    ``says`` may still hold ``{count}``, the number of cells at fault. ``shown`` are the two terms printed as
    left and right. For a total, ``total`` is the field and ``ours`` what we compute. ``fields`` are the fields
    it speaks of (for the cells of a finding), ``reads`` and ``reads_last`` those that must have numbers.
    ``home`` is the field in whose row its message stands.
    """

    key: str
    rule: str
    index: str
    severity: Severity
    kind: JudgementKind
    says: str
    section: str
    fields: tuple[FieldRef, ...]
    home: FieldRef
    check: Comparison | None = None
    when: Condition | None = None
    shown: tuple[Term, Term] | None = None
    total: FieldRef | None = None
    ours: Term | None = None
    scale: int = 0
    reads: tuple[FieldRef, ...] = ()
    reads_last: tuple[FieldRef, ...] = ()

    @property
    def is_against_last(self) -> bool:
        """Whether its sides are this year's and last year's figure, and are better called so than left and right."""
        if self.shown is None:
            return False
        left, right = self.shown
        return isinstance(right, LastNumber) and not last_fields_of(left)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportTexts:
    """Words of the published report; ``{unit}`` and ``{year}`` stand for the unit's name and the year."""

    title: str
    lead: tuple[str, ...] = ()
    lead_field: FieldRef | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FormDefinition:
    """A whole form. Immutable, and the same for everybody who loads the same file.

    ``fields`` are the numbers of all tables in printed order, ``computed`` the totals in the order they
    can be worked out, ``judgements`` every rule at every place, in the order of the file.
    ``digest`` names the content of the file.
    """

    id: str
    version: str
    title: Label
    template_title: str
    summary: str
    basis: str
    levels: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    sections: tuple[Section, ...]
    fields: Mapping[FieldRef, Field]
    computed: tuple[FieldRef, ...]
    rules: tuple[Rule, ...]
    judgements: tuple[Judgement, ...]
    report: ReportTexts
    how_to_fill: tuple[str, ...]
    digest: str

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, in printed order."""
        return tuple(section.table for section in self.sections if section.table is not None)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The texts, in printed order."""
        return tuple(entry for section in self.sections for entry in section.entries)

    def section_of(self, ref: FieldRef) -> Section:
        """The section a field stands in."""
        return next(
            section for section in self.sections if (section.table.id if section.table else section.id) == ref.head
        )

    def first_to_look_at(self, judgement: Judgement) -> FieldRef:
        """The first cell of a comparison that can be filled in, on the sheet it is told on; else where it is told."""
        if judgement.kind is not JudgementKind.COMPARISON:
            return judgement.home
        here = (ref for ref in judgement.fields if ref.head == judgement.home.head and ref in self.fields)
        return next((ref for ref in here if self.fields[ref].is_input), judgement.home)

    def fields_of_table(self, table: str) -> tuple[Field, ...]:
        """The number fields of one table, in printed order."""
        return tuple(field for field in self.fields.values() if field.ref.head == table)
