"""The office's own word on a query: 已核 or 不予采纳, for the numbers and the explanation it has now."""

from xlreport.errors import RequestError
from xlreport.findings import ExplanationState, Finding, Severity
from xlreport.messages import say
from xlreport.office.archive.archive import Archive, Decision, Held, Mark
from xlreport.submission import unit_key

MOST_NAMED = 20
"""Units that are named where a part of a name fits several."""
DECISIONS = {
    **{decision.value: decision for decision in Decision},
    **{decision.words: decision for decision in Decision},
}
"""How a decision may be written."""


def decision_of(words: str) -> Decision:
    """The decision that is meant.

    Raises:
        RequestError: it is none.
    """
    decision = DECISIONS.get(words.strip().casefold())
    if decision is None:
        raise RequestError(say("mark.decisions"))
    return decision


def make_mark(archive: Archive, unit: str, judgement: str, decision: Decision, *, note: str, at: str) -> Mark:
    """Mark a query of a unit, as the last collection left it, and keep the mark.

    Args:
        archive: The archive of the results.
        unit: The unit's code or name, or a part of its name that no other unit's name has.
        judgement: The key of the query's judgement.
        decision: What the office says.
        note: Why, for the unit to read.
        at: When, in words.

    Raises:
        RequestError: there is no such unit, or several, no workbook, no such query, or nothing to reject yet.
    """
    latest = archive.latest()
    if latest is None:
        raise RequestError(say("mark.never_collected", folder=archive.path.parent))
    held = _unit(archive.units(*latest), unit)
    query = _query(archive, held, judgement.strip())
    if decision is Decision.REJECTED and query.explanation_state is not ExplanationState.GIVEN:
        raise RequestError(say("mark.unexplained", unit=held.unit.name, judgement=query.rule))
    mark = Mark(
        code=held.unit.code,
        judgement=query.rule or "",
        left=query.left,
        right=query.right,
        explanation=query.explanation or "",
        decision=decision,
        note=note.strip(),
    )
    archive.mark(*latest, mark, at=at)
    return mark


def _unit(units: tuple[Held, ...], words: str) -> Held:
    by_code = [one for one in units if unit_key(one.unit.code) == unit_key(words)]
    by_name = [one for one in units if unit_key(one.unit.name) == unit_key(words)]
    by_part = [one for one in units if unit_key(words) and unit_key(words) in unit_key(one.unit.name)]
    found = by_code or by_name or by_part
    if not found:
        raise RequestError(say("mark.no_unit", unit=words))
    if len(found) > 1:
        names = "、".join(f"{one.unit.code} {one.unit.name}" for one in found[:MOST_NAMED])
        raise RequestError(say("mark.which_unit", unit=words, count=len(found), names=names))
    return found[0]


def _query(archive: Archive, held: Held, judgement: str) -> Finding:
    if held.digest is None:
        raise RequestError(say("mark.no_workbook", unit=held.unit.name))
    found = {one.rule: one for one in archive.findings(held.digest) if one.severity is Severity.QUERY and one.rule}
    if not found:
        raise RequestError(say("mark.no_queries", unit=held.unit.name))
    if judgement not in found:
        known = "、".join(str(rule) for rule in found)
        raise RequestError(say("mark.no_query", unit=held.unit.name, judgement=judgement, known=known))
    return found[judgement]
