"""Break filled workbooks at random and hold what must hold: ``python tests/fuzz.py mutate --runs 200000``.

``mutate`` breaks them by a seed, ``cover`` lets atheris choose by the lines reached. Each prints how many runs there
were and how they ended; a run that did not end well is written to a file, and the exit code is 1.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from fuzzing.running import cover, mutate


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the fuzzers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fuzzer", choices=("mutate", "cover"))
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), help="folder for files that did not end well")
    asked = parser.parse_args(arguments)
    if asked.fuzzer == "cover" and find_spec("atheris") is None:
        sys.exit("atheris is missing: python -m pip install --group fuzz")
    run = cover if asked.fuzzer == "cover" else mutate
    return run(runs=asked.runs, seed=asked.seed, keep=asked.keep)


if __name__ == "__main__":
    sys.exit(main())
