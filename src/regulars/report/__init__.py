"""report.json: what an experiment found, in numbers that the same command gives again.

``draws``        every candidate's metrics on the same resamples of the customers
``comparison``   how far one candidate is ahead of another: over customers, over snapshots, in each slice
``pairs``        that for every two candidates, as the report has it
``rule``         which candidate wins, and why
``top``          what the top of a list of customers holds: churners, money
``calibration``  forecasts against what was seen
``candidates``   what there is to say of each candidate by itself
``shape``        what a reader may count on, checked once where it is read
``document``     all of it as report.json
"""

from regulars.report.document import Report, build, read, write
from regulars.report.pairs import versus
from regulars.report.shape import FORMAT, check
from regulars.report.titles import TITLES, title

__all__ = ["FORMAT", "TITLES", "Report", "build", "check", "read", "title", "versus", "write"]
