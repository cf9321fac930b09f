"""The environment variables by which the service process is told what to do."""

STORE = "REGULARS_STORE"
"""Path of the online store."""

CLOCK = "REGULARS_CLOCK"
"""Which day it is: 2017-10-03, say, or ``data`` for the day after the data; by default the machine's."""

WORKERS = "REGULARS_WORKERS"
"""Number of processes; by default one a core."""
