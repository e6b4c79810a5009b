import re
from dataclasses import replace

import pytest

from daemon.marketplaces.sandbox.gate import Call, decode_query, sign

SHOPS = "/authorization/202309/shops"
WAREHOUSES = "/logistics/202309/warehouses"
SEARCH = "/product/202502/products/search"


@pytest.fixture(scope="module")
def seller(start):
    """One sandbox for all checks: no refused call changes anything."""
    return start(shops=2)


@pytest.fixture
def good(seller):
    return seller.request("POST", SEARCH, query={"page_size": "10"}, body={})


def refused(seller, request, *, code, status, opening):
    answer = seller.send(request)
    envelope = answer.json()
    assert (answer.status_code, envelope["code"]) == (status, code)
    assert envelope["message"].startswith(opening)
    assert envelope["message"].endswith("common-errors")
    assert envelope["data"] is None
    assert re.fullmatch(r"\d{14}[0-9A-F]{20}", envelope["request_id"])


def test_a_right_call_gets_in(seller, good):
    answer = seller.send(good.signed(seller.shop().app_secret))
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (200, 0, "Success")


SPOILT = {
    "unknown path": ({"path": "/order/202309/parcels"}, (36009009, 404, "Invalid path.")),
    "path of a web page": ({"path": "/"}, (36009009, 404, "Invalid path.")),
    "wrong method": ({"method": "GET", "body": b""}, (36009010, 405, "Invalid method.")),
    "unknown version": ({"path": "/product/202001/products/search"}, (36009014, 400, "Invalid version.")),
}


@pytest.mark.parametrize(("change", "refusal"), SPOILT.values(), ids=SPOILT)
def test_the_path_is_judged_before_anything_else(seller, good, change, refusal):
    code, status, opening = refusal
    unsigned = replace(good, query={}, headers={}, **change)
    refused(seller, unsigned, code=code, status=status, opening=opening)


@pytest.mark.parametrize(
    ("content_type", "code", "opening"),
    [({}, 36009022, "Missing header."), ({"content-type": "text/plain"}, 36009023, "Invalid header.")],
)
def test_a_body_must_say_that_it_is_json(seller, good, content_type, code, opening):
    token = {"x-tts-access-token": seller.shop().access_token}
    request = replace(good, headers=token | content_type).signed(seller.shop().app_secret)
    refused(seller, request, code=code, status=415, opening=opening)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"app_key": "nobody"}, "app_key"),
        ({"timestamp": "-5"}, "timestamp"),
        ({"timestamp": "1790000000000"}, "timestamp"),
    ],
)
def test_a_faulty_parameter_is_named(seller, good, query, word):
    request = replace(good, query=good.query | query).signed(seller.shop().app_secret)
    refused(seller, request, code=36009004, status=400, opening="Invalid parameter.")
    assert f"'{word}'" in seller.send(request).json()["message"]


@pytest.mark.parametrize(("offset_s", "is_let_in"), [(-300, True), (30, True), (-301, False), (31, False)])
def test_the_timestamp_may_be_five_minutes_old_or_thirty_seconds_ahead(seller, good, offset_s, is_let_in):
    late = replace(good, query=good.query | {"timestamp": str(int(seller.clock()) + offset_s)})
    envelope = seller.send(late.signed(seller.shop().app_secret)).json()
    assert envelope["code"] == (0 if is_let_in else 36009004)


def test_a_missing_signature_is_a_faulty_parameter(seller, good):
    refused(seller, good, code=36009004, status=400, opening="Invalid parameter. The 'sign'")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda request: replace(request, body=b"{ }"),
        lambda request: replace(request, query=request.query | {"page_size": "11"}),
        lambda request: replace(request, query=request.query | {"sign": request.query["sign"].upper()}),
        lambda request: replace(request, path="/product/202309/products/search"),
        lambda request: replace(request, query=request.query | {"sign": "é"}),
    ],
    ids=["body", "query", "letter case", "path", "not ASCII"],
)
def test_a_signature_fits_these_bytes_only(seller, good, spoil):
    request = spoil(good.signed(seller.shop().app_secret))
    refused(
        seller,
        request,
        code=106001,
        status=401,
        opening="Invalid credentials. The 'sign' query parameter is invalid.",
    )


@pytest.mark.parametrize("token", [{}, {"x-tts-access-token": "short"}])
def test_a_missing_or_malformed_token_is_a_faulty_parameter(seller, good, token):
    request = replace(good, headers={"content-type": "application/json"} | token).signed(seller.shop().app_secret)
    refused(seller, request, code=36009004, status=400, opening="Invalid parameter. The 'x-tts-access-token'")


def test_an_unknown_token_counts_as_expired(seller, good):
    request = replace(good, headers=good.headers | {"x-tts-access-token": "ROW_somebody-else-s-token"})
    refused(seller, request.signed(seller.shop().app_secret), code=105002, status=401, opening="Expired credentials.")


def test_a_shop_call_needs_the_cipher(seller, good):
    query = {key: value for key, value in good.query.items() if key != "shop_cipher"}
    request = replace(good, query=query).signed(seller.shop().app_secret)
    refused(
        seller,
        request,
        code=106013,
        status=400,
        opening="Missing identifier. The 'shop_cipher' query parameter is required to identify the target shop.",
    )


def test_an_unknown_cipher_is_a_faulty_parameter(seller, good):
    request = replace(good, query=good.query | {"shop_cipher": "ROW_unknown"}).signed(seller.shop().app_secret)
    refused(seller, request, code=36009004, status=400, opening="Invalid parameter. The 'shop_cipher'")


def test_a_cipher_of_another_seller_does_not_fit_the_token(seller, good):
    request = replace(good, query=good.query | {"shop_cipher": seller.shop(2).shop_cipher})
    refused(seller, request.signed(seller.shop().app_secret), code=101000, status=401, opening="Invalid credentials.")


def test_the_authorization_call_takes_no_cipher(seller):
    with_cipher = seller.request("GET", SHOPS)
    refused(
        seller,
        with_cipher.signed(seller.shop().app_secret),
        code=36009004,
        status=400,
        opening="Invalid parameter. Unexpected identifier.",
    )
    query = {key: value for key, value in with_cipher.query.items() if key != "shop_cipher"}
    envelope = seller.send(replace(with_cipher, query=query).signed(seller.shop().app_secret)).json()
    (shop,) = envelope["data"]["shops"]
    assert shop["id"] == seller.shop().shop_id
    assert shop["cipher"] == seller.shop().shop_cipher


def test_the_key_is_judged_before_the_clock_and_the_clock_before_the_signature(seller, good):
    nothing_right = replace(good, query=good.query | {"app_key": "x", "timestamp": "1", "sign": "0"}, headers={})
    assert "content-type" in seller.send(nothing_right).json()["message"]
    nothing_right = replace(nothing_right, headers={"content-type": "application/json"})
    assert "'app_key'" in seller.send(nothing_right).json()["message"]
    nothing_right.query["app_key"] = seller.shop().app_key
    assert "'timestamp'" in seller.send(nothing_right).json()["message"]
    nothing_right.query["timestamp"] = str(int(seller.clock()))
    assert seller.send(nothing_right).json()["code"] == 106001


def test_the_date_header_shows_the_clock_that_judges(seller):
    answer = seller.send(seller.request("GET", WAREHOUSES))
    assert answer.headers["date"] == "Mon, 21 Sep 2026 14:13:20 GMT"


SHOP_QUERY = "app_key=6jx2n8t4kq7w1&shop_cipher=ROW_k7PdUQAAAAB3vN0qT1rYw8sXzLh5Jf2M&timestamp=1767236"
VECTORS = [
    pytest.param(
        ("GET", "/authorization/202309/shops", "app_key=29a39d&timestamp=1623812664", ""),
        ("e59af819cc", "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"),
        id="official documentation",
    ),
    pytest.param(
        (
            "POST",
            "/order/202309/orders/search",
            "page_size=50&sort_field=update_time&sort_order=ASC&page_token=aDV5MXBtU1%2F%2BkZz09%3D%3D&"
            + SHOP_QUERY
            + "400",
            '{"update_time_ge":1767229200,"update_time_lt":1767236400}',
        ),
        (
            "9d41f7c06b2e4a83a5d0c61be37f92845ac1d6e0",
            "a8856a4ec546c6bad53f241a276fff2fdaa75a83cc79c23e1f9772a847303d7f",
        ),
        id="page token",
    ),
    pytest.param(
        (
            "GET",
            "/logistics/202309/warehouses",
            SHOP_QUERY + "430&access_token=ROW_should_not_be_signed&sign=0000",
            "",
        ),
        (
            "9d41f7c06b2e4a83a5d0c61be37f92845ac1d6e0",
            "eaa9dd6b3d2f73b74461d662daff2cf47cdc1bbb414c5786c38df1ffefe80bf5",
        ),
        id="parameters left out",
    ),
]


@pytest.mark.parametrize(("parts", "expected"), VECTORS)
def test_the_published_signatures_come_out(parts, expected):
    method, path, query, body = parts
    secret, digest = expected
    call = Call(method, path, decode_query(query.encode()), {"content-type": "application/json"}, body.encode())
    assert sign(call, secret) == digest


def test_the_body_of_an_upload_is_not_signed():
    headers = {"content-type": "multipart/form-data; boundary=X"}
    calls = [Call("POST", "/product/202309/images/upload", (), headers, body) for body in (b"one", b"other")]
    assert sign(calls[0], "s") == sign(calls[1], "s")
