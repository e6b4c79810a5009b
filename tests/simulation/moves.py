"""What happens on a day, chosen from its seed as plain data, so that a day can be replayed and made shorter.

Left out, because nobody could tell these apart from what marketplace and workbook show (``domain/test_schedules.py``):

* an edit in Seller Center is made while nothing else is open and settles before anything else happens: a rise while an
  order hides looks like a smaller rise, and a fall of the stock meanwhile overwrites it (:meth:`Day._around_rest`);
* nobody cancels while the outcome of a write of that listing is unknown (:meth:`Market.cancel`);
* a write that arrives late arrives before the next cycle reads (:class:`Network`);
* nothing leaves the house while it is counted, and nothing is counted of which something left since the last
  undisturbed cycle: whether a parcel was still on the shelf when somebody counted stands nowhere (:class:`Market`);
* a cell that we have not written since is typed into again only by an editor that we see, an old copy is brought back
  only while no such editor is at work, and nobody types on in it before we wrote it (decision 0005, rules 2 and 3);
* an old copy brings stock only: what it counts or prices is held by design;
* ``+/−`` takes out only where plenty is left: what would go below zero is asked about by design;
* in a CSV file no number is typed that stood in that cell before: it is asked about by design (decision 0005);
* nobody orders in a new house, and the seller types nothing, before all its shops were read once: an order would make
  their numbers differ, which the seller must settle by design (:data:`BEFORE_OPENING` of the day);
* no recipe changes while an order of its bundle is not surely booked, and nobody orders the bundle until the change was
  read: an order takes the parts that the recipe names when it is booked (:meth:`Day._pack`);
* no number is typed for a bundle, none is given up, and no goods become one: what the seller has to type then, and what
  is held until they do, is told in decision 0012;
* an old copy with other recipes or rules is brought back beside the workbook only: over it, its rules are held until
  somebody changes them, and its recipes count, by design (decisions 0011 and 0012).
"""

import random

from tests.simulation.allowance import MOST_SHOWN
from tests.simulation.house import LAG_S, Kind
from tests.simulation.network import FAULTS

PLACES = 1_000
MOST_INSIDE = 5
NEVER_INSIDE = frozenset({"cycle", "restart", "jump"})
"""Moves that wait for the end of a cycle."""
CALM = {
    "order": 24, "cycle": 7, "advance": 9, "cancel": 6, "wait": 9, "type_stock": 9, "type_adjustment": 5,
    "type_count": 3, "type_price": 4, "sort": 1, "empty": 2, "keep": 2, "bring_back": 4, "open": 2, "shut": 3,
    "restart": 1,
}  # fmt: skip
STORM = {"trouble": 10, "die": 4, "full": 1, "jump": 1}
PACKS, RULES = {"pack": 3}, {"allot": 5}
"""What the seller of a house with bundles, or with rules, changes now and then."""
HOUSES = (
    Kind(skus=3),
    Kind(skus=4, has_bundles=True),
    Kind(skus=5, is_ruled=True),
    Kind(skus=4, is_exclusive=True),
    Kind(".csv", 4),
    Kind(skus=6, has_bundles=True, is_ruled=True),
    Kind(skus=5, is_ruled=True, is_exclusive=True),
    Kind(skus=6, has_bundles=True, is_exclusive=True),
    Kind(skus=6),
    Kind(skus=5, has_bundles=True, is_ruled=True, is_exclusive=True),
    Kind(".csv", 3, is_ruled=True, is_exclusive=True),
    Kind(skus=4, is_new=True),
    Kind(skus=5, has_bundles=True, is_ruled=True, is_exclusive=True, is_new=True),
)
"""The houses that the seeds live in, one after the other."""
RARE_EDIT = 0.2
"""How many days have an edit in Seller Center: it takes many cycles before and after."""


def kind_of(seed):
    """In which house the day of a seed is lived."""
    return HOUSES[seed % len(HOUSES)]


def moves_of(seed, steps):
    """Choose the moves of a day. Every fourth day has no trouble."""
    rng, kind = random.Random(f"{seed}/moves"), kind_of(seed)
    weights = {**CALM} if seed % 4 == 0 else CALM | STORM
    if kind.suffix == ".xlsx":
        weights |= PACKS if kind.has_bundles else {}
        weights |= RULES if kind.is_ruled else {}
    moves, inside = [*_hard_beginning(rng)] if kind.is_new else [], 0
    edits = {rng.randrange(steps)} if rng.random() < RARE_EDIT else set()
    for place in range(steps):
        if place in edits:
            moves.append(_edit(rng))
            continue
        name = rng.choices(list(weights), list(weights.values()))[0]
        if name == "cycle":
            inside = rng.randrange(MOST_INSIDE)
        is_inside = inside > 0 and name not in NEVER_INSIDE
        inside -= is_inside
        moves.append((rng.randrange(1, 4) if is_inside else 0, name, *_details(rng, name)))
    return moves


def _hard_beginning(rng):
    """The first cycles of all, with faults in them: nothing else can happen before."""
    for _ in range(rng.randrange(1, 4)):
        for _ in range(rng.randrange(3)):
            name = rng.choice(("trouble", "trouble", "die", "full", "open", "shut"))
            yield (0, name, *_details(rng, name))
        yield (0, "cycle", 0)


def _edit(rng):
    if rng.random() < 0.7:
        return (0, "edit_stock", _place(rng), _place(rng), rng.choice((-4, -1, 2, 9)))
    return (0, "edit_price", _place(rng), _place(rng), _price(rng))


def _place(rng):
    return rng.randrange(PLACES)


def _price(rng):
    return rng.randrange(10, 900) * 500


def _rule(rng):
    """Buffer, share, at least, at most, priority."""
    most = rng.choice((MOST_SHOWN, MOST_SHOWN, 3, 8, 0))
    least = min(rng.choice((0, 0, 1, 3)), most)
    return rng.choice((0, 0, 1, 2, 5)), rng.choice((100, 100, 60, 25, 0)), least, most, rng.randrange(3)


def _details(rng, name):  # noqa: C901, PLR0911, PLR0912  # one case for each kind of move
    match name:
        case "order":
            lines = tuple((_place(rng), rng.choice((1, 1, 2, 4))) for _ in range(rng.choice((1, 1, 2))))
            return _place(rng), lines, rng.randrange(3), rng.choice((0, 0, rng.randrange(LAG_S - 5)))
        case "cycle":
            return (rng.randrange(2),)
        case "advance" | "keep" | "open" | "shut" | "restart":
            return (_place(rng),) if name == "advance" else ()
        case "cancel":
            return _place(rng), rng.random() < 0.7
        case "wait":
            return (rng.choice((1, 5, 20, 61, 130)),)
        case "type_stock":
            return _place(rng), rng.choice((-7, -2, -1, 3, 10, 30))
        case "type_adjustment":
            return _place(rng), rng.choice((-3, -1, 2, 6))
        case "type_count":
            return _place(rng), rng.choice((-2, 0, 0, 1, 5))
        case "type_price":
            return _place(rng), _price(rng)
        case "pack":
            parts = ((_place(rng), rng.choice((1, 1, 2, 3))) for _ in range(rng.choice((1, 1, 2))))
            return _place(rng), tuple(parts)
        case "allot":
            return _place(rng), _place(rng), _rule(rng) if rng.random() < 0.75 else None
        case "sort":
            return rng.choice(("price", "stock", "sku")), rng.random() < 0.5
        case "empty":
            return _place(rng), rng.choice(("Stok", "Harga", "Status", "Keterangan"))
        case "bring_back":
            return _place(rng), _place(rng), rng.choice((-5, 4, 11)), rng.random() < 0.5
        case "trouble":
            return rng.choice(FAULTS), rng.choice(("any", "read", "write", "write"))
        case "die":
            return (rng.choice((1, 3, 6, 10, 15, 20, 25, 30, 40)),)
        case "full":
            return rng.choice(("files", "commits")), rng.randrange(1, 4)
        case "jump":
            return (rng.choice((-600, -240, -45, 0, 0, 40, 200, 7200, 40_000)),)
    raise AssertionError(name)
