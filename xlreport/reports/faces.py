"""The faces of the report, and what a cell of it looks like."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlreport.messages import say
from xlreport.writing.plan import Style


@dataclass(frozen=True, kw_only=True, slots=True)
class Fonts:
    """The faces of a report by name. ``bold_title``: a face that is not itself made for titles is set bold."""

    title: str
    body: str
    heading: str
    subheading: str
    table: str
    bold_title: bool = False


WINDOWS_FONTS = Fonts(title="宋体", body="仿宋", heading="黑体", subheading="楷体", table="宋体", bold_title=True)
"""Faces that every Windows has."""
GBT_FONTS = Fonts(title="方正小标宋_GBK", body="仿宋_GB2312", heading="黑体", subheading="楷体_GB2312", table="宋体")
"""The faces GB/T 9704—2012 asks for by name; they have to be bought or downloaded."""
FONTS: Mapping[str, Fonts] = {"windows": WINDOWS_FONTS, "gbt": GBT_FONTS}
"""The sets of faces by the name the command line takes."""

BASE = Style(font="Times New Roman", size=10.5, color="000000", locked=None)
"""The Normal style, in whose digits column widths are counted: here a digit is exactly 7 pixels wide, on the
screen, on paper, and in the face that stands in for it where it is missing. Nothing is said about locks: they
would travel into whatever the report is pasted into."""

TITLE_SIZE = 22
"""二号, in points."""
BODY_SIZE = 16
"""三号, in points."""
NOTE_SIZE = 12
FOOTER_SIZE = 14
"""四号, in points."""
DRAFT_SIZE = 28

INK = "000000"


def line_style(font: str, size: float, *, bold: bool = False, align: str = "left") -> Style:
    """One line of text: should a face be wider than planned, the line is shrunk, never cut or broken."""
    return Style(font=font, size=size, bold=bold, color=INK, align=align, shrink=True, locked=None)


def label_style(fonts: Fonts, size: float, align: str = "center", *, bold: bool = False) -> Style:
    """A label in a table."""
    return Style(font=fonts.table, size=size, bold=bold, color=INK, border=INK, align=align, wrap=True, locked=None)


def figure_style(fonts: Fonts, size: float, figure: Decimal | None) -> Style:
    """A figure in a table: a number with every digit it was given, shrunk where its column is too narrow."""
    return Style(
        font=fonts.table,
        size=size,
        color=INK,
        border=INK,
        align="center",
        shrink=True,
        number_format=number_format(figure),
        locked=None,
    )


def number_format(figure: Decimal | None) -> str:
    """All the figure's decimals: the General format would round at eleven characters and go over to 1E+12."""
    if figure is None or figure == figure.to_integral_value():
        return "0"
    exponent = figure.normalize().as_tuple().exponent
    return "0." + "0" * -int(exponent)


def draft_header(fonts: Fonts) -> str:
    """草稿 in big letters at the head of every page."""
    return f'&C&"{fonts.heading},Regular"&{DRAFT_SIZE}{say("report.draft")}'


def footer() -> str:
    """The page number between dashes, 四号半角宋体."""
    return f'&C&"宋体,Regular"&{FOOTER_SIZE}- &P -'
