"""What Typer says of its own accord, in the language of those who type the command: its help and its refusals.

Typer takes no other language than English here. Its help is translated word by word, its refusals by their kind; what
a later version words otherwise stays as it is, and is still told.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperCommand, TyperGroup

from xlreport.cli.output import tell
from xlreport.messages import say

USAGE_TROUBLE = 2
"""Exit code of a command that was not written as it must be."""
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""What Typer raises for such a command; it has no public name of its own."""


class PlainCommand(TyperCommand):
    """A command whose help is in the user's language."""

    def get_help(self, ctx: Any) -> str:
        """The whole help."""
        return in_words(super().get_help(ctx))


class PlainGroup(TyperGroup):
    """Commands under one name; what is wrong with how one was written is said in the user's language."""

    def get_help(self, ctx: Any) -> str:
        """The whole help."""
        return in_words(super().get_help(ctx))

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read what stands before the command."""
        with _refusals_in_words():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Read what stands behind the command, and run it."""
        with _refusals_in_words():
            return super().invoke(ctx)


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except USAGE_ERROR as error:
        tell(refusal(error))
        raise typer.Exit(USAGE_TROUBLE) from error


# ── help ──────────────────────────────────────────────────────────────────────────────────────────


def in_words(text: str) -> str:
    """Typer's help in the user's language. The columns stay where they are."""
    for pattern, key in _WORDS.items():
        text = re.sub(pattern, say(key), text, flags=re.MULTILINE)
    text = re.sub(r"\{([A-Z]+)(?:\.\.\.)?\}", r"\1", text)
    text = re.sub(r"<([\w|\[\] ]+)>", _kind, text)
    return re.sub(r"\[((?:required|default: |[\d.]+<=x)[^\]]*)\]", _remark, text)


_WORDS = {
    "^Usage: ": "help.usage",
    r"\[OPTIONS\]": "help.any_option",
    r"COMMAND \[ARGS\]\.\.\.": "help.any_command",
    "^Arguments:$": "help.arguments",
    "^Options:$": "help.options",
    "^Commands:$": "help.commands",
    r"Show this message and exit\.": "help.help",
}
_KINDS = {
    "path": "help.path",
    "str": "help.text",
    "int range": "help.number",
    "float range": "help.number",
    "list[Path]": "help.path",
}


def _kind(match: re.Match[str]) -> str:
    """A kind of value, as wide as it was; choices are named as they are."""
    words = say(_KINDS[match[1]]) if match[1] in _KINDS else match[1]
    return words + " " * (len(match[0]) - _width(words))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _remark(match: re.Match[str]) -> str:
    """What must be written, and what holds where it is not; the help itself tells the range of a number."""
    remarks = [one for one in match[1].split("; ") if "<=x" not in one]
    return f"[{say('help.and').join(remarks)}]".replace("required", say("help.required")).replace(
        "default: ", say("help.default")
    )


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────


def refusal(error: Any) -> str:
    """What is wrong with a command, and how to write it."""
    in_our_words = _REFUSALS.get(type(error).__name__)
    if in_our_words is None:
        return str(error.format_message())
    words, context = in_our_words(error), error.ctx
    if context is None:
        return words
    return say("usage.refused", words=words, usage=in_words(context.get_usage()), command=context.command_path)


def _missing(error: Any) -> str:
    return say("usage.missing", name=_name(error.param), help=error.param.help)


def _value(error: Any) -> str:
    if error.param is None:  # one of our own
        return str(error.message)
    return say("usage.value", name=_name(error.param), help=error.param.help)


def _name(parameter: Any) -> str:
    name = str(parameter.opts[0])
    return name if name.startswith("-") else str(parameter.metavar or name).removesuffix("...")


def _option(error: Any) -> str:
    return say("usage.option", name=error.option_name) + _perhaps(error.possibilities)


def _perhaps(names: Any) -> str:
    return say("usage.perhaps", names=say("usage.or").join(names)) if names else ""


def _option_use(error: Any) -> str:
    key = "usage.takes_nothing" if "not take" in error.message else "usage.takes_more"
    return say(key, name=error.option_name)


def _other(error: Any) -> str:
    """An unknown command, or words too many: the one kind is told from the other by Typer's sentence alone."""
    unknown = re.match(r"No such command '(?P<name>[^']*)'\.(?P<perhaps>.*)", error.message)
    if unknown:
        return say("usage.command", name=unknown["name"]) + _perhaps(re.findall("'([^']+)'", unknown["perhaps"]))
    extra = re.fullmatch(r"Got unexpected extra argument\w*(?:\(s\))? \((.*)\)", error.message)
    return say("usage.extra", name=extra[1]) if extra else say("usage.other", reason=error.message)


_REFUSALS: dict[str, Callable[[Any], str]] = {
    "MissingParameter": _missing,
    "BadParameter": _value,
    "NoSuchOption": _option,
    "BadOptionUsage": _option_use,
    "NoSuchCommand": _other,
    "UsageError": _other,
}
"""By the name of Typer's exception: whose module they stand in differs from version to version."""
