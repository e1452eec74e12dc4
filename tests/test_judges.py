"""The judges themselves: each objects to a flaw planted for it, so its silence means something."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import judges
import pytest
from plans import rich_plan, rich_values

from xlreport.writing.strict import write_workbook


@pytest.fixture(scope="module")
def sound() -> bytes:
    return write_workbook(rich_plan(), rich_values())


def spoiled(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with one string of a part replaced."""
    target = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode(), 1)
            archive.writestr(name, content)
    return target.getvalue()


SHEET = "xl/worksheets/sheet2.xml"
SUM = "SUM($B$5:$B$9)"


@pytest.mark.validator
def test_microsofts_validator_objects_to_a_wrong_order_of_elements(sound: bytes) -> None:
    swapped = spoiled(sound, "xl/workbook.xml", '<workbookProtection lockStructure="1"/>', "")
    broken = spoiled(swapped, "xl/workbook.xml", "</bookViews>", '</bookViews><workbookProtection lockStructure="1"/>')
    with pytest.raises(AssertionError, match="swapped, Office2010"):
        judges.assert_valid_open_xml(broken, "swapped")


@pytest.mark.parametrize("formula", ["ROUND(B5)", "NOSUCH(1)", "SUM(B5", "1/0"])
def test_formulon_objects_to_a_formula_it_cannot_reckon(sound: bytes, formula: str) -> None:
    with pytest.raises(AssertionError):
        judges.assert_formulon_content(spoiled(sound, SHEET, SUM, formula))


def test_formulon_does_not_mind_an_error_that_is_stored(sound: bytes) -> None:
    stored, computed = judges.formulon_values(sound)
    assert stored["_meta!R4C1"] == computed["_meta!R4C1"] == "#N/A"


def test_formulon_objects_to_a_planted_stored_value(sound: bytes) -> None:
    planted = spoiled(sound, SHEET, f"{SUM}</f><v>0", f"{SUM}</f><v>999")
    judges.assert_formulon_content(planted)
    with pytest.raises(AssertionError, match="R4C2"):
        judges.assert_stored_values_hold(planted)


@pytest.mark.gnumeric
@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, "<formula1>0<", "<formula1>SUM(<"),
        (SHEET, '<formula>$C2&lt;&gt;""<', "<formula>SUM($C2<"),
        ("xl/workbook.xml", "$A$1:$C$9</definedName>", "$A$1:$C$</definedName>"),
    ],
)
def test_gnumeric_objects_to_formulas_outside_cells(sound: bytes, part: str, old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        judges.assert_gnumeric_content(spoiled(sound, part, old, new))


@pytest.mark.parametrize(("required", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_judge_is_skipped_in_sight_or_fails_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("XLREPORT_REQUIRE_JUDGES", required)
    with pytest.raises(outcome, match="missing"):
        judges.missing("a judge")


@pytest.mark.parametrize(
    "judge", [judges.assert_gnumeric_content, lambda data: judges.assert_valid_open_xml(data, "any")]
)
def test_without_its_program_a_judge_says_so(
    monkeypatch: pytest.MonkeyPatch, judge: Callable[[bytes], None], sound: bytes
) -> None:
    monkeypatch.setenv("XLREPORT_REQUIRE_JUDGES", "1")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("judges._validator", lambda: None)
    with pytest.raises(pytest.fail.Exception, match="is required and missing"):
        judge(sound)
