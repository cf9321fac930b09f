"""Switches hygiene rules of a ledger off and on."""

from collections.abc import Sequence

from regulars.errors import ConfigError, did_you_mean
from regulars.hygiene import SWITCHES
from regulars.ledger import Ledger


def switch(ledger: Ledger, *, on: Sequence[str] = (), off: Sequence[str] = (), source: str | None = None) -> None:
    """Mark every line of the ledger anew, with the rules ``on`` switched on and ``off`` switched off.

    Args:
        ledger: the shop.
        on: rules to put in force.
        off: rules to take out of force.
        source: only for lines of this source; None for all.

    Raises:
        ConfigError: no such rule or source, or a rule is to be both.
    """
    for name in (*on, *off):
        if name not in SWITCHES:
            raise ConfigError(f"no rule {name!r}{did_you_mean(name, SWITCHES)}; rules: {', '.join(SWITCHES)}")
        if name in on and name in off:
            raise ConfigError(f"rule {name!r} cannot be switched on and off at once")
    update = dict.fromkeys(on, True) | dict.fromkeys(off, False)
    with ledger.writer() as writer:
        rules = writer.manifest.rules
        if source is not None and source not in rules:
            raise ConfigError(f"no source {source!r}{did_you_mean(source, rules)}; sources: {', '.join(rules)}")
        for name in rules if source is None else [source]:
            writer.set_rules(name, rules[name].model_copy(update=update))
        writer.commit(())
