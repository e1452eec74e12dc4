"""Other programs load and save our files: what honest people's programs do to a workbook."""

import io
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

from judges import missing

_EXCELJS = """
const ExcelJS = require('exceljs');
(async () => {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(process.argv[2]);
  await book.xlsx.writeFile(process.argv[3]);
})().catch((error) => { console.error(error); process.exit(1); });
"""


def by_openpyxl(data: bytes) -> bytes:
    """Loaded and saved by openpyxl, which drops every stored value."""
    import openpyxl  # noqa: PLC0415 - only for this

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it speaks of extensions it does not keep
        book = openpyxl.load_workbook(io.BytesIO(data))
        saved = io.BytesIO()
        book.save(saved)
    return saved.getvalue()


def _program(name: str) -> str:
    return shutil.which(name) or missing(name)


def by_gnumeric(data: bytes, *, recalculate: bool = False) -> bytes:
    """Loaded and saved by gnumeric; without recalculation its stored values are stale."""
    ssconvert = _program("ssconvert")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.xlsx", Path(folder) / "out.xlsx"
        source.write_bytes(data)
        options = ["--recalc"] if recalculate else []
        command = [ssconvert, *options, "--export-type=Gnumeric_Excel:xlsx", str(source), str(target)]
        subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "LC_ALL": "C.UTF-8"})
        return target.read_bytes()


def node_modules() -> Path | None:
    """Where npm's packages lie: as told, in the checkout, or npm's global folder."""
    told = os.environ.get("XLREPORT_NODE_MODULES")
    candidates = [Path(told)] if told else []
    candidates.append(Path(__file__).parent.parent / "node_modules")
    npm = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False)
    candidates.append(Path(npm.stdout.strip() or "/nowhere"))
    return next((one for one in candidates if (one / "exceljs").is_dir()), None)


def by_exceljs(data: bytes) -> bytes:
    """Loaded and saved by exceljs, which loses links, custom properties and the structure lock."""
    node = _program("node")
    modules = node_modules()
    if modules is None:
        missing("exceljs")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.xlsx", Path(folder) / "out.xlsx"
        source.write_bytes(data)
        environment = {**os.environ, "NODE_PATH": str(modules)}
        script = Path(folder) / "save.js"
        script.write_text(_EXCELJS, "utf-8")
        command = [node, str(script), str(source), str(target)]
        subprocess.run(command, check=True, capture_output=True, timeout=120, env=environment)
        return target.read_bytes()
