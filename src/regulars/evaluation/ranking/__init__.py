"""Metrics of recommended lists against the next basket, of one snapshot at a time.

``recommendations``  customer_id, rank (1 = best), item_id; each rank and item once a customer
``truth``            customer_id, item_ids (list): the items of the next order, one row a customer
``owned``            customer_id, item_id: what was bought before ``as_of``; repetitions are fine

``ranking_values``   each customer's recall, NDCG, hit and reciprocal rank, of repeat and new items as well
``ranking_metrics``  their means
``list_metrics``     all lists together: coverage, exposure, novelty, popularity

Customers without a next basket are not judged; judged customers without recommendations score 0.
"""

from regulars.evaluation.ranking.frames import PAIR, Denominator
from regulars.evaluation.ranking.lists import list_metrics
from regulars.evaluation.ranking.values import ranking_means, ranking_metrics, ranking_values

__all__ = ["PAIR", "Denominator", "list_metrics", "ranking_means", "ranking_metrics", "ranking_values"]
