"""Every error the bridge raises on purpose, grouped by what happens next.

BridgeError
├── FileBusyError      open in an editor, or still being written: try again later
├── FileChangedError   saved by somebody since it was read: read it again
└── FileRefusedError   damaged, locked by a password, not a workbook, or not safe to change: a person must act

``code`` names a text in the catalogue of whoever shows it, ``params`` fill its blanks and name the
place. A refused cell always comes with its ``row``, so that a caller can leave that row out and go on.
"""

from typing import Self, TypeAlias

Param: TypeAlias = str | int


class BridgeError(Exception):
    """Root of all: what is wrong (``code``) and where (``params``)."""

    def __init__(self, code: str, **params: Param) -> None:
        self.code = code
        self.params: dict[str, Param] = params
        super().__init__(" ".join([code, *(f"{key}={value}" for key, value in params.items())]))

    def at(self, **place: Param) -> Self:
        """Give the same error with its place named more exactly."""
        return type(self)(self.code, **self.params, **place)


class FileBusyError(BridgeError):
    """The file is in somebody's hands; the same call can succeed later."""


class FileChangedError(BridgeError):
    """The file is no longer the one that was read; what was planned against it must be planned again."""


class FileRefusedError(BridgeError):
    """The file, or one change to it, cannot be handled safely. Nothing was changed."""
