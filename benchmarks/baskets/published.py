"""What others published for the test customers of the public files, at k = 10; NDCG is cut at k.

DNNTSP: Yu et al. (2020), Predicting temporal sets with deep neural networks, KDD, who made the files; the TopFreq rows
are those of its benchmark. PIETSP: Ranjan et al. (2025), Scalable permutation-aware modeling for temporal set
prediction, arXiv 2504.17140.
"""

from collections.abc import Mapping

Row = Mapping[str, float]


def _row(recall: float, ndcg: float, hit: float) -> Row:
    return {"recall_at_10": recall, "ndcg_at_10": ndcg, "hit_at_10": hit}


ROWS: Mapping[str, Mapping[str, Row]] = {
    "tafeng": {
        "G-TopFreq": _row(0.0818, 0.0885, 0.2641),
        "P-TopFreq": _row(0.1223, 0.1158, 0.3743),
        "GP-TopFreq": _row(0.1300, 0.1191, 0.3875),
        "DNNTSP": _row(0.1692, 0.1436, 0.4708),
        "PIETSP": _row(0.1891, 0.1655, 0.5009),
    },
    "dc": {
        "G-TopFreq": _row(0.1618, 0.0855, 0.2274),
        "P-TopFreq": _row(0.3996, 0.3188, 0.4925),
        "GP-TopFreq": _row(0.4551, 0.3393, 0.5524),
        "DNNTSP": _row(0.4609, 0.3282, 0.5528),
        "PIETSP": _row(0.4624, 0.3457, 0.5617),
    },
}
"""Name of the file, in small letters and without its ending -> model -> figures."""
