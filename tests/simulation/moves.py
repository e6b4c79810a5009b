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
* in a CSV file no number is typed that stood in that cell before: it is asked about by design (decision 0005).
"""

import random

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
RARE_EDIT = 0.2
"""How many days have an edit in Seller Center: it takes many cycles before and after."""


def kind_of(seed):
    """In which house the day of a seed is lived."""
    return Kind(".csv" if seed % 6 == 5 else ".xlsx", 3 + seed % 4)


def moves_of(seed, steps):
    """Choose the moves of a day. Every fourth day has no trouble."""
    rng = random.Random(f"{seed}/moves")
    weights = CALM if seed % 4 == 0 else CALM | STORM
    moves, inside = [], 0
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


def _edit(rng):
    if rng.random() < 0.7:
        return (0, "edit_stock", _place(rng), _place(rng), rng.choice((-4, -1, 2, 9)))
    return (0, "edit_price", _place(rng), _place(rng), _price(rng))


def _place(rng):
    return rng.randrange(PLACES)


def _price(rng):
    return rng.randrange(10, 900) * 500


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
