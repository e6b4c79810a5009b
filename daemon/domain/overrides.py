"""The sheet ``Alokasi``: what holds for one SKU in one shop instead of the shop's settings, read with suspicion."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from daemon.domain.allocation import Override, Rule
from daemon.domain.identity import nearly
from daemon.domain.messages import Message, Param, message
from daemon.domain.rows import Absent, Blank, Cell, Number, Text, Unclear
from daemon.domain.stock import QUANTITY_LIMIT
from daemon.domain.values import Sku

Key: TypeAlias = tuple[Sku, str]
"""A SKU in a shop, by its name in ``config.yaml``."""

Refusal: TypeAlias = tuple[Sku | None, Message]
"""The goods whose row is not used, ``None`` where it names none, and why."""

OLD_FILE = "allocation.old_file"
"""Said of a sheet that is not used because its file was old; ``content`` tells it from any other."""

_ALL = 100
_OFF = "off"
"""Lifts the most that a shop may show, as in its settings: what a listing can show at all is the most then."""
_LIMITS = {
    "buffer": QUANTITY_LIMIT,
    "share": _ALL,
    "lowest": QUANTITY_LIMIT,
    "highest": QUANTITY_LIMIT,
    "priority": QUANTITY_LIMIT,
}
"""The columns of a rule, as :class:`~daemon.domain.allocation.Override` names them, and the most each may hold."""


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One row of the sheet as saved. ``number`` is its place in the sheet, counted from 1."""

    number: int
    sku: Cell
    shop: Cell
    rule: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class OverrideSheet:
    """The sheet under the name that it has in the workbook."""

    name: str
    rows: tuple[OverrideRow, ...]


def rule_of(key: Key, shop: Rule, overrides: Mapping[Key, Override]) -> Rule:
    """Give what holds for a SKU in a shop whose settings say ``shop``."""
    override = overrides.get(key)
    return shop if override is None else override.over(shop)


def overrides_of(
    sheet: OverrideSheet, stored: Mapping[Key, Override], *, shops: Mapping[str, Rule], known: Collection[Sku]
) -> tuple[dict[Key, Override], list[Refusal]]:
    """Read what holds from now on, and tell which rows cannot be used; ``stored`` is what held until now.

    A row that cannot be used leaves the rule that it had. One whose goods or shop are not known may have had any, so
    then every rule without a row stays.
    """
    read = [(row, _key(sheet, row, shops, known)) for row in sheet.rows]
    times = Counter(key for _row, key in read if not isinstance(key, Message))
    taken: dict[Key, Override] = {}
    refusals: list[Refusal] = []
    for row, key in read:
        if isinstance(key, Message):
            refusals.append((Sku(row.sku.value) if isinstance(row.sku, Text) else None, key))
            continue
        place = _place(sheet, row) | {"sku": key[0], "shop": key[1]}
        rule = message("allocation.twice", **place) if times[key] > 1 else _override(row, shops[key[1]], place)
        if isinstance(rule, Override):
            taken[key] = rule
        else:
            refusals.append((key[0], rule))
    is_doubtful = times.total() < len(read)
    kept = {key: rule for key, rule in stored.items() if is_doubtful or key in times}
    return {key: rule for key, rule in (kept | taken).items() if rule != Override()}, refusals


def _place(sheet: OverrideSheet, row: OverrideRow) -> dict[str, Param]:
    return {"sheet": sheet.name, "row": row.number}


def _key(sheet: OverrideSheet, row: OverrideRow, shops: Mapping[str, Rule], known: Collection[Sku]) -> Key | Message:
    """Find out whose rule a row is, or why that cannot be told."""
    place = _place(sheet, row)
    if not isinstance(row.sku, Text):
        return message("allocation.no_sku", **place)
    sku = Sku(row.sku.value)
    typed = row.shop.value if isinstance(row.shop, Text) else ""
    shop = next((name for name in shops if name.casefold() == typed.casefold()), None)
    if shop is None:
        code = "allocation.unknown_shop" if typed else "allocation.no_shop"
        return message(code, **place, typed=typed, shops=", ".join(shops))
    if sku in known:
        return sku, shop
    if near := nearly([sku], known).get(sku):
        return message("allocation.unknown_sku_near", **place, sku=sku, near=near)
    return message("allocation.unknown_sku", **place, sku=sku)


def _override(row: OverrideRow, shop: Rule, place: Mapping[str, Param]) -> Override | Message:
    read: dict[str, int | None] = {}
    for name, limit in _LIMITS.items():
        units = _units(row.rule.get(name, Absent()), name)
        if isinstance(units, str):
            return message(f"allocation.bad_{name}", **place, shown=units)
        if units is not None and units > limit:
            return message("allocation.out_of_range", **place, typed=units, limit=limit)
        read[name] = units
    override = Override(**read)
    rule = override.over(shop)
    if rule.highest is not None and rule.lowest > rule.highest:
        return message("allocation.lowest_above_highest", **place, lowest=rule.lowest, highest=rule.highest)
    return override


def _units(cell: Cell, name: str) -> int | str | None:
    """The whole number in a cell, ``None`` for a blank one; what is shown where it is neither."""
    match cell:
        case Blank() | Absent():
            return None
        case Number(value) if value >= 0:
            return value
        case Number(value) | Text(value):
            return str(value)
        case Unclear(reason):
            shown = str(reason.params.get("shown", ""))
            if name == "highest" and shown.strip().casefold() == _OFF:
                return QUANTITY_LIMIT
            percent = _percent(reason.code, shown) if name == "share" else None
            return shown if percent is None else percent


def _percent(code: str, shown: str) -> int | None:
    """Read 50% as it is typed into a sheet: a text, or the number 0.5 in a cell that shows percents."""
    is_formatted = code == "cell.percent"
    if not is_formatted and not shown.endswith("%"):
        return None
    try:
        number = Decimal(shown.removesuffix("%").strip())
    except InvalidOperation:
        return None
    percent = number * _ALL if is_formatted and not shown.endswith("%") else number
    return int(percent) if percent.is_finite() and percent >= 0 and percent == int(percent) else None
