"""Options of ``regulars recommend``: which kind of list, and what may be in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from regulars.errors import DataError

if TYPE_CHECKING:
    from regulars.estimators.recommend import Wish

KindOption = Annotated[str, typer.Option("--kind", help="next_basket, buy_again, cross_sell, similar or new_only.")]
Basket = Annotated[
    list[str] | None,
    typer.Option("--basket", metavar="ID", help="An item in the basket in hand, for cross_sell; give several."),
]
Item = Annotated[str | None, typer.Option("--item", metavar="ID", help="The item that similar is about.")]
Category = Annotated[
    list[str] | None,
    typer.Option(
        "--category", metavar="NAME", help="Only items of this department, category or product type; give several."
    ),
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="ID", help="An item that is not offered; give several.")
]
InStock = Annotated[
    Path | None,
    typer.Option("--in-stock", metavar="FILE", help="Only items of this text file, an item_id a line."),
]
MinPrice = Annotated[
    float | None, typer.Option("--min-price", min=0, help="Lowest usual price of a unit, in the shop's currency.")
]
MaxPrice = Annotated[
    float | None,
    typer.Option("--max-price", min=0, help="Highest such price; items whose price is not known are left out."),
]
NewOnly = Annotated[bool, typer.Option("--new-only", help="Leave out what the customer ever bought.")]
Diversity = Annotated[
    float,
    typer.Option(
        "--diversity", min=0, max=1, help="How much an item is held back for being like those above it; 0: not at all."
    ),
]


class Names(NamedTuple):
    """The items and categories of the options."""

    basket: list[str] | None
    item: str | None
    categories: list[str] | None
    exclude: list[str] | None
    in_stock: Path | None


class Prices(NamedTuple):
    """The bounds of the price, in the shop's currency."""

    lowest: float | None
    highest: float | None


def wish(kind: str, names: Names, prices: Prices, currency: str, *, new_only: bool, diversity: float) -> "Wish":
    """Return what the options ask for.

    Raises:
        ConfigError: the kind does not exist, lacks what it is about, or the filters contradict each other.
        DataError: the file of the stock cannot be read.
    """
    from regulars.currency import decimals
    from regulars.estimators.recommend import Wish

    minor = 10 ** decimals(currency)
    low, high = (None if price is None else round(price * minor) for price in prices)
    return Wish(
        kind=kind,
        basket=tuple(names.basket or ()),
        item=names.item,
        categories=tuple(names.categories or ()),
        exclude=tuple(names.exclude or ()),
        in_stock=None if names.in_stock is None else _lines(names.in_stock),
        min_price=low,
        max_price=high,
        new_only=new_only,
        diversity=diversity,
    )


def _lines(file: Path) -> tuple[str, ...]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {file}; give a text file with an item_id a line") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())
