"""YAML text as plain data, with the line of every key.

Every scalar stays the text that was typed (an app key ``0123`` is not the number 83, ``off`` is not
false); only an empty one or ``null`` is ``None``. Meaning is the schema's business.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from daemon.domain.messages import Message, message

KeyPath: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"

YAML_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Document:
    """``data`` as typed, ``lines`` (1-based) by key path, and what was wrong with the writing itself."""

    data: Plain = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Message] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """Return the line of ``path``, or of the nearest section around it that is written down."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(text: str) -> Document:
    """Take the text apart. Problems with the writing itself are listed, not raised."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return Document(problems=[_syntax_problem(error)])
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return Document(problems=[message("config.control_character", line=line)])
    except RecursionError:  # thousands of brackets
        return Document(problems=[message("config.syntax", line=1)])
    if root is None:
        return Document({})
    walk = _Walk()
    data = walk.plain(root, ())
    if not isinstance(data, dict):
        walk.problems.append(message("config.not_keys", line=root.start_mark.line + 1))
    return Document(data, walk.lines, walk.problems)


def _syntax_problem(error: yaml.MarkedYAMLError) -> Message:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    problem = error.problem or ""
    if "'\\t'" in problem:
        return message("config.tab", line=line)
    if isinstance(error, yaml.composer.ComposerError):
        return message("config.alias", line=line)
    return message("config.syntax", line=line)


class _Walk:
    """One pass over the nodes of a document."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Message] = []
        self._seen: set[int] = set()

    def plain(self, node: yaml.Node, path: KeyPath) -> Plain:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if id(node) in self._seen:  # an alias (*name): it could also point at its own section, without end
            self.problems.append(message("config.alias", line=line))
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return None if node.tag == YAML_NULL else str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Plain]:
        result: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            key_path = (*path, key)
            if key in result:
                self.problems.append(
                    message("config.duplicate_key", line=line, key=show_path(key_path), first=self.lines[key_path])
                )
                continue
            self.lines[key_path] = line
            result[key] = self.plain(value_node, key_path)
        return result


def show_path(path: KeyPath) -> str:
    """Write a key path as a person would: ``shops[0].stock.sync``."""
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return shown.removeprefix(".")
