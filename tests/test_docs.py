"""The documents name everything a seller can type: commands, options, settings, exit codes."""

import re
from pathlib import Path

from pydantic import BaseModel
from typer.main import get_command

from daemon.cli import app
from daemon.config.schema import (
    BrakesSection,
    ConfigFile,
    PriceSection,
    ReconSection,
    ShopSection,
    StockSection,
    WebhooksSection,
)

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "systemd/README.md"]
SECTIONS: list[type[BaseModel]] = [
    ConfigFile,
    ReconSection,
    WebhooksSection,
    BrakesSection,
    ShopSection,
    StockSection,
    PriceSection,
]
EXIT_CODES = ["0", "1", "2", "78"]


def missing(wanted, pattern):
    """Name those of ``wanted`` that no page holds; NAME in the pattern stands for each."""
    written = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    searched = {each: pattern.replace("NAME", re.escape(each)) for each in sorted(wanted)}
    return " ".join(each for each, search in searched.items() if not re.search(search, written, re.MULTILINE))


def test_every_command_is_in_the_documents():
    assert missing(get_command(app).commands, r"selaras NAME\b") == ""


def test_every_option_is_in_the_documents():
    commands = get_command(app).commands.values()
    options = {option for command in commands for param in command.params for option in param.opts if option[:1] == "-"}
    assert len(options) > 8
    assert missing(options, r"(?<![\w-])NAME(?![\w-])") == ""


def test_every_setting_is_in_the_documents():
    keys = {key for section in SECTIONS for key in section.model_fields}
    assert missing(keys, r"`[^`\n]*\bNAME\b[^`\n]*`|^\s*(?:- )?NAME:") == ""


def test_every_setting_is_explained_in_the_example():
    example = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    keys = {key for section in SECTIONS for key in section.model_fields}
    assert [key for key in sorted(keys) if not re.search(rf"^[ #-]*{key}:", example, re.MULTILINE)] == []


def test_every_exit_code_is_in_a_table_of_the_documents():
    assert missing(EXIT_CODES, r"^\| `?NAME`? \|") == ""
