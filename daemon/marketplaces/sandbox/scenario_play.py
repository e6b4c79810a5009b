"""Plays a scenario in a world: every step at its own time."""

from functools import partial

from daemon.marketplaces.sandbox.scenario import Script, Step
from daemon.marketplaces.sandbox.scenario_mistakes import ScenarioError, placed
from daemon.marketplaces.sandbox.scenario_steps import Stage
from daemon.marketplaces.sandbox.wire import JsonObject
from daemon.marketplaces.sandbox.world import NotPossibleError, UnknownNameError

WAITING = "waiting"
DONE = "done"


class ScenarioPlay:
    """One performance. What is not possible when its time comes is skipped, and :meth:`shown` says why."""

    def __init__(self, script: Script, stage: Stage) -> None:
        self._script = script
        self._steps = script.scenario.steps
        self._stage = stage
        self._outcomes = [WAITING] * len(self._steps)

    def begin(self) -> None:
        """Let it begin now. Raise :class:`~daemon.errors.PersonNeededError` when it means what is not there."""
        problems = [
            placed(problem, ("steps", place, step.kind), self._script.document)
            for place, step in enumerate(self._steps)
            if (problem := step.unknown(self._stage))
        ]
        if problems:
            raise ScenarioError(self._script.name, problems)
        world = self._stage.world
        now = world.now()
        for place, step in enumerate(self._steps):
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
        outcomes = zip(self._steps, self._outcomes, strict=True)
        steps = [{"at": step.at, "step": step.kind, "outcome": outcome} for step, outcome in outcomes]
        return {"name": self._script.name, "about": self._script.scenario.about, "steps": steps}
