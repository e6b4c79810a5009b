"""`selaras init`: a folder to start from, and nothing overwritten."""

import resource
import stat
import subprocess

import pytest
from openpyxl import load_workbook
from service.house import SELARAS

from daemon.config import load_settings
from daemon.marketplaces.sandbox.ready import write_ready_file


def everything_in(folder):
    return {str(path.relative_to(folder)): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def headers_of(workbook):
    return [cell.value for cell in load_workbook(workbook).worksheets[0][1]]


def test_a_fresh_folder_gets_settings_workbook_and_a_place_for_orders(selaras, tmp_path):
    done = selaras("init", "toko saya")
    assert done.exit_code == 0
    assert {"config.yaml", "toko.xlsx", "pesanan"} <= set(everything_in(tmp_path / "toko saya"))
    assert "toko saya/config.yaml" in done.stdout
    assert done.stderr == ""


def test_without_a_folder_it_is_the_one_we_are_in(selaras, tmp_path):
    assert selaras("init").exit_code == 0
    assert (tmp_path / "config.yaml").exists()


def test_with_a_ready_file_the_settings_are_complete(selaras, market, tmp_path):
    ready, *_ = market
    write_ready_file(ready, tmp_path / "ready.json")
    done = selaras("init", "toko", "--sandbox", "ready.json")
    assert done.exit_code == 0
    settings = load_settings(tmp_path / "toko/config.yaml")
    assert [shop.name for shop in settings.shops] == [shop.name for shop in ready.shops]
    assert settings.warnings == ()
    assert "selaras run -c toko/config.yaml" in done.stdout


def test_keys_are_for_the_owner_only(house):
    state = house.folder / ".selaras"
    for path in [state, *state.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("taken", ["config.yaml", "toko.xlsx"])
def test_a_folder_that_is_taken_stays_as_it_is(selaras, tmp_path, taken):
    (tmp_path / taken).write_text("punya saya", encoding="utf-8")
    before = everything_in(tmp_path)
    done = selaras("init", ".")
    assert done.exit_code == 2
    assert taken in done.stderr
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("content", [None, "", "{}", "bukan json"])
def test_a_bad_ready_file_is_said_and_nothing_is_made(selaras, tmp_path, content):
    if content is not None:
        (tmp_path / "ready.json").write_text(content, encoding="utf-8")
    done = selaras("init", "toko", "--sandbox", "ready.json")
    assert done.exit_code == 78
    assert "ready.json" in done.stderr
    assert not (tmp_path / "toko").exists()


@pytest.mark.parametrize(
    ("language", "workbook", "header"), [("id", "toko.xlsx", "Harga"), ("en", "shop.xlsx", "Price")]
)
def test_the_language_of_headers_and_messages_can_be_chosen(selaras, tmp_path, language, workbook, header):
    assert selaras("init", "--language", language).exit_code == 0
    assert header in headers_of(tmp_path / workbook)


@pytest.mark.parametrize(("spoken", "workbook"), [("en_GB.UTF-8", "shop.xlsx"), ("id_ID.UTF-8", "toko.xlsx")])
def test_the_language_is_the_machine_s_when_none_is_chosen(selaras, tmp_path, spoken, workbook):
    assert selaras("init", LANG=spoken).exit_code == 0
    assert (tmp_path / workbook).exists()


@pytest.mark.parametrize("silent", [{}, {"LANG": ""}, {"LANG": "C"}])
def test_a_machine_that_names_no_language_speaks_indonesian(tmp_path, silent):
    done = subprocess.run([SELARAS, "init"], cwd=tmp_path, env=silent, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    assert (tmp_path / "toko.xlsx").exists()


def test_a_language_that_is_not_spoken_is_wrong_usage(selaras, tmp_path):
    done = selaras("init", "--language", "xx")
    assert done.exit_code == 2
    assert "xx" in done.stderr
    assert everything_in(tmp_path) == {}


def test_a_folder_that_cannot_be_made_needs_a_person(selaras, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = selaras("init", "file/toko")
    assert done.exit_code == 78
    assert "file/toko" in done.stderr


def test_a_workbook_that_cannot_be_written_is_said_in_words(tmp_path):
    done = subprocess.run(
        [SELARAS, "init", "toko"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        # A full disk: room for every sheet, and none for the whole workbook.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (7168, 7168)),
    )
    assert done.returncode == 1
    assert "toko.xlsx" in done.stderr
    assert "Traceback" not in done.stderr
