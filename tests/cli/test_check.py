"""`selaras check`: the SKUs of two shops looked over, before the first sync and after it."""

import json
import os
import time

import pytest
from openpyxl import load_workbook
from service.house import House


@pytest.fixture
def house(market, tmp_path):
    """Two shops that sell the same goods under the same codes."""
    ready, client, shops = market
    yield House(ready.model_copy(update={"shops": (next(shops), next(shops))}), client, tmp_path).quiet()
    client.delete("/_sandbox/faults")


@pytest.fixture
def goods(house):
    """Codes of goods that are on sale, of different products."""
    return house.goods(4)


@pytest.fixture
def renamed(house):
    """Let somebody type another code in Seller Center of the second shop."""

    def rename(sku, code):
        house.control(f"listings/{house.ready.shops[1].name}/{sku}", seller_sku=code)

    return rename


@pytest.fixture
def found(selaras, house):
    def run(*options):
        done = selaras("check", "--json", *options, "-c", house.config)
        assert done.exit_code in {0, 1}, done.output
        return json.loads(done.stdout)["findings"]

    return run


def told(findings):
    return [(each["flaw"], [listing["sku"] for listing in each["listings"]], each["proposal"]) for each in findings]


def test_shops_in_order_need_nothing(selaras, house):
    done = selaras("check", "-c", house.config)
    assert done.exit_code == 0, done.output
    assert "100 varian dari 2 toko" in done.stdout
    assert "Semua SKU beres" in done.stdout


def test_before_the_first_sync_the_shops_are_read_and_nothing_is_written_there(found, house, goods, renamed):
    renamed(goods[0], "")
    renamed(goods[1], goods[1].lower())
    before = len(house.client.get("/_sandbox/log").json())
    assert told(found()) == [
        ("empty", [""], goods[0]),
        ("near", [goods[1], goods[1].lower()], goods[1]),
    ]
    log = house.client.get("/_sandbox/log").json()[before:]
    assert {call["path"].rpartition("/")[2] for call in log} <= {"search", "warehouses", "shops"}


def test_goods_under_two_codes_are_found_by_name_and_price(selaras, house, goods, renamed):
    renamed(goods[0], "BARANG-LAMA")
    done = selaras("check", "-c", house.config)
    assert done.exit_code == 1
    (line,) = [line for line in done.stdout.splitlines() if "BARANG-LAMA" in line]
    assert line.endswith(f"→ {goods[0]}")


def test_after_a_sync_the_records_are_enough(found, house, goods, renamed):
    house.fill()
    renamed(goods[0], "")
    calls = len(house.client.get("/_sandbox/log").json())
    assert found() == []
    assert len(house.client.get("/_sandbox/log").json()) == calls
    assert told(found("--now")) == [("empty", [""], goods[0])]


def test_a_shop_that_cannot_be_read_is_named_and_the_other_one_is_checked(selaras, house, goods, renamed):
    renamed(goods[0], "")
    (house.folder / f".selaras/tokens/{house.ready.shops[0].name}.json").unlink()
    done = selaras("check", "-c", house.config)
    assert done.exit_code == 1
    assert house.ready.shops[0].name in done.stderr
    assert "(tanpa SKU)" in done.stdout


def test_the_sheet_beside_the_workbook_holds_every_listing_that_was_found(selaras, house, goods, renamed):
    renamed(goods[0], "=1+1")
    before = house.workbook.read_bytes()
    said = selaras("check", "-c", house.config)
    assert "periksa-sku.xlsx" in said.stdout
    sheet = load_workbook(house.folder / "periksa-sku.xlsx").active
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert header[:5] == ["No.", "Masalah", "Toko", "SKU", "Usul SKU"]
    assert [row[:5] for row in rows] == [
        [1, "Barang mirip", house.ready.shops[0].name, goods[0], goods[0]],
        [1, "Barang mirip", house.ready.shops[1].name, "=1+1", goods[0]],
    ]
    assert sheet["D3"].data_type == "s"
    assert house.workbook.read_bytes() == before


def test_notes_that_somebody_made_in_the_sheet_are_kept_when_it_is_written_anew(selaras, house):
    selaras("check", "-c", house.config)
    path = house.folder / "periksa-sku.xlsx"
    noted = path.read_bytes() + b"catatan"
    path.write_bytes(noted)
    selaras("check", "-c", house.config)
    kept = (house.folder / ".selaras/versions").glob("periksa-sku.*.xlsx")
    assert noted in [version.read_bytes() for version in kept]


def test_a_sheet_that_is_open_is_left_alone_and_the_findings_are_told(selaras, house):
    lock = house.folder / ".~lock.periksa-sku.xlsx#"
    lock.write_text(",sari,laptop,22.11.2026 09:00,file:///;")
    done = selaras("check", "-c", house.config)
    assert done.exit_code == 1
    assert "100 varian" in done.stdout
    assert "periksa-sku.xlsx" in done.stderr
    assert not (house.folder / "periksa-sku.xlsx").exists()


def test_long_lists_are_cut_and_the_sheet_has_the_rest(selaras, house, renamed):
    for sku in list(house.listings())[:13]:
        renamed(sku, f"{sku} ")
    done = selaras("check", "-c", house.config)
    assert "… dan 3 lagi." in done.stdout
    assert len(list(load_workbook(house.folder / "periksa-sku.xlsx").active.iter_rows())) == 1 + 13


def test_records_say_how_old_they_are_and_a_shop_that_is_away_leaves_the_sheet_alone(selaras, house, goods, renamed):
    house.fill()
    renamed(goods[1], goods[1].lower())
    assert selaras("check", "--now", "-c", house.config).exit_code == 1
    old = selaras("check", "-c", house.config)
    assert "Menurut pembacaan terakhir" in old.stdout
    assert selaras("check", "--now", "-c", house.config).exit_code == 1
    sheet = house.workbook.with_name("periksa-sku.xlsx")
    before = sheet.read_bytes()
    house.control("faults", path="/products/search", kind="refuse", code=105005, http_status=401, times=2)
    away = selaras("check", "--now", "-c", house.config)
    assert away.exit_code == 1
    assert away.stdout.splitlines() == [
        "Tidak semua toko terbaca, jadi lembar hasilnya tidak ditulis ulang. Jalankan lagi bila tokonya terjangkau."
    ]
    assert sheet.read_bytes() == before


def test_the_code_that_the_workbook_has_is_proposed_and_not_the_first_shop_s(found, house, goods):
    house.fill()
    house.control(f"listings/{house.ready.shops[0].name}/{goods[0]}", seller_sku="BARANG-BARU")
    assert told(found("--now")) == [("alike", ["BARANG-BARU", goods[0]], goods[0])]


@pytest.mark.parametrize(("age_s", "code"), [(0, "sedang disimpan"), (60, "bukan file Excel")])
def test_a_workbook_that_is_none_is_told_and_the_shops_are_checked_all_the_same(selaras, house, age_s, code):
    house.workbook.write_bytes(b"ini bukan buku kerja")
    saved_at = time.time() - age_s
    os.utime(house.workbook, (saved_at, saved_at))
    done = selaras("check", "-c", house.config)
    assert done.exit_code == 0
    assert code in done.stderr
    assert "100 varian dari 2 toko" in done.stdout


def test_a_workbook_that_has_the_name_of_the_sheet_is_not_written_over(selaras, house):
    house.workbook = house.workbook.rename(house.workbook.with_name("Periksa-SKU.xlsx"))
    house.configure(workbook=house.workbook.name)
    before = house.workbook.read_bytes()
    done = selaras("check", "-c", house.config)
    assert done.exit_code == 0
    assert house.workbook.read_bytes() == before
    assert sorted(path.name for path in house.folder.glob("*.xlsx")) == ["Periksa-SKU.xlsx", "periksa-sku-2.xlsx"]


def test_a_second_sheet_of_goods_does_not_hide_the_one_that_is_kept_in_step(selaras, house, goods):
    house.fill()
    book = load_workbook(house.workbook)
    book.copy_worksheet(book.worksheets[0])
    book.save(house.workbook)
    house.control(f"listings/{house.ready.shops[0].name}/{goods[0]}", seller_sku="BARANG-BARU")
    done = selaras("check", "--now", "-c", house.config)
    assert done.exit_code == 1
    (line,) = [line for line in done.stdout.splitlines() if "BARANG-BARU" in line]
    assert line.endswith(f"→ {goods[0]}")
    assert done.stderr == ""
