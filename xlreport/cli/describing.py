"""Describe a form's rules, and what a finding means, in words."""

from xlreport.cells import plain
from xlreport.cli.output import tell
from xlreport.errors import RequestError
from xlreport.findings import Severity
from xlreport.forms.definition import FormDefinition, JudgementKind, Rule
from xlreport.forms.loading import load_definition, shipped_forms
from xlreport.messages import say
from xlreport.messages.codes_zh import CODES

_SEVERITY = {Severity.ERROR: "severity.error", Severity.QUERY: "severity.query", Severity.NOTICE: "severity.notice"}


def rules_text(definition: FormDefinition) -> str:
    """The rules and parameters of a form as a table."""
    lines = [f"{definition.title}（{definition.id} {definition.version}）", "", say("rules.head")]
    for rule in definition.rules:
        count = sum(_belongs(rule, one.rule, one.index) for one in definition.judgements)
        name = f"{rule.id}[{rule.index}]" if rule.index else rule.id
        lines.append(
            say(
                "rules.line",
                id=name,
                severity=say(_SEVERITY[rule.severity]),
                count=count,
                says=words_of(definition, rule),
            )
        )
        lines += [f"      {words}" for words in _formula_words(rule)]
    lines += ["", say("rules.parameters")] if definition.parameters else []
    for name, parameter in definition.parameters.items():
        lines.append(f"  {name} = {plain(parameter.value)}  {parameter.label}".rstrip())
    return "\n".join(lines)


def words_of(definition: FormDefinition, rule: Rule) -> str:
    """What a rule says of all its places together, with the form's thresholds put in."""
    places = {name: say(f"rules.every.{name}") for name in ("column", "row", "field")}
    parameters = {name: plain(parameter.value) for name, parameter in definition.parameters.items()}
    return rule.says.format_map({**parameters, **places, "count": say("rules.some")})


def _belongs(rule: Rule, judged: str, index: str) -> bool:
    return judged == rule.id and (not rule.index or index.endswith(rule.index))


def _formula_words(rule: Rule) -> list[str]:
    words = []
    if rule.when:
        words.append(say("rules.when", when=rule.when))
    if rule.check:
        words.append(say("rules.check", check=rule.check))
    if rule.basis:
        words.append(say("rules.basis", basis=rule.basis))
    return words


def tell_lacking(definition: FormDefinition) -> None:
    """Say of a form without the built-in rules what nobody will be told."""
    fields = [field for field in definition.fields.values() if field.is_input]
    judged = {
        kind: {ref for one in definition.judgements if one.kind is kind for ref in one.fields}
        for kind in (JudgementKind.NUMBER, JudgementKind.BLANK)
    }
    kinds = dict.fromkeys(field.kind.value for field in fields if field.ref not in judged[JudgementKind.NUMBER])
    if kinds:
        tell(say("rules.no_number", kinds="、".join(kinds)))
    if any(field.ref not in judged[JudgementKind.BLANK] for field in fields):
        tell(say("rules.no_blank"))


def explain_text(code: str, form: str) -> str:
    """What a finding means, and what to do.

    Raises:
        RequestError: there is no such code.
    """
    wanted = code.split("[", maxsplit=1)[0].upper()
    if wanted in CODES:
        title, meaning, todo = CODES[wanted]
        return f"{wanted}  {title}\n{say('explain.meaning')}{meaning}\n{say('explain.todo')}{todo}"
    definitions = [load_definition(form)] if form else [load_definition(name) for name in shipped_forms()]
    found = [_rule_words(one, rule) for one in definitions for rule in one.rules if rule.id == wanted]
    if not found:
        known = sorted({rule.id for one in definitions for rule in one.rules} | set(CODES))
        raise RequestError(say("explain.unknown", code=code, known="、".join(known)))
    return "\n\n".join(dict.fromkeys(found))


def _rule_words(definition: FormDefinition, rule: Rule) -> str:
    says = next(one.says for one in definition.judgements if _belongs(rule, one.rule, one.index))
    lines = [
        f"{rule.id}  {say(_SEVERITY[rule.severity])}（{definition.title}）",
        say("explain.meaning") + says.replace("{count}", say("rules.some")),
    ]
    lines += _formula_words(rule)
    key = "blank" if rule.kind is JudgementKind.BLANK else rule.severity.value
    lines.append(say("explain.todo") + say(f"explain.todo.{key}"))
    return "\n".join(lines)
