"""Founding a seller's folder: settings, an empty workbook, and the keys of a sandbox when there is one."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from bridge.template import write_template
from daemon.config.settings import Language
from daemon.connect import token_path
from daemon.errors import BugError, ItemError, PersonNeededError
from daemon.marketplaces.sandbox.ready import Ready, ReadyShop
from daemon.marketplaces.tiktok_shop.tokens import Tokens, TokenStore

STATE_FOLDER = ".selaras"
WORKBOOKS: dict[Language, str] = {"id": "toko.xlsx", "en": "shop.xlsx"}

_HEAD: dict[Language, str] = {
    "id": "# Pengaturan Selaras. Keterangan setiap baris ada di config.example.yaml.\n",
    "en": "# Settings of Selaras. config.example.yaml explains every line.\n",
}
_FILL_IN: dict[Language, str] = {
    "id": "isi-dari-partner-center",
    "en": "fill-in-from-partner-center",
}


class FolderTakenError(ItemError):
    """The folder has settings or a workbook already; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made."""

    folder: Path
    config: Path
    workbook: Path


def found(folder: Path, *, sandbox: Path | None, language: Language) -> Founded:
    """Make the files a seller starts from in ``folder``.

    Raises :class:`FolderTakenError` when one of them is there already, and
    :class:`~daemon.errors.PersonNeededError` when the ready file cannot be read.
    """
    ready = _read_ready(sandbox) if sandbox else None
    founded = Founded(folder, folder / "config.yaml", folder / WORKBOOKS[language])
    for path in (founded.config, founded.workbook):
        if path.exists():
            raise FolderTakenError("init.taken", path=str(path))
    state = folder / STATE_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state.mkdir(mode=0o700, exist_ok=True)
        (folder / "pesanan").mkdir(mode=0o700, exist_ok=True)
        for shop in ready.shops if ready else ():
            keep_keys(state, shop)
        write_template(founded.workbook, language)
        founded.config.write_text(_settings(ready, founded.workbook.name, language), encoding="utf-8")
    except OSError as error:
        raise PersonNeededError("init.cannot_write", path=str(folder), reason=error.strerror or "") from error
    return founded


def fresh_folder(name: str) -> Path:
    """Name a folder here that is not there yet: ``name``, or ``name`` with a number."""
    for number in range(1, 1000):
        place = Path(name if number == 1 else f"{name}-{number}")
        if not place.exists():
            return place
    raise BugError("demo.no_folder")


def _read_ready(path: Path) -> Ready:
    try:
        return Ready.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise PersonNeededError("init.bad_ready_file", path=str(path)) from error


def keep_keys(state: Path, shop: ReadyShop) -> None:
    """Store a sandbox shop's keys where a real shop's would be, mode 0600."""
    secret = state / "keys" / shop.name
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(shop.app_secret + "\n")
    # The ready file names no end of life: the first refusal brings a refresh, and with it the true one.
    later = datetime.now(UTC) + timedelta(days=1)
    tokens = Tokens(shop.access_token, later, shop.refresh_token, later + timedelta(days=365))
    TokenStore(token_path(state, shop.name), shop.name).save(tokens)


def _settings(ready: Ready | None, workbook: str, language: Language) -> str:
    shops = [_shop(shop, ready) for shop in ready.shops] if ready else [_empty_shop(language)]
    interval = "5s" if ready else "60s"
    return (
        f"{_HEAD[language]}workbook: {workbook}\norders_folder: pesanan\nstate_folder: {STATE_FOLDER}\n"
        f"language: {language}\ntimezone: Asia/Jakarta\ninterval: {interval}\nshops:\n{''.join(shops)}"
    )


def _shop(shop: ReadyShop, ready: Ready) -> str:
    return (
        f"  - name: {shop.name}\n    marketplace: {shop.marketplace}\n    app_key: {shop.app_key}\n"
        f"    app_secret: {{file: {STATE_FOLDER}/keys/{shop.name}}}\n    shop_cipher: {shop.shop_cipher}\n"
        f"    base_url: {ready.base_url}\n    auth_url: {ready.auth_url}\n"
        f"    authorize_url: {ready.authorize_url}\n    service_id: '{ready.service_id}'\n"
        f"    lag: 3s\n    stock: {{sync: update}}\n"
    )


def _empty_shop(language: Language) -> str:
    blank = _FILL_IN[language]
    return (
        f"  - name: toko-utama\n    marketplace: tiktok_shop\n    app_key: {blank}\n"
        f"    app_secret: {{file: {STATE_FOLDER}/keys/toko-utama}}\n    service_id: {blank}\n"
        f"    stock: {{sync: update}}\n"
    )
