"""What a kill left behind in the seller's folders is put right before anything new is written there."""

import structlog

from bridge.errors import BridgeError
from bridge.folder import files
from daemon.config import Settings
from daemon.mirror import Mirror, revisions

log = structlog.get_logger()

ABANDONED_S = 60.0
"""A leftover so old belongs to nobody who is still at work; ``selaras workbook restore`` may be, beside the service."""


def put_right(settings: Settings, mirror: Mirror, *, older_than_s: float = 0.0) -> None:
    """Delete our temporary files and put displaced saves back; forget revisions that the file never held.

    While the service runs, only those older than :data:`ABANDONED_S`.
    A folder that cannot be read is no error here: the cycle tells the seller about it.
    """

    def unwritten(beginning: str) -> None:
        with mirror.transaction() as tx:
            revisions.abandon_unwritten(tx, beginning)

    for folder in {settings.workbook.parent, settings.orders_folder, settings.state_folder / "versions"}:
        try:
            rescued = files.remove_leftovers(folder, older_than_s=older_than_s, unwritten=unwritten)
        except BridgeError as error:
            log.warning("folder.not_tidied", folder=str(folder), error=str(error))
            continue
        for save in rescued:
            log.warning("workbook.save_put_back", file=str(save))
