"""The table as the product makes it: bucket after bucket, a Parquet file each."""

from benchmarks.contenders.job import Job
from regulars import scale
from regulars.ledger import Ledger
from regulars.windows import Snapshot


def make(job: Job) -> None:
    """Write the features of every customer at each snapshot."""
    scale.feature_files(Ledger.open(job.ledger), [Snapshot(day) for day in job.as_of], job.out)
