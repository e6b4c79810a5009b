"""What a cell means in its column: a whole number, words, nothing, or something only a person can settle.

Nothing here guesses. What could be read in two ways is :class:`Unclear`, and an empty cell is
:class:`Blank`, never zero.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from enum import Enum
from functools import cache, partial
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
COUNTED = frozenset({Column.PRICE, Column.STOCK, Column.ADJUSTMENT, Column.COUNT})
"""Columns of whole numbers: a plain number of a few digits stored in one means just that."""
_TEXT, _DATE, _PERCENT = Kind.TEXT, Look.DATE, Look.PERCENT
"""By these names because Python 3.11 takes longer to look up an enum's member than to compare it."""
_ANY_TEXT = Cell(Kind.TEXT, "")
_NEVER_MEANT = {Kind.ERROR: "cell.error", Kind.BOOLEAN: "cell.boolean"}
_DIGITS = Context(prec=15, traps=[InvalidOperation])
"""Excel keeps 15 digits of a number; what a formula leaves behind them (60500.00000000001) is noise."""
_DAY_ZERO = date(1899, 12, 30)
_LONGEST = 14
_SUSPICIOUS = 12
"""From here on Excel shows 6.9E+12 for a code typed as a number, and saving as CSV makes it that."""
_DIGITS_KEPT = 15
_INVISIBLE = "\u200b\u2060\ufeff"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Digits and marks as East Asian keyboards write them, to plain ones."""
_EMPTIED = frozenset({"kosong", "empty"})
_SOLD_OUT = _EMPTIED | {"habis", "sold out"}

_SPACE = "[ \u00a0\u2007\u2009\u202f]"
_GROUPS = "|".join(rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+" for mark in (r"\.", ",", _SPACE))
_AMOUNT = re.compile(rf"(\d+|{_GROUPS})(?:([.,])(?:00?|-))?", re.ASCII)
_GROUPED = re.compile(
    r"((?:rp\.?|idr)\s*)?(?:[+\-−–]\s*)?[1-9][0-9]{0,2}([.,])[0-9]{3}((?:\2[0-9]{3})*)((?!\2)[.,](?:[0-9]+|-))?",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"[\d.,]*[.,]\d+", re.ASCII)
_ABBREVIATED = re.compile(r"\d[\d.,]*\s*(?:k|rb|ribu|m|jt|juta|mily?ar)\.?", re.IGNORECASE | re.ASCII)
_CURRENCY = re.compile(r"(?:rp\.?|idr)\s*", re.IGNORECASE)
_SIGN = re.compile(r"([+\-−–])?\s*")
_DAMAGED_CODE = re.compile(r"\d(?:[.,]\d+)?E\+\d+|\d+[.,]0", re.IGNORECASE | re.ASCII)


def meaning(column: Column, cell: Cell) -> Value:
    """Tell what ``cell`` means in ``column``."""
    if cell.kind is _TEXT:
        return text_meaning(column)(cell.text)
    if cell.kind in _NEVER_MEANT:
        return Unclear(_NEVER_MEANT[cell.kind], cell.text)
    if cell.kind is Kind.NOTHING:
        return Unclear("cell.formula_without_value", "") if cell.has_formula else BLANK
    shown = _trimmed(cell.text)
    if not shown:
        return BLANK
    if cell.look is _DATE:
        return Unclear("cell.sku_date", _day_number(shown)) if column is Column.SKU else Unclear("cell.date", shown)
    return _MEANINGS[column](cell, shown)


@cache
def text_meaning(column: Column) -> Callable[[str], Value]:
    """Give what tells of any text what it means in ``column``."""
    means: Callable[[str], Value] = _code if column is Column.SKU else Words
    if column in COUNTED:
        means = partial(_MEANINGS[column], _ANY_TEXT)

    def told(text: str) -> Value:
        shown = text.strip() if text.isascii() else _trimmed(text)
        return means(shown) if shown else BLANK

    return told


@dataclass(frozen=True, slots=True)
class Grouped:
    """How a number kept as text groups its digits; ``is_sure`` where the mark can be no decimal mark."""

    mark: str
    is_sure: bool


def grouped(text: str) -> Grouped | None:
    """Tell by what mark a number kept as text groups its digits; surely in 1.250.000 and Rp 55.000, not in 12.000."""
    found = _GROUPED.fullmatch(_straight(_trimmed(text)))
    return Grouped(found[2], is_sure=bool(found[1] or found[3] or found[4])) if found else None


def _trimmed(text: str) -> str:
    return text.strip() if text.isascii() else text.strip().strip(_INVISIBLE).strip()


def _day_number(shown: str) -> str:
    """Give the number of a date's day as a workbook counts them; strict workbooks store 2026-11-21 instead."""
    try:
        return str((date.fromisoformat(shown[:10]) - _DAY_ZERO).days)
    except ValueError:
        number = _exactly(shown)
        return shown if number is None else str(number)


def _code(shown: str) -> Value:
    """Read a code stored as text: it stays as it is, unless a program has shortened or rounded it.

    What is damaged comes as it is stored, so that whoever knows all codes can look for the one that was meant.
    """
    is_damaged = shown[0].isdecimal() and (_DAMAGED_CODE.fullmatch(shown) or (shown.isdecimal() and _is_rounded(shown)))
    return Unclear("cell.sku_damaged", shown) if is_damaged else Words(shown)


def _numeric_code(cell: Cell, shown: str) -> Value:
    """Read a code stored as a number: its digits, but only where none can have been lost."""
    number = _exactly(shown)
    if number is None or number < 0 or _is_rounded(str(number), has_exponent="e" in shown.lower()):
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


def _is_rounded(digits: str, *, has_exponent: bool = False) -> bool:
    """Tell whether a code has most likely been rounded: long with zeros at the end, or written with an exponent."""
    if len(digits) > _DIGITS_KEPT + 1 and not digits[_DIGITS_KEPT:].strip("0"):
        return True
    return len(digits) >= _SUSPICIOUS and (has_exponent or digits.endswith("00000"))


def _numeric_words(_cell: Cell, shown: str) -> Value:
    number = _exactly(shown)
    return Words(shown if number is None else str(number))


def _price(cell: Cell, shown: str) -> Value:
    text = _straight(shown)
    if text.casefold() in _EMPTIED:
        return Unclear("cell.price_emptied", shown)
    currency = _CURRENCY.match(text)
    return _amount(cell, shown, text[currency.end() :] if currency else text, otherwise="cell.not_a_price")


def _units(cell: Cell, shown: str) -> Value:
    text = _straight(shown)
    return Whole(0) if text.casefold() in _SOLD_OUT else _amount(cell, shown, text, otherwise="cell.not_whole")


def _adjustment(cell: Cell, shown: str) -> Value:
    text = _straight(shown)
    if text.casefold() in _EMPTIED:
        return BLANK
    number = _whole(cell, text)
    return Whole(number) if isinstance(number, int) else Unclear(number or "cell.not_whole", shown)


def _straight(shown: str) -> str:
    """Give a text with plain digits and marks, and without the apostrophe that stands for "this is text"."""
    plain = shown if shown.isascii() else shown.translate(_FULL_WIDTH)
    return plain.removeprefix("'").strip()


def _amount(cell: Cell, shown: str, text: str, *, otherwise: str) -> Value:
    number = _whole(cell, text)
    if isinstance(number, int):
        return Whole(number) if number >= 0 else Unclear("cell.negative", shown)
    return Unclear(number or otherwise, shown)


def _whole(cell: Cell, text: str) -> int | str:
    """Read a signed whole number, or tell the code of why it is none; an empty code when it is no number at all."""
    if cell.kind is _TEXT:
        return _typed(text)
    if cell.look is _PERCENT:
        return "cell.percent"
    try:
        number = _DIGITS.create_decimal(text)
    except InvalidOperation:
        return ""
    if not number.is_finite() or number.adjusted() >= _LONGEST:
        return ""
    return int(number) if number == number.to_integral_value() else "cell.not_whole"


def _typed(text: str) -> int | str:
    """Read a number kept as text: 1250000, 1.250.000, 1,250,000, 1 250 000, with or without ``,00`` or ``,-``."""
    if text.isdigit() and text.isascii() and len(text) <= _LONGEST:
        return int(text)
    sign = _SIGN.match(text)
    digits = text[sign.end() :] if sign else text
    amount = _AMOUNT.fullmatch(digits)
    if amount is None:
        if _ABBREVIATED.fullmatch(digits):
            return "cell.abbreviated"
        return "cell.not_whole" if _FRACTION.fullmatch(digits) else ""
    whole, decimal_mark = amount.groups()
    if decimal_mark and decimal_mark in whole:
        return ""
    number = re.sub(r"\D", "", whole)
    if len(number) > _LONGEST:
        return ""
    is_less = sign is not None and sign[1] not in {None, "+"}
    return -int(number) if is_less else int(number)


_MEANINGS: Mapping[Column, Callable[[Cell, str], Value]] = {
    Column.SKU: _numeric_code,
    Column.PRODUCT: _numeric_words,
    Column.PRICE: _price,
    Column.STOCK: _units,
    Column.ADJUSTMENT: _adjustment,
    Column.COUNT: _units,
    Column.STATUS: _numeric_words,
    Column.PLATFORM: _numeric_words,
    Column.NOTE: _numeric_words,
    Column.KEY: _numeric_words,
    Column.COST: _price,
}
