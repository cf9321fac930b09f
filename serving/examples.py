"""An example answer for each route, for the documentation; the tests hold them against the contract."""

from typing import Any

_MODEL = {
    "name": "regulars-churn",
    "version": "3",
    "run_id": "5f0c1d2e3a4b4c5d8e9f0a1b2c3d4e5f",
    "alias": "champion",
    "trained_at": "2026-11-24T21:05:00Z",
    "model": "churn_hazard",
    "training_cut": "2026-11-24",
}
_ANSWER = {
    "request_id": "0f8fad5bd9cb469fa16570867728950e",
    "as_of": "2026-11-25",
    "data_through": "2026-11-24",
    "model": {
        "churn": _MODEL,
        "timing": {**_MODEL, "name": "regulars-timing", "model": "timing_hazard"},
    },
    "warnings": [],
}
_EVIDENCE = {"n_orders": 9, "first_order": "2025-01-14", "source": "model"}
_CHURN = {
    "probability": 0.62,
    "horizon_days": 90,
    "definition": "no purchase in the 90 days from as_of",
    "reasons": [
        {
            "code": "OVERDUE",
            "text": "41 days since the last order; usually 18",
            "feature": "recency",
            "value": 41.0,
            "typical": 18.0,
            "effect": 0.21,
        }
    ],
}
_NEXT_PURCHASE = {
    "expected_date": None,
    "interval_80": ["2026-12-06", None],
    "probability_within_days": {"7": 0.06, "14": 0.13, "30": 0.22, "60": 0.32, "90": 0.38},
    "overdue": True,
}
_SPEND = {"horizon_days": 90, "expected": "184.20", "interval_80": ["0.00", "402.75"], "currency": "EUR"}

SCORE: dict[str, Any] = {
    **_ANSWER,
    "customer_id": "C1042",
    "evidence": _EVIDENCE,
    "churn": _CHURN,
    "next_purchase": _NEXT_PURCHASE,
    "spend": _SPEND,
}

BATCH: dict[str, Any] = {
    **_ANSWER,
    "results": [
        {
            "customer_id": "C1042",
            "status": "ok",
            "as_of": "2026-11-25",
            "churn": {**_CHURN, "reasons": []},
            "evidence": _EVIDENCE,
            "warnings": [],
        },
        {
            "customer_id": "nobody",
            "status": "error",
            "code": "UNKNOWN_CUSTOMER",
            "detail": "no purchase of customer 'nobody' before 2026-11-25; check the id, or score inline history",
        },
    ],
    "counts": {"ok": 1, "error": 1},
}

PURCHASES: dict[str, Any] = {"request_id": _ANSWER["request_id"], "n_new": 1, "n_known": 0}

RECOMMEND: dict[str, Any] = {
    **_ANSWER,
    "model": {"recommend": {**_MODEL, "name": "regulars-recommend", "model": "recommend_lightgbm"}},
    "customer_id": "C1042",
    "kind": "next_basket",
    "items": [
        {
            "item_id": "P4711",
            "name": "Espresso beans 1 kg",
            "rank": 1,
            "score": 2.31,
            "source": "history",
            "reasons": ["bought in 7 of their last 9 orders, about every 18 days"],
        },
        {
            "item_id": "P0815",
            "name": "Paper filters",
            "rank": 2,
            "score": 1.07,
            "source": "co_purchase",
            "reasons": ["goes with Espresso beans 1 kg"],
        },
        {
            "item_id": "P0042",
            "name": "Oat drink",
            "rank": 3,
            "score": 0.4,
            "source": "popular",
            "reasons": ["many customers of this shop buy it now: 12%"],
        },
    ],
}

PROFILE: dict[str, Any] = {
    **_ANSWER,
    "customer_id": "C1042",
    "currency": "EUR",
    "evidence": _EVIDENCE,
    "cadence": {"last_order": "2026-10-15", "recency_days": 41, "usual_gap_days": 18.0, "overdue": True},
    "spent": "412.30",
    "last_orders": [
        {
            "order_id": "O-20931",
            "purchased_at": "2026-10-15T17:42:00",
            "amount": "38.70",
            "n_lines": 1,
            "lines": [
                {"item_id": "P4711", "name": "Espresso beans 1 kg", "quantity": 2.0, "amount": "38.70"},
            ],
        }
    ],
    "favourites": [
        {"item_id": "P4711", "name": "Espresso beans 1 kg", "n_orders": 7, "last_bought": "2026-10-15"},
    ],
    "returns": {"n_lines": 0, "amount": "0.00"},
    "churn": _CHURN,
    "next_purchase": _NEXT_PURCHASE,
    "spend": _SPEND,
}

MODELS: dict[str, Any] = {
    **_ANSWER,
    "regulars_version": "0.1.0",
    "release": "2026-11-25-1f7f11c3a5d2b0c4",
    "store": {
        "as_of": "2026-11-25",
        "fingerprint": "9b74c9897bac770ffc029102a200c5de",
        "currency": "EUR",
        "n_customers": 2469,
    },
}

HEALTH: dict[str, Any] = {"status": "ok"}

METRICS = 'regulars_requests_total{route="/v1/score",status="200"} 1027.0\n'
