"""``shops``: every shop with its state, and whether it is ready."""

import json
from datetime import datetime
from pathlib import Path

import typer

from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at
from daemon.config import Settings
from daemon.domain.messages import message
from daemon.logs import configure_logs
from daemon.marketplaces.tiktok_shop.endpoints import VERSIONS
from daemon.parts import utc_now
from daemon.shops import ShopReport, shops_of, time_left
from daemon.texts import Texts


def shops(config: Path | None, *, is_json: bool) -> None:
    """Show every shop of the settings; nothing is asked of a marketplace."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    now = utc_now()
    with errors_shown(texts):
        found = shops_of(settings, now=now)
    if is_json:
        typer.echo(json.dumps([_as_json(shop, texts) for shop in found], ensure_ascii=False, indent=2))
    else:
        for shop in found:
            _show(shop, settings, texts, now)
    if not all(shop.is_ready for shop in found):
        raise typer.Exit(EXIT_PARTIAL)


def _as_json(shop: ShopReport, texts: Texts) -> dict[str, object]:
    return {**shop.as_json(texts), "api": "TikTok Shop Open API", "api_versions": list(VERSIONS)}


def _show(shop: ShopReport, settings: Settings, texts: Texts, now: datetime) -> None:
    verdict = texts.say(message("shop_list.ready" if shop.is_ready else "shop_list.not_ready"))
    say(f"{shop.name}: {texts.say(message(f'shop_list.{shop.state.value}'))}, {verdict}")
    for reason in shop.reasons:
        say(f"  {texts.say(reason).removeprefix(f'{shop.name}: ')}")
    if shop.read_at is not None:
        say(f"  {texts.say(message('shop_list.read', when=texts.moment(shop.read_at, settings.timezone)))}")
    if tokens := shop.tokens:
        ends_at = {"token": tokens.access_expires_at, "permission": tokens.refresh_expires_at}
        left = {name: texts.say(time_left(moment - now)) for name, moment in ends_at.items()}
        code = "shop_list.permission" if tokens.refresh_expires_at > now else "shop_list.permission_over"
        say(f"  {texts.say(message(code, **left))}")
    if telling := shop.telling:
        code = "shop_list.told" if telling.heard_at else "shop_list.told_nothing"
        when = texts.moment(telling.heard_at, settings.timezone) if telling.heard_at else ""
        say(f"  {texts.say(message(code, address=telling.address, when=when))}")
    say(f"  {texts.say(message('shop_list.api', first=VERSIONS[0], last=VERSIONS[-1]))}")
