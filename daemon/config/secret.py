"""Secrets: where they come from, and how they stay out of logs (invariant 7)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from daemon.config.values import refusal, user_path
from daemon.domain.messages import Message, message

GROUP_OR_OTHERS = 0o077
PRINTABLE_WORD = re.compile(r"[!-~]+")
KEYRING = "selaras"
"""The service under which secrets stand in a keyring."""


class Secret:
    """A value that never shows itself in ``repr``, ``str`` or a log; ask :meth:`reveal` where it is used."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself. Keep it out of logs and messages."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled: the copy would lie open on a disk or a pipe")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where secrets are looked for: the environment, and the folder that relative paths start from.

    Whoever only looks at records passes ``needs_secrets`` false: a missing secret is no error then.
    """

    environ: Mapping[str, str]
    folder: Path
    needs_secrets: bool = True


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A secret, and a warning when it lies open."""

    secret: Secret
    warning: Message | None = None


def find_secret(typed: object, around: Surroundings) -> FoundSecret:
    """Fetch a secret from where ``config.yaml`` says.

    That is ``{env: …}``, ``{file: …}``, ``{credential: …}``, ``{keyring: …}`` or the secret itself.

    Raises:
        PydanticCustomError: it is missing, empty, unreadable, or not one word.
    """
    match typed:
        case str():
            return FoundSecret(_one_word(typed), message("config.secret_in_clear"))
        case {"env": str(name), **more} if name and not more:
            return FoundSecret(_one_word(_from_environment(name, around.environ)))
        case {"file": str(name), **more} if name and not more:
            return _from_file(around.folder / user_path(name))
        case {"credential": str(name), **more} if name and not more:
            return FoundSecret(_from_credential(name, around.environ))
        case {"keyring": str(name), **more} if name and not more:
            return FoundSecret(_one_word(_from_keyring(name)))
        case _:
            raise refusal("config.secret_shape")


def _one_word(text: str) -> Secret:
    text = text.strip()
    if not PRINTABLE_WORD.fullmatch(text):
        raise refusal("config.secret_garbled")
    return Secret(text)


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise refusal("config.secret_env_unset")  # without the name: the secret itself may stand there by mistake
    return environ[name]


def _from_file(path: Path) -> FoundSecret:
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise refusal("config.secret_file_unreadable", path=str(path)) from error
    warning = message("config.secret_file_open", path=str(path)) if mode & GROUP_OR_OTHERS else None
    return FoundSecret(_one_word(text), warning)


def _from_credential(name: str, environ: Mapping[str, str]) -> Secret:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        raise refusal("config.secret_without_systemd")
    if not re.fullmatch(r"\w[\w.-]*", name, re.ASCII):
        raise refusal("config.secret_bad_credential")
    return _from_file(Path(folder) / name).secret  # systemd gives the file to us alone: its mode warns of nothing


def _from_keyring(name: str) -> str:
    """Ask the desktop's keyring, under the service :data:`KEYRING`; an extra, for servers have none."""
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        raise refusal("config.secret_no_keyring") from error
    try:
        secret: str | None = keyring.get_password(KEYRING, name)
    except Exception:  # noqa: BLE001  whatever its backends raise may carry what they read
        raise refusal("config.secret_keyring_shut") from None
    if secret is None:
        # Without the name, as in the environment.
        raise refusal("config.secret_not_in_keyring", command=f"keyring set {KEYRING} NAME")
    return secret
