"""``hold`` and ``resume``: nothing is sent to one shop until the seller says so."""

from contextlib import closing
from pathlib import Path

from daemon.cli.console import errors_shown, say, settings_at, shop_named
from daemon.cli.wake import wake
from daemon.config import Settings
from daemon.domain.messages import message
from daemon.logs import configure_logs
from daemon.mirror import Mirror, holds
from daemon.parts import utc_now
from daemon.texts import Texts


def hold(config: Path | None, shop: str) -> None:
    """Send nothing to ``shop`` from now on; what it needs waits."""
    settings, texts = _settings(config, shop)
    with errors_shown(texts), closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction() as tx:
        holds.hold(tx, shop, now=utc_now())
    say(texts.say(message("hold.done", shop=shop)))


def resume(config: Path | None, shop: str) -> None:
    """Send to ``shop`` again, from the next cycle on."""
    settings, texts = _settings(config, shop)
    with errors_shown(texts), closing(Mirror.open(settings.state_folder)) as mirror, mirror.transaction() as tx:
        was_held = holds.resume(tx, shop)
    say(texts.say(message("hold.resumed" if was_held else "hold.not_held", shop=shop)))
    if was_held:
        wake(settings.state_folder, texts)


def _settings(config: Path | None, shop: str) -> tuple[Settings, Texts]:
    """Load the settings, if they have a shop of that name."""
    configure_logs(is_verbose=False)
    settings, texts = settings_at(config, needs_secrets=False)
    shop_named(settings, shop, texts)
    return settings, texts
