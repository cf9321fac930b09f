"""How a model was configured when it was promoted, or judged, and whether it still is.

What its answers depend on is the estimator and its parameters (``kind`` and ``parameters`` of model.toml); its summary
and its place among the models that ``regulars train`` tries are not part of it.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from regulars import fingerprint
from regulars.config import ModelSpec
from regulars.report import Report

SPEC = "regulars.spec"
"""Tag of a version: the fingerprint of its model.toml."""
WHOLE = "regulars.model_toml"
"""Tag of a version: its model.toml with all defaults, as JSON."""

_DIGITS = 6
"""Digits after the point, as reports have them."""


def tags(spec: ModelSpec) -> dict[str, str]:
    """Return what a version says of its configuration."""
    return {SPEC: _digits(spec), WHOLE: spec.model_dump_json()}


def promoted(said: Mapping[str, str]) -> ModelSpec | None:
    """Return the configuration that a version was promoted with, by its tags; None where they do not say."""
    try:
        return ModelSpec.model_validate_json(said[WHOLE])
    except (KeyError, ValidationError):
        return None


def unchanged(said: Mapping[str, str], spec: ModelSpec) -> bool:
    """Return whether ``spec`` is configured as the version with these tags; one without any is taken at its name."""
    then = promoted(said)
    if then is None:
        return said.get(SPEC) in (None, _digits(spec))
    return _configured(then) == _configured(spec)


def judged(found: Report, spec: ModelSpec) -> bool:
    """Return whether ``spec`` is the candidate of that name in a report; one of an old report is taken at its name."""
    candidate = found["candidates"].get(spec.name)
    if candidate is None:
        return False
    return "kind" not in candidate or _rounded(_configured(spec)) == _rounded(
        {"kind": candidate["kind"], "parameters": candidate["parameters"]}
    )


def _configured(spec: ModelSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json", include={"kind", "parameters"})


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, _DIGITS) if isinstance(value, float) else value


def _digits(spec: ModelSpec) -> str:
    return fingerprint.of_text([spec.model_dump_json()])
