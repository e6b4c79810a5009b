"""The mark: which revision a file came from, kept beside whatever properties the seller has."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.packaging.custom import StringProperty

from bridge.columns import Column
from bridge.mark import Mark, marked, read_mark
from bridge.patch import Change, patch
from bridge.read import read_table, table_in
from bridge.xlsx.archive import Archive
from bridge.xlsx.package import Package


def _marked(content: bytes, mark: Mark) -> bytes:
    package = Package(Archive(content, "stok.xlsx"))
    return package.archive.rewritten({name: [xml] for name, xml in marked(package, mark).items()})


def _mark_of(content: bytes) -> Mark | None:
    return read_mark(Package(Archive(content, "stok.xlsx")))


def test_a_workbook_that_we_never_wrote_has_no_mark(plain_workbook: Path) -> None:
    assert read_table(plain_workbook).mark is None


def test_a_patched_workbook_carries_its_mark_and_openpyxl_reads_it(plain_workbook: Path) -> None:
    table = read_table(plain_workbook)
    patched = patch(table, [Change(2, Column.STOCK, 9)], mark=Mark("abcdefgh", 17))
    plain_workbook.write_bytes(patched.content)

    assert read_table(plain_workbook).mark == Mark("abcdefgh", 17)
    assert load_workbook(plain_workbook).custom_doc_props["Selaras"].value == "abcdefgh/17"


def test_a_later_revision_takes_the_place_of_the_mark(plain_workbook: Path) -> None:
    first = _marked(plain_workbook.read_bytes(), Mark("abcdefgh", 1))
    second = _marked(first, Mark("abcdefgh", 2))

    assert _mark_of(second) == Mark("abcdefgh", 2)
    assert second.count(b"docProps/custom.xml") == first.count(b"docProps/custom.xml") == 2


def test_the_sellers_own_properties_stay(plain_workbook: Path) -> None:
    workbook = load_workbook(plain_workbook)
    workbook.custom_doc_props.append(StringProperty(name="Gudang", value="Bandung & sekitarnya"))
    workbook.save(plain_workbook)
    plain_workbook.write_bytes(_marked(plain_workbook.read_bytes(), Mark("abcdefgh", 3)))

    properties = load_workbook(plain_workbook).custom_doc_props
    assert {each.name: each.value for each in properties.props} == {
        "Gudang": "Bandung & sekitarnya",
        "Selaras": "abcdefgh/3",
    }


@pytest.mark.parametrize("damaged", ["", "abc", "abcdefgh/0", "abcdefgh/-1", "abcdefgh/1/2", "ABCDEFGH/1"])
def test_a_property_that_is_no_mark_of_ours_counts_as_none(plain_workbook: Path, damaged: str) -> None:
    workbook = load_workbook(plain_workbook)
    workbook.custom_doc_props.append(StringProperty(name="Selaras", value=damaged))
    workbook.save(plain_workbook)

    content = plain_workbook.read_bytes()
    assert _mark_of(content) is None
    assert _mark_of(_marked(content, Mark("abcdefgh", 4))) == Mark("abcdefgh", 4)


def test_a_mark_alone_changes_nothing_that_can_be_seen(plain_workbook: Path) -> None:
    table = read_table(plain_workbook)
    assert patch(table, []).content == table.content
    marked_table = table_in(patch(table, [], mark=Mark("abcdefgh", 1)).content, "stok.xlsx")
    assert (marked_table.mark, marked_table.rows) == (Mark("abcdefgh", 1), table.rows)


def test_a_strict_workbook_is_marked_in_the_words_that_every_program_knows(plain_workbook: Path) -> None:
    package = Package(Archive(plain_workbook.read_bytes(), "stok.xlsx"))
    xml = package.read(package.workbook).replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )
    done = _marked(package.archive.rewritten({package.workbook.name: [xml]}), Mark("abcdefgh", 5))
    assert table_in(done, "stok.xlsx").mark == Mark("abcdefgh", 5)


def test_a_strict_property_part_keeps_its_own_words(plain_workbook: Path) -> None:
    package = Package(Archive(_marked(plain_workbook.read_bytes(), Mark("abcdefgh", 5)), "stok.xlsx"))
    part = package.custom_properties
    assert part is not None
    xml = package.read(part).replace(b"2006/custom-properties", b"customProperties")
    strict = xml.replace(
        b"http://schemas.openxmlformats.org/officeDocument", b"http://purl.oclc.org/ooxml/officeDocument"
    )
    again = _marked(package.archive.rewritten({part.name: [strict.replace(b"2006/doc", b"doc")]}), Mark("abcdefgh", 6))
    assert _mark_of(again) == Mark("abcdefgh", 6)
    renewed = Package(Archive(again, "stok.xlsx"))
    assert renewed.custom_properties is not None
    assert b"schemas.openxmlformats.org" not in renewed.read(renewed.custom_properties)
