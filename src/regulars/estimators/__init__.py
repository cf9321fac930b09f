"""Estimators: classes that learn from features and labels."""
