"""A template for every unit of the roster: what each is called, and what it holds before anybody fills it in."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

from xlreport.errors import RequestError
from xlreport.files.naming import unit_stems
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition
from xlreport.messages import say
from xlreport.office.issuing.last_year import LastYear
from xlreport.office.processes import run_each
from xlreport.office.roster.roster import Roster
from xlreport.submission import Submission
from xlreport.writing.template import write_template


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """A template to be written: the name of its file, and a submission with nothing filled in."""

    name: str
    submission: Submission


def plan_issues(
    definition: FormDefinition, roster: Roster, year: int, last: LastYear, *, deadline: str = "", return_to: str = ""
) -> tuple[Issue, ...]:
    """The templates of all units, in the order of the roster.

    Raises:
        RequestError: a unit is of a level that the form does not know; all such units at once.
    """
    _refuse_levels(definition, roster)
    units = [one.unit if definition.levels else replace(one.unit, level="") for one in roster.units]
    submissions = (
        Submission(
            form=definition.id,
            version=definition.version,
            unit=unit,
            year=year,
            last=last.figures.get(unit.code),
            deadline=deadline,
            return_to=return_to,
        )
        for unit in units
    )
    named = zip(unit_stems(units, year), submissions, strict=True)
    return tuple(Issue(name=f"{stem}.xlsx", submission=submission) for stem, submission in named)


def _refuse_levels(definition: FormDefinition, roster: Roster) -> None:
    """A form that knows no levels takes units of any; one that knows some judges by them."""
    wrong = [one for one in roster.units if one.unit.level and one.unit.level not in definition.levels]
    if wrong and definition.levels:
        known = "、".join(f"{name}（{words}）" for name, words in definition.levels.items())
        lines = [say("template.no_level", name=one.unit.level, known=known) for one in wrong]
        told = (say("roster.line", row=one.row, words=words) for one, words in zip(wrong, lines, strict=True))
        raise RequestError("\n".join([say("issue.levels", count=len(wrong)), *told]))


def make_templates(
    form: str, issues: Iterable[Issue], *, password: str = "", processes: int = 0
) -> Generator[tuple[Issue, bytes], None, None]:
    """The templates as files, one after the other.

    Args:
        form: The form as the command was given it: an id or a folder.
        issues: What each template holds.
        password: Locks the sheets; empty for none.
        processes: How many to use at most; 0 for as many as there are processors.
    """
    planned = list(issues)
    orders = [_Order(form, one.submission, password) for one in planned]
    yield from zip(planned, run_each(_template, orders, processes=processes), strict=True)


@dataclass(frozen=True, slots=True)
class _Order:
    """All that another process needs to make a template."""

    form: str
    submission: Submission
    password: str


def _template(order: _Order) -> bytes:
    return write_template(load_definition(order.form), order.submission, password=order.password)
