"""What is wrong in a scenario, as messages for a person: which line, which key, what is expected."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from daemon.config.document import Document, KeyPath, show_path
from daemon.domain.messages import Message, Param, message
from daemon.errors import PersonNeededError

_CODES = {
    "missing": "scenario.missing_key",
    "int_type": "scenario.not_whole",
    "int_from_float": "scenario.not_whole",
    "float_type": "scenario.not_number",
    "bool_type": "scenario.not_yes_or_no",
    "string_type": "scenario.not_text",
    "list_type": "scenario.not_list",
    "tuple_type": "scenario.not_list",
    "too_short": "scenario.not_list",
    "greater_than": "scenario.too_small",
    "greater_than_equal": "scenario.too_small",
    "less_than_equal": "scenario.too_big",
}
_LIMITS = ("gt", "ge", "le")


class ScenarioError(PersonNeededError):
    """A scenario cannot be played. ``message`` is the heading of its ``problems``."""

    def __init__(self, name: str, problems: Sequence[Message]) -> None:
        detail = "; ".join(f"{problem.code} {problem.params}" for problem in problems)
        super().__init__("sandbox.scenario_wrong", detail=detail, name=name, count=len(problems))
        self.problems = tuple(problems)


def refusal(code: str, text: str = "", **params: Param) -> PydanticCustomError:
    """Build the error of a validator; ``text`` is what the control API says, where it has the same model."""
    return PydanticCustomError(code, text or code, params)


def explain(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterator[Message]:
    """Yield one message for each place that is wrong, in the order of the lines."""
    found: dict[KeyPath, Message] = {}
    for details in error.errors(include_url=False):
        path = _path(details, document)
        found.setdefault(path, placed(_told(details, path, model), path, document))
    yield from sorted(found.values(), key=lambda each: int(each.params["line"]))


def placed(problem: Message, path: KeyPath, document: Document) -> Message:
    """Name the place of a problem."""
    return message(problem.code, **problem.params, line=document.line(path), key=show_path(path) or "steps")


def _path(details: ErrorDetails, document: Document) -> KeyPath:
    """Leave out what pydantic adds to a path: which of several types it tried."""
    path: KeyPath = details["loc"]
    if details["type"] in {"scenario.no_order", "scenario.same_name"}:
        return ("steps", int(details["ctx"]["index"]))
    if details["type"] != "missing":
        while path and path not in document.lines:
            path = path[:-1]
    return path


def _told(details: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> Message:
    code, params = details["type"], dict(details.get("ctx", {}))
    match code:
        case "extra_forbidden":
            return _unknown_key(str(path[-1]), _keys(path[:-1], model))
        case "model_type" | "model_attributes_type" | "dict_type":
            return message("config.not_section", keys=", ".join(_keys(path, model)))
        case "literal_error" | "enum":
            return message("config.not_a_choice", choices=", ".join(re.findall(r"'([^']+)'", params["expected"])))
    if code.startswith("scenario."):
        return message(code, **params)
    limit = next((f"{params[name]:g}" for name in _LIMITS if name in params), "")
    return message(_CODES.get(code, "scenario.unclear"), limit=limit)


def _unknown_key(name: str, keys: Sequence[str]) -> Message:
    if near := get_close_matches(name, keys, n=1):
        return message("config.unknown_key_near", near=near[0])
    return message("config.unknown_key", keys=", ".join(keys))


def _keys(path: KeyPath, model: type[BaseModel]) -> Sequence[str]:
    for part in path:
        if isinstance(part, str):
            model = _models_in(model.model_fields[part].annotation)[0]
    return list(model.model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - whatever stands behind a colon
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for each in get_args(annotation) for found in _models_in(each)]
