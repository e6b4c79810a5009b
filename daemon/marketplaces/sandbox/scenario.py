"""A day in the shops, written down: what happens when. Read from YAML, and checked before anything starts."""

import json
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError, model_validator

from daemon.config.document import Document, read_document
from daemon.domain.messages import Message, message
from daemon.errors import PersonNeededError
from daemon.marketplaces.sandbox.conditions import CallLimit, ClockMove, OrderSearch
from daemon.marketplaces.sandbox.control_bodies import ControlBody
from daemon.marketplaces.sandbox.faults import Fault, Profile
from daemon.marketplaces.sandbox.scenario_mistakes import ScenarioError, explain, refusal
from daemon.marketplaces.sandbox.scenario_steps import (
    AdvanceNamed,
    BuyerRush,
    CancelNamed,
    EditGoods,
    ExpireTokens,
    LoseNamed,
    PlaceOrder,
    Span,
    Stage,
)

SHIPPED = files("daemon.marketplaces.sandbox") / "scenarios"


class Step(ControlBody):
    """One thing that happens ``at`` a time after the beginning."""

    at: Span
    order: PlaceOrder | None = None
    cancel: CancelNamed | None = None
    advance: AdvanceNamed | None = None
    lose: LoseNamed | None = None
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
            raise refusal("scenario.one_thing", kinds=", ".join(sorted(type(self).model_fields.keys() - {"at"})))
        return self

    def unknown(self, stage: Stage) -> Message | None:
        """Say what it means that is not there; ``None`` when all of it is."""
        act = self.order or self.edit or self.expire_tokens
        return act.unknown(stage) if act else None

    def play(self, stage: Stage) -> None:
        """Let it happen. Raise the errors of :class:`~daemon.marketplaces.sandbox.world.World`."""
        conditions = stage.conditions
        for act in (self.order, self.cancel, self.advance, self.lose, self.buyers, self.edit, self.expire_tokens):
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
        for index, step in sorted(enumerate(self.steps), key=lambda entry: entry[1].at):
            if step.order and step.order.named:
                if step.order.named in placed:
                    raise refusal("scenario.same_name", index=index, order=step.order.named)
                placed.add(step.order.named)
            for act in (step.cancel, step.advance, step.lose):
                if act and act.order not in placed:
                    raise refusal("scenario.no_order", index=index, order=act.order)
        return self


@dataclass(frozen=True, slots=True)
class Script:
    """A scenario, the name it was asked for by, and where in the file each part of it is written."""

    name: str
    scenario: Scenario
    document: Document


def shipped() -> list[str]:
    """Name the scenarios that come with Selaras."""
    return sorted(entry.name.removesuffix(".yaml") for entry in SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load_scenario(name: str) -> Script:
    """Load a shipped scenario by its name, or a file by its path; without a name, the day on which nothing happens.

    Raise :class:`~daemon.errors.PersonNeededError` when there is none, or when something in it is wrong.
    """
    if not name:
        return Script(name, Scenario(), Document())
    text = _text(name)
    document = read_document(text)
    problems = document.problems
    if any(problem.code == "config.not_keys" for problem in problems):
        problems = [message("scenario.no_steps", line=1)]
    if not problems:
        try:
            # Through JSON, for there a word may stand for an enum although types are taken literally.
            written = json.dumps(yaml.safe_load(text), default=str)
            return Script(name, Scenario.model_validate_json(written), document)
        except ValidationError as error:
            problems = list(explain(error, document, Scenario))
        except (yaml.YAMLError, TypeError, ValueError):  # a date of month 13, a key that is no text
            problems = [message("scenario.not_yaml")]
    raise ScenarioError(name, problems)


def _text(name: str) -> str:
    source: Traversable = SHIPPED / f"{name}.yaml" if name in shipped() else Path(name)
    try:
        return source.read_text("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise PersonNeededError("sandbox.no_scenario", name=name, names=", ".join(shipped())) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PersonNeededError("sandbox.scenario_unreadable", name=name, detail=str(error)) from error
