"""The course of a push: due commands in small batches; read, decide, record the intent, write, read back."""

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import structlog

from daemon.domain.messages import message
from daemon.domain.refusals import Cure
from daemon.domain.values import ListingId
from daemon.errors import BugError, ItemError, SelarasError, UnknownOutcomeError
from daemon.mirror import Transaction, forecast, holds, outbox
from daemon.mirror.forecast import minutes
from daemon.mirror.outbox import Due
from daemon.parts import Parts, Shop, StoppedError
from daemon.push.aim import Aim, Otherwise, Write
from daemon.push.prices import Prices
from daemon.push.quantities import Quantities
from daemon.push.statuses import Statuses

log = structlog.get_logger()

PRODUCTS_AT_ONCE = 20
"""Products between one read and its read-back: few, so that orders seldom fall between."""

WRITES_AT_ONCE = 4


@dataclass(slots=True)
class PushReport:
    """What became of the commands.

    ``must_look_again`` asks for another cycle soon. ``is_waiting``: a difference that may be somebody's edit has to
    stand for a while before stock is raised over it. ``is_cut``: the rest waits for something more urgent.
    """

    verified: int = 0
    refused: int = 0
    unknown: int = 0
    must_look_again: bool = False
    is_waiting: bool = False
    is_cut: bool = False
    errors: list[tuple[str, SelarasError]] = field(default_factory=list)


async def push(parts: Parts) -> PushReport:
    """Work off every due command of every shop that is surely ours; shops at the same time, one writer each."""
    report = PushReport()
    async with asyncio.TaskGroup() as group:
        for shop in parts.shops:
            if shop.shop_id is not None:
                group.create_task(_push_shop(parts, shop, report))
    return report


def _by_danger(shop: Shop) -> Iterator[tuple[Aim, bool]]:
    """What to work off one after the other, and whether it falls: buyers order what is not there, before all else."""
    quantities, prices = Quantities(shop.connector, shop.policy.marketplace_edit), Prices(shop.connector)
    statuses = Statuses(shop.connector)
    sends_stock = shop.policy.sends_stock  # commands from before it was switched off may still be there
    if sends_stock:
        yield quantities, True
    yield statuses, True
    yield prices, False
    if sends_stock:
        yield quantities, False
    yield statuses, False


async def _push_shop(parts: Parts, shop: Shop, report: PushReport) -> None:
    try:
        for aim, is_fall in _by_danger(shop):
            await _Course(parts, shop, aim, report).run(is_fall=is_fall)
    except SelarasError as error:
        log.warning("push.stopped", shop=shop.name, error=str(error))
        report.errors.append((shop.name, error))
        report.must_look_again |= isinstance(error, UnknownOutcomeError)
    except Exception as error:
        log.exception("push.crashed", shop=shop.name)
        report.errors.append((shop.name, BugError("shop.surprise", shop=shop.name, detail=type(error).__name__)))


def _batches(commands: Sequence[Due]) -> Iterator[list[Due]]:
    """Cut into batches of whole products, keeping the order of danger."""
    by_product: dict[str, list[Due]] = defaultdict(list)
    for command in commands:
        by_product[command.listing.product_id].append(command)
    groups = list(by_product.values())
    for start in range(0, len(groups), PRODUCTS_AT_ONCE):
        yield [command for group in groups[start : start + PRODUCTS_AT_ONCE] for command in group]


class _Course:
    """Works off the commands of one shop for one aim."""

    def __init__(self, parts: Parts, shop: Shop, aim: Aim, report: PushReport) -> None:
        self._parts, self._shop, self._aim, self._report = parts, shop, aim, report

    async def run(self, *, is_fall: bool) -> None:
        with self._parts.mirror.transaction() as tx:
            due = outbox.due_commands(tx, self._shop.name, self._aim.target, now=self._parts.now())
        for batch in _batches([command for command in due if command.is_fall == is_fall]):
            if self._parts.stopping.is_set() or self._is_at_rest():
                return
            self._parts.progress(self._aim.target.value, self._shop.name, len(batch))
            await self._push_batch(batch)
            self._tell_time_left()
            if not is_fall and self._parts.must_hurry():
                self._report.is_cut = True
                return

    def _tell_time_left(self) -> None:
        with self._parts.mirror.transaction() as tx:
            left = forecast.time_left(tx, self._shop.name, now=self._parts.now())
        if left is not None:
            log.info("push.time_left", shop=self._shop.name, seconds=ceil(left.total_seconds()))
            self._parts.progress("left", self._shop.name, minutes(left))

    def _is_at_rest(self) -> bool:
        """Whether nothing may be sent to the shop; the seller can say so at any moment."""
        with self._parts.mirror.transaction() as tx:
            silent = {reason.params["shop"] for reason in holds.at_rest(tx, now=self._parts.now())}
        return self._shop.name in silent

    async def _push_batch(self, batch: Sequence[Due]) -> None:
        read_at = self._shop.connector.server_now()
        try:
            shown = await self._parts.unless_stopping(self._aim.read([command.listing for command in batch]))
        except StoppedError:
            return
        with self._parts.mirror.transaction() as tx:
            decided = [(command, self._decide(tx, command, shown.get(command.listing))) for command in batch]
        writes = [
            Write(command, value, shown[command.listing], read_at) for command, value in decided if value is not None
        ]
        if writes:
            await self._write_and_verify(writes)

    def _decide(self, tx: Transaction, command: Due, shown: int | None) -> int | None:
        """The value to write, or ``None`` when the command is dealt with."""
        if shown is None:
            self._refuse(tx, command, self._say("push.listing_gone"), Cure.GONE)
            return None
        now = self._parts.now()
        decision = self._aim.decide(tx, command, shown, now)
        if decision is Otherwise.FULFILLED:
            seen_at = self._shop.connector.server_now()
            outbox.mark_done(tx, command, shown=shown, seen_at=seen_at, now=now, is_written=False)
            self._report.verified += 1
        elif decision is Otherwise.ASK:
            outbox.mark_waiting(tx, command, now=now)
            self._report.must_look_again = True
        elif decision is Otherwise.LATER:
            self._report.is_waiting = True
        elif command.is_editable:
            return decision
        else:
            self._refuse(tx, command, self._say("push.not_editable"), Cure.STATUS)
        return None

    async def _write_and_verify(self, writes: Sequence[Write]) -> None:
        groups: dict[Hashable, list[Write]] = defaultdict(list)
        for write in writes:
            groups[self._aim.together(write)].append(write)
        free = asyncio.Semaphore(WRITES_AT_ONCE)
        outcomes = await asyncio.gather(*(self._write_together(free, group) for group in groups.values()))
        await self._verify([write for sent, _error in outcomes for write in sent])
        for _sent, error in outcomes:
            if error is not None:
                raise error

    async def _write_together(
        self,
        free: asyncio.Semaphore,
        writes: list[Write],
    ) -> tuple[list[Write], SelarasError | None]:
        """Record the intents, then write. Returns what is to be read back, and the error that ends the step, if any."""
        values = {write.command.listing: write.value for write in writes}
        async with free:
            if self._parts.stopping.is_set():
                return [], None
            self._intend(writes)
            try:
                refused = await self._aim.write(values)
            except UnknownOutcomeError as error:
                log.info("push.outcome_unknown", shop=self._shop.name, error=str(error))
                return writes, None
            except ItemError as error:
                refused = dict.fromkeys(values, self._parts.texts.say(error.message))
            except SelarasError as error:
                self._take_back(writes)
                return [], error
        return self._accepted(writes, refused), None

    def _intend(self, writes: Sequence[Write]) -> None:
        with self._parts.mirror.transaction() as tx:
            for write in writes:
                outbox.mark_sending(tx, write.command, write.value, read_at=write.read_at, now=self._parts.now())

    def _take_back(self, writes: Sequence[Write]) -> None:
        with self._parts.mirror.transaction() as tx:
            for write in writes:
                outbox.mark_pending(tx, write.command, now=self._parts.now())

    def _accepted(self, writes: Sequence[Write], refused: Mapping[ListingId, str]) -> list[Write]:
        if refused:
            with self._parts.mirror.transaction() as tx:
                for write in writes:
                    if write.command.listing in refused:
                        reason = refused[write.command.listing]
                        self._refuse(tx, write.command, reason, self._shop.connector.cure(reason))
        return [write for write in writes if write.command.listing not in refused]

    async def _verify(self, waiting: Sequence[Write]) -> None:
        """Read back until every write shows. What never shows stays unknown, for the next cycle to settle."""
        for pause_s in self._parts.patience_s:
            if not waiting:
                return
            await asyncio.sleep(pause_s)
            seen_at = self._shop.connector.server_now()
            shown = await self._aim.read([write.command.listing for write in waiting])
            with self._parts.mirror.transaction() as tx:
                proven = [write for write in waiting if self._is_proven(write, shown.get(write.command.listing))]
                for write in proven:
                    outbox.mark_done(
                        tx, write.command, shown=shown[write.command.listing], seen_at=seen_at, now=self._parts.now()
                    )
            self._report.verified += len(proven)
            waiting = [write for write in waiting if write not in proven]
        self._report.unknown += len(waiting)
        self._report.must_look_again |= bool(waiting)

    def _is_proven(self, write: Write, shown: int | None) -> bool:
        is_proven = shown is not None and self._aim.has_happened(write, shown)
        log.info(
            "push.read_back",
            shop=self._shop.name,
            sku_id=write.command.listing.sku_id,
            target=self._aim.target.value,
            written=write.value,
            shown=shown,
            is_proven=is_proven,
        )
        return is_proven

    def _refuse(self, tx: Transaction, command: Due, reason: str, cure: Cure) -> None:
        outbox.mark_refused(tx, command, reason, now=self._parts.now(), cure=cure)
        self._report.refused += 1
        self._report.must_look_again = True
        log.warning("push.refused", shop=self._shop.name, sku_id=command.listing.sku_id, reason=reason)

    def _say(self, code: str) -> str:
        return self._parts.texts.say(message(code))
