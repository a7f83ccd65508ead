"""Tests of what counts for which quota: the rule's proposals, officers' decisions, tallies, pages."""
