"""What shops call things that are money but nothing a customer would buy again."""

SERVICES = (
    *("(paper |carrier |plastic |reusable )?bags?( fee| charge)?", "gift ?wrap(ping)?( .*)?"),
    *("postage( .*)?", "shipping( .*)?", "delivery( .*)?", "freight", "carriage", "packaging fee"),
    *("(e-?)?gift ?(card|voucher|certificate)s?( .*)?", "voucher( .*)?", "store credit"),
    *(
        "(bank|service|booking|processing|late|small order|delivery|card) (fee|charge)s?",
        "surcharge",
        "tips?",
        "gratuity",
    ),
    *("custom amount", "manual( entry)?", "miscellaneous charge", "open item"),
    *("(bottle )?deposit", "donations?( .*)?", "discount", "adjustment( .*)?", "rounding"),
    *("tests?", "test (item|product|sale|transaction).*", "this is a test.*", "training"),
)
"""Patterns that the whole name of such an item fits, in any case."""
