"""What a kill left behind in the seller's folders is put right before anything new is written there."""

import structlog

from bridge import files
from bridge.errors import BridgeError
from daemon.config import Settings

log = structlog.get_logger()


def put_right(settings: Settings) -> None:
    """Delete our temporary files and put displaced saves back.

    A folder that cannot be read is no error here: the cycle tells the seller about it.
    """
    for folder in {settings.workbook.parent, settings.orders_folder}:
        try:
            rescued = files.remove_leftovers(folder)
        except BridgeError as error:
            log.warning("folder.not_tidied", folder=str(folder), error=str(error))
            continue
        for save in rescued:
            log.warning("workbook.save_put_back", file=str(save))
