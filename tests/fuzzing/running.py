"""The runs of both fuzzers; those of the mutator go by their numbers, so that any of them can be had again."""

import os
import re
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from fuzzing.bases import Base, real_bases, toy_bases
from fuzzing.holding import MEGABYTES, SECONDS, ending_of, held_to_time_and_memory, limit_memory
from fuzzing.mutating import mutated

REAL_EVERY = 40
"""One run in so many is of the real form, which takes fifteen times as long."""
RETURNED_EVERY = 20
"""One run in so many goes all the way back."""
MOST_FOUND = 20
"""Different faults after which there is no need to go on."""


def specimen(seed: int, run: int) -> tuple[bytes, Base, bool]:
    """The bytes of one run, what they were made of, and whether they go all the way back."""
    random = Random(f"{seed}.{run}")  # noqa: S311 - tests, not secrets
    base = random.choice(real_bases() if run % REAL_EVERY == 0 else toy_bases())
    return mutated(base.data, random), base, run % RETURNED_EVERY == 1


def mutate(*, runs: int, seed: int, keep: Path, first: int = 0) -> int:
    """Break workbooks; how they ended is printed, what did not end well is kept. The exit code."""
    endings: Counter[str] = Counter()
    found: dict[str, str] = {}
    began = time.process_time()
    toy_bases(), real_bases()
    limit_memory()
    for run in range(first, first + runs):
        data, base, is_returned = specimen(seed, run)
        try:
            with held_to_time_and_memory():
                ending = ending_of(data, base.form, is_returned=is_returned)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            ending = "NOT WELL"
            place = _place(error)
            if place not in found:
                found[place] = _kept(keep, f"{seed}-{run}", data, error)
                print(f"run {run}: {place}\n  {found[place]}", flush=True)  # noqa: T201 - a command
        endings[ending] += 1
        if len(found) == MOST_FOUND:
            break
    told = ", ".join(f"{ending} {count}" for ending, count in endings.most_common())
    print(f"{endings.total()} runs of the mutator (seed {seed}) in {time.process_time() - began:.0f} s: {told}")  # noqa: T201
    return 1 if found else 0


def _place(error: BaseException) -> str:
    """What went wrong and where: a fault is told once, however many files show it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "xlreport" in frame.filename and "fuzzing" not in frame.filename] or frames
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


def _kept(folder: Path, name: str, data: bytes, error: BaseException) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.xlsx"
    path.write_bytes(data)
    path.with_suffix(".txt").write_text("".join(traceback.format_exception(error)), "utf-8")
    return str(path)


# ── led by the lines reached ──

LARGEST = 300_000
"""Bytes of a file; the bases have 20 thousand, unpacked 100 thousand."""


def cover(*, runs: int, seed: int, keep: Path) -> int:
    """Run atheris; how many runs there were is printed, what did not end well is kept. The exit code."""
    keep.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as corpus:
        for at, base in enumerate(toy_bases()):
            Path(corpus, f"{at}.xlsx").write_bytes(base.data)
        options = [
            f"-runs={runs}",
            f"-seed={seed}",
            f"-max_len={LARGEST}",
            f"-timeout={SECONDS}",
            f"-rss_limit_mb={2 * MEGABYTES}",
            f"-artifact_prefix={keep}{os.sep}",
            "-print_final_stats=1",
        ]
        command = [sys.executable, "-m", "fuzzing.covering", *options, corpus]
        path = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
        run = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONPATH": path},
        )
    print(_told(run.stderr, seed))  # noqa: T201 - a command
    if run.returncode or f"Done {runs} runs" not in run.stderr:
        print(run.stdout[-5_000:], run.stderr[-5_000:])  # noqa: T201 - a command
        return 1
    return 0


def _told(log: str, seed: int) -> str:
    done = re.findall(r"^Done ([0-9]+) runs in ([0-9]+) second", log, re.MULTILINE) or [("0", "0")]
    reached = re.findall(r"cov: ([0-9]+)", log) or ["0", "0"]
    runs, seconds = done[-1]
    places = f"{reached[0]} places reached at first, {reached[-1]} at last"
    return f"{runs} runs of atheris (seed {seed}) in {seconds} s: {places}"
