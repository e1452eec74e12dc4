"""What every test run shares: its order."""

import pytest

LONGEST = (
    "test_damage_of_inputs",
    "test_sheet_and_python_agree",
    "test_damage_matrix",
    "test_broken_on_purpose",
    "test_excel_opens",
    "test_rule_meaning",
)
"""Files that keep one processor busy for minutes; begun last, they would keep the others waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, everything else as it stands."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cases stand behind tests that count them, whichever processor ran them."""
    reports = [one for some in terminalreporter.stats.values() for one in some if isinstance(one, pytest.TestReport)]
    counts: dict[str, int] = {}
    for report in reports:
        for name, value in report.user_properties if report.when == "call" else ():
            counts[name] = counts.get(name, 0) + int(str(value))
    for name, count in counts.items():
        terminalreporter.write_line(f"{name}: {count}")
