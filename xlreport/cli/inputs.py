"""The files a command is given."""

from pathlib import Path
from stat import S_ISFIFO

from xlreport.errors import RequestError, WorkbookError, reason_of
from xlreport.messages import say
from xlreport.reading.package import MAX_FILE_BYTES, refusal
from xlreport.submission import Submission
from xlreport.verifying.sources import Read, read_source


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        WorkbookError: it is not there, is a folder, or cannot be read.
    """
    try:
        if path.is_dir():
            raise WorkbookError("A-FOLDER", say("file.a_folder", name=path))
        if not path.exists():
            raise WorkbookError("NO-FILE", say("file.no_file", name=path))
        if S_ISFIFO(path.stat().st_mode):  # who reads it waits for a writer that may never come
            raise WorkbookError("NO-FILE", say("file.a_pipe", name=path))
        with path.open("rb") as file:  # never more than can be judged: it may be endless
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise WorkbookError("NO-FILE", say("file.unreadable", name=path, reason=reason_of(error))) from error
    if len(data) > MAX_FILE_BYTES:
        raise refusal("TOO-LARGE", path.name)
    return data


def read_file(path: Path, form: str = "") -> Read:
    """The submission in a filled workbook or a values JSON; ``form`` says where a form of one's own lies.

    Raises:
        WorkbookError: it is neither, or of a form that is not known.
        DefinitionError: the form named by ``form`` is not right.
    """
    return read_source(read_bytes(path), path.name, form)


def read_last(path: Path, form: str = "") -> Submission:
    """Last year's submission; a file that cannot be read is the operator's to mend, not the judged file's.

    Raises:
        RequestError: it cannot be read.
    """
    try:
        return read_file(path, form).submission
    except WorkbookError as error:
        raise RequestError(say("last.unreadable", reason=error)) from error
