"""A second opinion on rows that are written in an unusual way: a real XML parser must see the same cells.

The tokenizer of :mod:`bridge.xlsx.sheet_xml` works on bytes and trusts that a sheet is XML. Rows in the plain form that
nearly all programs write prove themselves by fitting their pattern; every other row, and what stands around the rows,
goes through expat once.
"""

from collections.abc import Container, Iterator
from xml.parsers import expat

from bridge.xlsx.markup import OddMarkupError
from bridge.xlsx.sheet_xml import CellSpan, RowSpan, Tags, attribute, cells_in


def row_cells(block: bytes, tags: Tags, span: RowSpan, *, only: Container[int] | None = None) -> Iterator[CellSpan]:
    """Find the cells of one row, all or ``only`` those in some columns; one that names another row is damage.

    Raises :class:`~bridge.xlsx.markup.OddMarkupError` unless expat finds the same cells with the same kinds and styles.
    """
    seen = _seen_by_expat(b"<x>%s</x>" % block[span.start : span.end], f"{tags.prefix.decode()}c")
    cells = list(cells_in(block, tags, span.start, span.end))
    if [(attribute(cell.attributes, b"t"), attribute(cell.attributes, b"s")) for cell in cells] != seen:
        raise OddMarkupError
    for cell in cells:
        if cell.row not in {None, span.number}:
            raise OddMarkupError
        if only is None or cell.column in only:
            yield cell


def prove_frame(head: bytes, tail: bytes) -> None:
    """Check what stands before and after the rows of a sheet. Raises :class:`~bridge.xlsx.markup.OddMarkupError`."""
    parser = expat.ParserCreate("utf-8", " ")  # a separator makes expat look at namespaces too
    try:
        parser.Parse(head + tail, True)
    except (expat.ExpatError, ValueError) as error:
        raise OddMarkupError from error


def _seen_by_expat(xml: bytes, wanted: str) -> list[tuple[bytes | None, bytes | None]]:
    """List kind and style of every ``wanted`` element, wherever it stands."""
    found: list[tuple[bytes | None, bytes | None]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == wanted:
            kind, style = attributes.get("t"), attributes.get("s")
            found.append((None if kind is None else kind.encode(), None if style is None else style.encode()))

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError) as error:
        raise OddMarkupError from error
    return found
