"""How each task is judged: its truth, its answer, its metrics, and what an interval is taken of."""

from regulars.judging.exam import SLICES, Array, Exam, exam
from regulars.judging.judges import judge
from regulars.judging.metrics import HIGHER_IS_BETTER, KEY_METRICS, check_metric, statistic
from regulars.judging.verdict import Verdict

__all__ = [
    "HIGHER_IS_BETTER",
    "KEY_METRICS",
    "SLICES",
    "Array",
    "Exam",
    "Verdict",
    "check_metric",
    "exam",
    "judge",
    "statistic",
]
