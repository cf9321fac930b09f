"""Commands about champions: make one, take one back, tell who was champion when."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.app import Json, LedgerOption, TaskOption, app, open_ledger, parse_day, show, tasks
from regulars.home import Home

if TYPE_CHECKING:
    from regulars.contest import Decision, Promotion
    from regulars.tracking import Named, Stint


@app.command()
def promote(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN]...", help="MLflow run ids.  [default: newest of each task]"),
    ] = None,
    ledger: LedgerOption = None,
    task: TaskOption = "all",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Training cut.  [default: the data's end]")
    ] = None,
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="A candidate to promote instead of the winner.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and why; change nothing.")] = False,
    force: Annotated[
        str, typer.Option("--force", metavar="REASON", help="Promote against the rule; the journal keeps the reason.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Fit each experiment's winner on all that is known, and make it the champion if it is good enough.

    It must be better than the champion beyond doubt, or level and simpler; in no slice worse; calibrated; and churn and
    timing must say the same. A task whose challenger is refused keeps its champion, the others are promoted, and the
    exit code is 1.

    Example: regulars promote --dry-run
    """
    shop = open_ledger(ledger)
    from regulars import console, contest, tables, workshop

    home, day = Home.resolve(), parse_day(as_of) if as_of else None
    if dry_run:
        asked = contest.entered(home, shop, tasks(task), runs or [], day, model)
        weighed = contest.rehearse(asked, contest.Choice(model, force), console.track)
        show([each.summary() for each in weighed], as_json, lambda: _decisions(weighed))
        return
    choice = contest.Choice(model, force)
    promoted = workshop.promote(home, shop, tasks(task), runs or [], day, console.track, choice)
    result = [promotion.summary() for promotion in promoted]
    show(result, as_json, lambda: tables.promotions(result))
    _end(promoted)


@app.command()
def rollback(
    task: TaskOption,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the journal keeps it.")] = "",
    as_json: Json = False,
) -> None:
    """Make the champion before the present one the champion again; again, and it is the one before that.

    Example: regulars rollback --task churn --reason "too many false alarms"
    """
    from regulars import tables
    from regulars.contest import Promotion
    from regulars.errors import ConfigError
    from regulars.tracking import Registry

    if task == "all":
        raise ConfigError("name one task to roll back, as in --task churn")
    registry = Registry(Home.resolve())
    champion = registry.rollback(task, reason)
    entry = registry.journal.entries(task)[0]
    result = Promotion(champion, entry.change.why, reused=False).summary()
    show(result, as_json, lambda: tables.promotions([result]))


@app.command()
def journal(task: TaskOption = "all", as_json: Json = False) -> None:
    """Tell which model was champion when, instead of whom and why, and what was refused; newest first.

    Example: regulars journal --task churn
    """
    from regulars.tracking import Registry

    registry = Registry(Home.resolve())
    registry.mend()
    stints = registry.journal.stints(None if task == "all" else task)
    show([each.summary() for each in stints], as_json, lambda: _stints(stints))


def _decisions(weighed: "Sequence[Decision]") -> None:
    from regulars import console

    verbs = {"promote": "would be promoted", "refresh": "would be fitted anew", "keep": "stays", "refuse": "is refused"}
    words = {True: "passed", False: "failed", None: "not judged"}
    for each in weighed:
        against = f" against {each.champion}" if each.champion not in (None, each.challenger) else ""
        seen = {f"{check.name}: {words[check.passed]}": check.said for check in each.checks}
        console.facts(f"{each.task}: {each.challenger}{against} {verbs[each.verb]}", seen | {"so": each.why})


def _end(promoted: "Sequence[Promotion]") -> None:
    """End with an error where a challenger was refused, and say whose was not."""
    refused = [each for each in promoted if each.refused]
    if refused:
        done = ", ".join(each.champion.meta.task for each in promoted if not each.refused)
        told = "; ".join(f"{each.champion.meta.task}: {each.why}" for each in refused)
        sys.stderr.write(f"error: refused {told}; champions as the experiments say: {done or 'none'}\n")
        raise typer.Exit(1)


def _stints(stints: "Sequence[Stint]") -> None:
    from regulars import console

    rows = []
    for stint in stints:
        to, before, change = stint.entry.to, stint.entry.instead_of, stint.entry.change
        said = change.action if stint.entry.state == "done" else f"{change.action}, {stint.entry.state}"
        rows.append([_live(stint), change.task, _named(to), _named(before), f"{said}: {change.why}"])
    console.table("Champions, newest first", ["live from - to (UTC)", "task", "model", "instead of", "why"], rows)


def _live(stint: "Stint") -> str:
    """Return when a model was live; of one that never was, when it was tried and what came of it."""
    entry = stint.entry
    if not entry.moved:
        return f"{entry.at:%Y-%m-%d %H:%M}   never"
    return f"{entry.at:%Y-%m-%d %H:%M} - {f'{stint.until:%Y-%m-%d %H:%M}' if stint.until else 'now'}"


def _named(version: "Named") -> str:
    return f"{version.model} {version.version}".strip() or "nobody"
