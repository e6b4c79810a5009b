from dataclasses import replace

DAY_S = 86_400
WAREHOUSES = "/logistics/202309/warehouses"


def token_call(seller, path, **query):
    keys = seller.shop()
    return seller.http.get(path, params={"app_key": keys.app_key, "app_secret": keys.app_secret} | query)


def refresh(seller, refresh_token):
    path = "/api/v2/token/refresh"
    return token_call(seller, path, grant_type="refresh_token", refresh_token=refresh_token).json()


def code_with(seller, access_token):
    """Call with this token; give the answer's code."""
    request = seller.request("GET", WAREHOUSES)
    request = replace(request, headers={"x-tts-access-token": access_token})
    return seller.send(request.signed(seller.shop().app_secret)).json()["code"]


def test_a_refresh_brings_both_tokens_new_and_kills_the_old_refresh_token(seller):
    keys = seller.shop()
    data = refresh(seller, keys.refresh_token)["data"]
    assert data["access_token"] != keys.access_token
    assert data["refresh_token"] != keys.refresh_token
    assert data["access_token_expire_in"] == int(seller.clock()) + 7 * DAY_S
    assert data["refresh_token_expire_in"] > data["access_token_expire_in"]
    assert code_with(seller, data["access_token"]) == 0
    again = refresh(seller, keys.refresh_token)
    assert (again["code"], again["data"]) == (36004001, {})
    assert refresh(seller, data["refresh_token"])["code"] == 0


def test_the_old_access_token_works_until_its_own_end(seller):
    keys = seller.shop()
    seller.clock.now += DAY_S
    data = refresh(seller, keys.refresh_token)["data"]
    assert code_with(seller, keys.access_token) == 0
    seller.clock.now += 6 * DAY_S
    assert code_with(seller, keys.access_token) == 105002
    assert code_with(seller, data["access_token"]) == 0


def test_expired_tokens_are_refused_until_a_refresh(start):
    seller = start(shops=2)
    seller.control("/tokens/expire", {"shop": "toko-1"})
    request = seller.request("GET", WAREHOUSES)
    answer = seller.send(request.signed(seller.shop().app_secret))
    assert (answer.status_code, answer.json()["code"]) == (401, 105002)
    assert answer.json()["message"].startswith("Expired credentials.")
    assert seller.call("GET", WAREHOUSES, shop=2)["code"] == 0
    data = refresh(seller, seller.shop().refresh_token)["data"]
    assert code_with(seller, data["access_token"]) == 0
    seller.control("/tokens/expire")
    assert seller.call("GET", WAREHOUSES, shop=2)["code"] == 105002


def test_a_code_of_the_seller_is_good_once_and_for_half_an_hour(seller):
    def exchange(code):
        path = "/api/v2/token/get"
        return token_call(seller, path, grant_type="authorized_code", auth_code=code).json()

    code = seller.control("/authorize", {"shop": "toko-1"}).json()["auth_code"]
    late = seller.control("/authorize", {"shop": "toko-1"}).json()["auth_code"]
    granted = exchange(code)
    assert code_with(seller, granted["data"]["access_token"]) == 0
    assert exchange(code)["code"] == 36004004
    seller.clock.now += 30 * 60
    assert exchange(late)["code"] == 36004004
    assert exchange("ROW_invented")["code"] == 36004004


def test_the_token_endpoints_know_the_app(seller):
    keys = seller.shop()
    right = {"grant_type": "refresh_token", "refresh_token": keys.refresh_token}
    for wrong in ({"app_key": "x"}, {"app_secret": "x"}, {"grant_type": "authorization_code"}):
        answer = token_call(seller, "/api/v2/token/refresh", **(right | wrong))
        assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (400, 36009004, None)
    assert seller.http.post("/api/v2/token/refresh").json()["code"] == 36009010
    assert refresh(seller, keys.refresh_token)["code"] == 0
