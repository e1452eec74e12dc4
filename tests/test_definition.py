"""Loading a form: what is wrong is said all at once, each problem with its path, a wrong rule with a caret."""

import pickle
from decimal import Decimal
from pathlib import Path

import pytest

from xlreport.errors import DefinitionError, RequestError
from xlreport.fields import FieldKind, FieldRef
from xlreport.forms.definition import Aggregate, FormDefinition, JudgementKind
from xlreport.forms.loading import find_form, load_definition, parse_definition, shipped_forms
from xlreport.messages.zh import TEXTS

PARTS = {
    "id": '"f"',
    "version": '"1.0"',
    "title": '"表"',
    "report": '{ title = "{unit}{year}年" }',
    "levels": '{ bureau = "部门", county = "县" }',
    "params": "{ most = 9 }",
    "sections": """[{ id = "part", heading = "一", sheet = "一", table = "t" },
        { id = "words", heading = "二", sheet = "二", text = {} }]""",
    "tables": """[{ id = "t", columns = [{ id = "a", label = "甲" }, { id = "b", label = "乙" }],
        rows = [{ id = "x", label = "子" }, { id = "y", label = "丑" }] }]""",
    "rules": "[]",
}
"""A form with nothing wrong: one table of two rows and two columns, and one text."""

ROWS = 'rows = [{ id = "x", label = "子" }, { id = "y", label = "丑" }]'
COLUMNS = 'columns = [{ id = "a", label = "甲" }, { id = "b", label = "乙" }]'
TABLE_SECTION = '{ id = "part", heading = "一", sheet = "一", table = "t" }'


def form(**changes: str) -> str:
    """The form above with some of its parts written differently; ``""`` leaves one out."""
    parts = {**PARTS, **changes}
    return "\n".join(f"{name} = {' '.join(text.split())}" for name, text in parts.items() if text)


def check(text: str, **more: str) -> str:
    """The form with one rule that says ``check``."""
    others = "".join(f", {name} = {value}" for name, value in more.items())
    return form(rules=f"""[{{ id = "R", severity = "error", says = "必须", check = '''{text}'''{others} }}]""")


def load(text: str) -> FormDefinition:
    return parse_definition(text.encode())


def problems(text: str) -> list[tuple[str, str]]:
    """Path and message of everything wrong with a form."""
    with pytest.raises(DefinitionError) as caught:
        load(text)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def carets(text: str) -> list[str]:
    """Every message with the rule it is about, as a form's author sees it."""
    with pytest.raises(DefinitionError) as caught:
        load(text)
    return [f"{problem.message}\n{problem.excerpt}" for problem in caught.value.problems]


FORMS = {
    "form.missing": (form(version=""), [("version", "缺少此项。")]),
    "form.unknown_key": (form(colour='"red"'), [("colour", "不认识的项。")]),
    "form.not_one_of": (
        form(tables=f'[{{ id = "t", kind = "text", {COLUMNS}, {ROWS} }}]'),
        [("tables[0].kind", "应为以下之一：'count'、'amount'。")],
    ),
    "form.wrong_type": (
        form(
            title="3",
            params='{ most = "9", none = nan }',
            sections='[{ id = "part", heading = "一", sheet = "一", table = "t", printed = "no" }]',
            how_to_fill='"填"',
        ),
        [
            ("title", "类型不对，应是文字或一组带名称的内容（表）。"),
            ("params.most", "类型不对，应是一组带名称的内容（表）或数或整数。"),
            ("params.none", "类型不对，应是一组带名称的内容（表）或数或整数。"),
            ("sections[0].printed", "类型不对，应是 true 或 false。"),
            ("how_to_fill", "类型不对，应是列表。"),
        ],
    ),
    "form.not_under": (
        form(tables=f'[{{ id = "t", columns = [{{ id = "a", label = "甲", span = 0 }}], {ROWS} }}]'),
        [("tables[0].columns[0].span", "应不小于 1。")],
    ),
    "form.not_over": (
        form(tables=f'[{{ id = "t", columns = [{{ id = "a", label = "甲", kind = "amount", scale = 7 }}], {ROWS} }}]'),
        [("tables[0].columns[0].scale", "应不大于 6。")],
    ),
    "form.too_short": (
        form(title="{}", sections="[]"),
        [("title", "不能是空的。"), ("sections", "不能是空的。")],
    ),
    "form.too_long": (
        form(how_to_fill='["一", "二", "三", "四", "五", "六", "七", "八", "九"]'),
        [("how_to_fill", "最多 8 项。")],
    ),
    "form.bad_id": (
        form(tables=f'[{{ id = "t", columns = [{{ id = "A", label = "甲" }}], {ROWS} }}]'),
        [("tables[0].columns[0].id", "“A”不能作名称：只用小写字母、数字和下划线，以字母开头。")],
    ),
    "form.bad_form_id": (
        form(id='"my_form"'),
        [("id", "“my_form”不能作表单编号：只用小写字母、数字和短横线，以字母开头。")],
    ),
    "form.bad_version": (form(version='"1.0b"'), [("version", "“1.0b”不是版本号：写成 1.0 的样子。")]),
    "form.bad_rule_id": (
        form(rules='[{ id = "sum", severity = "error", says = "必须", check = "t.x.a = 0" }]'),
        [("rules[0].id", "“sum”不能作规则编号：只用大写字母、数字和短横线，以字母开头。")],
    ),
    "form.unreadable": (
        'id = "f',
        [("form.toml", "不是正确的 TOML：读到文件末尾还不完整，请看引号、括号是不是成对（Unterminated string）。")],
    ),
    "form.duplicate": (
        form(
            tables=f"""[{{ id = "t", {COLUMNS}, rows = [{{ id = "x", label = "子" }},
                {{ id = "x", label = "丑" }}] }}]""",
            sections=f"""[{TABLE_SECTION}, {{ id = "part", heading = "二", sheet = "校验", topics = [
                {{ id = "one", label = "一" }}, {{ id = "one", label = "二" }}] }}]""",
        ),
        [
            ("tables[0].rows", "“x”重复了。"),
            ("sections[1].topics", "“one”重复了。"),
            ("sections", "“校验”重复了。"),
            ("sections", "“part”重复了。"),
        ],
    ),
    "form.reserved_name": (
        form(
            params="{ it = 1 }",
            tables=f"""[{{ id = "t", {COLUMNS}, rows = [{{ id = "last", label = "子" }},
                {{ id = "sum", label = "丑" }}] }}]""",
        ),
        [
            ("params.it", "“it”是规则里的用词，不能作名称。"),
            ("tables[0].rows[0].id", "“last”是规则里的用词，不能作名称。"),
            ("tables[0].rows[1].id", "“sum”是规则里的用词，不能作名称。"),
        ],
    ),
    "form.short_clash": (form(params="{ x = 1 }"), [("tables[0].rows[0].id", "“x”已经是参数的名称。")]),
    "form.parameter": (
        form(params="{ much = 1234567890123456, fine = 0.1234567890123456 }"),
        [("params.much", "参数最多 15 位数字。"), ("params.fine", "参数最多 15 位数字。")],
    ),
    "form.no_table": (
        form(
            sections='[{ id = "part", heading = "一", sheet = "一", table = "u" }]',
            rules='[{ id = "R", severity = "error", says = "必须", each = "row of v", check = "a = b" }]',
        ),
        [
            ("sections[0].table", "没有“u”这张表。"),
            ("tables[0]", "没有哪一节用到“t”这张表。"),
            ("rules[0].each", "没有“v”这张表。"),
        ],
    ),
    "form.table_unused": (
        form(sections='[{ id = "words", heading = "一", sheet = "一", text = {} }]'),
        [("tables[0]", "没有哪一节用到“t”这张表。")],
    ),
    "form.table_used_twice": (
        form(sections=f'[{TABLE_SECTION}, {{ id = "again", heading = "二", sheet = "二", table = "t" }}]'),
        [("sections", "“t”这张表用了两次。")],
    ),
    "form.section_content": (
        form(sections=f'[{TABLE_SECTION}, {{ id = "nothing", heading = "二", sheet = "二" }}]'),
        [("sections[1]", "一节要么有 table，要么有 text 或 topics，只能有一种。")],
    ),
    "form.sheet_name": (
        form(
            sections=f"""[{TABLE_SECTION}, {{ id = "words", heading = "二", sheet = "二/三", text = {{}} }},
                {{ id = "old", heading = "三", sheet = "history", text = {{}} }}]"""
        ),
        [
            (
                f"sections[{at}].sheet",
                f"“{name}”不能作工作表名：1 至 31 个字，不含 [ ] : * ? / \\，首尾不用单引号，也不叫 History。",
            )
            for at, name in ((1, "二/三"), (2, "history"))
        ],
    ),
    "form.only_for": (
        form(
            sections=f"""[{TABLE_SECTION[:-1]}, required = "all" }},
                {{ id = "words", heading = "二", sheet = "二",
                    topics = [{{ id = "one", label = "一", choices = ["是"] }}] }}]""",
            tables="""[{ id = "t", corner = "角", print = "rows-as-column-groups",
                columns = [{ id = "a", label = "甲", scale = 2 }],
                rows = [{ id = "x", label = "子", span = 2, rule = "R" }] }]""",
        ),
        [
            ("tables[0].corner", "corner 只用于没有分块、不并排印的表。"),
            ("tables[0].rows[0].rule", "rule 只用于总计（computed）。"),
            ("tables[0].columns[0].scale", 'scale 只用于金额（kind = "amount"）。'),
            ("tables[0].rows[0].span", "span 只用于列。"),
            ("sections[0].required", "required 只用于文字。"),
            ("sections[1].topics[0].choices", 'choices 只用于选择题（kind = "choice"）。'),
        ],
    ),
    "form.choices": (
        form(
            sections=f"""[{TABLE_SECTION}, {{ id = "words", heading = "二", sheet = "二", topics = [
                {{ id = "one", label = "一", kind = "choice" }},
                {{ id = "two", label = "二", kind = "choice", choices = ["甲,乙"] }}] }}]"""
        ),
        [
            (f"sections[1].topics[{at}].choices", "选择题要写 choices；每项不空、不含半角逗号，合计不超过 255 个字符。")
            for at in (0, 1)
        ],
    ),
    "form.blocks_or_plain": (
        form(tables=f'[{{ id = "t", {COLUMNS} }}]'),
        [("tables[0]", "一张表要么直接写 columns 和 rows，要么写 blocks。")],
    ),
    "form.side_by_side_blocks": (
        form(tables=f'[{{ id = "t", print = "rows-as-column-groups", blocks = [{{ {COLUMNS}, {ROWS} }}] }}]'),
        [("tables[0]", "并排印的表只能有一块。")],
    ),
    "form.uneven_blocks": (
        form(
            tables=f"""[{{ id = "t", blocks = [{{ {COLUMNS}, {ROWS} }},
                {{ columns = [{{ id = "c", label = "丙" }}], rows = [{{ id = "z", label = "寅" }}] }}] }}]"""
        ),
        [("tables[0].blocks", "各块的宽度要相同：每块各列的 span 之和应当一样。")],
    ),
    "form.too_wide": (
        form(
            tables="""[{ id = "t", print = "rows-as-column-groups", columns = [{ id = "a", label = "甲", span = 31 }],
                rows = [{ id = "x", label = "子" }, { id = "y", label = "丑" }] }]"""
        ),
        [("tables[0]", "表格太宽：最多 60 列。")],
    ),
    "form.no_inputs": (
        form(
            tables="""[{ id = "t", columns = [{ id = "a", label = "甲" }], rows = [
                { id = "x", label = "子" }, { id = "y", label = "丑" }] },
                { id = "u", columns = [{ id = "a", label = "甲", computed = "2 * t.x.a", rule = "R" }],
                rows = [{ id = "z", label = "寅" }] }]""",
            sections=f'[{TABLE_SECTION}, {{ id = "more", heading = "二", sheet = "二", table = "u" }}]',
            rules='[{ id = "R", severity = "error", says = "必须" }]',
        ),
        [("tables[1]", "这张表没有要填的格子。")],
    ),
    "form.no_rule": (
        form(
            tables="""[{ id = "t", rows = [{ id = "x", label = "子" }], columns = [{ id = "a", label = "甲" },
                { id = "b", label = "乙", computed = "2 * a", rule = "SUM" },
                { id = "c", label = "丙", computed = "3 * a", rule = "R" }] }]""",
            rules='[{ id = "R", severity = "error", says = "必须", check = "t.x.a = 0" }]',
        ),
        [
            (f"tables[0].columns[{at}].rule", f"没有“{name}”这条规则；总计要由一条不写 check 的规则负责说明。")
            for at, name in ((1, "SUM"), (2, "R"))
        ],
    ),
    "form.total_needs_rule": (
        form(tables=f"""[{{ id = "t", {ROWS}, columns = [{{ id = "a", label = "甲" }},
            {{ id = "b", label = "乙", computed = "2 * a" }}] }}]"""),
        [("tables[0].columns[1].rule", "总计要写 rule：由哪条规则负责说明。")],
    ),
    "form.total_of_last": (
        form(
            tables=f"""[{{ id = "t", {ROWS}, columns = [{{ id = "a", label = "甲" }}, {{ id = "b",
                label = "乙", computed = "a + last.a", rule = "R" }}] }}]""",
            rules='[{ id = "R", severity = "error", says = "必须", check = "t.x.a = 0" }]',
        ),
        [("tables[0].columns[1].computed", "总计不能用上年的数。")],
    ),
    "form.names_no_field": (
        form(
            tables=f"""[{{ id = "t", {ROWS}, columns = [{{ id = "a", label = "甲" }}, {{ id = "b",
                label = "乙", computed = "2 + 3", rule = "R" }}] }}]""",
            rules='[{ id = "R", severity = "error", says = "必须", check = "last.t.x.a = most" }]',
        ),
        [
            ("tables[0].columns[1].computed", "没有用到本年的字段，说不出是哪一格。"),
            ("rules[0].check", "没有用到本年的字段，说不出是哪一格。"),
        ],
    ),
    "form.total_without_claim": (
        form(rules='[{ id = "SUM", severity = "error", says = "合计" }]'),
        [("rules[0]", "规则“SUM”没有 check，也没有一个总计用到它。")],
    ),
    "form.no_field": (
        form(
            report='{ title = "报告", lead_field = "words.lead" }',
            tables="""[{ id = "t", columns = [{ id = "a", label = "甲", last = "old" }],
                rows = [{ id = "x", label = "子" }, { id = "y", label = "丑", last = "older" }] }]""",
            rules="""[{ id = "R", severity = "error", says = "必须", each = ["t.x.a",
                "t.z", "words"], check = "it = 0" }]""",
        ),
        [
            ("tables[0].columns[0].last", "没有“t.x.old”这个字段。"),
            ("tables[0].rows[1].last", "没有“t.older.old”这个字段。"),
            ("rules[0].each[1]", "没有“t.z”这个字段。"),
            ("rules[0].each[2]", "没有“words”这个字段。"),
            ("report.lead_field", "没有“words.lead”这个字段。"),
        ],
    ),
    "form.cycle": (
        form(
            tables="""[{ id = "t", rows = [{ id = "x", label = "子" }], columns = [{ id = "a", label = "甲" },
                { id = "b", label = "乙", computed = "a + c", rule = "R" },
                { id = "c", label = "丙", computed = "2 * b", rule = "R" }] }]""",
            rules='[{ id = "R", severity = "error", says = "必须", check = "t.x.a = 0" }]',
        ),
        [("tables", "互相引用，算不出来：t.x.b、t.x.c。")],
    ),
    "form.rule_needs": (
        form(rules='[{ id = "NUM", kind = "number", severity = "error", says = "必须" }]'),
        [("rules[0].of", "这类规则要写 of。")],
    ),
    "form.rule_must_not": (
        form(
            rules="""[{ id = "BLANK", kind = "blank", severity = "error", says = "必须", check = "t.x.a = 0" },
                { id = "R", severity = "error", says = "必须", check = "t.x.a = 0", of = ["count"] }]"""
        ),
        [("rules[0].check", "这类规则不能写 check。"), ("rules[1].of", "这类规则不能写 of。")],
    ),
    "form.key_twice": (
        form(
            rules="""[{ id = "R", severity = "error", says = "必须", check = "t.x.a = 0" },
                { id = "R", severity = "query", says = "必须", check = "t.x.b = 0" }]"""
        ),
        [("rules[1]", "判断“R”出现了两次；请写不同的 index。")],
    ),
    "form.each": (
        form(
            rules="""[{ id = "R", severity = "error", says = "必须", each = "columns of t", check = "x = y" },
                { id = "S", severity = "error", says = "必须", each = [], check = "x = y" }]"""
        ),
        [
            (f"rules[{at}].each", "each 应为“column of 表名”“row of 表名”，或者字段、行的列表。")
            for at in (0, 1)
        ],
    ),
    "form.show_two": (check("t.x.a = 0", show='["t.x.a"]'), [("rules[0].show", "show 要写两项。")]),
    "form.placeholder": (
        form(
            template_title='"{year}年{unit}"',
            report='{ title = "{unit}{most}", lead = ["{year}", "{title!r}"] }',
            rules="""[{ id = "R", severity = "error", says = "{row}：必须", check = "t.x.a = 0" },
                { id = "S", severity = "error", says = "不超过{most:d}", check = "t.x.a = 0" }]""",
        ),
        [
            ("template_title", "文字里的“{unit}”没有对应的内容。"),
            ("rules[0].says", "文字里的“{row}”没有对应的内容。"),
            ("rules[1].says", "文字里的“{most}”没有对应的内容。"),
            ("report.title", "文字里的“{most}”没有对应的内容。"),
            ("report.lead[1]", "文字里的“{title}”没有对应的内容。"),
        ],
    ),
    "form.braces": (
        form(
            tables=f'[{{ id = "t", {COLUMNS}, rows = [{{ id = "x", label = "子{{1}}" }}] }}]',
            rules="""[{ id = "R", severity = "error", says = "{row}", each = "row of t", check = "a = b" },
                { id = "S", severity = "error", says = "不超过{most", check = "t.x.a = 0" }]""",
        ),
        [
            (f"rules[{at}].says", "花括号只能成对用来代入内容；标签里的花括号不能代入。")
            for at in (0, 1)
        ],
    ),
    "form.says_too_long": (
        check("t.x.a = 0").replace("必须", "长" * 241),
        [("rules[0].says", "代入行、列的标签后有 241 个字，最多 240 个。")],
    ),
    "form.too_many_characters": (
        form(tables=f'[{{ id = "t", unit = "{"很" * 21}", {COLUMNS}, {ROWS} }}]'),
        [("tables[0].unit", "最多 20 个字。")],
    ),
    "form.home": (
        form(rules="""[{ id = "R", severity = "error", says = "必须", each = "column of t",
            check = "x = y", at = "z" }]"""),
        [("rules[0].at", "“z”不是这里的行或列。")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", FORMS)
def test_a_wrong_form_is_told_path_and_problem(key: str) -> None:
    text, expected = FORMS[key]
    assert problems(text) == expected


LARGE = form(
    tables=f"""[{{ id = "t", {COLUMNS}, rows = [{{ id = "x", label = "子", kind = "amount" }},
        {{ id = "y", label = "丑", kind = "amount" }}] }}]""",
    rules='[{ id = "R", severity = "error", says = "必须", check = "t.x.a * t.x.b = t.y.a * t.y.b" }]',
)

RULES = {
    "rule.character": (
        check("t.x.a ≥ 1"),
        """不认识的字符“≥”。
    t.x.a ≥ 1
          ^""",
    ),
    "rule.expected": (
        check("sum(t.x.a, t.x.b = 1"),
        """这里应是“)”，却是“=”。
    sum(t.x.a, t.x.b = 1
                     ^""",
    ),
    "rule.expected_string": (
        check("t.x.a = 1", when="'level in (bureau)'"),
        """这里应是带引号的文字，如 "bureau"，却是“bureau”。
    level in (bureau)
              ^""",
    ),
    "rule.expected_comparison": (
        check("t.x.a + 1"),
        """这里应是比较号（= <> < <= > >=），却是“规则结束”。
    t.x.a + 1
             ^""",
    ),
    "rule.expected_value": (
        check("t.x.a = * 2"),
        """这里应是数字、字段名或函数，却是“*”。
    t.x.a = * 2
            ^""",
    ),
    "rule.expected_name": (
        check("t.x. = 1"),
        """点号后面应是名称，却是“=”。
    t.x. = 1
         ^""",
    ),
    "rule.unexpected": (
        check("t.x.a = 1 t.x.b"),
        """到这里规则应当结束，却还有“t”。
    t.x.a = 1 t.x.b
              ^""",
    ),
    "rule.chained": (
        check("0 <= t.x.a <= 1"),
        """比较不能连写；请拆成两条规则，或用 and 连接。
    0 <= t.x.a <= 1
               ^""",
    ),
    "rule.too_deep": (
        check(f"{'(' * 41}t.x.a{')' * 41} = 1"),
        f"""括号或函数套得太深，请拆成几条规则。
    {"(" * 41}t.x.a{")" * 41} = 1
    {" " * 40}^""",
    ),
    "rule.too_long": (
        check("t.x.a = " + "+".join(["1"] * 102)),
        f"""加、减、乘超过 100 次，请用 sum，或者拆成几条规则。
    t.x.a = {"+".join(["1"] * 102)}
    {" " * 209}^""",
    ),
    "rule.unknown_function": (
        check("round(t.x.a) = 1"),
        """没有“round”这个函数；可用的有：sum、min、max、abs。
    round(t.x.a) = 1
    ^""",
    ),
    "rule.abs_takes_one": (
        check("abs(t.x.a, 1) = 1"),
        """abs 只取一个数。
    abs(t.x.a, 1) = 1
    ^""",
    ),
    "rule.range_of_names": (
        check("sum(most:t.x.a) = 1"),
        """区间的两头都要写字段名，如 granted:closed_other。
    sum(most:t.x.a) = 1
        ^""",
    ),
    "rule.range_order": (
        check("sum(t.x.b:t.x.a) = 1"),
        """区间的两头不在同一行或同一列，或者前后颠倒。
    sum(t.x.b:t.x.a) = 1
        ^""",
    ),
    "rule.no_it": (
        check("it = 1"),
        """只有 each 列出字段时才能写 it。
    it = 1
    ^""",
    ),
    "rule.unknown_name": (
        check("t.x.a = least"),
        """没有“least”这个字段或参数。
    t.x.a = least
            ^""",
    ),
    "rule.not_a_number": (
        check("t.x.a = words"),
        """“words”不是数字字段，不能参加计算。
    t.x.a = words
            ^""",
    ),
    "rule.unknown_level": (
        check("t.x.a = 1", when="""'level in ("bureau", "city")'"""),
        """没有“city”这个级别；可用的有：bureau、county。
    level in ("bureau", "city")
    ^""",
    ),
    "rule.too_many_arguments": (
        check(f"sum({', '.join(['t.x.a'] * 251)}) = 1"),
        f"""函数的参数超过 250 个，请分开写。
    sum({", ".join(["t.x.a"] * 251)}) = 1
    ^""",
    ),
    "rule.too_large": (
        LARGE,
        """两边的数都可能大到电子表格分不清末位（超过 211 万亿个最小单位），请缩小数值范围或小数位数。
    t.x.a * t.x.b = t.y.a * t.y.b
                  ^""",
    ),
}


@pytest.mark.parametrize("key", RULES)
def test_a_wrong_rule_is_told_with_a_caret_under_the_spot(key: str) -> None:
    text, expected = RULES[key]
    assert carets(text) == [expected]


def test_every_sentence_for_a_forms_author_has_its_case() -> None:
    words = {"rule.end", "form.header", "form.no_file", "form.unknown"}  # a word, the heading, and two tests below
    sentences = {key for key in TEXTS if key.startswith(("form.", "rule."))}
    assert {key for key in sentences if not key.startswith("form.where.")} - words == {*FORMS, *RULES}


# ── where a form is ──


def test_a_form_that_is_nowhere_is_told_which_there_are() -> None:
    with pytest.raises(RequestError) as caught:
        load_definition("nowhere")
    assert str(caught.value) == "没有“nowhere”这个表单。可用的有：gov-info-annual-2021。也可以写表单文件夹的路径。"


def test_a_folder_without_a_form_says_so(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        load_definition(tmp_path)
    assert str(caught.value) == f"“{tmp_path}”里没有 form.toml。"


def test_the_file_of_a_form_is_taken_like_its_folder(tmp_path: Path) -> None:
    for folder, version in ((tmp_path, "1.1"), (tmp_path / "1.0", "1.0")):
        folder.mkdir(exist_ok=True)
        (folder / "form.toml").write_text(form(version=f'"{version}"'), "utf-8")
    assert [load_definition(tmp_path / "form.toml", version).version for version in ("", "1.0")] == ["1.1", "1.0"]


def test_a_shipped_form_is_found_by_its_id() -> None:
    assert find_form("gov-info-annual-2021") == shipped_forms()["gov-info-annual-2021"]


def test_the_forms_of_an_installed_package_lie_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "xlreport" / "forms" / "loading.py"
    monkeypatch.setattr("xlreport.forms.loading.__file__", str(module))
    installed = tmp_path / "xlreport" / "workbook_templates" / "mine"
    installed.mkdir(parents=True)
    (installed / "form.toml").write_text(form(), "utf-8")
    assert shipped_forms() == {"mine": installed}


def test_every_problem_of_a_file_is_told_at_once_as_an_author_reads_it() -> None:
    text = form(
        colour='"red"',
        tables=f'[{{ id = "t", {COLUMNS}, {ROWS}, unit = 3 }}]',
        rules="""[{ id = "R", severity = "error", says = "{row}", check = "t.x.a = least" },
            { id = "S", severity = "error", says = "必须", check = "t.x.a" }]""",
    )
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text.encode(), source="my/form.toml")
    assert (
        str(caught.value)
        == """my/form.toml
tables[0].unit: 类型不对，应是文字。
colour: 不认识的项。
rules[0].check: 没有“least”这个字段或参数。
    t.x.a = least
            ^
rules[1].check: 这里应是比较号（= <> < <= > >=），却是“规则结束”。
    t.x.a
         ^"""
    )


def test_what_only_follows_from_a_wrong_entry_is_not_told_as_well() -> None:
    rules = '[{ id = "R", severity = "error", says = "必须", chekc = "t.x.a = 0" }]'
    assert problems(form(rules=rules)) == [("rules[0].chekc", "不认识的项。是不是“check”？")]
    rules = '[{ id = "R", severity = "error", says = "必须", formula = "t.x.a = 0" }]'
    assert problems(form(rules=rules)) == [("rules[0].formula", "不认识的项。")]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (form().replace("title =", "titel =", 1), "titel"),
        (form().replace("report = { title", "report = { Title"), "report.Title"),
        (form().replace("heading =", "headline =", 1), "sections[0].headline"),
        (form(tables=f'[{{ id = "t", {COLUMNS}, {ROWS}, units = "件" }}]'), "tables[0].units"),
        (
            form(tables=f'[{{ id = "t", {COLUMNS.replace("label", "lable", 1)}, {ROWS} }}]'),
            "tables[0].columns[0].lable",
        ),
        (form(params='{ most = { value = 9, lable = "最多" } }'), "params.most.lable"),
        (check("t.x.a = 0", index_='"one"'), "rules[0].index_"),
    ],
)
def test_a_misspelled_key_is_told_once_and_with_the_one_that_was_meant(text: str, path: str) -> None:
    meant = {"titel": "title", "Title": "title", "headline": "heading", "units": "unit", "lable": "label"}
    key = path.rpartition(".")[2]
    assert problems(text) == [(path, f"不认识的项。是不是“{meant.get(key, key.strip('_'))}”？")]


def test_a_key_that_is_there_already_is_not_what_was_meant() -> None:
    assert problems(form(titel='"表"')) == [("titel", "不认识的项。")]


@pytest.mark.parametrize("key", ["sheet", "says", "label", "group"])
def test_a_key_of_another_place_is_unknown_here_and_hides_nothing(key: str) -> None:
    rules = '[{ id = "R", severity = "error", says = "必须", check = "t.x.a = least" }]'
    assert [path for path, _ in problems(form(**{key: '"表"'}, rules=rules))] == [key, "rules[0].check"]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": '"My Form"'},
        {"title": ""},
        {"version": ""},
        {"report": ""},
        {"report": "{ lead = [] }"},
        {"sections": PARTS["sections"].replace('heading = "一"', "heading = 1")},
        {"sections": PARTS["sections"].replace('sheet = "一",', "").replace(', sheet = "二"', "")},
        {"tables": PARTS["tables"].replace(', label = "丑"', "")},
        {"tables": PARTS["tables"].replace('label = "甲"', 'lable = "甲"')},
    ],
    ids=str,
)
def test_a_needed_entry_that_is_wrong_does_not_hide_a_wrong_rule(changes: dict[str, str]) -> None:
    rules = '[{ id = "R", severity = "error", says = "必须", check = "t.x.a = least" }]'
    *shape, rule = problems(form(rules=rules, **changes))
    assert rule == ("rules[0].check", "没有“least”这个字段或参数。")
    assert {path for path, _ in shape}
    assert not {path for path, _ in shape if path.startswith("rules")}


def test_a_misspelled_key_of_a_rule_does_not_hide_what_else_is_wrong_with_it() -> None:
    rules = '[{ id = "R", severity = "error", syas = "{nobody}", check = "t.x.a = least" }]'
    assert [path for path, _ in problems(form(rules=rules))] == ["rules[0].syas", "rules[0].check"]


def test_problems_survive_the_way_between_processes() -> None:
    with pytest.raises(DefinitionError) as caught:
        load(check("t.x.a = least"))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = “f”".encode(), "第 1 行第 6 列读不下去（Invalid value）。"),
        ('id = "f"\nid = "g" # 两次\n'.encode(), "第 2 行第 9 列读不下去（Cannot overwrite a value）。"),
        ('id = "f"\ntitle = "表"'.encode("gbk"), "第 2 行不是 UTF-8 编码，请另存为 UTF-8。"),
        (b"params = { most = " + b"1" * 5000 + b" }", "有一个数太大或位数太多。"),
        (b"params = { most = 1e99999999999999999999 }", "有一个数太大或位数太多。"),
        (b"id = " + b"[" * 5000, "括号套得太深。"),
    ],
    ids=["a wrong quote", "a key twice", "another encoding", "digits", "a power", "brackets"],
)
def test_where_a_file_is_no_toml_is_told_in_words_and_then_why(text: bytes, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text)
    assert [str(one) for one in caught.value.problems] == [f"form.toml: 不是正确的 TOML：{words}"]


def test_problems_of_nested_entries_bear_the_whole_path() -> None:
    nested = f"""[{{ id = "t", {COLUMNS}, rows = [{{ id = "x", label = "子" }},
        {{ group = "外", of = [{{ group = "内", of = [{{ id = "y" }},
            {{ id = "z", label = {{ zh = 3 }} }}] }}] }}] }}]"""
    assert problems(form(tables=nested)) == [
        ("tables[0].rows[1].of[0].of[0].label", "缺少此项。"),
        ("tables[0].rows[1].of[0].of[1].label.zh", "类型不对，应是文字。"),
    ]


def test_one_wrong_rule_over_many_columns_is_one_problem() -> None:
    text = form(rules='[{ id = "R", severity = "error", says = "必须", each = "column of t", check = "x = z" }]')
    assert problems(text) == [("rules[0].check", "没有“z”这个字段或参数。")]


def test_a_text_and_a_table_of_one_name_could_not_be_told_apart() -> None:
    table = f'[{{ id = "words", {COLUMNS}, {ROWS} }}]'
    sections = f"""[{TABLE_SECTION.replace('"t"', '"words"')},
        {{ id = "words", heading = "二", sheet = "二", text = {{}} }}]"""
    assert problems(form(tables=table, sections=sections)) == [("sections", "“words”重复了。")]


def total(**columns: str) -> str:
    """A table with a column of figures and further ones computed."""
    made = "".join(
        f', {{ id = "{name}", label = "{name}", computed = "{words}", rule = "R" }}' for name, words in columns.items()
    )
    return form(
        tables=f"""[{{ id = "t", rows = [{{ id = "x", label = "子" }}],
            columns = [{{ id = "a", label = "甲" }}{made}] }}]""",
        rules='[{ id = "R", severity = "error", says = "{row}" }]',
    )


def test_a_wrong_formula_of_a_total_is_told_with_its_caret() -> None:
    assert (
        carets(total(b="a + z"))[0]
        == """没有“z”这个字段或参数。
    a + z
        ^"""
    )


def test_a_total_of_totals_is_held_to_what_they_can_become() -> None:
    assert problems(total(c="b - b", b="1000 * a")) == [("tables[0].columns[1].computed", TEXTS["rule.too_large"])]


def test_wrong_words_in_when_and_show_are_told_as_well() -> None:
    assert problems(check("t.x.a = 1", when='"level"')) == [
        ("rules[0].when", "这里应是比较号（= <> < <= > >=），却是“规则结束”。")
    ]
    assert problems(check("t.x.a = 1", show='["t.x.a", "z"]')) == [("rules[0].show", "没有“z”这个字段或参数。")]


# ── what a form comes to ──

CROSSING = form(
    tables="""[{ id = "t",
        columns = [{ id = "a", label = "甲" }, { id = "b", label = "乙" },
            { id = "all", label = "计", computed = "sum(a:b)", rule = "ROW" }],
        rows = [{ id = "x", label = "子" }, { id = "y", label = "丑" },
            { id = "both", label = "合", computed = "x + y", rule = "COL" }] }]""",
    rules="""[{ id = "ROW", severity = "error", says = "{row}" },
        { id = "COL", severity = "error", says = "{column}" }]""",
)


def test_where_totals_cross_the_rows_formula_computes_and_the_columns_stays_a_judgement() -> None:
    made = load(CROSSING)
    crossing = FieldRef.parse("t.both.all")
    assert [(one.key, one.total == crossing) for one in made.judgements] == [
        ("ROW[x]", False),
        ("ROW[y]", False),
        ("ROW[both]", True),
        ("COL[a]", False),
        ("COL[b]", False),
        ("COL[all]", True),
    ]
    assert crossing is not None
    assert str(made.fields[crossing].computed) == str(load(CROSSING).fields[crossing].computed)
    assert [str(ref) for ref in made.judgements[2].reads] == ["t.both.a", "t.both.b"]
    assert [str(ref) for ref in made.judgements[5].fields] == ["t.x.all", "t.y.all", "t.both.all"]


def test_totals_are_computed_after_their_parts_whatever_their_place() -> None:
    order = [str(ref) for ref in load(CROSSING).computed]
    assert order == ["t.x.all", "t.y.all", "t.both.a", "t.both.b", "t.both.all"]


def test_a_total_knows_how_large_it_can_become_and_how_many_decimals_it_has() -> None:
    made = load(
        form(
            tables=f"""[{{ id = "t", {ROWS}, columns = [{{ id = "a", label = "甲", kind = "amount", scale = 2 }},
                {{ id = "b", label = "乙", computed = "3 * a", rule = "R" }}] }}]""",
            rules='[{ id = "R", severity = "error", says = "{row}" }]',
        )
    )
    total = made.fields[FieldRef(("t", "x", "b"))]
    assert (total.maximum, total.scale) == (Decimal(299999997), 2)


def keys(**changes: str) -> list[str]:
    return [one.key for one in load(form(**changes)).judgements]


def test_a_rule_is_applied_to_columns_rows_listed_rows_listed_fields_or_once() -> None:
    rules = """[
        { id = "C", severity = "error", says = "{column}", each = "column of t", check = "x = y" },
        { id = "R", severity = "error", says = "{row}", each = "row of t", check = "a = b" },
        { id = "L", severity = "error", says = "{row}", each = ["t.y"], check = "a = b" },
        { id = "F", severity = "error", says = "{field}", each = ["t.y.b"], check = "it = most" },
        { id = "O", severity = "error", says = "{most}", check = "t.x.a = 0" },
        { id = "I", severity = "error", says = "一", index = "one", check = "t.x.a = 0" },
        { id = "I", severity = "error", says = "二", index = "two", each = ["t.x"], check = "a = 0" }]"""
    made = load(form(rules=rules))
    assert [(one.key, one.says) for one in made.judgements] == [
        ("C[a]", "甲"),
        ("C[b]", "乙"),
        ("R[x]", "子"),
        ("R[y]", "丑"),
        ("L[t.y]", "丑"),
        ("F[t.y.b]", "丑·乙"),
        ("O", "9"),
        ("I[one]", "一"),
        ("I[t.x.two]", "二"),
    ]


def test_a_column_that_two_blocks_have_is_not_silently_left_out() -> None:
    blocks = """[{ id = "t", blocks = [
        { columns = [{ id = "a", label = "甲" }], rows = [{ id = "x", label = "子" }] },
        { columns = [{ id = "a", label = "甲" }], rows = [{ id = "y", label = "丑" }] }] }]"""
    rules = '[{ id = "R", severity = "error", says = "必须", each = "column of t", check = "t.x.a = t.y.a" }]'
    assert problems(form(tables=blocks, rules=rules)) == [("rules[0]", "判断“R[a]”出现了两次；请写不同的 index。")]


def test_a_message_stands_where_at_says_and_belongs_to_that_section() -> None:
    two = f"""[{{ id = "t", {COLUMNS}, {ROWS} }},
        {{ id = "u", columns = [{{ id = "c", label = "丙" }}], rows = [{{ id = "z", label = "寅" }}] }}]"""
    sections = f'[{TABLE_SECTION}, {{ id = "more", heading = "二", sheet = "二", table = "u" }}]'
    rules = """[
        { id = "A", severity = "error", says = "必须", each = "column of t", check = "x = y", at = "y" },
        { id = "B", severity = "error", says = "必须", check = "t.x.a = u.z.c", at = "u.z.c" },
        { id = "C", severity = "error", says = "必须", check = "t.x.a = u.z.c" },
        { id = "D", severity = "error", says = "必须", each = ["u.z.c"], check = "t.x.a = it" }]"""
    made = load(form(tables=two, sections=sections, rules=rules))
    assert [(one.key, str(one.home), one.section) for one in made.judgements] == [
        ("A[a]", "t.y.a", "part"),
        ("A[b]", "t.y.b", "part"),
        ("B", "u.z.c", "more"),
        ("C", "t.x.a", "part"),
        ("D[u.z.c]", "u.z.c", "more"),
    ]


def test_what_is_shown_are_the_two_terms_of_show() -> None:
    [judgement] = load(check("t.x.a <= most * t.x.b", show='["t.x.a", "t.x.b"]')).judgements
    assert [str(ref) for ref in judgement.fields] == ["t.x.a", "t.x.b"]
    assert judgement.shown is not None
    assert judgement.check is not None
    assert judgement.shown[0] == judgement.check.left
    assert judgement.shown[1] != judgement.check.right


def test_a_range_follows_the_declared_order() -> None:
    [judgement] = load(check("sum(t.x.a:t.x.b) = sum(t.x.b:t.y.b)")).judgements
    assert [str(ref) for ref in judgement.reads] == ["t.x.a", "t.x.b", "t.y.b"]


def test_blanks_are_judged_row_by_row_a_side_by_side_table_as_a_whole_and_only_required_texts() -> None:
    side = f'[{{ id = "t", print = "rows-as-column-groups", {COLUMNS}, {ROWS} }}]'
    topics = 'topics = [{ id = "one", label = "一" }, { id = "two", label = "二" }]'
    sections = f"""[{TABLE_SECTION},
        {{ id = "optional", heading = "二", sheet = "二", {topics} }},
        {{ id = "some", heading = "三", sheet = "三", required = "any", {topics} }},
        {{ id = "every", heading = "四", sheet = "四", required = "all", {topics} }},
        {{ id = "words", heading = "五", sheet = "五", required = "all", text = {{}} }}]"""
    rules = '[{ id = "BLANK", kind = "blank", severity = "error", says = "{row}：{count}" }]'
    assert keys(rules=rules) == ["BLANK[t.x]", "BLANK[t.y]"]
    assert keys(rules=rules, tables=side, sections=sections) == [
        "BLANK[t]",
        "BLANK[some]",
        "BLANK[every.one]",
        "BLANK[every.two]",
        "BLANK[words]",
    ]


def test_number_rules_keep_to_their_kinds_and_leave_totals_out() -> None:
    table = f"""[{{ id = "t", {ROWS}, columns = [{{ id = "a", label = "甲" }},
        {{ id = "b", label = "乙", kind = "amount" }},
            {{ id = "c", label = "丙", computed = "2 * a", rule = "R" }}] }}]"""
    rules = """[{ id = "R", severity = "error", says = "{row}" },
        { id = "NUM", kind = "number", of = ["count"], severity = "error", says = "{row}{count}" },
        { id = "LAST", kind = "blank-last", severity = "query", says = "{row}{count}" }]"""
    made = load(form(tables=table, rules=rules)).judgements[2:]
    assert [(one.key, one.kind, [str(ref) for ref in one.fields]) for one in made] == [
        ("NUM[t.x]", JudgementKind.NUMBER, ["t.x.a"]),
        ("NUM[t.y]", JudgementKind.NUMBER, ["t.y.a"]),
        ("LAST[t.x]", JudgementKind.BLANK_LAST, ["t.x.a", "t.x.b"]),
        ("LAST[t.y]", JudgementKind.BLANK_LAST, ["t.y.a", "t.y.b"]),
    ]


def test_a_label_in_two_languages_is_read_in_chinese_and_else_in_the_first_there_is() -> None:
    made = load(form(title='{ en = "Form", zh = "表单" }'))
    assert (str(made.title), dict(made.title.texts)) == ("表单", {"en": "Form", "zh": "表单"})
    assert str(load(form(title='{ en = "Form", fr = "Formulaire" }')).title) == "Form"


def test_a_parameter_is_a_number_with_or_without_a_label() -> None:
    made = load(form(params='{ few = 2.50, most = { value = 4, label = "几倍" } }'))
    assert [(one.name, one.value, one.label) for one in made.parameters.values()] == [
        ("few", Decimal("2.50"), ""),
        ("most", Decimal(4), "几倍"),
    ]


def test_last_years_field_bears_the_same_name_unless_the_row_or_column_was_renamed() -> None:
    table = """[{ id = "t", columns = [{ id = "a", label = "甲" }, { id = "b", label = "乙", last = "a" }],
        rows = [{ id = "x", label = "子" }, { id = "y", label = "丑", last = "x" }] }]"""
    made = load(form(tables=table))
    assert {str(ref): str(one.last) for ref, one in made.fields.items()} == {
        "t.x.a": "t.x.a",
        "t.x.b": "t.x.a",
        "t.y.a": "t.x.a",
        "t.y.b": "t.x.a",
    }


def test_the_column_decides_a_fields_kind_before_the_row_and_the_row_before_the_table() -> None:
    table = """[{ id = "t", kind = "amount", unit = "元",
        columns = [{ id = "a", label = "甲" }, { id = "b", label = "乙", kind = "amount", scale = 2, unit = "万元" }],
        rows = [{ id = "x", label = "子", kind = "count", unit = "件", aggregate = "none", help = "行。" },
            { id = "y", label = "丑" }] }]"""
    made = load(form(tables=table)).fields
    assert [(str(ref), one.kind, one.scale, one.unit, one.aggregate) for ref, one in made.items()] == [
        ("t.x.a", FieldKind.COUNT, 0, "件", Aggregate.NONE),
        ("t.x.b", FieldKind.AMOUNT, 2, "万元", Aggregate.NONE),
        ("t.y.a", FieldKind.AMOUNT, 6, "元", Aggregate.SUM),
        ("t.y.b", FieldKind.AMOUNT, 2, "万元", Aggregate.SUM),
    ]
    assert [one.help for one in made.values()] == ["行。", "行。", "", ""]


def test_topics_are_texts_dates_or_choices() -> None:
    topics = """[{ id = "one", label = "一", paragraphs = 3 }, { id = "day", label = "日", kind = "date" },
        { id = "level", label = "级", kind = "choice", choices = ["甲", "乙"] }]"""
    made = load(
        form(sections=f'[{TABLE_SECTION}, {{ id = "basic", heading = "二", sheet = "二", topics = {topics} }}]')
    )
    assert [(str(one.ref), one.kind, one.paragraphs, one.choices) for one in made.entries] == [
        ("basic.one", FieldKind.TEXT, 3, ()),
        ("basic.day", FieldKind.DATE, 1, ()),
        ("basic.level", FieldKind.CHOICE, 1, ("甲", "乙")),
    ]


def test_a_row_in_a_group_of_a_group_bears_the_inner_groups_label() -> None:
    table = """[{ id = "t",
        columns = [{ group = "上", of = [{ group = "中", of = [{ id = "a", label = "甲" }] }] },
            { id = "b", label = "乙" }],
        rows = [{ group = "外", of = [{ id = "x", label = "子" },
            { group = "内", of = [{ id = "y", label = "丑" }] }] }] }]"""
    assert [one.label for one in load(form(tables=table)).fields.values()] == ["子·甲", "子·乙", "内·丑·甲", "内·丑·乙"]


def test_the_digest_names_what_a_form_means_not_how_its_file_is_written() -> None:
    same = load("# another comment\n" + form(summary='"别的话"', how_to_fill='["填"]'))
    assert same.digest == load(form()).digest
    assert load(form(params="{ most = 8 }")).digest != load(form()).digest


def test_a_form_is_compiled_once_in_a_process() -> None:
    assert load(form()) is load(form())


def test_a_section_and_the_tables_of_a_form_are_found_from_a_field() -> None:
    made = load(form())
    assert made.section_of(FieldRef(("t", "x", "a"))).id == "part"
    assert made.section_of(FieldRef(("words",))).id == "words"
    assert [table.id for table in made.tables] == ["t"]
    assert len(made.fields_of_table("t")) == 4
