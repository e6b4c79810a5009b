"""`selaras returns` and `selaras restock`: what comes back is shown, and only the seller puts it on sale again."""

import json

import pytest


@pytest.fixture
def sku(filled):
    return filled.goods(1)[0]


@pytest.fixture
def delivered(selaras, filled, sku):
    """An order of two units that the buyer has, known to Selaras; gives it and what was left on sale."""
    order = filled.order(sku, 2)
    for _ in range(3):
        filled.control(f"orders/{order}/advance")
    assert selaras("sync", "-c", filled.config).exit_code == 0
    return order


def shown(selaras, house):
    return json.loads(selaras("returns", "--json", "-c", house.config).stdout)


def approve(house, return_id, decision):
    """The seller answers in Seller Center."""
    house.control(f"returns/{return_id}/answer", decision=decision)


def come_back(house, order, **wish):
    """The buyer's goods are back, as Seller Center says; gives the number of the return."""
    return_id = house.control(f"orders/{order}/returns", **wish)["id"]
    approve(house, return_id, "APPROVE_RETURN")
    house.control(f"returns/{return_id}/send-back")
    approve(house, return_id, "APPROVE_RECEIVED_PACKAGE")
    return return_id


def test_without_any_it_says_so_and_before_the_first_sync_there_is_nothing_to_compare_with(selaras, house):
    early = selaras("returns", "-c", house.config)
    assert early.exit_code == 1
    assert not house.mirror.exists()
    house.fill()
    none = selaras("returns", "-c", house.config)
    assert (none.exit_code, none.stderr) == (0, "")
    assert "60 hari" in none.stdout


def test_a_buyer_who_wants_to_cancel_is_shown_with_the_deadline(selaras, filled, sku):
    order = filled.order(sku)
    filled.control(f"orders/{order}/ask-cancel")
    said = selaras("returns", "-c", filled.config).stdout
    assert f"pembeli minta pesanan {order} dibatalkan (Berubah pikiran)" in said
    (asked,) = shown(selaras, filled)["cancellations"]
    assert asked["order"] == order
    assert asked["answer_by"].endswith("+00:00")
    filled.control(f"orders/{order}/keep")
    assert shown(selaras, filled)["cancellations"] == []


def test_a_return_tells_step_by_step_what_the_seller_has_to_do(selaras, filled, sku, delivered):
    return_id = filled.control(f"orders/{delivered}/returns")["id"]

    def said():
        return selaras("returns", "-c", filled.config).stdout

    assert f"retur {return_id}, pesanan {delivered}: 2 × {sku}" in said()
    assert "Jawab di Seller Center sebelum" in said()
    approve(filled, return_id, "APPROVE_RETURN")
    assert "Menunggu pembeli" in said()
    filled.control(f"returns/{return_id}/send-back")
    assert "Barang sedang kembali" in said()
    assert selaras("restock", return_id, "-c", filled.config).exit_code == 1
    approve(filled, return_id, "APPROVE_RECEIVED_PACKAGE")
    assert f"selaras restock {return_id}" in said()


def test_returned_goods_raise_no_stock_until_the_seller_says_that_they_are_good(selaras, filled, sku, delivered):
    before = filled.quantity(sku)
    return_id = come_back(filled, delivered)
    assert selaras("sync", "-c", filled.config).exit_code == 0
    assert filled.quantity(sku) == before
    done = selaras("restock", return_id, f"{sku}=1", "-c", filled.config)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{sku}: barang retur +1" in done.stdout
    assert [line["is_back"] for line in shown(selaras, filled)["returns"][0]["lines"]] == [True, False]
    assert "1 unit sudah dicatat" in selaras("returns", "-c", filled.config).stdout
    selaras("sync", "-c", filled.config)
    assert (filled.quantity(sku), filled.rows()[sku]["Stok"]) == (before + 1, before + 1)
    assert f"retur dari pesanan {delivered}" in selaras("why", sku, "-c", filled.config).stdout
    assert "selaras restock" in selaras("log", "-c", filled.config).stdout
    assert selaras("ledger", "verify", "-c", filled.config).exit_code == 0


def test_each_unit_comes_back_once(selaras, filled, sku, delivered):
    before = filled.quantity(sku)
    return_id = come_back(filled, delivered)
    assert selaras("restock", return_id, f"{sku}=1", "-c", filled.config).exit_code == 0
    too_many = selaras("restock", return_id, f"{sku}=2", "-c", filled.config)
    assert (too_many.exit_code, too_many.stdout) == (1, "")
    assert selaras("restock", return_id, "-c", filled.config).exit_code == 0
    again = selaras("restock", return_id, "-c", filled.config)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "Sudah dicatat kembali" in selaras("returns", "-c", filled.config).stdout
    selaras("sync", "-c", filled.config)
    assert filled.quantity(sku) == before + 2


def test_a_mistake_is_undone(selaras, filled, sku, delivered):
    before = filled.quantity(sku)
    selaras("restock", come_back(filled, delivered), "-c", filled.config)
    run = json.loads(selaras("log", "--json", "-c", filled.config).stdout)[0]["last"]
    assert selaras("undo", run, "-c", filled.config).exit_code == 0
    selaras("sync", "-c", filled.config)
    assert filled.quantity(sku) == before
    assert selaras("ledger", "verify", "-c", filled.config).exit_code == 0


def test_what_was_undone_is_offered_again_and_can_be_restocked_in_part(selaras, filled, sku, delivered):
    before = filled.quantity(sku)
    return_id = come_back(filled, delivered)
    selaras("restock", return_id, "-c", filled.config)
    run = json.loads(selaras("log", "--json", "-c", filled.config).stdout)[0]["last"]
    selaras("undo", run, "-c", filled.config)
    assert f"selaras restock {return_id}" in selaras("returns", "-c", filled.config).stdout
    assert selaras("restock", return_id, f"{sku}=1", "-c", filled.config).exit_code == 0
    selaras("sync", "-c", filled.config)
    assert filled.quantity(sku) == before + 1


def test_goods_that_came_back_before_the_first_sync_are_not_offered(selaras, house):
    sku = house.goods(1)[0]
    order = house.order(sku, 2)
    for _ in range(3):
        house.control(f"orders/{order}/advance")
    return_id = come_back(house, order)
    house.control("clock", advance_s=5)
    assert selaras("sync", "-c", house.config).exit_code == 0
    said = selaras("returns", "-c", house.config).stdout
    assert "selaras restock" not in said
    assert "+/−" in said
    refused = selaras("restock", return_id, "-c", house.config)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "+/−" in refused.stderr


def test_an_order_that_was_not_read_yet_asks_for_a_sync_first(selaras, filled, sku):
    order = filled.order(sku)
    for _ in range(3):
        filled.control(f"orders/{order}/advance")
    return_id = come_back(filled, order)
    assert "selaras sync" in selaras("returns", "-c", filled.config).stdout
    assert "selaras sync" in selaras("restock", return_id, "-c", filled.config).stderr
    selaras("sync", "-c", filled.config)
    assert selaras("restock", return_id, "-c", filled.config).exit_code == 0


def test_goods_that_no_shop_lists_any_more_are_recorded_and_the_seller_is_told(selaras, filled, sku, delivered):
    return_id = come_back(filled, delivered)
    filled.control(f"listings/{filled.shop.name}/{sku}", seller_sku=f"{sku}-BARU")
    selaras("sync", "-c", filled.config)
    done = selaras("restock", return_id, "-c", filled.config)
    assert done.exit_code == 0
    assert f"{sku} tidak lagi dijual" in done.stdout


def test_money_without_goods_brings_nothing_back(selaras, filled, delivered):
    return_id = filled.control(f"orders/{delivered}/returns", type="REFUND")["id"]
    approve(filled, return_id, "APPROVE_REFUND")
    assert "Selesai tanpa barang kembali" in selaras("returns", "-c", filled.config).stdout
    assert selaras("restock", return_id, "-c", filled.config).exit_code == 1


@pytest.mark.parametrize("given", ["", "=1", "KAOS=", "KAOS=-1", "KAOS=0", "KAOS=x", "KAOS=1000000", "KAOS"])
def test_goods_that_cannot_be_read_are_refused_before_anything_is_asked(selaras, filled, given):
    before = len(filled.served(""))
    refused = selaras("restock", "4039000000000000001", given, "-c", filled.config)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert len(filled.served("")) == before


def test_a_return_that_no_shop_knows_is_not_found(selaras, filled):
    refused = selaras("restock", "4039000000000000001", "-c", filled.config)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "selaras returns" in refused.stderr


@pytest.mark.parametrize("command", [("returns",), ("restock", "4039000000000000001")])
def test_a_shop_that_cannot_be_asked_is_named(selaras, filled, command):
    filled.control("faults", path="/return_refund/", kind="refuse", code=105005, http_status=401, times=5)
    failed = selaras(*command, "-c", filled.config)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert filled.shop.name in failed.stderr
    assert "4039000000000000001" not in failed.stderr
