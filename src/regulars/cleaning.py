"""What was done to a ledger's lines, from the first one read to those that models see, as data."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Literal, Self

from pydantic import model_validator

from regulars.cleaning_words import TITLES, sentence
from regulars.errors import DataError, RegularsError
from regulars.hygiene import MARKS, RULES, SWITCHES, Rules
from regulars.manifest import Effect, Facts, Manifest, Section, Source


class Step(Section):
    """One step of the waterfall."""

    name: str
    """``read``, ``made``, ``set_aside``, ``known``, ``held``, a rule of ``hygiene.MARKS``, or ``seen``."""
    title: str
    """Its name for people."""
    sentence: str
    """What it did, for people."""
    kind: Literal["in", "made", "out", "total"]
    """Whether its lines come in, were made beside them, go out, or are what is left by then."""
    lines: int
    """Lines, >= 0."""
    money: int
    """Their net amount, in minor units; for ``made`` 0, since the money of such a line was read with the others."""
    on: tuple[str, ...] = ()
    """For a rule, the sources it is in force for."""

    @property
    def change(self) -> Effect:
        """What it adds to what was there before; a total adds nothing."""
        sign = {"in": 1, "made": 1, "out": -1, "total": 0}[self.kind]
        return Effect(lines=sign * self.lines, money=sign * self.money)

    @property
    def shown(self) -> Effect:
        """What people are shown: the change, or for a total what there is."""
        return Effect(lines=self.lines, money=self.money) if self.kind == "total" else self.change

    @property
    def off(self) -> bool:
        """Whether it is a rule that is in force nowhere."""
        return self.name in MARKS and not self.on


class SetAside(Section):
    """The quarantine."""

    reasons: dict[str, int]
    """Reason -> lines ever set aside for it, most frequent first."""
    taken_back: int
    """Lines, made ones too, that came again from it; ``reasons`` hold those that still could not be used twice."""
    waiting: int
    """Rows in it now: those of other tables too, and a line that two files have once."""


class Mended(Section):
    """What was changed, or merely found, in lines that stayed."""

    respelt: Effect
    """Lines whose item goes by another spelling."""
    signs_mended: int
    """Refunds written with a positive quantity, which became negative."""
    amounts_rounded: int
    """Lines whose net amount had fractions of a minor unit."""
    matched: Effect
    """Returns with the sale they take back, among the lines that models see."""
    unmatched: Effect
    """Returns without one."""

    @property
    def rows(self) -> tuple[tuple[str, int, int | None], ...]:
        """What, how many lines, and their money in minor units where it tells something."""
        return (
            ("returns with the sale they take back", self.matched.lines, self.matched.money),
            ("returns without one", self.unmatched.lines, self.unmatched.money),
            ("items that go by another spelling", self.respelt.lines, self.respelt.money),
            ("refunds whose quantity lacked its sign", self.signs_mended, None),
            ("amounts with fractions of the smallest coin, rounded", self.amounts_rounded, None),
        )


class Cleaning(Section):
    """What was done to a ledger's lines; it adds up to the line and to the minor unit, or it is not made."""

    currency: str
    """ISO 4217 code of every amount."""
    time_zone: str
    """IANA name of the shop's zone."""
    first_day: dt.date | None
    """Day of the first line that models see."""
    last_day: dt.date | None
    """Day of the last one."""
    n_customers: int
    """Customers that models see."""
    n_orders: int
    """Their orders."""
    n_items: int
    """Items known by name or from a line."""
    fingerprint: str
    """The ledger's content."""
    steps: tuple[Step, ...]
    """The waterfall, from the lines read to those that models see."""
    set_aside: SetAside
    """The quarantine."""
    mended: Mended
    """What was mended without leaving."""
    rules: dict[str, Rules]
    """Source -> the rules in force for it."""
    files: tuple[Source, ...]
    """Everything that was read, in order."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for step, left in zip(self.steps, self.left, strict=True):
            if step.kind == "total":
                _check(f"lines {step.title}", left.lines, step.lines)
                _check(f"money {step.title}", left.money, step.money)
            if not step.lines:
                _check(f"money {step.title}, of no lines", 0, step.money)
            if step.lines < 0:
                raise RegularsError(f"there are {step.lines} lines {step.title}; please report this")
        for file in self.files:
            _check(f"lines of {file.name}", file.lines_in + file.lines_made, file.lines_kept + file.lines_quarantined)
            _check(f"money of {file.name}", file.money_in, file.money_kept + file.money_quarantined)
        aside = self.set_aside
        _check("reasons", sum(aside.reasons.values()), self.step("set_aside").lines + aside.taken_back)
        return self

    @property
    def left(self) -> tuple[Effect, ...]:
        """What there is after each step."""
        return tuple(accumulate(step.change for step in self.steps))

    def step(self, name: str) -> Step:
        """Return the step called ``name``.

        Raises:
            KeyError: this ledger has none.
        """
        return {step.name: step for step in self.steps}[name]


def of(manifest: Manifest) -> Cleaning:
    """Return what was done to the lines of the ledger with ``manifest``.

    Raises:
        DataError: it holds lines that no file brought, so that nothing can be said of where they came from.
        RegularsError: the lines or the money do not add up; a bug in regulars.
    """
    facts, files = manifest.facts, manifest.sources
    strangers = manifest.n_held - _sum(files, "lines_kept")
    if strangers > 0:
        raise DataError(f"{strangers} lines of this ledger came from no file; report on a ledger that was ingested")
    items = manifest.tables.get("items")
    return Cleaning(
        currency=manifest.currency,
        time_zone=manifest.time_zone,
        first_day=facts.first_day,
        last_day=facts.last_day,
        n_customers=facts.n_customers,
        n_orders=facts.n_orders,
        n_items=items.rows if items else 0,
        fingerprint=manifest.fingerprint,
        steps=tuple(_steps(manifest)),
        set_aside=_set_aside(manifest),
        mended=_mended(facts, files),
        rules=dict(sorted(manifest.rules.items())),
        files=files,
    )


def _steps(manifest: Manifest) -> Iterator[Step]:
    files = manifest.sources
    read = Effect(lines=_sum(files, "lines_in"), money=_sum(files, "money_in"))
    back = Effect(lines=_sum(files, "lines_taken_back"), money=_sum(files, "money_taken_back"))
    made_back = Effect(lines=_sum(files, "made_taken_back"))
    aside = Effect(lines=_sum(files, "lines_quarantined"), money=_sum(files, "money_quarantined"))
    kept = Effect(lines=_sum(files, "lines_kept"), money=_sum(files, "money_kept"))
    held = Effect(lines=manifest.n_held, money=manifest.money_held)
    made = _less(Effect(lines=_sum(files, "lines_made")), made_back)
    base, n_files = read.lines - back.lines, sum(not _came_again(file) for file in files)
    yield _step("read", "in", _less(read, back), base, n_files)
    if made.lines:
        yield _step("made", "made", made, base, n_files)
    yield _step("set_aside", "out", _less(aside, back + made_back), base + made.lines, n_files)
    yield _step("known", "out", _less(kept, held), base + made.lines, n_files)
    yield _step("held", "total", held, held.lines, n_files)
    for rule in MARKS:
        effect = manifest.facts.excluded.get(rule, Effect())
        on = tuple(source for source, rules in sorted(manifest.rules.items()) if in_force(rules, rule))
        step = _step(rule, "out", effect, held.lines, n_files)
        yield step.model_copy(update={"on": on} if on else {"sentence": f"Switched off: {RULES[rule]}."})
    yield _step("seen", "total", Effect(lines=manifest.n_lines, money=manifest.money), held.lines, n_files)


def in_force(rules: Rules, rule: str) -> bool:
    """Tell whether ``rule`` is in force; one without a switch always is.

    >>> in_force(Rules(voided=False), "voided"), in_force(Rules(), "anonymous")
    (False, True)
    """
    return rule not in SWITCHES or bool(getattr(rules, rule))


def _step(name: str, kind: Literal["in", "made", "out", "total"], effect: Effect, of: int, files: int) -> Step:
    said = sentence(name, effect.lines, of, files)
    return Step(name=name, title=TITLES[name], sentence=said, kind=kind, lines=effect.lines, money=effect.money)


def _set_aside(manifest: Manifest) -> SetAside:
    reasons: Counter[str] = Counter()
    for file in manifest.sources:
        reasons.update(file.reasons)
    return SetAside(
        reasons=dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
        taken_back=_came_again(*manifest.sources),
        waiting=manifest.n_quarantined,
    )


def _mended(facts: Facts, files: tuple[Source, ...]) -> Mended:
    return Mended(
        respelt=facts.respelt,
        signs_mended=_sum(files, "signs_mended"),
        amounts_rounded=_sum(files, "amounts_rounded"),
        matched=facts.matched,
        unmatched=facts.unmatched,
    )


def _came_again(*files: Source) -> int:
    """Return how many lines, made ones too, came from the quarantine."""
    return _sum(files, "lines_taken_back") + _sum(files, "made_taken_back")


def _sum(files: tuple[Source, ...], field: str) -> int:
    return sum(getattr(file, field) for file in files)


def _less(effect: Effect, other: Effect) -> Effect:
    return Effect(lines=effect.lines - other.lines, money=effect.money - other.money)


def _check(what: str, came: int, went: int) -> None:
    if came != went:
        raise RegularsError(f"{what} do not add up: {came} and {went}; please report this")
