"""What somebody asks a recommender for: a kind of list, what may be in it, and how varied it is to be."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self, get_args

from regulars.errors import ConfigError, did_you_mean

Kind = Literal["next_basket", "buy_again", "cross_sell", "similar", "new_only"]
"""``next_basket``: what the next order will hold, own items and new ones. ``buy_again``: own consumables that are due.
``cross_sell``: what goes into the basket in hand. ``similar``: what is like one item. ``new_only``: the next basket
without what the customer ever bought."""
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every kind of list."""


@dataclass(frozen=True)
class Wish:
    """A kind of list and its filters; every item of the answer meets all of them."""

    kind: str = "next_basket"
    """One of KINDS."""
    basket: tuple[str, ...] = ()
    """item_ids in the basket in hand; they are never offered."""
    item: str | None = None
    """item_id that ``similar`` is about; it is never offered."""
    categories: tuple[str, ...] = ()
    """Names of departments, categories or product types; an item is in one of them. None given: all."""
    exclude: tuple[str, ...] = ()
    """item_ids that must not be offered."""
    in_stock: tuple[str, ...] | None = None
    """The only item_ids that may be offered; None: all."""
    min_price: int | None = None
    """Lowest usual price of a unit, in minor units; an item whose price is not known is left out."""
    max_price: int | None = None
    """Highest such price."""
    new_only: bool = False
    """Whether to leave out what the customer ever bought."""
    diversity: float = 0.0
    """How much an item is held back for being like those above it, in [0, 1]; 0 is the plain list."""

    def __post_init__(self) -> None:
        """Refuse what cannot be answered.

        Raises:
            ConfigError: a field has no such value, or the kind lacks what it is about.
        """
        for name in ("basket", "categories", "exclude", "in_stock"):
            object.__setattr__(self, name, _several(name, getattr(self, name)))
        if self.kind not in KINDS:
            raise ConfigError(
                f"no kind of recommendation is called {self.kind!r}{did_you_mean(self.kind, KINDS)}; "
                f"use one of {', '.join(KINDS)}"
            )
        if self.kind == "cross_sell" and not self.basket:
            raise ConfigError("cross_sell needs the basket in hand; give the item_ids in it")
        if self.kind == "similar" and self.item is None:
            raise ConfigError("similar needs the item that it is about; give its item_id")
        if self.item is not None and self.kind != "similar":
            raise ConfigError(f"an item is what similar is about, not {self.kind}; use kind similar, or give no item")
        if self.kind == "buy_again" and self.new_only:
            raise ConfigError("buy_again offers own items only, so nothing new; leave out new_only")
        if not 0.0 <= self.diversity <= 1.0:
            raise ConfigError(f"diversity lies between 0 and 1, not at {self.diversity}")
        self._check_prices()

    def _check_prices(self) -> None:
        for name in ("min_price", "max_price"):
            if (value := getattr(self, name)) is not None and value < 0:
                raise ConfigError(f"{name} is a price in minor units, not {value}")
        if self.min_price is not None and self.max_price is not None and self.min_price > self.max_price:
            raise ConfigError(f"no price is at least {self.min_price} and at most {self.max_price}")

    @classmethod
    def of(cls, wish: "Wish | str") -> Self:
        """Return a wish; the name of a kind stands for that kind without filters."""
        return cls(kind=wish) if isinstance(wish, str) else wish  # type: ignore[return-value]  # nobody inherits

    @property
    def only_new(self) -> bool:
        """Whether what the customer bought before is left out."""
        return self.new_only or self.kind == "new_only"

    @property
    def is_filtered(self) -> bool:
        """Whether some items of the shop are left out."""
        given = (self.categories, self.exclude, self.basket, self.item)
        optional = (self.in_stock, self.min_price, self.max_price)
        return self.only_new or any(given) or any(value is not None for value in optional)


def _several(name: str, values: Iterable[str] | None) -> tuple[str, ...] | None:
    if isinstance(values, str):
        raise ConfigError(f"{name} holds several names, so give a list, not {values!r}")
    return None if values is None else tuple(values)


NEXT_BASKET = Wish()
"""The plain question."""
