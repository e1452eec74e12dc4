"""Watch an inbox: look every few seconds (events do not cross a network share), and collect when files have come.

What a collection reads beside the inbox is looked at, too: the roster, other reports, the marks.
A file counts once two looks in a row found it the same: until then somebody may still be copying it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlreport.errors import RequestError
from xlreport.office.archive.archive import NO_MARKS, Archive
from xlreport.office.inbox.inbox import list_files

Look = Mapping[Path, tuple[int, int]]
"""Every file that is looked at, with what tells its state: its size and the time of its last change."""
MOST_POSTPONED = 12
"""Looks for which a collection waits until a file that counted, and is being written again, stands still."""


def look_at(
    inbox: Path, beside: Iterable[Path] = (), archive: Path | None = None, before: Look | None = None
) -> Look | None:
    """What lies in an inbox now, and how the rest stands that a collection depends on.

    Args:
        inbox: The folder.
        beside: Other files a collection reads.
        archive: The archive of the results; of it only the marks count, as a collection itself writes into it.
        before: The look before this one: what lies where nothing can be seen now is taken to be there still.

    Returns:
        ``None`` where the inbox cannot be listed, as on a share that is gone for a moment: that is no look at all.
    """
    listing = list_files(inbox)
    if inbox in listing.gaps:
        return None
    gaps = set(listing.gaps)
    found = {}
    for path in (*listing.files, *beside):
        try:
            status = path.stat()
            found[path] = (status.st_size, status.st_mtime_ns)
        except FileNotFoundError:  # gone since
            continue
        except OSError:
            gaps.add(path)
    unseen = {path: seen for path, seen in (before or {}).items() if not gaps.isdisjoint((path, *path.parents))}
    if archive is not None:
        found[archive] = _marks_of(archive)
    return {**unseen, **found}


@dataclass
class Looking:
    """Look after look at an inbox, as ``look_at`` does."""

    inbox: Path
    beside: Iterable[Path] = ()
    archive: Path | None = None
    before: Look | None = None

    def look(self) -> Look | None:
        """What lies there now; ``None`` where nobody can see."""
        now = look_at(self.inbox, self.beside, self.archive, self.before)
        self.before = self.before if now is None else now
        return now


def _marks_of(path: Path) -> tuple[int, int]:
    """What tells the marks of an archive from others, none from an archive that is not there yet."""
    if not path.is_file():
        return NO_MARKS
    try:
        with Archive.reading(path) as archive:
            return archive.marks_seen()
    except RequestError:  # the collection will say so
        return NO_MARKS


def watch(look: Callable[[], Look | None], collect: Callable[[Look], bool], wait: Callable[[], object]) -> None:
    """Collect whenever the files that stand still are others than before; ends only with an exception.

    Args:
        look: What lies in the inbox now; ``None`` is a look that does not count.
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


def _looks(look: Callable[[], Look | None], wait: Callable[[], object]) -> Iterator[tuple[Look, Look]]:
    """Look after look, from the second on: what is there, and what of it stood still."""
    before: Look | None = None
    while True:
        now = look()
        if now is not None and before is not None:
            yield now, {path: seen for path, seen in now.items() if before.get(path) == seen}
        before = before if now is None else now
        wait()
