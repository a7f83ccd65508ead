"""Service credit and obligations: the rules by hand, what is kept of them, and the pages."""
