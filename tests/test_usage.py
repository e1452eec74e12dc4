"""A command written wrongly is refused in the user's language: what is wrong, how it is written, exit code 2."""

import re

import pytest
from test_command_line import run, said

from xlreport.cli import app
from xlreport.cli.wording import in_words, refusal


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["check"], "还没有写“FILE”：填好的表（.xlsx）或导出的 .json，可以写几个。"),
        (["roster", "new"], "还没有写“--output”：写到哪个文件。"),
        (["chek"], "没有“chek”这个命令。是不是“check”？"),
        (["nonsense"], "没有“nonsense”这个命令。"),
        (["check", "a.xlsx", "--forse"], "没有“--forse”这个选项。是不是“--force”"),
        (["check", "a.xlsx", "--format", "xml"], "“--format”写得不对：输出形式：text 或 json。"),
        (
            ["collect", "a", "--roster", "b", "-o", "c", "--year", "今年"],
            "“--year”写得不对：报告年度，四位数，如 2024。",
        ),
        (["collect", "a", "--roster", "b", "-o", "c", "--year", "24"], "“--year”写得不对：报告年度，四位数，如 2024。"),
        (["check", "a.xlsx", "-o"], "“-o”后面还要写内容。"),
        (["check", "a.xlsx", "--force=1"], "“--force”后面不写内容。"),
        (["rules", "my", "form"], "多写了“form”。有空格的文件名，请用双引号括起来。"),
        (["check", "a.json", "b.json", "--last", "c.json"], "--last 一次只能核对一个文件。"),
    ],
)
def test_what_is_wrong_with_a_command_is_said(command: list[str], words: str) -> None:
    result = run(*command)
    assert (result.exit_code, said(result)[: len(words)]) == (2, words)


def test_how_to_write_it_is_said_below() -> None:
    lines = said(run("check")).splitlines()
    assert [re.sub("：.*check", "：… check", line) for line in lines[1:]] == [
        "用法：… check [选项] FILE...",
        "详细说明：… check --help",
    ]


def test_a_command_alone_says_what_there_is() -> None:
    assert "命令：\n  forms     列出有哪些表单。\n" in said(run())


def test_the_columns_of_the_help_stay_where_they_are() -> None:
    words = in_words(
        "Options:\n  --year <int range>  报告年度。  [1900<=x<=9999; required]\n  --unit <str>        名称。\n"
    )
    assert words == "选项：\n  --year 数           报告年度。  [必填]\n  --unit 文字         名称。\n"


def all_commands() -> list[list[str]]:
    names = [command.name or "" for command in app.registered_commands]
    names = [
        name or (command.callback.__name__ if command.callback else "")
        for name, command in zip(names, app.registered_commands, strict=True)
    ]
    return [[], ["roster"], ["roster", "new"], *([name] for name in names)]


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_the_help_has_no_sentence_in_english(command: list[str]) -> None:
    words = run(*command, "--help").stdout
    assert re.findall(r"Usage|Options|Arguments|Commands|Show|required|default|<\w", words) == []


def test_what_a_later_version_words_otherwise_is_told_as_it_is() -> None:
    class UsageError(Exception):
        message = "Something new."
        ctx = None

        def format_message(self) -> str:
            return self.message

    assert refusal(UsageError()) == "命令写得不对：Something new."
