"""Binds the scenarios of the Ad Hoc Device CSR Web Service to pytest."""

from pytest_bdd import scenarios

scenarios("adhoc")
