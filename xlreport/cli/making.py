"""From the options of a command to a submission with nothing filled in: what a template is made for."""

from pathlib import Path

from xlreport.cells import folded
from xlreport.checks.history import figures_of_last_year
from xlreport.cli.inputs import read_last
from xlreport.cli.output import tell
from xlreport.errors import RequestError
from xlreport.forms.definition import FormDefinition
from xlreport.messages import say
from xlreport.office.roster.roster import level_of
from xlreport.reading.values import MOST_IN_A_NAME
from xlreport.submission import Submission, Unit, unit_key

MOST_SAID = 300
"""Characters of what the office says in a line: of the deadline, the address, a query."""
FIRST_PRINTABLE = ord(" ")
LONGEST_PASSWORD = 15


def blank_submission(
    definition: FormDefinition,
    *,
    unit: str,
    code: str,
    level: str,
    year: int,
    last: Path | None,
    deadline: str,
    return_to: str,
    form: str,
) -> Submission:
    """A submission with nothing filled in: what a template is made for.

    Raises:
        RequestError: the unit has no name, the level is none of the form's, or last year's file does not fit.
    """
    if not unit.strip():
        raise RequestError(say("template.no_unit"))
    name = unit.strip()
    refuse_words(name, code, most=MOST_IN_A_NAME)
    refuse_words(deadline, return_to)
    figures = None
    if last is not None:
        before = read_last(last, form)
        figures = figures_of_last_year(definition, before, year)
        if before.unit.name and unit_key(before.unit.name) != unit_key(name):
            tell(say("template.other_unit", name=last.name, found=before.unit.name, expected=name))
    return Submission(
        form=definition.id,
        version=definition.version,
        unit=Unit(name=name, code=code.strip(), level=_level(definition, level)),
        year=year,
        last=figures,
        deadline=deadline,
        return_to=return_to,
    )


def _level(definition: FormDefinition, words: str) -> str:
    """The level of the form that is meant: by its name, by the form's own word for it, or by one a roster takes.

    Raises:
        RequestError: it is none of the form's.
    """
    own = {folded(word): name for name, label in definition.levels.items() for word in (name, label)}
    level = own.get(folded(words), level_of(words))
    if words and not definition.levels:
        raise RequestError(say("template.levels_none"))
    if words and level not in definition.levels:
        known = "、".join(f"{name}（{label}）" for name, label in definition.levels.items())
        raise RequestError(say("template.no_level", name=words, known=known))
    return level


def refuse_words(*given: str, most: int = MOST_SAID) -> None:
    """Refuse what the first sheet could not show.

    Raises:
        RequestError: a text is longer than ``most`` characters or holds a line end or the like.
    """
    for words in given:
        if len(words) > most or any(ord(character) < FIRST_PRINTABLE for character in words):
            raise RequestError(say("template.too_long", words=words[:20], most=most))


def checked_password(password: str) -> str:
    """A password that every spreadsheet program hashes alike; empty for none.

    Raises:
        RequestError: Excel's old lock cannot take it.
    """
    if len(password) > LONGEST_PASSWORD or not (password.isascii() and password.isprintable()):
        raise RequestError(say("template.password"))
    return password
