"""Where everything of a form stands in its workbook: once, apart from the rest, where a clerk looks for it."""

from collections import Counter
from dataclasses import replace

import pytest

from xlreport.cells import CellRef
from xlreport.forms.definition import FormDefinition
from xlreport.forms.layout import HIDDEN_SHEET, META, Layout, plan_layout
from xlreport.forms.loading import load_definition, parse_definition


@pytest.fixture(scope="module")
def form() -> FormDefinition:
    return load_definition("gov-info-annual-2021")


@pytest.fixture(scope="module")
def layout(form: FormDefinition) -> Layout:
    return plan_layout(form)


def hidden_cells(layout: Layout) -> list[CellRef]:
    """Every cell of the hidden sheet that the layout gives a meaning."""
    fields = [
        cell
        for place in layout.fields.values()
        for cell in (place.value, place.state, place.claim, place.last)
        if cell is not None
    ]
    texts = [cell for place in layout.texts.values() for cell in (place.present, *place.lengths)]
    judgements = [
        cell
        for place in layout.judgements.values()
        for cell in (
            place.left,
            place.right,
            place.difference,
            place.outcome,
            place.attention,
            place.explained_left,
            place.explained_right,
            place.explained_text,
            place.explained,
            place.message,
            place.target,
        )
    ]
    zeros = [place.zero for place in layout.tables.values()]
    return [*layout.meta.values(), *layout.parameters.values(), *zeros, *fields, *texts, *judgements]


def seen_cells(layout: Layout) -> list[CellRef]:
    """Every cell of the sheets a clerk sees that is open, a total or a label of a text."""
    fields = [cell for place in layout.fields.values() for cell in place.area.cells()]
    texts = [cell for place in layout.texts.values() for cell in place.cells]
    labels = [place.label for place in layout.texts.values()]
    explanations = [place.explanation for place in layout.judgements.values() if place.explanation is not None]
    switches = [place.switch for place in layout.tables.values()]
    return [*fields, *texts, *labels, *explanations, *switches]


def twice(cells: list[CellRef]) -> list[CellRef]:
    return [cell for cell, count in Counter(cells).items() if count > 1]


def test_no_cell_of_the_hidden_sheet_has_two_meanings(layout: Layout) -> None:
    cells = hidden_cells(layout)
    assert twice(cells) == []
    assert {cell.sheet for cell in cells} == {HIDDEN_SHEET}
    assert min(cell.row for cell in cells) == 2, "row 1 is the marker's"
    assert min(cell.column for cell in cells) == 2, "column A holds the names"


def test_no_row_of_the_hidden_sheet_has_two_names(layout: Layout) -> None:
    rows = Counter({cell.row for cell in hidden_cells(layout)})
    tables = {place.value.row for place in layout.fields.values()}
    others = [cell.row for cell in (*layout.meta.values(), *layout.parameters.values())]
    others += [place.present.row for place in layout.texts.values()]
    others += [place.outcome.row for place in layout.judgements.values()]
    assert len(others) == len(set(others))
    assert tables.isdisjoint(others)
    assert set(rows) == tables | set(others) | {place.zero.row for place in layout.tables.values()}


def test_no_cell_a_clerk_sees_has_two_meanings(layout: Layout) -> None:
    assert twice(seen_cells(layout)) == []


def test_hints_and_flags_stand_to_the_right_of_the_grid(layout: Layout) -> None:
    for table in layout.tables.values():
        grid = [table.area(cell).last_column for cell in table.grid.cells]
        assert max(grid) < table.hint_column < table.row_flag_column
        flags = {column + table.flag_offset for column in range(1, table.grid.columns + 1)}
        assert table.row_flag_column not in flags


def test_every_field_text_and_judgement_has_its_place(form: FormDefinition, layout: Layout) -> None:
    assert set(layout.fields) == set(form.fields)
    assert set(layout.texts) == {entry.ref for entry in form.entries}
    assert list(layout.judgements) == [one.key for one in form.judgements]
    assert list(layout.meta) == list(META)
    assert list(layout.parameters) == list(form.parameters)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("proactive.regulations.issued", "二 主动公开!B4"),
        ("proactive.fees.amount", "二 主动公开!B15"),
        ("requests.received.individual", "三 依申请公开!D5"),
        ("requests.carried_out.total", "三 依申请公开!J29"),
        ("disputes.review.upheld", "四 复议诉讼!A5"),
        ("disputes.litigation_after_review.total", "四 复议诉讼!O5"),
    ],
)
def test_a_field_stands_one_row_below_its_place_on_paper(layout: Layout, field: str, cell: str) -> None:
    [place] = [place for ref, place in layout.fields.items() if str(ref) == field]
    assert str(place.shown) == cell


def test_an_input_has_a_state_and_a_total_a_claim(form: FormDefinition, layout: Layout) -> None:
    for ref, place in layout.fields.items():
        assert (place.state is not None, place.claim is None) == (form.fields[ref].is_input,) * 2


def test_only_a_query_has_room_for_an_explanation(form: FormDefinition, layout: Layout) -> None:
    queries = [one.key for one in form.judgements if one.severity.value == "query"]
    assert [key for key, place in layout.judgements.items() if place.explanation is not None] == queries


def test_judgements_stand_on_the_check_sheet_in_the_order_of_the_file(layout: Layout) -> None:
    rows = [place.checks_row for place in layout.judgements.values()]
    assert rows == list(range(rows[0], rows[0] + len(rows)))


def test_a_judgement_speaks_on_the_sheet_its_home_stands_on(form: FormDefinition, layout: Layout) -> None:
    for judgement in form.judgements:
        number = layout.judgements[judgement.key].home_sheet
        assert layout.section_sheets[number - 1] == layout.cell_of(judgement.home).sheet


def test_a_layout_is_planned_once_for_a_definition(form: FormDefinition) -> None:
    assert plan_layout(form) is plan_layout(form)
    assert plan_layout(replace(form)) == plan_layout(form)


def test_single_lines_stand_beside_their_labels_and_paragraphs_below() -> None:
    made = parse_definition(
        """
        id = "f"
        version = "1.0"
        title = "表"
        report = { title = "报告" }
        [[sections]]
        id = "lines"
        heading = "一"
        sheet = "行"
        topics = [{ id = "one", label = "甲", paragraphs = 1 }, { id = "some", label = "乙", paragraphs = 3 },
            { id = "last", label = "丙", kind = "date" }]
        [[sections]]
        id = "long"
        heading = "二"
        sheet = "段"
        topics = [{ id = "one", label = "甲", paragraphs = 2 }, { id = "two", label = "乙", paragraphs = 2 }]
        """.encode()
    )
    texts = plan_layout(made).texts
    assert {
        str(ref): [place.label.address, *(cell.address for cell in place.cells)] for ref, place in texts.items()
    } == {
        "lines.one": ["A3", "B3"],
        "lines.some": ["A4", "B4", "B5", "B6"],
        "lines.last": ["A7", "B7"],
        "long.one": ["A3", "A5", "A6"],
        "long.two": ["A8", "A10", "A11"],
    }
