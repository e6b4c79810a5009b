import pytest
from domain.world import KOPI, as_left, codes, line, listing, product, row, saved, say, snapshot

from daemon.domain.messages import message
from daemon.domain.plan import Plan, Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Absent, Field
from daemon.domain.stock import Told
from daemon.domain.values import ListingStatus, Sku

REFUSAL = message("push.refused", shop="toko", reason="12052217")
LEFT = {KOPI: as_left()}


def planned(*rows, listings=None, bases=None, **fields) -> Plan:
    return reconcile(
        snapshot(*(listings or (listing(),)), rows=rows, bases=LEFT if bases is None else bases, **fields), say
    )


def cells(plan: Plan, place=0):
    return dict(plan.rows[place].cells)


def test_a_row_in_step_is_not_touched():
    assert planned(saved()).rows == ()


def test_an_order_shows_in_the_row_of_its_sku():
    assert cells(planned(saved(5), lines=(line(),))) == {Field.STOCK: 9}


def test_units_sold_in_excess_show_as_zero_with_the_reason_beside_them():
    plan = planned(saved(), products={KOPI: product(available=-2)})
    assert cells(plan) == {
        Field.STOCK: 0,
        Field.STATUS: "status.held",
        Field.NOTE: "Selaras: stock.oversold units=2",
    }


def test_empty_cells_of_a_row_are_filled_and_columns_that_are_not_there_left_out():
    plan = planned(row(product=None, note=Absent(), status=Absent()), bases={})
    assert cells(plan) == {Field.PRODUCT: "Kopi Gayo 250 g", Field.PRICE: 55_000, Field.STOCK: 10}


def test_the_seller_names_their_goods_as_they_like():
    assert planned(saved(product="Kopi enak")).rows == ()


def test_goods_without_a_row_get_one_sorted_by_name():
    new = listing(sku=Sku("TEH"), title="Teh"), listing(sku=Sku("GULA"), title="Gula", status=ListingStatus.INACTIVE)
    plan = planned(saved(), listings=[listing(), *new])
    assert [(write.number, dict(write.cells)) for write in plan.rows] == [
        (None, filled("GULA", "Gula", "status.inactive")),
        (None, filled("TEH", "Teh", "status.active")),
    ]


def filled(sku, title, status):
    return {Field.SKU: sku, Field.PRODUCT: title, Field.PRICE: 55_000, Field.STOCK: 10, Field.STATUS: status}


def test_a_row_that_the_seller_removed_is_not_written_again():
    assert planned().rows == ()


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        ([ListingStatus.ACTIVE, ListingStatus.INACTIVE], "status.active"),
        ([ListingStatus.INACTIVE, ListingStatus.OTHER], "status.inactive"),
        ([ListingStatus.OTHER], "status.other"),
    ],
)
def test_the_status_is_what_buyers_see_anywhere(statuses, word):
    shops = [listing(f"shop-{place}", status=status) for place, status in enumerate(statuses)]
    plan = planned(saved(status=None), listings=shops)
    assert cells(plan) == {Field.STATUS: word}


# Typed status


@pytest.mark.parametrize("typed", ["libur", "status.inactive", 0], ids=["own word", "one of our words", "number"])
def test_a_typed_status_is_held_and_left_standing(typed):
    plan = planned(saved(status=typed))
    assert (codes(plan), plan.commands) == (["row.status_read_only"], ())
    assert set(cells(plan)) == {Field.NOTE}


@pytest.mark.parametrize("left", ["status.inactive", "status.held", None], ids=["ours", "held", "before our records"])
def test_a_status_that_we_wrote_follows_the_shop(left):
    standing = left or "status.inactive"
    plan = planned(saved(status=standing), bases={KOPI: as_left(status=left)})
    assert (plan.held, cells(plan)) == ((), {Field.STATUS: "status.active"})


def test_a_typed_status_that_came_true_in_seller_center_is_taken_for_ours():
    plan = planned(saved(status="status.inactive"), listings=[listing(status=ListingStatus.INACTIVE)])
    assert plan.held == plan.rows == ()
    assert plan.bases[KOPI].status == "status.inactive"


# Notes


def test_a_refused_write_is_told_beside_the_row_until_it_works():
    state = listing(refusals={Target.QUANTITY: REFUSAL}, told=Told(8), shown=8)
    plan = planned(saved(), listings=[state])
    assert cells(plan)[Field.NOTE] == "Selaras: push.refused reason=12052217 shop=toko"
    assert planned(saved(), listings=[listing(refusals={Target.QUANTITY: REFUSAL})]).held == ()


def test_a_note_of_the_seller_stays_theirs():
    assert cells(planned(saved(stock=-1, note="stok di gudang"))) == {Field.STATUS: "status.held"}


def test_our_note_goes_when_its_reason_has_gone():
    plan = planned(saved(note="Selaras: old", status="status.held"), bases={KOPI: as_left(note="Selaras: old")})
    assert cells(plan) == {Field.NOTE: None, Field.STATUS: "status.active"}


def test_the_same_reason_is_said_once():
    refused = {Target.QUANTITY: REFUSAL}
    unlinked = [listing(shop, told=Told(3), shown=3, refusals=refused) for shop in ("toko", "mall")]
    plan = planned(saved(), listings=unlinked)
    assert cells(plan)[Field.NOTE].count("push.refused") == 1
