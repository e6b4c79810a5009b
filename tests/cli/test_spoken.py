"""The command line speaks Indonesian, or English where the machine does: its help, and what it says to wrong usage."""

import re

import pytest
from typer.main import get_command

from daemon.cli import app
from daemon.cli.spoken import help_texts, paragraphs

ENGLISH = re.compile(r"\b(Usage|Options|Arguments|Commands|Error|default|required|the|and|exit|Show|Exit codes)\b")
WRONG = {
    ("terbang",): "Perintah terbang tidak ada.",
    ("syncc",): "Perintah syncc tidak ada. Maksudnya sync?",
    ("workbook", "restor"): "Perintah restor tidak ada. Maksudnya restore?",
    ("sync", "--cepat"): "Pilihan --cepat tidak ada.",
    ("sync", "-c"): "-c harus diikuti nilainya.",
    ("status", "--json=3"): "--json tidak memakai nilai.",
    ("log", "--last", "banyak"): "Nilai untuk --last tidak bisa dipakai.",
    ("log", "--last", "0"): "Nilai untuk --last tidak bisa dipakai.",
    ("sandbox", "--faults", "badai"): "Nilai untuk --faults tidak bisa dipakai.",
    ("connect",): "TOKO belum disebut.",
    ("undo",): "NOMOR belum disebut.",
    ("restock",): "NOMOR belum disebut.",
    ("approve",): "RENCANA belum disebut.",
    ("why",): "SKU belum disebut.",
    ("init", "a", "b"): "Terlalu banyak yang diketik: b",
}


def every_command(group, path=()):
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from every_command(command, (*path, name))


@pytest.fixture
def english():
    """The commands as they stand in the code."""
    return dict(every_command(get_command(app)))


def test_every_help_text_has_an_indonesian_one_and_none_is_needless(english):
    texts = {"Show this message and exit."}
    for command in english.values():
        texts |= set(paragraphs(command.help))
        texts |= {each for parameter in command.params for each in paragraphs(parameter.help)}
    assert texts == help_texts().keys()


def test_the_help_of_every_command_is_indonesian(selaras, english):
    for path in english:
        done = selaras(*path, "--help")
        assert done.exit_code == 0
        assert done.stdout.startswith("Pemakaian: ")
        assert ENGLISH.findall(done.stdout) == [], path


def test_what_a_command_needs_is_named_in_capitals_as_in_the_error(selaras, english):
    for path in english:
        usage = selaras(*path, "--help").stdout.splitlines()[0]
        needed = usage.removeprefix(" ".join(["Pemakaian: selaras", *path]))
        assert (needed, "{" in needed) == (needed.upper(), False), path
    assert selaras("restock", "--help").stdout.startswith("Pemakaian: selaras restock [PILIHAN] NOMOR [SKU=JUMLAH]...")


def test_where_the_machine_speaks_english_so_does_the_help(selaras):
    assert selaras("log", "--help", LANG="en_US.UTF-8").stdout.startswith("Usage: ")


@pytest.mark.parametrize(("typed", "said"), WRONG.items())
def test_what_was_typed_wrongly_is_told_with_where_to_look(selaras, typed, said):
    done = selaras(*typed)
    assert (done.exit_code, done.stdout) == (2, "")
    first, *rest = done.stderr.splitlines()
    assert first == said
    assert [line for line in rest if "--help" not in line] == []


def test_wrong_usage_is_told_in_english_where_the_machine_speaks_it(selaras):
    assert "There is no command syncc. Do you mean sync?" in selaras("syncc", LANG="en_US.UTF-8").stderr
