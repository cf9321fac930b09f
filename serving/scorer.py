"""Features in, answers out: calls what the batch commands call, and words the result."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import polars as pl

import regulars
from regulars import features, scoring
from regulars.errors import ConfigError, DataError, MissingError
from regulars.estimators.recommend import Wish
from regulars.reasons import explain
from regulars.scoring import Champions
from serving import answers, customer, profile, reasons, wishes
from serving.contract import (
    Answer,
    CustomerRequest,
    Model,
    ModelsAnswer,
    ProfileAnswer,
    Reason,
    ScoreAnswer,
    ScoreRequest,
    Warned,
)
from serving.customer import Asked
from serving.problems import Problem, invalid
from serving.recommend_contract import RecommendAnswer, Recommended, RecommendRequest
from serving.store import Store


@dataclass(frozen=True)
class Scorer:
    """The champions and the customers they are asked about."""

    champions: Champions
    models: Mapping[str, Model]
    """Who the champions are, by task."""
    store: Store

    @classmethod
    def load(cls, champions: Path, store: Path) -> Self:
        """Read the champions' folder (with ``lineage.json``) and open the store.

        Raises:
            MissingError: one of them is absent.
            ConfigError: the store was built for other features than this code knows.
            DataError: one of them is damaged.
        """
        models, opened = _models(champions / "lineage.json"), Store(store)
        if opened.header.features != features.NAMES:
            opened.close()
            raise ConfigError(f"the store {store} holds other features than the models ask for; run: regulars package")
        return cls(Champions.read(champions), models, opened)

    def is_light(self, request: CustomerRequest, as_of: dt.date) -> bool:
        """Whether the answer takes so little work that it need not leave the event loop."""
        return customer.is_stored(self.store, request, as_of)

    def score(self, request: ScoreRequest, as_of: dt.date, request_id: str) -> ScoreAnswer:
        """Return how a customer stands.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE, UNKNOWN_CUSTOMER or INVALID_FIELD.
        """
        self._check(as_of)
        asked = customer.asked(self.store, request, as_of)
        row = self._scores(asked)
        common = self._answer(("churn", "timing"), as_of, request_id, customer.ignored(request, as_of))
        answer = ScoreAnswer(
            **common,  # type: ignore[typeddict-item] # it has none of the keys set below
            customer_id=request.customer_id,
            evidence=answers.evidence(asked, row["source"]),
        )
        if "churn" in request.want:
            answer["churn"] = answers.churn(row, self._reasons(asked) if request.explain else [])
        if "next_purchase" in request.want:
            answer["next_purchase"] = answers.next_purchase(row, asked)
        return answer

    def recommend(self, request: RecommendRequest, as_of: dt.date, request_id: str) -> RecommendAnswer:
        """Return what to offer a customer; what is popular, where nothing is known about them.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE or INVALID_FIELD.
        """
        self._check(as_of)
        wish = wishes.wish(request)
        lines = customer.purchases(self.store, request, as_of)
        is_known = bool((lines["quantity"] > 0).any())
        found = self._offers(lines if is_known else None, request, wish, as_of)
        warnings = customer.ignored(request, as_of) + wishes.warnings(request, found, is_known=is_known)
        return {
            **self._answer(("recommend",), as_of, request_id, warnings),
            "customer_id": request.customer_id,
            "kind": request.kind,
            "items": self._named(found, request),
        }

    def profile(self, customer_id: str, as_of: dt.date, request_id: str) -> ProfileAnswer:
        """Return one customer at a glance.

        Raises:
            Problem: AS_OF_OUT_OF_RANGE or UNKNOWN_CUSTOMER.
        """
        self._check(as_of)
        request = CustomerRequest(customer_id=customer_id)
        asked = customer.asked(self.store, request, as_of)
        row = self._scores(asked)
        lines = customer.purchases(self.store, request, as_of)
        names = self._names(lines["item_id"].unique().to_list())
        return {
            **self._answer(("churn", "timing"), as_of, request_id, []),
            "customer_id": customer_id,
            "evidence": answers.evidence(asked, row["source"]),
            "cadence": profile.cadence(asked),
            "currency": self.store.header.currency,
            **profile.habits(lines, names),
            "churn": answers.churn(row, self._reasons(asked)),
            "next_purchase": answers.next_purchase(row, asked),
        }

    def state(self, as_of: dt.date, request_id: str) -> ModelsAnswer:
        """Return which models answer, and from which data."""
        header = self.store.header
        return {
            **self._answer(tuple(self.models), as_of, request_id, []),
            "regulars_version": regulars.__version__,
            "store": {
                "as_of": header.as_of,
                "fingerprint": header.fingerprint,
                "currency": header.currency,
                "n_customers": header.n_customers,
            },
        }

    def _check(self, as_of: dt.date) -> None:
        cut = self.champions.training_cut
        if as_of < cut:
            raise Problem(
                "AS_OF_OUT_OF_RANGE",
                f"the models know purchases before {cut}; ask for that day or later",
            )

    def _scores(self, asked: Asked) -> dict[str, Any]:
        row: dict[str, Any] = scoring.score(self.champions, asked.features).row(0, named=True)
        return row

    def _reasons(self, asked: Asked) -> list[Reason]:
        (found,) = explain(self.champions["churn"].estimator, asked.features)
        return reasons.worded(found, self.store.header.currency)

    def _answer(self, tasks: tuple[str, ...], as_of: dt.date, request_id: str, warnings: list[Warned]) -> Answer:
        through = self.store.header.data_through
        return {
            "request_id": request_id,
            "as_of": as_of,
            "data_through": through,
            "model": {task: self.models[task] for task in tasks if task in self.models},
            "warnings": answers.stale(as_of, through) + warnings,
        }

    def _offers(
        self, lines: pl.DataFrame | None, request: RecommendRequest, wish: Wish, as_of: dt.date
    ) -> pl.DataFrame:
        """What to offer a customer, None: somebody nothing is known about."""
        items = wishes.items(request)
        try:
            if lines is not None:
                return scoring.recommend(self.champions, lines, as_of, request.k, wish, items=items)
            where = request.context.store_id
            return scoring.recommend_to_nobody(self.champions, request.k, wish, items=items, store_id=where)
        except ConfigError as error:
            raise invalid("filter.category", str(error), "unknown_category") from error

    def _named(self, found: pl.DataFrame, request: RecommendRequest) -> list[Recommended]:
        names = {item.item_id: item.name for item in request.items} | self._names(found["item_id"].to_list())
        columns = found.select("item_id", "rank", "score", "source", "reason").iter_rows()
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

    def _names(self, item_ids: list[str]) -> dict[str, str | None]:
        return dict(self.store.items(item_ids).select("item_id", "name").iter_rows())


def _models(lineage: Path) -> dict[str, Model]:
    """Return the public part of the champions' lineage, by task."""
    if not lineage.is_file():
        raise MissingError(f"no champions in {lineage.parent}; train some with: regulars train --as-of DATE")
    try:
        entries = json.loads(lineage.read_text(encoding="utf-8"))
        return {task: _model(entry) for task, entry in entries.items()}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataError(f"{lineage} is damaged ({error!r}); make it again with: regulars package") from error


def _model(entry: Mapping[str, Any]) -> Model:
    """Return the public part of a lineage entry."""
    return {
        "name": entry["name"],
        "version": str(entry["version"]),
        "run_id": entry["run_id"],
        "alias": entry["alias"],
        "trained_at": entry["trained_at"],
    }
