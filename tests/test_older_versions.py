"""A form in several versions: each workbook is read, judged and handed back by the version it was made from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import editing
import line
import pytest
from test_command_line import run

from xlreport.cells import number_value
from xlreport.checks.check import check
from xlreport.errors import DefinitionError, WorkbookError
from xlreport.fields import FieldRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import HIDDEN_SHEET, plan_layout
from xlreport.forms.loading import load_definition, older_versions, shipped_forms
from xlreport.submission import Submission, Unit
from xlreport.verifying.sources import Read, read_source
from xlreport.writing.return_copy import write_return_copy
from xlreport.writing.template import write_template

TOY = Path(__file__).parent / "forms" / "toy" / "form.toml"
FIGURES = {f"books.{row}.{column}": 3 for row in ("old", "new") for column in ("number", "price")}


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """The small form: version 2.0 has one row more than 1.0, and a rule that 1.0 lacks."""
    older = TOY.read_text("utf-8")
    newer = older.replace('version = "1.0"', 'version = "2.0"')
    newer = newer.replace('{ id = "all"', '{ id = "lent", label = "借出" }, { id = "all"')
    newer = newer.replace(
        "rules = [",
        'rules = [\n    { id = "LENT", severity = "error", check = "books.lent.number >= 9", says = "借出" },',
    )
    folder = tmp_path / "toy"
    (folder / "1.0").mkdir(parents=True)
    (folder / "form.toml").write_text(newer, "utf-8")
    (folder / "1.0" / "form.toml").write_text(older, "utf-8")
    return folder


def made(definition: FormDefinition, figures: Mapping[str, int] = FIGURES) -> bytes:
    """A filled workbook of a version."""
    values = {ref: number_value(figures[str(ref)]) for ref in definition.fields if str(ref) in figures}
    texts = {FieldRef(("remarks",)): ("一段话。",)}
    return write_template(
        definition,
        Submission(
            form="toy", version=definition.version, unit=Unit(name="甲馆"), year=2024, values=values, texts=texts
        ),
    )


def read(data: bytes, form: Path) -> Read:
    return read_source(data, "旧表.xlsx", str(form))


def codes(one: Read) -> list[str]:
    return [finding.code for finding in check(one.definition, one.submission).findings]


def test_a_workbook_of_an_older_version_is_read_and_judged_by_that_version_with_a_notice(form: Path) -> None:
    one = read(made(load_definition(form, "1.0")), form)
    result = check(one.definition, one.submission)
    assert (one.definition.version, one.submission.version, len(one.submission.values)) == ("1.0", "1.0", 4)
    assert ([finding.code for finding in result.findings], result.accepted) == (["OLDER-VERSION"], True)
    assert result.findings[0].message == (
        "这份表是表单第 1.0 版（现行第 2.0 版），已按第 1.0 版读取和核对。不用处理；以后请用新模板。"
    )


def test_a_workbook_of_the_present_version_is_judged_by_the_present_rules(form: Path) -> None:
    one = read(made(load_definition(form)), form)
    assert (
        one.definition.version,
        "OLDER-VERSION" in codes(one),
        "LENT" in [j.rule for j in one.definition.judgements],
    ) == (
        "2.0",
        False,
        True,
    )


def test_the_return_copy_of_an_older_version_is_of_that_version_and_its_correction_is_accepted(form: Path) -> None:
    older = load_definition(form, "1.0")
    one = read(made(older, {**FIGURES, "books.old.number": -1}), form)
    copy = write_return_copy(one.definition, check(one.definition, one.submission))
    cell = plan_layout(older).cell_of(FieldRef(("books", "old", "number")))
    corrected = read(editing.with_number(copy, cell.sheet, cell.address, "3"), form)
    assert (codes(one), one.definition) == (["OLDER-VERSION", "NUM"], older)
    assert (codes(corrected), corrected.definition, corrected.submission.round) == (
        ["OLDER-VERSION", "NOT-RECALCULATED"],
        older,
        2,
    )


def values(version: str) -> dict[str, Any]:
    unit = {"name": "甲馆"}
    return {"form": "toy", "version": version, "unit": unit, "year": 2024, "values": {**FIGURES, "remarks": "一段话。"}}


def test_values_that_name_an_older_version_are_read_by_it(form: Path) -> None:
    one = read(line.as_bytes(values("1.0")), form)
    assert (one.definition.version, codes(one)) == ("1.0", ["OLDER-VERSION"])


def test_values_that_name_no_version_are_of_the_present_one(form: Path) -> None:
    assert read(line.as_bytes(values("")), form).definition.version == "2.0"


def refusal(data: bytes, form: Path) -> str:
    with pytest.raises(WorkbookError) as caught:
        read(data, form)
    return caught.value.code


@pytest.mark.parametrize("version", ["3.0", "1.1", "../toy", "1.0/", ""])
def test_a_version_that_is_not_known_is_refused_and_never_used_as_a_path(form: Path, version: str) -> None:
    where = plan_layout(load_definition(form, "1.0")).meta["version"]
    data = editing.with_text(made(load_definition(form, "1.0")), HIDDEN_SHEET, where.address, version)
    assert refusal(data, form) == "UNKNOWN-VERSION"


def test_values_of_a_version_that_is_not_known_are_refused(form: Path) -> None:
    assert refusal(line.as_bytes(values("3.0")), form) == "UNKNOWN-VERSION"


def test_another_content_of_an_older_version_is_refused(form: Path) -> None:
    data = made(load_definition(form, "1.0"))
    path = form / "1.0" / "form.toml"
    path.write_text(path.read_text("utf-8").replace("most = 1000", "most = 2000"), "utf-8")
    assert refusal(data, form) == "UNKNOWN-VERSION"


def test_another_form_is_not_looked_up_among_the_versions(form: Path) -> None:
    where = plan_layout(load_definition(form, "1.0")).meta["form"]
    data = editing.with_text(made(load_definition(form, "1.0")), HIDDEN_SHEET, where.address, "other")
    assert refusal(data, form) == "OTHER-FORM"


def problems(form: Path, version: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_definition(form, version)
    return [problem.path for problem in caught.value.problems]


def test_a_version_that_is_not_there_cannot_be_loaded(form: Path) -> None:
    assert problems(form, "1.7") == ["version"]


def test_a_folder_that_holds_another_version_than_its_name_says_is_a_mistake_of_the_author(form: Path) -> None:
    (form / "1.0").rename(form / "1.5")
    assert problems(form, "1.5") == ["version"]


def test_only_folders_named_as_versions_are_versions(form: Path) -> None:
    (form / "draft").mkdir()
    (form / "draft" / "form.toml").write_text("", "utf-8")
    (form / "0.9").mkdir()
    assert list(older_versions(form)) == ["1.0"]


def test_a_shipped_form_may_have_older_versions_and_they_are_no_forms(
    form: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.forms.loading.templates_folder", lambda: form.parent)
    one = read_source(made(load_definition("toy", "1.0")), "旧表.xlsx")
    assert (list(shipped_forms()), one.definition.version, codes(one)) == (["toy"], "1.0", ["OLDER-VERSION"])


def test_the_commands_walk_an_older_version(form: Path, tmp_path: Path) -> None:
    (tmp_path / "旧表.xlsx").write_bytes(made(load_definition(form, "1.0"), {**FIGURES, "books.old.number": -1}))
    checked = run("check", tmp_path / "旧表.xlsx", "--form", form, "--annotate", tmp_path / "退回")
    [back] = (tmp_path / "退回").iterdir()
    again = run("check", back, "--form", form)
    assert (checked.exit_code, again.exit_code) == (1, 1)
    assert "已按第 1.0 版读取和核对" in again.stdout
    (tmp_path / "v.json").write_bytes(line.as_bytes({"form": "toy", "values": {"books.old.number": 3}}))
    assert run("fill", back, tmp_path / "v.json", "-o", tmp_path / "好.xlsx", "--form", form).exit_code == 0
    assert run("report", tmp_path / "好.xlsx", "-o", tmp_path / "报告.xlsx", "--form", form).exit_code == 0
