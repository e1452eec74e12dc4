"""What people type for a figure, taken as the figure they plainly mean, and always with a notice.

Nothing is guessed: full-width digits, white space around a figure, thousands separators and numbers kept as text
are taken; ``12件``, ``-``, ``/`` and the like stay what they are, and the check says what to type instead.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlreport.cells import BLANK, Blank, Boolean, Number, Text, Value, double_to_decimal, plain, text_value
from xlreport.forms.accepting import accepted_number
from xlreport.forms.definition import Field
from xlreport.reading.stored import Display

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－−＋／", "0123456789.,--+/")
_WITHOUT_WIDTH = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SPACE = re.compile(r"\s+")
_GROUPED = re.compile(r"\+?[0-9]{1,3}(?:([, ])[0-9]{3})(?:\1[0-9]{3}){0,3}(?:\.[0-9]{0,15})?")
_PLAIN = re.compile(r"\+?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})|-0{1,15}(?:\.0{0,15})?")

LONGEST_FIGURE = 200
"""Characters of a text that may be a figure, with all that may stand around it."""
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


def squeezed(text: str) -> str:
    """Words without white space: programs and people break lines as they like."""
    return "".join(text.split()).casefold()


def half_width(text: str) -> str:
    """A text with figures and signs in half width, characters without width gone, and white space as single spaces."""
    return _SPACE.sub(" ", _WITHOUT_WIDTH.sub("", text.translate(_FULL_WIDTH))).strip()


def normalise_number(field: Field, value: Value) -> Normalised:
    """The figure a cell's content plainly means; a text that is none the field takes stays a text."""
    if isinstance(value, Number):
        return _without_dust(field, value)
    if not isinstance(value, Text) or len(value.value.strip()) > LONGEST_FIGURE:
        return Normalised(value)
    text = half_width(value.value)
    if not text:
        return Normalised(BLANK, "normalised.spaces")
    number = _number_in(text)
    accepted = None if number is None else accepted_number(field, double_to_decimal(float(number)))
    return Normalised(value) if accepted is None else Normalised(Number(accepted), "normalised.text")


def _number_in(text: str) -> Decimal | None:
    """The number a text is, as a spreadsheet program would take it when typed: ``+5``, ``.5``, ``12.`` and ``-0`` too.

    A space or comma inside must part thousands: ``1 2`` may be two numbers, ``3,44`` may be 3.44.
    """
    if _GROUPED.fullmatch(text):
        return Decimal(without(text, ",", " "))
    return Decimal(text) if _PLAIN.fullmatch(text) else None


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


def text_as_shown(value: Value, display: Display, days_before_1900: int = 0) -> Normalised:
    """A text field's content where the cell shows a number as a date or a per cent: what a person sees."""
    if not isinstance(value, Number) or display is Display.NUMBER:
        return Normalised(value)
    if display is Display.PERCENT:
        return Normalised(Text(f"{plain(value.value * 100)}%"), "normalised.percent")
    day = day_of(value.value, days_before_1900)
    return Normalised(value) if day is None else Normalised(Text(day.isoformat()), "normalised.date")


_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_SERIAL_EPOCH = 693_594
"""The ordinal of 1899-12-30, from which spreadsheet programs count days."""
_LEAP_DAY = 60
"""The serial of 29 February 1900, a day there was not; before it spreadsheet programs are one day ahead."""
_FIRST_PLAIN_DAY = date(1950, 1, 1)
"""Before it a number that does not look like a date is more likely to be a year, or a count of something."""


def day_of(number: Decimal, days_before_1900: int = 0) -> date | None:
    """The day a serial number stands for, from 1900 to 9999; ``None`` where it is none.

    ``days_before_1900`` is added to a serial: workbooks that count from 1904 hold smaller ones.
    """
    days = number + days_before_1900
    if not 1 <= days <= date.max.toordinal() - _SERIAL_EPOCH:
        return None
    return date.fromordinal(_SERIAL_EPOCH + int(days) + (days < _LEAP_DAY))


def normalise_date(value: Value, display: Display = Display.NUMBER, days_before_1900: int = 0) -> Normalised:
    """A date as ISO text: 2025-01-12, 2025/1/12 and 2025年1月12日 are taken, a serial with a notice."""
    if isinstance(value, Blank):
        return Normalised(value)
    if isinstance(value, Number):
        return _date_of_serial(value, display, days_before_1900)
    match = _DATE.fullmatch(without(half_width(value.value), " ")) if isinstance(value, Text) else None
    if match is None:
        return Normalised(value, "normalised.no_date")
    try:
        return Normalised(Text(date(*(int(part) for part in match.groups())).isoformat()))
    except ValueError:
        return Normalised(value, "normalised.no_date")


def _date_of_serial(value: Number, display: Display, days_before_1900: int) -> Normalised:
    day = day_of(value.value, days_before_1900)
    if day is None or (day < _FIRST_PLAIN_DAY and display is not Display.DATE):
        return Normalised(value, "normalised.no_date")
    return Normalised(Text(day.isoformat()), "normalised.date")
