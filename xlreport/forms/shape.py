"""What is wrong with the shape of a ``form.toml``, entry by entry, and the form as far as it can be told all the same.

A wrong entry is left out, replaced by what was meant, or by a stand-in, so that the rules are checked, too, and every
problem is told at once. Where nothing can stand in (a column without an id, say) the shape is all that is told.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from xlreport.errors import Problem
from xlreport.forms.names import FORM_ID, IDENTIFIER, RULE_ID, VERSION
from xlreport.forms.source import FormSource, json_schema
from xlreport.messages import say

Steps = tuple[int | str, ...]
"""The way to an entry: keys, and places in lists from 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The form of a file, as far as there is one, and what is wrong with the shape of the file.

    ``unsure`` are the paths of entries that were left out or replaced by a stand-in: what else is wrong beside them may
    only follow from that.
    """

    form: FormSource | None
    problems: tuple[Problem, ...] = ()
    unsure: tuple[str, ...] = ()

    def explains(self, problem: Problem) -> bool:
        """Whether a problem lies in the very entry whose shape is wrong already."""
        entries = [path.rpartition(".")[0] or path for path in self.unsure]
        return any(problem.path == one or problem.path.startswith((f"{one}.", f"{one}[")) for one in entries)


def shape_of(tables: Mapping[str, Any]) -> Shape:
    """The form as an author wrote it, and what is wrong with its shape."""
    from pydantic import ValidationError  # noqa: PLC0415 - its one home is the source

    try:
        return Shape(form=FormSource.model_validate(tables))
    except ValidationError as error:
        found: dict[Steps, list[Any]] = {}
        for detail in error.errors():
            found.setdefault(_steps(tables, detail), []).append(detail)
    meant = dict(_meant(tables, found))
    for steps, key in meant.items():
        found.pop((*steps[:-1], key), None)  # it is there, under another name
    problems, unsure = _problems(found, meant), tuple(_spelled(steps) for steps in found if steps not in meant)
    try:
        form = FormSource.model_validate(_mended(tables, found, meant))
    except ValidationError:  # more than single entries is wrong: its rules must wait until that is mended
        form = None
    return Shape(form=form, problems=problems, unsure=unsure)


def _problems(found: Mapping[Steps, list[Any]], meant: Mapping[Steps, str]) -> tuple[Problem, ...]:
    """One problem for each spot: a union complains once for each of its kinds, and about what is inside it, too."""
    return tuple(
        Problem(_spelled(steps), _sentence(details) + _perhaps(meant.get(steps)))
        for steps, details in found.items()
        if not any(other[: len(steps)] == steps and other != steps for other in found)
    )


def _is_unknown(details: list[Any]) -> bool:
    return any(detail["type"] == "extra_forbidden" for detail in details)


def _perhaps(key: str | None) -> str:
    return "" if key is None else say("usage.perhaps", names=key)


# ── what was meant ────────────────────────────────────────────────────────────────────────────────


def _meant(tables: Mapping[str, Any], found: Mapping[Steps, list[Any]]) -> Iterator[tuple[Steps, str]]:
    """For an unknown key the one that was meant, if a known one is like it that the entry does not have yet."""
    schema = json_schema()
    taken: set[Steps] = set()
    for steps, details in found.items():
        if not _is_unknown(details):
            continue
        *parents, word = steps
        known = [key for key in _keys(schema, tuple(parents)) if key not in _entry(tables, parents)]
        for key in get_close_matches(str(word).lower(), known, n=1):
            if (*parents, key) not in taken:
                taken.add((*parents, key))
                yield steps, key


def _entry(tables: Mapping[str, Any], steps: Iterable[int | str]) -> Any:
    here: Any = tables
    for step in steps:
        here = here[step]
    return here


def _keys(schema: Mapping[str, Any], steps: Steps) -> list[str]:
    """The keys an entry may have."""
    nodes = list(_kinds(schema, schema))
    for step in steps:
        nodes = [kind for node in nodes for inside in _inside(node, step) for kind in _kinds(schema, inside)]
    return [key for node in nodes for key in node.get("properties", ())]


def _inside(node: Mapping[str, Any], step: int | str) -> Iterator[Mapping[str, Any]]:
    """What stands in an entry under a key, or at a place of a list."""
    if isinstance(step, int):
        yield from [node["items"]] if "items" in node else []
    elif step in node.get("properties", ()):
        yield node["properties"][step]
    else:
        yield from node.get("patternProperties", {}).values()


def _kinds(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What an entry may be, with references followed."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    others = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    if not others:
        yield node
    for one in others:
        yield from _kinds(schema, one)


# ── a form all the same ───────────────────────────────────────────────────────────────────────────

_HOLD_NAMES = frozenset(
    {"sections", "topics", "tables", "blocks", "columns", "rows", "of", "rules", "params", "levels"}
)
"""Entries that are not left out to go on: what refers to names in them would seem wrong."""
_STAND_INS: Mapping[str, Any] = {
    "label": "—",
    "heading": "—",
    "group": "—",
    "says": "—",
    "title": "—",
    "version": "0",
    "severity": "error",
    "report": {"title": "—"},
}
"""What stands in for an entry that is needed and to which nothing refers."""


def _mended(
    tables: Mapping[str, Any], found: Mapping[Steps, list[Any]], meant: Mapping[Steps, str]
) -> Mapping[str, Any]:
    """The file's entries without those that are wrong, as far as that goes."""
    kept = copy.deepcopy(dict(tables))
    last: Any
    for *parents, last in sorted(found, key=len, reverse=True):
        here = _entry(kept, parents)
        if not isinstance(here, dict) or last in _HOLD_NAMES:
            continue
        value = here.pop(last, None)
        steps = (*parents, last)
        if steps in meant:
            here[meant[steps]] = value
        elif not _is_unknown(found[steps]) and (stand_in := _stand_in(steps)) is not None:
            here[last] = stand_in
    return kept


def _stand_in(steps: Steps) -> Any:
    if steps == ("id",):
        return "form"
    key = str(steps[-1])
    return f"—{steps[-2]}" if key == "sheet" else _STAND_INS.get(key)  # every sheet needs its own name


# ── what pydantic found, in words ─────────────────────────────────────────────────────────────────


def _steps(tables: Mapping[str, Any], detail: Any) -> Steps:
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


def _spelled(steps: Steps) -> str:
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
