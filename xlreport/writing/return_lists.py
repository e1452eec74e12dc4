"""What a return copy says: what is still to do, what is worth a look, what is mended, what was left behind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlreport.cells import CellRef, shown
from xlreport.checks.result import CheckResult
from xlreport.findings import Finding, Severity
from xlreport.forms.definition import FormDefinition, JudgementKind
from xlreport.forms.layout import HIDDEN_SHEET
from xlreport.messages import say
from xlreport.reading.found import addresses, sheet_words
from xlreport.submission import Submission

REPAIRED_TO_CHECK = frozenset(
    {
        "LABEL-CHANGED",
        "INPUTS-MERGED",
        "DUPLICATE-CELL",
        "FORMULA-IN-INPUT",
        "ERROR-IN-TEXT",
        "SWITCH-UNCLEAR",
        "TOTAL-OVERWRITTEN",
        "TOTAL-FORMULA-CHANGED",
        "TOTAL-NOT-A-NUMBER",
        "CELLS-MOVED",
    }
)
"""What a fresh template mends, and a person had better look at again."""
REPAIRED = frozenset(
    {
        "INPUT-LOCKED",
        "PROTECTION-REMOVED",
        "NOT-RECALCULATED",
        "FORMULA-CHANGED",
        "WORDS-CHANGED",
        "CELL-UNLOCKED",
        "VALIDATION-LOST",
        "LINK-CHANGED",
        "LINKS-LOST",
        "NAMES-LOST",
        "SHEET-HIDDEN",
        "SHEET-MOVED",
        "SHEET-RENAMED",
        "START-MISSING",
    }
)
"""What a fresh template mends for good."""
OF_THE_WHOLE_FILE = frozenset({"NOT-RECALCULATED", "LINKS-LOST"})
"""What names cells that are a few of many."""
LEFT_BEHIND = frozenset({"EXTRA-SHEET", "OUTSIDE-VALUES", "COMMENTS"})
"""What the list of what was left behind says word for word."""
_AS_TYPED = frozenset({"DATE-IN-NUMBER", "NORMALISED"})
"""What comes back as it was typed, though the sheet wants a figure: the row's rule says how it stands."""
EMPTIED = frozenset({"SHEET-MISSING", "SHEET-REBUILT", "ROWS-MOVED", "COLUMNS-MOVED"})
"""Sheets that come back empty."""
MOST_LEFTOVERS = 1_000
"""Lines of what was left behind; the clerk's own file has them all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of the list.

    ``judgement`` is the key of the judgement whose result it shows, ``sheet_state`` the sheet whose state it
    shows; without either ``state`` stands there. ``is_mended`` colours the state as done.
    """

    text: str
    number: int = 0
    sheet: str = ""
    cells: tuple[CellRef, ...] = ()
    judgement: str = ""
    sheet_state: str = ""
    state: str = ""
    is_mended: bool = False
    is_marked: bool = True
    is_linked: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnLists:
    """The lists in their order, each in the order of the cells, numbered through."""

    to_fix: tuple[Item, ...] = ()
    to_explain: tuple[Item, ...] = ()
    to_fill: tuple[Item, ...] = ()
    to_note: tuple[Item, ...] = ()
    repaired: tuple[Item, ...] = ()
    left_behind: tuple[Item, ...] = ()


def sort_findings(definition: FormDefinition, result: CheckResult) -> ReturnLists:
    """The findings of a check and the leftovers of reading, sorted by what is to be done."""
    lists: dict[str, list[Item]] = {name: [] for name in ReturnLists.__dataclass_fields__}
    kinds = {judgement.key: judgement.kind for judgement in definition.judgements}
    for finding in result.findings:
        kind = kinds.get(finding.rule or "")
        name = _list_of(finding, kind, result.submission)
        if name:
            item = _item(finding, kind, result.submission, name)
            if finding.code in _AS_TYPED and name != "repaired":
                item = replace(item, judgement=_number_rule(definition, finding))
            lists[name].append(item)
    lists["left_behind"] = list(_left_behind(result.submission))
    number = 0
    for items in lists.values():
        for at, item in enumerate(items):
            number += 1
            items[at] = replace(item, number=number)
    return ReturnLists(**{name: tuple(items) for name, items in lists.items()})


def _number_rule(definition: FormDefinition, finding: Finding) -> str:
    """The key of the rule that says whether a row's cells hold figures; empty where the form has none."""
    rules = (one for one in definition.judgements if one.kind is JudgementKind.NUMBER)
    return next((one.key for one in rules if finding.fields[0] in one.fields), "")


def _list_of(finding: Finding, kind: JudgementKind | None, submission: Submission) -> str:
    """The list a finding belongs to; none for an explained query and for what the leftovers say anyway."""
    if kind is JudgementKind.BLANK:
        return "to_fill"
    if finding.code in REPAIRED | REPAIRED_TO_CHECK:
        return "repaired"
    if finding.code == "NORMALISED" and not any(ref in submission.typed for ref in finding.fields):
        return "repaired"
    if finding.severity is Severity.ERROR:
        return "to_fix"
    if finding.is_open_query:
        return "to_explain"
    return "" if finding.severity is Severity.QUERY or finding.code in LEFT_BEHIND else "to_note"


def _item(finding: Finding, kind: JudgementKind | None, submission: Submission, name: str) -> Item:
    sheets = dict.fromkeys(cell.sheet for cell in finding.cells)
    sheet = next(iter(sheets)) if len(sheets) == 1 else ""
    if sheet == HIDDEN_SHEET:  # nobody can go there
        state = say("return.state.mended" if name == "repaired" else "return.state.new_template")
        text = _mended(finding, submission) if name == "repaired" else _plain(finding)
        return Item(
            text=text,
            sheet=sheet_words(sheet),
            state=state,
            is_mended=name == "repaired",
            is_marked=False,
            is_linked=False,
        )
    cells = finding.cells if sheet and finding.code not in OF_THE_WHOLE_FILE else ()
    item = Item(text=_plain(finding), sheet=sheet, cells=cells)
    if name == "repaired":
        to_check = finding.code in REPAIRED_TO_CHECK
        item = replace(item, is_marked=finding.severity is not Severity.NOTICE)
        state = say("return.state.check" if to_check else "return.state.mended")
        return replace(item, text=_mended(finding, submission), state=state, is_mended=not to_check)
    if name == "to_note":
        return replace(item, text=_noted(finding, submission))
    if finding.code in EMPTIED:
        return replace(item, text=say("return.emptied"), sheet_state=sheet)
    if kind is JudgementKind.TOTAL:
        return replace(item, state=say("return.state.check"))
    return replace(item, judgement=finding.rule or "")


def _plain(finding: Finding) -> str:
    """The message without the sheet before it, which has a column of its own; no line ends between minus and number."""
    sheet = sheet_words(finding.cells[0].sheet) if finding.cells else ""
    return finding.message.removeprefix(say("finding.where", sheet=sheet)).replace(" -", " \N{MINUS SIGN}")


def _mended(finding: Finding, submission: Submission) -> str:
    contents = [shown(submission.totals.get(ref, submission.value(ref))) for ref in finding.fields]
    if finding.code == "FORMULA-IN-INPUT" and not any(contents):
        return say("return.mended.FORMULA-EMPTY", cells=addresses(finding.cells))
    found = "、".join(words or say("structure.nothing") for words in contents)
    return say(f"return.mended.{finding.code}", cells=addresses(finding.cells), found=found)


def _noted(finding: Finding, submission: Submission) -> str:
    if finding.code != "NORMALISED":
        return _plain(finding)
    pairs = (
        say(
            "normalised.pair",
            cell=cell.address,
            typed=shown(submission.typed[ref]),
            taken=shown(submission.value(ref)) or say("normalised.blank"),
        )
        for cell, ref in zip(finding.cells, finding.fields, strict=True)
        if ref in submission.typed
    )
    return say("return.noted.NORMALISED", pairs="、".join(pairs))


# ── what was left behind ──────────────────────────────────────────────────────────────────────────


def _left_behind(submission: Submission) -> Iterator[Item]:
    """What stood outside the inputs, a line for each row of a sheet, then the sheets that are not the form's."""
    rows: dict[tuple[str, int], list[tuple[CellRef, str]]] = {}
    for ref, words in submission.leftovers:
        rows.setdefault((ref.sheet, ref.row), []).append((ref, words))
    extra = {name for name, _ in submission.extra_sheets}
    for (sheet, _), contents in list(rows.items())[:MOST_LEFTOVERS]:
        cells = tuple(ref for ref, _ in contents)
        text = "　".join(say("return.left_cell", cell=ref.address, words=words) for ref, words in contents)
        yield Item(text=text, sheet=sheet_words(sheet), cells=cells, is_marked=False, is_linked=sheet not in extra)
    if len(rows) > MOST_LEFTOVERS:
        yield Item(text=say("return.left_more", count=len(rows) - MOST_LEFTOVERS))
    for name, count in submission.extra_sheets:
        yield Item(text=say("return.left_sheet", count=count), sheet=name)
