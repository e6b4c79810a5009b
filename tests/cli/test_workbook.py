"""`selaras workbook`: the versions that were kept, and one of them back in its place."""

import json
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from bridge.folder.versions import keep_version
from daemon.cli import app


def mark(content):
    return sha256(content).hexdigest()[:8]


@pytest.fixture
def versions(house):
    """A house with three kept versions, the oldest first; the workbook holds the second one again."""
    contents = [house.workbook.read_bytes() + bytes([number]) for number in range(3)]
    for content in contents:
        house.workbook.write_bytes(content)
        keep_version(house.workbook, house.folder / ".selaras/versions")
    house.workbook.write_bytes(contents[1])
    return contents


def listed(selaras, house):
    done = selaras("workbook", "history", "--json", "-c", house.config)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_the_history_lists_versions_newest_first_and_which_one_the_file_equals(selaras, house, versions):
    done = selaras("workbook", "history", "-c", house.config)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for number, (line, content) in enumerate(zip(lines, reversed(versions), strict=True), 1):
        assert str(number) in line
        assert mark(content) in line
    entries = listed(selaras, house)
    assert [entry["hash"] for entry in entries] == [mark(content) for content in reversed(versions)]
    assert [entry["is_present"] for entry in entries] == [False, True, False]
    assert [entry["bytes"] for entry in entries] == [len(versions[0])] * 3


def test_without_versions_the_history_says_so(selaras, house):
    done = selaras("workbook", "history", "-c", house.config)
    assert done.exit_code == 0
    assert house.workbook.name in done.stdout
    assert listed(selaras, house) == []


def test_the_history_is_that_of_a_workbook_that_is_gone_too(selaras, house, versions):
    house.workbook.unlink()
    assert [entry["is_present"] for entry in listed(selaras, house)] == [False] * 3
    assert selaras("workbook", "restore", "1", "--yes", "-c", house.config).exit_code == 0
    assert house.workbook.read_bytes() == versions[2]


@pytest.mark.parametrize("as_hash", [False, True])
def test_a_version_comes_back_by_its_number_or_its_hash(selaras, house, versions, as_hash):
    house.workbook.write_bytes(b"sekarang")
    which = mark(versions[0]) if as_hash else "3"
    done = selaras("workbook", "restore", which, "--yes", "-c", house.config)
    assert done.exit_code == 0
    assert house.workbook.read_bytes() == versions[0]
    entries = listed(selaras, house)
    assert entries[0]["hash"] == mark(b"sekarang")
    assert len(entries) == 4


@pytest.mark.parametrize(
    ("answer", "is_yes"), [("ya", True), ("Y", True), ("yes", True), ("tidak", False), ("", False)]
)
def test_it_asks_first(selaras, house, versions, answer, is_yes):
    arguments = ["workbook", "restore", "3", "-c", str(house.config)]
    done = CliRunner().invoke(app, arguments, input=f"{answer}\n")
    assert done.exit_code == (0 if is_yes else 1)
    assert house.workbook.read_bytes() == versions[0 if is_yes else 1]
    assert listed(selaras, house)[0]["hash"] == mark(versions[1 if is_yes else 2])


def test_with_nobody_to_answer_nothing_is_changed(selaras, house, versions):
    assert selaras("workbook", "restore", "3", "-c", house.config).exit_code == 1
    assert house.workbook.read_bytes() == versions[1]


def test_an_open_workbook_stays(selaras, house, versions):
    house.lock.write_text(",sari,laptop,,;", encoding="utf-8")
    done = selaras("workbook", "restore", "3", "--yes", "-c", house.config)
    assert done.exit_code == 1
    assert "sari" in done.stderr
    assert house.workbook.read_bytes() == versions[1]


@pytest.mark.parametrize("which", ["0", "4", "-1", "²", "x", "0123456789abcdef", ""])
def test_a_version_that_is_not_there_is_wrong_usage(selaras, house, versions, which):
    done = selaras("workbook", "restore", "-c", house.config, "--yes", "--", which)
    assert done.exit_code == 2
    assert house.workbook.read_bytes() == versions[1]


def test_the_version_that_is_there_already_is_not_written_again(selaras, house, versions):
    before = house.workbook.stat().st_ino
    done = selaras("workbook", "restore", "2", "--yes", "-c", house.config)
    assert done.exit_code == 0
    assert house.workbook.stat().st_ino == before
    assert len(listed(selaras, house)) == 3
