"""What churn means: how a horizon, or a customer's own cadence, moves who is flagged and how well it is told ahead."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import config, judging, labels, scale, training, windows
from regulars.briefing.shop import Shop
from regulars.errors import DataError
from regulars.evaluation import classification, intervals
from regulars.evaluation.intervals import Interval
from regulars.labels import cadence as own
from regulars.labels.cadence import Cadence
from regulars.windows import Snapshot

HORIZONS = (30, 60, 90, 180)
"""The horizons that are compared, in days, as far as the data allow."""
PURCHASES = judging.SLICES
"""Customers by purchase days before as_of, as every report slices them."""
OWN = "own cadence"
"""The name of the relative definition."""

_RESAMPLES = 200


def study(
    shop: Shop,
    horizons: Sequence[int] = HORIZONS,
    cadence: Cadence = own.DEFAULT,
    n_tests: int = 3,
    step_days: int = 30,
) -> pl.DataFrame:
    """Return what each definition says of each customer at the test snapshots, and what was forecast.

    At each of ``n_tests`` snapshots the default timing model is fitted on what was known then. It gives one survival
    curve a customer, which answers every definition: S(30), S(90), or S of the customer's own patience. The last
    window ends with what is known at the shop's ``as_of``.

    One row per (customer_id, as_of, definition): ``definition`` ("30 days" .. "own cadence"), ``purchases`` (one of
    PURCHASES), ``days`` (until the customer counts as gone), ``churned``, ``churn_probability``, ``recency`` (days),
    ``overdue`` (recency in typical gaps) and ``spend_365`` (minor units, net, of the year before as_of).

    Args:
        shop: the shop.
        horizons: in days; those that the data are too short for are left out.
        cadence: the relative definition; no patience reaches beyond the longest horizon that is left.
        n_tests: test snapshots.
        step_days: days between them.

    Raises:
        ConfigError: a horizon, ``n_tests`` or ``step_days`` is below 1.
        DataError: the data are too short for every horizon, or nobody came back.
    """
    judged = judgeable(shop, horizons, n_tests, step_days)
    until = training.known_until(shop.ledger, shop.as_of)
    last = Snapshot(until, max(judged)).moved(-max(judged))
    snapshots = windows.rolling(last, n_tests, step_days)
    rows = _asked(shop, snapshots, cadence)
    survival = np.concatenate([_forecast(shop, s, rows.filter(pl.col("as_of") == s.as_of)) for s in snapshots])
    names = [*(f"{days} days" for days in judged), OWN]
    days = [*(pl.lit(days, pl.Int64) for days in judged), pl.col("patience_days")]
    parts = [_defined(rows, survival, name, each, names) for name, each in zip(names, days, strict=True)]
    return pl.concat(parts)


def judgeable(shop: Shop, horizons: Sequence[int], n_tests: int = 3, step_days: int = 30) -> list[int]:
    """Return the horizons, shortest first, for which the data hold a whole train window before the first test.

    Raises:
        ConfigError: a horizon is below 1.
        DataError: there is none.
    """
    data = windows.Window(training.span(shop.ledger).start, training.known_until(shop.ledger, shop.as_of))
    room = data.days - config.Training().min_history_days - (n_tests - 1) * step_days
    found = sorted(Snapshot(shop.as_of, days).horizon_days for days in set(horizons))
    fitting = [days for days in found if 2 * days <= room]
    if not fitting:
        raise DataError(
            f"the {data.days} days of data before {shop.as_of} are too few to judge a horizon of "
            f"{min(found, default=0)} days {n_tests} times; give shorter horizons or a lower n_tests"
        )
    return fitting


def patience(rows: pl.DataFrame) -> pl.DataFrame:
    """Return after how many days customers count as gone by their own cadence, by how often they had come.

    A row for each of PURCHASES that has customers, and one for all: ``purchases``, ``customers``, ``p10``, ``median``
    and ``p90`` of the days, and ``at_most``, the share of customers whose days are the most of all: where the bound,
    and not their gaps, decides, it is large.
    """
    asked = rows.filter(pl.col("definition") == OWN)
    days = pl.col("days")
    quantiles = {"p10": days.quantile(0.1), "median": days.median(), "p90": days.quantile(0.9)}
    figures = {"customers": pl.len(), **quantiles, "at_most": (days == asked["days"].max()).mean()}
    by_slice = asked.group_by("purchases").agg(**figures).sort("purchases").cast({"purchases": pl.String})
    return pl.concat([by_slice, asked.select(purchases=pl.lit("all"), **figures)])


def flagged(rows: pl.DataFrame) -> pl.DataFrame:
    """Return who counts as churned by each definition, all snapshots together.

    One row a definition: ``definition``, ``share`` (of customers), then its parts, a column for each of PURCHASES (also
    shares of all customers, so that they add up to it), and ``share_of_spend`` (how much of what all customers spent
    in the year before as_of had come from those flagged; null where nothing was spent).
    """
    gone, spend = pl.col("churned"), pl.col("spend_365")
    total = spend.sum()
    parts = {name: (gone & (pl.col("purchases") == name)).mean() for name in PURCHASES}
    worth = pl.when(total > 0).then(spend.filter(gone).sum() / total)
    found = rows.group_by("definition").agg(share=gone.mean(), **parts, share_of_spend=worth)
    return found.sort("definition").cast({"definition": pl.String})


def overlap(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how far the definitions agree: of those whom the row's definition flags, the share that the column's does.

    One row a definition: ``of_those_flagged_by``, ``customers`` (flagged, at all snapshots), and a column for each
    definition; null where nobody is flagged.
    """
    names = _names(rows)
    wide = rows.pivot("definition", index=["customer_id", "as_of"], values="churned")
    return pl.concat(
        wide.filter(pl.col(name)).select(
            of_those_flagged_by=pl.lit(name), customers=pl.len(), **{other: pl.col(other).mean() for other in names}
        )
        for name in names
    )


def told_ahead(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how well each definition's churn is told ahead, by the model and by two rules.

    One row a definition: ``definition``, ``customers`` (rows, all snapshots together), ``churned`` (share), ``auc`` of
    the model, ``auc_recency`` (of the days since the last purchase) and ``auc_overdue`` (the same in typical gaps);
    ``forecast`` (mean churn probability, to be held against ``churned``), ``brier`` and ``ece`` (lower is better).
    AUCs are means over the snapshots, NaN where all churned or none did. Those of one row are of the same outcome and
    can be compared; those of two rows cannot.
    """
    return _by(rows, ["definition"])


def by_purchases(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of :func:`told_ahead` by how often customers had come, with the model's calibration.

    One row per ``definition`` and ``purchases`` (of PURCHASES, those that have customers), with its columns.
    """
    return _by(rows, ["definition", "purchases"])


def leads(rows: pl.DataFrame, seed: int = 0) -> dict[str, Interval]:
    """Return the model's lead over recency in AUC by definition, with its 95% interval over customers.

    For ``plots.interval_plot``; positive is better. Means over the snapshots; NaN where an AUC is.
    """
    found = {}
    for name in _names(rows):
        part, rng = rows.filter(pl.col("definition") == name), np.random.default_rng(seed)
        model, rule = _auc(part, "churn_probability"), _auc(part, "recency")
        customers = part["customer_id"].to_numpy()
        found[name] = intervals.paired_difference(model, rule, customers, rng, n_resamples=_RESAMPLES)
    return found


def outcomes(rows: pl.DataFrame, definition: str) -> dict[str, tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]]:
    """Return (churned, churn_probability) of the customers of each slice, for ``plots.slice_calibration_plot``.

    Raises:
        DataError: the study does not hold that definition.
    """
    if definition not in _names(rows):
        raise DataError(f"the study has no definition {definition!r}; it has {', '.join(_names(rows))}")
    asked = rows.filter(pl.col("definition") == definition)
    parts = {name: asked.filter(pl.col("purchases") == name) for name in PURCHASES}
    return {
        f"{name} ({part.height:,})": (part["churned"].to_numpy(), part["churn_probability"].to_numpy())
        for name, part in parts.items()
        if part.height
    }


def longest(rows: pl.DataFrame) -> str:
    """Return the name of the longest horizon of the study."""
    return _names(rows)[-2]


def headline(rows: pl.DataFrame) -> str:
    """Return how far the choice of a definition moves who counts as churned, in sentences."""
    table = flagged(rows).sort("share")
    low, high = table.row(0, named=True), table.row(-1, named=True)
    as_ofs = rows["as_of"].unique().sort()
    both = overlap(rows).filter(of_those_flagged_by=OWN)[longest(rows)].item()
    agree = "" if both is None else f" Of those flagged by their {OWN}, {both:.0%} are also flagged by {longest(rows)}."
    spend = "" if high["share_of_spend"] is None else (
        f", with {low['share_of_spend']:.1%} and {high['share_of_spend']:.1%} of the spend of the year before"
    )  # fmt: skip
    once = rows.select((pl.col("purchases") == PURCHASES[0]).mean()).item()
    return (
        f"At {len(as_ofs)} snapshots from {as_ofs[0]} to {as_ofs[-1]}, {low['share']:.1%} of customers churned by "
        f"{low['definition']} and {high['share']:.1%} by {high['definition']}{spend}.{agree} "
        f"{once:.0%} of the customers had bought once."
    )


def _asked(shop: Shop, snapshots: Sequence[Snapshot], cadence: Cadence) -> pl.DataFrame:
    """Return the feature table with each customer's patience and what happened, by as_of and customer_id."""
    table = scale.feature_table(shop.ledger, snapshots)
    end = snapshots[-1].future.end
    waits = scale.map_buckets(shop.ledger, end, lambda lines: labels.next_purchase(lines, snapshots))
    bounds = own.patience(table, snapshots, cadence)
    return table.join(bounds, on=labels.KEYS).join(waits, on=labels.KEYS).sort("as_of", "customer_id")


def _forecast(shop: Shop, snapshot: Snapshot, rows: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Return (rows, horizon) survival by the default timing model, fitted on what is known at the snapshot."""
    learn = config.Training(horizon_days=snapshot.horizon_days)
    model = training.fit(config.model_for("timing", "default"), shop.ledger, snapshot.as_of, learn, 0, None)
    survival: npt.NDArray[np.float64] = model.estimator.survival(rows)
    return survival


def _defined(
    rows: pl.DataFrame, survival: npt.NDArray[np.float64], name: str, days: pl.Expr, names: list[str]
) -> pl.DataFrame:
    """Return the rows of one definition, by which a customer is gone after ``days``."""
    bound = rows.select(days=days + 0 * pl.col("patience_days"))["days"].to_numpy()
    stays = np.clip(survival[np.arange(len(bound)), bound - 1], 0.0, 1.0)
    purchases = np.digitize(rows["frequency"].to_numpy() + 1, [2, 5])
    return rows.select(
        *labels.KEYS,
        definition=pl.lit(name, pl.Enum(names)),
        purchases=pl.Series([PURCHASES[each] for each in purchases], dtype=pl.Enum(PURCHASES)),
        days=pl.Series(bound),
        churned=~pl.col("observed") | (pl.col("duration") > pl.Series(bound)),
        churn_probability=pl.Series(stays),
        recency="recency",
        overdue="overdue",
        spend_365="spend_365",
    )


def _names(rows: pl.DataFrame) -> list[str]:
    return rows["definition"].unique().sort().cast(pl.String).to_list()


def _by(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    found = []
    for key, part in rows.sort(keys).group_by(keys, maintain_order=True):
        gone, probability = part["churned"].to_numpy(), part["churn_probability"].to_numpy()
        everyone = np.ones(part.height)
        found.append(
            {
                **dict(zip(keys, key, strict=True)),
                "customers": part.height,
                "churned": gone.mean(),
                "auc": _auc(part, "churn_probability")(everyone),
                "auc_recency": _auc(part, "recency")(everyone),
                "auc_overdue": _auc(part, "overdue")(everyone),
                "forecast": probability.mean(),
                "brier": classification.brier(gone, probability),
                "ece": classification.ece(gone, probability),
            }
        )
    return pl.DataFrame(found)


def _auc(rows: pl.DataFrame, score: str) -> intervals.Metric:
    """The mean over snapshots of the AUC of a column of which higher is more at risk."""
    churned, column = rows["churned"].to_numpy(), rows[score].to_numpy().astype(np.float64)
    scaled = column / max(1.0, column.max(initial=1.0))
    return intervals.mean_over(
        rows["as_of"].to_numpy(), lambda at, weights: classification.auc(churned[at], scaled[at], weights)
    )
