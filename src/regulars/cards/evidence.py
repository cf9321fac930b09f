"""What the experiments found about a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars import report
from regulars.report import Report

Lead = dict[str, Any]
"""A lead as a report has it: ``better_by`` with ``low`` and ``high``, ``snapshots_won`` of ``snapshots``."""


@dataclass(frozen=True)
class Found:
    """A report that has the model as a candidate."""

    model: str
    report: Report

    @property
    def told(self) -> dict[str, Any]:
        """What the report says of the model by itself."""
        return self.report["candidates"][self.model]  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """The experiment's folder."""
        return str(self.report["experiment"])

    @property
    def shop(self) -> str:
        """The preset that the shop's ledger was read with."""
        return str(self.report["shop"])

    @property
    def days(self) -> list[str]:
        """The test snapshots."""
        return [snapshot["as_of"] for snapshot in self.report["snapshots"]]

    @property
    def link(self) -> str:
        """A link to the experiment from a model's folder, by its task and number."""
        short = "-".join(self.name.split("-")[:2])
        return f"[{short}](../../experiments/{self.name})"

    @property
    def behind(self) -> list[str]:
        """The groups of customers among whom it is significantly worse than the best baseline there."""
        slices: dict[str, Any] = self.told["slices"]
        return [label for label, told in slices.items() if told["against"] and told["against"]["behind"]]

    @property
    def leads(self) -> dict[str, Lead]:
        """The lead over every baseline and the winner, the baseline by name first; those that the report knows."""
        others = [self.report["baseline"], *self.report["baselines"], self.report["winner"]]
        known = {other: self._lead(other) for other in others if other != self.model}
        return {other: lead for other, lead in known.items() if lead is not None}

    def _lead(self, other: str) -> Lead | None:
        """Return the lead over another candidate; a report of an older format has not all of them."""
        found = self.report
        if found.get("format") == report.FORMAT:
            return report.versus(found, self.model, other)
        if other == found["baseline"]:
            return found["against_baseline"][self.model]  # type: ignore[no-any-return]
        if self.model == found["winner"]:
            return found["winner_against"][other]  # type: ignore[no-any-return]
        return None

    @property
    def about_details(self) -> bool:
        """Whether the baseline is a variant of a model: asked is what a detail does, not how good the model is."""
        return "of" in self.report["candidates"][self.report["baseline"]]


def reports(experiments: Path) -> list[Report]:
    """Return the reports of all experiments in a folder, in the order of their names: a task's newest is its last.

    Raises:
        DataError: one of them is no report.
    """
    return [report.read(file) for file in sorted(experiments.glob("*/report.json"))]


def about(model: str, known: Sequence[Report]) -> list[Found]:
    """Return the reports that have ``model`` as a candidate, oldest first."""
    return [Found(model, each) for each in known if "of" not in each["candidates"].get(model, {"of": ""})]


def newest(found: Sequence[Found]) -> list[Found]:
    """Return one report a shop and horizon: the newest that compares models, else the newest about details."""
    chosen: dict[tuple[str, int], Found] = {}
    for each in sorted(found, key=lambda each: not each.about_details):  # stable: within either kind, oldest first
        chosen[each.shop, each.report["training"]["horizon_days"]] = each
    return [chosen[key] for key in sorted(chosen)]


def variants(model: str, known: Sequence[Report]) -> list[Found]:
    """Return the reports with a variant of ``model`` where the model itself is no candidate, as of that variant."""
    return [
        Found(next(iter(names)), each)
        for each in known
        if model not in each["candidates"]
        and (names := [name for name, told in each["candidates"].items() if told.get("of") == model])
    ]
