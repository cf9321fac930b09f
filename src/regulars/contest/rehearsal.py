"""A promotion without promoting: what would become of each task, one after the other."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from regulars import scale
from regulars.artefact import Fitted, Task
from regulars.contest import checks
from regulars.contest.decision import Decision
from regulars.contest.entered import Entered
from regulars.contest.promotion import BY_RULE, Choice, change_of


def rehearse(
    asked: Sequence[Entered], choice: Choice = BY_RULE, track: scale.Track[Any] = scale.silently
) -> list[Decision]:
    """Return what promoting ``asked`` would come to; nothing is changed.

    Each task is decided as if those before it had been promoted: churn and timing are held against each other as they
    would be live then.
    """
    live: dict[Task, Fitted] = {}
    weighed: list[Decision] = []
    for each in track(asked, "weighing", len(asked)):
        decision = each.stage.decide(each.found, choice.model, dry=True, live=live)
        if decision.refused and choice.force and each.stage.knows(decision.challenger):
            forced = change_of(decision, each.found, choice.force)
            decision = replace(decision, verb="promote", why=forced.why)
        weighed.append(decision)
        waiting = {other.found.report["task"] for other in asked[len(weighed) :]}
        if checks.partner(decision.task) in waiting and (comes := each.stage.comes(decision)) is not None:
            live[decision.task] = comes
    return weighed
