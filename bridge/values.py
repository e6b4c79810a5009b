"""What a cell means in its column: a whole number, words, nothing, or something only a person can settle.

Nothing here guesses. What could be read in two ways is :class:`Unclear`, and an empty cell is
:class:`Blank`, never zero.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from enum import Enum
from typing import TypeAlias

from bridge.columns import Column


@dataclass(frozen=True, slots=True)
class Blank:
    """The seller typed nothing here."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number: rupiah, or units."""

    value: int


@dataclass(frozen=True, slots=True)
class Words:
    """A text, without blanks around it and never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A cell that must not be acted on: ``code`` says why, ``shown`` is roughly what the seller sees."""

    code: str
    shown: str


Value: TypeAlias = Blank | Whole | Words | Unclear


class Kind(Enum):
    """How the file stores a cell."""

    NOTHING = "nothing"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    ERROR = "error"


class Look(Enum):
    """What a cell's number format makes of a number."""

    PLAIN = "plain"
    DATE = "date"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is stored. ``zeros`` is the width of a format like ``00000``, which shows 123 as 00123."""

    kind: Kind
    text: str
    has_formula: bool = False
    look: Look = Look.PLAIN
    zeros: int = 0


BLANK = Blank()
_DIGITS = Context(prec=15, traps=[InvalidOperation])
"""Excel keeps 15 digits of a number; what a formula leaves behind them (60500.00000000001) is noise."""
_LONGEST = 14
_SUSPICIOUS = 12
"""From here on Excel shows 6.9E+12 for a code typed as a number, and saving as CSV makes it that."""
_INVISIBLE = "\u200b\u2060\ufeff"

_AMOUNT = re.compile(r"(\d+|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?:,\d{3})+)(?:([.,])(?:00?|-))?", re.ASCII)
_FRACTION = re.compile(r"[\d.,]*[.,]\d+", re.ASCII)
_CURRENCY = re.compile(r"(?:rp\.?|idr)\s*", re.IGNORECASE)
_SIGN = re.compile(r"([+\-−–])?\s*")
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE | re.ASCII)


def meaning(column: Column, cell: Cell) -> Value:
    """Tell what ``cell`` means in ``column``."""
    if cell.kind is Kind.ERROR:
        return Unclear("cell.error", cell.text)
    if cell.kind is Kind.BOOLEAN:
        return Unclear("cell.boolean", cell.text)
    if cell.kind is Kind.NOTHING:
        return Unclear("cell.formula_without_value", "") if cell.has_formula else BLANK
    shown = _trimmed(cell.text)
    if not shown:
        return BLANK
    if cell.kind is Kind.NUMBER and cell.look is Look.DATE:
        return Unclear("cell.date", shown)
    return _MEANINGS[column](cell, shown)


def _trimmed(text: str) -> str:
    return text.strip().strip(_INVISIBLE).strip()


def _sku(cell: Cell, shown: str) -> Value:
    """Read a code: text stays as it is; a number only where no digit can have been lost."""
    if cell.kind is Kind.TEXT:
        return Unclear("cell.sku_damaged", shown) if _EXPONENT.fullmatch(shown) else Words(shown)
    number = _exactly(shown)
    if number is None or number < 0 or not _is_trustworthy(shown, number):
        return Unclear("cell.sku_damaged", shown)
    return Words(str(number).zfill(cell.zeros))


def _exactly(text: str) -> int | None:
    """Give the whole number ``text`` stands for, as far as a workbook can hold it without loss."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() >= _LONGEST or number != number.to_integral_value():
        return None
    return int(number)


def _is_trustworthy(shown: str, number: int) -> bool:
    """Long codes ending in zeros, or written with an exponent, have most likely been rounded."""
    if len(str(number)) < _SUSPICIOUS:
        return True
    return "e" not in shown.lower() and not str(number).endswith("00000")


def _words(cell: Cell, shown: str) -> Value:
    number = _exactly(shown) if cell.kind is Kind.NUMBER else None
    return Words(shown if number is None else str(number))


def _price(cell: Cell, shown: str) -> Value:
    currency = _CURRENCY.match(shown)
    amount = _whole(cell, shown[currency.end() :] if currency else shown)
    if isinstance(amount, Unclear):
        return Unclear(amount.code, shown)
    return Unclear("cell.not_a_price", shown) if amount is None else _not_negative(amount, shown)


def _units(cell: Cell, shown: str) -> Value:
    amount = _whole(cell, shown)
    return Unclear("cell.not_whole", shown) if amount is None else _not_negative(amount, shown)


def _adjustment(cell: Cell, shown: str) -> Value:
    amount = _whole(cell, shown)
    return Unclear("cell.not_whole", shown) if amount is None else amount


def _not_negative(amount: Whole | Unclear, shown: str) -> Value:
    if isinstance(amount, Whole) and amount.value < 0:
        return Unclear("cell.negative", shown)
    return amount


def _whole(cell: Cell, shown: str) -> Whole | Unclear | None:
    """Read a signed whole number; ``None`` when it is no number, Unclear when it is one with a fraction."""
    if cell.kind is Kind.TEXT:
        return _typed(shown)
    if cell.look is Look.PERCENT:
        return Unclear("cell.percent", shown)
    try:
        number = _DIGITS.create_decimal(shown)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() >= _LONGEST:
        return None
    return Whole(int(number)) if number == number.to_integral_value() else Unclear("cell.not_whole", shown)


def _typed(shown: str) -> Whole | Unclear | None:
    """Read a number kept as text: 1250000, 1.250.000, 1,250,000, each with or without ``,00`` or ``,-``."""
    sign = _SIGN.match(shown)
    digits = shown[sign.end() :] if sign else shown
    amount = _AMOUNT.fullmatch(digits)
    if amount is None:
        return Unclear("cell.not_whole", shown) if _FRACTION.fullmatch(digits) else None
    whole, decimal_mark = amount.groups()
    if decimal_mark and decimal_mark in whole:
        return None
    number = re.sub(r"[.,]", "", whole)
    if len(number) > _LONGEST:
        return None
    is_less = sign is not None and sign[1] not in {None, "+"}
    return Whole(-int(number) if is_less else int(number))


_MEANINGS: Mapping[Column, Callable[[Cell, str], Value]] = {
    Column.SKU: _sku,
    Column.PRODUCT: _words,
    Column.PRICE: _price,
    Column.STOCK: _units,
    Column.ADJUSTMENT: _adjustment,
    Column.COUNT: _units,
    Column.STATUS: _words,
    Column.NOTE: _words,
}
