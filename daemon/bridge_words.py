"""Errors of the bridge as messages: the bridge knows codes, the catalogue knows words."""

from bridge.errors import BridgeError
from daemon.domain.messages import Message


def words_for(error: BridgeError) -> Message:
    """The message for ``error``. Who has a file open is not always known."""
    is_nameless = error.code == "workbook.open" and not error.params.get("who")
    return Message("workbook.open_somewhere" if is_nameless else error.code, dict(error.params))
