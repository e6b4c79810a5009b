"""SKUs that do not fit, found over all shops; every proposal is one, nothing is changed."""

from dataclasses import replace
from difflib import SequenceMatcher

import pytest

from daemon.domain.hygiene import Flaw, check_skus
from daemon.domain.values import Listing, ListingId, ListingStatus, Money, Sku


def listing(shop, number, sku, title="Kopi Gayo Biji Sangrai Medium", **fields):
    given = {
        "id": ListingId(shop, str(number), f"{number}0"),
        "sku": Sku(sku),
        "title": title,
        "variant": "",
        "status": ListingStatus.ACTIVE,
        "windows": (),
        "price": Money(55_000),
        "quantity": 5,
    }
    return Listing(**given | fields)


def names(number):
    """A title that is like no other one."""
    words = ("Sambal Roa Manado", "Tas Anyaman Pandan", "Casing Lentur Bening", "Kemeja Batik Parang")
    return words[number % len(words)] + " abcdefgh"[number // len(words) :]


def like(name, others):
    return [place for place, each in enumerate(others) if SequenceMatcher(None, name, each).ratio() >= 0.9]


def check(*listings, shops=("a", "b")):
    return check_skus(listings, shops, like)


def found(*listings, flaw):
    """SKUs, reason and proposal of each finding of one kind."""
    return [
        (sorted({each.sku for each in finding.listings}), finding.reason.code, finding.proposal)
        for finding in check(*listings)
        if finding.flaw is flaw
    ]


def test_the_same_code_in_every_shop_is_nothing_to_talk_about():
    assert check(listing("a", 1, "KOPI-1"), listing("b", 2, "KOPI-1")) == ()


def test_an_empty_sku_is_found_and_gets_the_code_of_the_same_goods_elsewhere():
    known, empty = listing("a", 1, "KOPI-1"), listing("b", 2, "")
    assert found(known, empty, flaw=Flaw.EMPTY) == [([""], "check.empty", "KOPI-1")]
    assert found(empty, flaw=Flaw.EMPTY) == [([""], "check.empty", "")]


def test_two_goods_that_an_empty_sku_could_be_are_no_proposal():
    shops = listing("a", 1, "KOPI-1"), listing("c", 3, "KOPI-X"), listing("b", 2, "")
    assert found(*shops, flaw=Flaw.EMPTY) == [([""], "check.empty", "")]


def test_one_code_on_two_goods_of_a_shop_is_a_duplicate():
    twice = listing("a", 1, "KOPI-1"), listing("a", 2, "KOPI-1", names(1))
    assert found(*twice, flaw=Flaw.DUPLICATE) == [(["KOPI-1"], "check.duplicate", "")]


@pytest.mark.parametrize("other", ["kopi-1", "KOPI 1", "KOPI1", "KOPI_1", "Kopi–1"])
def test_codes_that_differ_in_case_blanks_and_dashes_only_are_near(other):
    goods = listing("a", 1, "KOPI-1"), listing("b", 2, other, names(1))
    assert found(*goods, flaw=Flaw.NEAR) == [(sorted(["KOPI-1", other]), "check.near", "KOPI-1")]


def test_the_spelling_that_most_listings_have_is_proposed():
    goods = listing("a", 1, "kopi1"), listing("b", 2, "KOPI-1", names(1)), listing("c", 3, "KOPI-1", names(2))
    assert found(*goods, flaw=Flaw.NEAR) == [(["KOPI-1", "kopi1"], "check.near", "KOPI-1")]


def test_variants_of_one_product_may_have_codes_that_are_near():
    first = listing("a", 1, "BTK-1-1")
    second = replace(first, id=ListingId("a", "1", "99"), sku=Sku("BTK-11"), variant="L")
    assert check(first, second) == ()


@pytest.mark.parametrize(
    ("sku", "code", "proposal"),
    [
        ("1,23E+12", "check.number", ""),
        ("6.9e+12", "check.number", ""),
        ("12345.0", "check.number", "12345"),
        ("8991234567890120000", "check.number", ""),
        (" KOPI-1", "check.blanks", "KOPI-1"),
        ("KOPI  1\t", "check.blanks", "KOPI 1"),
        ("KOPI-1\u200b", "check.blanks", "KOPI-1"),
        ("KOPI\u00a01", "check.blanks", "KOPI 1"),
    ],
)
def test_a_damaged_code_is_found_by_itself(sku, code, proposal):
    assert found(listing("a", 1, sku), flaw=Flaw.DAMAGED) == [([sku], code, proposal)]


@pytest.mark.parametrize("sku", ["KOPI-1", "8991234567890", "8991234567890123", "E10", "1E", "A.0", "1-2", "007"])
def test_a_code_that_only_looks_a_little_odd_is_left_alone(sku):
    assert check(listing("a", 1, sku)) == ()


@pytest.mark.parametrize(("whole", "damaged"), [("00123", "123"), ("8991234567890", "8.99E+12"), ("3-5", "03/05/2026")])
def test_what_a_spreadsheet_made_of_another_shop_s_code_is_found_with_that_code(whole, damaged):
    goods = listing("a", 1, whole), listing("b", 2, damaged, names(1))
    assert found(*goods, flaw=Flaw.DAMAGED) == [([damaged], "check.damaged", whole)]


def test_a_shop_that_has_both_codes_means_two_goods():
    goods = listing("a", 1, "00123"), listing("b", 2, "123", names(1)), listing("b", 3, "00123", names(2))
    assert found(*goods, flaw=Flaw.DAMAGED) == []


def test_two_codes_that_could_have_been_damaged_so_are_no_proposal():
    goods = listing("a", 1, "00123"), listing("c", 4, "0123", names(2)), listing("b", 2, "123", names(1))
    assert found(*goods, flaw=Flaw.DAMAGED) == [(["123"], "check.damaged_somehow", "")]


@pytest.mark.parametrize("damaged", ["1,23E+12", "123.0", " KOPI"])
def test_a_damaged_code_is_never_proposed_for_other_goods(damaged):
    odd, empty = listing("a", 1, damaged), listing("b", 3, "")
    assert found(odd, empty, flaw=Flaw.EMPTY) == [([""], "check.empty", "")]
    twice = odd, listing("c", 4, damaged, names(1)), listing("b", 2, "KOPI-250")
    assert found(*twice, flaw=Flaw.ALIKE) == [(sorted([damaged, "KOPI-250"]), "check.alike", "KOPI-250")]


def test_of_two_damaged_codes_none_is_proposed():
    goods = listing("a", 1, "1,23E+12"), listing("b", 2, "8.99E+12")
    assert found(*goods, flaw=Flaw.ALIKE) == [(["1,23E+12", "8.99E+12"], "check.alike", "")]


@pytest.mark.parametrize(("odd", "whole"), [("123.0", "123"), ("1,23E+12", "1230000000000")])
def test_a_whole_code_is_not_taken_for_what_is_left_of_a_damaged_one(odd, whole):
    goods = listing("a", 1, odd), listing("b", 2, whole, names(1))
    assert [skus for skus, _, _ in found(*goods, flaw=Flaw.DAMAGED)] == [[odd]]


def test_the_same_goods_under_two_codes_are_found_by_name_and_price():
    goods = listing("a", 1, "KOPI-1"), listing("b", 2, "GAYO", "kopi gayo, biji sangrai medium!", price=Money(60_000))
    assert found(*goods, flaw=Flaw.ALIKE) == [(["GAYO", "KOPI-1"], "check.alike", "KOPI-1")]


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Kopi Toraja Giling Halus Dark"},
        {"title": "Kopi Gayo Biji Sangrai Medium 250 gram"},
        {"price": Money(90_000)},
        {"sku": Sku("KOPI-1")},
        {"status": ListingStatus.DELETED},
    ],
)
def test_other_names_numbers_and_prices_are_other_goods(changed):
    goods = listing("a", 1, "KOPI-1"), replace(listing("b", 2, "GAYO"), **changed)
    assert found(*goods, flaw=Flaw.ALIKE) == []


def test_variants_are_told_apart_by_their_words():
    black = listing("a", 1, "K-1", variant="Hitam, XL")
    assert found(black, listing("b", 2, "X-1", variant="XL, hitam"), flaw=Flaw.ALIKE)
    assert not found(black, listing("b", 2, "X-1", variant="Putih, XL"), flaw=Flaw.ALIKE)
    assert not found(black, listing("b", 2, "X-1", variant="Hitam, L"), flaw=Flaw.ALIKE)


def test_goods_that_one_shop_lists_side_by_side_are_alike_only_by_the_very_same_name():
    near = listing("a", 1, "T-A", "Toples Kaca Bulat Besar A"), listing("a", 2, "T-B", "Toples Kaca Bulat Besar B")
    assert found(*near, flaw=Flaw.ALIKE) == []
    same = near[0], replace(near[1], title="Toples kaca bulat besar A")
    assert found(*same, flaw=Flaw.ALIKE) == [(["T-A", "T-B"], "check.alike", "T-A")]


def test_goods_that_both_shops_list_under_both_codes_are_two():
    titles = "Toples Kaca Bulat Besar A", "Toples Kaca Bulat Besar B"
    goods = [listing(shop, number, sku, titles[number]) for shop in "ab" for number, sku in enumerate(("T-A", "T-B"))]
    assert found(*goods, flaw=Flaw.ALIKE) == []


def test_variants_without_names_are_told_apart_by_the_codes_that_fit_already():
    def shirt(shop, *skus):
        first = listing(shop, 1, "", "Kemeja Batik Parang Katun Halus")
        return [replace(first, id=ListingId(shop, "1", str(place)), sku=Sku(sku)) for place, sku in enumerate(skus)]

    goods = shirt("a", "B-S", "B-M", "B-L"), shirt("b", "B-S", "B-M ", "LAIN")
    assert found(*goods[0], *goods[1], flaw=Flaw.ALIKE) == [(["B-L", "LAIN"], "check.alike", "B-L")]
    goods = shirt("a", "B-S", "B-M", "B-L"), shirt("b", "b.s", "", "B-L")
    assert found(*goods[0], *goods[1], flaw=Flaw.EMPTY) == [([""], "check.empty", "B-M")]


def test_three_codes_for_the_same_goods_leave_the_choice_to_the_seller():
    goods = [listing(shop, 1, f"{shop}-1") for shop in "abc"]
    assert found(*goods, flaw=Flaw.ALIKE) == [(["a-1", "b-1", "c-1"], "check.alike_many", "")]


def test_what_is_near_or_damaged_is_not_called_alike_once_more():
    goods = listing("a", 1, "KOPI-1"), listing("b", 2, "kopi1")
    assert [each.flaw for each in check(*goods)] == [Flaw.NEAR]
    goods = listing("a", 1, "00123"), listing("b", 2, "123")
    assert [each.flaw for each in check(*goods)] == [Flaw.DAMAGED]


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"status": ListingStatus.DELETED}, "check.deleted"), ({"quantity_is_editable": False}, "check.stock_locked")],
)
def test_what_selaras_leaves_out_is_told_with_the_reason(changed, code):
    assert found(listing("a", 1, "KOPI-1", **changed), flaw=Flaw.SKIPPED) == [(["KOPI-1"], code, "")]


def test_goods_that_are_in_the_bin_have_no_other_flaw():
    gone = {"status": ListingStatus.DELETED}
    goods = listing("a", 1, "", **gone), listing("a", 2, "1E+5", **gone), listing("a", 3, "1E+5", **gone)
    assert {each.flaw for each in check(*goods)} == {Flaw.SKIPPED}


def test_findings_come_in_the_order_of_their_kind_and_of_the_shops():
    goods = listing("b", 1, "", names(0)), listing("a", 2, "", names(1)), listing("a", 3, "1E+9", names(2))
    listed = [(each.flaw, each.listings[0].id.shop) for each in check(*goods)]
    assert listed == [(Flaw.EMPTY, "a"), (Flaw.EMPTY, "b"), (Flaw.DAMAGED, "a")]


@pytest.mark.parametrize(
    ("other", "title", "code"), [("kopi-1", names(1), "check.near"), ("BARANG-LAMA", names(0), "check.alike")]
)
def test_of_several_codes_the_one_that_the_workbook_has_is_proposed(other, title, code):
    goods = listing("a", 1, "KOPI-1", names(0)), listing("c", 2, "KOPI-1", names(0)), listing("b", 3, other, title)
    findings = check_skus(goods, ("a", "b", "c"), like, in_workbook={Sku(other)})
    assert [(each.reason.code, each.proposal) for each in findings] == [(code, other)]


def test_an_empty_sku_gets_the_one_code_that_the_workbook_has():
    goods = listing("a", 1, "KOPI-1"), listing("c", 3, "KOPI-X"), listing("b", 2, "")
    findings = check_skus(goods, ("a", "b", "c"), like, in_workbook={Sku("KOPI-X")})
    assert [each.proposal for each in findings if each.flaw is Flaw.EMPTY] == ["KOPI-X"]


@pytest.mark.parametrize(("title", "count"), [("", 2), ("🎁 !!", 2), ("Kaos Polos Dewasa", 301)])
def test_a_name_that_says_nothing_or_that_hundreds_have_tells_no_goods_apart(title, count):
    goods = [listing("a", number, f"K{number:04}", title) for number in range(count)]
    assert found(*goods, flaw=Flaw.ALIKE) == []


def test_many_goods_of_one_name_are_one_finding():
    goods = [listing("a", number, f"K{number:04}", "Kaos Polos Dewasa") for number in range(300)]
    ((skus, code, proposal),) = found(*goods, flaw=Flaw.ALIKE)
    assert (len(skus), code, proposal) == (300, "check.alike_many", "")
