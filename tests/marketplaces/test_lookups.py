"""What is kept of a marketplace's answers: until its end, for this user alone, and nothing that an error is worth."""

import json
import resource
import sqlite3
import stat
import zlib
from contextlib import closing, contextmanager

import pytest
from structlog.testing import capture_logs

from daemon.marketplaces.lookups import Lookups

OVER_S = -1
"""The end of a time that is over already."""
STREET = "Jl. Rembulan Timur No. 7"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state" / "cache"


def test_a_value_is_kept_for_the_next_process_until_its_end(folder):
    with closing(Lookups(folder)) as lookups:
        lookups.keep("couriers", [{"id": "1"}], for_s=60)
        lookups.keep("options", [{"id": "2"}], for_s=OVER_S)
    with closing(Lookups(folder)) as lookups:
        assert lookups.kept("couriers") == [{"id": "1"}]
        assert lookups.kept("options") is None
        lookups.forget("couriers")
        assert lookups.kept("couriers") is None


def test_a_key_is_added_once_until_its_end(folder):
    with closing(Lookups(folder)) as lookups:
        assert [lookups.add("7613", 1, for_s=60) for _ in range(2)] == [True, False]
        assert [lookups.add("7614", 1, for_s=OVER_S) for _ in range(2)] == [True, True]


def test_a_count_goes_on_with_the_next_process_until_its_end(folder):
    for told in (1, 2, 3):
        with closing(Lookups(folder)) as lookups:
            assert (lookups.count("before", for_s=OVER_S), lookups.count("today", for_s=60)) == (1, told)


def test_what_is_too_old_is_not_in_the_files_any_more(folder):
    label = zlib.compress(json.dumps(STREET).encode(), 1)
    with closing(Lookups(folder)) as lookups:
        for number in range(50):
            lookups.keep(f"label/{number}", STREET, for_s=OVER_S if number < 20 else 60)
        lookups.kept("couriers")
    [database] = folder.iterdir()
    assert database.read_bytes().count(label) == 30
    with closing(Lookups(folder)) as lookups:
        for number in range(20, 50):
            lookups.keep(f"label/{number}", STREET, for_s=OVER_S)
        lookups.kept("couriers")
    assert label not in database.read_bytes()


def test_only_this_user_can_read_it(folder):
    with closing(Lookups(folder)) as lookups:
        lookups.keep("label/1", STREET * 10_000, for_s=60)
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.rglob("*")} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_database_that_everybody_could_read_is_closed_to_them(folder):
    Lookups(folder).close()
    (folder / "cache.db").chmod(0o644)
    Lookups(folder).close()
    assert stat.S_IMODE((folder / "cache.db").stat().st_mode) == 0o600


def test_a_damaged_database_is_thrown_away(folder):
    folder.mkdir(parents=True)
    (folder / "cache.db").write_bytes(b"not a database" * 100)
    with closing(Lookups(folder)) as lookups:
        lookups.keep("couriers", [], for_s=60)
        assert lookups.kept("couriers") == []


def test_without_a_disk_nothing_is_kept_and_nothing_fails(folder):
    with closing(Lookups(folder)) as lookups:
        (folder / "cache.db").write_bytes(b"damaged while it is open" * 1000)
        lookups.keep("couriers", [], for_s=60)
        assert lookups.kept("couriers") is None
        assert lookups.add("7613", 1, for_s=60)


@contextmanager
def full_disk():
    """Let no file of this process grow."""
    limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))


def test_a_disk_that_is_full_when_it_is_opened_costs_nothing_that_was_kept(folder):
    with closing(Lookups(folder)) as lookups:
        lookups.keep("couriers", [1], for_s=60)
    with capture_logs() as said, full_disk(), closing(Lookups(folder)) as lookups:
        lookups.keep("options", [2], for_s=60)
        assert lookups.kept("options") is None
    assert [each["event"] for each in said] == ["lookups.without_disk"]
    with closing(Lookups(folder)) as lookups:
        assert lookups.kept("couriers") == [1]


def test_a_folder_that_cannot_be_had_is_an_empty_one(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with closing(Lookups(tmp_path / "cache" / "toko-1")) as lookups:
        lookups.keep("couriers", [1], for_s=60)
        lookups.forget("couriers")
        assert lookups.kept("couriers") is None
        assert lookups.add("7613", 1, for_s=60)
        assert lookups.count("today", for_s=60) == 1


@pytest.mark.parametrize("damage", [b"no zip", zlib.compress(b"no json")], ids=["no zip", "no json"])
def test_a_damaged_value_counts_as_none(folder, damage):
    with closing(Lookups(folder)) as lookups:
        lookups.keep("couriers", [1], for_s=60)
        lookups.count("today", for_s=60)
        with closing(sqlite3.connect(folder / "cache.db")) as database:
            database.execute("UPDATE Cache SET value = ?", [damage])
            database.commit()
        assert lookups.kept("couriers") is None
        assert lookups.count("today", for_s=60) == 1
