import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from service.fixtures import start
from service.house import SELARAS, House, until

from daemon.marketplaces.sandbox.ready import Ready

__all__ = ["start"]

PYTHON_WITH_UNO = "/usr/bin/python3"
CURE = "the end-to-end tests need LibreOffice: apt install --no-install-recommends libreoffice-calc-nogui python3-uno"


class Seller:
    """Somebody at LibreOffice: each method is a command of office.py."""

    def __init__(self, process):
        self._process = process
        assert self._answer() == "ready"

    def __getattr__(self, command):
        def do(**wish):
            self._process.stdin.write(json.dumps({"do": command, **wish}) + "\n")
            self._process.stdin.flush()
            return self._answer()

        return do

    def _answer(self):
        line = self._process.stdout.readline()
        assert line, "LibreOffice has gone; its last words stand above"
        return json.loads(line)


@pytest.fixture(scope="session")
def seller():
    probe = [PYTHON_WITH_UNO, "-c", "import shutil, uno; assert shutil.which('soffice')"]
    if not Path(PYTHON_WITH_UNO).exists() or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.fail(CURE)
    command = [PYTHON_WITH_UNO, str(Path(__file__).with_name("office.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Seller(process)
        process.stdin.close()


@contextmanager
def market(folder):
    """`selaras sandbox` as a process of its own: two shops with 200 SKUs."""
    ready_file = folder / "market.json"
    command = [SELARAS, "sandbox", "--products", "200", "--shops", "2", "--ready-file", ready_file]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            until(ready_file.exists, "the ready file")
            yield Ready.model_validate_json(ready_file.read_text(encoding="utf-8"))
        finally:
            process.terminate()


@pytest.fixture
def house(tmp_path):
    """A seller with two shops, settings as `selaras init` makes them."""
    with market(tmp_path) as ready, httpx.Client(base_url=ready.base_url) as client:
        yield House(ready, client, tmp_path)


@pytest.fixture
def daemon(house, start):
    """`selaras run` whose workbook is filled: by its first cycle, or the next while the folder is not quiet yet."""
    running = start(house).until_ready()
    until(lambda: len(house.rows()) == 200, "200 rows")
    return running
