"""What SpreadsheetML stores in a cell, as values: numbers, texts with their escapes and runs, booleans, dates."""

import math
import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache

from xlreport.cells import BLANK, Boolean, ErrorValue, Number, Text, Value, double_to_decimal, number_value

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
"""The namespace of workbooks, sheets, styles and strings."""
MAX_TEXT = 32_767
"""Characters of a text: what Excel keeps in a cell. Formulas have fewer (8,192)."""

_T, _PHONETIC = f"{MAIN} t", f"{MAIN} rPh"


def is_true(word: str | None) -> bool:
    """A boolean attribute, as the standard and as its programs write it."""
    return word is not None and word.strip().lower() in ("1", "true", "on")


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0*)?)?Z?$")
_EXACT_DIGITS = 15
_USUAL_LENGTH = 32  # a double needs at most 24; what is longer is not kept in memory
_NOT_A_NUMBER = ErrorValue("#NUM!")
_ZERO = number_value(0)
_BOOLEANS = {True: Boolean(value=True), False: Boolean(value=False)}
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!")
CONSTANTS: dict[str, Value] = {
    **{f"{word}{brackets}": _BOOLEANS[word == "TRUE"] for word in ("TRUE", "FALSE") for brackets in ("", "()")},
    **{error: ErrorValue(error) for error in _ERRORS},
}
"""Formulas that are constants: LibreOffice saves a truth or an error somebody typed so.

``#REF!`` is none of them: it is what is left of a formula whose cells are gone.
"""


def number_of(text: str) -> Value:
    """A number as stored; what is none, or is not finite, is an error value and never a surprise."""
    return _short_number(text) if len(text) <= _USUAL_LENGTH else _number(text)


def _number(text: str) -> Value:
    text = text.strip()
    if len(text) <= _EXACT_DIGITS and text.isascii() and text.isdigit():
        return number_value(int(text))
    if not _NUMBER.fullmatch(text):
        return _NOT_A_NUMBER
    number = float(text)
    if not math.isfinite(number):
        return _NOT_A_NUMBER
    return Number(double_to_decimal(number)) if number else _ZERO


_short_number = lru_cache(maxsize=16_384)(_number)


def text_of(text: str) -> Value:
    """A text with its ``_x000D_`` escapes decoded; the empty one is a blank."""
    if not text:
        return BLANK
    return Text(_decoded(text)) if "_x" in text else Text(text)


def _decoded(text: str) -> str:
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _boolean(text: str) -> Value:
    return _BOOLEANS[is_true(text)]


def _date(text: str) -> Value:
    """A date in ISO spelling, without the hour where that is midnight."""
    return text_of(_MIDNIGHT.sub("", text))


VALUES: dict[str, Callable[[str], Value]] = {
    "n": number_of,
    "str": text_of,
    "inlineStr": text_of,
    "b": _boolean,
    "e": ErrorValue,
    "d": _date,
}
TEXTUAL = frozenset({"str", "s", "inlineStr"})


class Display(Enum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DATE = "date"
    """A date or a time of day."""
    PERCENT = "percent"


_MAX_CODE = 1_000
_LITERALS = re.compile(r'"[^"]*"?|[\\_*].|general', re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]")
_BRACKETS = re.compile(r"\[[^\]]*\]?")
_OF_A_DATE = re.compile(r"[ymdhs]|aaa|e(?![+-])")
_DATE_IDS = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_PERCENT_IDS = frozenset({9, 10})


def display_of_code(code: str) -> Display:
    """What a format code makes of a positive number: its first part, without literals, colours and conditions.

    A quoted 日 or 年 alone is a unit behind a number; ``e`` is the year of an era unless a power of ten follows.
    """
    text = _LITERALS.sub("", code[:_MAX_CODE].lower()).partition(";")[0]
    if _ELAPSED.search(text) or _OF_A_DATE.search(_BRACKETS.sub("", text)):
        return Display.DATE
    return Display.PERCENT if "%" in _BRACKETS.sub("", text) else Display.NUMBER


def display_of_id(number: str) -> Display:
    """What a format of the standard's own list makes of a number; 27 to 36 and 50 to 58 are dates in China."""
    known = int(number) if number.isascii() and number.isdigit() and len(number) <= len("58") else -1
    if known in _DATE_IDS:
        return Display.DATE
    return Display.PERCENT if known in _PERCENT_IDS else Display.NUMBER


class TextRuns:
    """A text in pieces: its runs joined, phonetic ones left out, and what stands between elements too."""

    def __init__(self) -> None:
        self.chunks: list[str] = []
        self.kept = 0
        self.phonetic = False

    def clear(self) -> None:
        """Begin another text."""
        self.chunks.clear()
        self.kept = 0

    def start(self, name: str) -> None:
        """An element begins."""
        if name == _T:
            del self.chunks[self.kept :]
        elif name == _PHONETIC:
            self.phonetic = True

    def end(self, name: str) -> None:
        """An element ends."""
        if name == _PHONETIC:
            self.phonetic = False
        elif name == _T and not self.phonetic:
            self.kept = len(self.chunks)

    def text(self) -> str:
        """The text so far."""
        return "".join(self.chunks[: self.kept])
