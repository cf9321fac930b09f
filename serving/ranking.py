"""Items that somebody names, in the order in which one customer likes them."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from regulars import scoring
from regulars.estimators.recommend import Wish
from serving import customer, wishes
from serving.contract import Warned
from serving.offers import worded
from serving.problems import invalid
from serving.rank_contract import RankAnswer, Ranked, RankRequest
from serving.release import Release
from serving.sales import Sale


def answer(
    release: Release,
    feeds: tuple[list[Sale], list[Sale]],
    request: RankRequest,
    as_of: dt.date,
    request_id: str,
    asked: dt.date,
) -> RankAnswer:
    """Return the items of ``request``, each once, in the customer's order.

    Args:
        release: whose champion and customers answer.
        feeds: the purchases that came in since, and those of the request.
        request: what is asked.
        as_of: the day of the offer.
        request_id: goes into the answer.
        asked: the day of the question, which ``as_of`` may lie after.

    Raises:
        Problem: INVALID_FIELD, where an item that is asked about lies in the basket.
    """
    lines = customer.purchases(release.store, request.customer_id, as_of, *feeds)
    is_known = bool((lines["quantity"] > 0).any())
    items = _ranked(release, lines if is_known else None, request, as_of)
    told = customer.ignored(feeds[1], as_of) + _warnings(items, is_known=is_known)
    common = release.answer(("recommend",), as_of, request_id, told, asked)
    return {**common, "customer_id": request.customer_id, "items": items}


def _ranked(release: Release, lines: pl.DataFrame | None, request: RankRequest, as_of: dt.date) -> list[Ranked]:
    """Return the items with the scores of the list that may hold these alone, and behind them what it does not rate.

    Without a basket an item has the score that the customer's plain list gives it, where that holds it.
    """
    names = release.store.named(request.item_ids)
    wish, k, champions = _wish(request, names), len(request.item_ids), release.champions
    if lines is None:
        found = scoring.recommend_to_nobody(champions, k, wish, store_id=request.context.store_id)
    else:
        found = scoring.recommend(champions, lines, as_of, k, wish)
    called = release.names(list(names.values()))
    spelt: dict[str, list[str]] = {}
    for item_id, name in names.items():
        spelt.setdefault(name, []).append(item_id)
    offered = [(item, item_id) for item in worded(found, called) for item_id in spelt.pop(item["item_id"])]
    rated: list[Ranked] = [
        {**item, "item_id": item_id, "rank": rank} for rank, (item, item_id) in enumerate(offered, 1)
    ]
    last = enumerate((item_id for item_id in request.item_ids if names[item_id] in spelt), len(rated) + 1)
    return rated + [_unrated(item_id, called.get(names[item_id]), rank) for rank, item_id in last]


def _warnings(items: list[Ranked], *, is_known: bool) -> list[Warned]:
    """Return what the reader should know: nothing here is personal, or some items are not known."""
    told: list[Warned] = [] if is_known else [wishes.NOT_PERSONAL]
    n_unknown = sum(item["score"] is None for item in items)
    if n_unknown:
        text = f"items that the model does not know, which come last: {n_unknown} of {len(items)}"
        told.append({"code": "UNKNOWN_ITEM", "text": text})
    return told


def _wish(request: RankRequest, names: Mapping[str, str]) -> Wish:
    """Return the wish of a request whose items go by their ``names`` in the ledger."""
    basket = request.context.basket
    for place, item_id in enumerate(request.item_ids):
        if names[item_id] in basket:
            raise invalid(f"item_ids.{place}", "lies in context.basket; ask about what does not", "contradiction")
    return Wish("cross_sell" if basket else "next_basket", basket=basket, in_stock=tuple(dict.fromkeys(names.values())))


def _unrated(item_id: str, name: str | None, rank: int) -> Ranked:
    return {"item_id": item_id, "name": name, "rank": rank, "score": None, "source": None, "reasons": []}
