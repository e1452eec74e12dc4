"""How far a long run has come, on a terminal only."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from xlreport.cli.output import speakable
from xlreport.messages import say

Item = TypeVar("Item")


def told(items: Iterable[Item], key: str, total: int) -> Iterator[Item]:
    """The items, with a line on the terminal that counts them and is gone at the end.

    ``key`` is a sentence of the catalogue with ``done`` and ``total``. Where stderr is no terminal nothing is said.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield from items
        return
    _show(say(key, done=0, total=total))
    try:
        for done, item in enumerate(items, start=1):
            yield item
            _show(say(key, done=done, total=total))
    finally:
        _show("")


def _show(text: str) -> None:
    """Replace the line the cursor is in."""
    with suppress(OSError):  # a terminal that was closed stops nobody's work
        sys.stderr.write("\r\x1b[K" + speakable(text, sys.stderr.encoding or "utf-8"))
        sys.stderr.flush()
