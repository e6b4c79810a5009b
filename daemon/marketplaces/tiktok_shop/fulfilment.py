"""How the goods of one TikTok Shop by Tokopedia shop are sent (reference 4.2, 4.3, 5.4 and 6)."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from daemon.domain.fulfilment import (
    Courier,
    DeliveryOption,
    Document,
    Handover,
    HandoverChoices,
    LabelState,
    Package,
    PackageDetail,
    PackageStatus,
    Paper,
    PriceDetail,
    Sighting,
)
from daemon.errors import TryLaterError
from daemon.marketplaces.http import ShopHttp
from daemon.marketplaces.lookups import Lookups
from daemon.marketplaces.tiktok_shop import endpoints, fulfilment_words
from daemon.marketplaces.tiktok_shop import fulfilment_models as models
from daemon.marketplaces.tiktok_shop.client import Client, Credentials, RefusedError, reason
from daemon.marketplaces.tiktok_shop.endpoints import Call, call
from daemon.marketplaces.tiktok_shop.models import Wire
from daemon.marketplaces.tiktok_shop.reactions import ALREADY_SHIPPED, is_passing
from daemon.marketplaces.tiktok_shop.reading import Reader

_LARGEST_PAGE = 50
_SHIPPED_TOGETHER = 50
"""The marketplace does not say how many it takes (reference 6.5)."""
_DAY_S = 24 * 3600
_Shape = TypeVar("_Shape", bound=Wire)
_PDF = b"%PDF-"
_PDF_END, _TAIL = b"%%EOF", 1024
"""What every PDF ends with, and how much may follow that readers put up with."""


class TikTokFulfilment:
    """Fulfils :class:`daemon.marketplaces.port.Fulfilment`."""

    def __init__(self, credentials: Credentials, client: Client, http: ShopHttp, lookups: Lookups) -> None:
        self._shop = credentials.shop
        self._is_secure = credentials.base_url.startswith("https:")
        self._client = client
        self._reader = Reader(client, credentials.shop)
        self._http = http
        self._lookups = lookups

    async def packages(self, since: datetime) -> AsyncIterator[Sequence[Package]]:
        """Yield packages that changed at or after ``since``, oldest change first, a page at a time."""
        query = {"sort_field": "update_time", "sort_order": "ASC"}
        body = {"update_time_ge": int(since.timestamp())}
        async for page in self._reader.pages(
            endpoints.SEARCH_PACKAGES, models.PackagePage, query=query, body=body, page_size=_LARGEST_PAGE
        ):
            yield [fulfilment_words.package(package) for package in page.packages]

    async def package(self, package_id: str) -> PackageDetail:
        """Read what must be known to ship a package."""
        wire = await self._client.ask(call(endpoints.PACKAGE, package_id=package_id), models.PackageDetail)
        return fulfilment_words.detail(wire)

    async def handover_choices(self, package_id: str) -> HandoverChoices:
        """Read how a package can be handed over, and when the courier can still come."""
        wire = await self._client.ask(call(endpoints.HANDOVER, package_id=package_id), models.Handover)
        return fulfilment_words.choices(wire)

    async def ship(self, handovers: Mapping[str, Handover]) -> Mapping[str, str]:
        """Arrange the shipment of packages, by id, and return the refused ones with the reason.

        A package that is shipped already counts as done, so after an error the whole call may be made again.
        """
        ids = list(handovers)
        refused: dict[str, str] = {}
        for start in range(0, len(ids), _SHIPPED_TOGETHER):
            chunk = {id_: handovers[id_] for id_ in ids[start : start + _SHIPPED_TOGETHER]}
            refused |= await (self._ship_together(chunk) if len(chunk) > 1 else self._ship_each(chunk))
        return refused

    async def _ship_together(self, handovers: Mapping[str, Handover]) -> dict[str, str]:
        """Ship with one call; what it leaves unclear is shipped again, each package by itself."""
        packages = [{"id": id_, **fulfilment_words.ship_body(how)} for id_, how in handovers.items()]
        try:
            result = await self._client.ask(call(endpoints.SHIP_MANY, body={"packages": packages}), models.ShipResult)
        except RefusedError:
            # One package can spoil the call for all.
            return await self._ship_each(handovers)
        failed = {each.detail.package_id: each for each in result.errors if each.code != ALREADY_SHIPPED}
        if failed.keys() - handovers.keys():
            return await self._ship_each(handovers)
        passing = {id_: handovers[id_] for id_, each in failed.items() if is_passing(each.code)}
        refused = {id_: reason(each.code, each.message) for id_, each in failed.items() if id_ not in passing}
        return refused | await self._ship_each(passing)

    async def _ship_each(self, handovers: Mapping[str, Handover]) -> dict[str, str]:
        refused = {}
        for id_, how in handovers.items():
            question = call(endpoints.SHIP, package_id=id_, body=fulfilment_words.ship_body(how))
            try:
                await self._client.ask(question, models.ShipResult)
            except RefusedError as error:
                if error.code != ALREADY_SHIPPED:
                    refused[id_] = error.reason
        return refused

    async def label(self, package: Package, document: Document = Document.LABEL, *, paper: Paper = Paper.A6) -> bytes:
        """Return what is printed for a package, as PDF: kept for a day, as long as its link would live.

        Raises :class:`TryLaterError` ``label.not_ready`` while the marketplace is still making it, and
        :class:`RefusedError` when there is none: before it is shipped, and once the courier has it.
        """
        key = f"label/{package.id}/{package.tracking_number}/{document}/{paper}"
        kept = self._lookups.kept(key) if package.status is PackageStatus.TO_COLLECT else None
        if kept is not None:
            return b64decode(kept)
        pdf = await self._http.download(await self._label_link(package.id, document, paper))
        if not (pdf.startswith(_PDF) and _PDF_END in pdf[-_TAIL:]):
            raise TryLaterError("shop.answer_unreadable", shop=self._shop, detail="a label that is no whole PDF")
        if package.tracking_number:  # a label belongs to it
            self._lookups.keep(key, b64encode(pdf).decode(), for_s=_DAY_S)
        return pdf

    async def _label_link(self, package_id: str, document: Document, paper: Paper) -> str:
        query = {"document_type": fulfilment_words.DOCUMENTS[document], "document_size": paper.value}
        question = call(endpoints.DOCUMENT, package_id=package_id, query=query)
        try:
            link = (await self._client.ask(question, models.DocumentLink)).doc_url
        except RefusedError as error:
            if (await self.package(package_id)).label is not LabelState.COMING:
                raise
            raise TryLaterError("label.not_ready", shop=self._shop, package=package_id) from error
        if not link:
            raise TryLaterError("label.not_ready", shop=self._shop, package=package_id)
        if self._is_secure and not link.startswith("https:"):
            raise TryLaterError("shop.answer_unreadable", shop=self._shop, detail="a label over an open connection")
        return link

    async def sightings(self, order_id: str) -> Sequence[Sighting]:
        """Read where the parcels of an order were seen, the newest first."""
        wire = await self._client.ask(call(endpoints.TRACKING, order_id=order_id), models.Tracking)
        sightings = [fulfilment_words.sighting(entry) for entry in wire.tracking]
        return sorted(sightings, key=lambda sighting: sighting.at, reverse=True)

    async def delivery_options(self, warehouse_id: str) -> Sequence[DeliveryOption]:
        """Tell how goods can be sent from a warehouse; what was read today is not read again."""
        question = call(endpoints.DELIVERY_OPTIONS, warehouse_id=warehouse_id)
        wire = await self._looked_up(question, models.DeliveryOptions)
        own = fulfilment_words.OWN_COURIER_TYPE
        return [DeliveryOption(each.id, each.name, each.type == own) for each in wire.delivery_options]

    async def couriers(self, delivery_option_id: str) -> Sequence[Courier]:
        """Tell whom the seller can send with, where the marketplace's couriers do not; kept for a day."""
        question = call(endpoints.COURIERS, option_id=delivery_option_id)
        wire = await self._looked_up(question, models.ShippingProviders)
        return [Courier(each.id, each.name) for each in wire.shipping_providers]

    async def _looked_up(self, question: Call, shape: type[_Shape]) -> _Shape:
        """Ask, unless it was asked today. Nothing at all is not kept: the seller may be about to set it up."""
        kept = self._lookups.kept(question.path)
        with suppress(ValidationError):  # another version kept it
            if kept is not None:
                return shape.model_validate(kept)
        wire = await self._client.ask(question, shape)
        if wire != shape():
            self._lookups.keep(question.path, wire.model_dump(), for_s=_DAY_S)
        return wire

    async def price_detail(self, order_id: str) -> PriceDetail:
        """Read what an order came to, line by line."""
        wire = await self._client.ask(call(endpoints.PRICE_DETAIL, order_id=order_id), models.PriceDetail)
        return fulfilment_words.price_detail(self._shop, wire)
