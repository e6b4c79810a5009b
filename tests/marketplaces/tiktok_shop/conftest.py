import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from marketplaces.tiktok_shop.worlds import QUICK, Stub, World

from daemon.marketplaces.sandbox.server import SandboxOptions, running
from daemon.marketplaces.tiktok_shop import Credentials, TikTokShop, Tokens, TokenStore


@pytest.fixture(scope="session")
def market():
    """One sandbox for all tests; each test takes a shop that nobody has touched."""
    with running(SandboxOptions(products=40, shops=150)) as ready, httpx.Client(base_url=ready.base_url) as client:
        yield ready, client, iter(ready.shops)


@pytest.fixture
def world(market, tmp_path):
    ready, client, shops = market
    world = World(ready, next(shops), client, tmp_path)
    yield world
    client.delete("/_sandbox/faults")
    assert world.faults() == []


@pytest.fixture
def stub():
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.do_POST()

        def do_POST(self):
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = stub.reply(self.path.partition("?")[0], json.loads(content) if content else None)
            self.send_response_only(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)

        def do_PUT(self):
            self.do_POST()

        def do_DELETE(self):
            self.do_POST()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    yield stub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def to_stub(stub, tmp_path):
    """Build a connector to the stub; its shop has one own and one foreign warehouse."""
    sales = {"id": "71001", "type": "SALES_WAREHOUSE", "is_default": True}
    stub.answers["/logistics/202309/warehouses"] = {"warehouses": [sales, {"id": "72", "type": "A_NEW_KIND"}]}
    store = TokenStore(tmp_path / "tokens.json", "toko")
    in_a_week = datetime.now(UTC) + timedelta(days=7)
    store.save(Tokens("access-rahasia", in_a_week, "refresh-rahasia", in_a_week))

    def build(*, timing=QUICK, clock=None):
        credentials = Credentials("toko", "kunci", "app-rahasia", "cipher-rahasia", stub.url, stub.url)
        return TikTokShop(credentials, store, tmp_path / "cache", timing=timing, clock=clock)

    return build
