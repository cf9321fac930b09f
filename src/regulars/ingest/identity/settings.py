"""What a shop may choose about identity; every default says what it assumes."""

from pydantic import Field, PositiveInt

from regulars.manifest import Section


class Settings(Section):
    """How records become people."""

    threshold: float = Field(default=0.9, gt=0, lt=1)
    """The model links two records when it is at least this sure that they are one person, in (0, 1).

    0.9 says that one wrong link costs as much as nine missed ones: a link is worth making when
    p * 1 > (1 - p) * 9. Mixing two customers shows one the other's purchases and spoils both histories; a missed
    link leaves two short histories, as before. The links made have an expected precision of the mean of their
    probabilities, which is far above the threshold itself.
    """
    max_key_share: int = Field(default=10, ge=2)
    """An e-mail address or a phone number on more records than this identifies nobody and is ignored."""
    max_records: int = Field(default=10, ge=2)
    """The model's links alone never build a person of more records; the weakest are cut."""
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    """ISO 3166 alpha-2 country of records that do not name theirs: how phone numbers and dates are read."""
    pairs_per_record: PositiveInt = 20
    """A way of finding candidates is used while it gives at most this many pairs a record."""
    training_records: PositiveInt = 1500
    """Records among which chance agreement is measured; their pairs are all compared."""
    training_pairs: PositiveInt = 100
    """Pairs that agree on a field, below which nothing is learned from them and the assumptions stand."""
    seed: int = Field(default=7, ge=0)
    """Chooses the records among which chance agreement is measured, where there are more than enough."""
