"""The tables of a card: metrics, groups of customers, inputs; a column or a few rows a shop."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regulars.cards.evidence import Found
from regulars.comparing import words
from regulars.comparing.figures import AMOUNTS
from regulars.report import title
from regulars.report.comparison import FEWEST_CUSTOMERS

INPUTS = 10
"""Inputs that a card names."""
FEWEST_ROWS = 100
"""Rows of a bin below which its calibration says nothing."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines of a table in Markdown.

    >>> list(table(["", "a"], [["n", "1"]]))
    ['|  | a |', '|---|---|', '| n | 1 |']
    """
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def measured(found: Sequence[Found]) -> Iterator[str]:
    """Yield what was judged and what came out, a column a shop."""
    rows: list[list[str]] = []
    for part in (_set_up, _metrics, _leads, _course, _furthest_off, _tops):
        cells = [part(each) for each in found]
        labels = dict.fromkeys(label for told in cells for label in told)
        rows += [[label, *(told.get(label, words.DASH) for told in cells)] for label in labels]
    yield from table(["", *(each.shop for each in found)], rows)


def groups(found: Sequence[Found]) -> Iterator[str]:
    """Yield where it is significantly worse than a baseline, as a sentence, and a row a shop and group of customers."""
    behind = [f"{label!r} at {each.shop}" for each in found for label in each.behind]
    said = [told["counts"] for each in found for told in each.told["slices"].values()]
    of = f"{sum(said)} of {len(said)} groups have a say"
    if behind:
        yield f"**Significantly worse than the best baseline** among {', '.join(behind)}; {of}.\n"
    else:
        yield f"In no group with a say is it significantly worse than the best baseline of the experiment; {of}.\n"
    deciding = dict.fromkeys(words.measure(each.report["metric"]) for each in found)
    yield from table(
        ["shop", "group", "customers", " or ".join(deciding), "lead over the best baseline there"],
        [
            [each.shop, label, f"{told['customers']:,}", words.interval(told, each.report["metric"]), _against(told)]
            for each in found
            for label, told in each.told["slices"].items()
        ],
    )


def inputs(found: Sequence[Found]) -> Iterator[str]:
    """Yield the inputs that the trees gained most by, a column a shop; nothing for a model without trees."""
    shares = {each.shop: told for each in found if (told := each.told.get("importance"))}
    total: dict[str, float] = {}
    for share in shares.values():
        for name, gain in share.items():
            total[name] = total.get(name, 0.0) + gain
    first = sorted(total, key=lambda name: (-total[name], name))[:INPUTS]
    if first:
        rows = [[f"`{name}`", *(words.percent(share.get(name)) for share in shares.values())] for name in first]
        yield from table(["input", *shares], rows)


def _set_up(found: Found) -> dict[str, str]:
    """Return what was judged."""
    data, told = found.report["data"], found.told
    rows = [snapshot["rows"] for snapshot in found.report["snapshots"]]
    n = f"{min(rows):,}" if min(rows) == max(rows) else f"{min(rows):,} to {max(rows):,}"
    sd = told["metrics"][found.report["metric"]]["seed_sd"]
    return {
        "Experiment": found.link,
        "Data": f"{data['customers']:,} customers, {data['lines']:,} lines, {data['first_day']} to {data['last_day']}",
        "Fingerprint": f"`{data['fingerprint'][:8]}`",
        "Horizon": f"{found.report['training']['horizon_days']} days",
        "Judged as of": f"{', '.join(found.days)}; {n} rows each",
        **({"Churned": words.percent(told["metrics"]["base_rate"]["mean"])} if "base_rate" in told["metrics"] else {}),
        "Seeds (sd over them)": str(told["seeds"]) + (f" ({words.number(sd)})" if told["seeds"] > 1 else ""),
    }


def _metrics(found: Found) -> dict[str, str]:
    """Return the key metrics; the one that decides is bold."""
    return {
        f"**{title(name)}**" if name == found.report["metric"] else title(name): words.interval(interval)
        for name, interval in found.told["intervals"].items()
    }


def _leads(found: Found) -> dict[str, str]:
    """Return the lead over every baseline, and over the winner."""
    return {
        f"Lead over `{other}`": f"{words.interval(lead, 'better_by', '+')}, {lead['snapshots_won']} of "
        f"{lead['snapshots']} snapshots"
        for other, lead in found.leads.items()
    }


def _course(found: Found) -> dict[str, str]:
    """Return the metric that decides, and how far a sum is off, at each snapshot."""
    metrics = found.told["metrics"]
    rows = {"By snapshot": ", ".join(words.number(each) for each in metrics[found.report["metric"]]["snapshots"])}
    if errors := metrics.get("aggregate_error"):
        shown = [words.DASH if each is None else f"{each:+.0%}" for each in errors["snapshots"]]
        rows["Sum expected too high, by snapshot"] = ", ".join(shown).replace("-", words.MINUS)
    return rows


def _furthest_off(found: Found) -> dict[str, str]:
    """Return the bin of the forecast that is furthest from what was seen, of those with enough rows."""
    calibration = found.told.get("calibration") or {"event": "", "bins": []}
    bins = [each for each in calibration["bins"] if each["rows"] >= FEWEST_ROWS]
    if not bins:
        return {}
    worst = max(bins, key=lambda each: (abs(each["said"] - each["seen"]), each["said"]))
    said = f"said {words.percent(worst['said'])}, seen {words.percent(worst['seen'])} ({worst['rows']:,} rows)"
    return {f"Forecast furthest off: {calibration['event']}": said}


def _tops(found: Found) -> dict[str, str]:
    """Return what the top tenth of its list holds."""
    return {
        f"Top tenth of its list holds, of {AMOUNTS[found.report['task'], amount]}": f"{words.percent(entry[amount])} "
        f"[{words.percent(entry[f'{amount}_low'])}, {words.percent(entry[f'{amount}_high'])}]"
        for entry in found.told.get("top") or ()
        for amount in ("churners", "money")
        if entry.get(f"{amount}_low") is not None
    }


def _against(told: Mapping[str, Any]) -> str:
    """Return how a group stands to the best baseline among them, or why it has no say; bold where it is worse."""
    if not told["counts"]:
        few = told["customers"] < FEWEST_CUSTOMERS
        return f"no say: fewer than {FEWEST_CUSTOMERS} customers" if few else "no say: the metric is undefined"
    against = told["against"]
    if against is None:
        return "it is the best baseline"
    lead = f"`{against['baseline']}`: {words.interval(against, 'better_by', '+')}"
    return f"**{lead}**" if against["behind"] else lead
