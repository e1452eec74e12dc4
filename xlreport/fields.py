"""Names of a form's fields, and the kinds of value they take."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

_PATH = re.compile(r"(?P<path>[a-z][a-z0-9_]*(?:\[[0-9]+\])?(?:\.[a-z][a-z0-9_]*)*)")
_HEAD = re.compile(r"(?P<name>[a-z][a-z0-9_]*)\[(?P<occurrence>[0-9]+)\]")


@dataclass(frozen=True, slots=True, order=True)
class FieldRef:
    """The name of one field: ``table.row.column``, ``section.topic``, or ``section`` alone.

    ``occurrence`` is reserved for tables whose rows repeat: ``table[2].column``.
    """

    path: tuple[str, ...]
    occurrence: int | None = None

    @classmethod
    def parse(cls, text: str) -> "FieldRef | None":
        """The name spelled by ``text``; ``None`` where it is not one."""
        if _PATH.fullmatch(text) is None:
            return None
        head, *rest = text.split(".")
        match = _HEAD.fullmatch(head)
        if match is not None:
            return cls((match["name"], *rest), int(match["occurrence"]))
        return cls((head, *rest))

    @property
    def head(self) -> str:
        """The table or section it belongs to."""
        return self.path[0]

    @property
    def row(self) -> tuple[str, ...]:
        """The path of its row: ``("requests", "received")`` for a field of a table."""
        return self.path[:2]

    def __str__(self) -> str:
        head, *rest = self.path
        mark = "" if self.occurrence is None else f"[{self.occurrence}]"
        return ".".join([head + mark, *rest])


class FieldKind(Enum):
    """What a field takes."""

    COUNT = "count"
    AMOUNT = "amount"
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    DATE = "date"

    @property
    def is_number(self) -> bool:
        """Whether it can be reckoned with."""
        return self in (FieldKind.COUNT, FieldKind.AMOUNT)


COUNT_MAXIMUM = Decimal(999_999_999_999)
"""The largest count: sums of hundreds of them still fit a double exactly."""
AMOUNT_MAXIMUM = Decimal(99_999_999)
"""The largest amount (in its unit, such as 万元): with six decimals it still has 14 digits."""
AMOUNT_MAXIMUM_SCALE = 6
"""The most decimals an amount may have."""
