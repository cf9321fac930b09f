"""A card as one page of Markdown."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from regulars import config
from regulars.cards import measured, standing, written
from regulars.cards.evidence import Found, about, newest, reports, variants
from regulars.report import Report

CARD = "CARD.md"
"""Name of the file in a model's folder."""

_MADE = "<!-- Made by `regulars cards` from card.toml, model.toml and the reports of experiments: change those. -->"
_HOW_TO_READ = (
    "Means over snapshots and seeds; the bold metric decides, and leads, snapshots and seeds are told by it. In "
    "brackets: 95% intervals over customers; leads are paired, and positive is better "
    "([how](../../docs/contest.md)). "
)
_SHOPS = "Shops differ: compare leads across columns, not values. "
_ECE = "Intervals of the calibration error lie too high. "
_FIRST_SEED = (
    "The forecast furthest off, of ten groups by what was forecast, and the top tenth of the list, which holds 10% by "
    "chance, are of the first seed. "
)
_INPUTS = (
    "Share of what the trees gained in training, mean over fits. It says neither in which direction an input moves the "
    "answer nor that it causes anything, and inputs that tell the same share it.\n"
)


def render(name: str) -> str:
    """Return the card of a model, from the models' folder and the ``experiments`` beside it.

    Raises:
        MissingError: there is no such model, or nobody wrote its ``card.toml``.
        ConfigError: what was written is not valid, or holds figures.
        DataError: a report of an experiment cannot be read.
    """
    models = config.models_folder()
    return _render(config.read_model(name), reports(models.parent / "experiments"))


def outdated(names: Sequence[str] = ()) -> dict[Path, str]:
    """Return the cards that are not what they would be now, with that text: of the named models, or of all.

    Raises:
        MissingError, ConfigError, DataError: as :func:`render`.
    """
    models = config.models_folder()
    known = reports(models.parent / "experiments")
    specs = [config.read_model(name) for name in names] or config.read_models()
    cards = {models / spec.name / CARD: _render(spec, known) for spec in specs}
    return {file: text for file, text in cards.items() if not _says(file, text)}


def write(names: Sequence[str] = ()) -> list[Path]:
    """Bring the cards of the named models, or of all, up to date; return those that changed.

    Raises:
        MissingError, ConfigError, DataError: as :func:`render`; then no card is written.
    """
    changed = outdated(names)
    for file, text in changed.items():
        file.write_text(text, encoding="utf-8")
    return list(changed)


def _says(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text


def _render(spec: config.ModelSpec, known: Sequence[Report]) -> str:
    models = config.models_folder()
    found = about(spec.name, known)
    parts = [
        _said(spec, written.read(models / spec.name), written.read_shared(models, spec.task)),
        _standing(spec, found, variants(spec.name, known)),
        *([_figures(newest(found))] if found else []),
    ]
    return "\n\n".join("\n".join(part).strip("\n") for part in parts) + "\n"


def _said(spec: config.ModelSpec, text: written.Written, shared: written.Shared) -> Iterator[str]:
    """Yield what people wrote."""
    yield f"{_MADE}\n# {text.title} (`{spec.name}`)\n"
    told = {
        "Answers": text.answers,
        "For": text.use,
        "Not for": f"{shared.not_for} {text.not_for}",
        "Sees": text.sees,
        "How": text.how,
        "Limits": text.limits,
        "People": f"{shared.people} {text.people}",
    }
    for label, said in told.items():
        yield f"**{label}** {said.strip()}\n"


def _standing(spec: config.ModelSpec, found: Sequence[Found], of_variants: Sequence[Found]) -> Iterator[str]:
    """Yield its role, its parameters and how it did in which experiment."""
    yield f"## Standing\n\n{standing.role(spec)}\n\n**Parameters** {standing.parameters(spec)}\n"
    if not found:
        yield "It is in no experiment with a report: **how good it is has not been measured.**\n"
    yield from standing.experiments(found, of_variants)


def _figures(found: Sequence[Found]) -> Iterator[str]:
    """Yield the tables."""
    read = _HOW_TO_READ + _SHOPS * (len(found) > 1)
    read += _ECE * any("ece" in each.told["intervals"] for each in found)
    read += _FIRST_SEED * any(each.told.get("calibration") or each.told.get("top") for each in found)
    yield f"## Measured\n\n{read.strip()}\n"
    first = min(each.name for each in found)
    yield f"How it does at your shop only your ledger tells: `regulars run experiments/{first} --ledger DIR`.\n"
    yield from measured.measured(found)
    yield "\n## Groups of customers\n"
    yield from measured.groups(found)
    if rows := list(measured.inputs(found)):
        yield f"\n## What it learns most from\n\n{_INPUTS}"
        yield from rows
