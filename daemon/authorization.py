"""Letting Selaras into a shop: from the code that the seller brought back to stored permission."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from daemon.config import Settings
from daemon.config.settings import ShopSettings
from daemon.connect import credentials_of, token_store
from daemon.domain.messages import Message, message
from daemon.errors import ItemError, PersonNeededError, TryLaterError
from daemon.marketplaces.http import ShopHttp
from daemon.marketplaces.tiktok_shop.consent import SCOPES, Grant, grant_for, lacking
from daemon.marketplaces.tiktok_shop.models import Shop
from daemon.mirror import Mirror
from daemon.mirror.observations import shop_id_of


@dataclass(frozen=True, slots=True)
class LetIn:
    """A shop that Selaras was let into: its name at the marketplace, until when, and what will not work."""

    name: str
    until: datetime
    lacking: Sequence[Message]


async def ask_for(settings: Settings, shop: ShopSettings, code: str) -> Grant:
    """Exchange the code for tokens and the shops they open; nothing is stored yet.

    Raises:
        PersonNeededError: ``connect.code_refused``, ``connect.no_shops``, or one about the app's key and secret.
        TryLaterError: ``connect.no_answer``; unlike a cycle, nobody tries again but the seller.
    """
    http = ShopHttp(shop.name)
    try:
        grant = await grant_for(code, credentials_of(shop), token_store(settings, shop.name), http)
    except TryLaterError as error:
        raise TryLaterError("connect.no_answer", shop=shop.name, detail=str(error)) from error
    finally:
        await http.aclose()
    if not grant.shops:
        raise PersonNeededError("connect.no_shops", shop=shop.name)
    return grant


async def let_in(settings: Settings, shop: ShopSettings, grant: Grant, chosen: Shop) -> LetIn:
    """Store the permission for ``chosen``; a running service goes on with it by itself.

    Raises:
        ItemError: ``connect.other_cipher`` the settings name another shop, ``connect.other_account`` the mirror knows
            another shop by this name, ``connect.taken`` another name stands for this one.
    """
    if shop.shop_cipher not in {"", chosen.cipher}:
        raise ItemError("connect.other_cipher", shop=shop.name, found=chosen.name)
    for other in settings.shops:
        if other.name != shop.name and _cipher_of(settings, other) == chosen.cipher:
            raise ItemError("connect.taken", shop=shop.name, found=chosen.name, other=other.name)
    if _known_id(settings, shop.name) not in {None, chosen.id}:
        raise ItemError("connect.other_account", shop=shop.name, found=chosen.name)
    await token_store(settings, shop.name).put(replace(grant.tokens, shop_cipher=chosen.cipher))
    reasons = tuple(message(SCOPES[scope], scope=scope) for scope in lacking(grant.tokens.scopes))
    return LetIn(chosen.name, grant.tokens.refresh_expires_at, reasons)


def _cipher_of(settings: Settings, shop: ShopSettings) -> str:
    """Which shop a name stands for; empty while nobody knows."""
    try:
        return shop.shop_cipher or token_store(settings, shop.name).load().shop_cipher
    except PersonNeededError:
        return ""


def _known_id(settings: Settings, shop: str) -> str | None:
    if not (settings.state_folder / "mirror.sqlite").exists():
        return None
    with closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction() as tx:
        return shop_id_of(tx, shop)
