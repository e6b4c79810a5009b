"""How a seller lets our app into a shop: the link, what comes back from it, and what was allowed (reference 2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from daemon.errors import ItemError
from daemon.marketplaces.http import ShopHttp
from daemon.marketplaces.tiktok_shop import endpoints, models
from daemon.marketplaces.tiktok_shop.client import Client, Credentials
from daemon.marketplaces.tiktok_shop.endpoints import call
from daemon.marketplaces.tiktok_shop.tokens import Tokens, TokenStore

SCOPES = {
    "seller.authorization.info": "connect.without_shops",
    "seller.product.basic": "connect.without_products",
    "seller.product.write": "connect.without_updates",
    "seller.order.info": "connect.without_orders",
    "seller.logistics": "connect.without_warehouses",
    "seller.return_refund.basic": "connect.without_returns",
}
"""What Selaras needs, and the message that tells what does not work without it (reference 2.5, 11)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a seller allowed: tokens, and the shops that they speak for."""

    tokens: Tokens
    shops: Sequence[models.Shop]


def link(authorize_url: str, service_id: str, state: str) -> str:
    """Give the address where the seller agrees. ``state`` comes back with the answer and proves that it is ours."""
    return f"{authorize_url}?{urlencode({'service_id': service_id, 'state': state})}"


def code_from(brought: str, state: str | None) -> str:
    """Take the code out of what the seller brought: the address of the page they came to, or the code alone.

    An address without a ``state`` is taken: it is what Seller Center leads to by itself (reference 2.1). ``state`` is
    ``None`` when no link was shown that it could answer.

    Raises:
        ItemError: ``connect.other_state`` it answers another link, ``connect.refused`` the seller did not agree,
            ``connect.no_code`` there is none in it.
    """
    text = brought.strip()
    if "://" not in text and "=" not in text:
        if not text or any(letter.isspace() for letter in text):
            raise ItemError("connect.no_code")
        return text
    return code_in(parse_qs(urlsplit(text).query or text.partition("?")[2] or text), state)


def code_in(answer: Mapping[str, Sequence[str]], state: str | None, *, needs_state: bool = False) -> str:
    """Take the code out of the query of the page that the seller came back to. Errors are those of :func:`code_from`.

    ``needs_state``: whoever else can send to the page could bind a shop of their own.
    """
    states = answer.get("state", ())
    if (state is not None and any(each != state for each in states)) or (needs_state and not states):
        raise ItemError("connect.other_state")
    if answer.get("error"):  # OAuth 2 says so (RFC 6749, 4.1.2.1); the reference tells nothing of a refusal
        raise ItemError("connect.refused")
    codes = answer.get("code", ())
    if len(codes) != 1:
        raise ItemError("connect.no_code")
    return codes[0]


async def grant_for(code: str, credentials: Credentials, store: TokenStore, http: ShopHttp) -> Grant:
    """Exchange the code, and ask which shops it opens. Nothing is stored.

    Raises :class:`~daemon.errors.PersonNeededError` ``connect.code_refused``, and the errors of :class:`Client`.
    """
    tokens = await Client(credentials, store, http).exchange(code)
    answer = await Client(credentials, store, http, tokens).ask(call(endpoints.SHOPS), models.AuthorizedShops)
    return Grant(tokens, answer.shops)


def lacking(granted: Collection[str]) -> list[str]:
    """Name the scopes that Selaras needs and was not given. An empty list of scopes tells nothing."""
    return [scope for scope in SCOPES if scope not in granted] if granted else []
