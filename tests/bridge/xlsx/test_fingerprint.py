"""The fingerprint: what the zip directory alone says about changes."""

import zipfile

import pytest
from openpyxl import load_workbook

from bridge.columns import Column
from bridge.errors import BridgeError
from bridge.patch import Change, patch
from bridge.read import read_table
from bridge.xlsx.fingerprint import fingerprint


def repacked(path, **changed: bytes) -> None:
    """Save the same parts anew, uncompressed, some of them changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**members, **changed}.items():
            archive.writestr(name, data)


def test_the_same_parts_have_the_same_fingerprint_however_they_are_packed(rich_workbook):
    before = fingerprint(rich_workbook)
    content = rich_workbook.read_bytes()
    repacked(rich_workbook)
    assert rich_workbook.read_bytes() != content
    assert fingerprint(rich_workbook) == before


def test_a_changed_cell_changes_it_and_what_was_read_no_longer_holds(rich_workbook):
    table = read_table(rich_workbook)
    before = fingerprint(rich_workbook)
    assert before.agrees(table.parts)
    rich_workbook.write_bytes(patch(table, [Change(2, Column.STOCK, 99)]).content)
    after = fingerprint(rich_workbook)
    assert after != before
    assert not after.agrees(table.parts)


def test_a_change_in_a_part_that_was_not_read_does_not_matter(rich_workbook):
    table = read_table(rich_workbook)
    before = fingerprint(rich_workbook)
    repacked(rich_workbook, **{"docProps/core.xml": b"<x/>"})
    assert fingerprint(rich_workbook) != before
    assert fingerprint(rich_workbook).agrees(table.parts)


def test_a_part_that_was_looked_for_in_vain_and_is_there_now_matters(raw_workbook):
    path = raw_workbook(
        "<worksheet><sheetData><row r='1'><c r='A1' t='str'><v>SKU</v></c><c r='B1' t='str'><v>Stok</v></c></row>"
        "</sheetData></worksheet>"
    )
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "xl/sharedStrings.xml"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    table = read_table(path)
    assert fingerprint(path).agrees(table.parts)
    repacked(path, **{"xl/sharedStrings.xml": b"<sst/>"})
    assert not fingerprint(path).agrees(table.parts)


@pytest.mark.parametrize("content", [b"", b"bukan zip", b"PK\x05\x06" + bytes(30)])
def test_what_has_no_directory_has_no_fingerprint(tmp_path, content):
    (tmp_path / "w.xlsx").write_bytes(content)
    assert fingerprint(tmp_path / "w.xlsx") is None
    assert fingerprint(tmp_path / "tidak ada.xlsx") is None


def test_nothing_agrees_with_a_table_that_came_from_no_parts(rich_workbook):
    assert not fingerprint(rich_workbook).agrees({})


def test_known_rows_are_taken_again_with_the_hash_of_the_file_as_it_is_now(rich_workbook):
    known = read_table(rich_workbook)
    repacked(rich_workbook, **{"docProps/core.xml": b"<x/>"})
    again = read_table(rich_workbook, known=known)
    assert again.rows is known.rows
    assert again.content == rich_workbook.read_bytes()
    assert again.content_hash != known.content_hash
    assert again.content_hash == read_table(rich_workbook).content_hash
    result = patch(again, [Change(2, Column.STOCK, 99)])
    assert b"<x/>" in result.content


def test_known_rows_are_not_taken_when_a_cell_changed(rich_workbook):
    known = read_table(rich_workbook)
    workbook = load_workbook(rich_workbook)
    workbook["Stok"]["D2"] = 77
    workbook.save(rich_workbook)
    again = read_table(rich_workbook, known=known)
    assert again == read_table(rich_workbook)
    assert again.rows != known.rows


def test_an_unchanged_directory_does_not_hide_damaged_data(rich_workbook):
    known = read_table(rich_workbook)
    repacked(rich_workbook)
    content = bytearray(rich_workbook.read_bytes())
    place = content.index(b"KOPI-250")
    content[place : place + 4] = b"TEHH"
    rich_workbook.write_bytes(content)
    assert fingerprint(rich_workbook).agrees(known.parts)
    with pytest.raises(BridgeError, match=r"workbook\.unfinished"):
        read_table(rich_workbook, known=known)
