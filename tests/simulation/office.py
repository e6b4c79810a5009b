"""The seller at the workbook: types, sorts, empties, keeps it open, and brings back old copies."""

import io
import zipfile
from collections import defaultdict

from tests.simulation import seller

STOCK, ADJUSTMENT, COUNT, PRICE = (seller.HEADERS[name] for name in ("stock", "adjustment", "count", "price"))
PLENTY = 10
"""Nothing is taken out where little is left: what would go below zero is asked about by design."""
COPY_NAME = "{stem} (Sari's conflicted copy 2026-03-{day:02}){suffix}"


class Office:
    """One workbook and everybody who saves it. A move that makes no sense now does not happen."""

    def __init__(self, path, shelf, skus, versions):
        self.path, self._shelf, self._skus, self._versions = path, shelf, skus, versions
        self.saves = 0
        self.read_to = 0
        """How many of the saves an undisturbed cycle has surely read."""
        self.is_watched = False
        """Whether our process is alive: only then an editor's lock file is seen."""
        self.was_open = False
        self.written = 0
        """How often we replaced it."""
        self.faults = []
        self._dirty = set()
        self._is_stale_in_place = False
        self._written = path.read_bytes()
        self._kept = []
        self._copies = 0
        self._stood = defaultdict(set)
        self._remember(path.read_bytes())

    def mark_own(self):
        """Fill the column that is the seller's own."""
        book = self._book()
        seller.put_own_marks(book)
        self._save(book)

    def pack(self, bundle, recipe):
        """Write into ``Paket`` what a bundle is made of from now on."""
        if not self._is_stale_in_place:
            self._shelf.pack(bundle, recipe)
            self._put_side(seller.RECIPES, seller.recipe_rows(self._shelf.wanted))

    def allot(self, sku, shop, rule):
        """Write into ``Alokasi`` by which rule a shop shows goods from now on; ``None``: as the shop shows all."""
        if not self._is_stale_in_place:
            self._shelf.allot(self._code(sku), shop, rule)
            self._put_side(seller.RULES, seller.rule_rows(self._shelf.wanted))

    def _put_side(self, sheet, rows):
        book = self._book()
        book.put_side(sheet, rows)
        self._save(book)

    @property
    def is_open(self):
        """Whether the seller's program has its lock file beside the workbook."""
        return self._lock.exists() and b"penjual" in self._lock.read_bytes()

    @property
    def _lock(self):
        return seller.lock_of(self.path)

    @property
    def is_unread(self):
        return self.saves > self.read_to

    def rows(self):
        """Rows by SKU."""
        return {row["SKU"]: row for row in self._book().rows().values()}

    def type_stock(self, sku, delta):
        """Type another number over the one in ``Stok``: they mean the difference, and leave what ``+/−`` takes."""
        _at, row = self._find(self._book(), self._code(sku))
        least = max(-(row[ADJUSTMENT] or 0), 0) if row else 0
        self._type(sku, STOCK, lambda old: max((old or 0) + delta, least), lambda code, new, old: (code, new - old))

    def type_adjustment(self, sku, units):
        """Type into ``+/−``; what stands there already, not yet taken, is replaced."""
        at, row = self._find(self._book(), self._code(sku))
        if at is not None and (row[STOCK] or 0) + units >= PLENTY:
            self._type(sku, ADJUSTMENT, lambda _old: units, lambda code, new, old: (code, new - (old or 0)))

    def type_count(self, sku, delta, *, but):
        """Count the shelf, find ``delta`` more or less than there should be, and type what lies there.

        Tells which goods were counted; those in ``but`` are not.
        """
        code = self._code(sku)
        counted = max(self._shelf.goods[code].on_shelf + delta, 0)
        if code not in but and self._type(sku, COUNT, lambda _old: counted, None):
            self._shelf.count(code, counted)
            return code
        return None

    def type_price(self, sku, price):
        code = self._code(sku)
        if price not in self._stood[code, PRICE] and self._type(sku, PRICE, lambda _old: price, None):
            self._shelf.reprice(code, price)

    def empty(self, sku, header):
        """Delete what a cell shows: that changes nothing."""
        code = self._code(sku)
        if (code, header) not in self._dirty:
            self._change(code, header, None)

    def sort(self, header, is_descending):
        """Sort all rows."""
        book = self._book()
        book.sort(seller.HEADERS[header], is_descending=bool(is_descending))
        self._save(book)

    def open(self):
        """Open it and keep it open."""
        if not self._lock.exists():
            self._lock.write_text(",penjual,laptop,,;", encoding="utf-8")
            self.was_open = self.was_open or self.is_watched

    def shut(self):
        if self.is_open:
            self._lock.unlink()

    def keep(self):
        """Take a copy along, as it was written by us."""
        content = self.path.read_bytes()
        if content == self._written and self.path.suffix != ".csv":
            self._kept.append(content)

    def bring_back(self, place, sku, delta, beside):
        """Type into a kept copy and save it: over the workbook, or beside it as a cloud folder does."""
        if not self._kept or self.is_unread or self.was_open or self._is_stale_in_place:
            return
        content = self._kept.pop(place % len(self._kept))
        book, code = seller.opened(content, self.path.suffix), self._code(sku)
        at, row = self._find(book, code)
        if at is None or self._is_derived(code, STOCK) or not (beside or book.has_sides_of(self._book())):
            return
        typed = max(row[STOCK] + delta, 0)
        if typed == row[STOCK]:
            return
        book.put(at, STOCK, typed)
        self._shelf.add(code, typed - row[STOCK])
        self._copies += 1
        if beside:
            name = COPY_NAME.format(stem=self.path.stem, day=self._copies % 28 + 1, suffix=self.path.suffix)
            seller.put_in_place(self.path.with_name(name), book.bytes())
            self.saves += 1
        else:
            self._is_stale_in_place = True
            self._dirty.add((code, STOCK))
            self._save(book, is_seen=False)

    def watch(self):
        """Our process starts; who has the workbook open now, it sees, and nothing of before."""
        self.is_watched, self.was_open = True, self.is_open

    def unwatch(self):
        """Our process is gone."""
        self.is_watched = self.was_open = False

    def own_write(self, _content_hash):
        """We announced a write of ours."""
        self.was_open = False

    def replaced(self, before, content):
        """We replaced the workbook: was that allowed, can it be undone, and is it a workbook?"""
        self.written += 1
        if self.is_open:
            self.faults.append("replaced: while the lock file lay there")
        if not any(version.read_bytes() == before for version in self._versions.glob("*")):
            self.faults.append("replaced: the version before cannot be restored")
        if self.path.suffix == ".xlsx":
            foreign = {name for name in _parts(before) if "sheet" not in name and "docProps" not in name}
            if not foreign <= set(_parts(content)):
                self.faults.append("replaced: a part of the workbook is gone")
        self._written = content
        self._dirty.clear()
        self._is_stale_in_place = False
        self._remember(content)

    def _remember(self, content):
        """CSV files carry no revision: a number that stood there once is asked about, so nobody types it again."""
        if self.path.suffix == ".csv":
            for row in seller.opened(content, ".csv").rows().values():
                for header in (STOCK, PRICE):
                    self._stood[row["SKU"], header].add(row[header])

    def _type(self, sku, header, value_of, meaning):
        code = self._code(sku)
        at, row = self._find(self._book(), code)
        if (
            at is None
            or self._is_stale_in_place
            or self._is_derived(code, header)
            or (row[COUNT] is not None and header != PRICE)
        ):
            return False
        old = row[header]
        if (old is None and header in {STOCK, PRICE}) or ((code, header) in self._dirty and not self.was_open):
            return False
        new = value_of(old)
        if new == old or (header == STOCK and new in self._stood[code, STOCK]):
            return False
        self._stood[code, header] |= {new} if self.path.suffix == ".csv" else set()
        self._dirty.add((code, header))
        self._change(code, header, new)
        if meaning is not None:
            self._shelf.add(*meaning(code, new, old))
        return True

    def _is_derived(self, code, header):
        """Whether it is the number of a bundle."""
        return header != PRICE and code in self._shelf.wanted.recipes

    def _change(self, code, header, value):
        book = self._book()
        at, _row = self._find(book, code)
        if at is not None:
            book.put(at, header, value)
            self._save(book)

    def _save(self, book, *, is_seen=True):
        """Save; an editor on this machine is seen by its lock file."""
        self.was_open = self.was_open or (is_seen and self.is_watched)
        seller.put_in_place(self.path, book.bytes())
        self.saves += 1

    def _book(self):
        return seller.opened(self.path.read_bytes(), self.path.suffix)

    def _find(self, book, code):
        return next(((at, row) for at, row in book.rows().items() if row["SKU"] == code), (None, None))

    def _code(self, place):
        return self._skus[place % len(self._skus)]


def _parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()
