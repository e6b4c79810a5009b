"""What the marketplace may say tomorrow: fields and words that no client knows yet (reference 12.11)."""

from collections.abc import Collection
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

NEW_WORD = "A_WORD_OF_TOMORROW"
NEW_FIELD = "field_of_tomorrow"
"""Added to every object, with a value that is one itself."""


def with_novelties(value: Json, words: Collection[str]) -> Json:
    """Add an unknown field to every object, and replace the texts under the keys ``words`` by an unknown word."""
    if isinstance(value, list):
        return [with_novelties(entry, words) for entry in value]
    if not isinstance(value, dict):
        return value
    known = {
        key: NEW_WORD if key in words and isinstance(entry, str) else with_novelties(entry, words)
        for key, entry in value.items()
    }
    return {**known, NEW_FIELD: {"since": "tomorrow"}}
