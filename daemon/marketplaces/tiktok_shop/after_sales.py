"""Cancellations and returns of one TikTok Shop by Tokopedia shop (reference 3.9 and 7)."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime

from daemon.domain.after_sales import Cancellation, Reason, Return, ReturnKind, ReturnState
from daemon.domain.values import ListingId
from daemon.errors import ItemError
from daemon.marketplaces.tiktok_shop import after_sales_models as models
from daemon.marketplaces.tiktok_shop import after_sales_words as words
from daemon.marketplaces.tiktok_shop import endpoints
from daemon.marketplaces.tiktok_shop.client import Client, RefusedError
from daemon.marketplaces.tiktok_shop.endpoints import Call, Endpoint, call
from daemon.marketplaces.tiktok_shop.reactions import ALREADY_CANCELLED, CANCEL_IS_RUNNING
from daemon.marketplaces.tiktok_shop.reading import Reader

_LARGEST_PAGE = 50
_SKUS_PER_SETTING = 500
_LOCALE = "id-ID"
_NEWEST_LAST = {"sort_field": "update_time", "sort_order": "ASC"}


class TikTokAfterSales:
    """Fulfils :class:`daemon.marketplaces.port.AfterSales`."""

    def __init__(self, shop: str, client: Client) -> None:
        self._shop = shop
        self._client = client
        self._reader = Reader(client, shop)

    async def cancellations(self, since: datetime) -> AsyncIterator[Sequence[Cancellation]]:
        """Yield cancellations that changed at or after ``since``, oldest change first, a page at a time."""
        async for page in self._cancellations(_changed(since)):
            yield page

    async def waiting_cancellations(self) -> AsyncIterator[Sequence[Cancellation]]:
        """Yield the cancellations that wait for the seller's answer, a page at a time."""
        async for page in self._cancellations({"cancel_status": [words.WAITING], "locale": _LOCALE}):
            yield page

    async def _cancellations(self, body: Mapping[str, object]) -> AsyncIterator[Sequence[Cancellation]]:
        pages = self._reader.pages(
            endpoints.SEARCH_CANCELLATIONS,
            models.CancellationPage,
            query=_NEWEST_LAST,
            body=body,
            page_size=_LARGEST_PAGE,
        )
        async for page in pages:
            yield [words.cancellation(self._shop, entry) for entry in page.cancellations]

    async def returns(self, since: datetime) -> AsyncIterator[Sequence[Return]]:
        """Yield returns that changed at or after ``since``, oldest change first, a page at a time."""
        pages = self._reader.pages(
            endpoints.SEARCH_RETURNS,
            models.ReturnPage,
            query=_NEWEST_LAST,
            body=_changed(since),
            page_size=_LARGEST_PAGE,
        )
        async for page in pages:
            yield [words.return_(self._shop, entry) for entry in page.return_orders]

    async def cancel_reasons(self, order_id: str) -> Sequence[str]:
        """Tell the names of the reasons for which the seller may cancel an order now; none: not at all."""
        query = {"initiate_aftersale_user": "SELLER", "request_types": "CANCEL"}
        wire = await self._client.ask(call(endpoints.ELIGIBILITY, query=query, order_id=order_id), models.Eligibilities)
        possible = [each for entry in wire.sku_eligibility for each in entry.line_item_eligibility if each.eligible]
        return list(dict.fromkeys(name for each in possible for name in each.available_reason_names))

    async def cancel_order(self, order_id: str, reason_name: str) -> None:
        """Cancel an order; one that is cancelled already, or about to be, counts as done."""
        body = {"order_id": order_id, "cancel_reason": reason_name}
        await self._answer(call(endpoints.CANCEL_ORDER, body=body), done=(CANCEL_IS_RUNNING, ALREADY_CANCELLED))

    async def approve_cancellation(self, cancel_id: str) -> None:
        """Grant what a buyer asks; one that is granted already counts as done."""
        grant = call(endpoints.APPROVE_CANCELLATION, query=_key(cancel_id, "approve"), cancel_id=cancel_id)
        await self._answer(grant, done=(ALREADY_CANCELLED,))

    async def reject_cancellation(self, cancel_id: str, reason_name: str, *, comment: str = "") -> None:
        """Refuse what a buyer asks."""
        body = {"reject_reason": reason_name} | ({"comment": comment} if comment else {})
        query = _key(cancel_id, "reject")
        await self._answer(call(endpoints.REJECT_CANCELLATION, query=query, body=body, cancel_id=cancel_id))

    async def reject_reasons(self, request_id: str) -> Sequence[Reason]:
        """Tell the reasons for which a cancellation or return may be refused now; none: not at all."""
        query = {"return_or_cancel_id": request_id, "locale": _LOCALE}
        wire = await self._client.ask(call(endpoints.REJECT_REASONS, query=query), models.RejectReasons)
        return [Reason(each.name, each.text) for each in wire.reasons]

    async def approve_return(self, asked: Return, *, keeps_goods: bool = False) -> None:
        """Grant what a return asks for now; with ``keeps_goods`` the buyer need not send them."""
        decision = self._decision(words.GRANTS, asked)
        body = {"decision": decision} | ({"buyer_keep_item": True} if keeps_goods else {})
        await self._decide(endpoints.APPROVE_RETURN, asked, body)

    async def reject_return(self, asked: Return, reason_name: str, *, comment: str = "") -> None:
        """Refuse what a return asks for now."""
        body = {"decision": self._decision(words.REFUSALS, asked), "reject_reason": reason_name}
        await self._decide(endpoints.REJECT_RETURN, asked, body | ({"comment": comment} if comment else {}))

    async def set_auto_restock(
        self, shop_id: str, listings: Sequence[ListingId], *, is_on: bool
    ) -> Collection[ListingId]:
        """Decide whether units of cancelled orders go on sale again by themselves; returns those it does not reach."""
        by_sku = {listing.sku_id: listing for listing in listings}
        sku_ids, failed = list(by_sku), []
        for start in range(0, len(sku_ids), _SKUS_PER_SETTING):
            body = {
                "seller_id": shop_id,
                "sku_ids": sku_ids[start : start + _SKUS_PER_SETTING],
                "stock_operation_setting": {"enable_auto_restock": is_on},
            }
            wire = await self._client.ask(call(endpoints.SET_RESTOCK, body=body), models.StockOperationResult)
            failed += [by_sku[sku_id] for sku_id in wire.stock_operation.failed_sku_ids if sku_id in by_sku]
        return failed

    def _decision(self, decisions: Mapping[tuple[ReturnKind, ReturnState], str], asked: Return) -> str:
        """Name what is sent for ``asked``; raises :class:`ItemError` ``after_sales.not_asked``."""
        decision = decisions.get((asked.kind, asked.state))
        if decision is None:
            raise ItemError("after_sales.not_asked", shop=self._shop, request=asked.id)
        return decision

    async def _decide(self, endpoint: Endpoint, asked: Return, body: Mapping[str, object]) -> None:
        query = _key(asked.id, str(body["decision"]))
        await self._answer(call(endpoint, query=query, body=body, return_id=asked.id))

    async def _answer(self, question: Call, *, done: Collection[int] = ()) -> None:
        try:
            await self._client.ask(question, models.Nothing)
        except RefusedError as error:
            if error.code not in done:
                raise


def _changed(since: datetime) -> dict[str, object]:
    return {"update_time_ge": int(since.timestamp()), "locale": _LOCALE}


def _key(request_id: str, answer: str) -> dict[str, str]:
    """Let the same answer to the same request count once, however often and from wherever it is sent."""
    return {"idempotency_key": f"{request_id}/{answer}"}
