"""The hygiene report adds up: to the line, to the minor unit, whatever happened to the ledger before."""

import itertools
import os
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from regulars import cleaning, cleaning_tables, console
from regulars.cleaning import Cleaning
from regulars.cleaning_words import MINUS, TITLES, money, number
from regulars.errors import DataError, RegularsError
from regulars.hygiene import MARKS, RULES, SWITCHES
from regulars.hygiene.rules import NEAR_SECONDS, VOID_MINUTES
from regulars.ingest import PRESETS, Terms, ingest, requeue
from regulars.ingest.switches import switch
from regulars.ingest.tables import ingest_table
from regulars.ledger import Ledger
from regulars.manifest import Manifest
from tests import shops
from tests.conventions.project import ROOT
from tests.ingest.shop import write

TILL = [
    "anna,o1,Milk,2024-03-01 09:15:00,2,4.00,0,centre",
    "anna,o2,milk,2024-03-05 09:15:00,1,2.00,0,centre",
    "anna,r1,MILK ,2024-03-06 10:00:00,-1,-2.00,0,centre",
    "anna,r2,jam,2024-03-06 10:00:00,-1,-0.10,0,centre",
    "bert,o3,tea,2024-03-02 17:40:10,5,9.00,0,centre",
    "bert,r3,tea,2024-03-02 17:45:00,-5,-9.00,0,centre",
    ",o4,tea,2024-03-02 18:00:00,1,2.005,0,centre",
    "cleo,o5,tea,2024-03-03 18:00:00,-4,0,0,centre",
    "cleo,o5,jam,2024-03-03 18:00:00,1,0.10,0,centre",
    "cleo,r5,jam,2024-03-04 18:00:00,1,-0.10,0,centre",
]
BAD = [
    "dora,o8,milk,2024-03-11,many,6.00,0,web",
    "dora,o9,tea,some day,1,4.00,0,web",
    "dora,o9,tea,2024-03-12,1,4.00,0,web,and more",
]
WEB = ["anna,w1,milk,2024-03-01 09:16:00,2,4.00,0,web", "emil,w2,tea,2024-03-04 08:00:00,1,2.00,0,web", BAD[0]]


def take(folder: Path, name: str, lines: list[str], source: str) -> None:
    ingest([write(folder / name, lines)], "generic", folder / "ledger", terms=Terms(source=source))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of a ledger of a till and a web shop, with something for most rules."""
    take(tmp_path, "till.csv", [*TILL, *BAD], "till")
    take(tmp_path, "web.csv", WEB, "web")
    return tmp_path


def report(folder: Path) -> Cleaning:
    """The report of the ledger in ``folder``, proven against the lines on disk."""
    ledger = Ledger.open(folder / "ledger")
    found = cleaning.of(ledger.manifest)
    lines, seen = ledger.lines().collect(), ledger.transactions().collect()
    assert (found.step("held").lines, found.step("held").money) == (lines.height, lines["amount"].sum())
    assert (found.step("seen").lines, found.step("seen").money) == (seen.height, seen["amount"].sum())
    for rule in MARKS:
        marked = lines.filter(excluded=rule)
        assert (found.step(rule).lines, found.step(rule).money) == (marked.height, marked["amount"].sum())
    first, *rest = [step for step in found.steps if step.kind != "total"]
    assert first.lines + sum(step.change.lines for step in rest) == seen.height
    assert first.money + sum(step.change.money for step in rest) == seen["amount"].sum()
    assert Cleaning.model_validate_json(found.model_dump_json()) == found
    return found


def counts(found: Cleaning) -> dict[str, int]:
    """The steps that did something, beside the totals."""
    return {step.name: step.lines for step in found.steps if step.kind != "total" and step.lines}


def test_every_line_and_cent_is_found_again(shop: Path) -> None:
    found = report(shop)
    assert counts(found) == {
        "read": len(TILL) + len(BAD) + len(WEB),
        "set_aside": 4,
        "near_duplicate": 1,
        "write_off": 1,
        "anonymous": 1,
        "voided": 2,
    }
    assert found.step("read").money == 400 + 200 - 200 - 10 + 200 + 0 + 600 + 400 + 400 + 200 + 600
    assert found.step("set_aside").money == 600 + 400 + 600
    assert found.step("near_duplicate").money == 400
    assert found.left[-1].money == 400 + 200 - 200 - 10 + 200
    assert found.step("seen").lines == 7


def test_what_stayed_but_was_mended_is_told(shop: Path) -> None:
    found = report(shop)
    assert found.mended.respelt.lines == 3
    assert (found.mended.matched.lines, found.mended.matched.money) == (2, -210)
    assert (found.mended.unmatched.lines, found.mended.unmatched.money) == (1, -10)
    assert (found.mended.signs_mended, found.mended.amounts_rounded) == (1, 1)
    assert [what for what, _, minor in found.mended.rows if minor is None] == [
        "refunds whose quantity lacked its sign",
        "amounts with fractions of the smallest coin, rounded",
    ]


def test_the_quarantine_says_why(shop: Path) -> None:
    aside = report(shop).set_aside
    assert list(aside.reasons.items()) == [
        ("quantity unreadable", 2),
        ("number of columns differs from the header", 1),
        ("purchased_at unreadable", 1),
    ]
    assert (aside.taken_back, aside.waiting) == (0, 3)  # both files have dora's first line


def test_facts_of_the_ledger(shop: Path) -> None:
    found = report(shop)
    manifest = Ledger.open(shop / "ledger").manifest
    assert (found.currency, found.time_zone, found.fingerprint) == ("USD", "UTC", manifest.fingerprint)
    assert (str(found.first_day), str(found.last_day)) == ("2024-03-01", "2024-03-06")
    assert (found.n_customers, found.n_orders, found.n_items) == (manifest.n_customers, manifest.n_orders, 5)
    assert list(found.rules) == ["till", "web"]
    assert [file.name for file in found.files] == ["till.csv", "web.csv"]


def test_the_same_file_twice_changes_nothing(shop: Path) -> None:
    before = report(shop)
    take(shop, "till.csv", [*TILL, *BAD], "till")
    assert report(shop) == before


def test_a_file_that_overlaps_is_known_already(shop: Path) -> None:
    before = report(shop)
    take(shop, "till-2.csv", [*TILL[3:], "fred,o9,tea,2024-03-20 12:00:00,1,2.00,0,centre"], "till")
    after = report(shop)
    assert (after.step("known").lines, after.step("known").money) == (7, 190 - 10 + 10 - 0)
    assert after.step("read").lines == before.step("read").lines + 8
    assert after.step("seen").lines == before.step("seen").lines + 1
    assert "7 were in another file or an earlier ingest already" in after.step("known").sentence


def test_mended_lines_are_read_once(shop: Path) -> None:
    before = report(shop)
    rows = requeue.quarantined(Ledger.open(shop / "ledger"), "till.csv")
    mended = rows.filter(pl.col(requeue.LINE) < 13).with_columns(quantity=pl.lit("1"))
    mended.write_csv(shop / "mended.csv")
    requeue.requeue(shop / "mended.csv", shop / "ledger")
    after = report(shop)
    assert (after.step("read").lines, after.step("read").money) == (
        before.step("read").lines,
        before.step("read").money,
    )
    assert after.step("set_aside").lines == before.step("set_aside").lines - 1  # the other one has no readable time
    assert after.step("seen").lines == before.step("seen").lines + 1
    assert after.set_aside.taken_back == 2
    assert "came in 2 files" in after.step("read").sentence


def test_rows_of_other_tables_do_not_mix_with_lines(shop: Path) -> None:
    before = report(shop)
    people = ["customer_id,birthday", "anna,1990-02-03", ",1991-02-03"]
    (shop / "people.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    ingest_table([shop / "people.csv"], "customers", shop / "ledger")
    after = report(shop)
    assert after.steps == before.steps
    assert after.set_aside.waiting == before.set_aside.waiting + 1
    assert after.set_aside.reasons == before.set_aside.reasons


@pytest.mark.parametrize("rule", SWITCHES)
def test_switches_keep_it_adding_up(shop: Path, rule: str) -> None:
    switch(Ledger.open(shop / "ledger"), on=[rule])
    before = report(shop)
    switch(Ledger.open(shop / "ledger"), off=[rule])
    after = report(shop)
    assert after.left[3] == before.left[3]
    if rule in MARKS:
        step = after.step(rule)
        assert (step.lines, step.on, step.off) == (0, (), True)
        assert step.sentence == f"Switched off: {RULES[rule]}."
        assert before.step(rule).on == ("till", "web")
    switch(Ledger.open(shop / "ledger"), on=[rule])
    assert report(shop) == before


def test_a_rule_may_be_off_for_one_source_only(shop: Path) -> None:
    switch(Ledger.open(shop / "ledger"), off=["write_off"], source="till")
    step = report(shop).step("write_off")
    assert (step.on, step.off, step.lines) == (("web",), False, 0)
    assert step.sentence == f"No line found: {RULES['write_off']}."


def test_what_a_preset_makes_is_a_step_of_its_own(shop: Path) -> None:
    manifest = Ledger.open(shop / "ledger").manifest
    first, *rest = manifest.sources
    made = first.model_copy(update={"lines_in": first.lines_in - 2, "lines_made": 2})
    found = cleaning.of(manifest.model_copy(update={"sources": (made, *rest)}))
    assert [step.kind for step in found.steps][:2] == ["in", "made"]
    assert (found.step("made").lines, found.step("made").money) == (2, 0)
    assert found.step("made").sentence.startswith("2 lines more were made of them")


def test_an_empty_ledger_has_a_report() -> None:
    found = cleaning.of(Manifest(currency="EUR", buckets=4))
    assert {step.lines for step in found.steps} == {0}
    assert (found.first_day, found.n_items) == (None, 0)


@pytest.mark.parametrize("field", ["lines_in", "money_in", "lines_kept", "money_quarantined"])
def test_what_does_not_add_up_is_refused(shop: Path, field: str) -> None:
    manifest = Ledger.open(shop / "ledger").manifest
    first, *rest = manifest.sources
    wrong = first.model_copy(update={field: getattr(first, field) + 1})
    with pytest.raises(RegularsError, match=r"do not add up: .*; please report this"):
        cleaning.of(manifest.model_copy(update={"sources": (wrong, *rest)}))


def test_lost_lines_and_lost_money_are_refused(shop: Path) -> None:
    found = report(shop)
    for name, lost in itertools.product(("held", "anonymous", "seen"), ({"lines": 3}, {"money": 3})):
        steps = [step.model_copy(update=lost) if step.name == name else step for step in found.steps]
        with pytest.raises(RegularsError, match="do not add up"):
            Cleaning(**(dict(found) | {"steps": tuple(steps)}))


def test_lines_that_no_file_brought_have_no_report(tmp_path: Path) -> None:
    book = shops.ledger(shops.simulate(n_customers=5, n_days=60), tmp_path / "ledger")
    with pytest.raises(DataError, match=r"lines of this ledger came from no file"):
        cleaning.of(book.manifest)


def test_every_step_has_a_title_and_a_sentence(shop: Path) -> None:
    found = report(shop)
    assert {step.title for step in found.steps} <= set(TITLES.values())
    assert set(MARKS) <= TITLES.keys()
    assert all(step.sentence.endswith(".") and "  " not in step.sentence for step in found.steps)
    assert found.step("anonymous").sentence.startswith("Of 12 lines, 1 has no customer")


def test_numbers_for_people() -> None:
    assert number(-1234) == f"{MINUS}1,234"
    assert money(-123456789012345678901, "GBP") == f"{MINUS}1,234,567,890,123,456,789.01 GBP"
    assert (money(-5, "EUR"), money(-5, "JPY"), money(1, "KWD")) == (f"{MINUS}0.05 EUR", f"{MINUS}5 JPY", "0.001 KWD")


def test_the_terminal_shows_every_step(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    take(shop, "[red]x:cat:.csv", ["gina,o1,tea,2024-03-20 12:00:00,1,2.00,0,centre"], "till")
    switch(Ledger.open(shop / "ledger"), off=["voided"])
    found = report(shop)
    monkeypatch.setattr(console, "out", Console(width=140))
    cleaning_tables.show(found)
    text = capsys.readouterr().out
    for step in found.steps:
        assert step.title in text
    assert "voided (off)" in text
    assert "[red]x:cat:.csv" in text
    assert f"{MINUS}4.00 USD" in text
    assert "quantity unreadable" in text
    assert text.count("█") > 30


def test_the_documentation_names_every_rule_step_and_preset() -> None:
    text = (ROOT / "docs/hygiene.md").read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"| `{rule}` |" not in text] == []
    assert [name for name in ("read", "made", "set_aside", "known", "held", "seen") if TITLES[name] not in text] == []
    for preset in PRESETS.values():
        assert f"| `{preset.name}` | {'on' if preset.exact_duplicates else 'off'} |" in text
    assert f"{NEAR_SECONDS} seconds" in text
    assert f"{VOID_MINUTES} minutes" in text


def test_the_first_year_of_online_retail_is_as_documented(tmp_path: Path) -> None:
    folder = os.environ.get("REGULARS_DATA")
    file = Path(folder or "", "uci_online_retail_2009_2010.parquet")
    if not folder or not file.exists():
        pytest.skip("REGULARS_DATA names no folder with Online Retail II")
    ingest([file], "uci-online-retail", tmp_path / "ledger")
    found, text = report(tmp_path), (ROOT / "docs/hygiene.md").read_text(encoding="utf-8").replace("**", "")
    for step in found.steps:
        name = f"`{step.name}`" if step.name in MARKS else step.title
        row = f"| {name} | {number(step.shown.lines)} | {money(step.shown.money, 'GBP')} |"
        assert row.replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ") in text
