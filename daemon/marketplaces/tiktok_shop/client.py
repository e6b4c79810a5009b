"""Signed calls to the TikTok Shop Open API: one call in, one checked answer or one of our errors out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx
import structlog
from pydantic import ValidationError

from daemon.errors import BugError, ItemError, PersonNeededError, SelarasError, TryLaterError
from daemon.marketplaces.http import Answer, ShopHttp
from daemon.marketplaces.tiktok_shop.endpoints import Call, Endpoint, in_older_version
from daemon.marketplaces.tiktok_shop.models import Envelope, TokenPair, Wire
from daemon.marketplaces.tiktok_shop.reactions import TOKEN_REFUSALS, Reaction, message_code, reaction_to
from daemon.marketplaces.tiktok_shop.sign import signature
from daemon.marketplaces.tiktok_shop.tokens import Tokens, TokenStore

log = structlog.get_logger()

_REFRESH_AHEAD = timedelta(minutes=2)
_REPAIRS = frozenset({Reaction.NEW_TOKEN, Reaction.CORRECT_CLOCK, Reaction.OLDER_VERSION})

Shape = TypeVar("Shape", bound=Wire)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the configuration says about one shop; secrets are never shown."""

    shop: str
    app_key: str
    app_secret: str = field(repr=False)
    shop_cipher: str = field(repr=False)
    base_url: str
    auth_url: str


class RefusedError(ItemError):
    """The marketplace refused this one request; ``reason`` is "CODE message" in its own words."""

    def __init__(self, shop: str, envelope: Envelope) -> None:
        super().__init__(
            "shop.refused",
            shop=shop,
            reason=reason(envelope.code, envelope.message),
            detail=f"request_id {envelope.request_id}",
        )
        self.code = envelope.code

    @property
    def reason(self) -> str:
        """The marketplace's code and text."""
        return str(self.message.params["reason"])


def reason(code: int, text: str) -> str:
    """Put a refusal as ``CODE message``, without the link to the documentation that the gateway appends."""
    return f"{code} {text.partition(' For more details')[0]}".rstrip()


class Client:
    """Speaks for one shop: signs, keeps the token fresh, repeats what may be repeated."""

    def __init__(
        self, credentials: Credentials, store: TokenStore, http: ShopHttp, tokens: Tokens | None = None
    ) -> None:
        self._credentials = credentials
        self._store = store
        self._http = http
        self._tokens = tokens
        self._signature_was_accepted = False
        self._closed: set[Endpoint] = set()
        """Endpoints whose newer version is not open to the app."""

    async def ask(self, call: Call, shape: type[Shape]) -> Shape:
        """Send ``call`` and return the ``data`` of its answer.

        Raises :class:`RefusedError` for a refusal of the marketplace's business rules, and otherwise the errors of
        :mod:`daemon.marketplaces.http`, a :class:`PersonNeededError`, or a :class:`BugError`.
        """
        async for attempt in self._http.repeats():
            with attempt:
                answer = await self._ask_once(call)
                data = self._checked(answer, shape, is_write=call.endpoint.is_write)
        return data

    async def _ask_once(self, call: Call) -> Envelope:
        """Send ``call``; an expired token, a wrong clock and a version that is not open are repaired, each once.

        All of them are refused at the door.
        """
        repaired: set[Reaction] = set() if call.endpoint.older else {Reaction.OLDER_VERSION}
        while True:
            if call.endpoint in self._closed:
                call = in_older_version(call)
                repaired.add(Reaction.OLDER_VERSION)
            tokens = await self._fresh_tokens()
            answer = await self._http.send(self._signed(call, tokens), is_write=call.endpoint.is_write)
            envelope, reaction = self._read(answer, call.path)
            if reaction is Reaction.DONE and envelope is not None:
                self._signature_was_accepted = True
                return envelope
            if reaction not in _REPAIRS or reaction in repaired:
                raise self._fault(reaction, answer, envelope, is_write=call.endpoint.is_write)
            repaired.add(reaction)
            if reaction is Reaction.NEW_TOKEN:
                self._tokens = await self._store.renew(tokens, self._refreshed)
            if reaction is Reaction.OLDER_VERSION:
                self._closed.add(call.endpoint)

    def _signed(self, call: Call, tokens: Tokens) -> httpx.Request:
        credentials = self._credentials
        query = {
            **call.query,
            "app_key": credentials.app_key,
            "timestamp": str(int(self._http.server_now().timestamp())),
        }
        if call.endpoint.takes_cipher:
            query["shop_cipher"] = self._cipher(tokens)
        query["sign"] = signature(credentials.app_secret, call.path, query, call.body)
        return httpx.Request(
            call.endpoint.method,
            credentials.base_url.rstrip("/") + call.path,
            params=query,
            headers={"x-tts-access-token": tokens.access_token, "content-type": "application/json"},
            content=call.body or None,
        )

    def _cipher(self, tokens: Tokens) -> str:
        cipher = self._credentials.shop_cipher or tokens.shop_cipher
        if not cipher:
            raise PersonNeededError("shop.not_chosen", shop=self._http.shop)
        return cipher

    async def cipher(self) -> str:
        """Tell which shop is meant: the settings' word, or the choice made when it was connected.

        Raises :class:`PersonNeededError` ``shop.not_chosen``, and the errors of a token refresh.
        """
        return self._cipher(await self._fresh_tokens())

    async def _fresh_tokens(self) -> Tokens:
        tokens = self._tokens or self._store.load()
        if tokens.access_expires_at - _REFRESH_AHEAD <= self._http.server_now():
            tokens = await self._store.renew(tokens, self._refreshed)
        self._tokens = tokens
        return tokens

    async def exchange(self, code: str) -> Tokens:
        """Turn the code that a seller brought back into tokens. It is sent once: a code works once.

        Raises :class:`PersonNeededError` ``connect.code_refused`` when it is wrong, used, or older than 30 minutes.
        """
        asked = {"grant_type": "authorized_code", "auth_code": code}
        return await self._granted("/api/v2/token/get", asked, refused="connect.code_refused")

    async def _refreshed(self, tokens: Tokens) -> Tokens:
        asked = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        fresh = await self._granted("/api/v2/token/refresh", asked, refused="shop.authorization_ended")
        log.info("shop.token_refreshed", shop=self._http.shop)
        return replace(fresh, scopes=fresh.scopes or tokens.scopes, shop_cipher=tokens.shop_cipher)

    async def _granted(self, path: str, asked: Mapping[str, str], *, refused: str) -> Tokens:
        """Ask the authorization server for tokens; a refusal without a message of its own is told as ``refused``."""
        app = {"app_key": self._credentials.app_key, "app_secret": self._credentials.app_secret}
        request = httpx.Request("GET", self._credentials.auth_url.rstrip("/") + path, params={**app, **asked})
        answer = await self._http.send(request, is_write=False)
        envelope, reaction = self._read(answer, request.url.path)
        if reaction is not Reaction.DONE or envelope is None:
            fault = self._fault(reaction, answer, envelope, is_write=False)
            if isinstance(fault, RefusedError) or (envelope is not None and envelope.code in TOKEN_REFUSALS):
                raise PersonNeededError(refused, shop=self._http.shop, detail=str(fault))
            raise fault
        pair = self._checked(envelope, TokenPair, is_write=False)
        return Tokens(
            access_token=pair.access_token,
            access_expires_at=datetime.fromtimestamp(pair.access_token_expire_in, UTC),
            refresh_token=pair.refresh_token,
            refresh_expires_at=datetime.fromtimestamp(pair.refresh_token_expire_in, UTC),
            scopes=tuple(pair.granted_scopes),
        )

    def _read(self, answer: Answer, path: str) -> tuple[Envelope | None, Reaction]:
        try:
            envelope = Envelope.model_validate_json(answer.body)
        except ValidationError:
            envelope = None
        reaction = reaction_to(answer.status, envelope)
        log.debug(
            "shop.answered",
            shop=self._http.shop,
            path=path,
            status=answer.status,
            code=envelope.code if envelope else None,
            request_id=envelope.request_id if envelope else "",
            reaction=reaction.value,
        )
        if reaction is Reaction.DONE:
            self._http.pace.speed_up()
        return envelope, reaction

    def _checked(self, envelope: Envelope, shape: type[Shape], *, is_write: bool) -> Shape:
        try:
            return shape.model_validate(envelope.data)
        except ValidationError as error:
            places = "; ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)[:3])
            detail = f"{places} request_id {envelope.request_id}"
            raise self._http.no_answer("shop.answer_unreadable", is_write=is_write, detail=detail) from error

    def _fault(self, reaction: Reaction, answer: Answer, envelope: Envelope | None, *, is_write: bool) -> SelarasError:
        detail = f"HTTP {answer.status}"
        if envelope is not None:
            detail += f" {reason(envelope.code, envelope.message)} request_id {envelope.request_id}"
        if reaction is Reaction.WAIT:
            return self._http.busy(answer, detail=detail)
        if reaction is Reaction.QUOTA:
            self._http.pace.slow_down(answer.retry_after_s or _to_next_hour_s(self._http.server_now()))
            return TryLaterError("shop.quota_used", shop=self._http.shop, detail=detail)
        if envelope is None and answer.status < 500:
            return self._http.no_answer("shop.answer_unreadable", is_write=is_write, detail=detail)
        if envelope is None or reaction is Reaction.REPEAT:
            return self._http.no_answer("shop.server_error", is_write=is_write, detail=detail)
        if reaction in {Reaction.REFUSED, Reaction.OLDER_VERSION}:
            return RefusedError(self._http.shop, envelope)
        kind, code = self._stop(reaction, envelope)
        return kind(code, shop=self._http.shop, detail=detail)

    def _stop(self, reaction: Reaction, envelope: Envelope) -> tuple[type[SelarasError], str]:
        if reaction is Reaction.SIGNATURE and self._signature_was_accepted:
            return BugError, "shop.signature_refused"
        kind = TryLaterError if reaction is Reaction.CORRECT_CLOCK else PersonNeededError
        return kind, message_code(envelope)


def _to_next_hour_s(now: datetime) -> float:
    return 3600 - now.timestamp() % 3600
