"""A folder of the office's own: nothing of other people is touched, and a killed run harms nobody."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xlreport.errors import RequestError
from xlreport.office.folder.mark import MARK, digest_of
from xlreport.office.folder.own import LOCK, Blocked, OwnFolder, Removed, Unchanged, Written

PURPOSE = "issue a-form 2024"


def opened(path: Path, purpose: str = PURPOSE) -> OwnFolder:
    return OwnFolder.open(path, purpose)


def contents(path: Path) -> dict[str, bytes]:
    """Every file of a folder but the lock's empty one."""
    files = [file for file in path.rglob("*") if file.is_file() and file.name != LOCK]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


# ── whose folder it is ──


def test_a_new_folder_is_made_and_bears_the_mark(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "b") as folder:
        assert folder.write("return/1.xlsx", b"one") == Written("return/1.xlsx")
    assert set(contents(tmp_path / "a" / "b")) == {MARK, "return/1.xlsx"}


def test_a_folder_with_files_of_others_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "论文.docx").write_bytes(b"x")
    with pytest.raises(RequestError, match="不是本工具建的文件夹"):
        opened(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["论文.docx"]


def test_an_empty_folder_is_taken_and_so_is_one_with_only_a_file_manager_s_files(tmp_path: Path) -> None:
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    with opened(tmp_path) as folder:
        assert folder.names == ()
    assert set(contents(tmp_path)) == {MARK, "Thumbs.db"}


def test_a_folder_for_something_else_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(RequestError) as refused:
        opened(tmp_path, "issue a-form 2025")
    assert str(refused.value) == f"“{tmp_path}”是给“issue a-form 2024”用的，这次是“issue a-form 2025”。请换一个文件夹。"


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(RequestError, match="是文件，这里要写文件夹"):
        opened(tmp_path / "a")


@pytest.mark.parametrize("text", ["", "x\n", "[]\n", '{"xlreport-folder": 2, "purpose": "issue a-form 2024"}\n'])
def test_a_mark_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MARK).write_text(text, "utf-8")
    with pytest.raises(RequestError, match="被改动过，认不出哪些文件是本工具写的"):
        opened(tmp_path)


@pytest.mark.parametrize(
    "name", ["../a", "/a", "a/../../b", "C:\\a", "a\\b", ".", MARK, "a/.xlreport-lock", "a\nb", "a//b"]
)
def test_no_name_leads_out_of_the_folder_or_to_its_own_files(tmp_path: Path, name: str) -> None:
    with opened(tmp_path / "own") as folder, pytest.raises(ValueError, match=r".*"):
        folder.write(name, b"x")


def test_a_mark_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    opened(tmp_path / "own").close()
    with (tmp_path / "own" / MARK).open("a") as file:
        file.write('["../theirs.xlsx", "", "00"]\n')
    with pytest.raises(RequestError, match="被改动过"):
        opened(tmp_path / "own")


def test_a_folder_that_cannot_be_locked_at_all_is_not_said_to_be_in_use(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    with pytest.raises(RequestError, match="写不了"):
        opened(tmp_path)


HOLDER = """
import sys
from pathlib import Path
from xlreport.office.folder.own import OwnFolder
with OwnFolder.open(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_run_in_the_same_folder_is_told_so_and_may_begin_when_the_first_is_killed(tmp_path: Path) -> None:
    program = [sys.executable, "-c", HOLDER, str(tmp_path), PURPOSE]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(RequestError, match="正由另一个 xlreport 使用"):
            opened(tmp_path)
        holder.kill()
        holder.wait()
    opened(tmp_path).close()


# ── writing ──


def test_a_second_run_in_the_same_process_is_told_so_and_takes_nothing_away(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path / "a", target_is_directory=True)
    with opened(tmp_path / "a"):
        for path in (tmp_path / "a", tmp_path / "a/../a", tmp_path / "again"):
            with pytest.raises(RequestError, match="正由另一个 xlreport 使用"):
                opened(path)
        program = [sys.executable, "-c", HOLDER, str(tmp_path / "a"), PURPOSE]
        other = subprocess.run(program, capture_output=True, input=b"", check=False)
        assert (b"held" in other.stdout, other.returncode != 0) == (False, True)
    opened(tmp_path / "a").close()


def test_writing_the_same_again_touches_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.write("b.xlsx", b"two")
        folder.write("a.xlsx", b"one")
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != LOCK}
    with opened(tmp_path) as folder:
        assert folder.write("a.xlsx", b"one") == Unchanged("a.xlsx")
        assert folder.names == ("a.xlsx", "b.xlsx")
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != LOCK} == before


def test_the_mark_is_the_same_in_whatever_order_files_were_written(tmp_path: Path) -> None:
    for place, names in (("one", "ab"), ("two", "ba")):
        with opened(tmp_path / place) as folder:
            for name in names:
                folder.write(name, name.encode())
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_its_own_files_are_replaced(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.write("a.xlsx", b"one")
        assert folder.write("a.xlsx", b"two") == Written("a.xlsx")
        (tmp_path / "a.xlsx").unlink()
        assert folder.write("a.xlsx", b"two") == Written("a.xlsx")
    assert contents(tmp_path)["a.xlsx"] == b"two"


def test_a_file_that_a_person_changed_is_never_replaced(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.write("a.xlsx", b"one")
    (tmp_path / "a.xlsx").write_bytes(b"theirs")
    with opened(tmp_path) as folder:
        path = tmp_path / "a.xlsx"
        said = f"“{path}”被人改过，没有替换。要重新生成，请先把它改名或移走。"
        assert folder.write("a.xlsx", b"two") == Blocked("a.xlsx", said)
        assert folder.remove_others(()) == (Blocked("a.xlsx", said),)
    assert contents(tmp_path)["a.xlsx"] == b"theirs"


def test_a_file_that_a_person_put_there_is_never_replaced(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        (tmp_path / "a.xlsx").write_bytes(b"theirs")
        assert isinstance(folder.write("a.xlsx", b"one"), Blocked)
        assert folder.remove_others(()) == ()
    assert contents(tmp_path)["a.xlsx"] == b"theirs"


def test_who_went_on_working_in_what_we_would_write_is_left_in_peace(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.write("sum.xlsx", b"one")
        (tmp_path / "sum.xlsx").write_bytes(b"one, and their own words")
        assert folder.write("sum.xlsx", b"one", beside=True) == Unchanged("sum.xlsx")
    assert contents(tmp_path)["sum.xlsx"] == b"one, and their own words"


def test_new_content_is_written_beside_a_changed_file_when_asked(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.write("sum_2024.xlsx", b"one")
        (tmp_path / "sum_2024.xlsx").write_bytes(b"theirs")
        assert folder.write("sum_2024.xlsx", b"two", beside=True) == Written("sum_2024_2.xlsx")
        assert folder.write("sum_2024.xlsx", b"two", beside=True) == Unchanged("sum_2024_2.xlsx")
        assert folder.write("sum_2024.xlsx", b"three", beside=True) == Written("sum_2024_2.xlsx")
        (tmp_path / "sum_2024_2.xlsx").write_bytes(b"theirs, too")
        assert folder.write("sum_2024.xlsx", b"four", beside=True) == Written("sum_2024_3.xlsx")
    named = {name: data for name, data in contents(tmp_path).items() if name != MARK}
    assert named == {"sum_2024.xlsx": b"theirs", "sum_2024_2.xlsx": b"theirs, too", "sum_2024_3.xlsx": b"four"}


def test_files_no_longer_wanted_are_removed(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        for name in ("return/1.xlsx", "return/2.xlsx", "status.xlsx"):
            folder.write(name, name.encode())
        (tmp_path / "return/2.xlsx").unlink()
        assert folder.remove_others({"status.xlsx"}) == (Removed("return/1.xlsx"),)
        assert folder.names == ("status.xlsx",)
    assert set(contents(tmp_path)) == {MARK, "status.xlsx"}


# ── trouble ──


def test_a_file_that_is_open_elsewhere_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if Path(target).name == "a.xlsx":
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(self, target)

    with opened(tmp_path) as folder:
        folder.write("a.xlsx", b"one")
        monkeypatch.setattr(Path, "replace", replace)
        path = tmp_path / "a.xlsx"
        assert folder.write("a.xlsx", b"two") == Blocked("a.xlsx", f"写不了“{path}”：文件可能正开着。请关闭后再试。")
        assert folder.write("b.xlsx", b"two") == Written("b.xlsx")
        monkeypatch.undo()
        assert folder.write("a.xlsx", b"two") == Written("a.xlsx")
    assert sorted(contents(tmp_path)) == [MARK, "a.xlsx", "b.xlsx"]


def test_a_folder_at_a_file_s_place_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        (tmp_path / "a.xlsx").mkdir()
        assert isinstance(folder.write("a.xlsx", b"one"), Blocked)
        assert folder.write("b.xlsx", b"one") == Written("b.xlsx")


def test_a_file_that_may_not_be_read_is_taken_for_one_that_a_person_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_path: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    with opened(tmp_path) as folder:
        folder.write("a.xlsx", b"one")
        monkeypatch.setattr("xlreport.office.folder.own._digest_at", held)
        assert (folder.is_as_written("a.xlsx"), folder.is_changed("a.xlsx")) == (False, True)


def test_a_name_longer_than_the_system_takes_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    name = "\N{CJK UNIFIED IDEOGRAPH-20000}" * 70
    with opened(tmp_path) as folder:
        assert not folder.holds(name)
        assert isinstance(folder.write(name, b"one"), Blocked)
        assert folder.write("b.xlsx", b"one") == Written("b.xlsx")


def test_a_full_disk_ends_the_run_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as folder:
        folder.write("a.xlsx", b"one")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = opened(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RequestError, match="磁盘满了"), folder:
        folder.write("a.xlsx", b"two")
    assert {name for name in contents(tmp_path) if name != MARK} == {"a.xlsx"}
    assert contents(tmp_path)["a.xlsx"] == b"one"
    monkeypatch.undo()
    with opened(tmp_path) as folder:
        assert folder.write("a.xlsx", b"two") == Written("a.xlsx")


# ── kills ──


class Killed(BaseException):
    """What stands for a kill: nothing of ours runs after it."""


@pytest.mark.parametrize("before", [None, b"one"], ids=["new file", "old file"])
@pytest.mark.parametrize("at", ["fsync", "replace", "stated"])
def test_whenever_a_writing_is_killed_the_next_run_still_knows_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None, at: str
) -> None:
    def killed(*_arguments: object) -> None:
        raise Killed

    folder = opened(tmp_path)
    if before is not None:
        folder.write("a.xlsx", before)
    if at == "replace":
        monkeypatch.setattr(Path, "replace", killed)
    elif at == "fsync":
        monkeypatch.setattr(os, "fsync", killed)
    else:
        monkeypatch.setattr(OwnFolder, "_settle", killed)
    with pytest.raises(Killed):
        folder.write("a.xlsx", b"two")
    monkeypatch.undo()
    folder._lock.release()
    assert contents(tmp_path).get("a.xlsx") == (b"two" if at == "stated" else before)
    with opened(tmp_path) as again:
        assert again.write("a.xlsx", b"three") == Written("a.xlsx")
    assert set(contents(tmp_path)) == {MARK, "a.xlsx"}


def test_what_a_killed_run_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.write("return/a.xlsx", b"one")
    for place in (tmp_path, tmp_path / "return"):
        (place / ".xlreport-abc.part").write_bytes(b"half")
    opened(tmp_path).close()
    assert set(contents(tmp_path)) == {MARK, "return/a.xlsx"}


@pytest.mark.parametrize("odd", ["\u2028", "\u2029"])
def test_a_file_is_known_again_whatever_ends_a_line_to_other_programs_is_in_its_name(tmp_path: Path, odd: str) -> None:
    with opened(tmp_path) as folder:
        folder.write(f"a{odd}b.xlsx", b"one")
    with opened(tmp_path) as folder:
        assert folder.names == (f"a{odd}b.xlsx",)


def test_a_statement_that_was_cut_off_is_none_and_spoils_none_after_it(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.write("a.xlsx", b"one")
    with (tmp_path / MARK).open("ab") as file:
        file.write(b'["b.xl')
    folder.write("c.xlsx", b"three")
    folder._lock.release()
    with opened(tmp_path) as again:
        assert again.names == ("a.xlsx", "c.xlsx")
        assert again.write("c.xlsx", b"four") == Written("c.xlsx")


def test_a_person_s_change_during_an_unfinished_writing_is_not_taken_for_ours(tmp_path: Path) -> None:
    """Stated, never written, then changed by a person: the stated content never was theirs to build on."""
    folder = opened(tmp_path)
    folder.write("a.xlsx", b"one")
    with (tmp_path / MARK).open("ab") as file:
        file.write(f'\n["a.xlsx", "{digest_of(b"one")}", "{digest_of(b"two")}"]\n'.encode())
    folder._lock.release()
    (tmp_path / "a.xlsx").write_bytes(b"theirs")
    with opened(tmp_path) as again:
        assert isinstance(again.write("a.xlsx", b"two"), Blocked)
    assert contents(tmp_path)["a.xlsx"] == b"theirs"
