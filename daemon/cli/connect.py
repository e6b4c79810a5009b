"""``connect``: the seller lets Selaras into a shop, in a browser here or on another machine."""

import asyncio
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
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
from daemon.errors import ItemError, PersonNeededError, SelarasError
from daemon.logs import configure_logs
from daemon.loopback import address, listen
from daemon.marketplaces.redirect import Brought, awaited
from daemon.marketplaces.tiktok_shop.consent import Grant, code_from, code_in, link
from daemon.marketplaces.tiktok_shop.models import Shop
from daemon.texts import Texts

CODE_LIFE_S = 30 * 60
WAIT_S = 0.2


def connect(config: Path | None, name: str, *, brought: str | None, port: int | None, opens_browser: bool) -> None:
    """Get a code, exchange it, let the seller choose, store the permission, and tell what it does not allow."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config)
    shop = shop_named(settings, name, texts)
    state = token_urlsafe(16)
    typed = Typed()
    with errors_shown(texts):
        if brought is None:
            _show_link(shop, state, texts, opens_browser=opens_browser)
            with _page(port, state, texts) as answers:
                code = _next_code(answers, typed, state, texts)
        else:
            code = code_from(brought, None)
        grant = asyncio.run(ask_for(settings, shop, code))
        chosen = _chosen(grant, shop, typed, texts)
        _tell(asyncio.run(let_in(settings, shop, grant, chosen)), settings, shop, texts)


class Typed:
    """What is typed into the terminal, line by line, for whoever asks next: a read of it cannot be called off."""

    def __init__(self) -> None:
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)

    def begin(self) -> None:
        """Read from now on; said again, it changes nothing."""
        if self._reader.ident is None:
            self._reader.start()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return not self._reader.is_alive() and self._lines.empty()

    def line(self) -> str:
        """Take the next line that is not blank; raise :class:`~queue.Empty` when none comes for a moment."""
        return self._lines.get(timeout=WAIT_S)

    def _read(self) -> None:
        for line in sys.stdin:
            if line.strip():
                self._lines.put(line)


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
def _page(port: int | None, state: str, texts: Texts) -> Iterator["Queue[Brought] | None"]:
    """Wait for the browser on ``port``, if there is one."""
    if port is None:
        yield None
        return

    def words(error: SelarasError | None) -> str:
        return texts.say(error.message if error else message("connect.came_back"))

    try:
        listening = listen(port)
    except OSError as error:
        raise PersonNeededError("connect.port_taken", port=port, detail=str(error)) from error
    with closing(listening):
        say(texts.say(message("connect.waiting", address=address(listening))))
        with awaited(listening, lambda answer: code_in(answer, state, needs_state=True), words) as answers:
            yield answers


def _next_code(answers: "Queue[Brought] | None", typed: Typed, state: str, texts: Texts) -> str:
    """Take the first code, from the page or from what is pasted into the terminal.

    Raises :class:`ItemError` ``connect.refused`` when the seller did not agree, and :class:`PersonNeededError`
    ``connect.nothing_came``. Any other answer is told, and the next one awaited.
    """
    say(texts.say(message("connect.paste")))
    for brought in _brought(answers, typed, state):
        if isinstance(brought, str):
            return brought
        if brought.message.code == "connect.refused":
            raise brought
        warn(texts.say(brought.message))
    raise PersonNeededError("connect.nothing_came")


def _brought(answers: "Queue[Brought] | None", typed: Typed, state: str) -> Iterator[Brought]:
    """Give what comes from the page or the terminal, as long as a code can live."""
    typed.begin()
    for _ in range(int(CODE_LIFE_S / WAIT_S)):
        if answers is not None:
            with suppress(Empty):
                yield answers.get_nowait()
        elif typed.is_over:
            return
        with suppress(Empty):
            yield _taken(typed.line(), state)


def _taken(line: str, state: str) -> Brought:
    try:
        return code_from(line, state)
    except ItemError as error:
        return error


def _chosen(grant: Grant, shop: ShopSettings, typed: Typed, texts: Texts) -> Shop:
    """The shop that the settings mean, the only one, or the one that the seller names by its number."""
    meant = [each for each in grant.shops if each.cipher == shop.shop_cipher] or list(grant.shops)
    if len(meant) == 1:
        return meant[0]
    for number, each in enumerate(meant, 1):
        say(f"{number}. {each.name} ({each.region}, {each.id})")
    by_number = {str(number): each for number, each in enumerate(meant, 1)}
    question = texts.say(message("connect.which", most=len(meant)))
    say(question)
    typed.begin()
    while not typed.is_over:
        with suppress(Empty):
            if chosen := by_number.get(typed.line().strip()):
                return chosen
            say(question)
    raise PersonNeededError("connect.none_chosen", shop=shop.name)


def _tell(opened: LetIn, settings: Settings, shop: ShopSettings, texts: Texts) -> None:
    until = texts.moment(opened.until, settings.timezone)
    say(texts.say(message("connect.done", shop=shop.name, found=opened.name, until=until)))
    for reason in opened.lacking:
        warn(texts.say(reason), style="yellow")
    wake(settings.state_folder, texts)
    if opened.lacking:
        raise typer.Exit(EXIT_PARTIAL)
