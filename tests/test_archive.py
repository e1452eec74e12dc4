"""The archive: what goes in comes out exactly, older ones are brought up, newer and foreign ones left alone."""

import hashlib
import multiprocessing
import os
import re
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import line
import pytest
from documents import PROJECT
from editing import with_number, with_text
from hypothesis import given
from hypothesis import strategies as st
from inboxes import DEAR, TOY, Desk, explained, ref, submission, toy, workbook

from xlreport.cells import BLANK, Boolean, CellRef, ErrorValue, Number, Text, Token, Value
from xlreport.checks.check import check
from xlreport.errors import RequestError
from xlreport.findings import ExplanationState, Finding, Severity
from xlreport.messages import say
from xlreport.office.archive import schema as archive_schema
from xlreport.office.archive.archive import ARCHIVE, Archive, Decision, Held, Mark, Placed, last_year
from xlreport.office.archive.filing import Filing, Reading, edition, named, program, read_content
from xlreport.office.archive.standing import Standing
from xlreport.submission import Explanation, Submission, Unit
from xlreport.writing.template import write_template

BY = {"program": "p", "edition": "e"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / ARCHIVE) as opened:
        yield opened


def reading(data: bytes, form: str = TOY) -> Reading:
    return read_content(data, hashlib.sha256(data).hexdigest(), form)


def kept(archive: Archive, *readings: Reading) -> None:
    archive.keep(readings, **BY, at="2025-01-12 09:00:00")


def rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


# ── what goes in comes out ────────────────────────────────────────────────────────────────────────


def odd_workbook() -> bytes:
    """Typed in every odd way: full-width digits, a date's text, a formula, words outside, a claimed total."""
    data = workbook(submission("001", price=DEAR, explanations=explained()), saved="2025-01-12T08:30:00Z")
    data = with_text(data, "一 借阅", "B3", "１２")
    data = with_text(data, "一 借阅", "B4", "12件")
    data = with_number(data, "一 借阅", "B5", "99")
    return with_text(data, "一 借阅", "H3", "旁边的话")


@pytest.mark.parametrize(
    "data",
    [
        workbook(submission("001")),
        workbook(submission("", "无代码的单位", old=None)),
        workbook(replace(submission("001"), round=3, last={ref("books.old.number"): Decimal("0.1")})),
        odd_workbook(),
    ],
    ids=["plain", "blank", "with last year", "odd"],
)
def test_a_submission_comes_out_as_it_was_read_and_its_check_too(archive: Archive, data: bytes) -> None:
    made = reading(data)
    kept(archive, made)
    again = archive.submission(made.filing.digest)
    assert again == made.submission
    assert again is not None
    assert again.saved == made.filing.saved
    assert archive.findings(made.filing.digest) == made.findings == check(toy(), again).findings


def test_a_real_report_comes_out_as_it_was_read(archive: Archive) -> None:
    made = reading(
        write_template(line.form(), line.submission(line.values_json("hongze_2024"), "hongze_2023")), line.FORM
    )
    kept(archive, made)
    assert archive.submission(made.filing.digest) == made.submission
    assert archive.findings(made.filing.digest) == made.findings
    assert [one.code for one in made.findings] == ["YOY", "YOY"]


TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [Decimal("1E+300"), Decimal("0.10"), Decimal("-0"), Decimal("99999999999999999999.000001")]
)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.just(BLANK),
    NUMBERS.map(Number),
    TEXTS.filter(bool).map(Text),
    st.booleans().map(Boolean),
    st.sampled_from([Token("N/A"), ErrorValue("#REF!")]),
)
FIELDS = st.sampled_from([ref("books.old.number"), ref("books.new.price"), ref("books[2].number"), ref("remarks")])


def of_fields(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    return st.dictionaries(FIELDS, values)


SIDES = st.none() | NUMBERS
FOUND = st.builds(
    Finding,
    code=st.just("X"),
    rule=st.none() | st.just("X[a]"),
    severity=st.sampled_from(Severity),
    message=TEXTS,
    cells=st.sampled_from([(), (CellRef("一 借阅", 3, 2),)]),
    fields=st.lists(FIELDS, max_size=2).map(tuple),
    left=SIDES,
    right=SIDES,
    difference=SIDES,
    explanation=st.none() | TEXTS,
    explanation_state=st.none() | st.sampled_from(ExplanationState),
)
FILED = Filing(digest="d", form="toy", version="1.0", unit=Unit(name="甲\ud800局", code="0\x001"), year=2024, round=1)
SUBMISSIONS = st.builds(
    Submission,
    form=st.just("toy"),
    version=st.just("1.0"),
    unit=st.just(FILED.unit),
    year=st.just(2024),
    source=st.just("d"),
    values=of_fields(VALUES),
    typed=of_fields(VALUES),
    texts=of_fields(st.lists(TEXTS, max_size=3).map(tuple)),
    totals=of_fields(VALUES),
    stored=of_fields(VALUES),
    last=st.none() | of_fields(NUMBERS),
    explanations=st.dictionaries(
        st.sampled_from(["PRICE", "GROW"]), st.builds(Explanation, text=TEXTS, left=SIDES, right=SIDES)
    ),
    zero_blanks=st.frozensets(st.sampled_from(["books", "loans"])),
    unreadable=st.frozensets(st.sampled_from(["books", "remarks"])),
    deadline=TEXTS,
    return_to=TEXTS,
    missing_units=st.lists(TEXTS, max_size=2).map(tuple),
    findings=st.lists(FOUND, max_size=3).map(tuple),
    is_sealed=st.booleans(),
    leftovers=st.lists(st.tuples(st.just(CellRef("一 借阅", 9, 9)), TEXTS), max_size=2).map(tuple),
    extra_sheets=st.lists(st.tuples(TEXTS, st.integers(0, 9)), max_size=2).map(tuple),
)


@given(made=SUBMISSIONS, checked=st.lists(FOUND, max_size=2))
def test_whatever_a_submission_holds_comes_out_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, made: Submission, checked: list[Finding]
) -> None:
    findings = (*checked, *reversed(made.findings))
    filed = replace(FILED, is_sealed=made.is_sealed)
    path = tmp_path_factory.mktemp("archive") / ARCHIVE
    with Archive.open(path) as archive:
        kept(archive, Reading(filing=filed, submission=made, findings=findings))
        again = archive.submission("d")
        assert (again, archive.findings("d"), archive.filings(["d"], **BY)) == (made, findings, {"d": filed})
        for part in ("values", "typed", "last", "explanations"):
            assert in_order(getattr(again, part)) == in_order(getattr(made, part)), "1.0 and 1.00 are equal, and two"


def in_order(mapping: dict[Any, Any] | None) -> list[str]:
    return sorted(f"{key}: {value!r}" for key, value in (mapping or {}).items())


def test_a_content_that_cannot_be_read_is_kept_with_its_reason(archive: Archive) -> None:
    made = reading(b"no workbook")
    kept(archive, made)
    digest = made.filing.digest
    assert archive.filings([digest], **BY) == {digest: made.filing}
    assert (archive.submission(digest), archive.findings(digest)) == (None, ())
    assert made.filing.trouble is not None
    assert named(made.filing.trouble, digest, "甲.xlsx").message.startswith("甲.xlsx：这不是 Excel 工作簿")


def test_a_hidden_sheet_with_an_impossible_round_or_year_is_a_damaged_template() -> None:
    right = submission("001")
    for wrong in (replace(right, round=10**15), replace(right, year=1)):
        made = reading(workbook(wrong))
        assert made.filing.trouble is not None
        assert made.filing.trouble.code == "DAMAGED-TEMPLATE"


def test_only_what_this_program_read_by_this_form_is_known(archive: Archive) -> None:
    made = reading(workbook(submission("001")))
    kept(archive, made)
    digest = made.filing.digest
    assert archive.filings([digest, "other"], **BY) == {digest: made.filing}
    assert archive.filings([digest], program="p2", edition="e") == {}
    assert archive.filings([digest], program="p", edition="e2") == {}
    assert archive.filings([str(n) for n in range(2_000)], **BY) == {}


def test_a_kind_of_value_that_nobody_knows_is_not_taken_for_a_blank(archive: Archive, tmp_path: Path) -> None:
    made = reading(workbook(submission("001")))
    kept(archive, made)
    with closing(sqlite3.connect(tmp_path / ARCHIVE)) as connection, connection:
        connection.execute("UPDATE value SET kind = 'fraction' WHERE kind = 'number'")
    with pytest.raises(ValueError, match="fraction"):
        archive.submission(made.filing.digest)


def test_reading_a_content_again_replaces_what_was_kept(archive: Archive, tmp_path: Path) -> None:
    made = reading(workbook(submission("002", old=None)))
    kept(archive, made, made)
    assert rows(tmp_path / ARCHIVE, "SELECT count(*) FROM finding") == [(len(made.findings),)]
    assert archive.submission(made.filing.digest) == made.submission


def test_numbers_stand_in_the_file_as_their_digits(archive: Archive, tmp_path: Path) -> None:
    kept(archive, reading(workbook(submission("001", price="0.1"))))
    found = rows(tmp_path / ARCHIVE, "SELECT field, kind, value, typeof(value) FROM value WHERE role = 'values'")
    assert ("books.new.price", "number", "0.1", "text") in found


def test_the_program_and_the_form_are_known_to_the_letter(tmp_path: Path) -> None:
    assert program() == program()
    form = tmp_path / "form"
    form.mkdir()
    text = (Path(TOY) / "form.toml").read_text("utf-8")
    (form / "form.toml").write_text(text, "utf-8")
    assert edition(str(form)) == edition(TOY)
    (form / "form.toml").write_text(text + "\n# a word\n", "utf-8")
    assert edition(str(form)) != edition(TOY)


# ── how things stand ──────────────────────────────────────────────────────────────────────────────

UNIT = Held(unit=Unit(name="甲", code="001", level="bureau"), standing=Standing.ACCEPTED, digest=None)


def test_each_run_keeps_how_things_stand_then(archive: Archive) -> None:
    gone = replace(UNIT, unit=Unit(name="乙", code="002"))
    made = reading(b"x")
    kept(archive, made)
    places = [Placed(name=name, digest=made.filing.digest, modified="") for name in ("a", "b")]
    archive.finish("toy", 2024, places=places, units=[gone, UNIT], program="p", at="1")
    archive.finish("toy", 2024, places=places[:1], units=[UNIT], program="p", at="2")
    assert (archive.units("toy", 2024), archive.units("toy", 2023)) == ((UNIT,), ())
    assert archive.latest() == ("toy", 2024)
    assert rows(archive.path, "SELECT name FROM place") == [("a",)]


MARK = Mark(code="001", judgement="PRICE", left=Decimal(5000), right=None, explanation="因", decision=Decision.ACCEPTED)


def test_a_mark_replaces_the_one_of_the_same_unit_spelled_otherwise(archive: Archive) -> None:
    archive.mark("toy", 2024, MARK, at="2")
    archive.mark("toy", 2024, replace(MARK, code="００1", note="再看"), at="1")
    assert rows(archive.path, "SELECT code, note FROM mark") == [("００1", "再看")]


def test_a_mark_replaces_the_one_before(archive: Archive) -> None:
    archive.mark("toy", 2024, MARK, at="1")
    again = replace(MARK, decision=Decision.REJECTED, note="请附合同")
    archive.mark("toy", 2024, again, at="2")
    assert archive.marks("toy", 2024) == {("001", "PRICE"): again}
    assert archive.marks("toy", 2025) == {}


def old_archive(path: Path) -> Path:
    """An archive of the first version."""
    of_version(path, 1)
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def of_another(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE unit (form, year, code, name, level, standing, digest)")
    connection.close()
    return path


@pytest.mark.parametrize("make", [old_archive, empty, of_another])
def test_reading_last_year_changes_no_byte_of_an_archive(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / ARCHIVE)
    before = path.read_bytes()
    with suppress(RequestError):
        last_year(path, "toy", 2024)
    assert (path.read_bytes(), [one.name for one in tmp_path.iterdir()]) == (before, [ARCHIVE])


def test_an_archive_of_an_older_version_is_read_as_it_is(tmp_path: Path) -> None:
    assert last_year(old_archive(tmp_path / ARCHIVE), "toy", 2024) == {}


@pytest.mark.parametrize("make", [empty, of_another])
def test_what_is_no_archive_has_no_last_year(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / ARCHIVE)
    with pytest.raises(RequestError) as caught:
        last_year(path, "toy", 2024)
    assert str(caught.value) == say("archive.not_ours", path=path)


def test_last_years_figures_are_those_that_counted_in_the_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.roster("001", "002", "003", "004")
    desk.put("a.xlsx", submission("001", old=11))
    desk.put("b.xlsx", submission("002", old=None))
    desk.put("c.xlsx", submission("003", price=DEAR))
    desk.collect()
    for place in (desk.results, desk.results / ARCHIVE):
        found = last_year(place, "toy", 2024)
        assert [(code, one.unit.name, one.source) for code, one in found.items()] == [
            ("001", "第001图书室", "a.xlsx"),
            ("003", "第003图书室", "c.xlsx"),
        ]
        assert found["001"].value(ref("books.old.number")) == Number(Decimal(11))
    assert last_year(desk.results, "toy", 2023) == {}


def test_last_year_needs_an_archive(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"没有“.*archive\.sqlite”这份档案"):
        last_year(tmp_path, "toy", 2024)
    assert list(tmp_path.iterdir()) == []


# ── versions ──────────────────────────────────────────────────────────────────────────────────────


def of_version(path: Path, version: int) -> None:
    """An archive as a program of that version left it, with a unit in it."""
    with closing(sqlite3.connect(path)) as connection:
        for step in archive_schema.STEPS[:version]:
            for statement in step:
                connection.execute(statement)
        connection.execute("INSERT INTO unit VALUES ('toy', 2024, '001', '甲', 'bureau', 'accepted', NULL)")
        connection.execute(f"PRAGMA application_id = {archive_schema.APPLICATION}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()


def test_an_archive_of_version_1_is_brought_up_in_place_and_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / ARCHIVE
    of_version(path, 1)
    with Archive.open(path) as archive:
        assert archive.units("toy", 2024) == (UNIT,)
        assert archive.marks("toy", 2024) == {}
    fresh = tmp_path / "fresh.sqlite"
    Archive.open(fresh).close()
    for pragma in ("user_version", "application_id"):
        assert rows(path, f"PRAGMA {pragma}") == rows(fresh, f"PRAGMA {pragma}")
    schema = "SELECT name, sql FROM sqlite_master ORDER BY name"
    assert rows(path, schema) == rows(fresh, schema)


def test_an_upgrade_that_is_broken_off_leaves_the_older_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ARCHIVE
    of_version(path, 1)
    before = path.read_bytes()
    broken = (archive_schema.STEPS[0], (*archive_schema.STEPS[1], "CREATE NONSENSE"))
    with monkeypatch.context() as patch:
        patch.setattr("xlreport.office.archive.archive.STEPS", broken)
        with pytest.raises(RequestError):
            Archive.open(path)
    assert path.read_bytes() == before
    Archive.open(path).close()
    assert rows(path, "PRAGMA user_version") == [(archive_schema.VERSION,)]


def test_an_archive_of_a_newer_version_is_refused_and_nothing_in_it_changed(tmp_path: Path) -> None:
    path = tmp_path / ARCHIVE
    of_version(path, 2)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 3")
    before = path.read_bytes()
    with pytest.raises(RequestError, match=r"更新版本的工具写的（第 3 版，这里只认到第 2 版），没有改动它"):
        Archive.open(path)
    assert path.read_bytes() == before


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.commit()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (foreign, "不是本工具的档案"),
        (lambda path: path.write_bytes(b"no database at all" * 100), "已损坏"),
        (lambda path: path.mkdir(), "读写不了"),
    ],
    ids=["another program's", "no database", "a folder"],
)
def test_what_is_no_archive_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / ARCHIVE
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(RequestError, match=words):
        Archive.open(path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_file_of_nothing_as_a_killed_run_may_leave_it_becomes_an_archive(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE).write_bytes(b"")
    Archive.open(tmp_path / ARCHIVE).close()
    assert rows(tmp_path / ARCHIVE, "PRAGMA user_version") == [(archive_schema.VERSION,)]


def test_every_table_and_column_is_documented_and_no_other(archive: Archive) -> None:
    text = (PROJECT / "docs" / "archive.md").read_text("utf-8").partition("## Tables")[2]
    described = {}
    for part in text.split("### ")[1:]:
        heading, _, body = part.partition("\n")
        cells = re.findall(r"^\| (`[^|]*) \|", body, re.MULTILINE)
        described[heading.strip("`")] = {name for cell in cells for name in re.findall("`([a-z_]+)`", cell)}
    tables = [name for (name,) in rows(archive.path, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert described == {
        table: {name for (_, name, *_) in rows(archive.path, f"PRAGMA table_info({table})")} for table in tables
    }
    versions = (
        (PROJECT / "docs" / "archive.md").read_text("utf-8").partition("## Versions")[2].partition("## Tables")[0]
    )
    assert len(re.findall(r"^\| \d+ \|", versions, re.MULTILINE)) == archive_schema.VERSION


# ── two processes, and a killed one ───────────────────────────────────────────────────────────────


def test_a_second_writer_waits_and_is_told_when_it_waits_too_long(tmp_path: Path) -> None:
    path = tmp_path / ARCHIVE
    with Archive.open(path) as first, Archive.open(path, seconds=0.05) as second:
        with first.writing(), pytest.raises(RequestError, match="另一个汇总正在进行"):
            kept(second, reading(b"x"))
        kept(second, reading(b"x"))


def test_a_second_writer_goes_on_as_soon_as_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / ARCHIVE
    Archive.open(path).close()
    begun = threading.Event()

    def hold() -> None:
        with Archive.open(path) as first, first.writing():
            begun.set()
            threading.Event().wait(0.2)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait()
    with Archive.open(path) as second:
        kept(second, reading(b"x"))
    holder.join()
    assert rows(path, "SELECT count(*) FROM content") == [(1,)]


def killed_while_writing(path: str) -> None:
    with Archive.open(Path(path)) as archive, archive.writing():
        archive._put("run", "form, year, at, program", [("toy", year, "", "") for year in range(100_000)])
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_killed_in_the_middle_of_a_change_leaves_the_state_before_it(tmp_path: Path) -> None:
    path = tmp_path / ARCHIVE
    Archive.open(path).close()
    child = multiprocessing.get_context("spawn").Process(target=killed_while_writing, args=(str(path),))
    child.start()
    child.join()
    assert child.exitcode == -9
    assert path.with_name(f"{ARCHIVE}-journal").exists(), "it died in the middle"
    with Archive.open(path) as archive:
        assert archive.latest() is None
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_what_is_written_is_on_the_disk_and_the_journal_is_one_that_shares_can_keep(archive: Archive) -> None:
    assert [archive._one(f"PRAGMA {name}") for name in ("journal_mode", "synchronous")] == ["delete", 2]
