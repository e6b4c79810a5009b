"""`selaras connect` at the sandbox's authorization page, with the commands that need the permission after it."""

import json
import re
import stat
from contextlib import closing, suppress
from io import StringIO
from threading import Thread
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from typer.testing import CliRunner

from daemon.cli import app, connect
from daemon.connect import token_path
from daemon.errors import PersonNeededError
from daemon.loopback import address, listen, served
from daemon.marketplaces.sandbox.ready import write_ready_file
from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.marketplaces.tiktok_shop.consent import Grant
from daemon.marketplaces.tiktok_shop.models import Shop
from daemon.texts import Texts


@pytest.fixture(scope="module")
def partner():
    """A market whose app has no redirect URL: the page shows the code."""
    with running(SandboxOptions(products=8, shops=2)) as ready:
        yield ready


def agreed(ready, shop, state=""):
    """What stands on the page after the seller has pressed the button."""
    page = httpx.post(ready.authorize_url, data={"shop": shop, "state": state}).text
    return re.search("<pre>(.*)</pre>", page)[1]


@pytest.fixture
def at_terminal(selaras):
    """Type a command and then ``typed``."""

    def run(*arguments, typed):
        return CliRunner(env={"LANG": "C.UTF-8"}).invoke(app, list(map(str, arguments)), input=typed)

    return run


@pytest.fixture
def new_shop(partner, selaras, tmp_path):
    """Settings of a shop that nobody has connected."""
    ready_file = tmp_path / "ready.json"
    write_ready_file(partner, ready_file)
    assert selaras("init", "toko", "--sandbox", ready_file, "--language", "en").exit_code == 0
    config = tmp_path / "toko" / "config.yaml"
    config.write_text(re.sub("    shop_cipher: .*\n", "", config.read_text("utf-8")), "utf-8")
    for shop in partner.shops:
        token_path(config.parent / ".selaras", shop.name).unlink()
    return config


def tokens_of(config, shop="toko-1"):
    return token_path(config.parent / ".selaras", shop)


def test_a_shop_that_was_let_in_is_synced_without_a_cipher_in_the_settings(selaras, new_shop, partner):
    for shop in partner.shops:
        before = selaras("sync", "-c", new_shop)
        assert f"selaras connect {shop.name}" in before.output.replace("\n", " ")
        said = selaras("connect", shop.name, "-c", new_shop, "--code", agreed(partner, shop.name))
        assert said.exit_code == 0, said.output
        assert f"{shop.name} is connected to {shop.name}" in said.stdout
    path = tokens_of(new_shop)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["shop_cipher"] == partner.shops[0].shop_cipher
    synced = selaras("sync", "-c", new_shop)
    assert synced.exit_code == 0, synced.output


def test_the_link_names_the_service_and_the_answer_must_be_to_this_link(at_terminal, new_shop, partner):
    pasted = ["https://kembali.example/?code=ROW_lain&state=lain", "bukan kode", agreed(partner, "toko-1"), ""]
    said = at_terminal("connect", "toko-1", "-c", new_shop, typed="\n".join(pasted))
    assert said.exit_code == 0, said.output
    shown = urlsplit(next(line for line in said.stdout.splitlines() if line.startswith("http")))
    assert parse_qs(shown.query)["service_id"] == [partner.service_id]
    assert "does not answer the link" in said.stderr
    assert "no code in this" in said.stderr


def test_the_browser_on_this_machine_brings_the_code_by_itself(selaras, new_shop, monkeypatch):
    with listen(0) as free:
        port = free.getsockname()[1]
    with running(SandboxOptions(products=8, shops=2, seed=1, redirect_url=f"http://127.0.0.1:{port}/kembali")) as ready:
        text = new_shop.read_text("utf-8")
        for name in ("base_url", "auth_url"):
            text = re.sub(f"{name}: .*", f"{name}: {ready.base_url}", text)
        new_shop.write_text(re.sub("authorize_url: .*", f"authorize_url: {ready.authorize_url}", text), "utf-8")

        def browser(address):
            state = parse_qs(urlsplit(address).query)["state"][0]
            Thread(target=come_back, args=(ready, state), daemon=True).start()

        monkeypatch.setattr("webbrowser.open", browser)
        said = selaras("connect", "toko-1", "-c", new_shop, "--port", port, "--browser")
    assert said.exit_code == 0, said.output
    assert tokens_of(new_shop).exists()


def come_back(ready, state):
    answer = httpx.post(ready.authorize_url, data={"shop": "toko-1", "state": state})
    while True:
        try:
            assert httpx.get(answer.headers["location"]).status_code == 200
        except httpx.ConnectError:
            continue
        return


def test_a_code_that_was_used_stores_nothing_and_says_what_to_do(selaras, new_shop, partner):
    code = agreed(partner, "toko-1")
    assert selaras("connect", "toko-1", "-c", new_shop, "--code", code).exit_code == 0
    kept = tokens_of(new_shop).read_bytes()
    again = selaras("connect", "toko-1", "-c", new_shop, "--code", code)
    assert again.exit_code == 78
    assert "selaras connect toko-1" in again.stderr.replace("\n", " ")
    assert code not in again.output
    assert tokens_of(new_shop).read_bytes() == kept


def test_another_account_is_not_taken_for_the_shop_that_is_known(selaras, new_shop, partner):
    for shop in ("toko-1", "toko-2"):
        assert selaras("connect", shop, "-c", new_shop, "--code", agreed(partner, shop)).exit_code == 0
    assert selaras("sync", "-c", new_shop).exit_code == 0
    kept = tokens_of(new_shop).read_bytes()
    other = selaras("connect", "toko-1", "-c", new_shop, "--code", agreed(partner, "toko-2"))
    assert other.exit_code == 1
    assert "toko-2" in other.stderr
    assert tokens_of(new_shop).read_bytes() == kept


def test_one_account_does_not_stand_for_two_shops(selaras, new_shop, partner):
    assert selaras("connect", "toko-1", "-c", new_shop, "--code", agreed(partner, "toko-2")).exit_code == 0
    again = selaras("connect", "toko-2", "-c", new_shop, "--code", agreed(partner, "toko-2"))
    assert again.exit_code == 1
    assert "toko-1" in again.stderr
    assert not tokens_of(new_shop, "toko-2").exists()


def test_an_address_on_the_command_line_answers_whatever_link_was_opened(selaras, new_shop, partner):
    brought = f"https://kembali.example/?code={agreed(partner, 'toko-1')}&state=dari-mana-saja"
    assert selaras("connect", "toko-1", "-c", new_shop, "--code", brought).exit_code == 0


def test_a_cipher_in_the_settings_that_means_another_shop_is_told(selaras, new_shop, partner):
    text = new_shop.read_text("utf-8")
    named = f"- name: toko-1\n    shop_cipher: {partner.shops[1].shop_cipher}\n"
    new_shop.write_text(text.replace("- name: toko-1\n", named), "utf-8")
    said = selaras("connect", "toko-1", "-c", new_shop, "--code", agreed(partner, "toko-1"))
    assert said.exit_code == 1
    assert "shop_cipher" in said.stderr
    assert not tokens_of(new_shop).exists()


def test_an_unknown_shop_is_named_with_those_that_are_known(selaras, new_shop):
    said = selaras("connect", "toko-9", "-c", new_shop)
    assert said.exit_code == 2
    assert "toko-1, toko-2" in said.stderr


def test_without_a_service_id_the_link_comes_from_partner_center(at_terminal, new_shop, partner):
    new_shop.write_text(re.sub("    service_id: .*\n", "", new_shop.read_text("utf-8")), "utf-8")
    said = at_terminal("connect", "toko-1", "-c", new_shop, typed=agreed(partner, "toko-1") + "\n")
    assert said.exit_code == 0, said.output
    assert "Partner Center" in said.stdout


def test_a_seller_who_does_not_agree_ends_it_and_nothing_is_stored(at_terminal, selaras, new_shop):
    said = selaras("connect", "toko-1", "-c", new_shop, "--code", "https://kembali.example/?error=access_denied")
    assert said.exit_code == 1
    assert "Permission was not given" in said.stderr
    pasted = "https://kembali.example/?error=access_denied\nROW_tak-terbaca\n"
    said = at_terminal("connect", "toko-1", "-c", new_shop, typed=pasted)
    assert said.exit_code == 1
    assert "Permission was not given" in said.stderr
    assert not tokens_of(new_shop).exists()


@pytest.fixture
def came_back(selaras, new_shop, monkeypatch):
    """The browser comes back to the page with these queries, one after the other; tell how the command ended."""

    def run(*queries):
        with listen(0) as free:
            port = free.getsockname()[1]

        def browser(address):
            state = parse_qs(urlsplit(address).query)["state"][0]
            Thread(target=ask_each, args=(port, [each.format(state=state) for each in queries]), daemon=True).start()

        monkeypatch.setattr("webbrowser.open", browser)
        return selaras("connect", "toko-1", "-c", new_shop, "--port", port, "--browser")

    return run


def ask_each(port, queries):
    for query in queries:
        while True:
            with suppress(httpx.ConnectError):
                httpx.get(f"http://127.0.0.1:{port}/?{query}")
                break


def test_a_seller_who_does_not_agree_in_the_browser_ends_the_command_too(came_back):
    said = came_back("error=access_denied&state={state}")
    assert said.exit_code == 1
    assert "Permission was not given" in said.stderr


def test_an_answer_to_another_link_that_comes_to_the_page_is_told_in_the_terminal_and_the_next_is_awaited(came_back):
    said = came_back("code=ROW_lain&state=lain", "state={state}", "error=access_denied&state={state}")
    assert said.exit_code == 1
    assert "does not answer the link" in said.stderr
    assert "no code in this" in said.stderr
    assert "Permission was not given" in said.stderr


def test_without_a_network_it_says_that_nothing_was_stored_and_what_to_type_again(selaras, new_shop):
    with listen(0) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    new_shop.write_text(re.sub("auth_url: .*", f"auth_url: {nobody}", new_shop.read_text("utf-8")), "utf-8")
    said = selaras("connect", "toko-1", "-c", new_shop, "--code", "ROW_kode")
    assert said.exit_code == 1
    assert "selaras connect toko-1" in said.stderr.replace("\n", " ")
    assert not tokens_of(new_shop).exists()


def grant_of(*names):
    shops = [Shop(id=f"id-{name}", name=name, region="ID", cipher=f"ROW_{name}") for name in names]
    return Grant(None, shops)


@pytest.fixture
def choosing(monkeypatch, capsys):
    def choose(typed):
        monkeypatch.setattr("sys.stdin", StringIO(typed))
        shop = SimpleNamespace(name="toko-1", shop_cipher="")
        return connect._chosen(grant_of("satu", "dua"), shop, connect.Typed(), Texts("en"))

    return choose


def test_of_several_shops_the_seller_names_one_and_is_asked_again_after_a_slip(choosing, capsys):
    assert choosing("tiga\n3\n2\n").name == "dua"
    assert capsys.readouterr().out.count("Which shop is meant? (1-2)") == 3


def test_when_no_shop_is_chosen_it_ends_and_says_that_nothing_was_stored(choosing):
    with pytest.raises(PersonNeededError) as raised:
        choosing("")
    assert raised.value.message.code == "connect.none_chosen"


def test_when_the_time_for_a_code_is_over_it_ends_and_says_so(came_back, monkeypatch):
    monkeypatch.setattr(connect, "CODE_LIFE_S", 0)
    said = came_back()
    assert said.exit_code == 78
    assert "--code" in said.stderr


async def grant_nothing(_request):
    """Tokens for whoever asks, and no shop that they speak for."""
    token = {"access_token": "satu", "access_token_expire_in": 4_000_000_000}
    more = {"refresh_token": "dua", "refresh_token_expire_in": 4_000_000_000, "granted_scopes": []}
    return JSONResponse({"code": 0, "message": "Success", "data": {**token, **more, "shops": []}})


def test_an_account_without_a_shop_ends_it_and_says_so(selaras, new_shop):
    market = Starlette(routes=[Route("/{path:path}", grant_nothing)])
    with closing(listen(0)) as listening, served(market, listening):
        for name in ("base_url", "auth_url"):
            text = new_shop.read_text("utf-8")
            new_shop.write_text(re.sub(f"{name}: .*", f"{name}: {address(listening)}", text), "utf-8")
        said = selaras("connect", "toko-1", "-c", new_shop, "--code", "ROW_kode")
    assert said.exit_code == 78
    assert "no shop to connect" in said.stderr


def test_when_nothing_is_pasted_it_ends_and_says_so(at_terminal, new_shop):
    said = at_terminal("connect", "toko-1", "-c", new_shop, typed="")
    assert said.exit_code == 78
    assert "--code" in said.stderr
