"""The same function over the ledger's buckets: in this process, in a pool of processes, or on Spark.

A customer's whole history lies in one bucket, and no customer's row depends on another's, so the rows are the same to
the bit whatever the engine, the number of buckets and the order in which they are done.
"""

from regulars.scale.beside import side
from regulars.scale.buckets import Track, Work, map_buckets, silently
from regulars.scale.job import Engine, Job, Result
from regulars.scale.local import Local
from regulars.scale.spark import Spark
from regulars.scale.tables import HERE, FeatureJob, Written, feature_files, feature_table, files, rows

__all__ = [
    "HERE",
    "Engine",
    "FeatureJob",
    "Job",
    "Local",
    "Result",
    "Spark",
    "Track",
    "Work",
    "Written",
    "feature_files",
    "feature_table",
    "files",
    "map_buckets",
    "rows",
    "side",
    "silently",
]
