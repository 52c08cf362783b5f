"""Binds the journeys across interfaces to pytest."""

from pytest_bdd import scenarios

scenarios("journeys")
