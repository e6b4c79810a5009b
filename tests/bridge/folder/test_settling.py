"""When a file counts as saved: whole, and left alone for long enough; a clock is handed in."""

from dataclasses import replace
from hashlib import sha256

import pytest

from bridge.folder.quiet import signature
from bridge.folder.settling import Pace, Settling

PACE = Pace(quiet_s=0.5, unproven_s=2.0, cap_s=60.0)


def digest(content):
    return sha256(content).hexdigest()


def looks(settling, *moments, is_sure=True):
    return [settling.look(moment, is_sure=is_sure) for moment in moments]


@pytest.fixture
def workbook(plain_workbook):
    return plain_workbook


@pytest.fixture
def whole(rich_workbook):
    """Another workbook's bytes."""
    return rich_workbook.read_bytes()


def test_a_zip_on_this_machine_proves_itself_after_half_a_second(workbook, whole):
    settling = Settling(workbook, PACE)
    assert looks(settling, 0.0) == [None]
    assert not settling.is_moving
    workbook.write_bytes(whole)
    assert looks(settling, 10.0, 10.4) == [None, None]
    assert settling.is_moving
    assert looks(settling, 10.5, 20.0) == [digest(whole), None]
    assert not settling.is_moving


def test_where_changes_can_go_unnoticed_it_takes_seconds(workbook, whole):
    settling = Settling(workbook, PACE)
    workbook.write_bytes(whole)
    assert looks(settling, 10.0, 11.9, 12.0, is_sure=False) == [None, None, digest(whole)]


def test_a_csv_file_proves_nothing_and_takes_seconds(tmp_path):
    path = tmp_path / "stok.csv"
    path.write_bytes(b"SKU;Stok\n")
    settling = Settling(path, PACE)
    path.write_bytes(b"SKU;Stok\nKOPI;1")
    assert looks(settling, 10.0, 11.9) == [None, None]
    path.write_bytes(b"SKU;Stok\nKOPI;12\n")
    assert looks(settling, 12.0, 13.9, 14.0) == [None, None, digest(b"SKU;Stok\nKOPI;12\n")]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("content", [b"", bytes(5000)])
def test_what_the_cloud_has_not_brought_yet_is_no_content_until_its_time_is_up(tmp_path, suffix, content):
    path = tmp_path / f"stok{suffix}"
    path.write_bytes(b"lama")
    settling = Settling(path, PACE)
    path.write_bytes(content)
    assert looks(settling, 0.0, 3.0, 30.0, 60.0) == [None] * 4
    assert looks(settling, 60.1, 100.0, 200.0) == [digest(content), None, None]


def test_the_content_that_follows_a_placeholder_is_reported_alone(workbook, whole):
    settling = Settling(workbook, PACE)
    workbook.write_bytes(b"")
    assert looks(settling, 0.0, 1.0, 2.0) == [None] * 3
    workbook.write_bytes(whole)
    assert looks(settling, 3.0, 3.5) == [None, digest(whole)]


def test_half_a_zip_waits_and_is_told_as_it_is_in_the_end(workbook, whole):
    settling = Settling(workbook, PACE)
    half = whole[: len(whole) // 2]
    workbook.write_bytes(half)
    assert looks(settling, 0.0, 1.0, 59.0, 60.5, 61.0) == [None, None, None, digest(half), None]


def test_what_never_comes_to_rest_is_told_in_the_end(workbook, whole):
    settling = Settling(workbook, PACE)
    for moment in range(60):
        workbook.write_bytes(whole[: 1000 + moment])
        assert looks(settling, float(moment)) == [None]
    workbook.write_bytes(whole[:2000])
    assert looks(settling, 60.1) == [digest(whole[:2000])]


def test_a_file_that_is_gone_for_a_while_is_no_news_and_its_return_is(workbook, whole):
    settling = Settling(workbook, PACE)
    workbook.unlink()
    assert looks(settling, 0.0, 30.0, 61.0) == [None] * 3
    assert not settling.is_moving
    workbook.write_bytes(whole)
    assert looks(settling, 100.0, 100.5) == [None, digest(whole)]


def test_the_same_content_saved_again_is_no_news(workbook):
    settling = Settling(workbook, PACE)
    workbook.write_bytes(workbook.read_bytes())
    assert looks(settling, 0.0, 0.5, 1.0) == [None] * 3
    assert not settling.is_moving


def test_a_new_file_is_news(workbook):
    settling = Settling(workbook, PACE, is_new=True)
    assert looks(settling, 0.0, 0.5) == [None, digest(workbook.read_bytes())]


def test_in_doubt_the_content_is_read_though_nothing_seems_to_have_changed(workbook, whole):
    settling = Settling(workbook, PACE)
    settling.doubt()
    assert looks(settling, 0.0, 0.5, 1.0) == [None] * 3
    workbook.write_bytes(whole)
    settling._rested = signature(workbook)
    assert looks(settling, 10.0, 10.5) == [None, None]
    settling.doubt()
    assert looks(settling, 20.0, 20.5) == [None, digest(whole)]


def test_a_missing_file_in_doubt_does_not_keep_us_busy(tmp_path):
    settling = Settling(tmp_path / "x.xlsx", replace(PACE, cap_s=5.0))
    settling.doubt()
    assert looks(settling, 0.0, 1.0) == [None, None]
    assert not settling.is_moving
