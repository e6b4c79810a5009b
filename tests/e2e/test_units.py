"""The units are understood by systemd without a remark, and the system unit is hardened.

These need ``systemd-analyze`` (Debian: apt install systemd), so they stand with what needs more than Python.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
HIGHEST_EXPOSURE = 20  # systemd-analyze counts in tenths: 2.0


def installed(folder: Path, unit: str) -> Path:
    """The unit with a program that exists here: verify complains of one that does not."""
    text = (UNITS / unit).read_text(encoding="utf-8")
    text, count = re.subn(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    assert count == 1
    path = folder / unit
    path.write_text(text, encoding="utf-8")
    return path


def analyze(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"XDG_RUNTIME_DIR": str(folder), "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("unit", "scope"), [("selaras.service", "--system"), ("selaras-user.service", "--user")])
def test_systemd_finds_nothing_to_say_about_a_unit(tmp_path, unit, scope):
    # Verify exits 0 on unknown keys and only prints them.
    done = analyze(tmp_path, scope, "verify", str(installed(tmp_path, unit)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_system_unit_exposes_little(tmp_path):
    threshold = f"--threshold={HIGHEST_EXPOSURE}"
    done = analyze(tmp_path, "security", "--offline=true", threshold, str(installed(tmp_path, "selaras.service")))
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize("unit", ["selaras.service", "selaras-user.service"])
def test_a_unit_gives_up_where_only_a_person_can_help(unit):
    lines = (UNITS / unit).read_text(encoding="utf-8").splitlines()
    assert {"Restart=on-failure", "RestartPreventExitStatus=78", "Type=notify", "WatchdogSec=60"} <= set(lines)
