"""The questions that can be asked, each defined once; :mod:`regulars.client.blocking` and ``awaiting`` ask them.

A function returns an :class:`Ask`, or a :data:`Walk` where a question takes several requests. Days are
``datetime.date`` or ISO 8601 text; whoever is asked about is a ``customer_id``, a ``history`` of lines, or both.
"""

import datetime as dt
import itertools
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypedDict, TypeVar, Unpack
from urllib.parse import quote

from regulars.client.lines import Line, Purchase, encoded, numbered

if TYPE_CHECKING:
    from serving.batch_contract import BatchAnswer
    from serving.contract import Health, ModelsAnswer, ScoreAnswer, Task
    from serving.due_contract import DueAnswer
    from serving.profile_contract import ProfileAnswer
    from serving.purchase_contract import PurchasesAnswer
    from serving.rank_contract import RankAnswer
    from serving.recommend_contract import Kind, RecommendAnswer
    from serving.schema_contract import SchemaAnswer

CHUNK = 1000
"""Customers or lines that one request may hold."""

A = TypeVar("A")
T = TypeVar("T")
Day: TypeAlias = dt.date | str
History: TypeAlias = Sequence[Line | Mapping[str, Any]]
Lines: TypeAlias = Iterable[Purchase | Mapping[str, Any]]


@dataclass(frozen=True)
class Ask(Generic[A]):
    """One request, whose answer is an ``A``."""

    method: str
    path: str
    body: bytes | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


Walk: TypeAlias = Generator[Ask[A], A, None]
"""Several requests, each made when the answer before it is known."""


class Kept(NamedTuple):
    """What became of purchases: they are on disk."""

    n_new: int
    """Lines that were not known."""
    n_known: int
    """Lines that were held already, as they are."""


class Filter(TypedDict, total=False):
    """What every offered item must meet; /docs tells of each field."""

    category: Sequence[str]
    exclude: Sequence[str]
    new_only: bool
    in_stock: Sequence[str]
    min_price: Any
    max_price: Any


class Context(TypedDict, total=False):
    """Where the customer stands right now."""

    basket: Sequence[str]
    store_id: str


class Wish(TypedDict, total=False):
    """What to recommend; /docs tells of each field."""

    kind: "Kind"
    k: int
    context: Context
    filter: Filter
    item_id: str
    diversity: float
    items: Sequence[Mapping[str, str]]
    history: History
    as_of: Day


def score(
    customer_id: str | None = None,
    *,
    want: "Sequence[Task] | None" = None,
    explain: bool = False,
    history: History | None = None,
    as_of: Day | None = None,
) -> "Ask[ScoreAnswer]":
    """Return how a customer stands: churn, next purchase, spend; with ``explain`` the reasons of the first.

    Raises:
        UnknownCustomerError: no purchase is known, and no history was given.
    """
    return _post("score", customer_id=customer_id, want=want, explain=explain, history=history, as_of=as_of)


def score_batch(
    customer_ids: Iterable[str], *, want: "Sequence[Task] | None" = None, as_of: Day | None = None
) -> "Walk[BatchAnswer]":
    """Yield how each of any number of customers stands, in their order; of a stranger, why there is no answer."""
    for chunk in _chunks(customer_ids):
        yield _post("score/batch", customer_ids=chunk, want=want, as_of=as_of)


def recommend(customer_id: str | None = None, **wish: Unpack[Wish]) -> "Ask[RecommendAnswer]":
    """Return what to offer a customer, best first; to a stranger, what many buy."""
    return _post("recommend", customer_id=customer_id, **wish)


def rank(
    customer_id: str | None,
    item_ids: Sequence[str],
    *,
    context: Context | None = None,
    history: History | None = None,
    as_of: Day | None = None,
) -> "Ask[RankAnswer]":
    """Return up to 200 items in the customer's order."""
    return _post("rank", customer_id=customer_id, item_ids=item_ids, context=context, history=history, as_of=as_of)


def due(
    as_of: Day | None = None,
    *,
    customer_ids: Sequence[str] | None = None,
    window_days: int | None = None,
    lead_days: int | None = None,
    min_probability: float | None = None,
    limit: int | None = None,
) -> "Walk[DueAnswer]":
    """Yield who runs out of what, page by page until there is no more; ``limit`` is the length of a page."""
    whose = None if customer_ids is None else list(customer_ids)
    asked = {
        "customer_ids": whose,
        "window_days": window_days,
        "lead_days": lead_days,
        "min_probability": min_probability,
        "limit": limit,
    }
    cursor = None
    while True:
        answer = yield _post("replenishment/due", as_of=as_of, **asked, cursor=cursor)
        cursor = answer["next_cursor"]
        if cursor is None:
            return


def profile(customer_id: str, *, as_of: Day | None = None) -> "Ask[ProfileAnswer]":
    """Return one customer at a glance.

    Raises:
        UnknownCustomerError: no purchase is known.
    """
    who = quote(customer_id, safe="").replace(".", "%2E")  # ".." is a step up, unless it is escaped
    return Ask("GET", f"/v1/customers/{who}/profile", parameters={} if as_of is None else {"as_of": str(as_of)})


def purchases(lines: Lines) -> "Walk[PurchasesAnswer]":
    """Tell of any number of purchases, and return how many were new.

    Up to 1000 lines are kept all or none; of more, every thousand by itself. The same may be sent again.

    Raises:
        RefusedError: CONTRADICTED, where a line is held with other content; the thousands before it are kept.
    """
    for chunk in _chunks(numbered(lines)):
        yield Ask("POST", "/v1/purchases", encoded(chunk))


def models() -> "Ask[ModelsAnswer]":
    """Return which models answer, and from which data."""
    return Ask("GET", "/v1/models")


def schema() -> "Ask[SchemaAnswer]":
    """Return what the service expects and knows: fields, features, tasks, currency."""
    return Ask("GET", "/v1/schema")


def ready() -> "Ask[Health]":
    """Return whether the service can answer."""
    return Ask("GET", "/readyz")


def _post(route: str, **fields: Any) -> Ask[Any]:
    """Return the request of a route, without the fields that are left to the service."""
    return Ask("POST", f"/v1/{route}", encoded({name: value for name, value in fields.items() if value is not None}))


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while chunk := list(itertools.islice(rest, CHUNK)):
        yield chunk
