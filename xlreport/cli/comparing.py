"""Compare two submissions: read both, print or write what differs."""

import json
from pathlib import Path

from xlreport.cli.inputs import read_file
from xlreport.cli.output import emit, refuse_existing, refuse_inputs, tell, write_whole
from xlreport.errors import RequestError
from xlreport.messages import say
from xlreport.office.comparing.comparing import Comparison, Side, compare
from xlreport.office.comparing.printing import as_json, as_text

EQUAL, DIFFERENT = range(2)
ENDINGS = (".xlsx", ".json", ".txt")


def run_compare(a: Path, b: Path, *, as_json_text: bool, out: Path | None, form: str, force: bool) -> int:
    """Compare two files; 0 where they are equal, 1 where they differ.

    Raises:
        WorkbookError: one of them cannot be read.
        RequestError: they are of different forms, or the result cannot be written.
    """
    if out is not None:
        if out.suffix.lower() not in ENDINGS:
            raise RequestError(say("compare.ending"))
        refuse_existing(out, force=force)
        refuse_inputs(out, a, b)
    compared = compare(_side(a, form), _side(b, form))
    if out is None:
        emit(_document(compared, ascii_only=True) if as_json_text else as_text(compared))
    else:
        write_whole(out, _file(compared, out.suffix.lower()), force=force)
        tell(say("compare.done", path=out))
    return EQUAL if compared.is_equal else DIFFERENT


def _side(path: Path, form: str) -> Side:
    read = read_file(path, form)
    return Side(definition=read.definition, submission=read.submission)


def _document(compared: Comparison, *, ascii_only: bool) -> str:
    return json.dumps(as_json(compared), ensure_ascii=ascii_only, indent=2) + "\n"


def _file(compared: Comparison, ending: str) -> bytes:
    """The result as the file's ending asks for it."""
    if ending == ".json":
        return _document(compared, ascii_only=False).encode()
    if ending == ".txt":
        return (as_text(compared) + "\n").encode("utf-8-sig")
    from xlreport.office.comparing.sheet import write_comparison  # noqa: PLC0415 - start-up

    return write_comparison(compared)
