"""Just enough of the formula language to continue a column of formulas downwards, as filling down does."""

import re

from bridge.sheet_xml import LAST_ROW

_TOKEN = re.compile(
    r"""
    (?P<kept> "(?:[^"]|"")*"                     # a text
            | '(?:[^']|'')*'!?                   # a quoted sheet name
            | \[(?:[^\[\]]|\[[^\]]*\])*\]        # a table column
            | [A-Za-z_\\][\w.\\]*(?=[(!])        # a function or a sheet name
            | [\w.\\]*[^\W\d_][\w.\\]*[_.\\][\w.\\]*   # a name that cannot be a cell
    )
    | (?<![\w.$]) (?P<column>\$?[A-Za-z]{1,3}) (?P<fixed>\$?) (?P<row>\d{1,7}) (?![\w.(])
    | (?<![\w.$:]) (?P<from>\d{1,7}) : (?P<to>\d{1,7}) (?![\w.])
    """,
    re.VERBOSE,
)


def moved_down(formula: str, rows: int) -> str:
    """Shift the relative rows of a formula's references; ``$`` rows, texts and names stay."""
    return _TOKEN.sub(lambda found: _moved(found, rows), formula)


def _moved(found: re.Match[str], rows: int) -> str:
    if found["row"] is not None:
        if found["fixed"]:
            return found[0]
        return f"{found['column']}{_row(int(found['row']), rows)}"
    if found["from"] is not None:
        return f"{_row(int(found['from']), rows)}:{_row(int(found['to']), rows)}"
    return found[0]


def _row(number: int, rows: int) -> int:
    return min(number + rows, LAST_ROW)
