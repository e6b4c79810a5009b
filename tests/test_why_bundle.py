import pytest

from daemon.domain.messages import message
from daemon.texts import Texts
from daemon.why_bundle import MadeOf, as_plain, say_made_of

TEXTS = Texts("id")


def said(*told):
    return [TEXTS.say(message(f"why.{code}", **params)) for code, params in told]


def test_a_bundle_tells_what_is_left_of_every_part_and_which_one_limits_it():
    made_of = MadeOf({"KOPI": 2, "GELAS": 1}, {"KOPI": 11, "GELAS": 8})
    assert list(say_made_of(made_of, TEXTS)) == said(
        ("part", {"part": "KOPI", "units": 2, "available": 11}),
        ("part", {"part": "GELAS", "units": 1, "available": 8}),
        ("sum_of_parts", {"count": 5, "part": "KOPI"}),
    )
    assert as_plain(made_of) == [
        {"sku": "KOPI", "units": 2, "available": 11},
        {"sku": "GELAS", "units": 1, "available": 8},
    ]


@pytest.mark.parametrize("left", [{}, {"KOPI": 3}])
def test_goods_that_are_no_bundle_have_nothing_to_tell(left):
    assert (list(say_made_of(MadeOf({}, left), TEXTS)), MadeOf({}, left).available) == ([], None)
