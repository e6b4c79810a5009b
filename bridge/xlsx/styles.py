"""What number formats make of a number: a date, a percentage, leading zeros."""

import re
from dataclasses import dataclass, replace

from bridge.values import Look
from bridge.xlsx.package import Package

_DATE_IDS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in date and time formats (ECMA-376 part 1, 18.8.30), those of East Asian locales included."""
_PERCENT_IDS = frozenset({9, 10})
_DAYS_TO_1904 = 1462
"""By so much less the 1904 system counts every day (ECMA-376 part 1, 18.17.4.1); Excel for Mac long began with it."""
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell shows its number; ``zeros`` is the width of a format made of zeros only, else 0.

    ``days`` make of a date's number that of the 1900 system, which everybody above counts in.
    """

    look: Look
    zeros: int
    days: int = 0


PLAIN = Style(Look.PLAIN, 0)


def style_of(format_id: int, code: str) -> Style:
    """Judge one number format."""
    bare = _NOT_CODE.sub("", code.split(";", maxsplit=1)[0])
    if format_id in _DATE_IDS or (bare.lower() != "general" and _DATE_LETTER.search(bare)):
        return Style(Look.DATE, 0)
    if format_id in _PERCENT_IDS or "%" in bare:
        return Style(Look.PERCENT, 0)
    return Style(Look.PLAIN, len(bare) if re.fullmatch("00+", bare) else 0)


def read_styles(package: Package) -> list[Style]:
    """List what each cell style (``s=`` of a cell) does; empty when the workbook has no styles."""
    part = package.linked("styles")
    if part is None:
        return []
    tree = package.tree(part)
    days = _DAYS_TO_1904 if _counts_from_1904(package) else 0
    codes = {each.get("numFmtId"): str(each.get("formatCode", "")) for each in tree.iterfind("{*}numFmts/{*}numFmt")}
    known: dict[str | None, Style] = {None: PLAIN}
    styles = []
    for xf in tree.iterfind("{*}cellXfs/{*}xf"):
        key = xf.get("numFmtId")
        if key not in known:
            style = style_of(int(key), codes.get(key, "")) if str(key).isdigit() else PLAIN
            known[key] = replace(style, days=days) if style.look is Look.DATE else style
        styles.append(known[key])
    return styles


def _counts_from_1904(package: Package) -> bool:
    settings = package.tree(package.workbook).find("{*}workbookPr")
    return settings is not None and settings.get("date1904") in {"1", "true"}


def unlocked_styles(package: Package) -> frozenset[bytes]:
    """List the cell styles (as ``s=`` writes them) whose cells may be changed in a protected sheet."""
    part = package.linked("styles")
    if part is None:
        return frozenset()
    locks = (xf.find("{*}protection") for xf in package.tree(part).iterfind("{*}cellXfs/{*}xf"))
    return frozenset(
        str(index).encode()
        for index, lock in enumerate(locks)
        if lock is not None and lock.get("locked") in {"0", "false"}
    )
