"""The long-running service: one control task that owns the state, rung by saves, timers and signals."""

import asyncio
import math
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from bridge.folder.leases import is_in_use
from bridge.watch import FolderWatch
from daemon.bell import Bell
from daemon.config import Settings, load_settings
from daemon.connect import connected
from daemon.cycle import CycleResult, run_cycle
from daemon.domain.messages import Message, message
from daemon.errors import SelarasError
from daemon.leftovers import ABANDONED_S, put_right
from daemon.mirror.store import only_instance
from daemon.notify import Notifier
from daemon.parts import QUIET_S, Parts, StoppedError, Trigger
from daemon.pulse import Pulse
from daemon.webhooks import hearing

log = structlog.get_logger()

START_S = 120.0
"""What systemd is asked for while a large mirror is opened, perhaps with a new schema."""

STOP_GRACE_S = 20.0
"""Time for the write in hand once the end is asked for; less than the unit's TimeoutStopSec."""

CRASHES_IN_A_ROW = 5
"""After so many unexpected errors in a row the service ends, and systemd starts it afresh."""

Listener = Callable[[CycleResult], None]


class Service:
    """Runs cycles until it is asked to end. ``listener`` is told of every finished cycle."""

    def __init__(self, config: Path, notifier: Notifier, listener: Listener | None = None) -> None:
        self._config, self._notifier, self._listener = config, notifier, listener
        self._stopping = asyncio.Event()
        self._bell = Bell()
        self._pulse = Pulse(notifier)
        self._must_reload = False
        self._deadline: asyncio.Timeout | None = None
        self._orders_due_at = math.inf
        self._parts: Parts | None = None
        self._crashes = 0

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Configuration errors at the start are raised, later ones are told."""
        settings = load_settings(self._config)
        with only_instance(settings.state_folder), self._signals():
            beating = asyncio.create_task(self._pulse.beat())
            try:
                while reloaded := await self._serve(settings):
                    settings = reloaded
            finally:
                beating.cancel()

    def stop(self) -> None:
        """Finish the write in hand, leave the rest in the outbox, and end. Said again, it changes nothing.

        What is only read is dropped. Where anything is under way, what is waited for is said at once.
        """
        if self._stopping.is_set():
            return
        self._notifier.stopping()
        self._stopping.set()
        self._bell.wake()
        if self._deadline is not None:
            self._deadline.reschedule(asyncio.get_running_loop().time() + STOP_GRACE_S)
            if self._parts is not None:
                waits = message("service.stopping", seconds=math.ceil(STOP_GRACE_S))
                log.info("service.stopping", said=self._parts.texts.say(waits))
                self._say(self._parts, waits)

    async def _serve(self, settings: Settings) -> Settings | None:
        """Run cycles under one configuration; returns the next one after a reload, ``None`` at the end."""
        self._notifier.extend(START_S)
        wake = partial(self._bell.ring_twice_from_thread, Trigger.WEBHOOK)
        async with connected(settings) as connected_parts, hearing(connected_parts, wake):
            put_right(settings, connected_parts.mirror)
            with self._watching(settings) as watch:
                parts = replace(
                    connected_parts,
                    stopping=self._stopping,
                    progress=lambda _event, _shop, _count: self._pulse.progress(),
                    own_write=watch.own_write,
                    quiet_for=watch.quiet_for,
                    was_open=watch.was_open,
                    must_hurry=self._must_hurry,
                )
                self._notifier.ready()
                self._say(parts, message("service.started"))
                return await self._run_cycles(parts)

    @contextmanager
    def _watching(self, settings: Settings) -> Iterator[FolderWatch]:
        self._pulse.watch = watch = FolderWatch(settings.workbook, self._note_save)
        watch.start()
        try:
            yield watch
        finally:
            self._pulse.watch = None
            watch.stop()

    async def _run_cycles(self, parts: Parts) -> Settings | None:
        interval_s = parts.settings.interval.total_seconds()
        due = (time.monotonic(), Trigger.INTERVAL)
        trigger: Trigger | Settings | None = None if self._stopping.is_set() else Trigger.START
        while isinstance(trigger, Trigger):
            self._orders_due_at = time.monotonic() + interval_s
            result = await self._cycle(parts, trigger)
            if result is not None and result.push.is_cut:
                self._bell.ring(Trigger.GO_ON)
            if trigger.sweeps:
                due = (time.monotonic() + interval_s, Trigger.INTERVAL)
            if result is not None and result.look_again is not None:
                due = min(due, (time.monotonic() + result.look_again.total_seconds(), Trigger.LOOK_AGAIN))
            is_postponed = result is not None and result.is_postponed
            trigger = await self._what_next(parts, due, must_write=is_postponed)
        return trigger

    async def _cycle(self, parts: Parts, trigger: Trigger) -> CycleResult | None:
        """Run one cycle and say how it went; ``None`` when it did not come to its end."""
        self._parts = parts
        try:
            async with self._at_work():
                await asyncio.to_thread(put_right, parts.settings, parts.mirror, older_than_s=ABANDONED_S)
                result = await run_cycle(parts, trigger)
        except StoppedError:
            log.info("cycle.left_off")
            return None
        except SelarasError as error:
            log.warning("cycle.failed", error=str(error))
            self._say(parts, error.message)
            return None
        except Exception as error:
            if isinstance(error, TimeoutError) and self._stopping.is_set():
                log.warning("cycle.dropped", after_s=STOP_GRACE_S)
                return None
            self._crashes += 1
            log.exception("cycle.crashed", in_a_row=self._crashes)
            self._say(parts, message("service.crashed"))
            if self._crashes >= CRASHES_IN_A_ROW:
                raise
            return None
        self._crashes = 0
        self._report(parts, result)
        return result

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """A time for work: progress is expected; :meth:`stop` ends it with a TimeoutError after a while of grace."""
        try:
            with self._pulse.at_work():
                async with asyncio.timeout(None) as self._deadline:
                    yield
        finally:
            self._deadline = None

    async def _what_next(
        self, parts: Parts, due: tuple[float, Trigger], *, must_write: bool
    ) -> Trigger | Settings | None:
        """Wait for a reason to run, for new settings, or, with ``None``, for the end; ``due`` is the next one by time.

        A postponed write (``must_write``) is a reason as soon as nobody has touched the workbook for a while.
        """
        while not self._stopping.is_set():
            if self._must_reload:
                settings = self._reloaded(parts)
                if settings is not None:
                    return settings
            left_s = due[0] - time.monotonic()
            heard = await self._bell.heard(min(left_s, self._quiet_in()) if must_write else left_s)
            if heard in {Trigger.WEBHOOK, Trigger.GO_ON} and time.monotonic() >= due[0]:
                return due[1]  # neither a storm of webhooks nor much to send must keep us from reading everything
            if heard is not None:
                return heard
            if self._must_reload:
                continue
            if time.monotonic() >= due[0]:
                return due[1]
            if must_write and await self._is_free(parts.settings.workbook):
                return Trigger.SAVE
        return None

    def _must_hurry(self) -> bool:
        """Whether somebody asks for a cycle, or orders were last read an interval ago."""
        return self._bell.is_rung or time.monotonic() >= self._orders_due_at

    async def _is_free(self, workbook: Path) -> bool:
        """Whether a write may be tried. A viewer without a lock file can hold the workbook for hours."""
        return self._quiet_for() >= QUIET_S and not await asyncio.to_thread(is_in_use, workbook)

    def _quiet_for(self) -> float:
        return QUIET_S if self._pulse.watch is None else self._pulse.watch.quiet_for()

    def _quiet_in(self) -> float:
        """Seconds until it may be quiet. When it is already, the write waits for something else: try again later."""
        left_s = QUIET_S - self._quiet_for()
        return left_s if left_s > 0 else QUIET_S

    def _report(self, parts: Parts, result: CycleResult) -> None:
        if result.errors:
            _shop, error = result.errors[0]
            self._say(parts, error.message)
        elif result.problems:
            self._say(parts, result.problems[0])
        else:
            stamp = parts.texts.moment(parts.now(), parts.settings.timezone)
            self._say(parts, message("service.in_step", time=stamp, held=len(result.plan.held)))
        if self._listener is not None:
            self._listener(result)

    def _say(self, parts: Parts, text: Message) -> None:
        self._notifier.status(parts.texts.say(text))

    def _reloaded(self, parts: Parts) -> Settings | None:
        """The new settings; ``None`` when they cannot be used, and the old ones go on."""
        self._must_reload = False
        self._notifier.reloading()
        try:
            settings = load_settings(self._config)
        except SelarasError as error:
            log.warning("config.reload_refused", error=str(error))
            self._notifier.ready()
            self._say(parts, error.message)
            return None
        if settings.state_folder != parts.settings.state_folder:
            log.error("config.state_folder_needs_restart", kept=str(parts.settings.state_folder))
            return replace(settings, state_folder=parts.settings.state_folder)
        return settings

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        reactions: dict[int, Callable[[], None]] = {
            signal.SIGTERM: self.stop,
            signal.SIGINT: self.stop,
            signal.SIGHUP: self._ask_reload,
            signal.SIGUSR1: lambda: self._bell.ring(Trigger.SIGNAL),
        }
        for number, reaction in reactions.items():
            loop.add_signal_handler(number, reaction)
        try:
            yield
        finally:
            for number in reactions:
                loop.remove_signal_handler(number)

    def _ask_reload(self) -> None:
        self._must_reload = True
        self._bell.wake()

    def _note_save(self, content_hash: str) -> None:
        log.info("workbook.saved", hash=content_hash[:12])
        self._bell.ring_from_thread(Trigger.SAVE)


async def serve(config: Path, listener: Listener | None = None) -> None:
    """Run the service with the configuration at ``config`` until it is asked to end."""
    await Service(config, Notifier.from_environ(), listener).run()
