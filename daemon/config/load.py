"""From a path to settings, or to every problem at once."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from bridge.columns import Column, Layout
from daemon.config.document import Document, read_document, show_path
from daemon.config.problems import explain
from daemon.config.schema import ConfigFile, ShopSection, StockSection, WebhooksSection
from daemon.config.secret import Surroundings
from daemon.config.settings import BrakeSettings, Settings, ShopSettings, WebhookSettings
from daemon.config.values import user_path
from daemon.domain.allocation import Rule
from daemon.domain.messages import Message, message
from daemon.domain.recon import Rhythm
from daemon.errors import PersonNeededError

REHEARSAL_MARK = "rehearsal"
"""A file in the state folder of a copy that was made for a rehearsal; the shops of its settings ended with it."""


class ConfigError(PersonNeededError):
    """The configuration cannot be used. ``message`` is the heading of its ``problems``."""

    def __init__(self, path: Path, problems: Sequence[Message]) -> None:
        detail = "; ".join(f"{problem.code} {problem.params}" for problem in problems)
        super().__init__("config.invalid", detail=detail, path=str(path), count=len(problems))
        self.problems = tuple(problems)


def locate_config(option: Path | None, *, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the option, else ``$SELARAS_CONFIG``, else ``config.yaml`` here. It need not exist."""
    return option or Path(environ.get("SELARAS_CONFIG") or "config.yaml")


def load_settings(path: Path, *, environ: Mapping[str, str] = os.environ, needs_secrets: bool = True) -> Settings:
    """Read and check ``path``, and fetch the secrets it names, unless the caller does without.

    Raises:
        ConfigError: with every problem that could be seen at once.
    """
    path = path.absolute()
    document = read_document(_text(path))
    around = Surroundings(environ, path.parent, needs_secrets)
    problems = list(document.problems)
    checked: ConfigFile | None = None
    if isinstance(document.data, dict):
        try:
            checked = ConfigFile.model_validate(document.data, context=around)
        except ValidationError as error:
            problems += explain(error, document)
    if problems or checked is None:  # raised out here: a chained ValidationError would drag typed values into the log
        raise ConfigError(path, problems)
    return _settings(path, checked, document, environ)


def unreadable_secrets(path: Path, *, environ: Mapping[str, str] = os.environ) -> tuple[Message, ...]:
    """Tell which secrets of ``path`` are missing in their files; only the service sees what is kept elsewhere."""
    try:
        load_settings(path, environ=environ)
    except ConfigError as error:
        in_files = {"config.secret_file_unreadable", "config.secret_garbled"}
        return tuple(problem for problem in error.problems if problem.code in in_files)
    return ()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problem = message("config.missing_file", path=str(path))
    except IsADirectoryError:
        problem = message("config.is_folder", path=str(path))
    except OSError as error:
        problem = message("config.unreadable", path=str(path), reason=error.strerror or "")
    except ValueError:
        problem = message("config.not_utf8", path=str(path))
    raise ConfigError(path, [problem])


def _settings(path: Path, checked: ConfigFile, document: Document, environ: Mapping[str, str]) -> Settings:
    state_folder = checked.state_folder or environ.get("STATE_DIRECTORY", "").split(":")[0] or ".selaras"
    state = path.parent / user_path(state_folder)
    return Settings(
        path=path,
        workbook=path.parent / user_path(checked.workbook),
        layout=_layout(checked),
        orders_folder=path.parent / user_path(checked.orders_folder),
        state_folder=state,
        language=checked.language,
        timezone=checked.timezone,
        interval=checked.interval,
        recon=Rhythm(checked.recon.every, checked.recon.at),
        brakes=BrakeSettings(**checked.brakes.model_dump()),
        webhooks=_webhooks(checked.webhooks),
        sharing=checked.sharing,
        shops=tuple(_shop_settings(shop) for shop in checked.shops),
        warnings=tuple(_warnings(checked, document, state)),
    )


def _webhooks(section: WebhooksSection) -> WebhookSettings | None:
    return WebhookSettings(*section.listen, section.public_url or "") if section.listen else None


def _layout(checked: ConfigFile) -> Layout:
    titles = {Column(name): title for name, title in checked.columns.model_dump().items() if title is not None}
    return Layout(checked.sheet, checked.header_row, titles)


def _shop_settings(shop: ShopSection) -> ShopSettings:
    return ShopSettings(
        name=shop.name,
        marketplace=shop.marketplace,
        app_key=shop.app_key,
        app_secret=shop.app_secret.secret,
        base_url=shop.base_url,
        auth_url=shop.auth_url,
        authorize_url=shop.authorize_url,
        service_id=shop.service_id or "",
        shop_cipher=shop.shop_cipher or "",
        stock=shop.stock.sync,
        rule=_rule(shop.stock),
        lag=shop.lag,
        daily_calls=shop.daily_calls,
        marketplace_edit=shop.stock.marketplace_edit,
        conflict=shop.price.conflict,
        fees=shop.price.fees,
    )


def _rule(stock: StockSection) -> Rule:
    return Rule(stock.buffer, stock.share, stock.min, stock.max, stock.priority)


def _warnings(checked: ConfigFile, document: Document, state_folder: Path) -> Iterator[Message]:
    if (state_folder / REHEARSAL_MARK).exists():
        yield message("rehearsal.over", folder=state_folder.parent.name)
    for index, shop in enumerate(checked.shops):
        if warning := shop.app_secret.warning:
            key_path = ("shops", index, "app_secret")
            yield message(warning.code, **warning.params, line=document.line(key_path), key=show_path(key_path))
