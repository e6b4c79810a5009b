"""`selaras demo`, as a newcomer meets it."""

import signal
import subprocess

from service.house import SELARAS, until


def test_the_story_ends_with_everything_in_step(tmp_path):
    done = subprocess.run(
        [SELARAS, "demo", "--once"], cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_the_live_demo_and_leaves_the_folder(tmp_path):
    heard = tmp_path / "heard"
    with heard.open("wb") as out:
        process = subprocess.Popen([SELARAS, "demo", "toko"], cwd=tmp_path, stdout=out, stderr=out)
    try:
        until(lambda: "toko.xlsx" in heard.read_text(encoding="utf-8"), "the invitation")
        until((tmp_path / "toko/.selaras/mirror.sqlite").exists, "the first cycle")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, heard.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in heard.read_text(encoding="utf-8")
    assert (tmp_path / "toko/toko.xlsx").exists()


def test_ctrl_c_ends_the_story_that_plays_by_itself_too(tmp_path):
    heard = tmp_path / "heard"
    with heard.open("wb") as out:
        process = subprocess.Popen([SELARAS, "demo", "toko", "--once"], cwd=tmp_path, stdout=out, stderr=out)
    try:
        until((tmp_path / "toko/.selaras/mirror.sqlite").exists, "the first cycle")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 1
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in heard.read_text(encoding="utf-8")
