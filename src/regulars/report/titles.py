"""Metrics as an axis says them."""

TITLES = {
    "auc": "AUC (higher is better)",
    "brier": "Brier score (lower is better)",
    "ece": "Expected calibration error (lower is better)",
    "crps": "CRPS, days (lower is better)",
    "auc_7": "AUC of a purchase within 7 days (higher is better)",
    "auc_30": "AUC of a purchase within 30 days (higher is better)",
    "coverage_80": "Coverage of the 80% interval (0.8 is right)",
    "gini": "Normalised Gini coefficient (higher is better)",
    "spearman": "Spearman correlation (higher is better)",
    "ndcg_at_10": "NDCG@10 (higher is better)",
    "recall_at_10": "Recall@10 (higher is better)",
    "hit_at_10": "Hit rate@10 (higher is better)",
    "mrr_at_10": "Mean reciprocal rank@10 (higher is better)",
    "recall_repeat_at_10": "Recall@10 of items bought before (higher is better)",
    "recall_new_at_10": "Recall@10 of new items (higher is better)",
}
"""Metrics as an axis says them: name, unit, which way is better."""


def title(metric: str) -> str:
    """Return a metric as an axis says it.

    >>> title("crps"), title("unknown")
    ('CRPS, days (lower is better)', 'unknown')
    """
    return TITLES.get(metric, metric)
