"""The way between the connectors and the sandbox, inside this process: calls take time, and some go wrong."""

import asyncio
from collections import Counter, deque

import httpx
from starlette.requests import Request

WRITES = ("/inventory/update", "/prices/update")
READ_TIMEOUT_S = 15
FAULTS = ("refuse", "drop", "lose", "slow", "crawl", "twice", "429", "500", "cut", "garbage")
"""Not connected; nothing arrives; the reply is lost; late; too late; arrives twice; refused; broken; torn; nonsense."""


def served_by(api):
    """The sandbox's marketplace paths as an ASGI app, without server and control API."""

    async def app(scope, receive, send):
        answer = await api.answer(Request(scope, receive))
        await answer(scope, receive, send)

    return app


class Network(httpx.AsyncBaseTransport):
    """Carries requests to ``api``. Before each one arrives, ``pause`` lets the world move on."""

    def __init__(self, api, fate, pause, rng):
        self._fate, self._pause, self._rng = fate, pause, rng
        self._inside = httpx.ASGITransport(served_by(api))
        self.faults = deque()
        self.played = Counter()
        self.writes = 0
        self.calls = 0

    async def handle_async_request(self, request):
        is_write = request.url.path.endswith(WRITES)
        self._fate.at("call")
        await asyncio.sleep(self._rng.uniform(0.02, 0.3))
        self._pause()
        self.calls += 1
        self.writes += is_write
        fault = self._take_fault(is_write=is_write)
        response = await (self._troubled(fault, request) if fault else self._inside.handle_async_request(request))
        if is_write:
            self._fate.at("after write")
        return response

    def _take_fault(self, *, is_write):
        for fault in self.faults:
            if fault[1] in {"any", "write" if is_write else "read"}:
                self.faults.remove(fault)
                self.played[fault[0]] += 1
                return fault[0]
        return None

    async def _troubled(self, fault, request):
        match fault:
            case "refuse":
                raise httpx.ConnectError("refused", request=request)
            case "429":
                return httpx.Response(429, headers={"retry-after": "1"}, json={"code": 36009002, "message": "busy"})
            case "500":
                return httpx.Response(500, text="<html>Internal Server Error</html>")
            case "garbage":
                return httpx.Response(200, text='{"code":0,"message":"Success","data":{"inven')
            case "drop":
                await self._silence(request, READ_TIMEOUT_S)
            case "crawl":
                await asyncio.sleep(READ_TIMEOUT_S / 2)
                await self._inside.handle_async_request(request)
                await self._silence(request, READ_TIMEOUT_S / 2)
            case "slow":
                await asyncio.sleep(READ_TIMEOUT_S / 3)
                response = await self._inside.handle_async_request(request)
                await asyncio.sleep(READ_TIMEOUT_S / 3)
                return response
        response = await self._inside.handle_async_request(request)
        if fault == "lose":
            await self._silence(request, 1)
        if fault == "cut":
            content = await response.aread()
            return httpx.Response(200, content=content[: len(content) // 2])
        await asyncio.sleep(0.1)
        self._pause()
        return await self._inside.handle_async_request(request)

    async def _silence(self, request, seconds):
        await asyncio.sleep(seconds)
        self._pause()
        raise httpx.ReadTimeout("no answer", request=request)
