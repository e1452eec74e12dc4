"""The file around its cells: sheets renamed, copied, hidden, moved; protection, names, and what no form has need of."""

import re
from collections.abc import Iterator

from xlreport.cells import CellRef
from xlreport.findings import Finding, Severity
from xlreport.forms.layout import HIDDEN_SHEET, word_sheets
from xlreport.messages import say
from xlreport.reading.found import structure_finding
from xlreport.reading.normalising import squeezed
from xlreport.reading.workbook import ReadWorkbook
from xlreport.verifying.marks import beside_marks, listed_on_return
from xlreport.verifying.renaming import Named
from xlreport.writing.meaning import Meaning


def around_the_sheets(named: Named, meaning: Meaning) -> Iterator[Finding]:
    """Notices about the file as a whole; none of them touches a value."""
    book = named.workbook
    for expected, found in named.renamed.items():
        yield structure_finding("SHEET-RENAMED", Severity.NOTICE, expected=expected, found=found)
    for found, expected in named.copies.items():
        yield structure_finding("SHEET-COPIED", Severity.NOTICE, expected=expected, found=found)
    start = next(iter(meaning.sheets))
    if book.sheet(start) is None:
        yield structure_finding("START-MISSING", Severity.NOTICE, name=start)
    for code, names in (
        ("EXTRA-SHEET", _strangers(named, meaning)),
        ("PROTECTION-REMOVED", _unprotected(book, meaning)),
        ("SHEET-HIDDEN", _hidden_otherwise(book, meaning)),
        ("SHEET-MOVED", _moved(book, meaning)),
        ("NAMES-LOST", _without_names(book, meaning)),
        ("OTHER-CONTENT", _other_content(book)),
    ):
        if names:
            yield structure_finding(code, Severity.NOTICE, names="、".join(names))
    noted = comments(book, meaning)
    for name in dict.fromkeys(cell.sheet for cell, _ in noted):
        yield structure_finding("COMMENTS", Severity.NOTICE, [cell for cell, _ in noted if cell.sheet == name])


def _strangers(named: Named, meaning: Meaning) -> list[str]:
    known = {squeezed(name) for name in (*meaning.sheets, *word_sheets())}
    return [
        sheet.name
        for sheet in named.workbook.sheets
        if squeezed(sheet.name) not in known and sheet.name not in named.copies
    ]


def _unprotected(book: ReadWorkbook, meaning: Meaning) -> list[str]:
    sheets = [sheet.name for sheet in book.sheets if sheet.name in meaning.sheets and not sheet.protected]
    is_lock_kept = book.structure_locked or book.application.startswith(_WITHOUT_STRUCTURE_LOCK)
    return sheets if is_lock_kept else [*sheets, say("protection.structure")]


def _hidden_otherwise(book: ReadWorkbook, meaning: Meaning) -> list[str]:
    """Sheets that are hidden and should not be, or the other way round; how deeply is the program's affair."""
    return [
        sheet.name
        for sheet in book.sheets
        if sheet.name in meaning.sheets and (sheet.state == "visible") is (sheet.name == HIDDEN_SHEET)
    ]


def _moved(book: ReadWorkbook, meaning: Meaning) -> list[str]:
    ours = [sheet.name for sheet in book.sheets if sheet.name in meaning.sheets]
    due = [name for name in meaning.sheets if name in ours]
    return [name for name, expected in zip(ours, due, strict=True) if name != expected]


def _without_names(book: ReadWorkbook, meaning: Meaning) -> list[str]:
    numbers = {str(number): sheet.name for number, sheet in enumerate(book.sheets)}
    found = {(name, numbers.get(sheet, "")) for name, sheet in book.names}
    return list(dict.fromkeys(sheet for name, sheet in sorted(meaning.names - found) if book.sheet(sheet)))


_WITHOUT_STRUCTURE_LOCK = ("LibreOffice", "gnumeric", "Gnumeric")
"""Programs that do not keep the lock of a workbook's structure: nobody took it off."""
_KINDS = {
    "content.pictures": re.compile(r"/media/|/drawings/drawing|cellimages", re.IGNORECASE),
    "content.links": re.compile(r"/externalLinks/|connections\.xml|queryTables", re.IGNORECASE),
    "content.objects": re.compile(r"/embeddings/|/activeX/|/ctrlProps/|customUI|webextensions", re.IGNORECASE),
    "content.tables": re.compile(r"/pivot|/slicer|/charts?/|/chartsheets/|/dialogsheets/|/tables/", re.IGNORECASE),
}


def _other_content(book: ReadWorkbook) -> list[str]:
    """What the file has beside its sheets, in plain words; comments are said one by one."""
    kinds = [say(key) for key, pattern in _KINDS.items() if any(pattern.search(part) for part in book.oddities)]
    unread = any("threadedComments" in part for part in book.oddities)
    return [*kinds, say("content.comments")] if unread else kinds


def comments(book: ReadWorkbook, meaning: Meaning) -> tuple[tuple[CellRef, str], ...]:
    """What people noted at cells of our sheets; the marks of a return copy are ours, what stands beside them is not."""
    listed = listed_on_return(book)
    noted = (
        (CellRef(sheet.name, *place), beside_marks(words, listed))
        for sheet in book.sheets
        if sheet.name in meaning.sheets
        for place, words in sorted(sheet.comments.items())
    )
    return tuple((cell, say("content.comment", words=words)) for cell, words in noted if words.strip())
