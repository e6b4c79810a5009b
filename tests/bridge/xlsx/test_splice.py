import pytest

from bridge.xlsx.sheet_xml import attribute, tags_for
from bridge.xlsx.splice import RowXml, take_apart

ROWS = {
    "names": b'<row r="4"><c r="A4" s="1"><v>1</v></c><c r="B4" s="2" t="n"/><c r="C4" s="3" /></row>',
    "no names": b'<row r="4"><c s="1"><v>1</v></c><c s="2" t="n"/><c s="3" /></row>',
    "other quotes": b"<row r='4'><c r='A4' s='1'><v>1</v></c><c r='B4' s='2' t='n'/><c r='C4' s='3' /></row>",
    "names last": b'<row r="4"><c s="1" r="A4"><v>1</v></c><c s="2" r="B4"/><c s="3" r="C4"/></row>',
    "empty": b'<row r="4"/>',
}


@pytest.mark.parametrize("spelling", ROWS)
@pytest.mark.parametrize("column", range(1, 5))
def test_one_cell_is_found_as_among_all(spelling: str, column: int) -> None:
    row = take_apart(ROWS[spelling], 4, tags_for(b""))
    among_all = row.cells().get(column)
    assert row.attributes_of(column) == (None if among_all is None else among_all.attributes)


def looks(row: RowXml) -> dict[int, tuple[bytes | None, bytes]]:
    """Style and content of each cell."""
    return {column: (attribute(cell.attributes, b"s"), cell.inner) for column, cell in row.cells().items()}


@pytest.mark.parametrize("spelling", ROWS)
@pytest.mark.parametrize("column", range(1, 5))
def test_a_row_without_a_column_keeps_the_other_cells_where_they_were(spelling: str, column: int) -> None:
    row = take_apart(ROWS[spelling], 4, tags_for(b""))
    kept = looks(row) | ({column: (None, b"")} if column in looks(row) else {})
    assert looks(row.without({column})) == kept


def test_a_cell_whose_name_ends_like_the_one_asked_for_is_not_taken_for_it() -> None:
    row = take_apart(b'<row r="4"><c r="AA4" s="9"/><c r="AB4" s="8"/></row>', 4, tags_for(b""))
    assert (row.attributes_of(1), row.attributes_of(27), row.attributes_of(28)) == (None, b' s="9"', b' s="8"')
