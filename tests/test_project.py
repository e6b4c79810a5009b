"""The project keeps its own promises: locks, reasons for dependencies, the index of commands."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import bridge
import daemon

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
TARGETS = ["help", "install", "demo", "test", "check", "simulate", "fuzz", "mutants", "bench", "e2e", "lock"]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in requirements}


def locked(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.MULTILINE))


def runtime_dependencies() -> set[str]:
    return names(PROJECT["dependencies"]) | names(PROJECT["optional-dependencies"]["build"])


def all_dependencies() -> set[str]:
    return runtime_dependencies() | names(PROJECT["optional-dependencies"]["dev"])


@pytest.mark.parametrize("package", [daemon, bridge])
def test_the_imported_packages_are_those_of_this_checkout(package):
    # "daemon" is also the module of another distribution, and could hide ours.
    assert Path(package.__file__).is_relative_to(ROOT)


def test_every_dependency_has_its_reason_and_every_reason_its_dependency():
    text = (ROOT / "docs/decisions/0001-dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([\w.-]+) \| .{10,} \|$", text, flags=re.MULTILINE))
    assert explained == all_dependencies()


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_holds_versions_and_hashes_but_no_address(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=sha256:)", text, flags=re.MULTILINE)
    for block in re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block


def test_the_locks_hold_every_dependency_and_agree():
    runtime, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert runtime_dependencies() <= runtime.keys()
    assert all_dependencies() <= dev.keys()
    assert runtime.items() <= dev.items()


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # not a sub-make
    command = ["make", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_make_alone_lists_every_target():
    listed = re.findall(r"^  (\w+) +\S", make().stdout, flags=re.MULTILINE)
    assert listed == TARGETS


@pytest.mark.parametrize("target", ["simulate", "fuzz", "mutants", "bench"])
def test_long_runs_have_a_command_of_their_own_that_explains_itself(target):
    done = make(target, "ARGS=--help")
    assert done.returncode == 0
    assert "--" in done.stdout


def test_a_python_that_is_too_old_is_named(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac\n', encoding="utf-8")
    old.chmod(0o755)
    done = make("install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert "Python 3.9.2" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_missing_python_is_said(tmp_path):
    done = make("install", f"PYTHON={tmp_path / 'nowhere'}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert "apt install python3" in done.stderr
