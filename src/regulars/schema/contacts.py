"""What passes between a shop and its customers beside purchases: events, campaigns, redemptions, reviews."""

import polars as pl

from regulars.schema.checks import at_least, between, not_before, one_of
from regulars.schema.column import Column
from regulars.schema.table import Table

EVENT_KINDS = ("view", "cart", "wish", "email_sent", "email_open", "email_click")
"""What an event can be."""

EVENTS = Table(
    "events",
    (
        Column("event_id", pl.String(), False, "the event, where the source numbers them"),
        Column("customer_id", pl.String(), True, "whose it is"),
        Column("kind", pl.String(), True, "what happened", (one_of(*EVENT_KINDS),)),
        Column("at", pl.Datetime("us"), True, "when"),
        Column("item_id", pl.String(), False, "the item it is about"),
        Column("campaign_id", pl.String(), False, "the campaign it belongs to"),
    ),
    meaning="one thing a customer did, or got, without buying; two equal rows are one event",
)
"""One row an event."""

CAMPAIGNS = Table(
    "campaigns",
    (
        Column("campaign_id", pl.String(), True, "the campaign, unique"),
        Column("name", pl.String(), False, "what people call it"),
        Column("channel", pl.String(), False, "how it reaches customers, such as email or post"),
        Column("starts_at", pl.Datetime("us"), True, "its first moment"),
        Column("ends_at", pl.Datetime("us"), False, "the first moment after it", (not_before("starts_at"),)),
        Column("offer", pl.String(), False, "what it offers, in words"),
        Column("discount_percent", pl.Float64(), False, "reduction it grants", (between(0, 100),), "percent"),
    ),
    meaning="one campaign",
    key=("campaign_id",),
    keeps="last",
)
"""One row a campaign."""

CAMPAIGN_MEMBERS = Table(
    "campaign_members",
    (
        Column("campaign_id", pl.String(), True, "the campaign"),
        Column("customer_id", pl.String(), True, "the customer"),
        Column("treated", pl.Boolean(), True, "true where they get the offer, false where chance made them a control"),
        Column("assigned_at", pl.Datetime("us"), False, "when that was drawn"),
    ),
    meaning="one customer of a campaign, in its treated or its control group",
    key=("campaign_id", "customer_id"),
    keeps="last",
)
"""One row a customer of a campaign."""

REDEMPTIONS = Table(
    "redemptions",
    (
        Column("campaign_id", pl.String(), True, "the campaign"),
        Column("customer_id", pl.String(), True, "who used its offer"),
        Column("order_id", pl.String(), False, "on which order; as the lines write it"),
        Column("at", pl.Datetime("us"), True, "when"),
        Column("value", pl.Int64(), False, "what it saved them", (at_least(0),), "minor units"),
    ),
    meaning="one use of a campaign's offer; two equal rows are one use",
)
"""One row a use of a campaign's offer."""

REVIEWS = Table(
    "reviews",
    (
        Column("review_id", pl.String(), True, "the review, unique"),
        Column("customer_id", pl.String(), False, "who wrote it; null for an anonymous one"),
        Column("item_id", pl.String(), True, "about what"),
        Column("at", pl.Datetime("us"), True, "when"),
        Column("rating", pl.Int64(), False, "from 1, worst, to 5, best", (between(1, 5),), "stars"),
        Column("text", pl.String(), False, "what it says"),
        Column("language", pl.String(), False, "language of the text, such as de"),
    ),
    meaning="one review of an item",
    key=("review_id",),
    keeps="last",
)
"""One row a review of an item."""
