"""What the office's commands and workbooks say: rosters, standing, sums, where each number came from."""

OFFICE_WORDS: dict[str, str] = {
    # ── how far a unit has come ──
    "standing.missing": "未报",
    "standing.returned": "退回",
    "standing.queried": "待说明",
    "standing.accepted": "通过",
}
