"""``config.yaml`` → frozen, typed settings. Every refusal names the key, the line and what is expected.

document  the YAML text as plain data, with the line of every key
schema    which keys there are and what each may hold (pydantic)
secret    where a secret comes from, and how it stays out of logs
load      the three together
"""

from daemon.config.load import REHEARSAL_MARK, ConfigError, load_settings, locate_config, unreadable_secrets
from daemon.config.secret import Secret
from daemon.config.settings import BrakeSettings, Settings, ShopSettings, StockSync, WebhookSettings

__all__ = [
    "REHEARSAL_MARK",
    "BrakeSettings",
    "ConfigError",
    "Secret",
    "Settings",
    "ShopSettings",
    "StockSync",
    "WebhookSettings",
    "load_settings",
    "locate_config",
    "unreadable_secrets",
]
