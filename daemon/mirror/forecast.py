"""How long what waits to be sent to a shop will take, measured by what was sent of late."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import bindparam, func, select

from daemon.mirror.moments import to_ms
from daemon.mirror.schema import outbox
from daemon.mirror.store import Transaction

FEWEST_SENT = 20
"""From fewer writes nothing is foretold: reading before and after them takes most of the time then."""

_LOOKED_AT = 1000
_OF_LATE = timedelta(minutes=10)

_of_shop = outbox.c.shop == bindparam("in_shop")
_WAITING = select(func.count()).where(_of_shop, outbox.c.state.in_(["pending", "sending"]))
_DONE_AT = (
    select(outbox.c.changed_at_ms)
    .where(_of_shop, outbox.c.state == "done")
    .order_by(outbox.c.id.desc())
    .limit(_LOOKED_AT)
)


def time_left(tx: Transaction, shop: str, *, now: datetime) -> timedelta | None:
    """How long the writes that wait for ``shop`` will take at the pace of the last ten minutes.

    ``None`` when nothing waits, or too little was done lately to tell.
    """
    asked = {"in_shop": shop}
    waiting = tx.execute(_WAITING, asked).scalar_one()
    since_ms = to_ms(now - _OF_LATE)
    done = sorted(at_ms for at_ms in tx.execute(_DONE_AT, asked).scalars() if at_ms >= since_ms)
    if not waiting or len(done) < FEWEST_SENT or done[0] == done[-1]:
        return None
    # Many are done at once: how long the first of them took, nothing tells.
    later = sum(at_ms > done[0] for at_ms in done)
    return timedelta(milliseconds=waiting * (done[-1] - done[0]) / later)


def minutes(left: timedelta) -> int:
    """Round a length of time up to whole minutes."""
    return ceil(left / timedelta(minutes=1))
