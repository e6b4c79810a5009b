"""Cells that cannot be written, all that one pass over the file found."""

from collections.abc import Sequence
from typing import Self

from bridge.errors import FileRefusedError, Param
from bridge.xlsx.sheet_xml import cell_name


def refused_cell(code: str, row: int, column: int) -> FileRefusedError:
    """Name the cell that is in the way."""
    return FileRefusedError(code, row=row, cell=cell_name(row, column))


class TargetsRefusedError(FileRefusedError):
    """Some cells cannot be written; nothing was. Its code and params are those of the first of ``refused``."""

    def __init__(self, refused: Sequence[FileRefusedError]) -> None:
        super().__init__(refused[0].code, **refused[0].params)
        self.refused = tuple(refused)

    def at(self, **place: Param) -> Self:
        """Give the same errors with their place named more exactly."""
        return type(self)([each.at(**place) for each in self.refused])
