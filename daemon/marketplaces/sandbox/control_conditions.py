"""The control API about the conditions (faults, clock, limit, searches, lives of tokens) and the scenario."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.marketplaces.sandbox.conditions import CallLimit, ClockMove, Conditions, OrderSearch, TokenLives
from daemon.marketplaces.sandbox.faults import Fault
from daemon.marketplaces.sandbox.scenario_play import ScenarioPlay


@dataclass(frozen=True, slots=True)
class ConditionsControl:
    """Turns the conditions of one sandbox."""

    conditions: Conditions
    scenario: ScenarioPlay

    def routes(self) -> list[Route]:
        """List the routes, to be mounted at ``/_sandbox``."""
        return [
            Route("/faults", self.list_faults),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/clock", self.show_clock),
            Route("/clock", self.move_clock, methods=["POST"]),
            Route("/limit", self.set_limit, methods=["POST"]),
            Route("/search", self.set_search, methods=["POST"]),
            Route("/tokens/lives", self.set_lives, methods=["POST"]),
            Route("/scenario", self.show_scenario),
        ]

    async def list_faults(self, _request: Request) -> Response:
        """Show the trouble that has not come yet; its ``times`` are what is left."""
        return JSONResponse([fault.model_dump(mode="json") for fault in self.conditions.faults.listed()])

    async def add_fault(self, request: Request) -> Response:
        """Queue trouble."""
        fault = Fault.model_validate_json(await request.body() or b"{}")
        self.conditions.faults.add(fault)
        return JSONResponse(fault.model_dump(mode="json"), 201)

    async def clear_faults(self, _request: Request) -> Response:
        """Forget the trouble that has not come yet."""
        self.conditions.faults.clear()
        return JSONResponse({})

    async def show_clock(self, _request: Request) -> Response:
        """Show the world's time."""
        clock = self.conditions.clock
        now = self.conditions.world.utc()
        return JSONResponse(
            {"now": now.isoformat(), "unix": clock(), "speed": clock.speed, "is_strict": clock.is_strict}
        )

    async def move_clock(self, request: Request) -> Response:
        """Move the world's time, or let it run at another speed."""
        self.conditions.move_clock(ClockMove.model_validate_json(await request.body() or b"{}"))
        return await self.show_clock(request)

    async def set_limit(self, request: Request) -> Response:
        """Allow so many calls a second."""
        limit = CallLimit.model_validate_json(await request.body() or b"{}")
        self.conditions.limit(limit)
        return JSONResponse(limit.model_dump())

    async def set_search(self, request: Request) -> Response:
        """Let searches for orders answer late, or while orders move."""
        search = OrderSearch.model_validate_json(await request.body() or b"{}")
        self.conditions.search(search)
        return JSONResponse(search.model_dump())

    async def set_lives(self, request: Request) -> Response:
        """Let tokens and codes be good for another while."""
        lives = TokenLives.model_validate_json(await request.body() or b"{}")
        self.conditions.let_tokens_live(lives)
        return JSONResponse(lives.model_dump())

    async def show_scenario(self, _request: Request) -> Response:
        """Show what the scenario did and will do."""
        return JSONResponse(self.scenario.shown())
