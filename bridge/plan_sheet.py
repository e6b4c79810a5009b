"""The sheet ``Rencana`` in a workbook of ours: the plan that a brake stopped, and one cell to say yes to it.

It belongs to the template, like the sheet ``Selaras``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.columns import Language, plain
from bridge.own_sheet import OwnSheet, SheetKind, shown, wish
from bridge.xlsx.package import Package
from bridge.xlsx.splice import Wish

NAMES: Mapping[Language, str] = {"id": "Rencana", "en": "Plan"}
HEADERS: Mapping[Language, tuple[str, ...]] = {
    "id": ("SKU", "Nama Produk", "Kolom", "Lama", "Baru"),
    "en": ("SKU", "Product", "Column", "Old", "New"),
}
ANSWERS: Mapping[Language, tuple[str, str]] = {"id": ("ya", "tidak"), "en": ("yes", "no")}
HEADER_ROW = 5
"""Above it stand what was stopped, what the sheet is for, and the plan's name with the cell for the answer."""
PLAN_PLACE, ANSWER_PLACE = 1, 4
"""Under which columns these stand, from 0; before each stands what it is."""

_KIND = SheetKind(tuple(NAMES.values()), HEADERS, HEADER_ROW)
_YES = frozenset(plain(yes) for yes, _no in ANSWERS.values())


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One number, or word, that was typed over another; ``what`` is the header of its column."""

    sku: str
    name: str
    what: str
    old: int | str | None
    new: int | str | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The whole sheet. ``plan`` is the plan's name, empty while none waits."""

    title: str
    plan: str = ""
    lines: Sequence[PlanLine] = ()


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """The sheet as it stands in a file. ``answer`` is what was chosen, in the seller's words."""

    title: str
    plan: str
    answer: str
    lines: tuple[tuple[str, ...], ...]

    @property
    def approved(self) -> str | None:
        """The plan that was said yes to."""
        return self.plan if self.plan and plain(self.answer) in _YES else None

    def says(self, page: PlanPage) -> bool:
        """Tell whether nothing would change: the answer to another plan goes with that plan."""
        wanted = tuple(tuple("" if each is None else str(each) for each in _wishes(line)) for line in page.lines)
        is_told = (self.title, self.plan, self.lines) == (wish(page.title) or "", page.plan, wanted)
        return is_told and (bool(self.plan) or not self.answer)


def read_plan(package: Package) -> PlanSheet | None:
    """Read the sheet; ``None`` when the workbook has none of ours, or none that can be read."""
    sheet = _KIND.read_from(package)
    return None if sheet is None else _as_plan(sheet)


def filled_plan(package: Package, page: PlanPage) -> Mapping[str, bytes]:
    """Give the part to replace so that the sheet shows ``page``; nothing when there is no sheet to fill."""
    sheet = _KIND.read_from(package)
    if sheet is None:
        return {}
    top, answer_row = sheet.header_row - HEADER_ROW + 1, sheet.header_row - 1
    wishes: dict[int, Mapping[int, Wish]] = {number: dict.fromkeys(sheet.positions) for number in sheet.lines}
    asked: dict[int, Wish] = {sheet.positions[PLAN_PLACE]: wish(page.plan)}
    if _as_plan(sheet).plan != page.plan or not page.plan:
        asked[sheet.positions[ANSWER_PLACE]] = None
    wishes |= {top: {sheet.positions[0]: wish(page.title)}, answer_row: asked}
    for number, line in enumerate(page.lines, start=sheet.header_row + 1):
        wishes[number] = dict(zip(sheet.positions, _wishes(line), strict=True))
    done = _KIND.filled(package, wishes)
    return {done[0]: done[1]} if done is not None and _as_plan(done[2]).says(page) else {}


def _as_plan(sheet: OwnSheet) -> PlanSheet:
    answer_row = sheet.header_row - 1
    title = sheet.cell(sheet.header_row - HEADER_ROW + 1, 0)
    plan, answer = (shown(sheet.cell(answer_row, place)) for place in (PLAN_PLACE, ANSWER_PLACE))
    lines = tuple(tuple(map(shown, cells)) for _row, cells in sorted(sheet.lines.items()))
    return PlanSheet(shown(title), plan, answer, lines)


def _wishes(line: PlanLine) -> tuple[Wish, ...]:
    values = (line.sku, line.name, line.what, line.old, line.new)
    return tuple(wish(each) if isinstance(each, str) else each for each in values)
