"""Watch an inbox: look every few seconds (events do not cross a network share), and collect when files have come.

What a collection reads beside the inbox is looked at, too: the roster, other reports, the marks.
A file counts once two looks in a row found it the same: until then somebody may still be copying it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from xlreport.errors import RequestError
from xlreport.office.archive import NO_MARKS, Archive
from xlreport.office.inbox import files_of

Look = Mapping[Path, tuple[int, int]]
"""Every file that is looked at, with what tells its state: its size and the time of its last change."""
MOST_POSTPONED = 12
"""Looks for which a collection waits until a file that counted, and is being written again, stands still."""


def look_at(inbox: Path, beside: Iterable[Path] = (), archive: Path | None = None) -> Look:
    """What lies in an inbox now, and how the rest stands that a collection depends on.

    Args:
        inbox: The folder.
        beside: Other files a collection reads.
        archive: The archive of the results; of it only the marks count, as a collection itself writes into it.
    """
    found = {}
    for path in (*files_of(inbox), *beside):
        with suppress(OSError):  # gone since
            status = path.stat()
            found[path] = (status.st_size, status.st_mtime_ns)
    if archive is not None:
        found[archive] = _marks_of(archive)
    return found


def _marks_of(path: Path) -> tuple[int, int]:
    """What tells the marks of an archive from others, none from an archive that is not there yet."""
    if not path.is_file():
        return NO_MARKS
    try:
        with Archive.reading(path) as archive:
            return archive.marks_seen()
    except RequestError:  # the collection will say so
        return NO_MARKS


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
