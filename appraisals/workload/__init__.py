"""Workload: values and their usual ranges, saved and confirmed; indicators are rows."""
