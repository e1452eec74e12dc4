"""The shape of ``form.toml``: what an author may write, checked entry by entry.

The JSON Schema beside the forms is generated from these models, so editors complete and check alike.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from xlreport.forms.names import FORM_ID, IDENTIFIER, RULE_ID, VERSION

Identifier = Annotated[str, Field(pattern=IDENTIFIER, description="小写字母、数字和下划线，以字母开头。")]
LabelSource = Annotated[
    str | Annotated[dict[str, str], Field(min_length=1)],
    Field(description="一种文字，或按语言分列：{ zh = “…”, en = “…” }。"),
]
NumberSource = Annotated[Decimal, WithJsonSchema({"type": "number"})]
NumberKind = Literal["count", "amount"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=False)


class LineSource(_Model):
    """A column or a row."""

    id: Identifier
    label: LabelSource
    kind: NumberKind | None = Field(None, description="这一行或列的数字：count 件数，amount 金额。")
    scale: int | None = Field(None, ge=0, le=6, description="金额最多几位小数。")
    unit: str | None = Field(None, max_length=20, description="单位，如 件、万元。")
    span: int = Field(1, ge=1, le=40, description="这一列在纸面上占几格宽。")
    computed: str | None = Field(None, description="算式，如 sum(individual:other_org)。")
    rule: str | None = Field(None, description="总计由哪条规则说明。")
    help: str = Field("", description="选中单元格时的填报说明。")
    last: str | None = Field(None, description="旁边显示上年哪一行（列）的数；省略则为同名的。")
    aggregate: Literal["sum", "none"] = Field("sum", description="汇总时怎样合并。")


class GroupSource(_Model):
    """Columns or rows under one heading."""

    group: LabelSource
    of: list["HeadingSource"] = Field(min_length=1)


def _heading_tag(value: Any) -> str:
    grouped = isinstance(value, GroupSource) or (isinstance(value, dict) and ("group" in value or "of" in value))
    return "group" if grouped else "line"


HeadingSource = Annotated[
    Annotated[LineSource, Tag("line")] | Annotated[GroupSource, Tag("group")], Discriminator(_heading_tag)
]


class BlockSource(_Model):
    """One part of a table, with a heading and columns of its own."""

    heading: LabelSource | None = None
    corner: LabelSource | None = None
    columns: list[HeadingSource] = Field(min_length=1)
    rows: list[HeadingSource] = Field(min_length=1)


class TableSource(_Model):
    """A table: columns and rows, or blocks of them."""

    id: Identifier
    kind: NumberKind = "count"
    unit: str = Field("", max_length=20, description="单位，如 件、万元。")
    corner: LabelSource | None = None
    columns: list[HeadingSource] = []
    rows: list[HeadingSource] = []
    blocks: list[BlockSource] = []
    print: Literal["grid", "rows-as-column-groups"] = "grid"
    note: LabelSource | None = Field(None, description="印在表下的注。")


class EntrySource(_Model):
    """One question answered in words."""

    id: Identifier
    label: LabelSource
    kind: Literal["text", "date", "choice"] = "text"
    paragraphs: int = Field(12, ge=1, le=60, description="留几格，一段一格。")
    choices: list[str] = []
    help: str = ""


class TextSource(_Model):
    """The one text of a section that has no topics."""

    paragraphs: int = Field(12, ge=1, le=60)
    help: str = ""


class SectionSource(_Model):
    """A section of the form, and the sheet it gets."""

    id: Identifier
    heading: LabelSource
    sheet: str
    summary: str = Field("", description="首页“内容”一栏。")
    help: str = ""
    table: str | None = None
    text: TextSource | None = None
    topics: list[EntrySource] = []
    required: Literal["none", "any", "all"] = "none"
    printed: bool = Field(default=True, description="报告里印不印。")


class ParameterSource(_Model):
    """A threshold, with what it is for."""

    value: NumberSource | int
    label: str = ""


class RuleSource(_Model):
    """A rule of the form."""

    id: Annotated[str, Field(pattern=RULE_ID)]
    severity: Literal["error", "query"]
    says: str = Field(min_length=1, description="必须成立的话；{column} {row} {field} {count} 和参数名会代入。")
    kind: Literal["comparison", "blank", "number", "blank-last"] = "comparison"
    of: list[NumberKind] = Field([], description="kind = number：管哪几种字段。")
    each: str | list[str] | None = None
    index: Identifier | None = None
    when: str | None = None
    check: str | None = None
    show: list[str] | None = None
    at: str | None = Field(None, description="提示写在哪一行。")
    basis: str = Field("", description="依据。")


class ReportSource(_Model):
    """Words of the published report."""

    title: str
    lead: list[str] = []
    lead_field: str | None = None


class FormSource(_Model):
    """A whole ``form.toml``."""

    id: Annotated[str, Field(pattern=FORM_ID)]
    version: Annotated[str, Field(pattern=VERSION)]
    title: LabelSource
    template_title: str = Field("", description="首页标题；{title}、{year} 会代入。")
    summary: str = ""
    basis: str = ""
    levels: dict[Identifier, str] = {}
    params: dict[Identifier, ParameterSource | NumberSource | int] = {}
    sections: list[SectionSource] = Field(min_length=1)
    tables: list[TableSource] = []
    rules: list[RuleSource] = []
    report: ReportSource
    how_to_fill: list[str] = Field([], max_length=8, description="首页“怎么填”，每条一行。")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``form.toml``; of all descriptions it keeps those written for a form's author."""
    schema = FormSource.model_json_schema()
    for model in (schema, *schema["$defs"].values()):
        model.pop("title")
        model.pop("description")
        for entry in model["properties"].values():
            entry.pop("title", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
