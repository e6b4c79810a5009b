"""A day in the shops, written down: what happens when. Read from YAML, and checked before anything starts."""

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError, model_validator

from daemon.errors import PersonNeededError
from daemon.marketplaces.sandbox.conditions import CallLimit, ClockMove, OrderSearch
from daemon.marketplaces.sandbox.control_bodies import ControlBody
from daemon.marketplaces.sandbox.faults import Fault, Profile
from daemon.marketplaces.sandbox.scenario_steps import (
    AdvanceNamed,
    BuyerRush,
    CancelNamed,
    EditGoods,
    ExpireTokens,
    PlaceOrder,
    Span,
    Stage,
)

SHIPPED = files("daemon.marketplaces.sandbox") / "scenarios"
MOST_SHOWN = 3


class Step(ControlBody):
    """One thing that happens ``at`` a time after the beginning."""

    at: Span
    order: PlaceOrder | None = None
    cancel: CancelNamed | None = None
    advance: AdvanceNamed | None = None
    buyers: BuyerRush | None = None
    edit: EditGoods | None = None
    fault: Fault | None = None
    faults: Profile | None = None
    limit: CallLimit | None = None
    search: OrderSearch | None = None
    clock: ClockMove | None = None
    expire_tokens: ExpireTokens | None = None

    @property
    def kind(self) -> str:
        """What happens, by its name in the file."""
        return next(name for name, value in self if name != "at" and value is not None)

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Step":
        things = [value for name, value in self if name != "at" and value is not None]
        if len(things) != 1:
            kinds = ", ".join(sorted(type(self).model_fields.keys() - {"at"}))
            raise ValueError(f"a step has 'at' and exactly one of {kinds}")
        return self

    def check(self, stage: Stage) -> None:
        """Raise :class:`~daemon.marketplaces.sandbox.world.UnknownNameError` when it means what is not there."""
        for act in (self.order, self.edit, self.expire_tokens):
            if act:
                act.check(stage)

    def play(self, stage: Stage) -> None:
        """Let it happen. Raise the errors of :class:`~daemon.marketplaces.sandbox.world.World`."""
        conditions = stage.conditions
        for act in (self.order, self.cancel, self.advance, self.buyers, self.edit, self.expire_tokens):
            if act:
                act.play(stage)
        if self.fault:
            conditions.faults.add(self.fault)
        if self.faults:
            conditions.play_profile(self.faults)
        if self.limit:
            conditions.limit(self.limit)
        if self.search:
            conditions.search(self.search)
        if self.clock:
            conditions.move_clock(self.clock)


class Scenario(ControlBody):
    """A whole day: how many ``shops`` it needs at least, and its steps."""

    about: str = ""
    shops: Annotated[int, Field(ge=1, le=20)] = 1
    steps: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _orders_are_placed_before_they_are_meant(self) -> "Scenario":
        placed: set[str] = set()
        for number, step in sorted(enumerate(self.steps, 1), key=lambda entry: entry[1].at):
            if step.order and step.order.named:
                placed.add(step.order.named)
            for act in (step.cancel, step.advance):
                if act and act.order not in placed:
                    raise ValueError(f"step {number} means the order {act.order!r}; no earlier step has it as 'named'")
        return self


def shipped() -> list[str]:
    """Name the scenarios that come with Selaras."""
    return sorted(entry.name.removesuffix(".yaml") for entry in SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load_scenario(name: str) -> Scenario:
    """Load a shipped scenario by its name, or a file by its path; without a name, the day on which nothing happens.

    Raise :class:`~daemon.errors.PersonNeededError` when there is none, or when something in it is wrong.
    """
    if not name:
        return Scenario()
    source: Traversable = SHIPPED / f"{name}.yaml" if name in shipped() else Path(name)
    try:
        written = yaml.safe_load(source.read_text("utf-8"))
        # Through JSON, for there a word may stand for an enum although types are taken literally.
        return Scenario.model_validate_json(json.dumps(written, default=str))
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(shipped())
        raise PersonNeededError("sandbox.no_scenario", name=name, names=names, detail=str(error)) from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)[:MOST_SHOWN]
        texts = [_place(fault["loc"]) + fault["msg"].removeprefix("Value error, ") for fault in faults]
        raise scenario_wrong(name, "; ".join(texts)) from error
    except (yaml.YAMLError, TypeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else "YAML"
        raise scenario_wrong(name, f"{place}: {getattr(error, 'problem', error)}") from error


def scenario_wrong(name: str, why: str) -> PersonNeededError:
    """Say what is wrong in a scenario, and where."""
    return PersonNeededError("sandbox.scenario_wrong", name=name, why=why)


def _place(parts: tuple[int | str, ...]) -> str:
    """Say where something is, counting steps from 1: ``step 3, order.lines: ``."""
    if parts[:1] == ("steps",) and len(parts) > 1:
        inner = ".".join(map(str, parts[2:]))
        return f"step {int(parts[1]) + 1}{', ' if inner else ''}{inner}: "
    return "".join(f"{part}: " for part in parts[:1])
