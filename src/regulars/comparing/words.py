"""What a comparison says, in plain words."""

from collections.abc import Mapping
from typing import Any

from regulars.comparing.board import Board, Row
from regulars.comparing.sources import Source
from regulars.report import Report, title, versus

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


def number(value: float | None, sign: str = "", places: int = 3) -> str:
    """Return a number to some decimals, or a dash where there is none.

    >>> number(0.90154), number(-0.0031, "+"), number(None)
    ('0.902', '\N{MINUS SIGN}0.003', '\N{EN DASH}')
    """
    return DASH if value is None else f"{value:{sign}.{places}f}".replace("-", MINUS)


def ends(found: Mapping[str, Any], value: str = "value", sign: str = "") -> list[str]:
    """Return a value and its bounds to the same decimals: three, and for small differences four.

    >>> ends({"value": -0.0031, "low": -0.0062, "high": 0.00004}, sign="+")
    ['\N{MINUS SIGN}0.0031', '\N{MINUS SIGN}0.0062', '+0.0000']
    """
    told = [found[name] for name in (value, "low", "high")]
    places = 4 if sign and all(each is None or abs(each) < 1.0 for each in told) else 3
    return [number(each, sign, places) for each in told]


def interval(found: Mapping[str, Any], value: str = "value", sign: str = "") -> str:
    """Return a value and, where they are known, its bounds.

    >>> interval({"value": 0.9, "low": 0.8, "high": None}), interval({"value": 0.9, "low": 0.8, "high": 1.0})
    ('0.900', '0.900 [0.800, 1.000]')
    """
    middle, low, high = ends(found, value, sign)
    return middle if DASH in (low, high) else f"{middle} [{low}, {high}]"


def percent(value: float | None) -> str:
    """Return a share in percent.

    >>> percent(0.306)
    '31%'
    """
    return DASH if value is None else f"{value:.0%}"


def measure(metric: str) -> str:
    """Return a metric's name and unit, without which way is better.

    >>> measure("crps")
    'CRPS, days'
    """
    return title(metric).split(" (")[0]


def way(named: str) -> str:
    """Return which way is better, of a metric as an axis says it; nothing where it does not say.

    >>> way("AUC (higher is better)"), way("churned_soon")
    ('higher is better', '')
    """
    return named.partition(" (")[2].removesuffix(")")


def better_way(report: Report) -> str:
    """Return which way the metric points."""
    return "higher is better" if report["higher_is_better"] else "lower is better"


def verdict(source: Source) -> str:
    """Return who wins an experiment, by how much and how sure that is, as one sentence."""
    found = source.report
    winner, baseline = found["winner"], found["baseline"]
    if winner != baseline:
        return f"{winner} wins: {_ahead(found, winner)}."
    leads = found["against_baseline"]
    if not leads:
        return f"{winner} is the only candidate."
    nearest = max(leads, key=lambda name: _sortable(leads[name]["better_by"]))
    barred = [name for name, lead in leads.items() if lead["beyond_doubt"]]
    if barred:
        return f"{winner} stays: {_ahead(found, barred[0])}, but it is significantly worse for a group of customers."
    if leads[nearest]["low"] is None:
        return f"{winner} stays: the metric is not defined for these customers."
    return f"{winner} stays, as no other candidate is better beyond doubt: {_ahead(found, nearest)}."


def _ahead(found: Report, name: str) -> str:
    """Return how far a candidate is ahead of the baseline."""
    metric, _, unit = measure(found["metric"]).partition(", ")
    lead = versus(found, name, found["baseline"])
    middle, low, high = ends(lead, "better_by", "+")
    gap = f"{middle} {unit}".strip()
    return (
        f"on {metric} the lead of {name} over {found['baseline']} is {gap}, with a 95% interval from "
        f"{low} to {high}, and it is ahead in {lead['snapshots_won']} of "
        f"{_counted(lead['snapshots'], 'snapshot')}"
    )


def _sortable(value: float | None) -> float:
    return float("-inf") if value is None else value


def reason(source: Source) -> str:
    """Return why, as the rule of the experiment says it."""
    found = source.report
    verb = "wins, being" if found["winner"] != found["baseline"] else "stays, as"
    return f"{found['winner']} {verb} {found['why']}."


def level(board: Board) -> str:
    """Return who cannot be told from the best, as one sentence."""
    same = [row.name for row in board.rows if board.standing(row) == "level"]
    if len(board.rows) == 1:
        return "There is nobody else to compare with."
    if any(board.standing(row) == "not known" for row in board.rows):
        return f"{board.metric} is not defined for every candidate on every resample; not all can be told apart."
    if not same:
        return f"{board.best.name} has the best value; every other candidate of its experiment is behind beyond chance."
    return (
        f"{board.best.name} has the best value; {_listed(same)} cannot be told from it, as the interval of the "
        f"difference holds 0."
    )


def standing(board: Board, row: Row) -> str:
    """Return how a row stands to the best: the paired difference with its interval, or that there is none."""
    said = board.standing(row)
    if said in ("best", "not paired"):
        return said
    lead = row.versus(board.best)
    return said if lead is None else f"{said} {interval(lead, 'better_by', '+')}"


def unpaired(board: Board) -> str:
    """Return what may not be read out of a table of several experiments; nothing for one."""
    if len(board.sources) < 2:
        return ""
    return (
        "The candidates come from several experiments on the same data, snapshots and customers. Differences are "
        "paired on the same resamples within an experiment only. Across experiments compare the leads over a common "
        "baseline, or put the candidates into one experiment."
    )


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
