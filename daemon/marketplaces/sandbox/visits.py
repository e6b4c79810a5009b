"""A call that was let in, and what its endpoint may ask of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from daemon.marketplaces.sandbox.gate import Call
from daemon.marketplaces.sandbox.paging import Wish
from daemon.marketplaces.sandbox.refusals import bad_parameter
from daemon.marketplaces.sandbox.world import Shop, World

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """One admitted call to ``shop``; ``names`` are the values in its path, ``base_url`` is where this server is."""

    world: World
    shop: Shop
    call: Call
    names: Mapping[str, str]
    base_url: str

    def wish(self, filters: str, *, is_descending: bool = False, largest: int = LARGEST_PAGE, usual: str = "") -> Wish:
        """Read the paging parameters; ``page_size`` is 1 to ``largest``, required if none is ``usual``."""
        text = self.call.value("page_size") or usual
        if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= largest:
            raise bad_parameter(f"The 'page_size' query parameter must be between 1 and {largest}.")
        return Wish(int(text), self.call.value("page_token") or "", filters, is_descending)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Read a query parameter of a closed list; the first choice, which may be empty, is the default."""
        value = self.call.value(name) or choices[0]
        if value not in choices:
            raise bad_parameter(f"The '{name}' query parameter must be one of {', '.join(filter(None, choices))}.")
        return value


def within(value: int, lowest: int | None, highest: int | None) -> bool:
    """Tell whether ``value`` lies between the ends, both included; ``None`` is an open end."""
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


def before(end: int | None) -> int | None:
    """Turn an end that is not included into one that is, in whole seconds; ``None`` is an open end."""
    return None if end is None else end - 1
