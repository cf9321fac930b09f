"""Optuna's study: it goes on where it stopped, cuts short, and draws the same again."""

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest

from regulars.errors import ConfigError, MissingError
from regulars.home import Home
from regulars.search import study
from regulars.search.plan import Dimension, Search, Validation
from regulars.search.study import Parameters, Trial

PRESENT = {"x": 3.0, "n": 4, "kind": "a"}
ASKED = Search(
    name="made",
    metric="crps",
    space={"x": Dimension(low=-5, high=5), "n": Dimension(low=1, high=9), "kind": Dimension(choices=("a", "b"))},
    validation=Validation(n_snapshots=3),
)
LEVELS = (10.0, 30.0, 20.0)
"""How far the made snapshots differ, whatever the parameters."""
Advance = Callable[[int], list[Trial]]


def score(parameters: Parameters, step: int) -> float:
    """Best (lowest) at x = 1, n = 5 and kind b."""
    x, n = float(parameters["x"]), float(parameters["n"])
    return LEVELS[step] + (x - 1) ** 2 + abs(n - 5) / 10 + (parameters["kind"] == "a")


def searched(home: Home, n: int, scored: study.Score = score, asked: Search = ASKED) -> list[Trial]:
    """Advance the study by ``n`` trials and return all of them."""
    with study.opened(home, "made", asked, PRESENT) as running:
        for _ in range(n):
            running.advance(scored)
        return running.trials()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    """Sixteen trials without interruption."""
    return searched(Home(tmp_path_factory.mktemp("whole")), 16)


def test_the_present_comes_first_and_is_never_cut_short(whole: list[Trial]) -> None:
    assert whole[0].parameters == PRESENT
    assert whole[0].scores == tuple(score(PRESENT, step) for step in range(3))


def test_a_search_finds_better_and_cuts_the_bad_short(whole: list[Trial]) -> None:
    complete = [trial for trial in whole if trial.state == "complete"]
    best = min(complete, key=lambda trial: trial.value)
    assert best.value < whole[0].value - 2
    pruned = [trial for trial in whole if trial.state == "pruned"]
    assert pruned
    assert all(len(trial.scores) < 3 for trial in pruned)
    assert all(trial.scores[0] > best.scores[0] for trial in pruned)
    assert all(trial.state == "complete" for trial in whole[: study.N_UNPRUNED])


def test_what_is_drawn_has_three_digits_and_stays_inside(whole: list[Trial]) -> None:
    for trial in whole:
        x = trial.parameters["x"]
        assert isinstance(x, float)
        assert x == float(f"{x:.3g}")
        assert -5 <= x <= 5
        assert trial.parameters["n"] in range(1, 10)
        assert trial.parameters["kind"] in {"a", "b"}


def test_in_pieces_it_is_the_same_search(whole: list[Trial], tmp_path: Path) -> None:
    home = Home(tmp_path)
    searched(home, 3)
    searched(home, 4)
    assert searched(home, 5) == whole[:12]


def test_another_seed_is_another_search(whole: list[Trial], tmp_path: Path) -> None:
    other = searched(Home(tmp_path), 4, asked=ASKED.model_copy(update={"seed": 1}))
    assert other[0] == whole[0]
    assert [trial.parameters for trial in other[1:]] != [trial.parameters for trial in whole[1:4]]


@pytest.mark.parametrize("at", [0, 6])
def test_interrupted_it_loses_the_running_trial_only(whole: list[Trial], tmp_path: Path, at: int) -> None:
    home = Home(tmp_path)
    searched(home, at)
    begun: list[Parameters] = []

    def stopped(parameters: Parameters, step: int) -> float:
        begun.append(parameters)
        if step == 0 and at == 0:
            return score(parameters, step)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        searched(home, 1, stopped)
    assert searched(home, 0) == whole[:at]
    again = searched(home, 8 - at)
    assert again[at].parameters == begun[0]
    assert [(trial.parameters, trial.scores) for trial in again] == [(t.parameters, t.scores) for t in whole[:8]]


def test_a_trial_that_a_killed_search_left_is_begun_anew(whole: list[Trial], tmp_path: Path) -> None:
    home = Home(tmp_path)
    searched(home, 5)
    storage = optuna.storages.RDBStorage(study.address(home))
    left = optuna.load_study(study_name="made", storage=storage).ask()
    again = searched(home, 3)
    assert [trial.parameters for trial in again] == [trial.parameters for trial in whole[:8]]
    assert left.number not in [trial.number for trial in again]
    storage.remove_session()
    state = storage.get_trial(left._trial_id).state
    storage.remove_session()
    storage.engine.dispose()
    assert state == optuna.trial.TrialState.FAIL


def test_a_change_of_the_present_is_judged_next(tmp_path: Path) -> None:
    home, changed = Home(tmp_path), {"x": 2.0, "n": 6, "kind": "b"}
    searched(home, 3)
    with study.opened(home, "made", ASKED, changed) as running:
        with pytest.raises(MissingError, match="not judged yet"):
            running.compared()
        assert running.advance(score).parameters == changed
        present, best = running.compared()
    assert present == best
    assert present.parameters == changed


def test_higher_may_be_better(tmp_path: Path) -> None:
    asked = ASKED.model_copy(update={"metric": "auc"})
    with study.opened(Home(tmp_path), "made", asked, PRESENT) as running:
        for _ in range(8):
            running.advance(lambda parameters, step: -score(parameters, step))
        best = running.best()
        assert best is not None
        assert best.value == max(trial.value for trial in running.trials() if trial.state == "complete")
        assert best.value > running.trials()[0].value


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with study.opened(home, "made", ASKED, PRESENT):
        with pytest.raises(ConfigError, match="running already"), study.opened(home, "made", ASKED, PRESENT):
            pytest.fail("opened twice")
        with study.opened(home, "other", ASKED, PRESENT) as other:
            assert other.trials() == []


def test_studies_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert study.address(Home(tmp_path)) == f"sqlite:///{tmp_path}/optuna.db"
    monkeypatch.setenv("OPTUNA_STORAGE", f"sqlite:///{tmp_path}/team.db")
    searched(Home(tmp_path / "home"), 1)
    assert (tmp_path / "team.db").exists()
    assert not (tmp_path / "home/optuna.db").exists()
