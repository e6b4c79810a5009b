"""What a kill, or an error in the wrong moment, leaves beside the workbook; and that nothing of it counts as typed."""

from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256

import pytest
from cycle.house import found_house, opened

from bridge.folder import files
from daemon.errors import TryLaterError
from daemon.leftovers import put_right


class Killed(BaseException):
    """As good as a kill: no handler of ours takes it."""


class CsvHouse:
    """A house whose workbook is a CSV file. Three units of ``sold`` are ordered; ``save`` is what the seller typed.

    The saved file still shows the number from before the order, as the seller saw it.
    """

    def __init__(self, house, market, sold, priced):
        self.house, self.market, self.sold, self.priced = house, market, sold, priced
        self.workbook = house.settings.workbook
        text = self.workbook.read_bytes().decode("utf-8-sig")
        self.save = text.replace(f";{market.price(priced)[0]};", ";91000;").encode("utf-8-sig")
        market.order(sold, 3)

    def tidy(self):
        put_right(self.house.settings, self.house.parts.mirror)

    def check(self):
        result = self.house.cycle()
        assert (result.plan.held, self.market.price(self.priced)) == ((), (91_000, 91_000))
        assert sorted(self.house.movements(self.sold)) == [("order", -1)] * 3


@pytest.fixture
def csv(town, tmp_path):
    market = town.market(tmp_path)
    settings = found_house(tmp_path, market, change=lambda text: text.replace("toko.xlsx", "toko.csv"))
    settings.workbook.write_text("SKU;Nama Produk;Harga;Stok;Keterangan\r\n", encoding="utf-8-sig")
    with opened(settings, market) as house:
        house.cycle()
        yield CsvHouse(house, market, *market.skus()[:2])


@contextmanager
def at_exchange(monkeypatch, *actions):
    """Let an action happen just before each exchange of two files, the first before the first."""
    real, left = files.exchanged, list(actions)

    def watched(one, other):
        if left:
            left.pop(0)()
        return real(one, other)

    with monkeypatch.context() as patched:
        patched.setattr(files, "exchanged", watched)
        yield


def failing(error):
    def fail():
        raise error

    return fail


def test_a_save_that_was_displaced_when_we_died_is_put_back_and_measured_against_what_it_showed(csv, monkeypatch):
    def save():
        csv.workbook.write_bytes(csv.save)

    with at_exchange(monkeypatch, save, failing(Killed())), suppress(Killed):
        csv.house.cycle()
    assert csv.workbook.read_bytes() != csv.save
    csv.tidy()
    assert csv.workbook.read_bytes() == csv.save
    csv.check()


@pytest.mark.parametrize("error", [OSError(5, "EIO"), Killed()])
def test_as_long_as_it_cannot_be_put_back_our_file_counts_as_the_one_that_stands_there(csv, monkeypatch, error):
    with at_exchange(monkeypatch, lambda: csv.workbook.write_bytes(csv.save), failing(Killed())), suppress(Killed):
        csv.house.cycle()
    with at_exchange(monkeypatch, failing(error)), suppress(Killed):
        csv.tidy()
    csv.house.cycle()
    assert sorted(csv.house.movements(csv.sold)) == [("order", -1)] * 3


def test_where_the_file_system_refuses_the_exchange_the_file_counts_as_it_was(csv, monkeypatch):
    with at_exchange(monkeypatch, failing(PermissionError(13, "EACCES"))):
        (problem,) = csv.house.cycle().problems
    assert problem.code == "folder.forbidden"
    csv.workbook.write_bytes(csv.save)
    csv.check()


def test_a_write_whose_end_could_not_be_recorded_is_settled_at_the_next_start(csv, monkeypatch):
    def land():
        csv.workbook.write_bytes(csv.save)

    with monkeypatch.context() as patched, at_exchange(monkeypatch, land), suppress(TryLaterError):
        patched.setattr("daemon.write.revisions.abandon_revision", lambda *_: failing(full())())
        csv.house.cycle()
    csv.tidy()
    csv.check()


def test_what_lies_beside_another_workbook_is_left_to_the_house_that_writes_that_one(house):
    """Two houses may have their workbooks in one folder, and only the other one knows what it has written."""
    other = replace(house.settings, workbook=house.workbook.with_name("toko lain.xlsx"))
    first = (sha256(content).hexdigest()[:16] for content in (b"punya kami", b"lama"))
    swap = other.workbook.with_name(f".~selaras-{'-'.join(first)}-{other.workbook.name}")
    for content in (b"punya kami", b"lama", b"disimpan penjual"):
        swap.write_bytes(content)
        other.workbook.write_bytes(b"punya kami")
        put_right(house.settings, house.parts.mirror)
        assert (swap.read_bytes(), other.workbook.read_bytes()) == (content, b"punya kami")
    put_right(other, house.parts.mirror)
    assert (swap.exists(), other.workbook.read_bytes()) == (False, b"disimpan penjual")


def full():
    return TryLaterError("mirror.disk", path="mirror.sqlite", detail="full")


class FullMirror:
    """A mirror that takes nothing."""

    @contextmanager
    def transaction(self, **_options):
        raise full()
        yield


def test_a_full_mirror_keeps_no_other_leftover_from_being_tidied(house):
    ours, before = b"punya kami", house.workbook.read_bytes()
    first = (sha256(content).hexdigest()[:16] for content in (ours, before))
    swap = house.workbook.with_name(f".~selaras-{'-'.join(first)}-{house.workbook.name}")
    swap.write_bytes(ours)
    rubbish = house.settings.orders_folder / ".~selaras-0123456789abcdef.tmp"
    rubbish.parent.mkdir(exist_ok=True)
    rubbish.write_bytes(b"x")
    put_right(house.settings, FullMirror())
    assert (rubbish.exists(), swap.exists()) == (False, True)
    put_right(house.settings, house.parts.mirror)
    assert not swap.exists()
