"""Formulas as streams of tokens, so that one meaning in two spellings compares equal.

Programs rewrite a formula when they save it: ``'申请办理'!$I$5`` comes back as ``申请办理!$I$5``, ``TRUE`` as
``TRUE()``, ``1E7`` as ``10000000``, ``$A:$K`` as ``$A$1:$K$1048576``. The names of functions keep their case:
a program that writes one in lower case is saying that it does not know it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from xlreport.cells import MAX_COLUMNS, MAX_ROWS, column_letters, column_number, double_to_decimal
from xlreport.rules.formula import quoted_sheet

_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_COLUMN = r"\$?[A-Za-z]{1,3}"
_ROW = r"\$?[0-9]{1,7}"
_SHEET = r"[\w.]{1,31}+"  # as long as a sheet's name can be
_END = r"(?![\w.(!\\])"  # what follows would make it a longer name, a function or a sheet

# Possessive and bounded quantifiers keep the time linear whatever is thrown at it.
_TOKEN = re.compile(
    rf"""
      (?P<space>   \s++ )
    | (?P<string>  "(?:[^"]|"")*+(?:"|$) )
    | (?P<quoted>  '(?:[^']|'')*+'!? )
    | (?P<bracket> \[(?:[^\[\]]|\[[^\[\]]*+\])*+\] )
    | (?P<sheet>   {_SHEET}! )
    | (?P<area>    (?:{_CELL}:{_CELL}|{_COLUMN}:{_COLUMN}|{_ROW}:{_ROW}){_END} )
    | (?P<cell>    {_CELL}{_END} )
    | (?P<truth>   (?:TRUE|FALSE)(?:\(\s*\)|(?![\w.(!\\])) )
    | (?P<number>  (?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)? )
    | (?P<name>    [^\W\d][\w.?]*+ | \\[\w.?\\]*+ )
    | (?P<error>   \#[A-Za-z/0-9]++[!?]? )
    | (?P<sign>    <> | <= | >= | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_PREFIXES = re.compile(r"(?:_xlfn\.|_xlws\.|_xludf\.)+")
_ONE = re.compile(r"(?:(\$?)([A-Za-z]+))?(?:(\$?)([0-9]+))?")


def tokens(formula: str) -> tuple[str, ...]:
    """The tokens of a formula given without its ``=``, spelled one way.

    >>> tokens("IF( '申请办理'!$I$5>=1E1, TRUE() ,$a1)")
    ('IF', '(', '申请办理', '!', '$I$5', '>=', '1E+1', ',', 'TRUE', ',', '$A1', ')')
    """
    return _remembered(formula) if len(formula) <= _USUAL_LENGTH else _tokens(formula)


def _tokens(formula: str) -> tuple[str, ...]:
    found: list[str] = []
    for match in _TOKEN.finditer(formula):
        kind = match.lastgroup or ""
        if kind != "space":
            found.extend(_SPELLINGS.get(kind, _as_it_is)(match[kind]))
    return tuple(found)


_remembered = lru_cache(maxsize=4096)(_tokens)
_USUAL_LENGTH = 500  # the longest of ours have some hundred characters; what is longer is not kept in memory


def shift(formula: str, rows: int, columns: int) -> str:
    """A formula as it reads ``rows`` further down and ``columns`` further right: what shared formulas mean.

    Only relative references move; texts, sheet names and functions such as ``LOG10`` do not. What would
    leave the sheet becomes ``#REF!``.

    >>> shift('SUM($A1:B$2)&"A1"&LOG10(C3)', 1, 1)
    'SUM($A2:C$2)&"A1"&LOG10(D4)'
    """

    def moved(match: re.Match[str]) -> str:
        if match.lastgroup not in ("cell", "area"):
            return match[0]
        ends = [_moved(end, rows, columns) for end in match[0].split(":")]
        return ":".join(ends) if all(ends) else "#REF!"

    return _TOKEN.sub(moved, formula)


def with_sheet_names(formula: str, names: Mapping[str, str]) -> str:
    """A formula with other names of sheets.

    >>> with_sheet_names("SUM('表 1'!$A$1,第二张!B2)", {"表 1": "表三", "第二张": "表四"})
    "SUM('表三'!$A$1,'表四'!B2)"
    """

    def renamed(match: re.Match[str]) -> str:
        if match.lastgroup == "sheet":
            name = match[0].removesuffix("!")
        elif match.lastgroup == "quoted" and match[0].endswith("!"):
            name = match[0][1:-2].replace("''", "'")
        else:
            return match[0]
        return quoted_sheet(names[name]) + "!" if name in names else match[0]

    return _TOKEN.sub(renamed, formula) if any(name in formula for name in names) else formula


def _moved(reference: str, rows: int, columns: int) -> str:
    """One end of a reference, moved; empty where it would leave the sheet."""
    fixed_column, letters, fixed_row, digits = _parts(reference)
    if letters and not fixed_column:
        column = column_number(letters) + columns
        if not 1 <= column <= MAX_COLUMNS:
            return ""
        letters = column_letters(column)
    if digits and not fixed_row:
        row = int(digits) + rows
        if not 1 <= row <= MAX_ROWS:
            return ""
        digits = str(row)
    return f"{fixed_column}{letters}{fixed_row}{digits}"


def _parts(reference: str) -> tuple[str, str, str, str]:
    """One end of a reference: the column's mark and letters, the row's mark and digits, empty where missing."""
    match = _ONE.match(reference)
    fixed_column, letters, fixed_row, digits = match.groups("") if match else ("",) * 4
    return fixed_column, letters, fixed_row, digits


# ── one spelling for each kind of token ───────────────────────────────────────────────────────────


def _as_it_is(text: str) -> list[str]:
    return [text]


def _sheet(text: str) -> list[str]:
    return [text.removesuffix("!"), "!"]


def _quoted(text: str) -> list[str]:
    """A quoted sheet name as it would stand without quotes: the file, both ends of a range of sheets, the mark."""
    if not text.endswith("!"):
        return [text]
    inner = text[1:-2].replace("''", "'")
    book = re.match(r"\[[^\]]*\]", inner)
    file = [book[0]] if book else []
    first, colon, last = inner.removeprefix("".join(file)).partition(":")
    return [*file, first, *([colon, last] if colon else []), "!"]


def _area(text: str) -> list[str]:
    """An area; over every row it is columns, over every column it is rows."""
    first, _, last = text.upper().partition(":")
    (first_mark, left, top_mark, top), (last_mark, right, bottom_mark, bottom) = _parts(first), _parts(last)
    if (top, bottom) == ("1", str(MAX_ROWS)):
        return [first_mark + left, ":", last_mark + right]
    if (left, right) == ("A", column_letters(MAX_COLUMNS)):
        return [top_mark + top, ":", bottom_mark + bottom]
    return [first, ":", last]


def _cell(text: str) -> list[str]:
    return [text.upper()]


def _truth(text: str) -> list[str]:
    return [text.partition("(")[0]]


def _number(text: str) -> list[str]:
    return [str(double_to_decimal(float(text)).normalize())]


def _name(text: str) -> list[str]:
    return [_PREFIXES.sub("", text)]


_SPELLINGS = {
    "sheet": _sheet,
    "quoted": _quoted,
    "area": _area,
    "cell": _cell,
    "truth": _truth,
    "number": _number,
    "name": _name,
}
