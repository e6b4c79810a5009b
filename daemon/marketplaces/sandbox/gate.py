"""Who gets in: the gateway's checks, in its order (reference 1.3, 1.6, 1.7, 10.2)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from daemon.marketplaces.sandbox.allowance import Allowance
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.refusals import RefusedError, bad_parameter
from daemon.marketplaces.sandbox.world import Clock, Shop

OLDEST_S = 300
NEWEST_S = 30
TOKEN = re.compile(r"[\w.~+/=-]{8,512}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came over the wire; ``query`` is decoded, ``body`` the raw bytes, header names are lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    def value(self, name: str) -> str | None:
        """Give a query parameter; a repeated one is read as its comma-joined array."""
        values = [value for key, value in self.query if key == name]
        return ",".join(values) if values else None


def decode_query(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Decode a query string."""
    return tuple(parse_qsl(raw.decode("ascii", "replace"), keep_blank_values=True))


def sign(call: Call, app_secret: str) -> str:
    """Sign a request as the marketplace does (reference 1.6)."""
    signed = sorted((pair for pair in call.query if pair[0] not in {"sign", "access_token"}), key=lambda pair: pair[0])
    text = call.path + "".join(name + value for name, value in signed)
    is_upload = call.headers.get("content-type", "").startswith("multipart/form-data")
    secret = app_secret.encode()
    message = secret + text.encode() + (b"" if is_upload else call.body) + secret
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


class Gate:
    """Lets signed calls of a seller's app in, in time by either clock: the world's may have been moved."""

    def __init__(
        self,
        credentials: Credentials,
        shops: Mapping[str, Shop],
        allowance: Allowance,
        *,
        clock: Clock,
        clients_clock: Clock | None = None,
    ) -> None:
        self._credentials = credentials
        self._shops = shops
        self._allowance = allowance
        self._clocks = (clock, clients_clock or clock)

    def admit(self, call: Call, template: str, *, takes_cipher: bool) -> Shop:
        """Give the shop that the call works on, or raise the refusal of the first check that fails.

        ``template`` is the call's path with blanks for version and ids: each has an allowance of its own.
        """
        self._check_content_type(call)
        self._check_app_key(call)
        self._check_timestamp(call)
        self._check_sign(call)
        owner = self._check_token(call)
        self._check_cipher(call, owner, takes_cipher=takes_cipher)
        self._allowance.take(owner.name, template)
        return owner

    @staticmethod
    def _check_content_type(call: Call) -> None:
        if not call.body:
            return
        content_type = call.headers.get("content-type", "")
        if not content_type:
            raise RefusedError(36009022, "Missing header. The 'content-type' header is required.", http_status=415)
        if content_type.split(";")[0].strip().lower() != "application/json":
            raise RefusedError(36009023, "Invalid header. 'content-type' must be application/json.", http_status=415)

    def _check_app_key(self, call: Call) -> None:
        if call.value("app_key") != self._credentials.app_key:
            raise bad_parameter("The 'app_key' query parameter is missing or unknown.")

    def _check_timestamp(self, call: Call) -> None:
        text = call.value("timestamp") or ""
        if not re.fullmatch(r"[0-9]{10}", text):
            raise bad_parameter("The 'timestamp' query parameter must be Unix seconds, 10 digits.")
        if not any(-OLDEST_S <= int(text) - int(clock()) <= NEWEST_S for clock in self._clocks):
            raise bad_parameter(
                "The 'timestamp' query parameter is more than 5 minutes in the past or 30 seconds in the future."
            )

    def _check_sign(self, call: Call) -> None:
        given = call.value("sign")
        if not given:
            raise bad_parameter("The 'sign' query parameter is missing.")
        if not hmac.compare_digest(given.encode(), sign(call, self._credentials.app_secret).encode()):
            raise RefusedError(106001, "Invalid credentials. The 'sign' query parameter is invalid.", http_status=401)

    def _check_token(self, call: Call) -> Shop:
        token = call.headers.get("x-tts-access-token", "")
        if not TOKEN.fullmatch(token):
            raise bad_parameter("The 'x-tts-access-token' header is missing or malformed.")
        return self._shops[self._credentials.shop_of(token)]

    def _check_cipher(self, call: Call, owner: Shop, *, takes_cipher: bool) -> None:
        cipher = call.value("shop_cipher")
        if not takes_cipher:
            if cipher is not None:
                raise bad_parameter("Unexpected identifier. This endpoint takes no 'shop_cipher' query parameter.")
            return
        if not cipher:
            raise RefusedError(
                106013,
                "Missing identifier. The 'shop_cipher' query parameter is required to identify the target shop.",
                http_status=400,
            )
        if cipher == owner.cipher:
            return
        if cipher not in {shop.cipher for shop in self._shops.values()}:
            raise bad_parameter("The 'shop_cipher' query parameter is unknown.")
        raise RefusedError(101000, "Invalid credentials. The access token belongs to another shop.", http_status=401)
