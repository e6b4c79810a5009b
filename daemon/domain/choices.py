"""What the seller chose in the sheet ``Selaras``: the same answers as by hand, given in one place.

A choice answers one question only. It counts while that question is open and the numbers are still those that its
line showed. In a file older than the newest revision it is no more than an answer by hand: it decides nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from daemon.domain.rows import Field, Number, RowBase, SheetRow
from daemon.domain.values import Sku


class Choice(StrEnum):
    """Whose number holds: that of the workbook, that of the shop, or both added up."""

    SHEET = "sheet"
    SHOP = "shop"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice as it was saved; ``here`` and ``shown`` are the workbook's and the shop's number in its line.

    ``choice`` is ``None`` where the ``words`` are none that we know.
    """

    sku: Sku
    field: Field
    choice: Choice | None
    here: int | None
    shown: int | None
    words: str = ""


OFFERED: Mapping[Field, frozenset[Choice]] = {
    Field.PRICE: frozenset({Choice.SHEET, Choice.SHOP}),
    Field.STOCK: frozenset(Choice),
}
"""What can be chosen for a question about a field."""


def answers(
    chosen: Iterable[Chosen], cells: SheetRow, base: RowBase, shown: Mapping[Field, Collection[int]]
) -> Mapping[Field, Choice]:
    """Tell which open questions of a row are answered. ``shown`` is what the shops show now.

    Two different choices for one question are no answer.
    """
    found: dict[Field, set[Choice]] = defaultdict(set)
    for each in chosen:
        choice = each.choice if each.choice in OFFERED.get(each.field, ()) else None
        if choice is not None and _is_asked(each, cells, base) and _still_holds(each, shown):
            found[each.field].add(choice)
    return {field: choices.pop() for field, choices in found.items() if len(choices) == 1}


def _is_asked(chosen: Chosen, cells: SheetRow, base: RowBase) -> bool:
    asked = base.asked_price if chosen.field is Field.PRICE else base.asked_stock
    return asked is not None and asked == chosen.here and cells.cell(chosen.field) == Number(asked)


def _still_holds(chosen: Chosen, shown: Mapping[Field, Collection[int]]) -> bool:
    """Whether the shop's number is that of the line, where it matters: an order since changes no answer but a sum."""
    is_needed = chosen.field is Field.PRICE or chosen.choice is Choice.SUM
    return not is_needed or chosen.shown in shown.get(chosen.field, ())
