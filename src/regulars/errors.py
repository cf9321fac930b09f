"""What can go wrong, named for the reader.

Every message is one sentence that says what is wrong and what to do about it; the command line
prints it as it is, the service puts it into the ``detail`` of its problem document.
"""

import difflib
from collections.abc import Iterable


class RegularsError(Exception):
    """Base of every error that regulars raises on purpose."""


class DataError(RegularsError):
    """The data handed in cannot be used: a missing column, an unreadable file, an empty shop."""


class ConfigError(RegularsError):
    """A configuration file or option cannot be used."""


class LeakageError(RegularsError):
    """Something would know what happened at or after ``as_of``."""


class NotFittedError(RegularsError):
    """An estimator was asked before it was fitted."""


class MissingError(RegularsError):
    """Something asked for by name does not exist: a ledger, a customer, a champion."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the known name closest to ``name``, or nothing.

    >>> did_you_mean("amuont", ["amount", "quantity"])
    " (did you mean 'amount'?)"
    >>> did_you_mean("zzz", ["amount"])
    ''
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""
