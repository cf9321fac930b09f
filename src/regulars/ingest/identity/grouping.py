"""Pairs into groups: the surest pairs first, and none that would join what must stay apart."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.ingest.identity.components import Groups, Labels, components, places


def grouped(
    customer_ids: pl.Series, pairs: pl.DataFrame, apart: pl.DataFrame, max_records: int | None = None
) -> Labels:
    """Return for each record a number of its group; records of one group have the same.

    Groups are connected components, except where such a component holds two records that are ``apart``, or, with
    ``max_records``, is larger than that. There the pairs join one after the other: those of exact keys before those
    of the model, the more probable first; a pair that would bring two records together that are ``apart``, or with
    which the model (``rule`` splink) would make a group of more than ``max_records``, does not join. This is the
    same as to cut the weakest pair of each path between them.
    """
    labels = components(customer_ids, pairs)
    left, right = places(customer_ids, apart["left_id"], apart["right_id"])
    known = (left >= 0) & (right >= 0)
    left, right = left[known], right[known]
    torn = labels[left[labels[left] == labels[right]]]
    if max_records is not None:
        torn = np.concatenate([torn, np.flatnonzero(np.bincount(labels, minlength=1) > max_records)])
    if not torn.size:
        return labels
    return _one_by_one(
        customer_ids, pairs, labels, np.isin(labels, torn), zip(left.tolist(), right.tolist(), strict=True), max_records
    )


def _one_by_one(
    customer_ids: pl.Series,
    pairs: pl.DataFrame,
    labels: Labels,
    affected: npt.NDArray[np.bool_],
    apart: Iterable[tuple[int, int]],
    max_records: int | None,
) -> Labels:
    surest = pairs.with_columns(model=pl.col("rule") == "splink").sort(
        ["model", "probability", "left_id", "right_id"], descending=[False, True, False, False]
    )
    groups = Groups(apart)
    for left, right, model in zip(
        *places(customer_ids, surest["left_id"], surest["right_id"]), surest["model"], strict=True
    ):
        if left >= 0 and right >= 0 and affected[left]:
            groups.join(int(left), int(right), max_records if model else None)
    fresh = labels.copy()
    records = np.flatnonzero(affected)
    fresh[records] = [len(labels) + groups.find(int(record)) for record in records]
    return fresh
