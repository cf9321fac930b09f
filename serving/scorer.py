"""Features in, answers out: what was made beforehand, or the same computed now where there is news."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from serving import (
    batches,
    customer,
    due_page,
    fresh,
    identities,
    metrics,
    offers,
    people,
    predicted,
    profile,
    purchases,
    ranking,
    standing,
    state,
    wishes,
)
from serving.batch_contract import BatchAnswer, BatchRequest
from serving.contract import (
    CustomerRequest,
    ModelsAnswer,
    Reason,
    ScoreAnswer,
    ScoreRequest,
    Whole,
)
from serving.due_contract import DueAnswer, DueRequest
from serving.fresh import Fresh, admitted
from serving.problems import Problem
from serving.profile import View
from serving.profile_contract import ProfileAnswer
from serving.purchase_contract import PurchasesAnswer, PurchasesRequest
from serving.rank_contract import RankAnswer, RankRequest
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

    @property
    def is_near(self) -> bool:
        """Whether purchases are looked up so fast that it may be done on the event loop."""
        return self.sales is None or self.sales.is_near

    def fresh(self, customer_id: str | None) -> Fresh[list[Sale]]:
        """Return the purchases of a customer that came in and are not in the release, by time."""
        return fresh.of(self.sales, self.release.store, customer_id)

    def few_fresh(self, customer_id: str | None) -> Fresh[list[Sale]] | None:
        """Return what :meth:`fresh` does; None where it would take longer than the event loop may wait."""
        return fresh.few(self.sales, self.release.store, customer_id)

    def fresh_among(self, customer_ids: Collection[str]) -> Fresh[dict[str, list[Sale]]]:
        """Return what :meth:`fresh` does of those of some customers who have any."""
        return fresh.among(self.sales, self.release.store, customer_ids)

    def is_light(self, request: ScoreRequest | RecommendRequest, today: dt.date, fresh: Sequence[Sale]) -> bool:
        """Whether the answer takes so little work that it need not leave the event loop."""
        if fresh or request.history or request.customer_id is None or (request.as_of or today) != self.release.as_of:
            return False
        if isinstance(request, ScoreRequest):
            return True
        who = identities.customer_of(self.release.store, request.customer_id)
        return offers.is_plain(request) and self.release.prepared.has_offers(who, request.kind)

    def score(
        self, request: ScoreRequest, today: dt.date, request_id: str, fresh: Fresh[list[Sale]] | None = None
    ) -> ScoreAnswer:
        """Return how a customer stands; ``fresh`` are their :meth:`fresh` purchases, where these are known already.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE, UNKNOWN_CUSTOMER or INVALID_FIELD.
        """
        asked, request = request.customer_id, identities.resolved(self.release.store, request)
        fresh = self.fresh(request.customer_id) if fresh is None else fresh
        feeds = self._feeds(request, fresh)
        as_of = self._as_of(request.as_of, today, *feeds)
        with admitted(fresh), identities.asked_for(self.release.store, asked, as_of):
            whole, why = self._standing(request.customer_id, feeds, as_of, explained=request.explain)
        found = standing.chosen(whole, request.want, why)
        warnings = [*fresh.warnings, *customer.ignored(feeds[1], as_of), *standing.warnings(found)]
        common = self.release.answer(STANDING, as_of, request_id, warnings, request.as_of or today)
        return {**common, **found, "customer_id": asked}

    def batch(self, request: BatchRequest, today: dt.date, request_id: str) -> BatchAnswer:
        """Return how many customers stand.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE.
        """
        asked, given = request.customer_ids, identities.day(self.release.store, request.as_of)
        whose = identities.customers_of(self.release.store, asked)
        fresh = self.fresh_among(whose.values())
        wholes = self._several(whose.values(), given, today, fresh.lines)
        common = self.release.answer(STANDING, self._as_of(given, today), request_id, [*fresh.warnings])
        results = [batches.row(who, *wholes[whose[who]], request.want, common["warnings"]) for who in asked]
        n_ok = sum(row["status"] == "ok" for row in results)
        return {
            **common,
            "results": results,
            "counts": {"ok": n_ok, "error": len(results) - n_ok},
        }

    def recommend(
        self, request: RecommendRequest, today: dt.date, request_id: str, fresh: Fresh[list[Sale]] | None = None
    ) -> RecommendAnswer:
        """Return what to offer a customer; what is popular, where nothing is known about them.

        ``fresh`` are their :meth:`fresh` purchases, where these are known already.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE or INVALID_FIELD.
        """
        asked, request = request, identities.resolved(self.release.store, request)
        fresh = self.fresh(request.customer_id) if fresh is None else fresh
        feeds = self._feeds(request, fresh)
        as_of = self._as_of(request.as_of, today, *feeds)
        items = self._prepared_offers(request, feeds, as_of)
        is_known = items is not None
        if items is None:
            lines = customer.purchases(self.release.store, request.customer_id, as_of, *feeds)
            is_known = bool((lines["quantity"] > 0).any())
            items = self._offers(request, lines if is_known else None, as_of)
        warnings = customer.ignored(feeds[1], as_of) + wishes.warnings(request, items, is_known=is_known)
        told = [*fresh.warnings, *warnings]
        return {
            **self.release.answer(("recommend",), as_of, request_id, told, request.as_of or today),
            "customer_id": asked.customer_id,
            "kind": request.kind,
            "items": identities.as_asked(items, self.release.store, asked),
        }

    def rank(self, request: RankRequest, today: dt.date, request_id: str) -> RankAnswer:
        """Return items in the customer's order; by what is popular, where nothing is known about them.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE or INVALID_FIELD.
        """
        asked, request = request.customer_id, identities.resolved(self.release.store, request)
        fresh = self.fresh(request.customer_id)
        feeds = self._feeds(request, fresh)
        as_of = self._as_of(request.as_of, today, *feeds)
        found = ranking.answer(self.release, feeds, request, as_of, request_id, request.as_of or today)
        return {**found, "customer_id": asked, "warnings": [*found["warnings"], *fresh.warnings]}

    def due(self, request: DueRequest, today: dt.date, request_id: str) -> DueAnswer:
        """Return who runs out of what, a page at a time.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE, MODEL_NOT_READY or INVALID_FIELD.
        """
        return due_page.answer(self.release, self.fresh_among, request, today, request_id)

    def profile(
        self, customer_id: str, as_of: dt.date | None, today: dt.date, request_id: str, *, unmasked: bool = False
    ) -> ProfileAnswer:
        """Return one customer at a glance; ``unmasked`` says whether who asks may know who it is.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE or UNKNOWN_CUSTOMER.
        """
        asked, customer_id = customer_id, identities.customer_of(self.release.store, customer_id)
        fresh, as_of = self.fresh(customer_id), identities.day(self.release.store, as_of)
        day = self._as_of(as_of, today, fresh.lines)
        lines = customer.purchases(self.release.store, customer_id, day, fresh.lines)
        with admitted(fresh), identities.asked_for(self.release.store, asked, day):
            whole, why, view = self._viewed(customer_id, lines, day, is_news=bool(fresh.lines))
        names = self.release.names(lines["item_id"].unique().to_list())
        warnings = [*fresh.warnings, *standing.warnings(whole)]
        return {
            **self.release.answer(STANDING, day, request_id, warnings, as_of or today),
            **whole,
            "churn": {**whole["churn"], "reasons": why},
            **view,
            "customer_id": asked,
            "person": people.worded(self.release.store.person(customer_id), unmasked=unmasked),
            "currency": self.release.currency,
            **profile.habits(lines, names, self.release.currency),
            "due": due_page.of(self.release, asked, fresh.lines) if as_of in (None, self.release.as_of) else None,
        }

    def add(self, request: PurchasesRequest, today: dt.date, request_id: str) -> PurchasesAnswer:
        """Keep purchases; when this returns, they are on disk.

        Raises:
            Problem: CONTRADICTED, PURCHASES_OFF, PURCHASES_UNAVAILABLE or INVALID_FIELD.
        """
        added = purchases.add(self.sales, request.root, today, self.release.store)
        return {"request_id": request_id, "n_new": added.n_new, "n_known": added.n_known}

    def state(self, today: dt.date, request_id: str) -> ModelsAnswer:
        """Return which models answer, and from which data."""
        return state.answer(self.release, today, request_id)

    def _feeds(self, request: CustomerRequest, fresh: Fresh[list[Sale]]) -> tuple[list[Sale], list[Sale]]:
        """Return the purchases that came in since, and those of the request."""
        store = self.release.store
        return fresh.lines, identities.respelt(store, customer.sales(request.customer_id, request.history, store))

    def _as_of(self, given: dt.date | None, today: dt.date, *feeds: Sequence[Sale]) -> dt.date:
        as_of = given or customer.first_unknown_day(today, *feeds)
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
        (whole,) = predicted.wholes(self.release, table)
        return whole, predicted.why(self.release, table) if explained else []

    def _viewed(
        self, customer_id: str, lines: pl.DataFrame, as_of: dt.date, *, is_news: bool
    ) -> tuple[Whole, list[Reason], View]:
        """Return all that a profile says of a customer beside what the ``lines`` tell.

        Raises:
            Problem: UNKNOWN_CUSTOMER.
        """
        prepared = self.release.prepared
        if not is_news and as_of == self.release.as_of:
            found, view = prepared.standing(customer_id), prepared.view(customer_id)
            if found is not None and view is not None:
                metrics.answered(prepared=True)
                return found, prepared.reasons(customer_id), view
        table = customer.recomputed(self.release.store, [customer_id], lines, as_of)
        if table.is_empty():
            raise customer.unknown(customer_id, as_of)
        metrics.answered(prepared=False)
        return predicted.viewed(self.release, table)

    def _several(
        self, customer_ids: Collection[str], given: dt.date | None, today: dt.date, fresh: Mapping[str, list[Sale]]
    ) -> dict[str, tuple[Whole | None, dt.date]]:
        """Return all that can be said of each customer, and the day it is said of; None of strangers."""
        days = {who: self._as_of(given, today, fresh.get(who, [])) for who in customer_ids}
        stored = [who for who, day in days.items() if who not in fresh and day == self.release.as_of]
        found: dict[str, Whole] = self.release.prepared.standings(stored)
        metrics.answered(n_prepared := len(found), prepared=True)
        for day in set(days.values()):
            rest = {who: fresh.get(who, []) for who in days.keys() - stored if days[who] == day}
            found |= batches.computed(self.release, rest, day)
        metrics.answered(len(found) - n_prepared, prepared=False)
        return {who: (found.get(who), day) for who, day in days.items()}

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
