"""Read what came in: each content once, however often it lies there, and none that the archive knows already."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from xlreport.office.archive.archive import Archive, Placed
from xlreport.office.archive.filing import Filing, Reading, form_in, read_content
from xlreport.office.collecting.collecting import Received
from xlreport.office.inbox.inbox import Candidate, ChangedError, Inbox, Passed, PassedOver
from xlreport.office.processes import run_each

FEWEST_EACH = 40
"""Files that make up for starting a process; one takes about a hundredth of a second."""
MOST_TOGETHER = 100_000_000
"""Bytes of contents that wait in memory to be read."""
KEPT_TOGETHER = 50
"""Readings kept in one transaction: a run that is killed loses no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads: the form as it was given, and the very program and form that the archive must have been filled by."""

    form: str
    program: str
    edition: str
    at: str
    processes: int = 0


Progress = Callable[[Iterable[Reading], int], Iterable[Reading]]
"""Passes readings on and tells somebody how many there have been, of how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What came in, whatever came of it; how many contents had to be read; and what could not be."""

    received: tuple[Received, ...]
    read: int
    passed_over: tuple[PassedOver, ...]


def receive(inbox: Inbox, archive: Archive, reader: Reader, progress: Progress) -> Receipt:
    """Every content of an inbox as it was read, now or before.

    Raises:
        RequestError: the archive is in use, full or damaged.
    """
    places = _places(inbox.candidates)
    known = dict(archive.filings(tuple(places), program=reader.program, edition=reader.edition))
    waiting = [found for digest, found in places.items() if digest not in known]
    changed: list[PassedOver] = []
    with closing(_readings(waiting, reader, changed)) as readings:
        for kept in _kept(progress(readings, len(waiting)), archive, reader):
            known[kept.digest] = kept
    gone = {one.name for one in changed}
    received = [
        one for digest, found in places.items() if digest in known for one in _received(known[digest], found, gone)
    ]
    passed_over = (*inbox.passed_over, *changed)
    return Receipt(
        received=(*received, *_kept_back(archive, passed_over, known)),
        read=sum(found[0].digest in known for found in waiting),
        passed_over=passed_over,
    )


def _kept_back(archive: Archive, passed_over: Iterable[PassedOver], known: Collection[str]) -> Iterator[Received]:
    """What the last run read where nothing can be read now: it counts as it did, since nobody took it away."""
    missed = {one.name for one in passed_over if one.why.is_trouble}
    kept: dict[str, list[tuple[Placed, Filing]]] = {}
    for one, filing in archive.placed() if missed else ():
        path = PurePosixPath(one.name)
        if one.digest not in known and not missed.isdisjoint(map(str, (path, *path.parents))):
            kept.setdefault(one.digest, []).append((one, filing))
    for found in kept.values():
        names = tuple(one.name for one, _ in found)
        yield Received(filing=found[0][1], names=names, modified=found[0][0].modified, is_kept=True)


def forms_of(inbox: Inbox) -> Iterator[str]:
    """The form each content of an inbox says it is of, one after the other; those that say none are left out."""
    for found in _places(inbox.candidates).values():
        with suppress(ChangedError):  # gone since; the collection will say so
            form = form_in(found[0].load(), found[0].name)
            if form:
                yield form


def _places(candidates: Iterable[Candidate]) -> Mapping[str, list[Candidate]]:
    """The candidates by content, in the order of their names."""
    places: dict[str, list[Candidate]] = {}
    for one in candidates:
        places.setdefault(one.digest, []).append(one)
    return places


def _received(filing: Filing, places: Sequence[Candidate], gone: Collection[str]) -> Iterator[Received]:
    """A content with its places; one that cannot be read once for each, as only the names say whose it may be."""
    found = [one for one in places if one.name not in gone] or places
    groups = [found] if filing.is_readable else [[one] for one in found]
    for group in groups:
        times = [one.modified for one in group if one.modified]
        yield Received(filing=filing, names=tuple(one.name for one in group), modified=min(times, default=""))


@dataclass(frozen=True, slots=True)
class _Order:
    """All that another process needs to read a content."""

    data: bytes
    digest: str
    form: str


def _read(order: _Order) -> Reading:
    return read_content(order.data, order.digest, order.form)


def _readings(
    waiting: Sequence[Sequence[Candidate]], reader: Reader, changed: list[PassedOver]
) -> Generator[Reading, None, None]:
    for batch in _batches(waiting):
        orders = list(_orders(batch, reader.form, changed))
        few = len(orders) < 2 * FEWEST_EACH
        yield from run_each(_read, orders, processes=1 if few else reader.processes)


def _orders(batch: Iterable[Sequence[Candidate]], form: str, changed: list[PassedOver]) -> Iterator[_Order]:
    """Each content from the first of its places in which it still lies."""
    for found in batch:
        for one in found:
            try:
                yield _Order(one.load(), one.digest, form)
                break
            except ChangedError:
                changed.append(PassedOver(name=one.name, why=Passed.CHANGED))


def _batches(waiting: Iterable[Sequence[Candidate]]) -> Iterator[list[Sequence[Candidate]]]:
    """The contents in batches that fit into memory together."""
    batch: list[Sequence[Candidate]] = []
    size = 0
    for found in waiting:
        if batch and size + found[0].size > MOST_TOGETHER:
            yield batch
            batch, size = [], 0
        batch.append(found)
        size += found[0].size
    if batch:
        yield batch


def _kept(readings: Iterable[Reading], archive: Archive, reader: Reader) -> Iterator[Filing]:
    """Keep readings as they come, some together: what a broken run has kept need not be read again."""
    waiting: list[Reading] = []
    for reading in readings:
        waiting.append(reading)
        if len(waiting) == KEPT_TOGETHER:
            yield from _keep(waiting, archive, reader)
            waiting = []
    yield from _keep(waiting, archive, reader)


def _keep(readings: Sequence[Reading], archive: Archive, reader: Reader) -> list[Filing]:
    if readings:
        archive.keep(readings, program=reader.program, edition=reader.edition, at=reader.at)
    return [one.filing for one in readings]
