"""Recall, NDCG, hit rate and reciprocal rank against an independent library, on random lists."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from regulars.evaluation.ranking import ranking_values

Rows = dict[str, list[str]]
K = 10


@pytest.fixture(scope="module")
def ranx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Ranx without its compiler, which takes longer than the work here, and without a folder in the user's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_DISABLE_JIT", "1")
        patch.setenv("IR_DATASETS_HOME", str(tmp_path_factory.mktemp("ir")))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own sources, when Python first compiles them
            import ranx
        yield ranx


def drawn(rng: np.random.Generator, fewest: int, most: int) -> Rows:
    """Return up to ``most`` distinct items for each of 60 customers, out of 40."""
    lengths = rng.integers(fewest, most + 1, 60)
    return {f"c{n:02}": [f"x{item}" for item in rng.permutation(40)[:length]] for n, length in enumerate(lengths)}


def measured(ranx: Any, lists: Rows, relevant: Rows) -> dict[str, dict[str, float]]:
    """Return ranx's values of each customer with relevant items: metric -> customer -> value."""
    judged = {customer: dict.fromkeys(items, 1) for customer, items in relevant.items() if items}
    # Scores that fall with the rank, so that there are no ties.
    scored = {customer: {item: 1.0 / rank for rank, item in enumerate(lists[customer], 1)} for customer in judged}
    cut = {customer: dict(list(items.items())[:K]) for customer, items in scored.items()}
    names = {"recall": f"recall@{K}", "ndcg": f"ndcg@{K}", "hit": f"hit_rate@{K}", "mrr": f"mrr@{K}"}
    found = {ours: evaluated(ranx, judged, scored, theirs) for ours, theirs in names.items()}
    # Without a k, ranx's perfect list holds every relevant item; the list itself was cut before.
    return found | {"ndcg_bought": evaluated(ranx, judged, cut, "ndcg")}


def evaluated(ranx: Any, judged: Any, scored: Any, metric: str) -> dict[str, float]:
    listed = {customer: items for customer, items in scored.items() if items}
    run = ranx.Run(listed)
    ranx.evaluate(ranx.Qrels(judged), run, metric, make_comparable=True)
    return dict(run.scores[metric])


@pytest.mark.parametrize("seed", range(3))
def test_values_are_those_of_ranx(ranx: Any, seed: int) -> None:
    """Lists of 0 to 15 items, baskets of 0 to 20, of which about half are new."""
    rng = np.random.default_rng(seed)
    lists, baskets, owned = drawn(rng, 0, 15), drawn(rng, 0, 20), drawn(rng, 10, 30)
    relevant = {
        "": baskets,
        "_repeat": {c: [item for item in items if item in owned[c]] for c, items in baskets.items()},
        "_new": {c: [item for item in items if item not in owned[c]] for c, items in baskets.items()},
    }
    places = [(c, rank, item) for c, items in lists.items() for rank, item in enumerate(items, 1)]
    values = ranking_values(
        pl.DataFrame(places, schema=["customer_id", "rank", "item_id"], orient="row"),
        pl.DataFrame({"customer_id": list(baskets), "item_ids": list(baskets.values())}),
        pl.DataFrame({"customer_id": list(owned), "item_id": list(owned.values())}).explode("item_id"),
        k=K,
    )
    assert min(map(len, lists.values())) == min(map(len, baskets.values())) == 0
    for kind, items in relevant.items():
        for name, expected in measured(ranx, lists, items).items():
            ours = dict(values.select("customer_id", f"{name}{kind}").drop_nulls().iter_rows())
            assert ours == pytest.approx(expected, rel=1e-12), f"{name}{kind}"
