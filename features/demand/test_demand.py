"""Binds the scenarios of demand management to pytest."""

from pytest_bdd import scenarios

scenarios("demand")
