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
    "structure.AGG-DUP": "{row}：{units}填的数完全一样（{figures}），请核对是不是同一批文件、案件重复计入。",
    "absence.missing": "未报",
    "absence.returned": "退回",
    "absence.twice": "重复报送",
    "absence.other_unit": "单位不符",
    "absence.other_year": "年份不符",
    "absence.other_form": "表单或版本不符",
    "absence.line": "{unit}（{absence}）",
    "absence.more": "另有 {count} 个单位",
    "last_origin.none": "没有上年数",
    "last_origin.given": "上年数取自本单位上年的报告",
    "last_origin.children": "上年数由各单位带来的上年数相加",
    "start.missing": "汇总不全，没有计入的单位：",
    "banner.missing": "汇总不全，还有单位没有计入（见上一行），收齐后重新汇总",
    # ── the office's own folders ──
    "folder.note": "本文件夹由 xlreport 管理；这里记着它写的文件，请不要改动或删除本文件。",
    "folder.a_file": "“{path}”是文件，这里要写文件夹。",
    "folder.not_ours": "“{path}”里已有别的文件，不是本工具建的文件夹。请换一个空文件夹或新的文件夹名。",
    "folder.other_purpose": "“{path}”是给“{found}”用的，这次是“{expected}”。请换一个文件夹。",
    "folder.busy": "“{path}”正由另一个 xlreport 使用。请等它结束再来。",
    "folder.damaged": "“{path}”被改动过，认不出哪些文件是本工具写的。请换一个文件夹。",
    "folder.changed": "“{path}”被人改过，没有替换。要重新生成，请先把它改名或移走。",
}
