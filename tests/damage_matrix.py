"""Make every kind of damage on every cell of every sheet of the real template, and count what nobody would notice.

Run as ``python tests/damage_matrix.py``; it takes some minutes and ends with 1 where anything was missed.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from damage_kinds import TABLES, Case, cases_elsewhere, cases_on_inputs, cases_on_the_rest, missed


def all_cases() -> Iterator[Case]:
    """Every change there is."""
    for sheet in TABLES:
        yield from cases_on_inputs(sheet)
        yield from cases_on_the_rest(sheet)
    yield from cases_elsewhere()


def share(number: int, of: int) -> tuple[int, list[str]]:
    """What one process does: each of its share of the changes."""
    return missed(itertools.islice(all_cases(), number, None, of))


def main() -> int:
    """Print the count and what was missed."""
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers) as pool:
        results = list(pool.map(share, range(workers), itertools.repeat(workers)))
    lost = [one for _, some in results for one in some]
    summary = f"{sum(count for count, _ in results)} changes made, {len(lost)} missed"
    sys.stdout.write("\n".join([summary, *lost]) + "\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
