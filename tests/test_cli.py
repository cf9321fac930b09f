"""The command line: help that teaches, JSON for machines, one sentence for what went wrong."""

import datetime as dt
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from regulars import cli, delivery
from regulars.home import Home
from regulars.ledger import Ledger
from serving.sales import Numbered, Sale, opened
from tests import shops
from tests.ingest.shop import LINES, snapshot, write

VERBS = {
    "ingest": ("--preset", "--ledger", "--map", "--json", "FILE", "Example:"),
    "presets": ("--json",),
    "hygiene": ("--ledger", "--on", "--off", "--html", "--json", "Example:"),
    "quarantine": ("--out", "--file", "--requeue"),
    "identify": ("--threshold", "--undo", "--country", "--json"),
    "simulate": ("--customers", "--years", "--seed", "--out", "Example:"),
    "run": ("EXPERIMENT_DIR", "--ledger", "--json", "Example:"),
    "search": ("MODEL", "--before", "--trials", "--minutes", "--write", "--json", "Example:"),
    "train": ("--ledger", "--as-of", "--task", "--horizon", "--json"),
    "features": ("--ledger", "--as-of", "--out", "--engine", "--workers", "--master", "Example:"),
    "probe": ("--ledger", "--as-of", "--columns", "--json", "Example:"),
    "score": ("--ledger", "--as-of", "--out", "--curve", "--engine", "--json"),
    "recommend": (
        "--ledger",
        "--as-of",
        "--out",
        "--kind",
        "--basket",
        "--item",
        "--category",
        "--exclude",
        "--in-stock",
        "--min-price",
        "--max-price",
        "--new-only",
        "--diversity",
        "cross_sell",
        "--engine",
        "--json",
        "Example:",
    ),
    "remind": ("--ledger", "--as-of", "--out", "--window", "--lead", "--engine", "--json", "Example:"),
    "compare": ("RUN", "--html", "--json", "Example:"),
    "cards": ("--check", "--json"),
    "promote": ("RUN", "--ledger", "--model", "--dry-run", "--force", "--json", "Example:"),
    "reproduce": ("RUN_ID|EXPERIMENT_DIR", "--ledger", "--tolerance", "--json", "Example:"),
    "rollback": ("--task", "--reason", "--json", "Example:"),
    "journal": ("--task", "--json", "Example:"),
    "package": ("--ledger", "--as-of", "--purchases", "--json", "Example:"),
    "refresh": ("--ledger", "--as-of", "--purchases", "--json", "Example:"),
    "serve": ("--port", "127.0.0.1", "--purchases"),
    "demo": ("--port",),
}
AS_OF = "2023-09-01"


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Say = Callable[..., Said]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command line in this process."""

    def run(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["regulars", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def home(new_home: Callable[[Path], Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of the test's own, with no champions."""
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    return new_home(tmp_path / "home")


@pytest.fixture
def refused(say: Say) -> Callable[..., str]:
    """Runs a command line that must fail, and returns its one sentence."""

    def run(*words: object) -> str:
        code, out, err = say(*words)
        assert code == 1
        assert out == ""
        assert err.startswith("error: ")
        assert err.count("\n") == 1, err
        return err.removeprefix("error: ").strip()

    return run


@pytest.mark.parametrize("verb", VERBS)
def test_help_teaches(say: Say, verb: str) -> None:
    code, out, err = say(verb, "--help")
    assert (code, err) == (0, "")
    for word in VERBS[verb]:
        assert word in out


def test_without_a_verb_the_verbs_are_listed(say: Say) -> None:
    for words in ((), ("--help",)):
        said = say(*words)
        assert all(f"  {verb} " in said.out + said.err for verb in VERBS)
    assert {command.callback.__name__ for command in cli.app.registered_commands if command.callback} == set(VERBS)


def test_ingest_adds_up(say: Say, tmp_path: Path) -> None:
    file = write(tmp_path / "sales.csv", [*LINES, "dora,o5,tea,someday,1,2.00,0,centre"])
    said = say("ingest", file, "--ledger", tmp_path / "shop", "--json")
    found = json.loads(said.out)
    assert said.code == 0
    assert found["lines_in"] == found["lines_kept"] + found["lines_quarantined"] == 6
    assert found["lines_quarantined"] == 1
    assert found["fingerprint"] == Ledger.open(tmp_path / "shop").fingerprint
    again = json.loads(say("ingest", file, "--ledger", tmp_path / "shop", "--json").out)
    assert again["fingerprint"] == found["fingerprint"]


def test_what_people_see_goes_to_standard_output(say: Say, tmp_path: Path) -> None:
    said = say("ingest", write(tmp_path / "sales.csv", LINES), "--ledger", tmp_path / "shop")
    assert "lines_kept" in said.out
    assert "error" not in said.err


def _bad_inputs(folder: Path) -> dict[str, tuple[list[object], str]]:
    good, old = write(folder / "good.csv", LINES), "customer_id,order_id,item_id,purchased_at,quantity,amount"
    (folder / "empty.csv").write_bytes(b"")
    lacking = write(folder / "lacking.csv", ["anna,5"], "customer_id,amount")
    undated = write(folder / "undated.csv", ["anna,o1,tea,someday,1,5"], old)
    return {
        "no such file": ([folder / "goood.csv"], "no file .*goood.csv; check the name"),
        "wrong preset": ([good, "--preset", "generc"], r"no preset 'generc' \(did you mean 'generic'\?\)"),
        "missing column": ([lacking], "no column looks like purchased_at.*--map COLUMN=purchased_at"),
        "unparsable date": ([undated], "no date can be read in column 'purchased_at'"),
        "empty file": ([folder / "empty.csv"], "empty.csv is empty"),
        "no file": ([], "name at least one FILE"),
        "no pair": ([good, "--map", "amount"], "--map 'amount' is no pair; write --map column=field"),
        "no field": ([good, "--map", "amount=amuont"], "no field 'amuont'"),
    }


@pytest.mark.parametrize("case", [
    "no such file", "wrong preset", "missing column", "unparsable date", "empty file", "no file", "no pair", "no field",
])  # fmt: skip
def test_bad_input_leaves_the_ledger_as_it_was(
    refused: Callable[..., str], say: Say, tmp_path: Path, case: str
) -> None:
    ledger = tmp_path / "shop"
    say("ingest", write(tmp_path / "first.csv", LINES[:2]), "--ledger", ledger)
    before = snapshot(ledger)
    words, message = _bad_inputs(tmp_path)[case]
    assert re.search(message, refused("ingest", *words, "--ledger", ledger))
    assert snapshot(ledger) == before
    refused("ingest", *words, "--ledger", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_no_ledger(refused: Callable[..., str], home: Home, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    for words in (
        ["train", "--as-of", AS_OF], ["score", "--as-of", AS_OF, "--out", out],
        ["recommend", "--as-of", AS_OF, "--out", out], ["promote"], ["package"],
        ["run", Path(__file__).parents[1] / "experiments" / "churn-001-who-is-leaving"],
    ):  # fmt: skip
        assert "no ledger at" in refused(*words), words
    assert not out.exists()


def test_nothing_to_show_or_serve(refused: Callable[..., str], home: Home) -> None:
    assert "no experiment has been run yet" in refused("compare")
    assert "package one with: regulars package" in refused("serve")


def test_serve_keeps_purchases_where_it_is_told(say: Say, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.current.parent.mkdir(parents=True, exist_ok=True)
    home.current.write_text("regulars:any")
    kept: list[object] = []
    monkeypatch.setattr("serving.process.serve", lambda plan, **_: kept.append(plan.purchases))
    address = "postgresql://me:hush@host/shop"
    told = [say("serve"), say("serve", "--purchases", "here.sqlite")]
    monkeypatch.setenv("REGULARS_PURCHASES", address)
    told += [say("serve"), say("serve", "--help")]
    assert kept == [home.purchases, "here.sqlite", address]
    assert "hush" not in "".join(each.out + each.err for each in told)


def test_purchases_are_counted_and_forgotten(say: Say, home: Home, tmp_path: Path) -> None:
    sale = Sale("C1", "o1", "I01", dt.datetime(2024, 6, 25, 12), 1.0, 1250, 0, None)
    assert json.loads(say("purchases", "count", "--json").out) == {"n_lines": 0}
    assert not home.purchases.exists()
    for path in (home.purchases, tmp_path / "elsewhere.sqlite"):
        sales = opened(path)
        sales.add([Numbered(0, sale), Numbered(0, sale._replace(customer_id="C2", order_id="o2"))])
        sales.close()
    assert json.loads(say("purchases", "forget", "C1", "nobody", "--json").out) == {"n_lines": 1}
    assert json.loads(say("purchases", "count", "--json").out) == {"n_lines": 1}
    where = ("--purchases", tmp_path / "elsewhere.sqlite")
    assert json.loads(say("purchases", "count", "--json", *where).out) == {"n_lines": 2}


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """The days for which answers are prepared, which nobody does here."""
    days: list[dt.date] = []
    monkeypatch.delenv("REGULARS_CLOCK", raising=False)

    def kept(home: Home, ledger: Ledger, day: dt.date, *_: object) -> delivery.Delivered:
        days.append(day)
        return delivery.Delivered("regulars:1", "a release", delivery.Pruned())

    for verb in ("deliver", "refresh"):
        monkeypatch.setattr(delivery, verb, kept)
    return days


@pytest.mark.parametrize("verb", ["package", "refresh"])
def test_today_is_the_shops(say: Say, home: Home, tmp_path: Path, prepared: list[dt.date], verb: str) -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):  # 26 hours apart
        ledger = tmp_path / zone.replace("/", "-").replace("+", "-")
        with Ledger.open_or_create(ledger, "EUR", time_zone=zone).writer() as writer:
            writer.add_transactions(shops.simulate(5, 90).transactions)
            writer.commit(())
        told = ok(said := say(verb, "--ledger", ledger, "--as-of", "today", "--json"))
        assert told["as_of"] == str(prepared[-1])
        assert "warning" not in said.err
    assert (prepared[0] - prepared[1]).days in (1, 2)


@pytest.mark.parametrize("verb", ["package", "refresh"])
def test_answers_for_another_day_are_told(
    say: Say, home: Home, small_ledger: Ledger, prepared: list[dt.date], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    said = say(verb, "--ledger", small_ledger.path)
    after = small_ledger.data_through + dt.timedelta(days=1)
    assert prepared == [after]
    assert str(after) in said.out
    assert f"warning: the answers are for {after}, and today is " in said.err
    monkeypatch.setenv("REGULARS_CLOCK", "data")
    assert "warning" not in say(verb, "--ledger", small_ledger.path).err


def test_a_new_home_is_its_owners(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir(mode=0o755)
    modes = [stat.S_IMODE(Home(root).prepare().root.stat().st_mode) for root in (old, tmp_path / "new")]
    assert modes == [0o755, 0o700]


def test_a_home_that_cannot_be(refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "file" / "home"))
    assert refused("compare").endswith("set REGULARS_HOME to another folder")


def test_an_experiment_that_is_none(
    refused: Callable[..., str], home: Home, small_ledger: Ledger, tmp_path: Path
) -> None:
    message = refused("run", tmp_path, "--ledger", small_ledger.path)
    assert message.startswith(f"no experiment.toml in {tmp_path}")


def test_no_champions(refused: Callable[..., str], home: Home, small_ledger: Ledger, tmp_path: Path) -> None:
    words = ("--ledger", small_ledger.path, "--as-of", AS_OF, "--out", tmp_path / "out.parquet")
    assert "train one with: regulars train" in refused("score", *words)
    assert "train one with: regulars train" in refused("recommend", *words)
    assert "train them with: regulars train" in refused("package", "--ledger", small_ledger.path)


@pytest.mark.parametrize("verb", ["train", "score", "recommend"])
def test_a_day_that_is_none(
    refused: Callable[..., str], small_ledger: Ledger, tmp_path: Path, verb: str, home: Home
) -> None:
    out = [] if verb == "train" else ["--out", tmp_path / "out.parquet"]
    before = snapshot(small_ledger.path)
    for day in ("2023-13-01", "yesterday", "1.9.2023"):
        message = refused(verb, "--ledger", small_ledger.path, "--as-of", day, *out)
        assert message == f"{day!r} is no date; write it as YYYY-MM-DD, e.g. 2017-10-03"
    assert snapshot(small_ledger.path) == before


def test_usage_errors_name_the_choices(say: Say, small_ledger: Ledger) -> None:
    said = say("train", "--ledger", small_ledger.path, "--as-of", AS_OF, "--task", "chrun")
    assert said.code == 2
    assert "'chrun' is not one of 'churn', 'timing', 'recommend', 'replenish', 'spend', 'all'" in said.err
    missing = say("score", "--ledger", small_ledger.path)
    assert missing.code == 2
    assert "Missing option '--as-of'" in missing.err


def test_before_the_shop_opened(refused: Callable[..., str], home: Home, small_ledger: Ledger) -> None:
    message = refused("train", "--ledger", small_ledger.path, "--as-of", "2022-01-01")
    assert message == "the ledger has no purchase before 2022-01-01; its data starts on 2023-01-02"


def test_from_files_to_answers(say: Say, refused: Callable[..., str], home: Home, tmp_path: Path) -> None:
    """The first round that a newcomer makes, on a small shop."""
    names = ("sales.csv", "scores.parquet", "offers.parquet", "reminders.parquet")
    file, scores, offers, reminders = (tmp_path / name for name in names)
    shops.write_csv(shops.simulate(130, 270), file)
    ok(say("ingest", file, "--json"))
    trained = ok(say("train", "--as-of", AS_OF, "--horizon", 30, "--json"))
    assert [each["task"] for each in trained] == ["churn", "timing", "recommend", "replenish", "spend"]
    assert all(each["source"] == "model" and not each["reused"] for each in trained), trained
    assert ok(say("score", "--as-of", AS_OF, "--out", scores, "--curve", "--json"))["rows"] == 130
    spend = pl.read_parquet(scores, columns=["spend_p10", "expected_spend", "spend_p90"])
    assert spend.filter(pl.col("expected_spend") > 0).height > 30
    assert spend.filter(pl.col("spend_p10") > pl.col("spend_p90")).is_empty()
    assert pl.read_parquet(scores)["survival"].list.len().unique().to_list() == [30]
    assert ok(say("score", "--as-of", "9999-12-01", "--out", scores, "--json"))["rows"] == 130
    wishes_are_met(say, refused, offers)
    due = ok(say("remind", "--as-of", AS_OF, "--window", 14, "--out", reminders, "--json"))
    listed = pl.read_parquet(reminders)
    assert due["rows"] == listed.height > 0
    assert listed.filter(pl.col("due_date") - pl.col("remind_on") != pl.duration(days=2)).is_empty()
    message = refused("remind", "--as-of", AS_OF, "--window", 90, "--out", tmp_path / "x.parquet")
    assert message == "the replenish champion looks 42 days ahead, not 90; use a shorter window"
    before = snapshot(home.ledger)
    for verb in ("score", "recommend", "remind"):
        message = refused(verb, "--as-of", "2023-08-31", "--out", tmp_path / "early.parquet")
        assert f"cannot answer for 2023-08-31 honestly; use --as-of {AS_OF} or later" in message
        assert "cannot write" in refused(verb, "--as-of", AS_OF, "--out", tmp_path / "nowhere" / "x.parquet")
    assert "no kind of recommendation" in refused(
        "recommend", "--as-of", AS_OF, "--kind", "by_again", "--out", tmp_path / "x.parquet"
    )
    assert snapshot(home.ledger) == before
    assert {path.name for path in tmp_path.iterdir()} == {"home", *names}


def wishes_are_met(say: Say, refused: Callable[..., str], offers: Path) -> None:
    """Filters hold for everybody's offers, and what cannot be met is refused."""
    told = ok(say("recommend", "--as-of", AS_OF, "--k", 5, "--kind", "buy_again", "--out", offers, "--json"))
    again = pl.read_parquet(offers)
    assert (told["customers"], told["rows"]) == (again["customer_id"].n_unique(), again.height)
    assert set(again["source"]) == {"history"}
    wished = pl.read_parquet(offers)["item_id"].unique().sort().to_list()[:3]
    stock = offers.with_name("stock.txt")
    stock.write_text("\n".join([*wished, "unheard-of", ""]), encoding="utf-8")
    filters = ("--in-stock", stock, "--exclude", wished[0], "--diversity", 0.5, "--max-price", 10_000)
    told = ok(say("recommend", "--as-of", AS_OF, *filters, "--out", offers, "--json"))
    assert set(pl.read_parquet(offers)["item_id"]) == set(wished[1:])
    assert told["rows"] == 130 * 2
    basket = ("--kind", "cross_sell", "--basket", wished[0])
    ok(say("recommend", "--as-of", AS_OF, "--k", 2, *basket, "--out", offers, "--json"))
    assert pl.read_parquet(offers).height == 260
    stock.unlink()
    assert "an item_id a line" in refused("recommend", "--as-of", AS_OF, *filters, "--out", offers)
    assert "give its item_id" in refused("recommend", "--as-of", AS_OF, "--kind", "similar", "--out", offers)
    assert "is called 'hats'" in refused("recommend", "--as-of", AS_OF, "--category", "hats", "--out", offers)


def test_champions_of_different_horizons_do_not_mix(
    say: Say, refused: Callable[..., str], home: Home, small_ledger: Ledger, tmp_path: Path
) -> None:
    for task, horizon in (("timing", 60), ("churn", 30)):
        ok(
            say(
                "train", "--ledger", small_ledger.path, "--as-of", AS_OF, "--task", task, "--horizon", horizon, "--json"
            )
        )
    words = ("--ledger", small_ledger.path, "--as-of", AS_OF, "--out", tmp_path / "x.parquet")
    assert "the churn champion looks 30 days ahead, the timing champion 60" in refused("score", *words)


def ok(said: Said) -> Any:
    """Return the JSON of a command that went well."""
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_a_run_that_is_none(refused: Callable[..., str]) -> None:
    assert refused("compare", "nonsense").startswith("no experiment has the run id 'nonsense'")
