"""What the office's commands and workbooks say: rosters, standing, sums, where each number came from."""

OFFICE_WORDS: dict[str, str] = {
    # ── how far a unit has come ──
    "standing.missing": "未报",
    "standing.returned": "退回",
    "standing.queried": "待说明",
    "standing.accepted": "通过",
    # ── sums: aggregate, trace, compare ──
    "structure.AGG-N": "汇总不全，还有 {count} 个单位没有计入：{units}。请收齐后重新汇总；只能先用现有数的，出报告时加 --allow-missing。",
    "cli.allow_missing": "汇总表缺单位也出报告；只放过这一项，缺的单位列在“校验情况”里。",
    "report.checks.missing": "本报告是汇总数，下列 {count} 个单位没有计入：{units}。",
    "start.missing": "汇总不全，没有计入的单位：",
    "banner.missing": "汇总不全，还有单位没有计入（见上一行），收齐后重新汇总",
}
