"""The HTTP client every connector shares: pace, time-outs, repeats and the server's clock. It knows no marketplace.

What happens when a call gets no usable answer (reference 10.3):

====================================  ====================================  =====================================
what happened                         a read                                a write
====================================  ====================================  =====================================
no connection, so nothing was sent    repeated, then ``shop.unreachable``   repeated, then ``shop.unreachable``
time-out, connection lost after that  repeated, then ``shop.unreachable``   ``shop.write_unknown``, not repeated
429, refused at the door              slower, repeated, ``shop.busy``       slower, repeated, ``shop.busy``
server error, unreadable answer       repeated, then an error that says so  ``shop.write_unknown``, not repeated
====================================  ====================================  =====================================
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

import httpx
import stamina

from daemon.errors import PersonNeededError, TryLaterError, UnknownOutcomeError
from daemon.marketplaces.budget import Budget
from daemon.marketplaces.pace import Breaker, Clock, Pace, Timing

# httpx logs whole URLs at INFO, and the URL of a token refresh holds the app secret (invariant 7).
logging.getLogger("httpx").setLevel(logging.WARNING)

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_LARGEST_SKEW = timedelta(minutes=10)
_LARGEST_FILE = 20 * 2**20


class RepeatableError(TryLaterError):
    """Nothing was changed, and the same call may be sent again at once, within limits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; ``retry_after_s`` is ``None`` when it did not say how long to wait."""

    status: int
    body: bytes = field(repr=False)
    retry_after_s: float | None


class ShopHttp:
    """Sends the calls of one shop, one at a time in :attr:`pace`, each with a deadline.

    ``transport`` carries them instead of the network; ``budget`` counts them, where an app has so many a day, and
    is told when the shop slows us down.
    """

    def __init__(
        self,
        shop: str,
        *,
        timing: Timing | None = None,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.shop = shop
        self._budget = budget
        self.clock = clock or Clock()
        self._timing = timing or Timing()
        self.pace = Pace(self._timing, self.clock)
        self._breaker = Breaker(self._timing, self.clock)
        self._ahead = timedelta(0)
        self._client = httpx.AsyncClient(
            verify=_tls(),
            transport=transport,
            timeout=httpx.Timeout(self._timing.read_s, connect=self._timing.connect_s),
            # A proxy of the environment cannot reach a sandbox on this machine.
            mounts={"all://127.0.0.1": None, "all://localhost": None},
        )

    def server_now(self) -> datetime:
        """The time on the marketplace's clock, as its last answer told it (aware UTC)."""
        return self.clock.now() + self._ahead

    def repeats(self) -> AsyncIterator[stamina.Attempt]:
        """Attempts for ``async for … with``: a :class:`RepeatableError` inside is tried again with growing waits."""
        return stamina.retry_context(
            on=RepeatableError,
            attempts=self._timing.attempts,
            timeout=None,
            wait_initial=self._timing.first_wait_s,
            wait_max=self._timing.longest_wait_s,
            wait_jitter=self._timing.first_wait_s / 2,
        )

    async def send(self, request: httpx.Request, *, is_write: bool) -> Answer:
        """Send once and return whatever HTTP answer came.

        Raises the errors of the table above for a connection without an answer, and ``shop.clock_wrong``
        (:class:`PersonNeededError`) when this machine's clock is too far off to trust its times.
        """
        self._check_clock(is_write=is_write)
        if self.pace.closed_for_s > self._timing.longest_wait_s:
            raise TryLaterError("shop.busy", shop=self.shop)
        if self._breaker.is_open:
            raise TryLaterError("shop.unreachable", shop=self.shop, detail="left alone after many failures")
        if self._budget is not None and not self._budget.spend():
            raise TryLaterError("shop.budget_used", shop=self.shop)
        await self.pace.take()
        try:
            async with asyncio.timeout(self._timing.whole_s):
                response = await self._client.send(request)
        except _NEVER_SENT as error:
            self._breaker.failed()
            raise self.no_answer("shop.unreachable", is_write=False, detail=_named(error)) from error
        except (httpx.RequestError, TimeoutError) as error:
            self._breaker.failed()
            raise self.no_answer("shop.unreachable", is_write=is_write, detail=_named(error)) from error
        if response.status_code < 500:
            self._breaker.answered()
        else:
            self._breaker.failed()
        self._compare_clocks(response.headers.get("Date"))
        return Answer(response.status_code, response.content, self._retry_after_s(response))

    async def download(self, url: str) -> bytes:
        """Fetch a file that the marketplace pointed to; it gets none of our keys, and the pace does not count it.

        Raises a :class:`RepeatableError` after some tries. The address opens the file to everybody: it stands in no
        error.
        """
        async for attempt in self.repeats():
            with attempt:
                content = await self._downloaded(url)
        return content

    async def _downloaded(self, url: str) -> bytes:
        content = bytearray()
        try:
            async with asyncio.timeout(self._timing.whole_s), self._client.stream("GET", url) as response:
                if response.status_code != 200:
                    raise self.no_answer("shop.server_error", is_write=False, detail=f"HTTP {response.status_code}")
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > _LARGEST_FILE:
                        raise TryLaterError("shop.answer_unreadable", shop=self.shop, detail="a file that is too large")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise self.no_answer("shop.unreachable", is_write=False, detail=type(error).__name__) from None
        return bytes(content)

    def no_answer(self, code: str, *, is_write: bool, detail: str) -> TryLaterError:
        """Return the error for a call that may have arrived: a read can be repeated, a write must be read back."""
        if is_write:
            return UnknownOutcomeError("shop.write_unknown", shop=self.shop, detail=f"{code} {detail}")
        return RepeatableError(code, shop=self.shop, detail=detail)

    def busy(self, answer: Answer, *, detail: str) -> RepeatableError:
        """Slow down as ``answer`` asks and return the error for a call refused at the door."""
        closed_for_s = answer.retry_after_s or 0.0
        self.pace.slow_down(closed_for_s)
        if self._budget is not None:
            self._budget.note_slowed(closed_for_s)
        return RepeatableError("shop.busy", shop=self.shop, detail=detail)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    def _check_clock(self, *, is_write: bool) -> None:
        skew = abs(self._ahead)
        if skew > _LARGEST_SKEW:
            if not is_write:  # the next write of this very moment must not pass unmeasured
                # Forget it, so that the next call measures again and a corrected clock is noticed.
                self._ahead = timedelta(0)
            raise PersonNeededError("shop.clock_wrong", shop=self.shop, minutes=round(skew.total_seconds() / 60))

    def _compare_clocks(self, date: str | None) -> None:
        server_time = _parsed_date(date)
        if server_time is not None:
            self._ahead = server_time - self.clock.now()

    def _retry_after_s(self, response: httpx.Response) -> float | None:
        text = response.headers.get("Retry-After", "").strip()
        if text.isdecimal():
            return float(text)
        until = _parsed_date(text)
        return None if until is None else max(0.0, (until - self.server_now()).total_seconds())


@cache
def _tls() -> ssl.SSLContext:
    """Load the trusted certificates once for all shops: it takes a tenth of a second each time."""
    return httpx.create_ssl_context()


def _parsed_date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {error}".rstrip()
