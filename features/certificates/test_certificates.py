"""Binds the scenarios of the certificate profiles to pytest."""

from pytest_bdd import scenarios

scenarios("certificates")
