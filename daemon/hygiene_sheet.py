"""What ``selaras check`` found, as a file beside the workbook: a row per listing, numbered by what belongs together."""

from collections.abc import Iterator
from pathlib import Path

from bridge.folder.versions import keep_version
from bridge.list_sheet import ListCell, ListColumn, write_list
from daemon.config import Settings
from daemon.config.settings import Language
from daemon.domain.hygiene import Finding
from daemon.domain.messages import message
from daemon.domain.values import Listing
from daemon.hygiene import Check
from daemon.texts import Texts

_NAMES: dict[Language, tuple[str, str]] = {
    "id": ("periksa-sku.xlsx", "Periksa SKU"),
    "en": ("sku-check.xlsx", "SKU check"),
}
_COLUMNS = (
    ("number", 6, "right"),
    ("flaw", 20, "left"),
    ("shop", 18, "left"),
    ("sku", 22, "left"),
    ("proposal", 22, "left"),
    ("product", 44, "left"),
    ("variant", 20, "left"),
    ("price", 14, "right"),
    ("stock", 10, "right"),
    ("reason", 70, "left"),
    ("product_id", 22, "left"),
)


def sheet_path(settings: Settings) -> Path:
    """Where the sheet lies: beside the workbook, under a name of its own."""
    path = settings.workbook.with_name(_NAMES[settings.language][0])
    # Where case does not count, another spelling is the same file.
    is_taken = path.name.casefold() == settings.workbook.name.casefold()
    return path.with_stem(f"{path.stem}-2") if is_taken else path


def write_check(check: Check, settings: Settings, texts: Texts) -> None:
    """Write the sheet; what stood there, with notes perhaps, is kept among the versions.

    Raises :class:`~bridge.errors.FileBusyError` while somebody has it open.
    """
    path = sheet_path(settings)
    columns = [
        ListColumn(texts.say(message(f"check.column_{name}")), width, alignment) for name, width, alignment in _COLUMNS
    ]
    rows = [
        list(_cells(number, finding, listing, texts))
        for number, finding in enumerate(check.findings, 1)
        for listing in finding.listings
    ]
    if path.exists():
        keep_version(path, settings.state_folder / "versions")
    write_list(path, _NAMES[settings.language][1], columns, rows)


def _cells(number: int, finding: Finding, listing: Listing, texts: Texts) -> Iterator[ListCell]:
    yield ListCell(number, "0")
    for words in (
        texts.say(message(f"check.flaw_{finding.flaw}")),
        listing.id.shop,
        listing.sku,
        finding.proposal,
        listing.title,
        listing.variant,
    ):
        yield ListCell(words)
    yield ListCell(listing.price.amount if listing.price else None, "#,##0")
    yield ListCell(listing.quantity, "#,##0")
    yield ListCell(texts.say(finding.reason))
    yield ListCell(listing.id.product_id)
