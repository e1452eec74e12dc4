"""What lies in an inbox: folders, archives with names of every kind, and what is said of everything not read."""

import errno
import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from xlreport.office.folder.mark import MARK
from xlreport.office.inbox import inbox as inbox_module
from xlreport.office.inbox.inbox import ChangedError, Inbox, Passed, list_files, look_into
from xlreport.reading.package import MAX_FILE_BYTES


def put(folder: Path, name: str, data: bytes = b"x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(found: Inbox) -> list[str]:
    return [one.name for one in found.candidates]


def passed(found: Inbox) -> list[tuple[str, Passed]]:
    return [(one.name, one.why) for one in found.passed_over]


def zipped(*members: tuple[str, bytes], **info: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            one = zipfile.ZipInfo(name, (2025, 1, 12, 8, 30, 0))
            one.compress_type = zipfile.ZIP_DEFLATED
            for key, value in info.items():
                setattr(one, key, value)
            archive.writestr(one, data)
    return out.getvalue()


# ── folders ───────────────────────────────────────────────────────────────────────────────────────


def test_files_are_found_in_every_folder_in_an_order_of_their_own(tmp_path: Path) -> None:
    for name in ("乙/b.xlsx", "B.xlsx", "a.xlsx", "乙/丙/c.json"):
        put(tmp_path, name)
    assert names(look_into(tmp_path)) == ["a.xlsx", "B.xlsx", "乙/b.xlsx", "乙/丙/c.json"]


def test_a_candidate_knows_its_size_its_time_and_what_tells_its_content(tmp_path: Path) -> None:
    path = put(tmp_path, "a.xlsx", b"abc")
    time = datetime(2025, 1, 12, 0, 30, tzinfo=UTC).timestamp()
    os.utime(path, (time, time))
    [one] = look_into(tmp_path).candidates
    assert (one.size, one.modified) == (3, "2025-01-12 08:30:00")
    assert one.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert one.load() == b"abc"


def test_what_programs_leave_and_what_is_ours_is_passed_over_and_said(tmp_path: Path) -> None:
    for name in ("~$a.xlsx", ".~lock.a.xlsx#", ".DS_Store", "Thumbs.db", "._a.xlsx", ".xlreport-1.part"):
        put(tmp_path, name)
    put(tmp_path, f"results/{MARK}")
    put(tmp_path, "results/status.xlsx")
    found = look_into(tmp_path)
    assert (names(found), passed(found)) == (
        [],
        [
            ("._a.xlsx", Passed.OF_THE_SYSTEM),
            (".DS_Store", Passed.OF_THE_SYSTEM),
            (".xlreport-1.part", Passed.OUR_MARK),
            (".~lock.a.xlsx#", Passed.LOCK_FILE),
            ("results", Passed.OUR_FOLDER),
            ("Thumbs.db", Passed.OF_THE_SYSTEM),
            ("~$a.xlsx", Passed.LOCK_FILE),
        ],
    )
    assert not any(one.why.is_trouble for one in found.passed_over)


def test_a_file_or_folder_that_cannot_be_read_is_said_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.xlsx")
    put(tmp_path, "b.xlsx")
    put(tmp_path, "锁/c.xlsx")
    real_read, real_scan = Path.read_bytes, os.scandir

    def read(path: Path) -> bytes:
        if path.name == "b.xlsx":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_read(path)

    def scan(folder: Path) -> Any:
        if folder.name == "锁":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_scan(folder)

    monkeypatch.setattr(Path, "read_bytes", read)
    monkeypatch.setattr("xlreport.office.inbox.inbox.os.scandir", scan)
    found = look_into(tmp_path)
    assert names(found) == ["a.xlsx"]
    assert [(one.name, one.words, one.why.is_trouble) for one in found.passed_over] == [
        ("b.xlsx", "读不了（没有权限）", True),
        ("锁", "读不了（没有权限）", True),
    ]


def test_folders_may_lie_in_each_other_deeper_than_any_office_goes(tmp_path: Path) -> None:
    folders = [tmp_path / ("d/" * depth) for depth in range(1, 601)]
    for folder in folders:
        folder.mkdir()
    file = put(folders[-1], "a.xlsx")
    assert names(look_into(tmp_path)) == [f"{'d/' * 600}a.xlsx"]
    file.unlink()
    for folder in reversed(folders):  # Python's own removal of a tree does not come as deep
        folder.rmdir()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_pipes_and_links_to_folders_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    put(tmp_path, "a/a.xlsx")
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    found = look_into(tmp_path)
    assert names(found) == ["a/a.xlsx"]
    assert [(name, why) for name, why in passed(found)] == [
        ("again", Passed.NO_FILE),
        ("gone", Passed.UNREADABLE),
        ("pipe.xlsx", Passed.NO_FILE),
    ]


def test_a_file_larger_than_any_form_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.xlsx").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert passed(look_into(tmp_path)) == [("a.xlsx", Passed.TOO_LARGE)]


def test_a_name_that_no_text_can_hold_is_told_in_one_that_can(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xb1\xe1.xlsx")).write_bytes(b"x")
    except OSError:
        pytest.skip("a file system that takes no such name")
    assert names(look_into(tmp_path)) == ["??.xlsx"]


def test_a_file_that_was_changed_since_is_not_taken_for_the_one_it_was(tmp_path: Path) -> None:
    path = put(tmp_path, "a.xlsx")
    [one] = look_into(tmp_path).candidates
    path.write_bytes(b"y")
    with pytest.raises(ChangedError):
        one.load()
    path.unlink()
    with pytest.raises(ChangedError):
        one.load()


def test_only_files_that_are_asked_for_are_looked_at(tmp_path: Path) -> None:
    wanted = put(tmp_path, "a.xlsx")
    put(tmp_path, "b.xlsx")
    put(tmp_path, "~$c.xlsx")
    assert names(look_into(tmp_path, only={wanted}.__contains__)) == ["a.xlsx"]
    assert sorted(path.name for path in list_files(tmp_path).files) == ["a.xlsx", "b.xlsx"]


# ── archives ──────────────────────────────────────────────────────────────────────────────────────


def test_files_in_archives_are_named_by_their_place_and_can_be_loaded(tmp_path: Path) -> None:
    inner = zipped(("c.xlsx", b"three"))
    put(tmp_path, "甲.zip", zipped(("表/a.xlsx", b"one"), ("b.xlsx", b"two"), ("内.ZIP", inner), ("空/", b"")))
    with look_into(tmp_path) as found:
        assert [(one.name, one.modified, one.load()) for one in found.candidates] == [
            ("甲.zip/b.xlsx", "2025-01-12 08:30:00", b"two"),
            ("甲.zip/内.ZIP/c.xlsx", "2025-01-12 08:30:00", b"three"),
            ("甲.zip/表/a.xlsx", "2025-01-12 08:30:00", b"one"),
        ]
        assert [one.load() for one in reversed(found.candidates)] == [b"one", b"three", b"two"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "gb18030"])
def test_names_are_read_in_the_encoding_of_whatever_program_packed_them(tmp_path: Path, encoding: str) -> None:
    name = "第一中学\U00020000.xlsx" if encoding == "gb18030" else "第一中学.xlsx"
    length = len(name.encode(encoding))
    placeholder = "n" * length
    raw = zipped((placeholder, b"x")).replace(placeholder.encode(), name.encode(encoding))
    put(tmp_path, "a.zip", raw)
    with look_into(tmp_path) as found:
        assert names(found) == [f"a.zip/{name}"]
        assert found.candidates[0].load() == b"x"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../../etc/passwd", "a.zip/etc/passwd"),
        ("/etc/passwd", "a.zip/etc/passwd"),
        ("..\\..\\windows\\x.xlsx", "a.zip/windows/x.xlsx"),
        ("..", "a.zip/?"),
    ],
)
def test_a_name_in_an_archive_is_never_a_path(tmp_path: Path, name: str, told: str) -> None:
    put(tmp_path, "a.zip", zipped((name, b"x")))
    before = sorted(tmp_path.parent.rglob("*"))
    with look_into(tmp_path) as found:
        assert [(one.name, one.load()) for one in found.candidates] == [(told, b"x")]
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_an_archive_in_an_archive_in_an_archive_is_said_and_not_opened(tmp_path: Path) -> None:
    deep = zipped(("c.zip", zipped(("d.xlsx", b"x"))), ("b.xlsx", b"y"))
    put(tmp_path, "a.zip", zipped(("b.zip", deep)))
    found = look_into(tmp_path)
    assert (names(found), passed(found)) == (["a.zip/b.zip/b.xlsx"], [("a.zip/b.zip/c.zip", Passed.TOO_DEEP)])


@pytest.mark.parametrize("odd", ["c.zip/.", "c.zip\\."])
def test_an_odd_spelling_of_its_name_takes_no_archive_deeper(tmp_path: Path, odd: str) -> None:
    deep = zipped((odd, zipped(("d.xlsx", b"x"))))
    put(tmp_path, "a.zip", zipped(("b.zip", deep)))
    assert passed(look_into(tmp_path)) == [("a.zip/b.zip/c.zip", Passed.TOO_DEEP)]


def test_a_workbook_that_calls_itself_an_archive_is_a_workbook(tmp_path: Path) -> None:
    data = zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>"))
    put(tmp_path, "a.zip", data)
    put(tmp_path, "b.zip", zipped(("c.zip", data)))
    with look_into(tmp_path) as found:
        assert [(one.name, one.load()) for one in found.candidates] == [("a.zip", data), ("b.zip/c.zip", data)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Passed.BAD_ARCHIVE),
        (b"PK\x03\x04 no archive", Passed.BAD_ARCHIVE),
        (zipped(("a.xlsx", b"x"))[:-10], Passed.BAD_ARCHIVE),
        (b"PK\x01\x02" * 10_001, Passed.TOO_LARGE),
    ],
)
def test_what_is_no_archive_is_said(tmp_path: Path, data: bytes, why: Passed) -> None:
    put(tmp_path, "a.zip", data)
    put(tmp_path, "b.zip", zipped(("x.zip", data), ("y.xlsx", b"y")))
    found = look_into(tmp_path)
    assert (names(found), passed(found)) == (["b.zip/y.xlsx"], [("a.zip", why), ("b.zip/x.zip", why)])


def test_entries_that_are_bombs_locked_damaged_or_left_by_programs_are_said_one_by_one(tmp_path: Path) -> None:
    put(tmp_path, "bomb.zip", zipped(("a.xlsx", b"\0" * 5_000_000), ("b.xlsx", b"b")))
    put(tmp_path, "mac.zip", zipped(("__MACOSX/._a.xlsx", b"x"), ("~$b.xlsx", b"x")))
    locked = bytearray(zipped(("a.xlsx", b"x")))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    put(tmp_path, "locked.zip", bytes(locked))
    damaged = zipped(("a.xlsx", os.urandom(100)))
    put(tmp_path, "damaged.zip", damaged[:60] + b"####" + damaged[64:])
    found = look_into(tmp_path)
    assert names(found) == ["bomb.zip/b.xlsx"]
    assert passed(found) == [
        ("bomb.zip/a.xlsx", Passed.TOO_LARGE),
        ("damaged.zip/a.xlsx", Passed.BAD_ARCHIVE),
        ("locked.zip/a.xlsx", Passed.LOCKED_ARCHIVE),
        ("mac.zip/__MACOSX/._a.xlsx", Passed.OF_THE_SYSTEM),
        ("mac.zip/~$b.xlsx", Passed.LOCK_FILE),
    ]


def test_the_sizes_of_an_archive_are_limited_before_anything_is_inflated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.zip", zipped(("a.xlsx", b"x" * 600), ("b.xlsx", b"y" * 600)))
    monkeypatch.setattr(inbox_module, "MAX_INFLATED_BYTES", 1_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert passed(look_into(tmp_path)) == [("a.zip", Passed.TOO_LARGE)]
    monkeypatch.setattr(inbox_module, "MAX_ARCHIVE_BYTES", 10)
    assert passed(look_into(tmp_path)) == [("a.zip", Passed.TOO_LARGE)]


@pytest.mark.parametrize(("limit", "most"), [("MAX_ENTRIES", 5), ("MAX_INFLATED_BYTES", 1_500)])
def test_what_a_file_may_hold_is_not_multiplied_by_the_archives_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    inner = zipped(("a.xlsx", b"x" * 300), ("b.xlsx", b"y" * 300))
    put(tmp_path, "a.zip", zipped(("1.zip", inner), ("2.zip", inner)))
    put(tmp_path, "b.zip", zipped(("1.zip", inner)))
    monkeypatch.setattr(inbox_module, limit, most)
    found = look_into(tmp_path)
    assert passed(found) == [("a.zip/2.zip", Passed.TOO_LARGE)]


def test_an_archive_that_was_changed_since_yields_nothing_else(tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip", zipped(("a.xlsx", b"one")))
    with look_into(tmp_path) as found:
        path.write_bytes(zipped(("a.xlsx", b"two!")))
        with pytest.raises(ChangedError):
            found.candidates[0].load()


def test_every_reason_has_its_words() -> None:
    assert all(inbox_module.PassedOver(name="x", why=why).words for why in Passed)
