"""The ready file: how to reach a running sandbox, and with which keys."""

import os
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from daemon.errors import PersonNeededError


class ReadyShop(BaseModel):
    """Everything that ``config.yaml`` needs for one shop."""

    model_config = ConfigDict(frozen=True)

    name: str
    marketplace: str
    app_key: str
    app_secret: str
    access_token: str
    refresh_token: str
    shop_cipher: str
    shop_id: str


class Ready(BaseModel):
    """A sandbox that accepts connections. ``authorize_url`` and ``service_id`` make the link for sellers."""

    model_config = ConfigDict(frozen=True)

    base_url: str
    auth_url: str
    authorize_url: str
    service_id: str
    shops: tuple[ReadyShop, ...]


def write_ready_file(ready: Ready, path: Path) -> None:
    """Write the ready file whole or not at all, readable by this user only (it holds keys).

    Raise :class:`~daemon.errors.PersonNeededError` when the folder does not let us.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(ready.model_dump_json(indent=2) + "\n")
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise PersonNeededError("sandbox.ready_file", path=str(path), detail=str(error)) from error
