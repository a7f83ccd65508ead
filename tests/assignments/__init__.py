"""Tests of the assignments app: who may go, and why not."""
