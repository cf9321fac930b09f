"""Features and fitted models in, answers out: the one definition for batch, service and notebook."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars import artefact, curves
from regulars.artefact import Fitted, Meta, Task
from regulars.errors import ConfigError, LeakageError, MissingError
from regulars.estimators.base import Floats
from regulars.estimators.recommend import NEXT_BASKET, Wish

WITHIN_DAYS = (7, 14, 30, 60, 90)
"""The horizons of ``probability_within_*``; null where they reach beyond the model's."""


@dataclass(frozen=True)
class Champions:
    """The promoted model of each task."""

    by_task: Mapping[Task, Fitted]

    @classmethod
    def read(cls, folder: Path) -> "Champions":
        """Read the models in ``folder/<task>/``; a task without a folder has no champion."""
        present = [task for task in artefact.TASKS if (folder / task / "model.json").is_file()]
        return cls({task: artefact.read(folder / task) for task in present})

    def __getitem__(self, task: Task) -> Fitted:
        """Return the champion of ``task``.

        Raises:
            MissingError: there is none.
        """
        if task not in self.by_task:
            raise MissingError(f"no champion for {task}; train one with: regulars train --task {task}")
        return self.by_task[task]

    @property
    def training_cut(self) -> dt.date:
        """The latest training cut: no earlier ``as_of`` can be answered without leakage."""
        return max((fitted.meta.as_of for fitted in self.by_task.values()), default=dt.date.min)

    def refuse_the_past(self, as_of: dt.date, *tasks: Task) -> None:
        """Raise LeakageError where a champion of ``tasks`` was trained on rows at or after ``as_of``."""
        cut = max(self[task].meta.as_of for task in tasks)
        if as_of < cut:
            raise LeakageError(
                f"the champions know purchases before {cut}, so they cannot answer for {as_of} honestly; "
                f"use --as-of {cut} or later, or train again with --as-of {as_of}"
            )


def score(champions: Champions, features: pl.DataFrame, *, curve: bool = False) -> pl.DataFrame:
    """Return when each customer will be back and how likely they will not.

    Args:
        champions: a churn and a timing champion of the same horizon, and a spend champion if there is one.
        features: rows of ``features.table``.
        curve: add the whole curve.

    Returns:
        One row a row of ``features``: ``customer_id``, ``as_of``, ``horizon_days``;
        ``churn_probability``, P(no purchase in the horizon); ``expected_date``, the median day, null beyond it;
        ``days_p10``, ``days_p50``, ``days_p90``, days to the next purchase (1 = the day of as_of, horizon + 1 = beyond
        it); ``probability_within_7 .. _90``, null where the horizon is shorter; ``expected_spend``, net and in minor
        units, with ``spend_p10`` and ``spend_p90``, null without a spend champion; ``source``, ``baseline``
        where a rule had a part in the answer; and with ``curve``
        ``survival``, the list of S(t) = P(no purchase in [as_of, as_of + t days)) for t = 1..horizon.

    Raises:
        ConfigError: the champions look ahead differently.

    The curve is the timing champion's, bent so that it ends at the churn champion's probability: the two
    answers can not contradict each other.
    """
    timing, churn, spend = champions["timing"], champions["churn"], champions.by_task.get("spend")
    answering = [churn, timing] if spend is None else [churn, timing, spend]
    horizon = common_horizon(*(champion.meta for champion in answering))
    survival = curves.reconcile(timing.estimator.survival(features), churn.estimator.predict(features))
    p50 = curves.quantile_days(survival, 0.5)
    columns: dict[str, pl.Series | Floats | curves.IntArray] = {
        "churn_probability": survival[:, -1],
        "expected_date": _dates(features, p50, horizon),
        "days_p10": curves.quantile_days(survival, 0.1),
        "days_p50": p50,
        "days_p90": curves.quantile_days(survival, 0.9),
        **{f"probability_within_{days}": _within(survival, days) for days in WITHIN_DAYS},
        **_spend(spend, features),
    }
    scored = features.select("customer_id", "as_of", horizon_days=pl.lit(horizon, pl.Int64)).with_columns(**columns)
    scored = scored.with_columns(source=pl.lit(_weaker(*answering)))
    return scored.with_columns(survival=pl.Series(survival.tolist(), dtype=pl.List(pl.Float64))) if curve else scored


def recommend(
    champions: Champions,
    transactions: pl.DataFrame,
    as_of: dt.date,
    k: int = 20,
    wish: Wish | str = NEXT_BASKET,
    *,
    items: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the ``k`` items to offer each customer in ``transactions``.

    Args:
        champions: a recommend champion.
        transactions: the customers' rows, all before ``as_of``.
        as_of: the day of the offer.
        k: list length.
        wish: kind of list and filters; the name of a kind stands for that kind without filters.
        items: rows of ``schema.ITEMS`` of items that the champion may not know.

    Returns:
        ``customer_id``, ``rank`` (1-based), ``item_id``, ``score`` (higher is better, comparable within a customer
        only), ``source`` and ``reason``; fewer than ``k`` rows where there is no more to offer.

    Raises:
        ConfigError: there is no such kind or category, or ``k`` is no length.
    """
    return champions["recommend"].estimator.recommend(transactions, as_of, k, wish=wish, items=items)  # type: ignore[no-any-return]


def recommend_to_nobody(
    champions: Champions,
    k: int = 20,
    wish: Wish | str = NEXT_BASKET,
    *,
    items: pl.DataFrame | None = None,
    store_id: str | None = None,
) -> pl.DataFrame:
    """Return the ``k`` items to offer somebody without a purchase: as :func:`recommend`, without ``customer_id``.

    ``store_id`` says where they are; their store's best sellers come first.
    """
    return champions["recommend"].estimator.anonymous(k, wish, items=items, store_id=store_id)  # type: ignore[no-any-return]


def common_horizon(*champions: Meta) -> int:
    """Return how many days ahead all champions look.

    Raises:
        ConfigError: they look ahead differently, so their answers cannot be put together.
    """
    first = champions[0]
    for other in champions[1:]:
        if other.horizon_days != first.horizon_days:
            raise ConfigError(
                f"the {first.task} champion looks {first.horizon_days} days ahead, the {other.task} champion "
                f"{other.horizon_days}; train all with the same --horizon"
            )
    return first.horizon_days


def _spend(champion: Fitted | None, features: pl.DataFrame) -> dict[str, pl.Series | Floats]:
    """Return the columns of spend; null without a champion."""
    if champion is None:
        nothing = pl.Series([None] * features.height, dtype=pl.Float64)
        return dict.fromkeys(("expected_spend", "spend_p10", "spend_p90"), nothing)
    low, high = champion.estimator.interval(features)
    return {"expected_spend": champion.estimator.predict(features), "spend_p10": low, "spend_p90": high}


def _within(survival: Floats, days: int) -> pl.Series:
    if days > survival.shape[1]:
        return pl.Series([None] * len(survival), dtype=pl.Float64)
    return pl.Series(curves.probability_within(survival, days))


def _dates(features: pl.DataFrame, days: curves.IntArray, horizon: int) -> pl.Series:
    dates = features["as_of"] + pl.Series(days - 1).cast(pl.Duration("ms")) * 86_400_000
    return dates.set(pl.Series(days > horizon), None)


def _weaker(*models: Fitted) -> str:
    return "baseline" if any(model.meta.source == "baseline" for model in models) else "model"
