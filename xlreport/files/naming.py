"""What the files of a unit are called: names that sort by code, cannot leave their folder and cannot collide."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from xlreport.submission import Unit

LONGEST_PART = 30
"""Characters of the unit's code and of its name in a file's name."""
STAND_IN = "_"
_FORBIDDEN = frozenset('\\/:*?"<>|')
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Kinds of characters nobody sees: controls, halves of characters, line ends."""
_OUTER = re.compile(r"^[ .]+|[ .]+$")
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)
"""Names that Windows keeps for devices, whatever follows after a dot."""
_DIGITS = 8
"""Of the digest that tells two codes apart whose characters no name of a file may hold."""


def unit_stem(unit: Unit, year: int, suffix: str = "") -> str:
    """``code_name_year`` and a suffix: what the unit is called, in characters that every system takes."""
    return _joined(_part(unit.code), _part(unit.name), str(year), suffix)


def unit_stems(units: Iterable[Unit], year: int, suffix: str = "") -> tuple[str, ...]:
    """The stems of units of different codes, no two of them alike, not even in upper and lower case.

    A unit keeps its stem whoever joins or leaves: a code that cannot stand in a name as it is (too long, of
    forbidden characters, with the sign that divides the parts) is told from others by its digest, not by a count.
    """
    taken: set[str] = set()
    return tuple(unused(_distinct_stem(unit, year, suffix), taken) for unit in units)


def unused(stem: str, taken: set[str]) -> str:
    """The name, numbered where a file before had the same; upper and lower case are one to some systems."""
    number, name = 1, stem
    while name.casefold() in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name.casefold())
    return name


def _distinct_stem(unit: Unit, year: int, suffix: str) -> str:
    if unit.code == _part(unit.code) and STAND_IN not in unit.code:
        return unit_stem(unit, year, suffix)
    digest = hashlib.sha256(f"{unit.code}\n{unit.name}".encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return _joined(_part(unit.code), _part(unit.name), digest, str(year), suffix)


def _joined(*parts: str) -> str:
    stem = STAND_IN.join(part for part in parts if part)
    return STAND_IN + stem if stem.partition(".")[0].strip().upper() in _DEVICES else stem


def _part(words: str) -> str:
    """A piece of a name: forbidden characters replaced, no dot or space at either end."""
    plain = "".join(STAND_IN if _is_forbidden(character) else character for character in words)
    return _OUTER.sub(STAND_IN, plain[:LONGEST_PART])


def _is_forbidden(character: str) -> bool:
    return character in _FORBIDDEN or is_invisible(character)


def is_invisible(character: str) -> bool:
    """Whether nobody sees a character: a name that holds one looks like another and is not."""
    return unicodedata.category(character) in _INVISIBLE
