"""The documents are true: their commands run, their outputs are real, their tables and lists complete."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from inspect import getdoc
from pathlib import Path
from typing import Any

import documents
import judges
import make_pictures
import make_reference
import pytest
import typer.main
from documents import DOCUMENTS, PROJECT, README, README_ZH, Block
from pydantic import BaseModel

from xlreport.cli import app
from xlreport.cli.describing import rules_text
from xlreport.forms import source
from xlreport.forms.loading import load_definition
from xlreport.messages.codes_zh import CODES
from xlreport.reading.submission import ERRORS_IN_GROUPS

OTHERS = {
    "python3 -m venv --upgrade-deps .venv": "test_ci_runs_the_readmes_own_test_command",
    ".venv/bin/python -m pip install --quiet .": "the wheel's smoke test of .ci/run",
    ".venv/bin/python -m pip install --quiet --group test --editable .": "test_ci_runs_the_readmes_own_test_command",
    ".venv/bin/python -m pytest": "test_ci_runs_the_readmes_own_test_command",
    ".venv/bin/python -m pytest -n auto --dist loadfile": "test_every_option_of_pytest_in_the_documents_is_known",
    '.venv/bin/python -m pytest -m "not libreoffice and not validator and not gnumeric"': (
        "test_every_option_of_pytest_in_the_documents_is_known"
    ),
    ".ci/install-judges": ".ci/run",
    ".ci/run": "every change",
    ".venv/bin/python -m pip install --quiet --group lint": ".ci/run",
    ".venv/bin/python -m ruff check .": ".ci/run",
    ".venv/bin/python -m ruff format --check .": ".ci/run",
    ".venv/bin/python -m mypy": ".ci/run",
    ".venv/bin/python -m pip install --quiet --group fuzz": ".ci/run",
    ".venv/bin/python tests/fuzz.py mutate --runs 200000": "test_fuzzing, and .ci/run with fewer runs",
    ".venv/bin/python tests/damage_matrix.py": "test_damage_matrix, with fewer cells",
    ".venv/bin/python tests/fuzz.py cover --runs 50000": ".ci/run, with fewer runs",
    ".venv/bin/python docs/make_reference.py": "test_the_tables_of_rules_and_findings_are_current",
    ".venv/bin/python docs/make_pictures.py": "test_the_pictures_can_be_made",
}
"""Command lines that are not ``xlreport``'s, and who runs them."""


def options_of(command: Any) -> set[str]:
    return {
        name for parameter in command.params if parameter.param_type_name == "option" for name in parameter.opts
    } - {"--help"}


# ── commands and their outputs ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one != README_ZH], ids=lambda path: path.name)
def test_every_command_of_a_document_runs_and_prints_what_the_document_shows(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROJECT / "docs" / "examples", tmp_path / "docs" / "examples")
    printed = ""
    for block in documents.blocks(document):
        if block.name and block.kind in ("toml", "json"):
            path = tmp_path / block.name
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.kind == "sh":
            printed = run_block(block, monkeypatch)
        elif block.kind == "text" and not block.name and printed:
            assert printed.replace(str(tmp_path), "…").replace(os.sep, "/") == block.text
            printed = ""
    given = {Path(block.name).parts[0] for block in documents.blocks(document) if block.name}
    assert {path.name for path in tmp_path.iterdir() if not is_ignored(path.name)} <= {"docs", *given}


def is_ignored(name: str) -> bool:
    """Whether a file or folder of that name in the clone is left out by git."""
    lines = (PROJECT / ".gitignore").read_text("utf-8").splitlines()
    return any(fnmatch(name, line.strip("/")) for line in lines if line.startswith("/"))


def run_block(block: Block, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the ``xlreport`` commands of a block; what they print together."""
    shown = []
    for command in filter(documents.is_ours, documents.commands(block)):
        code, output = documents.run(command.line, monkeypatch)
        assert code == command.exit_code, f"{command.line}\n{output}"
        shown.append(output)
    return "".join(shown)


def test_every_other_command_of_a_document_is_run_by_somebody() -> None:
    shell = [block for document in DOCUMENTS for block in documents.blocks(document) if block.kind == "sh"]
    others = {one.line for block in shell for one in documents.commands(block) if not documents.is_ours(one)}
    assert others == set(OTHERS)


def test_every_option_of_pytest_in_the_documents_is_known() -> None:
    lines = [line for line in OTHERS if line.startswith(".venv/bin/python -m pytest")]
    configured = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    markers = {marker.partition(":")[0] for marker in configured["markers"]}
    named = set(re.findall(r"not (\w+)", " ".join(lines)))
    assert named == markers
    known = subprocess.run([sys.executable, "-m", "pytest", "--help"], capture_output=True, text=True, check=True)
    assert {"-n", "--dist", "-m"} <= set(re.findall(r"(?<!\S)--?\w+", known.stdout))


def as_shell(line: str) -> str:
    """A PowerShell line as the shell would say it: each step only if the one before succeeded."""
    steps, closing = re.subn(r"; if \(\$\?\) \{ ", " && ", line)
    assert steps.endswith(" }" * closing)
    steps = steps.removesuffix(" }" * closing)
    return steps.replace(".venv\\Scripts\\", ".venv/bin/").replace("py -m", "python3 -m")


@pytest.mark.parametrize("document", [README, README_ZH], ids=lambda path: path.name)
def test_powershell_takes_the_same_steps_as_the_shell(document: Path) -> None:
    found = documents.blocks(document)
    power = [block.text for block in found if block.kind == "powershell"]
    before = [
        found[at - 1].text
        for at, block in enumerate(found)
        if block.kind == "powershell" and found[at - 1].kind == "sh"
    ]
    assert len(power) == 2
    assert [as_shell(text.strip()) for text in power] == [text.strip() for text in before]


def test_the_readme_opens_with_the_demo_and_the_tests() -> None:
    first, second = [block.text for block in documents.blocks(README) if block.kind == "sh"][:2]
    assert first.strip().endswith(".venv/bin/xlreport demo")
    assert second.strip().endswith(".venv/bin/python -m pytest")


def test_the_chinese_readme_shows_the_same_blocks_pictures_and_files() -> None:
    assert documents.blocks(README_ZH) == documents.blocks(README)
    english, chinese = README.read_text("utf-8"), README_ZH.read_text("utf-8")
    others = {"README.md", "README.zh-CN.md"}
    assert [link for link in links(chinese) if link not in others] == [
        link for link in links(english) if link not in others
    ]
    assert len(re.findall(r"^## ", chinese, re.MULTILINE)) == len(re.findall(r"^## ", english, re.MULTILINE))


def test_the_chinese_readme_says_of_every_english_document_that_it_is_english() -> None:
    followed = re.findall(r"\]\((?:docs/\w+|CHANGELOG)\.md[^)]*\)(.{0,4})", README_ZH.read_text("utf-8"))
    assert set(followed) == {"（英文）"}


# ── what documents must not say ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_installs_the_package_of_another_name_or_names_a_registry_or_a_machine(document: Path) -> None:
    text = document.read_text("utf-8")
    assert FORBIDDEN.findall(text) == []


FORBIDDEN = re.compile(
    r"install(?![^\n]* --no-index )(?:[ \t]+[^\s&;]+)*[ \t]+xlreport\b"
    r"|pypi\.org|pythonhosted|npmjs|debian\.org|registry\."
    r"|/(?:home|root|Users|work|tmp)/|\b[A-Z]:\\"
)


@pytest.mark.parametrize(
    "text",
    [
        "pip install xlreport",
        "pip install xlreport-forms",
        "pipx install -q xlreport",
        "https://pypi.org/p",
        "/home/me/x",
    ],
)
def test_what_no_document_may_say_is_noticed(text: str) -> None:
    assert FORBIDDEN.search(text)


def links(text: str) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("http")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    broken = [link for link in links(document.read_text("utf-8")) if not leads_somewhere(document, link)]
    assert broken == []


def leads_somewhere(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = document.parent / name if name else document
    return target.exists() and (not anchor or anchor in anchors(target.read_text("utf-8")))


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# ── complete ──────────────────────────────────────────────────────────────────────────────────────


def section(text: str, heading: str) -> str:
    """The text under a heading, up to the next one of any level."""
    match = re.search(rf"^(#+) {re.escape(heading)}[^\n]*\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    assert match is not None, heading
    return match[2]


def first_column(text: str) -> set[str]:
    """The names in the first column of a section's tables."""
    cells = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def commands_of(group: Any) -> dict[str, Any]:
    """The commands of a group by their names; those of a group within it by both names (``roster new``)."""
    found = {}
    for name, command in group.commands.items():
        inner = commands_of(command) if hasattr(command, "commands") else {}
        found.update({f"{name} {one}": its for one, its in inner.items()} or {name: command})
    return found


COMMANDS = commands_of(typer.main.get_command(app))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented_and_no_other(name: str) -> None:
    described = first_column(section((PROJECT / "docs/commands.md").read_text("utf-8"), f"`xlreport {name}"))
    assert described == options_of(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_in_the_contract(name: str) -> None:
    shell = [block for block in documents.blocks(PROJECT / "docs/commands.md") if block.kind == "sh"]
    assert any(f"xlreport {name}" in block.text for block in shell)


def test_every_command_in_the_contract_exists() -> None:
    text = (PROJECT / "docs/commands.md").read_text("utf-8")
    headings = re.findall(r"^## `xlreport ([a-z ]+[a-z])", text, re.MULTILINE)
    assert set(headings) == set(COMMANDS)


KEYS: list[tuple[str, type[BaseModel]]] = [
    ("The form", source.FormSource),
    ("Sections", source.SectionSource),
    ("Topics", source.EntrySource),
    ("A single text", source.TextSource),
    ("Tables", source.TableSource),
    ("Blocks", source.BlockSource),
    ("Columns and rows", source.LineSource),
    ("Groups", source.GroupSource),
    ("Parameters", source.ParameterSource),
    ("Rules", source.RuleSource),
    ("The report", source.ReportSource),
]


@pytest.mark.parametrize(("heading", "model"), KEYS, ids=[heading for heading, _ in KEYS])
def test_every_key_of_a_form_is_documented_and_no_other(heading: str, model: type[BaseModel]) -> None:
    assert first_column(section((PROJECT / "docs/forms.md").read_text("utf-8"), heading)) == set(model.model_fields)


def test_every_part_of_a_form_has_its_table_of_keys() -> None:
    parts = {one for one in vars(source).values() if isinstance(one, type) and issubclass(one, BaseModel)}
    parts = {one for one in parts if one.__module__ == source.__name__ and not one.__name__.startswith("_")}
    assert parts == {model for _, model in KEYS}


def test_needed_keys_are_marked_as_needed() -> None:
    text = (PROJECT / "docs/forms.md").read_text("utf-8")
    for heading, model in KEYS:
        lines = [line for line in section(text, heading).splitlines() if line.rstrip(" |").endswith("Needed")]
        marked = {name for line in lines for name in re.findall(r"`([^`]+)`", line.split("|")[1])}
        assert marked == {name for name, one in model.model_fields.items() if one.is_required()}, heading


def test_the_grammar_in_the_documents_is_the_parsers() -> None:
    from xlreport.rules import parse  # noqa: PLC0415 - only its text is of interest here

    [grammar] = [block.text for block in documents.blocks(PROJECT / "docs/forms.md") if block.name == "grammar"]
    stated = re.search(r"^ *condition .*?(?=\n\n)", getdoc(parse) or "", re.DOTALL | re.MULTILINE)
    assert stated is not None
    assert [line.strip() for line in grammar.splitlines()] == [line.strip() for line in stated[0].splitlines()]


def test_a_wrong_rule_is_reported_as_the_documents_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = documents.blocks(PROJECT / "docs/forms.md")
    [form] = [block.text for block in found if block.name == "my-form/form.toml"]
    [shown] = [block.text for block in found if block.name == "broken"]
    (tmp_path / "my-form").mkdir()
    (tmp_path / "my-form/form.toml").write_text(form.replace('"settled <=', '"setled <='), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert documents.run("xlreport rules my-form", monkeypatch) == (2, shown)


# ── tables, lists and pictures are current ────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "tables"), make_reference.reference().items())
def test_the_tables_of_rules_and_findings_are_current(name: str, tables: dict[str, str]) -> None:
    text = (PROJECT / "docs" / name).read_text("utf-8")
    assert text == make_reference.with_tables(text, tables), "run: python docs/make_reference.py"


def test_the_table_of_rules_says_what_the_command_says() -> None:
    definition = load_definition(make_reference.FORM)
    printed = re.findall(r"^  (\S+)  (\S+)  (\d+) 处  (.+)$", rules_text(definition), re.MULTILINE)
    rows = [row.split(" | ") for row in make_reference.rules_table(definition).splitlines()[2:]]
    assert [(row[0].strip("|` "), row[1].split()[0], row[2], row[3]) for row in rows] == printed


def test_the_findings_are_sorted_as_the_reader_reports_them() -> None:
    files = [*(PROJECT / "xlreport/reading").glob("*.py"), *(PROJECT / "xlreport/verifying").glob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    calls = [node for node in nodes if isinstance(node, ast.Call) and len(node.args) > 1]
    errors = set(ERRORS_IN_GROUPS)
    for call in calls:
        if ast.unparse(call.args[1]) == "Severity.ERROR":
            errors |= {str(one.value) for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant)} - {"ROWS"}
    assert errors == make_reference.ERRORS
    assert set(CODES) >= make_reference.FILES | make_reference.ERRORS


def test_the_picture_of_the_tree_shows_the_tree() -> None:
    [picture] = [block.text for block in documents.blocks(PROJECT / "docs/design.md") if block.name == "structure"]
    drawn = re.findall(r"^ {4}(\S+)  ", picture, re.MULTILINE)
    package = [path for path in (PROJECT / "xlreport").iterdir() if not path.name.startswith(("__", "py.typed"))]
    assert sorted(drawn) == sorted(f"{path.name}/" if path.is_dir() else path.name for path in package)
    top = re.findall(r"^(\S+/)", picture, re.MULTILINE)
    assert all((PROJECT / name).is_dir() for name in top)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    groups = [project["project"]["dependencies"], project["build-system"]["requires"]]
    groups += project["dependency-groups"].values()
    required = {re.split(r"[\[<>=]", one)[0] for group in groups for one in group}
    text = (PROJECT / "docs/dependencies.md").read_text("utf-8").partition("## Programs")[0]
    assert first_column(text) == required


def test_every_picture_is_shown_and_small() -> None:
    shown = {
        link.rpartition("/")[2]
        for document in DOCUMENTS
        for link in links(document.read_text("utf-8"))
        if link.endswith(".png")
    }
    pictures = {path.name: path.stat().st_size for path in make_pictures.FOLDER.iterdir()}
    assert shown <= set(pictures)
    assert {name for name, size in pictures.items() if size > 200 * 1024} == set()


@pytest.mark.libreoffice
def test_the_pictures_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("soffice", "pdftoppm"):
        if shutil.which(program) is None:
            judges.missing(program)
    monkeypatch.setattr(make_pictures, "FOLDER", tmp_path)
    make_pictures.main()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in (PROJECT / "docs/pictures").iterdir()}
