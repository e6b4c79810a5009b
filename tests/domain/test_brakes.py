"""Brakes: a save that changes too much at once, and the yes to exactly that."""

from dataclasses import replace

import pytest
from domain.world import row

from daemon.domain.brakes import FEWEST_GONE, Limits, Suspect, edits, is_far, plan_of, why_resting, why_stopped
from daemon.domain.rows import Field, Number, RowBase
from daemon.domain.values import ListingId, Sku

SKUS = [Sku(f"K-{number:02}") for number in range(20)]
BASES = {sku: RowBase(price=50_000 + 1000 * place, stock=10 + place) for place, sku in enumerate(SKUS)}
HALF = Limits(rows=50)


def rows(**changed):
    """The sheet as it was agreed on, but for cells of the first rows: functions of the old stock or price."""
    count = changed.pop("first")
    shown = []
    for place, (sku, base) in enumerate(BASES.items()):
        now = {"price": base.price, "stock": base.stock}
        now |= {name: change(now.get(name)) for name, change in changed.items() if place < count}
        shown.append(row(place + 2, sku, **now))
    return shown


def stopped(sheet, limits=HALF, approved=()):
    reason = why_stopped(Suspect(sheet, BASES), limits, approved=approved)
    return reason and reason.code


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (rows(first=0), None),
        (rows(first=10, stock=lambda old: old * 3), None),
        (rows(first=11, stock=lambda old: old * 3), "sheet.many_changed"),
        (rows(first=11, price=lambda old: old + old // 50), "sheet.many_changed"),
        (rows(first=20, stock=lambda _old: 0), "sheet.many_rows"),
    ],
)
def test_more_than_the_share_of_rows_is_asked_about(sheet, code):
    assert stopped(sheet) == code
    assert stopped(sheet, Limits()) is None


def test_words_for_status_and_platform_count_as_numbers_do():
    shown = {sku: base._replace(status="Aktif", platform="Keduanya") for sku, base in BASES.items()}

    def typed(count, **words):
        rows_ = [row(place, sku, status="Aktif", platform="Keduanya") for place, sku in enumerate(BASES, 2)]
        changed = [
            row(place, sku, **{"status": "Aktif", "platform": "Keduanya"} | words) for place, sku in enumerate(BASES, 2)
        ]
        return why_stopped(Suspect([*changed[:count], *rows_[count:]], shown), HALF, approved=())

    assert typed(10, status="Nonaktif") is None
    assert typed(11, status="Nonaktif").code == typed(11, platform="Hanya Tokopedia").code == "sheet.many_changed"
    assert typed(11, status="Nonaktif").params["plan"] != typed(11, status="Lainnya").params["plan"]
    assert list(edits([row(2, SKUS[0], status="Nonaktif")], shown)) == [(SKUS[0], Field.STATUS, "Nonaktif")]


def test_the_share_of_rows_that_are_sold_out_counts_from_fewer_rows_on():
    few = rows(first=5, stock=lambda _old: 0)
    assert stopped(few, Limits(rows=20)) == "sheet.many_rows"
    assert stopped(rows(first=5, stock=lambda old: old * 3), Limits(rows=20)) is None
    assert stopped(rows(first=4, stock=lambda _old: 0), Limits(rows=10)) is None


def test_goods_are_sold_out_by_a_count_of_0_as_well_unless_they_were_before():
    counted = rows(first=5, count=lambda _old: 0)
    assert stopped(counted, Limits(rows=20)) == "sheet.many_rows"
    sheet = [replace(each, stock=Number(0)) for each in counted]
    empty = {sku: base._replace(stock=0) for sku, base in BASES.items()}
    assert why_stopped(Suspect(sheet, empty), Limits(rows=20), approved=()) is None


def test_the_message_counts_and_names_the_plan():
    sheet = rows(first=12, stock=lambda _old: 0, price=lambda old: old * 2)
    reason = why_stopped(Suspect(sheet, BASES), HALF, approved=())
    assert dict(reason.params) == {"rows": 12, "known": 20, "zeroed": 12, "plan": plan_of(edits(sheet, BASES))}


def test_a_yes_is_one_to_these_very_edits_in_any_order():
    sheet = rows(first=12, stock=lambda _old: 0)
    plan = plan_of(edits(sheet, BASES))
    assert stopped(sheet, approved={plan}) is None
    assert stopped(sheet[::-1], approved={plan}) is None
    assert stopped(rows(first=13, stock=lambda _old: 0), approved={plan}) == "sheet.many_rows"
    assert (len(plan), plan.isalnum()) == (8, True)


def test_a_scramble_that_is_right_all_the_same_can_be_agreed_to():
    exchanged = [row(2, SKUS[0], price=10, stock=50_000)]
    plan = plan_of(edits(exchanged, BASES))
    assert stopped(exchanged) == "sheet.columns_exchanged"
    assert stopped(exchanged, approved={plan}) is None


def test_an_edit_is_a_number_over_another_one():
    sheet = [
        row(2, SKUS[0], price=50_000, stock=11, adjustment=-2),
        row(3, "BARU", price=1, stock=1),
        row(4, SKUS[1], price=None, stock=None, count=0),
    ]
    assert list(edits(sheet, BASES)) == [
        (SKUS[0], Field.STOCK, 11),
        (SKUS[0], Field.ADJUSTMENT, -2),
        (SKUS[1], Field.COUNT, 0),
    ]
    assert list(edits(sheet, {SKUS[0]: RowBase(adjustment=-2)})) == []


@pytest.mark.parametrize(
    ("typed", "present", "is_it"),
    [
        (27_500, {55_000}, False),
        (27_499, {55_000}, True),
        (82_500, {55_000}, False),
        (550_000, {55_000}, True),
        (550_000, {55_000, 540_000}, False),
        (1, set(), False),
    ],
)
def test_a_price_is_far_when_it_is_more_than_a_step_from_all_that_stand_now(typed, present, is_it):
    assert is_far(typed, present, Limits(price_step=50)) is is_it
    assert not is_far(typed, present, Limits())


def test_a_column_that_is_gone_stops_the_save_whatever_else_is_in_it():
    for sheet in (rows(first=0), rows(first=20, stock=lambda _old: 0)):
        reason = why_stopped(Suspect(sheet, BASES, ("Harga", "Opname")), Limits(), approved=())
        plan = plan_of(edits(sheet, BASES), ("Opname", "Harga"))
        assert (reason.code, dict(reason.params)) == ("sheet.column_gone", {"headers": "Harga, Opname", "plan": plan})
        assert why_stopped(Suspect(sheet, BASES, ("Harga", "Opname")), HALF, approved={plan}) is None
        assert why_stopped(Suspect(sheet, BASES, ("Harga",)), HALF, approved={plan_of(edits(sheet, BASES))}) is not None


LISTINGS = [ListingId("toko", f"p{number}", "s") for number in range(20)]


@pytest.mark.parametrize(
    ("active", "gone", "is_resting"),
    [(0, 0, False), (4, 4, False), (5, 5, True), (10, 5, False), (10, 6, True), (20, 10, False), (20, 11, True)],
)
def test_a_shop_rests_when_most_of_its_listings_are_suddenly_gone(active, gone, is_resting):
    assert FEWEST_GONE == 5
    reason = why_resting("toko", LISTINGS[:active], LISTINGS[:gone], approved=())
    assert (reason is not None) is is_resting
    if reason:
        assert (reason.params["known"], reason.params["gone"]) == (active, gone)
        plan = reason.params["plan"]
        assert why_resting("toko", LISTINGS[:active], LISTINGS[:gone][::-1], approved={plan}) is None
        assert why_resting("toko", LISTINGS, LISTINGS[: gone + 10], approved={plan}) is not None
