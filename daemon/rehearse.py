"""A rehearsal: the seller's workbook and settings against copies of the real shops, from which nothing leads back."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from daemon.config import REHEARSAL_MARK, Settings, load_settings
from daemon.config.document import read_document
from daemon.connect import connected, connectors_of
from daemon.cycle import CycleResult, run_cycle
from daemon.domain.values import Listing
from daemon.errors import PersonNeededError
from daemon.founding import STATE_FOLDER, FolderTakenError, keep_keys
from daemon.marketplaces.sandbox.copied import RealShop
from daemon.marketplaces.sandbox.ready import Ready
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.mirror import holds
from daemon.mirror.store import copy_mirror, only_instance
from daemon.parts import Trigger

MOST_CYCLES = 8
"""After so many a rehearsal ends, whatever is still to be done."""

LAG = "1s"
"""A copy shows at once what was written, whatever the real shop needs."""

Progress = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A folder with a copy of the workbook, of the records and of the settings, and what each cycle there did.

    ``left_out`` are the listings that could not be copied.
    """

    folder: Path
    workbook: Path
    config: Path
    left_out: int
    results: Sequence[CycleResult]


async def read_shops(settings: Settings, progress: Progress) -> list[RealShop]:
    """Read every shop's catalogue, and nothing else; nothing is sent to any of them."""
    shops = []
    async with connectors_of(settings) as connectors:
        for connector in connectors:
            identity = await connector.identify()
            listings: list[Listing] = []
            async for page in connector.sweep_listings():
                listings += page
                progress("listings", connector.shop, len(listings))
            shops.append(RealShop(connector.shop, identity, listings))
    return shops


async def rehearse(settings: Settings, folder: Path, *, progress: Progress) -> Rehearsal:
    """Copy everything into ``folder``, and work there until nothing is left to be done.

    Of the real state folder only tokens are renewed, and what the connectors keep: lookups, and the calls of a day.

    Raises :class:`~daemon.errors.SelarasError` when a shop cannot be read or there is no workbook, and
    :class:`~daemon.founding.FolderTakenError` when something lies in ``folder`` already.
    """
    _refuse(settings, folder)
    shops = await read_shops(settings, progress)
    with running(SandboxOptions(copies=tuple(shops))) as ready:
        config = copy_house(settings, ready, folder)
        copied = load_settings(config)
        results = await _work(copied, progress)
    return Rehearsal(folder, copied.workbook, config, sum(shop.left_out for shop in shops), results)


def _refuse(settings: Settings, folder: Path) -> None:
    is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not is_free:
        raise FolderTakenError("init.taken", path=str(folder))
    if not settings.workbook.exists():
        raise PersonNeededError("workbook.missing", name=settings.workbook.name)


async def _work(settings: Settings, progress: Progress) -> list[CycleResult]:
    results: list[CycleResult] = []
    with only_instance(settings.state_folder):
        async with connected(settings) as parts:
            with parts.mirror.transaction() as tx:
                holds.resume_all(tx)
            while len(results) < MOST_CYCLES:
                results.append(await run_cycle(replace(parts, progress=progress), Trigger.COMMAND))
                if results[-1].plan.is_quiet and results[-1].look_again is None:
                    break
                await asyncio.sleep(max(shop.lag for shop in settings.shops).total_seconds())
    return results


def copy_house(settings: Settings, ready: Ready, folder: Path) -> Path:
    """Copy workbook, records and settings of a house; the copy knows the sandbox only. Gives the settings' path."""
    state = folder / STATE_FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state.mkdir(mode=0o700)
        (state / REHEARSAL_MARK).touch()
        if settings.workbook.exists():
            shutil.copy2(settings.workbook, folder)
        for shop in ready.shops:
            keep_keys(state, shop)
        config = folder / "config.yaml"
        config.write_text(_settings_of_copy(settings, ready), encoding="utf-8")
    except OSError as error:
        raise PersonNeededError("init.cannot_write", path=str(folder), reason=error.strerror or "") from error
    copy_mirror(settings.state_folder, state)
    return config


def _settings_of_copy(settings: Settings, ready: Ready) -> str:
    """The seller's own settings with other places, other keys, and nobody who may call from outside."""
    data: Any = read_document(settings.path.read_text(encoding="utf-8-sig")).data
    data |= {"workbook": settings.workbook.name, "orders_folder": "pesanan", "state_folder": STATE_FOLDER}
    data.pop("webhooks", None)
    copies = {shop.name: shop for shop in ready.shops}
    for shop in data["shops"]:
        copy = copies[shop["name"]]
        shop |= {
            "app_key": copy.app_key,
            "app_secret": {"file": f"{STATE_FOLDER}/keys/{copy.name}"},
            "shop_cipher": copy.shop_cipher,
            "base_url": ready.base_url,
            "auth_url": ready.auth_url,
            "authorize_url": ready.authorize_url,
            "service_id": ready.service_id,
            "lag": LAG,
        }
        shop.pop("daily_calls", None)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
