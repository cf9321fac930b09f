"""Commands that train and use models."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli import engines, wishes
from regulars.cli.app import AsOf, Json, LedgerOption, TaskOption, app, champions, open_ledger, parse_day, show, tasks
from regulars.home import Home


@app.command()
def run(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT_DIR", help="A folder with experiment.toml.")],
    ledger: LedgerOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Run again, even if nothing has changed since the last time.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run an experiment: candidates against a baseline over rolling snapshots; logs to MLflow, writes report.json.

    What was interrupted goes on where it was, and what has not changed is not run again.

    Example: regulars run experiments/churn-001-who-is-leaving
    """
    shop = open_ledger(ledger)
    from regulars import console, tables, workshop

    found, reused, n_kept = workshop.run(experiment, shop, Home.resolve(), force=force, track=console.track)
    if reused or n_kept:
        said = "nothing has changed since its last run" if reused else f"{n_kept} fits were kept from before"
        console.screen.print(f"{experiment.name}: {said} (--force fits everything again)")
    show(found, as_json, lambda: tables.report(found))


@app.command()
def train(
    as_of: AsOf,
    ledger: LedgerOption = None,
    task: TaskOption = "all",
    horizon: Annotated[int, typer.Option(min=1, max=730, help="Days the answers reach ahead.")] = 90,
    seed: Annotated[int, typer.Option(help="Of every random choice.")] = 0,
    as_json: Json = False,
) -> None:
    """Fit the default models on what was known before DATE, register them and make them the champions."""
    shop = open_ledger(ledger)
    from regulars import console, contest, tables
    from regulars.config import Training

    settings = Training(horizon_days=horizon)
    stage = contest.Contest(Home.resolve(), shop, parse_day(as_of), settings, seed)
    result = [promotion.summary() for promotion in stage.train(tasks(task), console.track)]
    show(result, as_json, lambda: tables.promotions(result))


@app.command()
def features(
    as_of: Annotated[
        list[str], typer.Option("--as-of", metavar="DATE", help="First day that must not be known; give several.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder; it gets a Parquet file a bucket.")],
    ledger: LedgerOption = None,
    engine: engines.EngineOption = "local",
    workers: engines.Workers = None,
    master: engines.Master = None,
    as_json: Json = False,
) -> None:
    """Write what is known of every customer as of each DATE: the table that models learn from.

    One row a customer and DATE, known before it. The rows are the same whatever the engine.

    Example: regulars features --as-of 2017-09-01 --as-of 2017-10-01 --out features --workers 2
    """
    with engines.all_or_nothing():
        where = engines.engine(engine, workers, master)
        shop, days = open_ledger(ledger), [parse_day(day) for day in as_of]
        from regulars import console, scale
        from regulars.windows import Snapshot

        job = scale.FeatureJob(tuple(Snapshot(day) for day in days))
        engines.check_folder(out, job.kind)
        engines.check_days(shop, days)
        written = scale.files(shop, job, out, where, console.track)
    result = {"rows": written.rows, "parts": written.parts, "out": str(out), "as_of": as_of}
    told = {"empty throughout": engines.told_of_empty(shop, written.empty)} if written.empty else {}
    show(result | {"empty": written.empty}, as_json, lambda: console.facts("Features", result | told))


@app.command()
def score(
    as_of: AsOf,
    out: engines.Rows,
    ledger: LedgerOption = None,
    curve: Annotated[bool, typer.Option("--curve", help="Add the whole survival curve of each customer.")] = False,
    engine: engines.EngineOption = "local",
    workers: engines.Workers = None,
    master: engines.Master = None,
    as_json: Json = False,
) -> None:
    """Say of every customer how likely they stay away and when they will be back, as of DATE.

    One row a customer known before DATE; day 1 is DATE itself. A DATE before the champions' training cut is refused.

    Example: regulars score --as-of 2017-10-01 --out scores.parquet
    """
    with engines.all_or_nothing():
        where = engines.engine(engine, workers, master)
        shop, day = open_ledger(ledger), parse_day(as_of)
        from regulars import batch, console

        engines.check_out(out, batch.ScoreJob.kind)
        job = batch.score_job(champions(), day, curve=curve)
        engines.check_days(shop, [day])
        result = engines.write(shop, job, out, where) | {"as_of": as_of}
    show(result, as_json, lambda: console.facts("Scored", result))


@app.command()
def recommend(
    as_of: AsOf,
    out: engines.Rows,
    ledger: LedgerOption = None,
    k: Annotated[int, typer.Option(min=1, max=200, help="Items a customer.")] = 20,
    kind: wishes.KindOption = "next_basket",
    basket: wishes.Basket = None,
    item: wishes.Item = None,
    category: wishes.Category = None,
    exclude: wishes.Exclude = None,
    in_stock: wishes.InStock = None,
    min_price: wishes.MinPrice = None,
    max_price: wishes.MaxPrice = None,
    new_only: wishes.NewOnly = False,
    diversity: wishes.Diversity = 0.0,
    engine: engines.EngineOption = "local",
    workers: engines.Workers = None,
    master: engines.Master = None,
    as_json: Json = False,
) -> None:
    """List what to offer every customer, best first, as of DATE; each item with its source and a reason.

    Kinds: next_basket, the next order, own items and new ones; new_only, the same without what they ever bought;
    buy_again, own consumables that are due, so the list may be short; cross_sell, what goes into the --basket;
    similar, what is like the --item. Filters hold for every item, and lists are filled as far as the shop has more.

    Example: regulars recommend --as-of 2017-10-01 --k 10 --out offers.parquet

    Example: regulars recommend --as-of 2017-10-01 --kind buy_again --in-stock stock.txt --out due.parquet

    Example: regulars recommend --as-of 2017-10-01 --kind new_only --category coffee --max-price 4.99 --out new.parquet
    """
    with engines.all_or_nothing():
        where = engines.engine(engine, workers, master)
        shop, day = open_ledger(ledger), parse_day(as_of)
        from regulars import batch, console

        engines.check_out(out, batch.RecommendJob.kind)
        ids = wishes.Names(basket, item, category, exclude, in_stock)
        prices = wishes.Prices(min_price, max_price)
        wish = wishes.wish(kind, ids, prices, shop.manifest.currency, new_only=new_only, diversity=diversity)
        job = batch.recommend_job(champions(), day, k, wish)
        engines.check_days(shop, [day])
        result = engines.write(shop, job, out, where) | {"as_of": as_of}
    show(result, as_json, lambda: console.facts("Recommended", result))


@app.command()
def remind(
    as_of: AsOf,
    out: engines.Rows,
    ledger: LedgerOption = None,
    window: Annotated[int, typer.Option(min=1, max=365, help="Days ahead, from DATE on.")] = 7,
    lead: Annotated[int, typer.Option(min=0, max=60, help="Days from the reminder to the expected purchase.")] = 2,
    min_probability: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out what is less likely to be bought in the window.")
    ] = 0.0,
    engine: engines.EngineOption = "local",
    workers: engines.Workers = None,
    master: engines.Master = None,
    as_json: Json = False,
) -> None:
    """List whom to remind of what in the days from DATE on, because they are about to run out of it.

    Whoever buys dog food every 30 days is reminded on day 28. Durable goods, and what was bought since, are left out.

    Example: regulars remind --as-of 2017-10-01 --window 7 --lead 2 --out reminders.parquet
    """
    with engines.all_or_nothing():
        where = engines.engine(engine, workers, master)
        shop, day = open_ledger(ledger), parse_day(as_of)
        from regulars import batch, console

        engines.check_out(out, batch.RemindJob.kind)
        job = batch.remind_job(champions(), day, window, lead, min_probability)
        engines.check_days(shop, [day])
        result = engines.write(shop, job, out, where) | {"as_of": as_of}
    show(result, as_json, lambda: console.facts("Reminders", result))
