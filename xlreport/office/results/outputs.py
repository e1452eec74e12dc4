"""Write results that are not there yet: what each is made from is kept, so that none is made twice for nothing."""

import hashlib
from dataclasses import dataclass, field

from xlreport.office.archive.archive import Archive
from xlreport.office.folder.own import Blocked, OwnFolder, Removed, Unchanged, Written


@dataclass(frozen=True, slots=True)
class Left:
    """A result of an earlier run that no longer holds, and was left all the same."""

    name: str


Outcome = Written | Unchanged | Blocked | Removed | Left


def key_of(*facts: object) -> str:
    """What tells one set of facts from another; facts are values whose ``repr`` says everything, in order."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class Outputs:
    """The files of a run in a folder of ours, and what became of them."""

    folder: OwnFolder
    archive: Archive
    outcomes: list[Outcome] = field(default_factory=list)
    current: dict[str, str] = field(default_factory=dict)
    """What each result is called now: another name where a person had changed the first."""
    _kept: set[str] = field(default_factory=set)

    def is_current(self, name: str, made_from: str) -> bool:
        """Whether a result made from the same is there as we wrote it; it is kept then."""
        known, written_as = self.archive.made_from(name)
        current = known == made_from and self.folder.is_as_written(written_as)
        if current:
            self.keep(name, Unchanged(written_as))
        return current

    def name_of(self, name: str) -> str:
        """The name under which a result was written last: another one where a person changed the first."""
        return self.archive.made_from(name)[1] or name

    def put(self, name: str, made_from: str, data: bytes, *, is_due: bool = False) -> Outcome:
        """Write a result; one that a person changed is left alone, and the new one goes beside it.

        Args:
            name: What it is called.
            made_from: What tells all it was made from.
            data: Its content.
            is_due: It goes beside the changed one even if nothing is new since that was written.

        Raises:
            RequestError: the disk is full or gone, or the archive is in use, full or damaged.
        """
        outcome = self.folder.write(name, data, beside=True, is_due=is_due)
        if not isinstance(outcome, Blocked):
            self.archive.made(name, made_from, outcome.name)
        self.keep(name, outcome)
        return outcome

    def keep(self, name: str, outcome: Outcome) -> None:
        """Take note of what became of a result."""
        self._kept |= {name, outcome.name}
        self.current[name] = outcome.name
        self.outcomes.append(outcome)

    def tidy(self) -> None:
        """Remove what earlier runs wrote and this one did not, except what people worked on.

        Raises:
            RequestError: the disk is gone.
        """
        changed = filter(self.folder.is_changed, self.folder.names)
        self.outcomes += self.folder.remove_others(self._kept.union(changed))

    def leave(self) -> None:
        """Leave what ``tidy`` would remove, and say so."""
        others = (name for name in self.folder.names if name not in self._kept)
        self.outcomes += (Left(one) for one in others if self.folder.is_as_written(one))
