"""What is typed into ``Status`` and ``Platform``, and which products are switched for it."""

from dataclasses import replace

import pytest
from domain.world import KOPI, codes, listing, product, saved, say, snapshot

from daemon.domain.messages import message
from daemon.domain.plan import Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Absent, Field, RowBase
from daemon.domain.status_words import RowPlatform, platform_shown
from daemon.domain.values import ListingId, ListingStatus, Platform, Sku, WindowState
from daemon.domain.windows import status_of, switched

ON, OFF, REVIEW, LOCKED = WindowState.ON, WindowState.OFF, WindowState.IN_REVIEW, WindowState.LOCKED
NOWHERE, TIKTOK, TOKOPEDIA, BOTH = range(4)
WORDS = {TIKTOK: "platform.tiktok_shop", TOKOPEDIA: "platform.tokopedia", BOTH: "platform.both"}


def windows(tiktok=None, tokopedia=None):
    pairs = ((Platform.TIKTOK_SHOP, tiktok), (Platform.TOKOPEDIA, tokopedia))
    return tuple((platform, state) for platform, state in pairs if state is not None)


def goods(*states, shop="toko", sku=KOPI, **fields):
    standing = windows(*states)
    return listing(shop, sku, windows=standing, status=status_of(standing), **fields)


def left(status="status.active", platform="platform.both"):
    return RowBase(stock=10, price=55_000, status=status, platform=platform)


def decided(*rows, listings=(), base=None, **more):
    """Plan for rows that showed ``base`` when we wrote them."""
    bases = {Sku(row.sku.value): base or left() for row in rows}
    given = snapshot(*(listings or [goods(ON, ON)]), rows=rows, bases=bases, **more)
    return reconcile(given, say)


def typed(status="status.active", platform="platform.both", **cells):
    return saved(status=status, platform=platform, **cells)


def switches(plan):
    return {each.listing.shop: each.desired for each in plan.commands if each.target is Target.STATUS}


def cells(plan):
    return {field: value for row in plan.rows for field, value in row.cells.items() if field is not Field.NOTE}


@pytest.mark.parametrize(
    ("now", "status", "platform", "wanted"),
    [
        ((ON, ON), "status.inactive", "platform.both", NOWHERE),
        ((ON, ON), "STATUS.In-Active", "platform.both", NOWHERE),
        ((ON, ON), "status.active", "platform.tiktok_shop", TIKTOK),
        ((ON, ON), "status.active", "platform.tokopedia", TOKOPEDIA),
        ((ON, None), "status.inactive", "platform.both", NOWHERE),
        ((None, ON), "status.inactive", "platform.both", NOWHERE),
    ],
)
def test_what_is_typed_over_the_row_is_sent(now, status, platform, wanted):
    plan = decided(typed(status, platform), listings=[goods(*now)])
    assert switches(plan) == {"toko": wanted}
    assert (plan.held, cells(plan)) == ((), {})
    assert plan.bases[KOPI].words == (status, platform)


@pytest.mark.parametrize(
    ("platform", "wanted"),
    [("platform.both", BOTH), ("platform.tiktok_shop", TIKTOK), ("platform.tokopedia", TOKOPEDIA), (Absent(), BOTH)],
)
def test_goods_that_are_switched_on_come_back_in_the_windows_that_their_row_names(platform, wanted):
    base = left("status.inactive", platform if isinstance(platform, str) else None)
    plan = decided(typed("status.active", platform), listings=[goods(OFF, OFF)], base=base)
    assert switches(plan) == {"toko": wanted}


def test_a_row_as_we_left_it_follows_the_shop():
    plan = decided(typed(), listings=[goods(ON, OFF)])
    assert (switches(plan), plan.held) == ({}, ())
    assert cells(plan) == {Field.PLATFORM: "platform.tiktok_shop"}
    plan = decided(typed(), listings=[goods(OFF, OFF)])
    assert cells(plan) == {Field.STATUS: "status.inactive"}


def test_what_came_true_in_the_shop_by_itself_is_agreed_on():
    plan = decided(typed("status.inactive"), listings=[goods(OFF, OFF)])
    assert (switches(plan), plan.held, cells(plan)) == ({}, (), {})
    assert plan.bases[KOPI].words == ("status.inactive", "platform.both")


@pytest.mark.parametrize("field", ["status", "platform"])
def test_an_emptied_cell_asks_for_nothing_and_is_filled_again(field):
    plan = decided(typed(**{field: None}))
    assert (switches(plan), plan.held) == ({}, ())
    assert cells(plan) == {Field(field): {"status": "status.active", "platform": "platform.both"}[field]}


@pytest.mark.parametrize("word", ["status.held", "status.inactive"])
def test_a_status_in_a_row_that_we_never_wrote_asks_for_nothing(word):
    plan = decided(typed(status=word), base=RowBase(stock=10, price=55_000))
    assert (switches(plan), plan.held) == ({}, ())


def test_a_platform_in_a_column_that_we_never_filled_is_held_and_left_standing():
    plan = decided(typed(platform="platform.tokopedia"), base=left(platform=None))
    assert (switches(plan), codes(plan)) == ({}, ["row.word_unseen"])
    assert Field.PLATFORM not in cells(plan)
    assert decided(typed(platform="platform.both"), base=left(platform=None)).held == ()


def test_a_platform_that_is_chosen_for_hidden_goods_counts_once_they_are_switched_on():
    hidden = left("status.inactive", None)
    plan = decided(typed("status.inactive", "platform.tokopedia"), listings=[goods(OFF, OFF)], base=hidden)
    assert (switches(plan), plan.held, cells(plan)) == ({}, (), {})
    plan = decided(typed("status.active", "platform.tokopedia"), listings=[goods(OFF, OFF)], base=hidden)
    assert switches(plan) == {"toko": TOKOPEDIA}


@pytest.mark.parametrize("word", ["Tokped aja", "platform.mixed", 7])
def test_a_word_for_the_platform_that_is_not_understood_is_held_and_left_standing(word):
    plan = decided(typed(platform=word))
    assert (switches(plan), codes(plan)) == ({}, ["row.word_unclear"])
    assert Field.PLATFORM not in cells(plan)


@pytest.mark.parametrize(
    ("now", "wish", "code"),
    [
        ((ON, LOCKED), {"platform": "platform.tokopedia"}, "row.window_locked"),
        ((OFF, REVIEW), {"status": "status.inactive"}, "row.window_in_review"),
        ((ON, None), {"platform": "platform.tokopedia"}, "row.not_in_window"),
        ((None, ON), {"platform": "platform.tiktok_shop"}, "row.not_in_window"),
        ((), {"platform": "platform.tiktok_shop"}, "row.windows_unread"),
    ],
)
def test_what_the_marketplace_does_not_allow_is_told_and_not_sent(now, wish, code):
    plan = decided(typed(**wish), listings=[replace(goods(*now), status=ListingStatus.ACTIVE)])
    assert (switches(plan), set(codes(plan))) == ({}, {code})
    assert not {Field(name) for name in wish} & cells(plan).keys()


def test_a_lock_in_one_window_does_not_keep_the_other_from_being_switched():
    plan = decided(typed(status="status.inactive"), listings=[goods(ON, LOCKED)])
    assert switches(plan) == {"toko": NOWHERE}


def test_a_review_in_one_window_does_not_keep_the_other_one_on_sale():
    plan = decided(typed(status="status.inactive"), listings=[goods(ON, REVIEW)])
    assert (switches(plan), codes(plan)) == ({"toko": TOKOPEDIA}, ["row.window_in_review"])
    plan = decided(typed(status="status.inactive"), listings=[goods(OFF, REVIEW)])
    assert (switches(plan), codes(plan)) == ({}, ["row.window_in_review"])


def test_windows_that_both_sides_changed_differently_are_asked_about():
    plan = decided(typed(platform="platform.tokopedia"), listings=[goods(ON, OFF)])
    assert (switches(plan), codes(plan)) == ({}, ["row.windows_conflict"])


def test_a_variant_that_is_off_by_itself_cannot_be_switched_on_here():
    off = replace(goods(ON, ON), status=ListingStatus.INACTIVE)
    plan = decided(typed("status.active"), listings=[off], base=left("status.inactive"))
    assert (switches(plan), codes(plan)) == ({}, ["row.variant_off"])


def test_every_shop_that_lists_the_goods_is_switched_and_a_locked_one_is_told():
    shops = [goods(ON, ON, shop="a"), goods(LOCKED, None, shop="b"), goods(None, ON, shop="c")]
    plan = decided(typed(status="status.inactive"), listings=shops, base=left("status.partly", "platform.mixed"))
    assert switches(plan) == {"a": NOWHERE, "c": NOWHERE}
    plan = decided(typed("status.active", None), listings=shops[1:], base=left("status.inactive", None))
    assert (switches(plan), codes(plan)) == ({}, ["row.window_locked"])


def shirt(*states, **fields):
    """Two variants of one product."""
    return [
        replace(goods(*states, sku=sku, **fields), id=ListingId("toko", "p-1", sku)) for sku in ("KEMEJA-M", "KEMEJA-L")
    ]


def test_a_product_is_switched_once_when_the_rows_of_all_variants_say_so():
    rows = [typed("status.inactive", number=place, sku=sku) for place, sku in enumerate(("KEMEJA-M", "KEMEJA-L"), 2)]
    plan = decided(*rows, listings=shirt(ON, ON))
    assert [(each.desired, each.sku) for each in plan.commands] == [(NOWHERE, "KEMEJA-L")]
    assert plan.held == ()


@pytest.mark.parametrize("other", [{}, {"status": "status.inactive", "platform": "platform.tokopedia"}])
def test_variants_of_one_product_that_ask_for_different_things_are_held(other):
    rows = [typed(platform="platform.tiktok_shop", number=2, sku="KEMEJA-M"), typed(number=3, sku="KEMEJA-L", **other)]
    plan = decided(*rows, listings=shirt(ON, ON))
    assert (switches(plan), set(codes(plan))) == ({}, {"row.variants_differ"})
    assert {held.row for held in plan.held} == ({2, 3} if other else {2})


def test_what_was_decided_stays_wanted_until_the_shop_shows_it():
    waiting = goods(ON, ON, commanded=frozenset({Target.STATUS}), switching_to=NOWHERE)
    plan = decided(typed("status.inactive"), listings=[waiting], base=left("status.inactive"))
    assert (switches(plan), plan.withdrawn, cells(plan)) == ({"toko": NOWHERE}, (), {})
    without_workbook = reconcile(snapshot(waiting), say)
    assert switches(without_workbook) == {"toko": NOWHERE}
    done = replace(waiting, windows=windows(OFF, OFF), status=ListingStatus.INACTIVE)
    plan = decided(typed("status.inactive"), listings=[done], base=left("status.inactive"))
    assert (switches(plan), plan.withdrawn) == ({}, ((done.id, Target.STATUS),))


def test_the_word_from_before_takes_back_what_was_not_sent_yet():
    waiting = goods(ON, ON, commanded=frozenset({Target.STATUS}), switching_to=NOWHERE)
    plan = decided(typed("status.active"), listings=[waiting], base=left("status.inactive"))
    assert (switches(plan), plan.withdrawn) == ({}, ((waiting.id, Target.STATUS),))
    assert plan.bases[KOPI].words == ("status.active", "platform.both")


def test_one_variant_alone_takes_nothing_back():
    waiting = shirt(ON, ON)
    waiting[1] = replace(waiting[1], commanded=frozenset({Target.STATUS}), switching_to=NOWHERE)
    rows = [typed("status.active", number=2, sku="KEMEJA-M"), typed("status.inactive", number=3, sku="KEMEJA-L")]
    plan = decided(*rows, listings=waiting, base=left("status.inactive"))
    assert (switches(plan), codes(plan)) == ({"toko": NOWHERE}, ["row.variants_differ"])


@pytest.mark.parametrize("file", [{"copy": "toko (2).xlsx"}, {"is_stale": True}])
def test_an_old_file_or_a_copy_decides_nothing(file):
    plan = decided(typed("status.inactive"), **file)
    assert switches(plan) == {}
    assert "row.word_old" in codes(plan)


def test_nothing_is_switched_by_a_sheet_that_is_suspicious_as_a_whole():
    plan = decided(typed("status.inactive"), gone=("Harga",))
    assert (switches(plan), plan.is_scrambled) == ({}, True)


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        ([windows(ON, ON), windows(REVIEW, ON)], RowPlatform.BOTH),
        ([windows(ON, OFF), windows(ON)], RowPlatform.TIKTOK_SHOP),
        ([windows(None, ON), windows(OFF, OFF)], RowPlatform.TOKOPEDIA),
        ([windows(ON, OFF), windows(ON, ON)], RowPlatform.MIXED),
        ([windows(OFF, LOCKED)], None),
        ([], None),
    ],
)
def test_the_platform_tells_which_windows_show_the_goods(shown, word):
    assert platform_shown(shown) is word


def test_what_is_switched_on_is_reviewed_first_and_what_is_locked_stays_so():
    assert switched(windows(OFF, ON), BOTH) == windows(REVIEW, ON)
    assert switched(windows(ON, LOCKED), NOWHERE) == windows(OFF, LOCKED)
    assert [status_of(windows(*each)) for each in ((OFF, ON), (OFF, OFF), (REVIEW, OFF))] == [
        ListingStatus.ACTIVE,
        ListingStatus.INACTIVE,
        ListingStatus.OTHER,
    ]


def test_a_refused_switch_is_told_beside_the_row_and_its_word_stays():
    refused = goods(
        ON,
        ON,
        commanded=frozenset({Target.STATUS}),
        switching_to=NOWHERE,
        refusals={Target.STATUS: message("push.refused", shop="toko", reason="12052003")},
    )
    plan = decided(typed("status.inactive"), listings=[refused], base=left("status.inactive"))
    assert codes(plan) == ["push.refused"]
    assert (cells(plan), plan.held[0].field) == ({}, Field.STATUS)


def test_goods_whose_windows_were_never_read_are_not_taken_for_hidden():
    unread = replace(goods(), status=ListingStatus.ACTIVE)
    plan = decided(typed("status.inactive"), listings=[unread])
    assert (switches(plan), codes(plan)) == ({}, ["row.windows_unread"])
    assert plan.bases.get(KOPI, left()).words == left().words


def test_what_is_still_to_be_hidden_is_not_so_because_the_last_answer_named_no_window():
    waiting = replace(goods(commanded=frozenset({Target.STATUS}), switching_to=NOWHERE), status=ListingStatus.OTHER)
    plan = decided(typed("status.inactive"), listings=[waiting], base=left("status.inactive"))
    assert (switches(plan), plan.withdrawn, cells(plan)) == ({"toko": NOWHERE}, (), {})


def test_a_third_word_over_one_that_is_still_to_be_sent_is_no_conflict():
    waiting = goods(ON, ON, commanded=frozenset({Target.STATUS}), switching_to=TIKTOK)
    plan = decided(typed(platform="platform.tokopedia"), listings=[waiting], base=left(platform="platform.tiktok_shop"))
    assert (switches(plan), plan.held) == ({"toko": TOKOPEDIA}, ())


@pytest.mark.parametrize(
    ("word", "base", "wanted"),
    [
        pytest.param("status.active", "status.inactive", BOTH, id="typed back"),
        pytest.param("status.active", "status.active", BOTH, id="typed back a cycle ago"),
        pytest.param("status.inactive", "status.inactive", NOWHERE, id="as it was"),
    ],
)
def test_after_a_switch_that_got_no_answer_the_word_in_the_row_is_sent_whatever_was_shown_before(word, base, wanted):
    unsettled = goods(
        ON,
        ON,
        commanded=frozenset({Target.STATUS}),
        switching_to=NOWHERE if base == "status.inactive" else BOTH,
        is_switch_sending=True,
    )
    plan = decided(typed(word), listings=[unsettled], base=left(base))
    assert (switches(plan), plan.withdrawn, plan.held, cells(plan)) == ({"toko": wanted}, (), (), {})


@pytest.mark.parametrize("gone", [{"status": ListingStatus.DELETED}, {"sku": Sku("")}])
def test_what_was_decided_outlives_the_variant_that_it_was_recorded_with(gone):
    first, second = shirt(ON, ON)
    first = replace(first, commanded=frozenset({Target.STATUS}), switching_to=NOWHERE, **gone)
    rows = [typed("status.inactive", sku="KEMEJA-L")]
    plan = decided(*rows, listings=[first, second], base=left("status.inactive"))
    assert [(each.listing, each.desired) for each in plan.commands] == [(second.id, NOWHERE)]
    assert plan.withdrawn == ((first.id, Target.STATUS),)
    assert cells(plan).keys().isdisjoint({Field.STATUS, Field.PLATFORM})


def test_a_variant_with_two_rows_speaks_for_none_and_keeps_the_others_from_being_switched():
    rows = [
        typed("status.inactive", number=2, sku="KEMEJA-M"),
        typed(number=3, sku="KEMEJA-L"),
        typed("status.inactive", number=4, sku="KEMEJA-L"),
    ]
    plan = decided(*rows, listings=shirt(ON, ON))
    assert (switches(plan), codes(plan).count("row.variants_differ")) == ({}, 1)


def test_a_part_of_a_bundle_that_no_shop_lists_cannot_be_switched():
    part = Sku("TEH")
    plan = decided(
        typed("status.inactive", None, sku=part),
        listings=[goods(ON, ON)],
        base=left("status.other", None),
        recipes={KOPI: {part: 1}},
        products={each: product(each) for each in (KOPI, part)},
    )
    assert (switches(plan), [(held.sku, held.reason.code) for held in plan.held if held.field is Field.STATUS]) == (
        {},
        [(part, "row.no_listing")],
    )
