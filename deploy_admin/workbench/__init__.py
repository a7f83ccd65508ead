"""Home pages, inbox, search: the roof, which may read every app."""
