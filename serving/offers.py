"""What to offer: the recommender is asked, and its list put into words."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from regulars import scoring
from regulars.errors import ConfigError
from regulars.scoring import Champions
from serving import wishes
from serving.problems import invalid
from serving.recommend_contract import Context, Filter, Kind, Recommended, RecommendRequest

PREPARED: tuple[Kind, ...] = ("next_basket", "buy_again")
"""The kinds whose plain lists are made beforehand: they hang on the customer alone, and a shorter list begins alike."""

LENGTH = 20
"""Items of a list that is made beforehand."""


def is_plain(request: RecommendRequest) -> bool:
    """Whether a list made beforehand can answer: no filter, no basket, nothing described, and not longer."""
    return (
        request.kind in PREPARED
        and request.k <= LENGTH
        and request.context == Context()
        and request.filter == Filter()
        and not request.diversity
        and not request.items
        and request.item_id is None
    )


def found(
    champions: Champions, lines: pl.DataFrame | None, request: RecommendRequest, as_of: dt.date, currency: str
) -> pl.DataFrame:
    """Return the recommender's list, (rows of :func:`regulars.scoring.recommend`).

    Args:
        champions: one for recommend.
        lines: the customer's transactions before ``as_of``; None for somebody nothing is known about.
        request: what is asked.
        as_of: the day of the offer.
        currency: of the shop.

    Raises:
        Problem: INVALID_FIELD.
    """
    wish, items = wishes.wish(request, currency), wishes.items(request)
    try:
        if lines is not None:
            return scoring.recommend(champions, lines, as_of, request.k, wish, items=items)
        where = request.context.store_id
        return scoring.recommend_to_nobody(champions, request.k, wish, items=items, store_id=where)
    except ConfigError as error:
        raise invalid("filter.category", str(error), "unknown_category") from error


def worded(rows: pl.DataFrame, names: Mapping[str, str | None]) -> list[Recommended]:
    """Return one customer's list in the words of the interface, best first."""
    columns = rows.select("item_id", "rank", "score", "source", "reason").iter_rows()
    return [
        {
            "item_id": item_id,
            "name": names.get(item_id),
            "rank": rank,
            "score": score,
            "source": source,
            "reasons": [reason],
        }
        for item_id, rank, score, source, reason in columns
    ]
