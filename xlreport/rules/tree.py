"""A rule with every name looked up: the one tree both back ends work on."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from xlreport.fields import FieldRef


@dataclass(frozen=True, slots=True)
class Constant:
    """A number written in the rule."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold of the form, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class FieldNumber:
    """This year's figure of a field; of a computed one, what we compute."""

    ref: FieldRef


@dataclass(frozen=True, slots=True)
class LastNumber:
    """Last year's figure of a field."""

    ref: FieldRef


@dataclass(frozen=True, slots=True)
class Operation:
    """``+``, ``-`` or ``*``."""

    operator: str
    left: "Term"
    right: "Term"


@dataclass(frozen=True, slots=True)
class Function:
    """``sum``, ``min``, ``max`` or ``abs``."""

    name: str
    arguments: tuple["Term", ...]


Term = Constant | Parameter | FieldNumber | LastNumber | Operation | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two terms compared; the verdict is the sign of ROUND(left − right, ``scale``)."""

    operator: str
    left: Term
    right: Term
    scale: int


@dataclass(frozen=True, slots=True)
class Junction:
    """``and`` or ``or`` over its parts."""

    word: str
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """``not``."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class LevelIn:
    """Whether the unit's level is one of these; an unknown level is none of them."""

    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LastGiven:
    """Whether last year's figures are at hand."""


Condition = Comparison | Junction | Negation | LevelIn | LastGiven
Node = Term | Condition


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, left to right."""
    yield node
    for part in _parts(node):
        yield from walk(part)


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Operation(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Function(arguments=arguments):
            return arguments
        case Junction(parts=parts):
            return parts
        case Negation(part=part):
            return (part,)
        case _:
            return ()


def fields_of(*nodes: Node | None) -> tuple[FieldRef, ...]:
    """This year's fields a rule names, each once, in the order of the rule."""
    found = (part.ref for node in nodes if node is not None for part in walk(node) if isinstance(part, FieldNumber))
    return tuple(dict.fromkeys(found))


def last_fields_of(*nodes: Node | None) -> tuple[FieldRef, ...]:
    """Last year's fields a rule names, each once, in the order of the rule."""
    found = (part.ref for node in nodes if node is not None for part in walk(node) if isinstance(part, LastNumber))
    return tuple(dict.fromkeys(found))
