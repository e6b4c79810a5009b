from itertools import product as every

import pytest
from domain.world import KOPI, as_left, codes, listing, product, row, saved, say, sent, snapshot

from daemon.domain.plan import Plan, Target
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Absent, Field, RowBase
from daemon.domain.snapshot import ListingState, PriceConflict, ShopPolicy
from daemon.domain.values import Money

BASE, TYPED, OTHER = 55_000, 70_000, 58_000
THEIRS = {"absent": None, "as agreed": BASE, "changed": OTHER, "changed alike": TYPED}
OPEN = frozenset({Target.PRICE})
NOTE = "Selaras: ?"
ASKED = as_left(price=TYPED, status="status.held", note=NOTE, asked_price=TYPED)


def money(amount):
    return None if amount is None else Money(amount)


def planned(*listings: ListingState, cells, base=None, policy=PriceConflict.ASK, price=BASE, **fields) -> Plan:
    bases = {} if base is None else {KOPI: base}
    shops = {entry.id.shop: ShopPolicy(price_conflict=policy) for entry in listings}
    goods = {"products": {KOPI: product(price=money(price))}} | fields
    return reconcile(snapshot(*listings, rows=(cells,), bases=bases, shops=shops, **goods), say)


def outcome(plan: Plan, before: ListingState, price=BASE):
    """The agreed price, what we hold as agreed with the listing, and what is written: value and whether it waits."""
    agreed = next((change.price for change in plan.products), money(price))
    told = next((change.told_price for change in plan.listings if change.id == before.id), before.told_price)
    writes = [(command.desired, command.is_waiting) for command in plan.commands if command.target is Target.PRICE]
    return agreed and agreed.amount, told and told.amount, writes[0] if writes else None


def all_cases():
    return every([None, BASE], THEIRS, PriceConflict)


SENT, ASKING = (TYPED, False), (TYPED, True)


@pytest.mark.parametrize(("told", "theirs", "policy"), list(all_cases()))
@pytest.mark.parametrize("cell", [None, BASE, Absent()], ids=["blank", "as seen", "no column"])
def test_without_a_typed_price_the_shops_price_wins(told, theirs, policy, cell):
    state = listing(told_price=money(told), price=money(THEIRS[theirs]))
    plan = planned(state, cells=saved(price=cell), base=as_left(), policy=policy)
    now = THEIRS[theirs]
    assert outcome(plan, state) == (now or BASE, now or told, None)
    assert plan.held == ()


def typed_outcome(told, theirs, policy):
    if told is None or theirs in ("absent", "as agreed"):
        now = THEIRS[theirs] if told is None else told
        return TYPED, now, None if now == TYPED else SENT
    if theirs == "changed alike":
        return TYPED, TYPED, None
    return {
        PriceConflict.ASK: (TYPED, BASE, ASKING),
        PriceConflict.SHEET: (TYPED, OTHER, SENT),
        PriceConflict.SHOP: (OTHER, OTHER, None),
    }[policy]


@pytest.mark.parametrize(("told", "theirs", "policy"), list(all_cases()))
def test_a_typed_price_is_merged_with_the_shops(told, theirs, policy):
    state = listing(told_price=money(told), price=money(THEIRS[theirs]))
    plan = planned(state, cells=saved(price=TYPED), base=as_left(), policy=policy)
    expected = typed_outcome(told, theirs, policy)
    assert outcome(plan, state) == expected
    assert codes(plan) == (["price.conflict"] if expected[2] == ASKING else [])
    assert plan.bases[KOPI].asked_price == (TYPED if expected[2] == ASKING else None)


def in_conflict(theirs=OTHER, shop="toko"):
    return listing(shop, price=money(theirs), commanded=OPEN)


def answered(state, *others, policy=PriceConflict.ASK, base=ASKED, is_stale=False, **cells):
    known = {"price": TYPED, "note": NOTE, "status": "status.held"}
    asked = {"base": base, "policy": policy, "price": TYPED, "is_stale": is_stale}
    return planned(state, *others, cells=saved(**(known | cells)), **asked)


def test_a_conflict_is_asked_about_and_the_write_waits_for_as_long_as_there_is_no_answer():
    plan = answered(in_conflict())
    assert outcome(plan, in_conflict(), TYPED) == (TYPED, BASE, ASKING)
    assert (codes(plan), plan.withdrawn) == (["price.conflict"], ())
    assert plan.bases == {}
    assert plan.is_quiet or set(plan.rows[0].cells) == {Field.NOTE}


@pytest.mark.parametrize(("theirs", "policy"), list(every(THEIRS, PriceConflict)))
def test_an_emptied_price_takes_the_shops_and_nothing_is_written(theirs, policy):
    state = in_conflict(THEIRS[theirs])
    plan = answered(state, policy=policy, price=None)
    now = THEIRS[theirs] or BASE
    assert outcome(plan, state, TYPED) == (now, now, None)
    assert plan.withdrawn == ((state.id, Target.PRICE),)
    assert plan.rows[0].cells[Field.PRICE] == now


@pytest.mark.parametrize(("theirs", "policy"), list(every(THEIRS, PriceConflict)))
def test_an_emptied_note_lets_the_typed_price_win(theirs, policy):
    state = in_conflict(THEIRS[theirs])
    plan = answered(state, policy=policy, note=None)
    now = THEIRS[theirs] or BASE
    assert outcome(plan, state, TYPED) == (TYPED, now, None if now == TYPED else SENT)
    assert plan.held == ()


@pytest.mark.parametrize("policy", PriceConflict)
def test_another_typed_price_is_an_answer_too(policy):
    plan = answered(in_conflict(), policy=policy, price=65_000)
    assert outcome(plan, in_conflict(), TYPED) == (65_000, OTHER, (65_000, False))


def test_typing_the_shops_price_ends_the_conflict():
    plan = answered(in_conflict(), price=OTHER)
    assert outcome(plan, in_conflict(), TYPED) == (OTHER, OTHER, None)
    assert plan.withdrawn == ((in_conflict().id, Target.PRICE),)


def test_a_note_emptied_before_the_question_was_asked_is_no_answer_to_it():
    # The workbook is open, so our note cannot be written; the seller has emptied an older one.
    older = as_left(price=BASE, note="Selaras: older")
    first = planned(listing(price=Money(OTHER)), cells=saved(price=TYPED), base=older)
    assert codes(first) == ["price.conflict"]
    plan = answered(in_conflict(), note=None, base=first.bases[KOPI])
    assert (codes(plan), sent(plan, Target.PRICE)) == (["price.conflict"], {"toko": TYPED})
    assert plan.commands[0].is_waiting


def test_a_conflict_in_one_shop_does_not_keep_the_price_from_the_others():
    plan = planned(listing("toko", price=Money(OTHER)), listing("mall"), cells=saved(price=TYPED), base=as_left())
    assert [(command.listing.shop, command.is_waiting) for command in plan.commands] == [
        ("toko", True),
        ("mall", False),
    ]


def test_a_conflict_found_while_a_price_that_returned_to_the_old_one_is_open_asks():
    # 70.000 was open when the shop went to 58.000 and the seller typed the old 55.000: they saw neither.
    state = in_conflict()
    plan = planned(state, cells=saved(price=BASE), base=as_left(price=TYPED), price=TYPED)
    assert codes(plan) == ["price.conflict"]
    assert plan.commands[0].is_waiting


# First sight


@pytest.mark.parametrize("theirs", [None, OTHER])
@pytest.mark.parametrize("typed", [None, OTHER, TYPED])
def test_a_price_at_first_sight_is_the_shops_and_a_typed_one_that_differs_is_asked_about(theirs, typed):
    state = listing(told=None, told_price=None, price=money(theirs))
    plan = planned(state, cells=row(price=typed), products={})
    must_ask = theirs is not None and typed == TYPED
    has_typed = theirs is None and typed is not None
    agreed = typed if has_typed else theirs
    assert outcome(plan, state, None) == (agreed, theirs, (typed, False) if has_typed else None)
    assert codes(plan) == (["price.unseen"] if must_ask else [])
    assert plan.bases[KOPI].asked_price == (typed if must_ask else None)


UNSEEN = RowBase(price=BASE, status="status.held", note=NOTE, asked_price=TYPED, stock=10)


@pytest.mark.parametrize(
    ("typed", "note", "agreed"),
    [(TYPED, NOTE, OTHER), (TYPED, None, TYPED), (65_000, NOTE, 65_000), (None, NOTE, OTHER), (OTHER, NOTE, OTHER)],
    ids=["no answer", "note emptied", "another price", "price emptied", "the shop's price"],
)
def test_the_answer_to_a_price_typed_over_one_that_never_stood_there(typed, note, agreed):
    state = listing(price=Money(OTHER), told_price=Money(OTHER))
    plan = planned(state, cells=saved(price=typed, note=note, status="status.held"), base=UNSEEN, price=OTHER)
    assert outcome(plan, state, OTHER) == (agreed, OTHER, None if agreed == OTHER else (agreed, False))
    assert codes(plan) == (["price.unseen"] if (typed, note) == (TYPED, NOTE) else [])


def test_a_price_emptied_for_another_reason_leaves_open_writes_alone():
    # The seller gives up a price that they typed over 58.000, which is on its way to the other shop.
    home, other = listing("toko", price=Money(OTHER), told_price=Money(OTHER)), listing("mall", commanded=OPEN)
    plan = planned(home, other, cells=saved(price=None, note=NOTE, status="status.held"), base=UNSEEN, price=OTHER)
    assert sent(plan, Target.PRICE) == {"mall": OTHER}


# In a file older than the newest revision


@pytest.mark.parametrize(
    ("changes", "codes_then"),
    [
        ({}, []),
        ({"note": None}, ["price.old_answer"]),
        ({"price": 65_000}, ["price.old_answer"]),
        ({"price": OTHER}, []),
        ({"price": None}, []),
    ],
    ids=["no answer", "note emptied", "another price", "as decided", "emptied"],
)
def test_an_old_file_does_not_answer_what_was_decided_since(changes, codes_then):
    state = listing(price=Money(OTHER), told_price=Money(OTHER))
    cells = saved(**({"price": TYPED, "note": NOTE} | changes))
    plan = planned(state, cells=cells, base=ASKED, price=OTHER, is_stale=True)
    assert outcome(plan, state, OTHER) == (OTHER, OTHER, None)
    assert codes(plan) == codes_then
    written = plan.bases[KOPI]._replace(note=NOTE)
    newest = planned(state, cells=saved(**({"price": TYPED} | changes | {"note": NOTE})), base=written, price=OTHER)
    assert outcome(newest, state, OTHER) == (OTHER, OTHER, None)
    assert codes(newest) == (["price.unseen"] if codes_then else [])


@pytest.mark.parametrize(
    "changes",
    [{}, {"note": None}, {"price": 65_000}, {"price": None}],
    ids=["no answer", "note emptied", "another price", "emptied"],
)
def test_an_old_file_leaves_an_open_question_open(changes):
    plan = answered(in_conflict(), is_stale=True, **changes)
    assert outcome(plan, in_conflict(), TYPED) == (TYPED, BASE, ASKING)
    assert "price.conflict" in codes(plan)


def test_a_price_typed_in_an_old_file_is_a_plain_edit_where_none_was_agreed_on_since():
    same = planned(listing(), cells=saved(price=TYPED), base=as_left(), is_stale=True)
    assert (sent(same, Target.PRICE), same.held) == ({"toko": TYPED}, ())
    state = listing(price=Money(OTHER), told_price=Money(OTHER))
    since = planned(state, cells=saved(price=TYPED), base=as_left(), price=OTHER, is_stale=True)
    assert (sent(since, Target.PRICE), codes(since)) == ({}, ["price.old_answer"])


def test_a_price_emptied_before_the_question_was_asked_is_no_answer_to_it():
    plan = planned(in_conflict(), cells=saved(price=None), base=as_left(price=TYPED), price=TYPED)
    assert (codes(plan), plan.rows[0].cells[Field.PRICE]) == (["price.conflict"], TYPED)


# Several shops


def test_a_price_changed_in_one_shop_is_taken_to_the_shops_that_had_the_same():
    own_price = listing("pusat", price=Money(60_000), told_price=Money(60_000))
    plan = planned(listing("toko", price=Money(OTHER)), listing("mall"), own_price, cells=saved(), base=as_left())
    assert sent(plan, Target.PRICE) == {"mall": OTHER}
    assert plan.rows[0].cells[Field.PRICE] == OTHER


def test_a_shop_with_its_own_price_keeps_it_until_the_seller_types_one():
    shops = listing("toko"), listing("mall", price=Money(60_000), told_price=Money(60_000))
    assert planned(*shops, cells=saved(), base=as_left()).is_quiet
    assert sent(planned(*shops, cells=saved(price=TYPED), base=as_left()), Target.PRICE) == dict.fromkeys(
        ("toko", "mall"), TYPED
    )


def differing(policy=PriceConflict.ASK, price=BASE, **fields):
    shops = listing("toko", price=Money(OTHER), **fields), listing("mall", price=Money(59_000), **fields)
    return planned(*shops, cells=saved(price=price), base=as_left(), policy=policy)


def test_prices_changed_differently_in_two_shops_are_named_and_none_is_written():
    plan = differing()
    assert plan.commands == ()
    assert [say(held.reason) for held in plan.held] == ["price.differs_between_shops shown=58000, 59000"]


def test_the_difference_is_named_for_as_long_as_no_shop_has_the_price_of_the_row():
    shops = [listing(shop, price=Money(now), told_price=Money(now)) for shop, now in (("a", OTHER), ("b", 59_000))]
    plan = planned(*shops, cells=saved(), base=as_left())
    assert codes(plan) == ["price.differs_between_shops"]
    assert planned(*shops, cells=saved(price=TYPED), base=as_left()).held == ()


def test_prices_with_which_shops_win_over_a_typed_one_are_not_overwritten_where_they_differ():
    plan = differing(PriceConflict.SHOP, price=TYPED)
    assert (codes(plan), plan.commands) == (["price.differs_between_shops"], ())


def test_an_emptied_price_over_two_differing_shops_writes_neither():
    plan = answered(in_conflict(OTHER, "toko"), in_conflict(59_000, "mall"), price=None)
    assert (codes(plan), plan.commands) == (["price.differs_between_shops"], ())
    assert [target for _listing, target in plan.withdrawn] == [Target.PRICE] * 2


def test_a_price_typed_over_one_that_no_shop_has_any_more_is_asked_about():
    left = listing("mall", price=Money(60_000), told_price=Money(60_000))
    assert codes(planned(left, cells=row(price=BASE))) == ["price.unseen"]


def test_the_only_shop_left_gives_the_price():
    left = listing("mall", price=Money(60_000), told_price=Money(60_000))
    assert outcome(planned(left, cells=saved(), base=as_left()), left) == (60_000, 60_000, None)


@pytest.mark.parametrize(
    ("theirs", "writes"),
    [(TYPED, {}), (BASE, {"toko": TYPED}), (None, {"toko": TYPED})],
)
def test_an_open_price_write_is_kept_until_the_shop_shows_it(theirs, writes):
    state = in_conflict(theirs)
    plan = answered(state, base=as_left(price=TYPED), note=None, status="status.active")
    assert sent(plan, Target.PRICE) == writes
    assert plan.withdrawn == (() if writes else ((state.id, Target.PRICE),))
