"""Adapters: turn exports whose rows are not one order line each into rows that are."""
