"""An experiment's pictures: for every task the metric, its lead and its slices, then what the task asks for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars import currency as money
from regulars.artefact import Task
from regulars.evaluation import pit, plots
from regulars.evaluation.intervals import Interval
from regulars.experiment import Outcome
from regulars.judging import Verdict
from regulars.recording.telling import telling
from regulars.report import Report, title

Figures = Iterator[tuple[str, Any]]


@dataclass(frozen=True)
class Pictures:
    """What an outcome and its report look like."""

    outcome: Outcome
    report: Report
    currency: str
    """ISO 4217 code of the ledger's money."""

    def all(self) -> dict[str, Any]:
        """Return every picture of the task: file name -> figure."""
        by_task: Mapping[Task, Callable[[], Figures]] = {
            "churn": self._churn, "timing": self._timing, "spend": self._spend,
            "recommend": self._recommend, "replenish": self._replenish,
        }  # fmt: skip
        return {**dict(self._every_task()), **dict(by_task[self.report["task"]]())}

    def _every_task(self) -> Figures:
        """Draw the deciding metric of all customers and by slice, and the lead over the baseline by snapshot."""
        metric, question = self.report["metric"], self.report["question"]
        shown = {name: _interval(each["intervals"][metric]) for name, each in self.report["candidates"].items()}
        yield f"{metric}.png", plots.interval_plot(shown, metric=title(metric), title=question)
        yield (
            "slices.png",
            plots.grouped_plot(self._slices(), metric=title(metric), title="For whom does it work? 95% over customers"),
        )
        if self.report["against_baseline"]:
            said = f"Lead over {self.report['baseline']}: {title(metric).split(' (')[0]} (positive is better)"
            heading = "Does the lead last? 95% over customers; last row: over snapshots"
            yield "leads.png", plots.grouped_plot(self._leads(), metric=said, title=heading, reference=0.0)

    def _slices(self) -> dict[str, dict[str, Interval]]:
        metric = self.report["metric"]
        return {
            name: {
                f"{label}\n{each['rows']:,} rows": _interval({**each, "value": each[metric]})
                for label, each in candidate["slices"].items()
            }
            for name, candidate in self.report["candidates"].items()
        }

    def _leads(self) -> dict[str, dict[str, Interval]]:
        """Return the leads by snapshot and their means; the baseline itself is at 0 and keeps its colour."""
        days = [each["as_of"] for each in self.report["snapshots"]]
        leads = {
            name: {
                **{day: _interval(each) for day, each in zip(days, lead["by_snapshot"], strict=True)},
                "mean, over customers": _interval({**lead, "value": lead["better_by"]}),
                "mean, over snapshots": _interval({**lead["over_snapshots"], "value": lead["over_snapshots"]["mean"]}),
            }
            for name, lead in self.report["against_baseline"].items()
        }
        level = Interval(0.0, 0.0, 0.0)
        itself = {group: level for groups in leads.values() for group in groups}
        return {name: leads.get(name, itself) for name in self.report["candidates"]}

    def _churn(self) -> Figures:
        """Draw calibration, and what the top of the list catches: customers, and the money they used to spend."""
        churned, said = self._truth("churned"), self._columns("probability")
        yield "calibration.png", plots.calibration_plot(churned, said, title=f"Said and seen, {self._when}")
        used_to_spend = [exam.features["spend_365"].fill_null(0).to_numpy() for exam in self.outcome.exams]
        lost = churned * np.maximum(np.concatenate(used_to_spend), 0)
        yield from self._lift("lift.png", churned, said, "the customers that churned")
        yield from self._lift("lift_money.png", lost, said, "the money that these had spent in a year")

    def _lift(self, file: str, amounts: npt.NDArray[Any], scores: Mapping[str, npt.ArrayLike], amount: str) -> Figures:
        """Draw what the top of the list holds, unless there is nothing to be held."""
        if amounts.sum() > 0:
            heading = f"What does the top of the list hold? {self._when}"
            yield file, plots.lift_plot(amounts, scores, amount=amount, title=heading)

    def _timing(self) -> Figures:
        """Draw mean curves, calibration, PIT and five customers with the winner's curves."""
        last = self.outcome.exams[-1]
        curves = {name: verdicts[-1].answer for name, verdicts in self._first_seed.items()}
        yield (
            "survival.png",
            plots.survival_plot(last.duration, last.observed, curves, title=f"Back by day, {last.snapshot.as_of}"),
        )
        yield from self._by_day((7, 30))
        ends = {
            name: np.concatenate([verdict.answer[:, -1] for verdict in verdicts])
            for name, verdicts in self._first_seed.items()
        }
        away = ~np.concatenate([exam.observed for exam in self.outcome.exams])
        yield from self._lift("lift.png", away, ends, f"the customers away for {last.snapshot.horizon_days} days")
        yield "pit.png", plots.pit_plot({name: self._pit(verdicts) for name, verdicts in self._first_seed.items()})
        chosen, winner = telling(last.features), self.report["winner"]
        if chosen:
            rows = list(chosen.values())
            back_on = [int(last.duration[row]) if last.observed[row] else None for row in rows]
            said = {who: curves[winner][row] for who, row in chosen.items()}
            heading = f"What {winner} said of five customers, {last.snapshot.as_of}"
            yield "customers.png", plots.customers_plot(said, back_on, title=heading)

    def _pit(self, verdicts: list[Verdict]) -> npt.NDArray[np.float64]:
        stretches = [
            pit.stretch(exam.duration, exam.observed, verdict.answer)
            for exam, verdict in zip(self.outcome.exams, verdicts, strict=True)
        ]
        low, high = (np.concatenate(ends) for ends in zip(*stretches, strict=True))
        return pit.shares(low, high)

    def _replenish(self) -> Figures:
        """Draw calibration and PIT, all snapshots together."""
        yield from self._by_day((7, 30))
        low, high = self._columns("pit_low"), self._columns("pit_high")
        yield "pit.png", plots.pit_plot({name: pit.shares(low[name], high[name]) for name in low})

    def _by_day(self, days: tuple[int, ...]) -> Figures:
        """Draw calibration of being back within some days, as far as the horizon goes."""
        known = next(iter(self._first_seed.values()))[0].values
        for within in days:
            if f"within_{within}" in known:
                yield (
                    f"calibration_{within}.png",
                    plots.calibration_plot(
                        self._truth(f"back_{within}"),
                        {name: np.clip(each, 0.0, 1.0) for name, each in self._columns(f"within_{within}").items()},
                        title=f"Back within {within} days: said and seen, {self._when}",
                        forecast=f"Forecast probability of a purchase within {within} days",
                        happened=f"Share with a purchase within {within} days",
                    ),
                )

    def _spend(self) -> Figures:
        """Draw deciles, what the top of the list spends, and the error of the sum at each snapshot."""
        scale = 10.0 ** money.decimals(self.currency)
        spent, expected = self._truth("spent"), self._columns("expected")
        shown = {name: each / scale for name, each in expected.items()}
        yield "deciles.png", plots.decile_plot(spent / scale, shown, unit=self.currency)
        yield from self._lift("lift.png", spent, expected, "the money spent")
        yield (
            "sums.png",
            plots.grouped_plot(
                self._sums(),
                metric="Sum expected over sum spent, less 1 (0 is right)",
                title="Does the sum come out right?",
                reference=0.0,
                percent=True,
            ),
        )

    def _sums(self) -> dict[str, dict[str, Interval]]:
        nan, days = float("nan"), [each["as_of"] for each in self.report["snapshots"]]
        return {
            name: {
                day: Interval(nan if error is None else error, nan, nan)
                for day, error in zip(days, each["metrics"]["aggregate_error"]["snapshots"], strict=True)
            }
            for name, each in self.report["candidates"].items()
        }

    def _recommend(self) -> Figures:
        candidates = self.report["candidates"].items()
        values = {name: {m: _interval(i).value for m, i in c["intervals"].items()} for name, c in candidates}
        yield "ranking.png", plots.ranking_plot(values, title=self.report["question"])

    @cached_property
    def _first_seed(self) -> dict[str, list[Verdict]]:
        """The verdicts on each candidate's first seed, a snapshot each, in the order of the exams."""
        seeds = {name: min(each.seed for each in self.outcome.of(name)) for name in self.outcome.experiment.models}
        return {
            name: sorted((v for v in self.outcome.of(name) if v.seed == seed), key=lambda verdict: verdict.as_of)
            for name, seed in seeds.items()
        }

    def _columns(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """Return what each candidate's first seed says of every row of every snapshot."""
        return {model: np.concatenate([v.values[name] for v in each]) for model, each in self._first_seed.items()}

    def _truth(self, name: str) -> npt.NDArray[Any]:
        """Return a column that is the same for every candidate."""
        return next(iter(self._columns(name).values()))

    @property
    def _when(self) -> str:
        n = len(self.outcome.exams)
        return f"{n} snapshots together" if n > 1 else str(self.outcome.exams[0].snapshot.as_of)


def _interval(found: Mapping[str, Any]) -> Interval:
    """Report files say null where a number is not defined."""
    return Interval(*(float("nan") if found[end] is None else found[end] for end in ("value", "low", "high")))
