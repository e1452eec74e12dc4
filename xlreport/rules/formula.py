"""Excel formulas as trees: spelled as text for the workbook, and valued in Python for the stored result.

Every formula the product writes is built from these nodes and from nothing else, so the value stored
with it (previewers and phones show that one) always comes from the very tree that spells it.
The functions are the few that Excel 2010, WPS and LibreOffice read alike: the keys of ``FUNCTIONS``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from xlreport.cells import (
    BLANK,
    Blank,
    Boolean,
    CellRange,
    CellRef,
    ErrorValue,
    Number,
    Text,
    Value,
    column_letters,
    plain,
    text_value,
)

EXACT = Context(prec=60)
"""Arithmetic with room for every digit a form can hold: nothing is rounded but by ROUND."""

Scalar = Decimal | str | bool | None
"""What a formula can yield while it is valued; ``None`` is a blank cell. An error value is raised."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text or a truth value written into the formula."""

    value: Decimal | str | bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, referred to absolutely; cutting it elsewhere would take the reference along."""

    ref: CellRef


@dataclass(frozen=True, slots=True)
class CellByIndex:
    """One cell reached by ``INDEX`` over whole columns: cutting, dragging or overwriting it moves no formula."""

    ref: CellRef
    width: int


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, referred to absolutely."""

    area: CellRange


@dataclass(frozen=True, slots=True)
class Relative:
    """One cell of the formula's own sheet, its row and column free to move (conditional formats only)."""

    row: int
    column: int
    fixed_column: bool = False


@dataclass(frozen=True, slots=True)
class Binary:
    """Two formulas joined by an operator: ``+ - * & = <> < <= > >=``."""

    operator: str
    left: "Formula"
    right: "Formula"


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to its arguments."""

    name: str
    arguments: tuple["Formula", ...]


Formula = Literal | Cell | CellByIndex | Area | Relative | Binary | Call


# ── building ──────────────────────────────────────────────────────────────────────────────────────


def lit(value: Decimal | int | str | bool) -> Literal:
    """A literal; whole numbers become exact."""
    return Literal(value if isinstance(value, (bool, str, Decimal)) else Decimal(value))


def call(name: str, *arguments: Formula) -> Call:
    """A function call."""
    return Call(name, arguments)


def if_(condition: Formula, then: Formula, otherwise: Formula) -> Call:
    """``IF`` with both branches."""
    return Call("IF", (condition, then, otherwise))


def both(*conditions: Formula) -> Formula:
    """``AND``; of one condition, itself."""
    return conditions[0] if len(conditions) == 1 else Call("AND", conditions)


def either(*conditions: Formula) -> Formula:
    """``OR``; of one condition, itself."""
    return conditions[0] if len(conditions) == 1 else Call("OR", conditions)


def compare(left: Formula, operator: str, right: Formula | Decimal | int | str) -> Binary:
    """A comparison, or any other operator."""
    return Binary(operator, left, lit(right) if isinstance(right, (Decimal, int, str)) else right)


def joined(*parts: Formula | str) -> Formula:
    """Texts joined by ``&``."""
    formulas = [lit(part) if isinstance(part, str) else part for part in parts if part != ""]
    if not formulas:
        return lit("")
    result = formulas[0]
    for part in formulas[1:]:
        result = Binary("&", result, part)
    return result


# ── spelling ──────────────────────────────────────────────────────────────────────────────────────


def quoted_sheet(name: str) -> str:
    """A sheet name as formulas need it: always quoted, as some programs refuse a bare Chinese name."""
    return "'" + name.replace("'", "''") + "'"


def spell(formula: Formula, sheet: str) -> str:  # noqa: PLR0911 - one return for each kind of node
    """The formula's text, without the leading ``=``; cells of ``sheet`` itself bear no sheet name."""
    match formula:
        case Literal(value=value):
            return _spell_literal(value)
        case Cell(ref=ref):
            prefix = "" if ref.sheet == sheet else quoted_sheet(ref.sheet) + "!"
            return f"{prefix}${column_letters(ref.column)}${ref.row}"
        case CellByIndex(ref=ref, width=width):
            return f"INDEX({quoted_sheet(ref.sheet)}!$A:${column_letters(width)},{ref.row},{ref.column})"
        case Area(area=area):
            prefix = "" if area.sheet == sheet else quoted_sheet(area.sheet) + "!"
            first = f"${column_letters(area.first_column)}${area.first_row}"
            return f"{prefix}{first}:${column_letters(area.last_column)}${area.last_row}"
        case Relative(row=row, column=column, fixed_column=fixed):
            return f"{'$' if fixed else ''}{column_letters(column)}{row}"
        case Binary(operator=operator, left=left, right=right):
            return f"{_operand(left, sheet, joins=operator not in '+-*')}{operator}{_operand(right, sheet)}"
        case Call(name=name, arguments=arguments):
            return f"{name}({','.join(spell(argument, sheet) for argument in arguments)})"


def _operand(formula: Formula, sheet: str, *, joins: bool = False) -> str:
    """One side of an operator, in brackets unless it is plain, or a text joined before what binds less."""
    text = spell(formula, sheet)
    if isinstance(formula, Binary) and not (joins and formula.operator == "&"):
        return f"({text})"
    if isinstance(formula, Literal) and isinstance(formula.value, Decimal) and formula.value < 0:
        return f"({text})"
    return text


def _spell_literal(value: Decimal | str | bool) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return plain(value)
    return '"' + value.replace('"', '""') + '"'


def walk(formula: Formula) -> Iterator[Formula]:
    """The formula and every part of it, from left to right."""
    waiting: list[Formula] = [formula]
    while waiting:
        part = waiting.pop()
        yield part
        match part:
            case Binary(left=left, right=right):
                waiting += (right, left)
            case Call(arguments=arguments):
                waiting += reversed(arguments)
            case _:
                pass


def depth(formula: Formula) -> int:
    """How deep function calls are nested (Excel allows 64 levels)."""
    match formula:
        case Binary(left=left, right=right):
            return max(depth(left), depth(right))
        case Call(arguments=arguments):
            return 1 + max((depth(argument) for argument in arguments), default=0)
        case _:
            return 0


# ── valuing ───────────────────────────────────────────────────────────────────────────────────────


class _CellError(Exception):
    """An error value on its way through a formula."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


Lookup = Callable[[CellRef], Value]
"""What a cell holds."""


def value_of(formula: Formula, lookup: Lookup) -> Value:
    """What a spreadsheet program shows for the formula: exactly, and with its error values.

    ``lookup`` says what each cell holds. A blank cell as the result counts as 0, as in Excel.
    """
    try:
        result = _value(formula, lookup)
    except _CellError as error:
        return ErrorValue(error.value)
    if result is None:
        return Number(Decimal(0))
    if isinstance(result, bool):
        return Boolean(result)
    return Number(result) if isinstance(result, Decimal) else Text(result) if result else Text("")


def _value(formula: Formula, lookup: Lookup) -> Scalar:
    match formula:
        case Literal(value=value):
            return value
        case Cell(ref=ref) | CellByIndex(ref=ref):
            return _scalar(lookup(ref))
        case Binary(operator=operator, left=left, right=right):
            return _operate(operator, _value(left, lookup), _value(right, lookup))
        case Call(name=name, arguments=arguments):
            return FUNCTIONS[name](arguments, lookup)
        case Area() | Relative():
            raise TypeError(f"{formula} has no single value")


def _scalar(value: Value) -> Scalar:
    match value:
        case Number(value=number):
            return number
        case Text(value=text):
            return text
        case Boolean(value=truth):
            return truth
        case ErrorValue(value=name):
            raise _CellError(name)
        case Blank():
            return None
        case _:
            raise TypeError(f"no cell holds {value!r}")


def _operate(operator: str, left: Scalar, right: Scalar) -> Scalar:
    if operator == "&":
        return _as_text(left) + _as_text(right)
    if operator in "+-*":
        a, b = _as_number(left), _as_number(right)
        return {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}[operator](a, b)
    a_key, b_key = _sort_key(left, right), _sort_key(right, left)
    return {
        "=": a_key == b_key,
        "<>": a_key != b_key,
        "<": a_key < b_key,
        "<=": a_key <= b_key,
        ">": a_key > b_key,
        ">=": a_key >= b_key,
    }[operator]


def _sort_key(value: Scalar, other: Scalar) -> tuple[int, Decimal, str]:
    """Excel's order: numbers before texts before truth values; a blank is like its neighbour's nothing."""
    if value is None:
        value = "" if isinstance(other, str) else Decimal(0)
    if isinstance(value, bool):
        return 2, Decimal(int(value)), ""
    if isinstance(value, Decimal):
        return 0, value, ""
    return 1, Decimal(0), value.casefold()


def _as_number(value: Scalar) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if value is None:
        return Decimal(0)
    raise _CellError("#VALUE!")  # the product never reckons with texts or truth values


def _as_text(value: Scalar) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return plain(value) if isinstance(value, Decimal) else value


def _as_truth(value: Scalar) -> bool:
    if isinstance(value, str):
        raise _CellError("#VALUE!")
    return bool(value)


Arguments = tuple[Formula, ...]


def _areas(arguments: Arguments, lookup: Lookup) -> Iterator[Value]:
    """The values of cells and areas among the arguments, and of anything else that is computed."""
    for argument in arguments:
        match argument:
            case Area(area=area):
                for ref in area.cells():
                    yield lookup(ref)
            case Cell(ref=ref) | CellByIndex(ref=ref):
                yield lookup(ref)
            case _:
                yield value_of(argument, lookup)


def _numbers(arguments: Arguments, lookup: Lookup) -> list[Decimal]:
    numbers = []
    for value in _areas(arguments, lookup):
        if isinstance(value, ErrorValue):
            raise _CellError(value.value)
        if isinstance(value, Number):
            numbers.append(value.value)
    return numbers


def _if(arguments: Arguments, lookup: Lookup) -> Scalar:
    condition, then, otherwise = arguments
    return _value(then if _as_truth(_value(condition, lookup)) else otherwise, lookup)


def _and(arguments: Arguments, lookup: Lookup) -> Scalar:
    return all([_as_truth(_value(argument, lookup)) for argument in arguments])  # noqa: C419 - no short cut: errors show


def _or(arguments: Arguments, lookup: Lookup) -> Scalar:
    return any([_as_truth(_value(argument, lookup)) for argument in arguments])  # noqa: C419 - no short cut: errors show


def _not(arguments: Arguments, lookup: Lookup) -> Scalar:
    return not _as_truth(_value(arguments[0], lookup))


def _is_error(arguments: Arguments, lookup: Lookup) -> Scalar:
    return isinstance(value_of(arguments[0], lookup), ErrorValue)


def _is_number(arguments: Arguments, lookup: Lookup) -> Scalar:
    return isinstance(next(_areas(arguments, lookup)), Number)


def _is_logical(arguments: Arguments, lookup: Lookup) -> Scalar:
    return isinstance(next(_areas(arguments, lookup)), Boolean)


def _sum(arguments: Arguments, lookup: Lookup) -> Scalar:
    total = Decimal(0)
    for number in _numbers(arguments, lookup):
        total = EXACT.add(total, number)
    return total


def _min(arguments: Arguments, lookup: Lookup) -> Scalar:
    return min(_numbers(arguments, lookup), default=Decimal(0))


def _max(arguments: Arguments, lookup: Lookup) -> Scalar:
    return max(_numbers(arguments, lookup), default=Decimal(0))


def _abs(arguments: Arguments, lookup: Lookup) -> Scalar:
    return _as_number(_value(arguments[0], lookup)).copy_abs()


def _int(arguments: Arguments, lookup: Lookup) -> Scalar:
    return Decimal(_as_number(_value(arguments[0], lookup)).__floor__())


def _count(arguments: Arguments, lookup: Lookup) -> Scalar:
    return Decimal(sum(isinstance(value, Number) for value in _areas(arguments, lookup)))


def _countif(arguments: Arguments, lookup: Lookup) -> Scalar:
    wanted = _as_number(_value(arguments[1], lookup))
    return Decimal(sum(value == Number(wanted) for value in _areas(arguments[:1], lookup)))


def _sumif(arguments: Arguments, lookup: Lookup) -> Scalar:
    wanted = _as_number(_value(arguments[1], lookup))
    keys, numbers = _areas(arguments[:1], lookup), _areas(arguments[2:], lookup)
    total = Decimal(0)
    for key, value in zip(keys, numbers, strict=True):
        if key == Number(wanted) and isinstance(value, Number):
            total = EXACT.add(total, value.value)
    return total


def _match(arguments: Arguments, lookup: Lookup) -> Scalar:
    wanted = _as_number(_value(arguments[0], lookup))
    for position, value in enumerate(_areas(arguments[1:2], lookup), start=1):
        if value == Number(wanted):
            return Decimal(position)
    raise _CellError("#N/A")


def _index(arguments: Arguments, lookup: Lookup) -> Scalar:
    values = list(_areas(arguments[:1], lookup))
    return _scalar(values[int(_as_number(_value(arguments[1], lookup))) - 1])


def round_half_up(number: Decimal, digits: int) -> Decimal:
    """ROUND as spreadsheets do it: halves away from zero."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= digits:
        return number  # nothing to round, and 1E+300 could not be spelled out to its last decimal
    return number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=EXACT)


def _round(arguments: Arguments, lookup: Lookup) -> Scalar:
    return round_half_up(_as_number(_value(arguments[0], lookup)), int(_as_number(_value(arguments[1], lookup))))


def utf16_length(text: str) -> int:
    """The length Excel counts: UTF-16 units, so that a character beyond the basic plane counts as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _len(arguments: Arguments, lookup: Lookup) -> Scalar:
    return Decimal(utf16_length(_as_text(_value(arguments[0], lookup))))


def _right(arguments: Arguments, lookup: Lookup) -> Scalar:
    return _as_text(_value(arguments[0], lookup))[-int(_as_number(_value(arguments[1], lookup))) :]


def _substitute(arguments: Arguments, lookup: Lookup) -> Scalar:
    text, old, new = (_as_text(_value(argument, lookup)) for argument in arguments)
    return text.replace(old, new)


def _char(arguments: Arguments, lookup: Lookup) -> Scalar:
    return chr(int(_as_number(_value(arguments[0], lookup))))


def _hyperlink(arguments: Arguments, lookup: Lookup) -> Scalar:
    return _value(arguments[1], lookup)


FUNCTIONS: dict[str, Callable[[Arguments, Lookup], Scalar]] = {
    "ABS": _abs,
    "AND": _and,
    "CHAR": _char,
    "COUNT": _count,
    "COUNTIF": _countif,
    "HYPERLINK": _hyperlink,
    "IF": _if,
    "INDEX": _index,
    "INT": _int,
    "ISERROR": _is_error,
    "ISLOGICAL": _is_logical,
    "ISNUMBER": _is_number,
    "LEN": _len,
    "MATCH": _match,
    "MAX": _max,
    "MIN": _min,
    "NOT": _not,
    "OR": _or,
    "RIGHT": _right,
    "ROUND": _round,
    "SUBSTITUTE": _substitute,
    "SUM": _sum,
    "SUMIF": _sumif,
}
"""Every function a formula of ours may use, with its meaning."""

__all__ = [
    "BLANK",
    "EXACT",
    "FUNCTIONS",
    "Area",
    "Binary",
    "Call",
    "Cell",
    "CellByIndex",
    "Formula",
    "Literal",
    "Lookup",
    "Relative",
    "both",
    "call",
    "compare",
    "depth",
    "either",
    "if_",
    "joined",
    "lit",
    "quoted_sheet",
    "round_half_up",
    "spell",
    "text_value",
    "utf16_length",
    "value_of",
    "walk",
]
