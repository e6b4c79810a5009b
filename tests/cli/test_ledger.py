"""`selaras ledger verify`: one sentence when all is well, and what is wrong by its name when it is not."""

import json
import sqlite3
from contextlib import closing

import pytest

from daemon.mirror.store import only_instance


def spoil(house, *statements):
    with closing(sqlite3.connect(house.mirror)) as mirror, mirror:
        for statement in statements:
            mirror.execute(statement)


def found(house, sql):
    with closing(sqlite3.connect(house.mirror)) as mirror:
        return mirror.execute(sql).fetchone()


def test_a_whole_ledger_is_one_sentence_with_the_hash_to_keep(selaras, filled):
    done = selaras("ledger", "verify", "-c", filled.config)
    assert (done.exit_code, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    count, last = found(filled, "SELECT count(*), (SELECT hash FROM movements ORDER BY id DESC) FROM movements")
    assert str(count) in line
    assert last in line


def test_the_verdict_is_given_as_data(selaras, filled):
    told = json.loads(selaras("ledger", "verify", "--json", "-c", filled.config).stdout)
    (count,) = found(filled, "SELECT count(*) FROM movements")
    assert (told["is_whole"], told["movements"], told["changed"], told["sums"]) == (True, count, None, [])
    assert len(told["last_hash"]) == 64


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE movements SET booked_at_ms = 1 WHERE id = 3", "#3"),
        ("UPDATE products SET available = 4321 WHERE sku = (SELECT min(sku) FROM products)", "4.321"),
        ("INSERT INTO movements SELECT 99, sku, -1, 'order', 'toko/1/1', 1, 1, '' FROM movements LIMIT 1", "toko/1/1"),
    ],
)
def test_what_is_wrong_is_named(selaras, filled, statement, named):
    spoil(filled, statement)
    done = selaras("ledger", "verify", "-c", filled.config)
    assert (done.exit_code, done.stdout) == (1, "")
    assert named in done.stderr
    as_data = selaras("ledger", "verify", "--json", "-c", filled.config)
    assert (as_data.exit_code, json.loads(as_data.stdout)["is_whole"]) == (1, False)


def test_before_the_first_sync_it_says_so_and_makes_nothing(selaras, house):
    done = selaras("ledger", "verify", "-c", house.config)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr
    assert not house.mirror.exists()


def test_it_works_beside_a_running_service(selaras, filled):
    with only_instance(filled.folder / ".selaras"):
        assert selaras("ledger", "verify", "-c", filled.config).exit_code == 0
