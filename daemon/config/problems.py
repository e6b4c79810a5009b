"""Pydantic's findings as messages for a seller: which key, which line, what is expected."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from daemon.config.document import Document, KeyPath, show_path
from daemon.config.schema import (
    BrakesSection,
    ColumnsSection,
    ConfigFile,
    PriceSection,
    ReconSection,
    ShopSection,
    StockSection,
    WebhooksSection,
)
from daemon.domain.messages import Message, Param, message

SECTIONS: Mapping[KeyPath, type[BaseModel]] = {
    (): ConfigFile,
    ("columns",): ColumnsSection,
    ("brakes",): BrakesSection,
    ("recon",): ReconSection,
    ("webhooks",): WebhooksSection,
    ("shops",): ShopSection,
    ("shops", "stock"): StockSection,
    ("shops", "price"): PriceSection,
}


def explain(error: ValidationError, document: Document) -> Iterator[Message]:
    """Yield one message a finding, in the order of the lines; typed values stand in none but harmless ones."""
    found = [_Finding(details, document) for details in error.errors(include_url=False)]
    for finding in sorted(found, key=lambda finding: finding.line):
        yield finding.as_message()


class _Finding:
    """One of pydantic's errors, and where in the file it is."""

    def __init__(self, details: ErrorDetails, document: Document) -> None:
        self.details = details
        self.params: dict[str, Any] = dict(details.get("ctx", {}))
        self.path: KeyPath = details["loc"]
        if details["type"] == "config.same_shop_name":
            self.path = (*self.path, self.params.pop("index"), "name")
        self.line = document.line(self.path)
        self.is_blank = not str(details["input"] or "").strip()

    def as_message(self) -> Message:
        code, params = self.details["type"], self.params
        match code:
            case "extra_forbidden":
                code, params = self._unknown_key()
            case "missing" | "too_short" | "list_type" if self.path == ("shops",):
                code, params = "config.no_shops", {}
            case "missing":
                code, params = "config.missing_key", {"example": self._example()}
            case "model_type" | "model_attributes_type" | "dict_type":
                code, params = "config.not_section", {"keys": _names(_fields_of(self.path))}
            case "literal_error" | "enum":
                choices = ", ".join(re.findall(r"'([^']+)'", params["expected"]))
                code, params = "config.not_a_choice", {"choices": choices}
            case "config.not_text":
                code, params = "config.blank" if self.is_blank else "config.not_text", {"example": self._example()}
        return message(code, line=self.line, key=show_path(self.path), **params)

    def _unknown_key(self) -> tuple[str, dict[str, Param]]:
        *around, name = self.path
        fields = _fields_of(tuple(around))
        if self.is_blank and re.fullmatch(r"\d+ ?%?", str(name)):
            return "config.comma_in_braces", {}
        if near := get_close_matches(str(name), fields, n=1):
            return "config.unknown_key_near", {"near": near[0]}
        return "config.unknown_key", {"keys": _names(fields)}

    def _example(self) -> str:
        *around, name = self.path
        field = _fields_of(tuple(around))[str(name)]
        return f"{name}: {(field.examples or [''])[0]}"


def _fields_of(path: KeyPath) -> Mapping[str, FieldInfo]:
    return SECTIONS[tuple(part for part in path if isinstance(part, str))].model_fields


def _names(fields: Mapping[str, FieldInfo]) -> str:
    return ", ".join(fields)
