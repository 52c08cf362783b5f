"""Turns the results of a run into verdicts on requirements, files and pages."""
