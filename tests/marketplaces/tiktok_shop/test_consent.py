"""Letting our app into a shop, against the sandbox's authorization page over real HTTP."""

import asyncio
import re
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from daemon.errors import ItemError, PersonNeededError
from daemon.loopback import address, listen
from daemon.marketplaces.http import ShopHttp
from daemon.marketplaces.redirect import awaited
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.marketplaces.tiktok_shop import Credentials, TokenStore
from daemon.marketplaces.tiktok_shop.client import Client
from daemon.marketplaces.tiktok_shop.consent import SCOPES, code_from, code_in, grant_for, lacking, link
from daemon.marketplaces.tiktok_shop.endpoints import WAREHOUSES, call
from daemon.marketplaces.tiktok_shop.models import Warehouses

STATE = "keadaan-1"


def credentials_of(ready, **changed):
    shop = ready.shops[0]
    return Credentials(shop.name, shop.app_key, shop.app_secret, "", ready.base_url, ready.auth_url, **changed)


def agree(ready, shop="toko-1", *, state=STATE):
    """Follow the link and press the button; give the answer, redirects not followed."""
    asked = httpx.get(link(ready.authorize_url, ready.service_id, state))
    assert shop in asked.text
    assert state in asked.text
    return httpx.post(ready.authorize_url, data={"shop": shop, "state": state})


@pytest.fixture(scope="module")
def ready():
    with running(SandboxOptions(shops=2, redirect_url="http://127.0.0.1:9/kembali")) as ready:
        yield ready


@pytest.fixture
def store(tmp_path):
    return TokenStore(tmp_path / "tokens" / "toko.json", "toko")


def granted(ready, store, code):
    async def run():
        http = ShopHttp("toko")
        try:
            return await grant_for(code, credentials_of(ready), store, http)
        finally:
            await http.aclose()

    return asyncio.run(run())


def test_a_seller_who_agrees_comes_back_with_a_code_that_opens_their_shop(ready, store):
    back = agree(ready, "toko-2")
    assert back.status_code == 302
    grant = granted(ready, store, code_from(back.headers["location"], STATE))
    assert [shop.cipher for shop in grant.shops] == [ready.shops[1].shop_cipher]
    assert set(SCOPES) <= set(grant.tokens.scopes)
    assert not store._path.exists()


def test_a_code_works_once(ready, store):
    code = code_from(agree(ready).headers["location"], STATE)
    granted(ready, store, code)
    with pytest.raises(PersonNeededError) as caught:
        granted(ready, store, code)
    assert caught.value.message.code == "connect.code_refused"
    assert code not in str(caught.value)


def test_the_chosen_shop_is_asked_by_the_cipher_that_came_with_the_tokens(ready, store):
    grant = granted(ready, store, code_from(agree(ready).headers["location"], STATE))

    async def warehouses(cipher):
        http = ShopHttp("toko")
        tokens = type(grant.tokens)(**{name: getattr(grant.tokens, name) for name in grant.tokens.__slots__} | cipher)
        try:
            return await Client(credentials_of(ready), store, http, tokens).ask(call(WAREHOUSES), Warehouses)
        finally:
            await http.aclose()

    assert asyncio.run(warehouses({"shop_cipher": grant.shops[0].cipher})).warehouses


def test_a_link_for_another_service_leads_nowhere(ready):
    assert httpx.get(link(ready.authorize_url, "123", STATE)).status_code == 404


@pytest.mark.parametrize(
    "brought",
    [
        "ROW_abc-123",
        "  ROW_abc-123\n",
        f"https://selaras.example/kembali?app_key=k&code=ROW_abc-123&state={STATE}",
        "https://selaras.example/kembali?code=ROW_abc-123&locale=id-ID",
        f"?code=ROW_abc-123&state={STATE}",
        f"code=ROW_abc-123&state={STATE}",
    ],
)
def test_the_address_or_the_code_alone_can_be_pasted(brought):
    assert code_from(brought, STATE) == "ROW_abc-123"


@pytest.mark.parametrize(
    ("brought", "code"),
    [
        ("", "connect.no_code"),
        ("dua kata", "connect.no_code"),
        ("https://selaras.example/kembali?error=denied", "connect.refused"),
        ("https://selaras.example/kembali?code=a&code=b", "connect.no_code"),
        ("https://selaras.example/kembali?code=ROW_abc&state=lain", "connect.other_state"),
        (f"https://selaras.example/kembali?code=ROW_abc&state={STATE}&state=lain", "connect.other_state"),
    ],
)
def test_what_is_no_answer_to_our_link_is_refused(brought, code):
    with pytest.raises(ItemError) as caught:
        code_from(brought, STATE)
    assert caught.value.message.code == code


def test_a_page_on_this_machine_takes_the_code_and_nothing_that_does_not_prove_itself():
    with closing(listen(0)) as listening:
        page = address(listening)
        with awaited(
            listening,
            lambda answer: code_in(answer, STATE, needs_state=True),
            lambda error: error.message.code if error else "berhasil",
        ) as brought:
            refused = httpx.get(page, params={"code": "ROW_penyerang"})
            taken = httpx.get(f"{page}/jalan/pulang", params={"code": "ROW_abc", "state": STATE})
            assert httpx.get(f"{page}/favicon.ico").status_code == 404
            assert brought.get(timeout=10).message.code == "connect.other_state"
            assert brought.get(timeout=10) == "ROW_abc"
            assert brought.empty()
    assert (refused.status_code, taken.status_code) == (400, 200)
    assert "connect.other_state" in refused.text
    assert "berhasil" in taken.text


def test_a_state_with_markup_does_no_harm_on_the_page(ready):
    shown = httpx.get(link(ready.authorize_url, ready.service_id, '"><script>x</script>')).text
    assert "<script>" not in shown


def test_the_state_comes_back_untouched(ready):
    state = "a b+c/=&?"
    assert parse_qs(urlsplit(agree_raw(ready, state)).query)["state"] == [state]


def test_a_seller_who_refuses_comes_back_with_the_state_and_no_code(ready):
    asked = httpx.get(link(ready.authorize_url, ready.service_id, STATE)).text
    assert '<button name="error" value="access_denied">' in asked
    back = httpx.post(ready.authorize_url, data={"error": "access_denied", "state": STATE}).headers["location"]
    assert parse_qs(urlsplit(back).query) == {"error": ["access_denied"], "state": [STATE]}
    with pytest.raises(ItemError) as caught:
        code_from(back, STATE)
    assert caught.value.message.code == "connect.refused"


def test_without_a_redirect_url_a_page_shows_what_a_refusal_would_bring():
    with running(SandboxOptions(products=1)) as ready:
        page = httpx.post(ready.authorize_url, data={"error": "access_denied", "state": STATE}).text
    with pytest.raises(ItemError) as caught:
        code_from(re.search("<pre>(.*)</pre>", page)[1], STATE)
    assert caught.value.message.code == "connect.refused"


def agree_raw(ready, state):
    return httpx.post(ready.authorize_url, data={"shop": "toko-1", "state": state}).headers["location"]


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        ((), []),
        (tuple(SCOPES), []),
        (tuple(SCOPES)[:3], ["seller.order.info", "seller.logistics", "seller.return_refund.basic"]),
    ],
)
def test_what_the_seller_did_not_allow_is_known(scopes, missing):
    assert lacking(scopes) == missing
