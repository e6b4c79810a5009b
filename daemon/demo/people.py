"""The people of the story: a seller who edits the workbook as a spreadsheet program would, and buyers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
from openpyxl import load_workbook

from bridge.columns import Column, mapped_columns


@dataclass(frozen=True, slots=True)
class ListingSeen:
    """A listing as buyers see it: units, and the price in rupiah."""

    shop: str
    sku: str
    quantity: int
    price: int


class World:
    """The sandbox's control API: what buyers do, and what anybody can see."""

    def __init__(self, base_url: str) -> None:
        self.url = base_url
        self._http = httpx.AsyncClient(base_url=base_url, timeout=10)

    async def listings(self) -> list[ListingSeen]:
        """Everything on sale in every shop."""
        answer = await self._http.get("/_sandbox/state")
        return [
            ListingSeen(entry["shop"], entry["seller_sku"], entry["quantity"], entry["price"])
            for entry in answer.raise_for_status().json()["listings"]
        ]

    async def order(self, shop: str, sku: str, quantity: int, platform: str) -> str:
        """A buyer orders; returns the order id."""
        lines = [{"seller_sku": sku, "quantity": quantity}]
        answer = await self._http.post("/_sandbox/orders", json={"shop": shop, "lines": lines, "platform": platform})
        body = answer.raise_for_status().json()
        return str(body["id"])

    async def aclose(self) -> None:
        """Close the connection."""
        await self._http.aclose()


class Seller:
    """Edits a workbook with another program's code (openpyxl), and saves it the way office programs do."""

    def __init__(self, workbook: Path) -> None:
        self._path = workbook

    async def rows(self) -> dict[str, dict[Column, Any]]:
        """What the workbook shows, by SKU."""
        return await asyncio.to_thread(self._rows)

    async def save(self, typed: Mapping[str, Mapping[Column, int]]) -> None:
        """Type values into the rows of some SKUs and save: lock, temporary file, rename, unlock."""
        await asyncio.to_thread(self._save, typed)

    def _rows(self) -> dict[str, dict[Column, Any]]:
        sheet = load_workbook(self._path).worksheets[0]
        columns = _columns(sheet)
        read = ({name: row[at - 1].value for name, at in columns.items()} for row in sheet.iter_rows(min_row=2))
        return {str(row[Column.SKU]): row for row in read if row[Column.SKU] is not None}

    def _save(self, typed: Mapping[str, Mapping[Column, int]]) -> None:
        lock = self._path.with_name(f".~lock.{self._path.name}#")
        temporary = self._path.with_name(f"lu{token_hex(4)}.tmp")
        lock.write_text(",penjual,laptop,,;", encoding="utf-8")
        try:
            book = load_workbook(self._path)
            sheet = book.worksheets[0]
            columns = _columns(sheet)
            for row in sheet.iter_rows(min_row=2):
                for column, value in typed.get(str(row[columns[Column.SKU] - 1].value), {}).items():
                    row[columns[column] - 1].value = value
            book.save(temporary)
            temporary.replace(self._path)
        finally:
            lock.unlink()


def _columns(sheet: Any) -> dict[Column, int]:  # noqa: ANN401 - openpyxl ships no types
    return mapped_columns({cell.column: str(cell.value) for cell in sheet[1] if cell.value})


def order_ids_in(folder: Path) -> set[str]:
    """The order ids in all order sheets of a folder."""
    found: set[str] = set()
    for path in folder.glob("pesanan-*.xlsx"):
        sheet = load_workbook(path, read_only=True).worksheets[0]
        found |= {str(value) for (value,) in sheet.iter_rows(min_row=2, max_col=1, values_only=True) if value}
    return found
