"""A seller's day at LibreOffice: they type, sort, insert rows, save, keep it open, save over; nothing typed is lost."""

import shutil
import signal
from collections import defaultdict

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from service.house import until

LONGEST_S = 30
RACK = "Rak"
"""A column of the seller's own."""
OURS = {"Harga", "Stok", "+/−", "Opname", "Status", "Platform", "Keterangan"}
"""The columns in which we write; the others, ``Kunci Selaras`` among them, must stay as they were saved."""


class Day:
    """The seller's hands and the buyers', and beside them plain arithmetic: what must come of it in the end.

    ``stocks`` are opening + (typed − shown on the screen) − sold, by SKU; ``prices`` are what was typed last.
    """

    def __init__(self, house, daemon, seller):
        self.house, self.daemon, self.seller = house, daemon, seller
        rows = house.rows()
        self.stocks = {sku: row["Stok"] for sku, row in rows.items()}
        self.prices = {sku: row["Harga"] for sku, row in rows.items()}
        self.saved = []

    # the seller

    def opens(self):
        self.seller.open(file=str(self.house.workbook))

    def screen(self):
        """What the open document shows: rows of values, the header first."""
        return self.seller.shown()

    def types(self, sku, header, text):
        head, *rows = self.screen()
        number = next(number for number, row in enumerate(rows, 2) if row[0] == sku)
        self._types_at(head.index(header), number, text)

    def _types_at(self, place, number, text):
        self.seller.type(cell=f"{get_column_letter(place + 1)}{number}", text=str(text))

    def sees(self, sku, header):
        head, *rows = self.screen()
        return next(row[head.index(header)] for row in rows if row[0] == sku)

    def changes_stock(self, sku, by):
        """Type another stock than the screen shows."""
        self.types(sku, "Stok", int(self.sees(sku, "Stok")) + by)
        self.stocks[sku] += by

    def adds(self, sku, units):
        self.stocks[sku] += units
        self.types(sku, "+/−", units)

    def prices_at(self, sku, price):
        self.prices[sku] = price
        self.types(sku, "Harga", price)

    def remarks(self, sku, words):
        """Write into the column of their own, which they make with the first remark."""
        head = self.screen()[0]
        if RACK not in head:
            self._types_at(len(head), 1, RACK)
        self.types(sku, RACK, words)

    def inserts_row(self, before, remark=""):
        self.seller.insert_row(before=before)
        self._types_at(self.screen()[0].index(RACK), before, remark)

    def saves(self):
        self.seller.save()
        self.saved = own_part(self.screen())

    def saves_anyway(self):
        self.seller.force_save()
        self.saved = own_part(self.screen())

    def closes(self):
        self.seller.close()

    # the world

    def sell(self, sku, quantity, *, shop=0):
        """Somebody orders in one of the shops, and Selaras looks now instead of at its next interval."""
        lines = [{"seller_sku": sku, "quantity": quantity}]
        self.house.control("orders", shop=self.house.ready.shops[shop].name, lines=lines)
        self.stocks[sku] -= quantity
        self.daemon.send(signal.SIGUSR1)

    def lose_the_lock(self):
        """Do what a cloud folder does: the same file is laid down anew, and of the editor nothing can be seen here."""
        fresh = self.house.workbook.with_suffix(".part")
        shutil.copy(self.house.workbook, fresh)
        self.house.lock.unlink()
        fresh.replace(self.house.workbook)

    # what must be so

    def until_in_every_shop(self):
        """Wait until each shop shows all stocks and prices of the plain arithmetic, the untouched goods' too."""
        wanted = {sku: {(self.stocks[sku], price)} for sku, price in self.prices.items()}
        until(lambda: self._in_shops() == wanted, lambda: differences(self._in_shops(), wanted), patience_s=LONGEST_S)

    def our_write_waits(self, *, times):
        """Look until our write was refused so often from now on, because somebody has the workbook open."""
        before = self.house.workbook.read_bytes()
        self.daemon.until_event("write.postponed", count=len(self.daemon.events("write.postponed")) + times)
        assert self.house.workbook.read_bytes() == before

    def _in_shops(self):
        shown = defaultdict(set)
        for entry in self.house.client.get("/_sandbox/state").json()["listings"]:
            shown[entry["seller_sku"]].add((entry["quantity"], entry["price"]))
        return shown

    def until_in_the_workbook(self):
        until(
            lambda: self._in_sheet() == self.stocks,
            lambda: differences(self._in_sheet(), self.stocks),
            patience_s=LONGEST_S,
        )

    def _in_sheet(self):
        return {sku: row["Stok"] for sku, row in self.house.rows().items()}

    def lies_on_disk(self):
        """The rows of the workbook as :meth:`screen` gives them."""
        rows = load_workbook(self.house.workbook).worksheets[0].iter_rows(values_only=True)
        return [["" if cell is None else cell for cell in row] for row in rows]


def own_part(rows):
    """Row for row, blank ones too, what is the seller's: everything but the columns in which we write."""
    kept = [place for place, header in enumerate(rows[0]) if header not in OURS]
    return [tuple(row[place] for place in kept) for row in rows]


def differences(seen, wanted):
    return {sku: (seen.get(sku), wanted[sku]) for sku in wanted if seen.get(sku) != wanted[sku]}


@pytest.fixture
def day(house, daemon, seller):
    return Day(house, daemon, seller)


def test_a_day_at_the_open_workbook_ends_with_all_that_was_typed_and_sold_in_the_sellers_own_order(day):
    restocked, repriced, popular, recounted, delivered, mistyped = day.house.goods(6)

    day.opens()
    day.remarks(restocked, "A-3")
    day.remarks(popular, "gudang belakang")
    day.seller.sort(by="Nama Produk", ascending=False)
    day.inserts_row(before=40)
    day.inserts_row(before=90, remark="di bawah ini: cek harga pemasok")
    day.changes_stock(restocked, by=22)
    day.prices_at(repriced, day.prices[repriced] + 1_500)
    day.saves()
    day.until_in_every_shop()

    # Orders for what was typed and for what was not: the shops are told, our own write waits.
    day.sell(restocked, 3)
    day.sell(popular, 2, shop=1)
    day.until_in_every_shop()
    day.our_write_waits(times=1)
    day.house.lock.unlink()  # somebody tidied it away; LibreOffice still holds the file itself
    day.our_write_waits(times=2)  # the first may have been decided before

    # The screen still shows what it showed: what is typed now is the difference to that.
    day.changes_stock(popular, by=7)
    day.changes_stock(restocked, by=-4)
    day.saves()
    day.sell(popular, 1)
    day.adds(delivered, 12)
    day.types(mistyped, "Harga", "mahal")
    day.seller.sort(by="Stok", ascending=False)
    day.inserts_row(before=17, remark="kosongkan rak ini")
    day.saves()
    day.sell(delivered, 1, shop=1)
    day.changes_stock(recounted, by=-5)
    day.saves()
    day.until_in_every_shop()
    day.closes()

    day.until_in_the_workbook()
    until(lambda: day.house.rows()[mistyped]["Keterangan"], "the reason why it is held")
    rows = day.house.rows()
    assert {sku: row["Harga"] for sku, row in rows.items()} == {**day.prices, mistyped: "mahal"}
    assert "mahal" in rows[mistyped]["Keterangan"]
    assert rows[mistyped]["Status"] == "Ditahan"
    assert rows[delivered]["+/−"] is None
    assert "3 terjual selagi Anda mengetik" in rows[restocked]["Keterangan"]
    assert own_part(day.lies_on_disk()) == day.saved
    day.until_in_every_shop()


def test_what_is_saved_over_a_newer_workbook_of_ours_counts_from_what_the_screen_showed(day):
    restocked, repriced, popular, sold_only = day.house.goods(4)

    day.opens()
    day.seller.sort(by="Stok", ascending=True)
    day.remarks(popular, "rak 7")
    day.inserts_row(before=30, remark="pesan lagi Senin")

    for typed in ({restocked: 10, popular: 5}, {popular: -2}):
        day.sell(popular, 2)
        day.sell(restocked, 1, shop=1)
        day.sell(sold_only, 1)
        day.lose_the_lock()
        day.until_in_the_workbook()  # behind the back of an editor that nobody can see
        assert day.house.stock(popular) < day.sees(popular, "Stok")
        for sku, by in typed.items():
            day.changes_stock(sku, by)
        day.prices_at(repriced, day.prices[repriced] + 500)
        day.inserts_row(before=60, remark="sendiri")
        day.saves_anyway()
        day.until_in_every_shop()
    day.closes()

    day.until_in_the_workbook()
    rows = day.house.rows()
    assert {sku: row["Harga"] for sku, row in rows.items()} == day.prices
    assert own_part(day.lies_on_disk()) == day.saved
    day.until_in_every_shop()
