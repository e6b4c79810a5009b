"""What a workbook's zip directory says of its parts: enough to know that nothing changed, without unpacking any."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bridge.errors import FileRefusedError
from bridge.xlsx.directory import LONGEST_END, Entry, end_record, entries, normal_name

Figures: TypeAlias = tuple[int, int]
"""CRC-32 and size of a part, as it is when unpacked."""
Consulted: TypeAlias = Mapping[str, Figures | None]
"""The parts something was read from, by their normal names; ``None`` for those that were looked for in vain."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The figures of every part of one file. Files of equal fingerprints differ at most in how they were packed."""

    parts: Mapping[str, Figures]

    def agrees(self, consulted: Consulted) -> bool:
        """Tell whether the file says the same in these parts; what was read from them then still holds."""
        return bool(consulted) and all(self.parts.get(name) == figures for name, figures in consulted.items())


def fingerprint_of(listed: list[Entry]) -> Fingerprint:
    """Take the fingerprint from a directory that was read."""
    return Fingerprint({normal_name(entry.name): (entry.crc, entry.size) for entry in listed})


def fingerprint(path: Path) -> Fingerprint | None:
    """Take the fingerprint of a file from its last bytes; ``None`` when only reading it can tell what it is.

    It proves that a file says the same as before, not that it is whole: who goes on to use the file reads it.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LONGEST_END))
            end = end_record(file.read(), size, path.name)
            file.seek(end.start)
            return fingerprint_of(entries(file.read(end.length), end.count, path.name))
    except (OSError, FileRefusedError):
        return None
