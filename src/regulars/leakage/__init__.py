"""Probes for columns that know the future: exact, by placebo, and by what the past explains. See docs/leakage.md."""

from regulars.leakage.alone import alone_check
from regulars.leakage.columns import explained, probe_columns
from regulars.leakage.cut import Compute, cut_check, of_families
from regulars.leakage.placebo import dealt, placebo, trained
from regulars.leakage.probe import Probe, shop
from regulars.leakage.recheck import recheck
from regulars.leakage.report import Finding, Report
from regulars.leakage.sample import Sample, exam, of

__all__ = [
    "Compute", "Finding", "Probe", "Report", "Sample", "alone_check", "cut_check", "dealt", "exam", "explained", "of",
    "of_families", "placebo", "probe_columns", "recheck", "shop", "trained",
]  # fmt: skip
