"""The fuzzer that is led by the lines it reaches: atheris keeps what leads to new ones and breaks it further.

It ends its process itself, so it has one of its own: ``python -m fuzzing.covering`` with the options of libFuzzer.
"""

import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["xlreport"]):
    from fuzzing.bases import TOY
    from fuzzing.holding import ending_of

from fuzzing.mutating import mutated

RETURNED_EVERY = 50
"""One run in so many goes all the way back; under instruments that takes a third of a second."""


def _one_run(data: bytes) -> None:
    ending_of(data, TOY, is_returned=len(data) % RETURNED_EVERY == 0)


def _mutated(data: bytes, max_size: int, seed: int) -> bytes:
    changed = mutated(data, Random(seed))  # noqa: S311 - tests, not secrets
    return changed if len(changed) <= max_size else data


if __name__ == "__main__":
    atheris.Setup(sys.argv, _one_run, custom_mutator=_mutated)
    atheris.Fuzz()
