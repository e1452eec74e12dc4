"""What the report workbook says of its own accord, beside the words of the form."""

REPORT_WORDS: dict[str, str] = {
    "report.sheet": "年度报告",
    "report.draft": "草稿",
    "report.checks.sheet": "校验情况",
    "report.checks.title": "校验情况：已说明的事项",
    "report.checks.title_open": "校验情况：还没有通过核对",
    "report.checks.open": "还有错误 {error} 处，待说明 {query} 处，未填 {blank} 格，逐条列在下面；改好、说明以后重新生成。",
    "report.checks.intro": "下列 {count} 处数字需要说明，填报单位已说明原因，随报告存查，不公布。",
    "report.checks.none": "没有需要说明的事项。",
    "report.checks.number": "序号",
    "report.checks.rule": "规则",
    "report.checks.says": "应当满足",
    "report.checks.left": "左边",
    "report.checks.right": "右边",
    "report.checks.difference": "差额",
    "report.checks.explanation": "情况说明",
}
