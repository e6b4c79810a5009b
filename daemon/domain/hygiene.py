"""What is wrong with the SKUs of all shops: found and proposed, before the first sync or later; nothing is changed.

The SKU links the listings of the same goods, so whatever is missing, doubled or misspelt there keeps them apart, or
puts together what does not belong together (FK-01, FK-11, FK-12, EM-18, EM-19).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from daemon.domain.damage import damaged_forms
from daemon.domain.hygiene_names import Likeness, pairs_alike
from daemon.domain.identity import bare
from daemon.domain.messages import Message, message
from daemon.domain.values import Listing, ListingStatus, Sku

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?E\+?\d{1,3}|\d{15}00+", re.IGNORECASE | re.ASCII)
"""What is left of a long code: an exponent, or nothing but zeros from the sixteenth digit on."""
_DECIMAL = re.compile(r"(\d+)[.,]0", re.ASCII)


_NONE = Sku("")


class Flaw(StrEnum):
    """What is wrong, the worst first. ``ALIKE``: the same goods, by name and price, under two codes."""

    EMPTY = "empty"
    DAMAGED = "damaged"
    DUPLICATE = "duplicate"
    NEAR = "near"
    ALIKE = "alike"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """Listings with one flaw, and the code they should have: empty where only the seller can tell."""

    flaw: Flaw
    reason: Message
    listings: tuple[Listing, ...]
    proposal: Sku = _NONE


def check_skus(
    listings: Iterable[Listing], shops: Sequence[str], alike: Likeness, *, in_workbook: Collection[Sku] = ()
) -> tuple[Finding, ...]:
    """Find every flaw in the listings of ``shops``; ``alike`` tells which names are so like one that it can be meant.

    Of several codes one that the workbook has is proposed, then the commonest, then the first shop's.
    """
    rank = {shop: place for place, shop in enumerate(shops)}
    every = sorted(listings, key=lambda each: (rank.get(each.id.shop, len(rank)), each.id))
    catalogue = _Catalogue([each for each in every if each.status is not ListingStatus.DELETED], in_workbook)
    damaged = list(_damaged(catalogue))
    catalogue.damaged.update(each.listings[0].sku for each in damaged)
    near = list(_near(catalogue))
    for finding in (*damaged, *near):
        catalogue.put_together({*(each.sku for each in finding.listings), finding.proposal} - {_NONE})
    twins, known = _twins(catalogue, alike)
    return (
        *(Finding(Flaw.EMPTY, message("check.empty"), (each,), known.get(each, _NONE)) for each in catalogue.empty),
        *damaged,
        *_duplicates(catalogue),
        *near,
        *twins,
        *_skipped(every),
    )


class _Catalogue:
    """The listings that are there, by their codes, in the order of the shops."""

    def __init__(self, listings: Sequence[Listing], in_workbook: Collection[Sku]) -> None:
        self.listings = listings
        self._in_workbook = in_workbook
        self.damaged: set[Sku] = set()
        self.empty = [each for each in listings if not each.sku.strip()]
        self.by_sku: dict[Sku, list[Listing]] = defaultdict(list)
        self._codes_of: dict[tuple[str, str], set[Sku]] = defaultdict(set)
        for each in listings:
            if each.sku.strip():
                self.by_sku[each.sku].append(each)
                self._codes_of[each.id.shop, each.id.product_id].add(each.sku)

    def put_together(self, skus: Collection[Sku]) -> None:
        """Take codes for one from now on, where a product's own codes are asked for."""
        for each in self.of(skus):
            self._codes_of[each.id.shop, each.id.product_id].update(skus)

    def has(self, listing: Listing, sku: Sku) -> bool:
        """Whether the product that a listing is a variant of has a code, for it or for another variant."""
        return sku in self._codes_of[listing.id.shop, listing.id.product_id]

    def shops(self, sku: Sku) -> set[str]:
        return {each.id.shop for each in self.by_sku[sku]}

    def of(self, skus: Iterable[Sku]) -> tuple[Listing, ...]:
        return tuple(each for sku in skus for each in self.by_sku.get(sku, ()))

    def best(self, skus: Iterable[Sku]) -> Sku:
        """The code that has a row in the workbook; of several the one that most listings have, the first shop's.

        None where all are damaged.
        """
        whole = (sku for sku in skus if sku not in self.damaged)
        return max(whole, key=lambda sku: (sku in self._in_workbook, len(self.by_sku[sku])), default=_NONE)

    def only_one(self, skus: Collection[Sku]) -> Sku:
        """The one that is meant: the only one, or the only one with a row in the workbook; else none, or if damaged."""
        known = [sku for sku in skus if sku in self._in_workbook] or list(skus)
        return self.best(known) if len(known) == 1 else _NONE


def _damaged(catalogue: _Catalogue) -> Iterator[Finding]:
    whole = _whole_forms(catalogue)
    for sku, listings in catalogue.by_sku.items():
        clean = _without_stray_blanks(sku)
        decimal = _DECIMAL.fullmatch(sku)
        could_be = whole.get(sku, [])
        if clean != sku:
            yield Finding(Flaw.DAMAGED, message("check.blanks"), tuple(listings), clean)
        elif len(could_be) == 1:
            yield Finding(Flaw.DAMAGED, message("check.damaged"), tuple(listings), could_be[0])
        elif could_be:
            names = ", ".join(could_be)
            yield Finding(Flaw.DAMAGED, message("check.damaged_somehow", others=names), tuple(listings))
        elif _is_remains(sku):
            proposal = Sku(decimal[1]) if decimal else _NONE
            yield Finding(Flaw.DAMAGED, message("check.number"), tuple(listings), proposal)


def _is_remains(sku: Sku) -> bool:
    """Whether a code looks by itself like what a spreadsheet left of another."""
    return bool(_DECIMAL.fullmatch(sku) or _NUMBER.fullmatch(sku))


def _whole_forms(catalogue: _Catalogue) -> dict[Sku, list[Sku]]:
    """Find for each code those of other shops that a spreadsheet can have made it of.

    A shop that has both means two goods, so a code that every shop has is no such one.
    """
    found: dict[Sku, list[Sku]] = defaultdict(list)
    every = {each.id.shop for each in catalogue.listings}
    for sku in catalogue.by_sku:
        is_whole = not _is_remains(sku) and catalogue.shops(sku) != every
        for form in map(Sku, damaged_forms(sku) if is_whole else ()):
            if form in catalogue.by_sku and catalogue.shops(sku).isdisjoint(catalogue.shops(form)):
                found[form].append(sku)
    return found


def _without_stray_blanks(sku: Sku) -> Sku:
    """Take away the blanks around a code, the second of two inside, and characters that nobody sees."""
    seen = "".join(char for char in sku if unicodedata.category(char) != "Cf")
    return Sku(" ".join(seen.split()))


def _duplicates(catalogue: _Catalogue) -> Iterator[Finding]:
    for listings in catalogue.by_sku.values():
        for shop, times in Counter(each.id.shop for each in listings).items():
            if times > 1:
                doubled = tuple(each for each in listings if each.id.shop == shop)
                yield Finding(Flaw.DUPLICATE, message("check.duplicate"), doubled)


def _near(catalogue: _Catalogue) -> Iterator[Finding]:
    """Codes that differ in letter case, blanks and dashes only; variants of one product may, they are two goods."""
    by_form: dict[str, list[Sku]] = defaultdict(list)
    for sku in catalogue.by_sku:
        if sku not in catalogue.damaged and (form := bare(sku)):
            by_form[form].append(sku)
    for skus in by_form.values():
        listings = catalogue.of(skus)
        if len(skus) > 1 and len({(each.id.shop, each.id.product_id) for each in listings}) > 1:
            yield Finding(Flaw.NEAR, message("check.near"), listings, catalogue.best(skus))


def _twins(catalogue: _Catalogue, alike: Likeness) -> tuple[list[Finding], dict[Listing, Sku]]:
    """Find the same goods under two codes, and the codes of goods that have none.

    Searches show no names of variants: which of two alike products has a code already is what tells theirs apart.
    """
    groups: dict[Sku, set[Sku]] = {}
    codes: dict[Listing, set[Sku]] = defaultdict(set)
    for one, other in pairs_alike(catalogue.listings, alike):
        if catalogue.has(one, other.sku) or catalogue.has(other, one.sku):
            continue
        if not one.sku.strip() or not other.sku.strip():
            empty, named = (one, other) if other.sku.strip() else (other, one)
            codes[empty].add(named.sku)
        elif other.sku not in groups.get(one.sku, ()) and _is_stranger(catalogue, one, other):
            merged = groups.get(one.sku, {one.sku}) | groups.get(other.sku, {other.sku})
            groups |= dict.fromkeys(merged, merged)
    findings = [_same_goods(catalogue, group) for group in {id(group): group for group in groups.values()}.values()]
    return findings, {each: catalogue.only_one(found) for each, found in codes.items()}


def _is_stranger(catalogue: _Catalogue, one: Listing, other: Listing) -> bool:
    """Whether two alike goods can be the same: a shop that has both codes means two, unless it names them the same."""
    if catalogue.shops(one.sku).isdisjoint(catalogue.shops(other.sku)):
        return True
    return one.id.shop == other.id.shop and _is_same_name(one, other)


def _is_same_name(one: Listing, other: Listing) -> bool:
    return bare(one.title + one.variant) == bare(other.title + other.variant)


def _same_goods(catalogue: _Catalogue, group: set[Sku]) -> Finding:
    skus = [sku for sku in catalogue.by_sku if sku in group]
    if len(skus) > 2:
        return Finding(Flaw.ALIKE, message("check.alike_many"), catalogue.of(skus))
    return Finding(Flaw.ALIKE, message("check.alike"), catalogue.of(skus), catalogue.best(skus))


def _skipped(listings: Iterable[Listing]) -> Iterator[Finding]:
    """What gets no row, or whose stock is not kept, although nothing is wrong with its code (FK-11)."""
    for each in listings:
        if each.status is ListingStatus.DELETED:
            yield Finding(Flaw.SKIPPED, message("check.deleted"), (each,))
        elif not each.quantity_is_editable:
            yield Finding(Flaw.SKIPPED, message("check.stock_locked"), (each,))
