"""The catalogue is complete in both languages, and numbers look as they do in Indonesia."""

import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from daemon.domain.messages import message
from daemon.texts import Texts, catalogue

FORMATS = {"", "money", "number", "clock"}


def blanks(text: str) -> set[tuple[str, str]]:
    """All blanks but those for a word that depends on a number: not every language has such."""
    found = ((name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None)
    return {(name, spec) for name, spec in found if "|" not in spec}


def test_both_languages_have_the_same_codes():
    assert catalogue("id").keys() == catalogue("en").keys()


@pytest.mark.parametrize("code", sorted(catalogue("id").keys() & catalogue("en").keys()))
def test_a_text_has_the_same_blanks_in_both_languages(code):
    assert blanks(catalogue("id")[code]) == blanks(catalogue("en")[code])
    assert {spec for _, spec in blanks(catalogue("id")[code])} <= FORMATS
    assert all(name.isidentifier() for name, _ in blanks(catalogue("id")[code]))


def test_a_message_is_said_in_the_language_asked_for():
    problem = message("config.same_shop_name", line=7, key="shops[1].name", value="toko")
    assert Texts("id").say(problem).startswith("baris 7, shops[1].name: nama `toko` sudah dipakai")
    assert Texts("en").say(problem).startswith("line 7, shops[1].name: the name `toko` belongs")


def test_braces_in_a_param_stay_braces():
    assert "`{line}`" in Texts("en").say(message("config.bad_timezone", line=1, key="timezone", value="{line}"))


def test_a_blank_can_ask_for_money_or_a_number():
    texts = Texts("id")
    assert texts.format("{price:money} × {count:number}", price=55000, count=1200) == "Rp 55.000 × 1.200"


def test_a_blank_can_hold_a_word_for_one_and_a_word_for_any_other_number():
    text = "{count:number} {count:row|rows}"
    assert [Texts("en").format(text, count=count) for count in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]


@pytest.mark.parametrize(("language", "shown"), [("id", "10 Mar 10.05"), ("en", "10 Mar 10:05")])
def test_a_blank_can_ask_for_a_time_as_the_shops_clocks_show_it(language, shown):
    at = int(datetime(2026, 3, 10, 3, 5, tzinfo=UTC).timestamp())
    assert Texts(language, ZoneInfo("Asia/Jakarta")).format("{at:clock}", at=at) == shown


@pytest.mark.parametrize(("language", "shown"), [("id", "1,5"), ("en", "1.5")])
def test_seconds_are_written_to_a_tenth_with_the_decimal_mark_of_the_language(language, shown):
    assert Texts(language).seconds(1.54) == shown


def test_an_unknown_code_shows_itself_and_its_params():
    assert Texts("id").say(message("stock.no_such_text", sku="KOPI-1", stock=3)) == (
        "stock.no_such_text (sku=KOPI-1, stock=3)"
    )
    assert Texts("id").say(message("stock.no_such_text")) == "stock.no_such_text"


def test_a_message_whose_blanks_are_not_filled_shows_its_code_instead_of_crashing():
    assert Texts("id").say(message("config.tab", lin=7)) == "config.tab (lin=7)"
    assert Texts("id").say(message("config.invalid", path="a", count="many")) == "config.invalid (path=a, count=many)"


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("id", 55000, "IDR", "Rp 55.000"),
        ("id", 0, "IDR", "Rp 0"),
        ("id", -1250000, "IDR", "-Rp 1.250.000"),
        ("en", 55000, "IDR", "Rp 55,000"),
        ("id", 1200, "USD", "US$ 1.200"),
    ],
)
def test_money_is_written_as_sellers_write_it(language, amount, currency, shown):
    assert Texts(language).money(amount, currency) == shown


@pytest.mark.parametrize(("language", "shown"), [("id", "1.234.567"), ("en", "1,234,567")])
def test_a_number_has_the_thousands_sign_of_its_language(language, shown):
    assert Texts(language).number(1234567) == shown


@pytest.mark.parametrize(("language", "shown"), [("id", "1 Agu 2026 00.05"), ("en", "1 Aug 2026 00:05")])
def test_a_time_is_shown_by_the_clock_of_the_shop(language, shown):
    when = datetime(2026, 7, 31, 17, 5, 59, tzinfo=UTC)
    assert Texts(language).moment(when, ZoneInfo("Asia/Jakarta")) == shown
