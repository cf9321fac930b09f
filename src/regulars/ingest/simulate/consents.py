"""What people agree to, and take back: by purpose, in each system that asks them."""

import numpy as np
import polars as pl

from regulars.ingest.simulate.life import Life
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.profiles import instants

AGREES = {"email": 0.5, "sms": 0.3, "post": 0.5, "profiling": 0.6}
"""How often each purpose is granted; e-mail on a person's first CRM sheet goes by ``population.MAILED``."""
ASKS = {"crm": ("email", "sms", "post", "profiling"), "web": ("email", "profiling"), "till": ()}
LASTS = 900.0
"""Mean days until a consent is withdrawn."""


def consents(plan: Plan, life: Life, rng: np.random.Generator) -> pl.DataFrame:
    """Return the grants, refusals and withdrawals: ``customer_id, purpose, granted, at, source``."""
    asked = life.held.frame.with_columns(purpose=pl.col("source").replace_strict(ASKS, return_dtype=pl.List(pl.String)))
    asked = asked.explode("purpose").drop_nulls("purpose")
    n = asked.height
    agrees = rng.random(n) < asked["purpose"].replace_strict(AGREES, return_dtype=pl.Float64).to_numpy()
    until = asked["day"].to_numpy() + rng.exponential(LASTS, n)
    mail = (asked["purpose"] == "email").to_numpy()
    granted = np.where(mail, asked["consented"].to_numpy(), agrees)
    first_sheet = mail & asked.select((pl.col("source") == "crm") & (pl.col("slot") == 0)).to_series().to_numpy()
    until = np.where(first_sheet, life.who.mail_until[asked["person"].to_numpy()], until)
    given = asked.with_columns(granted=pl.Series(granted), at=pl.col("created_at"))
    hit = granted & (until < plan.days)
    evening = np.floor(until[hit]) + rng.uniform(17, 22, int(hit.sum())) / 24
    taken = asked.filter(pl.Series(hit)).with_columns(granted=pl.lit(False), at=instants(plan, evening))
    both = pl.concat([given.select(taken.columns), taken]).sort("at", maintain_order=True)
    return both.select(
        pl.format("{}:{}", "source", "record_id").alias("customer_id"), "purpose", "granted", "at", "source"
    )
