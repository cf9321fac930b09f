"""Candidates side by side: who is better, by how much, how sure that is, and at what cost.

``sources``      the reports that are named: runs of MLflow, or folders of experiments
``alike``        what experiments must have in common to stand in one table
``board``        that table: candidates of one task, best first
``words``        what it says, in plain words
``differences``  in what the candidates differ
``figures``      its pictures
``writing``      all of it as one HTML page that needs nothing else
``frame``        the table as a pandas DataFrame for notebooks
"""

from regulars.comparing.board import Board, Row, boards
from regulars.comparing.frame import Leaderboard, frame
from regulars.comparing.sources import Source, find
from regulars.comparing.writing import page, write

__all__ = ["Board", "Leaderboard", "Row", "Source", "boards", "find", "frame", "page", "write"]
