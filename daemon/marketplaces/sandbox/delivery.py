"""Ways of sending: one that the marketplace's couriers carry, and one where sellers choose a courier themselves."""

from dataclasses import dataclass

from daemon.marketplaces.sandbox.people import Courier


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """A way of sending, and what orders that go this way call it (``TIKTOK`` or ``SELLER``)."""

    id: str
    name: str
    type: str
    description: str
    shipping_type: str


REGULAR = DeliveryOption("7093318255710214401", "Reguler", "STANDARD", "2-4 hari", "TIKTOK")
BY_SELLER = DeliveryOption("7093318255710214499", "Kurir toko", "SEND_BY_SELLER", "", "SELLER")
OPTIONS = (REGULAR, BY_SELLER)
SELLERS_COURIERS = (
    Courier("6850417302294411301", "Becak Bang Udin", "BBU"),
    Courier("6850417302294411302", "Ekspedisi Tetangga", "EKT"),
)
"""Whom sellers can send with."""
