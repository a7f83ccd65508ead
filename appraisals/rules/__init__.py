"""The pure rules of a month: what its score is, and which values are unusual. No database, no clock."""
