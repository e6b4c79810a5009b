"""Plays a scenario in a world: every step at its own time."""

from functools import partial

from daemon.marketplaces.sandbox.scenario import Scenario, Step, scenario_wrong
from daemon.marketplaces.sandbox.scenario_steps import Stage
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.world import NotPossibleError, UnknownNameError

WAITING = "waiting"
DONE = "done"


class ScenarioPlay:
    """One performance. What is not possible when its time comes is skipped, and :meth:`shown` says why."""

    def __init__(self, name: str, scenario: Scenario, stage: Stage) -> None:
        self._name = name
        self._scenario = scenario
        self._stage = stage
        self._outcomes = [WAITING] * len(scenario.steps)

    def begin(self) -> None:
        """Let it begin now. Raise :class:`~daemon.errors.PersonNeededError` when it means what is not there."""
        for number, step in enumerate(self._scenario.steps, 1):
            try:
                step.check(self._stage)
            except UnknownNameError as error:
                raise scenario_wrong(self._name, f"step {number}: {error}") from error
        world = self._stage.world
        now = world.now()
        for place, step in enumerate(self._scenario.steps):
            world.diary.note(now + step.at, partial(self._play, place, step))

    def _play(self, place: int, step: Step) -> None:
        try:
            step.play(self._stage)
        except (NotPossibleError, UnknownNameError) as error:
            self._outcomes[place] = f"skipped: {error}"
        else:
            self._outcomes[place] = DONE

    def shown(self) -> JsonObject:
        """Tell how far it is; ``at`` is in seconds from the beginning."""
        outcomes = zip(self._scenario.steps, self._outcomes, strict=True)
        steps = [{"at": step.at, "step": step.kind, "outcome": outcome} for step, outcome in outcomes]
        return {"name": self._name, "about": self._scenario.about, "steps": steps}
