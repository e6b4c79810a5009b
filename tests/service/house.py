"""A seller's folder joined to a sandbox, `selaras` as processes of their own on it, and the seller at the workbook."""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from secrets import token_hex

from once import found, put_blank_mirror
from openpyxl import load_workbook
from printed import search

from bridge.columns import header_text
from daemon.config import load_settings
from daemon.connect import connected
from daemon.cycle import run_cycle
from daemon.marketplaces.sandbox.ready import write_ready_file
from daemon.parts import Trigger

PATIENCE_S = 30.0
SELARAS = Path(sys.executable).with_name("selaras")


def with_timing(**timing):
    """Give a prelude that makes the service talk to shops with another timing."""
    shown = ", ".join(f"{name}={value}" for name, value in timing.items())
    return f"""
from functools import partial
import daemon.service
from daemon.marketplaces.pace import Timing
daemon.service.connected = partial(daemon.service.connected, timing=Timing({shown}))
"""


def until(look, what, *, patience_s=PATIENCE_S):
    """Wait until ``look`` finds something, and return it; fail saying ``what`` never came."""
    end = time.monotonic() + patience_s
    while not (seen := look()):
        assert time.monotonic() < end, f"never came: {what() if callable(what) else what}"
        time.sleep(0.05)
    return seen


class House:
    """One seller: settings, workbook, records, and the first shop as the world sees it."""

    def __init__(self, ready, client, folder, *, language="id"):
        self.ready, self.shop, self.client = ready, ready.shops[0], client
        self.ready_file = folder / "ready.json"
        write_ready_file(ready, self.ready_file)
        founded = found(folder / "toko", sandbox=self.ready_file, language=language)
        self.folder, self.config, self.workbook = founded.folder, founded.config, founded.workbook
        self.language = language
        self.mirror = self.folder / ".selaras/mirror.sqlite"
        self.lock = self.workbook.with_name(f".~lock.{self.workbook.name}#")

    def quiet(self):
        """Let nothing happen by itself, and nothing wait for a slow marketplace."""
        self.configure(interval="24h", lag="0s")
        return self

    def configure(self, **values):
        text = self.config.read_text(encoding="utf-8")
        for key, value in values.items():
            text, count = re.subn(rf"^( *){key}: .*$", rf"\g<1>{key}: {value}", text, flags=re.MULTILINE)
            assert count, key
        self.config.write_text(text, encoding="utf-8")

    def environ(self, **more):
        # What the machine of the person who runs the tests says must not matter.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", **more}

    def selaras(self, *arguments, **environ):
        """Run a command to its end."""
        return subprocess.run(
            [SELARAS, *map(str, arguments)],
            env=self.environ(**environ),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def fill(self):
        """Run the first cycle in this process: quicker than a process of its own."""

        async def first_cycle():
            async with connected(load_settings(self.config)) as parts:
                return await run_cycle(parts, Trigger.COMMAND)

        put_blank_mirror(self.mirror.parent)
        assert asyncio.run(first_cycle()).is_complete

    # the world

    def control(self, name, **body):
        answer = self.client.post(f"/_sandbox/{name}", json=body)
        answer.raise_for_status()
        return answer.json()

    def listings(self):
        entries = self.client.get("/_sandbox/state").json()["listings"]
        return {entry["seller_sku"]: entry for entry in entries if entry["shop"] == self.shop.name}

    def quantity(self, sku):
        return self.listings()[sku]["quantity"]

    def goods(self, count):
        """SKUs of different products, on sale with enough stock for any test."""
        listings = self.listings().items()
        plenty = [(sku, seen) for sku, seen in listings if seen["status"] == "ACTIVATE" and seen["quantity"] > 5]
        on_sale = list({seen["product_id"]: sku for sku, seen in plenty}.values())
        assert len(on_sale) >= count
        return on_sale[:count]

    def order(self, sku, quantity=1):
        lines = [{"seller_sku": sku, "quantity": quantity}]
        return self.control("orders", shop=self.shop.name, lines=lines)["id"]

    def served(self, word):
        """Statuses of all calls to paths that hold ``word``; 0 for one that got no answer."""
        return [call["status"] for call in self.client.get("/_sandbox/log").json() if word in call["path"]]

    # the seller

    def rows(self):
        """What the workbook shows: SKU → header → value."""
        sheet = load_workbook(self.workbook).worksheets[0]
        head, *rows = sheet.iter_rows(values_only=True)
        return {row[0]: dict(zip(head, row, strict=True)) for row in rows if row[0]}

    def stock(self, sku):
        return self.rows().get(sku, {}).get(header_text("stock", self.language))

    def type(self, typed):
        """Type values (SKU → header → value) and save as office programs do: a temporary file, renamed."""
        book = load_workbook(self.workbook)
        sheet = book.worksheets[0]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for row in sheet.iter_rows(min_row=2):
            for header, value in typed.get(row[0].value, {}).items():
                row[columns[header] - 1].value = value
        temporary = self.workbook.with_name(f"lu{token_hex(4)}.tmp")
        book.save(temporary)
        temporary.replace(self.workbook)

    # the records

    def outbox(self):
        """Open commands per state, as another program reads them."""
        with sqlite3.connect(f"file:{self.mirror}?mode=ro", uri=True) as mirror:
            return dict(mirror.execute("SELECT state, count(*) FROM outbox WHERE state <> 'done' GROUP BY state"))


class Daemon:
    """``selaras run`` as a process, with systemd's end of the notify socket in our hands."""

    def __init__(self, house, *, prelude="", **environ):
        self.house = house
        self.log = house.folder.parent / f"run-{token_hex(4)}.log"
        address = house.folder.parent / f"n{token_hex(4)}"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(address))
        self.notify.setblocking(False)
        self.notices = []
        command = [sys.executable, "-c", f"{prelude}\nfrom daemon.cli import main; main()"] if prelude else [SELARAS]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "run", "-c", house.config],
                env=house.environ(NOTIFY_SOCKET=str(address), **environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def listen(self):
        """Everything systemd was told so far, with the time when we saw it."""
        while True:
            try:
                told = self.notify.recv(4096).decode()
            except BlockingIOError:
                return self.notices
            self.notices.append((time.monotonic(), told))

    def told(self):
        return [told for _when, told in self.listen()]

    def statuses(self):
        return [told.removeprefix("STATUS=") for told in self.told() if told.startswith("STATUS=")]

    def pings(self):
        return [when for when, told in self.listen() if told == "WATCHDOG=1"]

    def said(self):
        return self.log.read_text(encoding="utf-8")

    def events(self, name):
        return [line for line in self.said().splitlines() if f"event={name} " in f"{line} "]

    def until_ready(self):
        until(lambda: "READY=1" in self.told() or self.process.poll() is not None, "READY=1")
        assert "READY=1" in self.told(), self.said()
        return self

    def until_event(self, name, *, count=1):
        until(lambda: len(self.events(name)) >= count, lambda: f"{count} × {name} in\n{self.said()}")

    def until_status(self, part):
        until(lambda: any(part in status for status in self.statuses()), lambda: f"{part!r} in {self.statuses()}")

    def send(self, number):
        self.process.send_signal(number)

    def ended(self):
        """Wait for the end; returns the exit code."""
        return self.process.wait(PATIENCE_S)

    def end(self):
        """Stop it as systemd does; returns the exit code."""
        self.send(signal.SIGTERM)
        return self.ended()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notify.close()
        search(self.said(), source=self.log.name)
