"""Trouble on demand: what can go wrong with a call, how often, and which trouble comes next."""

import re
from collections.abc import Mapping
from enum import StrEnum
from random import Random
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from daemon.marketplaces.sandbox.control_bodies import ControlBody
from daemon.marketplaces.sandbox.scenario_mistakes import refusal


class FaultKind(StrEnum):
    """What goes wrong.

    What was asked is done by the ``after`` kinds, and by ``delay``, ``duplicate``, ``truncate`` and ``novelty``; by no
    other kind.
    """

    REFUSE = "refuse"
    STATUS_429 = "status_429"
    STATUS_500 = "status_500"
    GARBAGE = "garbage"
    TRUNCATE = "truncate"
    NOVELTY = "novelty"
    DELAY = "delay"
    DUPLICATE = "duplicate"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"


def _check_regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise refusal("scenario.bad_pattern", "not a regular expression: {why}", why=str(error)) from error
    return text


def _check_has_body(status: int) -> int:
    if status in {204, 304}:
        raise refusal("scenario.unclear", "no answer with a body has this status")
    return status


class Fault(ControlBody):
    """Trouble for calls whose path matches, each with ``probability``, until ``times`` had it; ``null``: all of them.

    ``delay_s`` is how long a hanging or late call takes, in seconds of the world. ``retry_after_s`` goes with a 429
    (``null``: without the header), ``code``, ``message`` and ``http_status`` with a refusal, and ``words`` are the
    keys whose texts a novelty replaces by a word that nobody knows yet.
    """

    kind: FaultKind
    path: Annotated[str, AfterValidator(_check_regex)] = "."
    times: Annotated[int, Field(ge=1)] | None = 1
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    delay_s: Annotated[float, Field(ge=0, le=600)] = 30.0
    retry_after_s: Annotated[int, Field(ge=0)] | None = 1
    code: int = 36009003
    message: str = "Internal error."
    http_status: Annotated[int, Field(ge=200, le=599), AfterValidator(_check_has_body)] = 200
    words: tuple[str, ...] = ()


class FaultQueue:
    """Faults waiting for their calls; the oldest that matches and has the luck to is used first."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Queue faults."""
        self._faults += faults

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def listed(self) -> list[Fault]:
        """Tell which faults wait, oldest first; their ``times`` are what is left of them."""
        return list(self._faults)

    def take(self, path: str) -> Fault | None:
        """Use up one fault for this path."""
        for place, fault in enumerate(self._faults):
            if re.search(fault.path, path) and self._rng.random() < fault.probability:
                if fault.times == 1:
                    del self._faults[place]
                elif fault.times is not None:
                    self._faults[place] = fault.model_copy(update={"times": fault.times - 1})
                return fault
        return None


def _lasting(kind: FaultKind, probability: float, **more: object) -> Fault:
    """Trouble that stays. It spares the tokens: a refresh whose answer is lost shuts the app out for good."""
    every_call_but_tokens = r"^/(?!api/v2/token)"
    return Fault.model_validate(
        {"kind": kind, "path": every_call_but_tokens, "probability": probability, "times": None, **more}
    )


Profile: TypeAlias = Literal["calm", "flaky", "evening", "storm"]
PROFILES: Mapping[Profile, tuple[Fault, ...]] = {
    "calm": (),
    "flaky": (
        _lasting(FaultKind.DROP_BEFORE, 0.02),
        _lasting(FaultKind.DROP_AFTER, 0.02),
        _lasting(FaultKind.STATUS_500, 0.02),
        _lasting(FaultKind.DELAY, 0.03, delay_s=2.0),
    ),
    "evening": (
        _lasting(FaultKind.STATUS_429, 0.08, retry_after_s=2),
        _lasting(FaultKind.STATUS_429, 0.04, retry_after_s=None),
        _lasting(FaultKind.STATUS_500, 0.01),
        _lasting(FaultKind.DELAY, 0.3, delay_s=1.0),
    ),
    "storm": (
        _lasting(FaultKind.DROP_BEFORE, 0.06),
        _lasting(FaultKind.DROP_AFTER, 0.06),
        _lasting(FaultKind.STATUS_429, 0.05, retry_after_s=None),
        _lasting(FaultKind.STATUS_500, 0.08),
        _lasting(FaultKind.GARBAGE, 0.03),
        _lasting(FaultKind.TRUNCATE, 0.03),
        _lasting(FaultKind.DUPLICATE, 0.05),
        _lasting(FaultKind.NOVELTY, 0.05),
        _lasting(FaultKind.HANG_AFTER, 0.01, delay_s=20.0),
    ),
}
"""Trouble of every day, by name: none, a bad line, an evening when everybody shops, and everything at once."""
