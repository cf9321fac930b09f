"""Identity in a ledger: one person's lines under one id, and back to the byte."""

from pathlib import Path

import pytest

from regulars import schema
from regulars.errors import DataError, MissingError
from regulars.ingest import ingest, persons
from regulars.ingest.intake import Terms
from regulars.ingest.tables import ingest_table
from regulars.ledger import Ledger
from tests.ingest.shop import snapshot, write

HEADER = "customer_id,email,phone,first_name,last_name,birthday,postcode"
TILL = ["7,Anna.Lind@example.org,,Anna,Lind,1980-02-01,10115", "8,,,Bert,Moss,1975-05-05,20095"]
WEB = ["7,cleo@example.org,,Cleo,Berg,1990-01-01,50667", "9,anna.lind@example.org ,,Anna,Lind,,10115"]


@pytest.fixture
def shop(tmp_path: Path) -> Ledger:
    """A till and a web shop that both know Anna, by different ids; 7 is another person in each."""
    for source, customers, lines in (
        ("till", TILL, ["7,o1,tea,2024-03-01,1,2.00,0,centre", "8,o2,tea,2024-03-02,1,2.00,0,centre"]),
        ("web", WEB, ["7,w1,tea,2024-03-03,1,2.00,0,web", "9,w2,tea,2024-03-04,1,2.00,0,web"]),
    ):
        terms = Terms(source=source, own_ids=True)
        ingest([write(tmp_path / f"{source}.csv", lines)], "generic", tmp_path / "ledger", terms=terms)
        records = write(tmp_path / f"{source}_customers.csv", customers, HEADER)
        ingest_table([records], "customers", tmp_path / "ledger", terms=terms)
    return Ledger.open(tmp_path / "ledger")


def test_ids_of_two_systems_do_not_meet_by_accident(shop: Ledger) -> None:
    assert set(shop.transactions().collect()["customer_id"]) == {"till:7", "till:8", "web:7", "web:9"}
    assert shop.customers()["source"].to_list() == ["till", "till", "web", "web"]


def test_lines_of_one_person_go_by_one_id_and_an_undo_gives_the_tables_back_to_the_byte(shop: Ledger) -> None:
    before, lines = snapshot(shop.path / "transactions"), shop.lines().collect()
    told = persons.identify(shop)
    assert (told.records, told.people, told.merged, told.n_customers) == (4, 3, 1, 3)
    assert shop.customer("web:9")["order_id"].to_list() == ["till:o1", "web:w2"]
    written = shop.lines().filter(order_id="till:o1").collect()["customer_as_written"].to_list()
    assert written == ["till:7"]
    links = shop.table(schema.LINKS)
    assert links.select("left_id", "right_id", "rule").rows() == [("till:7", "web:9", "email")]
    merged = shop.fingerprint
    persons.identify(shop)
    assert shop.fingerprint == merged

    persons.undo(shop, "web:9", "father and daughter")
    assert shop.lines().collect().equals(lines)
    current = {part.file for part in shop.manifest.transactions.values()}
    assert {f"transactions/{name}": data for name, data in before.items()} == {
        name: data for name, data in snapshot(shop.path).items() if name in current
    }
    assert shop.table(schema.APART)["reason"].to_list() == ["father and daughter"]
    assert persons.identify(shop).merged == 0


def test_lines_that_come_later_go_to_the_person_too(shop: Ledger, tmp_path: Path) -> None:
    persons.identify(shop)
    more = write(tmp_path / "more.csv", ["9,w3,tea,2024-03-09,1,2.00,0,web", "9,w2,tea,2024-03-04,1,2.00,0,web"])
    done = ingest([more], "generic", shop.path, terms=Terms(source="web", own_ids=True))
    assert (done.lines_new, done.lines_known) == (1, 1)
    assert Ledger.open(shop.path).customer("web:9")["order_id"].to_list() == ["till:o1", "web:w2", "web:w3"]


def test_without_records_there_is_nothing_to_compare(tmp_path: Path, shop: Ledger) -> None:
    ingest([tmp_path / "till.csv"], "generic", tmp_path / "other")
    with pytest.raises(DataError, match="has no customer records; hand some in with: regulars ingest FILE --table"):
        persons.identify(Ledger.open(tmp_path / "other"))
    with pytest.raises(MissingError, match="joined to no other record"):
        persons.undo(shop, "till:8")


def test_hashed_contacts_still_find_a_person(tmp_path: Path) -> None:
    key = b"a secret of the shop, long enough"
    for source, records in (("till", TILL), ("web", WEB)):
        file = write(tmp_path / f"{source}.csv", records, HEADER)
        terms = Terms(source=source, own_ids=True)
        ingest_table([file], "customers", tmp_path / "ledger", terms=terms, contact_key=key)
    book = Ledger.open(tmp_path / "ledger")
    assert "@" not in "".join(book.customers()["email"].drop_nulls())
    assert persons.identify(book).links == {"email": 1}
