"""Binds the scenarios of transport security to pytest."""

from pytest_bdd import scenarios

scenarios("transport")
