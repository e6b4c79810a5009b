"""The authorization page: a pretended seller answers in a browser and comes back to the app (reference 2.1)."""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from daemon.marketplaces.sandbox.credentials import Credentials

PATH = "/open/authorize"
REFUSED = "access_denied"
"""As OAuth 2 has it (RFC 6749, 4.1.2.1); the reference tells nothing of a refusal."""


class ConsentPage:
    """Where the authorization link leads. Without ``redirect_url``, known in Partner Center, a page shows the answer.

    An unknown ``service_id`` is answered as the marketplace does. Agreeing twice gives two codes, each good once.
    """

    def __init__(self, credentials: Credentials, shops: Mapping[str, object], redirect_url: str = "") -> None:
        self._credentials = credentials
        self._shops = tuple(shops)
        self.redirect_url = redirect_url

    def routes(self) -> list[Route]:
        """List the routes, in front of the marketplace's other paths."""
        return [Route(PATH, self.ask, methods=["GET"]), Route(PATH, self.answer, methods=["POST"])]

    async def ask(self, request: Request) -> Response:
        """Ask which shop shall be opened to the app."""
        if request.query_params.get("service_id") != self._credentials.service_id:
            return _page("This service does not exist", status=404)
        state = escape(request.query_params.get("state", ""), quote=True)
        shops = "".join(
            f'<p><button name="shop" value="{escape(shop, quote=True)}">{escape(shop)}</button></p>'
            for shop in self._shops
        )
        return _page(
            f'<h1>Sandbox</h1><form method="post" action="{PATH}"><input type="hidden" name="state" value="{state}">'
            f"<p>Beri aplikasi ini izin untuk toko / authorize this app for:</p>{shops}"
            f'<p><button name="error" value="{REFUSED}">Tolak / refuse</button></p></form>'
        )

    async def answer(self, request: Request) -> Response:
        """Lead back to the app, with a code or a refusal."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        state = {"state": form["state"]} if "state" in form else {}
        if form.get("error") == REFUSED:
            return self._back({"error": REFUSED, **state}, f"?error={REFUSED}")
        shop = form.get("shop", "")
        if shop not in self._shops:
            return _page("This shop does not exist", status=404)
        code = self._credentials.authorize(shop)
        back = {"app_key": self._credentials.app_key, "code": code, "locale": "id-ID", "shop_region": "ID", **state}
        return self._back(back, code)

    def _back(self, query: Mapping[str, str], shown: str) -> Response:
        if not self.redirect_url:
            return _page(f"<h1>Sandbox</h1><p>Untuk aplikasi / for the app:</p><pre>{escape(shown)}</pre>")
        return RedirectResponse(f"{self.redirect_url}?{urlencode(query)}", 302)


def _page(body: str, *, status: int = 200) -> Response:
    return HTMLResponse(f'<!doctype html><meta charset="utf-8"><title>Sandbox</title><body>{body}</body>', status)
