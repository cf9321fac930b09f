"""What a result depends on: data, configuration, code, machine. Equal keys mean equal numbers."""

import functools
import os
import platform
import re
import resource
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

import regulars
from regulars import fingerprint
from regulars.config import Experiment, ModelSpec, read_model
from regulars.ledger import Ledger
from regulars.manifest import Section

CONFIG, DIFF = "config.json", "diff.patch"
"""Names of the passport's files."""

MOST_OF_A_DIFF = 1_000_000
"""Bytes above which a diff is known by its fingerprint alone."""

_ROOT = Path(__file__).parents[2]
_CODE = ("*.py", "*.toml", "*.lock")
"""What may be copied from a checkout: code and settings, never data."""


@dataclass(frozen=True)
class Checkout:
    """The checkout that this code runs from."""

    commit: str
    """Of its HEAD; ``unknown`` where there is no git or no checkout."""
    dirty: bool
    """Whether any file differs from the commit, or is new."""
    diff: str
    """What differs in code and settings, new files among it, as ``git apply`` takes it."""


def key(ledger: Ledger, config: Sequence[Section], *extra: str) -> str:
    """Return 32 hex digits over the ledger's content, the configuration, the code, its libraries and ``extra``."""
    content = [section.model_dump_json() for section in config]
    return fingerprint.of_text([ledger.fingerprint, _code(), *libraries(), *content, *extra])


def tags(ledger: Ledger, config: Sequence[Section]) -> dict[str, str]:
    """Return what every run says of its origins: data, configuration, seeds, code and its state, lock, machine.

    The machine is told by its processors, memory and system; no name of it or of its user is kept.
    """
    lock, tree = _ROOT / "requirements.lock", checkout()
    seeds = [seed for section in config if isinstance(section, Experiment) for seed in section.protocol.seeds]
    return {
        "regulars.fingerprint": ledger.fingerprint,
        "regulars.config": fingerprint.of_text(section.model_dump_json() for section in config),
        **({"regulars.seeds": ", ".join(map(str, seeds))} if seeds else {}),
        "regulars.code": _code(),
        "regulars.commit": tree.commit,
        "regulars.dirty": "true" if tree.dirty else "false",
        **({"regulars.diff": fingerprint.of_text([tree.diff])} if tree.diff else {}),
        "regulars.lock": fingerprint.of_file(lock) if lock.is_file() else "unknown",
        "regulars.version": regulars.__version__,
        "regulars.processors": str(os.cpu_count()),
        "regulars.memory_mb": str(psutil.virtual_memory().total >> 20),
        "regulars.system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "regulars.python": platform.python_version(),
    }


def document(ledger: Ledger, config: Sequence[Section]) -> dict[str, Any]:
    """Return the whole configuration, as :data:`CONFIG` keeps it: enough to run an experiment again.

    ``experiment``  what was asked, as ``experiment.toml`` says it with all defaults
    ``models``      name -> what was tried, and what variants are of, as ``model.toml`` says it with all defaults
    ``others``      whatever else was configured
    ``data``        of the ledger: fingerprint, presets it was read with, days, lines, customers
    """
    manifest = ledger.manifest
    asked = [section for section in config if isinstance(section, Experiment)]
    others = [section for section in config if not isinstance(section, Experiment | ModelSpec)]
    bases = [read_model(variant.of) for one in asked for variant in one.variants.values()]
    models = [*bases, *(section for section in config if isinstance(section, ModelSpec))]
    return {
        "experiment": asked[0].model_dump(mode="json") if asked else None,
        "models": {spec.name: spec.model_dump(mode="json") for spec in models},
        "others": [section.model_dump(mode="json") for section in others],
        "data": {
            "fingerprint": ledger.fingerprint,
            "presets": sorted({source.preset for source in manifest.sources}),
            "first_day": str(manifest.first_day),
            "last_day": str(manifest.last_day),
            "lines": manifest.n_lines,
            "customers": manifest.n_customers,
        },
    }


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return what two passports (:func:`tags`) say differently: name -> then and now, ``-`` where one says nothing."""
    names = dict.fromkeys([*now, *(name for name in ("regulars.diff", "regulars.seeds") if name in then)])
    told = {name.removeprefix("regulars."): (then.get(name, "-"), now.get(name, "-")) for name in names}
    return {name: said for name, said in told.items() if said[0] != said[1]}


def peak_memory_mb() -> float:
    """Return the most memory that this process has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


@functools.cache  # what this process has loaded, as with the code
def libraries() -> tuple[str, ...]:
    """Return Python and what regulars asks for, each with the version that is there: numbers depend on them."""
    asked = [line for line in metadata.requires("regulars") or [] if "extra ==" not in line]
    names = sorted(re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in asked)
    return (f"python {platform.python_version()}", *(f"{name} {metadata.version(name)}" for name in names))


@functools.cache  # as it was when this process began, even if files change while it runs
def checkout() -> Checkout:
    """Return the state of the checkout that this code runs from."""
    commit = _git("rev-parse", "HEAD").strip()
    if not commit:
        return Checkout("unknown", dirty=False, diff="")
    new = _git("ls-files", "--others", "--exclude-standard", "-z", "--", *_CODE).split("\0")
    diff = _git("diff", "--binary", "HEAD", "--", *_CODE) + "".join(_added(file) for file in new if file)
    return Checkout(commit, dirty=bool(_git("status", "--porcelain")), diff=diff)


def _added(file: str) -> str:
    """Return a new file as a diff; git says by 1 that there is a difference."""
    return _git("diff", "--binary", "--no-index", "--", os.devnull, file, fine=(0, 1))


@functools.cache  # what this process has loaded, even if the files change while it runs
def _code() -> str:
    return fingerprint.of_tree(Path(__file__).parent)


def _git(*words: str, fine: Iterable[int] = (0,)) -> str:
    """Return what git says of this checkout; nothing where there is no git or no checkout."""
    try:
        said = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(_ROOT), *words],  # noqa: S607 - the user's own git
            capture_output=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.decode("utf-8", "replace") if said.returncode in fine else ""
