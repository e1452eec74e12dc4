"""What people type for a figure, taken as the figure they plainly mean, and always with a notice.

Nothing is guessed: full-width digits, spaces, thousands separators and numbers kept as text are taken;
``12件``, ``-``, ``/`` and the like stay what they are, and the check asks for a number.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from xlreport.cells import BLANK, Blank, Boolean, Number, Text, Value, plain, text_value
from xlreport.forms.accepting import accepted_number
from xlreport.forms.definition import Field

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－／", "0123456789.,-/")
_INVISIBLE = re.compile(r"[\s\u3000\u00a0\u200b-\u200f\u2060\ufeff]+")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")


SPACES = (" ", "\u3000", "\u00a0", "\t", "\n", "\r")
"""White space people type; in an explanation anything else counts as a character."""


def without(text: str, *parts: str) -> str:
    """The text with every occurrence of the parts taken out, in their order."""
    for part in parts:
        text = text.replace(part, "")
    return text


@dataclass(frozen=True, slots=True)
class Normalised:
    """What was understood, and the key of the notice that says how (empty: taken as it stands)."""

    value: Value
    notice: str = ""


def normalise_number(field: Field, value: Value) -> Normalised:
    """The figure a cell's content plainly means."""
    if isinstance(value, Number):
        return _without_dust(field, value)
    if not isinstance(value, Text):
        return Normalised(value)
    text = _INVISIBLE.sub("", value.value.translate(_FULL_WIDTH))
    if not text:
        return Normalised(BLANK, "normalised.spaces")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        return Normalised(value)
    return Normalised(Number(Decimal(text)), "normalised.text")


def _without_dust(field: Field, value: Number) -> Normalised:
    """Digits beyond the field's decimals that only binary arithmetic can have left there."""
    accepted = accepted_number(field, value.value)
    if accepted is not None and accepted != value.value:
        return Normalised(Number(accepted), "normalised.dust")
    return Normalised(value)


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: parted by line breaks, indents stripped, empty lines dropped."""
    breaks = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = (line.strip(" \t\u3000\u00a0") for line in breaks.split("\n"))
    return tuple(line for line in lines if line)


def text_of(value: Value) -> Value:
    """A text field's content: a number typed as text is its digits."""
    match value:
        case Text(value=text):
            return text_value("\n".join(paragraphs_of(text)))
        case Number(value=number):
            return Text(plain(number))
        case Boolean(value=truth):
            return Text(str(truth).upper())
        case _:
            return value


_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_SERIAL_EPOCH = 693_594
"""The ordinal of 1899-12-30, from which spreadsheet programs count days."""


def normalise_date(value: Value, days_before_1900: int = 0) -> Normalised:
    """A date as ISO text: 2025-01-12, 2025/1/12 and 2025年1月12日 are taken, a serial with a notice.

    ``days_before_1900`` is added to a serial: workbooks that count from 1904 hold smaller ones.
    """
    from datetime import date  # noqa: PLC0415 - few forms have a date filled in

    if isinstance(value, Number) and 1 <= value.value <= 200_000:  # noqa: PLR2004 - days until the year 2447
        return Normalised(
            Text(date.fromordinal(_SERIAL_EPOCH + days_before_1900 + int(value.value)).isoformat()), "normalised.date"
        )
    if isinstance(value, Blank):
        return Normalised(value)
    if not isinstance(value, Text):
        return Normalised(value, "normalised.no_date")
    match = _DATE.fullmatch(_INVISIBLE.sub("", value.value.translate(_FULL_WIDTH)))
    if match is None:
        return Normalised(value, "normalised.no_date")
    try:
        return Normalised(Text(date(*(int(part) for part in match.groups())).isoformat()))
    except ValueError:
        return Normalised(value, "normalised.no_date")
