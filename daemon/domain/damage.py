"""What spreadsheets leave of a code that they take for a number or a date.

Excel and LibreOffice do it as soon as a code is typed or pasted into a cell that is not formatted as
text, or when a CSV file is opened by a double click.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

_DIGITS_KEPT = 15
_DIGITS_GENERAL = 6
_DIGITS_SCIENTIFIC = 3
"""Significant digits before an exponent: all that is kept, a cell without a format, the format 0.00E+00."""
_BIGGEST_EXPONENT = 307
_LONGEST_PLAIN = 40
_DAY_ZERO = date(1899, 12, 30)
_YEARS = range(2000, 2050)
"""A code without a year becomes a date of the year in which it was typed."""
_FIRST_YEAR = 1901
_FIRST_OLD_SHORT_YEAR = 30
"""Excel and LibreOffice read 29 as 2029 and 30 as 1930."""

_INVISIBLE = "\u200b\u2060\ufeff"
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:E[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?:\.\d{3})+|(?:,\d{3})+)", re.ASCII)
_PART = r"(\d{1,4}(?!\d)|[A-Z]{3,9}(?![A-Z]))"
_DATE = re.compile(rf"{_PART}([-/ .]?){_PART}(?:[-/ .]?{_PART})?", re.IGNORECASE | re.ASCII)
_MONTHS = (
    (("Jan",), ("january", "januari")),
    (("Feb",), ("february", "februari")),
    (("Mar",), ("march", "maret")),
    (("Apr",), ("april",)),
    (("May", "Mei"), ()),
    (("Jun",), ("june", "juni")),
    (("Jul",), ("july", "juli")),
    (("Aug", "Agu", "Agt"), ("august", "agustus")),
    (("Sep",), ("sept", "september")),
    (("Oct", "Okt"), ("october", "oktober")),
    (("Nov", "Nop"), ("november", "nopember")),
    (("Dec", "Des"), ("december", "desember")),
)
"""Short and long names, in English and Indonesian."""
_MONTH_NUMBERS = {
    name.lower(): number for number, names in enumerate(_MONTHS, start=1) for each in names for name in each
}


def as_read(sku: str) -> str:
    """Give what is read of a code from a cell: no blanks around it, nor characters that nobody sees (bridge/values)."""
    return sku.strip().strip(_INVISIBLE).strip()


def damaged_forms(sku: str) -> frozenset[str]:
    """Give every text that a spreadsheet may have left of a code; never the code itself.

    Lost zeros, exponents, digits rounded away, and dates: as the workbook's number of the day (1900
    system), or as it is shown. Several codes can leave the same form, so a match is certain only when
    one code alone has it. A code that no program takes for a number or a date has none.
    """
    numbers = {form for number in _numbers(sku) for form in _number_forms(number)}
    return frozenset((numbers | set(_date_forms(sku))) - {sku})


def _numbers(sku: str) -> Iterator[Decimal]:
    """Yield what the code is as a number where the decimal mark is a point, and where it is a comma."""
    if _NUMBER.fullmatch(sku):
        yield Decimal(sku.replace(",", "."))
    if _GROUPED.fullmatch(sku):
        yield Decimal(re.sub("[.,]", "", sku))


def _number_forms(number: Decimal) -> Iterator[str]:
    if number.adjusted() > _BIGGEST_EXPONENT:
        return
    kept = {Context(prec=_DIGITS_KEPT, rounding=each).plus(number) for each in (ROUND_DOWN, ROUND_HALF_UP)}
    for each in kept | {Decimal(float(number)), number}:
        if abs(each.adjusted()) < _LONGEST_PLAIN:
            yield from _plain_forms(each)
    for form in (repr(float(number)), *_exponent_forms(number)):
        yield from (form, form.upper(), form.replace(".", ","), form.upper().replace(".", ","))


def _plain_forms(number: Decimal) -> Iterator[str]:
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").removesuffix(".")
    yield from (plain, plain.replace(".", ","))
    if "." not in plain:
        yield from (f"{plain}.0", f"{plain},0")


def _exponent_forms(number: Decimal) -> Iterator[str]:
    """Give ``6.90E+12`` and ``6.90012E+12``; LibreOffice writes a third digit behind the E."""
    for digits in (_DIGITS_SCIENTIFIC, _DIGITS_GENERAL, _DIGITS_KEPT):
        shown = Context(prec=digits, rounding=ROUND_HALF_UP).plus(number)
        exponent = shown.adjusted()
        mantissa = f"{shown.scaleb(-exponent):.{digits - 1}f}"
        if digits != _DIGITS_SCIENTIFIC:
            mantissa = mantissa.rstrip("0").removesuffix(".")
        yield from (f"{mantissa}E{exponent:+03}", f"{mantissa}E{exponent:+04}")


def _date_forms(sku: str) -> Iterator[str]:
    found = _DATE.fullmatch(sku)
    if found is None:
        return
    first, mark, second, third = found.groups()
    if third is None and mark == ".":
        return
    for day, month, year in _readings([first, second] if third is None else [first, second, third]):
        for moment in _moments(day, month, year):
            yield str((moment - _DAY_ZERO) // timedelta(days=1))
            yield from _shown(moment)


def _readings(parts: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield day, month and year in every order that programs read; an empty year is the one of typing."""
    if len(parts) == 3:
        a, b, c = parts
        yield from ((a, b, c), (b, a, c), (c, b, a))
    else:
        a, b = parts
        yield from ((a, b, ""), (b, a, ""), ("1", a, b), ("1", b, a))


def _moments(day: str, month: str, year: str) -> Iterator[date]:
    number = _MONTH_NUMBERS.get(month.lower(), month)
    if not (day.isdigit() and str(number).isdigit() and (not year or year.isdigit())):
        return
    for each in _full_years(year):
        try:
            yield date(each, int(number), int(day))
        except ValueError:
            continue


def _full_years(year: str) -> range:
    if not year:
        return _YEARS
    full = int(year)
    if len(year) <= 2:
        full += 1900 if full >= _FIRST_OLD_SHORT_YEAR else 2000
    return range(full, full + 1) if full >= _FIRST_YEAR else range(0)


def _shown(moment: date) -> Iterator[str]:
    """Give a date as Excel writes it into a CSV file, in Indonesian and in English."""
    day, month, year = moment.day, moment.month, moment.year
    yield from (f"{day:02}/{month:02}/{year}", f"{month:02}/{day:02}/{year}", f"{day}/{month}/{year}")
    yield from (f"{month}/{day}/{year}", moment.isoformat())
    for name in _MONTHS[month - 1][0]:
        yield from (f"{day:02}-{name}", f"{day}-{name}", f"{name}-{year % 100:02}")
