"""What the seller chose in the sheet ``Selaras``: the same answers as by hand, given in one place.

A choice answers one question only: that of its line. It counts while that question is open and the numbers are still
those that its line showed. In a file older than the newest revision it is no more than an answer by hand: it decides
nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from daemon.domain.messages import Message, message
from daemon.domain.plan import Held
from daemon.domain.rows import Field, Number, RowBase, SheetRow
from daemon.domain.values import Sku


class Choice(StrEnum):
    """Whose number holds: that of the workbook, that of the shop, or both added up."""

    SHEET = "sheet"
    SHOP = "shop"
    SUM = "sum"


Subject: TypeAlias = tuple[Sku | None, Field, str]
"""What a line is about, whatever its numbers are."""


class Line(NamedTuple):
    """What tells a line of the sheet from the others."""

    sku: Sku | None
    field: Field
    shop: str
    here: int | None
    shown: int | None

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self.sku, self.field, self.shop

    @property
    def difference(self) -> int | None:
        """By how much the shop's number is above the workbook's."""
        return None if self.here is None or self.shown is None else self.shown - self.here


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice as it was saved; ``here`` and ``shown`` are the workbook's and the shop's number in its line.

    ``choice`` is ``None`` where the ``words`` are none that we know, ``shop`` empty where the line is not about the
    number of one shop.
    """

    sku: Sku
    field: Field
    choice: Choice | None
    here: int | None
    shown: int | None
    words: str = ""
    shop: str = ""

    @property
    def line(self) -> Line:
        """The line that it was made in."""
        return Line(self.sku, self.field, self.shop, self.here, self.shown)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen about a number in a row; ``shops`` are those of its lines, an empty name for all shops."""

    choice: Choice
    shops: frozenset[str]

    def is_for(self, shop: str) -> bool:
        """Whether it was chosen for this shop."""
        return shop in self.shops or "" in self.shops


OFFERED: Mapping[Field, frozenset[Choice]] = {
    Field.PRICE: frozenset({Choice.SHEET, Choice.SHOP}),
    Field.STOCK: frozenset(Choice),
}
"""What can be chosen for a question about a field."""


EDIT_QUESTION = "stock.edit_asked"
"""It is asked about the number of a shop, wherever the row may be."""
_OF_ROWS = frozenset(
    {
        "price.conflict",
        "price.unseen",
        "price.big_step",
        "price.below_cost",
        "stock.differs_at_start",
        "stock.big_step",
    }
)
"""What is asked about a number in a row, and a choice can answer."""


def taken_by(entry: Held) -> frozenset[Choice]:
    """Tell what can be chosen in the line of an entry; nothing where it asks nothing that a choice answers."""
    if entry.reason.code == EDIT_QUESTION:
        return OFFERED[Field.STOCK] - {Choice.SUM}
    return OFFERED[entry.field] if entry.reason.code in _OF_ROWS and entry.row is not None else frozenset()


def line_of(entry: Held) -> Line:
    """Tell what stands in the line of an entry."""
    shop = str(entry.reason.params.get("shop", ""))
    return Line(entry.sku, entry.field, shop, _number(entry.reason, "typed", "stock"), _number(entry.reason, "shown"))


def _number(reason: Message, *names: str) -> int | None:
    found = (reason.params.get(name) for name in names)
    return next((value for value in found if isinstance(value, int)), None)


def is_made_in(chosen: Chosen, entry: Held) -> bool:
    """Whether a choice was made in the line of ``entry``.

    What is sold beside an edit in Seller Center leaves it as large as it is: both numbers may have fallen.
    """
    then, now = chosen.line, line_of(entry)
    if entry.reason.code == EDIT_QUESTION:
        return then.subject == now.subject and then.difference == now.difference
    return then == now


def unanswered(chosen: Collection[Chosen], held: Iterable[Held], *, is_stale: bool) -> Iterator[Held]:
    """Name what was chosen and answers nothing, beside what is held there; what is not held any more was answered."""
    standing: dict[Subject, list[Held]] = {each.line.subject: [] for each in chosen}
    for entry in held if chosen else ():
        if (subject := line_of(entry).subject) in standing:
            standing[subject].append(entry)
    for each in chosen:
        entries = standing[each.line.subject]
        if is_stale:
            code = "choice.old_file" if any(map(taken_by, entries)) else None
        else:
            code = _why_unanswered(each, entries, chosen)
        if code is not None:
            yield Held(each.sku, None, each.field, message(code, words=each.words, shop=each.shop))


def _why_unanswered(chosen: Chosen, standing: Collection[Held], all_chosen: Iterable[Chosen]) -> str | None:
    meant = [entry for entry in standing if is_made_in(chosen, entry)]
    taken = frozenset[Choice]().union(*map(taken_by, meant))
    if not meant:
        return "choice.outdated" if any(map(taken_by, standing)) else None
    if not taken:
        return "choice.not_asked"
    if chosen.choice not in taken:
        return "choice.no_answer_or_sum" if Choice.SUM in taken else "choice.no_answer"
    if len([entry for entry in meant if entry.reason.code == EDIT_QUESTION]) > 1:
        return "choice.same_line"
    others = {each.choice for each in all_chosen if (each.sku, each.field) == (chosen.sku, chosen.field)}
    return "choice.several" if len(others) > 1 else "choice.outdated"


def answers(
    chosen: Iterable[Chosen], cells: SheetRow, base: RowBase, shown: Mapping[Field, Collection[int]]
) -> Mapping[Field, Answer]:
    """Tell which open questions of a row are answered. ``shown`` is what the shops show now.

    Two different choices for one question are no answer.
    """
    found: dict[Field, dict[Choice, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in chosen:
        choice = each.choice if each.choice in OFFERED.get(each.field, ()) else None
        if choice is not None and _is_asked(each, cells, base) and _still_holds(each, shown):
            found[each.field][choice].add(each.shop)
    alone = {field: made.popitem() for field, made in found.items() if len(made) == 1}
    return {field: Answer(choice, frozenset(shops)) for field, (choice, shops) in alone.items()}


def _is_asked(chosen: Chosen, cells: SheetRow, base: RowBase) -> bool:
    asked = base.asked_price if chosen.field is Field.PRICE else base.asked_stock
    return asked is not None and asked == chosen.here and cells.cell(chosen.field) == Number(asked)


def _still_holds(chosen: Chosen, shown: Mapping[Field, Collection[int]]) -> bool:
    """Whether the shop's number is that of the line, where it matters: an order since changes no answer but a sum."""
    is_needed = chosen.field is Field.PRICE or chosen.choice is Choice.SUM
    return not is_needed or chosen.shown in shown.get(chosen.field, ())
