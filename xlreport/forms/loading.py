"""Load a form: read its file, check every entry, look up every rule, and report all problems at once."""

import copy
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlreport.errors import DefinitionError, Problem
from xlreport.forms.definition import FormDefinition
from xlreport.forms.names import FORM_ID, IDENTIFIER, RULE_ID, VERSION
from xlreport.messages import say

FORM_FILE = "form.toml"


def load_definition(form: str | Path, version: str = "") -> FormDefinition:
    """The definition of a form, given by its id (a shipped form) or by the path of its folder.

    ``version`` asks for a released version; without one it is the form's present one.

    Raises:
        DefinitionError: the form or its version is not there, or anything in its file is wrong; all problems at once.
    """
    folder = find_form(str(form))
    present = _load(str(form), folder)
    if version in ("", present.version):
        return present
    older = older_versions(form).get(version)
    if older is None:
        raise DefinitionError(str(form), (Problem("version", say("versions.none", folder=folder, version=version)),))
    definition = _load(str(form), older)
    if (definition.id, definition.version) != (present.id, version):
        words = say("versions.other", folder=older, id=present.id, version=version)
        raise DefinitionError(str(older / FORM_FILE), (Problem("version", words),))
    return definition


def older_versions(form: str | Path) -> dict[str, Path]:
    """The folders of a form's released versions beside its present one, by version: ``<form>/1.0/form.toml``.

    Raises:
        DefinitionError: the form is not there.
    """
    paths = sorted(find_form(str(form)).glob(f"*/{FORM_FILE}"))
    return {path.parent.name: path.parent for path in paths if re.fullmatch(VERSION, path.parent.name)}


def _load(form: str, folder: Path) -> FormDefinition:
    path = folder / FORM_FILE
    try:
        data = path.read_bytes()
    except OSError:
        raise DefinitionError(form, (Problem(FORM_FILE, say("form.no_file", folder=folder)),)) from None
    return parse_definition(data, source=str(path))


def shipped_forms() -> dict[str, Path]:
    """The forms that come with the product, by id."""
    return {path.parent.name: path.parent for path in sorted(templates_folder().glob(f"*/{FORM_FILE}"))}


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

    form, problems = _validated(_read_toml(data, source))
    if form is None:
        raise DefinitionError(source, problems)
    definition, more = compile_form(form, digest=_digest(form))
    if problems or more:
        raise DefinitionError(source, (*problems, *(one for one in more if not _follows(one, problems))))
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = Problem("form.toml", say("form.unreadable", reason=error))
        raise DefinitionError(source, (problem,)) from None


def _validated(tables: Mapping[str, Any]) -> tuple[Any, tuple[Problem, ...]]:
    """The form as an author wrote it, and what is wrong with its shape.

    Where only optional entries are wrong there still is a form, without them: so its rules are checked, too.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - as above

    from xlreport.forms.source import FormSource  # noqa: PLC0415 - as above

    try:
        return FormSource.model_validate(tables), ()
    except ValidationError as error:
        found: dict[tuple[int | str, ...], list[Any]] = {}
        for detail in error.errors():
            found.setdefault(_steps(tables, detail), []).append(detail)
    problems = _problems(found)
    try:
        return FormSource.model_validate(_without(tables, found)), problems
    except ValidationError:
        return None, problems


def _problems(found: Mapping[tuple[int | str, ...], list[Any]]) -> tuple[Problem, ...]:
    """One problem for each spot: a union complains once for each of its kinds, and about what is inside it, too."""
    return tuple(
        Problem(_spelled(steps), _sentence(details))
        for steps, details in found.items()
        if not any(other[: len(steps)] == steps and other != steps for other in found)
    )


_HOLD_NAMES = frozenset(
    {"sections", "topics", "tables", "blocks", "columns", "rows", "of", "rules", "params", "levels"}
)
"""Entries that are not left out to go on: what refers to names in them would seem wrong."""


def _without(tables: Mapping[str, Any], found: Iterable[tuple[int | str, ...]]) -> Mapping[str, Any]:
    """The file's entries without those that are wrong."""
    kept = copy.deepcopy(dict(tables))
    for *parents, last in sorted(found, key=len, reverse=True):
        here: Any = kept
        for step in parents:
            here = here[step]
        if isinstance(here, dict) and last not in _HOLD_NAMES:
            here.pop(last, None)
    return kept


def _follows(problem: Problem, others: tuple[Problem, ...]) -> bool:
    """Whether a problem lies in the very entry whose shape is wrong already."""
    entries = [other.path.rpartition(".")[0] or other.path for other in others]
    return any(problem.path == entry or problem.path.startswith((f"{entry}.", f"{entry}[")) for entry in entries)


def _steps(tables: Mapping[str, Any], detail: Any) -> tuple[int | str, ...]:
    """Pydantic's location followed through the file; the marks of its unions are not in it."""
    steps: list[int | str] = []
    here: Any = tables
    location, is_missing = detail["loc"], detail["type"] == "missing"
    for at, part in enumerate(location):
        is_last = at == len(location) - 1
        if isinstance(part, int):
            here = here[part]
        elif isinstance(here, dict) and not _is_tag(location, at) and (part in here or (is_last and is_missing)):
            here = here.get(part)
        else:
            continue
        steps.append(part)
    return tuple(steps)


def _spelled(steps: tuple[int | str, ...]) -> str:
    """``tables[1].rows[3].label``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _is_tag(location: tuple[int | str, ...], at: int) -> bool:
    """Whether a part of the location only says which kind of heading an entry of ``columns`` or ``rows`` is."""
    return location[at] in ("line", "group") and at > 1 and location[at - 2] in ("columns", "rows", "of")


_EXPECTED = {
    "string_type": "type.text",
    "int_type": "type.whole",
    "is_instance_of": "type.number",
    "finite_number": "type.number",
    "bool_type": "type.truth",
    "list_type": "type.list",
    "dict_type": "type.table",
    "model_type": "type.table",
}
_KEYS = {
    "missing": "form.missing",
    "extra_forbidden": "form.unknown_key",
    "literal_error": "form.not_one_of",
    "greater_than_equal": "form.not_under",
    "less_than_equal": "form.not_over",
    "too_short": "form.too_short",
    "string_too_short": "form.too_short",
    "too_long": "form.too_long",
    "string_too_long": "form.too_many_characters",
}
"""What pydantic calls a mistake, and our sentence for it; its context fills in the places."""
_NAMES = {
    FORM_ID: "form.bad_form_id",
    VERSION: "form.bad_version",
    RULE_ID: "form.bad_rule_id",
    IDENTIFIER: "form.bad_id",
}


def _sentence(details: list[Any]) -> str:
    """What is wrong at one spot."""
    detail = next((one for one in details if one["type"] not in _EXPECTED), details[0])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _KEYS:
        words = {name: str(value).replace(" or ", "、").replace(", ", "、") for name, value in context.items()}
        return say(_KEYS[kind], **words)
    if kind == "string_pattern_mismatch":
        return say(_NAMES[context["pattern"]], name=detail["input"])
    expected = dict.fromkeys(say(_EXPECTED[detail["type"]]) for detail in details)
    return say("form.wrong_type", expected=say("type.or").join(expected))
