"""Every code that the program can say has a text in both languages, and every text is one that it can say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bridge
import daemon
from daemon.texts import catalogue

SOURCES = [path for package in (daemon, bridge) for path in Path(package.__file__).parent.rglob("*.py")]
SAYING = ("message", "Message", "Unclear")
LOGGING = ("debug", "info", "warning", "error", "exception")
CODE = re.compile(r"[a-z]+\.(?!xlsx|yaml|sqlite)[a-z_]+\*?")
PARTS = {code.partition(".")[0] for code in catalogue("id")}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_log(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and called(node) in LOGGING
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "log"
    )


def literals(node: ast.AST) -> Iterator[str]:
    """All texts in a tree, ``story.*`` for an f-string that begins with ``story.``; names of log events are none."""
    if is_log(node):
        for keyword in node.keywords:
            yield from literals(keyword)
    elif isinstance(node, ast.JoinedStr):
        first = node.values[0] if node.values else None
        if isinstance(first, ast.Constant) and len(node.values) > 1:
            yield f"{first.value}*"
        for value in node.values[1:]:
            yield from literals(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from literals(child)


def said(tree: ast.AST) -> Iterator[str]:
    """What is handed to a message or an error, and whatever else looks like a code of one of the catalogue's parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and (called(node) in SAYING or called(node).endswith("Error")):
            yield from (text for text in literals(node.args[0]) if CODE.fullmatch(text))
    yield from (text for text in literals(tree) if CODE.fullmatch(text) and text.partition(".")[0] in PARTS)


def in_catalogue(code: str) -> bool:
    known = catalogue("id").keys() & catalogue("en").keys()
    return any(each.startswith(code[:-1]) for each in known) if code.endswith("*") else code in known


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: "/".join(path.parts[-3:]))
def test_every_code_has_a_text_in_both_languages(path):
    assert [code for code in said(ast.parse(path.read_text())) if not in_catalogue(code)] == []


def test_every_text_can_be_said():
    used = {text for path in SOURCES for text in literals(ast.parse(path.read_text()))}
    openings = tuple(text[:-1] for text in used if "." in text and text.endswith("*"))
    dead = [code for code in catalogue("id") if code not in used and not code.startswith(openings)]
    assert dead == [], len(dead)
