"""The search of what the suite prints: it must find what it is there for."""

import sys

import pytest
from printed import secrets_in

from daemon.config.secret import Secret

pytest_plugins = ["pytester"]


def test_ordinary_output_holds_no_secret():
    assert secrets_in("cycle.decided cycle=1 path=/order/202309/orders/search request_id=202603101100206C6BA1") == []


@pytest.mark.parametrize("around", ["{}", "app_secret={}&x=1", "{{'key': '{}'}}", "Authorization: {}\n"])
def test_every_secret_that_was_read_is_found(around):
    secret = Secret("5f" * 20).reveal()
    assert secrets_in(around.format(secret)) == ["5f5f5f5f…"]


@pytest.mark.parametrize("key", ["ROW_" + "aZ3-" * 16, "timestamp=1&sign=" + "0a" * 32])
def test_keys_and_signatures_are_found_by_their_form(key):
    assert secrets_in(f"GET /?{key} 200")


TAKES = """
import subprocess
import sys

import typer
from printed import search
from typer.testing import CliRunner

SECRET = "ROW_" + 64 * "x"
app = typer.Typer()


@app.command()
def tell(word: str, warn: bool = False):
    typer.echo(word, err=warn)
    raise SystemExit(3)


def test_prints(): print(SECRET)
def test_takes_what_it_printed(capsys): print(SECRET); capsys.readouterr()
def test_takes_what_a_program_of_its_own_wrote(capfd): subprocess.run(["echo", SECRET]); capfd.readouterr()
def test_calls_a_command(): CliRunner().invoke(app, [SECRET])
def test_calls_a_command_that_warns(): CliRunner().invoke(app, [SECRET, "--warn"])
def test_runs_a_program(): subprocess.run(["echo", SECRET], capture_output=True)
def test_reads_a_program(): subprocess.check_output(["echo", SECRET], text=True)
def test_searches_a_file(): search(SECRET, source="the log")
"""


@pytest.mark.parametrize(("word", "outcomes"), [("x", {"failed": 8}), ("y z ", {"passed": 8})])
def test_a_test_that_prints_or_takes_a_secret_fails(pytester, word, outcomes):
    pytester.makeconftest("from printed import pytest_runtest_makereport")
    pytester.makepyfile(TAKES.replace('"x"', f'"{word}"'))
    pytester.syspathinsert(str(sys.modules["printed"].__file__.rpartition("/")[0]))
    # What the inner tests print is no output of this one.
    pytester.runpytest("-p", "no:randomly", "-p", "no:xdist", "--show-capture=no").assert_outcomes(**outcomes)
