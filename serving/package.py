"""The champions and the code that asks them, as a Bento: everything the service needs but the customers."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import distributions, version
from pathlib import Path
from types import ModuleType
from typing import Any

import regulars
import serving
from regulars import fingerprint
from regulars.home import Home
from regulars.ledger import Ledger
from serving import console_page, release_build
from serving.release import LINEAGE, read_models

NAME = "regulars"
SERVICE = "serving.service:service"
KEY_DIGITS = 16
FEATURES = "BENTOML_ENABLE_FEATURES"

COMPLETE = ".complete"
"""File that a Bento gets when everything else is in it."""

REQUIREMENTS = (
    "bentoml",
    "httptools",
    "implicit",
    "iso4217",
    "lightgbm",
    "numpy",
    "orjson",
    "polars",
    "prometheus-client",
    "pyarrow",
    "pydantic",
    "scipy",
    "starlette",
    "typing-extensions",
    "tzdata",
    "uvloop",
)
"""What the service imports, time zones for systems without them, and what makes uvicorn fast; pinned to the versions at
hand, and pip adds the rest."""

OPTIONAL = ("psycopg", "psycopg-binary")
"""What the extra ``postgres`` installs: packaged where it is there."""

SYSTEM_PACKAGES = ["libgomp1"]
"""LightGBM's only wish beyond Python packages."""


def package(champions: Path, ledger: Ledger, home: Home) -> str:
    """Build the Bento of the champions, or reuse it where nothing has changed; return its tag.

    It holds the champions, the shop's items and stores, but no customers: those are in the releases beside it.

    Args:
        champions: folder of the champions with ``lineage.json``.
        ledger: whose items it knows.
        home: in whose store of Bentos the result is kept.

    Raises:
        RegularsError: the champions do not make a service.
    """
    home.prepare()
    read_models(champions / LINEAGE)
    requirements = [f"{name}=={version(name)}" for name in required()]
    key = _key(champions, ledger, requirements)
    bento = home.bentoml / "bentos" / NAME / key
    if not (bento / COMPLETE).is_file():
        shutil.rmtree(bento, ignore_errors=True)  # BentoML refuses what an interrupted build has left
        with tempfile.TemporaryDirectory(dir=home.staging, prefix="bento-") as context:
            _stage(Path(context), champions, ledger)
            _build(Path(context), key, requirements, champions)
        (bento / COMPLETE).touch()
    return f"{NAME}:{key}"


def required() -> list[str]:
    """Return the distributions that a Bento made in this environment needs."""
    return [*REQUIREMENTS, *(name for name in OPTIONAL if any(True for _ in distributions(name=name)))]


def _key(champions: Path, ledger: Ledger, requirements: Sequence[str]) -> str:
    """Return what the content of a Bento hangs on; an equal key is an equal Bento."""
    parts = [fingerprint.of_tree(folder) for folder in (_folder(regulars), _folder(serving))]
    parts.append(fingerprint.of_tree(console_page.FOLDER, "*"))
    return fingerprint.of_text([*parts, ledger.fingerprint, fingerprint.of_tree(champions, "*"), *requirements])[
        :KEY_DIGITS
    ]


def _folder(package: ModuleType) -> Path:
    return Path(str(package.__file__)).parent


def _stage(context: Path, champions: Path, ledger: Ledger) -> None:
    """Lay out what the Bento holds: both packages, the distribution's name card, and a release of nobody."""
    bare = shutil.ignore_patterns("__pycache__", "*.pyc", "loadtest")
    for module in (regulars, serving):
        shutil.copytree(_folder(module), context / module.__name__, ignore=bare)
    release_build.build_bare(ledger, champions, context / "release")
    card = context / f"regulars-{regulars.__version__}.dist-info"
    card.mkdir()
    # With it importlib.metadata knows the version where the distribution is not installed, as in a container.
    text = f"Metadata-Version: 2.1\nName: regulars\nVersion: {regulars.__version__}\n"
    (card / "METADATA").write_text(text, encoding="utf-8")


def _build(context: Path, key: str, requirements: Sequence[str], champions: Path) -> None:
    import bentoml  # noqa: PLC0415 - a second that only building needs

    with _without_uv():
        bentoml.build(
            SERVICE,
            name=NAME,
            version=key,
            build_ctx=str(context),
            labels=_labels(champions, key),
            python={"packages": list(requirements), "lock_packages": False},
            docker={"system_packages": SYSTEM_PACKAGES, "python_version": "3.11"},
        )


@contextmanager
def _without_uv() -> Iterator[None]:
    """Keep BentoML from fetching uv over the network, which it does even where nothing is to be locked."""
    before = os.environ.get(FEATURES)
    os.environ[FEATURES] = "no_image"
    try:
        yield
    finally:
        del os.environ[FEATURES]
        if before is not None:
            os.environ[FEATURES] = before


def _labels(champions: Path, key: str) -> dict[str, str]:
    """Return what tells Bentos apart: the data, the content, and the champions by name and version."""
    lineage: dict[str, dict[str, Any]] = json.loads((champions / LINEAGE).read_text(encoding="utf-8"))
    names = {task: f"{entry['name']}-{entry['version']}" for task, entry in sorted(lineage.items())}
    prints = sorted({str(entry["fingerprint"]) for entry in lineage.values()})
    return {"fingerprint": "-".join(prints), "content": key, **names}
