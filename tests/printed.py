"""Whatever a test prints, or lets a program of ours print, is searched for secrets: a secret there fails the test."""

import re
from collections import defaultdict
from functools import wraps
from subprocess import Popen

import pytest
from typer.testing import CliRunner

from daemon.config.secret import Secret
from daemon.marketplaces.sandbox.credentials import Credentials
from daemon.marketplaces.sandbox.ready import ReadyShop

SHORTEST = 20
"""Letters of a secret that can be told from a word."""

_KEY = re.compile(r"ROW_[\w-]{32,}|\bsign=[0-9a-f]{64}")
"""Tokens, codes and ciphers as the sandbox makes them, and what proves a request."""
_WORD = re.compile(rf"[!-~]{{{SHORTEST},}}")
_known: set[str] = set()
_taken: defaultdict[str, list[str]] = defaultdict(list)
"""Secrets in output that a test took for itself since its last phase, so that no report shows it; by its source."""


def learn_secrets():
    """Remember from now on every secret that this process makes or reads."""
    for owner, name in ((Secret, "_value"), (Credentials, "app_secret"), (ReadyShop, "app_secret")):
        owner.__init__ = _remembering(owner.__init__, name)


def _remembering(init, name):
    @wraps(init)
    def remembering(self, *args, **more):
        init(self, *args, **more)
        if len(secret := getattr(self, name)) >= SHORTEST:
            _known.add(secret)

    return remembering


def search_taken_output():
    """Search from now on what tests take: output of commands and programs, and what they printed themselves."""
    CliRunner.invoke = _searched(CliRunner.invoke, lambda done: [done.output])
    pytest.CaptureFixture.readouterr = _searched(pytest.CaptureFixture.readouterr, list)
    Popen.communicate = _searched(Popen.communicate, list)


def _searched(method, texts_of):
    @wraps(method)
    def searched(*args, **more):
        given = method(*args, **more)
        for text in texts_of(given):
            search(text or "", source=method.__qualname__)
        return given

    return searched


def search(text, *, source):
    """Remember the secrets in output that no report will show; the phase of the test that runs fails."""
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    _taken[source] += secrets_in(text)


def secrets_in(text):
    """List the secrets in ``text``, each by its first letters."""
    found = _KEY.findall(text)
    found += [secret for word in set(_WORD.findall(text)) for secret in _known if secret in word]
    return sorted({f"{secret[:8]}…" for secret in found})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail the phase of a test in which a secret was printed."""
    report = yield
    said = ((name, text) for name, text in report.sections if name.endswith(report.when))
    found = {name: secrets for name, text in said if (secrets := secrets_in(text))}
    found |= {source: secrets for source, secrets in _taken.items() if secrets}
    _taken.clear()
    if found and report.passed:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} printed secrets: {found}"
    return report
