"""A mirror from when both words of a row shared one text, and all windows of a listing another."""

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from mirror.goods import KOPI, LISTED

from daemon.domain.rows import RowBase
from daemon.domain.values import Platform, WindowState
from daemon.mirror import Mirror, revisions, store
from daemon.mirror.listed import listed_in

TIKTOK, TOKOPEDIA = Platform.TIKTOK_SHOP, Platform.TOKOPEDIA
LISTING = (
    "INSERT INTO listings (shop, product_id, sku_id, sku, title, variant, status, platforms, price, currency,"
    " price_is_editable, quantity_is_editable, shown, observed_at_ms, observed_in, told)"
    " VALUES ('toko', '100', '101', 'KOPI-1', 'Kopi', '', 'active', ?, 55000, 'IDR', 1, 1, 12, 7, 1, 12)"
)


@pytest.fixture
def migrated(tmp_path, monkeypatch):
    """Fill a mirror of the schema before with statements, and open it with today's."""

    def build(*statements):
        with monkeypatch.context() as older:
            upgrade = command.upgrade
            older.setattr(store.command, "upgrade", lambda config, _target: upgrade(config, "0007"))
            Mirror.open(tmp_path).close()
        with closing(sqlite3.connect(tmp_path / "mirror.sqlite")) as plain:
            for statement, *given in statements:
                plain.execute(statement, given)
            plain.commit()
        return Mirror.open(tmp_path)

    return build


@pytest.mark.parametrize(
    ("stored", "status", "platform"),
    [
        ("Aktif\nKeduanya", "Aktif", "Keduanya"),
        ("\nHanya Tokopedia", None, "Hanya Tokopedia"),
        ("Aktif", "Aktif", None),
        ("Aktif\n", "Aktif", None),
        (None, None, None),
    ],
)
def test_the_words_of_a_row_are_what_they_were(migrated, stored, status, platform):
    revision = "INSERT INTO workbook_revisions VALUES (1, 'abcdefgh', 'satu', 'dua', 'done', 7, 0)"
    row = "INSERT INTO workbook_rows (sku, revision, stock, status, note) VALUES ('KOPI-1', 1, 12, ?, 'catatan')"
    save = "INSERT INTO workbook_saves VALUES (3, 1, 'toko (2).xlsx', 'tiga', 8)"
    saved = "INSERT INTO workbook_save_rows (save, sku, stock, status) VALUES (3, 'KOPI-1', 15, ?)"
    with closing(migrated((revision,), (row, stored), (save,), (saved, stored))) as mirror, mirror.transaction() as tx:
        words = {"status": status, "platform": platform}
        assert revisions.bases_at(tx, 1) == {KOPI: RowBase(stock=12, note="catatan", **words)}
        assert revisions.changed_by_save(tx, 3) == {KOPI: RowBase(stock=15, **words)}


@pytest.mark.parametrize(
    ("stored", "windows"),
    [
        ("TIKTOK_SHOP:on,TOKOPEDIA:off", ((TIKTOK, WindowState.ON), (TOKOPEDIA, WindowState.OFF))),
        ("TIKTOK_SHOP:in_review", ((TIKTOK, WindowState.IN_REVIEW),)),
        ("OTHER:on,TOKOPEDIA:locked", ((TOKOPEDIA, WindowState.LOCKED),)),
        ("TIKTOK_SHOP,TOKOPEDIA", ()),
        ("", ()),
    ],
)
def test_a_listing_stands_in_its_windows_as_before_and_a_name_without_a_state_says_nothing(migrated, stored, windows):
    shop = "INSERT INTO shops (name, swept_at_ms) VALUES ('toko', 7)"
    wish = (
        "INSERT INTO outbox (shop, product_id, sku_id, target, desired, state, created_in, changed_at_ms)"
        " VALUES ('toko', '100', '101', 'status', 1, 'pending', 1, 7)"
    )
    cycle = "INSERT INTO cycles (id, trigger, started_at_ms) VALUES (1, 'save', 0)"
    with closing(migrated((cycle,), (shop,), (LISTING, stored), (wish,))) as mirror, mirror.transaction() as tx:
        (listing,) = listed_in(tx, ["toko"])
        assert (listing.id, listing.windows, listing.quantity) == (LISTED, windows, 12)
        assert tx.exec_driver_sql("SELECT told, desired FROM listings JOIN outbox USING (sku_id)").all() == [(12, 1)]
