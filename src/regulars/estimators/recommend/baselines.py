"""What must be beaten: the shop's best sellers, and the customer's own favourites."""

from dataclasses import dataclass

import numpy as np

from regulars.estimators.recommend.lists import HISTORY, Scored, filling
from regulars.estimators.recommend.question import Question
from regulars.estimators.recommend.recommender import Recommender
from regulars.features import pairs
from regulars.features.histories import Histories


@dataclass
class GlobalTop(Recommender):
    """The items that most customers buy, for everybody.

    ``score`` is the share of the recent customers who bought the item, less one. What customers own is among it
    only as far as it is popular, or they are asked what to buy again.
    """

    def _rate(self, histories: Histories, asked: Question) -> Scored:
        if asked.wish.kind != "buy_again":
            return filling(asked.extras(histories))
        item = histories.pair_item
        own = Scored.of(histories.pair_row, item, asked.demand[item] - 1.0, HISTORY)
        return own.with_more(filling(asked.extras(histories)))


@dataclass
class OwnTop(Recommender):
    """The items that the customer bought in most orders, the latest first among equals, then the best sellers.

    ``score`` is the share of the customer's orders with the item; for best sellers the share of the recent
    customers who bought it, less one, so that they come behind.
    """

    def _rate(self, histories: Histories, asked: Question) -> Scored:
        counted = pairs.own(histories)
        share = counted["own_orders"] / histories.n_orders[histories.pair_row]
        tie = -counted["own_orders_ago"]
        own = Scored.of(histories.pair_row, histories.pair_item, np.asarray(share), HISTORY, tie)
        return own.with_more(filling(asked.extras(histories)))
