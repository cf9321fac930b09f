"""A model's place among the others: its role, its parameters, the experiments it won or lost."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from regulars.cards.evidence import Found
from regulars.comparing import words
from regulars.config import ModelSpec

_GIVEN = ("horizon_days", "seed", "threads", "predict_threads")
"""Fields of an estimator that are no choice of the model."""


def role(spec: ModelSpec) -> str:
    """Return what ``regulars train`` does with the model, as a sentence.

    >>> role(ModelSpec(name="x", task="churn", kind="RecencyRate", summary="", role="last_resort"))
    'The **last resort** of the task `churn`: `regulars train` fits it where the fall-back cannot be fitted either.'
    """
    least = f" with {spec.fewest_customers} customers or more" if spec.fewest_customers else ""
    name, what = {
        "default": ("default", f"fits it first, at every shop{least}"),
        "fallback": ("fall-back", "fits it where the default cannot be fitted or asks for more customers"),
        "last_resort": ("last resort", "fits it where the fall-back cannot be fitted either"),
        "challenger": ("challenger", "never fits it; it answers only where an experiment makes it champion"),
    }[spec.role]
    return (
        f"{'A' if spec.role == 'challenger' else 'The'} **{name}** of the task `{spec.task}`: `regulars train` {what}."
    )


def parameters(spec: ModelSpec) -> str:
    """Return the model's parameters, those of the estimator's own defaults among them.

    >>> parameters(ModelSpec(name="x", task="churn", kind="RecencyRate", summary="", parameters={"n_bins": 5}))
    '`RecencyRate`; `n_bins` 5'
    """
    made = spec.build(90, 0)
    fields: Sequence[dataclasses.Field[Any]] = dataclasses.fields(made)
    chosen = [each.name for each in fields if not each.name.endswith("_") and each.name not in _GIVEN]
    shown = [f"`{name}` {value}" for name in chosen if (value := getattr(made, name)) not in ({}, ())]
    return f"`{spec.kind}`" + (f"; {', '.join(shown)}" if shown else "")


def experiments(found: Sequence[Found], of_variants: Sequence[Found]) -> Iterator[str]:
    """Yield a line of Markdown for each experiment about the model: did it win, or who did."""
    for each in found:
        yield f"- {each.link} ({each.shop}{', among variants' if each.about_details else ''}): {_outcome(each)}"
    for each in of_variants:
        yield f"- {each.link} ({each.shop}, variants of it only): {each.report['question']}"


def _outcome(found: Found) -> str:
    """Return how the model did in an experiment."""
    winner = found.report["winner"]
    if winner == found.model:
        return "**wins**" + (", as nobody beats the baseline" if winner == found.report["baseline"] else "")
    lead = found.report["winner_against"][found.model]
    measure, ahead = words.measure(found.report["metric"]), words.interval(lead, "better_by", "+")
    if lead["beyond_doubt"]:
        return f"`{winner}` wins, ahead on {measure} by {ahead}"
    return f"`{winner}` wins, though not ahead beyond doubt ({measure} {ahead}): {_why_not(found)}"


def _why_not(found: Found) -> str:
    """Return why a model that nobody beats beyond doubt does not win."""
    versus = found.report["against_baseline"].get(found.model)
    if versus and not versus["beyond_doubt"]:
        return "this one is not ahead of the baseline beyond doubt"
    if found.behind:
        return f"this one is out, being significantly worse than a baseline among {', '.join(map(repr, found.behind))}"
    return "a tie, and the winner is the simpler"
