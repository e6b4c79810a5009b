"""`selaras rehearse`: the seller's own workbook and settings, and not a single write to the real shop."""

import re
import sqlite3
from contextlib import closing

import pytest
from alembic import command
from openpyxl import load_workbook

from daemon.config import load_settings
from daemon.mirror import store
from daemon.mirror.schema import APPLICATION_ID


def rows(path):
    """The columns SKU, price and stock of a workbook."""
    sheet = load_workbook(path).worksheets[0]
    header = [cell.value for cell in sheet[1]]
    at = [header.index(name) for name in ("SKU", "Harga", "Stok")]
    return {row[at[0]]: (row[at[1]], row[at[2]]) for row in sheet.iter_rows(min_row=2, values_only=True) if row[at[0]]}


def test_what_was_typed_reaches_the_copy_and_nothing_the_shop(selaras, filled, tmp_path):
    sku, other = filled.goods(2)
    before = {each: filled.quantity(each) for each in (sku, other)}
    filled.type({sku: {"Stok": before[sku] + 7}, other: {"Stok": "entah"}})
    typed, records = filled.workbook.read_bytes(), filled.mirror.read_bytes()
    sent = filled.served("/update")
    done = selaras("rehearse", "latihan", "-c", filled.config)
    assert done.exit_code == 1  # for `entah` is held
    assert f"{sku}" in done.stdout
    assert "tidak ada yang berubah" in done.stdout
    assert ({each: filled.quantity(each) for each in (sku, other)}, filled.served("/update")) == (before, sent)
    assert (filled.workbook.read_bytes(), filled.mirror.read_bytes()) == (typed, records)
    copied = load_settings(tmp_path / "latihan" / "config.yaml")
    assert rows(copied.workbook)[sku][1] == before[sku] + 7
    shown = dict(recorded(copied.state_folder / "mirror.sqlite", "SELECT sku, shown FROM listings"))
    assert (shown[sku], shown[other]) == (before[sku] + 7, before[other])
    assert filled.shop.app_secret not in copied.path.read_text()


def test_before_the_first_sync_it_shows_what_that_would_do(selaras, house, tmp_path):
    done = selaras("rehearse", "-c", house.config)
    assert done.exit_code == 0, done.output
    assert not house.mirror.exists()
    assert len(rows(next((tmp_path / "selaras-rehearsal").glob("*.xlsx")))) == 50


def test_a_second_rehearsal_gets_a_folder_of_its_own_and_a_taken_one_is_refused(selaras, filled, tmp_path):
    assert selaras("rehearse", "-c", filled.config).exit_code == 0
    assert selaras("rehearse", "-c", filled.config).exit_code == 0
    assert (tmp_path / "selaras-rehearsal-2" / "config.yaml").exists()
    refused = selaras("rehearse", "selaras-rehearsal", "-c", filled.config)
    assert refused.exit_code == 1
    assert "selaras-rehearsal" in refused.stderr


def test_rules_of_the_settings_hold_in_the_copy(selaras, filled, tmp_path):
    text = filled.config.read_text()
    filled.config.write_text(text.replace("{sync: update}", "{sync: update, buffer: 2}"))
    sku = filled.goods(1)[0]
    assert selaras("rehearse", "latihan", "-c", filled.config).exit_code == 0
    copied = load_settings(tmp_path / "latihan" / "config.yaml")
    assert copied.shops[0].rule.buffer == 2
    assert shown_in_copy(tmp_path, sku) == [(filled.quantity(sku) - 2, 1)]


def test_records_of_an_older_version_are_brought_up_to_date_in_the_copy_only(selaras, house, tmp_path):
    engine = store._engine(house.mirror)
    with engine.connect() as connection, connection.begin():
        command.upgrade(store._alembic(connection), "head-1")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    engine.dispose()
    before = house.mirror.read_bytes()
    assert selaras("rehearse", "latihan", "-c", house.config).exit_code == 0
    assert house.mirror.read_bytes() == before
    assert not list(house.mirror.parent.glob("mirror?*.sqlite*"))
    backups = (tmp_path / "latihan/.selaras").glob("mirror-before-*.sqlite")
    assert [recorded(path, "SELECT count(*) FROM cycles") for path in backups] == [[(0,)]]


def test_damaged_records_are_told(selaras, filled):
    filled.mirror.write_bytes(b"no records" * 500)
    refused = selaras("rehearse", "-c", filled.config)
    assert refused.exit_code == 78
    assert "mirror.sqlite" in refused.stderr


def test_a_held_shop_is_not_held_in_the_copy(selaras, filled, tmp_path):
    (sku,) = filled.goods(1)
    before = filled.quantity(sku)
    assert selaras("hold", filled.shop.name, "-c", filled.config).exit_code == 0
    filled.type({sku: {"Stok": before + 7}})
    done = selaras("rehearse", "latihan", "-c", filled.config)
    assert (done.exit_code, "selaras resume" in done.output) == (0, False)
    assert shown_in_copy(tmp_path, sku) == [(before + 7, 1)]
    assert recorded(filled.mirror, "SELECT count(*) FROM shops WHERE held_at_ms IS NOT NULL") == [(1,)]


def test_commands_that_are_named_are_for_the_copy(selaras, filled, tmp_path):
    filled.type({sku: {"Stok": 0} for sku in filled.listings()})
    said = selaras("rehearse", "kali ini", "-c", filled.config).stdout
    named = re.findall("`(selaras [^`]+)`", said)
    assert named
    assert all(each.endswith(f" -c '{tmp_path / 'kali ini' / 'config.yaml'}'") for each in named)


def test_a_bundle_that_takes_no_stock_takes_none_in_the_copy(selaras, filled, tmp_path):
    parts = [{"seller_sku": sku, "quantity": 1} for sku in filled.goods(2)]
    filled.control("bundles", shop=filled.shop.name, seller_sku="PAKET", parts=parts)
    selaras("sync", "-c", filled.config)
    filled.order("PAKET")
    selaras("sync", "-c", filled.config)
    shown = filled.quantity("PAKET")
    filled.type({"PAKET": {"Stok": 1}})
    done = selaras("rehearse", "latihan", "-c", filled.config)
    assert (done.exit_code, "PAKET" in done.stdout) == (1, True)
    assert shown_in_copy(tmp_path, "PAKET")[0][0] == shown
    assert selaras("sync", "-c", filled.config).exit_code == 1


def recorded(mirror, query, *given):
    """What the records say."""
    with closing(sqlite3.connect(f"file:{mirror}?mode=rw", uri=True)) as records:
        return records.execute(query, given).fetchall()


def shown_in_copy(folder, sku):
    """What the copied shop shows, and whether it takes stock."""
    mirror = load_settings(folder / "latihan" / "config.yaml").state_folder / "mirror.sqlite"
    return recorded(mirror, "SELECT shown, quantity_is_editable FROM listings WHERE sku = ?", sku)


def test_a_file_in_the_place_of_the_folder_and_a_workbook_that_is_gone_are_told(selaras, filled, tmp_path):
    (tmp_path / "berkas").write_text("x")
    assert "berkas" in selaras("rehearse", "berkas", "-c", filled.config).stderr
    filled.workbook.unlink()
    gone = selaras("rehearse", "latihan", "-c", filled.config)
    assert gone.exit_code == 78
    assert filled.workbook.name in gone.stderr
    assert not (tmp_path / "latihan").exists()


ANSWERS_THERE = {
    ("status",): 0,
    ("check",): 0,
    ("check", "--now"): 78,
    ("plan",): 78,
    ("sync",): 78,
    ("returns",): 78,
    ("run",): 78,
}


@pytest.mark.parametrize(("language", "words"), [("id", "sisa sebuah latihan"), ("en", "rehearsal left behind")])
def test_in_the_folder_of_a_rehearsal_commands_say_that_its_shops_are_gone(selaras, filled, tmp_path, language, words):
    filled.configure(language=language)
    done = selaras("rehearse", "latihan", "-c", filled.config)
    assert words not in done.output
    copy = tmp_path / "latihan" / "config.yaml"
    for named, code in ANSWERS_THERE.items():
        said = selaras(*named, "-c", copy)
        assert (said.exit_code, words in said.stderr) == (code, True), said.output
        assert "internet" not in said.output, named
    assert words not in selaras("status", "-c", filled.config).output
