"""What every test run shares: its order."""

import pytest

LONGEST = ("test_sheet_and_python_agree", "test_broken_on_purpose", "test_excel_opens", "test_rule_meaning")
"""Files that keep one processor busy for minutes; begun last, they would keep the others waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, everything else as it stands."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))
