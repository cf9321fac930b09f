"""Model cards: what people say of a model once, and what experiments found, as one page ``models/<name>/CARD.md``.

``written``   the part that people write: ``card.toml`` of each model, ``tasks.toml`` for all models of a task
``evidence``  the reports that have the model as a candidate
``standing``  its place: role, parameters, which experiments it won
``measured``  the tables: metrics, groups of customers, inputs
``page``      all of it as Markdown, written where it is out of date
"""

from regulars.cards.page import CARD, outdated, render, write
from regulars.cards.written import FIGURE, Written, read

__all__ = ["CARD", "FIGURE", "Written", "outdated", "read", "render", "write"]
