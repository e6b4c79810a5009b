"""What `selaras returns` says of a return, by what became of its units."""

from datetime import UTC, datetime

import pytest

from daemon.domain.after_sales import Return, ReturnKind, ReturnLine, ReturnState
from daemon.domain.returned import Fate, SoldLine
from daemon.returns_view import tell_return
from daemon.texts import Texts

NOON = datetime(2026, 3, 1, 5, tzinfo=UTC)


def told(*fates, kind=ReturnKind.RETURN):
    lines = tuple(ReturnLine(f"L{place}", "KAOS-M", "Kaos", "M") for place, _ in enumerate(fates))
    asked = Return("toko", "R1", "58001", kind, ReturnState.SETTLED, "", NOON, NOON, None, False, lines)
    sold = [SoldLine(line, line.order_line_id, fate, {}) for line, fate in zip(lines, fates, strict=True)]
    return tell_return(asked, sold, Texts("en"), UTC)


@pytest.mark.parametrize(
    ("fates", "said"),
    [
        ((Fate.OUT, Fate.OUT), "is recorded with `selaras restock R1`"),
        ((Fate.OUT, Fate.BACK), "1 units are recorded"),
        ((Fate.OUT, Fate.COUNTED), "is recorded with `selaras restock R1`"),
        ((Fate.BACK, Fate.BACK), "Recorded as back in stock."),
        ((Fate.UNREAD,), "Run `selaras sync` first"),
        ((Fate.NOT_SOLD,), "+/−"),
        ((Fate.COUNTED, Fate.BACK), "+/−"),
        ((), "Its state is not known yet"),
    ],
)
def test_the_seller_is_told_what_can_be_done(fates, said):
    assert said in told(*fates)


def test_a_refund_without_goods_says_that_nothing_comes_back():
    assert "no goods come back" in told(kind=ReturnKind.REFUND)
