"""A report as a document: title, headings, paragraphs, tables and notes, in the order they are read.

Nothing here knows how it will be set: a workbook, a Word file and a web page are made from the same blocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xlreport.fields import FieldRef
from xlreport.forms.grid import Grid


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """The title. ``joints`` are the places in it where a line may well end, counted in characters."""

    text: str
    joints: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading: level 1 is a section (一、), level 2 a topic of it (（一）)."""

    text: str
    level: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """One paragraph of running text, without its indent."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TableBlock:
    """A table of the form with its figures; a field without one is printed empty.

    ``totals`` are the fields that are computed.
    """

    grid: Grid
    figures: Mapping[FieldRef, Decimal] = field(default_factory=dict)
    totals: frozenset[FieldRef] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A note under a table."""

    text: str


Block = Title | Heading | Paragraph | TableBlock | Note


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainedQuery:
    """A query that was accepted: what must hold, both sides, their difference, and why it is right all the same."""

    rule: str
    says: str
    left: Decimal | None
    right: Decimal | None
    difference: Decimal | None
    explanation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenFindings:
    """What keeps a submission from being accepted: how much of each kind, and every finding in its words."""

    error: int
    query: int
    blank: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole report, and what goes with it for the office.

    That is the explained queries, what is still open where it was not accepted, and the units a sum lacks.
    A ``draft`` says so on every page.
    """

    title: str
    blocks: tuple[Block, ...]
    explained: tuple[ExplainedQuery, ...] = ()
    still_open: OpenFindings | None = None
    missing: tuple[str, ...] = ()
    draft: bool = False
