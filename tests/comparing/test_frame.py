"""The leaderboard as a DataFrame, and what a notebook shows of it."""

import re

import numpy as np
import pandas as pd
import pytest

import regulars
from regulars import report
from regulars.comparing import Leaderboard, boards, frame
from regulars.errors import MissingError
from regulars.ledger import Ledger
from tests.comparing.made import source
from tests.comparing.test_page import Page


@pytest.fixture
def table(small_ledger: Ledger) -> Leaderboard:
    return frame(boards([source(small_ledger, costs=True)]))


def test_a_row_a_candidate_best_first(table: Leaderboard, small_ledger: Ledger) -> None:
    found = source(small_ledger).report
    assert isinstance(table, pd.DataFrame)
    assert list(table.index) == ["churn_hazard", "churn_btyd", "churn_recency"]
    wanted = ["metric", "low", "high", "lead", "lead_low", "lead_high", "snapshots_won", "seconds", "mb", "winner"]
    assert [name for name in table.columns if name in wanted] == wanted
    lead = report.versus(found, "churn_btyd", "churn_recency")
    row = table.loc["churn_btyd"]
    assert (row["lead"], row["lead_low"], row["snapshots_won"]) == (lead["better_by"], lead["low"], 2)
    assert (row["seconds"], row["mb"], row["winner"], row["standing"]) == (3.0, 2.0, False, "behind")
    assert np.isnan(table.loc["churn_recency", "lead"])
    assert table["winner"].dtype == np.bool_


def test_costs_that_are_not_known_are_nan(small_ledger: Ledger) -> None:
    assert frame(boards([source(small_ledger)]))[["seconds", "mb"]].isna().all(axis=None)


def test_it_stays_one_when_it_is_cut_and_sorted(table: Leaderboard) -> None:
    for cut in (table[table["lead"] > 0], table.sort_values("low"), table.head(2), table.query("winner")):
        assert isinstance(cut, Leaderboard)
        shown = Page(cut._repr_html_() or "")
        assert shown.tags["tr"] == 1 + len(cut)
        assert all(name in shown.text for name in cut.index)
        assert "AUC (higher is better)" in shown.text


def test_the_notebook_sees_intervals_the_winner_and_the_verdict(table: Leaderboard) -> None:
    text = table._repr_html_() or ""
    page = Page(text)
    assert page.open == []
    assert page.tags["svg"] == 3
    assert "churn_hazard (winner)" in page.text
    assert "churn_hazard wins: on AUC" in page.text
    assert page.tags["script"] == 0
    ends = [float(each) for each in re.findall(r' x[12]="([^"]+)"', text)]
    assert min(ends) == 5.0
    assert max(ends) == 135.0


def test_without_its_columns_it_is_shown_as_any_other(table: Leaderboard) -> None:
    cut = table[["metric", "low"]]
    assert isinstance(cut, Leaderboard)
    assert "dataframe" in (cut._repr_html_() or "")
    assert "dataframe" in (table[table["metric"] > 9]._repr_html_() or "")


def test_names_are_escaped(table: Leaderboard) -> None:
    assert "<script" not in (table.rename(index={"churn_hazard": "<script>"})._repr_html_() or "")


def test_what_is_not_there(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    (made := tmp_path_factory.mktemp("made") / "experiment.toml").touch()
    with pytest.raises(MissingError, match=f"no report.json in {made.parent}; run the experiment: regulars run"):
        regulars.compare(made.parent)
