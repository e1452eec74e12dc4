"""Watch an inbox: look every few seconds (events do not cross a network share), and collect when files have come.

A file counts once two looks in a row found it the same: until then somebody may still be copying it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from xlreport.office.inbox import files_of

Look = Mapping[Path, tuple[int, int]]
"""Every file of an inbox with its size and the time of its last change."""
MOST_POSTPONED = 12
"""Looks for which a collection waits until a file that counted, and is being written again, stands still."""


def look_at(inbox: Path) -> Look:
    """What lies in an inbox now."""
    found = {}
    for path in files_of(inbox):
        with suppress(OSError):  # gone since
            status = path.stat()
            found[path] = (status.st_size, status.st_mtime_ns)
    return found


def watch(look: Callable[[], Look], collect: Callable[[Look], bool], wait: Callable[[], object]) -> None:
    """Collect whenever the files that stand still are others than before; ends only with an exception.

    Args:
        look: What lies in the inbox now.
        collect: Collects these files; whether all of it was done, else it is tried again after the next look.
        wait: Waits until it is time to look again.
    """
    collected: Look | None = None
    postponed = 0
    for now, still in _looks(look, wait):
        moving = [path for path in collected or {} if path in now and path not in still]
        if still == collected:
            postponed = 0
        elif moving and postponed < MOST_POSTPONED:
            postponed += 1
        else:
            postponed = 0
            collected = still if collect(still) else None


def _looks(look: Callable[[], Look], wait: Callable[[], object]) -> Iterator[tuple[Look, Look]]:
    """Look after look, from the second on: what is there, and what of it stood still."""
    before = look()
    while True:
        wait()
        now = look()
        yield now, {path: seen for path, seen in now.items() if before.get(path) == seen}
        before = now
