"""Every plan is made twice: without the goods in step, as the program does, and with all. They must be the same."""

from contextlib import contextmanager
from dataclasses import fields
from unittest import mock

from daemon.domain.reconcile import reconcile
from daemon.mirror import picture


class DifferentPlanError(AssertionError):
    """Leaving out goods in step changed what is decided."""


@contextmanager
def plans_compared():
    """Compare all plans of cycles."""
    load = picture.load_snapshot

    def load_both(*what, say=None, **when):
        narrowed = load(*what, **when, say=say)
        if say is not None:
            compare(narrowed, load(*what, **when), say)
        return narrowed

    with mock.patch.object(picture, "load_snapshot", load_both):
        yield


def compare(narrowed, whole, say):
    plans = [reconcile(each, say) for each in (narrowed, whole)]
    for part in fields(plans[0]):
        without, with_all = (getattr(plan, part.name) for plan in plans)
        if without != with_all:
            raise DifferentPlanError(
                f"{part.name}: {without} instead of {with_all}, left out {sorted(narrowed.in_step.skus)}"
            )
