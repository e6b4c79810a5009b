"""``connect``: the seller lets Selaras into a shop, in a browser here or on another machine."""

import asyncio
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, Queue
from secrets import token_urlsafe
from threading import Thread

import typer

from daemon.authorization import LetIn, ask_for, let_in
from daemon.cli.console import EXIT_PARTIAL, errors_shown, say, settings_at, shop_named, warn
from daemon.cli.wake import wake
from daemon.config import Settings
from daemon.config.settings import ShopSettings
from daemon.domain.messages import message
from daemon.errors import PersonNeededError, SelarasError
from daemon.logs import configure_logs
from daemon.loopback import address, listen
from daemon.marketplaces.redirect import awaited
from daemon.marketplaces.tiktok_shop.consent import Grant, code_from, code_in, link
from daemon.marketplaces.tiktok_shop.models import Shop
from daemon.texts import Texts

CODE_LIFE_S = 30 * 60


def connect(config: Path | None, name: str, *, brought: str | None, port: int | None, opens_browser: bool) -> None:
    """Get a code, exchange it, let the seller choose, store the permission, and tell what it does not allow."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config)
    shop = shop_named(settings, name, texts)
    state = token_urlsafe(16)
    with errors_shown(texts):
        if brought is None:
            _show_link(shop, state, texts, opens_browser=opens_browser)
            with _page(port, state, texts) as codes:
                code = _next_code(codes, state, texts, has_page=port is not None)
        else:
            code = code_from(brought, None)
        grant = asyncio.run(ask_for(settings, shop, code))
        chosen = _chosen(grant, shop, texts)
        _tell(asyncio.run(let_in(settings, shop, grant, chosen)), settings, shop, texts)


def _show_link(shop: ShopSettings, state: str, texts: Texts, *, opens_browser: bool) -> None:
    if not shop.service_id:
        say(texts.say(message("connect.no_service_id", shop=shop.name)))
        return
    address = link(shop.authorize_url, shop.service_id, state)
    say(texts.say(message("connect.open_link", shop=shop.name)))
    say(address)
    if opens_browser:
        webbrowser.open(address)


@contextmanager
def _page(port: int | None, state: str, texts: Texts) -> Iterator["Queue[str]"]:
    """Wait for the browser on ``port``, if there is one."""
    if port is None:
        yield Queue()
        return

    def words(error: SelarasError | None) -> str:
        return texts.say(error.message if error else message("connect.came_back"))

    try:
        listening = listen(port)
    except OSError as error:
        raise PersonNeededError("connect.port_taken", port=port, detail=str(error)) from error
    with closing(listening):
        say(texts.say(message("connect.waiting", address=address(listening))))
        with awaited(listening, lambda answer: code_in(answer, state, needs_state=True), words) as codes:
            yield codes


def _next_code(codes: "Queue[str]", state: str, texts: Texts, *, has_page: bool) -> str:
    """Take the first code, from the page or from what is pasted into the terminal."""
    say(texts.say(message("connect.paste")))
    lines: Queue[str | None] = Queue()
    Thread(target=_read_lines, args=(lines,), daemon=True).start()  # a read of a terminal cannot be called off
    for _ in range(CODE_LIFE_S * 5):
        for brought in _waiting(lines):
            if brought is None and not has_page:
                raise PersonNeededError("connect.nothing_came")
            if brought is not None:
                try:
                    return code_from(brought, state)
                except SelarasError as error:
                    warn(texts.say(error.message))
        try:
            return codes.get(timeout=0.2)
        except Empty:
            continue
    raise PersonNeededError("connect.nothing_came")


def _read_lines(lines: "Queue[str | None]") -> None:
    for line in sys.stdin:
        if line.strip():
            lines.put(line)
    lines.put(None)


def _waiting(lines: "Queue[str | None]") -> Iterator[str | None]:
    while not lines.empty():
        yield lines.get()


def _chosen(grant: Grant, shop: ShopSettings, texts: Texts) -> Shop:
    """The shop that the settings mean, the only one, or the one that the seller names by its number."""
    meant = [each for each in grant.shops if each.cipher == shop.shop_cipher] or list(grant.shops)
    if len(meant) == 1:
        return meant[0]
    for number, each in enumerate(meant, 1):
        say(f"{number}. {each.name} ({each.region}, {each.id})")
    number = 0
    while not 1 <= number <= len(meant):
        number = typer.prompt(texts.say(message("connect.which", most=len(meant))), type=int)
    return meant[number - 1]


def _tell(opened: LetIn, settings: Settings, shop: ShopSettings, texts: Texts) -> None:
    until = texts.moment(opened.until, settings.timezone)
    say(texts.say(message("connect.done", shop=shop.name, found=opened.name, until=until)))
    for reason in opened.lacking:
        warn(texts.say(reason), style="yellow")
    wake(settings.state_folder, texts)
    if opened.lacking:
        raise typer.Exit(EXIT_PARTIAL)
