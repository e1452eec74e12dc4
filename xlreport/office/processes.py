"""The same work for many units, on all processors where that is quicker; results come in the order of the work.

New processes start from nothing (``spawn``), on every system alike: a forked one would keep open what its parent
holds. One whose parent was killed ends itself.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import TypeVar

LEAST_EACH = 4
"""Pieces of work that make up for starting a process (half a second each, as long as a template takes)."""

Given = TypeVar("Given")
Made = TypeVar("Made")


def run_each(work: Callable[[Given], Made], items: Iterable[Given], *, processes: int = 0) -> Iterator[Made]:
    """What ``work`` makes of each item, in order.

    Args:
        work: A function of a module, which a new process can import.
        items: What it is given; values that survive pickle.
        processes: How many to use at most; 0 for as many as there are processors.
    """
    given = list(items)
    count = min(processes or os.cpu_count() or 1, len(given) // LEAST_EACH)
    if count <= 1:
        yield from map(work, given)
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin) as pool:
        yield from pool.map(work, given)


def _begin() -> None:
    """Leave the keyboard to the parent, and end when it does: its queues would be waited at for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
