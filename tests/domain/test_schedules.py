"""The rules against a marketplace that lies as the real one does, under random schedules."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from domain.world import KOPI, LAG, SECOND, Bought, World, line, listing
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from daemon.domain.plan import Command
from daemon.domain.rows import Blank, Number
from daemon.domain.snapshot import ShopPolicy
from daemon.domain.stock import shown_for

SHOPS = ("toko", "mall")
RACE_TOLD_AFTER_S = 25
FATES = ("answered", "refused", "killed before", "killed after", "late")
shops = st.integers(0, len(SHOPS) - 1)
places = st.integers(0, 20)
late_s = st.integers(0, int(LAG.total_seconds()) - 1)


class Trade(RuleBasedStateMachine):
    """Two shops sell one SKU. An order takes its unit at once, and the API tells of it up to one lag later.

    Cancellations give the unit back or not. Writes are answered, refused, applied although we were killed before the
    answer, lost, or land late; an order may fall between the read and the write. The seller types, and edits in
    Seller Center. In the end every number must be the one that an observer who sees everything has counted.

    Left out, because nobody could tell these apart from what the marketplace shows:

    * an edit in Seller Center is made while nothing else is open, and has settled before anything else happens: a
      rise while an order is on its way looks like a smaller rise, and a fall of the stock meanwhile overwrites it;
    * nobody sets the same number twice in a row: again and again it is a second program's, and asked about;
    * nobody cancels while the outcome of a write of that listing is unknown: a unit given back over a lost write, and
      an order over one that landed, can show the same number;
    * a late write lands before the next cycle reads;
    * the first sight of the goods is not in the same second as an order.
    """

    @initialize(opening=st.integers(0, 12))
    def open(self, opening: int) -> None:
        entries = [listing(shop, told=None, told_price=None, shown=opening) for shop in SHOPS]
        self.world = World({shop: ShopPolicy(lag=LAG) for shop in SHOPS}, {entry.id: entry for entry in entries})
        self.ids = [entry.id for entry in entries]
        self.world.shows = dict.fromkeys(self.ids, opening)
        self.world.asks = {entry.id: entry.price for entry in entries}
        self.truth = opening
        self.world.cycle()
        self.world.now += 2 * SECOND

    @rule(shop=shops, seconds=late_s)
    def buy(self, shop: int, seconds: int) -> None:
        where, now = self.ids[shop], self.world.now
        if self.world.shows[where] > 0:
            self.world.shows[where] -= 1
            self.truth -= 1
            fact = line(len(self.world.bought), SHOPS[shop], created_at=now.replace(microsecond=0))
            self.world.bought.append(Bought(fact, now + timedelta(seconds=seconds)))

    @rule(place=places, gives_back=st.booleans(), seconds=late_s)
    def cancel(self, place: int, gives_back: bool, seconds: int) -> None:
        entry = self.open_order(place)
        if entry is None or self.world.listings[entry.fact.listing].sending:
            return
        where = entry.fact.listing
        entry.cancel_told_from = max(entry.told_from, self.world.now + timedelta(seconds=seconds))
        if not entry.fact.has_shipped:
            self.truth += 1
            self.world.shows[where] += int(gives_back)

    @rule(place=places)
    def ship(self, place: int) -> None:
        entry = self.open_order(place)
        if entry is not None:
            entry.fact = replace(entry.fact, has_shipped=True)

    @rule(delta=st.integers(-6, 6))
    def type_stock(self, delta: int) -> None:
        stands, added = self.world.rows[0].stock.value, self.world.rows[0].adjustment
        typed = max(stands + delta, 0)
        if not isinstance(added, Number) or typed + added.value >= 0:
            self.truth += typed - stands
            self.world.type(KOPI, stock=typed)

    @rule(delta=st.integers(-3, 6).filter(bool))
    def type_adjustment(self, delta: int) -> None:
        # What takes more than stands in the row is held, and so is no edit; the same for a stock typed beside it.
        if self.world.rows[0].adjustment == Blank() and self.world.rows[0].stock.value + delta >= 0:
            self.truth += delta
            self.world.type(KOPI, adjustment=delta)

    @rule(shop=shops, units=st.integers(-4, 6))
    def edit_in_seller_center(self, shop: int, units: int) -> None:
        self.rest()
        changed = max(units, -self.world.shows[self.ids[shop]])
        if self.world.shows[self.ids[shop]] + changed == self.world.listings[self.ids[shop]].edited_to:
            return
        self.world.shows[self.ids[shop]] += changed
        self.truth += changed
        self.rest()

    @rule(sweep=st.booleans(), fates=st.lists(st.sampled_from(FATES), max_size=2), race=st.none() | shops)
    def cycle(self, sweep: bool, fates: list[str], race: int | None) -> None:
        self.world.cycle(sweep=sweep, push=partial(self.push, fates=list(fates), race=race))

    @rule(seconds=st.sampled_from([1, 3, 10, 29, 31, 70]))
    def wait(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)

    def push(self, world: World, *, fates: list[str], race: int | None) -> None:
        for command in list(world.commands.values()):
            value = world.begin(command)
            if value is None:
                continue
            world.now += SECOND / 5
            if race is not None and self.ids[race] == command.listing:
                self.buy(race, RACE_TOLD_AFTER_S)
            world.now += SECOND / 5
            self.answer(command, value, fates.pop() if fates else "answered")

    def answer(self, command: Command, value: int, fate: str) -> None:
        world, before = self.world, self.world.shows[command.listing]
        if fate in ("answered", "killed after"):
            world.shows[command.listing] = value
        elif fate == "late":
            world.late.append((command.listing, value))
        elif fate == "refused":
            world.change(command.listing, sending=None)
        world.now += SECOND / 5
        shown = world.shows[command.listing]
        if fate == "answered" and abs(shown - value) < abs(shown - before):
            world.done(command)

    def open_order(self, place: int) -> Bought | None:
        orders = [entry for entry in self.world.bought if entry.cancel_told_from is None]
        return orders[place % len(orders)] if orders else None

    def rest(self) -> None:
        for _ in range(6):
            self.world.now += LAG + 5 * SECOND
            self.world.cycle()

    def teardown(self) -> None:
        self.rest()
        available = self.world.products[KOPI].available
        assert available == self.truth
        assert set(self.world.shows.values()) == {shown_for(available)}
        assert self.world.rows[0].stock.value == max(available, 0)
        assert self.world.cycle().is_quiet


Trade.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestTrade = Trade.TestCase
