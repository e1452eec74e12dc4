"""Templates for every unit of a roster: what is in them, what a second run does, and what a killed one leaves."""

import errno
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import documents
import line
import pytest
from documents import PROJECT

from xlreport.cells import Number, Value
from xlreport.cli import progress
from xlreport.fields import FieldRef
from xlreport.files.naming import unit_stems
from xlreport.forms.definition import FormDefinition
from xlreport.forms.loading import load_definition
from xlreport.office.archive.archive import ARCHIVE, Archive, Held
from xlreport.office.archive.filing import Filing, Reading
from xlreport.office.archive.standing import Standing
from xlreport.office.folder.mark import MARK
from xlreport.office.folder.own import LOCK
from xlreport.office.issuing.issuing import make_templates, plan_issues
from xlreport.office.issuing.last_year import NO_LAST_YEAR, LastFile, documents_of, match_last_year
from xlreport.office.roster.roster import read_roster
from xlreport.submission import Submission, Unit
from xlreport.verifying.sources import read_source
from xlreport.writing.template import write_template

TOY = str(PROJECT / "tests" / "forms" / "toy")
OLD = FieldRef.parse("books.old.number")
UNITS = [("001", "甲馆"), ("002", "乙馆"), ("003", "丙馆")]
NEXT = "原来就有的没有动。截止日期、上年数等改过、要重新生成的，加 --again。\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_roster(UNITS)


def toy() -> FormDefinition:
    return load_definition(TOY)


def write_roster(units: Sequence[tuple[str, str]]) -> None:
    Path("roster.csv").write_text("代码,名称\n" + "".join(f"{code},{name}\n" for code, name in units), "utf-8")


def issue(monkeypatch: pytest.MonkeyPatch, *more: str, form: str = TOY) -> tuple[int, str]:
    """Run the command; its exit code and what it says."""
    command = ["xlreport", "issue", form, "--roster", "roster.csv", "--year", "2024", "-o", "out", *more]
    return documents.run(" ".join(command), monkeypatch)


def contents(folder: Path = Path("out")) -> dict[str, bytes]:
    """The files of a folder, its mark too, but not the lock's empty one."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LOCK}


def workbooks() -> list[str]:
    return sorted(name for name in contents() if name.endswith(".xlsx"))


def read(name: str, folder: str = "out", form: str = TOY) -> Submission:
    return read_source((Path(folder) / name).read_bytes(), name, form).submission


def books(number: int) -> dict[FieldRef, Value]:
    """Values with that many old books."""
    assert OLD is not None
    return {OLD: Number(Decimal(number))}


def last_file(path: str, number: int, **changes: Any) -> None:
    """A workbook of last year with a number of old books."""
    unit = Unit(name=changes.pop("name", "甲馆"), code=changes.pop("code", "001"))
    made = Submission(form="toy", version="1.0", unit=unit, year=2023, values=books(number))
    Path(path).parent.mkdir(exist_ok=True, parents=True)
    Path(path).write_bytes(write_template(toy(), replace(made, **changes)))


def last_numbers() -> dict[str, object]:
    """What each template shows of last year's old books."""
    assert OLD is not None
    return {name[:3]: (read(name).last or {}).get(OLD) for name in workbooks()}


# ── what is in them ──


def test_every_unit_gets_a_template_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = issue(monkeypatch, "--deadline", "2025年1月20日", "--return-to", "文化科")
    assert (code, said) == (0, "新写好 3 个模板，原来就有 0 个：out\n")
    assert workbooks() == ["001_甲馆_2024.xlsx", "002_乙馆_2024.xlsx", "003_丙馆_2024.xlsx"]
    made = read("002_乙馆_2024.xlsx")
    assert (made.unit, made.year) == (Unit(name="乙馆", code="002"), 2024)
    assert (made.deadline, made.return_to, made.last) == ("2025年1月20日", "文化科", None)


def test_the_level_of_the_roster_and_last_year_s_published_figures_are_in_the_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("roster.csv").write_text("名称,代码,级别\n宿迁市,01,市\n", "utf-8")
    document = line.values_json("suqian_2023", level="city")
    document["unit"] = {"name": "宿迁市"}
    Path("last.json").write_bytes(line.as_bytes(document))
    assert issue(monkeypatch, "--last", "last.json", form=line.FORM)[0] == 0
    made = read("01_宿迁市_2024.xlsx", form=line.FORM)
    assert (made.unit.level, made.last) == ("city", line.last_year("suqian_2023"))


def test_the_template_is_the_one_that_the_command_template_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    options = "--year 2024 --deadline 一月 --return-to 科室 --password abc"
    assert issue(monkeypatch, *options.split())[0] == 0
    line_ = f"xlreport template {TOY} -o one.xlsx --unit 乙馆 --unit-code 002 {options}"
    assert documents.run(line_, monkeypatch)[0] == 0
    assert contents()["002_乙馆_2024.xlsx"] == Path("one.xlsx").read_bytes()


def test_a_level_that_the_form_does_not_know_is_told_of_every_unit_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = (PROJECT / "tests/forms/toy/form.toml").read_text("utf-8")
    Path("form").mkdir()
    Path("form/form.toml").write_text(form.replace("params", 'levels = { city = "市" }\nparams', 1), "utf-8")
    Path("roster.csv").write_text("代码,名称,级别\n1,甲,市\n2,乙,县\n3,丙,部门\n", "utf-8")
    code, said = issue(monkeypatch, form="form")
    assert (code, said.splitlines()) == (
        2,
        [
            "单位名录里有 2 个单位的级别是这个表单没有的：",
            "  第 3 行：没有“county”这个级别。可用的有：city（市）。",
            "  第 4 行：没有“bureau”这个级别。可用的有：city（市）。",
        ],
    )
    assert not Path("out").exists()


@pytest.mark.parametrize("more", [("--deadline", "x" * 301), ("--password", "密码"), ("--last", "nowhere")])
def test_what_is_not_right_is_told_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch, more: Sequence[str]) -> None:
    assert issue(monkeypatch, *more)[0] == 2
    assert not Path("out").exists()


def test_a_wrong_roster_is_told_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    write_roster([("1", "甲"), ("1", "乙")])
    code, said = issue(monkeypatch)
    assert (code, said.splitlines()[1]) == (2, "  第 3 行：代码“1”与第 2 行重复。")
    assert not Path("out").exists()


# ── names of files ──


def test_no_two_units_have_one_name_and_the_others_keep_theirs_whoever_joins() -> None:
    units = [
        Unit(name=name, code=code) for code, name in (("1", "2_甲"), ("1_2", "甲"), ("x" * 31, "乙"), ("a/b", "丙"))
    ]
    more = [Unit(name="乙", code="x" * 32), Unit(name="丙", code="a_b"), Unit(name="丁", code="CON")]
    stems = unit_stems([*more, *units], 2024)
    assert len({stem.casefold() for stem in stems}) == 7
    assert stems[3:] == unit_stems(units, 2024)
    assert stems[2:4] == ("CON_丁_2024", "1_2_甲_2024")


def test_names_sort_by_code(monkeypatch: pytest.MonkeyPatch) -> None:
    write_roster([("003", "甲"), ("001", "乙"), ("002", "丙")])
    issue(monkeypatch)
    assert [name[:3] for name in workbooks()] == ["001", "002", "003"]


def test_a_path_that_is_too_long_for_windows_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    write_roster([("1", "长" * 30)])
    outbox = "-".join(["very"] * 40)
    command = f"xlreport issue {TOY} --roster roster.csv --year 2024 -o {outbox}"
    code, said = documents.run(command, monkeypatch)
    assert (code, "的路径超过 200 个字符，有的程序可能打不开" in said) == (0, True)


# ── once more ──


def test_a_second_run_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(monkeypatch)
    before = {path: path.stat().st_mtime_ns for path in Path("out").iterdir() if path.name != LOCK}
    assert issue(monkeypatch, "--deadline", "明天") == (0, "新写好 0 个模板，原来就有 3 个：out\n" + NEXT)
    assert {path: path.stat().st_mtime_ns for path in Path("out").iterdir() if path.name != LOCK} == before


def test_only_units_that_are_new_on_the_roster_get_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(monkeypatch)
    before = contents()
    write_roster([("000", "新馆"), *UNITS])
    assert issue(monkeypatch, "--deadline", "明天") == (0, "新写好 1 个模板，原来就有 3 个：out\n" + NEXT)
    after = contents()
    assert {name: after[name] for name in before if name != MARK} == {n: d for n, d in before.items() if n != MARK}
    assert workbooks()[0] == "000_新馆_2024.xlsx"


def test_asked_to_it_writes_again_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(monkeypatch)
    assert issue(monkeypatch, "--again") == (0, "新写好 0 个模板，原来就有 3 个：out\n")
    assert issue(monkeypatch, "--again", "--deadline", "明天") == (0, "新写好 3 个模板，原来就有 0 个：out\n")
    assert read("001_甲馆_2024.xlsx").deadline == "明天"


def test_what_a_person_changed_is_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(monkeypatch)
    Path("out/001_甲馆_2024.xlsx").write_bytes(b"theirs")
    code, said = issue(monkeypatch, "--again", "--deadline", "明天")
    assert (code, said.splitlines()) == (
        2,
        [
            "“out/001_甲馆_2024.xlsx”被人改过，没有替换。要重新生成，请先把它改名或移走。",
            "新写好 2 个模板，原来就有 0 个：out",
            "有 1 个模板没有写成，见上。处理好以后再运行一次，只补写这些。",
        ],
    )
    assert contents()["001_甲馆_2024.xlsx"] == b"theirs"


def test_templates_of_units_that_left_are_told_and_removed_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(monkeypatch)
    write_roster(UNITS[1:])
    _, said = issue(monkeypatch)
    assert said.splitlines()[0] == (
        "文件夹里另有 1 个模板，名录里没有这个单位（或名称、代码改过）：001_甲馆_2024.xlsx。加 --again 会删去它们。"
    )
    assert len(workbooks()) == 3
    issue(monkeypatch, "--again")
    assert workbooks() == ["002_乙馆_2024.xlsx", "003_丙馆_2024.xlsx"]


def test_a_folder_of_others_or_of_another_year_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out").mkdir()
    Path("out/论文.docx").write_bytes(b"x")
    assert issue(monkeypatch)[0] == 2
    assert [path.name for path in Path("out").iterdir()] == ["论文.docx"]
    Path("out/论文.docx").unlink()
    assert issue(monkeypatch)[0] == 0
    code, said = issue(monkeypatch, "--year", "2025")
    assert (code, said) == (2, "“out”是给“issue toy 2024”用的，这次是“issue toy 2025”。请换一个文件夹。\n")


# ── last year ──


def test_last_year_s_figures_come_from_a_folder_by_code_or_else_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    last_file("last/1/first.xlsx", 11, name="旧甲馆", code="００1")
    last_file("last/2.XLSX", 22, name="乙 馆", code="")
    Path("last/~$2.xlsx").write_bytes(b"lock")
    code, said = issue(monkeypatch, "--last", "last")
    assert (code, said.splitlines()) == (
        0,
        [
            "没有上年数的 1 个单位（模板照发，不显示上年数）：丙馆",
            "上年的文件有 1 处要看一看（改好后加 --again 重新生成）：",
            "  提示：上年的文件“1/first.xlsx”是“旧甲馆”的，本表是“甲馆”的。",
            "新写好 3 个模板，原来就有 0 个：out",
        ],
    )
    assert last_numbers() == {"001": 11, "002": 22, "003": None}


def test_what_cannot_be_used_is_told_at_once_and_the_templates_are_issued_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last_file("last/a.xlsx", 1)
    last_file("last/b.xlsx", 2)
    last_file("last/c.xlsx", 3, code="002", name="乙馆", year=2022)
    last_file("last/d.xlsx", 4, code="999", name="别的馆")
    last_file("last/e.xlsx", 5, code="003", name="丙馆")
    Path("last/f.xlsx").write_bytes(b"")
    last_file("last/g.xlsx", 6, code="002", name="乙馆", values={})
    code, said = issue(monkeypatch, "--last", "last")
    assert (code, said.splitlines()) == (
        0,
        [
            "没有上年数的 2 个单位（模板照发，不显示上年数）：甲馆、乙馆",
            "上年的文件有 5 处要看一看（改好后加 --again 重新生成）：",
            "  上年的文件“c.xlsx”是 2022 年的，应是 2023 年的。",
            "  “d.xlsx”是“别的馆”的，代码和名称都不在单位名录里，没有用。",
            "  上年的文件读不了：f.xlsx：这个文件是空的（0 字节）。多半是没有保存好或没有传完，请重新保存后再交。",
            "  上年的文件“g.xlsx”里没有数。",
            "  甲馆上年的文件有几份，数不一样：“a.xlsx”、“b.xlsx”，都没有用。请只留一份。",
            "新写好 3 个模板，原来就有 0 个：out",
        ],
    )
    assert last_numbers() == {"001": None, "002": None, "003": 5}


def test_of_a_unit_s_several_files_the_last_round_counts_and_twice_the_same_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last_file("last/a.xlsx", 1)
    last_file("last/b.xlsx", 2, round=2)
    last_file("last/copy of b.xlsx", 2, round=2)
    code, said = issue(monkeypatch, "--last", "last")
    assert (code, "上年的文件" in said) == (0, False)
    assert last_numbers()["001"] == 2


def test_a_form_of_another_kind_is_not_taken_for_last_year_s(monkeypatch: pytest.MonkeyPatch) -> None:
    last_file("last/a.xlsx", 1)
    Path("last/b.json").write_bytes(line.as_bytes(line.values_json("suqian_2023")))
    code, said = issue(monkeypatch, "--last", "last")
    assert (code, "上年的文件有 1 处" in said, "b.json" in said) == (0, True, True)


def test_last_year_s_figures_come_from_the_json_that_export_writes_of_several_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last_file("last/a.xlsx", 11)
    last_file("last/b.xlsx", 22, code="002", name="乙馆")
    assert documents.run(f"xlreport export last/a.xlsx last/b.xlsx -o all.json --form {TOY}", monkeypatch)[0] == 0
    assert issue(monkeypatch, "--last", "all.json")[0] == 0
    assert last_numbers() == {"001": 11, "002": 22, "003": None}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('[{"a": 1.50}, {"b": "]"}]', ['{"a": 1.50}', '{"b": "]"}']),
        ('\ufeff [ {"a": [1]}\n,2 ]\n', ['{"a": [1]}', "2"]),
        ("[]", ["[]"]),
        ('{"a": 1}', ['{"a": 1}']),
        ("[1 2]", ["[1 2]"]),
        ("[1", ["[1"]),
        ("[1] x", ["[1] x"]),
        ("[" * 5000, ["[" * 5000]),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_json_list_is_divided_without_touching_its_numbers(text: str, parts: list[str]) -> None:
    found = documents_of(LastFile("all.json", text.encode()))
    assert [one.data.decode() for one in found] == parts
    assert [one.name for one in found] in ([f"all.json#{at}" for at in range(1, len(parts) + 1)], ["all.json"])


def test_a_path_without_a_single_usable_figure_is_the_wrong_path(monkeypatch: pytest.MonkeyPatch) -> None:
    last_file("last/a.xlsx", 1, year=2022)
    expected = "“last”里没有能用的上年数，什么都没有写。\n  上年的文件“a.xlsx”是 2022 年的，应是 2023 年的。\n"
    assert issue(monkeypatch, "--last", "last") == (2, expected)
    assert not Path("out").exists()


def archived(year: int = 2023) -> Path:
    """Results of a collection of last year: one unit passed, one was sent back, one is not in."""
    held = []
    with Archive.open(Path("results.there") / ARCHIVE) as archive:
        for at, (standing, (code, name)) in enumerate(zip(Standing, UNITS, strict=False), start=1):
            made = Submission(
                form="toy", version="1.0", unit=Unit(name=name), year=year, source=f"d{at}", values=books(at * 11)
            )
            filing = Filing(digest=f"d{at}", form="toy", version="1.0", unit=made.unit, year=year, standing=standing)
            archive.keep([Reading(filing=filing, submission=made)], program="x", edition="y", at="z")
            held.append(Held(unit=Unit(name=name, code=code), standing=standing, digest=f"d{at}"))
        archive.finish("toy", year, places=[], units=held, program="x", at="z")
    return Path("results.there")


def test_last_year_s_figures_come_from_the_archive_of_its_results_as_far_as_they_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("results.there").mkdir()
    results = archived()
    for last in (results, results / ARCHIVE):
        code, said = issue(monkeypatch, "--last", str(last), "--again")
        assert (code, said.splitlines()[0]) == (0, "没有上年数的 2 个单位（模板照发，不显示上年数）：甲馆、乙馆")
        assert last_numbers() == {"001": None, "002": None, "003": 33}


def test_an_archive_without_that_year_is_the_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("results.there").mkdir()
    code, said = issue(monkeypatch, "--last", str(archived(2022)))
    assert (code, "里没有这个表单 2023 年通过或待说明的表，什么都没有写" in said) == (2, True)
    assert not Path("out").exists()


def test_a_json_of_something_else_is_no_last_year(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("last.json").write_text(json.dumps({"x": 1}), "utf-8")
    code, said = issue(monkeypatch, "--last", "last.json")
    assert (code, said.splitlines()[0]) == (2, "“last.json”里没有能用的上年数，什么都没有写。")


def test_the_order_of_files_makes_no_difference() -> None:
    units = [Unit(name=name, code=code) for code, name in UNITS]
    found = [
        Submission(form="toy", version="1.0", unit=unit, year=2023, source=f"{at}.xlsx", values=books(at))
        for at, unit in enumerate(units)
    ]
    forward, backward = match_last_year(toy(), units, found, 2024), match_last_year(toy(), units, found[::-1], 2024)
    assert forward == backward
    assert list(forward.figures) == ["001", "002", "003"]


# ── many at once ──

MANY = [(f"{number:03}", f"第{number}馆") for number in range(8)]
COMMAND = [sys.executable, "-m", "xlreport", "issue", TOY, "--roster", "roster.csv", "--year", "2024", "-o", "out"]


def test_the_number_of_processes_makes_no_difference() -> None:
    roster = read_roster(("代码,名称\n" + "".join(f"{code},{name}\n" for code, name in MANY)).encode(), "a.csv")
    issues = plan_issues(toy(), roster, 2024, NO_LAST_YEAR)
    one, two = (list(make_templates(TOY, issues, processes=count)) for count in (1, 2))
    assert [each.name for each, _ in one] == [f"{code}_{name}_2024.xlsx" for code, name in MANY]
    assert one == two


class Terminal:
    """A terminal that remembers."""

    encoding = "utf-8"

    def __init__(self, *, is_one: bool = True) -> None:
        self.is_one = is_one
        self.text = ""

    def isatty(self) -> bool:
        return self.is_one

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


def test_progress_is_shown_on_a_terminal_and_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress.told("ab", "issue.progress", 2)) == ["a", "b"]
    shown = [f"正在生成模板 {done}/2" for done in range(3)]
    assert terminal.text.split("\r\x1b[K") == ["", *shown, ""]


def test_nothing_of_progress_is_said_into_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Terminal(is_one=False)
    monkeypatch.setattr(sys, "stderr", pipe)
    assert (list(progress.told("ab", "issue.progress", 2)), pipe.text) == (["a", "b"], "")


# ── trouble ──


def test_a_template_that_is_open_elsewhere_is_told_and_the_others_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(monkeypatch)
    rename = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        if Path(target).name.startswith("002"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replaced)
    code, said = issue(monkeypatch, "--again", "--deadline", "明天")
    assert (code, said.splitlines()[0]) == (2, "写不了“out/002_乙馆_2024.xlsx”：文件可能正开着。请关闭后再试。")
    monkeypatch.setattr(Path, "replace", rename)
    assert [read(name).deadline for name in workbooks()] == ["明天", "", "明天"]
    assert issue(monkeypatch, "--again", "--deadline", "明天") == (0, "新写好 1 个模板，原来就有 2 个：out\n")


def test_a_full_disk_ends_the_run_and_the_next_one_completes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    issue(monkeypatch)
    undisturbed = contents()
    for path in Path("out").iterdir():
        path.unlink()
    room, sync = iter(range(6)), os.fsync

    def full(handle: int) -> None:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    code, said = issue(monkeypatch)
    assert (code, "磁盘满了" in said) == (2, True)
    monkeypatch.setattr(os, "fsync", sync)
    found = contents()
    assert 0 < len(found) - 1 < 3
    assert {name: found[name] for name in found if name != MARK} == {
        name: undisturbed[name] for name in found if name != MARK
    }
    assert issue(monkeypatch)[0] == 0
    assert contents() == undisturbed


def run_until_killed(moment: random.Random, *more: str) -> None:
    """Start a run, and kill it without warning once it has begun to write, and a little later."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen([*COMMAND, *more], env=environment, stderr=subprocess.PIPE) as run:
        wanted = moment.randrange(len(MANY))
        while run.poll() is None and changed() < wanted:
            time.sleep(0.002)
        time.sleep(moment.random() * 0.03)
        run.kill()
        run.communicate(timeout=60)  # ends when the last process of it has


def changed() -> int:
    """How many statements the mark holds of files written."""
    try:
        return Path("out", MARK).read_bytes().count(b"xlsx")
    except OSError:
        return 0


def test_killed_at_any_moment_it_leaves_no_half_file_and_the_next_run_completes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_roster(MANY)
    states = []
    again = ("--again", "--deadline", "明天")
    for more in ((), again):
        issue(monkeypatch, *more)
        states.append(contents())
    moment = random.Random(8)  # noqa: S311 - moments, not secrets
    for kill in range(10):
        is_again = kill % 2 == 1
        if not is_again:
            for path in Path("out").iterdir():
                path.unlink()
        before, after = states if is_again else ({}, states[0])
        run_until_killed(moment, *(again if is_again else ()))
        for name, data in contents().items():
            whole = name in (MARK, LOCK) or name.endswith(".part") or data in (before.get(name), after[name])
            assert whole, f"kill {kill}: {name}"
        assert issue(monkeypatch, *(again if is_again else ()))[0] == 0
        assert contents() == after, f"kill {kill}"
