"""Step 4, push: work off the outbox. Read → compute from the ledger → record the intent → write → read again.

course      the order of work, the same for stock and prices
quantities  what to write over a shown stock, and whether it happened
prices      the same for prices
statuses    the same for what switches products on and off
"""

from daemon.push.course import PushReport, push

__all__ = ["PushReport", "push"]
