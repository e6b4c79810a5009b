"""The event endpoints (reference 9.5)."""

from urllib.parse import urlsplit

from daemon.marketplaces.sandbox.bodies import Body, read_body
from daemon.marketplaces.sandbox.refusals import bad_parameter
from daemon.marketplaces.sandbox.visits import Visit
from daemon.marketplaces.sandbox.webhooks import TYPES
from daemon.marketplaces.sandbox.wire import JsonObject, filled

LONGEST_ADDRESS = 255


class Event(Body):
    """Which kind of event."""

    event_type: str


class EventAddress(Event):
    """Where one kind of event shall go."""

    address: str


def list_webhooks(visit: Visit) -> JsonObject:
    """Get Shop Webhooks; its times are milliseconds, unlike all others."""
    registered = visit.world.webhooks.registered(visit.shop.name)
    webhooks = [
        {
            "event_type": event,
            "address": each.address,
            "create_time": each.created_at * 1000,
            "update_time": each.updated_at * 1000,
        }
        for event, each in registered.items()
    ]
    return filled({"webhooks": webhooks, "total_count": len(webhooks)})


def set_webhook(visit: Visit) -> JsonObject:
    """Update Shop Webhook: set it, or change where it goes."""
    body = read_body(EventAddress, visit.call.body)
    _check_event(body.event_type)
    if len(body.address) > LONGEST_ADDRESS or not _is_address(body.address):
        raise bad_parameter("Field 'address': must be an HTTP or HTTPS URL of at most 255 characters.")
    visit.world.webhooks.register(visit.shop.name, body.event_type, body.address)
    return {}


def delete_webhook(visit: Visit) -> JsonObject:
    """Delete Shop Webhook, whether there was one or not."""
    body = read_body(Event, visit.call.body)
    _check_event(body.event_type)
    visit.world.webhooks.forget(visit.shop.name, body.event_type)
    return {}


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # half an IPv6 address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _check_event(event: str) -> None:
    if event not in TYPES:
        raise bad_parameter("Field 'event_type': no such event.")
