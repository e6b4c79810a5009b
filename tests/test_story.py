"""What a cycle did, in a seller's words."""

from datetime import UTC, datetime

import pytest

from daemon.cycle import CycleResult
from daemon.domain.messages import message
from daemon.domain.plan import Command, Held, Plan, ProductChange, Target
from daemon.domain.recon import Line, Outcome, Recon
from daemon.domain.rows import Field
from daemon.domain.stock import Cause, Movement
from daemon.domain.values import ListingId, Sku
from daemon.errors import TryLaterError
from daemon.parts import Trigger
from daemon.push import PushReport
from daemon.story import MOST_LINES, tell, tell_news, tell_plan, tell_standing
from daemon.texts import Texts

TEXTS = Texts("id")

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LISTING = ListingId("toko-1", "p1", "s1")


def cycle(plan=None, **more):
    return CycleResult(1, Trigger.SAVE, plan or Plan(), more.pop("push", PushReport()), 0, 0, **more)


def moved(cause, *, sku="KOPI", delta=-2):
    return Movement(sku, delta, cause, f"{cause} {sku}")


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.OPENING])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_cause_of_a_movement_has_words(language, cause):
    (line,) = tell_plan(Plan(movements=(moved(cause),)), Texts(language))
    assert line.startswith("KOPI: ")
    assert "-2" in line


def test_opening_numbers_are_counted_not_listed():
    movements = tuple(moved(Cause.OPENING, sku=f"S{number}") for number in range(29))
    products = tuple(ProductChange(Sku(f"S{number}"), None, NOON, is_new=True) for number in range(30))
    (line,) = tell_plan(Plan(movements=movements, products=products), TEXTS)
    assert "30" in line


def test_movements_of_one_sku_and_cause_are_one_line():
    movements = (moved(Cause.ORDER, delta=-2), Movement("KOPI", -3, Cause.ORDER, "another"))
    (line,) = tell_plan(Plan(movements=movements), TEXTS)
    assert "-5" in line


def test_of_many_lines_the_rest_is_counted():
    movements = tuple(moved(Cause.ORDER, sku=f"S{number}") for number in range(MOST_LINES + 3))
    lines = list(tell_plan(Plan(movements=movements), TEXTS))
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "… dan 3 lagi."


def test_what_is_held_in_another_sheet_is_not_said_of_the_stock():
    reason = message("allocation.unknown_sku", sheet="Alokasi", row=3, sku="KOPI")
    (line,) = tell_plan(Plan(held=(Held("KOPI", None, Field.STOCK, reason),)), TEXTS)
    assert line.startswith("Ditahan KOPI, Alokasi: Lembar Alokasi, baris 3: ")


def test_what_holds_the_rest_is_named_where_something_does():
    held = tuple(Held(None, row, Field.STOCK, message("row.no_sku")) for row in range(MOST_LINES + 3))
    (*_, rest) = tell(cycle(Plan(held=held)), TEXTS)
    assert rest == "… dan 3 lagi. Semuanya: `selaras status`"
    (*_, rest) = tell_plan(Plan(held=held), TEXTS, all_in="selaras plan --json")
    assert rest == "… dan 3 lagi. Semuanya: `selaras plan --json`"


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        (Command(LISTING, "KOPI", Target.QUANTITY, 1200, 7), ["toko-1 ← KOPI", "1.200", "7"]),
        (Command(LISTING, "KOPI", Target.QUANTITY, 1200, None), ["toko-1 ← KOPI", "1.200"]),
        (Command(LISTING, "KOPI", Target.PRICE, 55000, 50000), ["toko-1 ← KOPI", "Rp 55.000", "Rp 50.000"]),
        (Command(LISTING, "KOPI", Target.PRICE, 55000, 50000, is_waiting=True), ["toko-1 ← KOPI"]),
        (Command(LISTING, "KOPI", Target.PRICE, 55000, 50000, is_later=True), ["Rp 55.000", "belum dikirim"]),
        (Command(LISTING, "KOPI", Target.QUANTITY, 1200, 7, is_later=True), ["1.200", "belum dikirim"]),
        (Command(LISTING, "KOPI", Target.QUANTITY, 120, 124, carried=-14), ["stok menjadi 106", "-14"]),
    ],
)
def test_a_command_names_shop_sku_and_values(command, parts):
    (line,) = tell_plan(Plan(commands=(command,)), TEXTS)
    assert [part for part in parts if part not in line] == []
    assert ("Rp" in line) == (command.target is Target.PRICE and not command.is_waiting)


def test_a_number_that_has_to_stand_for_a_while_is_told_with_the_one_it_should_be():
    seen = Line(LISTING, Sku("KOPI"), 45, 40, Outcome.WAITING), Line(LISTING, Sku("TEH"), 5, 5, Outcome.EXPLAINED)
    (line,) = tell_plan(Plan(recon=Recon(dict.fromkeys(Outcome, 0), seen)), TEXTS)
    assert [part for part in ("toko-1, KOPI", "45", "40") if part not in line] == []


def test_what_stands_is_apart_from_what_is_new():
    held = Held("KOPI", 4, Field.STOCK, message("row.duplicate_sku", sku="KOPI"))
    nameless = Held(None, 9, Field.SKU, message("row.no_sku"))
    plan = Plan(movements=(moved(Cause.ORDER),), held=(held, nameless))
    error = TryLaterError("shop.unreachable", shop="toko-1")
    result = cycle(plan, errors=[("toko-1", error)], problems=[message("workbook.missing", name="toko.xlsx")])
    news, standing = list(tell_news(result, TEXTS)), list(tell_standing(result, TEXTS))
    assert len(news) == 1
    assert [
        part
        for part, line in zip(["KOPI, baris 4, Stok:", "baris 9:", "toko-1", "toko.xlsx"], standing, strict=True)
        if part not in line
    ] == []
    assert tell(result, TEXTS) == news + standing


def test_what_a_shop_refused_and_what_is_not_certain_is_said():
    lines = list(tell_standing(cycle(push=PushReport(refused=2, unknown=3)), TEXTS))
    assert [number in line for number, line in zip("23", lines, strict=True)] == [True, True]


def test_a_quiet_cycle_says_nothing():
    assert tell(cycle(), TEXTS) == []
