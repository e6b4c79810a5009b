"""From what is available to what a shop shows, in one line."""

import pytest

from daemon.domain.allocation import FULL_POOL, Rule, Sharing
from daemon.texts import Texts
from daemon.why_shown import Allotted, say_allotted


def line(available, units, rule, *, sharing=Sharing.SHARED, language="id"):
    return say_allotted("toko", Allotted(available, units, rule, sharing), Texts(language))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (line(12, 10, Rule(buffer=2)), "toko: 12 tersedia, penyangga 2 → tampil 10."),
        (line(12, 10, Rule(buffer=2), language="en"), "toko: 12 available, buffer 2 → shows 10."),
        (
            line(1200, 600, Rule(0, 50, 1, 800, 3), sharing=Sharing.EXCLUSIVE),
            (
                "toko: 1.200 tersedia, dibagi antar toko, porsi 50%, paling sedikit 1, paling banyak 800, "
                "prioritas 3 → tampil 600."
            ),
        ),
    ],
)
def test_it_names_what_is_available_every_rule_that_is_not_the_usual_one_and_what_is_shown(found, said):
    assert found == said


def test_who_shows_nothing_because_another_shop_comes_first_for_the_last_piece_is_told_so():
    found = Allotted(1, 0, FULL_POOL, Sharing.SHARED, is_outranked=True)
    assert not found.is_full_pool
    assert say_allotted("toko", found, Texts("id")) == (
        "toko: 1 tersedia, yang terakhir untuk toko dengan prioritas lebih tinggi → tampil 0."
    )


def test_where_the_whole_pool_is_shown_there_is_nothing_to_explain():
    assert Allotted(5, 5, FULL_POOL, Sharing.SHARED).is_full_pool
    assert not Allotted(5, 5, Rule(priority=1), Sharing.SHARED).is_full_pool
    assert not Allotted(5, 5, FULL_POOL, Sharing.EXCLUSIVE).is_full_pool
