"""A person's hands at LibreOffice: typing, pasting, cutting, dragging, saving, all through its dispatcher.

The steps are done by ``hands_driver.py`` in a Python that can talk to LibreOffice, so tests stay in theirs.
"""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import office
from judges import missing

_DRIVER = Path(__file__).with_name("hands_driver.py")
Step = Mapping[str, Any]


@cache
def _python_with_uno() -> str:
    """A Python that can talk to LibreOffice: the system's, or the one LibreOffice brings."""
    candidates = ["/usr/bin/python3", *map(str, Path("/opt").glob("libreoffice*/program/python"))]
    return next(filter(_has_uno, candidates), None) or missing("LibreOffice's uno module")


def _has_uno(python: str) -> bool:
    if not Path(python).exists():
        return False
    return subprocess.run([python, "-c", "import uno"], capture_output=True, timeout=60, check=False).returncode == 0


def session(
    files: Mapping[str, bytes], steps: Sequence[Step], timeout: float = 600
) -> tuple[list[Any], dict[str, bytes]]:
    """Let a person's steps be done: what each step saw, and the files that were saved.

    ``files`` are opened by name (``{"do": "open", "file": "a.xlsx"}``); the steps are the methods of the
    driver. ``{"do": "save", "as": "b.xlsx"}`` saves the present document as xlsx.
    """
    done = _session(files, steps, timeout)
    if isinstance(done, str) and not done:  # the bridge to LibreOffice died without a word: no answer, so ask again
        done = _session(files, steps, timeout)
    assert not isinstance(done, str), done
    return done


def _session(
    files: Mapping[str, bytes], steps: Sequence[Step], timeout: float
) -> tuple[list[Any], dict[str, bytes]] | str:
    """What a session saw and saved, or the last words of one that failed."""
    soffice, python = office.program(), _python_with_uno()
    with TemporaryDirectory(prefix="xlreport-hands-") as name:
        folder = Path(name)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        (folder / "steps.json").write_text(json.dumps(list(steps)), "utf-8")
        pipe = f"xlreport{os.getpid()}x{time.monotonic_ns()}"
        listening = [*office._command(soffice, folder), f"--accept=pipe,name={pipe};urp;"]
        with office._started(listening, folder):
            command = [python, str(_DRIVER), pipe, str(folder)]
            done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
        if done.returncode != 0:
            return done.stderr.decode()[-4000:]
        results = json.loads((folder / "results.json").read_text("utf-8"))
        saved = {str(step["as"]): (folder / str(step["as"])).read_bytes() for step in steps if step["do"] == "save"}
        return results, saved
