"""Chinese text as lines, lines as rows, rows as pages: planned here, left to no program.

Spreadsheet programs break a text where it fills the cell, each by its own reckoning of widths, some of
them (LibreOffice) with a comma at the start of a line; none can be told how far lines stand apart, and a
page break through a tall cell cuts a line in two. So the lines of a report are broken here, by the rules of
Chinese typesetting, and each line of running text becomes a row of its own: its height is the line pitch,
and no row can be cut by a page.

Widths are in hundredths of an em, heights and sizes of type in points.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

EM = 100
"""The width of a full-width character, which is as wide as it is high."""
HALF = 55
"""The width planned for a letter or digit: half an em in the Chinese faces, a little more in those
that stand in where they are missing."""
INDENT = "\u3000\u3000"
"""A paragraph begins two characters in."""

NOT_FIRST = frozenset("，。；：！？、．）》」』】〕〉］｝〗”’％‰℃°·…—～々,.;:!?)]}%>\u3000 \t")
"""What never begins a line."""
NOT_LAST = frozenset("（《「『【〔〈［｛〖“‘￥$([{<№＃#\u3000")
"""What never ends a line. Both lists hold the full-width space: an indent stays with its text."""

MAXIMUM_HEIGHT = 409
"""The highest row Excel allows."""


# ── widths ────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=8192)
def advance(character: str) -> int:
    """The width of one character; what Unicode calls ambiguous (“ ” … —) is full in a Chinese face."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return EM if unicodedata.east_asian_width(character) in {"W", "F", "A"} else HALF


def text_width(text: str) -> int:
    """The width of a text set in one line."""
    return sum(map(advance, text))


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────


def break_lines(text: str, width: int) -> tuple[str, ...]:
    """A text as lines no wider than ``width``; the lines together are the text again.

    No line begins or ends with a mark that may not stand there, and no word or number is parted, as long as
    a line has any other place to end.
    """
    return tuple(_lines(text, width, ruled=True))


def fill_lines(text: str, width: int) -> tuple[str, ...]:
    """A text as a program without rules breaks it: each line as full as it goes."""
    return tuple(_lines(text, width, ruled=False))


def _lines(text: str, width: int, *, ruled: bool) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = _fitting(text, start, width)
        if ruled and end < len(text):
            end = next((place for place in range(end, start, -1) if may_break(text, place)), end)
        yield text[start:end]
        start = end


def _fitting(text: str, start: int, width: int) -> int:
    """Where the longest piece from ``start`` ends that fits; it has at least one character."""
    filled = 0
    for place in range(start, len(text)):
        filled += advance(text[place])
        if filled > width and place > start:
            return place
    return len(text)


def may_break(text: str, place: int) -> bool:
    """Whether a line may end in front of the character at ``place``."""
    before, after = text[place - 1], text[place]
    if before in NOT_LAST or after in NOT_FIRST or advance(after) == 0:
        return False
    return not (_of_word(before) and _of_word(after))


def _of_word(character: str) -> bool:
    return advance(character) == HALF and not character.isspace()


def paragraph_lines(text: str, width: int) -> tuple[str, ...]:
    """A paragraph as lines, the first with its indent."""
    return break_lines(INDENT + text, width)


def breaks_well(lines: Sequence[str]) -> bool:
    """Whether lines that a program without rules would make could stand as they are."""
    text = "".join(lines)
    return all(may_break(text, place) for place in accumulate(map(len, lines[:-1])))


OFF_JOINT = (3 * EM) ** 2
"""What it costs to end a title's line elsewhere than at a joint: as much as three characters of unevenness."""


def title_lines(text: str, width: int, joints: Sequence[int] = ()) -> tuple[str, ...]:
    """A title as the fewest lines that fit, about equally wide, ending at joints where they can."""
    count = len(break_lines(text, width))
    even = text_width(text) / max(count, 1)
    ends = _best_ends(text, width, even, count, frozenset(joints))
    return tuple(text[start:end] for start, end in pairwise((0, *ends))) if ends else break_lines(text, width)


def _best_ends(text: str, width: int, even: float, count: int, joints: frozenset[int]) -> tuple[int, ...]:
    """The line ends that cost least; empty where the text cannot be parted into ``count`` lines by the rules."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0, ())}
    for line in range(count):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, ends) in best.items():
            for end in _possible_ends(text, start, width, last=line == count - 1):
                off = 0 if end == len(text) or end in joints else OFF_JOINT
                total = cost + (text_width(text[start:end]) - even) ** 2 + off
                if end not in following or total < following[end][0]:
                    following[end] = (total, (*ends, end))
        best = following
    return best.get(len(text), (0, ()))[1]


def _possible_ends(text: str, start: int, width: int, *, last: bool) -> Iterator[int]:
    fitting = _fitting(text, start, width)
    if last:
        yield from (len(text),) * (fitting == len(text))
    else:
        yield from (end for end in range(start + 1, min(fitting, len(text) - 1) + 1) if may_break(text, end))


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Strip:
    """What pages are made of: a row's height, and whether it must stay on the page of the row below it."""

    height: float
    glued: bool = False


def paginate(strips: Sequence[Strip], page_height: float) -> tuple[int, ...]:
    """Where new pages begin: the number of strips before each, the first page not counted.

    Glued strips stay together if a page can hold them at all.
    """
    breaks: list[int] = []
    filled = 0.0
    start = 0
    for end in _run_ends(strips):
        run = [strip.height for strip in strips[start:end]]
        if filled and filled + sum(run) > page_height:
            breaks.append(start)
            filled = 0.0
        for place, height in enumerate(run, start=start):
            if filled and filled + height > page_height:
                breaks.append(place)
                filled = 0.0
            filled += height
        start = end
    return tuple(breaks)


def _run_ends(strips: Sequence[Strip]) -> Iterator[int]:
    """Where each run of glued strips ends."""
    for place, strip in enumerate(strips, start=1):
        if not strip.glued or place == len(strips):
            yield place
