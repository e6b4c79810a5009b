"""Copies of one formula, known again by their shape, so that it is taken apart once and not in every row."""

import re
from enum import Enum, auto
from typing import TypeAlias

from bridge.formulas.moved import TOKEN
from bridge.formulas.references import Formula, parsed

_DIGITS = re.compile(r"[1-9][0-9]*")
_MOST_DIGITS = 6
"""Longer ones may end a name instead of a cell."""
_LITERALS = frozenset({"text", "number"})


class _Role(Enum):
    """What some digits of a formula are: a row that moves, part of something read, or neither."""

    ROW = auto()
    FIXED = auto()
    LITERAL = auto()


_Key: TypeAlias = tuple[str | int, ...]


class Shapes:
    """The formulas met so far in one sheet."""

    def __init__(self) -> None:
        self._roles: dict[str, tuple[_Role, ...]] = {}
        self._formulas: dict[_Key, Formula] = {}

    def formula(self, text: str, row: int, column: int) -> Formula:
        """Find what a formula reads; copies that read the same, counted from their own cells, give the same object."""
        digits = _DIGITS.findall(text)
        if any(len(each) > _MOST_DIGITS for each in digits):
            return parsed(text, row, column)
        shape = _DIGITS.sub("1", text)
        roles = self._roles.get(shape)
        if roles is None:
            roles = self._roles[shape] = tuple(_roles(text))
        key: list[str | int] = [shape, column]
        for role, each in zip(roles, digits, strict=True):
            if role is _Role.ROW:
                key.append(int(each) - row)
            elif role is _Role.FIXED:
                key.append(each)
        known = tuple(key)
        formula = self._formulas.get(known)
        if formula is None:
            formula = self._formulas[known] = parsed(text, row, column)
        return formula


def _roles(text: str) -> list[_Role]:
    roles = []
    for token in TOKEN.finditer(text):
        cells = token.start("cells")
        for found in _DIGITS.finditer(text, *token.span()):
            if token.lastgroup in _LITERALS:
                roles.append(_Role.LITERAL)
            elif 0 <= cells <= found.start() and text[found.start() - 1] != "$":
                roles.append(_Role.ROW)
            else:
                roles.append(_Role.FIXED)
    return roles
