"""Snapshots written readably, and a small world (shops, mirror, workbook) that carries plans out.

The world stands in for the edges only: every decision, also those of a push, is taken by ``daemon.domain``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product as product_of
from typing import Any

from daemon.domain.edits import keeps_edit
from daemon.domain.identity import row_key
from daemon.domain.messages import Message
from daemon.domain.orders import LineFact
from daemon.domain.plan import Command, ListingChange, Plan, RowWrite, Target
from daemon.domain.recipes import Recipe, RecipeRow, RecipeSheet
from daemon.domain.reconcile import reconcile
from daemon.domain.rows import Absent, Blank, Cell, Field, Number, RowBase, SheetRow, Text, Unclear
from daemon.domain.snapshot import ListingState, Product, ShopPolicy, Snapshot
from daemon.domain.stock import Cause, Movement, Sending, Told, is_agreed, quantity_to_send, settle
from daemon.domain.values import ListingId, ListingStatus, Money, Sku

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
LAG = timedelta(seconds=30)
SECOND = timedelta(seconds=1)
KOPI = Sku("KOPI-250")
BASED = frozenset({Field.PRICE, Field.STOCK, Field.ADJUSTMENT, Field.COUNT, Field.STATUS, Field.NOTE})


DONE = f"Selaras: ✓ note.at at={int(NOW.timestamp())}: "
"""How a note begins that says what was done in this world's moment."""


def say(said: Message) -> str:
    """The code and its numbers stand for the text."""
    return " ".join([said.code, *(f"{name}={value}" for name, value in sorted(said.params.items()))])


def listing(shop: str = "toko", sku: str = KOPI, **fields: Any) -> ListingState:
    """A listing in step with a pool of 10 at Rp 55.000, unless ``fields`` say otherwise."""
    known = {
        "id": ListingId(shop, f"p-{sku}", f"s-{sku}"),
        "sku": Sku(sku),
        "title": "Kopi Gayo 250 g",
        "status": ListingStatus.ACTIVE,
        "price": Money(55_000),
        "told_price": Money(55_000),
        "shown": 10,
        "told": Told(10),
        "observed_at": NOW,
    }
    return ListingState(**{**known, **fields})


def row(number: int = 2, sku: object = KOPI, **cells: object) -> SheetRow:
    """A row as saved: ``None`` is a blank cell, plain values are what was typed."""
    typed = dict.fromkeys((field.value for field in Field), None) | {"sku": sku, "product": "Kopi"} | cells
    typed["key"] = cells.get("key", row_key(sku) if isinstance(sku, str) else None)
    return SheetRow(number, **{name: cell(value) for name, value in typed.items()})


def cell(value: object) -> Cell:
    """The cell that shows ``value``."""
    match value:
        case None:
            return Blank()
        case int(number):
            return Number(number)
        case str(words):
            return Text(words)
    assert isinstance(value, Blank | Number | Text | Unclear | Absent)
    return value


def as_left(stock: int = 10, price: int | None = 55_000, **others: Any) -> RowBase:
    """What the seller last saw in a row that we wrote."""
    return RowBase(stock=stock, price=price, status=others.pop("status", "status.active"), **others)


def saved(number: int = 2, sku: object = KOPI, **changes: object) -> SheetRow:
    """The row that :func:`as_left` describes, with what the seller changed in it."""
    return row(number, sku, **({"stock": 10, "price": 55_000, "status": "status.active"} | changes))


def product(sku: str = KOPI, available: int = 10, **fields: Any) -> Product:
    """Goods whose stock has been known for long."""
    known = {"reserved": 0, "price": Money(55_000), "opened_at": LONG_AGO}
    return Product(Sku(sku), available, **{**known, **fields})


def line(number: int = 1, shop: str = "toko", sku: str = KOPI, **fields: Any) -> LineFact:
    """An order line just placed, not in the ledger yet."""
    state = {"is_cancelled": False, "has_shipped": False, "is_returned": False}
    state["taken"] = {Sku(sku): 1} if fields.pop("is_taken", False) else {}
    known = {"created_at": NOW - SECOND, "listing": listing(shop, sku).id, "sku": Sku(sku), **state}
    return LineFact(order_id=f"o{number}", line_id="1", **{**known, **fields})


def snapshot(*listings: ListingState, **fields: Any) -> Snapshot:
    """One picture; by default the workbook was not read and the pool of every listed SKU is 10."""
    shown = listings or (listing(),)
    known = {
        "now": NOW,
        "cycle": 7,
        "shops": {entry.id.shop: ShopPolicy() for entry in shown},
        "products": {entry.sku: product(entry.sku) for entry in shown},
        "listings": {entry.id: entry for entry in shown},
        "lines": (),
        "rows": None,
        "bases": {},
    }
    return Snapshot(**{**known, **fields})


def recipe_sheet(*rows: tuple[object, object, object]) -> RecipeSheet:
    """The sheet ``Paket``: bundle, part, quantity; the first row stands below the header."""
    return RecipeSheet("Paket", tuple(RecipeRow(place, *map(cell, row)) for place, row in enumerate(rows, 2)))


def codes(plan: Plan) -> list[str]:
    """The reasons of everything that is held."""
    return [held.reason.code for held in plan.held]


def sent(plan: Plan, target: Target = Target.QUANTITY) -> dict[str, int]:
    """What is to be written, by shop."""
    return {entry.listing.shop: entry.desired for entry in plan.commands if entry.target is target}


def moved(plan: Plan) -> list[tuple[Cause, int]]:
    """Causes and units of the movements."""
    return [(movement.cause, movement.delta) for movement in plan.movements]


@dataclass
class Bought:
    """One order line at the marketplace; the API tells of it, and of its cancellation, only from a moment on."""

    fact: LineFact
    told_from: datetime
    cancel_told_from: datetime | None = None

    def as_told(self, now: datetime) -> LineFact | None:
        """What the API says at ``now``."""
        if self.told_from > now:
            return None
        is_told = self.cancel_told_from is not None and self.cancel_told_from <= now
        return replace(self.fact, is_cancelled=is_told)


@dataclass
class World:
    """Shops, mirror and workbook in memory."""

    shops: dict[str, ShopPolicy]
    listings: dict[ListingId, ListingState]
    products: dict[Sku, Product] = field(default_factory=dict)
    bases: dict[Sku, RowBase] = field(default_factory=dict)
    rows: list[SheetRow] = field(default_factory=list)
    bought: list[Bought] = field(default_factory=list)
    ledger: dict[tuple[str, str, str], Movement] = field(default_factory=dict)
    commands: dict[tuple[ListingId, Target], Command] = field(default_factory=dict)
    shows: dict[ListingId, int] = field(default_factory=dict)
    asks: dict[ListingId, Money | None] = field(default_factory=dict)
    late: list[tuple[ListingId, int]] = field(default_factory=list)
    recipes: dict[Sku, Recipe] = field(default_factory=dict)
    recipe_sheet: RecipeSheet | None = None
    now: datetime = NOW
    cycle_number: int = 7

    @classmethod
    def of(cls, given: Snapshot) -> "World":
        """The world in which ``given`` is the first picture."""
        world = cls(dict(given.shops), dict(given.listings), dict(given.products), dict(given.bases))
        world.rows = list(given.rows or ())
        world.bought = [
            Bought(replace(fact, is_cancelled=False), NOW, NOW if fact.is_cancelled else None) for fact in given.lines
        ]
        for fact in given.lines:
            booked = {Cause.ORDER: -1} | ({Cause.CANCEL: 1} if fact.is_returned else {})
            for (sku, units), (cause, sign) in product_of(fact.taken.items(), booked.items()):
                world.ledger[(cause, fact.reference, sku)] = Movement(sku, sign * units, cause, fact.reference)
        world.shows = {entry.id: entry.shown or 0 for entry in given.listings.values()}
        world.asks = {entry.id: entry.price for entry in given.listings.values()}
        for entry in given.listings.values():
            for target in entry.commanded:
                world.commands[(entry.id, target)] = Command(entry.id, entry.sku, target, 0, None)
        return world

    def cycle(self, *, sweep: bool = True, push: Callable[["World"], None] | None = None) -> Plan:
        """Run one cycle; ``push`` takes the place of a push in which everything goes well."""
        for written, value in self.late:
            self.shows[written] = value
        self.late.clear()
        self.cycle_number += 1
        plan = reconcile(self.picture(sweep=sweep), say)
        self.commit(plan)
        (push or World.push)(self)
        self.write(plan.rows)
        return plan

    def picture(self, *, sweep: bool = True) -> Snapshot:
        """What the mirror loads after a pull."""
        facts = tuple(filter(None, (self._open_fact(entry) for entry in self.bought)))
        return Snapshot(
            self.now,
            self.cycle_number,
            self.shops,
            self.products,
            {key: self._as_read(entry, sweep=sweep) for key, entry in self.listings.items()},
            facts,
            tuple(self.rows),
            self.bases,
            recipes=self.recipes,
            recipe_sheet=self.recipe_sheet,
        )

    def _as_read(self, entry: ListingState, *, sweep: bool) -> ListingState:
        commanded = frozenset(target for key, target in self.commands if key == entry.id)
        if not sweep:
            return replace(entry, shown=None, observed_at=None, commanded=commanded)
        shown, price = self.shows[entry.id], self.asks[entry.id]
        return replace(entry, shown=shown, price=price, observed_at=self.now, commanded=commanded)

    def _open_fact(self, entry: Bought) -> LineFact | None:
        fact = entry.as_told(self.now)
        if fact is None:
            return None
        booked = [move for move in self.ledger.values() if move.reference == fact.reference]
        taken = {move.sku: -move.delta for move in booked if move.cause is Cause.ORDER}
        is_returned = any(move.cause is Cause.CANCEL for move in booked)
        is_open = not taken or (fact.is_cancelled and not fact.has_shipped and not is_returned)
        return replace(fact, taken=taken, is_returned=is_returned) if is_open else None

    def commit(self, plan: Plan) -> None:
        """Take a plan into the mirror, with the ledger's own checks."""
        for entry in plan.products:
            old = self.products.get(entry.sku, Product(entry.sku, 0, 0, None, entry.opened_at))
            self.products[entry.sku] = replace(old, price=entry.price)
        for movement in plan.movements:
            key = (movement.cause, movement.reference, movement.sku)
            assert movement.delta != 0, "a movement moves"
            assert key not in self.ledger, "the ledger takes each key once"
            self.ledger[key] = movement
            now = self.products[movement.sku]
            self.products[movement.sku] = replace(now, available=now.available + movement.delta)
        for change in plan.listings:
            self._agree(change)
        self.bases |= plan.bases
        self.recipes = self.recipes if plan.recipes is None else dict(plan.recipes)
        self.commands |= {(entry.listing, entry.target): entry for entry in plan.commands}
        for key in plan.withdrawn:
            self.commands.pop(key, None)

    def _agree(self, change: ListingChange) -> None:
        names = (
            "told",
            "told_price",
            "unexplained",
            "sending",
            "written_from",
            "written_to",
            "edited_to",
            "edits_alike",
        )
        fields = {name: getattr(change, name) for name in names}
        self.listings[change.id] = replace(self.listings[change.id], **fields)

    def push(self) -> None:
        """Carry out what is due; nothing is lost and nobody interferes."""
        for command in [entry for entry in self.commands.values() if not entry.is_waiting]:
            if command.target is Target.PRICE:
                self.asks[command.listing] = Money(command.desired)
                self.change(command.listing, told_price=Money(command.desired), price=Money(command.desired))
                del self.commands[(command.listing, Target.PRICE)]
            elif (value := self.begin(command)) is not None:
                self.shows[command.listing] = value
                self.done(command)

    def begin(self, command: Command) -> int | None:
        """Read and decide as ``daemon/push/quantities.py`` does; returns what to write, its intent recorded."""
        state, shown = self.listings[command.listing], self.shows[command.listing]
        told = settle(state.told, state.sending, shown) if state.sending else state.told
        self.change(command.listing, told=told, sending=None)
        if is_agreed(told, command.desired, shown):
            self.done(command, is_written=False)
            return None
        policy = self.shops[command.listing.shop].marketplace_edit
        kept = keeps_edit(policy, turns=state.edits_alike, is_called_empty=state.is_called_empty, shown=shown)
        value = quantity_to_send(told, command.desired, shown, keeps_edit=kept)
        if value is None:
            return None
        intent = Sending(command.desired, value)
        self.change(command.listing, sending=intent, written_from=self.now, written_to=None)
        return value

    def done(self, command: Command, *, is_written: bool = True) -> None:
        """Record that a listing shows the desired quantity; ``is_written`` when it was read back after a write."""
        window = {"written_to": self.now} | ({} if is_written else {"written_from": self.now})
        self.change(command.listing, told=Told(command.desired), sending=None, **window)
        del self.commands[(command.listing, Target.QUANTITY)]

    def change(self, listing_id: ListingId, **fields: Any) -> None:
        """Change what the mirror holds about one listing."""
        self.listings[listing_id] = replace(self.listings[listing_id], **fields)

    def write(self, writes: Iterable[RowWrite]) -> None:
        """Put planned cells into the workbook and remember what the seller sees from now on."""
        for entry in writes:
            if entry.number is None:
                self.rows.append(row(len(self.rows) + 2, entry.sku, product=None))
            number = entry.number or self.rows[-1].number
            place = next(index for index, old in enumerate(self.rows) if old.number == number)
            shown: Mapping[str, Any] = {name.value: cell(value) for name, value in entry.cells.items()}
            self.rows[place] = replace(self.rows[place], **shown)
            if entry.sku is not None:
                seen = {name.value: value for name, value in entry.cells.items() if name in BASED}
                seen |= {"is_derived": entry.is_derived} if "stock" in seen else {}
                self.bases[entry.sku] = self.bases.get(entry.sku, RowBase())._replace(**seen)

    def type(self, sku: str, **cells: object) -> None:
        """The seller changes cells of the row of ``sku`` and saves."""
        place = next(index for index, old in enumerate(self.rows) if old.sku == Text(sku))
        self.rows[place] = replace(self.rows[place], **{name: cell(value) for name, value in cells.items()})
