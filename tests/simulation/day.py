"""One day in the life of a house: a list of moves is made, the world comes to rest, and everything is looked at."""

import random
import shutil
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from daemon.errors import SelarasError, TryLaterError
from daemon.parts import Trigger
from tests.narrowing import plans_compared
from tests.simulation import checks
from tests.simulation.allowance import Rule
from tests.simulation.clockwork import Clockwork
from tests.simulation.fate import Death, Fate
from tests.simulation.house import FIRST_DAY_S, LAG_S, OPENING, Home, Town, copy_of_house, fast_folder
from tests.simulation.knowledge import Knowledge
from tests.simulation.market import Market
from tests.simulation.network import Network
from tests.simulation.office import Office
from tests.simulation.shelf import Shelf
from tests.simulation.stage import captured_logs, light_order_sheets, pages_of

REST_CYCLES = 12
PAGES = (100, 100, 3, 100, 2)
"""Entries on a page of orders or listings, by seed: on some days what is read splits while the world moves."""
TRIGGERS = (Trigger.INTERVAL, Trigger.SAVE)
BEFORE_OPENING = frozenset({"cycle", "wait", "open", "shut", "restart", "trouble", "die", "full", "jump"})
"""What can happen before all shops were read once: an order would make their numbers differ, by design."""


@dataclass
class Outcome:
    """How a day went; ``wrong`` says what must not be, and is empty on a good day."""

    wrong: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)


def live(kind, seed, moves):
    """Live a day of ``moves`` in a house of ``kind``; the same arguments give the same day."""
    folder = fast_folder()
    random.seed(seed)  # the waits between repeats
    outcome, said = Outcome(), []
    with captured_logs(said):
        day = Day(kind, seed, folder, said)
    try:
        with (
            captured_logs(said),
            light_order_sheets(),
            pages_of(PAGES[seed % 5]),
            plans_compared(),
            day.fate.in_force(),
        ):
            try:
                day.live(moves)
                outcome.wrong = day.look()
            except Wrong as error:
                outcome.wrong = [str(error)]
        outcome.counts = day.counts()
    finally:
        day.leave()
        shutil.rmtree(folder)
    return outcome


class Wrong(Exception):  # noqa: N818  # it is a finding, not an error of the program
    """Something happened that must never happen."""


class Day:
    """Everything there is. Moves are tuples ``(when, name, *what)``.

    With ``when`` 0 a move is made between cycles; otherwise before the so-manyeth next request of the running cycle.
    """

    def __init__(self, kind, seed, folder, said):
        self.said = said
        self.clockwork = Clockwork()
        self.town = Town(self.clockwork, kind.skus)
        self.home = Home(copy_of_house(kind, self.town, folder), self.clockwork)
        self.clockwork.passed_s = FIRST_DAY_S
        self.is_exclusive, self._is_sheeted = kind.is_exclusive, kind.suffix == ".xlsx"
        wishes = kind.wishes(self.town)
        self.shelf = Shelf(dict(zip(self.town.skus, OPENING, strict=False)), self._prices(), wishes)
        shows = lambda shop, sku: self.town.listing(shop, sku).available  # noqa: E731
        self.knowledge = Knowledge(self.shelf, self.town.shops, shows, is_exclusive=kind.is_exclusive)
        settings = self.home.settings
        self.office = Office(settings.workbook, self.shelf, self.town.skus, settings.state_folder / "versions")
        self.fate = Fate(self._pause, self.office.replaced)
        self.network = Network(self.town.api, self.fate, self._pause, random.Random(seed))
        self.market = Market(self.town, self.shelf, self.knowledge, settings.state_folder / "mirror.sqlite")
        self.cycles = 0
        self.faults = []
        self._moves = deque()
        self._pauses = 0
        self._is_in_cycle = False
        self._is_edited = False
        self._is_opened = not kind.is_new
        self._made = Counter()
        self._made_by = self._ways()

    def live(self, moves):
        """Make all the moves, then let the world come to rest."""
        self._moves = deque(moves)
        while self._moves:
            self._make(self._moves.popleft())
        self.rest()

    def look(self):
        """Tell what is wrong, all being at rest."""
        return [*self.faults, *self.office.faults, *checks.all_is_right(self)]

    def rest(self):
        """No trouble any more, nobody moves: cycles run until one finds nothing to do, and writes nothing."""
        self.network.faults.clear()
        self.fate.rest()
        self.office.shut()
        self.clockwork.skew = timedelta(0)
        for _ in range(REST_CYCLES):
            self.clockwork.move(LAG_S + 5)
            writes, files = self.network.writes, self.office.written
            result = self._cycle(Trigger.INTERVAL)
            is_still = (self.network.writes, self.office.written) == (writes, files)
            if is_still and result is not None and _is_quiet(result):
                return
        raise Wrong(f"restless: {result}")

    def counts(self):
        """What happened, for the summary."""
        counts = Counter({f"fault {name}": times for name, times in self.network.played.items()})
        counts |= Counter({f"move {name}": times for name, times in self._made.items()})
        counts["cycles"], counts["orders"], counts["deaths"] = self.cycles, self.market.orders, self.fate.deaths
        counts["oversold, unknowing"] = self.knowledge.oversold_unknowing
        counts["oversold, because of us"] = len(self.knowledge.oversold_by_us)
        return counts

    def leave(self):
        self.market.close()
        self.home.leave()

    def _make(self, move):
        _when, name, *what = move
        self.clockwork.move(0.7)
        if not self._is_opened and name not in BEFORE_OPENING:
            return
        self._made[name] += 1
        self._made_by[name](*what)

    def _pause(self):
        """Between two requests: the next move may be one that does not wait for the cycle's end."""
        self._pauses += 1
        if self._is_in_cycle and not self.faults and not self._is_edited:
            self.faults += (f"offered twice: {what}" for what in self.knowledge.offered_twice())
        if self._is_in_cycle and self._moves and 0 < self._moves[0][0] <= self._pauses:
            self._pauses = 0
            self._make(self._moves.popleft())

    def _cycle(self, trigger):
        """Run a cycle; ``None`` when it did not come to its end."""
        if self.home.parts is None:
            self._start()
        if self.home.parts is None:
            return None
        saves, faults = self.office.saves, sum(self.network.played.values())
        knowable = self.knowledge.now(self.town.world.now())
        self.knowledge.begin(knowable)
        self.cycles += 1
        result = self._run(trigger)
        is_disturbed = result is None or result.errors or result.push.unknown  # a pause can be too long for an answer
        if not is_disturbed and sum(self.network.played.values()) == faults:
            self._settled(knowable, saves)
        return result

    def _run(self, trigger):
        self._is_in_cycle, self._pauses = True, 0
        try:
            return self.home.cycle(trigger)
        except BaseException as error:
            if self.fate.is_dead:
                self._bury()
                return None
            if isinstance(error, TryLaterError) and error.message.code == "mirror.disk":
                return None
            raise Wrong(f"crashed: {error!r}") from error
        finally:
            self._is_in_cycle = False

    def _bury(self):
        self.home.close()
        self.office.unwatch()
        self.fate.live_again()

    def _start(self):
        self.office.watch()
        try:
            self.home.open(
                transport=self.network,
                fate=self.fate,
                own_write=self.office.own_write,
                was_open=lambda: self.office.was_open or self.office.is_open,
            )
        except (Death, SelarasError, OSError):
            self._bury()

    def _settled(self, knowable, saves):
        """An undisturbed cycle ended: what was known at its beginning is in the shops."""
        self.office.read_to = max(self.office.read_to, saves)
        if not self.office.is_unread:
            self.market.counting.clear()
            self.shelf.packed_anew.clear()
        self.market.left.clear()
        self.knowledge.tell(knowable)
        if not self._is_edited:
            self.faults += (f"overstated: {what}" for what in self.knowledge.overstated())
        if not self._is_opened and self.office.rows().keys() == set(self.town.skus):
            self._is_opened = True
            self.office.mark_own()

    def _prices(self):
        shop = self.town.shops[0]
        return {sku: self.town.listing(shop, sku).price for sku in self.town.skus}

    def _ways(self):
        """How each move is made."""
        office, market = self.office, self.market
        return {
            "cycle": lambda trigger: self._cycle(TRIGGERS[trigger]),
            "wait": self.clockwork.move,
            "order": market.order,
            "cancel": market.cancel,
            "advance": market.advance,
            "edit_stock": partial(self._around_rest, market.edit_stock),
            "edit_price": partial(self._around_rest, market.edit_price),
            "type_stock": office.type_stock,
            "type_adjustment": office.type_adjustment,
            "type_count": self._count,
            "type_price": office.type_price,
            "pack": self._pack,
            "allot": self._allot,
            "empty": office.empty,
            "sort": office.sort,
            "open": office.open,
            "shut": office.shut,
            "keep": office.keep,
            "bring_back": office.bring_back,
            "trouble": lambda kind, calls: self.network.faults.append((kind, calls)),
            "die": lambda steps: setattr(self.fate, "dies_in", steps),
            "restart": self._restart,
            "full": lambda what, times: setattr(self.fate, f"full_{what}", times),
            "jump": lambda seconds: setattr(self.clockwork, "skew", timedelta(seconds=seconds)),
        }

    def _around_rest(self, edit, *what):
        """An edit in Seller Center: only while nothing else is open, and settled before anything else happens."""
        waiting, self._moves = self._moves, deque()
        self.rest()
        self._is_edited = True
        edit(*what)
        self.rest()
        self._is_edited = False
        self._moves = waiting

    def _count(self, *what):
        counted = self.office.type_count(*what, but=self.market.left)
        if counted is not None:
            self.market.counting.add(counted)

    def _pack(self, place, parts):
        """The seller changes a recipe: of a bundle of which no order waits to be booked by the old one."""
        bundles = [*self.shelf.wanted.recipes]
        if not bundles:
            return
        bundle = bundles[place % len(bundles)]
        goods = [sku for sku in self.town.skus if sku not in bundles]
        recipe = {goods[part % len(goods)]: units for part, units in parts}
        is_booked = all(
            promise.known_from < self.knowledge.read_to for promise in self.shelf.promises if promise.sku == bundle
        )
        if is_booked and recipe != self.shelf.wanted.recipe(bundle):
            self.office.pack(bundle, recipe)

    def _allot(self, sku, shop, rule):
        if self._is_sheeted:
            self.office.allot(sku, self.town.shops[shop % len(self.town.shops)], rule and Rule(*rule))

    def _restart(self):
        if self.home.parts is not None:
            self._bury()


def _is_quiet(result):
    return result.plan.is_quiet and result.look_again is None and not result.errors
