"""The scripts that run before a change is taken over say what the documents say."""

import os
import shutil
import subprocess
from pathlib import Path

import conftest
import documents
import pytest
from documents import PROJECT, README

RUN = PROJECT / ".ci" / "run"
SCRIPTS = (RUN, PROJECT / ".ci" / "install-judges")


def test_ci_runs_the_readmes_own_test_command() -> None:
    readme_tests = [block.text.strip() for block in documents.blocks(README) if block.kind == "sh"][1]
    script = RUN.read_text("utf-8")
    assert """grep -m1 -e "^python3 .*$1\\$" README.md""" in script
    assert "test_command=$(readme_command '-m pytest')" in script
    ending = [line for line in README.read_text("utf-8").splitlines() if line.startswith("python3 ")]
    assert next(line for line in ending if line.endswith("-m pytest")) == readme_tests
    assert readme_tests not in script


def test_ci_runs_the_lint_that_the_documents_tell() -> None:
    testing = documents.blocks(PROJECT / "docs/testing.md")
    [lint] = [block for block in testing if block.kind == "sh" and "ruff" in block.text]
    told = [command.line.removeprefix(".venv/bin/python") for command in documents.commands(lint)]
    assert [line for line in told if f'"$python"{line}\n' not in RUN.read_text("utf-8")] == []


def test_ci_requires_every_judge_and_ends_with_the_first_failure() -> None:
    script = RUN.read_text("utf-8")
    assert "export XLREPORT_REQUIRE_JUDGES=1" in script
    assert "set -euo pipefail" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_executable_and_bash_reads_it(script: Path) -> None:
    assert os.name == "nt" or os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)


def test_the_files_begun_first_exist() -> None:
    assert [name for name in conftest.LONGEST if not (PROJECT / "tests" / f"{name}.py").is_file()] == []
