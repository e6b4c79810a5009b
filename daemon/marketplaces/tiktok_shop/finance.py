"""What one TikTok Shop by Tokopedia shop is paid (reference 8)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from daemon.domain.finance import Statement, Transaction
from daemon.marketplaces.tiktok_shop import endpoints
from daemon.marketplaces.tiktok_shop import finance_models as models
from daemon.marketplaces.tiktok_shop import finance_words as words
from daemon.marketplaces.tiktok_shop.client import Client
from daemon.marketplaces.tiktok_shop.reading import Reader

_BY_ORDER = {"sort_field": "order_create_time", "sort_order": "ASC"}


class TikTokFinance:
    """Fulfils :class:`daemon.marketplaces.port.Finance`."""

    def __init__(self, shop: str, client: Client) -> None:
        self._shop = shop
        self._reader = Reader(client, shop)

    async def statements(self, since: datetime) -> AsyncIterator[Sequence[Statement]]:
        """Yield statements made at or after ``since``, the oldest first, a page at a time."""
        query = {"sort_field": "statement_time", "sort_order": "ASC", "statement_time_ge": str(int(since.timestamp()))}
        async for page in self._reader.pages(endpoints.STATEMENTS, models.StatementPage, query=query):
            yield [words.statement(self._shop, each) for each in page.statements]

    async def transactions(self, statement_id: str) -> AsyncIterator[Sequence[Transaction]]:
        """Yield what a statement is made of, a page at a time."""
        async for page in self._reader.pages(
            endpoints.TRANSACTIONS, models.TransactionPage, query=_BY_ORDER, statement_id=statement_id
        ):
            yield [words.transaction(self._shop, each, page.currency) for each in page.transactions]

    async def unsettled(self, since: datetime) -> AsyncIterator[Sequence[Transaction]]:
        """Yield estimates for what is still to be paid for orders since ``since``, a page at a time."""
        query = {**_BY_ORDER, "search_time_ge": str(int(since.timestamp()))}
        async for page in self._reader.pages(endpoints.UNSETTLED, models.TransactionPage, query=query):
            yield [words.transaction(self._shop, each, page.currency) for each in page.transactions]
