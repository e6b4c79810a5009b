"""The access and refresh token of one shop, in a file that only its owner can read.

Every refresh hands out a new refresh token and may kill the old one (reference, 2.3 and 10.5), so refreshing
happens under a lock between processes, and whoever gets the lock first looks whether somebody else was faster.
"""

import asyncio
import fcntl
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daemon.errors import PersonNeededError, TryLaterError

_LOCK_ASKS = 600
_LOCK_ASK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of tokens and when each ends (aware UTC). The tokens themselves are never shown.

    ``scopes`` is what the seller allowed, ``shop_cipher`` which shop was chosen; both are empty when nobody told.
    """

    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
    scopes: tuple[str, ...] = ()
    shop_cipher: str = field(default="", repr=False)


class TokenStore:
    """The tokens of ``shop`` in the JSON file ``path``, mode 0600; its lock is a file beside it."""

    def __init__(self, path: Path, shop: str) -> None:
        self._path = path
        self._shop = shop

    def load(self) -> Tokens:
        """Read the tokens.

        Raises :class:`PersonNeededError` ``shop.no_tokens`` when the shop was never connected
        (``shop.no_tokens_of_name`` when others were) and ``shop.tokens_unreadable`` when the file is damaged or belongs
        to another user.
        """
        try:
            return _from_json(self._path.read_bytes())
        except FileNotFoundError as error:
            raise self._missing() from error
        except OSError as error:
            raise self._unreadable(type(error).__name__) from error
        except (ValueError, KeyError, TypeError) as error:
            # The cause is not chained: a parser's error carries the file's text.
            raise self._unreadable(type(error).__name__) from None

    def _missing(self) -> PersonNeededError:
        connected = sorted(path.stem for path in self._path.parent.glob("*.json"))
        if not connected:
            return PersonNeededError("shop.no_tokens", shop=self._shop)
        return PersonNeededError("shop.no_tokens_of_name", shop=self._shop, connected=", ".join(connected))

    def save(self, tokens: Tokens) -> None:
        """Replace the file in one step: after a power cut it holds the old tokens or the new ones.

        Raises :class:`TryLaterError` ``shop.tokens_not_saved`` when the file cannot be written.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self._path, _to_json(tokens))
        except OSError as error:
            raise TryLaterError("shop.tokens_not_saved", shop=self._shop, file=str(self._path)) from error

    async def put(self, tokens: Tokens) -> None:
        """Store new tokens, whatever was stored. Errors are those of :meth:`save` and ``shop.tokens_locked``."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with self._locked():
            self.save(tokens)

    async def renew(self, stale: Tokens, fetch: Callable[[Tokens], Awaitable[Tokens]]) -> Tokens:
        """Return tokens newer than ``stale``: those another process stored meanwhile, or those of ``fetch``, stored.

        What ``fetch`` brings is stored also for a caller who is cancelled meanwhile.
        Raises :class:`TryLaterError` ``shop.tokens_locked`` when another process holds the lock too long, and
        ``shop.tokens_not_saved`` when the file cannot be written.
        """
        async with self._locked():
            stored = self.load()
            if stored.access_token != stale.access_token:
                return stored
            self.save(stored)  # a full disk must show before the refresh token is spent, not after
            return await _to_the_end(self._fetched(stored, fetch))

    async def _fetched(self, stored: Tokens, fetch: Callable[[Tokens], Awaitable[Tokens]]) -> Tokens:
        fresh = await fetch(stored)
        self.save(fresh)
        return fresh

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        handle = os.open(self._path.with_name(self._path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            await self._get_lock(handle)
            yield
        finally:
            os.close(handle)

    async def _get_lock(self, handle: int) -> None:
        # Asked for again and again instead of waiting in a thread, which a cancelled task would leave behind.
        for _ in range(_LOCK_ASKS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(_LOCK_ASK_EVERY_S)
            else:
                return
        raise TryLaterError("shop.tokens_locked", shop=self._shop)

    def _unreadable(self, detail: str) -> PersonNeededError:
        return PersonNeededError("shop.tokens_unreadable", shop=self._shop, file=str(self._path), detail=detail)


async def _to_the_end(refresh: Coroutine[Any, Any, Tokens]) -> Tokens:
    """Finish ``refresh`` before a cancellation goes on, for the refresh token is spent; a second one ends it."""
    task = asyncio.ensure_future(refresh)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _to_json(tokens: Tokens) -> bytes:
    return json.dumps(asdict(tokens), default=lambda moment: moment.isoformat(), indent=1).encode()


def _from_json(content: bytes) -> Tokens:
    stored = json.loads(content)
    return Tokens(
        access_token=str(stored["access_token"]),
        access_expires_at=_utc(stored["access_expires_at"]),
        refresh_token=str(stored["refresh_token"]),
        refresh_expires_at=_utc(stored["refresh_expires_at"]),
        scopes=tuple(map(str, stored.get("scopes", ()))),
        shop_cipher=str(stored.get("shop_cipher", "")),
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
