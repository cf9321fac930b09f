"""Features in, answers out: what was made beforehand, or the same computed now where there is news."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

import regulars
from regulars import scoring
from regulars.reasons import explain
from serving import batches, customer, offers, profile, purchases, reasons, standing, wishes
from serving.batch_contract import BatchAnswer, BatchRequest
from serving.contract import ModelsAnswer, Reason, ScoreAnswer, ScoreRequest, Whole
from serving.problems import Problem
from serving.profile_contract import ProfileAnswer
from serving.purchase_contract import PurchasesAnswer, PurchasesRequest
from serving.recommend_contract import RecommendAnswer, Recommended, RecommendRequest
from serving.release import Release
from serving.sales import Sale, Sales

STANDING = ("churn", "timing", "spend")
"""The tasks whose champions say how a customer stands."""


@dataclass(frozen=True)
class Scorer:
    """A release and the purchases since: all that is known."""

    release: Release
    sales: Sales | None = None
    """None: the service takes none."""

    def is_light(self, request: ScoreRequest | RecommendRequest) -> bool:
        """Whether the answer takes so little work that it need not leave the event loop."""
        if request.history or request.customer_id is None or request.as_of not in (None, self.release.as_of):
            return False
        return not self._fresh(request.customer_id) and (isinstance(request, ScoreRequest) or offers.is_plain(request))

    def score(self, request: ScoreRequest, today: dt.date, request_id: str) -> ScoreAnswer:
        """Return how a customer stands.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE, UNKNOWN_CUSTOMER or INVALID_FIELD.
        """
        feeds = self._feeds(request.customer_id, request)
        as_of = self._as_of(request.as_of, today, feeds[0])
        whole, why = self._standing(request.customer_id, feeds, as_of, explained=request.explain)
        found = standing.chosen(whole, request.want, why)
        warnings = customer.ignored(request.history, as_of) + standing.warnings(found)
        common = self.release.answer(STANDING, as_of, request_id, warnings)
        return {**common, **found, "customer_id": request.customer_id}

    def batch(self, request: BatchRequest, today: dt.date, request_id: str) -> BatchAnswer:
        """Return how many customers stand.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE.
        """
        wholes = self._several(request, today)
        as_of = self._as_of(request.as_of, today, [])
        results = [batches.row(who, *wholes[who], request.want) for who in request.customer_ids]
        n_ok = sum(row["status"] == "ok" for row in results)
        return {
            **self.release.answer(STANDING, as_of, request_id, []),
            "results": results,
            "counts": {"ok": n_ok, "error": len(results) - n_ok},
        }

    def recommend(self, request: RecommendRequest, today: dt.date, request_id: str) -> RecommendAnswer:
        """Return what to offer a customer; what is popular, where nothing is known about them.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE or INVALID_FIELD.
        """
        feeds = self._feeds(request.customer_id, request)
        as_of = self._as_of(request.as_of, today, feeds[0])
        items = self._prepared_offers(request, feeds, as_of)
        is_known = items is not None
        if items is None:
            lines = customer.purchases(self.release.store, request.customer_id, as_of, *feeds)
            is_known = bool((lines["quantity"] > 0).any())
            items = self._offers(request, lines if is_known else None, as_of)
        warnings = customer.ignored(request.history, as_of) + wishes.warnings(request, items, is_known=is_known)
        return {
            **self.release.answer(("recommend",), as_of, request_id, warnings),
            "customer_id": request.customer_id,
            "kind": request.kind,
            "items": items,
        }

    def profile(self, customer_id: str, as_of: dt.date | None, today: dt.date, request_id: str) -> ProfileAnswer:
        """Return one customer at a glance.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE or UNKNOWN_CUSTOMER.
        """
        fresh = self._fresh(customer_id)
        day = self._as_of(as_of, today, fresh)
        lines = customer.purchases(self.release.store, customer_id, day, fresh)
        table = customer.recomputed(self.release.store, [customer_id], lines, day)
        if table.is_empty():
            raise customer.unknown(customer_id, day)
        whole, why = self._live(table, explained=True)
        names = self.release.names(lines["item_id"].unique().to_list())
        return {
            **self.release.answer(STANDING, day, request_id, standing.warnings(whole)),
            **whole,
            "churn": {**whole["churn"], "reasons": why},
            "customer_id": customer_id,
            "cadence": profile.cadence(table.row(0, named=True)),
            "currency": self.release.currency,
            **profile.habits(lines, names, self.release.currency),
        }

    def add(self, request: PurchasesRequest, today: dt.date, request_id: str) -> PurchasesAnswer:
        """Keep purchases; when this returns, they are on disk.

        Raises:
            Problem: CONTRADICTED, PURCHASES_OFF or INVALID_FIELD.
        """
        added = purchases.add(self.sales, request.root, today, self.release.currency)
        return {"request_id": request_id, "n_new": added.n_new, "n_known": added.n_known}

    def state(self, today: dt.date, request_id: str) -> ModelsAnswer:
        """Return which models answer, and from which data."""
        header = self.release.store.header
        return {
            **self.release.answer(tuple(self.release.models), today, request_id, []),
            "regulars_version": regulars.__version__,
            "release": self.release.name,
            "store": {
                "as_of": header.as_of,
                "fingerprint": header.fingerprint,
                "currency": header.currency,
                "n_customers": header.n_customers,
            },
        }

    def _fresh(self, customer_id: str | None) -> list[Sale]:
        return [] if self.sales is None or customer_id is None else self.sales.of(customer_id)

    def _feeds(
        self, customer_id: str | None, request: ScoreRequest | RecommendRequest
    ) -> tuple[list[Sale], list[Sale]]:
        """Return the purchases that came in since, and those of the request."""
        return self._fresh(customer_id), customer.sales(customer_id, request.history, self.release.currency)

    def _as_of(self, given: dt.date | None, today: dt.date, fresh: Sequence[Sale]) -> dt.date:
        as_of = given or customer.first_unknown_day(today, fresh)
        cut = self.release.champions.training_cut
        if as_of < cut:
            raise Problem("AS_OF_OUT_OF_RANGE", f"the models know purchases before {cut}; ask for that day or later")
        return as_of

    def _standing(
        self, customer_id: str | None, feeds: tuple[list[Sale], list[Sale]], as_of: dt.date, *, explained: bool
    ) -> tuple[Whole, list[Reason]]:
        """Return all that can be said of a customer, with the reasons if they are wanted.

        Raises:
            Problem: UNKNOWN_CUSTOMER or INVALID_FIELD, where there is no purchase before ``as_of``.
        """
        prepared, store = self.release.prepared, self.release.store
        if customer_id is not None and not any(feeds) and as_of == self.release.as_of:
            found = prepared.standing(customer_id)
            if found is None:
                raise customer.unknown(customer_id, as_of)
            return found, prepared.reasons(customer_id) if explained else []
        lines = customer.purchases(store, customer_id, as_of, *feeds)
        table = customer.recomputed(store, [] if customer_id is None else [customer_id], lines, as_of)
        if table.is_empty():
            raise customer.no_purchase(as_of) if feeds[1] else customer.unknown(customer_id, as_of)
        return self._live(table, explained=explained)

    def _several(self, request: BatchRequest, today: dt.date) -> dict[str, tuple[Whole | None, dt.date]]:
        """Return all that can be said of each customer, and the day it is said of; None of strangers."""
        fresh = {} if self.sales is None else self.sales.among(request.customer_ids)
        days = {who: self._as_of(request.as_of, today, fresh.get(who, [])) for who in request.customer_ids}
        stored = [who for who, day in days.items() if who not in fresh and day == self.release.as_of]
        found: dict[str, Whole] = self.release.prepared.standings(stored)
        for day in set(days.values()):
            rest = {who: fresh.get(who, []) for who in days.keys() - stored if days[who] == day}
            table = customer.several(self.release.store, rest, day)
            if not table.is_empty():
                found |= zip(table["customer_id"], self._wholes(table), strict=True)
        return {who: (found.get(who), day) for who, day in days.items()}

    def _live(self, table: pl.DataFrame, *, explained: bool) -> tuple[Whole, list[Reason]]:
        """Ask the models about one row of features."""
        (whole,) = self._wholes(table)
        if not explained:
            return whole, []
        (because,) = explain(self.release.champions["churn"].estimator, table)
        return whole, reasons.worded(because, self.release.currency)

    def _wholes(self, table: pl.DataFrame) -> list[Whole]:
        """Ask the models about rows of features."""
        scores: Any = scoring.score(self.release.champions, table).iter_rows(named=True)
        known = table.select(standing.FEATURES).iter_rows(named=True)
        return [standing.whole(row, told, self.release.currency) for row, told in zip(scores, known, strict=True)]

    def _prepared_offers(
        self, request: RecommendRequest, feeds: tuple[list[Sale], list[Sale]], as_of: dt.date
    ) -> list[Recommended] | None:
        """Return a list made beforehand; None where there is none that answers."""
        if request.customer_id is None or any(feeds) or as_of != self.release.as_of or not offers.is_plain(request):
            return None
        found = self.release.prepared.offers(request.customer_id, request.kind)
        return None if found is None else found[: request.k]

    def _offers(self, request: RecommendRequest, lines: pl.DataFrame | None, as_of: dt.date) -> list[Recommended]:
        """Ask the recommender; None: about somebody nothing is known of."""
        found = offers.found(self.release.champions, lines, request, as_of, self.release.currency)
        told = {item.item_id: item.name for item in request.items}
        return offers.worded(found, told | self.release.names(found["item_id"].to_list()))
