"""The authorization page: a pretended seller agrees in a browser and comes back to the app (reference 2.1)."""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from daemon.marketplaces.sandbox.credentials import Credentials

PATH = "/open/authorize"


class ConsentPage:
    """Where the authorization link leads. Without ``redirect_url``, known in Partner Center, a page shows the code.

    An unknown ``service_id`` is answered as the marketplace does. Agreeing twice gives two codes, each good once.
    """

    def __init__(self, credentials: Credentials, shops: Mapping[str, object], redirect_url: str = "") -> None:
        self._credentials = credentials
        self._shops = tuple(shops)
        self.redirect_url = redirect_url

    def routes(self) -> list[Route]:
        """List the routes, in front of the marketplace's other paths."""
        return [Route(PATH, self.ask, methods=["GET"]), Route(PATH, self.agree, methods=["POST"])]

    async def ask(self, request: Request) -> Response:
        """Ask which shop shall be opened to the app."""
        if request.query_params.get("service_id") != self._credentials.service_id:
            return _page("This service does not exist", status=404)
        state = escape(request.query_params.get("state", ""), quote=True)
        buttons = "".join(
            f'<form method="post" action="{PATH}"><input type="hidden" name="state" value="{state}">'
            f'<button name="shop" value="{escape(shop, quote=True)}">{escape(shop)}</button></form>'
            for shop in self._shops
        )
        return _page(f"<h1>Sandbox</h1><p>Beri aplikasi ini izin untuk toko / authorize this app for:</p>{buttons}")

    async def agree(self, request: Request) -> Response:
        """Give a code and lead back to the app."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        shop = form.get("shop", "")
        if shop not in self._shops:
            return _page("This shop does not exist", status=404)
        code = self._credentials.authorize(shop)
        if not self.redirect_url:
            return _page(f"<h1>Sandbox</h1><p>Kode / code:</p><pre>{escape(code)}</pre>")
        back = {"app_key": self._credentials.app_key, "code": code, "locale": "id-ID", "shop_region": "ID"}
        if state := form.get("state", ""):
            back["state"] = state
        return RedirectResponse(f"{self.redirect_url}?{urlencode(back)}", 302)


def _page(body: str, *, status: int = 200) -> Response:
    return HTMLResponse(f'<!doctype html><meta charset="utf-8"><title>Sandbox</title><body>{body}</body>', status)
