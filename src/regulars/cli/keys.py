"""Commands that make and revoke the keys with which applications ask the service."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from regulars.cli.app import Json, app, show
from regulars.home import Home

if TYPE_CHECKING:
    from serving.keys import Scope

keys_app = typer.Typer(
    name="keys", help="Make, list and revoke the API keys of the service.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(keys_app)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is, such as checkout.")]


@keys_app.command()
def add(
    name: NameArgument,
    scope: Annotated[
        list[str],
        typer.Option(help="What it allows: read (questions), write (purchases) or pii (names unmasked); repeat it."),
    ] = ["read"],  # noqa: B006 - read only by Typer
    per_second: Annotated[
        float | None, typer.Option(metavar="N", help="Requests a second it may make.  [default: any number]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it; it is shown this once, and only its SHA-256 is kept.

    Running services know it at once.

    Example: regulars keys add checkout --scope read --scope write --per-second 200
    """
    from regulars import console
    from serving import keys

    key = keys.add(Home.resolve().keys, name, cast("list[Scope]", scope), per_second)
    told = {"name": name, "key": key, "scopes": ", ".join(scope)}
    show({**told, "scopes": scope}, as_json, lambda: console.facts("Made; the key is not shown again", told))


@keys_app.command("list")
def list_keys(as_json: Json = False) -> None:
    """List the keys: names, scopes and rates."""
    from regulars import console
    from serving import keys

    held = keys.read(Home.resolve().keys)
    told = [{"name": key.name, "scopes": list(key.scopes), "per_second": key.per_second} for key in held]
    rows = {key.name: _described(", ".join(key.scopes), key.per_second) for key in held}
    show(told, as_json, lambda: console.facts("Keys", rows or {"none": "make one with: regulars keys add NAME"}))


@keys_app.command()
def revoke(name: NameArgument) -> None:
    """Revoke a key; running services refuse it from the next request on."""
    from regulars import console
    from serving import keys

    keys.revoke(Home.resolve().keys, name)
    console.screen.print(f"{name} is revoked", highlight=False)


def _described(scopes: str, per_second: float | None) -> str:
    return scopes if per_second is None else f"{scopes}; {per_second:g} requests a second"
