"""How the template looks: one calm sans face, five meanings with a tint each, and never colour alone."""

from dataclasses import replace
from math import ceil

from xlreport.writing.plan import Style

FACE = "微软雅黑"

BASE = Style(font="Arial", size=10, locked=False)
"""The Normal style. Column widths are counted in its digits, which are the same in every program
(Arial has metric twins everywhere); it is unlocked, so that a paste from an ordinary workbook brings an
unlocked cell. No cell of ours is left in it."""

GREY = "BFC5CE"
INK = "222222"
TITLE_INK = "1E3A5F"
FAINT = "6B7280"

TO_FILL = "FFFBE6"
COMPUTED = "F1F3F5"
WRONG, WRONG_INK = "FDE2E1", "B42318"
QUERY, QUERY_INK = "FFF1D6", "9A5B00"
RIGHT, RIGHT_INK = "E3F4E8", "1B7A3D"
HEADER, HEADER_INK = "E8EEF7", "1E3A5F"

BACKGROUND = Style(font=FACE, align="left", locked=True)
TITLE = Style(font=FACE, size=16, bold=True, color=TITLE_INK, align="left")
SUBTITLE = Style(font=FACE, color=FAINT, align="left")
BODY = Style(font=FACE, align="left", wrap=True)
HELP = Style(font=FACE, size=9, color=FAINT, align="left", wrap=True)
SECTION = Style(font=FACE, size=11, bold=True, color=TITLE_INK, align="left")
HEAD = Style(font=FACE, bold=True, color=HEADER_INK, fill=HEADER, border=GREY, align="center", wrap=True)
LABEL = Style(font=FACE, size=9, border=GREY, align="left", indent=1, wrap=True)
GROUP_LABEL = replace(LABEL, align="center", indent=0)
NUMBER_INPUT = Style(font=FACE, fill=TO_FILL, border=GREY, align="center", shrink=True, locked=False)
TOTAL = Style(font=FACE, bold=True, fill=COMPUTED, border=GREY, align="center", shrink=True)
TEXT_INPUT = Style(
    font=FACE,
    size=11,
    fill=TO_FILL,
    border=GREY,
    align="left",
    valign="top",
    wrap=True,
    locked=False,
    number_format="@",
)
LINE_INPUT = replace(TEXT_INPUT, size=10, valign="center")
SWITCH = Style(font=FACE, bold=True, fill=TO_FILL, border=GREY, align="center", locked=False)
SWITCH_LABEL = Style(font=FACE, size=9, color=FAINT, align="right", wrap=True)
HINT = Style(font=FACE, size=9, color=FAINT, border=GREY, align="left", indent=1, wrap=True)
CELL = Style(font=FACE, border=GREY, align="left", indent=1, wrap=True)
CENTERED = replace(CELL, align="center", indent=0)
LINK = Style(font=FACE, color="2457A6", underline=True, align="left", wrap=True)
LINK_CELL = replace(LINK, border=GREY, indent=1)
BACK = replace(LINK, size=9, align="right", wrap=False)
FLAG = Style(font=FACE, size=8, color="BFC5CE", align="center")
BANNER = Style(font=FACE, size=13, bold=True, border=GREY, align="left", indent=1, wrap=True)

POINTS_PER_PIXEL = 0.75
DIGIT_PIXELS = 7
"""Width of a digit of the Normal style (Arial 10 pt) at 96 dots an inch."""
CELL_PADDING_PIXELS = 5
INDENT_PIXELS = 9
"""What one step of indentation takes."""
LAST_NARROW = 0x2E7F
"""After this character come the full-width ones of East Asia."""
LINE_SPACING = 1.38
"""微软雅黑 sets lines about a third higher than its size."""


def column_pixels(width: float) -> int:
    """Pixels of a column ``width`` digits wide, as Excel reckons them."""
    return int(width * DIGIT_PIXELS + CELL_PADDING_PIXELS)


def text_pixels(text: str, size: float) -> float:
    """About how wide a text is set: full-width characters are as wide as they are high."""
    em = size / POINTS_PER_PIXEL
    return sum(em if ord(character) > LAST_NARROW or character in "“”‘’…—·" else em * 0.58 for character in text)


def lines_needed(text: str, width: float, size: float) -> int:
    """How many lines a text takes in a column, with a little in reserve for other programs' faces."""
    room = (column_pixels(width) - 2 * CELL_PADDING_PIXELS - INDENT_PIXELS) * 0.96
    return sum(max(1, ceil(text_pixels(line, size) / room)) for line in text.split("\n"))


def height_for(lines: int, size: float, least: float = 18) -> float:
    """The height in points of a row with that many lines; Excel allows 409."""
    return min(409, max(least, round(lines * size * LINE_SPACING + 5, 1)))
