"""Messages in the seller's language; money, numbers and times as they are written there.

The catalogue is ``daemon/locale/LANGUAGE.toml``. A blank may carry a format: ``{price:money}``, ``{count:number}``;
``{at:clock}`` is given in seconds since 1970, and ``{count:row|rows}`` is the first word for 1, else the other.
"""

import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from daemon.config.settings import Language
from daemon.domain.messages import Message, Param

LOCALES: Mapping[Language, str] = {"id": "id_ID", "en": "en_US"}
MOMENTS: Mapping[Language, str] = {"id": "d MMM y HH.mm", "en": "d MMM y HH:mm"}
CLOCKS: Mapping[Language, str] = {"id": "d MMM HH.mm", "en": "d MMM HH:mm"}
"""Of a moment lately, where there is little room."""


class Texts:
    """Everything that is said in one language; ``zone`` is the one of the times in it."""

    def __init__(self, language: Language, zone: tzinfo = UTC) -> None:
        self._language = language
        self._locale = Locale.parse(LOCALES[language])
        self._zone = zone
        self._catalogue = catalogue(language)
        self._blanks = _Blanks(self)

    @property
    def language(self) -> Language:
        """The language's code."""
        return self._language

    def say(self, message: Message) -> str:
        """Return the text. One that the catalogue lacks, or whose blanks do not fit, shows its code and params."""
        try:
            return self.format(self._catalogue[message.code], **message.params)
        except (KeyError, TypeError, ValueError):
            shown = ", ".join(f"{name}={value}" for name, value in message.params.items())
            return f"{message.code} ({shown})" if shown else message.code

    def format(self, text: str, /, **params: Param) -> str:
        """Fill the blanks of a text."""
        return self._blanks.vformat(text, (), params)

    def money(self, amount: int, currency: str = "IDR") -> str:
        """Write whole units: ``Rp 55.000``. Both languages use the sign that Indonesian sellers know."""
        sign = get_currency_symbol(currency, LOCALES["id"])
        shown = format_currency(abs(amount), currency, "#,##0", locale=self._locale, currency_digits=False)
        return f"{'-' if amount < 0 else ''}{sign} {shown}"

    def number(self, value: int) -> str:
        """Write a whole number with the language's thousands sign."""
        return format_decimal(value, locale=self._locale)

    def seconds(self, length_s: float) -> str:
        """Write a length of time to a tenth of a second."""
        return format_decimal(length_s, "0.0", locale=self._locale)

    def moment(self, when: datetime, zone: tzinfo) -> str:
        """Write an aware time as the clocks of ``zone`` show it, to the minute."""
        return format_datetime(when.astimezone(zone), MOMENTS[self._language], locale=self._locale)

    def clock(self, seconds: int) -> str:
        """Write a time of these days, given in seconds since 1970: ``10 Mar 14.05``."""
        when = datetime.fromtimestamp(seconds, self._zone)
        return format_datetime(when, CLOCKS[self._language], locale=self._locale)


class _Blanks(string.Formatter):
    """``str.format`` with four more formats."""

    def __init__(self, texts: Texts) -> None:
        self._formats: Mapping[str, Callable[[int], str]] = {
            "money": texts.money,
            "number": texts.number,
            "clock": texts.clock,
        }

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401  # the base class's signature
        one, is_word, more = format_spec.partition("|")
        if not is_word and format_spec not in self._formats:
            return str(super().format_field(value, format_spec))
        if not isinstance(value, int):
            raise TypeError(f"{value!r} is no whole number")
        if is_word:
            return one if value == 1 else more
        return self._formats[format_spec](value)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return every text of a language by its dotted code, blanks still open."""
    source = files("daemon").joinpath("locale", f"{language}.toml")
    return dict(_flat(tomllib.loads(source.read_text(encoding="utf-8")), ""))


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
