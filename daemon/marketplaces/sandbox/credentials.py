"""Who may call: one app, and for each shop tokens that expire and rotate (reference 2.2, 2.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from daemon.marketplaces.sandbox.founding import invent_key
from daemon.marketplaces.sandbox.refusals import RefusedError
from daemon.marketplaces.sandbox.world import Clock

ACCESS_LIFE_S = 7 * 86_400
REFRESH_LIFE_S = 365 * 86_400
CODE_LIFE_S = 30 * 60


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorised app holds for one shop. The times are absolute Unix seconds."""

    shop: str
    access_token: str
    access_expires_at: int
    refresh_token: str
    refresh_expires_at: int


class Credentials:
    """Keys and tokens. An old access token works until its own end; an old refresh token is dead at once."""

    def __init__(self, seed: int, shops: Iterable[str], *, clock: Clock) -> None:
        self._rng = Random(f"{seed}/credentials")  # noqa: S311  # keys of a sandbox: equal for equal seeds
        self._clock = clock
        self.access_life_s, self.refresh_life_s, self.code_life_s = ACCESS_LIFE_S, REFRESH_LIFE_S, CODE_LIFE_S
        self.app_key = f"6s{self._rng.randrange(36**8):x}"
        self.app_secret = self._rng.randbytes(20).hex()
        self.service_id = str(Random(f"{seed}/service").randrange(10**18, 10**19))  # noqa: S311  # as above
        self._access: dict[str, tuple[str, int]] = {}
        self._refresh: dict[str, tuple[str, int]] = {}
        self._codes: dict[str, tuple[str, int]] = {}
        self.first_grants = [self._grant(shop) for shop in shops]

    def check_app(self, app_key: str, app_secret: str) -> None:
        """Raise unless these are the app's credentials (token endpoints send them in the clear)."""
        if app_key != self.app_key:
            raise RefusedError(36009004, "Invalid app_key.", http_status=400)
        if app_secret != self.app_secret:
            raise RefusedError(36009004, "Invalid app_secret.", http_status=400)

    def authorize(self, shop: str) -> str:
        """Play the seller who agrees in the browser: give a code, good once and not for long."""
        code = invent_key(self._rng, "ROW_")
        self._codes[code] = (shop, int(self._clock()) + self.code_life_s)
        return code

    def exchange(self, auth_code: str) -> Grant:
        """Turn a code into tokens."""
        shop, expires_at = self._codes.pop(auth_code, ("", 0))
        if expires_at <= self._clock():
            raise RefusedError(36004004, "Invalid auth code. It is wrong, used or expired.")
        return self._grant(shop)

    def refresh(self, refresh_token: str) -> Grant:
        """Turn a refresh token into new tokens; the old refresh token dies."""
        shop, expires_at = self._refresh.pop(refresh_token, ("", 0))
        if expires_at <= self._clock():
            raise RefusedError(36004001, "Refresh token expired or revoked. The seller must authorize again.")
        return self._grant(shop)

    def shop_of(self, access_token: str) -> str:
        """Tell whose token it is, or raise 105002."""
        shop, expires_at = self._access.get(access_token, ("", 0))
        if expires_at <= self._clock():
            raise RefusedError(105002, "Expired credentials. The access token is expired or invalid.", http_status=401)
        return shop

    def expire(self, shop: str | None) -> None:
        """Let the access tokens of one shop, or of all, be expired from now on."""
        for token, (owner, _) in self._access.items():
            if shop in {None, owner}:
                self._access[token] = (owner, 0)

    def _grant(self, shop: str) -> Grant:
        now = int(self._clock())
        grant = Grant(
            shop=shop,
            access_token=invent_key(self._rng, size=48),
            access_expires_at=now + self.access_life_s,
            refresh_token=invent_key(self._rng, size=48),
            refresh_expires_at=now + self.refresh_life_s,
        )
        self._access[grant.access_token] = (shop, grant.access_expires_at)
        self._refresh[grant.refresh_token] = (shop, grant.refresh_expires_at)
        return grant
