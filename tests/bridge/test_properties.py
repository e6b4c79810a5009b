"""Whatever stands in a seller's sheet and whatever is written into it: what is read back is the one with the other."""

from datetime import date
from io import BytesIO
from string import ascii_uppercase

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from bridge.columns import Column, header_text
from bridge.patch import Change, patch
from bridge.read import table_in
from bridge.refusals import TargetsRefusedError
from bridge.values import BLANK, Cell, Kind, Whole, Words, meaning

COLUMNS = tuple(Column)
_CHARACTERS = st.characters(exclude_categories=["Cs"])
_ODD_TEXTS = [
    "_x0041_",
    "_x000D_",
    "a_x005F_x0041_",
    "00123",
    "=1+1",
    "'1",
    "1.250.000",
    "12,5",
    "KOSONG",
    " a\n b\t",
    "\x07",
]
TEXTS = st.text(_CHARACTERS, max_size=9) | st.sampled_from(
    [*_ODD_TEXTS, "🧵" * 4, "A" * 300, "]]>&amp;<", "\r\n", "6.9E+12"]
)
NUMBERS = st.integers(-(10**13), 10**13) | st.floats(-1e9, 1e9).map(lambda each: round(each, 3)) | st.just(6.9e20)
CELLS = st.one_of(
    st.none(),
    st.tuples(st.just("text"), TEXTS),
    st.tuples(st.just("rich"), st.lists(TEXTS.filter(bool), min_size=2, max_size=3)),
    st.tuples(st.just("number"), NUMBERS),
    st.tuples(st.just("zeros"), st.integers(0, 99_999)),
    st.tuples(st.just("date"), st.dates(date(1901, 1, 1), date(2100, 1, 1))),
    st.tuples(st.just("percent"), st.floats(0, 1)),
    st.tuples(st.just("boolean"), st.booleans()),
    st.tuples(st.just("formula"), st.sampled_from([0, 12, "", "AB", "#N/A", "#DIV/0!", True])),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=6), max_size=6)
_NUMBERED = (Column.STOCK, Column.PRICE, Column.COUNT)
_WORDED = (Column.SKU, Column.NOTE, Column.PRODUCT, Column.STATUS, Column.PLATFORM, Column.KEY)
EDITS = st.tuples(st.sampled_from(_NUMBERED), st.none() | st.integers(0, 10**12)) | st.tuples(
    st.sampled_from(_WORDED), st.none() | TEXTS
)
CHANGES = st.lists(st.tuples(st.integers(2, 7), EDITS), max_size=8)
ADDED = st.lists(st.lists(EDITS, min_size=1, max_size=4).map(dict), max_size=3)


def saved(rows, *, is_streamed) -> bytes:
    """Save cells of every kind under a header, each kind as XlsxWriter stores it."""
    out = BytesIO()
    workbook = xlsxwriter.Workbook(out, {"constant_memory": True} if is_streamed else {"in_memory": True})
    sheet = workbook.add_worksheet("Stok")
    kinds = {"zeros": "00000", "date": "dd/mm/yyyy", "percent": "0%"}
    looks = {kind: workbook.add_format({"num_format": code}) for kind, code in kinds.items()}
    bold = workbook.add_format({"bold": True})
    sheet.write_row(0, 0, [header_text(each, "id") for each in COLUMNS])
    for number, row in enumerate(rows, start=1):
        for column, cell in sorted(row.items(), key=lambda each: COLUMNS.index(each[0])):
            place = number, COLUMNS.index(column)
            match cell:
                case "text", text:
                    sheet.write_string(*place, text)
                case "rich", runs:
                    sheet.write_rich_string(*place, *(part for run in runs for part in (bold, run)))
                case "boolean", value:
                    sheet.write_boolean(*place, value)
                case "formula", value:
                    sheet.write_formula(*place, "=Z1", None, value)
                case "date", day:
                    sheet.write_datetime(*place, day, looks["date"])
                case kind, value:
                    sheet.write_number(*place, value, looks.get(kind))
    workbook.close()
    return out.getvalue()


def read(content):
    return {row.number: dict(row.cells) for row in table_in(content, "w.xlsx").rows}


def written(content, changes, added=(), *, after):
    """Write all that can be written; gives the new file and what was written: changes, and added rows by number."""
    numbered = dict(enumerate(added, start=after + 1))
    try:
        result = patch(table_in(content, "w.xlsx"), changes, added, after=after)
    except TargetsRefusedError as error:
        refused = {each.params["cell"] for each in error.refused}
        kept = [each for each in changes if name(each.row, each.column) not in refused]
        rows = [
            {column: wish for column, wish in row.items() if name(number, column) not in refused}
            for number, row in numbered.items()
        ]
        assert (kept, rows) != (changes, list(added)), "what is refused is among what was asked"
        return written(content, kept, rows, after=after)
    return result.content, changes, numbered


def name(row, column):
    return f"{ascii_uppercase[COLUMNS.index(column)]}{row}"


def with_edits(rows, changes, added):
    """The rows as they should be read: those of the seller with our cells in them, and ours below."""
    blank = dict.fromkeys(COLUMNS, BLANK)
    expected = {number: dict(cells) for number, cells in rows.items()}
    for change in changes:
        expected.setdefault(change.row, dict(blank))[change.column] = said(change.column, change.value)
    for number, row in added.items():
        expected[number] = blank | {column: said(column, wish) for column, wish in row.items()}
    return {number: cells for number, cells in expected.items() if any(each != BLANK for each in cells.values())}


def said(column, wish):
    """What a written cell means: numbers are numbers, except that codes are texts."""
    if wish is None:
        return BLANK
    return Whole(wish) if isinstance(wish, int) else meaning(column, Cell(Kind.TEXT, wish))


def asked(changes, last):
    """One change for each cell of a row that is there, the last one asked for."""
    cells = {(row, column): value for row, (column, value) in changes if row <= last}
    return [Change(row, column, value) for (row, column), value in cells.items()]


@settings(max_examples=80, deadline=None)
@given(rows=ROWS, changes=CHANGES, added=ADDED, is_streamed=st.booleans())
def test_what_is_read_after_a_patch_is_what_was_read_before_with_the_changes(rows, changes, added, is_streamed):
    content, last = saved(rows, is_streamed=is_streamed), len(rows) + 1
    goods = [{column: value for column, value in row.items() if value is not None} for row in added]
    new, *done = written(content, asked(changes, last), goods, after=last)
    assert read(new) == with_edits(read(content), *done)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, changes=CHANGES)
def test_the_same_patch_twice_says_the_same_as_once(rows, changes):
    last = len(rows) + 1
    once, done, _ = written(saved(rows, is_streamed=False), asked(changes, last), after=last)
    twice = patch(table_in(once, "w.xlsx"), done, after=last)
    assert read(twice.content) == read(once)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, changes=CHANGES)
def test_a_patch_and_then_its_opposite_give_back_every_value(rows, changes):
    content, last = saved(rows, is_streamed=False), len(rows) + 1
    before = read(content)
    blank = dict.fromkeys(COLUMNS, BLANK)
    clear = [each for each in asked(changes, last) if opposite(before.get(each.row, blank)[each.column]) is not ...]
    there, done, _ = written(content, clear, after=last)
    back = [Change(each.row, each.column, opposite(before.get(each.row, blank)[each.column])) for each in done]
    again = patch(table_in(there, "w.xlsx"), back, after=last)
    assert read(again.content) == before


def opposite(value):
    """What must be written to get a value back; ``...`` for one that nobody can be sure of."""
    match value:
        case Whole(number):
            return number
        case Words(text):
            return text
    return None if value == BLANK else ...


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXTS.filter(lambda each: "\ufffe" not in each and "\uffff" not in each), min_size=1, max_size=6))
def test_another_reader_sees_the_very_texts_that_were_written(texts):
    content = saved([{Column.SKU: ("text", "K")}] * len(texts), is_streamed=False)
    changes = [Change(row, Column.NOTE, text) for row, text in enumerate(texts, start=2)]
    sheet = load_workbook(BytesIO(patch(table_in(content, "w.xlsx"), changes).content)).get_sheet_by_index(0)
    seen = [row[COLUMNS.index(Column.NOTE)] for row in sheet.to_python()[1:]]
    assert seen == texts
