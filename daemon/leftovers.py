"""What a kill left behind in the seller's folders is put right before anything new is written there."""

from pathlib import Path

import structlog

from bridge.errors import BridgeError
from bridge.folder import files
from bridge.mark import can_carry
from daemon.config import Settings
from daemon.errors import SelarasError
from daemon.mirror import Mirror, revisions

log = structlog.get_logger()

ABANDONED_S = 60.0
"""A leftover so old belongs to nobody who is still at work; ``selaras workbook restore`` may be, beside the service."""


def put_right(settings: Settings, mirror: Mirror, *, older_than_s: float = 0.0) -> None:
    """Delete our temporary files and put displaced saves back; forget the revisions that nobody can have saved.

    While the service runs, only those older than :data:`ABANDONED_S`.
    A folder that cannot be read is no error here: the cycle tells the seller about it.
    """

    def unwritten(path: Path, beginning: str, has_stood: bool) -> bool:  # noqa: FBT001 -- as it is called
        if has_stood and can_carry(path.name):
            return True  # a copy of it can turn up, and its mark tells
        try:
            with mirror.transaction() as tx:
                revisions.abandon_unwritten(tx, beginning)
        except SelarasError as error:
            log.warning("folder.not_tidied", folder=str(path.parent), error=str(error))
            return False
        return True

    for folder in {settings.workbook.parent, settings.orders_folder, settings.state_folder / "versions"}:
        try:
            rescued = files.remove_leftovers(
                folder, of=settings.workbook.name, older_than_s=older_than_s, unwritten=unwritten
            )
        except BridgeError as error:
            log.warning("folder.not_tidied", folder=str(folder), error=str(error))
            continue
        for save in rescued:
            log.warning("workbook.save_put_back", file=str(save))
