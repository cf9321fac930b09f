"""Sentences of reviews. ``{thing}`` is the kind of product."""

OPENERS = {
    5: (
        "Love this {thing}!",
        "Best {thing} I have had in years.",
        "Absolutely perfect.",
        "Could not be happier.",
        "Five stars, no question.",
        "Exactly what I was hoping for.",
    ),
    4: (
        "Very good {thing}.",
        "Happy with this {thing} overall.",
        "A solid choice.",
        "Good, I would buy it again.",
        "Nearly perfect.",
    ),
    3: (
        "It is okay.",
        "An average {thing}, nothing special.",
        "Mixed feelings about this one.",
        "Does the job, no more.",
        "Neither good nor bad.",
    ),
    2: (
        "Not what I expected.",
        "Rather disappointed with this {thing}.",
        "I had hoped for better.",
        "Below average, sadly.",
        "Would not choose this {thing} again.",
    ),
    1: (
        "Terrible.",
        "Worst {thing} I ever bought.",
        "Do not buy this {thing}.",
        "A complete waste of money.",
        "I want my money back.",
    ),
}

ASPECTS = {
    "taste": (
        (
            "The taste is wonderful.",
            "It tastes fresh and rich.",
            "Delicious, the whole family likes it.",
            "Great flavour.",
        ),
        (
            "It tastes of nothing.",
            "The taste is off.",
            "Nobody at home wanted to finish it.",
            "Stale and bland flavour.",
        ),
    ),
    "quality": (
        ("Well made and sturdy.", "The quality is excellent.", "Works just as it should.", "Feels like it will last."),
        (
            "It broke within days.",
            "The quality is poor.",
            "It does not do what it promises.",
            "Feels cheap and flimsy.",
        ),
    ),
    "delivery": (
        (
            "Delivery was quick.",
            "Arrived a day early.",
            "It came fast and well packed.",
            "Shipping was no trouble at all.",
        ),
        (
            "Delivery took far too long.",
            "It arrived late.",
            "The parcel came a week after the promised day.",
            "Shipping was slow.",
        ),
    ),
    "price": (
        ("Great value for the price.", "You get a lot for your money.", "A fair price.", "Cheaper than elsewhere."),
        (
            "Far too expensive.",
            "Not worth the price.",
            "I have seen it cheaper elsewhere.",
            "Overpriced for what it is.",
        ),
    ),
}
"""Aspect -> what is said when it pleases, and when it does not."""

CLOSERS = {
    1: ("Never again.", "Stay away."),
    2: ("I will try another one.", "Not again."),
    3: ("Might try something else.", "We will see."),
    4: ("Recommended.", "Will order again."),
    5: ("Highly recommended!", "Ordering more already."),
}
