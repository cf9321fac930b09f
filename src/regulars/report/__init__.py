"""report.json: what an experiment found, in numbers that the same command gives again.

``draws``       every candidate's metrics on the same resamples of the customers
``comparison``  how far one candidate is ahead of another: over customers, over snapshots, in each slice
``rule``        which candidate wins, and why
``document``    all of it as report.json
"""

from regulars.report.document import Report, build, write

__all__ = ["Report", "build", "write"]
