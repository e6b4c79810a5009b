"""The working copy on which one reconcile takes its decisions, step by step."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from daemon.domain.choices import Answer, Chosen
from daemon.domain.messages import Message
from daemon.domain.plan import Held, ListingChange, ProductChange, Switch
from daemon.domain.recipes import Recipe
from daemon.domain.rows import Field, RowBase, SheetRow
from daemon.domain.snapshot import ListingState, MarketplaceEdit, Product, ShopPolicy, Snapshot
from daemon.domain.stock import Movement
from daemon.domain.values import ListingId, ListingStatus, Money, Sku


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A row that belongs to exactly one SKU which some shop lists; ``answers`` are choices made for it elsewhere."""

    sku: Sku
    cells: SheetRow
    base: RowBase
    answers: Mapping[Field, Answer] = field(default_factory=dict)


class Draft:
    """Current state of products, listings and row bases; every change goes through one of its methods."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.given = snapshot
        self.products: dict[Sku, Product] = dict(snapshot.products)
        self.listings: dict[ListingId, ListingState] = dict(snapshot.listings)
        self.rows = tuple(row for row in snapshot.rows or () if row.number not in snapshot.in_step.rows)
        """The rows of the file that there is something to decide about."""
        self.bases: dict[Sku, RowBase] = {}
        self.movements: list[Movement] = []
        self.held: list[Held] = []
        self.decided: set[Sku] = set()
        """SKUs whose stock the seller set in this save: shops that never agreed with it follow now."""
        self.counted: set[Sku] = set()
        """SKUs that the seller counted in this save: no other number stands against it."""
        self.asked: set[ListingId] = set()
        """Listings whose number only the seller can settle."""
        self.is_scrambled = False
        """The rows show each other's numbers: nothing is taken from them, and nothing is written."""
        self.chosen: dict[Sku, list[Chosen]] = defaultdict(list)
        for chosen in snapshot.choices:
            self.chosen[chosen.sku].append(chosen)
        self.recipes: dict[Sku, Recipe] = dict(snapshot.recipes)
        """The bundles in force; what the workbook wants instead takes effect when all else is booked."""
        self.wanted: dict[Sku, Recipe] = dict(snapshot.recipes)
        """What the workbook wants bundles to be made of."""
        self.leaving: set[Sku] = set()
        """Bundles that stand in ``Paket`` no more: until their own stock is known they stay what they were."""
        self.left: set[Sku] = set()
        """Those of them whose own stock was given in this save."""
        self.unopened: set[Sku] = set()
        """Parts whose ledger starts with the number in their row; as long as none is booked, they have none."""
        self.allocations = snapshot.allocations
        self.is_dealing = False
        """Some listing waits for units that another one still shows."""
        self.awaiting: dict[ListingId, int] = {}
        """What those that wait are to show in the end."""
        self.switching: set[tuple[str, str]] = set()
        """Products, by shop and id, that are still to be switched: their rows show what will be."""
        self.switches: list[Switch] = []
        """Products that are to be shown in other windows than was wanted before."""
        self._by_sku: dict[Sku, list[ListingId]] = defaultdict(list)
        rank = {shop: place for place, shop in enumerate(snapshot.shops)}
        for listing in sorted(snapshot.listings.values(), key=lambda listing: (rank[listing.id.shop], listing.id)):
            if listing.sku and listing.status is not ListingStatus.DELETED:
                self._by_sku[listing.sku].append(listing.id)

    def linked(self, sku: Sku) -> Iterator[ListingState]:
        """Yield the listings that sell ``sku``, in the order of the shops in the configuration."""
        return (self.listings[listing_id] for listing_id in self._by_sku.get(sku, ()))

    def silent_shops(self) -> set[str]:
        """Name the shops to which nothing is sent for now."""
        return {str(reason.params["shop"]) for reason in self.given.at_rest}

    def skus(self) -> Iterator[Sku]:
        """Yield every SKU that some shop lists."""
        return iter(self._by_sku)

    def parts(self) -> set[Sku]:
        """All goods that bundles are made of, or are to be, listed or not."""
        return {part for recipe in (*self.recipes.values(), *self.wanted.values()) for part in recipe}

    def has_ledger(self, sku: Sku) -> bool:
        """Whether a stock of ``sku`` is known."""
        return sku in self.products and sku not in self.unopened

    def parts_of(self, sku: Sku) -> Recipe:
        """What a bundle is made of; nothing for other goods."""
        recipe = self.recipes.get(sku, {})
        return recipe if all(map(self.has_ledger, recipe)) else {}

    def policy_of(self, listing: ListingState) -> ShopPolicy:
        """How its shop wants a listing treated; the number of a bundle is nobody's to change in Seller Center."""
        policy = self.given.shops[listing.id.shop]
        is_bundle = bool(self.parts_of(listing.sku))
        return replace(policy, marketplace_edit=MarketplaceEdit.OVERWRITE) if is_bundle else policy

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
        """Book one movement; nothing is booked for a difference of zero, but then zero is the number."""
        self.unopened.discard(movement.sku)
        if movement.delta == 0:
            return
        product = self.products[movement.sku]
        self.products[movement.sku] = replace(product, available=product.available + movement.delta)
        self.movements.append(movement)

    def promise(self, sku: Sku, units: int) -> None:
        """Count units as promised to an order that is booked under another SKU than the picture knew."""
        product = self.products[sku]
        self.products[sku] = replace(product, reserved=product.reserved + units)

    def derive(self, sku: Sku, available: int) -> None:
        """Show for a bundle what its parts allow: its own ledger is empty."""
        self.products[sku] = replace(self.products[sku], available=available)

    def hold(self, sku: Sku | None, row: int | None, field: Field, reason: Message) -> None:
        """Record that something is not in effect, and why."""
        self.held.append(Held(sku, row, field, reason))

    def ask_about(self, listing_id: ListingId, reason: Message) -> None:
        """Record that the number of one listing is not in effect until the seller acts, and why."""
        self.asked.add(listing_id)
        self.hold(self.listings[listing_id].sku, None, Field.STOCK, reason)

    def changed_products(self) -> tuple[ProductChange, ...]:
        """Products that are new or agreed on another price."""
        before = self.given.products
        return tuple(
            ProductChange(sku, now.price, now.opened_at, is_new=sku not in before)
            for sku, now in self.products.items()
            if sku not in self.unopened and (sku not in before or before[sku].price != now.price)
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
        listing.edited_to,
        listing.edits_alike,
    )
