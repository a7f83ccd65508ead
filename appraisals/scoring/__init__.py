"""Scores: read set by set, computed by the pure rules, written back; jobs and explanations."""
