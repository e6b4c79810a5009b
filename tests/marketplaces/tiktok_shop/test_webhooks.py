"""Webhooks through the connector: where they go, and which of them are believed."""

import json
from pathlib import Path

import pytest
from contract import asking
from marketplaces.tiktok_shop.worlds import Reply

from daemon.errors import ItemError, TryLaterError
from daemon.marketplaces.port import Notice
from daemon.marketplaces.tiktok_shop.client import Credentials
from daemon.marketplaces.tiktok_shop.webhooks import EVENTS, TikTokWebhooks

VECTORS = json.loads(Path(__file__).with_name("webhook_vectors.json").read_text("utf-8"))
PATH = "/event/202309/webhooks"
HERE = "https://kait.contoh/selaras"


def of(vector):
    """The webhooks of the app that a vector was signed for."""
    credentials = Credentials("toko", vector["app_key"], vector["app_secret"], "", "https://api", "https://auth")
    return TikTokWebhooks(credentials, None)


def use(connector, work):
    return asking.use(connector, lambda shop: work(shop.webhooks))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_what_the_marketplace_signed_is_believed(vector):
    said = json.loads(vector["body"])
    expected = Notice(said["tts_notification_id"], said["shop_id"])
    assert of(vector).notice(vector["body"].encode(), vector["authorization"]) == expected


def test_all_vectors_of_the_reference_are_here():
    assert len(VECTORS) == 2


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, signature: (body, signature[:-1] + ("0" if signature[-1] != "0" else "1")),
        lambda body, signature: (body, signature[:-1]),
        lambda body, signature: (body, signature.upper()),
        lambda body, signature: (body, f"Bearer {signature}"),
        lambda body, _signature: (body, ""),
        lambda body, signature: (body, "tandatangan-é-" + signature),
        lambda body, signature: (body + b" ", signature),
        lambda body, signature: (json.dumps(json.loads(body)).encode(), signature),
        lambda _body, signature: (b"", signature),
    ],
    ids=range(9),
)
def test_whatever_differs_from_what_was_signed_is_not_believed(vector, spoil):
    assert of(vector).notice(*spoil(vector["body"].encode(), vector["authorization"])) is None


def test_another_apps_message_is_not_believed():
    first, second = VECTORS
    assert of(second).notice(first["body"].encode(), first["authorization"]) is None


def test_all_events_go_to_one_address_and_are_set_once(world):
    use(world.connector(), lambda shop: shop.register(HERE))
    asked = len(world.calls(PATH))
    use(world.connector(), lambda shop: shop.register(HERE))
    assert asked == 1 + len(EVENTS)
    assert len(world.calls(PATH)) == asked + 1


def test_a_new_address_takes_the_place_of_the_old_one_and_is_withdrawn_alone(world):
    async def move(shop):
        await shop.register(HERE)
        await shop.register(f"{HERE}/baru")
        await shop.withdraw(HERE)
        before = await shop._registered()
        await shop.withdraw(f"{HERE}/baru")
        return before, await shop._registered()

    before, after = use(world.connector(), move)
    assert set(before.values()) == {f"{HERE}/baru"}
    assert set(after.values()) == {""}


def test_a_registration_without_an_answer_is_sent_again(world):
    world.fault("/event", "drop_after", times=2)
    use(world.connector(), lambda shop: shop.register(HERE))
    assert set(use(world.connector(), lambda shop: shop._registered()).values()) == {HERE}


@pytest.mark.parametrize("refused", EVENTS)
@pytest.mark.parametrize("act", ["register", "withdraw"])
def test_an_event_that_is_refused_does_not_keep_the_others_back(stub, to_stub, act, refused):
    def answer(body):
        if body is None:
            present = HERE if act == "withdraw" else "https://lama.contoh"
            return {"webhooks": [{"event_type": event, "address": present} for event in EVENTS]}
        return Reply(code=36009004, message="no such event") if body["event_type"] == refused else {}

    stub.answers[PATH] = answer
    with pytest.raises(ItemError, match="no such event"):
        use(to_stub(), lambda shop: getattr(shop, act)(HERE))
    assert [body["event_type"] for body in stub.bodies(PATH) if body] == list(EVENTS)


def test_a_shop_that_refuses_to_list_them_is_asked_later(stub, to_stub):
    stub.answers[PATH] = Reply(code=36009999, message="no")
    with pytest.raises(TryLaterError):
        use(to_stub(), lambda shop: shop.register(HERE))
