"""A process that has loaded the command line once, and checks each file it is told of in a fork of its own.

A line in, with the path of a file; a line out, as JSON: exit code, CPU seconds, megabytes beyond the process's own,
and what it printed. The fork has the limits: CPU seconds and memory. Standing apart, in the first line: what it takes
to start, load everything and check a good file.
"""

import io
import json
import os
import resource
import sys
import time
from contextlib import redirect_stderr, redirect_stdout

CPU_SECONDS, MEGABYTES = 2, 300
MEBIBYTE = 1024 * 1024


def main() -> None:
    """Load everything by checking a good file, then take one file after the other."""
    good = sys.argv[1]
    code, _, _ = checked(good)
    say({"started": round(time.process_time(), 2), "megabytes": resident(), "code": code})
    for path in sys.stdin:
        say(in_a_fork(path.rstrip("\n")))


def say(answer: dict[str, object]) -> None:
    """One line of JSON."""
    print(json.dumps(answer), flush=True)  # noqa: T201 - what it is asked for


def resident() -> int:
    """Megabytes of memory this process had in use at most; what its parent had is not counted, as getrusage does."""
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 - no file of ours
        return next(int(row.split()[1]) // 1024 for row in file if row.startswith("VmHWM"))


def addressed() -> int:
    """Bytes of memory the process has asked for."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no file of ours
        return int(file.read().split()[0]) * resource.getpagesize()


def checked(path: str) -> tuple[int, str, str]:
    """``xlreport check --format json`` of one file, in this process."""
    from xlreport.cli import main as command  # noqa: PLC0415 - its loading is part of the start

    sys.argv = ["xlreport", "check", path, "--format", "json"]
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            command()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, out.getvalue(), err.getvalue()


def in_a_fork(path: str) -> dict[str, object]:
    """The answer of a fork with limits; where the system ended it, by which signal."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(path, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    _, status, usage = os.wait4(child, 0)
    told: dict[str, object] = {"seconds": round(usage.ru_utime + usage.ru_stime, 2)}
    if os.WIFSIGNALED(status):
        return told | {"signal": os.WTERMSIG(status)}
    ended: dict[str, object] = json.loads(answer)
    return told | ended


def _answer(path: str, writing: int) -> None:
    """In the fork: limit, check, answer, end."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    most = addressed() + MEGABYTES * MEBIBYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before = resident()
    try:
        _waste(path)
        code, out, err = checked(path)
        answer = {"code": code, "codes": _codes(out), "err": err[:100_000], "megabytes": resident() - before}
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
        answer = {"code": -1, "codes": [], "err": f"{type(error).__name__}: {error}"[:2_000]}
    with os.fdopen(writing, "wb") as stream:
        stream.write(json.dumps(answer).encode())
    os._exit(0)


def _codes(out: str) -> list[str]:
    """The codes of the findings, each once."""
    return list(dict.fromkeys(one["code"] for one in json.loads(out)["findings"])) if out else []


PLANTED = "planted:"
"""What a path begins with that is none, but asks for work or memory without end, to try the limits."""


def _waste(path: str) -> None:
    while path == f"{PLANTED}seconds":
        pass
    if path == f"{PLANTED}megabytes":
        bytearray((MEGABYTES + 100) * MEBIBYTE)


if __name__ == "__main__":
    main()
