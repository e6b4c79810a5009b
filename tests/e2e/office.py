"""A seller at LibreOffice. Run by Debian's /usr/bin/python3, which has ``uno``; knows nothing of Selaras.

Takes one JSON command a line on standard input and answers with one JSON line: ``{"do": "open", "file": PATH}``,
``{"do": "type", "cell": "D2", "text": "22"}`` (first sheet), ``{"do": "insert_row", "before": 5}`` (counted from 1),
``{"do": "sort", "by": "Stok", "ascending": false}`` (whole rows under the header), ``{"do": "shown"}`` for what stands
in the cells of the open document's first sheet, row by row, ``save``, ``force_save`` (the button "Save Anyway" where
LibreOffice asks, because another file lies there by now), ``close``, and
``{"do": "texts", "file": PATH, "sheet": 0}`` for the texts that the cells of a file show, ``{"do": "values", "file":
PATH, "typed": {"Stok": {"D2": 22, "H2": "x", "E3": null, "I8": {"formula": "=C8*D8"}}}}`` for all values of all sheets
after this was typed (nothing is saved), and ``{"do": "resave", "file": PATH, "to": PATH}``.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.table import TableSortField
from com.sun.star.task import XInteractionApprove, XInteractionHandler

START_S = 60
XLSX = "Calc MS Excel 2007 XML"
VALUE, STRING, FORMULA = 1, 4, 16
"""Kinds of content (com.sun.star.sheet.CellFlags)."""


class SaveAnyway(unohelper.Base, XInteractionHandler):
    """Says yes to whatever LibreOffice asks."""

    def handle(self, request):
        wanted = uno.getTypeByName(XInteractionApprove.__pyunointerface__)
        found = (each.queryInterface(wanted) for each in request.getContinuations())
        next(each for each in found if each is not None).select()


class Office:
    """One LibreOffice without a window, with a profile of its own."""

    def __init__(self, home):
        pipe = f"selaras-{os.getpid()}"
        self._process = subprocess.Popen(
            [
                shutil.which("soffice"),
                "--headless",
                "--norestore",
                f"-env:UserInstallation={Path(home).as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,
        )
        context = self._connected(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        self._desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self._open = None

    def _connected(self, address):
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        end = time.monotonic() + START_S
        while True:
            try:
                return resolver.resolve(address)
            except NoConnectException:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise
                time.sleep(0.1)

    def _load(self, file, **how):
        given = tuple(PropertyValue(Name=name, Value=value) for name, value in {"Hidden": True, **how}.items())
        document = self._desktop.loadComponentFromURL(Path(file).as_uri(), "_blank", 0, given)
        if document is None:
            raise OSError(f"LibreOffice does not open {file}")
        return document

    def open(self, file):
        self._open = self._load(file)

    def type(self, cell, text):
        self._open.Sheets.getByIndex(0).getCellRangeByName(cell).setFormula(text)

    def insert_row(self, before):
        self._open.Sheets.getByIndex(0).Rows.insertByIndex(before - 1, 1)

    def sort(self, by, ascending):
        area = self._used(self._open.Sheets.getByIndex(0))
        header = area.getCellRangeByPosition(0, 0, area.Columns.Count - 1, 0).getDataArray()[0]
        field = TableSortField(Field=header.index(by), IsAscending=ascending)
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        wish = {"SortFields": fields, "ContainsHeader": True, "BindFormatsToContent": True}
        area.sort(tuple(PropertyValue(Name=name, Value=value) for name, value in wish.items()))

    def shown(self):
        return self._used(self._open.Sheets.getByIndex(0)).getDataArray()

    def save(self):
        self._open.store()

    def force_save(self):
        self._open.storeSelf((PropertyValue(Name="InteractionHandler", Value=SaveAnyway()),))

    def close(self):
        self._open.close(True)
        self._open = None

    def texts(self, file, sheet):
        document = self._load(file, ReadOnly=True)
        try:
            page = document.Sheets.getByIndex(sheet)
            cursor = page.createCursor()
            cursor.gotoEndOfUsedArea(False)
            last = cursor.RangeAddress
            rows, columns = range(last.EndRow + 1), range(last.EndColumn + 1)
            return [[page.getCellByPosition(column, row).String for column in columns] for row in rows]
        finally:
            document.close(True)

    def values(self, file, typed):
        document = self._load(file)  # opened read-only, it lets values be typed and none be cleared
        try:
            for sheet, cells in typed.items():
                for name, value in cells.items():
                    self._type(document.Sheets.getByName(sheet).getCellRangeByName(name), value)
            return {page.Name: self._data(page) for page in document.Sheets}
        finally:
            document.close(True)

    def _type(self, cell, value):
        if isinstance(value, int):
            cell.setValue(value)
        elif isinstance(value, dict):
            cell.setFormula(value["formula"])
        elif value is None:
            cell.clearContents(VALUE | STRING | FORMULA)
        else:
            cell.setString(value)

    def _data(self, page):
        data = self._used(page).getDataArray()
        places = ((row, column, cell) for row, cells in enumerate(data, 1) for column, cell in enumerate(cells, 1))
        return {f"{row}:{column}": cell for row, column, cell in places if cell != ""}

    def _used(self, page):
        cursor = page.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        return page.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)

    def resave(self, file, to):
        document = self._load(file, ReadOnly=True)
        try:
            how = (PropertyValue(Name="FilterName", Value=XLSX),)
            document.storeToURL(Path(to).as_uri(), how)
        finally:
            document.close(True)

    def end(self):
        os.killpg(self._process.pid, signal.SIGKILL)  # soffice is a starter; the office itself is its child
        self._process.wait()


def main():
    home = tempfile.mkdtemp(prefix="office-")
    office = Office(home)
    print(json.dumps("ready"), flush=True)  # noqa: T201 - the answers go to standard output
    try:
        for line in sys.stdin:
            wish = json.loads(line)
            answer = getattr(office, wish.pop("do"))(**wish)
            print(json.dumps(answer), flush=True)  # noqa: T201 - as above
    finally:
        office.end()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
