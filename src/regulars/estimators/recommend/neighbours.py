"""Items bought by the same customers: an item-item similarity, and what it says about a customer."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from implicit.nearest_neighbours import ItemItemRecommender, normalize

from regulars import windows

_FILE = "similarity.npz"


@dataclass(frozen=True)
class Reach:
    """How far back and how wide to look for items bought by the same customers."""

    lookback_days: int
    """Days before as_of that count."""
    n_neighbours: int
    """Neighbours kept per item, the item itself not among them."""
    min_customers: int
    """Customers that an item needs to be a neighbour or to have some."""


def similar_items(lines: pl.DataFrame, n_items: int, as_of: dt.date, reach: Reach) -> sp.csr_array:
    """Return the cosine similarity of items by who bought them, each item with its nearest neighbours.

    Customers enter in an order that their purchases decide, and all addends of a cosine are one number,
    so neither the customers' names nor the order of the rows move a digit.

    Args:
        lines: purchase lines of every customer, all before as_of.
        n_items: number of items in the catalogue; others are left out.
        as_of: the first unknown day.
        reach: how far to look.

    Returns:
        (n_items, n_items) float32, similarities in (0, 1], nothing on the diagonal.
    """
    recent = pl.col("day") >= windows.day_number(as_of) - reach.lookback_days
    bought = lines.filter(recent, pl.col("item") < n_items).unique(["customer", "item"])
    shared = bought.filter(pl.len().over("item") >= reach.min_customers)
    baskets = shared.group_by("customer").agg(pl.col("item").sort()).sort("item")["item"]
    if baskets.is_empty():
        return _square(np.empty(0), np.empty(0, int), np.empty(0, int), n_items)
    items, column = np.unique(baskets.explode().to_numpy(), return_inverse=True)
    starts = np.concatenate([[0], baskets.list.len().cum_sum().to_numpy()])
    matrix = sp.csr_matrix((np.ones(len(column)), column, starts), shape=(len(baskets), len(items)))
    found = _cosine(matrix, reach.n_neighbours + 1)
    other = found.row != found.col
    return _square(found.data[other], items[found.row[other]], items[found.col[other]], n_items)


def _square(
    values: npt.NDArray[np.float64], rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], n: int
) -> sp.csr_array:
    matrix = sp.csr_matrix((values.astype(np.float32), (rows, columns)), shape=(n, n))
    matrix.sort_indices()
    return sp.csr_array(matrix)


def _cosine(matrix: sp.csr_matrix, n: int) -> sp.coo_matrix:
    """Return each column's ``n`` nearest columns (itself among them) with their cosine."""
    model = ItemItemRecommender(K=n, num_threads=1)
    model.fit(normalize(matrix.T).T.tocsr(), show_progress=False)
    return sp.coo_matrix(model.similarity)


def scores(seeds: pl.DataFrame, similarity: sp.csr_array) -> pl.DataFrame:
    """Return the items near each customer's seeds: ``customer``, ``item``, ``co_score`` > 0, by customer and item.

    ``co_score`` is the sum of weight x similarity over the seeds.

    Args:
        seeds: ``customer``, ``item``, ``weight``; items outside the catalogue are left out.
        similarity: :func:`similar_items`.
    """
    known = seeds.filter(pl.col("item") < similarity.shape[0]).sort("customer", "item")
    customers, row = np.unique(known["customer"].to_numpy(), return_inverse=True)
    items, column = np.unique(known["item"].to_numpy(), return_inverse=True)
    # Sums run over a customer's seeds by item, whoever else is asked about: the same digits for all and for one.
    weights = sp.csr_array((known["weight"].to_numpy(), (row, column)), shape=(len(customers), len(items)))
    near = weights @ similarity[items].astype(np.float64)
    near.sort_indices()
    return pl.DataFrame(
        {"customer": np.repeat(customers, np.diff(near.indptr)), "item": near.indices, "co_score": near.data},
        schema={"customer": pl.Int32, "item": pl.Int32, "co_score": pl.Float64},
    )


def save(similarity: sp.csr_array, folder: Path) -> None:
    """Write ``similarity`` into ``folder`` as plain arrays."""
    np.savez_compressed(folder / _FILE, data=similarity.data, indices=similarity.indices, indptr=similarity.indptr)


def load(folder: Path) -> sp.csr_array:
    """Read what :func:`save` wrote."""
    with np.load(folder / _FILE) as parts:
        size = len(parts["indptr"]) - 1
        return sp.csr_array((parts["data"], parts["indices"], parts["indptr"]), shape=(size, size))
