"""The champions and the code that asks them, as a Bento: everything the service needs but the customers."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import regulars
import serving
from regulars import fingerprint
from regulars.home import Home
from serving.scorer import Scorer

NAME = "regulars"
SERVICE = "serving.service:service"
KEY_DIGITS = 16
FEATURES = "BENTOML_ENABLE_FEATURES"

COMPLETE = ".complete"
"""File that a Bento gets when everything else is in it."""

REQUIREMENTS = (
    "anyio",
    "bentoml",
    "implicit",
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
)
"""What the service imports, pinned to the versions at hand; pip adds what these need."""

SYSTEM_PACKAGES = ["libgomp1"]
"""LightGBM's only wish beyond Python packages."""


def package(champions: Path, home: Home, store: Path) -> str:
    """Build the Bento of the champions, or reuse it where nothing has changed; return its tag.

    Args:
        champions: folder of the champions with ``lineage.json``.
        home: in whose store of Bentos the result is kept.
        store: the online store the service will read; it must fit the champions.

    Raises:
        RegularsError: champions and store do not make a service; see :meth:`Scorer.load`.
    """
    with closing(Scorer.load(champions, store).store):
        home.prepare()
    requirements = [f"{name}=={version(name)}" for name in REQUIREMENTS]
    key = _key(champions, requirements)
    bento = home.bentoml / "bentos" / NAME / key
    if not (bento / COMPLETE).is_file():
        shutil.rmtree(bento, ignore_errors=True)  # BentoML refuses what an interrupted build has left
        with tempfile.TemporaryDirectory(dir=home.staging, prefix="bento-") as context:
            _stage(Path(context), champions)
            _build(Path(context), key, requirements, champions)
        (bento / COMPLETE).touch()
    return f"{NAME}:{key}"


def _key(champions: Path, requirements: Sequence[str]) -> str:
    """Return what the content of a Bento hangs on; an equal key is an equal Bento."""
    parts = [fingerprint.of_tree(folder) for folder in (_folder(regulars), _folder(serving))]
    return fingerprint.of_text([*parts, fingerprint.of_tree(champions, "*"), *requirements])[:KEY_DIGITS]


def _folder(package: ModuleType) -> Path:
    return Path(str(package.__file__)).parent


def _stage(context: Path, champions: Path) -> None:
    """Lay out what the Bento holds: both packages, the distribution's name card, and the champions."""
    bare = shutil.ignore_patterns("__pycache__", "*.pyc")
    for module in (regulars, serving):
        shutil.copytree(_folder(module), context / module.__name__, ignore=bare)
    shutil.copytree(champions, context / "champions")
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
    lineage: dict[str, dict[str, Any]] = json.loads((champions / "lineage.json").read_text(encoding="utf-8"))
    names = {task: f"{entry['name']}-{entry['version']}" for task, entry in sorted(lineage.items())}
    prints = sorted({str(entry["fingerprint"]) for entry in lineage.values()})
    return {"fingerprint": "-".join(prints), "content": key, **names}
