"""Load a form: read its file, check every entry, look up every rule, and report all problems at once."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlreport.errors import DefinitionError, Problem
from xlreport.forms.definition import FormDefinition
from xlreport.messages import say


def load_definition(form: str | Path) -> FormDefinition:
    """The definition of a form, given by its id (a shipped form) or by the path of its folder.

    Raises:
        DefinitionError: the form is not there, or anything in its file is wrong; all problems at once.
    """
    folder = find_form(str(form))
    path = folder / "form.toml"
    try:
        data = path.read_bytes()
    except OSError:
        raise DefinitionError(str(form), (Problem("form.toml", say("form.no_file", folder=folder)),)) from None
    return parse_definition(data, source=str(path))


def shipped_forms() -> dict[str, Path]:
    """The forms that come with the product, by id."""
    return {path.parent.name: path.parent for path in sorted(_shipped_folder().glob("*/form.toml"))}


def find_form(form: str) -> Path:
    """The folder of a form given by id or path.

    Raises:
        DefinitionError: there is neither.
    """
    shipped = shipped_forms()
    if form in shipped:
        return shipped[form]
    folder = Path(form)
    if folder.is_dir():
        return folder
    message = say("form.unknown", name=form, known="、".join(shipped))
    raise DefinitionError(form, (Problem("FORM", message),))


def _shipped_folder() -> Path:
    """Beside the package in a checkout, inside it in an installed wheel."""
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

    tables = _read_toml(data, source)
    form = _validated(tables, source)
    definition, problems = compile_form(form, digest=_digest(form))
    if problems:
        raise DefinitionError(source, problems)
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem("form.toml", say("form.unreadable", reason=error))
        raise DefinitionError(source, (problem,)) from None


def _validated(tables: Mapping[str, Any], source: str) -> Any:
    from pydantic import ValidationError  # noqa: PLC0415 - as above

    from xlreport.forms.source import FormSource  # noqa: PLC0415 - as above

    try:
        return FormSource.model_validate(tables)
    except ValidationError as error:
        problems: dict[str, Problem] = {}
        for detail in error.errors():
            path = _path(detail["loc"])
            problems.setdefault(path, Problem(path, _sentence(detail)))
        raise DefinitionError(source, tuple(problems.values())) from None


_TAGS = frozenset({"line", "group"})


def _path(location: tuple[int | str, ...]) -> str:
    """``tables[1].rows[3].label``: pydantic's location without the marks of its unions."""
    path = ""
    previous: int | str = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not (isinstance(previous, int) and part in _TAGS) and part.isidentifier() and not _is_union_mark(part):
            path += f".{part}" if path else part
        previous = part
    return path


def _is_union_mark(part: str) -> bool:
    return part in {"str", "int", "decimal", "ParameterSource"}


def _sentence(detail: Any) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return say("form.missing")
    if kind == "extra_forbidden":
        return say("form.unknown_key")
    if kind == "literal_error":
        return say("form.not_one_of", expected=context["expected"])
    if kind == "string_pattern_mismatch":
        return say("form.bad_id", name=detail["input"])
    return say("form.invalid", reason=detail["msg"])
