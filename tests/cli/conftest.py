from functools import partial

import pytest
import structlog
from service.fixtures import filled, house, market, markets, new_house, start
from typer.testing import CliRunner

from daemon.cli import app, work
from daemon.marketplaces.pace import Timing

__all__ = ["filled", "house", "market", "markets", "new_house", "start"]


@pytest.fixture
def selaras(tmp_path, monkeypatch):
    """Type a command; in this process, so that it is quick, but never with the machine's own settings."""
    monkeypatch.chdir(tmp_path)
    blank = {"LANG": "C.UTF-8", "LC_ALL": None, "SELARAS_CONFIG": None}

    def typed(*arguments, **environ):
        return CliRunner(env=blank | environ).invoke(app, list(map(str, arguments)))

    yield typed
    structlog.reset_defaults()  # its output went to a stream that is closed by now


@pytest.fixture
def quick_failures(monkeypatch):
    """Shops that are away are given up at once, not after a quarter of a minute."""
    timing = Timing(attempts=2, first_wait_s=0.01)
    monkeypatch.setattr(work, "connected", partial(work.connected, timing=timing))
