"""The same feature table, made in other ways: what ours is measured against, and checked against.

Pandas and DuckDB define every feature a second time. Where they disagree with ours, one of the two is wrong.
"""
