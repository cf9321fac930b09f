"""What to offer: estimators that list items for a customer's next basket."""

from regulars.estimators.recommend.baselines import GlobalTop, OwnTop
from regulars.estimators.recommend.co_purchase import CoPurchase
from regulars.estimators.recommend.ranker import LightGBMRanker
from regulars.estimators.recommend.recommender import SCHEMA, Recommender
from regulars.estimators.recommend.tifuknn import TIFUKNN
from regulars.estimators.recommend.wishes import KINDS, NEXT_BASKET, Kind, Wish

__all__ = [
    "KINDS",
    "NEXT_BASKET",
    "SCHEMA",
    "TIFUKNN",
    "CoPurchase",
    "GlobalTop",
    "Kind",
    "LightGBMRanker",
    "OwnTop",
    "Recommender",
    "Wish",
]
