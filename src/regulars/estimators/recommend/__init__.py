"""What to offer: estimators that list items for a customer's next basket."""

from regulars.estimators.recommend.baselines import GlobalTop, OwnTop
from regulars.estimators.recommend.co_purchase import CoPurchase
from regulars.estimators.recommend.ranker import LightGBMRanker
from regulars.estimators.recommend.recommender import KINDS, SCHEMA, Recommender

__all__ = ["KINDS", "SCHEMA", "CoPurchase", "GlobalTop", "LightGBMRanker", "OwnTop", "Recommender"]
