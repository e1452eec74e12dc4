"""What holds of the code as a whole: one direction, light start-up, values that travel, sentences in their homes."""

import ast
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from xlreport.cells import CellRef, Number, Text
from xlreport.checks import explanations
from xlreport.checks.check import check
from xlreport.errors import DefinitionError, LimitError, Problem, RequestError, WorkbookError
from xlreport.forms.layout import plan_layout
from xlreport.forms.loading import load_definition, shipped_forms
from xlreport.messages import LANGUAGES
from xlreport.messages.codes_zh import CODES
from xlreport.reading import advising
from xlreport.reading.values import parse_values, submission_of
from xlreport.reading.workbook import read_workbook
from xlreport.reports.building import build_report
from xlreport.rules.parse import RuleSyntaxError
from xlreport.writing.template import plan_template, write_template

PACKAGE = Path(__file__).resolve().parent.parent / "xlreport"
FORM = "gov-info-annual-2021"
EXAMPLE = shipped_forms()[FORM] / "example.json"

ROOMS = (
    ("cells", "errors", "fields", "messages"),
    ("findings",),
    ("rules",),
    ("forms",),
    ("submission",),
    ("reading",),
    ("checks",),
    ("writing",),
    ("verifying",),
    ("reports",),
    ("files",),
    ("office",),
    ("cli",),
    ("__main__",),
)
"""The stages of the line: a room imports from itself and from those above it."""

OFFICE = (
    *("report_look", "china_time", "processes", "roster", "folder", "inbox", "archive", "collecting"),
    *("aggregate", "trace", "status", "results", "issuing", "comparing"),
)
"""The rooms within the office, in the order of import."""
HOMES = {
    "openpyxl": set[str](),
    "xlsxwriter": {"xlreport.writing.xlsx"},
    "pydantic": {"xlreport.forms.source"},
    "typer": {"xlreport.cli.commands", "xlreport.cli.wording"},
    "rich": set[str](),
}
"""The one module that imports a package as it is imported itself; others import it when they need it."""

CHINESE = re.compile("[\u4e00-\u9fff]")
NO_SENTENCES = {
    "checks/explanations.py": set(explanations.EMPTY_WORDS),  # what is no explanation: data of a rule
    "reading/normalising.py": {r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"},  # how dates are written
    "reading/advising.py": {advising._DATE.pattern},  # how dates are written
    "cli/output.py": {"[通过]", "[错误]"},  # what stands for ✓ and ✗ in a pipe without them
    "writing/look.py": {"微软雅黑"},  # a face's name
    "writing/plan.py": {"微软雅黑"},  # a face's name
    "reports/faces.py": {
        "宋体", "仿宋", "黑体", "楷体", "方正小标宋_GBK", "仿宋_GB2312", "楷体_GB2312", '&C&"宋体,Regular"&'
    },  # names of faces
}  # fmt: skip
FOR_AUTHORS = "forms/source.py"  # descriptions in the JSON Schema; they stand beside the entries they describe


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package, by its dotted name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), ast.parse(path.read_text("utf-8"))


TREES = dict(modules())


def imported(node: ast.AST) -> list[str]:
    """The modules an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        whole = [f"{node.module}.{alias.name}" for alias in node.names]
        return [one if one in TREES else node.module for one in whole]
    return []


def imports(tree: ast.AST) -> set[str]:
    return {name for node in ast.walk(tree) for name in imported(node)}


def test_every_room_imports_only_from_the_rooms_before_it() -> None:
    order = {room: at for at, rooms in enumerate(ROOMS) for room in rooms}
    wrong = [
        f"{name} imports {other}"
        for name, tree in TREES.items()
        for other in imports(tree)
        if other.startswith("xlreport.") and order[other.split(".")[1]] > order[name.split(".")[1]]
    ]
    assert wrong == []


def test_the_rooms_of_the_office_stand_in_one_order() -> None:
    order = {room: at for at, room in enumerate(OFFICE)}
    wrong = [
        f"{name} imports {other}"
        for name, tree in TREES.items()
        for other in imports(tree)
        if name.startswith("xlreport.office.") and other.startswith("xlreport.office.")
        if order[other.split(".")[2]] > order[name.split(".")[2]]
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    waiting = {name: {one for one in imports(tree) if one in TREES} - {name} for name, tree in TREES.items()}
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in ready:
            del waiting[name]
    assert waiting == {}


@pytest.mark.parametrize("package", HOMES)
def test_a_heavy_package_is_imported_in_its_one_home(package: str) -> None:
    homes = {
        name
        for name, tree in TREES.items()
        for statement in tree.body
        for other in imported(statement)
        if other.split(".")[0] == package
    }
    assert homes == HOMES[package]


# ── start-up ──


def loaded_by(*arguments: str | Path) -> set[str]:
    """The modules that a command has loaded when it ends."""
    program = """
import sys
from xlreport.cli import main
try:
    main()
except SystemExit:
    pass
print("loaded:", *sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, check=True, cwd=PACKAGE.parent
    )
    return set(run.stdout.decode().rpartition("loaded:")[2].split())


def test_help_loads_nothing_that_only_a_command_needs() -> None:
    loaded = loaded_by("--help")
    assert "xlreport.cli.commands" in loaded
    heavy = {"openpyxl", "xlsxwriter", "pydantic", "rich", "xml.etree.ElementTree", "zipfile", "decimal"}
    assert loaded & heavy == set()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("structure") / "filled.xlsx"
    definition = load_definition(FORM)
    document = parse_values(EXAMPLE.read_bytes(), "example.json")
    path.write_bytes(write_template(definition, submission_of(definition, document)))
    return path


def test_check_of_a_workbook_loads_neither_openpyxl_nor_xlsxwriter(filled: Path) -> None:
    loaded = loaded_by("check", filled)
    assert "xlreport.reading.workbook" in loaded
    assert loaded & {"openpyxl", "xlsxwriter", "rich", "xlreport.writing.strict"} == set()


# ── values between stages ──


def test_every_value_between_stages_survives_pickle(filled: Path) -> None:
    definition = load_definition(FORM)
    submission = submission_of(definition, parse_values(EXAMPLE.read_bytes(), "example.json"))
    result = check(definition, submission)
    values = (
        definition,
        plan_layout(definition),
        read_workbook(filled.read_bytes(), "filled.xlsx"),
        submission,
        result,
        plan_template(definition, submission),
        build_report(definition, result, draft=True),
    )
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value, type(value)  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "error",
    [
        DefinitionError("form.toml", (Problem("rules[0].check", "不对", "    a\n    ^"),)),
        WorkbookError("NO-FILE", "找不到"),
        RequestError("不行"),
        LimitError("too long"),
        RuleSyntaxError("a + ", 4, "不对"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_exception_survives_pickle(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_what_another_process_judges_comes_to_the_same() -> None:
    definition = load_definition(FORM)
    submission = submission_of(definition, parse_values(EXAMPLE.read_bytes(), "example.json"))
    travelled = pickle.loads(pickle.dumps((definition, submission)))  # noqa: S301 - our own bytes
    assert check(*travelled) == check(definition, submission)


def test_a_value_cannot_be_changed_on_its_way() -> None:
    for value in (CellRef("一", 1, 1), Text("一"), load_definition(FORM)):
        with pytest.raises(AttributeError):
            setattr(value, next(iter(type(value).__dataclass_fields__)), None)
    assert replace(Text("一"), value="二") == Text("二")
    assert hash(Number(value=load_definition(FORM).parameters["yoy_factor"].value)) is not None


# ── sentences ──


def spoken(tree: ast.Module) -> Iterator[ast.Constant]:
    """The text constants of a module that are no docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


CODE = {name: tree for name, tree in TREES.items() if not name.startswith("xlreport.messages")}
CONSTANTS = {str(node.value) for tree in CODE.values() for node in spoken(tree)}


def pattern(node: ast.JoinedStr) -> str:
    """The keys an f-string can spell."""
    return "".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else "[A-Za-z_.-]+" for v in node.values)


def key_patterns() -> set[str]:
    """The f-strings that begin with the first word of a key and spell the rest from a value."""
    words = {key.split(".")[0] + "." for key in LANGUAGES["zh"]}
    found = set()
    for tree in CODE.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                is_path = "[" in start  # of an entry of a form, as report.lead[0]
                if start.startswith(tuple(words)) and not is_path:
                    found.add(pattern(node))
    return found


def test_every_key_that_is_said_is_in_the_catalogue() -> None:
    said = {
        node.args[0].value
        for tree in CODE.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
        if isinstance(node.args[0], ast.Constant)
    }
    assert said - LANGUAGES["zh"].keys() == set()


def test_every_spelled_family_of_keys_has_members() -> None:
    keys = LANGUAGES["zh"]
    assert [one for one in key_patterns() if not any(re.fullmatch(one, key) for key in keys)] == []


def test_every_sentence_of_the_catalogue_is_said_somewhere() -> None:
    families = key_patterns()
    unsaid = [
        key for key in LANGUAGES["zh"] if key not in CONSTANTS and not any(re.fullmatch(f, key) for f in families)
    ]
    assert unsaid == []


def test_every_code_of_the_catalogue_is_raised_somewhere() -> None:
    assert [code for code in CODES if code not in CONSTANTS] == []


def test_every_structure_sentence_has_its_code() -> None:
    keys = {key.removeprefix("structure.") for key in LANGUAGES["zh"] if re.fullmatch(r"structure\.[A-Z-]+", key)}
    assert keys - CODES.keys() == set()


def test_every_code_that_is_raised_can_be_explained() -> None:
    looks_like_a_code = re.compile(r"[A-Z]+(-[A-Z]+)+")
    rooms = ("xlreport.reading", "xlreport.cli")
    named = {
        str(node.value)
        for name, tree in CODE.items()
        if name.startswith(rooms)
        for node in spoken(tree)
        if looks_like_a_code.fullmatch(str(node.value))
    }
    assert named
    assert named - CODES.keys() == set()


def test_chinese_sentences_stand_in_forms_and_messages_only() -> None:
    elsewhere = {}
    for name, tree in CODE.items():
        path = "/".join(name.split(".")[1:]) + ".py"
        words = {str(node.value) for node in spoken(tree) if CHINESE.search(str(node.value))}
        if path != FOR_AUTHORS and words != NO_SENTENCES.get(path, set()):
            elsewhere[path] = words
    assert elsewhere == {}


def test_nothing_about_one_form_stands_in_the_code() -> None:
    definition = load_definition(FORM)
    names = {FORM, *definition.parameters, *(section.id for section in definition.sections)}
    names |= {table.id for table in definition.tables} | {rule.id for rule in definition.rules if "-" in rule.id}
    named = {name: names & {str(node.value) for node in spoken(tree)} for name, tree in CODE.items()}
    found = {name: words for name, words in named.items() if words}
    assert found == {"xlreport.cli.demonstrating": {FORM}}, "only the demonstration chooses a form"


def test_the_example_of_a_form_is_of_that_form() -> None:
    for name, folder in shipped_forms().items():
        for example in folder.glob("*.json"):
            read = json.loads(example.read_text("utf-8"))
            assert {one["form"] for one in (read if isinstance(read, list) else [read])} == {name}
