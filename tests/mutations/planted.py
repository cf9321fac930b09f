"""A mistake that somebody might make, as a change of one place of the package."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Planted:
    """One mistake."""

    name: str
    """What goes wrong."""
    file: str
    """Where, in the package."""
    old: str
    """What stands there, once."""
    new: str
    """What would be wrong."""
    caught_by: str
    """The property or example that fails."""
