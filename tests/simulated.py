"""A simulated shop big enough to draw a thousand customers from."""

from pathlib import Path

import polars as pl
from filelock import FileLock

from regulars.ingest import ingest, simulate
from regulars.ingest.intake import Terms
from regulars.ingest.tables import ingest_table
from regulars.ledger import Ledger

SYSTEMS = {"till": "square-items", "web": "shopify-orders"}


def ledger(shared: Path) -> Ledger:
    """A year of a simulated shop with all it knows beside its lines, ingested once into the folder ``shared``."""
    path = shared / "simulated" / "ledger"
    with FileLock(shared / "simulated.lock"):
        if not path.exists():
            _ingest(simulate.write(shared / "simulated-files", simulate.Plan(customers=1300, years=1)).path, path)
    return Ledger.open(path)


def _ingest(files: Path, path: Path) -> None:
    for source, preset in SYSTEMS.items():
        ingest([files / f"{source}.csv"], preset, path, terms=Terms(source=source, own_ids=True))
    for table in ("items", "stores", "events"):
        ingest_table([files / f"{table}.csv"], table, path)
    with Ledger.open(path).writer() as writer:
        writer.set_people(_people(files))
        writer.commit(())


def _people(files: Path) -> pl.DataFrame:
    """Return whose the records are, as told: to find it out takes longer than all the rest."""
    told = pl.read_parquet(files / "truth" / "people.parquet")
    written = pl.format("{}:{}", "record_source", "record_id")
    return told.select(customer_as_written=written, customer_id="person_id").unique("customer_as_written")
