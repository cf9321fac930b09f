"""The environment variables by which the service process is told what to do."""

RELEASES = "REGULARS_RELEASES"
"""Folder of the releases, one of which answers; without it, the Bento's own, which knows no customers."""

PURCHASES = "REGULARS_PURCHASES"
"""Where purchases that come in are kept: the path of a file, or the address (``postgresql://``) of a database that
several machines share; without it, none are taken."""

KEYS = "REGULARS_KEYS"
"""Path of the file of API keys; without it, only programs on this machine are answered."""

REQUIRE_KEYS = "REGULARS_REQUIRE_KEYS"
"""1: programs on this machine need a key, too."""

LOG = "REGULARS_LOG"
"""all: log every request; by default only those that are refused or fail."""

CLOCK = "REGULARS_CLOCK"
"""Which day it is: 2017-10-03, or ``data`` for the day after the data; by default today, in the shop's time zone."""

WORKERS = "REGULARS_WORKERS"
"""Number of processes; by default one a core."""

METRICS = "REGULARS_METRICS"
"""Folder in which the workers of this service count; by default BentoML's, which all services of a home share."""
