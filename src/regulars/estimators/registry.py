"""Every estimator by the name that model.toml and artefacts use."""

from typing import Any

from regulars.errors import ConfigError, did_you_mean
from regulars.estimators import recommend, replenishment, spend
from regulars.estimators.buy_till_you_die import BTYDChurn, BTYDCurve
from regulars.estimators.churn import HazardChurn, LightGBMChurn, RecencyRate
from regulars.estimators.timing import LightGBMHazard, MedianGap

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        RecencyRate, BTYDChurn, LightGBMChurn, HazardChurn,
        MedianGap, BTYDCurve, LightGBMHazard,
        spend.PaceSpend, spend.GammaGammaSpend, spend.TweedieSpend, spend.BlendSpend,
        replenishment.OwnGap, replenishment.GroupGap, replenishment.PoissonGamma, replenishment.PairBGNBD,
        replenishment.LightGBMReplenishment,
        recommend.GlobalTop, recommend.OwnTop, recommend.CoPurchase, recommend.TIFUKNN, recommend.LightGBMRanker,
    )
}  # fmt: skip
"""Class name -> class; reading an artefact never imports anything else."""


def register(estimator: type[Any]) -> type[Any]:
    """Make a class known by its name to this process, as a decorator: to try an estimator in a notebook.

    Another process, such as the service, does not know it: what is to be served belongs into KINDS.

    Raises:
        ConfigError: another class has that name.
    """
    known = KINDS.setdefault(estimator.__name__, estimator)
    if known is not estimator and known.__module__ != estimator.__module__:
        raise ConfigError(f"there is an estimator called {estimator.__name__!r} already; give yours another name")
    KINDS[estimator.__name__] = estimator
    return estimator


def kind(name: str) -> type[Any]:
    """Return the estimator class called ``name``.

    Raises:
        ConfigError: there is none.
    """
    if name not in KINDS:
        raise ConfigError(f"no estimator is called {name!r}{did_you_mean(name, KINDS)}; there are {', '.join(KINDS)}")
    return KINDS[name]
