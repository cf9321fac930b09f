"""Ids as applications send them, and as the release knows them: customers who were joined, items spelt in other ways.

A till and a web shop each send their own ids. Whoever is asked about goes by the id of the person here, and every item
by the spelling that the ledger gives it; answers name both as they were asked for. Purchases that come in are kept as
they were sent and resolved when they are looked up: a release that joins two customers, or parts them again, is right
about them at once, and the same line sent again is the same line.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from regulars import clock
from serving.contract import CustomerRequest
from serving.customer import unknown
from serving.problems import Problem
from serving.rank_contract import RankRequest
from serving.recommend_contract import Recommended, RecommendRequest
from serving.sales import Sale
from serving.store import Store

R = TypeVar("R", bound=CustomerRequest)

_BY_TIME = attrgetter("purchased_at", "order_id")


def day(store: Store, given: dt.date | None) -> dt.date | None:
    """Return the day that is meant: of a time with an offset, the shop's."""
    if not isinstance(given, dt.datetime):
        return given
    (told,) = clock.told([given], store.header.time_zone)
    return told.date()


def customer_of(store: Store, customer_id: str) -> str:
    """Return the customer whom an id stands for."""
    return store.ids(customer_id)[0]


def customers_of(store: Store, customer_ids: Collection[str]) -> dict[str, str]:
    """Return the customer whom each id stands for, in the order of the ids."""
    if not store.header.has_merged:
        return {who: who for who in customer_ids}
    return {who: customer_of(store, who) for who in customer_ids}


def resolved(store: Store, request: R) -> R:
    """Return what is asked in the ids of the release; the items to rank stay, since each gets a row."""
    changes: dict[str, Any] = {"as_of": day(store, request.as_of)}
    if request.customer_id is not None:
        changes["customer_id"] = customer_of(store, request.customer_id)
    if isinstance(request, RecommendRequest | RankRequest):
        changes |= _basket(store, request)
    if isinstance(request, RecommendRequest):
        changes |= _items(store, request)
    news = {name: value for name, value in changes.items() if value != getattr(request, name)}
    return request.model_copy(update=news) if news else request


def _basket(store: Store, request: RecommendRequest | RankRequest) -> dict[str, Any]:
    if not request.context.basket:
        return {}
    return {"context": request.context.model_copy(update={"basket": _spelt(store, request.context.basket)})}


def _items(store: Store, request: RecommendRequest) -> dict[str, Any]:
    """Return the fields of a request that name items, spelt as the ledger does; an item described twice counts once."""
    changes: dict[str, Any] = {}
    if request.item_id is not None:
        changes["item_id"] = _spelt(store, [request.item_id])[0]
    lists = {name: value for name in ("exclude", "in_stock") if (value := getattr(request.filter, name))}
    if lists:
        spelt = {name: _spelt(store, value) for name, value in lists.items()}
        changes["filter"] = request.filter.model_copy(update=spelt)
    if request.items:
        names = _spelt(store, [item.item_id for item in request.items])
        first = dict(zip(reversed(names), reversed(request.items), strict=True))
        changes["items"] = tuple(item.model_copy(update={"item_id": name}) for name, item in reversed(first.items()))
    return changes


def _spelt(store: Store, item_ids: Sequence[str]) -> tuple[str, ...]:
    names = store.named(item_ids)
    return tuple(names[item_id] for item_id in item_ids)


def as_asked(found: list[Recommended], store: Store, asked: RecommendRequest) -> list[Recommended]:
    """Return offers whose items go by the ids under which the request has named them, where it has."""
    given = [*(asked.filter.in_stock or ()), *(item.item_id for item in asked.items)]
    back: dict[str, str] = {}
    for written, item_id in store.named(given).items():
        back.setdefault(item_id, written)
    if all(written == item_id for item_id, written in back.items()):
        return found
    return [{**item, "item_id": back.get(item["item_id"], item["item_id"])} for item in found]


def respelt(store: Store, lines: list[Sale]) -> list[Sale]:
    """Return lines whose items are spelt as the ledger does."""
    return _renamed(lines, store.named({line.item_id for line in lines}))


def _renamed(lines: list[Sale], names: Mapping[str, str]) -> list[Sale]:
    if all(written == item_id for written, item_id in names.items()):
        return lines
    return [line._replace(item_id=names[line.item_id]) for line in lines]


def bought(store: Store, find: Callable[[str], list[Sale]], customer_id: str) -> list[Sale]:
    """Return what ``find`` finds under any id of a customer, by time."""
    ids = store.ids(customer_id)
    lines = [line for written in ids for line in find(written)]
    return respelt(store, lines if len(ids) == 1 else sorted(lines, key=_BY_TIME))


def bought_among(
    store: Store, find: Callable[[Collection[str]], Mapping[str, list[Sale]]], customer_ids: Collection[str]
) -> dict[str, list[Sale]]:
    """Return what ``find`` finds under any id of some customers, by customer and time; only who has any is in it."""
    wanted = {ids[0]: ids for ids in map(store.ids, customer_ids)}
    found = find([written for ids in wanted.values() for written in ids])
    names = store.named({line.item_id for lines in found.values() for line in lines})
    several = {who: [line for written in ids for line in found.get(written, ())] for who, ids in wanted.items()}
    return {who: _renamed(sorted(lines, key=_BY_TIME), names) for who, lines in several.items() if lines}


def meant(store: Store, customer_id: str) -> list[str]:
    """Return the known customers whose id is this one behind the name of their system; none where it is known itself.

    Which of them is meant cannot be told, not even where there is one: the id may be a newcomer's of another system.
    """
    systems = store.header.systems
    if not systems:
        return []
    known = store.known([customer_id, *(f"{system}:{customer_id}" for system in systems)])
    return [] if customer_id in known else sorted(known)


@contextlib.contextmanager
def asked_for(store: Store, customer_id: str | None, as_of: dt.date) -> Iterator[None]:
    """Let a refusal of the block name a customer by the id that was asked for, and say what may have been meant."""
    try:
        yield
    except Problem as problem:
        if problem.code != "UNKNOWN_CUSTOMER" or customer_id is None:
            raise
        raise stranger(store, customer_id, as_of) from None


def stranger(store: Store, customer_id: str, as_of: dt.date) -> Problem:
    """Return the problem of a customer without a purchase, with the ids that may have been meant."""
    plain, like = unknown(customer_id, as_of), meant(store, customer_id)
    if not like:
        return plain
    return Problem("UNKNOWN_CUSTOMER", f"no purchase of customer {customer_id!r} before {as_of}; {hint(like)}")


def hint(like: Sequence[str]) -> str:
    """Return how to name a customer of one of several systems."""
    return f"ids begin with their system here, so send it along, as in {like[0]!r}"
