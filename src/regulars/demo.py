"""The main job in one go, on the shop that comes with regulars, ending with answers a shop owner understands."""

import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from regulars import artefact, batch, console, delivery, ingest, tables, windows, workshop
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.tracking import Registry
from serving import process

EXPERIMENTS = ("churn-001-who-is-leaving", "timing-001-when-will-they-be-back", "recommend-001-what-to-offer")
OFFERS = 3
REASONS = 2
WORTH_EXPLAINING = 0.2


def demo(home: Home, port: int | None) -> None:
    """Ingest, run three experiments, promote, package, serve, and ask for three telling customers."""
    times: dict[str, float] = {}
    home.prepare()
    with console.stage("1 of 6  Read the purchases of Complete Journey, a grocer", times):
        ledger = _ingest(home)
    with console.stage("2 of 6  Three experiments: is LightGBM better than a simple rule?", times):
        for name in EXPERIMENTS:
            found, reused = workshop.run(_experiments() / name, ledger, home, track=console.track)
            console.screen.print(f"  {name}: {'unchanged, reused' if reused else 'done'}; {found['winner']} wins")
            tables.report(found)
    with console.stage("3 of 6  Promote the winners, trained on everything known", times):
        for promotion in workshop.promote(home, ledger, artefact.TASKS, track=console.track):
            meta = promotion.champion.meta
            console.screen.print(f"  {meta.task}: {meta.model}{' (as before)' if promotion.reused else ''}")
    with console.stage("4 of 6  Choose three telling customers", times):
        chosen = telling(ledger, home, windows.after(ledger.data_through))
    with console.stage("5 of 6  Package the champions as a BentoML service", times):
        tag = delivery.deliver(home, ledger)
        console.screen.print(f"  {tag}")
    with console.stage("6 of 6  Start the service and ask it over HTTP", times):
        plan = delivery.plan(home, port or process.free_port(), "data")
        rows = _ask(plan, chosen, home.root / "service.log")
    _show(ledger, rows, times)


def telling(ledger: Ledger, home: Home, as_of: dt.date) -> dict[str, str]:
    """Return three customers and why they are telling: one slipping away, one due soon, one steady.

    All are good customers (upper half by spend in the last year): the most at risk of them, the one most surely
    back within a week, and the one in the middle.
    """
    champions = Champions({t: artefact.read(c.folder) for t, c in Registry(home).champions().items()})
    scores = batch.score(ledger, champions, as_of)
    year = windows.Snapshot(as_of).past(365).start
    spent = ledger.transactions(before=as_of).filter(pl.col("purchased_at") >= pl.lit(year).cast(pl.Datetime("us")))
    worth = spent.group_by("customer_id").agg(pl.col("amount").sum()).collect()
    good = scores.join(worth, on="customer_id").filter(pl.col("amount") >= pl.col("amount").median())
    by_risk = good.sort("churn_probability", "customer_id")["customer_id"].to_list()
    by_week = good.sort("probability_within_7", "customer_id")["customer_id"].to_list()
    return {by_risk[-1]: "slipping away", by_risk[len(by_risk) // 2]: "like most", by_week[-1]: "steady"}


def _ingest(home: Home) -> Ledger:
    with console.counting("reading lines") as progress:
        summary = ingest.ingest([], "complete-journey", home.ledger, {}, progress)
    console.screen.print(
        f"  {summary.lines_in:,} lines in = {summary.lines_kept:,} kept + {summary.lines_quarantined:,} set aside; "
        f"{summary.money_in} in = {summary.money_kept} kept + {summary.money_quarantined} set aside"
    )
    return Ledger.open(home.ledger)


def _experiments() -> Path:
    return Path(__file__).parents[2] / "experiments"


def _ask(plan: process.Plan, chosen: dict[str, str], log: Path) -> list[dict[str, Any]]:
    with process.running(plan, log) as url, httpx.Client(base_url=url, timeout=30) as client:
        return [{"why": why, **_answers(client, customer)} for customer, why in chosen.items()]


def _answers(client: httpx.Client, customer: str) -> dict[str, Any]:
    """Return what the service says of a customer: profile, score with reasons, offers."""
    wanted = {"customer_id": customer, "want": ["churn", "next_purchase"], "explain": True}
    score = client.post("/v1/score", json=wanted).raise_for_status().json()
    offers = client.post("/v1/recommend", json={"customer_id": customer, "kind": "next_basket", "k": OFFERS})
    profile = client.get(f"/v1/customers/{customer}/profile").raise_for_status().json()
    return {
        "customer": customer,
        "score": score,
        "offers": offers.raise_for_status().json()["items"],
        "profile": profile,
    }


def _show(ledger: Ledger, rows: list[dict[str, Any]], times: dict[str, float]) -> None:
    as_of = windows.after(ledger.data_through)
    console.table(
        f"Three customers on {as_of}, as the service sees them",
        ["customer", "who is slipping away?", "when will they be back?", "what to offer"],
        (_row(row) for row in rows),
        show_lines=True,
        caption="; ".join(f"{name[:6]} {seconds:.0f} s" for name, seconds in times.items()),
    )
    console.out.print(
        "Next: [bold]make mlflow[/bold] compares the runs, [bold]make lab[/bold] opens the notebooks, "
        "[bold]make serve[/bold] keeps the service running (its documentation is at /docs)."
    )


def _row(row: dict[str, Any]) -> list[str]:
    churn, back = row["score"]["churn"], row["score"]["next_purchase"]
    told = [reason["text"] for reason in churn["reasons"] if reason["effect"] > 0][:REASONS]
    reasons = "\n".join(f"- {text}" for text in told) if churn["probability"] > WORTH_EXPLAINING else ""
    within = back["probability_within_days"]
    soon = f"{within['7']:.0%} within a week, {within['30']:.0%} within a month"
    return [
        f"{row['customer']}\n[dim]{row['why']}[/dim]\n[dim]{row['score']['evidence']['n_orders']} orders[/dim]",
        f"{churn['probability']:.0%} stay away {churn['horizon_days']} days\n{reasons}".strip(),
        f"{back['expected_date'] or 'not in the horizon'}\n[dim]80%: {_interval(back['interval_80'])}[/dim]\n{soon}",
        "\n".join(
            f"{item['rank']}. {item['name'] or item['item_id']} [dim]({item['source']})[/dim]" for item in row["offers"]
        ),
    ]


def _interval(ends: list[str | None] | None) -> str:
    low, high = ends or [None, None]
    return f"{low or 'later'} to {high or 'later'}"
