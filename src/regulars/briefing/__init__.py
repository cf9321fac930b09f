"""What models and experiments say, put into tables and sentences for people: the notebooks call this.

``shop``         one shop at one instant: its ledger, champions, features and scores; the telling customers
``cohorts``      customers by when they came first, and the RFM map
``risk``         who is slipping away, and why
``drivers``      what drives churn: how far each feature moves each customer's risk
``returns``      when each customer will be back, and from when a reminder is worth it
``survivals``    survival curves of the past beside what then happened
``comebacks``    how many customers are back how many days after a purchase
``definitions``  what churn means: who is flagged by which definition, and how well it is told ahead
``offers``       what to offer, by name, and where each offer comes from
``beside``       offers of the past beside the baskets that came
``products``     what is bought again and when, and whom to remind
``standings``    experiments side by side, and the claim that each supports
``trials``       one's own feature and estimator, tried out
"""

from regulars.briefing.shop import Shop

__all__ = ["Shop"]
