"""Whether a cycle reads every listing: always on request, and for large shops only as often as the settings say."""

from daemon.domain.recon import is_due
from daemon.mirror import journal, observations
from daemon.parts import Parts, Trigger

FEW = 500
"""Listings that five calls read: so few are read on every interval, and to the end."""


def must_sweep(parts: Parts, trigger: Trigger) -> bool:
    """Tell whether this cycle reads every listing of every shop, which is what reconciles them.

    A shop that cannot be read makes it due again on every interval.
    """
    if trigger is not Trigger.INTERVAL:
        return trigger.sweeps
    with parts.mirror.transaction() as tx:
        is_small = journal.count(tx, "listings") < FEW
        swept_at = [observations.swept_at(tx, shop) for shop in parts.policies]
    settings, now = parts.settings, parts.now()
    return is_small or any(is_due(each, now, settings.recon, zone=settings.timezone) for each in swept_at)
