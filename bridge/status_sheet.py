"""The sheet ``Selaras`` in a workbook of ours: how things stand, and a choice list where the seller must decide.

It belongs to the template. A seller's own workbook has none and is not given one; a sheet of that name without our
header is the seller's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bridge.columns import Column, Language, header_text, plain
from bridge.own_sheet import OwnSheet, SheetKind, shown, wish
from bridge.values import Cell, Whole, Words, meaning
from bridge.xlsx.package import Package
from bridge.xlsx.splice import Wish

NAME = "Selaras"
HEADERS: Mapping[Language, tuple[str, ...]] = {
    "id": ("Apa", "SKU", "Baris", "Di sini", "Di toko", "Alasan", "Pilihan"),
    "en": ("What", "SKU", "Row", "Here", "In the shop", "Reason", "Choice"),
}
HEADER_ROW = 4
"""Above it stand the state, the time of our last write, and what the sheet is for."""
_KIND = SheetKind((NAME,), HEADERS, HEADER_ROW)
NO_CHOICE = "–"
"""Stands in the choice cell of a line that asks nothing."""


class Choice(StrEnum):
    """What can be chosen."""

    SHEET = "sheet"
    SHOP = "shop"
    SUM = "sum"


_CHOICES: Mapping[Choice, tuple[str, str]] = {
    Choice.SHEET: ("pakai sheet", "use sheet"),
    Choice.SHOP: ("pakai toko", "use shop"),
    Choice.SUM: ("jumlahkan", "add up"),
}
_CHOICE_OF = {plain(text): choice for choice, texts in _CHOICES.items() for text in texts}
_COLUMN_OF = {plain(header_text(column, language)): column for language in HEADERS for column in Column}
_OF_SHOP = re.compile(r"(?P<column>.*) \((?P<shop>[^()]+)\)")
"""How a line begins that is about the number of one shop."""


def choice_text(choice: Choice, language: Language) -> str:
    """Give the words of the choice list."""
    indonesian, english = _CHOICES[choice]
    return indonesian if language == "id" else english


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line of the table: what it is about (the header of a column, or other words), and what stands where.

    ``shown`` is what the shop shows, ``shop`` whose number it is if that of one only. Only a line that
    ``is_question`` takes a choice.
    """

    what: str
    sku: str
    row: int | None
    here: int | None
    shown: int | None
    reason: str
    is_question: bool = False
    shop: str = ""


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The whole sheet; ``written`` tells when, and is no reason to write it. Without ``lines`` those there stay."""

    state: str
    written: str
    lines: Sequence[StatusLine] | None = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that was made, with the numbers that its line showed; ``None`` for words that are none of ours.

    ``shop`` is the one that its line is about, if it is about one only.
    """

    sku: str
    column: Column
    choice: Choice | None
    here: int | None
    shown: int | None
    words: str = ""
    shop: str = ""


@dataclass(frozen=True, slots=True)
class StatusSheet:
    """The sheet as it stands in a file. ``lines`` are its cells row by row, in the order of the header."""

    header_row: int
    positions: tuple[int, ...]
    state: str
    lines: Mapping[int, tuple[Cell, ...]]

    def says(self, page: StatusPage) -> bool:
        """Tell whether nothing but the time would change, the order of the lines aside."""
        if page.lines is None:
            return self.state == (wish(page.state) or "")
        now = sorted(tuple(map(shown, cells)) for cells in self.lines.values())
        wanted = sorted(tuple("" if wish is None else str(wish) for wish in _wishes(line)) for line in page.lines)
        return self.state == (wish(page.state) or "") and now == wanted

    def choices(self) -> tuple[Chosen, ...]:
        """Read what was chosen, in whatever words."""
        found = (_chosen(cells) for cells in self.lines.values())
        return tuple(each for each in found if each is not None)


def read_status(package: Package) -> StatusSheet | None:
    """Read the sheet; ``None`` when the workbook has none of ours, or none that can be read."""
    sheet = _KIND.read_from(package)
    return None if sheet is None else _as_status(sheet)


def filled(package: Package, page: StatusPage) -> Mapping[str, bytes]:
    """Give the part to replace so that the sheet shows ``page``; nothing when there is no sheet to fill.

    The looks are those of the template's columns. Cells beside our columns stay, and where something of the seller's
    stands in our place (a formula, merged cells, protection) the sheet is left alone. It has been read again.
    """
    sheet = _KIND.read_from(package)
    if sheet is None:
        return {}
    first, top = sheet.positions[0], sheet.header_row - HEADER_ROW + 1
    wishes: dict[int, Mapping[int, Wish]] = {top: {first: wish(page.state)}, top + 1: {first: wish(page.written)}}
    if page.lines is not None:
        wishes |= {number: dict.fromkeys(sheet.positions) for number in sheet.lines}
        for number, line in enumerate(page.lines, start=sheet.header_row + 1):
            wishes[number] = dict(zip(sheet.positions, _wishes(line), strict=True))
    done = _KIND.filled(package, wishes)
    return {done[0]: done[1]} if done is not None and _as_status(done[2]).says(page) else {}


def _as_status(sheet: OwnSheet) -> StatusSheet:
    title = sheet.cell(sheet.header_row - HEADER_ROW + 1, 0)
    return StatusSheet(sheet.header_row, sheet.positions, shown(title), sheet.lines)


def _wishes(line: StatusLine) -> tuple[Wish, ...]:
    what = f"{line.what} ({line.shop})" if line.shop else line.what
    choice = "" if line.is_question else NO_CHOICE
    texts = [wish(text) for text in (what, line.sku, line.reason, choice)]
    return (*texts[:2], line.row, line.here, line.shown, *texts[2:])


def _chosen(cells: tuple[Cell, ...]) -> Chosen | None:
    what, sku, _row, here, shown, _reason, choice = cells
    of_shop = _OF_SHOP.fullmatch(what.text.strip())
    header, shop = of_shop.groups() if of_shop else (what.text, "")
    column, words, code = _COLUMN_OF.get(plain(header)), choice.text.strip(), meaning(Column.SKU, sku)
    if column is None or words in {"", NO_CHOICE} or not isinstance(code, Words):
        return None
    return Chosen(code.text, column, _CHOICE_OF.get(plain(words)), _number(here), _number(shown), words, shop)


def _number(cell: Cell) -> int | None:
    value = meaning(Column.PRICE, cell)
    return value.value if isinstance(value, Whole) else None
