"""The main job in one go, on the shop that comes with regulars, ending with answers a shop owner understands."""

from pathlib import Path
from typing import Any

import httpx

from regulars import artefact, console, delivery, ingest, tables, windows, workshop
from regulars.briefing import Shop
from regulars.home import Home
from regulars.ledger import Ledger
from serving import process

OFFERS = 3
REASONS = 2
WORTH_EXPLAINING = 0.2


def demo(home: Home, port: int | None) -> None:
    """Ingest, run three experiments, promote, package, serve, and ask for three telling customers."""
    times: dict[str, float] = {}
    home.prepare()
    with console.stage("ingest", "1 of 6  Read the purchases of Complete Journey, a grocer", times):
        ledger = _ingest(home)
    with console.stage("experiments", "2 of 6  Three experiments: is LightGBM better than a simple rule?", times):
        for name in workshop.DEMO:
            found, reused, _ = workshop.run(_experiments() / name, ledger, home, track=console.track)
            console.screen.print(f"  {name}: {'unchanged, reused' if reused else 'done'}; {found['winner']} wins")
            tables.report(found)
    with console.stage("promotion", "3 of 6  Promote the winners, trained on everything known", times):
        for promotion in workshop.promote(home, ledger, artefact.TASKS, track=console.track):
            meta = promotion.champion.meta
            console.screen.print(f"  {meta.task}: {meta.model}{' (as before)' if promotion.reused else ''}")
    with console.stage("scoring", "4 of 6  Choose three telling customers", times):
        chosen = Shop(home, ledger, windows.after(ledger.data_through)).telling
    with console.stage("package", "5 of 6  Package the champions as a BentoML service", times):
        made = delivery.deliver(home, ledger, track=console.track)
        console.screen.print(f"  {made.bento}, which answers from {made.release}")
    with console.stage("service", "6 of 6  Start the service and ask it over HTTP", times):
        plan = delivery.plan(home, port or process.free_port(), "data")
        rows = _ask(plan, chosen, home.root / "service.log")
    _show(ledger, rows, times)


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
    with process.running(plan, log) as url, httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
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
        caption="; ".join(f"{name} {seconds:.0f} s" for name, seconds in times.items()),
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
    soon = f"{_percent(within['7'])} within a week, {_percent(within['30'])} within a month"
    return [
        f"{row['customer']}\n[dim]{row['why']}[/dim]\n[dim]{row['score']['evidence']['n_orders']} orders[/dim]",
        f"{_percent(churn['probability'])} to stay away {churn['horizon_days']} days\n{reasons}".strip(),
        f"{back['expected_date'] or 'not in the horizon'}\n[dim]80%: {_interval(back['interval_80'])}[/dim]\n{soon}",
        "\n".join(
            f"{item['rank']}. {item['name'] or item['item_id']} [dim]({item['source']})[/dim]" for item in row["offers"]
        ),
    ]


def _percent(probability: float) -> str:
    """Never promise: what rounds to 0% or 100% is said to be near it."""
    if probability < 0.01:
        return "under 1%"
    return "over 99%" if probability > 0.99 else f"{probability:.0%}"


def _interval(ends: list[str | None] | None) -> str:
    low, high = ends or [None, None]
    return f"{low or 'later'} to {high or 'later'}"
