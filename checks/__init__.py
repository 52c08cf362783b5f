"""Verdicts as pure functions: each takes what was observed and returns findings."""
