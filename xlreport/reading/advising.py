"""What to type instead of a content that is no figure: said for each kind, never guessed and put in place."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from xlreport.cells import Boolean, ErrorValue, Number, Text, Value, double_to_decimal, plain
from xlreport.fields import FieldKind
from xlreport.forms.accepting import accepted_number
from xlreport.forms.definition import Field
from xlreport.messages import say
from xlreport.reading.normalising import LONGEST_FIGURE, half_width

_DIGITS = re.compile(r"[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40}")
_POWER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?E\+?([0-9]{1,2})", re.IGNORECASE)
_DATE = re.compile(
    r"(?:[0-9]{4}[-/.年])?[0-9]{1,2}[-/月][0-9]{1,2}日?(?:[T ].*)?|[0-9]{4}年(?:[0-9]{1,2}月)?|[0-9]{1,2}月[0-9]{1,2}日"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
)
_SIGNS_FOR_NOTHING = re.compile(r"[-‐-―−/\\|*.·_~…×\s]+")
_WITH_UNIT = re.compile(r"'?([0-9]{1,15}(?:\.[0-9]{1,15})?) ?([^\W\d_]{0,4})")


def what_to_type(field: Field, value: Value) -> str:
    """What a person should type where a field refuses what stands in its cell."""
    match value:
        case Number(value=number):
            kind, found = _about_number(field, number), ""
        case Text(value=text) if len(text) <= LONGEST_FIGURE:
            kind, found = _about_text(field, half_width(_plain_digits(text)), half_width(text))
        case Boolean():
            kind, found = "truth", ""
        case ErrorValue():
            kind, found = "error", ""
        case _:
            kind, found = "words", ""
    return say(f"instead.{kind}", number=found, scale=field.scale, most=plain(field.maximum), unit=field.unit)


def _about_number(field: Field, number: Decimal) -> str:
    if number < 0:
        return "negative"
    if number > field.maximum:
        return "large"
    return "decimals" if field.scale else "whole"


def _plain_digits(text: str) -> str:
    """A text with figures of other scripts, circled and raised ones as those from 0 to 9."""
    return "".join(str(unicodedata.decimal(one, one)) for one in unicodedata.normalize("NFKC", text))


def _about_text(field: Field, text: str, typed: str) -> tuple[str, str]:
    """The kind of a text, and the number it names where that leaves no doubt."""
    if _DIGITS.fullmatch(text.removeprefix("-").removeprefix("+")):
        return _about_digits(field, text, typed)
    if power := _POWER.fullmatch(text):
        taken = _taken(field, Decimal(text)) if int(power[1]) <= _LARGEST_POWER else ""
        return ("power", taken) if taken else ("words", "")
    kind = next((kind for kind, is_kind in _KINDS.items() if is_kind(text)), "")
    return (kind, "") if kind else _about_words(field, text)


def _is_nothing(text: str) -> bool:
    return _SIGNS_FOR_NOTHING.fullmatch(text) is not None or text.casefold() in say("typed.nothing").split("、")


_KINDS: dict[str, Callable[[str], object]] = {
    "nothing": _is_nothing,
    "percent": re.compile("[%‰]").search,
    "brackets": re.compile(rf"\((?:{_DIGITS.pattern})\)").fullmatch,
    "date": _DATE.fullmatch,
    "parted": re.compile(r"[0-9]+(?:[ ,.]+[0-9]+)+").fullmatch,
    "numerals": lambda text: set(text) <= set(say("typed.numerals")),
}
"""Kinds of a text that leave open what number is meant."""
_LARGEST_POWER = 15


def _about_digits(field: Field, text: str, typed: str) -> tuple[str, str]:
    """A number that the field refuses, or one in digits of another kind."""
    number = double_to_decimal(float(text))
    taken = _taken(field, number)
    if typed != text:  # a raised figure behind a plain one is no further digit
        return ("digits", taken) if taken and not re.search("[0-9]", typed) else ("words", "")
    return _about_number(field, number), ""


def _about_words(field: Field, text: str) -> tuple[str, str]:
    """A number with its unit, numerals in words, several numbers, or no number at all."""
    if unit := _WITH_UNIT.fullmatch(text):
        return _about_unit(field, Decimal(unit[1]), unit[2])
    return ("several" if len(re.findall(r"[0-9]+", text)) > 1 else "words"), ""


def _about_unit(field: Field, number: Decimal, unit: str) -> tuple[str, str]:
    """A number and a word behind it: one in another unit of money or in ten thousands is not the number meant."""
    taken = _taken(field, number)
    if taken and unit in ("", field.unit):
        return "only", taken
    if field.kind is FieldKind.AMOUNT:
        return "unit", ""
    if set(say("typed.numerals")) & set(unit):
        return "full", ""
    return ("only", taken) if taken else ("words", "")


def _taken(field: Field, number: Decimal) -> str:
    """A number as people write it, where the field takes it."""
    accepted = accepted_number(field, number)
    return "" if accepted is None else plain(accepted)
