"""The end of the story, and whether it was reached."""

from bridge.columns import Column
from daemon.demo.people import ListingSeen


class Expected:
    """What everybody must see in the end: units and rupiah by SKU, and order ids."""

    def __init__(self, stocks: dict[str, int], prices: dict[str, int], orders: set[str]) -> None:
        self.stocks, self.prices, self.orders = stocks, prices, orders

    def differences_in(self, listings: list[ListingSeen]) -> list[str]:
        """Name what shops show otherwise."""
        wrong = [
            f"{listing.shop} {listing.sku}: {listing.quantity} ≠ {self.stocks[listing.sku]}"
            for listing in listings
            if listing.quantity != self.stocks.get(listing.sku, listing.quantity)
        ]
        return wrong + [
            f"{listing.shop} {listing.sku}: Rp {listing.price} ≠ Rp {self.prices[listing.sku]}"
            for listing in listings
            if listing.price != self.prices.get(listing.sku, listing.price)
        ]

    def differences_in_sheet(self, rows: dict[str, dict[Column, object]]) -> list[str]:
        """Name what the workbook shows otherwise."""
        wanted = [(sku, Column.STOCK, stock) for sku, stock in self.stocks.items()]
        wanted += [(sku, Column.PRICE, price) for sku, price in self.prices.items()]
        return [
            f"{sku} {column}: {shown} ≠ {value}"
            for sku, column, value in wanted
            if (shown := rows.get(sku, {}).get(column)) != value
        ]
