"""The shop windows of a product: how it stands in each, and those that show it as one small number for the records."""

from collections.abc import Iterable

from daemon.domain.values import ListingStatus, Platform, Windows, WindowState

_BITS = {Platform.TIKTOK_SHOP: 1, Platform.TOKOPEDIA: 2}
_SHOWN = frozenset({WindowState.ON, WindowState.IN_REVIEW})

BOTH = 3
"""The number of both windows."""


def number_of(platforms: Iterable[Platform]) -> int:
    """Give windows as a number."""
    return sum(_BITS[each] for each in set(platforms) & _BITS.keys())


def windows_of(number: int) -> frozenset[Platform]:
    """Give the windows that a number stands for."""
    return frozenset(platform for platform, bit in _BITS.items() if number & bit)


def listed_in(windows: Windows) -> int:
    """Tell which windows list a product, seen there or not."""
    return number_of(platform for platform, _ in windows)


def shown_in(windows: Windows) -> int:
    """Tell which windows show a product, or will when its review is over."""
    return number_of(platform for platform, state in windows if state in _SHOWN)


def in_state(windows: Windows, state: WindowState) -> int:
    """Tell in which windows a product stands so."""
    return number_of(platform for platform, each in windows if each is state)


def switched(windows: Windows, number: int) -> Windows:
    """Tell how a product stands once exactly the windows of ``number`` show it: what went on is reviewed first."""
    to = windows_of(number)

    def after(platform: Platform, state: WindowState) -> WindowState:
        if platform in to:
            return state if state in _SHOWN else WindowState.IN_REVIEW
        return WindowState.OFF if state in _SHOWN else state

    return tuple((platform, after(platform, state)) for platform, state in windows)


def status_of(windows: Windows) -> ListingStatus:
    """Tell what buyers see of a product in its most visible window."""
    states = {state for _, state in windows}
    if WindowState.ON in states:
        return ListingStatus.ACTIVE
    return ListingStatus.INACTIVE if states <= {WindowState.OFF} else ListingStatus.OTHER
