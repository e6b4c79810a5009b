"""The working copy on which one reconcile takes its decisions, step by step."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from daemon.domain.choices import Choice, Chosen
from daemon.domain.messages import Message
from daemon.domain.plan import Held, ListingChange, ProductChange
from daemon.domain.rows import Field, RowBase, SheetRow
from daemon.domain.snapshot import ListingState, Product, Snapshot
from daemon.domain.stock import Movement
from daemon.domain.values import ListingId, ListingStatus, Money, Sku


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A row that belongs to exactly one SKU which some shop lists; ``answers`` are choices made for it elsewhere."""

    sku: Sku
    cells: SheetRow
    base: RowBase
    answers: Mapping[Field, Choice] = field(default_factory=dict)


class Draft:
    """Current state of products, listings and row bases; every change goes through one of its methods."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.given = snapshot
        self.products: dict[Sku, Product] = dict(snapshot.products)
        self.listings: dict[ListingId, ListingState] = dict(snapshot.listings)
        self.bases: dict[Sku, RowBase] = {}
        self.movements: list[Movement] = []
        self.held: list[Held] = []
        self.decided: set[Sku] = set()
        """SKUs whose stock the seller set in this save: shops that never agreed with it follow now."""
        self.is_scrambled = False
        """The rows show each other's numbers: nothing is taken from them, and nothing is written."""
        self.chosen: dict[Sku, list[Chosen]] = defaultdict(list)
        for chosen in snapshot.choices:
            self.chosen[chosen.sku].append(chosen)
        self._by_sku: dict[Sku, list[ListingId]] = defaultdict(list)
        rank = {shop: place for place, shop in enumerate(snapshot.shops)}
        for listing in sorted(snapshot.listings.values(), key=lambda listing: (rank[listing.id.shop], listing.id)):
            if listing.sku and listing.status is not ListingStatus.DELETED:
                self._by_sku[listing.sku].append(listing.id)

    def linked(self, sku: Sku) -> Iterator[ListingState]:
        """Yield the listings that sell ``sku``, in the order of the shops in the configuration."""
        return (self.listings[listing_id] for listing_id in self._by_sku.get(sku, ()))

    def skus(self) -> Iterator[Sku]:
        """Yield every SKU that some shop lists."""
        return iter(self._by_sku)

    def change_listing(self, listing: ListingState) -> None:
        """Take over a new state of one listing."""
        self.listings[listing.id] = listing

    def open_product(self, product: Product) -> None:
        """Take in goods seen for the first time."""
        self.products[product.sku] = product

    def set_price(self, sku: Sku, price: Money) -> None:
        """Agree on a price for ``sku``."""
        self.products[sku] = replace(self.products[sku], price=price)

    def move(self, movement: Movement) -> None:
        """Book one movement; nothing is booked for a difference of zero."""
        if movement.delta == 0:
            return
        product = self.products[movement.sku]
        self.products[movement.sku] = replace(product, available=product.available + movement.delta)
        self.movements.append(movement)

    def hold(self, sku: Sku | None, row: int | None, field: Field, reason: Message) -> None:
        """Record that something is not in effect, and why."""
        self.held.append(Held(sku, row, field, reason))

    def changed_products(self) -> tuple[ProductChange, ...]:
        """Products that are new or agreed on another price."""
        before = self.given.products
        return tuple(
            ProductChange(sku, now.price, now.opened_at, is_new=sku not in before)
            for sku, now in self.products.items()
            if sku not in before or before[sku].price != now.price
        )

    def changed_listings(self) -> tuple[ListingChange, ...]:
        """Listings with which we hold something else as agreed than before."""
        pairs = zip(self.given.listings.values(), self.listings.values(), strict=True)
        changes = ((_agreement(old), _agreement(now)) for old, now in pairs)
        return tuple(now for old, now in changes if old != now)


def _agreement(listing: ListingState) -> ListingChange:
    return ListingChange(
        listing.id,
        listing.told,
        listing.told_price,
        listing.unexplained,
        listing.sending,
        listing.written_from,
        listing.written_to,
    )
