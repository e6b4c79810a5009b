"""Where secrets come from, and that they show nowhere (invariant 7)."""

import pickle
import sys
import traceback
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from daemon.config import ConfigError, Secret, load_settings
from daemon.domain.messages import Message

WORD = "kata-s4ngat-rahasia"


def config(folder: Path, secret: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(
        f"""\
workbook: toko.xlsx
shops:
  - name: toko-utama
    marketplace: tiktok_shop
    app_key: kunci
    app_secret: {secret}
    shop_cipher: ROW_x
""",
        encoding="utf-8",
    )
    return path


def found(folder: Path, secret: str, **environ: str) -> tuple[str, tuple[Message, ...]]:
    settings = load_settings(config(folder, secret), environ=environ)
    return settings.shops[0].app_secret.reveal(), settings.warnings


def refused(folder: Path, secret: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(config(folder, secret), environ=environ)
    [problem] = caught.value.problems
    assert (problem.params["line"], problem.params["key"]) == (6, "shops[0].app_secret")
    return problem.code


def secret_file(folder: Path, name: str, text: str, mode: int = 0o600) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_secret_comes_from_the_environment(tmp_path):
    assert found(tmp_path, "{env: KUNCI}", KUNCI=WORD) == (WORD, ())


def test_a_secret_comes_from_a_file_beside_the_config(tmp_path):
    secret_file(tmp_path, "rahasia/toko", f"  {WORD}\n")
    assert found(tmp_path, "{file: rahasia/toko}") == (WORD, ())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_may_read_is_used_with_a_warning(tmp_path, mode):
    path = secret_file(tmp_path, "rahasia", WORD, mode)
    value, [warning] = found(tmp_path, "{file: rahasia}")
    assert value == WORD
    assert warning.code == "config.secret_file_open"
    assert warning.params == {"path": str(path), "line": 6, "key": "shops[0].app_secret"}


def test_a_secret_comes_from_a_systemd_credential_whatever_its_mode(tmp_path):
    secret_file(tmp_path, "kredensial/toko-utama", WORD, 0o644)
    folder = str(tmp_path / "kredensial")
    assert found(tmp_path, "{credential: toko-utama}", CREDENTIALS_DIRECTORY=folder) == (WORD, ())


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, held):
        super().__init__()
        self.held = held

    def get_password(self, service, username):
        if self.held is None:
            raise KeyringLocked(WORD)
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        """Nobody does."""


@pytest.fixture
def put():
    """Make the machine's keyring hold something; ``None``: it is locked."""
    before = keyring.get_keyring()
    yield lambda held: keyring.set_keyring(Drawer(held))
    keyring.set_keyring(before)


def test_a_secret_comes_from_the_keyring(tmp_path, put):
    put({("selaras", "toko-utama"): WORD})
    assert found(tmp_path, "{keyring: toko-utama}") == (WORD, ())


@pytest.mark.parametrize(("held", "code"), [({}, "config.secret_not_in_keyring"), (None, "config.secret_keyring_shut")])
def test_a_keyring_that_does_not_give_it_says_why(tmp_path, put, held, code):
    put(held)
    assert refused(tmp_path, "{keyring: toko-utama}") == code


def test_a_secret_in_the_place_of_its_name_is_not_shown(tmp_path, put):
    put({})
    with pytest.raises(ConfigError) as refusal:
        found(tmp_path, f"{{keyring: {WORD}}}")
    (problem,) = refusal.value.problems
    assert problem.params["command"] == "keyring set selaras NAME"
    assert WORD not in str(problem.params)


def test_a_machine_without_the_package_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert refused(tmp_path, "{keyring: toko-utama}") == "config.secret_no_keyring"


def test_a_secret_in_the_clear_is_used_with_a_warning(tmp_path):
    value, [warning] = found(tmp_path, WORD)
    assert value == WORD
    assert (warning.code, warning.params["line"]) == ("config.secret_in_clear", 6)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("{env: TIADA}", "config.secret_env_unset"),
        ("{env: KOSONG}", "config.secret_garbled"),
        ("{env: DUA_BARIS}", "config.secret_garbled"),
        ("{file: tiada}", "config.secret_file_unreadable"),
        ("{file: .}", "config.secret_file_unreadable"),
        ("{file: biner}", "config.secret_file_unreadable"),
        ("{credential: tiada}", "config.secret_file_unreadable"),
        ("{credential: ../config.yaml}", "config.secret_bad_credential"),
        ("{credential: ..}", "config.secret_bad_credential"),
        ("{credential: a/b}", "config.secret_bad_credential"),
        ("{env: A, file: b}", "config.secret_shape"),
        ("{vault: a}", "config.secret_shape"),
        ("{env: }", "config.secret_shape"),
        ("{file: [a]}", "config.secret_shape"),
        ("[a]", "config.secret_shape"),
        ("", "config.secret_shape"),
        ("''", "config.secret_garbled"),
    ],
)
def test_a_secret_that_cannot_be_had_says_why(tmp_path, typed, code):
    (tmp_path / "biner").write_bytes(b"\xff\xfe\x00")
    environ = {"KOSONG": " ", "DUA_BARIS": "satu\ndua", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert refused(tmp_path, typed, **environ) == code


def test_a_credential_outside_systemd_says_why(tmp_path):
    assert refused(tmp_path, "{credential: toko}") == "config.secret_without_systemd"


def test_a_secret_shows_its_value_only_when_asked():
    secret = Secret(WORD)
    assert secret.reveal() == WORD
    assert WORD not in f"{secret} {secret!r} {[secret]}"
    assert secret == Secret(WORD)
    assert secret != Secret("lain")
    assert secret != WORD
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_loaded_settings_can_be_printed_without_showing_the_secret(tmp_path):
    settings = load_settings(config(tmp_path, WORD), environ={})
    assert WORD not in repr(settings)


@pytest.mark.parametrize(
    "text",
    [
        f"app_secret: {WORD}\n",
        f"shops: [{{app_secret: {WORD}, lag: x}}]\n",
        f"shops: [{{app_secret: {{evn: {WORD}}}}}]\n",
        f"shops: [{{app_secret: [{WORD}]}}]\n",
        f"shops: [{{app_secret: {{env: {WORD}}}}}]\n",
        f"shops: [{{app_secret: {{credential: {WORD}}}}}]\n",
        f"shops: [{{base_url: 'https://u:{WORD}@example.com'}}]\n",
        f"app_secret: *{WORD}\n",
        f"app_secret: '{WORD}\n",
        f"app_secret: {WORD}: x\n",
    ],
)
def test_no_error_and_no_traceback_carries_a_secret(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environ={})
    assert WORD not in "".join(traceback.format_exception(caught.value))
    assert all(WORD not in str(problem) for problem in caught.value.problems)


def test_who_needs_no_secrets_is_not_stopped_by_a_missing_one(tmp_path):
    settings = load_settings(config(tmp_path, "{credential: toko-utama}"), environ={}, needs_secrets=False)
    assert settings.shops[0].name == "toko-utama"
