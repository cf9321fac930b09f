"""Candidates of one task side by side, best first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from regulars import report
from regulars.comparing import alike
from regulars.comparing.sources import Source
from regulars.judging import Cost

_OWN = ("kind", "of", "parameters", "training", "seeds", "metrics", "intervals")
"""What a report says of a candidate whoever the others are."""

Lead = Mapping[str, Any]
"""An entry of a report's ``pairs``."""


@dataclass(frozen=True, eq=False)
class Row:
    """One candidate."""

    name: str
    """Its name; with that of its experiment behind it where two candidates would have the same."""
    model: str
    """Its name in its experiment."""
    sources: tuple[Source, ...]
    """Where it was measured: at least one experiment, several where all found the same of it."""

    @property
    def source(self) -> Source:
        """The first of them."""
        return self.sources[0]

    @property
    def told(self) -> Mapping[str, Any]:
        """What the report says of it."""
        found: Mapping[str, Any] = self.source.report["candidates"][self.model]
        return found

    @property
    def interval(self) -> Mapping[str, float | None]:
        """The metric that decides, with its 95% interval over customers: ``value``, ``low``, ``high``."""
        found: Mapping[str, float | None] = self.told["intervals"][self.source.report["metric"]]
        return found

    @property
    def lead(self) -> Lead | None:
        """Its lead over the baseline of its experiment; None for that baseline."""
        baseline = self.source.report["baseline"]
        return None if self.model == baseline else report.versus(self.source.report, self.model, baseline)

    @property
    def is_winner(self) -> bool:
        """Whether it won an experiment."""
        return any(self.model == source.report["winner"] for source in self.sources)

    @property
    def is_baseline(self) -> bool:
        """Whether it is the one that had to be beaten in an experiment."""
        return any(self.model == source.report["baseline"] for source in self.sources)

    @property
    def cost(self) -> Cost | None:
        """What its fits took, where that is known."""
        return next((cost for source in self.sources if (cost := source.costs.get(self.model))), None)

    def summary(self) -> dict[str, Any]:
        """Return what a command prints about it."""
        return {
            "name": self.name,
            "experiments": [source.name for source in self.sources],
            **self.interval,
            "lead": self.lead,
            "winner": self.is_winner,
            "cost": asdict(self.cost) if self.cost else None,
        }

    def versus(self, other: "Row") -> Lead | None:
        """Return its lead over another row on the same resamples; None over itself, or one of another experiment."""
        shared = [source for source in self.sources if any(source is each for each in other.sources)]
        return report.versus(shared[0].report, self.model, other.model) if shared and self is not other else None


@dataclass(frozen=True)
class Board:
    """Experiments on one task that asked the same of the same customers, their candidates in one table."""

    sources: tuple[Source, ...]
    """At least one."""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every candidate, best first; those without a value come last."""
        return tuple(sorted(self._named(), key=self._place))

    @property
    def report(self) -> report.Report:
        """The first report; task, metric, data and snapshots are those of all."""
        return self.sources[0].report

    @property
    def metric(self) -> str:
        """Name of the metric that decides."""
        return str(self.report["metric"])

    @property
    def best(self) -> Row:
        """The row with the best value."""
        return self.rows[0]

    @property
    def winners(self) -> tuple[Row, ...]:
        """The winners of the experiments."""
        return tuple(row for row in self.rows if row.is_winner)

    @property
    def days(self) -> list[str]:
        """The test snapshots."""
        return [each["as_of"] for each in self.report["snapshots"]]

    def standing(self, row: Row) -> str:
        """Return in two words how a row stands to the best: best, level, behind, not paired, or not known."""
        if row is self.best:
            return "best"
        lead = row.versus(self.best)
        if lead is None:
            return "not paired"
        if lead["low"] is None:
            return "not known"
        return "behind" if lead["behind"] else "level"

    def summary(self) -> dict[str, Any]:
        """Return what a command prints about it."""
        return {
            "task": self.report["task"],
            "metric": self.metric,
            "higher_is_better": self.report["higher_is_better"],
            "experiments": [source.name for source in self.sources],
            "runs": [source.run_id for source in self.sources],
            "candidates": [row.summary() | {"standing": self.standing(row)} for row in self.rows],
        }

    def _named(self) -> Iterator[Row]:
        """Yield the candidates; one of which several experiments found the same is one row."""
        found: list[tuple[str, list[Source]]] = []
        for source in self.sources:
            for model, told in source.report["candidates"].items():
                known = [
                    each for name, each in found if name == model and _same(each[0].report["candidates"][name], told)
                ]
                if known:
                    known[0].append(source)
                else:
                    found.append((model, [source]))
        often = Counter(model for model, _ in found)
        for model, sources in found:
            yield Row(model if often[model] == 1 else f"{model} ({self._called(sources[0])})", model, tuple(sources))

    def _called(self, source: Source) -> str:
        """Return an experiment's name, with the place in which it was named where two have the same."""
        same = [each for each in self.sources if each.name == source.name]
        place = next(place for place, each in enumerate(same, 1) if each is source)
        return source.name if len(same) == 1 else f"{source.name}, {place}"

    def _place(self, row: Row) -> float:
        value = row.interval["value"]
        if value is None:
            return float("inf")
        return -value if self.report["higher_is_better"] else value


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two reports tell of the same candidate with the same result."""
    return all(one.get(key) == other.get(key) for key in _OWN)


def boards(sources: Sequence[Source]) -> list[Board]:
    """Return a board a task, in the order in which the tasks come.

    Raises:
        ConfigError: two experiments on the same task did not ask the same of the same customers.
    """
    tasks: dict[str, list[Source]] = {}
    for source in sources:
        tasks.setdefault(source.report["task"], []).append(source)
    for each in tasks.values():
        alike.check(each)
    return [Board(tuple(each)) for each in tasks.values()]
