"""Measures the product against floors taken in the same run: `make bench`."""
