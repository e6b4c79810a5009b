"""Which goods could be the same, by name and price. How like two names are is for a library; here is what to compare.

Comparing all with all would take minutes. Names that are alike share most of their words, so only those are compared
that share one of their rarest words and all of their numbers: 250 gram is not 500 gram, A15 is not A55.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import TypeAlias

from daemon.domain.values import Listing

Likeness: TypeAlias = Callable[[str, Sequence[str]], Iterable[int]]
"""Tells which of the others, by their places, are like a name. Names are words in small letters, sorted."""

RAREST_WORDS = 3
MOST_OF_A_NAME = 300
"""A name that more listings have is one for everything, and tells none apart."""
MOST_PRICE_PERCENT = 130
"""The dearer of two offers of the same goods costs at most this much of the cheaper one."""

_WORD = re.compile(r"[^\W\d_]+|\d+")


def pairs_alike(listings: Iterable[Listing], alike: Likeness) -> Iterator[tuple[Listing, Listing]]:
    """Yield the pairs with another code and product that are alike in name, words of the variant, and price."""
    every: dict[str, list[Listing]] = defaultdict(list)
    for each in listings:
        every[" ".join(sorted(_words(f"{each.title} {each.variant}")))].append(each)
    by_name = {name: group for name, group in every.items() if name and len(group) <= MOST_OF_A_NAME}
    for group in by_name.values():
        yield from _same(combinations(group, 2))
    for one, other in sorted(_names_alike(list(by_name), alike)):
        yield from _same(product(by_name[one], by_name[other]))


def _names_alike(names: Sequence[str], alike: Likeness) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for block in _blocks(names):
        for place, name in enumerate(block[:-1]):
            rest = block[place + 1 :]
            found.update((name, rest[other]) for other in alike(name, rest))
    return found


def _blocks(names: Sequence[str]) -> Iterable[list[str]]:
    """Put names together that share one of their rarest words, and their numbers."""
    times = Counter(word for name in names for word in set(name.split()))
    blocks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in names:
        words = sorted(set(name.split()), key=lambda word: (times[word], word))
        numbers = tuple(word for word in name.split() if word.isdecimal())
        for word in [word for word in words if not word.isdecimal()][:RAREST_WORDS]:
            blocks[word, *numbers].append(name)
    return blocks.values()


def _same(pairs: Iterable[tuple[Listing, Listing]]) -> Iterator[tuple[Listing, Listing]]:
    for one, other in pairs:
        is_elsewhere = (one.id.shop, one.id.product_id) != (other.id.shop, other.id.product_id)
        if one.sku != other.sku and is_elsewhere and _is_like_in_price(one, other) and _is_like_in_variant(one, other):
            yield one, other


def _is_like_in_price(one: Listing, other: Listing) -> bool:
    if one.price is None or other.price is None:
        return True
    cheaper, dearer = sorted((one.price.amount, other.price.amount))
    return dearer * 100 <= cheaper * MOST_PRICE_PERCENT


def _is_like_in_variant(one: Listing, other: Listing) -> bool:
    """Whether the variants have the same words, where both have any: ``Hitam, XL`` and ``XL hitam``."""
    return not (one.variant and other.variant) or set(_words(one.variant)) == set(_words(other.variant))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
