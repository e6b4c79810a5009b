"""The faults that :mod:`simulation.mutants` plants: each is a mistake that somebody could make in the rules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong line: in the file at ``path``, the only ``old`` becomes ``new``. ``sentence`` says what goes wrong."""

    sentence: str
    path: str
    old: str
    new: str


_STOCK = "daemon/domain/stock.py"
_FACTS = "daemon/domain/facts.py"
_EDITS = "daemon/domain/edits.py"
_TYPED = "daemon/domain/typed.py"
_ORDERS = "daemon/domain/orders.py"
_POOL = "daemon/domain/allocation.py"
_CLAIMS = "daemon/domain/claims.py"
_PUSH = "daemon/push/course.py"
_IN_STEP = "daemon/mirror/in_step.py"

FAULTS = (
    # What a shop must show
    Fault("An order does not lower what its shop must show", _STOCK, "Told(self.quantity - 1,", "Told(self.quantity,"),
    Fault(
        "A cancelled unit is taken for given back",
        _STOCK,
        "return Told(self.quantity, self.slack + 1)",
        "return Told(self.quantity + 1, self.slack)",
    ),
    Fault("Slack explains nothing", _STOCK, "shown - self.quantity - self.slack)", "shown - self.quantity)"),
    Fault(
        "A write without an answer always counts as done",
        _STOCK,
        "is_written = (abs(missed), missed > 0) < (abs(kept), kept > 0)",
        "is_written = (abs(missed), missed > 0) < (abs(kept) + 10**6, kept > 0)",
    ),
    Fault(
        "A write without an answer always counts as lost",
        _STOCK,
        "is_written = (abs(missed), missed > 0) < (abs(kept), kept > 0)",
        "is_written = (abs(missed) + 10**6, missed > 0) < (abs(kept), kept > 0)",
    ),
    Fault("A minus that nothing explains is written over", _STOCK, "max(0, desired + units)", "max(0, desired)"),
    Fault(
        "Stock is raised over what may be an edit",
        _STOCK,
        "return desired if desired < told.quantity else None",
        "return desired",
    ),
    Fault("An edit counts at first sight", _STOCK, "read_at - difference.since >= lag", "read_at >= difference.since"),
    Fault("A difference that changes keeps its age", _STOCK, "is not None and before.units == units", "is not None"),
    # Facts
    Fault(
        "Shops disagree, and the largest number opens",
        _FACTS,
        "first = min(served or readings,",
        "first = max(served or readings,",
    ),
    Fault(
        "An order in the moment of a write is forgotten",
        _FACTS,
        "return listing.written_to is None or moment <=",
        "return listing.written_to is None and moment <=",
    ),
    Fault(
        "A write without an answer is never settled",
        _FACTS,
        "if listing.sending is not None and listing.shown is not None:",
        "if listing.sending is not None and listing.shown is None:",
    ),
    Fault(
        "Cancelled after shipping, goods come back by themselves",
        _ORDERS,
        "not line.is_returned and not line.has_shipped",
        "not line.is_returned",
    ),
    Fault(
        "A cancellation gives back twice", _ORDERS, "line.is_cancelled and not line.is_returned", "line.is_cancelled"
    ),
    Fault(
        "An order from before the opening is taken off once more",
        _ORDERS,
        "is_inside = line.created_at < goods.opened_at",
        "is_inside = line.created_at > goods.opened_at",
    ),
    Fault("An accepted edit moves nothing", _EDITS, "difference.units, Cause", "0, Cause"),
    Fault("A second writer is never noticed", _EDITS, "TURNS = 3\n", "TURNS = 3000\n"),
    # What the seller typed
    Fault(
        "A typed stock is an absolute number",
        _TYPED,
        "typed if choice is Choice.SUM else typed - saw)",
        "typed if choice is Choice.SUM else typed - available)",
    ),
    Fault(
        "An addition that still stands is booked again",
        _TYPED,
        "added = typed - booked",
        "added = typed",
    ),
    Fault(
        "A count forgets what is promised",
        _TYPED,
        "on_hand = product.reserved + product.available",
        "on_hand = product.available",
    ),
    Fault(
        "A blank cell is a zero",
        _TYPED,
        "        case Blank() | Absent():\n            return None\n        case Number(value) if lowest",
        "        case Absent():\n            return None\n        case Blank():\n            return 0\n"
        "        case Number(value) if lowest",
    ),
    Fault(
        "A stale copy is compared with the newest revision",
        "daemon/origin.py",
        "written, saves = revisions.bases_at(tx, started.number), revisions.saves_of(tx, started)",
        "written, saves = revisions.bases_at(tx, newest.number), revisions.saves_of(tx, newest)",
    ),
    Fault(
        "An edit that another copy brought is taken twice",
        "daemon/domain/copies.py",
        "if value is not None and _is_known(",
        "if value is None and _is_known(",
    ),
    Fault(
        "A price conflict is decided for the sheet",
        "daemon/domain/prices.py",
        "ours_wins = wants and not wish.yields and (",
        "ours_wins = wants or (",
    ),
    Fault(
        "However far a price is, nobody is asked",
        "daemon/domain/brakes.py",
        "return step is not None and bool(present) and all(",
        "return step is None and bool(present) and all(",
    ),
    # The pool
    Fault("The buffer is offered", _POOL, "within = shown_for(units - rule.buffer)", "within = shown_for(units)"),
    Fault(
        "A unit is dealt twice",
        _POOL,
        "for id_ in weighted[: units - sum(dealt.values())]:",
        "for id_ in weighted:",
    ),
    Fault(
        "A shop rises by units that another still shows",
        _POOL,
        "else max(min(units, still[id_] + spare), surely[id_])",
        "else units",
    ),
    Fault(
        "A listing of which we are not sure counts as if it showed the most",
        _POOL,
        "id_: units if units <= surely[id_]",
        "id_: units if units <= promised[id_]",
    ),
    Fault(
        "What a bundle shows is offered singly as well",
        _CLAIMS,
        "available[part] - offers[part].locked - bundled[part], bundled",
        "available[part] - offers[part].locked, bundled",
    ),
    Fault(
        "A part rises by units that a bundle still shows",
        _CLAIMS,
        "left[part] -= units * held[bundle]",
        "left[part] -= units",
    ),
    Fault(
        "A bundle is as plentiful as its most plentiful part",
        "daemon/domain/recipes.py",
        "scarce = min(recipe, key",
        "scarce = max(recipe, key",
    ),
    # The outbox and the ledger
    Fault(
        "A write counts without being read back",
        _PUSH,
        "if self._is_proven(write, shown.get(write.command.listing))",
        "if self._is_proven(write, shown.get(write.command.listing)) or True",
    ),
    Fault("A write leaves before its intent is recorded", _PUSH, "            self._intend(writes)\n", ""),
    Fault(
        "A write that surely did not happen is not wanted any more",
        "daemon/mirror/outbox.py",
        '_set(tx, command, now, state="pending", sent=None, sent_desired=None)\n\n\ndef mark_waiting',
        '_set(tx, command, now, state="done", sent=None, sent_desired=None)\n\n\ndef mark_waiting',
    ),
    Fault(
        "An older state of an order replaces a newer one",
        "daemon/mirror/observations.py",
        'if stored["updated_at_ms"] > values["updated_at_ms"]:',
        'if stored["updated_at_ms"] < values["updated_at_ms"]:',
    ),
    Fault(
        "Orders are read without overlap", "daemon/pull.py", "OVERLAP = timedelta(minutes=15)", "OVERLAP = timedelta(0)"
    ),
    Fault(
        "The marketplace's time is taken from a clock that was just set forward",
        "daemon/pull.py",
        "started = min(started, shop.connector.server_now())",
        "pass",
    ),
    Fault(
        "The sums are not kept",
        "daemon/mirror/ledger.py",
        'available=products.c.available + bindparam("units")',
        'available=products.c.available + 0 * bindparam("units")',
    ),
    Fault(
        "The chain has no links", "daemon/mirror/ledger.py", "json.dumps([previous, *fields])", "json.dumps([*fields])"
    ),
    Fault(
        "The workbook is replaced a moment after somebody saved it",
        "daemon/write.py",
        "if parts.quiet_for() < QUIET_S:",
        "if parts.quiet_for() < 0:",
    ),
    Fault(
        "A workbook that we died before writing counts as written",
        "daemon/leftovers.py",
        "revisions.abandon_unwritten(tx, beginning)",
        "revisions.unfinished_revision(tx)",
    ),
    # What goes on for long, and what leaves for good
    Fault(
        "A parcel that the courier lost comes back into the stock",
        _ORDERS,
        "order.status in SHIPPED or (order.status is OrderStatus.CANCELLED and order.left_at is not None)",
        "order.status in SHIPPED",
    ),
    Fault(
        "What falls waits for something more urgent",
        _PUSH,
        "if not is_fall and self._parts.must_hurry",
        "if self._parts.must_hurry",
    ),
    Fault(
        "A reading that was cut short counts as whole",
        "daemon/pull.py",
        "shop.was_cut = into.is_cut = True\n            return",
        "shop.was_cut = into.is_cut = True\n            break",
    ),
    # Goods in step
    Fault(
        "A listing that shows another number is left out",
        _IN_STEP,
        "        and_(~is_unread, known.shown.is_distinct_from(known.told)),\n",
        "",
    ),
    Fault(
        "A listing that was told another number than its own is left out",
        _IN_STEP,
        "literal(is_plain)",
        "literal(False)",
    ),
    Fault(
        "Goods with a write under way are left out",
        _IN_STEP,
        "{Sku(sku) for sku in tx.execute(_BUSY).scalars()}",
        "set()",
    ),
    Fault(
        "The second row of the same goods is left out",
        "daemon/domain/in_step.py",
        "            found.pop(sku, None)",
        "            pass",
    ),
)
