"""``check``: SKUs that are empty, doubled, damaged or spelt in two ways, and goods under two of them."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from bridge.errors import BridgeError
from daemon.bridge_words import words_for
from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at, warn
from daemon.cli.work import progress_shown
from daemon.config import Settings, load_settings
from daemon.domain.hygiene import Finding
from daemon.domain.messages import message
from daemon.domain.values import Listing
from daemon.hygiene import Check, check_records, check_shops
from daemon.hygiene_sheet import sheet_path, write_check
from daemon.logs import configure_logs
from daemon.texts import Texts

MOST_LINES = 10
"""So many of one kind are printed; all of them are in the sheet."""


def check(config: Path | None, *, reads_shops: bool, is_json: bool) -> None:
    """Look over the SKUs, print what was found, and write it as a sheet; no shop and no record is changed."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=reads_shops)
    with errors_shown(texts):
        found = (None if reads_shops else check_records(settings)) or _read_shops(settings, texts)
    if is_json:
        typer.echo(json.dumps(_as_json(found, texts), ensure_ascii=False, indent=2))
    else:
        for line in _told(found, settings, texts):
            say(line)
    for problem in (*(error.message for error in found.errors), *([found.unread] if found.unread else ())):
        warn(texts.say(problem))
    is_written = not found.errors and _write(found, settings, texts)
    if not (found.is_fine and is_written):
        raise typer.Exit(EXIT_PARTIAL)


def _read_shops(settings: Settings, texts: Texts) -> Check:
    with progress_shown(texts) as progress:
        return asyncio.run(check_shops(load_settings(settings.path), progress))


def _write(found: Check, settings: Settings, texts: Texts) -> bool:
    try:
        write_check(found, settings, texts)
    except BridgeError as error:
        warn(texts.say(words_for(error)))
        return False
    return True


def _told(found: Check, settings: Settings, texts: Texts) -> Iterator[str]:
    """One heading for each reason, and below it what it is true of."""
    shops = len(settings.shops) - len(found.errors)
    if found.read_at is not None:
        yield texts.say(message("check.as_of", time=texts.moment(found.read_at, settings.timezone)))
    if shops:
        yield texts.say(message("check.checked", count=found.checked, shops=shops))
    by_reason: dict[str, list[Finding]] = defaultdict(list)
    for finding in found.findings:
        by_reason[texts.say(finding.reason)].append(finding)
    for reason, findings in by_reason.items():
        yield f"{reason} ({texts.number(len(findings))})"
        for finding in findings[:MOST_LINES]:
            yield f"  {_line(finding, texts)}"
        if len(findings) > MOST_LINES:
            yield f"  {texts.say(message('story.and_more', count=len(findings) - MOST_LINES))}"
    if found.errors:
        yield texts.say(message("check.unfinished"))
    elif found.findings:
        yield texts.say(message("check.sheet", name=sheet_path(settings).name))
    else:
        yield texts.say(message("check.fine"))


def _line(finding: Finding, texts: Texts) -> str:
    places = "; ".join(_place(listing, texts) for listing in finding.listings)
    return f"{places} → {finding.proposal}" if finding.proposal else places


def _place(listing: Listing, texts: Texts) -> str:
    name = f"{listing.title}, {listing.variant}" if listing.variant else listing.title
    sku = f"“{listing.sku}”" if listing.sku.strip() else texts.say(message("check.no_sku"))
    return texts.say(message("check.place", shop=listing.id.shop, sku=sku, name=name))


def _as_json(found: Check, texts: Texts) -> dict[str, Any]:
    return {
        "checked": found.checked,
        "findings": [_finding(each, texts) for each in found.findings],
        "errors": [{"code": each.message.code, "text": texts.say(each.message)} for each in found.errors],
    }


def _finding(finding: Finding, texts: Texts) -> dict[str, Any]:
    return {
        "flaw": finding.flaw.value,
        "code": finding.reason.code,
        "text": texts.say(finding.reason),
        "proposal": finding.proposal or None,
        "listings": [_listing(each) for each in finding.listings],
    }


def _listing(listing: Listing) -> dict[str, Any]:
    return {
        "shop": listing.id.shop,
        "product_id": listing.id.product_id,
        "sku_id": listing.id.sku_id,
        "sku": listing.sku,
        "title": listing.title,
        "variant": listing.variant,
        "price": listing.price.amount if listing.price else None,
        "stock": listing.quantity,
        "status": listing.status.value,
    }
