"""The goods that every workbook of this suite lists, and where each stands."""

from dataclasses import dataclass

from bridge.columns import Column, header_text

OWN_FORMULA = "Nilai"
GOODS = (
    ("KOPI-250", "Kopi Gayo 250 g", 55000, 12, None, None, "Aktif", None),
    ("00123", "Batik tulis ジャワ 🧵", 1250000, 3, "+2", None, "Aktif", "lama & <baru>"),
    ("CASE-HIJAU", "Casing hijau", 35000, 40, "+5", 38, "Aktif", None),
    ("TEH_x0041_1", "Teh melati", 18500, 7, None, None, None, None),
    ("690123456789", " Sabun  cair ", 22000, 0, None, None, "Aktif", "cek"),
    ("ROTI-6", "Roti isi 6", 9900, 150, -3, None, "Aktif", None),
)
SKU, PRODUCT, PRICE, STOCK, ADJUSTMENT, COUNT, STATUS, NOTE = ORDER = (
    Column.SKU,
    Column.PRODUCT,
    Column.PRICE,
    Column.STOCK,
    Column.ADJUSTMENT,
    Column.COUNT,
    Column.STATUS,
    Column.NOTE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the table stands: the header's row and first column from 0, and the order of the columns."""

    row: int = 0
    column: int = 0
    order: tuple[Column, ...] = ORDER
    language: str = "id"
    sheet: str = "Stok"

    @property
    def quoted(self) -> str:
        """The sheet's name as formulas write it."""
        return "'" + self.sheet.replace("'", "''") + "'"

    @property
    def header(self) -> list[str]:
        """The header texts, the seller's own formula column last."""
        return [*(header_text(each, self.language) for each in self.order), OWN_FORMULA]

    @property
    def rows(self) -> list[list[object]]:
        """The goods in the order of the columns, without the formula."""
        return [[row[ORDER.index(each)] for each in self.order] for row in GOODS]

    @property
    def last_row(self) -> int:
        """The row of the last goods, from 0."""
        return self.row + len(GOODS)

    @property
    def last_column(self) -> int:
        """The seller's own column, from 0."""
        return self.column + len(self.order)

    def column_of(self, column: Column) -> int:
        """Where a column stands, from 0."""
        return self.column + self.order.index(column)
