"""All workbooks of the suite by name; each is a function, so that a test only makes what it needs."""

from collections.abc import Callable, Mapping
from functools import cache

from fidelity import openpyxl_books
from fidelity.added_parts import ADDITIONS, WRITINGS, Step, with_all
from fidelity.goods import NOTE, ORDER, PRODUCT, SKU, STOCK, Place
from fidelity.xlsxwriter_books import FEATURES, RICH, Feature, book, macros

Builder = Callable[[Place], bytes]
_TURNED = (NOTE, STOCK, *(each for each in ORDER if each not in {NOTE, STOCK, SKU, PRODUCT}), PRODUCT, SKU)


def _made(*features: Feature, steps: tuple[Step, ...] = (), **options: object) -> Builder:
    def build(given: Place) -> bytes:
        content = book(*features, place=given, options=options)
        for step in steps:
            content = step(content)
        return content

    return build


BOOKS: Mapping[str, Builder] = {
    **{name: _made(feature) for name, feature in FEATURES.items()},
    **{step.__name__: _made(steps=(step,)) for step in (*ADDITIONS, *WRITINGS)},
    "inline_strings": _made(constant_memory=True),
    "rich": _made(*RICH, steps=(with_all,)),
    "rich_with_macros": _made(*RICH, macros, steps=(with_all,)),
    "openpyxl_plain": openpyxl_books.plain,
    "openpyxl_rich": openpyxl_books.rich,
    "openpyxl_streamed": openpyxl_books.streamed,
}
PLACES: Mapping[str, Place] = {
    "id": Place(),
    "en": Place(language="en"),
    "starts_at_c5": Place(row=4, column=2, sheet="在庫 d'Toko 📦"),
    "other_order": Place(order=_TURNED, language="en", sheet="Stok & Harga"),
}
"""Where the table may stand and what it is called; the parts added by hand only know the first two."""


@cache
def workbook(name: str, place: str = "id") -> bytes:
    """Make a workbook once."""
    return BOOKS[name](PLACES[place])
