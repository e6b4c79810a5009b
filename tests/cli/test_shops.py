"""`selaras shops`: every state that a shop can have, seen through the command."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from daemon.connect import token_path
from daemon.marketplaces.port import Notice
from daemon.marketplaces.tiktok_shop.tokens import Tokens, TokenStore
from daemon.webhooks_spool import opened_spool


@pytest.fixture
def listed(selaras, house):
    """The only shop of a house, as listed."""

    def run():
        [shop] = json.loads(selaras("shops", "--json", "-c", house.config).stdout)
        return shop

    return run


def permission(house):
    return TokenStore(token_path(house.config.parent / ".selaras", house.shop.name), house.shop.name)


def changed(house, **values):
    tokens = permission(house).load()
    kept = {name: getattr(tokens, name) for name in tokens.__slots__}
    permission(house).save(Tokens(**kept | values))


def test_a_shop_that_was_read_is_active_and_ready(selaras, filled):
    said = selaras("shops", "-c", filled.config)
    assert said.exit_code == 0, said.output
    assert f"{filled.shop.name}: aktif, siap" in said.stdout
    assert "202309" in said.stdout


def test_a_shop_is_waiting_until_it_is_read(listed):
    assert (listed()["state"], listed()["is_ready"], listed()["read_at"]) == ("waiting", True, None)


def test_a_shop_without_permission_was_only_added(selaras, house, listed):
    permission(house)._path.unlink()
    assert (listed()["state"], listed()["is_ready"]) == ("added", False)
    said = selaras("shops", "-c", house.config)
    assert said.exit_code == 1
    assert f"selaras connect {house.shop.name}" in said.stdout.replace("\n", " ")
    assert said.stdout.count(f"{house.shop.name}: ") == 1


def test_a_permission_that_has_ended_needs_a_new_one(filled, listed):
    changed(filled, refresh_expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert (listed()["state"], listed()["reasons"][0]["code"]) == ("needs_authorization", "shop.authorization_ended")


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=2, seconds=59), "sisa 2 hari"),
        (timedelta(days=1, seconds=59), "sisa 1 hari"),
        (timedelta(hours=23, seconds=59), "sisa 23 jam"),
        (timedelta(minutes=59), "sisa kurang dari 1 jam"),
        (timedelta(), "sudah habis"),
    ],
)
def test_a_countdown_goes_on_in_hours_on_the_last_day_and_says_when_it_is_over(selaras, filled, left, said):
    changed(filled, access_expires_at=datetime.now(UTC) + left)
    assert f"Token: {said}, diperbarui sendiri." in selaras("shops", "-c", filled.config).stdout
    changed(filled, refresh_expires_at=datetime.now(UTC) + left)
    assert f"Izin: {said}." in selaras("shops", "-c", filled.config).stdout


def test_nothing_is_said_to_be_renewed_once_the_permission_is_over(selaras, filled):
    changed(filled, refresh_expires_at=datetime.now(UTC))
    assert "diperbarui sendiri" not in selaras("shops", "-c", filled.config).stdout


def test_a_permission_that_a_shop_refused_in_the_last_cycle_needs_a_new_one(selaras, filled, listed):
    changed(filled, access_token="ROW_salah-salah-salah", refresh_token="ROW_mati-mati-mati")
    assert selaras("sync", "-c", filled.config).exit_code == 1
    assert (listed()["state"], listed()["reasons"][0]["code"]) == ("needs_authorization", "shop.authorization_ended")


def test_a_permission_that_came_after_the_trouble_ends_it(selaras, filled, listed):
    good = permission(filled).load()
    changed(filled, access_token="ROW_salah-salah-salah", refresh_token="ROW_mati-mati-mati")
    assert selaras("sync", "-c", filled.config).exit_code == 1
    permission(filled).save(good)
    assert (listed()["state"], listed()["is_ready"]) == ("active", True)


def test_a_damaged_permission_needs_a_new_one(filled, listed):
    permission(filled)._path.write_text("{")
    assert (listed()["state"], listed()["is_ready"]) == ("needs_authorization", False)


def test_a_held_shop_is_held_and_ready(selaras, filled, listed):
    assert selaras("hold", filled.shop.name, "-c", filled.config).exit_code == 0
    assert (listed()["state"], listed()["is_ready"]) == ("held", True)


def test_what_the_seller_did_not_allow_makes_a_shop_not_ready(filled, listed):
    changed(filled, scopes=("seller.authorization.info", "seller.product.basic"))
    shop = listed()
    assert (shop["state"], shop["is_ready"]) == ("active", False)
    assert [reason["code"] for reason in shop["reasons"]] == [
        "connect.without_updates",
        "connect.without_orders",
        "connect.without_warehouses",
        "connect.without_returns",
    ]


def test_a_shop_whose_goods_all_vanished_looks_like_on_holiday(selaras, filled, listed):
    for sku in filled.listings():
        filled.control(f"listings/{filled.shop.name}/{sku}", status="SELLER_DEACTIVATED")
    selaras("sync", "-c", filled.config)
    assert listed()["state"] == "on_holiday"


def test_a_shop_that_tells_by_itself_shows_where_and_since_when_nothing_came(selaras, filled, listed):
    assert (listed()["webhook_address"], listed()["webhook_heard_at"]) == (None, None)
    now = datetime.now(UTC)
    with opened_spool(filled.config.parent / ".selaras") as spool:
        spool.note_registered(filled.shop.name, "https://kait.contoh/selaras", now=None)
        assert listed()["webhook_address"] is None  # the shop may not have heard of it
        spool.note_registered(filled.shop.name, "https://kait.contoh/selaras", now=now)
        assert "belum ada kabar" in selaras("shops", "-c", filled.config).stdout
        spool.take(Notice("7613", filled.shop.shop_id), now=now)
    assert listed()["webhook_address"] == "https://kait.contoh/selaras"
    assert listed()["webhook_heard_at"] == now.isoformat()
    assert "Toko mengabari https://kait.contoh/selaras, terakhir" in selaras("shops", "-c", filled.config).stdout


def test_no_token_is_shown(selaras, filled):
    tokens = permission(filled).load()
    said = selaras("shops", "--json", "-c", filled.config).output + selaras("shops", "-c", filled.config).output
    assert tokens.access_token not in said
    assert tokens.refresh_token not in said
