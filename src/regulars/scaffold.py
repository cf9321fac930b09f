"""A new experiment's folder: a question, candidates to start with, and the headings of its README."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit

from regulars import config
from regulars.artefact import Task
from regulars.config import Experiment
from regulars.errors import ConfigError

METRICS: Mapping[Task, str] = {
    "churn": "auc", "timing": "crps", "recommend": "ndcg_at_10", "replenish": "crps", "spend": "spearman",
}  # fmt: skip
"""What decides an experiment on a task, unless it is told otherwise."""
_LONGEST = 50
"""Letters of a folder's name that the question gets."""

_README = """# {title}

**Question** {question}

**Protocol** (Which shop, how many snapshots and seeds, what decides, and on which windows anything was chosen.)

**Result** [report.json](report.json). (What was measured, with its interval; for whom it does not hold.)

**Decision** (What follows from it: a default, a parameter, or nothing.)
"""
_HINTS = """
# A candidate that differs from a model of models/ in one thing, and exists in this experiment only:
#
# [variants.{model}_plain]              # add its name to models
# of = "{model}"
# parameters = {{ }}                     # fields of the estimator, as in models/{model}/model.toml
# training = {{ n_snapshots = 3 }}       # what it learns from, as under [training]

# [training]                            # what every candidate learns from
# horizon_days = 90

# [protocol]                            # how they are judged
# n_tests = 3                           # snapshots; the last window ends with the data
# test_step_days = 30
# seeds = [0, 1, 2, 3, 4]
"""


def new_experiment(
    folder: Path, task: Task, question: str, shop: str = "complete-journey", models: Sequence[str] = ()
) -> Path:
    """Write a folder with ``experiment.toml`` and ``README.md`` in ``folder``, and return it.

    It is named after the task, the next free number and the question; its first candidate is the baseline.

    Args:
        folder: where experiments lie.
        task: what is judged.
        question: what is asked, as a sentence.
        shop: the preset whose ledger is asked.
        models: candidates from simple to complex; by default the rule that is the last resort of the task, or its
            fall-back, and the default model.

    Raises:
        ConfigError: the question has no letters, or a candidate does not answer the task.
        MissingError: there is no such model.
    """
    made = folder / f"{task}-{_number(folder, task):03d}-{_slug(question)}"
    chosen = list(models) or _first_candidates(task)
    asked = Experiment(
        name=made.name, task=task, question=question, shop=shop, metric=METRICS[task], baseline=chosen[0],
        models=tuple(chosen),
    )  # fmt: skip
    for spec in config.specs(asked).values():
        if spec.task != task:
            raise ConfigError(f"{spec.name} answers {spec.task}, not {task}; name models of {task} with --models")
    document = tomlkit.document()
    for key in ("task", "question", "shop", "metric", "baseline"):
        document[key] = getattr(asked, key)
    document["models"] = list(asked.models)
    made.mkdir(parents=True)
    text = tomlkit.dumps(document) + _HINTS.format(model=chosen[-1])
    (made / "experiment.toml").write_text(text, encoding="utf-8")
    title = question[:1].upper() + question[1:]
    (made / "README.md").write_text(_README.format(title=title, question=title), encoding="utf-8")
    return made


def _first_candidates(task: Task) -> list[str]:
    ladder = [spec.name for spec in config.ladder(task)]
    return [ladder[-1], ladder[0]]


def _number(folder: Path, task: Task) -> int:
    """Return the number after the highest that an experiment on the task has."""
    taken = [re.match(rf"{task}-(\d+)-", each.name) for each in folder.glob(f"{task}-*")]
    return 1 + max((int(found[1]) for found in taken if found), default=0)


def _slug(question: str) -> str:
    """Return a question as the end of a folder's name: plain letters and digits, cut between words."""
    plain = unicodedata.normalize("NFKD", question.replace("'", "")).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    if not words:
        raise ConfigError(f"the question {question!r} has no letters to name a folder after; ask it in a sentence")
    slug: str = words[0][:_LONGEST]
    for word in words[1:]:
        if len(slug) + 1 + len(word) > _LONGEST:
            break
        slug += f"-{word}"
    return slug
