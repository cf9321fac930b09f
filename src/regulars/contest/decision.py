"""What follows from the checks: promote, refresh, leave as it is, or refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from regulars.artefact import Task
from regulars.contest import checks
from regulars.contest.checks import Check
from regulars.report import Report, versus

Verb = Literal["promote", "refresh", "keep", "refuse"]
"""``keep``: the very same model, fitted on the same data with the same code, is the champion already."""


@dataclass(frozen=True)
class Decision:
    """What is to become of a challenger."""

    task: Task
    challenger: str
    champion: str | None
    """Name of the model that it would follow."""
    verb: Verb
    why: str
    """A sentence for people; of a refusal, what is wrong."""
    checks: tuple[Check, ...] = ()
    losers: Mapping[str, str] = field(default_factory=dict)
    """Every other candidate, and how far it is behind the challenger, in words."""

    @property
    def refused(self) -> bool:
        """Whether the champion stays because the challenger is not good enough."""
        return self.verb == "refuse"

    def summary(self) -> dict[str, Any]:
        """Return what a command prints about it."""
        return {
            "task": self.task, "challenger": self.challenger, "champion": self.champion, "would": self.verb,
            "why": self.why, "losers": dict(self.losers),
            "checks": [{"check": each.name, "passed": each.passed, "said": each.said} for each in self.checks],
        }  # fmt: skip


def weigh(task: Task, challenger: str, champion: str | None, seen: Sequence[Check], found: Report) -> Decision:
    """Return the decision on a challenger that meets another model: one failed check refuses it."""
    failed = [each.said for each in seen if each.passed is False]
    won = [each.said for each in seen if each.passed and each.name == "better"]
    if failed:
        stays = f"{champion} stays" if champion else "nobody is promoted"
        why = f"{stays}, as {challenger} is not good enough: {'; '.join(failed)}"
    else:
        why = "; ".join(won) or str(found.get("why", ""))
    verb: Verb = "refuse" if failed else "promote"
    return Decision(task, challenger, champion, verb, why, tuple(seen), losers(found, challenger))


def losers(found: Report, winner: str) -> dict[str, str]:
    """Return the other candidates of a report with what they lack to ``winner``, in words."""
    if "pairs" not in found or winner not in found["candidates"]:
        return {}
    others = [name for name in found["candidates"] if name != winner]
    return {name: f"{checks.said(versus(found, name, winner))} on {found['metric']}" for name in others}
