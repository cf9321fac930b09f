"""What identifies a row of every label table."""

KEYS = ("customer_id", "as_of")
