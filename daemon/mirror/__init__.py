"""The mirror: the last known truth of every side, the ledger and the outbox, in SQLite. The only place with SQL."""

from daemon.mirror.store import Mirror, Transaction

__all__ = ["Mirror", "Transaction"]
