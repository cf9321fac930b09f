"""Scores and recommendations of a whole shop, bucket after bucket, into Parquet."""

import datetime as dt
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from regulars import artefact, features, reminders, scale, scoring
from regulars.artefact import Task
from regulars.errors import ConfigError, DataError
from regulars.estimators.recommend import NEXT_BASKET, Wish
from regulars.ledger import Ledger, url_of
from regulars.scale import parts
from regulars.scoring import Champions
from regulars.windows import Snapshot

PARQUET = b"PAR1"
"""How a Parquet file begins."""


@dataclass(frozen=True)
class Packed:
    """Champions as the files that they are kept in: how they go to another process, or another machine."""

    files: tuple[tuple[str, bytes], ...]
    """Path below the folder of the champions, and content."""

    @classmethod
    def of(cls, champions: Champions) -> "Packed":
        """Write the champions and keep the files."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for task, fitted in champions.by_task.items():
                artefact.write(folder / task, fitted)
            files = sorted(file for file in folder.rglob("*") if file.is_file())
            return cls(tuple((file.relative_to(folder).as_posix(), file.read_bytes()) for file in files))

    def champions(self) -> Champions:
        """Read the champions from the files."""
        with tempfile.TemporaryDirectory() as name:
            for path, content in self.files:
                file = Path(name) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            return Champions.read(Path(name))


@dataclass(frozen=True)
class ScoreJob:
    """``scoring.score`` of every customer known before ``before``."""

    champions: Champions | Packed
    before: dt.date
    curve: bool = False
    what: str = "scoring"
    kind: str = "scores"
    order: tuple[str, ...] = ("customer_id",)

    def prepare(self, ledger: Ledger) -> scale.Work:
        """Return the scores of one bucket's transactions."""
        champions, side = _unpacked(self.champions), scale.side(ledger, self.before)
        snapshot = Snapshot(self.before, champions["timing"].meta.horizon_days)

        def work(transactions: pl.LazyFrame) -> pl.DataFrame:
            return scoring.score(champions, features.table(transactions, side, [snapshot]), curve=self.curve)

        return work

    def packed(self) -> "ScoreJob":
        """Return the same job with its champions as files."""
        return replace(self, champions=_packed(self.champions))


@dataclass(frozen=True)
class RecommendJob:
    """``scoring.recommend`` for every customer known before ``before``."""

    champions: Champions | Packed
    before: dt.date
    k: int
    wish: Wish
    """Kind of list and filters."""
    what: str = "recommending"
    kind: str = "recommendations"
    order: tuple[str, ...] = ("customer_id", "rank")

    def prepare(self, ledger: Ledger) -> scale.Work:  # noqa: ARG002 - a job's verb
        """Return the recommendations for one bucket's transactions."""
        champions = _unpacked(self.champions)

        def work(transactions: pl.LazyFrame) -> pl.DataFrame:
            return scoring.recommend(champions, transactions.collect(), self.before, self.k, self.wish)

        return work

    def packed(self) -> "RecommendJob":
        """Return the same job with its champion as files."""
        return replace(self, champions=_packed(self.champions))


@dataclass(frozen=True)
class RemindJob:
    """``reminders.due`` for every customer known before ``before``."""

    champions: Champions | Packed
    before: dt.date
    window_days: int
    lead_days: int
    min_probability: float
    what: str = "reminding"
    kind: str = "reminders"
    order: tuple[str, ...] = ("customer_id", "remind_on", "unit")

    def prepare(self, ledger: Ledger) -> scale.Work:  # noqa: ARG002 - a job's verb
        """Return the reminders of one bucket's customers."""
        estimator = _unpacked(self.champions)["replenish"].estimator

        def work(transactions: pl.LazyFrame) -> pl.DataFrame:
            forecast = estimator.forecast(transactions.collect(), self.before)
            return reminders.due(forecast, self.before, self.window_days, self.lead_days, self.min_probability)

        return work

    def packed(self) -> "RemindJob":
        """Return the same job with its champion as files."""
        return replace(self, champions=_packed(self.champions))


def _packed(champions: Champions | Packed) -> Packed:
    return champions if isinstance(champions, Packed) else Packed.of(champions)


def _unpacked(champions: Champions | Packed) -> Champions:
    return champions.champions() if isinstance(champions, Packed) else champions


def score_job(champions: Champions, as_of: dt.date, *, curve: bool = False) -> ScoreJob:
    """Return the job that scores as of ``as_of``.

    Raises:
        LeakageError: a champion knows rows at or after ``as_of``.
        ConfigError: the champions look ahead differently.
    """
    present: tuple[Task, ...] = ("spend",) if "spend" in champions.by_task else ()
    asked = Champions({task: champions[task] for task in ("churn", "timing", *present)})
    asked.refuse_the_past(as_of, *asked.by_task)
    scoring.common_horizon(*(asked[task].meta for task in asked.by_task))
    return ScoreJob(asked, as_of, curve)


def recommend_job(champions: Champions, as_of: dt.date, k: int, wish: Wish | str = NEXT_BASKET) -> RecommendJob:
    """Return the job that recommends as of ``as_of``.

    Raises:
        LeakageError: the champion knows rows at or after ``as_of``.
        ConfigError: there is no such kind or category, or ``k`` is no length.
    """
    asked = Champions({"recommend": champions["recommend"]})
    asked.refuse_the_past(as_of, "recommend")
    wanted = Wish.of(wish)
    asked["recommend"].estimator.question(k, wanted).check()
    return RecommendJob(asked, as_of, k, wanted)


def remind_job(
    champions: Champions, as_of: dt.date, window_days: int, lead_days: int, min_probability: float
) -> RemindJob:
    """Return the job that lists what is due in the ``window_days`` from ``as_of`` on.

    Raises:
        LeakageError: the champion knows rows at or after ``as_of``.
        ConfigError: the window is longer than the champion looks ahead.
    """
    asked = Champions({"replenish": champions["replenish"]})
    asked.refuse_the_past(as_of, "replenish")
    if window_days > (horizon := asked["replenish"].meta.horizon_days):
        raise ConfigError(f"the replenish champion looks {horizon} days ahead, not {window_days}; use a shorter window")
    return RemindJob(asked, as_of, window_days, lead_days, min_probability)


def score(
    ledger: Ledger,
    champions: Champions,
    as_of: dt.date,
    *,
    curve: bool = False,
    track: scale.Track[Any] = scale.silently,
    engine: scale.Engine = scale.HERE,
) -> pl.DataFrame:
    """Return ``scoring.score`` of every customer known before ``as_of``, by customer_id.

    Raises:
        LeakageError: a champion knows rows at or after ``as_of``.
        ConfigError: the champions look ahead differently.
        DataError: a worker of ``engine`` was lost, or sees another ledger.
    """
    return scale.rows(ledger, score_job(champions, as_of, curve=curve), engine, track)


def recommend(
    ledger: Ledger,
    champions: Champions,
    as_of: dt.date,
    k: int,
    wish: Wish | str = NEXT_BASKET,
    track: scale.Track[Any] = scale.silently,
    *,
    engine: scale.Engine = scale.HERE,
) -> pl.DataFrame:
    """Return ``scoring.recommend`` for every customer known before ``as_of``, by customer_id and rank.

    Raises:
        LeakageError: the champion knows rows at or after ``as_of``.
        ConfigError: there is no such kind or category, or ``k`` is no length.
        DataError: a worker of ``engine`` was lost, or sees another ledger.
    """
    return scale.rows(ledger, recommend_job(champions, as_of, k, wish), engine, track)


def check_out(file: Path) -> None:
    """Refuse a file that cannot be written, before the work that would fill it.

    Raises:
        DataError: it is a folder, an address or a file that is not Parquet, or its folder does not exist.
    """
    if (url := url_of(file)) is not None:
        raise DataError(f"cannot write to {url}; name a file of this machine, and copy it from there")
    _spare(file)
    if file.is_dir() or not file.parent.is_dir():
        raise DataError(f"cannot write {file}; name a file in a folder that exists")


def _spare(file: Path) -> None:
    """Refuse to replace what is there, unless it is a Parquet file."""
    if not file.is_file():
        return
    try:
        with file.open("rb") as opened:
            begin = opened.read(len(PARQUET))
    except OSError as error:
        raise DataError(f"cannot read {file}, which is there ({parts.reason(error)}); name another file") from error
    if begin != PARQUET:
        raise DataError(f"{file} is there and is no Parquet file; name another")


def write(rows: pl.DataFrame, file: Path) -> None:
    """Write ``rows`` as Parquet, replacing an older Parquet file in one step.

    Raises:
        DataError: the folder does not exist or cannot be written to, or another kind of file is there.
    """
    _spare(file)
    draft = file.with_name(f".{file.name}.tmp")
    try:
        rows.write_parquet(draft)
        draft.replace(file)
    except parts.UNWRITABLE as error:
        raise DataError(
            f"cannot write {file} ({parts.reason(error)}); name a file in a folder that can be written to"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
