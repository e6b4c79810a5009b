"""What a cycle did, in a seller's words."""

from collections.abc import Iterator, Sequence

from daemon.cycle import CycleResult
from daemon.domain.messages import Message, message
from daemon.domain.plan import Command, Plan, Target
from daemon.domain.recon import Line, Outcome
from daemon.domain.stock import Cause, Movement
from daemon.first_lines import first_lines
from daemon.plan_view import say_held
from daemon.texts import Texts

MOST_LINES = 12
"""Of one kind; the rest is counted."""


def tell(result: CycleResult, texts: Texts) -> list[str]:
    """The lines for one cycle; none when nothing happened."""
    return [*tell_news(result, texts), *tell_standing(result, texts)]


def tell_news(result: CycleResult, texts: Texts) -> Iterator[str]:
    """The lines for what was decided and done."""
    yield from _decided(result.plan, texts)
    if result.rows_written:
        yield texts.say(message("story.rows_written", count=result.rows_written))
    if result.push.verified:
        yield texts.say(message("story.verified", count=result.push.verified))


def tell_standing(result: CycleResult, texts: Texts) -> Iterator[str]:
    """The lines for what is held or in the way; the next cycle says them again until somebody acts."""
    yield from _watched(result.plan, texts)
    yield from _held(result.plan, texts, "selaras status")
    if result.push.refused:
        yield texts.say(message("report.outbox_refused", count=result.push.refused))
    if result.push.unknown:
        yield texts.say(message("report.outbox_sending", count=result.push.unknown))
    yield from (texts.say(error.message) for _shop, error in result.errors)
    yield from (texts.say(problem) for problem in result.problems)


def tell_plan(plan: Plan, texts: Texts, *, all_in: str = "") -> Iterator[str]:
    """The lines for a plan that nobody has carried out; ``all_in`` is a command that shows it whole."""
    yield from _decided(plan, texts, all_in)
    if plan.rows:
        yield texts.say(message("story.rows_to_write", count=len(plan.rows)))
    yield from _watched(plan, texts)
    yield from _held(plan, texts, all_in)


def _watched(plan: Plan, texts: Texts) -> Sequence[str]:
    lines = plan.recon.lines if plan.recon else ()
    return some([texts.say(_not_certain(line)) for line in lines if line.outcome is Outcome.WAITING], texts)


def _held(plan: Plan, texts: Texts, all_in: str) -> Sequence[str]:
    return some([say_held(entry, texts) for entry in plan.held], texts, all_in=all_in)


def _decided(plan: Plan, texts: Texts, all_in: str = "") -> Iterator[str]:
    opened = sum(product.is_new for product in plan.products)
    if opened:
        yield texts.say(message("story.opened", count=opened))
    yield from some([texts.say(entry) for entry in _movements(plan.movements)], texts, all_in=all_in)
    yield from some([texts.say(_command(command)) for command in plan.commands], texts, all_in=all_in)


def some(lines: Sequence[str], texts: Texts, *, all_in: str = "") -> Sequence[str]:
    """Give the first lines, and how many more there are; ``all_in`` is a command that shows all of them."""
    return first_lines(lines, MOST_LINES, texts.say, all_in=all_in)


def _movements(movements: tuple[Movement, ...]) -> list[Message]:
    """One line per SKU and cause; opening numbers are counted elsewhere."""
    units: dict[tuple[Cause, str], int] = {}
    for movement in movements:
        units[movement.cause, movement.sku] = units.get((movement.cause, movement.sku), 0) + movement.delta
    return [
        message(f"story.{cause.value}", sku=sku, units=f"{delta:+d}")
        for (cause, sku), delta in units.items()
        if cause is not Cause.OPENING
    ]


def _command(command: Command) -> Message:
    place = {"shop": command.listing.shop, "sku": command.sku}
    if command.is_waiting:
        return message("story.waiting", **place)
    if command.target is Target.STATUS:
        return _switch(command)
    if command.is_later:
        return message(f"story.later_{command.target.value}", **place, new=command.desired)
    if command.carried:
        return message("story.quantity_carried", **place, new=command.sends, units=f"{command.carried:+d}")
    if command.old is None:
        return message("story.quantity_first", **place, new=command.desired)
    code = "story.quantity" if command.target is Target.QUANTITY else "story.price"
    return message(code, **place, old=command.old, new=command.desired)


def _switch(command: Command) -> Message:
    place = {"shop": command.listing.shop, "sku": command.sku}
    if command.is_later:
        return message(f"story.later_status_{command.desired}", **place)
    return message(f"story.status_{command.desired}", **place)


def _not_certain(line: Line) -> Message:
    numbers = {"shown": line.shown or 0, "expected": line.expected or 0}
    return message("story.watched", shop=line.listing.shop, sku=line.sku, **numbers)
