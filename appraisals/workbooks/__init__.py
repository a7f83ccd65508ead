"""Months by workbook and by connected systems: files per unit and month, bulk writes."""
