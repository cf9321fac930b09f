import polars as pl
import pytest

from tests.ingest.simulate.conftest import Shop

SYSTEMS = ("till", "web", "crm")


@pytest.fixture(scope="module")
def records(shop: Shop) -> pl.DataFrame:
    """All customer records, with the person behind each."""
    frame = pl.concat([shop.csv(f"{system}_customers.csv") for system in SYSTEMS])
    people = shop.truth("people").rename({"record_source": "source", "record_id": "customer_id"})
    return frame.join(people, on=["source", "customer_id"], how="left", validate="1:1")


def test_every_record_is_a_persons_and_everyone_has_one(shop: Shop, records: pl.DataFrame) -> None:
    assert records["person_id"].null_count() == 0
    assert records.height == shop.truth("people").height
    assert set(records["person_id"]) == set(shop.truth("customers")["person_id"])
    assert shop.truth("customers").height == shop.plan.customers


def test_no_two_people_share_an_account_or_an_unspoilt_address(records: pl.DataFrame) -> None:
    web = records.filter(pl.col("source") == "web")
    assert (web["customer_id"] == web["email"]).all()
    assert web["customer_id"].n_unique() == web.height
    clean = records.join(web.select(clean="email"), left_on="email", right_on="clean", how="semi")
    assert clean.group_by("email").agg(pl.col("person_id").n_unique())["person_id"].max() == 1
    assert records["email"].drop_nulls().str.contains(r"@example\.(com|org|net)$").mean() > 0.97


def test_the_same_person_has_records_that_differ(records: pl.DataFrame) -> None:
    shared = records.group_by("person_id").agg(pl.len().alias("n"), pl.col("source").n_unique().alias("systems"))
    assert (shared["n"] > 1).mean() > 0.6
    assert (shared["systems"] > 1).mean() > 0.6
    crm = records.filter(pl.col("source") == "crm").group_by("person_id").len()
    assert crm["len"].max() == 3
    several = records.filter(pl.col("source") == "crm").group_by("person_id").agg(pl.col("last_name").n_unique())
    assert several["last_name"].max() > 1


def test_a_third_shops_in_two_channels(shop: Shop) -> None:
    assert 0.25 < (shop.truth("customers")["channels"] == 2).mean() < 0.4


def test_orders_name_records_of_the_right_person(shop: Shop, records: pl.DataFrame) -> None:
    lines = shop.truth("lines").filter(pl.col("customer_id").is_not_null())
    both = lines.join(records.select("customer_id", owner="person_id"), on="customer_id", how="left")
    assert (both["person_id"] == both["owner"]).all()
    till = shop.csv("till.csv")["Customer ID"]
    assert 0.05 < till.null_count() / len(till) < 0.25
    assert set(till.drop_nulls()) <= set(records.filter(pl.col("source") == "till")["customer_id"])
    web = shop.csv("web.csv")["Email"]
    assert 0 < web.null_count() / len(web) < 0.05
    assert set(web.drop_nulls()) <= set(records.filter(pl.col("source") == "web")["customer_id"])


def test_couples_share_an_address_and_some_a_phone(records: pl.DataFrame) -> None:
    digits = records.with_columns(pl.col("phone").str.replace_all(r"\D", "").str.tail(10)).drop_nulls("phone")
    shared = digits.group_by("phone").agg(pl.col("person_id").n_unique())
    assert 0 < (shared["person_id"] > 1).mean() < 0.03


def test_records_are_dirty_but_not_hopeless(shop: Shop, records: pl.DataFrame) -> None:
    names = records["first_name"].str.strip_chars()
    assert 0.02 < (names == names.str.to_uppercase()).mean() < 0.08
    assert 0.01 < names.str.contains(r"^[A-Z]\.$").mean() < 0.04
    assert 0.3 < (records["phone"].str.starts_with("+1")).mean() < 0.7
    assert (records["birthday"] == "1900-01-01").any()
    assert (
        records.filter(pl.col("source") == "till")["email"].null_count() > 0.3 * shop.csv("till_customers.csv").height
    )


def test_contacts_name_known_records_and_items(shop: Shop, records: pl.DataFrame) -> None:
    known = records.select(pl.format("{}:{}", "source", "customer_id")).to_series()
    items = shop.csv("items.csv")["item_id"]
    for name in ("consents", "events", "campaign_members", "redemptions", "reviews"):
        frame = shop.csv(f"{name}.csv")
        assert frame.height > 0
        assert frame["customer_id"].is_in(known.implode()).all(), name
        if "item_id" in frame.columns:
            assert frame["item_id"].drop_nulls().is_in(items.implode()).all(), name


def test_consent_is_given_before_it_is_withdrawn_and_nobody_is_written_to_without(shop: Shop) -> None:
    said = shop.csv("consents.csv").sort("customer_id", "purpose", "at", maintain_order=True)
    per = said.group_by("customer_id", "purpose", maintain_order=True).agg("granted", "at")
    answers = {tuple(row) for row in per["granted"]}
    assert answers == {("true",), ("false",), ("true", "false")}
    starts = shop.csv("campaigns.csv").select("campaign_id", "starts_at")
    asked = shop.csv("campaign_members.csv").join(starts, on="campaign_id")
    mail = (
        said.filter(pl.col("purpose") == "email")
        .join(asked, on="customer_id")
        .filter(pl.col("at") <= pl.col("starts_at"))
    )
    last = mail.sort("at").group_by("customer_id", "campaign_id").last()
    assert last.height == asked.height > 0
    assert (last["granted"] == "true").all()
