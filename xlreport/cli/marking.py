"""Mark a query of a unit in the archive of a folder of results."""

from datetime import datetime
from pathlib import Path

from xlreport.cells import plain
from xlreport.cli.making import MOST_SAID
from xlreport.cli.output import tell
from xlreport.errors import RequestError
from xlreport.messages import say
from xlreport.office.archive.archive import ARCHIVE, Archive
from xlreport.office.archive.marking import decision_of, make_mark
from xlreport.office.china_time import CHINA, in_words


def run_mark(results: Path, unit: str, judgement: str, decision: str, *, note: str) -> None:
    """Keep the mark and say what it was made for.

    Raises:
        RequestError: it is no folder of results, or there is no such unit or query.
    """
    made_out = decision_of(decision)
    if len(note) > MOST_SAID or not note.isprintable():
        raise RequestError(say("template.too_long", words=note[:20], most=MOST_SAID))
    path = results / ARCHIVE
    if not path.is_file():
        raise RequestError(say("archive.none", path=path))
    at = in_words(datetime.now(CHINA))
    with Archive.open(path) as archive:
        mark = make_mark(archive, unit, judgement, made_out, note=note, at=at)
    left, right = ("" if side is None else plain(side) for side in (mark.left, mark.right))
    words = {"unit": mark.code, "judgement": mark.judgement, "left": left, "right": right}
    tell(say("mark.done", decision=mark.decision.words, **words))
