"""Under which conditions clients work here: time, trouble, how many calls, how searches answer, how tokens age."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from daemon.marketplaces.sandbox.allowance import Allowance
from daemon.marketplaces.sandbox.clock import WorldClock
from daemon.marketplaces.sandbox.control_bodies import ControlBody
from daemon.marketplaces.sandbox.credentials import ACCESS_LIFE_S, CODE_LIFE_S, REFRESH_LIFE_S, Credentials
from daemon.marketplaces.sandbox.faults import PROFILES, FaultQueue, Profile
from daemon.marketplaces.sandbox.world import World

YEAR_S = 366 * 86_400
LONGEST_LAG_S = 86_400
MOST_CALLS = 100_000
"""A second, of one path."""


class ClockMove(ControlBody):
    """Time goes on by ``advance_s``, and from then on ``speed`` times as fast as this machine's (0: it stands still).

    ``is_strict``: who signs by another clock than the world's is refused. What is left out stays as it is.
    """

    advance_s: Annotated[float, Field(ge=0, le=YEAR_S)] = 0
    speed: Annotated[float, Field(ge=0, le=10_000)] | None = None
    is_strict: bool | None = None


class OrderSearch(ControlBody):
    """New orders are found after ``lag_s``; ``moves``: with each page the time of one order shown on it moves on."""

    lag_s: Annotated[int, Field(ge=0, le=LONGEST_LAG_S)] = 0
    moves: bool = False


class CallLimit(ControlBody):
    """How many calls a second each shop allows of each path; 0: no limit."""

    calls_per_s: Annotated[float, Field(ge=0, le=MOST_CALLS)]


class TokenLives(ControlBody):
    """How long tokens and codes given out from now on are good for, in seconds; what is left out is as at first."""

    access_s: Annotated[int, Field(ge=1, le=100 * YEAR_S)] = ACCESS_LIFE_S
    refresh_s: Annotated[int, Field(ge=1, le=100 * YEAR_S)] = REFRESH_LIFE_S
    code_s: Annotated[int, Field(ge=1, le=YEAR_S)] = CODE_LIFE_S


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the control API and scenarios can turn."""

    world: World
    clock: WorldClock
    faults: FaultQueue
    allowance: Allowance
    credentials: Credentials

    def move_clock(self, move: ClockMove) -> None:
        """Let time pass; what falls due meanwhile has happened when this returns."""
        self.clock.advance(move.advance_s)
        if move.speed is not None:
            self.clock.run_at(move.speed)
        if move.is_strict is not None:
            self.clock.is_strict = move.is_strict
        self.world.catch_up()

    def search(self, search: OrderSearch) -> None:
        """Let searches for orders answer like this from now on."""
        self.world.search_lag_s = search.lag_s
        self.world.orders_move = search.moves

    def limit(self, limit: CallLimit) -> None:
        """Allow so many calls from now on."""
        self.allowance.change(limit.calls_per_s)

    def let_tokens_live(self, lives: TokenLives) -> None:
        """Let tokens and codes be good for so long."""
        credentials = self.credentials
        credentials.access_life_s, credentials.refresh_life_s = lives.access_s, lives.refresh_s
        credentials.code_life_s = lives.code_s

    def play_profile(self, profile: Profile) -> None:
        """Put the trouble of a profile in the place of all that waits."""
        self.faults.clear()
        self.faults.add(*PROFILES[profile])
