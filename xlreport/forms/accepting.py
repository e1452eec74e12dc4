"""Which numbers a field takes, within what a spreadsheet's double can tell apart."""

from decimal import Decimal

from xlreport.forms.definition import Field
from xlreport.rules.formula import round_half_up

SMALL = Decimal(1_000_000)
"""Below this a double shows eight decimals and more; above it, fewer."""
SMALL_DECIMALS = 8


def tested_decimals(field: Field) -> int:
    """How many decimals of a number above ``SMALL`` can be told apart within 15 digits."""
    return 15 - len(str(int(field.maximum)))


def accepted_number(field: Field, number: Decimal) -> Decimal | None:
    """The figure a field takes from a number in its cell; ``None`` where it refuses it.

    Dust of binary arithmetic beyond the decimals that can be told apart is dropped, as the sheet does:
    0.30000000000000004 is 0.3.
    """
    if not 0 <= number <= field.maximum:
        return None
    tested = SMALL_DECIMALS if number < SMALL else tested_decimals(field)
    steps = round_half_up(number.scaleb(tested), 0)
    if steps % 10 ** (tested - field.scale):
        return None
    return abs(round_half_up(number, field.scale))  # abs: minus zero is zero
