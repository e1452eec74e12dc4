"""Where results go: stdout for results, stderr for words, files whole or not at all."""

import re
import sys
from pathlib import Path
from typing import TextIO

from xlreport.errors import RequestError, reason_of
from xlreport.files.whole import is_long, write_file
from xlreport.messages import say

_SUBSTITUTES = {"✓": "[通过]", "✗": "[错误]", "−": "-", "▸": ">", "\u00a0": " ", "·": "."}
"""Signs that a Chinese Windows pipe (GBK) may lack, and what stands for them there."""


def tell(text: str) -> None:
    """Words for a person, to stderr."""
    _write(sys.stderr, text + "\n")


def emit(text: str) -> None:
    """A result, to stdout."""
    _write(sys.stdout, text if text.endswith("\n") else text + "\n")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by whoever started us
        return
    stream.write(speakable(text, stream.encoding or "utf-8"))
    stream.flush()


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that a terminal obeys instead of showing them, but for line ends and tabs."""


def speakable(text: str, encoding: str) -> str:
    """The text in characters the encoding has: known signs in words, whatever else is missing as ``?``."""
    text = _CONTROLS.sub("?", text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        for sign, words in _SUBSTITUTES.items():
            if not _has(encoding, sign):
                text = text.replace(sign, words)
        return text.encode(encoding, "replace").decode(encoding)
    return text


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def write_whole(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file whole or not at all: to a temporary name beside it, then renamed.

    Raises:
        RequestError: it exists and is not to be replaced, or cannot be written.
    """
    refuse_existing(path, force=force)
    if is_long(path):
        tell(say("output.long_path", path=path))
    try:
        write_file(path, data)
    except OSError as error:
        in_use = isinstance(error, PermissionError) and path.exists()
        key = "output.in_use" if in_use else "output.failed"
        raise RequestError(say(key, path=path, reason=reason_of(error))) from error


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a target that is there already, before any work is done.

    Raises:
        RequestError: it exists and ``force`` was not given.
    """
    try:
        there = path.exists()
    except OSError as error:  # a name too long, a folder one may not enter
        raise RequestError(say("output.failed", path=path, reason=reason_of(error))) from error
    if there and not force:
        raise RequestError(say("output.exists", path=path))


def refuse_target(path: Path, *inputs: Path | None, force: bool) -> None:
    """Refuse a workbook's target that is no .xlsx, is there already, or is one of the files it is made from.

    Raises:
        RequestError: any of these; with ``force`` an existing file is replaced, but never an input.
    """
    if path.suffix.lower() != ".xlsx":
        raise RequestError(say("output.ending", path=path))
    refuse_existing(path, force=force)
    refuse_inputs(path, *inputs)


def refuse_inputs(path: Path, *inputs: Path | None) -> None:
    """Refuse to write over a file that is being read.

    Raises:
        RequestError: the target is one of them.
    """
    if any(one is not None and one.resolve() == path.resolve() for one in inputs):
        raise RequestError(say("output.is_input", path=path))
