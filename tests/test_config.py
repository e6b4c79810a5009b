"""config.yaml → settings, and every refusal says key, line and cure."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.columns import ANYWHERE, Column, Layout
from daemon.config import (
    BrakeSettings,
    ConfigError,
    Settings,
    StockSync,
    WebhookSettings,
    load_settings,
    locate_config,
)
from daemon.config.problems import SECTIONS
from daemon.config.schema import ColumnsSection, ConfigFile
from daemon.domain.messages import Message
from daemon.errors import PersonNeededError
from daemon.texts import Texts

EXAMPLE = Path(__file__).parents[1] / "config.example.yaml"

SHOP = """\
  - name: toko-utama
    marketplace: tiktok_shop
    app_key: "0123"
    app_secret: {env: RAHASIA}
    shop_cipher: ROW_x
"""
MINIMAL = f"workbook: toko.xlsx\nshops:\n{SHOP}"
ENVIRON = {"RAHASIA": "s3cr3t-word"}


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, **environ: str) -> Settings:
    return load_settings(write(folder, text), environ=ENVIRON | environ)


def problems(folder: Path, text: str) -> tuple[Message, ...]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return caught.value.problems


def only_problem(folder: Path, text: str) -> tuple[str, object, object]:
    [problem] = problems(folder, text)
    return problem.code, problem.params.get("line"), problem.params.get("key")


def test_a_short_config_is_filled_with_the_documented_defaults(tmp_path):
    settings = load(tmp_path, MINIMAL)
    [shop] = settings.shops
    assert settings.path == tmp_path / "config.yaml"
    assert settings.workbook == tmp_path / "toko.xlsx"
    assert settings.orders_folder == tmp_path / "pesanan"
    assert settings.state_folder == tmp_path / ".selaras"
    assert (settings.language, settings.timezone.key) == ("id", "Asia/Jakarta")
    assert (settings.interval, shop.lag) == (timedelta(seconds=60), timedelta(seconds=30))
    assert shop.base_url == "https://open-api.tiktokglobalshop.com"
    assert shop.auth_url == "https://auth.tiktok-shops.com"
    assert (shop.stock, shop.marketplace_edit, shop.conflict) == (StockSync.UPDATE, "accept", "ask")
    assert shop.app_secret.reveal() == "s3cr3t-word"
    assert settings.warnings == ()


def test_everything_that_is_written_is_taken(tmp_path):
    settings = load(
        tmp_path,
        f"""\
workbook: /data/Toko.XLSM
orders_folder: ~/Pesanan
state_folder: /var/catatan
language: en
timezone: Asia/Jayapura
interval: 5m
shops:
{SHOP}    base_url: http://127.0.0.1:8000/
    auth_url: http://localhost:8001
    lag: 0
    stock: {{sync: off, marketplace_edit: overwrite}}
    price: {{conflict: sheet}}
""",
        HOME=str(tmp_path),
    )
    [shop] = settings.shops
    assert settings.workbook == Path("/data/Toko.XLSM")
    assert settings.orders_folder == Path.home() / "Pesanan"
    assert settings.state_folder == Path("/var/catatan")
    assert (settings.language, settings.timezone.key) == ("en", "Asia/Jayapura")
    assert (settings.interval, shop.lag) == (timedelta(minutes=5), timedelta(0))
    assert (shop.base_url, shop.auth_url) == ("http://127.0.0.1:8000", "http://localhost:8001")
    assert (shop.stock, shop.marketplace_edit, shop.conflict) == (StockSync.OFF, "overwrite", "sheet")


def test_the_state_folder_is_the_one_systemd_made_unless_another_is_written(tmp_path):
    assert load(tmp_path, MINIMAL, STATE_DIRECTORY="/var/lib/selaras:/x").state_folder == Path("/var/lib/selaras")
    written = load(tmp_path, f"state_folder: catatan\n{MINIMAL}", STATE_DIRECTORY="/var/lib/selaras")
    assert written.state_folder == tmp_path / "catatan"


@pytest.mark.parametrize("app_key", ["0123", "1e5", "yes", "2026-01-01", "0x1F", "1_000"])
def test_an_id_stays_the_text_that_was_typed_whatever_yaml_makes_of_it(tmp_path, app_key):
    settings = load(tmp_path, MINIMAL.replace('"0123"', app_key))
    assert settings.shops[0].app_key == app_key


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1", 1), ("90s", 90), ("5m", 300), ("1h", 3600), ("24h", 86400), ("86400", 86400), ("2 M", 120)],
)
def test_a_duration_is_written_in_seconds_minutes_or_hours(tmp_path, typed, meant):
    assert load(tmp_path, f"interval: {typed}\n{MINIMAL}").interval == timedelta(seconds=meant)


@pytest.mark.parametrize("typed", ["0", "0s", "25h", "86401", "-5s", "1.5m", "5d", "1h30m", "soon", "９s", "9999999"])
def test_another_duration_is_refused(tmp_path, typed):
    assert only_problem(tmp_path, f"interval: {typed}\n{MINIMAL}") == ("config.bad_duration", 1, "interval")


def test_unwritten_brakes_stand_at_half(tmp_path):
    assert load(tmp_path, MINIMAL).brakes == BrakeSettings(price_step=50, rows=50, stock_step=1000)
    written = load(tmp_path, f"brakes: {{price_step: 20%}}\n{MINIMAL}").brakes
    assert written == BrakeSettings(price_step=20, rows=50, stock_step=1000)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1%", 1), ("50", 50), ("50 %", 50), ("'75%'", 75), ("1000%", 1000), ("off", None), ("Off", None)],
)
def test_a_brake_is_a_whole_percent_or_off(tmp_path, typed, meant):
    written = load(tmp_path, f"brakes: {{price_step: {typed}, rows: {typed}}}\n{MINIMAL}")
    assert (written.brakes.price_step, written.brakes.rows) == (meant, meant)


@pytest.mark.parametrize(("typed", "meant"), [("1", 1), ("'500'", 500), ("99999", 99_999), ("off", None)])
def test_the_stock_step_is_a_whole_number_of_units_or_off(tmp_path, typed, meant):
    assert load(tmp_path, f"brakes: {{stock_step: {typed}}}\n{MINIMAL}").brakes.stock_step == meant


@pytest.mark.parametrize("typed", ["0", "100000", "-5", "50%", "1.000", "no"])
def test_another_stock_step_is_refused(tmp_path, typed):
    text = f"brakes:\n  stock_step: {typed}\n{MINIMAL}"
    assert only_problem(tmp_path, text) == ("config.bad_units", 2, "brakes.stock_step")


@pytest.mark.parametrize(
    ("typed", "meant"), [("0%", 0), ("8", 800), ("8.5%", 850), ("'8,05 %'", 805), ("99.99%", 9999)]
)
def test_fees_are_a_percent_with_up_to_two_decimals(tmp_path, typed, meant):
    assert load(tmp_path, f"{MINIMAL}    price: {{fees: {typed}}}\n").shops[0].fees == meant


@pytest.mark.parametrize("typed", ["100%", "-1%", "8.555%", "off", "%"])
def test_other_fees_are_refused(tmp_path, typed):
    code, _line, key = only_problem(tmp_path, f"{MINIMAL}    price: {{fees: '{typed}'}}\n")
    assert (code, key) == ("config.bad_fees", "shops[0].price.fees")


@pytest.mark.parametrize("typed", ["0", "0%", "-5%", "1001%", "12.5%", "'12,5%'", "50%%", "0.5", "no", "half", "５0%"])
@pytest.mark.parametrize("name", ["price_step", "rows"])
def test_another_percent_is_refused(tmp_path, name, typed):
    text = f"brakes:\n  {name}: {typed}\n{MINIMAL}"
    assert only_problem(tmp_path, text) == ("config.bad_percent", 2, f"brakes.{name}")


def test_shops_are_not_heard_unless_somebody_says_where(tmp_path):
    assert load(tmp_path, MINIMAL).webhooks is None
    assert load(tmp_path, f"webhooks: {{listen: off}}\n{MINIMAL}").webhooks is None


@pytest.mark.parametrize(
    ("typed", "host", "port"),
    [
        ("127.0.0.1:8753", "127.0.0.1", 8753),
        ("8753", "127.0.0.1", 8753),
        ("'[::1]:80'", "::1", 80),
        ("0.0.0.0:8753", "0.0.0.0", 8753),
    ],
)
def test_shops_are_heard_at_an_address_of_this_machine(tmp_path, typed, host, port):
    heard = load(tmp_path, f"webhooks: {{listen: {typed}}}\n{MINIMAL}").webhooks
    assert heard == WebhookSettings(host, port, "")


@pytest.mark.parametrize(
    "typed", ["on", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "rumah:8753", "http://127.0.0.1:80", "1.2.3.4:5/a"]
)
def test_shops_are_not_heard_at_something_else(tmp_path, typed):
    text = f"webhooks:\n  listen: '{typed}'\n{MINIMAL}"
    assert only_problem(tmp_path, text) == ("config.bad_listen", 2, "webhooks.listen")


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("public_url: https://kait.contoh/a", ("config.public_without_listen", 1, "webhooks")),
        ("listen: off, public_url: https://kait.contoh/a", ("config.public_without_listen", 1, "webhooks")),
        ("listen: '8753', public_url: http://kait.contoh", ("config.open_address", 1, "webhooks.public_url")),
        (
            f"listen: '8753', public_url: https://kait.contoh/{240 * 'a'}",
            ("config.long_address", 1, "webhooks.public_url"),
        ),
        ("listen: '8753', publik: a", ("config.unknown_key_near", 1, "webhooks.publik")),
    ],
)
def test_a_public_address_is_heard_somewhere_and_safe(tmp_path, section, problem):
    assert only_problem(tmp_path, f"webhooks: {{{section}}}\n{MINIMAL}") == problem


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(PersonNeededError) as caught:
        load_settings(tmp_path / "nowhere.yaml")
    assert isinstance(caught.value, ConfigError)
    assert [problem.code for problem in caught.value.problems] == ["config.missing_file"]


def test_a_folder_in_place_of_the_file_says_so(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["config.is_folder"]


def test_a_file_that_cannot_be_opened_says_so(tmp_path):
    path = tmp_path / "config.yaml"
    path.symlink_to(path)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert [problem.code for problem in caught.value.problems] == ["config.unreadable"]


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load_settings(path, environ=ENVIRON).shops[0].name == "toko-utama"


def test_a_file_in_another_encoding_says_so(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes(MINIMAL.encode("utf-16"))
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert [problem.code for problem in caught.value.problems] == ["config.not_utf8"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("workbook: toko.xlsx\nlanguage: [id\n", "config.syntax", 3),
        ("workbook: toko.xlsx\nlanguage: id: en\n", "config.syntax", 2),
        ("workbook: toko.xlsx\n---\nlanguage: id\n", "config.alias", 2),
        ("workbook: toko.xlsx\nshops:\n\t- name: a\n", "config.tab", 3),
        ("workbook: toko.xlsx\nlanguage: *rahasia\n", "config.alias", 2),
        ("workbook: toko.xlsx\nlanguage: i\x07d\n", "config.control_character", 2),
        ("toko.xlsx\n", "config.not_keys", 1),
        ("- workbook: toko.xlsx\n", "config.not_keys", 1),
    ],
)
def test_writing_that_yaml_cannot_read_names_the_line(tmp_path, text, code, line):
    assert only_problem(tmp_path, text) == (code, line, None)


def test_a_section_that_points_at_itself_is_refused(tmp_path):
    codes = {problem.code for problem in problems(tmp_path, "shops: &a [*a]\n")}
    assert "config.alias" in codes


def test_an_empty_file_asks_for_what_is_needed(tmp_path):
    found = {(problem.code, problem.params["key"]) for problem in problems(tmp_path, "# kosong\n")}
    assert found == {("config.missing_key", "workbook"), ("config.no_shops", "shops")}


SHOP_LINES = MINIMAL.count("\n")

FAULTS = [
    (f"{MINIMAL}intervall: 5s\n", "config.unknown_key_near", SHOP_LINES + 1, "intervall"),
    (f"{MINIMAL}zzz: 5s\n", "config.unknown_key", SHOP_LINES + 1, "zzz"),
    (f"{MINIMAL}    stock: {{snyc: off}}\n", "config.unknown_key_near", 8, "shops[0].stock.snyc"),
    (f"{MINIMAL}workbook: b.xlsx\n", "config.duplicate_key", 8, "workbook"),
    (f"{MINIMAL}    app_key: b\n", "config.duplicate_key", 8, "shops[0].app_key"),
    (f"language: jv\n{MINIMAL}", "config.not_a_choice", 1, "language"),
    (f"language:\n{MINIMAL}", "config.not_a_choice", 1, "language"),
    (f"orders_folder:\n{MINIMAL}", "config.blank", 1, "orders_folder"),
    (f"orders_folder: ''\n{MINIMAL}", "config.blank", 1, "orders_folder"),
    (f"orders_folder: ' '\n{MINIMAL}", "config.blank", 1, "orders_folder"),
    (f"orders_folder: [a]\n{MINIMAL}", "config.not_text", 1, "orders_folder"),
    (f"timezone: Asia/Jakrata\n{MINIMAL}", "config.bad_timezone", 1, "timezone"),
    (f"timezone: Asia\n{MINIMAL}", "config.bad_timezone", 1, "timezone"),
    (f"timezone: ../../etc/passwd\n{MINIMAL}", "config.bad_timezone", 1, "timezone"),
    (MINIMAL.replace("toko.xlsx", "toko.numbers"), "config.bad_workbook", 1, "workbook"),
    (f"header_row: 0\n{MINIMAL}", "config.bad_row", 1, "header_row"),
    (f"brakes: {{rows: 0%}}\n{MINIMAL}", "config.bad_percent", 1, "brakes.rows"),
    (f"brakes: {{rows: [50]}}\n{MINIMAL}", "config.not_text", 1, "brakes.rows"),
    (f"brakes:\n  price_step:\n{MINIMAL}", "config.blank", 2, "brakes.price_step"),
    (f"brakes: {{price_stop: 50%}}\n{MINIMAL}", "config.unknown_key_near", 1, "brakes.price_stop"),
    (f"brakes: off\n{MINIMAL}", "config.not_section", 1, "brakes"),
    (f"columns: {{stok: Sisa}}\n{MINIMAL}", "config.unknown_key_near", 1, "columns.stok"),
    (MINIMAL.replace("toko.xlsx", "toko"), "config.bad_workbook", 1, "workbook"),
    ("workbook: a.xlsx\nshops: []\n", "config.no_shops", 2, "shops"),
    ("workbook: a.xlsx\nshops:\n", "config.no_shops", 2, "shops"),
    ("workbook: a.xlsx\nshops: toko\n", "config.no_shops", 2, "shops"),
    ("workbook: a.xlsx\nshops: [toko]\n", "config.not_section", 2, "shops[0]"),
    (MINIMAL.replace("toko-utama", "Toko Utama"), "config.bad_shop_name", 3, "shops[0].name"),
    (MINIMAL + SHOP, "config.same_shop_name", 8, "shops[1].name"),
    (MINIMAL.replace("tiktok_shop", "shopee"), "config.not_a_choice", 4, "shops[0].marketplace"),
    (f"{MINIMAL}    stock: off\n", "config.not_section", 8, "shops[0].stock"),
    (f"{MINIMAL}    stock:\n      sync: maybe\n", "config.not_a_choice", 9, "shops[0].stock.sync"),
    (f"{MINIMAL}    price: {{conflict: me}}\n", "config.not_a_choice", 8, "shops[0].price.conflict"),
    (f"{MINIMAL}    lag: 2h\n", "config.bad_duration", 8, "shops[0].lag"),
    (f"{MINIMAL}    price: {{fees: 6,5%}}\n", "config.comma_in_braces", 8, "shops[0].price.5%"),
    (f"{MINIMAL}    stock: {{max: 1,000}}\n", "config.comma_in_braces", 8, "shops[0].stock.000"),
    (f"{MINIMAL}    stock: {{5%: 1}}\n", "config.unknown_key", 8, "shops[0].stock.5%"),
]


@pytest.mark.parametrize(("text", "code", "line", "key"), FAULTS)
def test_a_fault_names_key_and_line(tmp_path, text, code, line, key):
    assert only_problem(tmp_path, text) == (code, line, key)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("text", [fault[0] for fault in FAULTS])
def test_every_fault_has_its_words_in_both_languages(tmp_path, text, language):
    for problem in problems(tmp_path, text):
        shown = Texts(language).say(problem)
        assert shown.startswith(f"{'baris' if language == 'id' else 'line'} {problem.params['line']}")
        assert problem.code not in shown


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://api.example.com", "config.open_address"),
        ("http://localhost.example.com", "config.open_address"),
        ("http://128.0.0.1", "config.open_address"),
        ("https://seller:word@api.example.com", "config.bad_address"),
        ("https://api.example.com?x=1", "config.bad_address"),
        ("https://api.example.com:port", "config.bad_address"),
        ("https://", "config.bad_address"),
        ("ftp://api.example.com", "config.bad_address"),
        ("api.example.com", "config.bad_address"),
    ],
)
def test_an_address_is_https_or_this_machine(tmp_path, address, code):
    assert only_problem(tmp_path, f"{MINIMAL}    base_url: {address}\n") == (code, 8, "shops[0].base_url")


@pytest.mark.parametrize("address", ["http://[::1]:80", "http://127.8.0.1", "https://api.example.com:8443"])
def test_a_loopback_or_https_address_is_taken(tmp_path, address):
    assert load(tmp_path, f"{MINIMAL}    auth_url: '{address}'\n").shops[0].auth_url == address


def test_all_problems_are_told_at_once_in_the_order_of_the_lines(tmp_path):
    found = problems(tmp_path, f"language: jv\ninterval: soon\n{MINIMAL.replace('ROW_x', '')}")
    assert [(problem.params["line"], problem.params["key"]) for problem in found] == [
        (1, "language"),
        (2, "interval"),
        (9, "shops[0].shop_cipher"),
    ]


def test_a_near_miss_is_suggested(tmp_path):
    [problem] = problems(tmp_path, f"{MINIMAL}langauge: en\n")
    assert problem.params["near"] == "language"


def test_the_config_is_the_option_then_the_environment_then_the_one_here(tmp_path):
    environ = {"SELARAS_CONFIG": "/etc/selaras/config.yaml"}
    assert locate_config(tmp_path / "c.yaml", environ=environ) == tmp_path / "c.yaml"
    assert locate_config(None, environ=environ) == Path("/etc/selaras/config.yaml")
    assert locate_config(None, environ={}) == Path("config.yaml")


def test_the_example_is_a_valid_config_with_every_default_spelled_out(tmp_path):
    secret = tmp_path / "rahasia" / "toko-utama"
    secret.parent.mkdir()
    secret.write_text("kata-rahasia\n", encoding="utf-8")
    secret.chmod(0o600)
    example = load(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    bare = load(tmp_path, MINIMAL)
    assert example.warnings == ()
    assert example.shops[0].app_secret.reveal() == "kata-rahasia"
    for name in ("workbook", "orders_folder", "state_folder", "language", "timezone", "interval", "brakes"):
        assert getattr(example, name) == getattr(bare, name)
    for name in ("base_url", "auth_url", "stock", "lag", "marketplace_edit", "conflict"):
        assert getattr(example.shops[0], name) == getattr(bare.shops[0], name)


EVERY_FIELD = [(section, name) for section in SECTIONS.values() for name in section.model_fields]


@pytest.mark.parametrize(("section", "name"), EVERY_FIELD)
def test_every_key_stands_in_the_example_file(section, name):
    """Those that are seldom needed stand behind a ``#``."""
    before = r"#columns:.*[{ ]" if section is ColumnsSection else r"#?[ -]*"
    assert re.search(rf"^{before}{name}:", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("name", ConfigFile.model_fields)
def test_a_blank_setting_is_refused_with_an_example_or_the_choices(tmp_path, name):
    for problem in problems(tmp_path, f"{name}:\n"):
        if problem.params["key"] == name:
            assert (
                problem.code in {"config.not_a_choice", "config.no_shops", "config.not_section"}
                or problem.params["example"]
            )
            return
    pytest.fail(f"{name} may be blank")


def test_a_sheet_of_unusual_shape_is_described_in_the_settings(tmp_path):
    text = f"sheet: Gudang\nheader_row: 4\ncolumns: {{sku: Kode, stock: Sisa}}\n{MINIMAL}"
    assert load(tmp_path, text).layout == Layout("Gudang", 4, {Column.SKU: "Kode", Column.STOCK: "Sisa"})
    assert load(tmp_path, MINIMAL).layout == ANYWHERE
