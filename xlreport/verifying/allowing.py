"""What the clerk's cells may take, held against what the file says: by intent, however it is spelled."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from xlreport.reading.normalising import squeezed
from xlreport.reading.workbook import ReadSheet, ReadValidation
from xlreport.writing.meaning import Allowed


def without_limits(sheet: ReadSheet, allowed: Mapping[tuple[int, int], Allowed]) -> list[tuple[int, int]]:
    """The cells that no longer take just what the form lets them take."""
    found = _limits_by_cell(sheet, allowed)
    return [place for place, limits in allowed.items() if not _is_same(found.get(place), limits)]


def _limits_by_cell(
    sheet: ReadSheet, allowed: Mapping[tuple[int, int], Allowed]
) -> dict[tuple[int, int], ReadValidation]:
    """The validation of each cell that is to have one."""
    found: dict[tuple[int, int], ReadValidation] = {}
    for validation in sheet.validations:
        for area in validation.areas:
            if (area.first_row, area.first_column) == (area.last_row, area.last_column):
                found[area.first_row, area.first_column] = validation
                continue
            for row, column in allowed:
                if area.first_row <= row <= area.last_row and area.first_column <= column <= area.last_column:
                    found[row, column] = validation
    return found


def _is_same(found: ReadValidation | None, ours: Allowed) -> bool:
    if found is None or found.kind != ours.kind:
        return False
    if ours.kind == "list":
        return squeezed(found.first) == squeezed(ours.first)
    return found.operator == "between" and _is_number(found.first, ours.first) and _is_number(found.second, ours.second)


def _is_number(found: str, ours: str) -> bool:
    try:
        return Decimal(found) == Decimal(ours)
    except InvalidOperation:
        return False
