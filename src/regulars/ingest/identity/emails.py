"""E-mail addresses in one spelling.

An address is folded as far as its provider folds it, and no further: two addresses that reach two people must stay
two. Case and blanks are folded everywhere: RFC 5321 lets a host tell ``Ann`` from ``ann``, and no provider of note
does. A tag after ``+`` is dropped, and at Gmail the dots too, only at providers that say in their help pages that
such addresses reach the same mailbox; elsewhere ``j.smith`` and ``jsmith`` can be colleagues.
"""

import polars as pl

_TAGGED = (
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "fastmail.com",
    "proton.me",
    "protonmail.com",
)
"""Providers that deliver ``name+tag`` to ``name``."""
_ALIASES = {"googlemail.com": "gmail.com"}
"""Domains that are other names of the same mailboxes."""
ROLES = ("info", "marketing", "sales", "support", "noc", "abuse", "security", "postmaster", "hostmaster", "webmaster")
"""Mailboxes of an office, not of a person: RFC 2142, as far as it names offices that people still have."""


HASHED = "^[0-9a-f]{32}$"
"""What a contact looks like where a shop keeps only hashes: equal ones were equal in one spelling."""


def emails(raw: pl.Expr) -> pl.Expr:
    """Return the addresses in one spelling; null where there is no ``name@domain.tld`` and no hash of one.

    >>> frame = pl.DataFrame({"email": [" Ann.Lee+shop@GoogleMail.com", "j.smith+x@example.org", "none"]})
    >>> frame.select(emails(pl.col("email")))["email"].to_list()
    ['annlee@gmail.com', 'j.smith+x@example.org', None]
    """
    whole = raw.str.normalize("NFKC").str.replace_all(r"[\s\p{Cf}]", "").str.to_lowercase()
    whole = whole.str.strip_prefix("mailto:").str.strip_chars("<>.,;")
    hashed = pl.when(whole.str.contains(HASHED)).then(whole)
    whole = pl.when(whole.str.contains(r"^[^@]+@[^@]+\.[^@.]{2,}$")).then(whole)
    domain = whole.str.extract(r"@(.+)$").replace(_ALIASES)
    name = whole.str.extract(r"^([^@]+)@")
    name = pl.when(domain.is_in(_TAGGED)).then(name.str.replace(r"^([^+]+)\+.*$", "$1")).otherwise(name)
    name = pl.when(domain == "gmail.com").then(name.str.replace_all(".", "", literal=True)).otherwise(name)
    return pl.coalesce(name + "@" + domain, hashed).alias("email")


def personal(email: pl.Expr) -> pl.Expr:
    """Tell whether an address in one spelling may be one person's: not an office's, not empty."""
    return email.is_not_null() & ~email.str.extract(r"^([^@+]+)").is_in(ROLES)
