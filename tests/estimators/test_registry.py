"""Estimators by name."""

import pytest

from regulars.errors import ConfigError
from regulars.estimators import registry
from regulars.estimators.churn import RecencyRate


def test_a_class_that_is_registered_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))

    @registry.register
    class MyRate(RecencyRate):
        pass

    assert registry.kind("MyRate") is MyRate
    assert registry.register(MyRate) is MyRate


def test_a_cell_that_is_run_again_replaces_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))
    one, other = (registry.register(type("Twice", (), {"__module__": "__main__"})) for _ in range(2))
    assert registry.kind("Twice") is other is not one


def test_the_name_of_another_class_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))
    with pytest.raises(
        ConfigError, match="there is an estimator called 'RecencyRate' already; give yours another name"
    ):
        registry.register(type("RecencyRate", (), {"__module__": "__main__"}))
    assert registry.kind("RecencyRate") is RecencyRate
