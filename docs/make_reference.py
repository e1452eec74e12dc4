"""Make the tables of ``docs/rules.md`` and ``docs/findings.md``: ``python docs/make_reference.py``.

The rules come from the form, the findings from the catalogue that ``xlreport explain`` reads; what people wrote around
the tables stays. A test fails while a table is not the one this script makes.
"""

from collections.abc import Iterable
from pathlib import Path

from xlreport.cells import plain
from xlreport.cli.describing import words_of
from xlreport.findings import Severity
from xlreport.forms.definition import FormDefinition, Rule
from xlreport.forms.loading import load_definition
from xlreport.messages.codes_zh import CODES
from xlreport.messages.files_zh import FILE_REFUSALS

FORM = "gov-info-annual-2021"
DOCUMENTS = Path(__file__).resolve().parent
SEVERITIES = {Severity.ERROR: "错误 error", Severity.QUERY: "待说明 query", Severity.NOTICE: "提示 notice"}
FILES = frozenset(
    {
        *FILE_REFUSALS,
        "NOT-A-TEMPLATE",
        "OTHER-FORM",
        "UNKNOWN-VERSION",
        "DAMAGED-TEMPLATE",
        "NO-FILE",
        "A-FOLDER",
        "NOT-JSON",
        "NOT-VALUES",
    }
)
"""Codes of files that are not read at all: exit code 2."""
ERRORS = frozenset(
    {
        "SHEET-MISSING",
        "SHEET-REBUILT",
        "LABEL-CHANGED",
        "INPUTS-MERGED",
        "FORMULA-IN-INPUT",
        "TOTAL-NOT-A-NUMBER",
        "ERROR-IN-TEXT",
        "DUPLICATE-CELL",
        "ROWS-MOVED",
        "COLUMNS-MOVED",
        "CELLS-MOVED",
        "HIDDEN-CHANGED",
        "DATE-IN-NUMBER",
        "NOT-A-CHOICE",
    }
)
"""Codes of what must be put right in a file that is read; every other one is a notice."""
SUMS = frozenset({"AGG-N", "AGG-TWICE", "AGG-YEAR", "AGG-VERSION", "AGG-UNIT", "AGG-OWN", "AGG-MIXED"})
"""Codes of what must be put right in a sum, or before a workbook can be part of one."""


def main() -> None:
    """Write the tables anew."""
    for name, tables in reference().items():
        path = DOCUMENTS / name
        path.write_text(with_tables(path.read_text("utf-8"), tables), "utf-8", newline="\n")


def reference() -> dict[str, dict[str, str]]:
    """The tables of each document, by their marks."""
    definition = load_definition(FORM)
    codes = [code for code in CODES if code not in FILES]
    return {
        "rules.md": {"rules": rules_table(definition), "parameters": parameters_table(definition)},
        "findings.md": {
            "errors": findings_table(code for code in codes if code in ERRORS | SUMS),
            "notices": findings_table(code for code in codes if code not in ERRORS | SUMS),
            "files": findings_table(code for code in CODES if code in FILES),
        },
    }


def with_tables(text: str, tables: dict[str, str]) -> str:
    """The document with each table between its marks ``<!-- name -->`` and ``<!-- /name -->``."""
    for name, table in tables.items():
        first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(first)
        _, _, after = rest.partition(last)
        text = f"{before}{first}\n\n{table}\n\n{last}{after}"
    return text


def rules_table(definition: FormDefinition) -> str:
    """Every rule of a form: id, severity, places, what must hold, as formula, and on what basis."""
    return _table(
        ("id", "severity", "places", "must hold", "applies when", "as a rule", "basis"),
        (
            [*_rule_head(definition, rule), words_of(definition, rule), *_rule_words(rule), rule.basis]
            for rule in definition.rules
        ),
    )


def _rule_head(definition: FormDefinition, rule: Rule) -> list[str]:
    same = [one for one in definition.judgements if one.rule == rule.id]
    places = [one for one in same if not rule.index or one.index.split(".")[-1] == rule.index]
    name = f"{rule.id}[{rule.index}]" if rule.index else rule.id
    return [_code(name), SEVERITIES[rule.severity], str(len(places))]


def _rule_words(rule: Rule) -> list[str]:
    return [_code(words) if words else "" for words in (rule.when, rule.check)]


def parameters_table(definition: FormDefinition) -> str:
    """The thresholds of a form."""
    parameters = definition.parameters.values()
    return _table(("name", "value", "what for"), ((_code(one.name), plain(one.value), one.label) for one in parameters))


def findings_table(codes: Iterable[str]) -> str:
    """What findings mean and what to do."""
    return _table(("code", "what", "meaning", "what to do"), ((_code(code), *CODES[code]) for code in sorted(codes)))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    main()
