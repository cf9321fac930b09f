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

RANK: dict[str, Any] = {
    **_ANSWER,
    "model": RECOMMEND["model"],
    "warnings": [{"code": "UNKNOWN_ITEM", "text": "items that the model does not know, which come last: 1 of 3"}],
    "customer_id": "C1042",
    "items": [
        RECOMMEND["items"][0],
        {**RECOMMEND["items"][2], "rank": 2},
        {"item_id": "P9999", "name": None, "rank": 3, "score": None, "source": None, "reasons": []},
    ],
}

_DUE_ROW: dict[str, Any] = {
    "customer_id": "C1042",
    "item_id": "P4711",
    "name": "Espresso beans 1 kg",
    "last_bought": "2026-10-28",
    "typical_days": 30.0,
    "due_date": "2026-11-27",
    "remind_on": "2026-11-25",
    "interval_80": ["2026-11-25", "2026-12-04"],
    "probability": 0.71,
    "basis": "own history (6)",
}

DUE: dict[str, Any] = {
    **_ANSWER,
    "model": {"replenish": {**_MODEL, "name": "regulars-replenish", "model": "replenish_hazard"}},
    "due": [_DUE_ROW],
    "next_cursor": None,
}

PROFILE: dict[str, Any] = {
    **_ANSWER,
    "customer_id": "C1042",
    "person": {"name": "A*** E***", "email": "a***@e***.com", "phone": "***67", "masked": True},
    "currency": "EUR",
    "evidence": _EVIDENCE,
    "cadence": {"last_order": "2026-10-15", "recency_days": 41, "usual_gap_days": 18.0, "overdue": True},
    "spent": "412.30",
    "order_days": [
        {"day": "2026-09-27", "amount": "21.40", "n_orders": 1},
        {"day": "2026-10-15", "amount": "38.70", "n_orders": 1},
    ],
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
    "survival": [0.99, 0.98, 0.97],
    "spend": _SPEND,
    "due": [_DUE_ROW],
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
    "drift": {
        "since": "2026-11-24",
        "highest": 0.04,
        "largest": [{"feature": "recency", "psi": 0.04}, {"feature": "spend_30d", "psi": 0.01}],
    },
}

SCHEMA: dict[str, Any] = {
    **_ANSWER,
    "currency": "EUR",
    "currency_decimals": 2,
    "tables": [
        {
            "name": "purchases",
            "sent_with": ["POST /v1/purchases"],
            "fields": [
                {"name": "customer_id", "type": "string", "required": True, "meaning": "who bought"},
            ],
        }
    ],
    "features": [
        {
            "name": "recency",
            "unit": "days",
            "range": ">= 1",
            "meaning": "since the last purchase",
            "family": "rfm",
        }
    ],
    "tasks": [
        {
            "task": "churn",
            "question": "How likely is it that the customer does not buy within the horizon?",
            "horizon_days": 90,
            "training_cut": "2026-11-24",
        }
    ],
}

HEALTH: dict[str, Any] = {"status": "ok"}

METRICS = 'regulars_requests_total{route="/v1/score",status="200"} 1027.0\n'
