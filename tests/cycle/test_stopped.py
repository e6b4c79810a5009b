"""The note beside the workbook while nothing in it is used."""

import os

import pytest
from openpyxl import load_workbook

NOTE = "SELARAS BERHENTI - baca ini (toko.xlsx).txt"


@pytest.fixture
def note(house):
    return house.workbook.with_name(NOTE)


def test_a_broken_workbook_has_a_note_beside_it_until_it_can_be_read_again(house, note):
    good = house.workbook.read_bytes()
    house.workbook.write_bytes(b"")
    age(house.workbook)
    house.save_cycle()
    assert "toko.xlsx kosong (0 byte)" in note.read_text(encoding="utf-8")
    house.workbook.write_bytes(good)
    house.save_cycle()
    assert not note.exists()


def test_the_note_of_another_house_in_the_same_folder_stays(house):
    other = house.workbook.with_name("SELARAS BERHENTI - baca ini (toko lain.xlsx).txt")
    other.write_text("Sejak kemarin", encoding="utf-8")
    house.save_cycle()
    assert other.exists()


def test_a_note_tells_since_when_and_is_written_once(house, note, town):
    house.workbook.unlink()
    house.cycle()
    before = note.read_bytes(), note.stat().st_mtime_ns
    since = house.parts.texts.moment(house.parts.now(), house.parts.settings.timezone)
    town.clock.move(600)
    house.cycle()
    assert (note.read_bytes(), note.stat().st_mtime_ns) == before
    assert since in before[0].decode()


def test_a_workbook_of_another_house_is_named_in_the_note(house, note):
    book = load_workbook(house.workbook)
    book.custom_doc_props.props.clear()
    book.save(house.workbook)
    house.save_cycle()
    assert "adopt" in note.read_text(encoding="utf-8")


def test_a_workbook_that_somebody_is_saving_is_no_reason_for_a_note(house, note):
    house.workbook.write_bytes(house.workbook.read_bytes()[:-50])
    house.save_cycle()
    assert not note.exists()


def age(path):
    """Let a file look as if nobody had touched it for an hour."""
    past = path.stat().st_mtime - 3600
    os.utime(path, (past, past))
