"""Runs one cycle in a process of its own, and kills that process at a chosen step. Imported by the process itself."""

import asyncio
import json
import os
import signal
from pathlib import Path

from sqlalchemy import Engine, Pool, event

from bridge import list_sheet
from bridge.folder import files, versions
from daemon.config import load_settings
from daemon.connect import connected
from daemon.cycle import run_cycle
from daemon.leftovers import put_right
from daemon.marketplaces.pace import Clock, Timing
from daemon.marketplaces.tiktok_shop.connector import TikTokShop
from daemon.mirror.store import only_instance
from daemon.parts import Trigger

QUICK = Timing(read_s=20, calls_per_s=1000, burst=1000, attempts=3, first_wait_s=0.01)


class Reaper:
    """Counts the steps after which something lasts, and kills this process at step ``fatal``: a number, or a name."""

    def __init__(self, fatal):
        self.steps = []
        self._fatal = fatal
        self._is_committing = False

    def at(self, step):
        self.steps.append(step)
        if self._fatal in (len(self.steps), step):
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self):
        event.listen(Engine, "commit", self._before_commit)
        event.listen(Pool, "checkin", self._after_commit)
        for place, name in (
            (files, "replace"),
            (files, "exchanged"),
            (versions, "keep_version"),
            (list_sheet, "write_new"),
        ):
            setattr(place, name, self._around(getattr(place, name), name))
        for name in ("set_quantities", "set_prices", "switch"):
            setattr(TikTokShop, name, self._around_call(getattr(TikTokShop, name), name))

    def _before_commit(self, _connection):
        self._is_committing = True
        self.at("before commit")

    def _after_commit(self, _connection, _record):
        if self._is_committing:
            self._is_committing = False
            self.at("after commit")

    def _around(self, function, name):
        def watched(*args, **kwargs):
            self.at(f"before {name}")
            result = function(*args, **kwargs)
            self.at(f"after {name}")
            return result

        return watched

    def _around_call(self, function, name):
        async def watched(*args, **kwargs):
            self.at(f"before {name}")
            result = await function(*args, **kwargs)
            self.at(f"after {name}")
            return result

        return watched


def run_one_cycle(config, now, fatal, steps_file):
    """What ``selaras sync`` does, at the moment ``now``; writes down the steps if it lives to tell."""
    reaper = Reaper(fatal)
    reaper.watch()

    async def sync():
        settings = load_settings(Path(config))
        with only_instance(settings.state_folder):
            async with connected(settings, timing=QUICK, clock=Clock(now=lambda: now)) as parts:
                put_right(settings, parts.mirror)
                await run_cycle(parts, Trigger.COMMAND)

    asyncio.run(sync())
    Path(steps_file).write_text(json.dumps(reaper.steps))
