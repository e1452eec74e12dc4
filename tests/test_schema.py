"""The JSON Schema beside the forms says what the loader says."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from xlreport.forms.loading import shipped_forms
from xlreport.forms.schema import schema_path, schema_text

TOY = Path(__file__).parent / "forms" / "toy"
VALIDATOR = Draft202012Validator(json.loads(schema_text()))


def complaints(text: str) -> list[str]:
    """Where a form breaks the schema."""
    return [error.json_path for error in VALIDATOR.iter_errors(tomllib.loads(text))]


def toy(old: str = "", new: str = "") -> str:
    text = (TOY / "form.toml").read_text("utf-8")
    assert old in text
    return text.replace(old, new, 1)


def test_the_schema_is_current() -> None:
    assert schema_path().read_text("utf-8") == schema_text(), "run: python -m xlreport.forms.schema"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("folder", [*shipped_forms().values(), TOY], ids=lambda folder: folder.name)
def test_a_form_that_loads_fits_the_schema(folder: Path) -> None:
    assert complaints((folder / "form.toml").read_text("utf-8")) == []


@pytest.mark.parametrize("folder", shipped_forms().values(), ids=shipped_forms())
def test_a_shipped_form_names_the_schema_for_editors(folder: Path) -> None:
    first = (folder / "form.toml").read_text("utf-8").splitlines()[0]
    assert (folder / first.removeprefix("#:schema ")).resolve() == schema_path().resolve()


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('title = "图书室年报"\n', "", "$"),
        ("params", "parameters", "$"),
        ("most = 1000", 'most = "1000"', "$.params.most"),
        ('version = "1.0"', "version = 1.0", "$.version"),
        ('severity = "query"', 'severity = "warning"', "$.rules[3].severity"),
        ('{ id = "old", label', '{ id = "Old", label', "$.tables[0].rows[0]"),
        ("scale = 2", "scale = 7", "$.tables[0].columns[1]"),
    ],
)
def test_a_form_that_does_not_load_breaks_the_schema(old: str, new: str, where: str) -> None:
    assert complaints(toy(old, new)) == [where]


def test_every_description_is_written_for_a_forms_author() -> None:
    def descriptions(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["description"]] if isinstance(node.get("description"), str) else []
            return own + [one for part in node.values() for one in descriptions(part)]
        return [one for part in node for one in descriptions(part)] if isinstance(node, list) else []

    found = descriptions(json.loads(schema_text()))
    assert found
    assert [one for one in found if one.isascii()] == []
