"""A real LibreOffice that recalculates, prints and edits workbooks for the tests.

A conversion takes any number of workbooks at once, as starting LibreOffice costs seven times what a workbook does.
Each run has a profile and a folder of its own: a profile in use refuses a second LibreOffice, and left-over lock
files make it open nothing. Where LibreOffice is missing a test is skipped with the reason in sight, or fails if
``XLREPORT_REQUIRE_JUDGES=1``.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from judges import missing

SECONDS_TO_START = 60
"""Longest wait for LibreOffice to come up, on a busy machine."""
SECONDS_A_FILE = 20
"""Longest wait for one more workbook in the same conversion."""

_PAGE = re.compile(r"^Page +\d+ size: +([\d.]+) x ([\d.]+) pts", re.MULTILINE)
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
_QUIET = ("--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard")

_SETTINGS = {
    # Without this LibreOffice believes every stored value and a judgement of it would mean nothing.
    "/org.openoffice.Office.Calc/Formula/Load": {"OOXMLRecalcMode": "0"},
    # Head-less it answers its own question whether to paste over filled cells, with no; a person says yes.
    "/org.openoffice.Office.Calc/Input": {"ReplaceCellsWarning": "false"},
    # The paper, dates and typed texts of the people who fill the forms.
    "/org.openoffice.Setup/L10N": {"ooSetupSystemLocale": "zh-CN"},
}


def recalculate(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The workbooks, by the same names, as LibreOffice saves them once it has computed every formula anew."""
    return _convert(files, "xlsx", "xlsx:Calc MS Excel 2007 XML")


def to_pdf(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The workbooks, by the same names, as LibreOffice prints them."""
    return _convert(files, "pdf", "pdf:calc_pdf_Export")


def _convert(files: Mapping[str, bytes], extension: str, target: str) -> dict[str, bytes]:
    soffice = program()
    if not files:
        return {}
    with TemporaryDirectory(prefix="xlreport-") as folder:
        sources = _write_numbered(Path(folder), files)
        named = zip(files, sources, strict=True)
        command = [*_command(soffice, Path(folder)), "--convert-to", target, "--outdir", "done", *sources]
        said = _run(command, Path(folder), SECONDS_TO_START + SECONDS_A_FILE * len(files))
        return {name: _output(Path(folder), source, extension, name, said) for name, source in named}


def _write_numbered(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write the files under numbers, since any name may serve as a key."""
    names = [f"{number}.xlsx" for number in range(len(files))]
    for name, data in zip(names, files.values(), strict=True):
        (folder / name).write_bytes(data)
    return names


def _output(folder: Path, source: str, extension: str, name: str, said: str) -> bytes:
    """One result. LibreOffice passes over a file it cannot read, and reports success."""
    path = (folder / "done" / source).with_suffix(f".{extension}")
    assert path.is_file(), f"LibreOffice made nothing of {name}: {said}"
    return path.read_bytes()


# ── what was printed ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page's size in points, 72 to the inch; A4 upright is 595 by 842."""

    width: float
    height: float


def pdf_pages(pdf: bytes) -> list[PageSize]:
    """The sizes of the pages of a PDF, in order."""
    said = _poppler(pdf, "pdfinfo", "-l", "-1", "-").decode()
    return [PageSize(float(width), float(height)) for width, height in _PAGE.findall(said)]


def pdf_text(pdf: bytes) -> list[str]:
    """The text of each page of a PDF, in reading order."""
    *pages, _after_the_last = _poppler(pdf, "pdftotext", "-enc", "UTF-8", "-", "-").decode().split("\f")
    return pages


def pdf_png(pdf: bytes, dpi: int) -> list[bytes]:
    """A picture of each page of a PDF, at so many dots an inch."""
    with TemporaryDirectory(prefix="xlreport-") as folder:
        _poppler(pdf, "pdftoppm", "-png", "-r", str(dpi), "-", str(Path(folder, "page")))
        # The numbers in the names are padded to one length, so the names sort as the pages do.
        return [path.read_bytes() for path in sorted(Path(folder).iterdir())]


def _poppler(pdf: bytes, name: str, *arguments: str) -> bytes:
    path = shutil.which(name) or missing(f"{name} (poppler)")
    run = subprocess.run([path, *arguments], input=pdf, capture_output=True, check=False, timeout=SECONDS_TO_START)
    assert run.returncode == 0, f"{name}: {run.stderr.decode(errors='replace')}"
    return run.stdout


# ── the program ───────────────────────────────────────────────────────────────────────────────────


def program() -> str:
    """Where LibreOffice is; a test that needs it ends here if it is nowhere."""
    named = (shutil.which(name) for name in ("soffice", "libreoffice", *_PLACES))
    return next((path for path in named if path), None) or missing("LibreOffice")


def _command(soffice: str, folder: Path) -> list[str]:
    """LibreOffice with a profile of its own inside the folder."""
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_registry(), encoding="utf-8")
    return [soffice, f"-env:UserInstallation={profile.as_uri()}", *_QUIET]


def _registry() -> str:
    items = (
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, properties in _SETTINGS.items()
        for name, value in properties.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"{''.join(items)}</oor:items>\n"
    )


def _run(command: Sequence[str], folder: Path, seconds: float) -> str:
    with _started(command, folder) as process:
        said, _ = process.communicate(timeout=seconds)
        return said.decode(errors="replace").strip()


@contextmanager
def _started(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is gone afterwards, with everything it started."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """``soffice`` is a script: what really runs is its grandchild, in the same process group."""
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
