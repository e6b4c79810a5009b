"""The goods of the sandbox: the same seed gives the same goods, whatever shop sells them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count, product
from random import Random

from daemon.marketplaces.sandbox.families import FAMILIES, Family, Word
from daemon.marketplaces.sandbox.goods import Category, ProductStatus

SOLD_OUT = 0.03
"""Share of variants that start without stock."""


@dataclass(frozen=True, slots=True)
class Item:
    """One variant of the goods. ``price`` is whole Rupiah, ``quantity`` the opening stock in units."""

    seller_sku: str
    attributes: tuple[tuple[str, str], ...]
    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Goods:
    """One product before a shop gives it ids. ``warehouses`` is how many of the shop's warehouses hold it."""

    title: str
    description: str
    category: Category
    items: tuple[Item, ...]
    status: ProductStatus
    is_on_tiktok: bool
    is_on_tokopedia: bool
    warehouses: int


def make_goods(seed: int, listings: int) -> list[Goods]:
    """Make goods with exactly ``listings`` variants in all, each with a seller SKU of its own."""
    rng = Random(f"{seed}/goods")  # noqa: S311  # an invented catalogue, nothing secret
    made: list[Goods] = []
    missing = listings
    for number, (family, words, series) in enumerate(_ideas(rng)):
        if missing <= 0:
            break
        items = _items(rng, family, words, series)[:missing]
        made.append(_goods(number, family, words, series, items))
        missing -= len(items)
    return made


def _ideas(rng: Random) -> Iterator[tuple[Family, tuple[Word, ...], int]]:
    """Take turns between the families, without end: when the words are used up a new series begins."""
    for series in count(1):
        turns = []
        for family in FAMILIES:
            combinations = list(product(*family.words))
            rng.shuffle(combinations)
            turns.append([(family, words, series) for words in combinations])
        longest = max(map(len, turns))
        yield from chain.from_iterable([turn[place] for turn in turns if place < len(turn)] for place in range(longest))


def _items(rng: Random, family: Family, words: tuple[Word, ...], series: int) -> tuple[Item, ...]:
    base = rng.randrange(family.prices[0], family.prices[1], 500)
    code = "".join(short for _, short in words) + (str(series) if series > 1 else "")
    return tuple(
        Item(
            seller_sku=f"{family.prefix}-{code}-{size_code}",
            attributes=((family.attribute, size),),
            price=base * percent // 100 // 500 * 500,
            quantity=0 if rng.random() < SOLD_OUT else rng.randrange(8, 140),
        )
        for size, size_code, percent in family.sizes
    )


def _goods(number: int, family: Family, words: tuple[Word, ...], series: int, items: tuple[Item, ...]) -> Goods:
    """Every 12th product lies in two warehouses; a few are hidden, or listed in one shop window only."""
    title = family.title.format(*(word for word, _ in words))
    is_on_tiktok = number % 20 != 19
    return Goods(
        title=f"{title} Seri {series}" if series > 1 else title,
        description=family.description,
        category=family.category,
        items=items,
        status=ProductStatus.SELLER_DEACTIVATED if number % 15 == 14 else ProductStatus.ACTIVATE,
        is_on_tiktok=is_on_tiktok,
        is_on_tokopedia=not is_on_tiktok or number % 6 != 5,
        warehouses=2 if number % 12 == 7 else 1,
    )
