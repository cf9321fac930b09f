"""Every line that goes in comes out somewhere, once, with its money."""

import datetime as dt
import gzip
import json
from decimal import Decimal
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from regulars import schema
from regulars.errors import RegularsError
from regulars.ingest import Summary, ingest
from regulars.ingest.tally import check
from regulars.ledger import Ledger
from tests.ingest.shop import HEADER, LINES, MONEY, snapshot, write


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return write(tmp_path / "shop.csv", LINES)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "home" / "ledger"


def add(path: Path, ledger: Path, **mapping: str) -> Summary:
    return ingest([path], "generic", ledger, mapping)


def rows(ledger: Path) -> pl.DataFrame:
    return Ledger.open(ledger).transactions().collect().sort("customer_id", "purchased_at", "item_id")


def test_a_clean_file_becomes_transactions(csv: Path, ledger: Path) -> None:
    done = add(csv, ledger)
    assert (done.lines_in, done.lines_kept, done.lines_new, done.lines_known) == (5, 5, 5, 0)
    assert (done.money_in, done.money_kept, done.money_quarantined) == ("13.72 USD", "13.72 USD", "0.00 USD")
    assert (done.n_lines, done.n_customers, done.n_items, done.files) == (5, 3, 3, ("shop.csv",))
    assert (done.first_day, done.last_day) == (dt.date(2024, 3, 1), dt.date(2024, 3, 10))
    assert done.fingerprint == Ledger.open(ledger).fingerprint
    bread, milk = rows(ledger).filter(customer_id="anna").rows(named=True)
    assert (bread["item_id"], bread["amount"], bread["discount"]) == ("bread", 249, 0)
    assert (milk["quantity"], milk["amount"], milk["discount"], milk["store_id"]) == (2.0, 398, 20, "centre")
    assert milk["purchased_at"] == dt.datetime(2024, 3, 1, 9, 15)


def test_a_bad_line_is_set_aside_with_its_reason_place_and_money(tmp_path: Path, ledger: Path) -> None:
    bad = [
        ",o9,milk,2024-03-11,1,1.00,0,web",
        "dora,o9,,2024-03-11,1,2.00,0,web",
        "dora,o9,milk,,1,3.00,0,web",
        "dora,o9,milk,tomorrow,1,4.00,0,web",
        "dora,o9,milk,1970-01-01,1,5.00,0,web",
        "dora,o9,milk,2024-03-11,many,6.00,0,web",
        "dora,o9,milk,2024-03-11,inf,7.00,0,web",
        "dora,o9,milk,2024-03-11,1,,0,web",
        "dora,o9,milk,2024-03-11,1,nan,0,web",
        "dora,o9,milk,2024-03-11,1,1e15,0,web",
        "dora,o9,milk,2024-03-11,1,8.00,some,web",
        "dora,o9,milk,2024-03-11,1,9.00,0,web,and more",
    ]
    done = add(write(tmp_path / "shop.csv", LINES[:2] + bad + LINES[2:]), ledger)
    aside = Ledger.open(ledger).quarantine().sort("line")
    assert aside["reason"].to_list() == [
        "item_id missing",
        "purchased_at missing",
        "purchased_at unreadable",
        "purchased_at outside 1990-2100",
        "quantity unreadable",
        "quantity not finite",
        "amount missing",
        "amount not finite",
        "amount too large",
        "discount unreadable",
        "number of columns differs from the header",
    ]
    assert aside["line"].to_list() == list(range(4, 15))
    assert aside["amount"].to_list() == [200, 300, 400, 500, 600, 700, None, None, None, 800, None]
    assert set(aside["source"]) == {"shop.csv"}
    assert json.loads(aside["content"][2])["purchased_at"] == "tomorrow"
    assert json.loads(aside["content"][10])["line"].endswith("and more")
    assert (done.lines_in, done.lines_kept, done.lines_quarantined) == (17, 6, 11)
    assert done.quarantine == dict.fromkeys(aside["reason"], 1)
    assert done.excluded == {"anonymous": 1}
    assert (done.money_in, done.money_quarantined) == ("49.72 USD", "35.00 USD")


def test_what_a_source_does_not_say_gets_its_documented_default(tmp_path: Path, ledger: Path) -> None:
    header = "customer_id,purchased_at,amount"
    add(write(tmp_path / "till.csv", ["anna,2024-03-01 09:00,5", "anna,2024-03-01 18:00,6"], header), ledger)
    both = rows(ledger)
    assert both["order_id"].to_list() == ["anna/2024-03-01"] * 2
    assert both["item_id"].to_list() == ["(all)"] * 2
    assert both["quantity"].to_list() == [1.0, 1.0]
    assert both["discount"].to_list() == [0, 0]
    assert both["store_id"].to_list() == [None, None]


def test_columns_are_mapped_and_describe_the_items(tmp_path: Path, ledger: Path) -> None:
    header = "Kunde;Datum;Artikel;Bezeichnung;Gruppe;Menge;Preis"
    lines = [
        "7;05.03.2024;A1;Grüner Tee;Tee;2;1.234,50",
        "7;04.03.2024 08:30;A1;Tee, grün;Tee;3;0,333",
        "8;31.03.2024;A2;;;1;1,00",
    ]
    names = {
        "Kunde": "customer_id",
        "Datum": "purchased_at",
        "Artikel": "item_id",
        "Bezeichnung": "item_name",
    }
    names |= {"Gruppe": "category", "Menge": "quantity", "Preis": "price"}
    done = add(write(tmp_path / "kasse.csv", lines, header, "cp1252"), ledger, **names)
    assert sorted(rows(ledger)["amount"]) == [100, 100, 246900]
    assert done.amounts_rounded == 1
    items = Ledger.open(ledger).items()
    assert items.select("item_id", "name", "category").rows() == [
        ("A1", "Tee, grün", "Tee"),
        ("A2", None, None),
    ]


def test_a_source_without_item_ids_goes_by_its_item_names(tmp_path: Path, ledger: Path) -> None:
    add(write(tmp_path / "t.csv", ["a,2024-03-01,5,Tea"], "customer_id,purchased_at,amount,item_name"), ledger)
    assert rows(ledger)["item_id"].to_list() == ["Tea"]


@pytest.mark.parametrize("kind", ["utf-8-sig", "utf-16", "crlf", "cr", "tabs", "pipes", "gzip", "parquet", "blank"])
def test_the_same_lines_are_the_same_shop_however_they_are_written(csv: Path, ledger: Path, kind: str) -> None:
    known = add(csv, ledger)
    text = csv.read_text()
    other = csv.with_name("other.parquet" if kind == "parquet" else "other")
    if kind == "parquet":
        pl.read_csv(csv, try_parse_dates=True).write_parquet(other)
    elif kind == "gzip":
        other.write_bytes(gzip.compress(text.encode()))
    elif kind.startswith("utf"):
        other.write_text(text, encoding=kind)
    else:
        marks = {
            "crlf": ("\n", "\r\n"),
            "cr": ("\n", "\r"),
            "tabs": (",", "\t"),
            "pipes": (",", "|"),
            "blank": ("\n", "\n\n"),
        }
        other.write_text(text.replace(*marks[kind]), newline="")
    again = add(other, ledger)
    assert (again.lines_in, again.lines_known, again.lines_new) == (5, 5, 0)
    assert again.fingerprint == known.fingerprint


def test_the_same_file_again_is_not_even_read(csv: Path, ledger: Path) -> None:
    first = add(csv, ledger)
    before = snapshot(ledger)
    calls: list[tuple[int, int | None]] = []
    again = ingest([csv], "generic", ledger, progress=lambda *call: calls.append(call))
    assert not calls
    assert snapshot(ledger) == before
    nothing_new = {"lines_new": 0, "lines_known": 5, "money_new": "0.00 USD", "money_known": first.money_kept}
    expected = first.model_copy(update=nothing_new)
    assert again == expected


def test_a_grown_file_adds_only_its_new_lines(tmp_path: Path, ledger: Path) -> None:
    bad = "dora,o9,milk,never,1,4.00,0,web"
    add(write(tmp_path / "march.csv", [*LINES[:3], bad, LINES[2]]), ledger)
    grown = add(write(tmp_path / "april.csv", [*LINES[:3], bad, LINES[2], *LINES[3:], LINES[0]]), ledger)
    assert (grown.lines_in, grown.lines_kept, grown.lines_new, grown.lines_known) == (8, 7, 3, 4)
    assert grown.n_lines == 7  # LINES[2] and LINES[0] twice each: two equal lines of one file are two sales
    assert Ledger.open(ledger).quarantine().height == 1
    assert Ledger.open(ledger).manifest.money == MONEY + 199 + 398


def test_files_given_together_share_no_line(csv: Path, tmp_path: Path, ledger: Path) -> None:
    done = ingest([csv, write(tmp_path / "b.csv", LINES[3:]), csv], "generic", ledger)
    assert (done.lines_in, done.lines_kept, done.lines_new, done.n_lines) == (12, 12, 5, 5)


def test_the_order_of_the_files_does_not_matter(csv: Path, tmp_path: Path) -> None:
    late, early = write(tmp_path / "late.csv", LINES[2:]), write(tmp_path / "early.csv", LINES[:3])
    for name, files in (("a", [late, early]), ("b", [early, late]), ("c", [csv])):
        for file in files:
            add(file, tmp_path / name)
    assert len({Ledger.open(tmp_path / name).fingerprint for name in "abc"}) == 1


def test_progress_counts_lines_over_all_files(csv: Path, tmp_path: Path, ledger: Path) -> None:
    calls: list[tuple[int, int | None]] = []
    ingest(
        [csv, write(tmp_path / "b.csv", LINES[:2])],
        "generic",
        ledger,
        progress=lambda *call: calls.append(call),
    )
    assert calls == [(5, 7), (7, 7)]


@pytest.mark.parametrize("existing", [True, False])
def test_an_interrupt_leaves_the_ledger_as_it_was(csv: Path, tmp_path: Path, ledger: Path, existing: bool) -> None:
    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    if existing:
        add(csv, ledger)
    before = snapshot(tmp_path)
    more = write(tmp_path / "more.csv", ["zoe,o7,tea,2024-04-01,1,3.00,0,web"])
    with pytest.raises(KeyboardInterrupt):
        ingest([more], "generic", ledger, progress=interrupt)
    more.unlink()
    assert snapshot(tmp_path) == before
    assert ledger.parent.exists() == existing


def test_what_does_not_add_up_is_refused() -> None:
    with pytest.raises(RegularsError, match="lines do not add up: 3 came in, 2 went out"):
        check("lines", 3, 2)


dirty = st.tuples(
    st.sampled_from(["anna", "bert", "cleo", "", "nan"]),
    st.sampled_from(["o1", "o2", ""]),
    st.sampled_from(["milk", "tea", ""]),
    st.sampled_from(["2024-03-01", "2024-03-05 12:00", "2024-02-30", "", "1889-01-01"]),
    st.sampled_from(["1", "2.5", "-1", "", "few"]),
    st.one_of(st.decimals(min_value=-1000, max_value=1000, places=2).map(str), st.sampled_from(["", "free", "inf"])),
    st.sampled_from(["0", "-0.30", "", "?"]),
    st.sampled_from(["web", ""]),
)
GOOD = "anna,o1,milk,2024-03-01,1,1.00,0,web"


@settings(max_examples=20, phases=[hypothesis.Phase.generate])
@given(st.lists(dirty, max_size=39), st.integers(0, 39))
def test_lines_and_money_reconcile(
    tmp_path_factory: pytest.TempPathFactory, fields: list[tuple[str, ...]], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    lines = [GOOD, *(",".join(line) for line in fields)]
    usable = [True, *(_usable(line) for line in fields)]
    worth = [100, *(_worth(line[5]) for line in fields)]
    first = add(write(folder / "part" / "shop.csv", lines[: cut + 1]), folder / "ledger")
    whole = add(write(folder / "shop.csv", lines), folder / "ledger")
    assert whole.lines_in == len(lines) == whole.lines_kept + whole.lines_quarantined
    assert whole.lines_kept == sum(usable) == whole.lines_new + whole.lines_known
    assert whole.lines_known == (first.lines_kept if cut < len(fields) else whole.lines_kept)
    assert whole.n_lines + sum(whole.excluded.values()) == whole.lines_kept
    strangers = sum(use and line[0] in ("", "nan") for line, use in zip(fields, usable[1:], strict=True))
    assert strangers - whole.excluded.get("write_off", 0) <= whole.excluded.get("anonymous", 0) <= strangers
    assert whole.money_in == f"{Decimal(sum(worth)) / 100:.2f} USD"
    assert whole.money_kept == f"{Decimal(sum(w for w, use in zip(worth, usable, strict=True) if use)) / 100:.2f} USD"
    add(folder / "shop.csv", folder / "other")
    at_once, bit_by_bit = Ledger.open(folder / "other"), Ledger.open(folder / "ledger")
    assert at_once.manifest.transactions == bit_by_bit.manifest.transactions
    told = ["line", "reason", "amount", "content"]
    aside = [book.quarantine().select(told).sort(told) for book in (at_once, bit_by_bit)]
    assert aside[0].equals(aside[1])


def _usable(line: tuple[str, ...]) -> bool:
    _, _, item, when, quantity, amount, discount, _ = line
    known = item != "" and when in ("2024-03-01", "2024-03-05 12:00")
    readable = quantity != "few" and amount not in ("", "free", "inf") and discount != "?"
    return known and readable and not (quantity == "-1" and _worth(amount) > 0)


def _worth(amount: str) -> int:
    return 0 if amount in ("", "free", "inf") else int(Decimal(amount) * 100)


def test_the_header_is_the_schema() -> None:
    assert set(HEADER.split(",")) == set(schema.TRANSACTIONS.names)
