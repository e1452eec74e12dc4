"""The report as a document: what stands in it, in which order, and what is left out."""

import pickle
from dataclasses import replace
from decimal import Decimal

import pytest
from report_cases import annual_report, checked, figures_of, ref, submission_of

from xlreport.cells import text_value
from xlreport.checks.check import check
from xlreport.fields import FieldRef
from xlreport.findings import ExplanationState, Finding, Severity
from xlreport.forms.loading import parse_definition
from xlreport.reports.building import build_report
from xlreport.reports.document import Block, Document, Heading, Note, Paragraph, TableBlock, Title
from xlreport.submission import Submission, Unit

TEXTS = {
    "overview.disclosure": ("主动公开信息12条。", "其中政策解读3条。"),
    "overview.oversight": ("全年培训2次。",),
    "problems": ("人手不足。",),
    "other_matters": ("没有收取信息处理费。",),
}
HONGZE_EXPLANATIONS = {
    "YOY[proactive.licensing.decisions]": "2024年起按全区口径统计行政许可。",
    "YOY[requests.received.total]": "=征地拆迁类申请集中提出。",
}


def outline(document: Document) -> list[str]:
    """The blocks after the opening, one short line each."""
    return [_line(block) for block in document.blocks[2:]]


def table_of(document: Document, table: str) -> TableBlock:
    """The table of that name."""
    return next(block for block in document.blocks if isinstance(block, TableBlock) and block.grid.table == table)


def _line(block: Block) -> str:
    match block:
        case Title(text=text) | Paragraph(text=text) | Note(text=text):
            return text
        case Heading(text=text, level=level):
            return f"{'#' * level} {text}"
        case TableBlock(grid=grid):
            return f"[{grid.table}]"


def test_the_six_sections_stand_in_order_with_their_texts_and_tables() -> None:
    document = build_report(annual_report(), checked(submission_of("suqian_2024", TEXTS)))
    assert outline(document) == [
        "# 一、总体情况",
        "## （一）主动公开",
        "主动公开信息12条。",
        "其中政策解读3条。",
        "## （五）监督保障",
        "全年培训2次。",
        "# 二、主动公开政府信息情况",
        "[proactive]",
        "# 三、收到和处理政府信息公开申请情况",
        "[requests]",
        "# 四、政府信息公开行政复议、行政诉讼情况",
        "[disputes]",
        "# 五、存在的主要问题及改进情况",
        "人手不足。",
        "# 六、其他需要报告的事项",
        "没有收取信息处理费。",
    ]


def test_a_draft_prints_the_heading_of_a_section_without_words() -> None:
    document = build_report(annual_report(), checked(submission_of("suqian_2024", {})), draft=True)
    assert document.draft
    assert outline(document)[-2:] == ["# 五、存在的主要问题及改进情况", "# 六、其他需要报告的事项"]


def test_the_title_names_unit_and_year_and_may_end_a_line_behind_either() -> None:
    document = build_report(annual_report(), checked(submission_of("suqian_2024", TEXTS)))
    title = "宿迁市2024年政府信息公开工作年度报告"
    assert document.blocks[0] == Title(text=title, joints=(3, 8))
    assert document.title == title


def test_a_unit_whose_name_holds_braces_is_printed_as_it_is() -> None:
    submission = replace(submission_of("suqian_2024", TEXTS), unit=Unit(name="{year}{unit}局"))
    assert build_report(annual_report(), checked(submission)).title.startswith("{year}{unit}局2024年")


def test_the_form_gives_the_opening_where_the_unit_wrote_none() -> None:
    opening = build_report(annual_report(), checked(submission_of("suqian_2024", TEXTS))).blocks[1]
    assert isinstance(opening, Paragraph)
    assert "现公布宿迁市2024年政府信息公开工作年度报告" in opening.text


def test_the_units_own_opening_stands_in_place_of_the_forms() -> None:
    submission = submission_of("suqian_2024", {**TEXTS, "basic.lead": ("第一段。", "第二段。")})
    blocks = build_report(annual_report(), checked(submission)).blocks
    assert blocks[1:4] == (Paragraph(text="第一段。"), Paragraph(text="第二段。"), Heading(text="一、总体情况"))


def test_contact_and_phone_are_never_printed() -> None:
    submission = submission_of("suqian_2024", TEXTS)
    private = {"basic.contact": "张三丰", "basic.phone": "0527-84368888", "basic.reviewer": "李四光"}
    values = {**submission.values, **{ref(name): text_value(text) for name, text in private.items()}}
    document = build_report(annual_report(), checked(replace(submission, values=values)))
    assert not any(word in str(document) for word in ("张三丰", "84368888", "李四光"))


def test_line_breaks_part_paragraphs_and_empty_lines_are_dropped() -> None:
    texts = {**TEXTS, "problems": ("\u3000\u3000第一段。\n\n第二段。 ", "")}
    document = build_report(annual_report(), checked(submission_of("suqian_2024", texts)))
    assert outline(document)[-4:-2] == ["第一段。", "第二段。"]


@pytest.mark.parametrize("report", ["suqian_2023", "suqian_2024", "huaian_2024", "guancheng_2023"])
def test_the_tables_hold_exactly_the_figures_that_were_printed(report: str) -> None:
    document = build_report(annual_report(), checked(submission_of(report, TEXTS)))
    tables = [block for block in document.blocks if isinstance(block, TableBlock)]
    assert {ref: figure for table in tables for ref, figure in table.figures.items()} == figures_of(report)


def test_the_totals_of_a_table_are_named() -> None:
    document = build_report(annual_report(), checked(submission_of("suqian_2024", TEXTS)))
    assert table_of(document, "disputes").totals == {
        ref(f"disputes.{row}.total") for row in ("review", "litigation_direct", "litigation_after_review")
    }


def test_a_blank_of_a_draft_has_no_figure_and_neither_has_its_total() -> None:
    submission = submission_of("suqian_2024", TEXTS)
    blank = ref("disputes.review.upheld")
    values = {field: value for field, value in submission.values.items() if field != blank}
    document = build_report(annual_report(), checked(replace(submission, values=values)), draft=True)
    figures = table_of(document, "disputes").figures
    assert blank not in figures
    assert ref("disputes.review.total") not in figures
    assert ref("disputes.litigation_direct.total") in figures


def test_yoy_explained_is_listed_with_both_sides_and_the_explanation() -> None:
    submission = submission_of("hongze_2024", TEXTS, last="hongze_2023", explanations=HONGZE_EXPLANATIONS)
    explained = build_report(annual_report(), checked(submission)).explained
    assert [(one.rule, one.left, one.right, one.difference, one.explanation) for one in explained] == [
        ("YOY", Decimal(9487), Decimal(550), Decimal(8937), "2024年起按全区口径统计行政许可。"),
        ("YOY", Decimal(95), Decimal(21), Decimal(74), "=征地拆迁类申请集中提出。"),
    ]
    assert explained[0].says == "行政许可：与上年相比变动不超过 4 倍"


def test_a_query_without_its_explanation_is_not_listed() -> None:
    submission = submission_of("hongze_2024", TEXTS, last="hongze_2023")
    assert build_report(annual_report(), checked(submission), draft=True).explained == ()


def test_blank_last_says_how_many_cells_it_counts() -> None:
    explanations = {"BLANK-LAST[disputes]": "本年度没有这类复议案件。"}
    submission = submission_of("suqian_2024", TEXTS, last="suqian_2023", explanations=explanations)
    values = {field: value for field, value in submission.values.items() if field != ref("disputes.review.upheld")}
    submission = replace(submission, values=values, zero_blanks=frozenset({"disputes"}))
    explained = build_report(annual_report(), checked(submission), draft=True).explained
    assert [(one.rule, one.left) for one in explained] == [("BLANK-LAST", Decimal(1))]
    assert "有 1 格空白按 0 计" in explained[0].says


def test_an_explained_query_of_no_rule_is_listed_by_its_message() -> None:
    query = Finding(
        code="LAST-DIFF",
        severity=Severity.QUERY,
        message="上年数与上年报告不同。",
        explanation="上年报告已经更正。",
        explanation_state=ExplanationState.GIVEN,
    )
    submission = replace(submission_of("suqian_2024", TEXTS), findings=(query,))
    explained = build_report(annual_report(), checked(submission)).explained
    assert [(one.rule, one.says, one.left) for one in explained] == [("LAST-DIFF", "上年数与上年报告不同。", None)]


TOY = """
id = "toy"
version = "1"
title = "台账"
template_title = "{title}"
summary = "s"
basis = "b"
[report]
title = "{unit}台账"
[[sections]]
id = "main"
heading = "甲、数量"
sheet = "甲"
table = "stock"
[[sections]]
id = "words"
heading = "乙、说明"
sheet = "乙"
topics = [{ id = "kept", label = "（1）保管", help = "h" }, { id = "lost", label = "（2）遗失", help = "h" }]
[[tables]]
id = "stock"
kind = "count"
unit = "件"
note = "注：含库存。"
corner = "名称"
columns = [{ id = "here", label = "在库" }]
rows = [{ id = "pens", label = "笔" }]
"""


def test_any_other_form_is_reported_by_its_own_words() -> None:
    definition = parse_definition(TOY.encode())
    texts = {FieldRef(("words", "lost")): ("一支。",)}
    submission = Submission(form="toy", version="1", unit=Unit(name="库房"), year=2024, texts=texts)
    document = build_report(definition, check(definition, submission), draft=True)
    assert [_line(block) for block in document.blocks] == [
        "库房台账",
        "# 甲、数量",
        "[stock]",
        "注：含库存。",
        "# 乙、说明",
        "## （2）遗失",
        "一支。",
    ]


def test_a_text_that_is_not_to_be_printed_is_left_out() -> None:
    form = annual_report()
    *others, last = form.sections
    hidden = replace(last, entries=tuple(replace(entry, printed=False) for entry in last.entries))
    document = build_report(replace(form, sections=(*others, hidden)), checked(submission_of("suqian_2024", TEXTS)))
    assert outline(document)[-1] == "# 六、其他需要报告的事项"


def test_a_document_survives_pickle() -> None:
    document = build_report(annual_report(), checked(submission_of("suqian_2024", TEXTS)))
    assert pickle.loads(pickle.dumps(document)) == document  # noqa: S301  # our own bytes
