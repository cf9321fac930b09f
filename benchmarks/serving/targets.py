"""What is asked of each server."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from regulars import features
from regulars.features import example
from regulars.windows import Snapshot
from serving.loadtest.load import Ask
from serving.loadtest.scenarios import BATCH, Shop, asks
from serving.loadtest.wire import encoded

ROW = [float(n) for n in range(40)]
"""As many numbers as a model takes features."""


class Target(NamedTuple):
    """A question and who answers it."""

    name: str
    server: str
    asks: Sequence[Ask]
    customers: int = 1
    """That one answer is about."""


OURS = ("score", "explained", "recommend", "batch")
"""Our routes, by scenario of the load test."""


def targets(shop: Shop, *, quick: bool = False) -> list[Target]:
    """Return every target; with ``quick``, without those that no promise rests on."""
    found = [Target(name, "ours", asks(name, shop, 50 if name == "batch" else 2000)) for name in OURS]
    found[-1] = found[-1]._replace(customers=min(BATCH, len(shop.customer_ids)))
    score = [ask.text.partition("\r\n\r\n")[2] for ask in found[0].asks]
    found += [
        _one("noop", "noop", "/noop", {"row": ROW}),
        Target("bare", "bare", [Ask("bare", _posted("/bare/", body)) for body in score]),
    ]
    if not quick:
        found += [
            Target("outermost", "bare", [Ask("outermost", _posted("/outermost", body)) for body in score]),
            _one("lean_noop", "bare", "/noop", {"row": ROW}),
        ]
    return [*found, _one("mlflow", "mlflow", "/invocations", {"dataframe_split": _features()})]


def _one(name: str, server: str, path: str, body: Any) -> Target:
    return Target(name, server, [Ask(name, encoded("POST", path, body))])


def _posted(path: str, body: str) -> str:
    length = f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}"
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n\r\n{body}"


def _features() -> dict[str, Any]:
    """Return the row of features of the documentation's customer, as MLflow takes a table."""
    table = features.table(example.ANNA, example.SIDE, [Snapshot(example.AS_OF)])
    return {"columns": table.columns, "data": [list(table.row(0))]}
