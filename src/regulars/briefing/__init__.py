"""What models and experiments say, put into tables and sentences for people: the notebooks call this.

``shop``         one shop at one instant: its ledger, champions, features and scores; the telling customers
``risk``         who is slipping away, and why
``returns``      when each customer will be back, and from when a reminder is worth it
``comebacks``    how many customers are back how many days after a purchase
``definitions``  what churn means: who is flagged by which definition, and how well it is told ahead
``offers``       what to offer, by name, and where each offer comes from
``standings``    experiments side by side, and the claim that each supports
"""

from regulars.briefing.shop import Shop

__all__ = ["Shop"]
