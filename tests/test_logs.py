"""The log: plain for the journal, readable for people, and without the variables of a frame."""

from io import StringIO
from types import SimpleNamespace

import pytest
import structlog

from daemon.logs import configure_logs

log = structlog.get_logger()


@pytest.fixture
def stream(monkeypatch):
    """Standard error, caught; may play a terminal."""

    class Stream(StringIO):
        is_terminal = False

        def isatty(self):
            return self.is_terminal

    stream = Stream()
    monkeypatch.setattr("daemon.logs.sys", SimpleNamespace(stderr=stream))  # pytest keeps the real one to itself
    yield stream
    structlog.reset_defaults()


def crash():
    hidden = "rahasia-" + "x" * 3
    try:
        hidden.index("y")
    except ValueError:
        log.exception("it.crashed", shop="toko-1")


def test_an_event_is_one_line_of_keys_and_values(stream):
    configure_logs(is_verbose=True)
    log.info("cycle.finished", cycle=3, outcome="done")
    assert stream.getvalue() == "level=info event=cycle.finished cycle=3 outcome=done\n"


def test_an_exception_is_still_one_line(stream):
    configure_logs(is_verbose=True)
    crash()
    assert stream.getvalue().count("\n") == 1
    assert "Traceback" in stream.getvalue()


@pytest.mark.parametrize("is_terminal", [False, True])
def test_an_exception_shows_no_variable_of_the_program(stream, is_terminal):
    stream.is_terminal = is_terminal
    configure_logs(is_verbose=True)
    crash()
    assert "ValueError: substring" in stream.getvalue()
    assert "rahasia-xxx" not in stream.getvalue()


def test_without_verbosity_only_our_own_faults_are_logged(stream):
    configure_logs(is_verbose=False)
    log.info("cycle.finished")
    log.warning("pull.failed")
    assert stream.getvalue() == ""
    crash()
    assert "it.crashed" in stream.getvalue()


def test_events_go_to_standard_error_as_it_is_when_they_happen(stream, monkeypatch):
    configure_logs(is_verbose=False)
    later = StringIO()
    monkeypatch.setattr("daemon.logs.sys", SimpleNamespace(stderr=later))
    stream.close()
    log.error("it.crashed")
    assert "it.crashed" in later.getvalue()
