"""The notes of a return copy: which words of a note are the marks we put there, and which are somebody's."""

import re
from collections.abc import Iterator, Mapping

from xlreport.cells import Number, Text
from xlreport.messages import say
from xlreport.reading.workbook import ReadSheet, ReadWorkbook
from xlreport.writing.return_copy import MARKS
from xlreport.writing.return_sheet import HEADER_ROW, NUMBER, WHAT


def listed_on_return(book: ReadWorkbook) -> Mapping[int, str]:
    """What the first sheet of a return copy lists, by number and without white space; empty for other workbooks."""
    sheet = book.sheet(say("sheet.return"))
    found: dict[int, str] = {}
    for number, words in _lines(sheet) if sheet is not None else ():
        found[number] = found.get(number, "") + _bare(words)
    return found


def _lines(sheet: ReadSheet) -> Iterator[tuple[int, str]]:
    """The words of each row with the number of the line they belong to; a long line has several rows."""
    number = 0
    for row in range(HEADER_ROW + 1, max((row for row, _ in sheet.cells), default=0) + 1):
        first, words = sheet.value(row, NUMBER), sheet.value(row, WHAT)
        if isinstance(first, Number):
            number = int(first.value)
        elif isinstance(first, Text):  # the heading of a part
            number = 0
        if number and isinstance(words, Text):
            yield number, words.value


def beside_marks(words: str, listed: Mapping[int, str]) -> str:
    """A note without the whole marks of ours in it: what somebody wrote before, between or behind them."""
    if not listed:
        return words
    places = [at for at, character in enumerate(words) if not character.isspace()]
    bare = _bare(words)
    kept, end = [], 0
    for match in _BEGINNING.finditer(bare):
        if match.start() >= end and (stop := _end_of_mark(bare, match, listed)):
            kept.append((end, match.start()))
            end = stop
    spans = [(first, last) for first, last in (*kept, (end, len(bare))) if first < last]
    return "\n".join(words[places[first] : places[last - 1] + 1] for first, last in spans)


def _end_of_mark(bare: str, match: re.Match[str], listed: Mapping[int, str]) -> int:
    """Where a mark ends that begins there; 0 where none does."""
    if match["mark"] is None:
        return match.end()
    text = listed.get(int("".join(filter(str.isdigit, match["mark"]))), "")
    if text and bare.startswith(text, match.end()):
        return match.end() + len(text)
    cut = bare.find(_CUT, match.end())
    is_cut = cut > match.end() and text.startswith(bare[match.end() : cut])
    return cut + len(_CUT) if is_cut else 0


def _bare(words: str) -> str:
    return "".join(words.split())


def _beginning(key: str) -> str:
    """How a mark begins, whatever its number."""
    return re.escape(_bare(say(key, number="@", count="@", text=""))).replace("@", "[0-9]{1,6}")


_CUT = _bare(say("return.mark.cut"))
_BEGINNING = re.compile(f"(?P<mark>{'|'.join(map(_beginning, MARKS))})|{_beginning('return.mark.more')}")
