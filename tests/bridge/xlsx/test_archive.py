"""The zip around a workbook: what was asked of it, and what a rewritten one keeps."""

import zipfile
from io import BytesIO

import pytest

from bridge.errors import FileRefusedError
from bridge.xlsx.archive import Archive


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.comment = comment
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_replaced_and_added_and_the_rest_lies_as_before(zip_members, method):
    content = zipped({"a.xml": b"<a/>", "b.xml": b"<b/>" * 99, "c.xml": b"<c/>"}, method=method, comment=b"catatan")
    old = Archive(content, "w.xlsx")
    new = Archive(old.rewritten({"b.xml": [b"<b", b"aru/>"], "docProps/d.xml": [b"<d/>"]}), "w.xlsx")
    assert zip_members(new.content) == {
        "a.xml": b"<a/>",
        "b.xml": b"<baru/>",
        "c.xml": b"<c/>",
        "docProps/d.xml": b"<d/>",
    }
    for name in ("a.xml", "c.xml"):
        assert bytes(old.raw(old.find(name))) == bytes(new.raw(new.find(name)))
    assert new.content.endswith(b"catatan")


def test_it_remembers_what_was_unpacked_and_what_was_looked_for_in_vain():
    archive = Archive(zipped({"a.xml": b"<a/>", "b.xml": b"<b/>"}), "w.xlsx")
    archive.read(archive.find("A.xml"))
    archive.find("/X\\y.xml")
    archive.prove()
    assert archive.consulted == {"a.xml": (archive.find("a.xml").crc, 4), "x/y.xml": None}


def test_a_stored_member_is_unpacked_in_pieces_too():
    archive = Archive(zipped({"a.bin": bytes(600_000)}, method=zipfile.ZIP_STORED), "w.xlsx")
    assert [len(piece) for piece in archive.stream(archive.find("a.bin"))] == [262_144, 262_144, 75_712]


def test_a_member_longer_than_its_directory_says_is_refused_before_it_is_all_unpacked():
    content = bytearray(zipped({"a.xml": b"x" * 2_000_000}))
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (1_000_000).to_bytes(4, "little")
    archive = Archive(bytes(content), "w.xlsx")
    pieces = []
    with pytest.raises(FileRefusedError, match=r"workbook\.bad_crc"):
        pieces.extend(archive.stream(archive.find("a.xml")))
    assert sum(map(len, pieces)) <= 1_000_000
