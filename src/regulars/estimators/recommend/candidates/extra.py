"""Items that are asked for by name or filter, whatever the sources find."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.features.histories import Floats, Ints


@dataclass(frozen=True)
class Extra:
    """Items that each customer must be told about."""

    row: Ints
    """(c,) whose, ascending."""
    item: Ints
    """(c,) number of the item."""
    share: Floats
    """(c,) share of the customers who are expected to buy it."""
    alike: npt.NDArray[np.float32]
    """(c,) cosine of the customer's purchases and the item where only the request describes it; else 0."""
    allowed: npt.NDArray[np.bool_] | None = None
    """(items,) where the sources look for their best as well; None: everywhere, as ever."""
