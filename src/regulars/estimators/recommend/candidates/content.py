"""Items that resemble what a customer buys by what is written on them: how new items find their buyers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl
import scipy.sparse as sp

from regulars.estimators.recommend.candidates.arrays import load_matrix, save_matrix
from regulars.estimators.recommend.candidates.past import NEW_DAYS, Past, Shelf, latest, unit_rows
from regulars.estimators.recommend.candidates.vocabulary import Vocabulary
from regulars.features.histories import Histories
from regulars.windows import day_number

_WRITTEN = ("name", "department", "category", "product_type", "brand", "package_size")
"""What is read of an item; a grouping or brand is one word, a name is several."""


@dataclass(frozen=True)
class Words:
    """How items are read."""

    half_orders: float = 8.0
    """An own item counts half after so many orders."""
    new_days: int = NEW_DAYS
    """Items first sold within so many days are offered by content; older ones have buyers to speak for them."""
    most_words: int = 20_000
    """Words that are known, the most frequent."""


@dataclass(frozen=True)
class Content:
    """TF-IDF of an item's name, groupings and brand; a customer is the sum of what they bought.

    Reference: Salton & Buckley (1988), Term-weighting approaches in automatic text retrieval.
    """

    how: Words
    """The parameters."""
    vocabulary: Vocabulary
    """The words."""
    vectors: sp.csr_array
    """(catalogue, words) float32 unit vectors."""
    new: sp.csr_array
    """(words, shelf) float32: the same of the shelf's new items, the word first; other columns are empty."""

    @classmethod
    def fit(cls, past: Past, how: Words) -> Self:
        """Read the items of ``past``."""
        ids = past.catalogue.item_ids.to_frame("item_id")
        texts = texts_of(ids.join(past.items, on="item_id", how="left", maintain_order="left"))
        vocabulary = Vocabulary.of(texts, how.most_words)
        vectors = vocabulary.read(texts)
        age = day_number(past.as_of) - past.lines.group_by("item").agg(pl.col("day").min()).sort("item")["day"]
        first = past.lines["item"].unique().sort().to_numpy()[(age <= how.new_days).to_numpy()]
        fresh = np.isin(past.shelf.items, first).astype(np.float32)
        new = sp.csr_array(sp.diags_array(fresh) @ vectors[past.shelf.items])
        new.eliminate_zeros()
        return cls(how, vocabulary, vectors, new.T.tocsr())

    def generate(self, asked: Histories, shelf: Shelf) -> sp.csr_array:  # noqa: ARG002  (as every source is asked)
        """Return how like each customer's items the new ones are: (customers, items), in [0, 1]."""
        near: sp.csr_array = self.profiles(asked) @ self.new
        return near

    def profiles(self, asked: Histories) -> sp.csr_array:
        """Return (customers, words) unit vectors of what each customer bought, the latest orders heavier."""
        known = asked.pair_item < self.vectors.shape[0]
        weights = asked.total(latest(asked, self.how.half_orders))[known]
        start = np.searchsorted(asked.pair_row[known], np.arange(asked.n + 1)).astype(np.int32)
        parts = (weights.astype(np.float32), asked.pair_item[known].astype(np.int32), start)
        bought = sp.csr_array(parts, shape=(asked.n, self.vectors.shape[0]))
        return unit_rows(bought @ self.vectors)

    def read(self, items: pl.DataFrame) -> sp.csr_array:
        """Return (rows, words) unit vectors of items that may be unknown: rows of ``schema.ITEMS``."""
        return self.vocabulary.read(texts_of(items))

    def save(self, folder: Path) -> None:
        """Write words and vectors."""
        self.vocabulary.save(folder)
        save_matrix(self.vectors, folder, "content_vectors")
        save_matrix(self.new, folder, "content_new")

    @classmethod
    def load(cls, folder: Path, how: Words) -> Self:
        """Map what :meth:`save` wrote."""
        vectors, new = load_matrix(folder, "content_vectors"), load_matrix(folder, "content_new")
        return cls(how, Vocabulary.load(folder), vectors, new)


def texts_of(items: pl.DataFrame) -> list[str]:
    """Return what is written on each item: the words of its name, and each other field as one word."""
    fields = [name for name in _WRITTEN if name in items.columns]
    words = [
        pl.col(name).str.to_lowercase()
        if name == "name"
        else pl.lit(f"{name}=") + pl.col(name).str.to_lowercase().str.replace_all(r"\s+", "_")
        for name in fields
    ]
    if not words:
        return [""] * items.height
    return items.select(pl.concat_str(words, separator=" ", ignore_nulls=True)).to_series().to_list()
