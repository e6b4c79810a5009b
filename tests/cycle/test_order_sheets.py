"""Orders come out as sheets: one file a day of the shop's time zone."""

from datetime import datetime, timedelta

from openpyxl import load_workbook


def sheets(house):
    return sorted(path.name for path in house.settings.orders_folder.iterdir())


def lines(house, day):
    """The rows of one day's sheet, as dictionaries by header."""
    sheet = load_workbook(house.settings.orders_folder / f"pesanan-{day}.xlsx").worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_an_order_line_shows_what_the_seller_needs_to_act(market, sku, house):
    order = market.order(sku, 2, platform="TOKOPEDIA")
    ordered_at = house.clock.now()
    house.cycle()
    (line,) = lines(house, ordered_at.astimezone(house.settings.timezone).date())
    assert (line["No. Pesanan"], line["Toko"], line["Dibeli di"]) == (order, market.shops[0], "Tokopedia")
    assert (line["SKU"], line["Jumlah"], line["Harga"], line["Total"]) == (sku, 2, 55_000, 110_000)
    assert line["Status"] == "Perlu dikirim"
    assert line["Dibuat (WIB)"] == ordered_at.astimezone(house.settings.timezone).replace(tzinfo=None)
    assert isinstance(line["Batas Kirim (WIB)"], datetime)
    assert "***" in line["Pembeli"]


def test_days_are_cut_at_midnight_of_the_shop(market, sku, other, house):
    day = house.clock.move_to_end_of_day(house.settings.timezone, before_s=60)
    late = market.order(sku)
    house.clock.move(120)
    early = market.order(other, at=1)
    house.cycle()
    tomorrow = day + timedelta(days=1)
    assert sheets(house) == [f"pesanan-{day}.xlsx", f"pesanan-{tomorrow}.xlsx"]
    assert [line["No. Pesanan"] for line in lines(house, day)] == [late]
    assert [line["No. Pesanan"] for line in lines(house, tomorrow)] == [early]


def test_a_changed_order_rewrites_the_sheet_of_its_own_day_only(market, sku, house):
    day = house.clock.move_to_end_of_day(house.settings.timezone, before_s=60)
    yesterdays = market.order(sku)
    house.clock.move(120)
    market.order(sku)
    house.cycle()
    tomorrow = house.settings.orders_folder / f"pesanan-{day + timedelta(days=1)}.xlsx"
    before = tomorrow.stat().st_mtime_ns
    market.advance(yesterdays)
    house.cycle()
    (line,) = lines(house, day)
    assert line["Status"] == "Menunggu kurir"
    assert line["No. Resi"]
    assert tomorrow.stat().st_mtime_ns == before


def test_a_cancelled_order_stays_in_its_sheet_as_cancelled(market, sku, house):
    day = house.clock.move_to_end_of_day(house.settings.timezone, before_s=600)
    order = market.order(sku, 3)
    house.cycle()
    market.cancel(order)
    house.cycle()
    assert [(line["Status"], line["Jumlah"]) for line in lines(house, day)] == [("Dibatalkan", 3)]


def test_a_sheet_that_somebody_has_open_waits_and_is_written_later(market, sku, house):
    day = house.clock.move_to_end_of_day(house.settings.timezone, before_s=600)
    market.order(sku)
    house.cycle()
    lock = house.settings.orders_folder / f".~lock.pesanan-{day}.xlsx#"
    lock.write_text(",sari,laptop,,;")
    market.order(sku)
    result = house.cycle()
    assert [problem.code for problem in result.problems] == ["workbook.open"]
    assert len(lines(house, day)) == 1
    lock.unlink()
    assert house.cycle().is_complete
    assert len(lines(house, day)) == 2
