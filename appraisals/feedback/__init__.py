"""Feedback letters to sending units, receipts, situation reports."""
