import asyncio
import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from daemon.errors import PersonNeededError, TryLaterError
from daemon.marketplaces.tiktok_shop.tokens import Tokens, TokenStore

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def tokens(number):
    return Tokens(f"access-{number}", START + timedelta(days=7), f"refresh-{number}", START + timedelta(days=365))


def test_tokens_come_back_as_they_were_stored(tmp_path):
    store = TokenStore(tmp_path / "state" / "toko.json", "toko")
    store.save(tokens(1))
    assert store.load() == tokens(1)


def test_the_file_is_for_its_owner_only_even_when_it_replaces_an_open_one(tmp_path):
    path = tmp_path / "toko.json"
    path.write_text("{}")
    path.chmod(0o644)
    TokenStore(path, "toko").save(tokens(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["toko.json"]


def test_tokens_are_never_shown():
    shown = repr(tokens(1)) + str(tokens(1))
    assert "access-1" not in shown
    assert "refresh-1" not in shown


def test_a_shop_that_was_never_connected_needs_a_person(tmp_path):
    with pytest.raises(PersonNeededError) as caught:
        TokenStore(tmp_path / "toko.json", "toko").load()
    assert caught.value.message.code == "shop.no_tokens"
    assert caught.value.message.params == {"shop": "toko"}


def test_a_shop_under_another_name_is_told_which_names_are_connected(tmp_path):
    for shop in ("toko-2", "toko-1"):
        TokenStore(tmp_path / f"{shop}.json", shop).save(tokens(1))
    with pytest.raises(PersonNeededError) as caught:
        TokenStore(tmp_path / "toko-dua.json", "toko-dua").load()
    assert caught.value.message.code == "shop.no_tokens_of_name"
    assert caught.value.message.params == {"shop": "toko-dua", "connected": "toko-1, toko-2"}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"access_token": "rahasia-secret', '{"access_token": 1}', "\xff"])
def test_a_damaged_file_needs_a_person_and_is_not_quoted(tmp_path, content):
    path = tmp_path / "toko.json"
    path.write_text(content, "latin-1")
    with pytest.raises(PersonNeededError) as caught:
        TokenStore(path, "toko").load()
    assert caught.value.message.code == "shop.tokens_unreadable"
    assert "rahasia" not in str(caught.value)


def test_a_save_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "toko.json").mkdir()
    with pytest.raises(TryLaterError) as caught:
        TokenStore(tmp_path / "toko.json", "toko").save(tokens(1))
    assert caught.value.message.code == "shop.tokens_not_saved"
    assert [file.name for file in tmp_path.iterdir()] == ["toko.json"]


def test_a_refresh_token_is_not_spent_when_the_new_one_cannot_be_stored(tmp_path):
    class FullDisk(TokenStore):
        def save(self, _tokens):
            raise TryLaterError("shop.tokens_not_saved", shop="toko")

    TokenStore(tmp_path / "toko.json", "toko").save(tokens(1))
    used = []

    async def fetch(current):
        used.append(current)
        return tokens(2)

    with pytest.raises(TryLaterError):
        asyncio.run(FullDisk(tmp_path / "toko.json", "toko").renew(tokens(1), fetch))
    assert used == []


def test_two_stores_at_once_use_a_refresh_token_only_once(tmp_path):
    path = tmp_path / "toko.json"
    TokenStore(path, "toko").save(tokens(1))
    used = []

    async def fetch(current):
        used.append(current.refresh_token)
        await asyncio.sleep(0.05)
        return tokens(2)

    async def both():
        stores = [TokenStore(path, "toko") for _ in range(4)]
        return await asyncio.gather(*(store.renew(tokens(1), fetch) for store in stores))

    assert asyncio.run(both()) == [tokens(2)] * 4
    assert used == ["refresh-1"]
    assert json.loads(path.read_text())["refresh_token"] == "refresh-2"


def test_a_refresh_that_fails_gives_the_lock_back(tmp_path):
    store = TokenStore(tmp_path / "toko.json", "toko")
    store.save(tokens(1))

    async def fail(_current):
        raise OSError("no network")

    async def succeed(_current):
        return tokens(2)

    async def one_after_the_other():
        with pytest.raises(OSError, match="no network"):
            await store.renew(tokens(1), fail)
        return await store.renew(tokens(1), succeed)

    assert asyncio.run(one_after_the_other()) == tokens(2)


@pytest.mark.parametrize("brings", [tokens(2), TryLaterError("shop.unreachable", shop="toko", detail="")])
def test_a_refresh_on_its_way_comes_to_its_end_although_nobody_waits_for_it_any_more(tmp_path, brings):
    store = TokenStore(tmp_path / "toko.json", "toko")
    store.save(tokens(1))

    async def give_up():
        asked, answered = asyncio.Event(), asyncio.Event()

        async def fetch(_stored):
            asked.set()
            await answered.wait()
            if isinstance(brings, Tokens):
                return brings
            raise brings

        renewing = asyncio.create_task(store.renew(tokens(1), fetch))
        await asked.wait()
        renewing.cancel()
        await asyncio.sleep(0)
        answered.set()
        await asyncio.wait([renewing])
        assert renewing.cancelled()

    asyncio.run(give_up())
    assert store.load() == (brings if isinstance(brings, Tokens) else tokens(1))


def test_a_refresh_that_never_ends_is_given_up_when_asked_twice(tmp_path):
    store = TokenStore(tmp_path / "toko.json", "toko")
    store.save(tokens(1))

    async def give_up():
        asked = asyncio.Event()

        async def fetch(_stored):
            asked.set()
            await asyncio.Event().wait()

        renewing = asyncio.create_task(store.renew(tokens(1), fetch))
        await asked.wait()
        for _ in range(2):
            renewing.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([renewing])
        return renewing.cancelled()

    assert asyncio.run(give_up())
    assert store.load() == tokens(1)
