"""Binds the scenarios of the SMKI Repository to pytest."""

from pytest_bdd import scenarios

scenarios("repository")
