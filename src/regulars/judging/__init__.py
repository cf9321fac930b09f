"""How each task is judged: its truth, its answer, its metrics, and what an interval is taken of."""

from regulars.judging.exam import PAIR_PURCHASES, SLICES, Array, Exam, exam
from regulars.judging.judges import judge
from regulars.judging.metrics import HIGHER_IS_BETTER, check_metric, key_metrics, statistic
from regulars.judging.verdict import Cost, Verdict

__all__ = [
    "HIGHER_IS_BETTER",
    "PAIR_PURCHASES",
    "SLICES",
    "Array",
    "Cost",
    "Exam",
    "Verdict",
    "check_metric",
    "exam",
    "judge",
    "key_metrics",
    "statistic",
]
