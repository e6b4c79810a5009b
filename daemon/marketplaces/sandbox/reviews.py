"""Products whose seller put them on sale again: the marketplace looks at them first (reference 3.1)."""

from collections.abc import Callable

from daemon.domain.values import Platform
from daemon.marketplaces.sandbox.goods import Product, ProductStatus

REVIEW_S = 30


class Reviews:
    """Every review that is not over. ``now`` tells Unix seconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._open: list[tuple[int, Product, Platform, Callable[[], None]]] = []

    def begin(self, product: Product, platform: Platform, tell: Callable[[], None]) -> None:
        """Hide a product in one window until the review is over; ``tell`` is called when it passed."""
        product.windows[platform] = ProductStatus.PENDING
        self._open.append((self._now() + REVIEW_S, product, platform, tell))

    def end(self) -> None:
        """Let those pass whose time is over, unless something else has happened to them since."""
        over = [each for each in self._open if each[0] <= self._now()]
        self._open = [each for each in self._open if each not in over]
        for _, product, platform, tell in over:
            if product.windows[platform] is ProductStatus.PENDING:
                product.windows[platform] = ProductStatus.ACTIVATE
                tell()
