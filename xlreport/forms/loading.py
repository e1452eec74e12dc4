"""Load a form: read its file, check every entry, look up every rule, and report all problems at once."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlreport.errors import DefinitionError, Problem, RequestError
from xlreport.forms.definition import FormDefinition
from xlreport.forms.names import VERSION
from xlreport.messages import say

FORM_FILE = "form.toml"


def load_definition(form: str | Path, version: str = "") -> FormDefinition:
    """The definition of a form, given by its id (a shipped form) or by the path of its folder or file.

    ``version`` asks for a released version; without one it is the form's present one.

    Raises:
        RequestError: the form is not there.
        DefinitionError: its version is not there, or anything in its file is wrong; all problems at once.
    """
    folder = find_form(str(form))
    present = _load(folder)
    if version in ("", present.version):
        return present
    older = older_versions(form).get(version)
    if older is None:
        raise DefinitionError(str(form), (Problem("version", say("versions.none", folder=folder, version=version)),))
    definition = _load(older)
    if (definition.id, definition.version) != (present.id, version):
        words = say("versions.other", folder=older, id=present.id, version=version)
        raise DefinitionError(str(older / FORM_FILE), (Problem("version", words),))
    return definition


def older_versions(form: str | Path) -> dict[str, Path]:
    """The folders of a form's released versions beside its present one, by version: ``<form>/1.0/form.toml``.

    Raises:
        RequestError: the form is not there.
    """
    paths = sorted(find_form(str(form)).glob(f"*/{FORM_FILE}"))
    return {path.parent.name: path.parent for path in paths if re.fullmatch(VERSION, path.parent.name)}


def _load(folder: Path) -> FormDefinition:
    path = folder / FORM_FILE
    try:
        data = path.read_bytes()
    except OSError:
        raise RequestError(say("form.no_file", folder=folder)) from None
    return parse_definition(data, source=str(path))


def shipped_forms() -> dict[str, Path]:
    """The forms that come with the product, by id."""
    return {path.parent.name: path.parent for path in sorted(templates_folder().glob(f"*/{FORM_FILE}"))}


def find_form(form: str) -> Path:
    """The folder of a form given by id, or by the path of its folder or of the file in it.

    Raises:
        RequestError: there is neither.
    """
    shipped = shipped_forms()
    if form in shipped:
        return shipped[form]
    folder = Path(form)
    if folder.is_dir():
        return folder
    if folder.name == FORM_FILE and folder.is_file():
        return folder.parent
    raise RequestError(say("form.unknown", name=form, known="、".join(shipped)))


def templates_folder() -> Path:
    """The folder of the shipped forms: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "workbook_templates"
    return installed if installed.is_dir() else package.parent / "workbook_templates"


@lru_cache(maxsize=32)
def parse_definition(data: bytes, source: str = "form.toml") -> FormDefinition:
    """The definition a ``form.toml`` says, given its bytes; worked out once in a process.

    Raises:
        DefinitionError: anything in it is wrong; all problems at once.
    """
    from xlreport.forms.compiling import compile_form  # noqa: PLC0415 - pydantic is only paid for when a form is read
    from xlreport.forms.shape import shape_of  # noqa: PLC0415 - as above

    shape = shape_of(_read_toml(data, source))
    if shape.form is None:
        raise DefinitionError(source, shape.problems)
    definition, more = compile_form(shape.form, digest=_digest(shape.form))
    if shape.problems or more:
        raise DefinitionError(source, (*shape.problems, *(one for one in more if not shape.explains(one))))
    return definition


_WORDS_ONLY = frozenset({"help", "summary", "basis", "how_to_fill", "report", "template_title", "title"})


def _digest(form: Any) -> str:
    """A name for what the form means: unchanged by comments, spelling of the file, and mere help."""
    meaning = _without_words(form.model_dump(mode="json"))
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_words(part) for key, part in value.items() if key not in _WORDS_ONLY}
    return [_without_words(part) for part in value] if isinstance(value, list) else value


def _read_toml(data: bytes, source: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        problem = Problem(FORM_FILE, say("form.unreadable", what=_broken(data, error)))
        raise DefinitionError(source, (problem,)) from None


_AT = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
"""Where the parser stopped, at the end of its sentence."""


def _broken(data: bytes, error: Exception) -> str:
    """Where a file stops being TOML, then why, in the parser's own words."""
    if isinstance(error, UnicodeDecodeError):
        return say("toml.encoding", line=data.count(b"\n", 0, error.start) + 1)
    if isinstance(error, RecursionError):
        return say("toml.too_deep")
    at = _AT.search(str(error))
    if at is None:
        return say("toml.number")
    reason = str(error)[: at.start()]
    return say("toml.at" if at["line"] else "toml.end", reason=reason, **at.groupdict())
