"""A model with a small space, in a folder of its own."""

from pathlib import Path

MODEL = """# By hand.
task = "churn"
kind = "LightGBMChurn"
summary = "A small one."

[parameters]
rounds = 5  # quick
min_data_in_leaf = 20
"""
SEARCH = """
metric = "brier"
[budget]
trials = 4
[validation]
n_snapshots = 2
step_days = 20
seeds = [0]
[training]
horizon_days = 40
n_snapshots = 2
[space]
rounds = { low = 2, high = 40 }
learning_rate = { low = 0.01, high = 0.5, log = true }
"""


def model(root: Path, text: str = SEARCH, **changes: str) -> Path:
    """Write the model ``small`` with its search.toml below ``root``; return the folder of the models."""
    folder = root / "models" / "small"
    folder.mkdir(parents=True)
    for old, new in changes.items():
        text = text.replace(old, new)
    (folder / "model.toml").write_text(MODEL, encoding="utf-8")
    (folder / "search.toml").write_text(text, encoding="utf-8")
    return folder.parent
