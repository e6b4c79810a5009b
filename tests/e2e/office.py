"""A seller at LibreOffice. Run by Debian's /usr/bin/python3, which has ``uno``; knows nothing of Selaras.

Takes one JSON command a line on standard input and answers with one JSON line: ``{"do": "open", "file": PATH}``,
``{"do": "type", "cell": "D2", "text": "22"}`` (first sheet), ``save``, ``close``, and
``{"do": "texts", "file": PATH, "sheet": 0}`` for the texts that the cells of a file show.
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
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

START_S = 60


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

    def save(self):
        self._open.store()

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
