"""What shops call things that are money but nothing a customer would buy again: English, German, French, Spanish."""

_CARRIAGE = "postage|shipping|delivery|carriage|freight|handling"

SERVICES = (
    f"({_CARRIAGE})( (and|&|costs?|fees?|charges?|to) ?.*)?",
    *("versand(kosten)?( .*)?", "porto", "frais de (port|livraison)( .*)?", "livraison", "(gastos de )?envío"),
    *("(paper|carrier|plastic|reusable) bags?( fee| charge)?", "bag (fee|charge)", "gift ?wrap(ping)?( .*)?"),
    *("(e-?)?gift ?(card|voucher|certificate)s?( .*)?", "vouchers?( .*)?", "store credit"),
    *("(geschenk)?gutschein(karte)?( .*)?", "(carte|chèque|bon) cadeau( .*)?", "tarjeta (de )?regalo( .*)?"),
    "(bank|service|booking|processing|late|small order|delivery|packaging|card) (fee|charge)s?",
    *("surcharge", "tips?", "gratuity", "trinkgeld", "pourboire", "propina"),
    *("custom amount", "manual( entry)?", "miscellaneous charge", "open item"),
    *("(bottle )?deposit", "pfand", "consigne", "donations?( .*)?", "discount", "adjustment", "rounding"),
    *("tests?", "test (item|product|sale|transaction).*", "this is a test.*", "training"),
)
"""Patterns that the whole name of such an item fits, in any case."""
